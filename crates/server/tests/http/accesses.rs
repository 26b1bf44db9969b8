//! Who reads sensitive values is noted, apart from the journal, and told to who protects people.

use std::fs;

use jiff::SignedDuration;
use platform::NewEnvironment;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

const PATIENT: &str = r#"
label = { fr = "Patient", en = "Patient" }
plural = { fr = "Patients", en = "Patients" }
title = "{name}"
person = true
personal = true
search = ["name"]
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[fields.allergies]
type = "text"
personal = "sensitive"
label = { fr = "Allergies", en = "Allergies" }
[fields.religion]
type = "text"
personal = "sensitive"
label = { fr = "Religion", en = "Religion" }
"#;

const NURSE: &str = r#"
label = { fr = "Accueil", en = "Desk" }
[entities.patient]
allow = ["read", "update"]
fields = { allergies = "masked", religion = "hidden" }
"#;

/// An environment with patients, whom Ada sees whole and Rémi without what is sensitive.
fn clinic(app: &App) -> (Client, Client) {
    let folder = app.folder.path().join("modules/clinic");
    let files = [
        (
            "module.toml",
            "name = \"clinic\"\nversion = \"1.0.0\"\nlabel = { fr = \"Clinique\", en = \"Clinic\" }\n",
        ),
        ("entities/patient.toml", PATIENT),
        ("profiles/desk.toml", NURSE),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    app.platform.environment_create(NewEnvironment::named("clinic", "Clinique", &["clinic"])).unwrap();
    for (email, profile) in [("ada@acme.example", "administrator"), ("remi@acme.example", "desk")] {
        app.platform.access_grant(app.user(email), "clinic", &[profile]).unwrap();
    }
    (app.signed_in("ada@acme.example", "clinic"), app.signed_in("remi@acme.example", "clinic"))
}

fn told(ada: &Client, query: &str) -> Vec<Json> {
    let answer = ada.get(&ada.at(&format!("$accesses{query}")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["value"].as_array().unwrap().clone()
}

#[test]
fn whoever_reads_sensitive_values_is_noted_once_an_hour_with_whose_and_which() {
    let app = App::start();
    let (ada, remi) = clinic(&app);
    let anne = ada.create("patients", json!({"name": "Anne", "allergies": "nuts", "religion": "none"}));
    let bob = ada.create("patients", json!({"name": "Bob"}));
    let id = |record: &Json| record["id"].as_str().unwrap().to_owned();
    let made = told(&ada, "");
    assert_eq!(made.len(), 1, "what is answered when it is written is read too: {made:?}");

    app.clock.forward(SignedDuration::from_hours(1));
    let ada = app.signed_in("ada@acme.example", "clinic");
    let remi_again = app.signed_in("remi@acme.example", "clinic");
    for _ in 0..3 {
        assert_eq!(ada.get(&ada.at(&format!("patients/{}", id(&anne)))).json()["allergies"], "nuts");
        assert_eq!(ada.list("patients").len(), 2);
        ada.get(&ada.at(&format!("patients/{}/$history", id(&anne))));
    }
    ada.get(&ada.at(&format!("patients/{}", id(&bob))));
    remi_again.get(&remi_again.at(&format!("patients/{}", id(&anne))));
    remi_again.list("patients");
    drop(remi);

    let all = told(&ada, "");
    assert_eq!(all.len(), 2, "neither who has none, nor who is not shown it: {all:?}");
    let newest = &all[0];
    assert_eq!(
        (&newest["id"], &newest["title"], &newest["entity"]),
        (&anne["id"], &json!("Anne"), &json!("patient"))
    );
    assert_eq!(
        (&newest["by"]["name"], &newest["fields"]),
        (&json!("Ada Lenoir"), &json!(["allergies", "religion"]))
    );
    assert_eq!(told(&ada, &format!("?record={}", id(&bob))), Vec::<Json>::new());
    assert_eq!(told(&ada, &format!("?record={}&$top=1", id(&anne))).len(), 1);
    let me = newest["by"]["id"].as_str().unwrap();
    assert_eq!(told(&ada, &format!("?person={me}")).len(), 2);
    assert_eq!(ada.get(&ada.at("$accesses?person=x")).status, 400);

    // Values are in neither the journal's entries of it nor the log.
    let position = app.platform.environment("clinic").unwrap().engine.position();
    ada.list("patients");
    assert_eq!(
        app.platform.environment("clinic").unwrap().engine.position(),
        position,
        "reading writes no entry"
    );
    let folder = app.folder.path().join("data/environments/clinic/accesses");
    let log = fs::read_to_string(folder.join("2026-11.jsonl")).unwrap();
    assert!(!log.contains("nuts") && !log.contains("Anne"), "{log}");
}

#[test]
fn a_month_of_accesses_goes_a_year_after_and_nobody_else_reads_them() {
    let app = App::start();
    let (ada, remi) = clinic(&app);
    ada.create("patients", json!({"name": "Anne", "allergies": "nuts"}));
    assert_eq!(remi.get(&remi.at("$accesses")).refusal(), (403, "forbidden".to_owned()));
    let folder = app.folder.path().join("data/environments/clinic/accesses");
    app.clock.forward(SignedDuration::from_hours(24 * 200));
    app.signed_in("ada@acme.example", "clinic").list("patients");
    assert!(folder.join("2026-11.jsonl").exists());
    app.clock.forward(SignedDuration::from_hours(24 * 200));
    let ada = app.signed_in("ada@acme.example", "clinic");
    ada.list("patients");
    assert!(!folder.join("2026-11.jsonl").exists());
    assert_eq!(told(&ada, "").len(), 2);
}
