//! `time`: a time of day, whole seconds.

use jiff::civil;
use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, civil_text};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A time of day.
#[derive(Debug)]
pub(super) struct Time;

impl FieldType for Time {
    fn name(&self) -> &'static str {
        "time"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Time
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Time }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        bounds_faults(options.min.as_ref(), options.max.as_ref(), bound)
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let time = match value {
            Value::Null => return Ok(Value::Null),
            Value::Time(time) => time.with().subsec_nanosecond(0).build().map_err(|_| expected())?,
            _ => return Err(expected()),
        };
        bounds(&time, context.options.min.as_ref(), context.options.max.as_ref(), bound)?;
        Ok(Value::Time(time))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        civil_text::time(text).map(Value::Time).ok_or_else(|| {
            Invalid::new(
                "not_a_time",
                format!("« {} » n'est pas une heure (hh:mm).", shortened(text)),
                format!("“{}” is not a time (hh:mm).", shortened(text)),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Time(time) => time.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => civil_text::time(text).map(Value::Time).ok_or_else(expected),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, options: &Options) -> Json {
        match value {
            Value::Time(_) => Json::String(self.format(value, options)),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

fn bound(text: &str) -> Option<civil::Time> {
    civil_text::time(text)
}

fn expected() -> Invalid {
    wrong("une heure comme 14:05:00", "a time such as 14:05:00")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_kept_to_the_second() {
        let options = Options { min: Some("08:00".into()), max: Some("18:00".into()), ..Options::default() };
        let context = FieldContext::new(&options);
        let time = Time.check(Value::Time(jiff::civil::time(14, 5, 30, 999)), &context).unwrap();
        assert_eq!(Time.to_json(&time, &options), json!("14:05:30"));
        assert_eq!(Time.parse("14h05", &context).unwrap(), Value::Time(jiff::civil::time(14, 5, 0, 0)));
        assert_eq!(
            Time.check(Value::Time(jiff::civil::time(7, 59, 59, 0)), &context).unwrap_err().code,
            "too_low"
        );
        assert_eq!(Time.parse("midi", &context).unwrap_err().code, "not_a_time");
    }
}
