//! What SQL alone cannot do exactly, lent to SQLite from `dictionary`: the same code as in memory, so the same answers.

use std::sync::Arc;

use dictionary::Value;
use parking_lot::Mutex;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::error::StoreError;
use crate::query::Context;
use crate::sql::Form;
use crate::sqlite::cell;

/// Makes the collation and the functions known to a connection. Functions read the moment and the person in `context`.
pub(crate) fn register(db: &Connection, _context: &Arc<Mutex<Option<Context>>>) -> rusqlite::Result<()> {
    db.create_collation("folded", dictionary::text::compare)?;
    Ok(())
}

/// A value that a statement returned, in that form.
pub(crate) fn decode(form: Form, cell: ValueRef<'_>) -> Result<Value, StoreError> {
    let damaged = || StoreError::database("read an answer of the database", format!("{cell:?} as {form:?}"));
    match (form, cell) {
        (_, ValueRef::Null) | (Form::Null, _) => Ok(Value::Null),
        (Form::Column(kind), cell) => cell::decode(kind, cell),
        (Form::Decimal, ValueRef::Text(text)) => {
            let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            number.map(Value::Decimal).ok_or_else(damaged)
        }
        (Form::Packed, ValueRef::Blob(bytes)) => journal::value::decode(bytes).map_err(|_| damaged()),
        _ => Err(damaged()),
    }
}
