//! How an entity's fields lie in a table: worked out once per entity, the same for every database.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use dictionary::field_types::{ColumnKind, FieldType};
use dictionary::model::{Entity, Field, FieldIndex, ID};
use dictionary::{RecordId, Value};
use journal::RowBytes;
use parking_lot::RwLock;

use crate::names::fitted;
use crate::row::Row;

/// A column of an entity's table.
#[derive(Debug, Clone)]
pub(crate) struct TableColumn {
    /// `<field>` or `<field>__<part>`.
    pub(crate) name: String,
    /// Part of a composite field; else empty.
    pub(crate) part: &'static str,
    /// What it holds.
    pub(crate) kind: ColumnKind,
}

/// A field, as far as tables are concerned.
#[derive(Debug)]
pub(crate) struct TableField {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    pub(crate) kind: &'static dyn FieldType,
    /// Its columns among [`Layout::columns`]; empty when rows keep nothing of it.
    pub(crate) columns: Range<usize>,
    scale: Option<u32>,
    stored: bool,
}

/// Positions of the fields that the store itself fills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemFields {
    pub(crate) version: FieldIndex,
    pub(crate) created_at: FieldIndex,
    pub(crate) created_by: FieldIndex,
    pub(crate) updated_at: FieldIndex,
    pub(crate) updated_by: FieldIndex,
}

impl SystemFields {
    fn holds(&self, field: FieldIndex) -> bool {
        [ID, self.version, self.created_at, self.created_by, self.updated_at, self.updated_by]
            .contains(&field)
    }
}

/// A table.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Of the entity it was worked out for.
    serial: u64,
    /// Name of the entity and of the table.
    pub(crate) entity: Arc<str>,
    /// One per field of the entity, at the same position.
    pub(crate) fields: Vec<TableField>,
    /// Every column, in order of fields.
    pub(crate) columns: Vec<TableColumn>,
    /// Where the system fields are.
    pub(crate) system: SystemFields,
    /// Name and columns of each unique key.
    pub(crate) uniques: Vec<(String, Vec<String>)>,
    /// Stored fields but `id`, sorted by name: the order of digests and of journal entries.
    by_name: Vec<FieldIndex>,
    /// Statements run often, as the database in use writes them.
    pub(crate) insert: OnceLock<String>,
    pub(crate) get: OnceLock<String>,
    /// By field.
    finds: Vec<OnceLock<String>>,
}

fn columns_of(field: &Field) -> Vec<TableColumn> {
    if !field.is_stored() {
        return Vec::new();
    }
    let columns = field.kind.columns(&field.options).into_iter();
    columns
        .map(|column| TableColumn {
            name: match column.part {
                "" => field.name.clone(),
                part => fitted(&format!("{}__{part}", field.name)),
            },
            part: column.part,
            kind: column.kind,
        })
        .collect()
}

impl Layout {
    /// The table of `entity`.
    pub(crate) fn new(entity: &Entity) -> Layout {
        let mut columns = Vec::new();
        let mut fields = Vec::with_capacity(entity.fields.len());
        for field in &entity.fields {
            let start = columns.len();
            columns.extend(columns_of(field));
            fields.push(TableField {
                name: field.name.clone(),
                kind: field.kind,
                columns: start..columns.len(),
                scale: field.options.scale,
                stored: field.is_stored(),
            });
        }
        let position = |name| entity.index(name).expect("every entity has the system fields");
        let mut by_name: Vec<FieldIndex> =
            (0..fields.len()).filter(|&index| index != ID && fields[index].stored).collect();
        by_name.sort_unstable_by(|&a, &b| fields[a].name.cmp(&fields[b].name));
        let names = |field: &FieldIndex| {
            columns[fields[*field].columns.clone()].iter().map(|column: &TableColumn| column.name.clone())
        };
        let uniques = entity.uniques.iter();
        let uniques =
            uniques.map(|key| (key.name.clone(), key.fields.iter().flat_map(names).collect())).collect();
        Layout {
            serial: entity.serial,
            entity: entity.name.as_str().into(),
            uniques,
            fields,
            columns,
            system: SystemFields {
                version: position("version"),
                created_at: position("created_at"),
                created_by: position("created_by"),
                updated_at: position("updated_at"),
                updated_by: position("updated_by"),
            },
            by_name,
            insert: OnceLock::new(),
            get: OnceLock::new(),
            finds: vec![OnceLock::new(); entity.fields.len()],
        }
    }

    /// Whether this is the table of that very entity, and not of a namesake in another dictionary.
    fn fits(&self, entity: &Entity) -> bool {
        self.serial == entity.serial || self.has_shape_of(entity)
    }

    fn has_shape_of(&self, entity: &Entity) -> bool {
        self.fields.len() == entity.fields.len()
            && self.fields.iter().zip(&entity.fields).all(|(mine, theirs)| {
                mine.name == theirs.name
                    && mine.kind.name() == theirs.kind.name()
                    && mine.scale == theirs.options.scale
                    && mine.stored == theirs.is_stored()
            })
            && self.uniques.len() == entity.uniques.len()
            && self.uniques.iter().zip(&entity.uniques).all(|((name, _), theirs)| *name == theirs.name)
    }

    /// The statement that finds a row by the value of a field; `write` writes it the first time.
    pub(crate) fn find(&self, field: FieldIndex, write: impl FnOnce() -> String) -> &str {
        self.finds[field].get_or_init(write)
    }

    /// Columns of a field.
    pub(crate) fn columns_of(&self, field: FieldIndex) -> &[TableColumn] {
        &self.columns[self.fields[field].columns.clone()]
    }

    /// The column of a one-column field or of a part of a composite one.
    pub(crate) fn column(&self, field: FieldIndex, part: Option<&str>) -> Option<&TableColumn> {
        match (self.columns_of(field), part) {
            ([column], None) => Some(column),
            (columns, Some(part)) => columns.iter().find(|column| column.part == part),
            (_, None) => None,
        }
    }

    /// The value of each column of a field. Composite values are spread.
    pub(crate) fn cells<'v>(&self, field: FieldIndex, value: &'v Value) -> Cells<'v> {
        let columns = self.columns_of(field);
        match columns {
            [column] if column.kind != ColumnKind::Json => Cells::One(value),
            _ => {
                let mut cells = self.fields[field].kind.split(value);
                cells.resize(columns.len(), Value::Null);
                Cells::Many(cells)
            }
        }
    }

    /// The reverse of [`Layout::cells`], for a row's values read column by column.
    pub(crate) fn row<E>(
        &self,
        mut cell: impl FnMut(usize, &TableColumn) -> Result<Value, E>,
    ) -> Result<Row, E> {
        let mut values = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            values.push(match &self.columns[field.columns.clone()] {
                [] => Value::Null,
                [column] if column.kind != ColumnKind::Json => cell(field.columns.start, column)?,
                columns => {
                    let start = field.columns.start;
                    let cells: Result<Vec<Value>, E> =
                        columns.iter().enumerate().map(|(i, c)| cell(start + i, c)).collect();
                    field.kind.join(cells?)
                }
            });
        }
        Ok(Row(values))
    }

    /// What the state digest counts for a row.
    pub(crate) fn bytes(&self, row: &Row) -> RowBytes {
        let fields = self.by_name.iter().map(|&f| (self.fields[f].name.as_str(), row.get(f)));
        RowBytes::new(&self.entity, row.id(), fields)
    }

    /// What a journal entry says of a change between two rows, sorted by name: field, old and new value. System fields follow from the entry and
    /// are left out.
    pub(crate) fn differences<'r>(
        &'r self,
        before: Option<&'r Row>,
        after: Option<&'r Row>,
    ) -> impl Iterator<Item = (&'r str, &'r Value, &'r Value)> + Clone {
        let value = |row: Option<&'r Row>, field| row.map_or(&Value::Null, |row| row.get(field));
        let fields = self.by_name.iter().filter(|&&field| !self.system.holds(field));
        fields
            .map(move |&field| (self.fields[field].name.as_str(), value(before, field), value(after, field)))
            .filter(|(_, old, new)| old != new)
    }

    /// Whether two rows differ in more than system fields.
    pub(crate) fn differ(&self, a: &Row, b: &Row) -> bool {
        self.by_name.iter().any(|&field| !self.system.holds(field) && a.get(field) != b.get(field))
    }

    /// Journal position of the row's last change.
    pub(crate) fn version(&self, row: &Row) -> i64 {
        match row.get(self.system.version) {
            Value::Integer(version) => *version,
            _ => 0,
        }
    }

    /// Sets `version`, `updated_*` and, if `creation` is given, `created_*`.
    pub(crate) fn stamp(&self, row: &mut Row, version: i64, at: Value, by: Option<RecordId>, creation: bool) {
        let by = by.map_or(Value::Null, Value::Id);
        if creation {
            row.0[self.system.created_at] = at.clone();
            row.0[self.system.created_by] = by.clone();
        }
        row.0[self.system.version] = Value::Integer(version);
        row.0[self.system.updated_at] = at;
        row.0[self.system.updated_by] = by;
    }

    /// Keeps `created_*` of another row.
    pub(crate) fn keep_creation(&self, row: &mut Row, from: &Row) {
        for field in [self.system.created_at, self.system.created_by] {
            row.0[field] = from.get(field).clone();
        }
    }
}

/// Values of a field's columns.
pub(crate) enum Cells<'v> {
    /// The value itself.
    One(&'v Value),
    /// A spread composite.
    Many(Vec<Value>),
}

impl Cells<'_> {
    /// One per column.
    pub(crate) fn as_slice(&self) -> &[Value] {
        match self {
            Cells::One(value) => std::slice::from_ref(value),
            Cells::Many(values) => values,
        }
    }
}

/// Layouts in use, worked out on demand.
#[derive(Debug, Default)]
pub(crate) struct Layouts(RwLock<HashMap<String, Arc<Layout>>>);

impl Layouts {
    /// The table of `entity`.
    pub(crate) fn of(&self, entity: &Entity) -> Arc<Layout> {
        if let Some(layout) = self.0.read().get(&entity.name)
            && layout.fits(entity)
        {
            return Arc::clone(layout);
        }
        let layout = Arc::new(Layout::new(entity));
        self.0.write().insert(entity.name.clone(), Arc::clone(&layout));
        layout
    }

    /// Forgets all: gives back their memory.
    pub(crate) fn clear(&self) {
        self.0.write().clear();
    }
}
