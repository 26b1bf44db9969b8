//! Full-text search: one index for the whole environment, so that a hundred entities do not cost five hundred tables.
//!
//! Texts are folded before they are indexed and words before they are looked for. A row keeps a mark of the text it is found by, so that
//! an update that leaves it alone costs nothing here.

use dictionary::RecordId;
use dictionary::text::fold;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params};

use crate::error::StoreError;
use crate::layout::Layout;
use crate::sqlite::connection::fault;
use crate::sqlite::dialect::SEARCH_SHIFT;

/// What the column `_search` says of a text: 63 bits of its hash, null for none.
pub(crate) fn mark(text: Option<&str>) -> Cell {
    let Some(text) = text else { return Cell::Null };
    let hash = blake3::hash(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    Cell::Integer(i64::from_le_bytes(first) & i64::MAX)
}

/// Makes a row found by `text`.
pub(crate) fn add(db: &Connection, layout: &Layout, number: i64, text: &str) -> Result<(), StoreError> {
    run(
        db,
        "INSERT INTO _search (rowid, text) SELECT (number << {SHIFT}) + ?2, ?3 FROM _name WHERE name = ?1",
    )
    .and_then(|mut statement| statement.execute(params![&*layout.entity, number, fold(text)]))
    .map(drop)
    .map_err(fault("index a row"))
}

/// Makes a row found no more.
pub(crate) fn remove(db: &Connection, layout: &Layout, number: i64) -> Result<(), StoreError> {
    run(db, "DELETE FROM _search WHERE rowid = (SELECT (number << {SHIFT}) + ?2 FROM _name WHERE name = ?1)")
        .and_then(|mut statement| statement.execute(params![&*layout.entity, number]))
        .map(drop)
        .map_err(fault("index a row"))
}

fn run<'c>(db: &'c Connection, sql: &str) -> rusqlite::Result<rusqlite::CachedStatement<'c>> {
    db.prepare_cached(&sql.replace("{SHIFT}", &SEARCH_SHIFT.to_string()))
}

/// Makes a row found by `text` and nothing else.
pub(crate) fn replace(
    db: &Connection,
    layout: &Layout,
    id: RecordId,
    text: Option<&str>,
    number: impl FnOnce(RecordId) -> Result<Option<i64>, StoreError>,
) -> Result<(), StoreError> {
    let failed = fault("index a row");
    let mark = mark(text);
    let sql = format!("SELECT _search FROM \"{}\" WHERE \"id\" = ?1", layout.entity);
    let marked: Option<Cell> = db
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let mut rows = statement.query([id.0.as_bytes()])?;
            rows.next()?.map(|row| row.get(0)).transpose()
        })
        .map_err(&failed)?;
    let Some(marked) = marked.filter(|marked| *marked != mark) else { return Ok(()) };
    let Some(number) = number(id)? else { return Ok(()) };
    if marked != Cell::Null {
        remove(db, layout, number)?;
    }
    if let Some(text) = text {
        add(db, layout, number, text)?;
    }
    let sql = format!("UPDATE \"{}\" SET _search = ?2 WHERE \"id\" = ?1", layout.entity);
    db.prepare_cached(&sql)
        .and_then(|mut statement| statement.execute(params![id.0.as_bytes(), mark]))
        .map(drop)
        .map_err(failed)
}
