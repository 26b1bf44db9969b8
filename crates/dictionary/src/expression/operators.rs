//! Operators between values: the one definition, for memory and for stores, which register [`binary`] with their database.

use std::cmp::Ordering;

use jiff::SignedDuration;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::arithmetic;
use crate::expression::BinaryOperator;
use crate::text;
use crate::value::{self, Value};

/// The value of `left operator right`. Comparisons and logic always answer a `Boolean`; arithmetic answers `Null` where it has no exact
/// answer, or for operands the checker would have refused.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    match operator {
        BinaryOperator::Or => Value::Boolean(is_true(left) || is_true(right)),
        BinaryOperator::And => Value::Boolean(is_true(left) && is_true(right)),
        BinaryOperator::Equal => Value::Boolean(equal(left, right)),
        BinaryOperator::NotEqual => Value::Boolean(!equal(left, right)),
        BinaryOperator::Less => ordered(left, right, Ordering::is_lt),
        BinaryOperator::LessOrEqual => ordered(left, right, Ordering::is_le),
        BinaryOperator::Greater => ordered(left, right, Ordering::is_gt),
        BinaryOperator::GreaterOrEqual => ordered(left, right, Ordering::is_ge),
        BinaryOperator::Contains => match (left, right) {
            (Value::Tags(tags), Value::Text(tag)) => Value::Boolean(tags.contains(tag)),
            _ => textual(left, right, text::contains),
        },
        BinaryOperator::StartsWith => textual(left, right, text::starts_with),
        BinaryOperator::EndsWith => textual(left, right, text::ends_with),
        BinaryOperator::Add => add(left, right).unwrap_or_default(),
        BinaryOperator::Subtract => subtract(left, right).unwrap_or_default(),
        BinaryOperator::Multiply => multiply(left, right).unwrap_or_default(),
        BinaryOperator::Divide => divide(left, right).unwrap_or_default(),
    }
}

/// The value of `not operand`: true for anything but true, so for null too.
pub fn not(operand: &Value) -> Value {
    Value::Boolean(!is_true(operand))
}

/// The value of `-operand`.
pub fn negate(operand: &Value) -> Value {
    match operand {
        Value::Integer(number) => number.checked_neg().map_or(Value::Null, Value::Integer),
        Value::Decimal(number) => Value::Decimal(-*number),
        Value::Duration(seconds) => seconds.checked_neg().map_or(Value::Null, Value::Duration),
        _ => Value::Null,
    }
}

/// Whether a condition holds: only true does.
pub(super) fn is_true(value: &Value) -> bool {
    matches!(value, Value::Boolean(true))
}

/// What `=` means: null equals null only, whole and decimal numbers are compared as numbers, texts exactly.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Integer(a), Value::Decimal(b)) | (Value::Decimal(b), Value::Integer(a)) => {
            Decimal::from(*a) == *b
        }
        _ => left == right,
    }
}

/// A number as a decimal; `None` for anything else.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

fn ordered(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Value {
    let comparable = !left.is_null() && !right.is_null();
    Value::Boolean(comparable && holds(value::compare(left, right)))
}

fn textual(left: &Value, right: &Value, holds: fn(&str, &str) -> bool) -> Value {
    Value::Boolean(matches!((left, right), (Value::Text(left), Value::Text(right)) if holds(left, right)))
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => a.checked_add(*b).map(Value::Integer),
        (Value::Duration(a), Value::Duration(b)) => a.checked_add(*b).map(Value::Duration),
        (Value::Date(_) | Value::DateTime(_), Value::Duration(seconds)) => moved(left, *seconds),
        (Value::Duration(seconds), Value::Date(_) | Value::DateTime(_)) => moved(right, *seconds),
        _ => arithmetic::add(decimal(left)?, decimal(right)?).map(Value::Decimal),
    }
}

fn subtract(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => a.checked_sub(*b).map(Value::Integer),
        (Value::Duration(a), Value::Duration(b)) => a.checked_sub(*b).map(Value::Duration),
        (Value::Date(_) | Value::DateTime(_), Value::Duration(seconds)) => {
            moved(left, seconds.checked_neg()?)
        }
        (Value::Date(a), Value::Date(b)) => Some(Value::Integer(a.duration_since(*b).as_hours() / 24)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(Value::Duration(a.duration_since(*b).as_secs())),
        _ => arithmetic::subtract(decimal(left)?, decimal(right)?).map(Value::Decimal),
    }
}

fn multiply(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => a.checked_mul(*b).map(Value::Integer),
        (Value::Duration(seconds), factor) | (factor, Value::Duration(seconds)) => {
            let product = arithmetic::multiply(Decimal::from(*seconds), decimal(factor)?)?;
            arithmetic::whole_half_even(product).map(Value::Duration)
        }
        _ => arithmetic::multiply(decimal(left)?, decimal(right)?).map(Value::Decimal),
    }
}

fn divide(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => {
            arithmetic::divide(Decimal::from(*a), Decimal::from(*b)).map(Value::Decimal)
        }
        (Value::Duration(seconds), divisor) => {
            let quotient = arithmetic::divide(Decimal::from(*seconds), decimal(divisor)?)?;
            arithmetic::whole_half_even(quotient).map(Value::Duration)
        }
        _ => arithmetic::divide(decimal(left)?, decimal(right)?).map(Value::Decimal),
    }
}

/// A day or an instant moved by `seconds`, within years 1 to 9999. A day only moves by whole days.
fn moved(from: &Value, seconds: i64) -> Option<Value> {
    const DAY: i64 = 86_400;
    match from {
        Value::Date(day) if seconds % DAY == 0 => {
            let moved = day.checked_add(SignedDuration::from_secs(seconds)).ok()?;
            in_years(moved).then_some(Value::Date(moved))
        }
        Value::DateTime(instant) => {
            let moved = instant.checked_add(SignedDuration::from_secs(seconds)).ok()?;
            in_years(jiff::tz::TimeZone::UTC.to_datetime(moved).date()).then_some(Value::DateTime(moved))
        }
        _ => None,
    }
}

/// Whether a day is one that fields can hold.
pub(super) fn in_years(day: Date) -> bool {
    day.year() >= 1
}
