//! Live events.

use serde_json::json;

use crate::app::App;

#[test]
fn changes_are_told_as_they_happen() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    // The first entry of a person makes their record, which is a change too.
    ada.list("accounts");
    let mut events = remi.follow();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let (id, event) = events.next_event().unwrap();
    assert_eq!(id, event["position"].as_u64());
    assert_eq!(
        (&event["entity"], &event["id"], &event["operation"]),
        (&json!("account"), &account["id"], &json!("create"))
    );
    assert_eq!(event["actor"], account["created_by_id"]);
    assert_eq!(event["position"], account["version"]);
    let path = ada.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    ada.patch(&path, &json!({"employees": 3, "owner": "ada@acme.example"}));
    let (_, event) = events.next_event().unwrap();
    assert_eq!(event["fields"], json!(["employees", "owner"]));
    ada.delete(&path);
    assert_eq!(events.next_event().unwrap().1["operation"], "delete");
}

#[test]
fn a_client_that_comes_back_gets_what_it_missed_and_nothing_twice() {
    let app = App::start();
    let ada = app.ada();
    let mut events = ada.follow();
    ada.create("accounts", json!({"name": "A"}));
    let (last, _) = events.next_event().unwrap();
    drop(events);
    for name in ["B", "C", "D"] {
        ada.create("accounts", json!({"name": name}));
    }
    let mut resumed = ada.with("last-event-id", &last.unwrap().to_string()).follow();
    ada.create("accounts", json!({"name": "E"}));
    let positions: Vec<u64> = (0..4).map(|_| resumed.next_event().unwrap().0.unwrap()).collect();
    let first = last.unwrap() + 1;
    assert_eq!(positions, (first..first + 4).collect::<Vec<_>>());
    let mut after = ada.with("x-none", "").clone();
    after.environment = format!("acme?after={}", positions[2]);
    assert_eq!(after.follow().next_event().unwrap().0, Some(positions[3]));
    assert_eq!(
        ada.with("last-event-id", "yesterday").get("/events/acme").refusal(),
        (400, "bad_request".to_owned())
    );
}

#[test]
fn an_entry_of_many_changes_counts_as_seen_with_its_last_one() {
    let app = App::start();
    let ada = app.ada();
    let mut events = ada.follow();
    ada.create("quotes", json!({"subject": "x", "lines": [{"text": "a"}, {"text": "b"}]}));
    let seen: Vec<_> = (0..3).map(|_| events.next_event().unwrap()).collect();
    assert_eq!(seen.iter().filter(|(id, _)| id.is_some()).count(), 1);
    assert!(seen[2].0.is_some());
    assert!(seen.iter().all(|(_, event)| event["position"] == seen[0].1["position"]));
}

#[test]
fn whoever_signs_out_stops_listening() {
    let app = App::start_with(|config| config.heartbeat = std::time::Duration::from_millis(50));
    let (ada, other) = (app.ada(), app.ada());
    let mut events = ada.follow();
    assert_eq!(ada.delete("/session").status, 204);
    other.create("accounts", json!({"name": "Secret"}));
    assert!(events.next_event().is_none());
}

#[test]
fn live_connections_are_bounded_and_given_back() {
    let app = App::start_with(|config| config.live_max = 1);
    let ada = app.ada();
    let events = ada.follow();
    assert_eq!(ada.get("/events/acme").refusal(), (429, "too_many".to_owned()));
    drop(events);
    // The server notices when it next writes.
    let free = (0..200).any(|_| {
        ada.create("accounts", json!({"name": "x"}));
        let page = app.stranger().get("/metrics").text();
        page.contains("tisserand_live_connections 0\n")
    });
    assert!(free);
}
