//! One's own password: changed, given by somebody, refused.

use std::fs;

use jiff::SignedDuration;
use platform::password_change::Reset;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client};

const BETTER: &str = "trois chats sur un toit";

fn changed(client: &Client, present: &str, password: &str) -> Answer {
    client.post("/session/password", &json!({"present": present, "password": password}))
}

fn signed_in(app: &App, email: &str, password: &str) -> Answer {
    app.stranger().post("/session", &json!({"email": email, "password": password}))
}

#[test]
fn a_person_changes_their_password_and_their_other_sessions_end() {
    let app = App::start();
    let (ada, elsewhere) = (app.ada(), app.ada());
    let answer = changed(&ada, PASSWORD, BETTER);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["user"]["email"], "ada@acme.example");
    assert_eq!(ada.get(&ada.at("accounts")).status, 200);
    assert_eq!(elsewhere.get("/session").status, 401);
    assert_eq!(signed_in(&app, "ada@acme.example", PASSWORD).status, 401);
    assert_eq!(signed_in(&app, "ada@acme.example", BETTER).status, 200);
    let events = ada.get("/sign_ins").json();
    let told: Vec<&str> =
        events["value"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert_eq!(
        told[..4],
        ["signed_in", "wrong_password", "session_ended", "password_changed"],
        "newest first"
    );
}

#[test]
fn the_present_password_is_asked_and_guessing_it_from_a_stolen_session_is_slowed_down() {
    let app = App::start();
    let ada = app.ada();
    for _ in 0..6 {
        let wrong = changed(&ada, "not hers at all", BETTER);
        assert_eq!(wrong.refusal(), (422, "validation".to_owned()));
        assert!(wrong.json()["fields"]["present"].is_string(), "{}", wrong.text());
    }
    assert_eq!(changed(&ada, PASSWORD, BETTER).refusal(), (429, "too_many".to_owned()));
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(changed(&program, PASSWORD, BETTER).refusal(), (403, "forbidden".to_owned()));
    assert_eq!(changed(&ada.without("x-csrf-token"), PASSWORD, BETTER).refusal(), (403, "csrf".to_owned()));
    assert_eq!(signed_in(&app, "ada@acme.example", BETTER).status, 401);
}

#[test]
fn weak_passwords_are_refused_with_the_reason_at_the_field() {
    let app = App::start();
    let ada = app.ada();
    for (password, why) in [
        ("court", "10 caractères"),
        ("ada.lenoir1", "votre nom"),
        ("Motdepasse2026", "se devine"),
        ("12345678901234", "se devine"),
        (PASSWORD, "le même"),
    ] {
        let answer = changed(&ada, PASSWORD, password);
        assert_eq!(answer.refusal(), (422, "validation".to_owned()), "{password}");
        let said = answer.json()["fields"]["password"].as_str().unwrap().to_owned();
        assert!(said.contains(why), "{password}: {said}");
    }
    assert_eq!(ada.get("/session").status, 200);
}

#[test]
fn a_password_of_the_operators_list_of_stolen_ones_is_refused() {
    // SHA-1 of "trois chats sur un toit" among others, in order.
    let list = tempfile::NamedTempFile::new().unwrap();
    let lines: Vec<String> = {
        let mut hashes: Vec<String> =
            ["aaaa", "bbbb", BETTER, "cccc"].iter().map(|text| sha1_hex(text)).collect();
        hashes.sort();
        hashes.iter().map(|hash| format!("{hash}:12\r\n")).collect()
    };
    fs::write(list.path(), lines.concat()).unwrap();
    let app = App::start_on(|options| options.breached_passwords = Some(list.path().to_owned()));
    let ada = app.ada();
    let answer = changed(&ada, PASSWORD, BETTER);
    assert_eq!(answer.refusal(), (422, "validation".to_owned()));
    assert!(answer.json()["fields"]["password"].as_str().unwrap().contains("volés"), "{}", answer.text());
    assert_eq!(changed(&ada, PASSWORD, "quatre chats sur un toit").status, 200);
}

fn sha1_hex(text: &str) -> String {
    use sha1::{Digest, Sha1};
    Sha1::digest(text.as_bytes()).iter().map(|b| format!("{b:02X}")).collect()
}

#[test]
fn a_password_that_was_given_serves_to_choose_another_and_nothing_else() {
    let app = App::start();
    let ada = app.ada();
    let body = json!({"name": "Zoé Martin", "email": "zoe@acme.example", "profiles": ["administrator"]});
    let given = ada.post(&ada.at("$people"), &body).json()["password"].as_str().unwrap().to_owned();
    let mut zoe = app.stranger();
    let answer = zoe.post("/session", &json!({"email": "zoe@acme.example", "password": given}));
    assert_eq!((answer.status, &answer.json()["to_settle"]), (200, &json!("password")));
    zoe.keep_session(&answer, "acme");
    // Nothing of the environment is reached, by any address.
    let mut walked = 0;
    for route in server::ROUTES.iter().filter(|route| route.path.contains("{env}")) {
        let path = crate::client::filled(route.path, "acme");
        let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
        let refused = zoe.send(route.method, &path, body, b"{}");
        assert_eq!(refused.refusal(), (403, "password_change_needed".to_owned()), "{route:?}");
        walked += 1;
    }
    assert!(walked > 40, "{walked}");
    assert_eq!(zoe.get("/session").json()["to_settle"], "password");
    assert_eq!(changed(&zoe, &given, &given).status, 422);
    let settled = changed(&zoe, &given, BETTER);
    assert_eq!((settled.status, &settled.json()["to_settle"]), (200, &Json::Null), "{}", settled.text());
    assert_eq!(zoe.get(&zoe.at("accounts")).status, 200);
    // Given anew by an administrator, it is the same again; a token of hers goes on.
    let id = app.user("zoe@acme.example");
    let token = app.platform.token_create(platform::NewToken {
        name: "programme".to_owned(),
        user: id,
        environment: None,
        scope: platform::Scope::Read,
        expires: None,
    });
    let program = app.stranger().with("authorization", &format!("Bearer {}", token.unwrap()));
    let reset = ada.post(&ada.at(&format!("$people/{id}/reset")), &json!({})).json();
    let answer = signed_in(&app, "zoe@acme.example", reset["password"].as_str().unwrap());
    assert_eq!(answer.json()["to_settle"], "password");
    assert_eq!(program.get("/data/acme/accounts").status, 200);
}

#[test]
fn a_given_password_is_out_of_date_after_seven_days() {
    let app = App::start();
    let reset = Reset { password: BETTER, given: true, by: None };
    app.platform.user_reset("ada@acme.example", reset).unwrap();
    app.clock.forward(SignedDuration::from_hours(24 * 6));
    assert_eq!(signed_in(&app, "ada@acme.example", BETTER).status, 200);
    app.clock.forward(SignedDuration::from_hours(24 * 2));
    let late = signed_in(&app, "ada@acme.example", BETTER);
    assert_eq!(late.refusal(), (401, "password_expired".to_owned()));
    assert_eq!(signed_in(&app, "ada@acme.example", "not hers at all").code(), "wrong_credentials");
}
