//! Letters that carry a link to choose a password by: invitations, forgotten passwords. What is sent, once, and what the link is good for.

use std::fs;

use jiff::SignedDuration;
use platform::EventsWanted;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client};
use crate::mail_server::{MailPeer, Mood, Taken};

const BETTER: &str = "trois chats sur un toit";

/// A platform that sends its letters to a server of the test's.
fn started() -> (App, MailPeer) {
    let peer = MailPeer::start();
    let mail = peer.options();
    (App::start_on(|options| options.mail = Some(mail)), peer)
}

fn invited(by: &Client, email: &str, language: &str) -> Json {
    let new = json!({"name": "Zoé Martin", "email": email, "profiles": ["reader"], "language": language});
    let answer = by.post("/data/acme/$people", &new);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn member(ada: &Client, email: &str) -> Json {
    let people = ada.get("/data/acme/$people").json();
    let found = people["value"].as_array().unwrap().iter().find(|one| one["email"] == email).cloned();
    found.unwrap()
}

fn choose(app: &App, link: &str, password: &str) -> Answer {
    app.stranger().post("/session/link/password", &json!({"link": link, "password": password}))
}

fn signs_in(app: &App, email: &str, password: &str) -> Answer {
    app.stranger().post("/session", &json!({"email": email, "password": password}))
}

fn forgot(app: &App, email: &str) -> Answer {
    app.stranger().post("/session/forgotten", &json!({"email": email}))
}

fn happened(app: &App, email: &str) -> Vec<String> {
    let wanted = EventsWanted { limit: 50, ..Default::default() };
    let (events, _) = app.platform.sign_in_events_of(app.user(email), &wanted).unwrap();
    events.into_iter().map(|event| event.event).collect()
}

#[test]
fn who_is_let_in_gets_a_link_chooses_a_password_once_and_signs_in() {
    let (app, peer) = started();
    let ada = app.ada();
    assert_eq!(ada.get("/data/acme/$people").json()["invites"], true);
    let told = invited(&ada, "zoe@acme.example", "fr");
    assert_eq!(told["password"], Json::Null, "nobody is told a password");
    let letter = peer.next();
    assert_eq!(letter.to, "zoe@acme.example");
    assert!(letter.header("From").contains("nepasrepondre@crm.example"));
    let (text, html) = (letter.text(), letter.html());
    for part in [
        "Bonjour Zoé Martin",
        "Ada Lenoir",
        "Acme Chauffage",
        "30 novembre 2026",
        "https://crm.example/choose-password#",
    ] {
        assert!(text.contains(part) && html.contains(part), "{part} in {text} {html}");
    }
    let link = letter.link();
    assert_eq!(member(&ada, "zoe@acme.example")["invitation"]["error"], Json::Null);
    // Without the link there is no way in, and what is kept is not the link.
    assert_eq!(signs_in(&app, "zoe@acme.example", "").status, 401);
    let shown = app.stranger().post("/session/link", &json!({"link": link}));
    assert_eq!(
        (shown.json()["purpose"].clone(), shown.json()["email"].clone(), shown.json()["environment"].clone()),
        (json!("invitation"), json!("zoe@acme.example"), json!("Acme Chauffage"))
    );
    let weak = choose(&app, &link, "motdepasse");
    assert_eq!(weak.status, 422);
    assert!(weak.json()["fields"]["password"].is_string(), "{}", weak.text());
    assert_eq!(choose(&app, &link, BETTER).status, 204);
    let session = signs_in(&app, "zoe@acme.example", BETTER);
    assert_eq!(session.status, 200);
    assert_eq!(session.json()["to_settle"], Json::Null);
    assert_eq!(session.json()["environments"][0]["name"], "acme");
    // Once.
    assert_eq!(choose(&app, &link, "quatre chats sur un toit").refusal(), (410, "link_over".to_owned()));
    assert_eq!(app.stranger().post("/session/link", &json!({"link": link})).status, 410);
    assert_eq!(member(&ada, "zoe@acme.example")["invitation"], Json::Null);
    let events = happened(&app, "zoe@acme.example");
    assert_eq!(events, ["signed_in", "password_chosen", "wrong_password", "invited"]);
    // Somebody who has a password is not invited: they are let in.
    let grace = json!({"name": "Grace", "email": "grace@globex.example", "profiles": ["reader"]});
    let answer = ada.post("/data/acme/$people", &grace);
    assert_eq!((answer.status, answer.json()["invitation"].clone()), (201, Json::Null));
    assert!(peer.rest().is_empty());
}

#[test]
fn an_invitation_is_good_for_a_week_and_another_one_voids_it() {
    let (app, peer) = started();
    let ada = app.ada();
    let told = invited(&ada, "zoe@acme.example", "en");
    let first = peer.next();
    assert!(
        first.text().contains("Choose a password to enter")
            && first.header("Subject").contains("Your access")
    );
    let again = format!("/data/acme/$people/{}/invite", told["id"].as_str().unwrap());
    assert_eq!(ada.post(&again, &json!({})).status, 422, "one has just been sent");
    app.clock.forward(SignedDuration::from_mins(2));
    assert_eq!(ada.post(&again, &json!({})).status, 200);
    let second = peer.next();
    assert_ne!(first.header("Message-ID"), second.header("Message-ID"));
    assert_eq!(choose(&app, &first.link(), BETTER).status, 410);
    app.clock.forward(SignedDuration::from_hours(24 * 7));
    let ada = app.ada();
    assert_eq!(choose(&app, &second.link(), BETTER).status, 410);
    assert_eq!(member(&ada, "zoe@acme.example")["invitation"]["state"], "expired");
    assert_eq!(ada.post(&again, &json!({})).status, 200);
    assert_eq!(choose(&app, &peer.next().link(), BETTER).status, 204);
    // Others of the environment cannot invite, and nobody invites whom they do not answer for.
    app.clock.forward(SignedDuration::from_mins(2));
    assert_eq!(app.remi().post(&again, &json!({})).status, 403);
    assert_eq!(app.grace().post(&again, &json!({})).status, 404);
    assert_eq!(ada.post(&again, &json!({})).status, 422, "she has a password now");
}

#[test]
fn who_forgot_their_password_chooses_another_and_everything_else_ends() {
    let (app, peer) = started();
    let elsewhere = app.remi();
    let asked = forgot(&app, "REMI@acme.example ");
    assert_eq!(asked.status, 204);
    let letter = peer.next();
    assert_eq!(letter.to, "remi@acme.example");
    assert!(letter.text().contains("23 novembre 2026 à 11:"), "an hour: {}", letter.text());
    assert_eq!(elsewhere.get("/session").status, 200, "asking changes nothing");
    assert_eq!(signs_in(&app, "remi@acme.example", PASSWORD).status, 200);
    assert_eq!(choose(&app, &letter.link(), BETTER).status, 204);
    assert_eq!(elsewhere.get("/session").status, 401);
    assert_eq!(signs_in(&app, "remi@acme.example", PASSWORD).status, 401);
    assert_eq!(signs_in(&app, "remi@acme.example", BETTER).status, 200);
    // They are told.
    let notice = peer.next();
    assert!(notice.text().contains("a été changé") && !notice.text().contains("choose-password#"));
    let events = happened(&app, "remi@acme.example");
    assert!(
        events.contains(&"link_asked".to_owned()) && events.contains(&"password_chosen".to_owned()),
        "{events:?}"
    );
    // For an hour, once; a second factor is still asked afterwards, as always.
    app.clock.forward(SignedDuration::from_mins(2));
    forgot(&app, "remi@acme.example");
    let late = peer.next();
    app.clock.forward(SignedDuration::from_mins(61));
    assert_eq!(choose(&app, &late.link(), BETTER).status, 410);
}

#[test]
fn the_answer_is_the_same_whether_anybody_has_the_address_and_a_place_that_asks_too_often_waits() {
    let (app, peer) = started();
    let (known, unknown) = (forgot(&app, "ada@acme.example"), forgot(&app, "nobody@acme.example"));
    let told = |answer: &Answer| {
        let headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| name != "date" && name != "x-request-id")
            .cloned()
            .collect();
        (answer.status, headers, answer.bytes.clone())
    };
    assert_eq!(told(&known), told(&unknown));
    peer.next();
    // Again at once: a letter is there already, and one's mailbox is not filled.
    for _ in 0..18 {
        assert_eq!(forgot(&app, "ada@acme.example").status, 204);
    }
    forgot(&app, "ada@acme.example");
    let throttled = forgot(&app, "nobody@acme.example");
    assert_eq!(throttled.status, 429);
    assert!(throttled.header("retry-after").is_some());
    assert_eq!(forgot(&app, "ada@acme.example").status, 429, "whoever has it or not");
    // A closed account gets none, nor does it get in by one that it had.
    app.clock.forward(SignedDuration::from_hours(2));
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["administrator"]).unwrap();
    let platform = app.signed_in("grace@globex.example", "platform");
    forgot(&app, "remi@acme.example");
    let letter = peer.next_to("remi@acme.example");
    let user = app.user("remi@acme.example");
    let closed = platform.patch(&format!("/data/platform/users/{user}"), &json!({"active": false}));
    assert_eq!(closed.status, 200, "{}", closed.text());
    assert_eq!(choose(&app, &letter.link(), BETTER).status, 410);
    app.clock.forward(SignedDuration::from_hours(2));
    forgot(&app, "remi@acme.example");
    forgot(&app, "ada@acme.example");
    assert_eq!(peer.next().to, "ada@acme.example");
}

#[test]
fn a_letter_that_is_not_taken_is_tried_again_under_the_same_identity_and_what_fails_is_seen() {
    let (app, peer) = started();
    let ada = app.ada();
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["administrator"]).unwrap();
    let platform = app.signed_in("grace@globex.example", "platform");
    let messages = || platform.get("/data/platform/messages").json()["value"].as_array().unwrap().clone();
    let settled = |wanted: &dyn Fn(&Json) -> bool| {
        // Asked until it shows: the server sends beside us.
        for _ in 0..20_000 {
            if let Some(found) = messages().into_iter().find(|one| wanted(one)) {
                return found;
            }
            std::thread::yield_now();
        }
        panic!("{:?}", messages());
    };
    // Not now.
    peer.be(Mood::Later);
    invited(&ada, "zoe@acme.example", "fr");
    let tried = settled(&|one| one["recipient"] == "zoe@acme.example" && one["error"].is_string());
    assert_eq!((&tried["state"], &tried["attempts"]), (&json!("waiting"), &json!(1)));
    assert!(tried["error"].as_str().unwrap().contains("out of space"), "{tried}");
    assert!(member(&ada, "zoe@acme.example")["invitation"]["error"].is_string(), "administrators see it too");
    // Hung up on in the middle: it may have arrived, so it has the same identity the next time.
    peer.be(Mood::HangsUp);
    app.clock.forward(SignedDuration::from_mins(2));
    app.platform.mail_send().unwrap();
    let first = peer.next();
    settled(&|one| {
        one["recipient"] == "zoe@acme.example" && one["attempts"] == 2 && one["error"].is_string()
    });
    peer.be(Mood::Takes);
    app.clock.forward(SignedDuration::from_mins(5));
    app.platform.mail_send().unwrap();
    let second = peer.next();
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    assert_eq!(first.link(), second.link());
    settled(&|one| {
        one["recipient"] == "zoe@acme.example" && one["state"] == "sent" && one["error"].is_null()
    });
    // Never: there is no such mailbox.
    peer.be(Mood::NoSuchMailbox);
    invited(&ada, "nobody@acme.example", "fr");
    let failed = settled(&|one| one["recipient"] == "nobody@acme.example" && one["state"] == "failed");
    assert!(failed["error"].as_str().unwrap().contains("no such mailbox"), "{failed}");
    assert_eq!(member(&ada, "nobody@acme.example")["invitation"]["state"], "failed");
    assert_eq!(app.platform.mail_troubles().unwrap(), (1, 0));
    // The server lets nobody in: that is no fault of the letter.
    peer.be(Mood::Closed);
    invited(&ada, "leon@acme.example", "fr");
    let waiting = settled(&|one| one["recipient"] == "leon@acme.example" && one["error"].is_string());
    assert_eq!(waiting["state"], "waiting");
    peer.be(Mood::Takes);
    app.clock.forward(SignedDuration::from_mins(5));
    app.platform.mail_send().unwrap();
    assert_eq!(peer.next().to, "leon@acme.example");
    assert!(peer.rest().is_empty());
}

#[test]
fn a_letter_is_sent_once_whoever_looks_for_it_and_one_that_is_too_late_is_not() {
    let (app, peer) = started();
    let ada = app.ada();
    peer.be(Mood::Later);
    for n in 0..5 {
        invited(&ada, &format!("zoe{n}@acme.example"), "fr");
    }
    forgot(&app, "remi@acme.example");
    // All were tried, and wait.
    while app.platform.mail_troubles().unwrap() != (0, 6) {
        std::thread::yield_now();
    }
    peer.be(Mood::Takes);
    app.clock.forward(SignedDuration::from_hours(3));
    // Several servers, beside the one that runs.
    let platform = &app.platform;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| platform.mail_send().unwrap());
        }
    });
    let mut to: Vec<String> = (0..5).map(|_| peer.next().to).collect();
    to.sort();
    assert_eq!(to, (0..5).map(|n| format!("zoe{n}@acme.example")).collect::<Vec<_>>());
    app.clock.forward(SignedDuration::from_hours(24 * 8));
    app.platform.mail_send().unwrap();
    let rest: Vec<Taken> = peer.rest();
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn neither_a_link_nor_what_a_letter_says_lies_in_the_files() {
    let (mut app, peer) = started();
    let ada = app.ada();
    invited(&ada, "zoe@acme.example", "fr");
    let link = peer.next().link();
    peer.be(Mood::Later);
    app.clock.forward(SignedDuration::from_mins(2));
    forgot(&app, "remi@acme.example");
    app.stop();
    let mut folders = vec![app.folder.path().join("data")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(link.len()).any(|w| w == link.as_bytes()), "{}", path.display());
        }
    }
}

#[test]
fn without_a_mail_server_passwords_are_told_as_before_and_nobody_is_promised_a_letter() {
    let app = App::start();
    let ada = app.ada();
    assert_eq!(ada.get("/data/acme/$people").json()["invites"], false);
    assert!(invited(&ada, "zoe@acme.example", "fr")["password"].is_string());
    assert_eq!(forgot(&app, "ada@acme.example").refusal(), (409, "conflict".to_owned()));
}
