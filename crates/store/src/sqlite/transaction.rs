//! One unit of work: it writes rows, notes what changed, and ends as a journal entry.

use std::sync::Arc;

use dictionary::model::Entity;
use dictionary::{Dictionary, RecordId};
use journal::{Cause, Change, Entry, Position, redaction};
use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::error::StoreError;
use crate::files::FileStore;
use crate::head::HeadState;
use crate::layout::{Layout, Layouts};
use crate::row::Row;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::reads::Reads;
use crate::sqlite::recent::Recent;
use crate::sqlite::writer::Pending;
use crate::sqlite::{aside, cell, duplicate, entries, migrate, search};
use crate::work::{Pointless, Work, not_as_read};
use crate::writer::Turn;
use crate::{Head, Moment, Snapshot, Transaction};

/// A unit of work in progress.
pub(crate) struct SqliteTransaction<'w> {
    connection: &'w Connection,
    recent: &'w Recent,
    layouts: &'w Layouts,
    pending: &'w Pending,
    work: Work<'w>,
}

impl<'w> SqliteTransaction<'w> {
    /// Starts on `head`, inside a savepoint of the caller.
    pub(crate) fn new(
        (connection, recent, layouts): (&'w Connection, &'w Recent, &'w Layouts),
        pending: &'w Pending,
        files: &'w dyn FileStore,
        (head, turn): (HeadState, Turn<'w>),
    ) -> Self {
        SqliteTransaction { connection, recent, layouts, pending, work: Work::new(files, head, turn) }
    }

    /// Writes the journal entry, if anything changed; returns the head after it.
    pub(crate) fn finish(mut self) -> Result<HeadState, StoreError> {
        for Pointless { layout, now, before } in self.work.take_pointless() {
            self.write_differences(&layout, &now, &before)?;
        }
        let (head, entry) = self.work.into_entry()?;
        if let Some(entry) = entry {
            entries::append(&self.connection.db, &entry)?;
            let changed = entry.records.into_iter().map(|(entity, id)| (id, entity));
            self.pending.changed.borrow_mut().extend(changed);
        }
        Ok(head)
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
        self.pending.protect(self.connection)?;
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
        Reads { connection: self.connection, layouts: self.layouts, pending: Some(self.pending) }
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

/// Adds a row: a value for each column of the table in order, then what the row is found by.
fn insert_row(layout: &Layout) -> &str {
    layout.insert.get_or_init(|| {
        let names = layout.columns.iter().map(|column| column.name.as_str()).chain(["_search"]);
        let names: Vec<&str> = names.collect();
        format!(
            "INSERT INTO \"{}\" (\"{}\") VALUES ({})",
            layout.entity,
            names.join("\", \""),
            vec!["?"; names.len()].join(", ")
        )
    })
}

impl Snapshot for SqliteTransaction<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.work.head.view())
    }

    fn moment(&self) -> Result<Moment, StoreError> {
        Ok(self.work.head.moment())
    }

    crate::snapshot::delegate_reads!(get_here);
}

impl SqliteTransaction<'_> {
    /// The row of that id: from memory if this unit wrote it, or if no unit of the group did and it was read a short while ago.
    fn get_here(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError> {
        let layout = self.layouts.of(entity);
        if let Some(written) = self.work.written(&layout, id) {
            return Ok(written.cloned());
        }
        if self.pending.migrated.get() || self.pending.changed.borrow().contains_key(&id) {
            return self.reads().get(entity, id);
        }
        if let Some(recent) = self.recent.get(&layout, id) {
            return Ok(Some(Row::clone(&recent)));
        }
        let row = self.reads().get(entity, id)?;
        if let Some(row) = &row {
            self.recent.keep_committed(&layout, row);
        }
        Ok(row)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn set_cause(&mut self, cause: Cause) {
        self.work.set_cause(cause);
    }

    fn certain(&mut self) {
        self.pending.spare();
    }

    fn is_waited_for(&self) -> bool {
        self.work.is_waited_for()
    }

    fn allow_missing_files(&mut self) {
        self.work.allow_missing_files();
    }

    fn insert(&mut self, entity: &Entity, row: Row, search_text: Option<&str>) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let row = self.work.row_to_insert(&layout, row)?;
        self.pending.protect(self.connection)?;
        let id = row.id();
        let mut values = Vec::with_capacity(layout.columns.len() + 1);
        for field in 0..layout.fields.len() {
            let cells = layout.cells(field, row.get(field));
            for (column, value) in layout.columns_of(field).iter().zip(cells.as_slice()) {
                values.push(cell::encode(column.kind, value)?);
            }
        }
        values.push(search::mark(search_text));
        let number = self
            .connection
            .db
            .prepare_cached(insert_row(&layout))
            .and_then(|mut statement| statement.insert(params_from_iter(values)))
            .map_err(|error| duplicate::explain(error, &layout, "add a row"))?;
        if let Some(text) = search_text {
            search::add(&self.pending.search, &layout, number, text);
        }
        self.work.note_change(layout, id, None, Some(row));
        Ok(())
    }

    fn update(
        &mut self,
        entity: &Entity,
        old: &Row,
        new: Row,
        search_text: Option<&str>,
    ) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let id = new.id();
        self.index(entity, id, search_text)?;
        let Some((before, new)) = self.work.row_to_update(&layout, old, new)? else { return Ok(()) };
        debug_assert_eq!(
            self.reads().get(entity, id).ok().flatten().as_ref().map(|row| layout.bytes(row)),
            Some(layout.bytes(&before)),
            "the row handed over as old is not the one in the store"
        );
        self.write_differences(&layout, &before, &new)?;
        self.work.note_change(layout, id, Some(before), Some(new));
        Ok(())
    }

    fn delete(&mut self, entity: &Entity, old: &Row) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let id = old.id();
        let before = self.work.row_to_delete(&layout, old)?;
        self.pending.protect(self.connection)?;
        let sql = format!(
            "DELETE FROM \"{}\" WHERE \"id\" = ?1 AND \"version\" = ?2 RETURNING _row, _search IS NOT NULL",
            layout.entity
        );
        let removed: Option<(i64, bool)> = self
            .connection
            .db
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                let key = params![id.0.as_bytes(), layout.version(&before)];
                statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(fault("remove a row"))?;
        match removed {
            None => return Err(not_as_read(&layout, id)),
            Some((number, true)) => search::remove(&self.pending.search, &layout, number),
            Some((_, false)) => {}
        }
        self.work.note_change(layout, id, Some(before), None);
        Ok(())
    }

    fn index(&mut self, entity: &Entity, id: RecordId, search_text: Option<&str>) -> Result<(), StoreError> {
        self.work.may_write()?;
        self.pending.protect(self.connection)?;
        let layout = self.layouts.of(entity);
        let index = (&self.connection.db, &self.pending.search);
        search::replace(index, &layout, id, search_text, |id| self.row_number(&layout, id))
    }

    fn next_number(&mut self, counter: &str, at_least: u64) -> Result<u64, StoreError> {
        self.work.may_write()?;
        self.pending.counters.borrow_mut().next(counter, at_least, || {
            self.connection
                .db
                .prepare_cached("SELECT value FROM _counter WHERE name = ?1")
                .and_then(|mut statement| {
                    statement.query_row([counter], |row| row.get::<_, i64>(0)).optional()
                })
                .map(|last| last.unwrap_or_default() as u64)
                .map_err(fault("take a number"))
        })
    }

    fn changes(&self) -> Vec<Change> {
        self.work.changes()
    }

    fn next_position(&self) -> Position {
        self.work.next_position()
    }

    fn hold(&mut self, held: bool) {
        self.work.head.held = held;
    }

    fn redact(&mut self, position: Position, changes: &[Change]) -> Result<(), StoreError> {
        self.work.may_write()?;
        self.pending.protect(self.connection)?;
        entries::know_redactions(&self.connection.db)?;
        let hash = entries::replace(&self.connection.db, position, changes)?;
        self.work.note_redaction(position, hash);
        Ok(())
    }

    fn certify(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.work.may_write()?;
        self.pending.protect(self.connection)?;
        if entry.changes.iter().flatten().any(|change| change.entity == redaction::ENTITY) {
            entries::know_redactions(&self.connection.db)?;
        }
        self.work.certify(entry);
        Ok(())
    }

    fn forget_aside(&mut self, entity: &Entity, ids: &[RecordId]) -> Result<u64, StoreError> {
        self.work.may_write()?;
        self.pending.protect(self.connection)?;
        aside::forget(&self.connection.db, &entity.name, ids)
    }

    fn migrate(&mut self, old: Option<&Dictionary>, new: &Arc<Dictionary>) -> Result<(), StoreError> {
        self.work.may_migrate()?;
        self.pending.protect(self.connection)?;
        self.pending.search.borrow_mut().make(&self.connection.db)?;
        self.pending.migrated.set(true);
        let position = self.next_position();
        let change = migrate::run(self.connection, self.layouts, &mut self.work.head, position, old, new)?;
        self.work.note_migration(change);
        Ok(())
    }

    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.work.may_write()?;
        self.pending.protect(self.connection)?;
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
