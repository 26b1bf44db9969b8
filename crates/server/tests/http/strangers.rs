//! Who has no business here.

use serde_json::json;
use server::ROUTES;

use crate::app::App;
use crate::client::filled;

#[test]
fn nobody_unauthenticated_gets_in_anywhere() {
    let app = App::start();
    app.ada().create("accounts", json!({"name": "Lenoir"}));
    let stranger = app.stranger();
    let mut walked = 0;
    for route in ROUTES.iter().filter(|route| !route.open) {
        for environment in ["acme", "platform", "nowhere"] {
            let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
            let answer = stranger.send(route.method, &filled(route.path, environment), body, b"{}");
            assert_eq!(answer.refusal(), (401, "sign_in_needed".to_owned()), "{route:?} in {environment}");
            walked += 1;
        }
    }
    assert!(walked > 50, "{walked}");
    assert_eq!(app.ada().names("accounts"), ["Lenoir"]);
}

#[test]
fn the_environment_of_another_client_cannot_be_told_from_one_that_does_not_exist() {
    let app = App::start();
    app.grace().create("accounts", json!({"name": "Secret"}));
    let ada = app.ada();
    for route in ROUTES.iter().filter(|route| route.path.contains("{env}")) {
        let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
        let ask = |environment: &str| {
            let answer = ada.send(route.method, &filled(route.path, environment), body, b"{}");
            let mut problem = answer.json();
            problem["request_id"] = json!(null);
            (answer.status, problem)
        };
        let (status, problem) = ask("globex");
        assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "{route:?}");
        assert_eq!(ask("nowhere"), (status, problem), "{route:?}");
        assert_eq!(ask("platform").0, 404, "{route:?}");
    }
}

#[test]
fn an_access_taken_away_is_gone_at_once() {
    let app = App::start();
    let ada = app.ada();
    assert_eq!(ada.get(&ada.at("accounts")).status, 200);
    app.platform.access_revoke(app.user("ada@acme.example"), "acme").unwrap();
    assert_eq!(ada.get(&ada.at("accounts")).status, 404);
    assert_eq!(ada.get("/session").json()["environments"], json!([]));
    app.platform.access_grant(app.user("ada@acme.example"), "acme", &["reader"]).unwrap();
    assert_eq!(ada.get(&ada.at("accounts")).status, 200);
    assert_eq!(ada.post(&ada.at("accounts"), &json!({"name": "x"})).status, 403);
}

#[test]
fn addresses_that_name_nothing_tell_strangers_nothing() {
    let app = App::start();
    for path in ["/data/acme/accounts/x/y/z", "/data/acme/$nothing", "/data/acme/nothing", "/data/", "/data"]
    {
        let answer = app.stranger().with("accept", "application/json").get(path);
        assert!(matches!(answer.status, 401 | 404), "{path}: {}", answer.status);
    }
    let ada = app.ada();
    assert_eq!(ada.get(&ada.at("accounts/x")).refusal(), (404, "not_found".to_owned()));
    assert_eq!(ada.get(&ada.at("acounts")).json()["near"], "accounts");
    assert_eq!(ada.get(&ada.at("dictionary_sources")).status, 404);
    assert_eq!(ada.send("PUT", &ada.at("accounts"), Some("application/json"), b"{}").status, 405);
}

/// Addresses that answer whoever may enter: what they tell is their own, or is bounded by what they hold.
const EVERYBODYS: &[&str] = &[
    "service_show",
    "dictionary_show",
    "metadata_show",
    "openapi_show",
    "status_show",
    "search",
    "batch",
    "events_follow",
    "list_show",
    "rights_show",
    "session_show",
    "session_change",
    "view_as_show",
];

#[test]
fn who_holds_a_profile_that_gives_nothing_reaches_no_record_by_any_address() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir"}));
    let nothing = json!({"label": {"fr": "Rien", "en": "Nothing"}});
    assert_eq!(ada.put(&ada.at("$profiles/nothing"), &nothing).status, 201);
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["nothing"]).unwrap();
    let remi = app.remi();
    let mut walked = 0;
    for route in
        ROUTES.iter().filter(|route| route.path.contains("{env}") && !EVERYBODYS.contains(&route.name))
    {
        let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
        let answer = remi.send(route.method, &filled(route.path, "acme"), body, b"{}");
        let own = ["$views", "$preferences", "$favourites", "$notifications", "$profiles"];
        let is_own = own.iter().any(|part| route.path.contains(part));
        assert!(answer.status < 500, "{route:?}: {}", answer.text());
        assert!(is_own || answer.status >= 400, "{route:?}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("Lenoir"), "{route:?}: {}", answer.text());
        walked += 1;
    }
    assert!(walked > 40, "{walked}");
    for path in ["$search?q=Lenoir", "$dictionary", "$metadata?$format=json", "openapi.json", ""] {
        let answer = remi.get(&remi.at(path));
        assert!(answer.status == 200 && !answer.text().contains("Lenoir"), "{path}");
        assert!(!answer.text().contains("\"accounts\""), "{path}: {}", answer.text());
    }
}
