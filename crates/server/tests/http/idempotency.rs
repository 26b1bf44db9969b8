//! `Idempotency-Key`: what is sent twice is done once.

use std::thread;

use jiff::SignedDuration;
use serde_json::json;

use crate::app::App;

#[test]
fn a_write_sent_again_is_answered_as_the_first_time_and_done_once() {
    let app = App::start();
    let ada = app.ada();
    let first = ada.with("idempotency-key", "\"create-1\"");
    let body = json!({"name": "Lenoir", "employees": 3});
    let created = first.post(&ada.at("accounts?$select=name"), &body);
    assert_eq!((created.status, created.header("idempotency-replayed")), (201, None));
    // Spacing and order of members are not the request.
    let again = first.send(
        "POST",
        &ada.at("accounts?$select=name"),
        Some("application/json"),
        br#"{ "employees":3, "name" : "Lenoir" }"#,
    );
    assert_eq!((again.status, &again.bytes), (201, &created.bytes));
    for header in ["location", "etag", "content-type", "odata-version"] {
        assert_eq!(again.header(header), created.header(header), "{header}");
    }
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(ada.list("accounts").len(), 1);

    let path = created.header("location").unwrap().to_owned();
    let change = ada.with("idempotency-key", "change-1");
    let changed = change.patch(&path, &json!({"employees": 4}));
    let replayed = change.patch(&path, &json!({"employees": 4}));
    assert_eq!((changed.status, changed.json()), (200, replayed.json()));
    let convert = ada.with("idempotency-key", "convert-1");
    let path_of_transition = format!("{path}/convert");
    let converted = convert.post(&path_of_transition, &json!({}));
    assert_eq!(convert.post(&path_of_transition, &json!({})).json(), converted.json());
    let delete = ada.with("idempotency-key", "delete-1");
    assert_eq!((delete.delete(&path).status, delete.delete(&path).status), (204, 204));
    let put = ada.with("idempotency-key", "put-1");
    let by_key = ada.at("accounts(siret='12345678901234')");
    assert_eq!(put.put(&by_key, &json!({"name": "Élan"})).status, 201);
    assert_eq!(put.put(&by_key, &json!({"name": "Élan"})).status, 201);
}

#[test]
fn a_key_is_for_one_request_of_one_person() {
    let app = App::start();
    let ada = app.ada();
    let keyed = ada.with("idempotency-key", "k");
    assert_eq!(keyed.post(&ada.at("accounts"), &json!({"name": "Lenoir"})).status, 201);
    let other_body = keyed.post(&ada.at("accounts"), &json!({"name": "Élan"}));
    assert_eq!(other_body.refusal(), (422, "idempotency_key_reused".to_owned()));
    let other_path = keyed.post(&ada.at("quotes"), &json!({"name": "Lenoir"}));
    assert_eq!(other_path.status, 422);
    let grace = app.grace().with("idempotency-key", "k");
    assert_eq!(grace.post(&grace.at("accounts"), &json!({"name": "Globex"})).status, 201);
    let remi = app.remi().with("idempotency-key", "k2");
    assert_eq!(remi.post(&remi.at("accounts"), &json!({"name": "x"})).status, 403);
    assert_eq!(keyed.with("idempotency-key", "a b").post(&ada.at("accounts"), &json!({})).status, 400);
    assert_eq!(
        keyed.with("idempotency-key", &"x".repeat(256)).post(&ada.at("accounts"), &json!({})).status,
        400
    );
}

#[test]
fn what_was_refused_is_refused_again_without_being_tried() {
    let app = App::start();
    let ada = app.ada();
    let keyed = ada.with("idempotency-key", "k");
    let body = json!({"name": "Lenoir", "siret": "12345678901234"});
    let taken = ada.create("accounts", json!({"name": "Élan", "siret": "12345678901234"}));
    let refused = keyed.post(&ada.at("accounts"), &body);
    assert_eq!(refused.refusal(), (422, "duplicate".to_owned()));
    assert_eq!(ada.delete(&ada.at(&format!("accounts/{}", taken["id"].as_str().unwrap()))).status, 204);
    let again = keyed.post(&ada.at("accounts"), &body);
    assert_eq!((again.status, again.json()), (422, refused.json()));
    assert_eq!(again.header("content-type"), Some("application/problem+json"));
    // What could not be read was never a request.
    let malformed = ada.with("idempotency-key", "m");
    assert_eq!(malformed.post(&ada.at("accounts?$select=nmae"), &json!({"name": "x"})).status, 400);
    assert_eq!(malformed.post(&ada.at("accounts?$select=name"), &json!({"name": "x"})).status, 201);
}

#[test]
fn many_at_once_with_one_key_do_it_once() {
    let app = App::start();
    let ada = app.ada();
    let sent: Vec<_> = (0..8)
        .map(|_| {
            let keyed = ada.with("idempotency-key", "together");
            thread::spawn(move || keyed.post(&keyed.at("accounts"), &json!({"name": "Lenoir"})))
        })
        .collect();
    let answers: Vec<_> = sent.into_iter().map(|sent| sent.join().unwrap()).collect();
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.bytes == answers[0].bytes));
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(ada.list("accounts").len(), 1);
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let app = App::start();
    let ada = app.ada();
    let post = |key: &str, name: &str| {
        ada.with("idempotency-key", key).post(&ada.at("accounts"), &json!({"name": name}))
    };
    assert_eq!(post("k", "Lenoir").status, 201);
    app.clock.forward(SignedDuration::from_hours(23));
    assert_eq!(post("k", "Élan").status, 422);
    assert_eq!(post("other", "Élan").status, 201);
    app.clock.forward(SignedDuration::from_hours(2));
    assert_eq!(post("k", "Zèbre").status, 201);
    assert_eq!(post("k", "Zèbre").header("idempotency-replayed"), Some("true"));
    assert_eq!(ada.list("accounts").len(), 3);
}

#[test]
fn a_file_sent_again_is_one_change() {
    let app = App::start();
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let path = ada.at(&format!("accounts/{}/contract", account["id"].as_str().unwrap()));
    let keyed = ada.with("idempotency-key", "f");
    let sent = keyed.send("PUT", &path, Some("text/plain"), b"bonjour");
    let again = keyed.send("PUT", &path, Some("text/plain"), b"bonjour");
    assert_eq!((sent.status, again.status, sent.header("etag")), (204, 204, again.header("etag")));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(keyed.send("PUT", &path, Some("text/plain"), b"bonsoir").status, 422);
    assert_eq!(ada.get(&path).text(), "bonjour");
}

#[test]
fn a_value_added_to_a_list_is_answered_again() {
    let app = App::start();
    let ada = app.ada();
    let keyed = ada.with("idempotency-key", "l");
    let value = json!({"tag": "green", "label": {"fr": "Vert", "en": "Green"}});
    let added = keyed.post(&ada.at("$lists/colour_tag"), &value);
    let again = keyed.post(&ada.at("$lists/colour_tag"), &value);
    assert_eq!((added.status, again.status, &again.bytes), (201, 201, &added.bytes));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(ada.post(&ada.at("$lists/colour_tag"), &value).status, 422);
}
