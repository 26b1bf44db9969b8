//! One unit of work: it writes rows, notes what changed, and ends as a journal entry.

use std::collections::HashMap;
use std::sync::Arc;

use dictionary::model::{Entity, FieldIndex};
use dictionary::{Dictionary, RecordId, Value};
use jiff::Timestamp;
use journal::chain::{Header, chain_hash};
use journal::payload::{encode_changes, payload_hash};
use journal::value::{instant_of_micros, micros_of};
use journal::{Actor, Cause, Change, Entry, Operation, Position};
use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::error::StoreError;
use crate::files::FileStore;
use crate::head::HeadState;
use crate::layout::{Layout, Layouts};
use crate::query::{Aggregation, Grouping, Select};
use crate::row::Row;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::reads::Reads;
use crate::sqlite::{cell, duplicate, entries, migrate, search};
use crate::{Head, Snapshot, Transaction};

/// A record that the unit touched: as it was before the unit, and as it is now.
struct Touched {
    layout: Arc<Layout>,
    before: Option<Row>,
    after: Option<Row>,
}

/// A unit of work in progress.
pub(crate) struct SqliteTransaction<'w> {
    connection: &'w Connection,
    layouts: &'w Layouts,
    /// `None` once rows may refer to files that are not there.
    files: Option<&'w dyn FileStore>,
    head: HeadState,
    cause: Option<Cause>,
    /// In the order they were first touched.
    touched: Vec<Touched>,
    places: HashMap<(RecordId, Arc<str>), usize>,
    migration: Option<Change>,
}

impl<'w> SqliteTransaction<'w> {
    /// Starts on `head`, inside a savepoint of the caller.
    pub(crate) fn new(
        connection: &'w Connection,
        layouts: &'w Layouts,
        files: &'w dyn FileStore,
        head: HeadState,
    ) -> Self {
        SqliteTransaction {
            connection,
            layouts,
            files: Some(files),
            head,
            cause: None,
            touched: Vec::new(),
            places: HashMap::new(),
            migration: None,
        }
    }

    /// Writes the journal entry, if anything changed; returns the head after it.
    pub(crate) fn finish(mut self) -> Result<HeadState, StoreError> {
        self.undo_pointless()?;
        let changes = Transaction::changes(&self);
        if changes.is_empty() {
            return Ok(self.head);
        }
        for Touched { layout, before, after } in &self.touched {
            if let Some(before) = before {
                self.head.digest.remove(&layout.bytes(before));
            }
            if let Some(after) = after {
                self.head.digest.add(&layout.bytes(after));
            }
        }
        let cause = self.cause.take().ok_or_else(no_cause)?;
        let payload = encode_changes(&changes);
        let (payload_hash, digest) = (payload_hash(&payload.bytes), self.head.digest.hash());
        let (position, epoch) = (self.head.position + 1, self.head.epoch);
        let header = Header { position, epoch, cause: &cause, payload_hash: &payload_hash, digest: &digest };
        let chain = chain_hash(&self.head.chain, header);
        let entry = Entry { position, epoch, cause, changes: None, payload_hash, digest, chain };
        let records = changes.iter().map(|change| (change.entity.as_str(), change.record));
        entries::append(&self.connection.db, &entry, &payload, records)?;
        self.head.position = position;
        self.head.chain = chain;
        Ok(self.head)
    }

    /// Rows that were changed and changed back get their version back, so that they leave no trace.
    fn undo_pointless(&mut self) -> Result<(), StoreError> {
        let touched = std::mem::take(&mut self.touched);
        for one in touched {
            if let (Some(before), Some(after)) = (&one.before, &one.after)
                && !one.layout.differ(before, after)
            {
                self.write_differences(&one.layout, after, before)?;
            } else if one.before.is_some() || one.after.is_some() {
                self.touched.push(one);
            }
        }
        Ok(())
    }

    fn moment(&self) -> Result<(Timestamp, Option<RecordId>), StoreError> {
        let cause = self.cause.as_ref().ok_or_else(no_cause)?;
        let by = match cause.actor {
            Actor::User(id) => Some(id),
            Actor::System => None,
        };
        Ok((cause.at, by))
    }

    /// Refuses a row whose files are not there, those apart that `before` had already.
    fn require_files(&self, row: &Row, before: Option<&Row>) -> Result<(), StoreError> {
        let Some(files) = self.files else { return Ok(()) };
        for (field, value) in row.0.iter().enumerate() {
            let Value::File(file) = value else { continue };
            if before.is_some_and(|before| before.get(field) == value) {
                continue;
            }
            let size = files.size(&file.hash);
            if size.map_err(|error| StoreError::database("look for a file", error))?.is_none() {
                return Err(StoreError::MissingFile { hash: file.hash.clone() });
            }
        }
        Ok(())
    }

    fn place(&self, layout: &Layout, id: RecordId) -> Option<usize> {
        self.places.get(&(id, Arc::clone(&layout.entity))).copied()
    }

    /// Notes that a record goes from one state to another.
    fn note_change(&mut self, layout: Arc<Layout>, id: RecordId, before: Option<Row>, after: Option<Row>) {
        match self.place(&layout, id) {
            Some(place) => self.touched[place].after = after,
            None => {
                self.places.insert((id, Arc::clone(&layout.entity)), self.touched.len());
                self.touched.push(Touched { layout, before, after });
            }
        }
    }

    /// The columns in which two rows differ, with the cells of the new one.
    fn differing_cells(
        &self,
        layout: &Layout,
        old: &Row,
        new: &Row,
    ) -> Result<Vec<(String, Cell)>, StoreError> {
        let mut cells = Vec::new();
        for field in 0..layout.fields.len() {
            if old.get(field) == new.get(field) {
                continue;
            }
            let values = layout.cells(field, new.get(field));
            for (column, value) in layout.columns_of(field).iter().zip(values.as_slice()) {
                cells.push((column.name.clone(), cell::encode(column.kind, value)?));
            }
        }
        Ok(cells)
    }

    /// Only the columns that differ are written: an index whose columns stay is not touched.
    fn write_differences(&self, layout: &Layout, old: &Row, new: &Row) -> Result<(), StoreError> {
        let cells = self.differing_cells(layout, old, new)?;
        if cells.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = cells.iter().map(|(name, _)| format!("\"{name}\" = ?")).collect();
        let sql = format!(
            "UPDATE \"{}\" SET {} WHERE \"id\" = ? AND \"version\" = ?",
            layout.entity,
            names.join(", ")
        );
        let mut values: Vec<Cell> = cells.into_iter().map(|(_, cell)| cell).collect();
        values.push(Cell::Blob(old.id().0.as_bytes().to_vec()));
        values.push(Cell::Integer(layout.version(old)));
        let changed = self
            .connection
            .db
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values)))
            .map_err(|error| duplicate::explain(error, layout, "change a row"))?;
        if changed == 1 { Ok(()) } else { Err(not_as_read(layout, old.id())) }
    }

    fn reads(&self) -> Reads<'_> {
        Reads { connection: self.connection, layouts: self.layouts }
    }

    /// Row number in the table, for full-text search.
    fn row_number(&self, layout: &Layout, id: RecordId) -> Result<Option<i64>, StoreError> {
        let sql = format!("SELECT _row FROM \"{}\" WHERE \"id\" = ?1", layout.entity);
        self.connection
            .db
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row([id.0.as_bytes()], |row| row.get(0)).optional())
            .map_err(fault("read a row"))
    }
}

fn no_cause() -> StoreError {
    StoreError::database("change a row", "the unit of work has not said its cause")
}

fn not_as_read(layout: &Layout, id: RecordId) -> StoreError {
    let what = format!("{} {id} is not as this unit of work read it", layout.entity);
    StoreError::database("change a row", what)
}

impl Snapshot for SqliteTransaction<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.head.view())
    }

    crate::sqlite::delegate_reads!();
}

impl Transaction for SqliteTransaction<'_> {
    fn set_cause(&mut self, mut cause: Cause) {
        // The journal keeps microseconds: rows must say the same instant.
        cause.at = instant_of_micros(micros_of(cause.at)).unwrap_or(cause.at);
        self.cause = Some(cause);
    }

    fn allow_missing_files(&mut self) {
        self.files = None;
    }

    fn insert(&mut self, entity: &Entity, mut row: Row, search_text: Option<&str>) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let (at, by) = self.moment()?;
        self.require_files(&row, None)?;
        let id = row.id();
        let version = self.next_position() as i64;
        layout.stamp(&mut row, version, Value::DateTime(at), by, true);
        let before = self.place(&layout, id).and_then(|place| self.touched[place].before.clone());
        if let Some(before) = &before {
            // Removed and made again by the same unit: the journal will tell one update.
            layout.keep_creation(&mut row, before);
        }
        let mut names = Vec::with_capacity(layout.columns.len() + 1);
        let mut values = Vec::with_capacity(layout.columns.len() + 1);
        for field in 0..layout.fields.len() {
            let cells = layout.cells(field, row.get(field));
            for (column, value) in layout.columns_of(field).iter().zip(cells.as_slice()) {
                names.push(column.name.as_str());
                values.push(cell::encode(column.kind, value)?);
            }
        }
        names.push("_search");
        values.push(search::mark(search_text));
        let sql = format!(
            "INSERT INTO \"{}\" (\"{}\") VALUES ({})",
            layout.entity,
            names.join("\", \""),
            vec!["?"; names.len()].join(", ")
        );
        let number = self
            .connection
            .db
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.insert(params_from_iter(values)))
            .map_err(|error| duplicate::explain(error, &layout, "add a row"))?;
        if let Some(text) = search_text {
            search::add(&self.connection.db, &layout, number, text)?;
        }
        self.note_change(layout, id, None, Some(row));
        Ok(())
    }

    fn update(
        &mut self,
        entity: &Entity,
        old: &Row,
        mut new: Row,
        search_text: Option<&str>,
    ) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let id = new.id();
        self.index(entity, id, search_text)?;
        let current = self.place(&layout, id).and_then(|place| self.touched[place].after.clone());
        let old = current.as_ref().unwrap_or(old);
        layout.keep_creation(&mut new, old);
        if !layout.differ(old, &new) {
            return Ok(());
        }
        let (at, by) = self.moment()?;
        self.require_files(&new, Some(old))?;
        layout.stamp(&mut new, self.next_position() as i64, Value::DateTime(at), by, false);
        debug_assert_eq!(
            Snapshot::get(self, entity, id).ok().flatten().as_ref().map(|row| layout.bytes(row)),
            Some(layout.bytes(old)),
            "the row handed over as old is not the one in the store"
        );
        self.write_differences(&layout, old, &new)?;
        let before = old.clone();
        self.note_change(layout, id, Some(before), Some(new));
        Ok(())
    }

    fn delete(&mut self, entity: &Entity, old: &Row) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let id = old.id();
        self.moment()?;
        let current = self.place(&layout, id).and_then(|place| self.touched[place].after.clone());
        let old = current.as_ref().unwrap_or(old);
        let sql = format!(
            "DELETE FROM \"{}\" WHERE \"id\" = ?1 AND \"version\" = ?2 RETURNING _row, _search IS NOT NULL",
            layout.entity
        );
        let removed: Option<(i64, bool)> = self
            .connection
            .db
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                let key = params![id.0.as_bytes(), layout.version(old)];
                statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(fault("remove a row"))?;
        match removed {
            None => return Err(not_as_read(&layout, id)),
            Some((number, true)) => search::remove(&self.connection.db, &layout, number)?,
            Some((_, false)) => {}
        }
        let before = old.clone();
        self.note_change(layout, id, Some(before), None);
        Ok(())
    }

    fn index(&mut self, entity: &Entity, id: RecordId, search_text: Option<&str>) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        search::replace(&self.connection.db, &layout, id, search_text, |id| self.row_number(&layout, id))
    }

    fn next_number(&mut self, counter: &str, at_least: u64) -> Result<u64, StoreError> {
        let sql = "INSERT INTO _counter VALUES (?1, max(1, ?2)) ON CONFLICT (name)
            DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value";
        self.connection
            .db
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement.query_row(params![counter, at_least as i64], |row| row.get::<_, i64>(0))
            })
            .map(|number| number as u64)
            .map_err(fault("take a number"))
    }

    fn changes(&self) -> Vec<Change> {
        let rows = self.touched.iter().filter_map(|Touched { layout, before, after }| {
            let operation = match (before, after) {
                (None, Some(_)) => Operation::Create,
                (Some(_), Some(_)) => Operation::Update,
                (Some(_), None) => Operation::Delete,
                (None, None) => return None,
            };
            let fields = layout.differences(before.as_ref(), after.as_ref());
            let record = after.as_ref().or(before.as_ref())?.id();
            let unchanged = operation == Operation::Update && fields.is_empty();
            (!unchanged).then(|| Change { entity: layout.entity.to_string(), record, operation, fields })
        });
        self.migration.iter().cloned().chain(rows).collect()
    }

    fn next_position(&self) -> Position {
        self.head.position + 1
    }

    fn migrate(&mut self, old: Option<&Dictionary>, new: &Arc<Dictionary>) -> Result<(), StoreError> {
        if !self.touched.is_empty() || self.migration.is_some() {
            let what = "a unit of work changes the dictionary first, and once";
            return Err(StoreError::database("change the dictionary", what));
        }
        let position = self.next_position();
        let change = migrate::run(self.connection, self.layouts, &mut self.head, position, old, new)?;
        self.migration = change;
        Ok(())
    }

    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let db = &self.connection.db;
        match value {
            Some(value) => db
                .prepare_cached(
                    "INSERT INTO _note VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
                )
                .and_then(|mut statement| statement.execute([key, value])),
            None => db
                .prepare_cached("DELETE FROM _note WHERE key = ?1")
                .and_then(|mut statement| statement.execute([key])),
        }
        .map(drop)
        .map_err(fault("write a note"))
    }
}
