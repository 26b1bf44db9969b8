//! Deleted records made again.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

fn path(client: &Client, collection: &str, record: &Json) -> String {
    client.at(&format!("{collection}/{}", record["id"].as_str().unwrap()))
}

#[test]
fn a_deleted_record_is_made_again_with_its_lines_and_its_id() {
    let app = App::start();
    let ada = app.ada();
    let quote =
        ada.create("quotes", json!({"subject": "Chaudière", "lines": [{"text": "a"}, {"text": "b"}]}));
    let other = ada.create("quotes", json!({"subject": "Autre", "lines": [{"text": "c"}]}));
    let at = path(&ada, "quotes", &quote);
    assert_eq!(ada.delete(&at).status, 204);
    assert_eq!(ada.get(&at).status, 404);
    let restored = ada.post(&format!("{at}/$restore?$expand=lines"), &json!({}));
    assert_eq!(restored.status, 200, "{}", restored.text());
    let restored = restored.json();
    assert_eq!((&restored["id"], &restored["subject"]), (&quote["id"], &json!("Chaudière")));
    let texts: Vec<&Json> = restored["lines"].as_array().unwrap().iter().map(|line| &line["text"]).collect();
    assert_eq!(texts, [&json!("a"), &json!("b")]);
    // What is there stays as it is, and so does everything else.
    assert_eq!(ada.post(&format!("{at}/$restore"), &json!({})).json()["version"], restored["version"]);
    assert_eq!(ada.get(&path(&ada, "quotes", &other)).json()["version"], other["version"]);
}

#[test]
fn many_are_made_again_in_one_request() {
    let app = App::start();
    let ada = app.ada();
    let made: Vec<Json> = (0..3).map(|n| ada.create("accounts", json!({"name": format!("A{n}")}))).collect();
    for record in &made {
        ada.delete(&path(&ada, "accounts", record));
    }
    let requests: Vec<Json> = made
        .iter()
        .map(|record| json!({"method": "POST", "url": format!("accounts/{}/$restore", record["id"].as_str().unwrap())}))
        .collect();
    let answer = ada.post(&ada.at("$batch"), &json!({ "requests": requests }));
    let statuses: Vec<Json> =
        answer.json()["responses"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [200, 200, 200]);
    assert_eq!(ada.names("accounts"), ["A0", "A1", "A2"]);
}

#[test]
fn what_was_never_there_and_what_may_not_be_written_is_not_made_again() {
    let app = App::start();
    let (ada, remi, grace) = (app.ada(), app.remi(), app.grace());
    let record = ada.create("accounts", json!({"name": "Lenoir", "siret": "12345678901234"}));
    let at = format!("{}/$restore", path(&ada, "accounts", &record));
    ada.delete(&path(&ada, "accounts", &record));
    assert_ne!(remi.post(&at, &json!({})).status, 200);
    assert_eq!(grace.post(&at, &json!({})).refusal(), (404, "not_found".to_owned()));
    let nowhere = ada.at("accounts/0192f3a0-7e1c-7c3a-9f5e-0123456789ab/$restore");
    assert_eq!(ada.post(&nowhere, &json!({})).refusal(), (404, "not_found".to_owned()));
    // Somebody has its unique value by now.
    ada.create("accounts", json!({"name": "Weber", "siret": "12345678901234"}));
    assert_eq!(ada.post(&at, &json!({})).status, 422);
    assert_eq!(ada.names("accounts"), ["Weber"]);
}
