//! Values of fields as JSON Schema: as they are answered, and as they are taken.

use dictionary::model::{Dictionary, Field};
use dictionary::related;
use serde_json::{Map, Value as Json, json};

/// Hours, minutes and seconds, as durations are written.
const DURATION: &str = r"^-?PT(\d+H)?(\d+M)?(\d+S)?$";
/// A time of day. Not the format `time` of JSON Schema, which wants an offset.
const TIME: &str = r"^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$";
/// A number written as a string, as those are that a double does not hold.
const NUMBER: &str = r"^-?\d+(\.\d+)?$";
/// A record of any entity: the name of its entity and its id.
const NAMED: &str = r"^[a-z][a-z0-9_]*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
/// Parts of an address.
const ADDRESS: [&str; 6] = ["lines", "postcode", "city", "insee", "region", "country"];

/// The value of a field as records have it.
pub(super) fn answered(dictionary: &Dictionary, field: &Field) -> Json {
    let mut schema = shape(dictionary, field);
    // Tisserand itself makes records too: nobody made those.
    if !(field.required || field.system)
        || field.kind.name() == "reference" && field.system
        || field.name == "code"
        || field.computed.is_some()
    {
        or_null(&mut schema);
    }
    Json::Object(schema)
}

/// The value of a field as writes take it, within its bounds.
pub(super) fn taken(dictionary: &Dictionary, field: &Field) -> Json {
    let mut schema = shape(dictionary, field);
    let options = &field.options;
    match field.kind.name() {
        "integer" => {
            bounds(field, &mut schema);
            schema.insert("type".to_owned(), json!(["integer", "string"]));
            schema.insert("pattern".to_owned(), json!(r"^-?\d+$"));
        }
        "decimal" | "money" => bounds(field, &mut schema),
        // By code too, as one text or in parts.
        related::TYPE => {
            schema.remove("pattern");
            schema.insert("type".to_owned(), json!(["string", "object"]));
            schema.insert("required".to_owned(), json!(["entity"]));
            let text = || json!({"type": "string"});
            schema.insert("properties".to_owned(), json!({"entity": text(), "id": id(), "code": text()}));
        }
        "text" | "code" | "long_text" | "rich_text" | "email" | "url" => {
            for (name, length) in [("maxLength", options.max_length), ("minLength", options.min_length)] {
                if let Some(length) = length {
                    schema.insert(name.to_owned(), json!(length));
                }
            }
            if let Some(pattern) = options.pattern.as_deref().filter(|_| options.transform.is_none()) {
                schema.insert("pattern".to_owned(), json!(format!("^(?:{pattern})$")));
            }
        }
        _ => {}
    }
    if !field.required {
        or_null(&mut schema);
    }
    Json::Object(schema)
}

fn shape(dictionary: &Dictionary, field: &Field) -> Map<String, Json> {
    if field.system && field.name == "id" {
        return object(id());
    }
    let schema = match field.kind.name() {
        "integer" => json!({"type": "integer"}),
        "decimal" | "money" => json!({"type": ["number", "string"], "pattern": NUMBER}),
        "boolean" => json!({"type": "boolean"}),
        "date" => json!({"type": "string", "format": "date"}),
        "time" => json!({"type": "string", "pattern": TIME}),
        "datetime" => json!({"type": "string", "format": "date-time"}),
        "duration" => json!({"type": "string", "pattern": DURATION}),
        "reference" | "id" => id(),
        related::TYPE => json!({"type": "string", "pattern": NAMED}),
        "choice" => Json::Object(tag(dictionary, field)),
        "choices" => json!({"type": "array", "items": tag(dictionary, field), "uniqueItems": true}),
        "file" | "image" | "signature" => file(),
        "point" => point(),
        "address" => address(),
        "json" => json!({}),
        _ => json!({"type": "string"}),
    };
    object(schema)
}

/// An identifier of a record.
pub(super) fn id() -> Json {
    json!({"type": "string", "format": "uuid"})
}

/// A tag of the field's list: one of those there are, where the list is closed.
fn tag(dictionary: &Dictionary, field: &Field) -> Map<String, Json> {
    let mut schema = object(json!({"type": "string"}));
    let list = field.options.list.as_deref().and_then(|list| dictionary.lists.get(list));
    if let Some(list) = list.filter(|list| list.closed && !list.values.is_empty()) {
        let tags: Vec<&str> = list.values.iter().map(|value| value.tag.as_str()).collect();
        schema.insert("enum".to_owned(), json!(tags));
    }
    schema
}

/// How a record names a file.
pub(super) fn file() -> Json {
    json!({
        "type": "object",
        "required": ["name", "type", "size", "hash"],
        "properties": {
            "name": {"type": "string"},
            "type": {"type": "string"},
            "size": {"type": "integer", "minimum": 0},
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
        "additionalProperties": false,
    })
}

fn point() -> Json {
    let degrees = |most: i32| json!({"type": "number", "minimum": -most, "maximum": most});
    json!({
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"const": "Point"},
            "coordinates": {
                "type": "array", "prefixItems": [degrees(180), degrees(90)], "minItems": 2, "maxItems": 2,
            },
        },
        "additionalProperties": false,
    })
}

fn address() -> Json {
    let parts = ADDRESS.map(|part| (part.to_owned(), json!({"type": ["string", "null"]})));
    json!({"type": "object", "properties": Map::from_iter(parts), "additionalProperties": false})
}

fn bounds(field: &Field, schema: &mut Map<String, Json>) {
    for (name, bound) in [("minimum", &field.options.min), ("maximum", &field.options.max)] {
        if let Some(number) = bound.as_deref().and_then(|text| text.trim().parse::<serde_json::Number>().ok())
        {
            schema.insert(name.to_owned(), Json::Number(number));
        }
    }
}

/// The same, or nothing.
fn or_null(schema: &mut Map<String, Json>) {
    let Some(types) = schema.get_mut("type") else { return };
    match types {
        Json::Array(types) => types.push(json!("null")),
        one => *one = json!([one.take(), "null"]),
    }
    if let Some(Json::Array(tags)) = schema.get_mut("enum") {
        tags.push(Json::Null);
    }
}

/// The members of a schema that is written as an object.
fn object(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
