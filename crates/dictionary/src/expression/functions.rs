//! Functions of values: the one definition, for memory and for stores, which register [`call`] with their database.

use std::borrow::Borrow;

use jiff::civil;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub use super::operators::{binary, negate, not};
use super::operators::{decimal, in_years, is_true};
use super::{BinaryOperator, Context, Function, arithmetic};
use crate::identifiers;
use crate::sphere;
use crate::text;
use crate::value::{self, Value};

/// Every function with its name in the language.
pub static FUNCTIONS: &[(&str, Function)] = &[
    ("me", Function::Me),
    ("now", Function::Now),
    ("today", Function::Today),
    ("coalesce", Function::Coalesce),
    ("if", Function::If),
    ("lower", Function::Lower),
    ("upper", Function::Upper),
    ("trim", Function::Trim),
    ("length", Function::Length),
    ("concat", Function::Concat),
    ("substring", Function::Substring),
    ("position", Function::Position),
    ("fold", Function::Fold),
    ("abs", Function::Abs),
    ("round", Function::Round),
    ("floor", Function::Floor),
    ("ceil", Function::Ceil),
    ("min", Function::Min),
    ("max", Function::Max),
    ("div", Function::Div),
    ("mod", Function::Mod),
    ("year", Function::Year),
    ("month", Function::Month),
    ("day", Function::Day),
    ("hour", Function::Hour),
    ("minute", Function::Minute),
    ("second", Function::Second),
    ("fraction", Function::Fraction),
    ("offset_minutes", Function::OffsetMinutes),
    ("time", Function::TimeOf),
    ("date", Function::DateOf),
    ("datetime", Function::DateTimeOf),
    ("days", Function::Days),
    ("hours", Function::Hours),
    ("minutes", Function::Minutes),
    ("is_siren", Function::IsSiren),
    ("is_siret", Function::IsSiret),
    ("is_vat", Function::IsVat),
    ("is_iban", Function::IsIban),
    ("luhn", Function::Luhn),
    ("distance", Function::Distance),
];

impl Function {
    /// Name in the language.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, f)| *f == self).map_or("", |(name, _)| name)
    }

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// Whether it depends on the moment or on the caller, beside its arguments.
    pub fn is_volatile(self) -> bool {
        matches!(self, Function::Me | Function::Now | Function::Today)
    }
}

/// The value of `function(arguments…)`. Null arguments give null, but for `coalesce`, `if` and `concat`; so do arguments that the checker
/// would have refused, in number or in type.
pub fn call<V: Borrow<Value>>(function: Function, arguments: &[V], context: &Context) -> Value {
    value_of(function, arguments, context).unwrap_or_default()
}

fn value_of<V: Borrow<Value>>(function: Function, arguments: &[V], context: &Context) -> Option<Value> {
    let argument = |i: usize| arguments.get(i).map(Borrow::borrow);
    let text = |i: usize| argument(i).and_then(Value::as_text);
    let whole = |i: usize| argument(i).and_then(whole_number);
    match function {
        Function::Me => context.me.map(Value::Id),
        Function::Now => Some(Value::DateTime(context.now)),
        Function::Today => {
            let day = context.zone.to_datetime(context.now).date();
            in_years(day).then_some(Value::Date(day))
        }
        Function::Coalesce => arguments.iter().map(Borrow::borrow).find(|value| !value.is_null()).cloned(),
        Function::If => argument(if is_true(argument(0)?) { 1 } else { 2 }).cloned(),
        Function::Lower => some_text(text(0)?.to_lowercase()),
        Function::Upper => some_text(text(0)?.to_uppercase()),
        Function::Trim => some_text(text(0)?.trim()),
        Function::Fold => some_text(text::fold(text(0)?)),
        Function::Length => i64::try_from(text(0)?.chars().count()).ok().map(Value::Integer),
        Function::Concat => {
            some_text(arguments.iter().map(|v| value::to_text(v.borrow())).collect::<String>())
        }
        Function::Substring => {
            substring(text(0)?, whole(1)?, if arguments.len() > 2 { Some(whole(2)?) } else { None })
        }
        Function::Position => Some(Value::Integer(position(text(0)?, text(1)?)?)),
        Function::Div => divided(argument(0)?, argument(1)?),
        Function::Mod => remainder(argument(0)?, argument(1)?),
        Function::Abs => absolute(argument(0)?),
        Function::Round if arguments.len() > 1 => rounded(argument(0)?, whole(1)?),
        Function::Round => {
            arithmetic::whole(arithmetic::round(decimal(argument(0)?)?, 0)?).map(Value::Integer)
        }
        Function::Floor => arithmetic::whole(decimal(argument(0)?)?.floor()).map(Value::Integer),
        Function::Ceil => arithmetic::whole(decimal(argument(0)?)?.ceil()).map(Value::Integer),
        Function::Min => extreme(arguments, std::cmp::Ordering::is_lt),
        Function::Max => extreme(arguments, std::cmp::Ordering::is_gt),
        Function::Year => Some(Value::Integer(day_of(argument(0)?, context)?.year().into())),
        Function::Month => Some(Value::Integer(day_of(argument(0)?, context)?.month().into())),
        Function::Day => Some(Value::Integer(day_of(argument(0)?, context)?.day().into())),
        Function::Hour => Some(Value::Integer(time_of(argument(0)?, context)?.hour().into())),
        Function::Minute => Some(Value::Integer(time_of(argument(0)?, context)?.minute().into())),
        Function::Second => Some(Value::Integer(time_of(argument(0)?, context)?.second().into())),
        Function::Fraction => {
            let nanoseconds = time_of(argument(0)?, context)?.subsec_nanosecond();
            Some(Value::Decimal(Decimal::new(nanoseconds.into(), 9).normalize()))
        }
        Function::OffsetMinutes => match argument(0)? {
            Value::DateTime(instant) => {
                Some(Value::Integer(i64::from(context.zone.to_offset(*instant).seconds()).div_euclid(60)))
            }
            _ => None,
        },
        Function::TimeOf => {
            let time = time_of(argument(0)?, context)?;
            // A time of day has whole seconds.
            civil::Time::new(time.hour(), time.minute(), time.second(), 0).ok().map(Value::Time)
        }
        Function::DateOf => day_of(argument(0)?, context).map(Value::Date),
        Function::DateTimeOf => first_instant(argument(0)?, context),
        Function::Days => duration(argument(0)?, 86_400),
        Function::Hours => duration(argument(0)?, 3_600),
        Function::Minutes => duration(argument(0)?, 60),
        Function::IsSiren => Some(Value::Boolean(identifiers::is_siren(text(0)?))),
        Function::IsSiret => Some(Value::Boolean(identifiers::is_siret(text(0)?))),
        Function::IsVat => Some(Value::Boolean(identifiers::is_vat(text(0)?))),
        Function::IsIban => Some(Value::Boolean(identifiers::is_iban(text(0)?))),
        Function::Luhn => Some(Value::Boolean(identifiers::luhn(text(0)?))),
        Function::Distance => match (argument(0)?, argument(1)?) {
            (Value::Point(a), Value::Point(b)) => Some(Value::Integer(sphere::metres(*a, *b))),
            _ => None,
        },
    }
}

/// Empty text is null: there is one way to be empty.
fn some_text(text: impl Into<String>) -> Option<Value> {
    Some(text.into()).filter(|text| !text.is_empty()).map(Value::Text)
}

fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Decimal(number) if number.fract().is_zero() => number.to_i64(),
        _ => None,
    }
}

/// `length` characters from the `from`th, which counts from 1; all that follow without `length`.
fn substring(text: &str, from: i64, length: Option<i64>) -> Option<Value> {
    // A start before the text uses up length, as in SQL.
    let end = length.map(|length| from.saturating_add(length.max(0)));
    let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(0);
    let take = end.map_or(usize::MAX, |end| {
        let first = from.max(1);
        usize::try_from(end.saturating_sub(first)).unwrap_or(0)
    });
    some_text(text.chars().skip(skip).take(take).collect::<String>())
}

/// Where `part` first stands in `text`, in characters counted from 1; 0 if it does not.
fn position(text: &str, part: &str) -> Option<i64> {
    match text.find(part) {
        Some(byte) => i64::try_from(text[..byte].chars().count()).ok().map(|before| before + 1),
        None => Some(0),
    }
}

/// The whole quotient of whole numbers, cut towards zero; `/` for anything else.
fn divided(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => a.checked_div(*b).map(Value::Integer),
        _ => Some(binary(BinaryOperator::Divide, left, right)),
    }
}

/// What division leaves, with the sign of `left`.
fn remainder(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        // The smallest number divided by -1 overflows, but leaves 0.
        (Value::Integer(_), Value::Integer(-1)) => Some(Value::Integer(0)),
        (Value::Integer(a), Value::Integer(b)) => a.checked_rem(*b).map(Value::Integer),
        _ => arithmetic::remainder(decimal(left)?, decimal(right)?).map(Value::Decimal),
    }
}

fn absolute(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(number) => number.checked_abs().map(Value::Integer),
        Value::Decimal(number) => Some(Value::Decimal(number.abs())),
        Value::Duration(seconds) => seconds.checked_abs().map(Value::Duration),
        _ => None,
    }
}

fn rounded(value: &Value, places: i64) -> Option<Value> {
    match value {
        Value::Integer(number) => {
            arithmetic::whole(arithmetic::round(Decimal::from(*number), places)?).map(Value::Integer)
        }
        Value::Decimal(number) => arithmetic::round(*number, places).map(Value::Decimal),
        _ => None,
    }
}

/// The first of the arguments that beats all others; null if one of them is.
fn extreme<V: Borrow<Value>>(arguments: &[V], beats: fn(std::cmp::Ordering) -> bool) -> Option<Value> {
    let mut best: Option<&Value> = None;
    for value in arguments.iter().map(Borrow::borrow) {
        if value.is_null() {
            return None;
        }
        if best.is_none_or(|best| beats(value::compare(value, best))) {
            best = Some(value);
        }
    }
    best.cloned()
}

fn day_of(value: &Value, context: &Context) -> Option<civil::Date> {
    let day = match value {
        Value::Date(day) => *day,
        Value::DateTime(instant) => context.zone.to_datetime(*instant).date(),
        _ => return None,
    };
    in_years(day).then_some(day)
}

fn time_of(value: &Value, context: &Context) -> Option<civil::Time> {
    match value {
        Value::Time(time) => Some(*time),
        Value::DateTime(instant) => Some(context.zone.to_datetime(*instant).time()),
        _ => None,
    }
}

/// The instant at which a day starts in the zone.
fn first_instant(value: &Value, context: &Context) -> Option<Value> {
    let Value::Date(day) = value else { return None };
    let instant = context.zone.to_timestamp(day.to_datetime(civil::Time::midnight())).ok()?;
    Some(Value::DateTime(instant))
}

/// `value` times `unit_seconds`, to the nearest second.
fn duration(value: &Value, unit_seconds: i64) -> Option<Value> {
    let seconds = match value {
        Value::Integer(count) => count.checked_mul(unit_seconds)?,
        _ => {
            arithmetic::whole_half_even(arithmetic::multiply(decimal(value)?, Decimal::from(unit_seconds))?)?
        }
    };
    Some(Value::Duration(seconds))
}
