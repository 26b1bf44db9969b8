//! What every environment has, whatever its dictionary says: sessions, search, lists, batches, events.

use serde_json::{Map, Value as Json, json};

use crate::openapi::operation::Operation;
use crate::openapi::records::named;
use crate::openapi::{Reader, values};

/// Adds the operations that do not come from the dictionary, and their schemas.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>, schemas: &mut Map<String, Json>) {
    for (name, schema) in fixed_schemas() {
        schemas.insert(format!("tisserand.{name}"), schema);
    }
    schemas.insert("history".to_owned(), history());
    sessions(reader, paths);
    descriptions(reader, paths);
    lists(reader, paths);
    whole(reader, paths);
}

fn operation(reader: &Reader<'_>, id: &str, fr: &str, en: &str) -> Operation {
    Operation::new(format!("tisserand.{id}"), "tisserand", reader.say(fr, en))
}

fn own(name: &str) -> Json {
    named(&format!("tisserand.{name}"))
}

fn sessions(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let text = || json!({"type": "string"});
    let signed_in = reader.say("La personne et ses environnements.", "The person and their environments.");
    let show = operation(reader, "session_show", "Qui est connecté", "Who is signed in");
    show.answers(200, &signed_in, own("session")).put(paths, "/session", "get");
    let create = operation(reader, "session_create", "Se connecter", "Sign in").open().writes();
    let credentials = json!({
        "type": "object",
        "required": ["email", "password"],
        "properties": {"email": text(), "password": text()},
    });
    let create = create.body("application/json", credentials);
    create.answers(200, &signed_in, own("session")).put(paths, "/session", "post");
    let change = operation(reader, "session_change", "Changer de langue", "Change the language").writes();
    let preferences = json!({
        "type": "object",
        "required": ["language"],
        "properties": {"language": {"enum": ["fr", "en"]}},
        "additionalProperties": false,
    });
    let change = change.body("application/json", preferences);
    change.answers(200, &signed_in, own("session")).put(paths, "/session", "patch");
    let delete = operation(reader, "session_delete", "Se déconnecter", "Sign out").open().writes();
    let out = reader.say("Déconnecté.", "Signed out.");
    delete.empty(204, &out).put(paths, "/session", "delete");
}

fn descriptions(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let same = reader.say("N'a pas changé.", "Did not change.");
    let any = || json!({"type": "object"});
    let cases = [
        (
            "dictionary_show",
            "/$dictionary",
            "Le dictionnaire, pour des écrans",
            "The dictionary, for screens",
            any(),
        ),
        ("openapi_show", "/openapi.json", "Ce document", "This document", any()),
        ("status_show", "/$status", "Où en est le journal", "Where the journal stands", own("status")),
        ("service_show", "", "Les collections", "The collections", any()),
    ];
    for (id, path, fr, en, schema) in cases {
        let mut show = operation(reader, id, fr, en);
        if matches!(id, "dictionary_show" | "openapi_show") {
            show = show.takes(&["if_none_match"]).empty(304, &same);
        }
        show.answers(200, &reader.say(fr, en), schema).put(paths, &reader.at(path), "get");
    }
    let (fr, en) = ("Le modèle, en CSDL", "The model, in CSDL");
    let metadata = operation(reader, "metadata_show", fr, en);
    let metadata = metadata.answers_as(200, &reader.say(fr, en), "application/xml", json!({}));
    metadata.put(paths, &reader.at("/$metadata"), "get");
}

fn lists(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let names: Vec<&String> = reader.dictionary.lists.keys().collect();
    if names.is_empty() {
        return;
    }
    let list = || json!({"type": "string", "enum": names});
    let found = reader.say("La liste.", "The list.");
    let show = operation(reader, "list_show", "Une liste de valeurs", "A value list").at("list", list());
    show.answers(200, &found, own("list")).put(paths, &reader.at("/$lists/{list}"), "get");
    if !reader.writes {
        return;
    }
    let create = operation(reader, "list_value_create", "Ajouter une valeur", "Add a value").writes();
    let create = create.at("list", list()).body("application/json", value(true));
    create.answers(201, &found, own("list")).put(paths, &reader.at("/$lists/{list}"), "post");
    let change = operation(reader, "list_value_change", "Modifier une valeur", "Change a value").writes();
    let change = change.at("list", list()).at("tag", json!({"type": "string", "minLength": 1}));
    let change = change.body("application/json", value(false));
    change.answers(200, &found, own("list")).put(paths, &reader.at("/$lists/{list}/{tag}"), "patch");
}

/// A value of a list, as it is sent.
fn value(creates: bool) -> Json {
    let text_or_null = || json!({"type": ["string", "null"]});
    let mut properties = Map::new();
    properties.insert("label".to_owned(), own("label"));
    for name in ["colour", "icon", "after"] {
        properties.insert(name.to_owned(), text_or_null());
    }
    properties.insert("active".to_owned(), json!({"type": "boolean"}));
    if creates {
        properties.insert("tag".to_owned(), json!({"type": "string"}));
        return json!({"type": "object", "required": ["tag"], "properties": properties, "additionalProperties": false});
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn whole(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) = ("Chercher partout", "Search everywhere");
    let search = operation(reader, "search", fr, en).takes(&["q", "top"]);
    search.answers(200, &reader.say(fr, en), own("found")).put(paths, &reader.at("/$search"), "get");
    let (fr, en) = ("Plusieurs demandes en une", "Many requests in one");
    let batch = operation(reader, "batch", fr, en).takes(&["prefer", "idempotency_key"]).writes();
    let batch = batch.body("application/json", own("batch"));
    batch.answers(200, &reader.say(fr, en), own("batch_answers")).put(paths, &reader.at("/$batch"), "post");
    let (fr, en) = ("Ce qui change, à mesure", "What changes, as it does");
    let events = operation(reader, "events", fr, en);
    let events = events.answers_as(200, &reader.say(fr, en), "text/event-stream", json!({"type": "string"}));
    events.put(paths, &format!("/events/{}", reader.environment), "get");
}

/// Schemas by name.
fn fixed_schemas() -> Vec<(&'static str, Json)> {
    let text = || json!({"type": "string"});
    let text_or_null = || json!({"type": ["string", "null"]});
    let position = || json!({"type": "integer", "minimum": 0});
    let object = |properties: Json| {
        let names: Vec<&String> =
            properties.as_object().map(|members| members.keys().collect()).unwrap_or_default();
        json!({"type": "object", "required": names, "properties": properties})
    };
    let array = |items: Json| json!({"type": "array", "items": items});
    let request = json!({
        "type": "object",
        "required": ["id", "method", "url"],
        "properties": {
            "id": text(),
            "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "get", "post", "put", "patch", "delete"]},
            "url": text(),
            "atomicityGroup": text(),
            "dependsOn": array(text()),
            "if": text(),
            "headers": {"type": "object", "additionalProperties": text()},
            "body": {},
        },
    });
    let answer = json!({
        "type": "object",
        "required": ["id", "status"],
        "properties": {"id": text(), "status": position(), "headers": {"type": "object"}, "atomicityGroup": text(), "body": {}},
    });
    vec![
        ("label", json!({"type": "object", "required": ["fr"], "additionalProperties": text()})),
        (
            "session",
            object(json!({
                "user": object(json!({"id": values::id(), "name": text(), "email": text(), "language": {"enum": ["fr", "en"]}})),
                "csrf": text_or_null(),
                "environments": array(object(json!({
                    "name": text(), "label": text(), "kind": text(), "client": text_or_null(), "profile": text(),
                }))),
            })),
        ),
        (
            "status",
            object(
                json!({"position": position(), "epoch": {}, "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "dictionary": text_or_null()}),
            ),
        ),
        (
            "list",
            object(json!({
                "name": text(),
                "label": own("label"),
                "closed": {"type": "boolean"},
                "values": array(object(json!({
                    "tag": text(), "label": own("label"), "colour": text_or_null(), "icon": text_or_null(),
                    "active": {"type": "boolean"},
                }))),
            })),
        ),
        (
            "found",
            object(
                json!({"value": array(object(json!({"entity": text(), "id": values::id(), "title": text(), "code": text_or_null()})))}),
            ),
        ),
        ("batch", object(json!({"requests": array(request)}))),
        ("batch_answers", object(json!({"responses": array(answer)}))),
    ]
}

/// What happened to a record.
fn history() -> Json {
    let actor = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": ["string", "null"]}, "name": {"type": ["string", "null"]}},
    });
    let pair = json!({"type": "array", "minItems": 2, "maxItems": 2});
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {
            "@odata.nextLink": {"type": "string"},
            "value": {"type": "array", "items": {
                "type": "object",
                "required": ["position", "at", "actor", "origin", "operation", "changes"],
                "properties": {
                    "position": {"type": "integer", "minimum": 1},
                    "at": {"type": "string", "format": "date-time"},
                    "actor": actor,
                    "origin": {"type": "string"},
                    "operation": {"enum": ["create", "update", "delete", null]},
                    "redacted": {"type": "boolean"},
                    "changes": {"type": ["object", "null"], "additionalProperties": pair},
                },
            }},
        },
    })
}
