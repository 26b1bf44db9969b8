//! What is held about people: its export, its erasure, certificates.

use serde_json::{Map, Value as Json, json};

use crate::openapi::administration::{page, whole, words};
use crate::openapi::fixed::TAG;
use crate::openapi::operation::Operation;
use crate::openapi::shapes::{array, boolean, closed, nullable, own, text, text_or_null};
use crate::openapi::{Reader, values};

const STEPS: &[&str] = &[
    "records",
    "entries",
    "journal",
    "answers",
    "aside",
    "imports",
    "files",
    "scrub",
    "certificate",
    "done",
];

fn counts() -> Json {
    json!({"type": "object", "additionalProperties": whole()})
}

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let subject = json!({
        "entity": text(), "id": values::id(), "title": text(),
        "records": array(closed(json!({"entity": text(), "records": whole(), "fields": counts()}))),
        "deleted": whole(), "entries": whole(), "files": whole(),
        "kept": array(closed(json!({
            "entity": text(), "id": values::id(), "title": text(), "until": text(), "because": text(),
        }))),
        "named_by": array(closed(json!({"entity": text(), "field": text(), "records": whole()}))),
        "refused": text_or_null(), "running": nullable(values::id()),
    });
    let erasure = json!({
        "id": values::id(), "entity": text(), "person": values::id(), "by": nullable(values::id()),
        "at": text(), "done_at": text_or_null(), "step": words(STEPS), "live": boolean(),
        "records": whole(), "emptied": whole(), "entries": whole(), "files": whole(), "answers": whole(),
        "imports": whole(),
        "kept": array(closed(json!({
            "entity": text(), "id": values::id(), "until": text(), "because": own("label"),
        }))),
        "seal": text_or_null(),
    });
    let access = json!({
        "at": text(), "by": closed(json!({"id": values::id(), "name": text_or_null()})), "viewed": nullable(values::id()), "entity": text(),
        "id": values::id(), "title": text_or_null(), "fields": array(text()),
    });
    let export = json!({
        "at": text(), "by": closed(json!({"id": values::id(), "name": text_or_null()})), "viewed": nullable(values::id()),
        "entity": text(), "records": whole(), "format": words(&["csv", "xlsx", "jsonl"]), "narrowed": boolean(),
        "whole": boolean(),
    });
    let expiring = json!({
        "entity": text(), "months": whole(), "action": words(&["delete", "erase"]), "because": text(),
        "due": whole(), "held_back": whole(), "running": nullable(values::id()),
    });
    vec![
        ("access", closed(access)),
        ("accesses", page("access")),
        ("list_export", closed(export)),
        ("list_exports", page("list_export")),
        ("expiring", closed(expiring)),
        ("expirings", page("expiring")),
        ("subject", closed(subject)),
        ("erasure", closed(erasure)),
        ("erasures", page("erasure")),
    ]
}

fn operation(reader: &Reader<'_>, id: &str, fr: &str, en: &str) -> Operation {
    Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en))
}

/// Adds the operations, for who protects what is held about people.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    if !reader.protects {
        return;
    }
    let at = reader.at("/$subjects/{collection}/{id}");
    let (fr, en) = (
        "Ce qui est conservé sur une personne, et ce que ferait son effacement",
        "What is held about a person, and what erasing them would do",
    );
    let show = operation(reader, "subject_show", fr, en).at("collection", text()).at("id", values::id());
    show.answers(200, &reader.say(fr, en), own("subject")).put(paths, &at, "get");
    let (fr, en) = (
        "Tout ce qui est conservé sur une personne, en archive",
        "Everything that is held about a person, as an archive",
    );
    let export = operation(reader, "subject_export", fr, en).at("collection", text()).at("id", values::id());
    let export =
        export.answers_as(200, &reader.say("L'archive.", "The archive."), "application/zip", json!({}));
    export.refused(429).put(paths, &format!("{at}/export"), "get");
    let told = reader.say("L'effacement.", "The erasure.");
    let (fr, en) = ("Effacer une personne", "Erase a person");
    let sent = json!({"type": "object", "required": ["name"], "properties": {"name": text()}});
    let erase =
        operation(reader, "subject_erase", fr, en).at("collection", text()).at("id", values::id()).writes();
    let erase = erase.body("application/json", sent).answers(202, &told, own("erasure"));
    erase.put(paths, &format!("{at}/erase"), "post");
    let (fr, en) = ("Les effacements, le dernier d'abord", "Erasures, the last first");
    let list = operation(reader, "erasure_list", fr, en);
    list.answers(200, &reader.say(fr, en), own("erasures")).put(paths, &reader.at("/$erasures"), "get");
    let show = operation(reader, "erasure_show", "Un effacement", "An erasure");
    show.answers(200, &told, own("erasure")).put(paths, &reader.at("/$erasures/{id}"), "get");
    let (fr, en) = ("Reprendre un effacement interrompu", "Go on with an erasure that was interrupted");
    let resume = operation(reader, "erasure_resume", fr, en).writes();
    resume.answers(202, &told, own("erasure")).put(paths, &reader.at("/$erasures/{id}/resume"), "post");
    let (fr, en) = ("Ce qui est conservé plus longtemps que prévu", "What is held longer than it should be");
    let list = operation(reader, "expiring_list", fr, en);
    list.answers(200, &reader.say(fr, en), own("expirings")).put(paths, &reader.at("/$expiring"), "get");
    let (fr, en) = ("L'effacer ou le supprimer", "Erase or delete it");
    let sent = json!({"type": "object", "required": ["name"], "properties": {"name": text()}});
    let run = operation(reader, "expiring_run", fr, en).at("collection", text()).writes();
    let run = run.body("application/json", sent).answers(202, &told, own("erasure"));
    run.put(paths, &reader.at("/$expiring/{collection}/run"), "post");
    let (fr, en) = ("Qui a lu des données sensibles de qui", "Who read sensitive data of whom");
    let list = operation(reader, "access_list", fr, en).takes(&["top", "by_person", "of_record"]);
    list.answers(200, &reader.say(fr, en), own("accesses")).put(paths, &reader.at("/$accesses"), "get");
    let (fr, en) = ("Qui a emporté des listes", "Who took lists along");
    let list = operation(reader, "export_list", fr, en).takes(&["top", "by_person"]);
    list.answers(200, &reader.say(fr, en), own("list_exports")).put(paths, &reader.at("/$exports"), "get");
}
