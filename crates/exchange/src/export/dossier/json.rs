//! `person.json`: what is held about a person, for programs.

use dictionary::{Entity, Value};
use engine::{Past, Record, Told};
use journal::json::value_to_json;
use serde_json::{Map, Value as Json, json};

use super::Telling;
use crate::export::dossier::html::text_of;

/// Name and version of the format.
const FORMAT: &str = "tisserand person 1";

pub(super) fn document(telling: &Telling<'_>) -> Json {
    let dossier = telling.dossier;
    json!({
        "format": FORMAT,
        "environment": telling.environment,
        "at": dossier.at,
        "position": dossier.position,
        "person": {"entity": dossier.entity, "id": dossier.id, "title": dossier.title},
        "records": dossier.records.iter().map(|told| record(telling, told)).collect::<Vec<_>>(),
        "named_by": dossier.named_by.iter().map(|named| {
            json!({"entity": named.entity, "field": named.field, "records": named.count})
        }).collect::<Vec<_>>(),
    })
}

fn record(telling: &Telling<'_>, told: &Told) -> Json {
    let entity = telling.dossier.dictionary.entity(&told.entity);
    json!({
        "entity": told.entity,
        "label": entity.map(|entity| entity.label.text(telling.language)),
        "id": told.id,
        "deleted": told.record.is_none(),
        "title": told.record.as_ref().map(|record| &record.title),
        "fields": told.record.as_ref().zip(entity).map(|(record, entity)| fields(telling, entity, record)),
        "history": told.past.iter().map(|past| entry(telling, past)).collect::<Vec<_>>(),
    })
}

fn fields(telling: &Telling<'_>, entity: &Entity, record: &Record) -> Json {
    let mut fields = Map::new();
    for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| !field.secret) {
        let value = record.row.get(index);
        if value.is_null() || field.kind.is_virtual() {
            continue;
        }
        let mut members = json!({
            "label": field.label.text(telling.language),
            "value": field.kind.to_json(value, &field.options),
            "text": text_of(telling, record, index),
            "personal": field.personal,
        });
        if let Some(name) = in_archive(telling, value) {
            members["file"] = name.into();
        }
        fields.insert(field.name.clone(), members);
    }
    Json::Object(fields)
}

fn entry(telling: &Telling<'_>, past: &Past) -> Json {
    let changes = past.changes.iter().map(|change| {
        let mut pair = json!([value_to_json(&change.old), value_to_json(&change.new)]);
        for (place, value) in [&change.old, &change.new].into_iter().enumerate() {
            if let Some(name) = in_archive(telling, value) {
                pair[place]["in_archive"] = name.into();
            }
        }
        (change.field.clone(), pair)
    });
    json!({
        "position": past.position,
        "at": past.at,
        "origin": past.origin,
        "operation": past.operation,
        "fields": changes.collect::<Map<_, _>>(),
    })
}

/// Name in the archive of the content of a file.
fn in_archive<'t>(telling: &'t Telling<'_>, value: &Value) -> Option<&'t str> {
    match value {
        Value::File(file) => telling.files.get(&file.hash).map(String::as_str),
        _ => None,
    }
}
