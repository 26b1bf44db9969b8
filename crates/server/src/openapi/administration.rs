//! Imports that people follow, the journal, people and figures: what administrators work with.

use serde_json::{Map, Value as Json, json};

use crate::openapi::fixed::TAG;
use crate::openapi::operation::Operation;
use crate::openapi::shapes::{array, boolean, closed, nullable, own, text, text_or_null};
use crate::openapi::views::whole_or_null;
use crate::openapi::{Reader, values};

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let mut schemas = imports();
    schemas.extend(administration());
    schemas.extend(profiles_told());
    schemas
}

pub(super) fn whole() -> Json {
    json!({"type": "integer", "minimum": 0})
}

fn texts() -> Json {
    array(text())
}

/// A page of what has that schema.
pub(super) fn page(of: &str) -> Json {
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {"value": array(own(of)), "@odata.nextLink": text()},
        "additionalProperties": false,
    })
}

pub(super) fn words(words: &[&str]) -> Json {
    json!({"type": "string", "enum": words})
}

fn imports() -> Vec<(&'static str, Json)> {
    let tally = json!({
        "rows": whole(), "created": whole(), "updated": whole(), "same": whole(), "refused": whole(),
        "left_out": whole(), "ignored": texts(),
        "reasons": array(closed(json!({"message": text(), "count": whole()}))),
    });
    let column = json!({
        "name": text(), "examples": texts(), "values": {"type": ["array", "null"], "items": text()},
        "filled": whole(), "proposed": text_or_null(),
        "because": {"type": ["string", "null"], "enum": ["name", "label", "alike", null]},
    });
    let detected = json!({
        "format": words(&["csv", "xlsx", "jsonl"]), "encoding": text_or_null(), "delimiter": text_or_null(),
        "sheets": texts(), "hash": text(), "size_bytes": whole(), "columns": array(closed(column)),
        "rows": array(texts()), "more": boolean(), "looked_at": whole(),
    });
    let short = json!({
        "id": text(), "entity": text(), "file": text(), "size_bytes": whole(), "format": text(),
        "created_at": text(), "started_at": text_or_null(), "ended_at": text_or_null(),
        "by": nullable(own("person_named")),
        "stage": words(&[
            "received", "previewing", "previewed", "running", "stopped", "done", "undoing", "undone",
        ]),
        "live": boolean(), "interrupted": boolean(),
        "advance": closed(json!({"done": whole(), "refused": whole(), "part": whole(), "whole": whole()})),
        "preview": nullable(own("import_tally")), "report": nullable(own("import_tally")),
        "undone": nullable(closed(json!({
            "done": whole(), "left": whole(), "complete": boolean(), "round": whole(),
        }))),
        "problem": text_or_null(), "refused_file": boolean(),
    });
    let mut all = short.clone();
    let more = json!({
        "asked": nullable(own("import_mapping")),
        "detected": closed(detected),
        "targets": array(closed(json!({
            "path": text(), "field": text(), "part": text_or_null(), "key": boolean(), "unique": boolean(),
        }))),
        "remembered": nullable(closed(json!({
            "mapping": nullable(own("import_mapping")), "file": text(), "at": text_or_null(),
        }))),
        "same_file": nullable(closed(json!({"id": text(), "at": text_or_null()}))),
    });
    if let (Some(all), Json::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    let row = json!({
        "number": whole(), "line": whole(), "outcome": words(&["create", "update", "same", "refuse"]),
        "reasons": texts(), "cells": texts(),
    });
    let left = json!({
        "entity": text(), "id": text(), "title": text_or_null(),
        "why": words(&["changed", "deleted", "referenced", "refused", "forgotten"]),
        "by": nullable(own("person_named")), "at": text_or_null(),
        "others": array(closed(json!({"entity": text(), "count": whole()}))), "reasons": texts(),
    });
    vec![
        ("person_named", closed(json!({"id": text_or_null(), "name": text_or_null()}))),
        ("import_tally", closed(tally)),
        // `docs/import.md`: the mapping file, as JSON.
        ("import_mapping", json!({"type": "object", "additionalProperties": true})),
        ("import_asked", json!({"type": "object", "properties": {"mapping": own("import_mapping")}})),
        ("import_short", closed(short)),
        ("import", closed(all)),
        ("imports", page("import_short")),
        ("import_row", closed(row)),
        ("import_rows", page("import_row")),
        ("import_left", closed(left)),
        ("imports_left", page("import_left")),
    ]
}

const CAPABILITIES: &[&str] = &["read", "create", "update", "delete", "export", "import", "print"];
const LEVELS: &[&str] = &["hidden", "masked", "read", "write"];

fn levels() -> Json {
    json!({"type": "object", "additionalProperties": words(LEVELS)})
}

fn powers() -> Json {
    array(words(&["administer", "audit", "share", "protect"]))
}

fn profiles_told() -> Vec<(&'static str, Json)> {
    let capabilities = || array(words(CAPABILITIES));
    let grant = closed(json!({
        "allow": capabilities(),
        "actions": {"type": ["array", "null"], "items": text()},
        "rows": text_or_null(),
        "only": {"type": "object", "additionalProperties": text()},
        "fields": levels(),
        "otherwise": words(LEVELS),
    }));
    let mut said = json!({
        "label": own("label"), "help": nullable(own("label")), "restricts": boolean(), "all": capabilities(),
        "powers": powers(),
        "entities": {"type": "object", "additionalProperties": own("profile_grant")},
    });
    // What is sent may say less.
    let sent = json!({"type": "object", "properties": said});
    said["name"] = text();
    said["layer"] = text();
    let words = json!({
        "rows": nullable(own("label")), "only": {"type": "object", "additionalProperties": own("label")},
    });
    said["words"] = json!({"type": "object", "additionalProperties": closed(words)});
    let module = closed(said.clone());
    said["module"] = nullable(own("profile_of_module"));
    let perimeter = json!({
        "name": text(), "label": own("label"), "of": text(), "where": text(), "beneath": text_or_null(),
    });
    vec![
        ("profile_grant", grant),
        ("profile", closed(said)),
        ("profile_of_module", module),
        ("profile_sent", sent),
        ("profiles", closed(json!({"value": array(own("profile")), "perimeters": array(closed(perimeter))}))),
    ]
}

/// What everybody may ask about themselves.
pub(super) fn rights() -> Vec<(&'static str, Json)> {
    let reaches: Map<String, Json> =
        CAPABILITIES.iter().map(|one| ((*one).to_owned(), words(&["none", "some", "all"]))).collect();
    vec![
        (
            "rights",
            closed(json!({
                "profiles": array(closed(json!({"name": text(), "label": own("label")}))),
                "powers": powers(),
                "read_only": boolean(),
                "entities": array(closed(json!({
                    "entity": text(), "collection": text(), "capabilities": closed(Json::Object(reaches)),
                    "fields": levels(),
                }))),
            })),
        ),
        (
            "reason",
            closed(json!({
                "text": text(), "holds": {"type": ["boolean", "null"]}, "because": array(own("reason")),
            })),
        ),
    ]
}

fn administration() -> Vec<(&'static str, Json)> {
    let change = json!({
        "position": whole(), "at": text(), "actor": own("person_named"), "origin": text(),
        "request": text_or_null(), "redacted": boolean(), "entity": text_or_null(), "id": text_or_null(),
        "title": text_or_null(),
        "operation": {"type": ["string", "null"], "enum": ["create", "update", "delete", null]},
        "changes": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "array", "prefixItems": [{}, {}], "minItems": 2, "maxItems": 2},
        },
    });
    let member = || {
        json!({
            "id": text(), "name": text(), "email": text(), "language": text(), "active": boolean(),
            "profiles": array(text()), "person": text_or_null(), "sessions": whole(),
            "second_factor": boolean(), "passkeys": whole(),
            "signed_in_at": text_or_null(), "own": boolean(), "me": boolean(),
            "invitation": {"anyOf": [own("invitation"), {"type": "null"}]},
        })
    };
    let invitation = json!({
        "state": words(&["waiting", "sent", "failed", "expired"]),
        "at": text(), "expires_at": text(), "error": text_or_null(),
    });
    let mut told = member();
    told["password"] = text_or_null();
    let numbering = json!({"entity": text(), "prefix": text(), "width": whole()});
    vec![
        ("journal_change", closed(change)),
        ("journal", page("journal_change")),
        ("person", closed(member())),
        ("person_told", closed(told)),
        ("invitation", closed(invitation)),
        ("people", closed(json!({"value": array(own("person")), "invites": boolean()}))),
        (
            "kept_archive",
            closed(json!({
                "id": values::id(), "ready": boolean(), "size": whole_or_null(), "until": text_or_null(),
            })),
        ),
        ("kept_archives", closed(json!({"value": array(own("kept_archive"))}))),
        (
            "figures",
            closed(json!({
                "numbering": array(closed(numbering)),
                "journal": closed(json!({"position": whole()})),
                "files": closed(json!({"unnamed": whole(), "unnamed_bytes": whole()})),
            })),
        ),
    ]
}

/// Adds the operations.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    if reader.imports {
        import_operations(reader, paths);
    }
    if reader.audits {
        audit(reader, paths);
    }
    if reader.administers {
        people(reader, paths);
        archives(reader, paths);
        profiles(reader, paths);
    }
    reasons(reader, paths);
}

fn profiles(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let (fr, en) =
        ("Les profils, et les périmètres de leurs règles", "The profiles, and the perimeters of their rules");
    let list = operation("profile_list", fr, en).answers(200, &reader.say(fr, en), own("profiles"));
    list.put(paths, &reader.at("/$profiles"), "get");
    let told = reader.say("Le profil.", "The profile.");
    let at = reader.at("/$profiles/{profile}");
    let put =
        operation("profile_put", "Faire un profil, ou le changer", "Make a profile, or change it").writes();
    let put = put.at("profile", text()).body("application/json", own("profile_sent"));
    put.answers(200, &told, own("profile")).answers(201, &told, own("profile")).put(paths, &at, "put");
    let (fr, en) = (
        "Retirer un profil, ou le rendre à son module",
        "Take a profile away, or give it back to its module",
    );
    let delete = operation("profile_delete", fr, en).at("profile", text()).writes();
    delete.empty(204, &reader.say(fr, en)).put(paths, &at, "delete");
}

fn reasons(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let (fr, en) = ("Ce que l'on peut faire", "What one may do");
    let rights = operation("rights_show", fr, en).takes(&["about_person"]);
    rights.answers(200, &reader.say(fr, en), own("rights")).put(paths, &reader.at("/$rights"), "get");
    let (fr, en) = ("Pourquoi on peut, ou non", "Why one may, or may not");
    let why = operation("why_show", fr, en).takes(&[
        "of_collection",
        "with_capability",
        "on_record",
        "about_person",
    ]);
    why.answers(200, &reader.say(fr, en), own("reason")).put(paths, &reader.at("/$why"), "get");
}

fn import_operations(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let import = || text();
    let at = |path: &str| reader.at(path);
    let (fr, en) = ("Les imports, le dernier d'abord", "The imports, the last first");
    let list = operation("import_list", fr, en).takes(&["top", "older_than", "of_collection"]);
    list.answers(200, &reader.say(fr, en), own("imports")).put(paths, &at("/$imports"), "get");
    let (fr, en) = ("Envoyer un fichier à importer", "Send a file to import");
    let create = operation("import_create", fr, en).takes(&["of_collection", "content_disposition"]);
    let create = create.writes().bytes();
    let known = reader.say("L'import.", "The import.");
    create.answers(201, &known, own("import")).put(paths, &at("/$imports"), "post");
    let show = operation("import_show", "Un import", "An import").at("import", import());
    show.answers(200, &known, own("import")).put(paths, &at("/$imports/{import}"), "get");
    let (fr, en) = ("Oublier un import", "Forget an import");
    let delete = operation("import_delete", fr, en).at("import", import()).writes();
    delete.empty(204, &reader.say(fr, en)).put(paths, &at("/$imports/{import}"), "delete");
    let lists = [
        (
            "rows",
            "Ce que deviendrait chaque ligne",
            "What would become of each row",
            "import_rows",
            &["top", "older_than", "outcome"][..],
        ),
        ("left", "Ce qui n'a pas été défait", "What was not undone", "imports_left", &["top", "older_than"]),
    ];
    for (part, fr, en, schema, takes) in lists {
        let show = operation(&format!("import_{part}"), fr, en).at("import", import()).takes(takes);
        let show = show.answers(200, &reader.say(fr, en), own(schema));
        show.put(paths, &at(&format!("/$imports/{{import}}/{part}")), "get");
    }
    let (fr, en) = ("Le fichier des lignes refusées", "The file of refused rows");
    let refused = operation("import_refused", fr, en).at("import", import());
    let refused = refused.answers_as(200, &reader.say(fr, en), "*/*", json!({}));
    refused.put(paths, &at("/$imports/{import}/refused"), "get");
    let tasks = [
        ("detect", "Relire le fichier autrement", "Read the file another way", 200, true),
        ("preview", "Essayer à blanc", "Try without writing", 202, true),
        ("run", "Importer, ou continuer", "Import, or go on", 202, true),
        ("stop", "Arrêter", "Stop", 202, false),
        ("undo", "Défaire", "Undo", 202, false),
    ];
    for (part, fr, en, status, body) in tasks {
        let ask = operation(&format!("import_{part}"), fr, en).at("import", import()).writes();
        let ask = if body { ask.body("application/json", own("import_asked")) } else { ask };
        let ask = ask.answers(status, &known, own("import"));
        ask.put(paths, &at(&format!("/$imports/{{import}}/{part}")), "post");
    }
}

fn audit(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let at = |path: &str| reader.at(path);
    let (fr, en) = ("Le journal, le plus récent d'abord", "The journal, newest first");
    let journal = operation("journal_show", fr, en).takes(&[
        "top",
        "skiptoken",
        "of_collection",
        "by_person",
        "of_record",
        "from_moment",
        "to_moment",
        "by_operation",
        "by_origin",
    ]);
    journal.answers(200, &reader.say(fr, en), own("journal")).put(paths, &at("/$journal"), "get");
    let (fr, en) = ("Numérotation, journal, fichiers sans fiche", "Numbering, journal, files without record");
    let figures = operation("figures_show", fr, en).answers(200, &reader.say(fr, en), own("figures"));
    figures.put(paths, &at("/$figures"), "get");
    let (fr, en) = (
        "Tout l'environnement en une archive : dictionnaire, fiches, journal, fichiers",
        "The whole environment as an archive: dictionary, records, journal, files",
    );
    let archive = operation("archive_show", fr, en).answers_as(
        200,
        &reader.say("L'archive.", "The archive."),
        "application/zip",
        json!({}),
    );
    archive.refused(422).refused(429).put(paths, &at("/$archive"), "get");
}

/// Archives that are made beside people's work.
fn archives(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let (fr, en) = ("Les archives faites, ou en préparation", "Archives that are made, or being prepared");
    let list = operation("archive_list", fr, en).answers(200, &reader.say(fr, en), own("kept_archives"));
    list.put(paths, &reader.at("/$archives"), "get");
    let (fr, en) = ("Demander une archive", "Ask for an archive");
    let ask =
        operation("archive_ask", fr, en).writes().answers(202, &reader.say(fr, en), own("kept_archive"));
    ask.put(paths, &reader.at("/$archives"), "post");
    let (fr, en) = ("Prendre une archive", "Fetch an archive");
    let get = operation("archive_get", fr, en);
    let get = get.answers_as(200, &reader.say("L'archive.", "The archive."), "application/zip", json!({}));
    get.refused(429).put(paths, &reader.at("/$archives/{id}"), "get");
}

fn people(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let profiles = || array(text());
    let (fr, en) = ("Qui a accès à cet environnement", "Who may enter this environment");
    let list = operation("people_list", fr, en).answers(200, &reader.say(fr, en), own("people"));
    list.put(paths, &reader.at("/$people"), "get");
    let new = json!({
        "type": "object",
        "required": ["name", "email"],
        "properties": {"name": text(), "email": text(), "profiles": profiles(), "language": words(&["fr", "en"])},
    });
    let told = reader.say("La personne.", "The person.");
    let add = operation("person_add", "Donner accès à quelqu'un", "Let somebody in").writes();
    let add = add.body("application/json", new).answers(201, &told, own("person_told"));
    add.put(paths, &reader.at("/$people"), "post");
    let change = operation("person_change", "Changer des profils", "Change profiles").writes();
    let change =
        change.body("application/json", json!({"type": "object", "properties": {"profiles": profiles()}}));
    change.answers(200, &told, own("person")).put(paths, &reader.at("/$people/{id}"), "patch");
    let (fr, en) = ("Retirer un accès", "Take an access away");
    let remove = operation("person_remove", fr, en).writes().empty(204, &reader.say(fr, en));
    remove.put(paths, &reader.at("/$people/{id}"), "delete");
    for (part, fr, en) in [
        ("reset", "Donner un nouveau mot de passe", "Give another password"),
        ("sign_out", "Fermer les sessions", "End the sessions"),
        ("reset_factor", "Retirer le second facteur", "Take the second factor away"),
        ("invite", "Inviter de nouveau par e-mail", "Invite by e-mail again"),
    ] {
        let ask = operation(&format!("person_{part}"), fr, en).writes();
        let ask = ask.answers(200, &told, own("person_told"));
        ask.put(paths, &reader.at(&format!("/$people/{{id}}/{part}")), "post");
    }
}
