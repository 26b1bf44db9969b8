//! GlobalDirectory: what operators and integrators do in the reserved environment, and what they do not see there.

use dictionary::{Language, RecordId};
use engine::{Caller, Draft};
use platform::NewUser;
use platform::password_change::Reset;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::client::{Client, picture};

/// An integrator with somebody who works there.
fn integrator(app: &App, name: &'static str, email: &str) -> (RecordId, Client) {
    let user = app
        .platform
        .user_create(NewUser {
            name: format!("Quelqu'un de {name}"),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::Fr,
        })
        .unwrap();
    let root = app.platform.environment("platform").unwrap();
    let organisation = root.engine.transact(&Caller::system(), move |unit| {
        let draft = Draft::default().with("name", name).with("kind", "integrator");
        let organisation = unit.create("organisation", None, draft)?;
        unit.update("user", user.id, None, Draft::default().with("organisation", organisation))?;
        Ok(organisation)
    });
    app.platform.access_grant(user.id, "platform", &["integrator"]).unwrap();
    (organisation.unwrap().value, app.signed_in(email, "platform"))
}

/// Asks for an operation and waits until it ended: its state and what it says.
fn done(client: &Client, asked: Json) -> (String, String) {
    let mut live = client.follow();
    let operation = client.create("operations", asked);
    let path = client.at(&format!("operations/{}", operation["id"].as_str().unwrap()));
    loop {
        let now = client.get(&path).json();
        let state = now["state"].as_str().unwrap().to_owned();
        if !matches!(state.as_str(), "waiting" | "running") {
            return (state, now["message"].as_str().unwrap_or_default().to_owned());
        }
        live.next_event().unwrap();
    }
}

fn client_of(ivo: &Client, integrator: RecordId, name: &str) -> (String, String) {
    let id = |record: Json| record["id"].as_str().unwrap().to_owned();
    let client =
        id(ivo.create("organisations", json!({"name": name, "integrator_id": integrator.to_string()})));
    let project =
        id(ivo.create("projects", json!({"name": "Suivi", "client_id": client, "modules": ["geography"]})));
    (client, project)
}

fn creation(project: &str, name: &str) -> Json {
    json!({
        "kind": "create", "project_id": project, "name": name, "label": name, "usage": "production",
        "person_name": "Paul Weber", "person_email": "paul@weber.example",
    })
}

#[test]
fn an_integrator_sets_up_a_client_and_the_eleventh_user_is_refused_with_the_reason() {
    let app = App::start();
    let (atelier, ivo) = integrator(&app, "Atelier", "ivo@atelier.example");
    let (client, project) = client_of(&ivo, atelier, "Weber");
    ivo.create(
        "subscriptions",
        json!({
            "client_id": client, "starts_on": "2026-01-01", "modules": ["geography"],
            "quotas": [{"resource": "named_users", "amount": 10}],
        }),
    );
    let (state, message) = done(&ivo, creation(&project, "weber"));
    assert_eq!(state, "done", "{message}");
    let mut test = creation(&project, "weber-test");
    test["usage"] = json!("test");
    assert_eq!(done(&ivo, test).0, "done");
    let environments = ivo.list("environments?$orderby=name");
    let named: Vec<_> = environments.iter().map(|e| (e["name"].clone(), e["kind"].clone())).collect();
    assert_eq!(named, [(json!("weber"), json!("production")), (json!("weber-test"), json!("test"))]);
    let give = |number: usize| {
        json!({
            "kind": "give_access", "environment_id": environments[0]["id"], "profiles": "reader",
            "person_name": format!("P{number}"), "person_email": format!("p{number}@weber.example"),
        })
    };
    for number in 2..=10 {
        assert_eq!(done(&ivo, give(number)).0, "done");
    }
    let (state, message) = done(&ivo, give(11));
    assert_eq!(state, "refused");
    assert!(message.contains("L'abonnement de « Weber » comprend 10 utilisateur(s) nommé(s)"), "{message}");
    // The client's own administrator is told the same.
    let paul = app.user("paul@weber.example");
    let reset = Reset { password: PASSWORD, given: false, by: None };
    app.platform.user_reset("paul@weber.example", reset).unwrap();
    let paul_there = app.signed_in("paul@weber.example", "weber");
    let body = json!({"name": "P11", "email": "p11@weber.example", "language": "fr", "profiles": ["reader"]});
    let answer = paul_there.post(&paul_there.at("$people"), &body);
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.json()["detail"].as_str().unwrap().contains("10 utilisateur(s)"), "{}", answer.text());
    assert!(app.platform.members("weber").unwrap().iter().any(|member| member.user.id == paul));
    // The integrator keeps the directory, and enters none of the environments.
    assert_eq!(ivo.get("/data/weber/communes").status, 404);
}

#[test]
fn an_integrator_sees_and_touches_nothing_of_another() {
    let app = App::start();
    let (atelier, ivo) = integrator(&app, "Atelier", "ivo@atelier.example");
    let (fabrique, zoe) = integrator(&app, "Fabrique", "zoe@fabrique.example");
    let (client, project) = client_of(&ivo, atelier, "Weber");
    assert_eq!(done(&ivo, creation(&project, "weber")).0, "done");
    let environment = ivo.list("environments")[0]["id"].as_str().unwrap().to_owned();
    for collection in ["projects", "subscriptions", "environments", "operations", "accesses", "contacts"] {
        assert_eq!(zoe.list(collection), Vec::<Json>::new(), "{collection}");
    }
    assert_eq!(zoe.names("organisations"), ["Fabrique"]);
    assert_eq!(zoe.names("users"), ["Quelqu'un de Fabrique"]);
    for (path, change) in [
        (format!("organisations/{client}"), json!({"name": "x"})),
        (format!("projects/{project}"), json!({"name": "x"})),
        (format!("environments/{environment}"), json!({"label": "x"})),
    ] {
        assert_eq!(zoe.get(&zoe.at(&path)).status, 404, "{path}");
        assert_eq!(zoe.patch(&zoe.at(&path), &change).status, 404, "{path}");
    }
    let refused = |collection: &str, body: Json| {
        let answer = zoe.post(&zoe.at(collection), &body);
        assert!(matches!(answer.status, 403 | 422), "{collection}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("Weber"), "{}", answer.text());
    };
    refused("projects", json!({"name": "Vol", "client_id": client, "modules": ["geography"]}));
    refused("organisations", json!({"name": "Faux", "integrator_id": atelier.to_string()}));
    refused(
        "organisations",
        json!({"name": "Faux", "kind": "operator", "integrator_id": fabrique.to_string()}),
    );
    refused("subscriptions", json!({"client_id": client}));
    refused("operations", creation(&project, "vol"));
    for kind in ["close", "delete", "read_only"] {
        refused("operations", json!({"kind": kind, "environment_id": environment}));
    }
    let access = json!({
        "kind": "give_access", "environment_id": environment, "profiles": "administrator",
        "person_name": "Zoé", "person_email": "zoe@fabrique.example",
    });
    refused("operations", access);
    assert!(app.platform.environment_info("weber").unwrap().active);
    assert_eq!(app.platform.members("weber").unwrap().len(), 1);
    // Nor can somebody make one of their own clients another's, or take one over.
    let (own, _) = client_of(&zoe, fabrique, "Klein");
    let moved =
        zoe.patch(&zoe.at(&format!("organisations/{own}")), &json!({"integrator_id": atelier.to_string()}));
    assert!(matches!(moved.status, 403 | 422), "{}", moved.text());
}

#[test]
fn what_the_platform_does_itself_nobody_does_by_hand() {
    let app = App::start();
    app.platform.access_grant(app.user("ada@acme.example"), "platform", &["administrator"]).unwrap();
    let pilot = app.signed_in("ada@acme.example", "platform");
    let environment = pilot.list("environments?$filter=name eq 'acme'")[0]["id"].as_str().unwrap().to_owned();
    for (collection, body) in [
        ("environments", json!({"name": "forged", "label": "Forgé"})),
        (
            "accesses",
            json!({"environment_id": environment, "user_id": app.user("grace@globex.example").to_string()}),
        ),
        ("sessions", json!({})),
        ("tokens", json!({"name": "forged"})),
    ] {
        let answer = pilot.post(&pilot.at(collection), &body);
        assert_eq!(answer.refusal(), (403, "forbidden".to_owned()), "{collection}: {}", answer.text());
    }
    assert_eq!(pilot.delete(&pilot.at(&format!("environments/{environment}"))).status, 403);
    let closed = pilot.patch(&pilot.at(&format!("environments/{environment}")), &json!({"active": false}));
    assert_eq!(closed.status, 422, "{}", closed.text());
    let renamed =
        pilot.patch(&pilot.at(&format!("environments/{environment}")), &json!({"label": "Acme SA"}));
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    let why = pilot.get(&pilot.at("$why?collection=environments&capability=create")).text();
    assert!(why.contains("personne ne peut le faire à la main"), "{why}");
}

#[test]
fn a_closed_environment_lets_nobody_in_and_a_read_only_one_nobody_write() {
    let app = App::start();
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["operator"]).unwrap();
    let operator = app.signed_in("grace@globex.example", "platform");
    let environment = operator.list("environments?$filter=name eq 'acme'")[0]["id"].clone();
    let ask = |kind: &str| done(&operator, json!({"kind": kind, "environment_id": environment}));
    let ada = app.ada();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let path = ada.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    assert_eq!(ask("read_only").0, "done");
    assert_eq!(ada.get(&path).status, 200);
    assert_eq!(ada.patch(&path, &json!({"name": "x"})).status, 403);
    assert_eq!(ada.delete(&path).status, 403);
    assert_eq!(ask("close").0, "done");
    assert_eq!(ada.get(&path).status, 404);
    assert_eq!(ask("open").0, "done");
    assert_eq!(ada.patch(&path, &json!({"name": "Lenoir & fils"})).status, 200);
}

#[test]
fn an_old_address_leads_to_the_new_one_for_those_who_may_enter_and_says_nothing_to_others() {
    let app = App::start();
    let ada = app.signed_in("ada@acme.example", "acme");
    let grace = app.signed_in("grace@globex.example", "globex");
    let acme = app.platform.environment_info("acme").unwrap().id;
    let asked = platform::Asked {
        environment: Some(acme),
        name: Some("acme-chauffage".to_owned()),
        ..platform::Asked::of(platform::OperationKind::Rename)
    };
    let id = app.platform.operation_ask(asked).unwrap();
    app.platform.operations_run().unwrap();
    assert_eq!(app.platform.operation(id).unwrap().state, platform::OperationState::Done);
    let answer = ada.get("/data/acme/accounts?$top=1&$select=id");
    assert_eq!((answer.status, answer.code().as_str()), (308, "moved"), "{}", answer.text());
    assert_eq!(answer.header("location"), Some("/data/acme-chauffage/accounts?$top=1&$select=id"));
    assert!(answer.json()["detail"].as_str().unwrap().contains("acme-chauffage"), "{}", answer.text());
    assert_eq!(ada.post("/data/acme/$batch", &json!({"requests": []})).status, 308);
    assert_eq!(ada.get("/events/acme").header("location"), Some("/events/acme-chauffage"));
    assert_eq!(ada.get("/data/acme-chauffage/accounts?$top=1").status, 200);
    let environments = ada.get("/session").json()["environments"].clone();
    assert_eq!(environments[0]["name"], "acme-chauffage");
    assert_eq!(environments[0]["former"], json!(["acme"]));
    let refused = grace.get("/data/acme/accounts");
    assert_eq!(refused.refusal(), grace.get("/data/nothing/accounts").refusal());
    assert_eq!(refused.header("location"), None);
    app.clock.forward(jiff::SignedDuration::from_hours(24 * 91));
    let ada = app.signed_in("ada@acme.example", "acme-chauffage");
    assert_eq!(ada.get("/data/acme/accounts").status, 404);
}

#[test]
fn while_an_environment_moves_it_is_read_and_who_writes_is_told_when_to_come_back() {
    let app = App::start();
    let ada = app.signed_in("ada@acme.example", "acme");
    let account = ada.create("accounts", json!({"name": "Before"}));
    let open = app.platform.environment("acme").unwrap();
    open.engine.hold(true).unwrap();
    let at = ada.at(&format!("accounts/{}", account["id"].as_str().unwrap()));
    for refused in [
        ada.patch(&at, &json!({"name": "Meanwhile"})),
        ada.post(&ada.at("accounts"), &json!({"name": "Meanwhile"})),
        ada.delete(&at),
    ] {
        assert_eq!(refused.refusal(), (503, "moving".to_owned()), "{}", refused.text());
        assert_eq!(refused.header("retry-after"), Some("3"));
        assert!(
            refused.json()["detail"].as_str().unwrap().contains("Rien n'est perdu"),
            "{}",
            refused.text()
        );
    }
    assert_eq!(ada.get(&at).json()["name"], "Before");
    open.engine.hold(false).unwrap();
    assert_eq!(ada.patch(&at, &json!({"name": "After"})).status, 200);
}

#[test]
fn an_operator_keeps_the_host_names_of_environments_and_nobody_else_sees_them() {
    let app = App::start();
    let (_, ivo) = integrator(&app, "Atelier", "ivo@atelier.example");
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["operator"]).unwrap();
    let grace = app.signed_in("grace@globex.example", "platform");
    let id_of = |name: &str| app.platform.environment_info(name).unwrap().id.to_string();
    let host = |host: &str, of: &str| json!({"host": host, "environment_id": id_of(of)});
    let kept = grace.create("environment_hosts", host("suivi.acme.example", "acme"));
    for wrong in
        ["*.acme.example", "Suivi.acme.example", "suivi", "10.0.0.1", "https://suivi.acme.example", "a..b"]
    {
        let answer = grace.post(&grace.at("environment_hosts"), &host(wrong, "acme"));
        assert_eq!(answer.refusal(), (422, "validation".to_owned()), "{wrong}");
    }
    let twice = grace.post(&grace.at("environment_hosts"), &host("suivi.acme.example", "globex"));
    assert_eq!(twice.refusal(), (422, "duplicate".to_owned()), "{twice:?}");
    assert_eq!(ivo.get(&ivo.at("environment_hosts")).status, 404);
    assert_eq!(app.platform.environment_hosts().unwrap(), ["suivi.acme.example"]);
    assert_eq!(app.platform.hosts_of_client("Acme Chauffage").unwrap(), ["suivi.acme.example"]);
    assert_eq!(app.platform.hosts_of_client("Globex").unwrap(), Vec::<String>::new());
    // Behind a proxy, which speaks TLS, such a name leads to its environment just the same.
    let mut browser = app.stranger();
    browser.headers.push(("host".to_owned(), "Suivi.Acme.example:8443".to_owned()));
    let leads = || browser.get("/").header("location").map(str::to_owned);
    assert_eq!(leads().as_deref(), Some("/e/acme"));
    let path = grace.at(&format!("environment_hosts/{}", kept["id"].as_str().unwrap()));
    assert_eq!(grace.delete(&path).status, 204);
    assert_eq!(leads(), None);
}

#[test]
fn an_environments_name_and_logo_are_shown_by_its_own_host_name_and_to_whoever_may_enter_it() {
    let app = App::start();
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["operator"]).unwrap();
    let grace = app.signed_in("grace@globex.example", "platform");
    let acme = app.platform.environment_info("acme").unwrap().id.to_string();
    let logo = grace.at(&format!("environments/{acme}/logo"));
    let named = grace.with("content-disposition", "attachment; filename=\"acme.png\"");
    let sent = named.send("PUT", &logo, Some("image/png"), &picture(200));
    assert_eq!(sent.status, 204, "{}", sent.text());
    grace.create("environment_hosts", json!({"host": "suivi.acme.example", "environment_id": acme}));

    let by = |host: &str| {
        let mut browser = app.stranger();
        browser.headers.push(("host".to_owned(), host.to_owned()));
        browser
    };
    let own = by("suivi.acme.example").get("/brand").json();
    assert_eq!(own["name"], "Acme Chauffage");
    let shown = by("suivi.acme.example").get("/brand/logo");
    assert_eq!((shown.status, shown.header("content-type")), (200, Some("image/png")));
    assert_eq!(
        shown.header("etag").map(|tag| tag.trim_matches('"').to_owned()),
        own["logo"].as_str().map(str::to_owned)
    );
    // Nobody else's host says anything of anybody.
    assert_eq!(by("suivi.globex.example").get("/brand").json(), json!({"name": null, "logo": null}));
    assert_eq!(by("suivi.globex.example").get("/brand/logo").status, 404);

    let ada = app.ada();
    let told = ada.get("/data/acme/$dictionary").json();
    assert_eq!(told["environment"]["logo"], own["logo"]);
    assert_eq!(ada.get("/data/acme/$logo").bytes, shown.bytes);
    assert_eq!(app.grace().get("/data/acme/$logo").status, 404);
    assert_eq!(app.grace().get("/data/globex/$logo").status, 404, "it has none");
    assert_eq!(app.stranger().get("/data/acme/$logo").status, 401);
    assert_eq!(grace.delete(&logo).status, 204);
    assert_eq!(
        by("suivi.acme.example").get("/brand").json(),
        json!({"name": "Acme Chauffage", "logo": null})
    );
}
