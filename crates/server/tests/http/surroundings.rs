//! Everything around the data: health, figures, headers, the web application, stopping.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::app::App;

#[test]
fn health_and_figures_are_for_everybody_and_name_nobody() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir"}));
    let health = app.stranger().get("/health");
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    let page = app.stranger().get("/metrics").text();
    let wanted = "tisserand_http_request_duration_seconds_count{method=\"POST\",route=\"/data/{env}/{collection}\",status=\"201\"} 1";
    assert!(page.contains(wanted), "{page}");
    assert!(page.contains("tisserand_environments_open 3\n"), "{page}");
    assert!(page.contains("tisserand_writes_total 1\n"), "{page}");
    for name in ["acme", "Lenoir", "ada@"] {
        assert!(!page.contains(name), "{name} in {page}");
    }
}

#[test]
fn every_answer_carries_its_id_and_the_headers_that_keep_browsers_safe() {
    let app = App::start();
    let ada = app.ada();
    for path in ["/health", "/session", &ada.at("accounts"), &ada.at("nothing"), "/"] {
        let answer = ada.get(path);
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 36), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        // Pages also tell browsers that read no policy; JSON is never shown as one.
        let page = answer.header("content-type").unwrap().starts_with("text/html");
        assert_eq!(answer.header("x-frame-options"), page.then_some("DENY"), "{path}");
        assert_eq!(answer.header("permissions-policy").is_some(), page, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        // Forms run WebAssembly (crate `device`): that much is allowed, and no text becomes script.
        assert_eq!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), page, "{policy}");
        assert_eq!(answer.header("strict-transport-security"), None, "{path}");
    }
    let private = ada.get(&ada.at("accounts"));
    assert!(private.header("cache-control").unwrap().contains("private"));
    let secure = App::start_with(|config| config.secure = true);
    let cookie = secure
        .stranger()
        .post("/session", &json!({"email": "ada@acme.example", "password": crate::app::PASSWORD}));
    assert!(cookie.header("set-cookie").unwrap().contains("; Secure"));
    assert!(cookie.header("strict-transport-security").is_some());
}

#[test]
fn addresses_of_screens_get_the_application_and_missing_files_do_not() {
    let app = App::start();
    let browser = app.stranger().with("accept", "text/html,*/*;q=0.8");
    for path in ["/", "/acme/accounts", "/acme/accounts/new"] {
        let page = browser.get(path);
        // Without a built application a plain page says how to build it.
        assert!(matches!(page.status, 200 | 503), "{path}: {}", page.status);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert!(page.text().contains("tisserand"), "{path}");
    }
    assert_eq!(browser.get("/assets/missing.js").refusal(), (404, "not_found".to_owned()));
    assert_eq!(browser.get("/../Cargo.toml").status, 404);
    assert_eq!(app.stranger().with("accept", "application/json").get("/acme").status, 404);
}

#[test]
fn long_answers_are_compressed_when_the_client_can_read_it() {
    let app = App::start();
    let ada = app.ada();
    let plain = ada.get(&ada.at("$dictionary"));
    assert_eq!(plain.header("content-encoding"), None);
    for (accepted, wanted) in [("gzip", "gzip"), ("br", "br"), ("gzip, br", "br")] {
        let packed = ada.with("accept-encoding", accepted).get(&ada.at("$dictionary"));
        assert_eq!(packed.header("content-encoding"), Some(wanted));
        assert!(packed.bytes.len() * 3 < plain.bytes.len());
    }
    let short = ada.with("accept-encoding", "gzip").get("/health");
    assert_eq!(short.header("content-encoding"), None);
}

#[test]
fn a_request_in_hand_is_finished_and_live_connections_are_closed_when_the_server_stops() {
    let mut app = App::start();
    let ada = app.ada();
    let mut events = ada.follow();
    // A write whose body is still on its way when the server is told to stop.
    let body = json!({"name": "Dernier"}).to_string();
    let (first, second) = body.split_at(5);
    let cookie = &ada.headers[0].1;
    let csrf = &ada.headers[1].1;
    let mut slow = TcpStream::connect(app.address.trim_start_matches("http://")).unwrap();
    write!(
        slow,
        "POST /data/acme/accounts HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nx-csrf-token: {csrf}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // "100 Continue" says that the handler waits for the body.
    let mut answer = [0; 25];
    slow.read_exact(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 100"));
    slow.write_all(first.as_bytes()).unwrap();
    let serving = app.tell_to_stop();
    assert!(events.next_event().is_none());
    slow.write_all(second.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    app.wait(serving);
    let environment = app.platform.environment("acme").unwrap();
    let query = engine::Query { entity: "account".to_owned(), limit: 10, ..engine::Query::default() };
    let page = environment.engine.list(&engine::Caller::system(), &query).unwrap();
    assert_eq!(page.records[0].title, "Dernier");
    assert!(TcpStream::connect(app.address.trim_start_matches("http://")).is_err());
}

#[test]
fn an_idle_environment_is_closed_and_opens_again_when_asked_for() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir"}));
    // The other one was looked into for its profiles.
    assert_eq!(app.platform.open_count(), 3);
    assert_eq!(app.platform.evict_idle(), 0);
    app.clock.forward(jiff::SignedDuration::from_hours(1));
    assert_eq!(app.platform.evict_idle(), 2);
    assert_eq!(app.platform.open_count(), 1);
    assert_eq!(ada.names("accounts"), ["Lenoir"]);
    let _events = ada.follow();
    app.clock.forward(jiff::SignedDuration::from_hours(1));
    assert_eq!(app.platform.evict_idle(), 0, "somebody listens");
}
