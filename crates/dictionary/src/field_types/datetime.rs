//! `datetime`: an instant, whole microseconds of UTC, years 1 to 9999.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, civil_text};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// An instant.
#[derive(Debug)]
pub(super) struct DateTime;

impl FieldType for DateTime {
    fn name(&self) -> &'static str {
        "datetime"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::DateTime
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::DateTime }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        bounds_faults(options.min.as_ref(), options.max.as_ref(), bound)
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let instant = match value {
            Value::Null => return Ok(Value::Null),
            Value::DateTime(instant) => civil_text::kept(instant).ok_or_else(expected)?,
            _ => return Err(expected()),
        };
        bounds(&instant, context.options.min.as_ref(), context.options.max.as_ref(), bound)?;
        Ok(Value::DateTime(instant))
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        civil_text::datetime(text, context.zone).map(Value::DateTime).ok_or_else(|| {
            Invalid::new(
                "not_a_datetime",
                format!("« {} » n'est pas une date et une heure (jj/mm/aaaa hh:mm).", shortened(text)),
                format!("“{}” is not a date and time (dd/mm/yyyy hh:mm).", shortened(text)),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::DateTime(instant) => instant.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => civil_text::rfc3339(text).map(Value::DateTime).ok_or_else(expected),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, options: &Options) -> Json {
        match value {
            Value::DateTime(_) => Json::String(self.format(value, options)),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Moment
    }
}

fn bound(text: &str) -> Option<Timestamp> {
    civil_text::rfc3339(text.trim())
}

fn expected() -> Invalid {
    wrong("un instant comme 2026-11-23T13:05:00Z", "an instant such as 2026-11-23T13:05:00Z")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_instant_is_read_in_the_zone_and_written_in_utc() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        let instant = DateTime.parse("23/11/2026 14:05", &context).unwrap();
        assert_eq!(DateTime.to_json(&instant, &options), json!("2026-11-23T13:05:00Z"));
        assert_eq!(DateTime.from_json(&json!("2026-11-23T14:05:00+01:00"), &options), Ok(instant));
        assert_eq!(
            DateTime.from_json(&json!("2026-11-23T14:05:00"), &options).unwrap_err().code,
            "wrong_type"
        );
        assert_eq!(DateTime.parse("demain", &context).unwrap_err().code, "not_a_datetime");
        let precise = Value::DateTime("2026-01-01T00:00:00.123456789Z".parse().unwrap());
        let kept = DateTime.check(precise, &context).unwrap();
        assert_eq!(DateTime.format(&kept, &options), "2026-01-01T00:00:00.123456Z");
        assert!(DateTime.check(Value::DateTime(Timestamp::MIN), &context).is_err());
    }
}
