//! Bytes that no client would send: each is answered or hung up on, and the server goes on.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

use crate::app::App;

/// What requests are made of, and what surprises readers of them.
const PIECES: &[&[u8]] = &[
    b"GET ",
    b"POST ",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"/health",
    b"/data/acme/accounts",
    b"/data/acme/$batch",
    b"?$filter=name eq 'a'",
    b"?%00%ff%",
    b" HTTP/1.1\r\n",
    b" HTTP/1.0\r\n",
    b" HTTP/9.9\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"Host: a\r\n",
    b"Host: \xff\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Content-Type: application/json\r\n",
    b"Connection: close\r\n",
    b"Connection: upgrade\r\nUpgrade: websocket\r\n",
    b"Expect: 100-continue\r\n",
    b"Authorization: Basic !!!\r\n",
    b"Cookie: tisserand_session=\x01\r\n",
    b"X: ",
    b" folded\r\n",
    b":",
    b"5\r\nhello\r\n",
    b"ffffffffffffffff\r\n",
    b"0\r\n\r\n",
    b"{}",
    b"\0",
    b"\xff\xfe",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

/// Good requests, for others to be made of.
const GOOD: &[&[u8]] = &[
    b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"POST /session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let made = prop::collection::vec(prop::sample::select(PIECES), 0..30).prop_map(|pieces| pieces.concat());
    let cuts =
        prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize, prop::sample::select(PIECES)), 1..4);
    let damaged = (prop::sample::select(GOOD), cuts).prop_map(|(good, cuts)| {
        let mut bytes = good.to_vec();
        for (at, length, piece) in cuts {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece.iter().copied());
        }
        bytes
    });
    let cut = (prop::sample::select(GOOD), any::<prop::sample::Index>())
        .prop_map(|(good, at)| good[..at.index(good.len())].to_vec());
    prop_oneof![3 => made, 4 => damaged, 2 => cut, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

/// What the server says to these bytes before it hangs up; the sender says nothing more.
fn said(app: &App, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(app.address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = Vec::new();
    // Who is refused early may not get to send everything, nor to read the answer to its end.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return answer,
            Ok(length) => answer.extend_from_slice(&piece[..length]),
            Err(error) => {
                let hung =
                    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                assert!(!hung, "neither answered nor hung up: {:?}", String::from_utf8_lossy(bytes));
                return answer;
            }
        }
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = String::from_utf8_lossy(answer.get(..12)?).into_owned();
    line.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok()
}

fn cases(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    // The usual number is for what costs microseconds; `PROPTEST_CASES` asks for more.
    let cases = if config.cases == 256 { cases } else { config.cases };
    TestRunner::new(Config { cases, ..config })
}

#[test]
fn bytes_of_anything_are_answered_or_hung_up_on() {
    let app = App::start();
    let ran = cases(200).run(&bytes(), |bytes| {
        let answer = said(&app, &bytes);
        if !answer.is_empty() {
            let status = status(&answer);
            // Pages of an application that was not built are told to be missing so.
            let no_page = status == Some(503) && !server::has_web_app();
            let good = no_page || status.is_some_and(|status| status < 500);
            prop_assert!(good, "{:?}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    });
    ran.unwrap();
    assert_eq!(app.stranger().get("/health").status, 200);
    assert_eq!(app.ada().names("accounts"), [""; 0]);
}

#[test]
fn heads_without_end_are_refused() {
    let app = App::start();
    let began = Instant::now();
    for (what, head) in [
        ("address", format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(2_000_000))),
        ("header", format!("GET /health HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(2_000_000))),
        ("headers", format!("GET /health HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200_000))),
        (
            "chunks",
            format!(
                "POST /session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                "f".repeat(2_000_000)
            ),
        ),
        (
            "chunk extension",
            format!(
                "POST /session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;{}",
                "x".repeat(2_000_000)
            ),
        ),
    ] {
        let answer = said(&app, head.as_bytes());
        let refused = answer.is_empty() || status(&answer).is_some_and(|status| (400..500).contains(&status));
        assert!(refused, "{what}: {:?}", String::from_utf8_lossy(&answer));
    }
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(app.stranger().get("/health").status, 200);
}

/// A request of a batch, or something that is none.
fn request() -> impl Strategy<Value = Json> {
    let id = prop::sample::select(vec!["1", "2", "g", "", "$1", "é"]);
    let method = prop::sample::select(vec!["GET", "POST", "PATCH", "PUT", "DELETE", "get", "TRACE", ""]);
    let url = prop::sample::select(vec![
        "accounts",
        "$1",
        "$2/name",
        "$g",
        "$",
        "/data/acme/accounts",
        "/data/globex/accounts",
        "http://x/y",
        "accounts(code='T000001')",
        "accounts?$top=1",
        "$batch",
        "$files",
        "$metadata",
        "../session",
        "%ff",
        "",
        "accounts/$count",
        "quotes",
        "openapi.json",
    ]);
    let body = prop::sample::select(vec![
        json!({"name": "a"}),
        json!({"name": 1}),
        json!({"owner_id": "$1"}),
        json!([]),
        json!("$1"),
        Json::Null,
        json!({"subject": "s", "account_id": "$1"}),
        json!({"name": "a", "owner@odata.bind": "$2"}),
    ]);
    let group = prop::option::of(prop::sample::select(vec!["g", "h", "1", ""]));
    let depends =
        prop::option::of(prop::collection::vec(prop::sample::select(vec!["1", "2", "g", "zz"]), 0..3));
    let condition =
        prop::option::of(prop::sample::select(vec!["$1/name eq 'a'", "$2", "((((", "$1 ne null", ""]));
    let made = (id, method, url, body, group, depends, condition).prop_map(
        |(id, method, url, body, group, depends, condition)| {
            let mut request = json!({"id": id, "method": method, "url": url, "body": body});
            if let Some(group) = group {
                request["atomicityGroup"] = json!(group);
            }
            if let Some(depends) = depends {
                request["dependsOn"] = json!(depends);
            }
            if let Some(condition) = condition {
                request["if"] = json!(condition);
            }
            request
        },
    );
    let odd = prop::sample::select(vec![
        Json::Null,
        json!({}),
        json!([]),
        json!({"id": {}, "method": [], "url": 1}),
        json!({"id": "1", "method": "POST", "url": "accounts", "headers": {"content-type": "\r\n"}, "body": {}}),
        json!({"id": "1", "method": "GET", "url": "accounts", "headers": {"\u{0}": "x"}}),
    ]);
    prop_oneof![6 => made, 1 => odd]
}

#[test]
fn batches_of_anything_are_answered_request_by_request_or_refused() {
    let app = App::start();
    let ada = app.ada().with("prefer", "continue-on-error");
    let batches = prop::collection::vec(request(), 0..8);
    let ran = cases(120).run(&batches, |requests| {
        let count = requests.len();
        let answer = ada.post(&ada.at("$batch"), &json!({"requests": requests}));
        prop_assert!(answer.status < 500, "{}", answer.text());
        if answer.status == 200 {
            let responses = answer.json()["responses"].as_array().cloned().unwrap_or_default();
            prop_assert_eq!(responses.len(), count);
            for response in responses {
                let status = response["status"].as_u64().unwrap_or(999);
                prop_assert!((200..500).contains(&status), "{}", response);
            }
        }
        Ok(())
    });
    ran.unwrap();
    // What is damaged in its letters is refused too.
    let whole = json!({"requests": [{"id": "1", "method": "GET", "url": "accounts"}]}).to_string();
    for end in 0..whole.len() {
        let answer = ada.send("POST", &ada.at("$batch"), Some("application/json"), &whole.as_bytes()[..end]);
        assert_eq!(answer.status, 400, "{end}");
    }
}
