//! Creating, reading, changing, deleting.

use serde_json::json;

use crate::app::App;

#[test]
fn a_record_is_created_read_changed_and_deleted() {
    let app = App::start();
    let ada = app.ada();
    let answer =
        ada.post(&ada.at("accounts"), &json!({"name": "Chauffage Lenoir", "siret": "12345678901234"}));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json();
    let path = answer.header("location").unwrap().to_owned();
    assert_eq!(path, ada.at(&format!("accounts/{}", created["id"].as_str().unwrap())));
    assert_eq!(answer.header("etag"), created["@odata.etag"].as_str());
    assert_eq!(created["@tisserand.title"], "Chauffage Lenoir");
    assert_eq!(created["code"], "T000001");
    assert_eq!(created["kind"], "prospect");
    assert_eq!(created["secret_note"], json!(null));

    let read = ada.get(&path);
    assert_eq!((read.status, read.json()), (200, created.clone()));
    let unchanged = ada.with("if-none-match", read.header("etag").unwrap()).get(&path);
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));

    let changed = ada.patch(&path, &json!({"employees": 12, "name": "Lenoir"})).json();
    assert_eq!((&changed["employees"], &changed["name"]), (&json!(12), &json!("Lenoir")));
    assert!(changed["version"].as_u64() > created["version"].as_u64());
    assert_eq!(changed["siret"], "12345678901234");

    assert_eq!(ada.delete(&path).status, 204);
    assert_eq!(ada.get(&path).refusal(), (404, "not_found".to_owned()));
}

#[test]
fn put_by_code_creates_then_changes() {
    let app = App::start();
    let ada = app.ada();
    let path = ada.at("accounts(siret='12345678901234')");
    let created = ada.put(&path, &json!({"name": "Lenoir"}));
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.json()["siret"], "12345678901234");
    let changed = ada.put(&path, &json!({"employees": 3}));
    assert_eq!((changed.status, &changed.json()["name"]), (200, &json!("Lenoir")));
    assert_eq!(ada.list("accounts").len(), 1);
    let stale = ada.with("if-match", created.header("etag").unwrap()).put(&path, &json!({"employees": 4}));
    assert_eq!(stale.refusal(), (412, "stale".to_owned()));
    let id = "0192f3a0-7e1c-7c3a-9f5e-0123456789ab";
    let by_id = ada.put(&ada.at(&format!("accounts/{id}")), &json!({"name": "Choisi"}));
    assert_eq!((by_id.status, &by_id.json()["id"]), (201, &json!(id)));
}

#[test]
fn references_are_written_by_id_by_code_or_as_text() {
    let app = App::start();
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let id = account["id"].clone();
    for reference in [
        json!({"account_id": id}),
        json!({"account": {"id": id}}),
        json!({"account": {"code": "T000001"}}),
        json!({"account": "T000001"}),
        json!({"account": id}),
    ] {
        let mut body = reference.clone();
        body["subject"] = json!("Devis");
        assert_eq!(ada.create("quotes", body)["account_id"], id, "{reference}");
    }
    let lost = ada.post(&ada.at("quotes"), &json!({"subject": "x", "account": "T999999"}));
    assert_eq!(lost.refusal(), (422, "validation".to_owned()));
    assert!(lost.json()["fields"].as_object().unwrap().keys().any(|field| field.starts_with("account")));
    assert_eq!(ada.post(&ada.at("quotes"), &json!({"subject": "x", "account": 12})).status, 422);
    assert_eq!(ada.post(&ada.at("quotes"), &json!({"subject": "x", "account_id": "12"})).status, 422);
}

#[test]
fn lines_are_written_with_their_record_and_its_total_follows() {
    let app = App::start();
    let ada = app.ada();
    let body = json!({"subject": "Chaudière", "lines": [
        {"text": "Pose", "quantity": 2, "price": 150.25},
        {"text": "Pièces", "quantity": "1.5", "price": 10},
    ]});
    let answer = ada.post(&ada.at("quotes?$expand=lines"), &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let quote = answer.json();
    assert_eq!(quote["total"], 315.5);
    let lines = quote["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    let laying = lines.iter().find(|line| line["text"] == "Pose").unwrap();
    let path = ada.at(&format!("quotes/{}", quote["id"].as_str().unwrap()));
    let kept = json!({"lines": [{"id": laying["id"], "quantity": 4}, {"text": "Dépose", "quantity": 1, "price": 1}]});
    let changed = ada.patch(&format!("{path}?$expand=lines($select=text,amount)"), &kept).json();
    let lines = changed["lines"].as_array().unwrap();
    let amount = |text: &str| lines.iter().find(|line| line["text"] == text).unwrap()["amount"].as_f64();
    assert_eq!((lines.len(), amount("Pose"), amount("Dépose")), (2, Some(601.0), Some(1.0)));
    assert_eq!(changed["total"].as_f64(), Some(602.0));
    assert_eq!(ada.get(&path).json().get("lines"), None);
    let fault = ada.patch(&path, &json!({"lines": [{"text": "x"}, {"text": "y", "quantity": -1}]}));
    assert_eq!(fault.refusal(), (422, "validation".to_owned()));
    assert!(fault.json()["fields"]["lines[1].quantity"].is_string(), "{}", fault.text());
    assert_eq!(ada.delete(&path).status, 204);
    assert!(ada.list("quote_lines").is_empty());
}

#[test]
fn a_record_may_be_sent_back_as_it_was_read() {
    let app = App::start();
    let ada = app.ada();
    let mut record = ada.create("accounts", json!({"name": "Lenoir", "employees": 3}));
    record["employees"] = json!(4);
    record.as_object_mut().unwrap().remove("@odata.context");
    let path = ada.at(&format!("accounts/{}", record["id"].as_str().unwrap()));
    let changed = ada.patch(&path, &record);
    assert_eq!((changed.status, &changed.json()["employees"]), (200, &json!(4)), "{}", changed.text());
}

#[test]
fn history_tells_who_did_what_newest_first() {
    let app = App::start();
    let ada = app.ada();
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    let path = ada.at(&format!("accounts/{}", record["id"].as_str().unwrap()));
    for employees in 1..=4 {
        ada.patch(&path, &json!({"employees": employees}));
    }
    let first = ada.get(&format!("{path}/$history?$top=3")).json();
    let newest = &first["value"][0];
    assert_eq!((&newest["operation"], &newest["origin"]), (&json!("update"), &json!("web")));
    assert_eq!(newest["changes"], json!({"employees": [3, 4]}));
    assert_eq!(newest["actor"]["name"], "Ada Lenoir");
    let rest = ada.get(first["@odata.nextLink"].as_str().unwrap()).json();
    assert_eq!(rest["value"].as_array().unwrap().len(), 2);
    assert_eq!(rest["value"][1]["operation"], "create");
    assert_eq!(rest["value"][1]["changes"]["name"], json!([null, "Lenoir"]));
    assert_eq!(rest.get("@odata.nextLink"), None);
    ada.delete(&path);
    assert_eq!(ada.get(&format!("{path}/$history")).json()["value"][0]["operation"], "delete");
    assert_eq!(ada.get(&ada.at("accounts/0192f3a0-7e1c-7c3a-9f5e-0123456789ab/$history")).status, 404);
}

#[test]
fn a_client_that_wants_no_record_back_gets_none() {
    let app = App::start();
    let program = app.ada().with("prefer", "return=minimal");
    let created = program.post(&program.at("accounts"), &json!({"name": "Lenoir"}));
    assert_eq!((created.status, created.bytes.len()), (201, 0));
    assert_eq!(created.header("preference-applied"), Some("return=minimal"));
    let changed = program.patch(created.header("location").unwrap(), &json!({"employees": 1}));
    assert_eq!((changed.status, changed.bytes.len()), (204, 0));
    assert!(changed.header("etag").is_some());
}
