//! Values as SQLite keeps them: `docs/decisions/0009-tables-of-sqlite.md`.

use dictionary::field_types::ColumnKind;
use dictionary::{RecordId, Value};
use jiff::civil;
use journal::value::{date_of_days, days_of, instant_of_micros, micros_of};
use rusqlite::types::{Value as Cell, ValueRef};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::StoreError;

/// `value` for a column of that kind.
pub(crate) fn encode(kind: ColumnKind, value: &Value) -> Result<Cell, StoreError> {
    Ok(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (ColumnKind::Id, Value::Id(id)) => Cell::Blob(id.0.as_bytes().to_vec()),
        (ColumnKind::Text, Value::Text(text)) => Cell::Text(checked(text)?),
        (ColumnKind::Integer, Value::Integer(number)) => Cell::Integer(*number),
        (ColumnKind::Decimal(scale), Value::Decimal(number)) => {
            let scaled = scaled(*number, scale).ok_or_else(|| misfit(kind))?;
            Cell::Integer(scaled)
        }
        (ColumnKind::Boolean, Value::Boolean(boolean)) => Cell::Integer(i64::from(*boolean)),
        (ColumnKind::Date, Value::Date(date)) => Cell::Integer(i64::from(days_of(*date))),
        (ColumnKind::Time, Value::Time(time)) => Cell::Integer(seconds_of(*time)),
        (ColumnKind::DateTime, Value::DateTime(instant)) => Cell::Integer(micros_of(*instant)),
        (ColumnKind::Duration, Value::Duration(seconds)) => Cell::Integer(*seconds),
        (ColumnKind::Real, Value::Json(json)) => {
            Cell::Real(json.as_f64().filter(|n| n.is_finite()).ok_or_else(|| misfit(kind))?)
        }
        (ColumnKind::Tags, Value::Tags(tags)) => Cell::Text(checked(&json_text(tags))?),
        (ColumnKind::Json, Value::Json(json)) => Cell::Text(json_text(json)),
        _ => return Err(misfit(kind)),
    })
}

/// PostgreSQL has no NUL in texts, and C functions stop at it: no store keeps one.
fn checked(text: &str) -> Result<String, StoreError> {
    if text.contains('\0') {
        return Err(StoreError::database("keep a text", "it contains a NUL character"));
    }
    Ok(text.to_owned())
}

fn json_text(json: &impl serde::Serialize) -> String {
    serde_json::to_string(json).expect("texts and JSON values always serialise")
}

fn misfit(kind: ColumnKind) -> StoreError {
    StoreError::database("keep a value", format!("it does not fit a column of kind {kind:?}"))
}

/// The number of units of 10^−scale, if it is whole and fits.
pub(crate) fn scaled(number: Decimal, scale: u32) -> Option<i64> {
    let number = number.normalize();
    let factor = 10_i128.checked_pow(scale.checked_sub(number.scale())?)?;
    i64::try_from(number.mantissa().checked_mul(factor)?).ok()
}

/// Seconds since midnight.
pub(crate) fn seconds_of(time: civil::Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// The time that many seconds after midnight.
pub(crate) fn time_of_seconds(seconds: i64) -> Option<civil::Time> {
    if !(0..86_400).contains(&seconds) {
        return None;
    }
    Some(civil::time((seconds / 3_600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0))
}

/// The value in a column of that kind.
pub(crate) fn decode(kind: ColumnKind, cell: ValueRef<'_>) -> Result<Value, StoreError> {
    let value = match (kind, cell) {
        (_, ValueRef::Null) => Some(Value::Null),
        (ColumnKind::Id, ValueRef::Blob(bytes)) => {
            Uuid::from_slice(bytes).ok().map(|uuid| Value::Id(RecordId(uuid)))
        }
        (ColumnKind::Text, ValueRef::Text(bytes)) => {
            std::str::from_utf8(bytes).ok().map(|text| Value::Text(text.to_owned()))
        }
        (ColumnKind::Integer, ValueRef::Integer(number)) => Some(Value::Integer(number)),
        (ColumnKind::Decimal(scale), ValueRef::Integer(number)) => {
            Decimal::try_from_i128_with_scale(i128::from(number), scale).ok().map(Value::Decimal)
        }
        (ColumnKind::Boolean, ValueRef::Integer(number @ 0..=1)) => Some(Value::Boolean(number == 1)),
        (ColumnKind::Date, ValueRef::Integer(days)) => date_of_days(days).map(Value::Date),
        (ColumnKind::Time, ValueRef::Integer(seconds)) => time_of_seconds(seconds).map(Value::Time),
        (ColumnKind::DateTime, ValueRef::Integer(micros)) => instant_of_micros(micros).map(Value::DateTime),
        (ColumnKind::Duration, ValueRef::Integer(seconds)) => Some(Value::Duration(seconds)),
        (ColumnKind::Real, ValueRef::Real(number)) => Some(Value::Json(Box::new(number.into()))),
        (ColumnKind::Tags, ValueRef::Text(bytes)) => serde_json::from_slice(bytes).ok().map(Value::Tags),
        (ColumnKind::Json, ValueRef::Text(bytes)) => {
            serde_json::from_slice(bytes).ok().map(|json| Value::Json(Box::new(json)))
        }
        _ => None,
    };
    value.ok_or_else(|| StoreError::Damaged { what: format!("a cell of kind {kind:?} holds {cell:?}") })
}

/// SQLite's name of the column type, for `STRICT` tables.
pub(crate) fn column_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Id => "BLOB",
        ColumnKind::Text => "TEXT COLLATE folded",
        ColumnKind::Tags | ColumnKind::Json => "TEXT",
        ColumnKind::Real => "REAL",
        ColumnKind::Integer
        | ColumnKind::Decimal(_)
        | ColumnKind::Boolean
        | ColumnKind::Date
        | ColumnKind::Time
        | ColumnKind::DateTime
        | ColumnKind::Duration => "INTEGER",
    }
}
