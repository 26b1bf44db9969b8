//! `integer`: a whole number of 64 bits.

use rust_decimal::Decimal as Number;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use super::number_text::{self, shortened};
use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A whole number.
#[derive(Debug)]
pub(super) struct Integer;

impl FieldType for Integer {
    fn name(&self) -> &'static str {
        "integer"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["min", "max", "unit"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Integer
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Integer }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        bounds_faults(options.min.as_ref(), options.max.as_ref(), bound)
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let number = match value {
            Value::Null => return Ok(Value::Null),
            Value::Integer(number) => number,
            Value::Decimal(number) => whole(number).ok_or_else(not_whole)?,
            _ => return Err(not_whole()),
        };
        bounds(&number, context.options.min.as_ref(), context.options.max.as_ref(), bound)?;
        Ok(Value::Integer(number))
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        let unit = context.options.unit.as_deref().unwrap_or_default();
        let number = number_text::read(text, context.language, &[unit])?;
        whole(number).map(Value::Integer).ok_or_else(|| {
            Invalid::new(
                "not_whole",
                format!("« {} » n'est pas un nombre entier.", shortened(text)),
                format!("“{}” is not a whole number.", shortened(text)),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Integer(number) => number.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Ok(Value::Integer(whole)),
                // Below 2^53 every whole double is the number that was written.
                (None, Some(double)) if double.fract() == 0.0 && double.abs() < 9_007_199_254_740_992.0 => {
                    Ok(Value::Integer(double as i64))
                }
                _ => Err(not_whole()),
            },
            Json::String(text) => text.trim().parse().map(Value::Integer).map_err(|_| not_whole()),
            _ => Err(not_whole()),
        }
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Integer(number) => Json::from(*number),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Number
    }
}

fn bound(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn whole(number: Number) -> Option<i64> {
    if number.fract().is_zero() { number.to_i64() } else { None }
}

fn not_whole() -> Invalid {
    wrong("un nombre entier", "a whole number")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_read() {
        let options = Options { unit: Some("m²".into()), ..Options::default() };
        let parse = |text: &str| Integer.parse(text, &FieldContext::new(&options)).map_err(|err| err.code);
        assert_eq!(parse("1 234"), Ok(Value::Integer(1234)));
        assert_eq!(parse("120 m²"), Ok(Value::Integer(120)));
        assert_eq!(parse("12,00"), Ok(Value::Integer(12)));
        assert_eq!(parse("12,5"), Err("not_whole"));
        assert_eq!(parse("9223372036854775808"), Err("not_whole"));
        assert_eq!(parse("douze"), Err("not_a_number"));
    }

    #[test]
    fn json_numbers_must_be_whole_and_certain() {
        let from = |json| Integer.from_json(&json, &Options::default()).map_err(|err| err.code);
        assert_eq!(from(json!(5.0)), Ok(Value::Integer(5)));
        assert_eq!(from(json!(i64::MIN)), Ok(Value::Integer(i64::MIN)));
        assert_eq!(from(json!("42")), Ok(Value::Integer(42)));
        assert_eq!(from(json!(5.5)), Err("wrong_type"));
        assert_eq!(from(json!(1e18)), Err("wrong_type"));
        assert_eq!(from(json!(u64::MAX)), Err("wrong_type"));
    }

    #[test]
    fn bounds_hold() {
        let options = Options { min: Some("0".into()), max: Some("10".into()), ..Options::default() };
        let check =
            |n| Integer.check(Value::Integer(n), &FieldContext::new(&options)).map_err(|err| err.code);
        assert_eq!(check(10), Ok(Value::Integer(10)));
        assert_eq!(check(-1), Err("too_low"));
        assert_eq!(check(11), Err("too_high"));
    }
}
