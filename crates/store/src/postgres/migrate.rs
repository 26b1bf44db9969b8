//! From one dictionary to the next: tables, columns, indexes, in the transaction of the unit that asks for it. What goes is set aside under
//! another name, never thrown away.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::model::{Entity, FieldIndex, ID};
use dictionary::{Dictionary, Value};
use journal::{Change, Position};

use crate::error::StoreError;
use crate::head::HeadState;
use crate::layout::{Layout, Layouts, TableColumn};
use crate::migration::{self, EntityStep, FieldStep, Index, steps};
use crate::names::{fitted, folded, quoted};
use crate::postgres::cell::{Cell, column_type, encode};
use crate::postgres::connection::{Connection, Request, fault, value};
use crate::postgres::reads::Reads;
use crate::postgres::transaction::cells_of;
use dictionary::field_types::ColumnKind;

/// Rows read or rewritten at a time.
const ROWS_MAX: u32 = 500;

const FAILED: &str = "change the tables";

/// Brings the tables to `new`, and the digest with them; returns what the journal says of it, nothing when there is nothing to do.
pub(crate) fn run(
    (connection, layouts, schema): (&Connection, &Layouts, &str),
    head: &mut HeadState,
    position: Position,
    old: Option<&Dictionary>,
    new: &Arc<Dictionary>,
) -> Result<Option<Change>, StoreError> {
    if !migration::is_due(head, old, new)? {
        return Ok(None);
    }
    // Whoever reads now finishes first; whoever begins to read waits, and sees the new tables.
    connection.batch(FAILED, "LOCK TABLE _tables IN ACCESS EXCLUSIVE MODE")?;
    let steps = steps(old, new);
    for step in steps.iter().filter(|step| step.changes_rows()) {
        if let EntityStep::Drop(entity) | EntityStep::Alter { old: entity, .. } = step {
            each_row(connection, layouts, entity, |bytes| head.digest.remove(bytes))?;
        }
    }
    let wanted = definitions(new);
    let known = drop_indexes(connection, &wanted)?;
    change_tables(connection, &steps, new, position)?;
    number_entities(connection, &steps, new)?;
    create_indexes(connection, new, &wanted, &known)?;
    // From here on statements are made for the new tables.
    layouts.clear();
    connection.set_scope(schema, &new.hash);
    for step in steps.iter().filter(|step| step.changes_rows()) {
        if let EntityStep::Alter { new, .. } = step {
            each_row(connection, layouts, new, |bytes| head.digest.add(bytes))?;
        }
    }
    Ok(Some(migration::note(head, &steps, new)))
}

fn batch(connection: &Connection, statements: &[String]) -> Result<(), StoreError> {
    if statements.is_empty() {
        return Ok(());
    }
    connection.batch(FAILED, &statements.join("; "))
}

fn each_row(
    connection: &Connection,
    layouts: &Layouts,
    entity: &Entity,
    mut each: impl FnMut(&journal::RowBytes),
) -> Result<(), StoreError> {
    let layout = layouts.of(entity);
    let reads = Reads { connection, layouts, waiting: None };
    let mut after = None;
    loop {
        let rows = reads.scan(entity, after, ROWS_MAX)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id());
        rows.iter().for_each(|row| each(&layout.bytes(row)));
    }
}

/// A column, and the one with its folded texts.
fn column_definitions(column: &TableColumn) -> Vec<String> {
    let mut definitions = vec![format!("{} {}", quoted(&column.name), column_type(column.kind))];
    if column.kind == ColumnKind::Text {
        definitions.push(format!("{} {}", quoted(&folded(&column.name)), column_type(ColumnKind::Text)));
    }
    definitions
}

fn create_table(entity: &Entity) -> String {
    let layout = Layout::new(entity);
    let mut parts = Vec::new();
    for field in 0..layout.fields.len() {
        let constraint = if field == ID { " PRIMARY KEY" } else { "" };
        for column in layout.columns_of(field) {
            parts.extend(column_definitions(column).into_iter().map(|part| format!("{part}{constraint}")));
        }
    }
    format!("CREATE TABLE {} ({})", quoted(&entity.name), parts.join(", "))
}

/// Every index the dictionary asks for: name and statement. Texts are sorted by their folded column first; a unique key needs the text only.
fn definitions(dictionary: &Dictionary) -> BTreeMap<String, String> {
    let statement = |index: Index| {
        let mut columns = Vec::new();
        for column in &index.columns {
            if column.kind == ColumnKind::Text && index.unique.is_none() {
                columns.push(quoted(&folded(&column.name)));
            }
            columns.push(quoted(&column.name));
        }
        let sql = index.statement(&columns);
        (index.name, sql)
    };
    migration::indexes(dictionary).into_iter().map(statement).collect()
}

/// Drops the indexes that are not wanted, or not so; returns those that stay.
fn drop_indexes(
    connection: &Connection,
    wanted: &BTreeMap<String, String>,
) -> Result<Vec<String>, StoreError> {
    let rows = connection.query(FAILED, "SELECT name, definition FROM _index", &[], None)?;
    let mut stay = Vec::new();
    let mut statements = Vec::new();
    for row in &rows {
        let text = |index: usize| row.try_get::<_, String>(index).map_err(fault(FAILED));
        let (name, definition) = (text(0)?, text(1)?);
        if wanted.get(&name) == Some(&definition) {
            stay.push(name);
        } else {
            statements.push(format!("DROP INDEX IF EXISTS {}", quoted(&name)));
            let forget = "DELETE FROM _index WHERE name = $1";
            connection.queue(Request::new(FAILED, forget, vec![Cell::Text(name)]));
        }
    }
    connection.flush()?;
    batch(connection, &statements)?;
    Ok(stay)
}

fn create_indexes(
    connection: &Connection,
    new: &Dictionary,
    wanted: &BTreeMap<String, String>,
    known: &[String],
) -> Result<(), StoreError> {
    let missing: Vec<(&String, &String)> = wanted.iter().filter(|(name, _)| !known.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let statements: Vec<&str> = missing.iter().map(|(_, sql)| sql.as_str()).collect();
    connection.batch_raw(&statements.join("; ")).map_err(|error| {
        // A unique key that the rows already there break is the caller's affair; anything else is ours.
        let broken = error.as_db_error().and_then(|said| said.constraint()).unwrap_or_default();
        match migration::indexes(new).into_iter().find(|index| index.name == broken) {
            Some(Index { table, unique: Some(key), .. }) => StoreError::Duplicate { entity: table, key },
            _ => fault(FAILED)(error),
        }
    })?;
    let column = |texts: Vec<&String>| Cell::List(texts.into_iter().cloned().map(Cell::Text).collect());
    let (names, definitions): (Vec<&String>, Vec<&String>) = missing.into_iter().unzip();
    let sql = "INSERT INTO _index SELECT * FROM unnest($1::text[], $2::text[])";
    connection.queue(Request::new(FAILED, sql, vec![column(names), column(definitions)]));
    connection.flush()
}

fn change_tables(
    connection: &Connection,
    steps: &[EntityStep<'_>],
    dictionary: &Dictionary,
    position: Position,
) -> Result<(), StoreError> {
    let rename = |from: &str, to: &str| format!("ALTER TABLE {} RENAME TO {}", quoted(from), quoted(to));
    // In two moves, so that two entities may swap names.
    let mut first = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        match step {
            EntityStep::Drop(entity) => {
                // Rows of a table set aside are found no more.
                let gone = "DELETE FROM _search WHERE entity = (SELECT number FROM _name WHERE name = $1)";
                connection.queue(Request::new(FAILED, gone, vec![Cell::Text(entity.name.clone())]));
                first.push(rename(&entity.name, &format!("_aside_{position}_{}", entity.name)));
            }
            EntityStep::Alter { old, new, .. } if old.name != new.name => {
                first.push(rename(&old.name, &format!("_moving_{index}")));
            }
            _ => {}
        }
    }
    for (index, step) in steps.iter().enumerate() {
        match step {
            EntityStep::Create(entity) => first.push(create_table(entity)),
            EntityStep::Alter { old, new, fields } => {
                if old.name != new.name {
                    first.push(rename(&format!("_moving_{index}"), &new.name));
                }
                first.extend(change_columns(position, old, new, fields));
            }
            EntityStep::Drop(_) => {}
        }
    }
    connection.flush()?;
    batch(connection, &first)?;
    for step in steps {
        let EntityStep::Alter { old, new, fields } = step else { continue };
        for field in fields {
            if let FieldStep::Convert { old: was, new: now } = field {
                convert(connection, (old, *was), (dictionary, new, *now), position)?;
            }
        }
    }
    Ok(())
}

/// Name of a column set aside.
fn aside(position: Position, name: &str) -> String {
    fitted(&format!("_aside_{position}_{name}"))
}

fn change_columns(position: Position, old: &Entity, new: &Entity, fields: &[FieldStep]) -> Vec<String> {
    let (from, to) = (Layout::new(old), Layout::new(new));
    let table = quoted(&new.name);
    let mut statements = Vec::new();
    let mut rename = |kind: ColumnKind, was: &str, name: &str| {
        let mut one = |was: &str, name: &str| {
            statements.push(format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quoted(was), quoted(name)));
        };
        one(was, name);
        if kind == ColumnKind::Text {
            one(&folded(was), &folded(name));
        }
    };
    // In two moves, as tables: first everything that goes or changes name makes room.
    for step in fields {
        if let FieldStep::Drop(field)
        | FieldStep::Convert { old: field, .. }
        | FieldStep::Rename { old: field, .. } = step
        {
            for column in from.columns_of(*field) {
                rename(column.kind, &column.name, &aside(position, &column.name));
            }
        }
    }
    for step in fields {
        if let FieldStep::Rename { old, new } = step {
            for (was, now) in from.columns_of(*old).iter().zip(to.columns_of(*new)) {
                rename(was.kind, &aside(position, &was.name), &now.name);
            }
        }
    }
    for step in fields {
        if let FieldStep::Add(field) | FieldStep::Convert { new: field, .. } = step {
            let columns = to.columns_of(*field).iter().flat_map(column_definitions);
            statements
                .extend(columns.map(|definition| format!("ALTER TABLE {table} ADD COLUMN {definition}")));
        }
    }
    statements
}

/// Rewrites the values of a field whose columns became others.
fn convert(
    connection: &Connection,
    (old, was): (&Entity, FieldIndex),
    (dictionary, new, now): (&Dictionary, &Entity, FieldIndex),
    position: Position,
) -> Result<(), StoreError> {
    let (from, to) = (Layout::new(old), Layout::new(new));
    let (before, after) = (&old.fields[was], &new.fields[now]);
    let sources: Vec<String> =
        from.columns_of(was).iter().map(|column| quoted(&aside(position, &column.name))).collect();
    let targets = to.columns_of(now);
    if sources.is_empty() || targets.is_empty() {
        return Ok(());
    }
    let table = quoted(&new.name);
    let read = |after: &str| {
        format!("SELECT \"id\", {} FROM {table} {after} ORDER BY \"id\" LIMIT {ROWS_MAX}", sources.join(", "))
    };
    let mut reached: Option<Value> = None;
    loop {
        let rows = match &reached {
            None => connection.query(FAILED, &read(""), &[], None)?,
            Some(id) => {
                connection.query(FAILED, &read("WHERE \"id\" > $1"), &[encode(ColumnKind::Id, id)?], None)?
            }
        };
        let Some(last) = rows.last() else { return connection.flush() };
        reached = Some(value(last, 0, ColumnKind::Id)?);
        for row in &rows {
            let cells = from.columns_of(was).iter().enumerate();
            let cells: Result<Vec<Value>, StoreError> =
                cells.map(|(index, column)| value(row, index + 1, column.kind)).collect();
            let was = before.kind.join(cells?);
            let Some(values) = migration::converted(before, &was, (dictionary, after), targets.len()) else {
                continue;
            };
            let mut named = cells_of(targets, &values)?;
            let sets: Vec<String> = named
                .iter()
                .enumerate()
                .map(|(i, (name, _))| format!("{} = ${}", quoted(name), i + 1))
                .collect();
            let sql = format!("UPDATE {table} SET {} WHERE \"id\" = ${}", sets.join(", "), sets.len() + 1);
            named.push((String::new(), encode(ColumnKind::Id, &value(row, 0, ColumnKind::Id)?)?));
            let cells = named.into_iter().map(|(_, cell)| cell).collect();
            connection.queue(Request::new(FAILED, sql, cells));
        }
    }
}

/// Gives every entity its number in `_name`.
fn number_entities(
    connection: &Connection,
    steps: &[EntityStep<'_>],
    new: &Dictionary,
) -> Result<(), StoreError> {
    let rows = connection.query(FAILED, "SELECT name, number FROM _name", &[], None)?;
    let mut numbers = BTreeMap::new();
    for row in &rows {
        let number: i32 = row.try_get(1).map_err(fault(FAILED))?;
        numbers.insert(row.try_get(0).map_err(fault(FAILED))?, i64::from(number));
    }
    let (names, numbers): (Vec<Cell>, Vec<Cell>) = migration::numbers(numbers, steps, new)
        .into_iter()
        .map(|(name, number)| (Cell::Text(name), Cell::Integer(number)))
        .unzip();
    let sql = "INSERT INTO _name SELECT * FROM unnest($1::text[], $2::integer[])
        ON CONFLICT (name) DO UPDATE SET number = excluded.number";
    connection.queue(Request::new(FAILED, sql, vec![Cell::List(names), Cell::List(numbers)]));
    connection.flush()
}
