//! What happened to sign-ins: who sees it, and that nobody is locked out by somebody else's attempts.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::client::Client;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A server that believes what the tests say of where they come from.
fn app() -> App {
    App::start_with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()])
}

/// Somebody at an address of the internet.
fn at(app: &App, address: &str) -> Client {
    app.stranger().with("x-forwarded-for", address).with("user-agent", FIREFOX)
}

fn tried(client: &Client, email: &str, password: &str) -> u16 {
    client.post("/session", &json!({"email": email, "password": password})).status
}

/// Signs in, and keeps both cookies.
fn ada_at(app: &App, address: &str) -> Client {
    let mut client = at(app, address);
    let answer = client.post("/session", &json!({"email": "ada@acme.example", "password": PASSWORD}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    client.keep_session(&answer, "acme");
    client
}

fn events(list: &Json) -> Vec<(&str, &str)> {
    let told = list["value"].as_array().unwrap().iter();
    told.map(|one| (one["event"].as_str().unwrap(), one["address"].as_str().unwrap_or("-"))).collect()
}

#[test]
fn a_person_sees_what_happened_to_their_own_sign_ins_and_no_other() {
    let app = app();
    assert_eq!(tried(&at(&app, "198.51.100.7"), "ada@acme.example", "not hers at all"), 401);
    let phone = ada_at(&app, "203.0.113.9");
    let ada = ada_at(&app, "192.0.2.1");
    assert_eq!(phone.delete("/session").status, 204);
    let thief = ada_at(&app, "203.0.113.66");
    assert_eq!(ada.delete("/sessions").status, 204);
    assert_eq!(thief.get("/session").status, 401);
    let list = ada.get("/sign_ins").json();
    assert_eq!(
        events(&list),
        [
            ("session_ended", "203.0.113.66"),
            ("signed_in", "203.0.113.66"),
            ("signed_out", "203.0.113.9"),
            ("signed_in", "192.0.2.1"),
            ("signed_in", "203.0.113.9"),
            ("wrong_password", "198.51.100.7"),
        ]
    );
    let last = &list["value"][1];
    assert_eq!((&last["device"], &last["way"]), (&json!("Firefox · Linux"), &json!("password")));
    assert_eq!(list["value"][5]["way"], json!(null));
    let remi = app.remi();
    assert_eq!(events(&remi.get("/sign_ins").json()), [("signed_in", "127.0.0.1")]);
    // Page after page.
    let first = ada.get("/sign_ins?$top=4").json();
    let rest = ada.get(first["@odata.nextLink"].as_str().unwrap()).json();
    assert_eq!((events(&first).len(), events(&rest).len()), (4, 2));
    assert!(rest.get("@odata.nextLink").is_none());
    assert_eq!(app.stranger().get("/sign_ins").status, 401);
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(program.get("/sign_ins").status, 403);
}

#[test]
fn an_administrator_sees_those_of_their_people_with_who_ended_what() {
    let app = app();
    let ada = ada_at(&app, "192.0.2.1");
    let remi = app.remi();
    assert_eq!(tried(&at(&app, "198.51.100.7"), "remi@acme.example", "not his at all"), 401);
    assert_eq!(tried(&at(&app, "198.51.100.7"), "nobody@acme.example", "whatever it is"), 401);
    app.grace();
    let id = app.user("remi@acme.example");
    assert_eq!(ada.post(&ada.at(&format!("$people/{id}/sign_out")), &json!({})).status, 200);
    assert_eq!(remi.get("/session").status, 401);
    let all = ada.get(&ada.at("$sign_ins")).json();
    let told: Vec<_> = all["value"].as_array().unwrap().iter().collect();
    let said = |one: &Json| {
        format!("{} {}", one["person"]["name"].as_str().unwrap(), one["event"].as_str().unwrap())
    };
    assert_eq!(
        told.iter().map(|one| said(one)).collect::<Vec<_>>(),
        [
            "Rémi Petit session_ended",
            "Rémi Petit wrong_password",
            "Rémi Petit signed_in",
            "Ada Lenoir signed_in"
        ]
    );
    assert_eq!(told[0]["by"], "Ada Lenoir");
    let narrowed = ada.get(&ada.at(&format!("$sign_ins?person={id}&event=wrong_password"))).json();
    assert_eq!(events(&narrowed), [("wrong_password", "198.51.100.7")]);
    assert_eq!(ada.get(&ada.at("$sign_ins?event=nonsense")).status, 400);
    // Somebody of another client is nobody here; who is of both tells neither where they are.
    let grace = app.user("grace@globex.example");
    assert!(events(&ada.get(&ada.at(&format!("$sign_ins?person={grace}"))).json()).is_empty());
    app.platform.access_grant(grace, "acme", &["reader"]).unwrap();
    let of_grace = ada.get(&ada.at(&format!("$sign_ins?person={grace}"))).json();
    assert_eq!(events(&of_grace), [("signed_in", "-")]);
    assert_eq!(of_grace["value"][0]["device"], json!(null));
    // Who does not administer is told nothing.
    let remi = app.remi();
    assert_eq!(remi.get(&remi.at("$sign_ins")).refusal(), (403, "forbidden".to_owned()));
}

#[test]
fn attempts_of_strangers_do_not_hinder_a_person_in_the_browser_they_know_even_from_the_same_address() {
    let app = app();
    let mut ada = ada_at(&app, "192.0.2.1");
    // A colleague in the same office, and a crowd elsewhere.
    let office = at(&app, "192.0.2.1");
    while tried(&office, "ada@acme.example", "guessed by a colleague") == 401 {}
    for n in 1..60 {
        tried(&at(&app, &format!("198.51.100.{n}")), "ada@acme.example", "guessed by a crowd");
    }
    assert_eq!(tried(&office, "ada@acme.example", PASSWORD), 429);
    assert_eq!(tried(&at(&app, "203.0.113.5"), "ada@acme.example", PASSWORD), 429);
    // In her own browser nothing of it is felt, wherever it is.
    assert_eq!(ada.delete("/session").status, 204);
    for address in ["192.0.2.1", "203.0.113.5"] {
        ada = ada.with("x-forwarded-for", address);
        assert_eq!(tried(&ada, "ada@acme.example", PASSWORD), 200, "{address}");
    }
    // Somebody else's cookie is no key to her account.
    let mut remi = at(&app, "192.0.2.1");
    let answer = at(&app, "203.0.113.77")
        .post("/session", &json!({"email": "remi@acme.example", "password": PASSWORD}));
    remi.keep_session(&answer, "acme");
    assert_eq!(tried(&remi, "ada@acme.example", "guessed by a colleague"), 429);
    // From an address she signed in from, another browser waits for that address alone: not for the crowd.
    let app = self::app();
    ada_at(&app, "192.0.2.1");
    for n in 1..60 {
        tried(&at(&app, &format!("198.51.100.{n}")), "ada@acme.example", "guessed by a crowd");
    }
    assert_eq!(tried(&at(&app, "203.0.113.5"), "ada@acme.example", PASSWORD), 429);
    assert_eq!(tried(&at(&app, "192.0.2.1"), "ada@acme.example", PASSWORD), 200);
}

#[test]
fn a_known_browser_is_slowed_down_by_its_own_wrong_passwords() {
    let app = app();
    let ada = ada_at(&app, "192.0.2.1");
    for _ in 0..6 {
        assert_eq!(tried(&ada, "ada@acme.example", "forgotten it seems"), 401);
    }
    assert_eq!(tried(&ada, "ada@acme.example", PASSWORD), 429);
    app.clock.forward(SignedDuration::from_secs(10));
    assert_eq!(tried(&ada, "ada@acme.example", PASSWORD), 200);
}

#[test]
fn a_flood_of_attempts_leaves_a_note_a_minute_and_old_notes_are_forgotten() {
    let app = app();
    let attacker = at(&app, "198.51.100.7");
    for _ in 0..40 {
        tried(&attacker, "ada@acme.example", "guessed over and over");
    }
    let ada = ada_at(&app, "192.0.2.1");
    let list = ada.get("/sign_ins").json();
    let of = |list: &Json, event: &str| events(list).iter().filter(|(one, _)| *one == event).count();
    assert_eq!((of(&list, "wrong_password"), of(&list, "slowed_down")), (6, 1));
    app.clock.forward(SignedDuration::from_hours(24 * 179));
    assert_eq!(app.platform.sign_in_events_sweep().unwrap(), 0);
    app.clock.forward(SignedDuration::from_hours(24 * 2));
    let ada = app.ada();
    assert_eq!(app.platform.sign_in_events_sweep().unwrap(), 8);
    assert_eq!(app.platform.devices_sweep().unwrap(), 1);
    assert_eq!(events(&ada.get("/sign_ins").json()), [("signed_in", "127.0.0.1")]);
}
