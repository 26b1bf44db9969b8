//! From one dictionary to the next: tables, columns, indexes. What goes is set aside under another name, never thrown away.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::model::{Entity, FieldIndex, ID};
use dictionary::{Dictionary, Value};
use journal::{Change, Position};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection as Db, params, params_from_iter};

use crate::error::StoreError;
use crate::head::HeadState;
use crate::layout::{Layout, Layouts};
use crate::migration::{self, EntityStep, FieldStep, Index, steps};
use crate::sqlite::cell;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::dialect::SEARCH_SHIFT;
use crate::sqlite::reads::{read_row, select_columns};

/// Rows read or rewritten at a time.
const ROWS_MAX: u32 = 500;

const FAILED: &str = "change the tables";

/// Brings the tables to `new`, and the digest with them; returns what the journal says of it, nothing when there is nothing to do.
pub(crate) fn run(
    connection: &Connection,
    layouts: &Layouts,
    head: &mut HeadState,
    position: Position,
    old: Option<&Dictionary>,
    new: &Arc<Dictionary>,
) -> Result<Option<Change>, StoreError> {
    if !migration::is_due(head, old, new)? {
        return Ok(None);
    }
    let db = &connection.db;
    let steps = steps(old, new);
    for step in steps.iter().filter(|step| step.changes_rows()) {
        if let EntityStep::Drop(entity) | EntityStep::Alter { old: entity, .. } = step {
            each_row(db, &Layout::new(entity), |bytes| head.digest.remove(bytes))?;
        }
    }
    let wanted = indexes(new);
    drop_indexes(db, &wanted)?;
    change_tables(db, &steps, new, position)?;
    number_entities(db, &steps, new)?;
    for (name, sql) in wanted {
        batch(db, &sql.replacen("INDEX", "INDEX IF NOT EXISTS", 1))
            .map_err(|error| explain_index(error, &name, new))?;
    }
    for step in steps.iter().filter(|step| step.changes_rows()) {
        if let EntityStep::Alter { new, .. } = step {
            each_row(db, &Layout::new(new), |bytes| head.digest.add(bytes))?;
        }
    }
    layouts.clear();
    Ok(Some(migration::note(head, &steps, new)))
}

fn batch(db: &Db, sql: &str) -> Result<(), StoreError> {
    db.execute_batch(sql).map_err(fault(FAILED))
}

/// A unique key that the rows already there break is the caller's affair; anything else is ours.
fn explain_index(error: StoreError, index: &str, dictionary: &Dictionary) -> StoreError {
    let broken = matches!(&error, StoreError::Database { source, .. }
        if source.to_string().contains("UNIQUE constraint failed"));
    let mut indexes = migration::indexes(dictionary).into_iter();
    match indexes.find(|one| broken && one.name == index) {
        Some(Index { table, unique: Some(key), .. }) => StoreError::Duplicate { entity: table, key },
        _ => error,
    }
}

fn each_row(db: &Db, layout: &Layout, mut each: impl FnMut(&journal::RowBytes)) -> Result<(), StoreError> {
    let failed = fault(FAILED);
    let mut statement = db.prepare(&select_columns(layout)).map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        each(&layout.bytes(&read_row(layout, row)?));
    }
    Ok(())
}

/// A name quoted for SQL. Identifiers are plain words; the quotes keep keywords from meaning anything.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn column_definition(column: &crate::layout::TableColumn) -> String {
    format!("{} {}", quoted(&column.name), cell::column_type(column.kind))
}

fn create_table(entity: &Entity) -> String {
    let layout = Layout::new(entity);
    let mut parts = vec!["_row INTEGER PRIMARY KEY".to_owned()];
    for field in 0..layout.fields.len() {
        let constraint = if field == ID { " NOT NULL UNIQUE" } else { "" };
        let columns = layout.columns_of(field).iter();
        parts.extend(columns.map(|column| format!("{}{constraint}", column_definition(column))));
    }
    parts.push("_search INTEGER".to_owned());
    format!("CREATE TABLE {} ({}) STRICT", quoted(&entity.name), parts.join(", "))
}

/// Every index the dictionary asks for: name and statement.
fn indexes(dictionary: &Dictionary) -> BTreeMap<String, String> {
    let statement = |index: Index| {
        let columns: Vec<String> = index.columns.iter().map(|column| quoted(&column.name)).collect();
        let sql = index.statement(&columns);
        (index.name, sql)
    };
    migration::indexes(dictionary).into_iter().map(statement).collect()
}

/// Drops the indexes that are not wanted, or not so.
fn drop_indexes(db: &Db, wanted: &BTreeMap<String, String>) -> Result<(), StoreError> {
    let failed = fault(FAILED);
    let there: Vec<(String, String)> = db
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name GLOB '_[iu]_*'")
        .and_then(|mut statement| {
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .map_err(failed)?;
    for (name, sql) in there {
        let plain = sql.replacen("INDEX IF NOT EXISTS", "INDEX", 1);
        if wanted.get(&name) != Some(&plain) {
            batch(db, &format!("DROP INDEX {}", quoted(&name)))?;
        }
    }
    Ok(())
}

fn change_tables(
    db: &Db,
    steps: &[EntityStep<'_>],
    dictionary: &Dictionary,
    position: Position,
) -> Result<(), StoreError> {
    // In two moves, so that two entities may swap names.
    for (index, step) in steps.iter().enumerate() {
        match step {
            EntityStep::Drop(entity) => {
                clear_search(db, &entity.name)?;
                rename_table(db, &entity.name, &format!("_aside_{position}_{}", entity.name))?;
            }
            EntityStep::Alter { old, new, .. } if old.name != new.name => {
                rename_table(db, &old.name, &format!("_moving_{index}"))?;
            }
            _ => {}
        }
    }
    for (index, step) in steps.iter().enumerate() {
        match step {
            EntityStep::Create(entity) => batch(db, &create_table(entity))?,
            EntityStep::Alter { old, new, fields } => {
                if old.name != new.name {
                    rename_table(db, &format!("_moving_{index}"), &new.name)?;
                }
                change_columns(db, (dictionary, position), old, new, fields)?;
            }
            EntityStep::Drop(_) => {}
        }
    }
    Ok(())
}

fn rename_table(db: &Db, from: &str, to: &str) -> Result<(), StoreError> {
    batch(db, &format!("ALTER TABLE {} RENAME TO {}", quoted(from), quoted(to)))
}

/// Rows of a table set aside are found no more.
fn clear_search(db: &Db, entity: &str) -> Result<(), StoreError> {
    let sql = format!(
        "DELETE FROM _search WHERE rowid IN (SELECT (n.number << {SEARCH_SHIFT}) + t._row FROM {} t, _name n
         WHERE n.name = ?1 AND t._search IS NOT NULL)",
        quoted(entity)
    );
    db.execute(&sql, [entity]).map(drop).map_err(fault(FAILED))
}

fn change_columns(
    db: &Db,
    (dictionary, position): (&Dictionary, Position),
    old: &Entity,
    new: &Entity,
    fields: &[FieldStep],
) -> Result<(), StoreError> {
    let (from, to) = (Layout::new(old), Layout::new(new));
    let rename = |was: &str, name: &str| {
        let (table, was, name) = (quoted(&new.name), quoted(was), quoted(name));
        batch(db, &format!("ALTER TABLE {table} RENAME COLUMN {was} TO {name}"))
    };
    // In two moves, as tables: first everything that goes or changes name makes room.
    let aside = |name: &str| format!("_aside_{position}_{name}");
    for step in fields {
        if let FieldStep::Drop(field)
        | FieldStep::Convert { old: field, .. }
        | FieldStep::Rename { old: field, .. } = step
        {
            for column in from.columns_of(*field) {
                rename(&column.name, &aside(&column.name))?;
            }
        }
    }
    for step in fields {
        match step {
            FieldStep::Rename { old, new } => {
                for (was, now) in from.columns_of(*old).iter().zip(to.columns_of(*new)) {
                    rename(&aside(&was.name), &now.name)?;
                }
            }
            FieldStep::Add(field) | FieldStep::Convert { new: field, .. } => {
                for column in to.columns_of(*field) {
                    let definition = column_definition(column);
                    batch(db, &format!("ALTER TABLE {} ADD COLUMN {definition}", quoted(&new.name)))?;
                }
            }
            FieldStep::Drop(_) => {}
        }
    }
    for step in fields {
        if let FieldStep::Convert { old: was, new: now } = step {
            convert(db, (old, &from, *was), (dictionary, new, &to, *now), &aside)?;
        }
    }
    Ok(())
}

/// Rewrites the values of a field whose columns became others: through text, as an import would.
fn convert(
    db: &Db,
    (old, from, was): (&Entity, &Layout, FieldIndex),
    (dictionary, new, to, now): (&Dictionary, &Entity, &Layout, FieldIndex),
    aside: &dyn Fn(&str) -> String,
) -> Result<(), StoreError> {
    let failed = fault(FAILED);
    let (before, after) = (&old.fields[was], &new.fields[now]);
    let list = |names: Vec<String>, mark: &str| {
        names.iter().map(|name| format!("{}{mark}", quoted(name))).collect::<Vec<_>>().join(", ")
    };
    let sources = list(from.columns_of(was).iter().map(|c| aside(&c.name)).collect(), "");
    let targets = list(to.columns_of(now).iter().map(|c| c.name.clone()).collect(), " = ?");
    if sources.is_empty() || targets.is_empty() {
        return Ok(());
    }
    let table = quoted(&new.name);
    let read = format!("SELECT _row, {sources} FROM {table} WHERE _row > ?1 ORDER BY _row LIMIT {ROWS_MAX}");
    let mut read = db.prepare(&read).map_err(&failed)?;
    let mut write = db.prepare(&format!("UPDATE {table} SET {targets} WHERE _row = ?")).map_err(&failed)?;
    let mut reached = i64::MIN;
    loop {
        let mut batch: Vec<(i64, Value)> = Vec::new();
        let mut rows = read.query(params![reached]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let mut cells = Vec::new();
            for (index, column) in from.columns_of(was).iter().enumerate() {
                cells.push(cell::decode(column.kind, row.get_ref(index + 1).map_err(&failed)?)?);
            }
            let value = before.kind.join(cells);
            batch.push((row.get(0).map_err(&failed)?, value));
        }
        drop(rows);
        let Some((last, _)) = batch.last() else { return Ok(()) };
        reached = *last;
        for (number, value) in batch {
            let count = to.columns_of(now).len();
            let Some(cells) = migration::converted(before, &value, (dictionary, after), count) else {
                continue;
            };
            let columns = to.columns_of(now).iter();
            let encoded: Result<Vec<Cell>, StoreError> =
                columns.zip(&cells).map(|(column, value)| cell::encode(column.kind, value)).collect();
            let mut encoded = encoded?;
            encoded.push(Cell::Integer(number));
            write.execute(params_from_iter(encoded)).map_err(&failed)?;
        }
    }
}

/// Gives every entity its number in `_name`.
fn number_entities(db: &Db, steps: &[EntityStep<'_>], new: &Dictionary) -> Result<(), StoreError> {
    let failed = fault(FAILED);
    let numbers: BTreeMap<String, i64> = db
        .prepare("SELECT name, number FROM _name")
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .map_err(&failed)?;
    for (name, number) in migration::numbers(numbers, steps, new) {
        let sql = "INSERT INTO _name VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET number = ?2";
        db.execute(sql, params![name, number]).map_err(&failed)?;
    }
    Ok(())
}
