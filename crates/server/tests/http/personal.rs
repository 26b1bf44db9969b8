//! What belongs to one person: preferences, favourites, notifications, sessions.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

/// The record of a person in their environment.
fn person(client: &Client, email: &str) -> String {
    let users = client.list("users");
    let found = users.iter().find(|user| user["email"] == email).expect("they entered once");
    found["id"].as_str().unwrap().to_owned()
}

fn told(client: &Client) -> Json {
    let answer = client.get(&client.at("$notifications"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn notices(client: &Client) -> Vec<String> {
    let told = told(client);
    let each = told["value"].as_array().unwrap().iter();
    each.map(|one| format!("{} {}", one["notice"].as_str().unwrap(), one["title"].as_str().unwrap()))
        .collect()
}

/// Ada who writes, Rémi who is told, and his id.
fn ada_and_remi(app: &App) -> (Client, Client, String) {
    let (ada, remi) = (app.ada(), app.remi());
    remi.list("accounts");
    let id = person(&ada, "remi@acme.example");
    (ada, remi, id)
}

#[test]
fn preferences_follow_a_person_to_every_device_and_are_nobody_elses() {
    let app = App::start();
    let (ada, other_device, remi) = (app.ada(), app.ada(), app.remi());
    let path = ada.at("$preferences");
    let as_it_comes = json!({"theme": null, "density": null, "time_zone": null, "first_day": null, "start_page": null, "dashboards": {}});
    assert_eq!(ada.get(&path).json(), as_it_comes);
    let changed = ada.patch(&path, &json!({"theme": "dark", "time_zone": "America/Montreal", "first_day": 7, "start_page": "quote", "dashboards": {"a": {"order": ["x"]}, "b": {}}}));
    assert_eq!(changed.status, 200, "{}", changed.text());
    other_device.patch(&path, &json!({"theme": null, "dashboards": {"a": null, "c": {"hidden": []}}}));
    let kept = ada.get(&path).json();
    assert_eq!(
        (&kept["theme"], &kept["time_zone"], &kept["first_day"]),
        (&json!(null), &json!("America/Montreal"), &json!(7))
    );
    assert_eq!(kept["dashboards"], json!({"b": {}, "c": {"hidden": []}}));
    // Whoever only reads the environment has preferences too.
    assert_eq!(remi.get(&path).json(), as_it_comes);
    assert_eq!(remi.patch(&path, &json!({"density": "dense"})).json()["density"], "dense");
    assert_eq!(ada.get(&path).json()["density"], json!(null));
    for (body, field) in [
        (json!({"time_zone": "Mars/Olympus"}), "time_zone"),
        (json!({"theme": "pink"}), "theme"),
        (json!({"first_day": 8}), "first_day"),
        (json!({"start_page": "saved_view"}), "start_page"),
        (json!({"dashboards": {"a": 1}}), "dashboards"),
        (json!({"colour": 1}), "colour"),
    ] {
        let answer = ada.patch(&path, &body);
        assert_eq!(answer.status, 422, "{body}");
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.text());
    }
}

#[test]
fn favourites_say_what_things_are_called_now_and_let_go_of_what_is_gone() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let path = ada.at("$favourites");
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let id = account["id"].as_str().unwrap();
    let target = format!("record/account/{id}");
    let kept = ada.post(&path, &json!({"target": target}));
    assert_eq!((kept.status, &kept.json()["title"]), (201, &json!("Lenoir")));
    assert_eq!(ada.post(&path, &json!({"target": target})).status, 200, "kept once");
    ada.post(&path, &json!({"target": "list/quote"}));
    let view = ada.post(&ada.at("$views"), &json!({"name": "Les miens", "entity": "account"})).json();
    ada.post(&path, &json!({"target": format!("view/{}", view["id"].as_str().unwrap())}));
    ada.patch(&ada.at(&format!("accounts/{id}")), &json!({"name": "Lenoir et fils"}));
    let names = |client: &Client| -> Vec<Json> {
        let found = client.get(&path).json();
        found["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| json!([one["kind"], one["entity"], one["title"]]))
            .collect()
    };
    assert_eq!(
        names(&ada),
        [
            json!(["record", "account", "Lenoir et fils"]),
            json!(["list", "quote", null]),
            json!(["view", "account", "Les miens"])
        ]
    );
    assert!(names(&remi).is_empty());
    let own = ada.at(&format!("$favourites/{}", kept.json()["id"].as_str().unwrap()));
    assert_eq!(remi.delete(&own).status, 404);
    ada.delete(&ada.at(&format!("accounts/{id}")));
    ada.delete(&ada.at(&format!("$views/{}", view["id"].as_str().unwrap())));
    assert_eq!(names(&ada), [json!(["list", "quote", null])]);
    for target in
        ["record/account/0192f3a0-7e1c-7c3a-9f5e-0123456789ab", "list/favourite", "dashboard/none", "x"]
    {
        assert_eq!(ada.post(&path, &json!({"target": target})).status, 422, "{target}");
    }
}

#[test]
fn whoever_is_mentioned_is_told_once_and_keeps_the_link_when_things_take_another_name() {
    let app = App::start();
    let (ada, remi, id) = ada_and_remi(&app);
    let mention = format!("[@Rémi Petit](user/{id})");
    let account = ada.create(
        "accounts",
        json!({"name": "Lenoir", "notes": format!("Vu avec {mention}, et encore {mention}.")}),
    );
    let at = ada.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    // A text that is corrected, or that drops a mention and takes it back, tells nobody anew.
    ada.patch(&at, &json!({"notes": format!("Revu avec {mention}.")}));
    ada.patch(&at, &json!({"notes": "Revu."}));
    ada.patch(&at, &json!({"notes": format!("Revu avec {mention} !"), "name": "Lenoir et fils"}));
    assert_eq!(notices(&remi), ["account.mentioned Lenoir et fils"]);
    let one = told(&remi)["value"][0].clone();
    assert_eq!(
        (&one["author"]["name"], &one["entity"], &one["record"]),
        (&json!("Ada Lenoir"), &json!("account"), &account["id"])
    );
    assert_eq!(one["words"]["en"], "mentions you about an account");
    assert_eq!(one["text"], format!("Revu avec {mention} !"));
    // Who writes a mention of themselves knows; so does nobody who does not exist.
    let own = person(&ada, "ada@acme.example");
    ada.create("accounts", json!({"name": "X", "notes": format!("[@Ada](user/{own}) [@?](user/0192f3a0-7e1c-7c3a-9f5e-0123456789ab)")}));
    assert_eq!(told(&ada)["value"], json!([]));
    ada.delete(&at);
    let gone = told(&remi);
    assert_eq!((&gone["value"], &gone["unread"]), (&json!([]), &json!(0)));
}

#[test]
fn whoever_is_given_something_by_another_is_told_where_the_notice_holds() {
    let app = App::start();
    let (ada, remi, id) = ada_and_remi(&app);
    let own = person(&ada, "ada@acme.example");
    let account = ada.create("accounts", json!({"name": "Lenoir", "owner_id": id}));
    let at = ada.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    ada.patch(&at, &json!({"owner_id": id, "employees": 3}));
    ada.patch(&at, &json!({"owner_id": own}));
    ada.patch(&at, &json!({"owner_id": id}));
    assert_eq!(notices(&remi), ["account.owned Lenoir", "account.owned Lenoir"], "given twice, told twice");
    ada.create("accounts", json!({"name": "Bloqué", "owner_id": id, "blocked": true}));
    assert_eq!(told(&remi)["unread"], 2);
    assert_eq!(told(&ada)["unread"], 0, "given to oneself");
    // A line opens what it is a line of.
    let quote =
        ada.create("quotes", json!({"subject": "Chaudière", "lines": [{"text": "a", "checked_by_id": id}]}));
    let one = told(&remi)["value"][0].clone();
    assert_eq!(
        (&one["notice"], &one["entity"], &one["record"]),
        (&json!("quote_line.asked"), &json!("quote"), &quote["id"])
    );
    // A refused write tells nobody.
    assert_eq!(ada.post(&ada.at("accounts"), &json!({"owner_id": id})).status, 422);
    assert_eq!(told(&remi)["unread"], 3);
    // Sent twice with one key, it is done and told once.
    let again = ada.with("idempotency-key", "\"une-fois\"");
    for _ in 0..2 {
        again.create("accounts", json!({"name": "Une fois", "owner_id": id}));
    }
    assert_eq!(told(&remi)["unread"], 4);
    // A group of a batch is one unit: what it does and undoes by its end is no news.
    let asked = json!({"requests": [
        {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "accounts", "body": {"name": "Groupe", "owner_id": id}},
        {"id": "2", "atomicityGroup": "g", "dependsOn": ["1"], "method": "PATCH", "url": "$1", "body": {"owner_id": own}},
    ]});
    assert_eq!(ada.post(&ada.at("$batch"), &asked).status, 200);
    assert_eq!(told(&remi)["unread"], 4);
}

#[test]
fn notifications_are_read_by_their_owner_alone() {
    let app = App::start();
    let (ada, remi, id) = ada_and_remi(&app);
    let mut follows = remi.follow();
    let mut others = ada.follow();
    ada.create("accounts", json!({"name": "A", "owner_id": id}));
    // Live for him, and for nobody else.
    let seen: Vec<Json> = (0..2).map(|_| follows.next_event().unwrap().1["entity"].clone()).collect();
    assert_eq!(seen, [json!("account"), json!("notification")]);
    ada.create("accounts", json!({"name": "B", "owner_id": id}));
    let seen: Vec<Json> = (0..2).map(|_| others.next_event().unwrap().1["entity"].clone()).collect();
    assert_eq!(seen, [json!("account"), json!("account")]);
    let both = told(&remi);
    assert_eq!((&both["unread"], &both["more"]), (&json!(2), &json!(false)));
    let first = both["value"][0]["id"].as_str().unwrap();
    let at = remi.at(&format!("$notifications/{first}"));
    assert_eq!(ada.patch(&at, &json!({"read": true})).status, 404);
    assert_eq!(remi.patch(&at, &json!({"read": true})).status, 204);
    let after = told(&remi);
    assert_eq!((&after["unread"], after["value"][0]["read_at"].is_string()), (&json!(1), true));
    assert_eq!(remi.patch(&at, &json!({"read": false})).status, 204);
    assert_eq!(told(&remi)["unread"], 2);
    assert_eq!(remi.post(&remi.at("$notifications/read"), &json!({})).status, 204);
    assert_eq!(told(&remi)["unread"], 0);
    let page = remi.get(&remi.at("$notifications?$top=1")).json();
    assert_eq!((page["value"].as_array().unwrap().len(), &page["more"]), (1, &json!(true)));
    // No other door.
    for entity in ["notification", "favourite", "preference"] {
        assert_eq!(ada.get(&ada.at(&format!("{entity}s"))).status, 404);
        assert_eq!(ada.get(&ada.at("$dictionary")).json()["entities"][entity], json!(null));
    }
    assert_eq!(remi.patch(&at, &json!({})).status, 422);
}

#[test]
fn a_person_sees_where_they_are_signed_in_and_signs_out_there() {
    let app = App::start();
    let phone = app.stranger().with("user-agent", "Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile");
    let mut phone = phone;
    let answer =
        phone.post("/session", &json!({"email": "ada@acme.example", "password": crate::app::PASSWORD}));
    let agent = phone.headers.clone();
    phone.keep_session(&answer, "acme");
    assert_eq!(agent.len(), 1);
    app.clock.forward(SignedDuration::from_hours(3));
    let (desk, third) = (app.ada(), app.ada());
    third.get("/session");
    desk.get("/session");
    let sessions = desk.get("/sessions").json()["value"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 3);
    assert_eq!(sessions.iter().filter(|one| one["current"] == true).count(), 1);
    assert_eq!(sessions[0]["current"], true, "the last used comes first");
    let of_phone =
        sessions.iter().find(|one| one["user_agent"].as_str().is_some_and(|a| a.contains("Android")));
    let of_phone = of_phone.unwrap();
    assert_eq!(of_phone["address"], "127.0.0.1");
    assert!(of_phone["seen_at"].as_str() < sessions[0]["seen_at"].as_str());
    let at = format!("/sessions/{}", of_phone["id"].as_str().unwrap());
    assert_eq!(app.grace().delete(&at).status, 404, "another's cannot be told from none");
    assert_eq!(desk.delete(&at).status, 204);
    assert_eq!(phone.get("/session").status, 401);
    assert_eq!(desk.delete(&at).status, 404);
    assert_eq!(desk.delete("/sessions").status, 204);
    assert_eq!((third.get("/session").status, desk.get("/session").status), (401, 200));
    // A program's token has no say in it.
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(program.get("/sessions").status, 403);
    assert_eq!(program.delete("/sessions").status, 403);
}
