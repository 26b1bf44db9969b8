//! A disk without room, a query that lasts, clients that dawdle.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use engine::{Caller, Draft};
use platform::Scope;
use serde_json::json;

use crate::app::App;
use crate::client::encoded;

fn connect(app: &App) -> TcpStream {
    TcpStream::connect(app.address.trim_start_matches("http://")).unwrap()
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let app = App::start_within(Some(3 << 20), |_| {});
    let ada = app.ada();
    let account = json!({"name": "Roux", "notes": "mot ".repeat(5_000)});
    let mut written = 0;
    let refused = loop {
        let answer = ada.post(&ada.at("accounts"), &account);
        if answer.status != 201 {
            break answer;
        }
        written += 1;
    };
    assert_eq!(refused.refusal(), (507, "storage_full".to_owned()));
    let said = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("disque") && said.contains("rien n'est perdu"), "{said}");
    assert!(written > 3);
    // Reading goes on, and each account that was acknowledged is there, whole.
    assert_eq!(ada.get(&ada.at("accounts/$count")).text(), written.to_string());
    let found = ada.list("accounts?$select=notes,code&$top=1000");
    assert!(
        found.iter().all(|one| one["notes"].as_str().unwrap().len() >= 19_999 && one["code"].is_string())
    );
    let status = ada.get(&ada.at("$status")).json();
    let entries = app.platform.environment("acme").unwrap().engine.head().unwrap().position;
    assert_eq!(status["position"], entries);
}

#[test]
fn a_query_that_takes_too_long_is_given_up_and_the_next_one_is_answered() {
    let app = App::start_with(|config| config.query_timeout_ms = 1);
    let ada = app.ada();
    let engine = &app.platform.environment("acme").unwrap().engine;
    engine
        .transact(&Caller::system(), |unit| {
            for n in 0..60_i64 {
                let draft = Draft::default()
                    .with("name", format!("Tiers {n}").as_str())
                    .with("notes", "Été comme hiver. ".repeat(2_900).as_str());
                unit.create("account", None, draft.with("employees", dictionary::Value::Integer(n)))?;
            }
            Ok(())
        })
        .unwrap();
    // Each row costs the folding of 13 MB of text, a second or so for all of them: a thousand times what is allowed.
    let text = (0..5).fold("notes".to_owned(), |text, _| format!("concat({text},{text})"));
    let nowhere: Vec<String> = (0..8).map(|n| format!("contains({text}, 'nulle part {n}')")).collect();
    let asked = format!("accounts?$filter={}", encoded(&nowhere.join(" or ")));
    assert_eq!(ada.get(&ada.at(&asked)).refusal(), (503, "timeout".to_owned()));
    let one = ada.at("accounts(code='T000001')");
    assert_eq!(ada.get(&one).json()["name"], "Tiers 0");
}

#[test]
fn a_write_keeps_its_turn_until_it_ends_even_when_its_client_goes_away() {
    let app = App::start_with(|config| {
        config.calls_at_once = 1;
        config.calls_waiting = 0;
    });
    let ada = app.ada();
    ada.list("accounts");
    // A unit of work that lasts holds up every other writer of the environment.
    let engine = app.platform.environment("acme").unwrap().engine.clone();
    let (began, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let lasting = thread::spawn(move || {
        engine.transact(&Caller::system(), move |_| {
            began.send(()).unwrap();
            ended.recv().unwrap();
            Ok(())
        })
    });
    begun.recv().unwrap();
    let mut leaving = connect(&app);
    let (token, body) = (app.token(Scope::Write, None, None), r#"{"name": "Parti"}"#);
    write!(
        leaving,
        "POST /data/acme/accounts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let running = || app.stranger().get("/metrics").text().contains("\ntisserand_calls_running 1\n");
    while !running() {}
    drop(leaving);
    // Enough for the server to see that it has gone.
    (0..20).for_each(|_| assert!(running()));
    assert_eq!(ada.post(&ada.at("accounts"), &json!({"name": "Autre"})).refusal().0, 429);
    end.send(()).unwrap();
    lasting.join().unwrap().unwrap();
    while running() {}
    assert_eq!(ada.post(&ada.at("accounts"), &json!({"name": "Autre"})).status, 201);
    let names: Vec<String> =
        ada.list("accounts?$orderby=name").iter().map(|one| one["name"].as_str().unwrap().into()).collect();
    assert_eq!(names, ["Autre", "Parti"], "the one who left has written");
}

#[test]
fn a_client_that_drips_the_head_of_a_request_is_hung_up_on() {
    let app = App::start_with(|config| config.headers_timeout = Duration::from_millis(50));
    let mut dripping = connect(&app);
    dripping.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx-drip: ").unwrap();
    // Reads until the server closes: without a limit this would never end.
    let mut said = Vec::new();
    let closed = dripping.read_to_end(&mut said);
    assert!(closed.is_ok() || said.is_empty(), "{said:?}");
    assert!(!said.starts_with(b"HTTP/1.1 200"), "{said:?}");
    assert_eq!(app.stranger().get("/health").status, 200);
}

#[test]
fn a_client_that_stalls_in_the_middle_of_a_body_is_told_and_hung_up_on() {
    let app = App::start_with(|config| config.body_timeout = Duration::from_millis(50));
    let ada = app.ada();
    let (cookie, csrf) = (&ada.headers[0].1, &ada.headers[1].1);
    for (path, media_type) in [("accounts", "application/json"), ("$files", "image/png")] {
        let mut stalled = connect(&app);
        write!(
            stalled,
            "POST /data/acme/{path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nx-csrf-token: {csrf}\r\n\
             content-type: {media_type}\r\ncontent-length: 100\r\n\r\n{{\"name\""
        )
        .unwrap();
        let mut said = String::new();
        stalled.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 503"), "{path}: {said}");
        assert!(said.contains("\"code\":\"timeout\""), "{path}: {said}");
    }
    assert!(ada.list("accounts").is_empty());
}

/// Two batches of almost the largest size that never end: what they hold is bounded for their environment, and taken from nobody else.
#[test]
fn bodies_that_never_end_take_room_from_their_own_environment_alone_and_give_it_back() {
    let app = App::start();
    let (ada, grace) = (app.ada(), app.grace());
    let token = app.token(Scope::Write, None, None);
    let held: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = connect(&app);
            let length = 32 << 20;
            let head = format!(
                "POST /data/acme/$batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            let piece = vec![b' '; 1 << 20];
            (0..31).for_each(|_| stream.write_all(&piece).unwrap());
            stream
        })
        .collect();
    let large = json!({"name": "Roux", "notes": "x".repeat(3_900_000)});
    let (theirs, ours) = (grace.at("accounts"), ada.at("accounts"));
    // Once all of it arrived there is no room for a large one of theirs.
    while ada.post(&ours, &large).refusal() != (429, "too_many".to_owned()) {}
    assert_eq!(grace.post(&theirs, &large).status, 422, "too long a text, and read to its end");
    assert_eq!(
        ada.post(&ours, &json!({"name": "Roux"})).status,
        201,
        "what people usually send is not counted"
    );
    drop(held);
    while ada.post(&ours, &large).status == 429 {}
    assert_eq!(ada.post(&ours, &large).status, 422);
}
