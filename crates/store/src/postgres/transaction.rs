//! One unit of work: it writes rows, notes what changed, and ends as a journal entry. Writes wait in the connection and are sent with the
//! next read, or at the unit's end.

use std::sync::Arc;

use dictionary::field_types::ColumnKind;
use dictionary::model::Entity;
use dictionary::text::fold;
use dictionary::{Dictionary, RecordId, Value};
use journal::{Cause, Change, Entry, Position, redaction};

use crate::error::StoreError;
use crate::files::FileStore;
use crate::head::HeadState;
use crate::layout::{Layout, Layouts, TableColumn};
use crate::names::{folded, quoted};
use crate::postgres::cell::{Cell, encode};
use crate::postgres::connection::{Connection, Request, fault};
use crate::postgres::reads::Reads;
use crate::postgres::search;
use crate::postgres::writer::{Pending, release};
use crate::postgres::{aside, entries, migrate};
use crate::row::Row;
use crate::work::{Pointless, Work, not_as_read};
use crate::writer::Turn;
use crate::{Head, Snapshot, Transaction};

/// A unit of work in progress.
pub(crate) struct PostgresTransaction<'w> {
    connection: &'w Connection,
    layouts: &'w Layouts,
    schema: &'w str,
    pending: &'w Pending,
    /// Among others in a group: a savepoint takes its writes back.
    grouped: bool,
    work: Work<'w>,
}

/// Names and cells of columns, the folded ones too.
pub(crate) fn cells_of(columns: &[TableColumn], values: &[Value]) -> Result<Vec<(String, Cell)>, StoreError> {
    let mut cells = Vec::with_capacity(columns.len() * 2);
    for (column, value) in columns.iter().zip(values) {
        let cell = encode(column.kind, value)?;
        if column.kind == ColumnKind::Text {
            let folded_text = value.as_text().map_or(Cell::Null, |text| Cell::Text(fold(text)));
            cells.push((folded(&column.name), folded_text));
        }
        cells.push((column.name.clone(), cell));
    }
    Ok(cells)
}

/// Adds a row, given the names of its columns.
fn insert_row<'n>(layout: &Layout, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(quoted).collect();
    let marks: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", quoted(&layout.entity), names.join(", "), marks.join(", "))
}

impl<'w> PostgresTransaction<'w> {
    /// Starts on `head`, inside a savepoint of the caller.
    pub(crate) fn new(
        (connection, layouts, schema): (&'w Connection, &'w Layouts, &'w str),
        (pending, grouped): (&'w Pending, bool),
        files: &'w dyn FileStore,
        (head, turn): (HeadState, Turn<'w>),
    ) -> Self {
        PostgresTransaction {
            connection,
            layouts,
            schema,
            pending,
            grouped,
            work: Work::new(files, head, turn),
        }
    }

    /// Puts the journal entry among those that wait for the commit, if anything changed; returns the head after it.
    pub(crate) fn finish(mut self) -> Result<HeadState, StoreError> {
        for Pointless { layout, now, before } in self.work.take_pointless() {
            self.write_differences(&layout, &now, &before)?;
        }
        let (head, entry) = self.work.into_entry()?;
        if let Some(entry) = &entry {
            let changed = entry.records.iter().map(|(entity, id)| (&**entity, *id));
            self.pending.known.borrow_mut().forget(changed);
        }
        self.pending.waiting.borrow_mut().extend(entry);
        Ok(head)
    }

    fn reads(&self) -> Reads<'_> {
        Reads { connection: self.connection, layouts: self.layouts, waiting: Some(&self.pending.waiting) }
    }

    /// Only the columns that differ are written: an index whose columns stay may be left alone.
    fn write_differences(&self, layout: &Arc<Layout>, old: &Row, new: &Row) -> Result<(), StoreError> {
        let mut cells = Vec::new();
        for field in 0..layout.fields.len() {
            if old.get(field) != new.get(field) {
                let values = layout.cells(field, new.get(field));
                cells.extend(cells_of(layout.columns_of(field), values.as_slice())?);
            }
        }
        if cells.is_empty() {
            return Ok(());
        }
        let sets: Vec<String> =
            cells.iter().enumerate().map(|(i, (name, _))| format!("{} = ${}", quoted(name), i + 1)).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE \"id\" = ${} AND \"version\" = ${}",
            quoted(&layout.entity),
            sets.join(", "),
            cells.len() + 1,
            cells.len() + 2
        );
        let mut cells: Vec<Cell> = cells.into_iter().map(|(_, cell)| cell).collect();
        cells.push(Cell::id(old.id()));
        cells.push(Cell::Integer(layout.version(old)));
        self.queue_row("change a row", sql, cells, layout, Some(old.id()));
        Ok(())
    }

    /// A write to a table; of the row `id`, which must be as it was read.
    fn queue_row(
        &self,
        action: &'static str,
        sql: String,
        cells: Vec<Cell>,
        layout: &Arc<Layout>,
        id: Option<RecordId>,
    ) {
        let mut request = Request::new(action, sql, cells);
        request.layout = Some(layout.clone());
        if let Some(id) = id {
            let layout = layout.clone();
            request.check =
                Some(Box::new(move |count| if count == 1 { Ok(()) } else { Err(not_as_read(&layout, id)) }));
        }
        self.connection.queue(request);
    }
}

impl Snapshot for PostgresTransaction<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.work.head.view())
    }

    fn moment(&self) -> Result<crate::Moment, StoreError> {
        Ok(self.work.head.moment())
    }

    crate::snapshot::delegate_reads!(get_here);
}

impl PostgresTransaction<'_> {
    /// The row of that id: what this unit wrote and what is known is at hand, and no answer of the server need be waited for.
    fn get_here(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError> {
        let layout = self.layouts.of(entity);
        if let Some(written) = self.work.written(&layout, id) {
            return Ok(written.cloned());
        }
        if let Some(known) = self.pending.known.borrow().get(&layout, id) {
            return Ok(Some(known));
        }
        let row = self.reads().get(entity, id)?;
        if let Some(row) = &row {
            self.pending.known.borrow_mut().keep(&layout, row);
        }
        Ok(row)
    }
}

impl Transaction for PostgresTransaction<'_> {
    fn set_cause(&mut self, cause: Cause) {
        self.work.set_cause(cause);
    }

    fn certain(&mut self) {
        self.pending.certain.set(true);
        if self.grouped {
            self.connection.queue(release());
        }
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
        let id = row.id();
        let mut named = Vec::with_capacity(layout.columns.len() * 2);
        for field in 0..layout.fields.len() {
            let values = layout.cells(field, row.get(field));
            named.extend(cells_of(layout.columns_of(field), values.as_slice())?);
        }
        let sql = layout.insert.get_or_init(|| insert_row(&layout, named.iter().map(|(name, _)| &**name)));
        let (sql, cells) = (sql.clone(), named.into_iter().map(|(_, cell)| cell).collect());
        self.queue_row("add a row", sql, cells, &layout, None);
        if search_text.is_some() {
            self.connection.queue(search::replace(&layout, id, search_text));
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
        self.write_differences(&layout, &before, &new)?;
        self.work.note_change(layout, id, Some(before), Some(new));
        Ok(())
    }

    fn delete(&mut self, entity: &Entity, old: &Row) -> Result<(), StoreError> {
        let layout = self.layouts.of(entity);
        let id = old.id();
        let before = self.work.row_to_delete(&layout, old)?;
        let sql = format!("DELETE FROM {} WHERE \"id\" = $1 AND \"version\" = $2", quoted(&layout.entity));
        let cells = vec![Cell::id(id), Cell::Integer(layout.version(&before))];
        self.queue_row("remove a row", sql, cells, &layout, Some(id));
        self.connection.queue(search::remove(&layout, id));
        self.work.note_change(layout, id, Some(before), None);
        Ok(())
    }

    fn index(&mut self, entity: &Entity, id: RecordId, search_text: Option<&str>) -> Result<(), StoreError> {
        self.work.may_write()?;
        let layout = self.layouts.of(entity);
        self.connection.queue(search::replace(&layout, id, search_text));
        Ok(())
    }

    fn next_number(&mut self, counter: &str, at_least: u64) -> Result<u64, StoreError> {
        self.work.may_write()?;
        const ACTION: &str = "take a number";
        self.pending.counters.borrow_mut().next(counter, at_least, || {
            let cells = [Cell::Text(counter.to_owned())];
            let rows =
                self.connection.query(ACTION, "SELECT value FROM _counter WHERE name = $1", &cells, None)?;
            let last = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose().map_err(fault(ACTION))?;
            Ok(last.unwrap_or_default() as u64)
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
        self.connection.queue(entries::know_redactions());
        let (hash, requests) = entries::replace(position, changes);
        requests.into_iter().for_each(|request| self.connection.queue(request));
        self.work.note_redaction(position, hash);
        Ok(())
    }

    fn certify(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.work.may_write()?;
        if entry.changes.iter().flatten().any(|change| change.entity == redaction::ENTITY) {
            self.connection.queue(entries::know_redactions());
        }
        self.work.certify(entry);
        Ok(())
    }

    fn forget_aside(&mut self, entity: &Entity, ids: &[RecordId]) -> Result<u64, StoreError> {
        self.work.may_write()?;
        aside::forget(self.connection, self.schema, &entity.name, ids)
    }

    fn migrate(&mut self, old: Option<&Dictionary>, new: &Arc<Dictionary>) -> Result<(), StoreError> {
        self.work.may_migrate()?;
        self.pending.known.borrow_mut().clear();
        let position = self.next_position();
        let place = (self.connection, self.layouts, self.schema);
        let change = migrate::run(place, &mut self.work.head, position, old, new)?;
        self.work.note_migration(change);
        Ok(())
    }

    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.work.may_write()?;
        const ACTION: &str = "write a note";
        let key = Cell::Text(key.to_owned());
        self.connection.queue(match value {
            Some(value) => {
                let sql = "INSERT INTO _note VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
                Request::new(ACTION, sql, vec![key, Cell::Text(crate::cell::checked(value)?)])
            }
            None => Request::new(ACTION, "DELETE FROM _note WHERE key = $1", vec![key]),
        });
        Ok(())
    }
}
