//! What somebody may not see, at every address that could tell of it.

use serde_json::{Value as Json, json};
use server::ROUTES;

use crate::app::App;
use crate::client::Client;

const ABSENT: &str = "0192f3a0-7e1c-7c3a-9f5e-0123456789ab";

/// Ada, who sees everything, and Rémi, who may do anything to accounts called Lenoir and to quotes that say "Vu", and knows of nothing else.
fn people(app: &App) -> (Client, Client) {
    let ada = app.ada();
    give(app, &ada, "name = 'Lenoir'");
    (ada, app.remi())
}

fn give(app: &App, ada: &Client, rows: &str) {
    let all = ["read", "create", "update", "delete", "export", "import", "print"];
    let profile = json!({
        "label": {"fr": "Étroit", "en": "Narrow"},
        "entities": {
            "account": {"allow": all, "rows": rows, "fields": {"siret": "hidden"}},
            "quote": {"allow": all, "rows": "subject = 'Vu'"},
            "user": {"allow": ["read"]},
        },
    });
    let put = ada.put(&ada.at("$profiles/narrow"), &profile);
    assert!(put.status < 300, "{}", put.text());
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["narrow"]).unwrap();
}

fn id(record: &Json) -> String {
    record["id"].as_str().unwrap().to_owned()
}

#[test]
fn at_every_address_of_a_record_one_out_of_sight_is_as_one_that_never_was() {
    let app = App::start();
    let (ada, remi) = people(&app);
    let hidden = id(&ada.create("accounts", json!({"name": "Muller", "email": "secret@muller.example"})));
    let path = ada.at(&format!("accounts/{hidden}/contract"));
    let named = ada.with("content-disposition", "attachment; filename=\"secret.txt\"");
    assert_eq!(named.send("PUT", &path, Some("text/plain"), b"secret").status, 204);
    let hash = ada.get(&ada.at(&format!("accounts/{hidden}"))).json()["contract"]["hash"].clone();
    let gone = id(&ada.create("accounts", json!({"name": "Parti"})));
    assert_eq!(ada.delete(&ada.at(&format!("accounts/{gone}"))).status, 204);
    let hash_tag = format!("\"{}\"", hash.as_str().unwrap());
    let headers = [
        ("x-plain", ""),
        ("if-match", "W/\"1\""),
        ("if-none-match", hash_tag.as_str()),
        ("range", "bytes=0-3"),
        ("prefer", "return=representation"),
    ];
    let mut walked = 0;
    for route in ROUTES.iter().filter(|route| route.path.contains("{collection}/{id}")) {
        for (header, value) in headers {
            let ask = |id: &str| {
                let parts = [
                    ("{env}", "acme"),
                    ("{collection}", "accounts"),
                    ("{id}", id),
                    ("{field}", "contract"),
                    ("{transition}", "convert"),
                ];
                let path =
                    parts.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
                let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
                let sent = if route.name == "presence_put" {
                    json!({"page": "p", "does": "look"})
                } else {
                    json!({"name": "Autre"})
                };
                let answer =
                    remi.with(header, value).send(route.method, &path, body, sent.to_string().as_bytes());
                let text = answer.text();
                assert!(!text.contains("ecret") && !text.contains("Muller"), "{route:?}: {text}");
                let mut problem = answer.json();
                problem["request_id"] = Json::Null;
                (
                    answer.status,
                    problem.to_string().replace(id, "…"),
                    answer.header("etag").map(str::to_owned),
                )
            };
            let never = ask(ABSENT);
            // What is held about people is for whoever protects it, whichever record is named.
            let closed = route.path.contains("$subjects") && never.0 == 403;
            assert!(closed || matches!(never.0, 404 | 412), "{route:?} {header}: {never:?}");
            assert_eq!(ask(&hidden), never, "{route:?} {header}");
            assert_eq!(ask(&gone), never, "{route:?} {header}");
            walked += 1;
        }
    }
    assert!(walked > 50, "{walked}");
    // And wherever else an id is given.
    let part = |method: &str| json!({"requests": [{"id": "1", "method": method, "url": "accounts/ID", "body": {"name": "x"}}]});
    let others = [
        ("quotes", json!({"subject": "Vu", "account_id": "ID"})),
        ("quotes", json!({"subject": "Vu", "about": "account/ID"})),
        ("$favourites", json!({"target": "record/account/ID"})),
        ("$batch", part("PATCH")),
        ("$batch", part("DELETE")),
    ];
    for (path, body) in others {
        let ask = |id: &str| {
            let sent: Json = serde_json::from_str(&body.to_string().replace("ID", id)).unwrap();
            let answer = remi.post(&remi.at(path), &sent);
            let mut told = answer.json();
            told["request_id"] = Json::Null;
            if let Some(own) = told.pointer_mut("/responses/0/body/request_id") {
                *own = Json::Null;
            }
            (answer.status, told.to_string().replace(id, "…"))
        };
        assert_eq!(ask(&hidden), ask(ABSENT), "{path}: {body}");
    }
    let why = |id: &str| remi.get(&remi.at(&format!("$why?collection=accounts&id={id}"))).refusal();
    assert_eq!(why(&hidden), why(ABSENT));
    assert_eq!(ada.names("accounts"), ["Muller"]);
}

#[test]
fn what_stands_in_the_way_out_of_sight_is_not_counted_or_named() {
    let app = App::start();
    let (ada, remi) = people(&app);
    let account = id(&ada.create("accounts", json!({"name": "Lenoir"})));
    let seen = id(&ada.create("quotes", json!({"subject": "Vu", "account_id": account})));
    for _ in 0..3 {
        ada.create("quotes", json!({"subject": "Caché", "account_id": account}));
    }
    let delete = || remi.delete(&remi.at(&format!("accounts/{account}")));
    let refused = delete();
    assert_eq!(refused.refusal(), (409, "referenced".to_owned()));
    assert_eq!(refused.json()["by"], json!([{"entity": "quote", "count": 1}]));
    assert_eq!(remi.delete(&remi.at(&format!("quotes/{seen}"))).status, 204);
    let refused = delete();
    assert_eq!((refused.status, &refused.json()["by"]), (409, &json!([])));
    assert!(refused.text().contains("que vous ne voyez pas"), "{}", refused.text());
    // Kept at hand, a list that is not to be known of is as one that is not.
    let keep = |target: &str| {
        let answer = remi.post(&remi.at("$favourites"), &json!({ "target": target }));
        (answer.status, answer.json()["fields"].clone())
    };
    assert_eq!(keep("list/quote_line").0, 201, "lines of what is seen are");
    let profile = json!({"label": {"fr": "x"}, "entities": {"account": {"allow": ["read"]}}});
    assert_eq!(ada.put(&ada.at("$profiles/narrow"), &profile).status, 200);
    assert_eq!(keep("list/quote"), keep("list/nothing"));
    let shared = |entity: &str| json!({"name": entity, "entity": entity, "shared": true, "state": {}});
    for entity in ["account", "quote"] {
        assert_eq!(ada.post(&ada.at("$views"), &shared(entity)).status, 201);
    }
    let views = remi.get(&remi.at("$views")).json();
    let names: Vec<&Json> = views["value"].as_array().unwrap().iter().map(|view| &view["entity"]).collect();
    assert_eq!(
        names,
        [&json!("account")],
        "a view of a list that is not theirs to know of is not shared with them"
    );
    assert_eq!(keep("list/quote").0, 422);
    assert_eq!(remi.get(&remi.at("$favourites")).json()["value"], json!([]));
}

/// A record that was never seen is not told of, though what it was then and what it is now together would have been.
#[test]
fn who_comes_back_is_told_of_nothing_that_they_never_saw() {
    let app = App::start();
    let ada = app.ada();
    give(&app, &ada, "employees = 1 and blocked");
    let start = ada.get(&ada.at("$status")).json()["position"].to_string();
    let never = id(&ada.create("accounts", json!({"name": "Muller", "employees": 1, "blocked": false})));
    let path = ada.at(&format!("accounts/{never}"));
    ada.patch(&path, &json!({"employees": 2}));
    ada.patch(&path, &json!({"blocked": true}));
    let once = id(&ada.create("accounts", json!({"name": "Lenoir", "employees": 1, "blocked": false})));
    let path = ada.at(&format!("accounts/{once}"));
    ada.patch(&path, &json!({"blocked": true, "siret": "40483300000114"}));
    ada.patch(&path, &json!({"blocked": false}));
    ada.patch(&path, &json!({"employees": 2}));
    let shown = id(&ada.create("accounts", json!({"name": "Roux", "employees": 1, "blocked": true})));
    let remi = app.remi();
    let mut events = remi.with("last-event-id", &start).follow();
    let mut told = Vec::new();
    while told.last() != Some(&(shown.clone(), json!("create"))) {
        let (_, event) = events.next_event().unwrap();
        assert!(!event["fields"].to_string().contains("siret"), "{event}");
        if event["entity"] == "account" {
            told.push((id(&event), event["operation"].clone()));
        }
    }
    let update = (once, json!("update"));
    assert_eq!(told, [update.clone(), update, (shown, json!("create"))]);
}

/// An import of somebody whose rights are bounded: what is hidden is proposed by no name, a row that is not theirs to write is refused by itself, and an undo
/// passes over what has left their sight.
#[test]
fn an_import_knows_what_whoever_sends_it_knows() {
    let app = App::start();
    let (ada, remi) = people(&app);
    ada.create("accounts", json!({"name": "Muller", "siret": "40483300000114"}));
    let file = "name;siret;x\nLenoir;40483300000221;1\nMuller;40483300000338;2\nLenoir;;3\n";
    let send = |client: &Client| {
        let named = client.with("content-disposition", "attachment; filename=\"a.csv\"");
        let path = client.at("$imports?collection=accounts");
        let sent = named.send("POST", &path, Some("text/csv"), file.as_bytes());
        assert_eq!(sent.status, 201, "{}", sent.text());
        sent.json()
    };
    let theirs = send(&ada);
    let import = send(&remi);
    let at = |part: &str| remi.at(&format!("$imports/{}{part}", import["id"].as_str().unwrap()));
    assert_eq!(import["detected"]["columns"][1]["proposed"], Json::Null, "{import}");
    assert!(!import["targets"].to_string().contains("siret"), "{import}");
    let preview = |field: &str| {
        remi.post(&at("/preview"), &json!({"mapping": {"columns": {"name": "name", field: "siret"}}}))
    };
    let told = |field: &str| (preview(field).status, preview(field).text().replace(field, "…"));
    assert_eq!(told("siret").0, 422);
    assert!(!told("sire").1.contains("siret"), "no name that is hidden is near");
    let work = |client: &Client, place: &str, part: &str, body: &Json| {
        let asked = client.post(&format!("{place}{part}"), body);
        assert_eq!(asked.status, 202, "{}", asked.text());
        loop {
            let now = client.get(place).json();
            if now["live"] == false {
                assert_eq!(now["problem"], Json::Null, "{now}");
                return now;
            }
            std::thread::yield_now();
        }
    };
    let ask = |part: &str, body: Json| work(&remi, &at(""), part, &body);
    let tried = ask("/preview", json!({"mapping": {"columns": {"name": "name"}}}));
    assert_eq!(
        (&tried["preview"]["created"], &tried["preview"]["refused"]),
        (&json!(2), &json!(1)),
        "{tried}"
    );
    let rows = remi.get(&at("/rows?outcome=refuse")).json();
    assert!(rows["value"][0]["reasons"][0].as_str().unwrap().contains("profil"), "{rows}");
    let done = ask("/run", json!({}));
    assert_eq!((&done["stage"], &done["report"]["created"]), (&json!("done"), &json!(2)));
    let first = id(&remi.list("accounts")[0]);
    // What another person imported is neither proposed nor recognised.
    assert_eq!((&done["remembered"], &done["same_file"]), (&Json::Null, &Json::Null));
    let place = ada.at(&format!("$imports/{}", theirs["id"].as_str().unwrap()));
    let columns = json!({"mapping": {"columns": {"name": "name", "siret": "siret"}}});
    work(&ada, &place, "/run", &columns);
    let again = send(&remi);
    assert_eq!(again["same_file"]["id"], import["id"], "{again}");
    assert_eq!(again["remembered"]["mapping"], json!({"columns": {"name": "name"}}), "{again}");

    let path = ada.at(&format!("accounts/{first}"));
    ada.patch(&path, &json!({"name": "Passé à un autre"}));
    let undone = ask("/undo", json!({}));
    assert_eq!((&undone["undone"]["done"], &undone["undone"]["left"]), (&json!(1), &json!(1)));
    let left = remi.get(&at("/left")).json();
    assert_eq!(
        (&left["value"][0]["why"], &left["value"][0]["by"]),
        (&json!("deleted"), &Json::Null),
        "{left}"
    );
}
