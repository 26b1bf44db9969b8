//! One prepared row, inside a unit of work.

use std::collections::{BTreeMap, HashMap};

use dictionary::field_types::FieldContext;
use dictionary::model::ID;
use dictionary::value::{Address, Point};
use dictionary::{Entity, Field, FieldIndex, Label, RecordId, Value, related};
use engine::{Draft, EngineError, Expand, Expanded, FieldProblem, Input, LineDraft, Record, Unit};

use crate::import::prepare::{Piece, Prepared};
use crate::mapping::resolve::{Key, Resolved, is_unique};
use crate::mapping::{Missing, Mode};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A new record.
    Create,
    /// A record changed.
    Update,
    /// A record that already was as the row says.
    Same,
    /// Nothing: see the reasons.
    Refuse,
}

/// Records that references named, within one unit of work: a record found once is not looked up again.
pub(crate) type Found = HashMap<(FieldIndex, String), RecordId>;

/// Writes a row. `known`: the record of its key, where the store could not find it within the unit.
pub(crate) fn write(
    unit: &mut dyn Unit,
    resolved: &Resolved,
    prepared: &Prepared,
    known: Option<RecordId>,
    found: &mut Found,
) -> Result<Outcome, EngineError> {
    let entity = resolved.entity();
    let expand = lines_named(resolved, prepared);
    let existing = match (&resolved.key, prepared.key.as_slice()) {
        (Key::Id, [text]) => {
            let id = RecordId::parse(text).ok_or_else(|| {
                problem(
                    "id",
                    "not_an_id",
                    format!("« {text} » n'est pas un identifiant."),
                    format!("“{text}” is not an id."),
                )
            })?;
            match unit.get(&entity.name, id, &expand) {
                Ok(record) => Some((id, record)),
                Err(EngineError::NotFound) => None,
                Err(error) => return Err(error),
            }
        }
        (Key::Unique(field), [text]) => match unit.find(&entity.name, &entity.fields[*field].name, text)? {
            Some(id) => Some((id, unit.get(&entity.name, id, &expand)?)),
            None => None,
        },
        _ => match known {
            Some(id) => Some((id, unit.get(&entity.name, id, &expand)?)),
            None => None,
        },
    };
    let key_name = resolved.key.fields().first().map_or("", |f| entity.fields[*f].name.as_str());
    match (&existing, resolved.mode) {
        (Some(_), Mode::Create) => {
            return Err(problem(
                key_name,
                "exists",
                "cette fiche existe déjà.",
                "this record exists already.",
            ));
        }
        (None, Mode::Update) => {
            return Err(problem(
                key_name,
                "no_such_record",
                "il n'y a pas de telle fiche.",
                "there is no such record.",
            ));
        }
        _ => {}
    }
    let current = existing.as_ref().map(|(_, record)| record);
    let mut draft = Draft::default();
    for piece in &prepared.pieces {
        if let Some((name, input)) = input(unit, resolved, piece, current, found)? {
            draft.fields.insert(name, input);
        }
    }
    match existing {
        Some(_) if draft.fields.is_empty() => Ok(Outcome::Same),
        Some((id, _)) => unit.update(&entity.name, id, None, draft).map(|()| Outcome::Update),
        None => {
            let id = match resolved.key {
                Key::Id => prepared.key.first().and_then(|text| RecordId::parse(text)),
                _ => None,
            };
            unit.create(&entity.name, id, draft).map(|_| Outcome::Create)
        }
    }
}

/// What the engine is given for a piece; nothing if the record already is so, or if a new one should have its default.
fn input(
    unit: &mut dyn Unit,
    resolved: &Resolved,
    piece: &Piece,
    current: Option<&Record>,
    found: &mut Found,
) -> Result<Option<(String, Input)>, EngineError> {
    let (index, value) = match piece {
        Piece::Value(ID, _) => return Ok(None),
        Piece::Value(index, value) => (*index, value.clone()),
        Piece::Parts(index, parts) => (*index, joined(resolved, *index, parts, current)?),
        Piece::Reference(index, source, text) => {
            match reference(unit, resolved, *index, *source, text, found)? {
                Named::Value(value) => (*index, value),
                // Left to the engine, which also knows titles.
                Named::Text => {
                    return Ok(Some((resolved.field(*index).name.clone(), Input::Text(text.clone()))));
                }
            }
        }
        Piece::Related(index, text) => match related_value(unit, resolved, resolved.field(*index), text)? {
            Some(value) => (*index, value),
            // The engine knows titles, and says what is wrong.
            None => return Ok(Some((resolved.field(*index).name.clone(), Input::Text(text.clone())))),
        },
        Piece::Lines(index, objects) => {
            let mut lines = Vec::with_capacity(objects.len());
            for object in objects {
                lines.push(line(unit, resolved, *index, object)?);
            }
            if current.is_some_and(|record| same_lines(resolved, record, *index, &lines)) {
                return Ok(None);
            }
            return Ok(Some((resolved.field(*index).name.clone(), Input::Lines(lines))));
        }
    };
    let unchanged = match current {
        Some(record) => *record.row.get(index) == value && !resolved.field(index).secret,
        None => value.is_null(),
    };
    Ok((!unchanged).then(|| (resolved.field(index).name.clone(), Input::Value(value))))
}

/// An address or point made of parts; those that the file does not name stay as they are.
fn joined(
    resolved: &Resolved,
    index: FieldIndex,
    parts: &BTreeMap<String, String>,
    current: Option<&Record>,
) -> Result<Value, EngineError> {
    let field = resolved.field(index);
    let before = current.map_or(&Value::Null, |record| record.row.get(index));
    let given = |part: &str, old: Option<String>| match parts.get(part) {
        Some(text) if text.is_empty() => None,
        Some(text) => Some(text.clone()),
        None => old,
    };
    let refuse = |message: Label| {
        EngineError::Validation(vec![FieldProblem { field: field.name.clone(), code: "malformed", message }])
    };
    let value = if field.kind.name() == "point" {
        let old = if let Value::Point(point) = before { Some(*point) } else { None };
        let number = |part: &str, old: Option<f64>| match parts.get(part).map(|t| t.trim()) {
            Some("") => Ok(None),
            Some(text) => text.replace(',', ".").parse::<f64>().map(Some).map_err(|_| {
                refuse(Label::new(
                    &format!("« {text} » n'est pas un nombre de degrés."),
                    &format!("“{text}” is not a number of degrees."),
                ))
            }),
            None => Ok(old),
        };
        match (number("latitude", old.map(|p| p.latitude))?, number("longitude", old.map(|p| p.longitude))?) {
            (Some(latitude), Some(longitude)) => Value::Point(Point { latitude, longitude }),
            (None, None) => Value::Null,
            _ => {
                return Err(refuse(Label::new(
                    "une position a une latitude et une longitude.",
                    "a position has a latitude and a longitude.",
                )));
            }
        }
    } else {
        let old = if let Value::Address(address) = before { (**address).clone() } else { Address::default() };
        Value::Address(Box::new(Address {
            lines: given("lines", old.lines),
            postcode: given("postcode", old.postcode),
            city: given("city", old.city),
            insee: given("insee", old.insee),
            region: given("region", old.region),
            country: given("country", old.country),
        }))
    };
    field
        .kind
        .check(value, &FieldContext::of(&resolved.dictionary, field))
        .map_err(|invalid| refuse(invalid.message))
}

/// The value for `entity/code` or `entity/id`; `None` when the keys of records do not tell.
fn related_value(
    unit: &mut dyn Unit,
    resolved: &Resolved,
    field: &Field,
    text: &str,
) -> Result<Option<Value>, EngineError> {
    if text.is_empty() {
        return Ok(Some(Value::Null));
    }
    let Some((name, key)) = text.split_once('/') else { return Ok(None) };
    let target = resolved.dictionary.entity(name.trim()).filter(|target| related::accepts(field, target));
    let Some(target) = target else { return Ok(None) };
    Ok(by_any_key(unit, target, key.trim())?.map(|id| related::value(&target.name, id)))
}

enum Named {
    Value(Value),
    Text,
}

/// The record that a text names: by the mapping's field; else by id, code, or any field that no two records share.
fn reference(
    unit: &mut dyn Unit,
    resolved: &Resolved,
    index: FieldIndex,
    source: usize,
    text: &str,
    found: &mut Found,
) -> Result<Named, EngineError> {
    if text.is_empty() {
        return Ok(Named::Value(Value::Null));
    }
    if let Some(id) = found.get(&(index, text.to_owned())) {
        return Ok(Named::Value(Value::Id(*id)));
    }
    let rule = &resolved.sources[source].rule;
    let target = resolved.field(index).options.to.as_deref().and_then(|to| resolved.dictionary.entity(to));
    let Some(target) = target else { return Ok(Named::Text) };
    let id = match &rule.by {
        Some(by) => unit.find(&target.name, by, text)?,
        None => by_any_key(unit, target, text)?,
    };
    match (id, rule.missing) {
        (Some(id), _) => {
            found.insert((index, text.to_owned()), id);
            Ok(Named::Value(Value::Id(id)))
        }
        (None, Missing::Empty) => Ok(Named::Value(Value::Null)),
        (None, Missing::Refuse) if rule.by.is_none() => Ok(Named::Text),
        (None, Missing::Refuse) => {
            let by = rule.by.as_deref().unwrap_or("code");
            Err(problem(
                &resolved.sources[source].shown,
                "no_such_record",
                format!(
                    "aucune fiche « {} » n'a {by} = « {text} ».",
                    target.label.text(dictionary::Language::Fr)
                ),
                format!("no “{}” has {by} = “{text}”.", target.label.text(dictionary::Language::En)),
            ))
        }
    }
}

fn by_any_key(unit: &mut dyn Unit, target: &Entity, text: &str) -> Result<Option<RecordId>, EngineError> {
    if let Some(id) = RecordId::parse(text) {
        return Ok(Some(id));
    }
    let mut fields: Vec<FieldIndex> =
        (1..target.fields.len()).filter(|i| is_unique(target, *i) && !target.fields[*i].secret).collect();
    fields.sort_by_key(|i| target.fields[*i].name != "code");
    for field in fields {
        match unit.find(&target.name, &target.fields[field].name, text) {
            Ok(Some(id)) => return Ok(Some(id)),
            // The text cannot even be a value of that field.
            Ok(None) | Err(EngineError::Validation(_) | EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The `lines` fields that a row gives, to be read with the record.
fn lines_named(resolved: &Resolved, prepared: &Prepared) -> Vec<Expand> {
    let fields = prepared.pieces.iter().filter_map(|piece| match piece {
        Piece::Lines(field, _) => Some(resolved.field(*field).name.clone()),
        _ => None,
    });
    fields.map(|field| Expand { field, ..Expand::default() }).collect()
}

/// Whether the record has these lines and no other.
fn same_lines(resolved: &Resolved, record: &Record, index: FieldIndex, lines: &[LineDraft]) -> bool {
    let child = resolved.field(index).options.of.as_deref().and_then(|of| resolved.dictionary.entity(of));
    let (Some(Expanded::Many(current)), Some(child)) = (record.expanded.get(&index), child) else {
        return lines.is_empty();
    };
    let same = |line: &LineDraft| {
        let old = current.iter().find(|old| Some(old.row.id()) == line.id);
        old.is_some_and(|old| {
            line.draft.fields.iter().all(|(name, input)| match (child.index(name), input) {
                (Some(field), Input::Value(value)) => old.row.get(field) == value,
                _ => false,
            })
        })
    };
    lines.len() == current.len() && lines.iter().all(same)
}

/// A line from JSON: `id` says which line it changes.
fn line(
    unit: &mut dyn Unit,
    resolved: &Resolved,
    index: FieldIndex,
    object: &serde_json::Map<String, serde_json::Value>,
) -> Result<LineDraft, EngineError> {
    let options = &resolved.field(index).options;
    let child =
        options.of.as_deref().and_then(|of| resolved.dictionary.entity(of)).ok_or(EngineError::NotFound)?;
    let (mut id, mut draft) = (None, Draft::default());
    for (name, json) in object {
        if name == "id" {
            id = json.as_str().and_then(RecordId::parse);
            continue;
        }
        let plain = name.strip_suffix("_id").filter(|n| child.field(n).is_some()).unwrap_or(name);
        let Some(field) = child.field(plain) else {
            return Err(problem(name, "unknown_field", "ce champ n'existe pas.", "there is no such field."));
        };
        if field.system || field.read_only || field.computed.is_some() || options.by.as_deref() == Some(plain)
        {
            continue;
        }
        let input = match (field.kind.name(), json) {
            (_, serde_json::Value::Null) => Input::Value(Value::Null),
            ("reference", serde_json::Value::String(text)) => {
                let target = field.options.to.as_deref().and_then(|to| resolved.dictionary.entity(to));
                match target.map(|target| by_any_key(unit, target, text)).transpose()?.flatten() {
                    Some(id) => Input::Value(Value::Id(id)),
                    None => Input::Text(text.clone()),
                }
            }
            (related::TYPE, serde_json::Value::String(text)) => Input::Text(text.clone()),
            (_, json) => Input::Value(field.kind.from_json(json, &field.options).map_err(|invalid| {
                EngineError::Validation(vec![FieldProblem {
                    field: name.clone(),
                    code: invalid.code,
                    message: invalid.message,
                }])
            })?),
        };
        draft.fields.insert(plain.to_owned(), input);
    }
    Ok(LineDraft { id, draft })
}

fn problem(field: &str, code: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> EngineError {
    EngineError::Validation(vec![FieldProblem {
        field: field.to_owned(),
        code,
        message: Label::new(fr.as_ref(), en.as_ref()),
    }])
}
