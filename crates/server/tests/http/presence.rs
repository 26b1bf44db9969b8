//! Who else has a record open.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Answer, Client};

fn at(client: &Client, record: &Json) -> String {
    client.at(&format!("accounts/{}/$presence", record["id"].as_str().unwrap()))
}

fn say(client: &Client, record: &Json, page: &str, does: &str) -> Answer {
    client.put(&at(client, record), &json!({"page": page, "does": does}))
}

/// Who else is there, and whether they edit.
fn others(answer: &Answer) -> Vec<(String, bool)> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let value = answer.json()["value"].as_array().unwrap().clone();
    let person =
        |person: &Json| (person["name"].as_str().unwrap().to_owned(), person["edits"].as_bool().unwrap());
    value.iter().map(person).collect()
}

#[test]
fn two_people_at_a_record_are_told_of_each_other() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    assert_eq!(others(&say(&ada, &record, "a", "look")), []);
    // Who only reads is there as well.
    assert_eq!(others(&say(&remi, &record, "r", "look")), [("Ada Lenoir".to_owned(), false)]);
    assert_eq!(others(&say(&ada, &record, "a", "edit")), [("Rémi Petit".to_owned(), false)]);
    // One person in two pages is one person, who edits if one of them does.
    assert_eq!(others(&say(&ada, &record, "b", "look")), [("Rémi Petit".to_owned(), false)]);
    assert_eq!(others(&say(&remi, &record, "r", "look")), [("Ada Lenoir".to_owned(), true)]);
    say(&ada, &record, "a", "leave");
    assert_eq!(others(&say(&remi, &record, "r", "look")), [("Ada Lenoir".to_owned(), false)]);
    say(&ada, &record, "b", "leave");
    assert_eq!(others(&say(&remi, &record, "r", "look")), []);
    let elsewhere = ada.create("accounts", json!({"name": "Weber"}));
    assert_eq!(others(&say(&ada, &elsewhere, "a", "look")), []);
}

#[test]
fn a_page_that_says_nothing_any_more_is_forgotten() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    say(&remi, &record, "r", "edit");
    app.clock.forward(SignedDuration::from_secs(30));
    assert_eq!(others(&say(&ada, &record, "a", "look")), [("Rémi Petit".to_owned(), true)]);
    app.clock.forward(SignedDuration::from_secs(30));
    assert_eq!(others(&say(&ada, &record, "a", "look")), []);
}

#[test]
fn whoever_is_at_a_record_hears_at_once_who_comes_and_nobody_else_does() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    let elsewhere = ada.create("accounts", json!({"name": "Weber"}));
    remi.list("accounts");
    let (mut ada_hears, mut remi_hears) = (ada.follow(), remi.follow());
    say(&ada, &record, "a", "look");
    let (id, told) = ada_hears.next_event().unwrap();
    // No position: a client that comes back resumes from the last change it was told.
    assert_eq!((id, &told["id"], &told["value"]), (None, &record["id"], &json!([])));
    say(&remi, &record, "r", "edit");
    let (_, told) = ada_hears.next_event().unwrap();
    assert_eq!((&told["entity"], &told["value"][0]["name"]), (&json!("account"), &json!("Rémi Petit")));
    assert_eq!(told["value"][0]["edits"], true);
    // Rémi was told of his own coming only: what happened before he was there is not his.
    assert_eq!(remi_hears.next_event().unwrap().1["value"][0]["name"], "Ada Lenoir");
    // He hears nothing of a record where he is not: the next thing he is told is a change.
    say(&ada, &elsewhere, "a", "edit");
    ada.patch(&ada.at(&format!("accounts/{}", elsewhere["id"].as_str().unwrap())), &json!({"employees": 3}));
    let change = loop {
        let (_, told) = remi_hears.next_event().unwrap();
        if told.get("operation").is_some() {
            break told;
        }
        // Where a server is slow, Ada's coming is told once more, to him who is there by then.
        assert_eq!(told["id"], record["id"]);
    };
    assert_eq!((&change["operation"], &change["id"]), (&json!("update"), &elsewhere["id"]));
}

#[test]
fn who_may_not_read_a_record_is_not_told_who_does() {
    let app = App::start();
    let (ada, grace) = (app.ada(), app.grace());
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    say(&ada, &record, "a", "edit");
    let said = json!({"page": "g", "does": "look"});
    assert_eq!(grace.put(&at(&ada, &record), &said).refusal(), (404, "not_found".to_owned()));
    assert_eq!(grace.put(&at(&grace, &record), &said).refusal(), (404, "not_found".to_owned()));
    assert_eq!(app.stranger().put(&at(&ada, &record), &said).status, 401);
    assert_eq!(others(&say(&ada, &record, "a", "edit")), []);
    ada.delete(&ada.at(&format!("accounts/{}", record["id"].as_str().unwrap())));
    assert_eq!(say(&ada, &record, "a", "look").status, 404);
}

#[test]
fn what_a_page_says_is_read_strictly() {
    let app = App::start();
    let ada = app.ada();
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    for (said, field) in [
        (json!({"page": "a", "does": "dance"}), "does"),
        (json!({"page": "", "does": "look"}), "page"),
        (json!({"page": "x".repeat(65), "does": "look"}), "page"),
        (json!({"page": "a", "does": "look", "more": 1}), "more"),
    ] {
        let answer = ada.put(&at(&ada, &record), &said);
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.text());
    }
    assert_eq!(ada.get(&at(&ada, &record)).status, 405);
}
