//! Lists as people arranged them.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

fn seen(client: &Client) -> Vec<String> {
    let answer = client.get(&client.at("$views"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let views = answer.json()["value"].as_array().unwrap().clone();
    views.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

fn kept(client: &Client, body: Json) -> Json {
    let answer = client.post(&client.at("$views"), &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn one(client: &Client, view: &Json) -> String {
    client.at(&format!("$views/{}", view["id"].as_str().unwrap()))
}

#[test]
fn a_view_is_its_owners_until_it_is_shared() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let state = json!({"sort": "-name", "f": [{"p": "kind", "v": {"o": "in", "v": ["customer"]}}]});
    let mine = kept(&ada, json!({"name": "Ma liste", "entity": "account", "state": state}));
    assert_eq!((&mine["mine"], &mine["shared"], &mine["state"]), (&json!(true), &json!(false), &state));
    assert_eq!((seen(&ada), seen(&remi)), (vec!["Ma liste".to_owned()], vec![]));
    // Another cannot tell it from one that does not exist.
    assert_eq!(remi.patch(&one(&ada, &mine), &json!({"name": "x"})).status, 404);
    assert_eq!(remi.delete(&one(&ada, &mine)).status, 404);
    let shared = ada.patch(&one(&ada, &mine), &json!({"shared": true, "name": "Pour tous"}));
    assert_eq!(shared.json()["name"], "Pour tous");
    assert_eq!(seen(&remi), ["Pour tous"]);
    let seen_by_remi = remi.get(&remi.at("$views")).json()["value"][0].clone();
    assert_eq!(
        (&seen_by_remi["mine"], &seen_by_remi["owner"]["name"]),
        (&json!(false), &json!("Ada Lenoir"))
    );
    assert_eq!(remi.patch(&one(&ada, &mine), &json!({"name": "x"})).refusal(), (403, "forbidden".to_owned()));
    assert_eq!(remi.delete(&one(&ada, &mine)).status, 403);
    assert_eq!(ada.delete(&one(&ada, &mine)).status, 204);
    assert!(seen(&remi).is_empty());
}

#[test]
fn whoever_only_reads_arranges_lists_for_themselves() {
    let app = App::start();
    let remi = app.remi();
    let mine = kept(&remi, json!({"name": "À relire", "entity": "account"}));
    assert_eq!(
        remi.patch(&one(&remi, &mine), &json!({"state": {"q": "x"}})).json()["state"],
        json!({"q": "x"})
    );
    assert_eq!(remi.patch(&one(&remi, &mine), &json!({"shared": true})).status, 403);
    assert_eq!(app.ada().patch(&one(&remi, &mine), &json!({"name": "x"})).status, 404);
    assert_eq!(remi.delete(&one(&remi, &mine)).status, 204);
}

#[test]
fn one_view_of_a_list_is_opened_first() {
    let app = App::start();
    let ada = app.ada();
    let a = kept(&ada, json!({"name": "A", "entity": "account", "first": true}));
    let other = kept(&ada, json!({"name": "Autre", "entity": "quote", "first": true}));
    let all = kept(&ada, json!({"name": "Tous", "entity": "account", "first": true, "shared": true}));
    let b = kept(&ada, json!({"name": "B", "entity": "account", "first": true}));
    let firsts: Vec<Json> = ada.get(&ada.at("$views")).json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|view| view["first"] == true)
        .map(|view| view["id"].clone())
        .collect();
    assert_eq!(firsts, [other["id"].clone(), b["id"].clone(), all["id"].clone()], "not {}", a["id"]);
}

#[test]
fn views_have_no_other_door_and_what_is_no_view_is_refused() {
    let app = App::start();
    let ada = app.ada();
    assert_eq!(ada.get(&ada.at("saved_views")).status, 404);
    assert_eq!(ada.get(&ada.at("$dictionary")).json()["entities"]["saved_view"], json!(null));
    for (body, field) in [
        (json!({"entity": "account"}), "name"),
        (json!({"name": "x"}), "entity"),
        (json!({"name": "x", "entity": "nothing"}), "entity"),
        (json!({"name": "x", "entity": "saved_view"}), "entity"),
        (json!({"name": "x", "entity": "account", "state": []}), "state"),
        (json!({"name": "x", "entity": "account", "colour": 1}), "colour"),
    ] {
        let answer = ada.post(&ada.at("$views"), &body);
        assert_eq!(answer.status, 422, "{body}");
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.text());
    }
}
