//! What belongs to the person who asks: sessions, preferences, favourites, notifications. For whoever only reads, too.

use serde_json::{Map, Value as Json, json};

use crate::openapi::fixed::TAG;
use crate::openapi::operation::Operation;
use crate::openapi::shapes::{array, boolean, closed, nullable, own, text, text_or_null};
use crate::openapi::{Reader, values};

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let sign_in = json!({
        "id": values::id(), "device": text_or_null(), "user_agent": text_or_null(), "address": text_or_null(), "created_at": text(),
        "seen_at": text(), "expires_at": text(), "current": boolean(),
    });
    let favourite = json!({
        "id": values::id(), "target": text(),
        "kind": {"type": "string", "enum": ["record", "list", "view", "dashboard"]},
        "entity": text_or_null(), "name": text_or_null(), "title": text_or_null(),
    });
    let notification = json!({
        "id": values::id(), "at": text(), "author": nullable(closed(json!({"id": values::id(), "name": text()}))),
        "notice": text(), "words": nullable(own("label")), "entity": text(), "record": values::id(),
        "title": text(), "text": text_or_null(), "read_at": text_or_null(),
    });
    let arranged = json!({
        "type": "object", "additionalProperties": {"type": "object", "additionalProperties": true},
    });
    let named = || closed(json!({"id": values::id(), "name": text()}));
    let viewing = json!({"note": values::id(), "person": named(), "until": text()});
    let view = json!({
        "id": values::id(), "by": nullable(named()), "at": text(), "until": text(), "ended_at": text_or_null(),
    });
    vec![
        ("viewing", closed(viewing)),
        ("views_as", closed(json!({"viewing": nullable(own("viewing")), "value": array(closed(view))}))),
        ("sign_in", closed(sign_in)),
        ("sign_ins", closed(json!({"value": array(own("sign_in"))}))),
        ("preferences", closed(preferences(arranged))),
        ("favourite", closed(favourite)),
        ("favourites", closed(json!({"value": array(own("favourite"))}))),
        ("notification", closed(notification)),
        (
            "notifications",
            closed(json!({
                "value": array(own("notification")), "unread": {"type": "integer", "minimum": 0}, "more": boolean(),
            })),
        ),
    ]
}

fn preferences(dashboards: Json) -> Json {
    json!({
        "theme": {"type": ["string", "null"], "enum": ["auto", "light", "dark", null]},
        "density": {"type": ["string", "null"], "enum": ["comfortable", "dense", null]},
        "time_zone": text_or_null(),
        "first_day": {"type": ["integer", "null"], "minimum": 1, "maximum": 7},
        "start_page": text_or_null(),
        "dashboards": dashboards,
    })
}

fn operation(reader: &Reader<'_>, id: &str, fr: &str, en: &str) -> Operation {
    Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en))
}

/// Adds the operations.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    sessions(reader, paths);
    let at = reader.at("/$preferences");
    let (fr, en) = ("Comment la personne veut ses écrans", "How the person wants their screens");
    let show = operation(reader, "preferences_show", fr, en);
    show.answers(200, &reader.say(fr, en), own("preferences")).put(paths, &at, "get");
    let change = operation(reader, "preferences_change", "Changer des préférences", "Change preferences");
    let arranged = json!({
        "type": "object", "additionalProperties": {"type": ["object", "null"], "additionalProperties": true},
    });
    let sent = json!({"type": "object", "properties": preferences(arranged), "additionalProperties": false});
    let change = change.writes().takes(&["idempotency_key"]).body("application/json", sent);
    change.answers(200, &reader.say(fr, en), own("preferences")).put(paths, &at, "patch");
    favourites(reader, paths);
    notifications(reader, paths);
    view_as(reader, paths);
}

fn view_as(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let at = reader.at("/$view_as");
    let (fr, en) = (
        "Comme qui l'on regarde, et qui a regardé comme soi",
        "As whom one looks, and who looked as oneself",
    );
    let show = operation(reader, "view_as_show", fr, en);
    show.answers(200, &reader.say(fr, en), own("views_as")).put(paths, &at, "get");
    if !reader.administers {
        return;
    }
    let sent = json!({"type": "object", "required": ["person"], "properties": {"person": values::id()}, "additionalProperties": false});
    let (fr, en) = ("Regarder comme une autre personne", "Look as somebody else");
    let begin = operation(reader, "view_as_begin", fr, en).writes().body("application/json", sent);
    let told = reader.say("Comme qui, et jusqu'à quand.", "As whom, and until when.");
    begin.answers(200, &told, own("viewing")).put(paths, &at, "put");
    let (fr, en) = ("Revenir à soi-même", "Go back to oneself");
    operation(reader, "view_as_end", fr, en)
        .writes()
        .empty(204, &reader.say(fr, en))
        .put(paths, &at, "delete");
}

fn sessions(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) = ("Où la personne est connectée", "Where the person is signed in");
    let list = operation(reader, "sign_in_list", fr, en);
    let list = list.answers(200, &reader.say(fr, en), own("sign_ins"));
    list.refused(403).put(paths, "/sessions", "get");
    let out = reader.say("Déconnecté.", "Signed out.");
    let (fr, en) = ("Se déconnecter partout ailleurs", "Sign out everywhere else");
    operation(reader, "sign_ins_end", fr, en).writes().empty(204, &out).put(paths, "/sessions", "delete");
    let (fr, en) = ("Se déconnecter d'un navigateur", "Sign out of one browser");
    let end = operation(reader, "sign_in_end", fr, en).writes().empty(204, &out);
    end.put(paths, "/sessions/{id}", "delete");
}

fn favourites(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let at = reader.at("/$favourites");
    let (fr, en) = ("Ce que la personne garde à portée", "What the person keeps at hand");
    let list = operation(reader, "favourite_list", fr, en);
    list.answers(200, &reader.say(fr, en), own("favourites")).put(paths, &at, "get");
    let add = operation(reader, "favourite_add", "Ajouter un favori", "Add a favourite").writes();
    let target = json!({"type": "string", "minLength": 1, "maxLength": 120});
    let sent = json!({"type": "object", "required": ["target"], "properties": {"target": target}, "additionalProperties": false});
    let add = add.takes(&["idempotency_key"]).body("application/json", sent);
    let known = reader.say("Le favori.", "The favourite.");
    let add = add.answers(200, &known, own("favourite"));
    add.answers(201, &known, own("favourite")).put(paths, &at, "post");
    let remove = operation(reader, "favourite_remove", "Retirer un favori", "Remove a favourite").writes();
    let gone = reader.say("Retiré.", "Removed.");
    let remove = remove.takes(&["idempotency_key"]).empty(204, &gone);
    remove.put(paths, &reader.at("/$favourites/{id}"), "delete");
}

fn notifications(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let at = reader.at("/$notifications");
    let (fr, en) = ("Ce dont la personne a été prévenue", "What the person was told");
    let list = operation(reader, "notification_list", fr, en).takes(&["top"]);
    list.answers(200, &reader.say(fr, en), own("notifications")).put(paths, &at, "get");
    let done = reader.say("C'est noté.", "Noted.");
    let (fr, en) = ("Tout marquer comme lu", "Mark all as read");
    let all = operation(reader, "notifications_read", fr, en).writes().takes(&["idempotency_key"]);
    all.empty(204, &done).put(paths, &reader.at("/$notifications/read"), "post");
    let (fr, en) = ("Marquer comme lue, ou non lue", "Mark as read, or not read");
    let mark = operation(reader, "notification_mark", fr, en).writes().takes(&["idempotency_key"]);
    let sent = json!({"type": "object", "required": ["read"], "properties": {"read": boolean()}, "additionalProperties": false});
    let mark = mark.body("application/json", sent).empty(204, &done);
    mark.put(paths, &reader.at("/$notifications/{id}"), "patch");
}
