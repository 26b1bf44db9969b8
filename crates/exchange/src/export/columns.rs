//! Columns of a table export, and the text of each.

use std::collections::BTreeMap;

use dictionary::expression::error::nearest;
use dictionary::model::EntityIndex;
use dictionary::value::Address;
use dictionary::{Dictionary, Entity, Field, FieldIndex, Value, related};
use engine::{Expand, Expanded, Record};

use crate::error::ExchangeError;
use crate::export::reading::{self, Manner};

/// Where a column comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum From {
    Field(FieldIndex),
    /// A part of an address.
    Part(FieldIndex, &'static str),
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    /// References followed from the record to the one that holds the value.
    pub(super) through: Vec<FieldIndex>,
    pub(super) from: From,
}

impl Column {
    /// The record that holds the value; `None` where a reference on the way is empty.
    pub(super) fn owner<'r>(&self, record: &'r Record) -> Option<&'r Record> {
        self.through.iter().try_fold(record, |at, reference| match at.expanded.get(reference) {
            Some(Expanded::One(Some(target))) => Some(&**target),
            _ => None,
        })
    }
}

const PARTS: [&str; 6] = ["lines", "postcode", "city", "insee", "region", "country"];

/// Fields that are written: not those that follow from the journal (`version`, `created_at`…), nor secrets.
pub(super) fn written(entity: &Entity) -> impl Iterator<Item = (FieldIndex, &Field)> {
    entity
        .fields
        .iter()
        .enumerate()
        .filter(|(_, f)| (!f.system || matches!(f.name.as_str(), "id" | "code")) && !f.secret)
}

/// Columns of a table: an address has one for each part, lines have none.
pub(super) fn of(entity: &Entity) -> Vec<Column> {
    let mut columns = Vec::new();
    for (index, field) in written(entity) {
        match field.kind.name() {
            "lines" => {}
            "address" => columns.extend(PARTS.map(|part| Column {
                name: format!("{}.{part}", field.name),
                through: Vec::new(),
                from: From::Part(index, part),
            })),
            _ => columns.push(Column {
                name: field.name.clone(),
                through: Vec::new(),
                from: From::Field(index),
            }),
        }
    }
    columns
}

/// The columns at `paths`, named as a person reads them with a manner, else by their paths.
///
/// Errors: a path that leads to no value a cell can hold.
pub(super) fn at(
    dictionary: &Dictionary,
    entity: EntityIndex,
    paths: &[String],
    manner: Option<&Manner>,
) -> Result<Vec<Column>, ExchangeError> {
    let mut columns = Vec::new();
    for path in paths {
        let found = resolve(dictionary, entity, path)?;
        let Resolved { through, fields, holder, field, part } = found;
        let shown = &dictionary.entities[holder].fields[field];
        let froms = match (part, shown.kind.name(), manner) {
            (Some(part), ..) => vec![(path.clone(), From::Part(field, part))],
            // To be read back an address needs its parts.
            (None, "address", None) => {
                PARTS.map(|part| (format!("{path}.{part}"), From::Part(field, part))).to_vec()
            }
            (None, ..) => vec![(path.clone(), From::Field(field))],
        };
        for (name, from) in froms {
            let name = manner.map_or(name, |manner| reading::heading(&fields, shown, from, manner.language));
            columns.push(Column { name, through: through.clone(), from });
        }
    }
    Ok(columns)
}

/// Where a path leads.
struct Resolved<'d> {
    through: Vec<FieldIndex>,
    /// The references of `through`.
    fields: Vec<&'d Field>,
    holder: EntityIndex,
    field: FieldIndex,
    part: Option<&'static str>,
}

fn resolve<'d>(
    dictionary: &'d Dictionary,
    entity: EntityIndex,
    path: &str,
) -> Result<Resolved<'d>, ExchangeError> {
    let (mut through, mut fields, mut holder) = (Vec::new(), Vec::new(), entity);
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let known = &dictionary.entities[holder];
        let Some(index) = known.index(name).filter(|index| shows(&known.fields[*index])) else {
            return Err(no_column(path, nearest(name, known.fields.iter().map(|field| field.name.as_str()))));
        };
        let field = &known.fields[index];
        let Some(next) = names.peek() else {
            return Ok(Resolved { through, fields, holder, field: index, part: None });
        };
        if field.kind.name() == "address" {
            let part = PARTS.into_iter().find(|part| part == next);
            let part =
                part.filter(|_| path.ends_with(next)).ok_or_else(|| no_column(path, nearest(next, PARTS)));
            return Ok(Resolved { through, fields, holder, field: index, part: Some(part?) });
        }
        let to = field.options.to.as_deref().filter(|_| field.kind.name() == "reference");
        let to = to.and_then(|to| dictionary.entities.iter().position(|other| other.name == to));
        holder = to.ok_or_else(|| no_column(path, None))?;
        through.push(index);
        fields.push(field);
    }
    Err(no_column(path, None))
}

fn shows(field: &Field) -> bool {
    !field.secret && !field.kind.is_virtual()
}

fn no_column(path: &str, near: Option<String>) -> ExchangeError {
    let (fr, en) = match near {
        Some(near) => (format!(" Peut-être « {near} » ?"), format!(" Perhaps “{near}”?")),
        None => Default::default(),
    };
    ExchangeError::refused(
        format!("Il n'y a pas de colonne « {path} ».{fr}"),
        format!("There is no column “{path}”.{en}"),
    )
}

/// What the records need beside them so that these columns can be written.
pub(super) fn needed(dictionary: &Dictionary, entity: EntityIndex, columns: &[Column]) -> Vec<Expand> {
    let mut tree = Branch::default();
    for column in columns {
        let mut at = &mut tree;
        let mut holder = entity;
        for reference in &column.through {
            let field = &dictionary.entities[holder].fields[*reference];
            at = at.0.entry(field.name.clone()).or_default();
            let to = field.options.to.as_deref();
            holder = dictionary.entities.iter().position(|e| Some(e.name.as_str()) == to).unwrap_or(holder);
        }
        if let From::Field(index) = column.from {
            let field = &dictionary.entities[holder].fields[index];
            if matches!(field.kind.name(), "reference" | related::TYPE) {
                at.0.entry(field.name.clone()).or_default();
            }
        }
    }
    tree.expand()
}

#[derive(Default)]
struct Branch(BTreeMap<String, Branch>);

impl Branch {
    fn expand(self) -> Vec<Expand> {
        let expand =
            |(field, beneath): (String, Branch)| Expand { field, expand: beneath.expand(), pick: None };
        self.0.into_iter().map(expand).collect()
    }
}

/// The text of a column.
pub(super) fn text(dictionary: &Dictionary, entity: &Entity, record: &Record, from: From) -> String {
    match from {
        From::Part(index, part) => match record.row.get(index) {
            Value::Address(address) => part_of(address, part).unwrap_or_default().to_owned(),
            _ => String::new(),
        },
        From::Field(index) => {
            let field = &entity.fields[index];
            match (field.kind.name(), record.row.get(index)) {
                (_, Value::Null) => String::new(),
                ("reference", value) => reference(dictionary, record, index, value),
                (related::TYPE, value) => related(dictionary, record, index, value),
                (_, Value::File(file)) => file.name.clone(),
                (_, value) => field.kind.format(value, &field.options),
            }
        }
    }
}

/// The code of the record referred to; its id if it has no code.
pub(super) fn reference(
    dictionary: &Dictionary,
    record: &Record,
    index: FieldIndex,
    value: &Value,
) -> String {
    if let Some(Expanded::One(Some(target))) = record.expanded.get(&index) {
        let entity = &dictionary.entities[target.entity];
        if let Some(code) = entity.index("code").and_then(|code| target.row.get(code).as_text()) {
            return code.to_owned();
        }
    }
    value.as_id().map(|id| id.to_string()).unwrap_or_default()
}

/// `entity/code` of the record named; `entity/id` if it has no code.
pub(super) fn related(dictionary: &Dictionary, record: &Record, index: FieldIndex, value: &Value) -> String {
    if let Some(Expanded::One(Some(target))) = record.expanded.get(&index) {
        let entity = &dictionary.entities[target.entity];
        if let Some(code) = entity.index("code").and_then(|code| target.row.get(code).as_text()) {
            return format!("{}/{code}", entity.name);
        }
    }
    value.as_text().unwrap_or_default().to_owned()
}

fn part_of<'a>(address: &'a Address, part: &str) -> Option<&'a str> {
    match part {
        "lines" => address.lines.as_deref(),
        "postcode" => address.postcode.as_deref(),
        "city" => address.city.as_deref(),
        "insee" => address.insee.as_deref(),
        "region" => address.region.as_deref(),
        _ => address.country.as_deref(),
    }
}
