//! Profiles made and changed at run time, and the reasons they give.

use serde_json::{Value as Json, json};

use crate::app::App;

/// A profile that sees the accounts of one name.
fn narrow(rows: &str) -> Json {
    json!({
        "label": {"fr": "Étroit", "en": "Narrow"},
        "entities": {"account": {"allow": ["read", "update"], "rows": rows, "fields": {"turnover": "hidden"}}},
    })
}

#[test]
fn a_profile_holds_from_the_next_request_on_and_says_why() {
    let app = App::start();
    let ada = app.ada();
    let kept = ada.create("accounts", json!({"name": "Lenoir"}));
    ada.create("accounts", json!({"name": "Muller"}));
    let made = ada.put(&ada.at("$profiles/narrow"), &narrow("name = 'Lenoir'"));
    assert_eq!((made.status, &made.json()["layer"]), (201, &json!("client")));
    let people = ada.get(&ada.at("$people")).json();
    let remi = people["value"].as_array().unwrap().iter().find(|one| one["name"] == "Rémi Petit").unwrap();
    let person = remi["id"].as_str().unwrap().to_owned();
    let him = app.remi();
    assert_eq!(him.names("accounts?$orderby=name"), ["Lenoir", "Muller"]);
    let given = ada.patch(&ada.at(&format!("$people/{person}")), &json!({"profiles": ["narrow"]}));
    assert_eq!(given.json()["profiles"], json!(["narrow"]));
    assert_eq!(him.names("accounts"), ["Lenoir"]);

    // Changed, it holds at once; what is not said is not given.
    ada.put(&ada.at("$profiles/narrow"), &narrow("name = 'Muller'"));
    assert_eq!(him.names("accounts"), ["Muller"]);
    let rights = ada.get(&ada.at(&format!("$rights?person={person}"))).json();
    let account =
        rights["entities"].as_array().unwrap().iter().find(|one| one["entity"] == "account").unwrap();
    assert_eq!(
        (&account["capabilities"]["read"], &account["capabilities"]["delete"]),
        (&json!("some"), &json!("none"))
    );
    let id = kept["id"].as_str().unwrap();
    let asked = format!("$why?collection=accounts&capability=read&id={id}&person={person}");
    let why = ada.get(&ada.at(&asked)).json();
    assert_eq!(why["holds"], false, "{why:#}");
    let rule = &why["because"][0]["because"][0];
    assert_eq!(rule["holds"], false);
    assert!(rule["text"].as_str().unwrap().contains("Muller"), "{why:#}");

    // About oneself anybody asks; about another who administers.
    assert_eq!(him.get(&him.at("$rights")).json()["profiles"][0]["name"], "narrow");
    assert_eq!(him.get(&him.at(&format!("$rights?person={person}"))).status, 403);
    assert_eq!(him.get(&him.at(&format!("$why?collection=accounts&id={id}"))).status, 404);

    // Nobody loses a profile unawares.
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).refusal(), (409, "conflict".to_owned()));
    ada.patch(&ada.at(&format!("$people/{person}")), &json!({"profiles": ["reader"]}));
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).status, 204);
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).status, 404);
}

#[test]
fn a_profile_that_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    let app = App::start();
    let ada = app.ada();
    let put = |says: &Json| ada.put(&ada.at("$profiles/wrong"), says);
    let refused = put(&narrow("nome = 'Lenoir'"));
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("nome"), "{}", refused.text());
    for says in [
        json!({"label": {"fr": "x"}, "entities": {"acount": {"allow": ["read"]}}}),
        json!({"label": {"fr": "x"}, "entities": {"account": {"allow": ["reed"]}}}),
        json!({"label": {"fr": "x"}, "entities": {"account": {"allow": ["read"], "fields": {"nome": "hidden"}}}}),
        json!({"label": {"fr": "x"}, "all": "read"}),
        json!({"label": {"fr": "x"}, "colour": "red"}),
        json!({"all": ["read"]}),
    ] {
        assert_eq!(put(&says).status, 422, "{says}");
    }
    assert_eq!(ada.put(&ada.at("$profiles/administrator"), &narrow("")).status, 422);
    let names: Vec<String> = ada.get(&ada.at("$profiles")).json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| profile["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["administrator", "reader"]);
}

#[test]
fn a_profile_of_a_module_is_changed_and_given_back() {
    let app = App::start();
    let ada = app.ada();
    let told = || {
        let all = ada.get(&ada.at("$profiles")).json();
        all["value"].as_array().unwrap().iter().find(|one| one["name"] == "reader").unwrap().clone()
    };
    let before = told();
    let changed = json!({
        "label": {"fr": "Lecteur", "en": "Reader"},
        "entities": {"account": {"allow": ["read"]}},
    });
    assert_eq!(ada.put(&ada.at("$profiles/reader"), &changed).status, 200);
    assert_eq!(told()["all"], json!([]));
    assert_eq!(app.remi().get("/data/acme/accounts").status, 200);
    assert_eq!(app.remi().get("/data/acme/accounts/$export").status, 403);
    assert_eq!(ada.delete(&ada.at("$profiles/reader")).status, 204);
    assert_eq!(told(), before);
}

#[test]
fn an_environment_is_never_left_without_somebody_who_administers_it() {
    let app = App::start();
    let ada = app.user("ada@acme.example");
    let refused = app.platform.member_change("acme", ada, &["reader"]);
    assert!(refused.is_err(), "{refused:?}");
    assert!(app.platform.member_remove("acme", ada).is_err());
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["administrator"]).unwrap();
    assert!(app.platform.member_change("acme", ada, &["reader"]).is_ok());
}
