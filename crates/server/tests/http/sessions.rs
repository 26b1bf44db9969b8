//! Signing in and out.

use jiff::SignedDuration;
use platform::password_change::Reset;
use serde_json::json;

use crate::app::{App, PASSWORD};

#[test]
fn signing_in_sets_a_cookie_and_tells_where_one_may_go() {
    let app = App::start();
    let answer =
        app.stranger().post("/session", &json!({"email": " Ada@Acme.example", "password": PASSWORD}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("tisserand_session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let session = answer.json();
    assert_eq!(session["user"]["name"], "Ada Lenoir");
    assert_eq!(session["user"]["language"], "fr");
    assert_eq!(
        session["environments"],
        json!([{"name": "acme", "former": [], "label": "Acme Chauffage", "kind": "production", "client": "Acme Chauffage", "profiles": ["administrator"], "read_only": false, "to_settle": null}])
    );
    assert_eq!(app.ada().get("/session").json()["user"], session["user"]);
}

#[test]
fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = App::start();
    let wrong =
        app.stranger().post("/session", &json!({"email": "ada@acme.example", "password": "not hers at all"}));
    let unknown =
        app.stranger().post("/session", &json!({"email": "nobody@acme.example", "password": PASSWORD}));
    assert_eq!(wrong.refusal(), (401, "wrong_credentials".to_owned()));
    assert_eq!(unknown.refusal(), wrong.refusal());
    assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
    assert!(wrong.header("set-cookie").is_none());
}

#[test]
fn many_wrong_passwords_are_slowed_down_until_the_clock_has_moved() {
    let app = App::start();
    let wrong = json!({"email": "ada@acme.example", "password": "not hers at all"});
    let right = json!({"email": "ada@acme.example", "password": PASSWORD});
    for _ in 0..6 {
        assert_eq!(app.stranger().post("/session", &wrong).status, 401);
    }
    let throttled = app.stranger().post("/session", &right);
    assert_eq!(throttled.refusal(), (429, "too_many".to_owned()));
    let wait: i64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    app.clock.forward(SignedDuration::from_secs(wait));
    assert_eq!(app.stranger().post("/session", &right).status, 200);
}

#[test]
fn signing_out_ends_the_session_for_whoever_kept_the_cookie() {
    let app = App::start();
    let ada = app.ada();
    let thief = ada.clone();
    let out = ada.delete("/session");
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(thief.get("/session").refusal(), (401, "sign_in_needed".to_owned()));
    assert_eq!(thief.get(&thief.at("accounts")).status, 401);
    assert_eq!(app.stranger().delete("/session").status, 204);
}

#[test]
fn a_write_with_the_cookie_needs_the_csrf_header() {
    let app = App::start();
    let ada = app.ada();
    let body = json!({"name": "Lenoir"});
    let (missing, wrong) = (ada.without("x-csrf-token"), ada.with("x-csrf-token", "0123456789abcdef"));
    for client in [&missing, &wrong] {
        assert_eq!(client.post(&ada.at("accounts"), &body).refusal(), (403, "csrf".to_owned()));
        assert_eq!(client.patch("/session", &json!({"language": "en"})).refusal(), (403, "csrf".to_owned()));
        assert_eq!(client.delete("/session").refusal(), (403, "csrf".to_owned()));
    }
    assert!(ada.list("accounts").is_empty());
    assert_eq!(missing.get(&ada.at("accounts")).status, 200);
}

#[test]
fn a_form_of_another_site_cannot_sign_anybody_in() {
    let app = App::start();
    let body = json!({"email": "ada@acme.example", "password": PASSWORD}).to_string();
    let answer = app.stranger().send("POST", "/session", Some("text/plain"), body.as_bytes());
    assert_eq!(answer.refusal(), (415, "unsupported_media_type".to_owned()));
}

#[test]
fn a_session_lasts_as_long_as_it_is_used() {
    let app = App::start();
    let (ada, idle) = (app.ada(), app.remi());
    for _ in 0..5 {
        app.clock.forward(SignedDuration::from_hours(24 * 10));
        assert_eq!(ada.get("/session").status, 200);
    }
    assert_eq!(idle.get("/session").status, 401);
    app.clock.forward(SignedDuration::from_hours(24 * 15));
    assert_eq!(ada.get("/session").status, 401);
    assert_eq!(app.platform.sessions_sweep().unwrap(), 2);
}

#[test]
fn another_password_and_a_closed_account_end_all_sessions_at_once() {
    let app = App::start();
    let (ada, grace) = (app.ada(), app.grace());
    let reset = Reset { password: "une autre phrase", given: false, by: None };
    app.platform.user_reset("ada@acme.example", reset).unwrap();
    assert_eq!(ada.get("/session").status, 401);
    assert_eq!(
        app.stranger().post("/session", &json!({"email": "ada@acme.example", "password": PASSWORD})).status,
        401
    );
    // Somebody closes the account in the platform's own environment, through the same API as anything else.
    let user = app.user("ada@acme.example");
    app.platform.access_grant(user, "platform", &["administrator"]).unwrap();
    let mut pilot = app.stranger();
    let answer =
        pilot.post("/session", &json!({"email": "ada@acme.example", "password": "une autre phrase"}));
    pilot.keep_session(&answer, "platform");
    let closed = pilot
        .patch(&pilot.at(&format!("users/{}", app.user("grace@globex.example"))), &json!({"active": false}));
    assert_eq!(closed.status, 200, "{}", closed.text());
    assert_eq!(grace.get("/session").status, 401);
    let sessions = pilot.list("sessions");
    assert!(!sessions.is_empty());
    assert!(sessions.iter().all(|session| session.get("token_hash").is_none()), "{sessions:?}");
    let own = sessions.iter().find(|session| session["user_id"] == json!(user)).unwrap();
    assert_eq!(pilot.delete(&pilot.at(&format!("sessions/{}", own["id"].as_str().unwrap()))).status, 204);
    assert_eq!(pilot.get("/session").status, 401);
}

#[test]
fn preferences_change_the_language_of_messages() {
    let app = App::start();
    let ada = app.ada().with("accept-language", "en");
    assert_eq!(ada.get(&ada.at("nothing")).json()["title"], "Introuvable");
    let changed = ada.patch("/session", &json!({"language": "en"}));
    assert_eq!((changed.status, &changed.json()["user"]["language"]), (200, &json!("en")));
    assert_eq!(ada.get(&ada.at("nothing")).json()["title"], "Not found");
    assert_eq!(ada.patch("/session", &json!({"language": "de"})).refusal(), (422, "validation".to_owned()));
    assert_eq!(ada.patch("/session", &json!({"colour": "red"})).refusal(), (422, "unknown_field".to_owned()));
    assert_eq!(
        app.stranger().with("accept-language", "en-GB").get("/session").json()["title"],
        "Sign-in needed"
    );
}

#[test]
fn the_first_entry_makes_the_persons_record_in_the_environment() {
    let app = App::start();
    let ada = app.ada();
    let created = ada.create("accounts", json!({"name": "Lenoir"}));
    let users = ada.list("users");
    assert_eq!(users.len(), 1);
    assert_eq!(users[0]["email"], "ada@acme.example");
    assert_eq!(created["created_by_id"], users[0]["id"]);
    app.ada().list("accounts");
    assert_eq!(ada.list("users").len(), 1);
}
