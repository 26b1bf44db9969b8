//! `date`: a day, years 1 to 9999.

use jiff::civil;
use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, civil_text};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A day.
#[derive(Debug)]
pub(super) struct Date;

impl FieldType for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Date
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Date }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        bounds_faults(options.min.as_ref(), options.max.as_ref(), bound)
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let date = match value {
            Value::Null => return Ok(Value::Null),
            Value::Date(date) => in_years(date).ok_or_else(expected)?,
            _ => return Err(expected()),
        };
        bounds(&date, context.options.min.as_ref(), context.options.max.as_ref(), bound)?;
        Ok(Value::Date(date))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        civil_text::date(text).map(Value::Date).ok_or_else(|| {
            Invalid::new(
                "not_a_date",
                format!("« {} » n'est pas une date (jj/mm/aaaa ou aaaa-mm-jj).", shortened(text)),
                format!("“{}” is not a date (dd/mm/yyyy or yyyy-mm-dd).", shortened(text)),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Date(date) => date.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => civil_text::date(text).map(Value::Date).ok_or_else(expected),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, options: &Options) -> Json {
        match value {
            Value::Date(_) => Json::String(self.format(value, options)),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Moment
    }
}

fn bound(text: &str) -> Option<civil::Date> {
    civil_text::date(text)
}

fn expected() -> Invalid {
    wrong("une date comme 2026-11-23", "a date such as 2026-11-23")
}

fn in_years(date: civil::Date) -> Option<civil::Date> {
    (date.year() >= 1).then_some(date)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_read_checked_and_written() {
        let options = Options { min: Some("2000-01-01".into()), ..Options::default() };
        let context = FieldContext::new(&options);
        let day = Date.parse("23/11/2026", &context).unwrap();
        assert_eq!(Date.to_json(&day, &options), json!("2026-11-23"));
        assert_eq!(Date.check(day.clone(), &context), Ok(day));
        let early = Date.parse("31/12/1999", &context).unwrap();
        assert_eq!(Date.check(early, &context).unwrap_err().code, "too_low");
        assert_eq!(Date.parse("31/02/2026", &context).unwrap_err().code, "not_a_date");
        assert_eq!(
            Date.check(Value::Date(jiff::civil::date(0, 1, 1)), &context).unwrap_err().code,
            "wrong_type"
        );
        assert!(Date.from_json(&json!(20261123), &options).is_err());
    }
}
