//! What is refused, and how it is told.

use serde_json::json;

use crate::app::App;
use crate::client::Client;

fn path(client: &Client, record: &serde_json::Value) -> String {
    client.at(&format!("accounts/{}", record["id"].as_str().unwrap()))
}

#[test]
fn problems_have_the_form_of_rfc_9457_and_repeat_themselves_for_odata() {
    let app = App::start();
    let ada = app.ada();
    let answer = ada.post(&ada.at("accounts"), &json!({"siret": "123", "employees": "douze"}));
    assert_eq!(answer.status, 422);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["type"], "https://tisserand.dev/problems/validation");
    assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("validation")));
    assert_eq!(problem["error"], json!({"code": "validation", "message": problem["detail"]}));
    assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"));
    assert!(problem["fields"]["employees"].is_string(), "{problem}");
    let problem = ada.post(&ada.at("accounts"), &json!({"siret": "123"})).json();
    assert_eq!(problem["fields"]["siret"], "Ce SIRET n'est pas valide.");
    assert!(problem["fields"]["name"].is_string(), "{problem}");
}

#[test]
fn an_unknown_property_is_refused_with_the_near_name() {
    let app = App::start();
    let ada = app.ada();
    let answer = ada.post(&ada.at("accounts"), &json!({"name": "x", "employes": 1, "ownr_id": null}));
    assert_eq!(answer.refusal(), (422, "unknown_field".to_owned()));
    let fields = answer.json()["fields"].clone();
    assert!(fields["employes"].as_str().unwrap().contains("employees"), "{fields}");
    assert!(fields["ownr_id"].as_str().unwrap().contains("owner_id"), "{fields}");
    let line = json!({"subject": "x", "lines": [{"text": "a"}, {"text": "b", "quantty": 1}]});
    let fields = ada.post(&ada.at("quotes"), &line).json()["fields"].clone();
    assert!(fields["lines[1].quantty"].as_str().unwrap().contains("quantity"), "{fields}");
}

#[test]
fn a_duplicate_is_told_from_other_faults() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "A", "siret": "12345678901234"}));
    let answer = ada.post(&ada.at("accounts"), &json!({"name": "B", "siret": "12345678901234"}));
    assert_eq!(answer.refusal(), (422, "duplicate".to_owned()));
    assert!(answer.json()["fields"]["siret"].is_string());
    assert_eq!(ada.names("accounts"), ["A"]);
}

#[test]
fn a_stale_write_tells_what_the_record_is_now_and_who_changed_what() {
    let app = App::start();
    let (ada, grace) = (app.ada(), app.ada());
    let created = ada.create("accounts", json!({"name": "Lenoir", "employees": 3}));
    let path = path(&ada, &created);
    let seen = created["@odata.etag"].as_str().unwrap();
    let changed = grace.patch(&path, &json!({"employees": 4, "owner": "ada@acme.example"}));
    assert_eq!(changed.status, 200, "{}", changed.text());
    let stale = ada.with("if-match", seen).patch(&path, &json!({"name": "Lenoir & fils", "employees": 5}));
    assert_eq!(stale.refusal(), (412, "stale".to_owned()));
    let problem = stale.json();
    assert_eq!(problem["current"]["employees"], 4);
    assert_eq!(problem["current"]["version"], changed.json()["version"]);
    let change = &problem["changes"]["employees"];
    assert_eq!(
        (&change["from"], &change["to"], &change["by"]["name"]),
        (&json!(3), &json!(4), &json!("Ada Lenoir"))
    );
    assert!(change["at"].as_str().unwrap().ends_with('Z'));
    assert!(problem["changes"]["owner_id"]["to"].is_string(), "{problem}");
    assert_eq!(ada.get(&path).json()["name"], "Lenoir");
    assert_eq!(ada.with("if-match", seen).delete(&path).refusal(), (412, "stale".to_owned()));
    // Without a version, a change merges field by field.
    let merged = ada.patch(&path, &json!({"name": "Lenoir & fils"})).json();
    assert_eq!((&merged["name"], &merged["employees"]), (&json!("Lenoir & fils"), &json!(4)));
    let right = merged["@odata.etag"].as_str().unwrap();
    assert_eq!(ada.with("if-match", right).patch(&path, &json!({"employees": 6})).status, 200);
    for wrong in ["yesterday", "5", "\"5", "W/5", "\"+5\"", "W/W/\"5\"", "\"\""] {
        let refused = ada.with("if-match", wrong).patch(&path, &json!({})).refusal();
        assert_eq!(refused, (400, "bad_request".to_owned()), "{wrong}");
    }
}

#[test]
fn what_is_named_without_a_value_or_is_no_plain_number_is_refused_with_its_name() {
    let app = App::start();
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let path = path(&ada, &account);
    for (asked, option) in [
        (ada.at("accounts/$export?$format="), "$format"),
        (ada.at("accounts?$skiptoken="), "$skiptoken"),
        (ada.at("accounts?$deltatoken="), "$deltatoken"),
        (ada.at("accounts?$top=%2B5"), "$top"),
        (format!("{path}/$history?$skiptoken="), "$skiptoken"),
        (format!("{path}/$history?$skiptoken=%2B5"), "$skiptoken"),
    ] {
        let refused = ada.get(&asked);
        assert_eq!(refused.status, 400, "{asked}");
        assert!(refused.text().contains(option), "{asked}: {}", refused.text());
    }
    // Words that are not there look for nothing in particular.
    assert_eq!(ada.get(&ada.at("accounts?$search=&$filter=")).status, 200);
}

#[test]
fn a_record_that_others_refer_to_is_not_deleted() {
    let app = App::start();
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    for n in 0..3 {
        ada.create("quotes", json!({"subject": format!("Devis {n}"), "account_id": account["id"]}));
    }
    let refused = ada.delete(&path(&ada, &account));
    assert_eq!(refused.refusal(), (409, "referenced".to_owned()));
    assert_eq!(refused.json()["by"], json!([{"entity": "quote", "count": 3}]));
}

#[test]
fn a_transition_runs_from_where_it_may_and_nowhere_else() {
    let app = App::start();
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let path = path(&ada, &account);
    let converted = ada.post(&format!("{path}/convert"), &json!({}));
    assert_eq!((converted.status, &converted.json()["kind"]), (200, &json!("customer")));
    assert_eq!(
        ada.send("POST", &format!("{path}/convert"), None, &[]).refusal(),
        (422, "transition".to_owned())
    );
    assert_eq!(ada.patch(&path, &json!({"kind": "prospect"})).status, 422);
    assert_eq!(ada.post(&format!("{path}/explode"), &json!({})).refusal(), (404, "not_found".to_owned()));
    let seen = account["@odata.etag"].as_str().unwrap();
    assert_eq!(
        ada.with("if-match", seen).post(&format!("{path}/lose"), &json!({})).refusal(),
        (412, "stale".to_owned())
    );
}

#[test]
fn bodies_that_are_too_large_or_no_json_are_refused() {
    let app = App::start_with(|config| config.body_bytes_max = 10_000);
    let ada = app.ada();
    let large = json!({"name": "x", "notes": "x".repeat(20_000)});
    let refused = ada.post(&ada.at("accounts"), &large);
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
    let at = ada.at("accounts");
    for body in [&b"{"[..], b"[]", b"\"x\"", b"", b"{\"name\": \xff}"] {
        assert_eq!(
            ada.send("POST", &at, Some("application/json"), body).refusal(),
            (400, "bad_request".to_owned())
        );
    }
    assert_eq!(
        ada.send("POST", &at, Some("application/xml"), b"<x/>").refusal(),
        (415, "unsupported_media_type".to_owned())
    );
    assert!(ada.list("accounts").is_empty());
}

#[test]
fn a_key_that_names_no_record_says_which_would() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir", "siret": "12345678901234"}));
    assert_eq!(ada.get(&ada.at("accounts(code='T000001')")).json()["name"], "Lenoir");
    assert_eq!(ada.get(&ada.at("accounts(siret='12345678901234')")).json()["name"], "Lenoir");
    assert_eq!(ada.get(&ada.at("accounts(code='T999999')")).status, 404);
    let wrong = ada.get(&ada.at("accounts(name='Lenoir')"));
    assert_eq!(wrong.refusal(), (400, "bad_request".to_owned()));
    assert!(wrong.json()["detail"].as_str().unwrap().contains("siret"));
    assert_eq!(ada.get(&ada.at("accounts(secret_note='x')")).status, 400);
}
