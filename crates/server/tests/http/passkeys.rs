//! Passkeys: added, signed in with, removed; and what is tried with them by those who have none.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::authenticator::{Key, PRESENT, text};
use crate::client::{Answer, Client};

const EMAIL: &str = "ada@acme.example";
const ORIGIN: &str = "https://crm.example.org";

/// A platform that browsers reach at [`ORIGIN`].
fn start() -> App {
    App::start_with(|config| config.public = Some(ORIGIN.to_owned()))
}

/// What is begun: the ceremony, and what the browser is asked for.
fn begun(answer: &Answer) -> (Json, Json) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let begun = answer.json();
    (begun["ceremony"].clone(), begun["options"].clone())
}

fn add_begun(client: &Client) -> (Json, Json) {
    begun(&client.post("/session/passkeys/begin", &json!({"password": PASSWORD})))
}

fn add(client: &Client, ceremony: &Json, credential: &Json, name: Option<&str>) -> Answer {
    client.post("/session/passkeys", &json!({"ceremony": ceremony, "credential": credential, "name": name}))
}

/// Adds a passkey; returns it and its id.
fn added(client: &Client, name: &str) -> (Key, String) {
    let (ceremony, options) = add_begun(client);
    let key = Key::new(&options, ORIGIN);
    let answer = add(client, &ceremony, &key.made(&options), Some(name));
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["name"], name);
    (key, answer.json()["id"].as_str().unwrap().to_owned())
}

/// A browser in which somebody begins to sign in by a passkey, the ceremony, and what is asked for.
fn arrived(app: &App) -> (Client, Json, Json) {
    arrived_in(&app.stranger())
}

fn arrived_in(client: &Client) -> (Client, Json, Json) {
    let answer = client.post("/passkeys/begin", &json!({}));
    let (ceremony, options) = begun(&answer);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(answer.header("set-cookie").unwrap().contains("HttpOnly; SameSite=Lax"), "{answer:?}");
    let cookie = match client.headers.iter().find(|(name, _)| name == "cookie") {
        Some((_, known)) => format!("{known}; {cookie}"),
        None => cookie,
    };
    (client.with("cookie", &cookie), ceremony, options)
}

fn sign_in(client: &Client, ceremony: &Json, credential: &Json) -> Answer {
    client.post("/passkeys/sign_in", &json!({"ceremony": ceremony, "credential": credential}))
}

/// Signs in by a passkey, from a browser that nobody knows.
fn signed_in(app: &App, key: &mut Key) -> Answer {
    let (client, ceremony, options) = arrived(app);
    sign_in(&client, &ceremony, &key.signed(&options))
}

/// The same, keeping the session.
fn entered(app: &App, key: &mut Key) -> Client {
    let answer = signed_in(app, key);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut client = app.stranger();
    client.keep_session(&answer, "acme");
    client
}

const REFUSED: (u16, &str) = (401, "passkey_refused");
const OVER: (u16, &str) = (410, "ceremony_over");

#[track_caller]
fn is_refused(answer: &Answer, (status, code): (u16, &str)) {
    assert_eq!(answer.refusal(), (status, code.to_owned()), "{}", answer.text());
}

fn events(app: &App) -> Vec<(String, Option<String>)> {
    let wanted = platform::EventsWanted { limit: 100, ..Default::default() };
    let events = app.platform.sign_in_events_of(app.user(EMAIL), &wanted).unwrap().0;
    events.into_iter().map(|one| (one.event, one.way)).collect()
}

#[test]
fn a_person_adds_a_passkey_signs_in_by_it_without_an_address_renames_and_removes_it() {
    let app = start();
    let ada = app.ada().with("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0");
    assert_eq!(ada.get("/session/passkeys").json(), json!({"value": [], "origin": ORIGIN}));
    let (ceremony, options) = add_begun(&ada);
    assert_eq!(options["rp"]["id"], "crm.example.org");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    let mut key = Key::new(&options, ORIGIN);
    let answer = add(&ada, &ceremony, &key.made(&options), Some("  "));
    assert_eq!(
        (answer.status, &answer.json()["name"]),
        (201, &json!("Firefox · Linux")),
        "{}",
        answer.text()
    );
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let (_, again) = add_begun(&ada);
    assert_eq!(again["excludeCredentials"][0]["id"], text(&key.id), "not the same key twice");

    let visitor = entered(&app, &mut key);
    let session = visitor.get("/session").json();
    assert_eq!(session["user"]["email"], EMAIL);
    assert_eq!(visitor.get("/data/acme/accounts").status, 200);
    assert!(
        events(&app).contains(&("signed_in".to_owned(), Some("passkey".to_owned()))),
        "{:?}",
        events(&app)
    );
    assert!(events(&app).contains(&("passkey_added".to_owned(), None)));
    let listed = ada.get("/session/passkeys").json()["value"][0].clone();
    assert!(listed["used_at"].is_string() && listed["added_at"].is_string(), "{listed}");
    assert_eq!(listed["site"], "crm.example.org");

    let at = format!("/session/passkeys/{id}");
    assert_eq!(ada.patch(&at, &json!({"name": " Portable "})).json()["name"], "Portable");
    assert_eq!(ada.patch(&at, &json!({"name": "\n"})).status, 422);
    let remove = format!("{at}/remove");
    assert_eq!(ada.post(&remove, &json!({"password": "not hers at all"})).status, 422);
    assert_eq!(ada.post(&remove, &json!({"password": PASSWORD})).status, 204);
    assert_eq!(ada.post(&remove, &json!({"password": PASSWORD})).status, 404);
    assert_eq!(visitor.get("/session").status, 401, "the session that it opened ended with it");
    assert_eq!(ada.get("/session").status, 200);
    is_refused(&signed_in(&app, &mut key), REFUSED);
    assert!(events(&app).contains(&("passkey_removed".to_owned(), None)));
    assert_eq!(ada.get("/session/passkeys").json()["value"], json!([]));
}

#[test]
fn a_challenge_serves_once_for_five_minutes_in_the_browser_that_asked_for_it() {
    let app = start();
    let ada = app.ada();
    let (mut key, _) = added(&ada, "Clé");
    let (browser, ceremony, options) = arrived(&app);
    let credential = key.signed(&options);
    // Stolen on its way: what was begun elsewhere ends nowhere else.
    is_refused(&sign_in(&app.stranger(), &ceremony, &credential), OVER);
    let (thief, theirs, _) = arrived(&app);
    is_refused(&sign_in(&thief, &ceremony, &credential), OVER);
    is_refused(&sign_in(&thief, &theirs, &credential), REFUSED);
    assert_eq!(sign_in(&browser, &ceremony, &credential).status, 200);
    is_refused(&sign_in(&browser, &ceremony, &credential), OVER);
    is_refused(&sign_in(&browser, &ceremony, &key.signed(&options)), OVER);
    // Two pages of one browser do not disturb each other.
    let (browser, first, of_first) = arrived(&app);
    let (browser, second, of_second) = arrived_in(&browser);
    assert_eq!(sign_in(&browser, &second, &key.signed(&of_second)).status, 200);
    assert_eq!(sign_in(&browser, &first, &key.signed(&of_first)).status, 200);
    let (browser, ceremony, options) = arrived(&app);
    let credential = key.signed(&options);
    app.clock.forward(SignedDuration::from_mins(5));
    is_refused(&sign_in(&browser, &ceremony, &credential), OVER);
    for broken in [json!(""), json!("x1.0.0"), json!(format!("{}A", ceremony.as_str().unwrap()))] {
        is_refused(&sign_in(&browser, &broken, &credential), OVER);
    }
    // Nor does one of signing in add a key, nor the other way round.
    let (browser, ceremony, options) = arrived(&app);
    let (adding, asked) = add_begun(&ada);
    let other = Key::new(&asked, ORIGIN);
    is_refused(&add(&ada, &ceremony, &other.made(&options), None), OVER);
    is_refused(&sign_in(&browser, &adding, &key.signed(&asked)), OVER);
    let elsewhere = app.ada();
    is_refused(&add(&elsewhere, &adding, &other.made(&asked), None), OVER);
    assert_eq!(add(&ada, &adding, &other.made(&asked), None).status, 201);
    is_refused(&add(&ada, &adding, &Key::new(&asked, ORIGIN).made(&asked), None), OVER);
    let (late, asked) = add_begun(&ada);
    app.clock.forward(SignedDuration::from_mins(5));
    is_refused(&add(&ada, &late, &Key::new(&asked, ORIGIN).made(&asked), None), OVER);
}

#[test]
fn what_was_made_for_another_address_or_by_nobody_that_was_verified_opens_nothing() {
    let app = start();
    let ada = app.ada();
    let (mut key, _) = added(&ada, "Clé");
    let wrong: [fn(&mut Key); 5] = [
        |key| key.origin = "https://crm.example.org.evil.example".to_owned(),
        |key| key.origin = "http://crm.example.org".to_owned(),
        |key| key.domain = "evil.example".to_owned(),
        |key| key.cross_origin = true,
        |key| key.flags = PRESENT,
    ];
    for change in wrong {
        let (browser, ceremony, options) = arrived(&app);
        let (origin, domain, flags) = (key.origin.clone(), key.domain.clone(), key.flags);
        change(&mut key);
        is_refused(&sign_in(&browser, &ceremony, &key.signed(&options)), REFUSED);
        (key.origin, key.domain, key.flags, key.cross_origin) = (origin, domain, flags, false);
        let (ceremony, options) = add_begun(&ada);
        let mut new = Key::new(&options, ORIGIN);
        change(&mut new);
        is_refused(&add(&ada, &ceremony, &new.made(&options), None), REFUSED);
    }
    // What another key signed under this one's name, and what was changed after it was signed.
    let (browser, ceremony, options) = arrived(&app);
    let mut forged = Key::new(&add_begun(&ada).1, ORIGIN);
    forged.id.clone_from(&key.id);
    is_refused(&sign_in(&browser, &ceremony, &forged.signed(&options)), REFUSED);
    let mut changed = key.signed(&options);
    changed["response"]["clientDataJSON"] =
        forged.signed(&json!({"challenge": "other"}))["response"]["clientDataJSON"].clone();
    is_refused(&sign_in(&browser, &ceremony, &changed), REFUSED);
    for part in ["clientDataJSON", "authenticatorData", "signature"] {
        let mut broken = key.signed(&options);
        broken["response"][part] = json!("%%");
        is_refused(&sign_in(&browser, &ceremony, &broken), REFUSED);
        broken["response"][part] = json!("");
        is_refused(&sign_in(&browser, &ceremony, &broken), REFUSED);
    }
    assert_eq!(sign_in(&browser, &ceremony, &json!("text")).status, 422);
    // The right one, of the same ceremony: what failed used nothing up.
    assert_eq!(sign_in(&browser, &ceremony, &key.signed(&options)).status, 200);
    assert!(events(&app).iter().any(|(event, _)| event == "passkey_refused"));
    // Nobody's key twice.
    let remi = app.remi();
    let (ceremony, options) = add_begun(&remi);
    is_refused(&add(&remi, &ceremony, &key.made(&options), None), REFUSED);
    let mut theirs = Key::ed25519(&options, ORIGIN);
    assert_eq!(add(&remi, &ceremony, &theirs.made(&options), None).status, 201);
    let session = entered(&app, &mut theirs).get("/session").json();
    assert_eq!(session["user"]["email"], "remi@acme.example");
}

#[test]
fn a_key_that_counts_less_than_before_is_refused_and_noted() {
    let app = start();
    let ada = app.ada();
    let (ceremony, options) = add_begun(&ada);
    let mut key = Key::new(&options, ORIGIN);
    key.count = 7;
    assert_eq!(add(&ada, &ceremony, &key.made(&options), None).status, 201);
    assert_eq!(signed_in(&app, &mut key).status, 200);
    key.count -= 1;
    is_refused(&signed_in(&app, &mut key), REFUSED);
    assert!(events(&app).contains(&("passkey_copied".to_owned(), None)), "{:?}", events(&app));
    key.count = 0;
    is_refused(&signed_in(&app, &mut key), REFUSED);
    key.count = 20;
    assert_eq!(signed_in(&app, &mut key).status, 200);
}

#[test]
fn who_came_by_a_passkey_is_let_in_where_a_second_factor_is_required() {
    let app = start();
    let (ada, remi) = (app.ada(), app.remi());
    let rules = ada.at("$sign_in");
    assert_eq!(ada.patch(&rules, &json!({"second_factor": true})).status, 422, "she would lock herself out");
    let (mut key, id) = added(&ada, "Clé");
    assert_eq!(ada.patch(&rules, &json!({"second_factor": true})).status, 200);
    assert_eq!(ada.get(&ada.at("accounts")).status, 200, "the session that added it proved both");
    assert_eq!(remi.get(&remi.at("accounts")).refusal(), (403, "second_factor_needed".to_owned()));
    let by_password = app.ada();
    assert_eq!(by_password.get("/data/acme/accounts").refusal(), (403, "second_factor_needed".to_owned()));
    let by_key = entered(&app, &mut key);
    assert_eq!(by_key.get("/data/acme/accounts").status, 200);
    assert_eq!(by_key.get("/session").json()["environments"][0]["to_settle"], Json::Null);
    // Without the key, the session is one of a password again.
    let removed = ada.post(&format!("/session/passkeys/{id}/remove"), &json!({"password": PASSWORD}));
    assert_eq!(removed.status, 204);
    assert_eq!(ada.get("/data/acme/accounts").refusal(), (403, "second_factor_needed".to_owned()));
    assert_eq!(by_key.get("/data/acme/accounts").status, 401);
}

#[test]
fn a_key_is_added_and_removed_by_its_person_alone_who_proves_it_anew() {
    let app = start();
    let (ada, remi) = (app.ada(), app.remi());
    let (mut key, id) = added(&ada, "Clé");
    let at = format!("/session/passkeys/{id}");
    assert_eq!(remi.patch(&at, &json!({"name": "À moi"})).status, 404);
    assert_eq!(remi.post(&format!("{at}/remove"), &json!({"password": PASSWORD})).status, 404);
    assert_eq!(remi.get("/session/passkeys").json()["value"], json!([]));
    let wrong = ada.post("/session/passkeys/begin", &json!({"password": "not hers at all"}));
    assert_eq!(wrong.refusal(), (422, "validation".to_owned()));
    let token = app.token(platform::Scope::Write, None, None);
    let program = app.stranger().with("authorization", &format!("Bearer {token}"));
    assert_eq!(program.get("/session/passkeys").status, 403);
    assert_eq!(program.post("/session/passkeys/begin", &json!({"password": PASSWORD})).status, 403);
    // With a second factor, a code is asked too: a key passes over it from then on.
    let secret = ada.post("/session/second_factor", &json!({"password": PASSWORD})).json();
    let code = |app: &App| {
        let secret = totp_rs::Secret::try_from_base32(secret["secret"].as_str().unwrap()).unwrap();
        let now = u64::try_from(app.platform.clock().now().as_second()).unwrap();
        totp_rs::Builder::new().with_secret(secret).build().unwrap().generate(now).to_string()
    };
    let confirmed = ada.post("/session/second_factor/confirm", &json!({"code": code(&app)}));
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let asked = ada.post("/session/passkeys/begin", &json!({"password": PASSWORD}));
    assert_eq!(asked.refusal(), (401, "code_needed".to_owned()));
    app.clock.forward(SignedDuration::from_secs(30));
    let given = ada.post("/session/passkeys/begin", &json!({"password": PASSWORD, "code": code(&app)}));
    assert_eq!(given.status, 200, "{}", given.text());
    // And none when one signs in by the key.
    assert_eq!(signed_in(&app, &mut key).status, 200);
}

#[test]
fn a_closed_account_and_a_reset_factor_make_keys_useless_and_guessing_is_slowed_down() {
    let app = start();
    let (ada, remi) = (app.ada(), app.remi());
    let (mut key, _) = added(&remi, "Clé");
    let user = app.user("remi@acme.example");
    let person = |ada: &Client| ada.list("$people").into_iter().find(|one| one["id"] == json!(user)).unwrap();
    assert_eq!(person(&ada)["passkeys"], 1);
    let by_key = entered(&app, &mut key);
    let reset = ada.post(&ada.at(&format!("$people/{user}/reset_factor")), &json!({}));
    assert_eq!((reset.status, &reset.json()["passkeys"]), (200, &json!(0)), "{}", reset.text());
    assert_eq!(by_key.get("/session").status, 401);
    is_refused(&signed_in(&app, &mut key), REFUSED);
    let noted = ada.get(&ada.at(&format!("$sign_ins?person={user}&event=passkey_removed"))).json();
    assert_eq!(noted["value"][0]["by"], "Ada Lenoir", "{noted}");

    let remi = app.remi();
    let (mut key, _) = added(&remi, "Autre");
    app.platform.access_grant(app.user(EMAIL), "platform", &["administrator"]).unwrap();
    let pilot = app.signed_in(EMAIL, "platform");
    let account = pilot.at(&format!("users/{user}"));
    assert_eq!(pilot.patch(&account, &json!({"active": false})).status, 200);
    is_refused(&signed_in(&app, &mut key), REFUSED);
    assert_eq!(pilot.patch(&account, &json!({"active": true})).status, 200);
    assert_eq!(signed_in(&app, &mut key).status, 200);
    let known = app.remi();
    let mut nobodys = Key::new(&add_begun(&ada).1, ORIGIN);
    let slowed = (0..60).map(|_| signed_in(&app, &mut nobodys)).find(|answer| answer.status == 429).unwrap();
    assert!(slowed.header("retry-after").is_some());
    // Not in a browser that its person uses.
    let (browser, ceremony, options) = arrived_in(&known.without("x-csrf-token"));
    assert_eq!(sign_in(&browser, &ceremony, &key.signed(&options)).status, 200);
}

#[test]
fn where_browsers_allow_no_passkeys_nothing_is_begun() {
    let app = App::start();
    let ada = app.ada();
    let unavailable = (409, "passkeys_unavailable".to_owned());
    // A network address is no name.
    assert_eq!(ada.get("/session/passkeys").json()["origin"], Json::Null);
    assert_eq!(ada.post("/session/passkeys/begin", &json!({"password": PASSWORD})).refusal(), unavailable);
    assert_eq!(app.stranger().post("/passkeys/begin", &json!({})).refusal(), unavailable);
    // On this machine, the name that the browser used.
    let local = app.stranger().with("host", "localhost:7700");
    let (_, _, options) = arrived_in(&local);
    assert_eq!(options["rpId"], "localhost");
    // A page elsewhere than at the public address.
    let app = start();
    let page = app.stranger().with("origin", "http://localhost:7700");
    assert_eq!(page.post("/passkeys/begin", &json!({})).refusal(), unavailable);
    let page = app.stranger().with("origin", ORIGIN);
    assert_eq!(page.post("/passkeys/begin", &json!({})).status, 200);
}

#[test]
fn who_comes_by_a_host_of_their_companys_own_has_passkeys_there() {
    const OWN: &str = "http://suivi.acme.localhost";
    let app = start();
    app.own_host("acme", "suivi.acme.localhost");
    let ada = app.ada().with("host", "suivi.acme.localhost").with("origin", OWN);
    assert_eq!(ada.get("/session/passkeys").json(), json!({"value": [], "origin": OWN}));
    let (ceremony, options) = add_begun(&ada);
    assert_eq!(options["rp"]["id"], "suivi.acme.localhost");
    let mut key = Key::new(&options, OWN);
    let answer = add(&ada, &ceremony, &key.made(&options), Some("Chez Acme"));
    assert_eq!((answer.status, &answer.json()["site"]), (201, &json!("suivi.acme.localhost")));

    let there = app.stranger().with("host", "suivi.acme.localhost").with("origin", OWN);
    let (browser, ceremony, options) = arrived_in(&there);
    assert_eq!(options["rpId"], "suivi.acme.localhost");
    let answer = sign_in(&browser, &ceremony, &key.signed(&options));
    assert_eq!(answer.status, 200, "{}", answer.text());
    // Neither does it serve at the public address, nor is any host one of a company's own because it says so.
    let (browser, ceremony, options) = arrived(&app);
    is_refused(&sign_in(&browser, &ceremony, &key.signed(&options)), REFUSED);
    let unavailable = (409, "passkeys_unavailable".to_owned());
    let other =
        app.stranger().with("host", "suivi.globex.localhost").with("origin", "http://suivi.globex.localhost");
    assert_eq!(other.post("/passkeys/begin", &json!({})).refusal(), unavailable);
}
