//! Value lists, changed while people work.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::app::App;

#[test]
fn an_administrator_adds_and_changes_values_of_a_list() {
    let app = App::start();
    let ada = app.ada();
    let before = ada.get(&ada.at("$dictionary"));
    let list = ada.get(&ada.at("$lists/colour_tag")).json();
    assert_eq!(list["values"].as_array().unwrap().len(), 2);
    let value = json!({"tag": "green", "label": {"fr": "Vert", "en": "Green"}, "colour": "sage"});
    let added = ada.post(&ada.at("$lists/colour_tag"), &value);
    assert_eq!(added.status, 201, "{}", added.text());
    assert_eq!(ada.create("accounts", json!({"name": "x", "tags": ["green"]}))["tags"], json!(["green"]));
    assert_eq!(
        ada.with("if-none-match", before.header("etag").unwrap()).get(&ada.at("$dictionary")).status,
        200
    );
    let changed = ada
        .patch(&ada.at("$lists/account_kind/lost"), &json!({"label": {"fr": "Abandonné"}, "active": false}));
    assert_eq!(changed.status, 200, "{}", changed.text());
    let lost = changed.json()["values"][2].clone();
    assert_eq!(
        (&lost["tag"], &lost["label"]["fr"], &lost["active"]),
        (&json!("lost"), &json!("Abandonné"), &json!(false))
    );
    assert_eq!(lost["label"]["en"], "Lost");
}

#[test]
fn what_cannot_be_added_to_a_list_is_told() {
    let app = App::start();
    let ada = app.ada();
    let value = json!({"tag": "friend", "label": {"fr": "Ami"}});
    assert_eq!(ada.post(&ada.at("$lists/account_kind"), &value).status, 422);
    assert_eq!(
        ada.post(&ada.at("$lists/colour_tag"), &json!({"tag": "red", "label": {"fr": "Rouge"}})).status,
        422
    );
    for label in [json!({}), json!({"en": "Red"}), json!({"fr": " "})] {
        let refused = ada.patch(&ada.at("$lists/account_kind/lost"), &json!({ "label": label }));
        assert_eq!(refused.refusal(), (422, "validation".to_owned()), "{label}");
    }
    assert_eq!(ada.post(&ada.at("$lists/colour_tag"), &json!({"label": {"fr": "Rouge"}})).status, 422);
    assert_eq!(
        ada.post(&ada.at("$lists/colour_tag"), &json!({"tag": "Not A Tag", "label": {"fr": "x"}})).status,
        422
    );
    assert_eq!(
        ada.post(&ada.at("$lists/colour_tag"), &json!({"tag": "x", "lable": {"fr": "x"}})).refusal(),
        (422, "unknown_field".to_owned())
    );
    assert_eq!(ada.post(&ada.at("$lists/nothing"), &value).status, 404);
    assert_eq!(ada.patch(&ada.at("$lists/colour_tag/nothing"), &json!({"active": false})).status, 404);
}

#[test]
fn records_are_saved_while_somebody_changes_a_list() {
    let app = App::start();
    let ada = app.ada();
    let done = AtomicBool::new(false);
    let savers: Vec<_> =
        (0..4).map(|n| (app.ada(), ada.create("accounts", json!({"name": format!("A{n}")})))).collect();
    thread::scope(|scope| {
        for (client, account) in &savers {
            let (path, done) = (client.at(&format!("accounts/{}", account["id"].as_str().unwrap())), &done);
            scope.spawn(move || {
                let mut employees = 0;
                // What was read before the list changed and written after it is saved all the same, and answered.
                while !done.load(Ordering::Relaxed) {
                    employees += 1;
                    let answer = client.patch(&path, &json!({"employees": employees}));
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    assert_eq!(answer.json()["employees"], employees);
                }
            });
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for n in 0..40 {
                let value = json!({"tag": format!("tag_{n}"), "label": {"fr": format!("Étiquette {n}")}});
                let added = ada.post(&ada.at("$lists/colour_tag"), &value);
                assert_eq!(added.status, 201, "{}", added.text());
            }
        }));
        // Whatever happens the savers end.
        done.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|fault| resume_unwind(fault));
    });
}
