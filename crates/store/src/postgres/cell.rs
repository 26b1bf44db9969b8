//! Values as PostgreSQL keeps them: `docs/decisions/0021-tables-of-postgresql.md`.

use std::error::Error;

use dictionary::field_types::ColumnKind;
use dictionary::{RecordId, Value};
use journal::value::{date_of_days, days_of, instant_of_micros, micros_of};
use rust_decimal::Decimal;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::cell::{checked, json_text, misfit, scaled, seconds_of, time_of_seconds};
use crate::error::StoreError;

/// Days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const DAYS_TO_2000: i64 = 10_957;

/// Microseconds from 1970-01-01 to 2000-01-01.
const MICROS_TO_2000: i64 = DAYS_TO_2000 * 86_400_000_000;

/// A value on its way to the database, in its binary form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Boolean(bool),
    /// Of 16, 32 or 64 bits, as the place takes it.
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 2000-01-01.
    DateTime(i64),
    /// An array.
    List(Vec<Cell>),
}

impl Cell {
    /// A text or null.
    pub(crate) fn text(text: Option<&str>) -> Cell {
        text.map_or(Cell::Null, |text| Cell::Text(text.to_owned()))
    }

    /// An instant of the journal.
    pub(crate) fn instant(instant: jiff::Timestamp) -> Cell {
        Cell::DateTime(micros_of(instant) - MICROS_TO_2000)
    }

    /// The identity of a record.
    pub(crate) fn id(id: RecordId) -> Cell {
        Cell::Uuid(id.0)
    }
}

impl ToSql for Cell {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Cell::Null => Ok(IsNull::Yes),
            Cell::Boolean(boolean) => boolean.to_sql(ty, out),
            Cell::Integer(number) if *ty == Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
            Cell::Integer(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Cell::Integer(number) => number.to_sql(ty, out),
            Cell::Real(number) => number.to_sql(ty, out),
            Cell::Text(text) => text.to_sql(ty, out),
            Cell::Bytes(bytes) => bytes.to_sql(ty, out),
            Cell::Uuid(uuid) => uuid.to_sql(ty, out),
            Cell::Date(days) => days.to_sql(&Type::INT4, out),
            Cell::Time(micros) | Cell::DateTime(micros) => micros.to_sql(&Type::INT8, out),
            Cell::List(cells) => cells.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true // statements are ours: each place takes what is given there, or the server says so
    }

    to_sql_checked!();
}

/// `value` for a column of that kind.
pub(crate) fn encode(kind: ColumnKind, value: &Value) -> Result<Cell, StoreError> {
    Ok(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (ColumnKind::Id, Value::Id(id)) => Cell::Uuid(id.0),
        (ColumnKind::Text, Value::Text(text)) => Cell::Text(checked(text)?),
        (ColumnKind::Integer, Value::Integer(number)) => Cell::Integer(*number),
        (ColumnKind::Decimal(scale), Value::Decimal(number)) => {
            Cell::Integer(scaled(*number, scale).ok_or_else(|| misfit(kind))?)
        }
        (ColumnKind::Boolean, Value::Boolean(boolean)) => Cell::Boolean(*boolean),
        (ColumnKind::Date, Value::Date(date)) => {
            let days = i64::from(days_of(*date)) - DAYS_TO_2000;
            Cell::Date(i32::try_from(days).map_err(|_| misfit(kind))?)
        }
        (ColumnKind::Time, Value::Time(time)) => Cell::Time(seconds_of(*time) * 1_000_000),
        (ColumnKind::DateTime, Value::DateTime(instant)) => Cell::instant(*instant),
        (ColumnKind::Duration, Value::Duration(seconds)) => Cell::Integer(*seconds),
        (ColumnKind::Real, Value::Json(json)) => {
            Cell::Real(json.as_f64().filter(|n| n.is_finite()).ok_or_else(|| misfit(kind))?)
        }
        (ColumnKind::Tags, Value::Tags(tags)) => {
            Cell::List(tags.iter().map(|tag| checked(tag).map(Cell::Text)).collect::<Result<_, _>>()?)
        }
        // As a text: `json` keeps it letter for letter, where `jsonb` would write its numbers otherwise.
        (ColumnKind::Json, Value::Json(json)) => Cell::Text(json_text(json)),
        _ => return Err(misfit(kind)),
    })
}

/// A cell as the server sent it: its bytes, which [`decode`] reads by the kind of the column.
pub(crate) struct Sent<'a>(pub(crate) Option<&'a [u8]>, pub(crate) Type);

impl<'a> FromSql<'a> for Sent<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Sent(Some(raw), ty.clone()))
    }

    fn from_sql_null(ty: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Sent(None, ty.clone()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The value in a column of that kind.
pub(crate) fn decode(kind: ColumnKind, sent: &Sent<'_>) -> Result<Value, StoreError> {
    let Some(raw) = sent.0 else { return Ok(Value::Null) };
    let value = read(kind, &sent.1, raw);
    value.ok_or_else(|| StoreError::Damaged { what: format!("a cell of kind {kind:?} holds {raw:?}") })
}

fn read(kind: ColumnKind, ty: &Type, raw: &[u8]) -> Option<Value> {
    let integer = || match *ty {
        Type::INT4 => i32::from_sql(ty, raw).ok().map(i64::from),
        Type::INT8 => i64::from_sql(ty, raw).ok(),
        _ => None,
    };
    let micros = || i64::from_sql(&Type::INT8, raw).ok();
    match kind {
        ColumnKind::Id => Uuid::from_slice(raw).ok().map(|uuid| Value::Id(RecordId(uuid))),
        ColumnKind::Text => std::str::from_utf8(raw).ok().map(|text| Value::Text(text.to_owned())),
        ColumnKind::Integer => integer().map(Value::Integer),
        ColumnKind::Decimal(scale) => {
            Decimal::try_from_i128_with_scale(i128::from(integer()?), scale).ok().map(Value::Decimal)
        }
        ColumnKind::Boolean => bool::from_sql(ty, raw).ok().map(Value::Boolean),
        ColumnKind::Date => {
            let days = i64::from(i32::from_sql(&Type::INT4, raw).ok()?);
            date_of_days(days + DAYS_TO_2000).map(Value::Date)
        }
        ColumnKind::Time => {
            let micros = micros()?;
            (micros % 1_000_000 == 0).then(|| time_of_seconds(micros / 1_000_000).map(Value::Time))?
        }
        ColumnKind::DateTime => {
            instant_of_micros(micros()?.checked_add(MICROS_TO_2000)?).map(Value::DateTime)
        }
        ColumnKind::Duration => integer().map(Value::Duration),
        ColumnKind::Real => {
            let number = f64::from_sql(&Type::FLOAT8, raw).ok()?;
            Some(Value::Json(Box::new(number.into())))
        }
        ColumnKind::Tags => Vec::<String>::from_sql(ty, raw).ok().map(Value::Tags),
        ColumnKind::Json => serde_json::from_slice(raw).ok().map(|json| Value::Json(Box::new(json))),
    }
}

/// PostgreSQL's name of the column type.
pub(crate) fn column_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Id => "uuid",
        ColumnKind::Text => "text COLLATE \"C\"",
        ColumnKind::Tags => "text[] COLLATE \"C\"",
        ColumnKind::Json => "json",
        ColumnKind::Real => "double precision",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::Time => "time",
        ColumnKind::DateTime => "timestamptz",
        ColumnKind::Integer | ColumnKind::Decimal(_) | ColumnKind::Duration => "bigint",
    }
}
