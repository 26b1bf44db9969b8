//! How answers are written, and what addresses take.

use serde_json::json;

use crate::app::App;
use crate::client::encoded;

#[test]
fn numbers_that_a_double_may_not_hold_are_strings_when_asked() {
    let app = App::start();
    let ada = app.ada();
    let exact = ada.with("accept", "application/json;IEEE754Compatible=true");
    let body = json!({"name": "Lenoir", "employees": "9007199254740993", "turnover": "12.50", "rate": 1});
    let created = exact.post(&ada.at("accounts"), &body);
    assert_eq!(created.status, 201, "{}", created.text());
    let record = created.json();
    assert_eq!((&record["employees"], &record["turnover"]), (&json!("9007199254740993"), &json!("12.5")));
    assert_eq!((&record["rate"], record["version"].is_string()), (&json!("1"), true));
    assert!(created.header("content-type").unwrap().contains("IEEE754Compatible=true"));
    let list = exact.get(&ada.at("accounts?$count=true")).json();
    assert_eq!((&list["@odata.count"], &list["value"][0]["turnover"]), (&json!("1"), &json!("12.5")));
    let groups = encoded("aggregate($count as n,turnover with sum as total)");
    let groups = exact.get(&ada.at(&format!("accounts?$apply={groups}"))).json();
    assert_eq!(groups["value"], json!([{"n": "1", "total": "12.5"}]));
    let plain = ada.get(&ada.at("accounts")).json();
    assert_eq!(plain["value"][0]["turnover"], json!(12.5));
    let by_option = encoded("application/json;IEEE754Compatible=true");
    let by_option = ada.get(&ada.at(&format!("accounts?$format={by_option}"))).json();
    assert_eq!(by_option["value"][0]["turnover"], json!("12.5"));
}

#[test]
fn control_information_is_none_minimal_or_full() {
    let app = App::start();
    let ada = app.ada();
    let created = ada.create("accounts", json!({"name": "Lenoir", "founded": "2001-02-03"}));
    ada.create("quotes", json!({"subject": "Pose", "account_id": created["id"]}));
    let bare = ada.with("accept", "application/json;odata.metadata=none");
    let list = bare.get(&ada.at("accounts?$top=1&$count=true"));
    assert!(list.header("content-type").unwrap().contains("odata.metadata=none"));
    let list = list.json();
    assert!(list.get("@odata.context").is_none() && list["@odata.count"] == 1, "{list}");
    assert!(list["value"][0].as_object().unwrap().keys().all(|name| !name.contains('@')));
    let full = ada.with("accept", "application/json;odata.metadata=full");
    let quote = full.get(&ada.at("quotes?$expand=account")).json()["value"][0].clone();
    assert_eq!(quote["@odata.type"], "#Tisserand.quote");
    assert_eq!(quote["account"]["@odata.id"], format!("accounts/{}", created["id"].as_str().unwrap()));
    assert_eq!(quote["account"]["founded@odata.type"], "#Date");
    assert_eq!(quote["total@odata.type"], "#Decimal");
}

#[test]
fn what_is_not_served_is_told_with_what_is() {
    let app = App::start();
    let ada = app.ada();
    let refused = ada.with("accept", "text/csv").get(&ada.at("accounts"));
    assert_eq!(refused.refusal(), (406, "not_acceptable".to_owned()));
    assert_eq!(refused.json()["offered"], json!(["application/json"]));
    assert_eq!(ada.get(&ada.at("accounts?$format=atom")).status, 406);
    // Who takes JSON only gets problems as that.
    for (accept, media) in [("application/json", "application/json"), ("*/*", "application/problem+json")] {
        let missing = ada.with("accept", accept).get(&ada.at("accounts(code='none')"));
        assert_eq!((missing.status, missing.header("content-type")), (404, Some(media)));
    }
    assert_eq!(ada.with("accept", "text/html, */*;q=0.1").get(&ada.at("accounts")).status, 200);
    assert_eq!(ada.get(&ada.at("accounts")).header("odata-version"), Some("4.01"));
    assert_eq!(
        ada.with("odata-maxversion", "4.0").get(&ada.at("accounts")).header("odata-version"),
        Some("4.0")
    );
}

#[test]
fn addresses_say_what_they_take() {
    let app = App::start();
    let ada = app.ada();
    let allowed = |path: &str| {
        let answer = ada.send("OPTIONS", &ada.at(path), None, &[]);
        assert_eq!(answer.status, 204, "{path}");
        answer.header("allow").unwrap().to_owned()
    };
    assert_eq!(allowed("accounts"), "GET, HEAD, OPTIONS, POST");
    assert_eq!(allowed("accounts(code='T000001')"), "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
    assert_eq!(allowed("$batch"), "OPTIONS, POST");
    let created = ada.create("accounts", json!({"name": "Lenoir"}));
    let member = |name: &str| format!("accounts/{}/{name}", created["id"].as_str().unwrap());
    assert_eq!(allowed(&member("name")), "GET, HEAD, OPTIONS");
    assert_eq!(allowed(&member("name/$value")), "GET, HEAD, OPTIONS");
    assert_eq!(allowed(&member("contract")), "DELETE, GET, HEAD, OPTIONS, PUT");
    assert_eq!(allowed(&member("convert")), "OPTIONS, POST");
    for (method, name, methods) in [
        ("POST", "name", "GET, HEAD, OPTIONS"),
        ("PATCH", "name", "GET, HEAD, OPTIONS"),
        ("POST", "contract", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("GET", "convert", "OPTIONS, POST"),
        ("PUT", "convert", "OPTIONS, POST"),
    ] {
        // What else is wrong with a request does not matter then.
        let odd = ada.with("if-match", "nothing");
        let refused = odd.send(method, &ada.at(&member(name)), Some("application/json"), b"{}");
        assert_eq!((refused.status, refused.header("allow")), (405, Some(methods)), "{method} {name}");
    }
    for path in ["nothing", &member("nothing"), &member("secret_note")] {
        assert_eq!(ada.send("OPTIONS", &ada.at(path), None, &[]).status, 404, "{path}");
        assert_eq!(ada.send("PATCH", &ada.at(path), Some("application/json"), b"{}").status, 404, "{path}");
    }
    let refused = ada.delete(&ada.at("accounts"));
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD, OPTIONS, POST")));
    let path = ada.at(&format!("accounts/{}", created["id"].as_str().unwrap()));
    let head = ada.send("HEAD", &path, None, &[]);
    assert_eq!(
        (head.status, head.bytes.len(), head.header("etag")),
        (200, 0, created["@odata.etag"].as_str())
    );
    let stranger = app.stranger();
    assert_eq!(stranger.send("OPTIONS", "/data/acme/accounts", None, &[]).status, 401);
}

#[test]
fn a_property_is_read_alone() {
    let app = App::start();
    let ada = app.ada();
    let created = ada.create("accounts", json!({"name": "Lenoir", "employees": 3}));
    let path = ada.at(&format!("accounts/{}", created["id"].as_str().unwrap()));
    assert_eq!(ada.get(&format!("{path}/name")).json()["value"], "Lenoir");
    let value = ada.get(&format!("{path}/name/$value"));
    assert_eq!(
        (value.text().as_str(), value.header("content-type")),
        ("Lenoir", Some("text/plain; charset=utf-8"))
    );
    assert_eq!(ada.get(&format!("{path}/employees/$value")).text(), "3");
    assert_eq!(ada.get(&format!("{path}/owner_id")).status, 204);
    for nothing in ["secret_note", "nmae", "secret_note/$value", "convert/$value"] {
        assert_eq!(ada.get(&format!("{path}/{nothing}")).status, 404, "{nothing}");
    }
}

#[test]
fn a_list_with_long_options_is_asked_by_post() {
    let app = App::start();
    let ada = app.ada();
    for n in 0..3 {
        ada.create("accounts", json!({"name": format!("n{n}")}));
    }
    let names: Vec<String> = (0..900).map(|n| format!("'n{}'", n * 2)).collect();
    let query = format!("$filter=name in ({})&$select=name&$orderby=name desc", names.join(","));
    let answer =
        ada.send("POST", &ada.at("accounts/$query?$count=true"), Some("text/plain"), query.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        (&answer.json()["@odata.count"], &answer.json()["value"][0]["name"]),
        (&json!(2), &json!("n2"))
    );
    assert_eq!(ada.post(&ada.at("accounts/$query"), &json!({})).status, 415);
    let remi = app.remi();
    assert_eq!(remi.send("POST", &remi.at("accounts/$query"), Some("text/plain"), b"$top=1").status, 200);
    let long = vec![b'x'; 40_000];
    assert_eq!(ada.send("POST", &ada.at("accounts/$query"), Some("text/plain"), &long).status, 413);
}

#[test]
fn events_are_not_held_back_by_compression() {
    let app = App::start();
    let ada = app.ada();
    let mut events = ada.with("accept-encoding", "gzip, br").follow();
    ada.create("accounts", json!({"name": "Lenoir"}));
    assert_eq!(events.next_event().unwrap().1["operation"], "create");
}
