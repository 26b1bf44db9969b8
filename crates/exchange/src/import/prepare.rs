//! A row of a file as values of fields, before the engine sees it. Every fault of the row is told at once.

use std::collections::BTreeMap;

use dictionary::field_types::FieldContext;
use dictionary::{FieldIndex, Label, Language, Value, related};
use jiff::tz::TimeZone;

use crate::mapping::resolve::{FieldSource, Resolved, Take};
use crate::source::{Cell, SourceRow};

/// A row ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) row: SourceRow,
    /// Values of the fields of the key, as text; empty without key.
    pub(crate) key: Vec<String>,
    pub(crate) pieces: Vec<Piece>,
}

/// What a row says of a field.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// A value as it will be kept; `Null` to empty.
    Value(FieldIndex, Value),
    /// Parts of an address or point; what is not named stays.
    Parts(FieldIndex, BTreeMap<String, String>),
    /// A reference to look up: the field, its source, what is written.
    Reference(FieldIndex, usize, String),
    /// A record of any entity to look up: the field, and what is written.
    Related(FieldIndex, String),
    /// Records of a `lines` field, from JSON.
    Lines(FieldIndex, Vec<serde_json::Map<String, serde_json::Value>>),
}

/// What rows are read with.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) zone: TimeZone,
    pub(crate) language: Language,
}

/// The row as values; `None` if `[only]` leaves it out; else every fault, each with its column.
pub(crate) fn prepare(
    resolved: &Resolved,
    reading: &Reading,
    row: SourceRow,
) -> Result<Option<Prepared>, (SourceRow, Vec<Label>)> {
    let passes = |(column, values): &(usize, Vec<String>)| {
        let cell = row.cells[*column].text();
        values.iter().any(|v| v == cell.trim())
    };
    if !resolved.only.iter().all(passes) {
        return Ok(None);
    }
    let (mut pieces, mut faults) = (Vec::new(), Vec::new());
    let mut parts: BTreeMap<FieldIndex, BTreeMap<String, String>> = BTreeMap::new();
    for (position, source) in resolved.sources.iter().enumerate() {
        let cell = taken(source, &row);
        if cell == Cell::Absent {
            continue;
        }
        if let Some(part) = &source.part {
            parts.entry(source.field).or_default().insert(part.clone(), cell.text().trim().to_owned());
            continue;
        }
        match piece(resolved, reading, position, source, cell) {
            Ok(piece) => pieces.push(piece),
            Err(reason) => faults.push(located(&source.shown, &reason)),
        }
    }
    for (field, parts) in parts {
        pieces.push(Piece::Parts(field, parts));
    }
    let key = match key_of(resolved, &row) {
        Ok(key) => key,
        Err(fault) => {
            faults.push(fault);
            Vec::new()
        }
    };
    if faults.is_empty() { Ok(Some(Prepared { row, key, pieces })) } else { Err((row, faults)) }
}

/// A reason with the column it is about.
fn located(shown: &str, reason: &Label) -> Label {
    Label::new(
        &format!("{shown} : {}", reason.text(Language::Fr)),
        &format!("{shown}: {}", reason.text(Language::En)),
    )
}

/// What the file says, `[values]` applied.
fn taken(source: &FieldSource, row: &SourceRow) -> Cell {
    let cell = match &source.take {
        Take::Column(column) => row.cells[*column].clone(),
        Take::Constant(text) => Cell::Text(text.clone()),
        Take::Template(template, columns) => {
            let rendered = template.render(|slot| {
                Ok::<_, std::convert::Infallible>(row.cells[columns[&slot.name]].text().into_owned())
            });
            match rendered {
                Ok(text) => Cell::Text(text),
            }
        }
    };
    if source.values.is_empty() || cell == Cell::Absent {
        return cell;
    }
    let text = cell.text().trim().to_owned();
    match source.values.get(&text).or_else(|| source.values.get("*").filter(|_| !text.is_empty())) {
        Some(kept) => Cell::Text(kept.clone()),
        None => cell,
    }
}

fn piece(
    resolved: &Resolved,
    reading: &Reading,
    position: usize,
    source: &FieldSource,
    cell: Cell,
) -> Result<Piece, Label> {
    let (index, field) = (source.field, resolved.field(source.field));
    match field.kind.name() {
        related::TYPE => Ok(Piece::Related(index, related_text(&cell)?)),
        "reference" => Ok(Piece::Reference(index, position, reference_text(&cell)?)),
        "lines" => lines(index, &cell),
        _ => {
            let context = FieldContext {
                zone: &reading.zone,
                language: reading.language,
                ..FieldContext::of(&resolved.dictionary, field)
            };
            let value = match &cell {
                // What is written as text in JSON may still be text that people write, such as a label.
                Cell::Json(json) if !json.is_string() => field.kind.from_json(json, &field.options),
                cell => match cell.text().trim() {
                    "" => Ok(Value::Null),
                    text => field.kind.parse(text, &context),
                },
            };
            let value = value
                .and_then(|value| field.kind.check(value, &context))
                .map_err(|invalid| invalid.message)?;
            Ok(Piece::Value(index, value))
        }
    }
}

/// What names a record: a text, or `{"id": …}` / `{"code": …}`.
fn reference_text(cell: &Cell) -> Result<String, Label> {
    if let Cell::Json(serde_json::Value::Object(object)) = cell {
        let named = ["id", "code"].iter().find_map(|key| object.get(*key)).and_then(|v| v.as_str());
        return named.map(str::to_owned).ok_or_else(|| {
            Label::new("il faut {\"id\": …} ou {\"code\": …}.", "{\"id\": …} or {\"code\": …} is needed.")
        });
    }
    Ok(cell.text().trim().to_owned())
}

/// What names a record of any entity: `entity/code`, `entity/id`, or an object with these members.
fn related_text(cell: &Cell) -> Result<String, Label> {
    match cell {
        Cell::Json(serde_json::Value::Object(members)) => {
            related::text_of_members(members).ok_or_else(|| {
                Label::new(
                    "il faut {\"entity\": …, \"code\": …} ou {\"entity\": …, \"id\": …}.",
                    "{\"entity\": …, \"code\": …} or {\"entity\": …, \"id\": …} is needed.",
                )
            })
        }
        cell => Ok(cell.text().trim().to_owned()),
    }
}

fn lines(index: FieldIndex, cell: &Cell) -> Result<Piece, Label> {
    let items = match cell {
        Cell::Json(serde_json::Value::Array(items)) => items.clone(),
        Cell::Json(serde_json::Value::Null) => Vec::new(),
        _ => {
            return Err(Label::new(
                "les lignes ne s'importent que de JSON, comme un tableau d'objets.",
                "lines are imported from JSON only, as an array of objects.",
            ));
        }
    };
    let objects = items.into_iter().map(|item| match item {
        serde_json::Value::Object(object) => Ok(object),
        _ => Err(Label::new("chaque ligne doit être un objet JSON.", "each line must be a JSON object.")),
    });
    Ok(Piece::Lines(index, objects.collect::<Result<_, _>>()?))
}

fn key_of(resolved: &Resolved, row: &SourceRow) -> Result<Vec<String>, Label> {
    let mut key = Vec::new();
    for field in resolved.key.fields() {
        let source = resolved.sources.iter().find(|s| s.field == field);
        let text = source.map_or(String::new(), |s| taken(s, row).text().trim().to_owned());
        if text.is_empty() {
            let name = source.map_or("", |s| s.shown.as_str());
            return Err(Label::new(
                &format!("{name} : la clé est vide, on ne sait pas quelle fiche c'est."),
                &format!("{name}: the key is empty, so it is not known which record this is."),
            ));
        }
        key.push(text);
    }
    Ok(key)
}
