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
