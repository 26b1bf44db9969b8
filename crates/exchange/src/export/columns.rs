//! Columns of a table export, and the text of each.

use dictionary::value::Address;
use dictionary::{Dictionary, Entity, Field, FieldIndex, Value, related};
use engine::{Expanded, Record};

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
    pub(super) from: From,
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
                from: From::Part(index, part),
            })),
            _ => columns.push(Column { name: field.name.clone(), from: From::Field(index) }),
        }
    }
    columns
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
