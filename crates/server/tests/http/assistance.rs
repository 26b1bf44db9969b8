//! Support access: nobody of the operator or an integrator stands in a client's environment; they ask, and the client answers.

use dictionary::{Language, RecordId};
use engine::{Caller, Draft, Query};
use jiff::SignedDuration;
use platform::NewUser;
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD, until};
use crate::client::Client;
use crate::mail_server::MailPeer;

/// Somebody who works for an operator, and keeps the platform.
fn operator(app: &App, name: &str, email: &str) -> (RecordId, Client) {
    let new = NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        given: false,
        language: Language::Fr,
    };
    let user = app.platform.user_create(new).unwrap();
    let root = app.platform.environment("platform").unwrap();
    let told = root.engine.transact(&Caller::system(), move |unit| {
        let organisation = match unit.find("organisation", "name", "Hébergeur")? {
            Some(found) => found,
            None => unit.create(
                "organisation",
                None,
                Draft::default().with("name", "Hébergeur").with("kind", "operator"),
            )?,
        };
        unit.update("user", user.id, None, Draft::default().with("organisation", organisation))
    });
    told.unwrap();
    app.platform.access_grant(user.id, "platform", &["operator"]).unwrap();
    (user.id, app.signed_in(email, "platform"))
}

fn asked(app: &App, emergency: bool) -> Json {
    let acme = app.platform.environment_info("acme").unwrap().id.to_string();
    json!({
        "kind": "assist", "environment_id": acme, "purpose": "Une facture ne part pas", "ticket": "T-42",
        "profiles": "reader", "hours": 2, "emergency": emergency,
    })
}

/// Carries out what waits, as the server does within a second, until nothing is left to do. The server may be at it too: that is waited for.
fn carried_out(app: &App) {
    let root = app.platform.environment("platform").unwrap();
    until(|| {
        let before = app.platform.directory_position();
        app.platform.operations_run().unwrap();
        let query = Query { entity: "operation".to_owned(), limit: 100, ..Query::default() };
        let operations = root.engine.list(&Caller::system(), &query).unwrap().records;
        let dictionary = root.engine.dictionary();
        let held_until = dictionary.entity("operation").unwrap().index("held_until").unwrap();
        let held = operations.iter().any(|one| !one.row.get(held_until).is_null());
        (!held && app.platform.directory_position() == before).then_some(())
    });
}

fn seen(client: &Client) -> Json {
    client.get(&client.at("$assistance")).json()["value"][0].clone()
}

fn answered(client: &Client, id: &Json, answer: &str) -> u16 {
    client
        .put(&client.at(&format!("$assistance/{}", id.as_str().unwrap())), &json!({"answer": answer}))
        .status
}

#[test]
fn an_operator_enters_once_the_client_said_yes_and_only_as_long() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir"}));
    let (_, omar) = operator(&app, "Omar Idrissi", "omar@hebergeur.example");
    let inside = || app.signed_in("omar@hebergeur.example", "acme");
    assert_eq!(inside().get("/data/acme/accounts").status, 404);
    let operation = omar.create("operations", asked(&app, false));
    carried_out(&app);

    let waiting = seen(&ada);
    assert_eq!((&waiting["stage"], &waiting["name"]), (&json!("asked"), &json!("Omar Idrissi")));
    assert_eq!(waiting["organisation"], "Hébergeur");
    assert_eq!(waiting["purpose"], "Une facture ne part pas");
    assert_eq!(inside().get("/data/acme/accounts").status, 404, "nothing is open before the client said so");
    let remi = app.remi();
    assert_eq!(remi.get(&remi.at("$assistance")).status, 403);
    assert_eq!(answered(&remi, &waiting["id"], "approve"), 403);

    assert_eq!(answered(&ada, &waiting["id"], "approve"), 200);
    assert_eq!(answered(&ada, &waiting["id"], "refuse"), 422, "it is answered already");
    carried_out(&app);
    let visitor = inside();
    assert_eq!(visitor.names("accounts"), ["Lenoir"]);
    assert_eq!(visitor.post("/data/acme/accounts", &json!({"name": "Muller"})).status, 403, "a reader reads");
    let me = visitor.get("/data/acme/$dictionary").json()["me"].clone();
    assert!(me["until"].is_string(), "{me}");
    assert_eq!(ada.get(&ada.at("$dictionary")).json()["me"]["until"], Json::Null);
    let open = seen(&ada);
    assert_eq!((&open["stage"], &open["decided_by"]), (&json!("open"), &json!("Ada Lenoir")));

    app.clock.forward(SignedDuration::from_hours(2));
    assert_eq!(
        visitor.get("/data/acme/accounts").status,
        404,
        "the hour ends it, before anything is carried out"
    );
    assert_eq!(inside().get("/session").json()["environments"].as_array().unwrap().len(), 1);
    carried_out(&app);
    assert_eq!(seen(&ada)["stage"], "ended");
    let id = operation["id"].as_str().unwrap();
    let told = omar.get(&omar.at(&format!("operations/{id}?$expand=answered_by"))).json();
    assert_eq!((&told["state"], &told["answered_by"]["name"]), (&json!("done"), &json!("Ada Lenoir")));
    let journal = ada.get(&ada.at("$journal")).json();
    let noted =
        journal["value"].as_array().unwrap().iter().filter(|one| one["entity"] == "assistance").count();
    assert_eq!(noted, 3, "asked, opened, ended: {journal}");
}

#[test]
fn the_client_refuses_or_ends_it_at_once() {
    let app = App::start();
    let ada = app.ada();
    let (_, omar) = operator(&app, "Omar Idrissi", "omar@hebergeur.example");
    let refused = omar.create("operations", asked(&app, false));
    carried_out(&app);
    assert_eq!(answered(&ada, &seen(&ada)["id"], "refuse"), 200);
    carried_out(&app);
    let path = |operation: &Json| omar.at(&format!("operations/{}", operation["id"].as_str().unwrap()));
    assert_eq!(omar.get(&path(&refused)).json()["message"], "Le client a refusé.");
    assert_eq!(seen(&ada)["stage"], "refused");

    omar.create("operations", asked(&app, false));
    carried_out(&app);
    let id = seen(&ada)["id"].clone();
    assert_eq!(answered(&ada, &id, "end"), 422, "it is not open");
    assert_eq!(answered(&ada, &id, "approve"), 200);
    carried_out(&app);
    let visitor = app.signed_in("omar@hebergeur.example", "acme");
    assert_eq!(visitor.get("/data/acme/accounts").status, 200);
    assert_eq!(answered(&ada, &id, "end"), 200);
    assert_eq!(visitor.get("/data/acme/accounts").status, 404, "at the next request");
    carried_out(&app);
    assert_eq!(seen(&ada)["stage"], "ended");

    let unanswered = omar.create("operations", asked(&app, false));
    carried_out(&app);
    app.clock.forward(SignedDuration::from_hours(73));
    let omar = app.signed_in("omar@hebergeur.example", "platform");
    carried_out(&app);
    assert_eq!(omar.get(&path(&unanswered)).json()["message"], "Le client n'a pas répondu.");
}

#[test]
fn an_emergency_takes_two_persons_and_the_client_sees_it() {
    let app = App::start();
    let ada = app.ada();
    let (_, omar) = operator(&app, "Omar Idrissi", "omar@hebergeur.example");
    let (_, nina) = operator(&app, "Nina Roth", "nina@hebergeur.example");
    let urgent = omar.create("operations", asked(&app, true));
    carried_out(&app);
    let confirm = json!({"kind": "confirm_emergency", "confirms_id": urgent["id"]});
    let alone = omar.create("operations", confirm.clone());
    carried_out(&app);
    let told = omar.get(&omar.at(&format!("operations/{}", alone["id"].as_str().unwrap()))).json();
    assert_eq!(told["state"], "refused", "{told}");
    assert!(told["message"].as_str().unwrap().starts_with("Il faut une seconde personne"), "{told}");
    assert_eq!(app.signed_in("omar@hebergeur.example", "acme").get("/data/acme/accounts").status, 404);

    nina.create("operations", confirm);
    carried_out(&app);
    assert_eq!(app.signed_in("omar@hebergeur.example", "acme").get("/data/acme/accounts").status, 200);
    let open = seen(&ada);
    assert_eq!((&open["stage"], &open["emergency"]), (&json!("open"), &json!(true)));
    assert_eq!(open["decided_by"], "Nina Roth");
    assert_eq!(answered(&ada, &open["id"], "end"), 200, "the client ends it all the same");
    assert_eq!(app.signed_in("omar@hebergeur.example", "acme").get("/data/acme/accounts").status, 404);
}

#[test]
fn who_answers_for_the_client_is_told_by_e_mail_once_and_nobody_else_is() {
    let peer = MailPeer::start();
    let mail = peer.options();
    let app = App::start_on(|options| options.mail = Some(mail));
    let (_, omar) = operator(&app, "Omar Idrissi", "omar@hebergeur.example");
    let (nina, as_nina) = operator(&app, "Nina Roth", "nina@hebergeur.example");
    // Even were she an administrator there, she is not of the client.
    let acme = app.platform.environment_info("acme").unwrap().id;
    let access =
        Draft::default().with("user", nina).with("environment", acme).with("profiles", "administrator");
    let root = app.platform.environment("platform").unwrap();
    root.engine.transact(&Caller::system(), move |unit| unit.create("access", None, access)).unwrap();

    let urgent = omar.create("operations", asked(&app, true));
    carried_out(&app);
    let letter = peer.next();
    assert_eq!(letter.to, "ada@acme.example");
    for part in [
        "Omar Idrissi (Hébergeur)",
        "2 h",
        "Une facture ne part pas (ticket T-42)",
        "https://crm.example/admin/acme/assistance",
    ] {
        assert!(letter.text().contains(part), "{part} in {}", letter.text());
    }
    as_nina.create("operations", json!({"kind": "confirm_emergency", "confirms_id": urgent["id"]}));
    carried_out(&app);
    let letter = peer.next();
    assert_eq!(letter.to, "ada@acme.example");
    assert!(
        letter.header("Subject").contains("urgence") || letter.text().contains("urgent"),
        "{}",
        letter.text()
    );
    carried_out(&app);
    assert!(peer.rest().is_empty(), "each once, and to her alone");
}

#[test]
fn nobody_lets_the_operators_people_into_production_for_good_and_no_visitor_answers_for_the_client() {
    let app = App::start();
    let ada = app.ada();
    let (_, omar) = operator(&app, "Omar Idrissi", "omar@hebergeur.example");
    let acme = app.platform.environment_info("acme").unwrap().id.to_string();
    let standing = omar.create(
        "operations",
        json!({
            "kind": "give_access", "environment_id": acme, "person_name": "Omar Idrissi",
            "person_email": "omar@hebergeur.example", "profiles": "administrator",
        }),
    );
    carried_out(&app);
    let told = omar.get(&omar.at(&format!("operations/{}", standing["id"].as_str().unwrap()))).json();
    assert_eq!(told["state"], "refused", "{told}");
    assert!(told["message"].as_str().unwrap().contains("accès d'assistance"), "{told}");

    let mut wide = asked(&app, false);
    wide["profiles"] = json!("administrator");
    omar.create("operations", wide);
    carried_out(&app);
    assert_eq!(answered(&ada, &seen(&ada)["id"], "approve"), 200);
    carried_out(&app);
    operator(&app, "Nina Roth", "nina@hebergeur.example");
    let nina = app.signed_in("nina@hebergeur.example", "platform");
    nina.create("operations", asked(&app, false));
    carried_out(&app);
    let visitor = app.signed_in("omar@hebergeur.example", "acme");
    assert_eq!(seen(&visitor)["stage"], "asked");
    assert_eq!(
        answered(&visitor, &seen(&visitor)["id"], "approve"),
        403,
        "only the client's own people answer"
    );
    // Nor takes everything away, be it at once or prepared, whatever the profile; why is said.
    for path in ["$archives", "$archive"] {
        let refused = visitor.get(&format!("/data/acme/{path}"));
        assert_eq!(refused.refusal(), (403, "forbidden".to_owned()), "{path}");
        let told = refused.text();
        assert!(told.contains("les archives ne sont remises qu'aux personnes du client"), "{path}: {told}");
    }
    assert_eq!(visitor.post("/data/acme/$archives", &json!({})).refusal(), (403, "forbidden".to_owned()));
    assert_eq!(ada.get(&ada.at("$archive")).status, 200);
    // What another environment was asked for is not there.
    let grace = app.grace();
    let id = seen(&ada)["id"].clone();
    assert_eq!(
        grace
            .put(&format!("/data/globex/$assistance/{}", id.as_str().unwrap()), &json!({"answer": "approve"}))
            .status,
        404
    );
}
