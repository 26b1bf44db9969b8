//! Provisioning (SCIM 2.0): a company's directory keeps the people of an environment up to date, with a token that an administrator made.

use platform::{NewSubscription, NewUser};
use serde_json::{Value as Json, json};

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A directory, by a token that Ada makes.
fn directory(app: &App) -> Client {
    let ada = app.ada();
    let made = ada.post(&ada.at("$provisioning/tokens"), &json!({"name": "Entra"}));
    assert_eq!(made.status, 201, "{}", made.text());
    by(app, made.json()["secret"].as_str().unwrap())
}

fn by(app: &App, token: &str) -> Client {
    app.stranger().with("authorization", &format!("Bearer {token}"))
}

fn at(path: &str) -> String {
    format!("/scim/v2/acme/{path}")
}

fn scim(client: &Client, method: &str, path: &str, body: &Json) -> Answer {
    client.send(method, &at(path), Some("application/scim+json"), body.to_string().as_bytes())
}

#[track_caller]
fn person(directory: &Client, name: &str) -> Json {
    let body = json!({
        "schemas": [USER], "userName": format!("{name}@acme.example"), "externalId": format!("ext-{name}"), "active": true,
        "displayName": name, "emails": [{"value": format!("{name}@acme.example"), "type": "work", "primary": true}],
        "title": "Passed over", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
    });
    let made = scim(directory, "POST", "Users", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

#[track_caller]
fn group(directory: &Client, name: &str, members: &[&Json]) -> Json {
    let members: Vec<Json> = members.iter().map(|one| json!({"value": one["id"]})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    let made = scim(directory, "POST", "Groups", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

#[track_caller]
fn patched(directory: &Client, kind: &str, of: &Json, operations: Json) -> Json {
    let answer = patch(directory, kind, of, operations);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn patch(directory: &Client, kind: &str, of: &Json, operations: Json) -> Answer {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    scim(directory, "PATCH", &format!("{kind}/{}", of["id"].as_str().unwrap()), &body)
}

#[track_caller]
fn map(app: &App, group: &Json, profiles: &[&str]) {
    let ada = app.ada();
    let path = ada.at(&format!("$provisioning/groups/{}", group["id"].as_str().unwrap()));
    let mapped = ada.put(&path, &json!({ "profiles": profiles }));
    assert_eq!(mapped.status, 200, "{}", mapped.text());
}

/// What somebody may enter, and as what: each environment with their profiles.
fn held(app: &App, email: &str) -> Vec<(String, Vec<String>)> {
    let user = app.platform.user_by_email(email).unwrap();
    let identity = platform::Identity::of_command(user);
    let found = app.platform.environments_of(&identity).unwrap();
    found.into_iter().map(|(info, held)| (info.name.clone(), held.profiles().to_vec())).collect()
}

fn in_acme(profiles: &[&str]) -> Vec<(String, Vec<String>)> {
    vec![("acme".to_owned(), profiles.iter().map(|one| (*one).to_owned()).collect())]
}

#[track_caller]
fn refused(answer: &Answer, status: u16, kind: Option<&str>) {
    let body = answer.json();
    assert_eq!((answer.status, body["scimType"].as_str()), (status, kind), "{body}");
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], status.to_string());
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
}

#[test]
fn a_person_comes_moves_between_groups_and_leaves() {
    let app = App::start();
    let directory = directory(&app);
    let zoe = person(&directory, "zoe");
    assert_eq!((&zoe["meta"]["resourceType"], zoe.get("title")), (&json!("User"), None));
    assert!(
        held(&app, "zoe@acme.example").is_empty(),
        "who is in no group that gives anything enters nothing"
    );
    let sales = group(&directory, "CRM sales", &[&zoe]);
    assert!(held(&app, "zoe@acme.example").is_empty(), "nor does a group that nobody mapped give anything");
    map(&app, &sales, &["reader"]);
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["reader"]));
    // Another group beside, as Entra adds members; then out of the first, as Okta takes them away.
    let heads = group(&directory, "CRM heads", &[]);
    map(&app, &heads, &["administrator"]);
    let add = json!([{"op": "Add", "path": "members", "value": [{"value": zoe["id"]}]}]);
    patched(&directory, "Groups", &heads, add);
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["administrator", "reader"]));
    let path = format!("members[value eq \"{}\"]", zoe["id"].as_str().unwrap());
    let after = patched(&directory, "Groups", &sales, json!([{"op": "remove", "path": path}]));
    assert_eq!(after["members"], json!([]));
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["administrator"]));
    let shown = directory.get(&at(&format!("Users/{}", zoe["id"].as_str().unwrap()))).json();
    assert_eq!(shown["groups"][0]["display"], "CRM heads");
    // They sign in, and are signed out the moment they are deactivated.
    app.platform
        .user_reset(
            "zoe@acme.example",
            platform::password_change::Reset { password: PASSWORD, given: false, by: None },
        )
        .unwrap();
    let session = app.signed_in("zoe@acme.example", "acme");
    assert_eq!(session.get("/data/acme/accounts").status, 200);
    let off =
        patched(&directory, "Users", &zoe, json!([{"op": "Replace", "path": "active", "value": "False"}]));
    assert_eq!(off["active"], false);
    assert_eq!(session.get("/session").status, 401);
    assert!(held(&app, "zoe@acme.example").is_empty());
    patched(&directory, "Users", &zoe, json!([{"op": "replace", "value": {"active": true}}]));
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["administrator"]));
    // A group that goes, and a person who goes: their account, and what they did, stay.
    assert_eq!(directory.delete(&at(&format!("Groups/{}", heads["id"].as_str().unwrap()))).status, 204);
    assert!(held(&app, "zoe@acme.example").is_empty());
    assert_eq!(directory.delete(&at(&format!("Users/{}", zoe["id"].as_str().unwrap()))).status, 204);
    refused(&directory.get(&at(&format!("Users/{}", zoe["id"].as_str().unwrap()))), 404, None);
    assert!(app.platform.user_by_email("zoe@acme.example").is_ok());
    // And comes back as another.
    assert_ne!(person(&directory, "zoe")["id"], zoe["id"]);
}

#[test]
fn names_and_addresses_follow_and_versions_keep_two_changes_apart() {
    let app = App::start();
    let directory = directory(&app);
    let zoe = person(&directory, "zoe");
    let path = format!("Users/{}", zoe["id"].as_str().unwrap());
    let shown = directory.get(&at(&path));
    let tag = shown.header("etag").unwrap().to_owned();
    assert_eq!(shown.json()["meta"]["version"], tag.as_str());
    assert_eq!(directory.with("if-none-match", &tag).get(&at(&path)).status, 304);
    let whole = json!({
        "schemas": [USER], "userName": "zoe.durand@acme.example", "name": {"givenName": "Zoé", "familyName": "Durand"},
        "preferredLanguage": "en-GB", "emails": [{"value": "zoe.durand@acme.example", "primary": true}],
    });
    let replaced = scim(&directory.with("if-match", &tag), "PUT", &path, &whole);
    assert_eq!(replaced.status, 200, "{}", replaced.text());
    assert_eq!((replaced.json().get("externalId"), replaced.json().get("active")), (None, None));
    let user = app.platform.user_by_email("zoe.durand@acme.example").unwrap();
    assert_eq!((user.name.as_str(), user.language.code()), ("Zoé Durand", "en"));
    assert!(app.platform.user_by_email("zoe@acme.example").is_err());
    refused(&scim(&directory.with("if-match", &tag), "PUT", &path, &whole), 412, None);
    refused(&directory.with("if-match", "W/\"1\"").delete(&at(&path)), 412, None);
    // An address that is somebody else's stays theirs.
    let taken = patch(
        &directory,
        "Users",
        &zoe,
        json!([{"op": "replace", "path": "emails", "value": [{"value": "remi@acme.example"}]}]),
    );
    refused(&taken, 409, Some("uniqueness"));
    refused(
        &scim(&directory, "POST", "Users", &json!({"userName": "ZOE.durand@acme.example"})),
        409,
        Some("uniqueness"),
    );
    // What cannot be is told in the form of SCIM.
    refused(&scim(&directory, "POST", "Users", &json!({"displayName": "x"})), 400, Some("invalidValue"));
    refused(
        &scim(&directory, "POST", "Users", &json!({"userName": "x", "emails": [{"value": "none"}]})),
        400,
        Some("invalidValue"),
    );
    refused(
        &scim(&directory, "POST", "Users", &json!({"userName": "x", "active": []})),
        400,
        Some("invalidValue"),
    );
    refused(
        &directory.send("POST", &at("Users"), Some("application/scim+json"), b"{"),
        400,
        Some("invalidSyntax"),
    );
    refused(
        &patch(&directory, "Users", &zoe, json!([{"op": "replace", "path": "shoeSize", "value": 3}])),
        400,
        Some("invalidPath"),
    );
    refused(
        &scim(&directory, "POST", "Groups", &json!({"displayName": "x", "members": [{"value": "y"}]})),
        400,
        Some("invalidValue"),
    );
    refused(&directory.get(&at("Users?filter=userName is %22x%22")), 400, Some("invalidFilter"));
    refused(&scim(&directory, "POST", "Bulk", &json!({})), 501, None);
    refused(&directory.get(&at("Users/nobody")), 404, None);
}

#[test]
fn lists_are_filtered_paged_and_told_in_part() {
    let app = App::start();
    let directory = directory(&app);
    let people: Vec<Json> = ["carl", "ann", "bea"].iter().map(|name| person(&directory, name)).collect();
    group(&directory, "CRM sales", &[&people[0], &people[1]]);
    let found = |query: &str| {
        let answer = directory.get(&at(&query.replace('"', "%22")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let names = |query: &str| -> Vec<String> {
        let list = found(query);
        let each = list["Resources"].as_array().unwrap();
        each.iter().map(|one| one["displayName"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("Users"), ["ann", "bea", "carl"]);
    assert_eq!(names("Users?filter=userName eq \"ANN@acme.example\""), ["ann"]);
    assert_eq!(names("Users?filter=externalId eq \"ext-bea\" and active eq true"), ["bea"]);
    assert_eq!(names("Users?filter=externalId eq \"EXT-bea\""), [""; 0]);
    assert_eq!(
        names("Users?filter=userName eq \"ann@acme.example\" or emails.value sw \"carl\""),
        ["ann", "carl"]
    );
    assert_eq!(names("Users?filter=not (displayName eq \"ann\")"), ["bea", "carl"]);
    assert_eq!(names("Groups?filter=displayName eq \"crm SALES\""), ["CRM sales"]);
    let page = found("Users?startIndex=2&count=1");
    assert_eq!(
        (
            &page["totalResults"],
            &page["startIndex"],
            &page["itemsPerPage"],
            &page["Resources"][0]["displayName"]
        ),
        (&json!(3), &json!(2), &json!(1), &json!("bea"))
    );
    assert_eq!(found("Users?count=0")["Resources"], json!([]));
    assert_eq!(found("Users?startIndex=-5&count=1")["Resources"][0]["displayName"], "ann");
    let without = found("Groups?excludedAttributes=members");
    assert_eq!((&without["totalResults"], without["Resources"][0].get("members")), (&json!(1), None));
    let only = found("Users?attributes=userName&count=1")["Resources"][0].clone();
    let members: Vec<&String> = only.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "schemas", "userName"]);
    for path in [
        "ServiceProviderConfig",
        "Schemas",
        "ResourceTypes",
        &format!("Schemas/{USER}"),
        "ResourceTypes/Group",
    ] {
        let answer = directory.get(&at(path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[test]
fn a_token_keeps_the_people_of_its_environment_and_of_no_other() {
    let app = App::start();
    let directory = directory(&app);
    let program = by(&app, &app.token(platform::Scope::Write, None, None));
    let outsiders =
        [(app.stranger(), "acme"), (app.ada(), "acme"), (program, "acme"), (directory.clone(), "globex")];
    let elsewhere = [(directory.clone(), "nowhere"), (directory.clone(), "platform")];
    for (client, environment) in outsiders.iter().chain(&elsewhere) {
        for route in server::SCIM_ROUTES {
            let path = crate::client::filled(route.path, environment);
            let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/scim+json");
            refused(&client.send(route.method, &path, body, b"{}"), 401, None);
        }
    }
    assert_eq!(directory.get("/data/acme/accounts").status, 401, "it opens nothing else");
    // Grace works elsewhere: she is let in as her groups say, and nothing else of her is touched.
    let grace = json!({"userName": "grace@globex.example", "displayName": "Somebody else", "preferredLanguage": "en"});
    let grace = scim(&directory, "POST", "Users", &grace).json();
    let sales = group(&directory, "CRM sales", &[&grace]);
    map(&app, &sales, &["reader"]);
    let before = app.platform.user_by_email("grace@globex.example").unwrap();
    assert_eq!(before.name, "Grace Roux");
    let session = app.grace();
    let moved = patch(
        &directory,
        "Users",
        &grace,
        json!([{"op": "replace", "path": "userName", "value": "mine@acme.example"}]),
    );
    refused(&moved, 400, Some("invalidValue"));
    patched(&directory, "Users", &grace, json!([{"op": "replace", "path": "active", "value": false}]));
    assert_eq!(held(&app, "grace@globex.example"), [("globex".to_owned(), vec!["administrator".to_owned()])]);
    assert_eq!(
        session.get("/data/globex/accounts").status,
        200,
        "she is not signed out of what is not Acme's"
    );
    // An access that was given by hand stays until a group says otherwise; who leaves, leaves.
    let remi = person(&directory, "remi");
    assert_eq!(held(&app, "remi@acme.example"), in_acme(&["reader"]));
    patched(&directory, "Users", &remi, json!([{"op": "replace", "path": "active", "value": false}]));
    assert!(held(&app, "remi@acme.example").is_empty());
    // Of another client's environment neither people nor groups are known.
    let other = app.grace();
    let token = other.post(&other.at("$provisioning/tokens"), &json!({"name": "Okta"})).json();
    let okta = by(&app, token["secret"].as_str().unwrap());
    let list = okta.get("/scim/v2/globex/Users").json();
    assert_eq!(list["totalResults"], 0);
    let path = format!("/scim/v2/globex/Users/{}", remi["id"].as_str().unwrap());
    for method in ["GET", "DELETE"] {
        refused(&okta.send(method, &path, None, &[]), 404, None);
    }
    let theirs = json!({"displayName": "x", "members": [{"value": remi["id"]}]});
    let theirs =
        okta.send("POST", "/scim/v2/globex/Groups", Some("application/json"), theirs.to_string().as_bytes());
    refused(&theirs, 400, Some("invalidValue"));
    let group_path = other.at(&format!("$provisioning/groups/{}", sales["id"].as_str().unwrap()));
    assert_eq!(other.put(&group_path, &json!({"profiles": ["reader"]})).status, 404);
}

#[test]
fn administrators_make_tokens_map_groups_and_revoke_and_the_journal_tells_by_what_name() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let tokens = ada.at("$provisioning/tokens");
    assert_eq!(remi.post(&tokens, &json!({"name": "x"})).status, 403);
    assert_eq!(remi.get(&remi.at("$provisioning")).status, 403);
    assert_eq!(ada.post(&tokens, &json!({"name": " "})).status, 422);
    let made = ada.post(&tokens, &json!({"name": "Entra, head office"}));
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let shown = ada.get(&ada.at("$provisioning"));
    assert_eq!(shown.json()["tokens"][0]["name"], "Entra, head office");
    assert_eq!(shown.json()["tokens"][0]["made_by"], "Ada Lenoir");
    assert!(shown.json()["address"].as_str().unwrap().ends_with("/scim/v2/acme"));
    assert!(!shown.text().contains(&secret));
    let entra = by(&app, &secret);
    let zoe = person(&entra, "zoe");
    let sales = group(&entra, "CRM sales", &[&zoe]);
    let group_path = ada.at(&format!("$provisioning/groups/{}", sales["id"].as_str().unwrap()));
    assert_eq!(ada.put(&group_path, &json!({"profiles": ["nothing"]})).status, 422);
    map(&app, &sales, &["reader"]);
    let shown = ada.get(&ada.at("$provisioning")).json();
    assert_eq!(
        (&shown["groups"][0]["name"], &shown["groups"][0]["profiles"], &shown["groups"][0]["members"]),
        (&json!("CRM sales"), &json!(["reader"]), &json!(1))
    );
    // What a directory does carries its name.
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["administrator"]).unwrap();
    let platform = app.signed_in("grace@globex.example", "platform");
    let people = platform.get("/data/platform/provisioned_people").json();
    let path =
        format!("/data/platform/provisioned_people/{}/$history", people["value"][0]["id"].as_str().unwrap());
    let history = platform.get(&path).text();
    assert!(history.contains("SCIM · Entra, head office"), "{history}");
    let records = platform.get("/data/platform/provisioning_tokens").text();
    assert!(!records.contains("token_hash") && !records.contains(&secret), "{records}");
    // Revoked, it opens nothing; what it brought stays.
    let id = shown["tokens"][0]["id"].as_str().unwrap();
    assert_eq!(ada.delete(&ada.at(&format!("$provisioning/tokens/{id}"))).status, 204);
    refused(&entra.get(&at("Users")), 401, None);
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["reader"]));
}

#[test]
fn a_full_subscription_refuses_with_the_reason_and_nothing_is_half_done() {
    let app = App::start();
    let directory = directory(&app);
    let new = NewSubscription {
        client: "Acme Chauffage".to_owned(),
        project: None,
        modules: vec!["core".to_owned()],
        named_users: Some(3),
        environments: None,
        storage_mb: None,
        emails: None,
        starts_on: None,
        ends_on: None,
    };
    app.platform.subscription_add(&new).unwrap();
    let (zoe, paul) = (person(&directory, "zoe"), person(&directory, "paul"));
    let sales = group(&directory, "CRM sales", &[]);
    map(&app, &sales, &["reader"]);
    let both =
        json!([{"op": "add", "path": "members", "value": [{"value": zoe["id"]}, {"value": paul["id"]}]}]);
    let full = patch(&directory, "Groups", &sales, both);
    refused(&full, 403, None);
    assert!(full.json()["detail"].as_str().unwrap().contains('3'), "{}", full.text());
    let after = directory.get(&at(&format!("Groups/{}", sales["id"].as_str().unwrap()))).json();
    assert_eq!(after["members"], json!([]), "nobody joined");
    assert!(held(&app, "zoe@acme.example").is_empty() && held(&app, "paul@acme.example").is_empty());
    let one = json!([{"op": "add", "path": "members", "value": [{"value": zoe["id"]}]}]);
    patched(&directory, "Groups", &sales, one);
    assert_eq!(held(&app, "zoe@acme.example"), in_acme(&["reader"]));
}

#[test]
fn a_directory_that_sends_without_end_is_told_to_wait() {
    let app = App::start_with(|config| config.scim_per_minute = 3);
    let directory = directory(&app);
    for _ in 0..3 {
        assert_eq!(directory.get(&at("Users")).status, 200);
    }
    let slowed = directory.get(&at("Users"));
    refused(&slowed, 429, None);
    assert!(slowed.header("retry-after").is_some());
    app.clock.forward(jiff::SignedDuration::from_mins(1));
    assert_eq!(directory.get(&at("Users")).status, 200);
}

#[test]
fn who_is_provisioned_signs_in_by_a_link_and_a_clients_own_administrator_is_not_raised_by_a_name() {
    let app = App::start();
    let directory = directory(&app);
    // A user name without an address is kept, and enters nothing until there is one.
    let bot = scim(&directory, "POST", "Users", &json!({"userName": "bot"})).json();
    let sales = group(&directory, "administrator", &[&bot]);
    assert_eq!(sales["displayName"], "administrator");
    map(&app, &sales, &["reader"]);
    let mail = json!([{"op": "add", "path": "emails[type eq \"work\"].value", "value": "bot@acme.example"}]);
    patched(&directory, "Users", &bot, mail);
    assert_eq!(held(&app, "bot@acme.example"), in_acme(&["reader"]), "a name is no profile");
    // Mapped to nothing again, it gives nothing.
    map(&app, &sales, &[]);
    assert!(held(&app, "bot@acme.example").is_empty());
    let made = app.platform.user_create(NewUser {
        name: "Eve".to_owned(),
        email: "eve@acme.example".to_owned(),
        password: PASSWORD.to_owned(),
        given: false,
        language: dictionary::Language::Fr,
    });
    let eve = made.unwrap();
    // Her account was there before: it is not renamed, nor given another address.
    let taken = person(&directory, "eve");
    patched(
        &directory,
        "Users",
        &taken,
        json!([{"op": "replace", "path": "displayName", "value": "Mallory"}]),
    );
    assert_eq!(app.platform.user(eve.id).unwrap().name, "Eve");
    let moved = patch(
        &directory,
        "Users",
        &taken,
        json!([{"op": "replace", "path": "emails", "value": [{"value": "m@evil.example"}]}]),
    );
    refused(&moved, 400, Some("invalidValue"));
}

#[test]
fn refusals_are_said_in_the_language_that_is_asked_for() {
    let app = App::start();
    let directory = directory(&app);
    let zoe = person(&directory, "zoe");
    let said = |language: &str, method: &str, path: &str, body: &Json| {
        let answer = scim(&directory.clone().with("accept-language", language), method, path, body);
        assert!(answer.status >= 400, "{path}: {}", answer.text());
        answer.json()["detail"].as_str().unwrap().to_owned()
    };
    let again = json!({"schemas": [USER], "userName": "zoe@acme.example"});
    let moves = json!({"Operations": [{"op": "move", "path": "active"}]});
    let one = format!("Users/{}", zoe["id"].as_str().unwrap());
    let refusals = [
        (
            "POST",
            "Users",
            &again,
            ("une autre personne a déjà ce userName", "another person has this userName already"),
        ),
        ("POST", "Users", &json!({"schemas": [USER]}), ("il manque userName", "userName is needed")),
        ("GET", "Users/none", &json!({}), ("il n'y a pas de telle ressource", "there is no such resource")),
        ("PATCH", one.as_str(), &moves, ("op est add, replace ou remove", "op is add, replace or remove")),
        (
            "GET",
            "Users?filter=userName%20eq",
            &json!({}),
            (
                "il manque au filtre une valeur après userName : les textes sont entre guillemets doubles",
                "the filter lacks a value after userName: texts stand in double quotes",
            ),
        ),
        ("GET", "Bulk", &json!({}), ("le service ne fait pas cela", "the service does not do this")),
    ];
    for (method, path, body, (fr, en)) in refusals {
        assert_eq!(said("fr-FR,en;q=0.5", method, path, body), fr, "{method} {path}");
        assert_eq!(said("en", method, path, body), en, "{method} {path}");
    }
    let stranger = by(&app, "another").with("accept-language", "en");
    let refused = stranger.get(&at("Users")).json();
    assert_eq!(refused["detail"], "a token of this environment is needed: Authorization: Bearer …");
}
