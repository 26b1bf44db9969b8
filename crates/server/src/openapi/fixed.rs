//! What every environment has, whatever its dictionary says: sessions, search, lists, batches, events.

use serde_json::{Map, Value as Json, json};

use crate::openapi::operation::Operation;
use crate::openapi::shapes::{self, own};
use crate::openapi::{Reader, administration, brand, personal, protection, sign_ins};

/// Tag of these operations.
pub(super) const TAG: &str = "tisserand";

/// Adds the operations that do not come from the dictionary, and their schemas.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>, schemas: &mut Map<String, Json>) {
    shapes::write(reader, schemas);
    server(reader, paths);
    sessions(reader, paths);
    descriptions(reader, paths);
    lists(reader, paths);
    views(reader, paths);
    personal::write(reader, paths);
    brand::write(reader, paths);
    sign_ins::write(reader, paths);
    whole(reader, paths);
    administration::write(reader, paths);
    protection::write(reader, paths);
}

fn operation(reader: &Reader<'_>, id: &str, fr: &str, en: &str) -> Operation {
    Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en))
}

fn server(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let health = operation(reader, "health_show", "Si le serveur répond", "Whether the server answers");
    let stopping = reader.say("S'arrête : n'envoyez plus rien.", "Stopping: send nothing more.");
    let health = health.answers(200, &reader.say("Il répond.", "It does."), own("health"));
    health.answers(503, &stopping, own("health")).never_refuses().put(paths, "/health", "get");
    let (fr, en) = ("Chiffres, pour Prometheus", "Figures, for Prometheus");
    let metrics = operation(reader, "metrics_show", fr, en);
    let metrics = metrics.answers_as(200, &reader.say(fr, en), "text/plain", json!({"type": "string"}));
    metrics.never_refuses().put(paths, "/metrics", "get");
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
        "properties": {
            "email": text(), "password": text(), "code": {"type": ["string", "null"]},
            "trust": {"type": "boolean"},
        },
    });
    let create = create.body("application/json", credentials);
    create.answers(200, &signed_in, own("session")).refused(502).put(paths, "/session", "post");
    let change = operation(reader, "session_change", "Changer de langue", "Change the language").writes();
    let preferences = json!({
        "type": "object",
        "required": ["language"],
        "properties": {"language": {"type": "string", "enum": ["fr", "en"]}},
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
            own("dictionary"),
        ),
        ("openapi_show", "/openapi.json", "Ce document", "This document", any()),
        ("status_show", "/$status", "Où en est le journal", "Where the journal stands", own("status")),
        ("service_show", "", "Les collections", "The collections", own("collections")),
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
    let names: Option<Vec<&String>> = reader.dictionary.map(|known| known.lists.keys().collect());
    if names.as_ref().is_some_and(Vec::is_empty) {
        return;
    }
    let list = || match &names {
        Some(names) => json!({"type": "string", "enum": names}),
        None => json!({"type": "string", "minLength": 1}),
    };
    let found = reader.say("La liste.", "The list.");
    let show = operation(reader, "list_show", "Une liste de valeurs", "A value list").at("list", list());
    show.answers(200, &found, own("list")).put(paths, &reader.at("/$lists/{list}"), "get");
    if !reader.administers {
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

/// Lists as people arranged them: for whoever only reads, too.
fn views(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let at = reader.at("/$views");
    let one = reader.at("/$views/{id}");
    let found = reader.say("Les vues.", "The views.");
    let kept = reader.say("La vue.", "The view.");
    let list = operation(reader, "view_list", "Les vues enregistrées", "Saved views");
    let all = json!({"type": "object", "required": ["value"], "properties": {"value": {"type": "array", "items": own("view")}}, "additionalProperties": false});
    list.answers(200, &found, all).put(paths, &at, "get");
    let create = operation(reader, "view_create", "Enregistrer une vue", "Save a view").writes();
    let create = create.takes(&["idempotency_key"]).body("application/json", view(true));
    create.answers(201, &kept, own("view")).put(paths, &at, "post");
    let change = operation(reader, "view_change", "Modifier une vue", "Change a view").writes();
    let change = change.takes(&["idempotency_key"]).body("application/json", view(false));
    change.answers(200, &kept, own("view")).put(paths, &one, "patch");
    let delete = operation(reader, "view_delete", "Oublier une vue", "Forget a view").writes();
    let gone = reader.say("Oubliée.", "Forgotten.");
    delete.takes(&["idempotency_key"]).empty(204, &gone).put(paths, &one, "delete");
}

/// A view, as it is sent.
fn view(creates: bool) -> Json {
    let mut properties = json!({
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "shared": {"type": "boolean"},
        "first": {"type": "boolean"},
        "state": {"type": "object"},
    });
    if creates {
        properties["entity"] = json!({"type": "string", "minLength": 1});
        return json!({"type": "object", "required": ["name", "entity"], "properties": properties, "additionalProperties": false});
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
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
        properties.insert("tag".to_owned(), json!({"type": "string", "minLength": 1}));
        return json!({"type": "object", "required": ["tag", "label"], "properties": properties, "additionalProperties": false});
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
    if reader.writes {
        let (fr, en) = ("Envoyer un fichier avant sa fiche", "Send a file before its record");
        let keep = operation(reader, "file_keep", fr, en).takes(&["kept_as", "content_disposition"]).writes();
        let keep = keep.bytes();
        let kept = reader.say("Ce qu'une fiche en dira.", "What a record will say of it.");
        keep.answers(201, &kept, own("file")).put(paths, &reader.at("/$files"), "post");
    }
    let (fr, en) = ("Ce qui change, à mesure", "What changes, as it does");
    let events = operation(reader, "events_follow", fr, en).takes(&["after", "last_event_id"]);
    let events = events.answers_as(200, &reader.say(fr, en), "text/event-stream", json!({"type": "string"}));
    events.put(paths, &format!("/events/{}", reader.environment), "get");
}
