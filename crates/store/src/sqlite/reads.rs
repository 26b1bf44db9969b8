//! Reads, the same in a snapshot and within a unit of work.

use std::sync::Arc;

use dictionary::model::{Entity, FieldIndex};
use dictionary::{Dictionary, RecordId, Value};
use journal::{Entry, Position};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::error::StoreError;
use crate::layout::{Layout, Layouts};
use crate::query::{Aggregation, Figure, Grouping, Select};
use crate::row::Row;
use crate::sql::{self, Form, Statement};
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::dialect::{SEARCH_SHIFT, Sqlite, unbound, words};
use crate::sqlite::writer::Pending;
use crate::sqlite::{cell, entries};

/// Ids looked up by one statement.
const IDS_MAX: usize = 200;

/// Reads over one connection.
#[derive(Clone, Copy)]
pub(crate) struct Reads<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) layouts: &'c Layouts,
    /// What the group has not written yet: of it, those who search must see the search index. None in a snapshot.
    pub(crate) pending: Option<&'c Pending>,
}

/// `SELECT` and the columns of a table.
pub(crate) fn select_columns(layout: &Layout) -> String {
    let mut sql = String::from("SELECT ");
    for (index, column) in layout.columns.iter().enumerate() {
        if index > 0 {
            sql.push_str(", ");
        }
        sql.push('"');
        sql.push_str(&column.name);
        sql.push('"');
    }
    sql.push_str(" FROM \"");
    sql.push_str(&layout.entity);
    sql.push('"');
    sql
}

/// The row that a statement stands on, its columns starting with those of the table.
pub(crate) fn read_row(layout: &Layout, row: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
    layout
        .row(|index, column| {
            let cell = row.get_ref(index).map_err(fault("read a row"))?;
            cell::decode(column.kind, cell)
        })
        .map_err(|error| match error {
            StoreError::Damaged { what } => {
                let id = row.get::<_, [u8; 16]>(0).map(|id| uuid::Uuid::from_bytes(id).to_string());
                let id = id.unwrap_or_else(|_| "without id".to_owned());
                StoreError::Damaged { what: format!("{} {id}: {what}", layout.entity) }
            }
            other => other,
        })
        .and_then(|row: Row| match row.0.first() {
            Some(Value::Id(_)) => Ok(row),
            _ => Err(StoreError::Damaged { what: format!("a row of {} has no id", layout.entity) }),
        })
}

impl Reads<'_> {
    /// Makes what waits to be found.
    fn index_now(&self) -> Result<(), StoreError> {
        let Some(pending) = self.pending else { return Ok(()) };
        pending.protect(self.connection)?;
        pending.search.borrow_mut().make(&self.connection.db)
    }

    /// As [`Reads::index_now`], if the query searches.
    fn index_for(&self, select: &Select<'_>) -> Result<(), StoreError> {
        if select.search.is_some() { self.index_now() } else { Ok(()) }
    }

    fn layout(&self, entity: &Entity) -> Arc<Layout> {
        self.layouts.of(entity)
    }

    fn rows(&self, layout: &Layout, sql: &str, values: Vec<Cell>) -> Result<Vec<Row>, StoreError> {
        let failed = fault("read rows");
        let mut statement = self.connection.db.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(&failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            found.push(read_row(layout, row)?);
        }
        Ok(found)
    }

    pub(crate) fn get(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError> {
        let layout = self.layout(entity);
        let sql = layout.get.get_or_init(|| format!("{} WHERE \"id\" = ?1", select_columns(&layout)));
        Ok(self.rows(&layout, sql, vec![Cell::Blob(id.0.as_bytes().to_vec())])?.pop())
    }

    pub(crate) fn get_many(&self, entity: &Entity, ids: &[RecordId]) -> Result<Vec<Row>, StoreError> {
        let layout = self.layout(entity);
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_MAX) {
            // Padded to a power of two, so that few statements serve every number of ids.
            let places = ids.len().next_power_of_two();
            let marks = vec!["?"; places].join(", ");
            let sql = format!("{} WHERE \"id\" IN ({marks})", select_columns(&layout));
            let mut values: Vec<Cell> = ids.iter().map(|id| Cell::Blob(id.0.as_bytes().to_vec())).collect();
            values.resize(places, Cell::Null);
            found.extend(self.rows(&layout, &sql, values)?);
        }
        Ok(found)
    }

    pub(crate) fn find(
        &self,
        entity: &Entity,
        field: FieldIndex,
        value: &Value,
    ) -> Result<Option<Row>, StoreError> {
        let layout = self.layout(entity);
        let column = layout
            .column(field, None)
            .ok_or_else(|| StoreError::database("find a row", "the field has no column of its own"))?;
        if value.is_null() {
            return Ok(None);
        }
        let sql = layout
            .find(field, || format!("{} WHERE \"{}\" = ?1 LIMIT 1", select_columns(&layout), column.name));
        Ok(self.rows(&layout, sql, vec![cell::encode(column.kind, value)?])?.pop())
    }

    pub(crate) fn scan(
        &self,
        entity: &Entity,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let layout = self.layout(entity);
        let sql = format!("{} WHERE \"id\" > ?1 ORDER BY \"id\" LIMIT +?2", select_columns(&layout));
        let after = after.map_or_else(Vec::new, |id| id.0.as_bytes().to_vec());
        self.rows(&layout, &sql, vec![Cell::Blob(after), Cell::Integer(i64::from(limit))])
    }

    pub(crate) fn select(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let layout = self.layout(select.entity);
        self.index_for(select)?;
        let statements = sql::select::page(dictionary, self.layouts, &Sqlite, select)?;
        self.connection.within(select.context, select.timeout_ms, || {
            let mut page = Vec::new();
            for Statement { sql, values } in statements {
                let values: Vec<Cell> = values.into_iter().map(unbound).collect();
                page.extend(self.page(&layout, select, &sql, values)?);
                if page.len() >= select.limit as usize {
                    page.truncate(select.limit as usize);
                    break;
                }
            }
            Ok(page)
        })
    }

    /// Rows of one statement of a page.
    fn page(
        &self,
        layout: &Layout,
        select: &Select<'_>,
        sql: &str,
        values: Vec<Cell>,
    ) -> Result<Vec<Row>, StoreError> {
        let walks = &self.connection.walks;
        if let Some(walk) = walks.to_try(layout, select, sql) {
            // Without such an index there is nothing to prepare.
            let there = self.connection.db.prepare_cached(&walk).is_ok();
            let tried = || self.rows(layout, &walk, values.clone());
            if there && let Some(rows) = self.connection.briefly(tried)? {
                return Ok(rows);
            }
            walks.failed(sql);
        }
        self.rows(layout, sql, values)
    }

    /// The only cell of a statement's only row.
    fn cell<T>(
        &self,
        select: &Select<'_>,
        statement: Statement,
        read: impl FnOnce(ValueRef<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let failed = fault("query rows");
        self.connection.within(select.context, select.timeout_ms, || {
            let mut prepared = self.connection.db.prepare_cached(&statement.sql).map_err(&failed)?;
            let values = params_from_iter(statement.values.into_iter().map(unbound));
            let mut rows = prepared.query(values).map_err(&failed)?;
            let row = rows.next().map_err(&failed)?;
            let row = row.ok_or_else(|| StoreError::database("query rows", "no answer"))?;
            read(row.get_ref(0).map_err(&failed)?)
        })
    }

    pub(crate) fn count(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        cap: u64,
    ) -> Result<u64, StoreError> {
        self.index_for(select)?;
        let statement = sql::select::count(dictionary, self.layouts, &Sqlite, select, cap)?;
        let Some(statement) = statement else { return Ok(0) };
        self.cell(select, statement, |cell| match cell {
            ValueRef::Integer(count) => Ok(count as u64),
            _ => Err(StoreError::database("count rows", "the answer is not a number")),
        })
    }

    pub(crate) fn aggregate(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Result<Value, StoreError> {
        self.index_for(select)?;
        let compiled = sql::select::aggregate(dictionary, self.layouts, &Sqlite, select, aggregation)?;
        let Some((statement, form)) = compiled else {
            let mut none = sql::select::figures_of_nothing(&[Figure::Of(aggregation.clone())]);
            return Ok(none.pop().unwrap_or_default());
        };
        self.cell(select, statement, |cell| crate::sqlite::functions::decode(form, cell))
    }

    pub(crate) fn group(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        grouping: &Grouping<'_>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        self.index_for(select)?;
        let compiled = sql::select::group(dictionary, self.layouts, &Sqlite, select, grouping)?;
        let Some((Statement { sql, values }, forms)) = compiled else {
            let none = grouping.keys.is_empty().then(|| sql::select::figures_of_nothing(&grouping.figures));
            return Ok(none.into_iter().collect());
        };
        let failed = fault("group rows");
        self.connection.within(select.context, select.timeout_ms, || {
            let mut statement = self.connection.db.prepare_cached(&sql).map_err(&failed)?;
            let mut rows =
                statement.query(params_from_iter(values.into_iter().map(unbound))).map_err(&failed)?;
            let mut groups = Vec::new();
            while let Some(row) = rows.next().map_err(&failed)? {
                let cell = |(index, form): (usize, &Form)| {
                    crate::sqlite::functions::decode(*form, row.get_ref(index).map_err(&failed)?)
                };
                groups.push(forms.iter().enumerate().map(cell).collect::<Result<_, _>>()?);
            }
            Ok(groups)
        })
    }

    pub(crate) fn search(
        &self,
        entity: &Entity,
        text: &str,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let Some(words) = words(text) else { return Ok(Vec::new()) };
        self.index_now()?;
        let failed = fault("search");
        // The best rows first, then their ids: the ranking reads the whole list of matches, the table only the rows kept.
        let sql = format!(
            "SELECT t.id FROM (SELECT s.rowid - n.base AS found, s.rank AS rank
                 FROM (SELECT number << {SEARCH_SHIFT} AS base FROM _name WHERE name = ?1) n
                 JOIN _search s ON s.rowid BETWEEN n.base AND n.base + {mask}
                 WHERE s.text MATCH ?2 ORDER BY s.rank LIMIT +?3) f
             JOIN \"{table}\" t ON t._row = f.found ORDER BY f.rank, t.id",
            mask = (1_i64 << SEARCH_SHIFT) - 1,
            table = entity.name,
        );
        let mut statement = self.connection.db.prepare_cached(&sql).map_err(&failed)?;
        let ids = statement
            .query_map(params![entity.name, words, limit], |row| row.get::<_, [u8; 16]>(0))
            .map_err(&failed)?;
        ids.map(|id| id.map(|id| RecordId(uuid::Uuid::from_bytes(id))).map_err(&failed)).collect()
    }

    pub(crate) fn entries(&self, after: Position, limit: u32) -> Result<Vec<Entry>, StoreError> {
        entries::after(&self.connection.db, after, limit)
    }

    pub(crate) fn history(
        &self,
        entity: &str,
        id: RecordId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        entries::history(&self.connection.db, entity, id, before, limit)
    }

    pub(crate) fn indexed_changes(&self) -> Result<u64, StoreError> {
        entries::indexed(&self.connection.db)
    }

    pub(crate) fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.connection
            .db
            .prepare_cached("SELECT value FROM _note WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(fault("read a note"))
    }
    pub(crate) fn counters(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.connection
            .db
            .prepare_cached("SELECT name, value FROM _counter ORDER BY name")
            .and_then(|mut statement| {
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
                statement.query_map([], read)?.collect()
            })
            .map_err(fault("read the counters"))
    }

    pub(crate) fn notes(&self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM _note WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key";
        self.connection
            .db
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement.query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(fault("read the notes"))
    }
}
