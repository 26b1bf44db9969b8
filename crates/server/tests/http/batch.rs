//! `$batch`: many requests in one, groups that are done whole or not at all.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

fn send(client: &Client, requests: Json) -> Vec<Json> {
    let answer = client.post(&client.at("$batch"), &json!({"requests": requests}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["responses"].as_array().unwrap().clone()
}

fn statuses(responses: &[Json]) -> Vec<(String, u64)> {
    let one =
        |response: &Json| (response["id"].as_str().unwrap().to_owned(), response["status"].as_u64().unwrap());
    responses.iter().map(one).collect()
}

fn position(client: &Client) -> u64 {
    client.get(&client.at("$status")).json()["position"].as_u64().unwrap()
}

#[test]
fn requests_are_executed_in_order_and_refer_to_what_came_before() {
    let app = App::start();
    let ada = app.ada();
    let responses = send(
        &ada,
        json!([
            {"id": "1", "method": "POST", "url": "accounts", "body": {"name": "Lenoir", "email": "a@b.example"}},
            {"id": "2", "method": "POST", "url": "/data/acme/quotes",
             "body": {"subject": "Chaudière", "account@odata.bind": "$1", "lines": []}},
            {"id": "3", "method": "PATCH", "url": "$1", "headers": {"prefer": "return=minimal"}, "body": {"employees": 3}},
            {"id": "4", "method": "POST", "url": "$1/convert"},
            {"id": "5", "method": "GET", "url": "$1?$select=name,kind,employees"},
            {"id": "6", "method": "GET", "url": "accounts/$count?$filter=kind eq 'customer'".replace(' ', "%20")},
            {"id": "7", "method": "GET", "url": "quotes?$expand=account($select=name)&$select=subject"},
        ]),
    );
    let wanted: Vec<(String, u64)> = [201, 201, 204, 200, 200, 200, 200]
        .iter()
        .enumerate()
        .map(|(i, s)| ((i + 1).to_string(), *s))
        .collect();
    assert_eq!(statuses(&responses), wanted, "{responses:#?}");
    assert!(responses[0]["headers"]["location"].as_str().unwrap().starts_with("/data/acme/accounts/"));
    assert_eq!(responses[4]["body"]["kind"], "customer");
    assert_eq!(responses[4]["body"]["employees"], 3);
    assert_eq!(responses[5]["body"], "1");
    assert_eq!(responses[6]["body"]["value"][0]["account"]["name"], "Lenoir");
}

#[test]
fn a_group_is_one_entry_of_the_journal_or_nothing() {
    let app = App::start();
    let ada = app.ada();
    let before = position(&ada);
    let responses = send(
        &ada,
        json!([
            {"id": "a", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Lenoir"}},
            {"id": "b", "atomicityGroup": "g", "method": "POST", "url": "quotes", "body": {"subject": "Pose", "account_id": "$a"}},
            {"id": "c", "atomicityGroup": "g", "method": "PATCH", "url": "$a", "body": {"employees": 7}},
            {"id": "d", "atomicityGroup": "g", "method": "PUT", "url": "accounts(siret='12345678901234')", "body": {"name": "Élan"}},
        ]),
    );
    assert_eq!(
        responses.iter().map(|r| r["status"].as_u64().unwrap()).collect::<Vec<_>>(),
        [201, 201, 200, 201]
    );
    assert_eq!(position(&ada), before + 1);
    assert_eq!(responses[2]["body"]["version"], before + 1);
    assert_eq!(responses[1]["body"]["account_id"], responses[0]["body"]["id"]);
    assert_eq!(responses[0]["atomicityGroup"], "g");

    let refused = send(
        &ada,
        json!([
            {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Zèbre"}},
            {"id": "2", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Court", "siret": "1"}},
            {"id": "3", "atomicityGroup": "g", "method": "DELETE", "url": "accounts(siret='12345678901234')"},
            {"id": "4", "method": "GET", "url": "accounts"},
        ]),
    );
    assert_eq!(
        statuses(&refused),
        [("1".to_owned(), 424), ("2".to_owned(), 422), ("3".to_owned(), 424), ("4".to_owned(), 424)]
    );
    assert_eq!(refused[1]["body"]["fields"]["siret"], "Ce SIRET n'est pas valide.");
    assert_eq!(refused[0]["body"]["because"], "2");
    assert_eq!(refused[3]["body"]["code"], "not_executed");
    assert_eq!(ada.names("accounts"), ["Élan", "Lenoir"]);
    assert_eq!(position(&ada), before + 1);
}

#[test]
fn what_was_refused_stops_a_batch_unless_the_client_would_rather_go_on() {
    let app = App::start();
    let ada = app.ada();
    let requests = json!([
        {"id": "1", "method": "POST", "url": "accounts", "body": {}},
        {"id": "2", "method": "POST", "url": "accounts", "body": {"name": "Lenoir"}},
        {"id": "3", "method": "POST", "url": "accounts", "dependsOn": ["1"], "body": {"name": "Élan"}},
        {"id": "4", "method": "GET", "url": "nothing/here"},
        {"id": "5", "method": "GET", "url": "accounts", "if": "$2/kind eq 'prospect' and $1/code eq 'validation'"},
        {"id": "6", "method": "GET", "url": "accounts", "if": "$2/kind eq 'customer'"},
    ]);
    let going_on = ada.with("prefer", "odata.continue-on-error");
    let answer = going_on.post(&ada.at("$batch"), &json!({"requests": requests.clone()}));
    assert_eq!(answer.header("preference-applied"), Some("continue-on-error"));
    let responses = answer.json()["responses"].as_array().unwrap().clone();
    let codes: Vec<u64> = responses.iter().map(|r| r["status"].as_u64().unwrap()).collect();
    assert_eq!(codes, [422, 201, 424, 404, 200, 412], "{responses:#?}");
    let stopped = send(&ada, requests);
    assert_eq!(
        stopped.iter().map(|r| r["status"].as_u64().unwrap()).collect::<Vec<_>>(),
        [422, 424, 424, 424, 424, 424]
    );
    assert_eq!(ada.names("accounts"), ["Lenoir"]);
}

#[test]
fn a_batch_that_cannot_be_read_executes_nothing_and_says_where_it_is_wrong() {
    let app = App::start();
    let ada = app.ada();
    let good = json!({"id": "1", "method": "POST", "url": "accounts", "body": {"name": "x"}});
    let wrong = [
        json!({"id": "1", "method": "GET", "url": "accounts"}),
        json!({"id": "2", "method": "TRACE", "url": "accounts"}),
        json!({"id": "2", "method": "GET"}),
        json!({"id": "2", "method": "GET", "url": "accounts", "dependsOn": ["3"]}),
        json!({"id": "2", "method": "GET", "url": "accounts", "bdy": {}}),
        json!("GET accounts"),
    ];
    for request in wrong {
        let answer = ada.post(&ada.at("$batch"), &json!({"requests": [good, request]}));
        assert_eq!((answer.status, answer.json()["place"].as_str()), (400, Some("requests[1]")), "{request}");
    }
    assert_eq!(ada.post(&ada.at("$batch"), &json!({"things": []})).status, 400);
    assert_eq!(ada.post(&ada.at("$batch"), &json!({"requests": [good], "things": []})).status, 400);
    let scattered = json!([
        {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "x"}},
        {"id": "2", "method": "GET", "url": "accounts"},
        {"id": "3", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "x"}},
    ]);
    assert_eq!(ada.post(&ada.at("$batch"), &json!({"requests": scattered})).status, 400);
    assert!(ada.list("accounts").is_empty());
    let elsewhere = send(
        &ada,
        json!([
            {"id": "1", "method": "GET", "url": "/data/globex/accounts"},
        ]),
    );
    assert_eq!(elsewhere[0]["status"], 400);
    let nested =
        send(&ada, json!([{"id": "1", "method": "POST", "url": "$batch", "body": {"requests": []}}]));
    assert_eq!(nested[0]["status"], 400);
}

#[test]
fn a_group_of_ten_thousand_is_one_entry() {
    let app = App::start();
    let ada = app.ada();
    let before = position(&ada);
    let requests: Vec<Json> = (0..10_000)
        .map(|number| {
            json!({"id": number.to_string(), "atomicityGroup": "all", "method": "POST", "url": "accounts",
                   "headers": {"prefer": "return=minimal"}, "body": {"name": format!("n{number}")}})
        })
        .collect();
    let responses = send(&ada, json!(requests));
    assert!(responses.iter().all(|response| response["status"] == 204 || response["status"] == 201));
    assert_eq!((responses.len(), position(&ada)), (10_000, before + 1));
    let count = ada.get(&ada.at("accounts?$count=true&$top=0")).json();
    assert_eq!(count["@odata.count"], 10_000);
    let mut more = requests;
    more.push(json!({"id": "more", "method": "GET", "url": "accounts"}));
    assert_eq!(ada.post(&ada.at("$batch"), &json!({"requests": more})).status, 400);
}

#[test]
fn a_batch_sent_again_with_its_key_is_done_once() {
    let app = App::start();
    let ada = app.ada();
    let keyed = ada.with("idempotency-key", "batch-1");
    let body = json!({"requests": [
        {"id": "1", "method": "POST", "url": "accounts", "body": {"name": "Lenoir"}},
        {"id": "2", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Élan"}},
        {"id": "3", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Zèbre"}},
    ]});
    let first = keyed.post(&ada.at("$batch"), &body);
    let again = keyed.post(&ada.at("$batch"), &body);
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(ada.list("accounts").len(), 3);
    let other = keyed.post(&ada.at("$batch"), &json!({"requests": []}));
    assert_eq!(other.refusal(), (422, "idempotency_key_reused".to_owned()));
}

#[test]
fn who_may_only_read_reads_in_a_batch() {
    let app = App::start();
    app.ada().create("accounts", json!({"name": "Lenoir"}));
    let remi = app.remi().with("prefer", "continue-on-error");
    let responses = send(
        &remi,
        json!([
            {"id": "1", "method": "GET", "url": "accounts"},
            {"id": "2", "method": "POST", "url": "accounts", "body": {"name": "x"}},
            {"id": "3", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "x"}},
        ]),
    );
    assert_eq!(responses.iter().map(|r| r["status"].as_u64().unwrap()).collect::<Vec<_>>(), [200, 403, 403]);
    let stranger = app.stranger();
    assert_eq!(stranger.post("/data/acme/$batch", &json!({"requests": []})).status, 401);
    let grace = app.grace();
    assert_eq!(grace.post("/data/acme/$batch", &json!({"requests": []})).status, 404);
}

#[test]
fn answers_of_a_group_show_the_records_as_it_left_them() {
    let app = App::start();
    let ada = app.ada();
    let mut requests = vec![
        json!({"id": "q", "atomicityGroup": "g", "method": "POST", "url": "quotes", "body": {"subject": "Pose"}}),
        json!({"id": "gone", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Lenoir"}}),
        json!({"id": "delete", "atomicityGroup": "g", "method": "DELETE", "url": "$gone"}),
    ];
    requests.extend((0..20).map(|number| {
        json!({"id": format!("l{number}"), "atomicityGroup": "g", "method": "POST", "url": "quote_lines",
               "body": {"quote_id": "$q", "text": "l", "quantity": 1, "price": 10}})
    }));
    let responses = send(&ada, json!(requests));
    assert_eq!(responses[0]["body"]["total"], 200, "{}", responses[0]);
    assert_eq!((responses[1]["status"].as_u64(), responses[1].get("body")), (Some(201), None));
    assert_eq!(responses[2]["status"], 204);
    assert!(ada.list("accounts").is_empty());
}
