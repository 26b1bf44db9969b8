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
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
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
    for _ in 0..2 {
        app.clock.forward(SignedDuration::from_hours(24 * 8));
        assert_eq!(ada.get("/session").status, 200);
    }
    assert_eq!(idle.get("/session").status, 401);
    app.clock.forward(SignedDuration::from_hours(24 * 14 + 1));
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

#[test]
fn a_session_that_is_used_goes_on_for_thirty_days_and_no_longer() {
    let app = App::start();
    let ada = app.ada();
    let day = SignedDuration::from_hours(24);
    for _ in 0..29 {
        app.clock.forward(day);
        assert_eq!(ada.get("/session").status, 200);
    }
    let shown = ada.get("/sessions").json();
    let ends = shown["value"][0]["expires_at"].as_str().unwrap();
    assert!(ends.starts_with("2026-12-23T09:00:00"), "{shown}");
    app.clock.forward(day);
    assert_eq!(ada.get("/session").refusal(), (401, "sign_in_needed".to_owned()));
    // One that nobody uses ends after fourteen days, as ever.
    let ada = app.ada();
    app.clock.forward(day * 15);
    assert_eq!(ada.get("/session").status, 401);
}

#[test]
fn signing_in_again_in_a_browser_ends_the_session_it_had() {
    let app = App::start();
    let mut ada = app.ada();
    let before = ada.clone();
    let elsewhere = app.ada();
    // The same browser, which sends its cookie along; be it somebody else who signs in there.
    let again = ada.post("/session", &json!({"email": "remi@acme.example", "password": PASSWORD}));
    ada.keep_session(&again, "acme");
    assert_eq!(ada.get("/session").json()["user"]["email"], "remi@acme.example");
    assert_eq!(before.get("/session").refusal(), (401, "sign_in_needed".to_owned()));
    assert_eq!(elsewhere.get("/session").status, 200, "another browser is none of its business");
    // Who is refused keeps what they had.
    assert_eq!(ada.post("/session", &json!({"email": "ada@acme.example", "password": "no"})).status, 401);
    assert_eq!(ada.get("/session").status, 200);
}

#[test]
fn a_link_of_another_site_makes_nobody_take_data_along() {
    let app = App::start();
    let ada = app.ada();
    let from = |site: &str, path: &str| ada.with("sec-fetch-site", site).get(path);
    for path in [ada.at("accounts"), ada.at("$archive"), ada.at("accounts/$export?$format=csv")] {
        assert_eq!(from("cross-site", &path).refusal(), (403, "other_site".to_owned()), "{path}");
    }
    for site in ["same-origin", "same-site", "none"] {
        assert_eq!(from(site, &ada.at("accounts")).status, 200, "{site}");
    }
    // Links to screens work wherever they stand, and programs are no browsers.
    assert_eq!(from("cross-site", "/e/acme/accounts").status, 200);
    let token = app.token(platform::Scope::Read, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(program.with("sec-fetch-site", "cross-site").get("/data/acme/accounts").status, 200);
}

#[test]
fn by_https_cookies_are_of_this_host_alone() {
    let app = App::start_with(|config| config.secure = true);
    let answer = app.stranger().post("/session", &json!({"email": "ada@acme.example", "password": PASSWORD}));
    let set: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
    assert!(set.iter().all(|(_, cookie)| cookie.starts_with("__Host-tisserand_")), "{set:?}");
    let ada = app.ada();
    assert_eq!(ada.get("/session").status, 200);
    let cookie = &ada.headers.iter().find(|(name, _)| name == "cookie").unwrap().1;
    let planted = ada.with("cookie", &cookie.replace("__Host-", ""));
    assert_eq!(planted.get("/session").status, 401, "a host beneath our domain can set such a cookie");
    let described = ada.get(&ada.at("openapi.json")).json();
    assert_eq!(described["components"]["securitySchemes"]["cookie"]["name"], "__Host-tisserand_session");
}

#[test]
fn browsers_keep_no_record_on_their_disk() {
    let app = App::start();
    let ada = app.ada();
    let made = ada.create("accounts", json!({"name": "Un"}));
    let id = made["id"].as_str().unwrap();
    let keeps = |path: &str| ada.get(&ada.at(path)).header("cache-control").unwrap().to_owned();
    for path in [
        "accounts".to_owned(),
        format!("accounts/{id}"),
        format!("accounts/{id}/$history"),
        "$people".to_owned(),
    ] {
        assert_eq!(keeps(&path), "private, no-store", "{path}");
    }
    // What says how screens look is asked for again and again, and holds nobody's data.
    assert_eq!(keeps("$dictionary"), "private, no-cache");
}
