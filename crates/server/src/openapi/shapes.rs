//! Schemas that do not depend on a dictionary: what is answered about sessions, lists, batches, the journal.

use serde_json::{Map, Value as Json, json};

use crate::openapi::{
    Reader, administration, description, personal, problems, protection, records, sign_ins, values,
};

/// Adds them all, under `tisserand.…`: no entity has a point in its name.
pub(super) fn write(reader: &Reader<'_>, schemas: &mut Map<String, Json>) {
    let mut add = |name: &str, schema: Json| schemas.insert(format!("tisserand.{name}"), schema);
    add("label", label());
    add("session", session());
    add("health", health());
    add("status", status());
    add("list", list());
    add("list_value", list_value());
    add("view", view());
    add("found", page(hit()));
    add("record", record());
    add("value", value());
    add("file", values::file());
    add("batch", closed(json!({"requests": array(request())})));
    add("batch_answers", closed(json!({"responses": array(answer())})));
    add("event", event());
    add("present", present());
    add("presence", closed(json!({"value": array(own("present"))})));
    add("presence_event", presence_event());
    add("history", history());
    add("history_entry", history_entry());
    add("collections", collections());
    add("problem", problems::schema(reader));
    add("stale_change", stale_change());
    let told = personal::schemas().into_iter().chain(sign_ins::schemas()).chain(description::schemas());
    let told = told.chain(administration::rights());
    for (name, schema) in told {
        add(name, schema);
    }
    // Operations that a reader does not have would leave them unused.
    if reader.imports || reader.audits || reader.administers {
        for (name, schema) in administration::schemas() {
            add(name, schema);
        }
    }
    if reader.protects {
        for (name, schema) in protection::schemas() {
            add(name, schema);
        }
    }
    if reader.administers {
        for (name, schema) in sign_ins::schemas_of_administrators() {
            add(name, schema);
        }
    }
}

/// The schema of that name.
pub(super) fn own(name: &str) -> Json {
    records::named(&format!("tisserand.{name}"))
}

pub(super) fn text() -> Json {
    json!({"type": "string"})
}

pub(super) fn text_or_null() -> Json {
    json!({"type": ["string", "null"]})
}

pub(super) fn boolean() -> Json {
    json!({"type": "boolean"})
}

pub(super) fn array(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

/// The same, or nothing.
pub(super) fn nullable(schema: Json) -> Json {
    json!({"oneOf": [schema, {"type": "null"}]})
}

/// An object that has all of these properties, and no other.
pub(super) fn closed(properties: Json) -> Json {
    let names: Vec<&String> =
        properties.as_object().map(|members| members.keys().collect()).unwrap_or_default();
    json!({"type": "object", "required": names, "properties": properties, "additionalProperties": false})
}

/// One value of a record.
fn value() -> Json {
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {"@odata.context": text(), "value": {}},
        "additionalProperties": false,
    })
}

/// A record as it is answered. Only the key is always there: `$select` leaves out the others.
fn record() -> Json {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "@odata.context": text(),
            "@odata.etag": text(),
            "@tisserand.title": text(),
            "@tisserand.colour": text(),
            "@tisserand.not": array(text()),
            "id": values::id(),
            "version": {"type": "integer", "minimum": 0},
        },
        "additionalProperties": true,
    })
}

fn position() -> Json {
    json!({"type": "integer", "minimum": 0})
}

fn page(items: Json) -> Json {
    closed(json!({"value": array(items)}))
}

/// A text per language; French is never missing.
fn label() -> Json {
    json!({"type": "object", "required": ["fr"], "additionalProperties": text()})
}

fn session() -> Json {
    let user = json!({"id": values::id(), "name": text(), "email": text(), "language": {"type": "string", "enum": ["fr", "en"]}, "second_factor": boolean()});
    let environment = json!({
        "name": text(), "former": array(text()), "label": text(), "kind": text(), "client": text_or_null(), "profiles": array(text()),
        "read_only": {"type": "boolean"},
        "to_settle": {"type": ["string", "null"], "enum": ["second_factor", null]},
    });
    closed(json!({
        "user": closed(user),
        "csrf": text_or_null(),
        "to_settle": {"type": ["string", "null"], "enum": ["password", null]},
        "environments": array(closed(environment)),
    }))
}

fn health() -> Json {
    closed(
        json!({"status": {"type": "string", "enum": ["ok", "stopping"]}, "version": text(), "uptime_s": position()}),
    )
}

fn status() -> Json {
    closed(json!({
        "position": position(),
        "epoch": position(),
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "dictionary": text_or_null(),
    }))
}

fn list() -> Json {
    closed(json!({
        "name": text(),
        "label": own("label"),
        "closed": boolean(),
        "module": text(),
        "values": array(own("list_value")),
    }))
}

fn view() -> Json {
    closed(json!({
        "id": values::id(),
        "name": text(),
        "entity": text(),
        "owner": closed(json!({"id": values::id(), "name": text()})),
        "mine": boolean(),
        "shared": boolean(),
        "first": boolean(),
        "state": {"type": "object", "additionalProperties": true},
    }))
}

fn list_value() -> Json {
    closed(json!({
        "tag": text(), "label": own("label"), "colour": text_or_null(), "icon": text_or_null(),
        "active": boolean(), "layer": text(),
    }))
}

fn hit() -> Json {
    closed(json!({"entity": text(), "id": values::id(), "title": text(), "code": text_or_null()}))
}

fn request() -> Json {
    json!({
        "type": "object",
        "required": ["id", "method", "url"],
        "properties": {
            "id": text(),
            "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "get", "post", "put", "patch", "delete"]},
            "url": text(),
            "atomicityGroup": text(),
            "dependsOn": array(text()),
            "if": text(),
            "headers": {"type": "object", "additionalProperties": text()},
            "body": {},
        },
    })
}

fn answer() -> Json {
    // A refusal is a problem, 424 among them: of a group of which another request was refused, or after what stopped the batch.
    json!({
        "type": "object",
        "required": ["id", "status"],
        "properties": {
            "id": text(),
            "status": {"type": "integer", "minimum": 100, "maximum": 599},
            "headers": {"type": "object", "additionalProperties": text()},
            "atomicityGroup": text(),
            "body": {},
        },
        "if": {"properties": {"status": {"minimum": 400}}},
        "then": {"required": ["body"], "properties": {"body": own("problem")}},
        "additionalProperties": false,
    })
}

/// The `data` of a server-sent event.
fn event() -> Json {
    closed(json!({
        "position": position(),
        "entity": text(),
        "id": values::id(),
        "operation": {"type": "string", "enum": ["create", "update", "delete"]},
        "fields": array(text()),
        "actor": {"type": ["string", "null"], "format": "uuid"},
    }))
}

/// Somebody who has a record open, the caller apart.
fn present() -> Json {
    closed(json!({"id": values::id(), "name": text_or_null(), "edits": boolean()}))
}

/// The `data` of an event `presence`.
fn presence_event() -> Json {
    closed(json!({"entity": text(), "id": values::id(), "value": array(own("present"))}))
}

/// What a page says of itself.
pub(super) fn presence_said() -> Json {
    json!({
        "type": "object",
        "required": ["page", "does"],
        "properties": {
            "page": {"type": "string", "minLength": 1, "maxLength": 64},
            "does": {"type": "string", "enum": ["look", "edit", "leave"]},
        },
        "additionalProperties": false,
    })
}

fn collections() -> Json {
    let set = json!({"name": text(), "title": text(), "kind": {"const": "EntitySet"}, "url": text()});
    closed(json!({"@odata.context": text(), "value": array(closed(set))}))
}

fn history() -> Json {
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {"@odata.nextLink": text(), "value": array(own("history_entry"))},
        "additionalProperties": false,
    })
}

/// Somebody; Tisserand itself has no id, a person who is gone no name.
fn actor() -> Json {
    closed(json!({"id": {"type": ["string", "null"], "format": "uuid"}, "name": text_or_null()}))
}

/// What happened to a record. An entry that was erased has lost its operation and its changes.
fn history_entry() -> Json {
    let pair = json!({"type": "array", "prefixItems": [{}, {}], "minItems": 2, "maxItems": 2});
    closed(json!({
        "position": {"type": "integer", "minimum": 1},
        "at": {"type": "string", "format": "date-time"},
        "actor": actor(),
        "origin": text(),
        "operation": {"type": ["string", "null"], "enum": ["create", "update", "delete", null]},
        "redacted": boolean(),
        "changes": {"type": ["object", "null"], "additionalProperties": pair},
    }))
}

/// What became of a field since the version a write expected.
fn stale_change() -> Json {
    closed(json!({"from": {}, "to": {}, "by": actor(), "at": {"type": "string", "format": "date-time"}}))
}
