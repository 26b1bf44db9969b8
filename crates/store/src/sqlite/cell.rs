//! Values as SQLite keeps them: `docs/decisions/0009-tables-of-sqlite.md`.

use dictionary::field_types::ColumnKind;
use dictionary::{RecordId, Value};
use journal::value::{date_of_days, days_of, instant_of_micros, micros_of};
use rusqlite::types::{Value as Cell, ValueRef};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::cell::{checked, json_text, misfit, scaled, seconds_of, time_of_seconds};
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
