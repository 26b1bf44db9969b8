//! Looking as somebody else.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use server::ROUTES;

use crate::app::App;
use crate::client::{Answer, Client, filled};

/// A profile that sees the accounts of one name, without their turnover, and changes them.
fn narrow() -> Json {
    json!({
        "label": {"fr": "Étroit", "en": "Narrow"},
        "entities": {"account": {
            "allow": ["read", "create", "update", "export"], "rows": "name = 'Lenoir'", "fields": {"turnover": "hidden"},
        }},
    })
}

/// Ada, who administers, Rémi, whose profile is narrow, and how he is named by the API.
fn people(app: &App) -> (Client, Client, String) {
    let ada = app.ada();
    assert_eq!(ada.put(&ada.at("$profiles/narrow"), &narrow()).status, 201);
    let remi = app.user("remi@acme.example");
    app.platform.access_grant(remi, "acme", &["narrow"]).unwrap();
    (ada, app.remi(), remi.to_string())
}

fn look(who: &Client, person: &str) -> Answer {
    who.put(&who.at("$view_as"), &json!({"person": person}))
}

/// As whom somebody is there.
fn name(who: &Client) -> Json {
    who.get(&who.at("$dictionary")).json()["me"]["name"].clone()
}

/// What the journal says of looking as somebody: who, what, as whom, and the ending.
fn noted(who: &Client) -> Vec<(Json, Json, Json, Json)> {
    let changes = who.get(&who.at("$journal")).json()["value"].as_array().unwrap().clone();
    let looks = changes.iter().filter(|change| change["entity"] == "impersonation");
    let told = looks.map(|change| {
        let ending = change["changes"]["ending"][1].clone();
        (change["actor"]["name"].clone(), change["operation"].clone(), change["title"].clone(), ending)
    });
    told.collect()
}

#[test]
fn who_looks_as_somebody_reads_what_they_read() {
    let app = App::start();
    let (ada, remi, person) = people(&app);
    let kept = ada.create("accounts", json!({"name": "Lenoir", "turnover": 5}));
    let other = ada.create("accounts", json!({"name": "Muller"}));
    // What is his own is not for others' eyes.
    let id = kept["id"].as_str().unwrap();
    assert_eq!(
        remi.post(&remi.at("$favourites"), &json!({"target": format!("record/account/{id}")})).status,
        201
    );
    assert_eq!(remi.patch(&remi.at("$preferences"), &json!({"theme": "dark"})).status, 200);
    let view = json!({"name": "À moi", "entity": "account", "shared": false, "state": {}});
    assert_eq!(remi.post(&remi.at("$views"), &view).status, 201);

    let began = look(&ada, &person);
    assert_eq!((began.status, &began.json()["person"]["name"]), (200, &json!("Rémi Petit")));
    let gone = other["id"].as_str().unwrap();
    let mut walked = 0;
    for path in [
        "accounts?$count=true",
        "accounts?$filter=turnover gt 1",
        "accounts/$count",
        &format!("accounts/{id}"),
        &format!("accounts/{id}/$history"),
        &format!("accounts/{gone}"),
        "accounts?$apply=aggregate($count as n)",
        "$search?q=Muller",
        "$rights",
        "$why?collection=accounts&capability=delete",
        "$metadata?$format=json",
        "openapi.json",
        "$lists/account_kind",
        "$profiles",
        "$people",
        "$journal",
        "$figures",
        "$imports",
        "",
    ] {
        let (hers, his) = (ada.get(&ada.at(path)), remi.get(&remi.at(path)));
        let without_request = |answer: &Answer| {
            let mut told: Json = serde_json::from_slice(&answer.bytes).unwrap_or_default();
            if let Some(told) = told.as_object_mut() {
                told.remove("request_id");
            }
            told
        };
        assert_eq!((hers.status, without_request(&hers)), (his.status, without_request(&his)), "{path}");
        walked += 1;
    }
    assert!(walked > 15);
    let (mut hers, his) = (ada.get(&ada.at("$dictionary")).json(), remi.get(&remi.at("$dictionary")).json());
    assert_eq!(hers["me"]["viewed"]["until"], began.json()["until"]);
    hers["me"]["viewed"] = Json::Null;
    assert_eq!(hers, his);
    let asked = ada.send("POST", &ada.at("accounts/$query"), Some("text/plain"), b"$filter=name ne null");
    assert_eq!(asked.json()["value"].as_array().unwrap().len(), 1, "{}", asked.text());
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": "accounts/$count"}]});
    let answers = ada.post(&ada.at("$batch"), &batch).json();
    assert_eq!(answers["responses"][0]["body"], "1", "{answers:#}");

    for own in ["$favourites", "$views", "$notifications"] {
        assert_eq!(ada.get(&ada.at(own)).json()["value"], json!([]), "{own}");
    }
    assert_eq!(ada.get(&ada.at("$preferences")).json()["theme"], Json::Null);
    // Her own account is hers all the while.
    assert_eq!(ada.get("/session").json()["user"]["name"], "Ada Lenoir");

    assert_eq!(ada.delete(&ada.at("$view_as")).status, 204);
    assert_eq!(ada.get(&ada.at("accounts/$count")).text(), "2");
    assert_eq!(ada.delete(&ada.at("$view_as")).status, 404);
}

#[test]
fn who_looks_as_somebody_can_change_nothing_by_any_address() {
    let app = App::start();
    let (ada, remi, person) = people(&app);
    let kept = ada.create("accounts", json!({"name": "Lenoir"}));
    let id = kept["id"].as_str().unwrap();
    look(&ada, &person);
    let before = ada.get(&ada.at("$status")).json()["position"].clone();
    let mut walked = 0;
    for route in
        ROUTES.iter().filter(|route| route.path.contains("{env}") && !route.path.contains("$view_as"))
    {
        let reads = route.method == "GET" && route.name != "record_export";
        if reads || matches!(route.name, "batch" | "record_query") {
            continue;
        }
        let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
        let path = filled(route.path, "acme").replace("0192f3a0-7e1c-7c3a-9f5e-0123456789ab", id);
        let answer = ada.send(route.method, &path, body, b"{}");
        assert_eq!(answer.refusal(), (403, "viewed".to_owned()), "{route:?}: {}", answer.text());
        assert!(answer.text().contains("Rémi Petit"), "{}", answer.text());
        walked += 1;
    }
    assert!(walked > 25, "{walked}");
    for group in [None, Some("g")] {
        let mut part =
            json!({"id": "1", "method": "PATCH", "url": format!("accounts/{id}"), "body": {"notes": "x"}});
        if let Some(group) = group {
            part["atomicityGroup"] = json!(group);
        }
        let answers = ada.post(&ada.at("$batch"), &json!({"requests": [part]})).json();
        assert_eq!(answers["responses"][0]["status"], 403, "{answers:#}");
        assert_eq!(answers["responses"][0]["body"]["code"], "viewed", "{answers:#}");
    }
    assert_eq!(ada.patch("/session", &json!({"language": "en"})).refusal(), (403, "viewed".to_owned()));
    assert_eq!(ada.get(&ada.at("$status")).json()["position"], before);
    // He himself goes on as ever.
    assert_eq!(remi.patch(&remi.at(&format!("accounts/{id}")), &json!({"notes": "x"})).status, 200);
}

#[test]
fn a_page_of_another_view_is_told_and_changes_nothing() {
    let app = App::start();
    let (ada, _, person) = people(&app);
    let kept = ada.create("accounts", json!({"name": "Lenoir"}));
    let at = ada.at(&format!("accounts/{}", kept["id"].as_str().unwrap()));
    let myself = ada.with("x-view-as", "myself");
    assert_eq!(myself.get(&at).status, 200);
    let note = look(&ada, &person).json()["note"].as_str().unwrap().to_owned();
    let his = ada.with("x-view-as", &note);
    assert_eq!(his.get(&at).status, 200);
    assert_eq!(myself.get(&at).refusal(), (409, "view_changed".to_owned()));
    ada.delete(&ada.at("$view_as"));
    // What was opened as Rémi does not go on as Ada.
    assert_eq!(his.patch(&at, &json!({"notes": "x"})).refusal(), (409, "view_changed".to_owned()));
    assert_eq!(myself.patch(&at, &json!({"notes": "x"})).status, 200);
}

#[test]
fn it_ends_with_the_hour_the_session_the_right_and_the_person() {
    let app = App::start();
    let (ada, _, person) = people(&app);
    let remi = app.user("remi@acme.example");
    let acme = |profiles: &[&str]| app.platform.access_grant(app.user("ada@acme.example"), "acme", profiles);

    look(&ada, &person);
    app.clock.forward(SignedDuration::from_mins(59));
    assert_eq!(name(&ada), "Rémi Petit");
    app.clock.forward(SignedDuration::from_mins(2));
    assert_eq!(name(&ada), "Ada Lenoir");
    assert_eq!(noted(&ada)[0].3, "expired");

    // Whoever asks nothing any more is noted too.
    look(&ada, &person);
    app.clock.forward(SignedDuration::from_mins(61));
    assert_eq!(app.platform.views_sweep().unwrap(), 1);
    assert_eq!(app.platform.views_sweep().unwrap(), 0);
    assert_eq!(noted(&ada)[0].3, "expired");

    look(&ada, &person);
    app.platform.access_revoke(remi, "acme").unwrap();
    assert_eq!(name(&ada), "Ada Lenoir");
    assert_eq!(noted(&ada)[0].3, "person_gone");
    app.platform.access_grant(remi, "acme", &["narrow"]).unwrap();
    assert_eq!(name(&ada), "Ada Lenoir", "it does not begin again by itself");

    look(&ada, &person);
    acme(&["reader"]).unwrap();
    assert_eq!(name(&ada), "Ada Lenoir");
    assert_eq!(ada.get(&ada.at("accounts")).status, 200);
    acme(&["administrator"]).unwrap();
    assert_eq!(name(&ada), "Ada Lenoir", "it does not begin again by itself");
    assert_eq!(noted(&ada)[0].3, "right_lost");

    // In one browser, not in the other.
    let elsewhere = app.ada();
    look(&ada, &person);
    assert_eq!((name(&ada), name(&elsewhere)), (json!("Rémi Petit"), json!("Ada Lenoir")));
    assert_eq!(ada.delete("/session").status, 204);
    assert_eq!(noted(&elsewhere)[0].3, "signed_out");
}

#[test]
fn beginning_and_end_are_in_the_journal_and_the_person_is_told() {
    let app = App::start();
    let (ada, remi, person) = people(&app);
    look(&ada, &person);
    ada.delete(&ada.at("$view_as"));
    let word = |word: &str| json!(word);
    assert_eq!(
        noted(&ada),
        [
            (word("Ada Lenoir"), word("update"), word("Rémi Petit"), word("asked")),
            (word("Ada Lenoir"), word("create"), word("Rémi Petit"), Json::Null),
        ]
    );
    let told = remi.get(&remi.at("$view_as")).json();
    assert_eq!(told["viewing"], Json::Null);
    assert_eq!(told["value"][0]["by"]["name"], "Ada Lenoir");
    assert!(told["value"][0]["ended_at"].is_string(), "{told:#}");
    assert_eq!(ada.get(&ada.at("$view_as")).json()["value"], json!([]));
    // Whoever audits reads it, whatever else they may.
    let auditor = json!({"label": {"fr": "Audit", "en": "Audit"}, "powers": ["audit"]});
    assert_eq!(ada.put(&ada.at("$profiles/auditor"), &auditor).status, 201);
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["auditor"]).unwrap();
    assert_eq!(noted(&remi).len(), 2);
}

#[test]
fn one_looks_as_people_of_the_environment_who_may_no_more_than_oneself() {
    let app = App::start();
    let (ada, remi, person) = people(&app);
    assert_eq!(
        look(&remi, &app.user("ada@acme.example").to_string()).refusal(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(look(&ada, &app.user("grace@globex.example").to_string()).status, 404);
    assert_eq!(look(&ada, "somebody").status, 422);
    assert_eq!(look(&ada, &app.user("ada@acme.example").to_string()).status, 422);
    let grace = app.grace();
    assert_eq!(grace.put("/data/acme/$view_as", &json!({"person": person})).status, 404);
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(look(&program, &person).refusal(), (403, "forbidden".to_owned()));

    // Who operates the platform may more than who administers one environment of it.
    app.platform.access_grant(app.user("remi@acme.example"), "platform", &["administrator"]).unwrap();
    assert_eq!(look(&ada, &person).status, 422);
    app.platform.access_revoke(app.user("remi@acme.example"), "platform").unwrap();
    assert_eq!(look(&ada, &person).status, 200);
    assert_eq!(look(&ada, &person).status, 200, "twice is once");
    assert_eq!(noted(&app.ada()).len(), 1);
    // Who comes to may more while one looks is no longer looked as.
    app.platform.access_grant(app.user("remi@acme.example"), "platform", &["administrator"]).unwrap();
    assert_eq!(name(&ada), "Ada Lenoir");
}

#[test]
fn live_events_are_those_of_the_person_and_end_with_the_view() {
    let app = App::start();
    let (ada, remi, person) = people(&app);
    look(&ada, &person);
    let mut events = ada.follow();
    let elsewhere = app.ada();
    elsewhere.create("accounts", json!({"name": "Muller"}));
    // His own changes to what is his alone are not told either.
    remi.patch(&remi.at("$preferences"), &json!({"theme": "dark"}));
    let seen = elsewhere.create("accounts", json!({"name": "Lenoir"}));
    assert_eq!(events.next_event().unwrap().1["id"], seen["id"]);
    ada.delete(&ada.at("$view_as"));
    assert!(events.next_event().is_none());
}
