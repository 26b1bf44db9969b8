//! `decimal`: an exact number with a fixed count of digits after the point.

use rust_decimal::{Decimal as Number, RoundingStrategy};
use serde_json::Value as Json;

use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, number_text};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// An exact decimal number.
#[derive(Debug)]
pub(super) struct Decimal;

/// Digits in all, when the field does not say.
pub(super) const PRECISION_MAX: u32 = 18;
const SCALE_DEFAULT: u32 = 2;
/// Decimal numbers of that many digits survive a double unchanged.
const DOUBLE_DIGITS: u32 = 15;

impl FieldType for Decimal {
    fn name(&self) -> &'static str {
        "decimal"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["precision", "scale", "min", "max", "unit"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Decimal
    }

    fn columns(&self, options: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Decimal(scale(options)) }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        let mut faults = bounds_faults(options.min.as_ref(), options.max.as_ref(), bound);
        if options.precision.is_some_and(|p| !(1..=PRECISION_MAX).contains(&p)) {
            faults.push(("precision", Invalid::new("bound", "Entre 1 et 18.", "Between 1 and 18.")));
        }
        if scale(options) > options.precision.unwrap_or(PRECISION_MAX) {
            let invalid = Invalid::new(
                "bound",
                "Plus de chiffres après la virgule que de chiffres en tout.",
                "More digits after the point than digits in all.",
            );
            faults.push(("scale", invalid));
        }
        faults
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        check(value, scale(context.options), context.options)
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let unit = context.options.unit.as_deref().unwrap_or_default();
        parse(text, context, &[unit])
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        format(value)
    }

    fn from_json(&self, json: &Json, options: &Options) -> Result<Value, Invalid> {
        from_json(json, scale(options))
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        to_json(value)
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Number
    }
}

fn scale(options: &Options) -> u32 {
    options.scale.unwrap_or(SCALE_DEFAULT)
}

/// Reads a bound written in a dictionary.
pub(super) fn bound(text: &str) -> Option<Number> {
    Number::from_str_exact(text.trim()).ok()
}

/// The number at `scale`, half away from zero as people round; refused outside its digits or bounds.
pub(super) fn check(value: Value, scale: u32, options: &Options) -> Result<Value, Invalid> {
    let number = match value {
        Value::Null => return Ok(Value::Null),
        Value::Decimal(number) => number,
        Value::Integer(number) => Number::from(number),
        _ => return Err(not_a_number()),
    };
    let mut kept = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    kept.rescale(scale);
    let precision = options.precision.unwrap_or(PRECISION_MAX).min(PRECISION_MAX);
    let fits = kept.scale() == scale && kept.mantissa().unsigned_abs() < 10_u128.pow(precision);
    if !fits {
        let whole = precision.saturating_sub(scale);
        return Err(Invalid::new(
            "too_many_digits",
            format!("{whole} chiffres au plus avant la virgule."),
            format!("{whole} digits at most before the point."),
        ));
    }
    if kept.is_zero() {
        kept.set_sign_positive(true); // one zero only
    }
    bounds(&kept, options.min.as_ref(), options.max.as_ref(), bound)?;
    Ok(Value::Decimal(kept))
}

/// Reads what a person wrote, with one of `units` at an end.
pub(super) fn parse(text: &str, context: &FieldContext<'_>, units: &[&str]) -> Result<Value, Invalid> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    number_text::read(text, context.language, units).map(Value::Decimal)
}

/// Digits with a point.
pub(super) fn format(value: &Value) -> String {
    match value {
        Value::Decimal(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A number or a string of digits.
///
/// JSON numbers are doubles to most programs and to this reader, so one that has more than 15 digits at the field's `scale` may have
/// lost some on its way: it is refused, and must come as a string.
pub(super) fn from_json(json: &Json, scale: u32) -> Result<Value, Invalid> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(text) if text.trim().is_empty() => Ok(Value::Null),
        Json::String(text) => {
            Number::from_str_exact(text.trim()).map(Value::Decimal).map_err(|_| not_a_number())
        }
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Value::Decimal(Number::from(whole))),
            (None, Some(double)) => {
                // Rust writes the shortest digits that give this double back, never an exponent.
                let written = Number::from_str_exact(&double.to_string());
                let written = written.or_else(|_| Number::from_str_exact(&format!("{double:.27}")));
                let number = written.map_err(|_| not_a_number())?;
                let at_scale = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
                if significant_digits(&at_scale) > DOUBLE_DIGITS {
                    return Err(Invalid::new(
                        "too_precise",
                        "Un nombre de plus de 15 chiffres se donne entre guillemets.",
                        "A number of more than 15 digits is given as a string.",
                    ));
                }
                Ok(Value::Decimal(number))
            }
            (None, None) => Err(not_a_number()),
        },
        _ => Err(not_a_number()),
    }
}

/// A JSON number when a double holds it exactly, else a string.
pub(super) fn to_json(value: &Value) -> Json {
    let number = match value {
        Value::Decimal(number) => *number,
        Value::Integer(number) => Number::from(*number),
        _ => return Json::Null,
    };
    let plain = number.normalize();
    if significant_digits(&plain) > DOUBLE_DIGITS {
        return Json::String(number.to_string());
    }
    if plain.scale() == 0
        && let Ok(whole) = i64::try_from(plain.mantissa())
    {
        return Json::from(whole);
    }
    let double: f64 = plain.to_string().parse().expect("the digits of a decimal are those of a double");
    Json::from(double)
}

fn significant_digits(number: &Number) -> u32 {
    let mantissa = number.normalize().mantissa().unsigned_abs();
    mantissa.checked_ilog10().map_or(1, |log| log + 1)
}

fn not_a_number() -> Invalid {
    wrong("un nombre", "a number")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    #[test]
    fn a_decimal_is_kept_at_its_scale() {
        let options =
            Options { precision: Some(5), scale: Some(2), min: Some("-10".into()), ..Options::default() };
        let context = FieldContext::new(&options);
        let check = |v| Decimal.check(v, &context).map(|v| Decimal.format(&v, &options)).map_err(|e| e.code);
        assert_eq!(check(number("1.005")), Ok("1.01".into()));
        assert_eq!(check(Value::Integer(7)), Ok("7.00".into()));
        assert_eq!(check(number("-0.001")), Ok("0.00".into()));
        assert_eq!(check(number("999.99")), Ok("999.99".into()));
        assert_eq!(check(number("999.995")), Err("too_many_digits"));
        assert_eq!(check(number("-10.01")), Err("too_low"));
        assert_eq!(check(number("79228162514264337593543950335")), Err("too_many_digits"));
        assert_eq!(check(Value::from("1")), Err("wrong_type"));
    }

    #[test]
    fn json_is_a_number_as_long_as_a_double_holds_it() {
        let options = Options { scale: Some(4), ..Options::default() };
        let to = |text: &str| Decimal.to_json(&number(text), &options);
        assert_eq!(to("12.50"), json!(12.5));
        assert_eq!(to("12.00"), json!(12));
        assert_eq!(to("0.1"), json!(0.1));
        assert_eq!(to("99999999999.9999"), json!(99999999999.9999));
        assert_eq!(to("123456789012345.67"), json!("123456789012345.67"));
    }

    #[test]
    fn json_digits_are_never_lost_in_silence() {
        let options = Options { scale: Some(2), ..Options::default() };
        let from = |json| Decimal.from_json(&json, &options).map_err(|err| err.code);
        assert_eq!(from(json!(12.5)), Ok(number("12.5")));
        assert_eq!(from(json!("1234567890123456.78")), Ok(number("1234567890123456.78")));
        assert_eq!(from("1234567890123456.78".parse().unwrap()), Err("too_precise"));
        assert_eq!(from(json!(i64::MAX)), Ok(number("9223372036854775807")));
        assert_eq!(from(json!(1e300)), Err("wrong_type"));
        assert_eq!(from(json!(0.1 + 0.2)), Ok(number("0.30000000000000004")));
        assert_eq!(from(json!("1,5")), Err("wrong_type"));
        assert_eq!(from(json!(true)), Err("wrong_type"));
        assert_eq!(from(json!(1e-300)), Ok(number("0")));
    }

    #[test]
    fn a_unit_may_be_written() {
        let options = Options { unit: Some("kg".into()), ..Options::default() };
        assert_eq!(Decimal.parse("1 234,5 kg", &FieldContext::new(&options)).unwrap(), number("1234.5"));
        assert_eq!(Decimal.parse(" ", &FieldContext::new(&options)).unwrap(), Value::Null);
        assert!(Decimal.parse("12 m", &FieldContext::new(&options)).is_err());
    }

    #[test]
    fn faulty_attributes_are_named() {
        let options = Options {
            precision: Some(19),
            scale: Some(20),
            min: Some("5".into()),
            max: Some("x".into()),
            ..Options::default()
        };
        let names: Vec<&str> = Decimal.check_options(&options).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["max", "precision", "scale"]);
    }
}
