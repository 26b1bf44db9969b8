//! Reads, the same in a snapshot and within a unit of work.

use std::cell::RefCell;
use std::sync::Arc;

use dictionary::field_types::ColumnKind;
use dictionary::model::{Entity, FieldIndex};
use dictionary::{Dictionary, RecordId, Value};
use journal::{Entry, Position};
use rust_decimal::Decimal;
use tokio_postgres::Row as Sent;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::error::StoreError;
use crate::layout::{Layout, Layouts};
use crate::postgres::cell::{Cell, encode};
use crate::postgres::connection::{Connection, fault, value};
use crate::postgres::dialect::{Postgres, unbound};
use crate::postgres::entries;
use crate::postgres::search::query_of;
use crate::postgres::writer::write_entries;
use crate::postgres::zone::zone;
use crate::query::{Aggregation, Context, Figure, Grouping, Select};
use crate::row::Row;
use crate::sql::{self, Form, Statement};
use crate::work::NewEntry;

/// Reads over one connection.
#[derive(Clone, Copy)]
pub(crate) struct Reads<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) layouts: &'c Layouts,
    /// Entries of units before in the same group, which are not written yet.
    pub(crate) waiting: Option<&'c RefCell<Vec<NewEntry>>>,
}

/// `SELECT` and the columns of a table.
pub(crate) fn select_columns(layout: &Layout) -> String {
    let columns: Vec<String> = layout.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    format!("SELECT {} FROM \"{}\"", columns.join(", "), layout.entity)
}

/// A row, its columns starting with those of the table.
pub(crate) fn read_row(layout: &Layout, sent: &Sent) -> Result<Row, StoreError> {
    layout
        .row(|index, column| value(sent, index, column.kind))
        .map_err(|error| match error {
            StoreError::Damaged { what } => {
                let id =
                    sent.try_get::<_, Uuid>(0).map_or_else(|_| "without id".to_owned(), |id| id.to_string());
                StoreError::Damaged { what: format!("{} {id}: {what}", layout.entity) }
            }
            other => other,
        })
        .and_then(|row: Row| match row.0.first() {
            Some(Value::Id(_)) => Ok(row),
            _ => Err(StoreError::Damaged { what: format!("a row of {} has no id", layout.entity) }),
        })
}

fn dialect(context: &Context) -> Postgres {
    Postgres { zone: zone(&context.zone) }
}

impl Reads<'_> {
    fn layout(&self, entity: &Entity) -> Arc<Layout> {
        self.layouts.of(entity)
    }

    fn rows(&self, layout: &Layout, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, StoreError> {
        let sent = self.connection.query("read rows", sql, cells, None)?;
        sent.iter().map(|sent| read_row(layout, sent)).collect()
    }

    pub(crate) fn get(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError> {
        let layout = self.layout(entity);
        let sql = layout.get.get_or_init(|| format!("{} WHERE \"id\" = $1", select_columns(&layout)));
        Ok(self.rows(&layout, sql, &[Cell::id(id)])?.pop())
    }

    pub(crate) fn get_many(&self, entity: &Entity, ids: &[RecordId]) -> Result<Vec<Row>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let layout = self.layout(entity);
        let sql = format!("{} WHERE \"id\" = ANY($1)", select_columns(&layout));
        self.rows(&layout, &sql, &[Cell::List(ids.iter().map(|id| Cell::id(*id)).collect())])
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
            .find(field, || format!("{} WHERE \"{}\" = $1 LIMIT 1", select_columns(&layout), column.name));
        Ok(self.rows(&layout, sql, &[encode(column.kind, value)?])?.pop())
    }

    pub(crate) fn scan(
        &self,
        entity: &Entity,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let layout = self.layout(entity);
        let limit = Cell::Integer(i64::from(limit));
        match after {
            None => {
                let sql = format!("{} ORDER BY \"id\" LIMIT $1", select_columns(&layout));
                self.rows(&layout, &sql, &[limit])
            }
            Some(after) => {
                let sql = format!("{} WHERE \"id\" > $1 ORDER BY \"id\" LIMIT $2", select_columns(&layout));
                self.rows(&layout, &sql, &[Cell::id(after), limit])
            }
        }
    }

    /// Rows of a compiled statement, within a time.
    fn asked(&self, statement: Statement, timeout_ms: u64) -> Result<Vec<Sent>, StoreError> {
        let (cells, types): (Vec<Cell>, Vec<Type>) = statement.values.into_iter().map(unbound).unzip();
        self.connection.set_timeout(timeout_ms);
        let answer = self.connection.query("query rows", &statement.sql, &cells, Some(&types));
        self.connection.set_timeout(0);
        answer.map_err(|error| match error {
            StoreError::Timeout { .. } => StoreError::Timeout { timeout_ms },
            other => other,
        })
    }

    pub(crate) fn select(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let layout = self.layout(select.entity);
        let statements = sql::select::page(dictionary, self.layouts, &dialect(select.context), select)?;
        let mut page = Vec::new();
        for statement in statements {
            for sent in &self.asked(statement, select.timeout_ms)? {
                page.push(read_row(&layout, sent)?);
            }
            if page.len() >= select.limit as usize {
                page.truncate(select.limit as usize);
                break;
            }
        }
        Ok(page)
    }

    pub(crate) fn count(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        cap: u64,
    ) -> Result<u64, StoreError> {
        let statement = sql::select::count(dictionary, self.layouts, &dialect(select.context), select, cap)?;
        let Some(statement) = statement else { return Ok(0) };
        let rows = self.asked(statement, select.timeout_ms)?;
        let row = rows.first().ok_or_else(|| StoreError::database("query rows", "no answer"))?;
        row.try_get::<_, i64>(0).map(|count| count as u64).map_err(fault("count rows"))
    }

    pub(crate) fn aggregate(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Result<Value, StoreError> {
        let dialect = dialect(select.context);
        let compiled = sql::select::aggregate(dictionary, self.layouts, &dialect, select, aggregation)?;
        let Some((statement, form)) = compiled else {
            let mut none = sql::select::figures_of_nothing(&[Figure::Of(aggregation.clone())]);
            return Ok(none.pop().unwrap_or_default());
        };
        let rows = self.asked(answered(statement, &[form]), select.timeout_ms)?;
        let row = rows.first().ok_or_else(|| StoreError::database("query rows", "no answer"))?;
        answer(row, 0, form)
    }

    pub(crate) fn group(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        grouping: &Grouping<'_>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let dialect = dialect(select.context);
        let compiled = sql::select::group(dictionary, self.layouts, &dialect, select, grouping)?;
        let Some((statement, forms)) = compiled else {
            let none = grouping.keys.is_empty().then(|| sql::select::figures_of_nothing(&grouping.figures));
            return Ok(none.into_iter().collect());
        };
        let rows = self.asked(answered(statement, &forms), select.timeout_ms)?;
        let group = |row: &Sent| {
            forms.iter().enumerate().map(|(index, form)| answer(row, index, *form)).collect::<Result<_, _>>()
        };
        rows.iter().map(group).collect()
    }

    pub(crate) fn search(
        &self,
        entity: &Entity,
        text: &str,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let Some(query) = query_of(text) else { return Ok(Vec::new()) };
        // Many words around what was found make it less likely to be what was meant.
        let sql = "SELECT s.record FROM _search s, CAST($2 AS tsquery) AS query
            WHERE s.entity = (SELECT number FROM _name WHERE name = $1) AND s.words @@ query
            ORDER BY ts_rank(s.words, query, 2) DESC, s.record LIMIT $3";
        let cells = [Cell::Text(entity.name.clone()), Cell::Text(query), Cell::Integer(i64::from(limit))];
        let rows =
            self.connection.query("search", sql, &cells, Some(&[Type::TEXT, Type::TEXT, Type::INT8]))?;
        rows.iter().map(|row| row.try_get(0).map(RecordId).map_err(fault("search"))).collect()
    }

    /// Journal and histories are asked for: entries that wait are written first.
    fn write_entries(&self) {
        if let Some(waiting) = self.waiting {
            write_entries(self.connection, waiting);
        }
    }

    pub(crate) fn entries(&self, after: Position, limit: u32) -> Result<Vec<Entry>, StoreError> {
        self.write_entries();
        entries::after(self.connection, after, limit)
    }

    pub(crate) fn history(
        &self,
        entity: &str,
        id: RecordId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.write_entries();
        entries::history(self.connection, entity, id, before, limit)
    }

    pub(crate) fn indexed_changes(&self) -> Result<u64, StoreError> {
        self.write_entries();
        entries::indexed(self.connection)
    }

    pub(crate) fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM _note WHERE key = $1";
        let rows = self.connection.query("read a note", sql, &[Cell::Text(key.to_owned())], None)?;
        rows.first().map(|row| row.try_get(0).map_err(fault("read a note"))).transpose()
    }

    pub(crate) fn counters(&self) -> Result<Vec<(String, u64)>, StoreError> {
        const ACTION: &str = "read the counters";
        let rows =
            self.connection.query(ACTION, "SELECT name, value FROM _counter ORDER BY name", &[], None)?;
        let pair = |row: &Sent| -> Result<(String, u64), StoreError> {
            let value: i64 = row.try_get(1).map_err(fault(ACTION))?;
            Ok((row.try_get(0).map_err(fault(ACTION))?, value.unsigned_abs()))
        };
        rows.iter().map(pair).collect()
    }

    pub(crate) fn notes(&self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        const ACTION: &str = "read the notes";
        let sql = "SELECT key, value FROM _note WHERE starts_with(key, $1) ORDER BY key";
        let rows = self.connection.query(ACTION, sql, &[Cell::Text(beginning.to_owned())], None)?;
        let pair = |row: &Sent| -> Result<(String, String), StoreError> {
            Ok((row.try_get(0).map_err(fault(ACTION))?, row.try_get(1).map_err(fault(ACTION))?))
        };
        rows.iter().map(pair).collect()
    }
}

/// A statement whose decimals are answered as text: the server's own form of numbers is not the program's.
fn answered(mut statement: Statement, forms: &[Form]) -> Statement {
    if forms.contains(&Form::Decimal) {
        let columns: Vec<String> = (0..forms.len()).map(|index| format!("c{index}")).collect();
        let cast = |(column, form): (&String, &Form)| match form {
            Form::Decimal => format!("CAST({column} AS text)"),
            _ => column.clone(),
        };
        let answers: Vec<String> = columns.iter().zip(forms).map(cast).collect();
        statement.sql = format!(
            "SELECT {} FROM ({}) AS answer({})",
            answers.join(", "),
            statement.sql,
            columns.join(", ")
        );
    }
    statement
}

/// A value as the server answered it.
fn answer(row: &Sent, index: usize, form: Form) -> Result<Value, StoreError> {
    match form {
        Form::Column(ColumnKind::Real | ColumnKind::Json) | Form::Packed | Form::Null => Ok(Value::Null),
        Form::Column(kind) => value(row, index, kind),
        Form::Decimal => {
            let text: Option<String> = row.try_get(index).map_err(fault("query rows"))?;
            let number = text.map(|text| text.parse::<Decimal>().map(Value::Decimal)).transpose();
            number.map(Option::unwrap_or_default).map_err(|error| StoreError::database("query rows", error))
        }
    }
}
