//! The journal as administrators search it, and the people they let in.

use serde_json::{Value as Json, json};

use crate::app::App;

#[test]
fn the_journal_is_searched_by_person_collection_record_and_kind_and_read_to_its_end() {
    let app = App::start();
    let ada = app.ada();
    let first = ada.create("accounts", json!({"name": "Un"}));
    ada.create("accounts", json!({"name": "Deux"}));
    let id = first["id"].as_str().unwrap();
    ada.patch(&ada.at(&format!("accounts/{id}")), &json!({"name": "Un bis"}));
    let journal = |query: &str| ada.get(&ada.at(&format!("$journal?collection=accounts{query}"))).json();
    let all = journal("");
    assert_eq!(all["value"].as_array().unwrap().len(), 3);
    let newest = &all["value"][0];
    assert_eq!((&newest["operation"], &newest["title"]), (&json!("update"), &json!("Un bis")));
    assert_eq!(newest["changes"]["name"], json!(["Un", "Un bis"]));
    assert_eq!(journal("&operation=update")["value"].as_array().unwrap().len(), 1);
    assert_eq!(journal(&format!("&record={id}"))["value"].as_array().unwrap().len(), 2);
    let person = newest["actor"]["id"].as_str().unwrap();
    assert_eq!(journal(&format!("&person={person}"))["value"].as_array().unwrap().len(), 3);
    assert_eq!(journal("&person=system")["value"], json!([]));
    assert_eq!(journal("&origin=import")["value"], json!([]));
    let middle = all["value"][1]["at"].as_str().unwrap();
    assert_eq!(journal(&format!("&from={middle}"))["value"].as_array().unwrap().len(), 2);
    assert_eq!(journal(&format!("&to={middle}"))["value"].as_array().unwrap().len(), 1);
    // One change a page, to the very first.
    let (mut page, mut told): (Json, Vec<Json>) = (ada.get(&ada.at("$journal?$top=1")).json(), Vec::new());
    loop {
        told.extend(page["value"].as_array().unwrap().iter().cloned());
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        page = ada.get(next).json();
    }
    let whole = ada.get(&ada.at("$journal?$top=500")).json();
    // As for lists: a number that no page could have is refused, not bent.
    assert_eq!(ada.get(&ada.at("$journal?$top=4294967296")).status, 400);
    assert_eq!(json!(told), whole["value"]);
    assert_eq!(ada.get(&ada.at("$journal?operation=x")).status, 400);
}

#[test]
fn an_administrator_lets_somebody_in_who_signs_in_with_the_password_told_once() {
    let app = App::start();
    let ada = app.ada();
    let new = json!({"name": "Zoé Weber", "email": "zoe@acme.example", "profiles": ["reader"]});
    let added = ada.post(&ada.at("$people"), &new);
    assert_eq!(added.status, 201, "{}", added.text());
    let (zoe, password) = (added.json(), added.json()["password"].as_str().unwrap().to_owned());
    let credentials = json!({"email": "zoe@acme.example", "password": password});
    let signed_in = app.stranger().post("/session", &credentials);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    assert_eq!(ada.post(&ada.at("$people"), &new).status, 422);
    let list = ada.get(&ada.at("$people")).json();
    let told = list["value"].as_array().unwrap().iter().find(|one| one["id"] == zoe["id"]).unwrap().clone();
    assert_eq!((&told["profiles"], &told["sessions"]), (&json!(["reader"]), &json!(1)));
    assert!(!list.to_string().contains(&password));
    let at = |part: &str| ada.at(&format!("$people/{}{part}", zoe["id"].as_str().unwrap()));
    assert_eq!(
        ada.patch(&at(""), &json!({"profiles": ["administrator"]})).json()["profiles"],
        json!(["administrator"])
    );
    assert_eq!(ada.post(&at("/sign_out"), &json!({})).json()["sessions"], 0);
    let reset = ada.post(&at("/reset"), &json!({})).json();
    assert_eq!(app.stranger().post("/session", &credentials).status, 401);
    let credentials = json!({"email": "zoe@acme.example", "password": reset["password"]});
    assert_eq!(app.stranger().post("/session", &credentials).status, 200);
    assert_eq!(ada.delete(&at("")).status, 204);
    assert_eq!(ada.delete(&at("")).status, 404);
}

#[test]
fn nobody_locks_themselves_out_and_people_of_another_client_are_not_theirs() {
    let app = App::start();
    let ada = app.ada();
    let me = ada.get(&ada.at("$people")).json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["me"] == true)
        .cloned();
    let me = me.unwrap();
    let at = |id: &Json, part: &str| ada.at(&format!("$people/{}{part}", id.as_str().unwrap()));
    assert_eq!(ada.delete(&at(&me["id"], "")).status, 409);
    assert_eq!(ada.patch(&at(&me["id"], ""), &json!({"profiles": ["reader"]})).status, 409);
    let grace = json!(app.user("grace@globex.example").to_string());
    assert_eq!(ada.delete(&at(&grace, "")).status, 404);
    assert_eq!(ada.post(&at(&grace, "/reset"), &json!({})).status, 404);
    let added = ada.post(&ada.at("$people"), &json!({"name": "Grace", "email": "grace@globex.example"}));
    assert_eq!((added.status, &added.json()["password"]), (201, &json!(null)));
    assert_eq!(ada.post(&at(&grace, "/reset"), &json!({})).status, 422);
    assert_eq!(ada.post(&at(&grace, "/sign_out"), &json!({})).status, 422);
    let figures = ada.get(&ada.at("$figures")).json();
    assert_eq!(figures["numbering"][0], json!({"entity": "account", "prefix": "T", "width": 6}));
}

#[test]
fn an_administrator_takes_the_whole_environment_along_and_nobody_else_does() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Chauffage Lenoir"}));
    let archive = ada.get(&ada.at("$archive"));
    assert_eq!(archive.status, 200, "{}", archive.text());
    assert_eq!(archive.header("content-type"), Some("application/zip"));
    assert!(archive.header("content-disposition").unwrap().contains("acme.zip"));
    let path = app.folder.path().join("acme.zip");
    std::fs::write(&path, &archive.bytes).unwrap();
    let read = exchange::Archive::open(&path).unwrap();
    let head = app.platform.environment("acme").unwrap().engine.head().unwrap();
    assert_eq!(read.manifest().head, exchange::ArchivedHead::from(&head));
    let accounts = read.manifest().parts.iter().find(|part| part.path == "records/accounts.jsonl").unwrap();
    assert_eq!(accounts.lines, Some(1));
    let remi = app.signed_in("remi@acme.example", "acme");
    assert_eq!(remi.get(&remi.at("$archive")).refusal(), (403, "forbidden".to_owned()));
    // That of the platform holds secrets of everybody.
    let ada_user = app.user("ada@acme.example");
    app.platform.access_grant(ada_user, "platform", &["administrator"]).unwrap();
    assert_eq!(ada.get("/data/platform/$archive").status, 422);
}

#[test]
fn an_administrator_is_told_what_protects_the_environment_in_their_language() {
    let app = App::start();
    let ada = app.ada();
    let told = ada.get(&ada.at("$security")).json();
    let findings = told["value"].as_array().unwrap();
    let alone = findings.iter().find(|one| one["name"] == "second_factor").unwrap();
    assert_eq!(alone["verdict"], "warning", "{alone}");
    assert!(alone["mend"].as_str().unwrap().contains("second facteur"), "{alone}");
    ada.patch("/session", &json!({"language": "en"}));
    let told = ada.get(&ada.at("$security")).json();
    assert!(told.to_string().contains("second factor"), "{told}");
    // How the platform is installed is not theirs to know.
    assert!(!told.to_string().contains("tisserand.toml") && !told.to_string().contains("chmod"), "{told}");
}

#[test]
fn an_archive_is_prepared_beside_peoples_work_and_fetched_by_who_administers() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Un"}));
    assert_eq!(ada.get(&ada.at("$archives")).json(), json!({"value": []}));
    let asked = ada.post(&ada.at("$archives"), &json!({}));
    assert_eq!(asked.status, 202, "{}", asked.text());
    let at = ada.at(&format!("$archives/{}", asked.json()["id"].as_str().unwrap()));
    while !ada.get(&ada.at("$archives")).json()["value"][0]["ready"].as_bool().unwrap() {
        app.platform.operations_run().unwrap();
    }
    let list = ada.get(&ada.at("$archives")).json();
    let archive = ada.get(&at);
    assert_eq!((archive.status, archive.header("content-type")), (200, Some("application/zip")));
    assert_eq!(list["value"][0]["size"], archive.bytes.len());
    let path = app.folder.path().join("kept.zip");
    std::fs::write(&path, &archive.bytes).unwrap();
    assert_eq!(exchange::Archive::open(&path).unwrap().manifest().environment.name, "acme");
    // Nobody else: not who only reads, not who is here to help, not another client.
    let remi = app.remi();
    for path in [remi.at("$archives"), at.clone()] {
        assert_eq!(remi.get(&path).refusal(), (403, "forbidden".to_owned()), "{path}");
    }
    let grace = app.grace();
    let theirs = at.replace("/acme/", "/globex/");
    assert_eq!(grace.get(&theirs).status, 404);
}
