//! Full-text search: one index for the whole environment, so that a hundred entities do not cost five hundred tables.
//!
//! Texts are folded before they are indexed and words before they are looked for. A row keeps a mark of the text it is found by, so that
//! an update that leaves it alone costs nothing here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

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

/// Changes of the index that wait for the commit, or for somebody who searches: the index writes itself out at each savepoint, so that changes
/// made unit by unit would cost as many small writes.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Of units that ended before in the same commit.
    earlier: Vec<Indexing>,
    /// The earlier ones were made within the unit that runs, and are undone with it.
    earlier_made: bool,
    /// Of the unit that runs.
    own: Vec<Indexing>,
}

impl Waiting {
    fn add(&mut self, layout: &Layout, number: i64, text: &str) {
        self.own.push(Indexing { entity: Arc::clone(&layout.entity), number, text: Some(fold(text)) });
    }

    fn remove(&mut self, layout: &Layout, number: i64) {
        self.own.push(Indexing { entity: Arc::clone(&layout.entity), number, text: None });
    }

    /// Makes them.
    pub(crate) fn make(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut bases = HashMap::new();
        if !self.earlier_made {
            self.earlier.iter().try_for_each(|change| change.make(db, &mut bases))?;
            self.earlier_made = true;
        }
        self.own.drain(..).try_for_each(|change| change.make(db, &mut bases))
    }

    /// The unit is kept.
    pub(crate) fn keep(&mut self) {
        if std::mem::take(&mut self.earlier_made) {
            self.earlier.clear();
        }
        self.earlier.append(&mut self.own);
    }

    /// The unit is taken back, and what it made of the index with it.
    pub(crate) fn take_back(&mut self) {
        self.earlier_made = false;
        self.own.clear();
    }
}

/// A row found by a folded text from now on, or found no more.
#[derive(Debug)]
struct Indexing {
    entity: Arc<str>,
    /// Row number in the entity's table.
    number: i64,
    text: Option<String>,
}

impl Indexing {
    /// `bases`: where the row numbers of each entity begin in the index.
    ///
    /// Statements of one row and no subquery, because SQLite lets the index write itself out before any other.
    fn make(&self, db: &Connection, bases: &mut HashMap<Arc<str>, i64>) -> Result<(), StoreError> {
        let failed = fault("index a row");
        let base = match bases.get(&self.entity) {
            Some(base) => *base,
            None => {
                let number: i64 = db
                    .prepare_cached("SELECT number FROM _name WHERE name = ?1")
                    .and_then(|mut statement| statement.query_row([&*self.entity], |row| row.get(0)))
                    .map_err(&failed)?;
                bases.insert(Arc::clone(&self.entity), number << SEARCH_SHIFT);
                number << SEARCH_SHIFT
            }
        };
        let row = base + self.number;
        match &self.text {
            Some(text) => db
                .prepare_cached("INSERT INTO _search (rowid, text) VALUES (?1, ?2)")
                .and_then(|mut statement| statement.execute(params![row, text])),
            None => db
                .prepare_cached("DELETE FROM _search WHERE rowid = ?1")
                .and_then(|mut statement| statement.execute([row])),
        }
        .map(drop)
        .map_err(failed)
    }
}

/// Makes a row that was just added found by `text`.
pub(crate) fn add(waiting: &RefCell<Waiting>, layout: &Layout, number: i64, text: &str) {
    waiting.borrow_mut().add(layout, number, text);
}

/// Makes a row that was just removed found no more.
pub(crate) fn remove(waiting: &RefCell<Waiting>, layout: &Layout, number: i64) {
    waiting.borrow_mut().remove(layout, number);
}

/// Makes a row found by `text` and nothing else.
pub(crate) fn replace(
    (db, waiting): (&Connection, &RefCell<Waiting>),
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
        remove(waiting, layout, number);
    }
    if let Some(text) = text {
        add(waiting, layout, number, text);
    }
    let sql = format!("UPDATE \"{}\" SET _search = ?2 WHERE \"id\" = ?1", layout.entity);
    db.prepare_cached(&sql)
        .and_then(|mut statement| statement.execute(params![id.0.as_bytes(), mark]))
        .map(drop)
        .map_err(failed)
}
