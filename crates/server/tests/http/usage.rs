//! What a subscription includes, over HTTP: refused beyond it with the reason, and at once with it.

use platform::NewSubscription;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Answer, Client};
use crate::mail_server::MailPeer;

fn subscribe(app: &App, storage_mb: u32) {
    let new = NewSubscription {
        client: "Acme Chauffage".to_owned(),
        project: None,
        modules: vec!["core".to_owned()],
        named_users: Some(10),
        environments: None,
        storage_mb: Some(storage_mb),
        emails: Some(100),
        starts_on: Some("2026-01-01".parse().unwrap()),
        ends_on: None,
    };
    app.platform.subscription_add(&new).unwrap();
}

/// Who keeps the platform.
fn operator(app: &App) -> Client {
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["operator"]).unwrap();
    app.signed_in("grace@globex.example", "platform")
}

fn send(client: &Client, path: &str, bytes: usize) -> Answer {
    let content = vec![b'x'; bytes];
    let named = client.with("content-disposition", "attachment; filename=\"contrat.txt\"");
    named.send("PUT", path, Some("text/plain"), &content)
}

fn account(client: &Client, name: &str) -> String {
    let account = client.create("accounts", json!({"name": name}));
    client.at(&format!("accounts/{}", account["id"].as_str().unwrap()))
}

fn raise(operator: &Client, resource: &str, amount: i64) {
    let all = operator.get(&operator.at("subscriptions?$expand=quotas")).json();
    let subscription = &all["value"][0];
    let mut quotas: Vec<Json> = subscription["quotas"].as_array().unwrap().clone();
    for quota in &mut quotas {
        let own = json!({"id": quota["id"], "resource": quota["resource"], "amount": quota["amount"]});
        *quota = own;
        if quota["resource"] == resource {
            quota["amount"] = json!(amount);
        }
    }
    let path = operator.at(&format!("subscriptions/{}", subscription["id"].as_str().unwrap()));
    let answer = operator.patch(&path, &json!({ "quotas": quotas }));
    assert!(matches!(answer.status, 200 | 204), "{}", answer.text());
}

#[test]
fn beyond_the_storage_included_uploads_and_writes_are_refused_and_go_on_at_the_request_after_it_is_raised() {
    let app = App::start();
    subscribe(&app, 1);
    let (ada, operator) = (app.ada(), operator(&app));
    let record = account(&ada, "Lenoir");
    let path = format!("{record}/contract");
    assert_eq!(send(&ada, &path, 940_000).status, 204);

    let other = account(&ada, "Roux");
    let refused = send(&ada, &format!("{other}/contract"), 200_000);
    assert_eq!(refused.refusal(), (422, "over_quota".to_owned()), "{}", refused.text());
    let said = refused.json()["detail"].as_str().unwrap().to_owned();
    for part in ["comprend 1 Mo de stockage", "0,9 Mo sont pris", "l'exploitant de la plateforme"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let long = "x".repeat(90_000);
    let written = ada.patch(&other, &json!({ "notes": long }));
    assert_eq!(written.refusal(), (422, "over_quota".to_owned()), "{}", written.text());
    let made = ada.post("/data/acme/accounts", &json!({"name": "Long", "notes": long}));
    assert_eq!(made.refusal(), (422, "over_quota".to_owned()), "{}", made.text());

    // What is there is read, exported and deleted; another client is bounded by none of it.
    assert_eq!(ada.get(&path).bytes.len(), 940_000);
    assert_eq!(ada.get(&ada.at("accounts/$export?format=csv")).status, 200);
    assert_eq!(
        send(&app.grace(), &format!("{}/contract", account(&app.grace(), "Klein")), 300_000).status,
        204
    );
    assert_eq!(ada.patch(&other, &json!({"name": "R"})).status, 200);
    raise(&operator, "storage", 2);
    assert_eq!(send(&ada, &format!("{other}/contract"), 200_000).status, 204);
    raise(&operator, "storage", 1);
    assert_eq!(send(&ada, &format!("{other}/contract"), 300_000).status, 422);
    assert_eq!(ada.delete(&path).status, 204);
    assert_eq!(send(&ada, &format!("{other}/contract"), 300_000).status, 204);
}

#[test]
fn administrators_are_warned_by_e_mail_once_before_all_that_is_included_is_used() {
    let peer = MailPeer::start();
    let mail = peer.options();
    let app = App::start_on(|options| options.mail = Some(mail));
    subscribe(&app, 1);
    let (ada, operator) = (app.ada(), operator(&app));
    app.platform.usage_measure().unwrap();
    assert_eq!(send(&ada, &format!("{}/contract", account(&ada, "Lenoir")), 850_000).status, 204);
    app.platform.usage_measure().unwrap();
    app.platform.usage_measure().unwrap();
    app.platform.mail_send().unwrap();
    let letter = peer.next();
    assert_eq!(letter.to, "ada@acme.example");
    for part in [
        "stockage (1 Mo)",
        " % ",
        "l'exploitant de la plateforme",
        "https://crm.example/admin/acme/subscription",
    ] {
        assert!(letter.text().contains(part), "{part} in {}", letter.text());
    }
    // Raised, it is enough again; bounded as before, it is said again.
    raise(&operator, "storage", 2);
    app.platform.usage_measure().unwrap();
    app.platform.mail_send().unwrap();
    assert!(peer.rest().is_empty(), "once, and to her alone");
    raise(&operator, "storage", 1);
    app.platform.usage_measure().unwrap();
    app.platform.mail_send().unwrap();
    assert_eq!(peer.next().to, "ada@acme.example");
}

#[test]
fn the_directory_shows_how_much_of_each_volume_is_used_and_who_may_read_a_statement() {
    let app = App::start();
    subscribe(&app, 4);
    let (ada, operator) = (app.ada(), operator(&app));
    assert_eq!(send(&ada, &format!("{}/contract", account(&ada, "Lenoir")), 1_000_000).status, 204);
    app.platform.usage_measure().unwrap();
    let all = operator.get(&operator.at("subscriptions?$expand=quotas")).json();
    let quota = |resource: &str| {
        let quotas = all["value"][0]["quotas"].as_array().unwrap();
        quotas.iter().find(|quota| quota["resource"] == resource).unwrap().clone()
    };
    assert_eq!((&quota("named_users")["used"], &quota("named_users")["share"]), (&json!(2), &json!(20)));
    assert_eq!(quota("storage")["share"], json!(25), "{all}");

    // The client's own administrators see it where they are; nobody else there does.
    let told = ada.get("/data/acme/$subscription").json()["subscription"].clone();
    assert_eq!((&told["client"], &told["month"]), (&json!("Acme Chauffage"), &json!("2026-11")), "{told}");
    let lines = told["lines"].as_array().unwrap();
    let storage = lines.iter().find(|line| line["measure"] == "storage" && line["environment"].is_null());
    let storage = storage.unwrap();
    assert_eq!((&storage["included"], &storage["share"]), (&json!(4_000_000), &json!(25)), "{told}");
    assert_eq!(app.remi().get("/data/acme/$subscription").status, 403);
    assert_eq!(app.grace().get("/data/globex/$subscription").json(), json!({"subscription": null}));

    app.clock.forward(jiff::SignedDuration::from_hours(24 * 9));
    assert_eq!(app.platform.usage_close_due().unwrap(), 1);
    let operator = app.signed_in("grace@globex.example", "platform");
    let statements = operator.get(&operator.at("usage_statements?$expand=lines")).json();
    let statement = &statements["value"][0];
    assert_eq!(statement["month"], json!("2026-11"));
    assert!(statement["lines"].as_array().unwrap().len() > 5, "{statements}");
    let path = operator.at(&format!("usage_statements/{}", statement["id"].as_str().unwrap()));
    let changed = operator.patch(&path, &json!({"month": "2026-10"}));
    assert!(changed.status >= 400, "a statement is not written over: {}", changed.text());
    // A client's own people see nothing of the directory.
    assert_eq!(app.ada().get(&path).status, 404);
}
