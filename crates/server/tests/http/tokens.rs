//! Programs.

use jiff::{SignedDuration, Timestamp};
use platform::Scope;
use serde_json::json;

use crate::app::App;

#[test]
fn a_program_reads_and_writes_with_a_token_and_without_csrf() {
    let app = App::start();
    let bearer = format!("Bearer {}", app.token(Scope::Write, None, None));
    let program = app.stranger().with("authorization", &bearer);
    assert_eq!(program.create("accounts", json!({"name": "Lenoir"}))["name"], "Lenoir");
    let history =
        program.list(&format!("accounts/{}/$history", program.list("accounts")[0]["id"].as_str().unwrap()));
    assert_eq!((&history[0]["origin"], &history[0]["actor"]["name"]), (&json!("api"), &json!("Ada Lenoir")));
}

#[test]
fn a_spreadsheet_sends_the_token_as_its_password() {
    let app = App::start();
    let refused = app.stranger().get("/data/acme/accounts");
    let asked: Vec<_> = refused.headers.iter().filter(|(name, _)| name == "www-authenticate").collect();
    assert!(asked.iter().any(|(_, value)| value.starts_with("Basic ")), "{asked:?}");
    let browser = app.stranger().with("sec-fetch-mode", "cors").get("/data/acme/accounts");
    assert!(!browser.headers.iter().any(|(_, value)| value.starts_with("Basic ")));

    let pair = format!("power-bi:{}", app.token(Scope::Read, None, None));
    let basic = format!("Basic {}", base64(pair.as_bytes()));
    let sheet = app.stranger().with("authorization", &basic);
    assert_eq!(sheet.get("/data/acme/accounts").status, 200);
    assert_eq!(sheet.get("/data/acme").json()["value"][0]["kind"], "EntitySet");
}

#[test]
fn a_token_goes_no_farther_than_its_scope_its_environment_and_its_end() {
    let app = App::start();
    let user = app.user("ada@acme.example");
    app.platform.access_grant(user, "globex", &["administrator"]).unwrap();
    let with = |token: String| app.stranger().with("authorization", &format!("Bearer {token}"));
    let reader = with(app.token(Scope::Read, None, None));
    assert_eq!(
        reader.post("/data/acme/accounts", &json!({"name": "x"})).refusal(),
        (403, "forbidden".to_owned())
    );
    let confined = with(app.token(Scope::Write, Some("acme"), None));
    assert_eq!(confined.get("/data/acme/accounts").status, 200);
    assert_eq!(confined.get("/data/globex/accounts").status, 404);
    assert_eq!(confined.get("/session").json()["environments"].as_array().unwrap().len(), 1);
    assert_eq!(reader.get("/session").json()["environments"][1]["read_only"], true);
    let end: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let brief = with(app.token(Scope::Read, None, Some(end)));
    assert_eq!(brief.get("/data/acme/accounts").status, 200);
    app.clock.forward(SignedDuration::from_hours(2));
    assert_eq!(brief.get("/data/acme/accounts").refusal(), (401, "sign_in_needed".to_owned()));
    assert_eq!(with("0".repeat(64)).get("/data/acme/accounts").status, 401);
    assert_eq!(with("nonsense".to_owned()).get("/data/acme/accounts").status, 401);
}

#[test]
fn a_reader_reads_everything_and_changes_nothing() {
    let app = App::start();
    let account = app.ada().create("accounts", json!({"name": "Lenoir"}));
    let remi = app.remi();
    let path = remi.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    assert_eq!(remi.get(&path).status, 200);
    let forbidden = (403, "forbidden".to_owned());
    assert_eq!(remi.post(&remi.at("accounts"), &json!({"name": "x"})).refusal(), forbidden);
    assert_eq!(remi.patch(&path, &json!({"name": "x"})).refusal(), forbidden);
    assert_eq!(remi.put(&remi.at("accounts(code='T000001')"), &json!({"name": "x"})).refusal(), forbidden);
    assert_eq!(remi.delete(&path).refusal(), forbidden);
    assert_eq!(remi.post(&format!("{path}/convert"), &json!({})).refusal(), forbidden);
    let value = json!({"tag": "green", "label": {"fr": "Vert"}});
    assert_eq!(remi.post(&remi.at("$lists/colour_tag"), &value).refusal(), forbidden);
    assert_eq!(remi.get(&path).json()["name"], "Lenoir");
    let dictionary = remi.get(&remi.at("$dictionary")).json();
    let can = &dictionary["entities"]["account"]["can"];
    for change in ["create", "update", "delete", "import"] {
        assert_eq!(can[change], json!(false), "{change}");
    }
    assert_eq!((&can["export"], &can["not"]), (&json!(true), &json!(["convert", "lose"])));
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (group >> (18 - 6 * place)) & 63;
            text.push(if place > chunk.len() { '=' } else { DIGITS[digit as usize] as char });
        }
    }
    text
}
