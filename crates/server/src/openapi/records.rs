//! Records of an entity as JSON Schema: `account`, `account.page`, and for who may write `account.create` and `account.change`.

use dictionary::model::{Dictionary, Entity, Field};
use serde_json::{Map, Value as Json, json};

use crate::data::shape::property_name;
use crate::odata::expand::target;
use crate::odata::lambda::related;
use crate::openapi::{Reader, values};

/// Adds the schemas of an entity.
pub(super) fn write(
    reader: &Reader<'_>,
    dictionary: &Dictionary,
    entity: &Entity,
    schemas: &mut Map<String, Json>,
) {
    schemas.insert(entity.name.clone(), record(reader, dictionary, entity));
    schemas.insert(format!("{}.page", entity.name), page(&entity.name));
    if reader.writes {
        schemas.insert(format!("{}.create", entity.name), body(reader, dictionary, entity, true));
        schemas.insert(format!("{}.change", entity.name), body(reader, dictionary, entity, false));
    }
}

/// The schema of that name.
pub(super) fn named(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A record as it is answered. Only the key is always there: `$select` leaves out the others.
fn record(reader: &Reader<'_>, dictionary: &Dictionary, entity: &Entity) -> Json {
    let mut properties = Map::new();
    properties.insert("@odata.context".to_owned(), json!({"type": "string"}));
    properties.insert("@odata.etag".to_owned(), json!({"type": "string"}));
    properties.insert("@tisserand.title".to_owned(), json!({"type": "string"}));
    properties.insert("@tisserand.colour".to_owned(), json!({"type": "string"}));
    properties.insert("@tisserand.not".to_owned(), json!({"type": "array", "items": {"type": "string"}}));
    for field in entity.fields.iter().filter(|field| !field.secret) {
        if !field.kind.is_virtual() {
            let value = described(reader, field, values::answered(dictionary, field));
            properties.insert(property_name(field).to_owned(), value);
        }
        if let Some(target) = target(dictionary, field).filter(|target| !target.internal) {
            let expanded = if field.kind.is_virtual() {
                json!({"type": "array", "items": named(&target.name)})
            } else {
                json!({"oneOf": [named(&target.name), {"type": "null"}]})
            };
            properties.insert(field.name.clone(), expanded);
        }
    }
    for other in dictionary.entities.iter().filter(|other| !other.internal) {
        if entity.field(&other.collection).is_none()
            && related(dictionary, entity, &other.collection).is_some()
        {
            let expanded = json!({"type": "array", "items": named(&other.name)});
            properties.insert(other.collection.clone(), expanded);
        }
    }
    json!({
        "type": "object",
        "title": entity.label.text(reader.language),
        "required": ["id"],
        "properties": properties,
        "patternProperties": {"@": {}},
        "additionalProperties": false,
    })
}

fn page(entity: &str) -> Json {
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {
            "@odata.context": {"type": "string"},
            "@odata.count": {"type": "integer", "minimum": 0},
            "@tisserand.count_capped": {"type": "boolean"},
            "@odata.nextLink": {"type": "string"},
            "@odata.deltaLink": {"type": "string"},
            // `$apply` answers groups in place of records.
            "value": {"type": "array", "items": {"anyOf": [named(entity), {"type": "object"}]}},
        },
        "additionalProperties": false,
    })
}

/// The body of a write. What the system keeps is not in it.
fn body(reader: &Reader<'_>, dictionary: &Dictionary, entity: &Entity, creates: bool) -> Json {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), values::id());
    let (mut required, mut one_of) = (Vec::new(), Vec::new());
    for field in entity.fields.iter().filter(|field| is_given(field)) {
        let needed = creates && field.required && field.default.is_none() && !starts(entity, field);
        match field.kind.name() {
            "reference" => {
                let names = reference(reader, field, &mut properties);
                if needed {
                    let ways = names.map(|name| json!({"required": [name]}));
                    one_of.push(json!({"anyOf": ways}));
                }
                continue;
            }
            "lines" => {
                let Some(of) = target(dictionary, field) else { continue };
                // A line that has an id is changed, so that nothing of it need be said again.
                let lines = json!({"type": ["array", "null"], "items": named(&format!("{}.change", of.name)), "maxItems": 5000});
                properties.insert(field.name.clone(), described(reader, field, lines));
            }
            _ => {
                let value = values::taken(dictionary, field);
                properties.insert(field.name.clone(), described(reader, field, value));
            }
        }
        if needed {
            required.push(field.name.as_str());
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema.insert("patternProperties".to_owned(), json!({"@": {}}));
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !one_of.is_empty() {
        schema.insert("allOf".to_owned(), json!(one_of));
    }
    Json::Object(schema)
}

/// Whether people give the value of a field.
fn is_given(field: &Field) -> bool {
    let own = field.system && field.name != "code";
    !(own || field.secret || field.read_only || field.computed.is_some())
}

/// Whether the state machine sets the field of a new record.
fn starts(entity: &Entity, field: &Field) -> bool {
    entity
        .states
        .as_ref()
        .is_some_and(|states| states.initial.is_some() && entity.fields[states.field].name == field.name)
}

/// The ways to write a reference; answers the names of their properties.
fn reference(reader: &Reader<'_>, field: &Field, properties: &mut Map<String, Json>) -> [String; 3] {
    let nothing = if field.required { Vec::new() } else { vec![json!({"type": "null"})] };
    let or_nothing = |ways: &[Json]| json!({"anyOf": ([ways, &nothing].concat())});
    let by_member =
        |name: &str, value: Json| json!({"type": "object", "required": [name], "properties": {name: value}});
    let ways = [
        by_member("id", values::id()),
        by_member("code", json!({"type": "string"})),
        json!({"type": "string"}),
    ];
    let names = [property_name(field).to_owned(), field.name.clone(), format!("{}@odata.bind", field.name)];
    let by_id = described(reader, field, or_nothing(&[values::id()]));
    properties.insert(names[0].clone(), by_id);
    properties.insert(names[1].clone(), or_nothing(&ways));
    properties.insert(names[2].clone(), or_nothing(&[json!({"type": "string"})]));
    names
}

/// The same, with the label and the help of the field.
fn described(reader: &Reader<'_>, field: &Field, mut schema: Json) -> Json {
    if let Json::Object(members) = &mut schema {
        members.insert("title".to_owned(), json!(field.label.text(reader.language)));
        if let Some(help) = &field.help {
            members.insert("description".to_owned(), json!(help.text(reader.language)));
        }
        if !is_given(field) {
            members.insert("readOnly".to_owned(), json!(true));
        }
    }
    schema
}
