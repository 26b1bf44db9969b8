//! What changes of the dictionary kept aside of records, forgotten for good.

use dictionary::RecordId;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};

use crate::error::StoreError;
use crate::sqlite::connection::fault;

const FAILED: &str = "forget what is kept aside of records";

/// Values per statement: far below SQLite's bound.
const IDS_MAX: usize = 500;

/// Empties the columns kept aside in the rows of `ids`, and removes rows kept aside that are or name one of them; answers how many rows.
pub(crate) fn forget(db: &Connection, entity: &str, ids: &[RecordId]) -> Result<u64, StoreError> {
    let mut count = 0;
    let columns = columns(db, entity)?;
    let kept: Vec<&str> =
        columns.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("_aside_")).collect();
    if !kept.is_empty() {
        let sets: Vec<String> = kept.iter().map(|name| format!("{} = NULL", quoted(name))).collect();
        let filled: Vec<String> = kept.iter().map(|name| format!("{} IS NOT NULL", quoted(name))).collect();
        let table = quoted(entity);
        count += each(db, ids, |marks| {
            let (sets, filled) = (sets.join(", "), filled.join(" OR "));
            format!("UPDATE {table} SET {sets} WHERE \"id\" IN ({marks}) AND ({filled})")
        })?;
    }
    for table in tables(db)? {
        // Ids and references: whoever is named by a row that nobody reads any more is named no more.
        for (name, _) in self::columns(db, &table)?.iter().filter(|(_, kind)| kind == "BLOB") {
            let (table, name) = (quoted(&table), quoted(name));
            count += each(db, ids, |marks| format!("DELETE FROM {table} WHERE {name} IN ({marks})"))?;
        }
    }
    Ok(count)
}

/// A name as it is, quoted for SQL: names that the program gave are plain words.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn each(db: &Connection, ids: &[RecordId], sql: impl Fn(&str) -> String) -> Result<u64, StoreError> {
    let mut count = 0;
    for part in ids.chunks(IDS_MAX) {
        let marks = vec!["?"; part.len()].join(", ");
        let cells = part.iter().map(|id| Cell::Blob(id.0.as_bytes().to_vec()));
        count += db.execute(&sql(&marks), params_from_iter(cells)).map_err(fault(FAILED))? as u64;
    }
    Ok(count)
}

fn tables(db: &Connection) -> Result<Vec<String>, StoreError> {
    db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '_aside_*'")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(fault(FAILED))
}

/// Name and type of each column of a table.
fn columns(db: &Connection, table: &str) -> Result<Vec<(String, String)>, StoreError> {
    db.prepare("SELECT name, type FROM pragma_table_info(?1)")
        .and_then(|mut statement| {
            statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .map_err(fault(FAILED))
}
