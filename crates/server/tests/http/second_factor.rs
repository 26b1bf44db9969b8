//! The second factor: added, asked, used once, required, taken away.

use std::fs;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use totp_rs::{Builder, Secret};

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client};

const EMAIL: &str = "ada@acme.example";

/// The telephone of somebody who scanned.
struct Phone(String);

impl Phone {
    /// What it shows, `later` seconds from now.
    fn code(&self, app: &App, later: i64) -> String {
        let totp = Builder::new().with_secret(Secret::try_from_base32(&self.0).unwrap()).build().unwrap();
        let now = app.platform.clock().now().as_second() + later;
        totp.generate(u64::try_from(now).unwrap()).to_string()
    }
}

/// Adds a second factor; returns the telephone and the recovery codes.
fn enrolled(app: &App, client: &Client) -> (Phone, Vec<String>) {
    let begun = client.post("/session/second_factor", &json!({"password": PASSWORD}));
    assert_eq!(begun.status, 200, "{}", begun.text());
    let begun = begun.json();
    let phone = Phone(begun["secret"].as_str().unwrap().to_owned());
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Tisserand:") && uri.contains(&phone.0), "{uri}");
    assert!(begun["qr"].as_str().unwrap().contains("<svg"), "{begun}");
    let done = client.post("/session/second_factor/confirm", &json!({"code": phone.code(app, 0)}));
    assert_eq!(done.status, 200, "{}", done.text());
    (phone, codes(&done))
}

fn codes(answer: &Answer) -> Vec<String> {
    let codes = answer.json()["recovery_codes"].as_array().unwrap().clone();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

fn tried(client: &Client, more: Json) -> Answer {
    let mut body = json!({"email": EMAIL, "password": PASSWORD});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/session", &body)
}

fn with_code(client: &Client, code: &str) -> Answer {
    tried(client, json!({"code": code}))
}

/// The next half minute.
fn wait(app: &App) {
    app.clock.forward(SignedDuration::from_secs(30));
}

#[test]
fn a_code_is_asked_beside_the_password_is_good_once_and_a_half_minute_early_or_late() {
    let app = App::start();
    let (ada, elsewhere) = (app.ada(), app.ada());
    assert_eq!(ada.get("/session/second_factor").json(), json!({"since": null, "recovery_left": 0}));
    let (phone, codes) = enrolled(&app, &ada);
    assert_eq!(codes.len(), 10);
    assert_eq!(ada.get("/session").json()["user"]["second_factor"], true);
    assert_eq!(ada.get("/session/second_factor").json()["recovery_left"], 10);
    assert_eq!(elsewhere.get("/session").status, 401, "other sessions ended");
    // The code that confirmed is used up.
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, 0)).refusal(), (422, "validation".to_owned()));
    assert_eq!(tried(&app.stranger(), json!({})).refusal(), (401, "code_needed".to_owned()));
    wait(&app);
    let code = phone.code(&app, 0);
    assert_eq!(with_code(&app.stranger(), &code).status, 200);
    assert_eq!(with_code(&app.stranger(), &code).status, 422, "once");
    // A telephone that is slow, or fast, by a step; not by two.
    wait(&app);
    wait(&app);
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, -60)).status, 422);
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, 60)).status, 422);
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, -30)).status, 200);
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, 30)).status, 200);
    // One before the last one used is no good any more, though its time is not over.
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, 0)).status, 422);
    // A wrong password tells nothing of the factor.
    let wrong = app.stranger().post("/session", &json!({"email": EMAIL, "password": "not hers at all"}));
    assert_eq!(wrong.refusal(), (401, "wrong_credentials".to_owned()));
    let events = app
        .platform
        .sign_in_events_of(app.user(EMAIL), &platform::EventsWanted { limit: 100, ..Default::default() });
    let told: Vec<String> = events.unwrap().0.iter().map(|one| one.event.clone()).collect();
    for event in ["factor_added", "code_asked", "wrong_code", "signed_in"] {
        assert!(told.iter().any(|one| one == event), "{event} {told:?}");
    }
}

#[test]
fn a_recovery_code_stands_in_once_and_others_can_be_made() {
    let app = App::start();
    let ada = app.ada();
    let (phone, codes) = enrolled(&app, &ada);
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert_eq!(with_code(&app.stranger(), &typed).status, 200);
    assert_eq!(with_code(&app.stranger(), &codes[3]).status, 422, "once");
    assert_eq!(ada.get("/session/second_factor").json()["recovery_left"], 9);
    wait(&app);
    let wrong = ada.post("/session/second_factor/recovery_codes", &json!({"code": "000000"}));
    assert_eq!(wrong.status, 422);
    let anew = ada.post("/session/second_factor/recovery_codes", &json!({"code": phone.code(&app, 0)}));
    let anew = self::codes(&anew);
    assert_eq!(with_code(&app.stranger(), &codes[4]).status, 422, "the old ones are no good");
    assert_eq!(with_code(&app.stranger(), &anew[0]).status, 200);
    // Removed with a code, it is asked no more.
    assert_eq!(ada.post("/session/second_factor/remove", &json!({"code": anew[1]})).status, 200);
    assert_eq!(tried(&app.stranger(), json!({})).status, 200);
}

/// That browser once it is closed and opened again: it knows whom it trusts, and has no session to end.
fn closed(browser: &Client) -> Client {
    let cookies = &browser.headers.iter().find(|(name, _)| name == "cookie").unwrap().1;
    let kept = cookies.split("; ").filter(|cookie| !cookie.starts_with("tisserand_session="));
    browser.with("cookie", &kept.collect::<Vec<_>>().join("; "))
}

#[test]
fn a_trusted_device_is_not_asked_for_thirty_days_unless_it_is_forgotten_or_the_password_changes() {
    let app = App::start();
    let ada = app.ada();
    let (phone, _) = enrolled(&app, &ada);
    let trusting = |code: &str| {
        let mut client = app.stranger();
        let answer = tried(&client, json!({"code": code, "trust": true}));
        assert_eq!(answer.status, 200, "{}", answer.text());
        client.keep_session(&answer, "acme");
        client
    };
    wait(&app);
    let one = trusting(&phone.code(&app, 0));
    assert_eq!(tried(&closed(&one), json!({})).status, 200);
    assert_eq!(tried(&app.stranger(), json!({})).status, 401, "another is asked");
    // Trust is of the person: nobody else gains by the cookie, and theirs is no key to hers.
    let devices = one.get("/devices").json();
    let trusted: Vec<&Json> =
        devices["value"].as_array().unwrap().iter().filter(|one| one["trusted_until"].is_string()).collect();
    assert_eq!(trusted.len(), 1);
    assert_eq!(trusted[0]["current"], true);
    let id = trusted[0]["id"].as_str().unwrap();
    let remi = app.remi();
    assert_eq!(remi.delete(&format!("/devices/{id}")).status, 404);
    assert_eq!(one.delete(&format!("/devices/{id}")).status, 204);
    assert_eq!(tried(&closed(&one), json!({})).refusal(), (401, "code_needed".to_owned()));
    wait(&app);
    let two = trusting(&phone.code(&app, 0));
    app.clock.forward(SignedDuration::from_hours(24 * 29));
    assert_eq!(tried(&closed(&two), json!({})).status, 200);
    app.clock.forward(SignedDuration::from_hours(24 * 2));
    assert_eq!(tried(&closed(&two), json!({})).status, 401, "thirty days");
    let three = trusting(&phone.code(&app, 0));
    wait(&app);
    let four = trusting(&phone.code(&app, 0));
    let changed = json!({"present": PASSWORD, "password": "trois chats sur un toit"});
    assert_eq!(four.post("/session/password", &changed).status, 200);
    let body = json!({"email": EMAIL, "password": "trois chats sur un toit"});
    assert_eq!(three.post("/session", &body).status, 401, "trusted no more");
    assert_eq!(four.post("/session", &body).status, 200);
}

#[test]
fn guessing_codes_is_slowed_down_apart_from_passwords() {
    let app = App::start();
    let (phone, _) = enrolled(&app, &app.ada());
    wait(&app);
    for _ in 0..6 {
        assert_eq!(with_code(&app.stranger(), "000000").status, 422);
    }
    let refused = with_code(&app.stranger(), &phone.code(&app, 0));
    assert_eq!(refused.refusal(), (429, "too_many".to_owned()));
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    app.clock.forward(SignedDuration::from_secs(wait));
    assert_eq!(with_code(&app.stranger(), &phone.code(&app, 0)).status, 200);
}

#[test]
fn an_environment_that_requires_it_is_entered_with_a_second_factor_only() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let rules = ada.at("$sign_in");
    assert_eq!(ada.get(&rules).json(), json!({"second_factor": false}));
    assert_eq!(remi.get(&remi.at("$sign_in")).status, 403);
    // Who has none would lock themselves out.
    let refused = ada.patch(&rules, &json!({"second_factor": true}));
    assert_eq!(refused.refusal(), (422, "validation".to_owned()), "{}", refused.text());
    for unclear in [json!({"second_factor": {}}), json!({"second_factor": null}), json!({"factor": true})] {
        assert_eq!(ada.patch(&rules, &unclear).status, 422, "{unclear}");
    }
    enrolled(&app, &ada);
    assert_eq!(ada.patch(&rules, &json!({"second_factor": true})).json(), json!({"second_factor": true}));
    assert_eq!(ada.get(&ada.at("accounts")).status, 200);
    assert_eq!(remi.get(&remi.at("accounts")).refusal(), (403, "second_factor_needed".to_owned()));
    let session = remi.get("/session").json();
    assert_eq!(session["environments"][0]["to_settle"], "second_factor");
    let token = app.token(platform::Scope::Read, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(program.get("/data/acme/accounts").status, 200, "programs go on");
    enrolled(&app, &remi);
    assert_eq!(remi.get(&remi.at("accounts")).status, 200);
    assert_eq!(app.grace().get("/data/globex/accounts").status, 200, "another environment asks for nothing");
}

#[test]
fn an_administrator_takes_the_factor_away_of_who_lost_it_and_it_is_noted() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    enrolled(&app, &remi);
    let id = app.user("remi@acme.example");
    let people = ada.list("$people");
    let of = |people: &[Json]| {
        people.iter().find(|one| one["id"] == json!(id)).unwrap()["second_factor"].as_bool().unwrap()
    };
    assert!(of(&people));
    let reset = ada.post(&ada.at(&format!("$people/{id}/reset_factor")), &json!({}));
    assert_eq!((reset.status, &reset.json()["second_factor"]), (200, &json!(false)));
    assert_eq!(remi.get("/session").status, 401, "signed out");
    assert_eq!(app.remi().get("/session").json()["user"]["second_factor"], false);
    let again = ada.post(&ada.at(&format!("$people/{id}/reset_factor")), &json!({}));
    assert_eq!(again.status, 422);
    let events = ada.get(&ada.at(&format!("$sign_ins?person={id}&event=factor_reset"))).json();
    assert_eq!(events["value"][0]["by"], "Ada Lenoir");
}

#[test]
fn the_secret_is_sealed_and_no_code_lies_in_the_files() {
    let app = App::start_on(|options| options.key = Some(platform::KeyText("ab".repeat(32))));
    let ada = app.ada();
    let (phone, codes) = enrolled(&app, &ada);
    let folder = app.folder.path().join("data");
    assert!(!folder.join("platform.key").exists(), "the key is elsewhere");
    let mut bytes = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                bytes.extend(fs::read(entry.path()).unwrap());
            }
        }
    }
    let plain = codes[0].replace('-', "");
    for text in [phone.0.as_str(), codes[0].as_str(), plain.as_str()] {
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
    let raw = Secret::try_from_base32(&phone.0).unwrap();
    assert!(!bytes.windows(20).any(|window| window == raw.as_ref()));
    // Without the key nobody with a second factor gets in; it fails closed.
    assert_eq!(ada.get("/session/second_factor").status, 200);
}

#[test]
fn it_is_added_with_the_password_and_not_twice() {
    let app = App::start();
    let ada = app.ada();
    let wrong = ada.post("/session/second_factor", &json!({"password": "not hers at all"}));
    assert_eq!(wrong.status, 422);
    assert_eq!(ada.post("/session/second_factor/confirm", &json!({"code": "000000"})).status, 404);
    let (phone, _) = enrolled(&app, &ada);
    assert_eq!(ada.post("/session/second_factor", &json!({"password": PASSWORD})).status, 422);
    wait(&app);
    assert_eq!(ada.post("/session/second_factor/remove", &json!({"code": "000000"})).status, 422);
    assert_eq!(ada.post("/session/second_factor/remove", &json!({"code": phone.code(&app, 0)})).status, 200);
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    for path in ["/session/second_factor", "/devices"] {
        assert_eq!(program.get(path).status, 403, "{path}");
    }
}
