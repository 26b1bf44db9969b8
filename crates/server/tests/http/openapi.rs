//! The OpenAPI document: what it says is what the server does.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use server::ROUTES;

use crate::app::App;
use crate::client::Client;

fn document(client: &Client) -> Json {
    let answer = client.get(&client.at("openapi.json"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Every operation: method, address, description.
fn operations(document: &Json) -> Vec<(String, String, &Json)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, told)| (method.to_uppercase(), path.clone(), told))
    });
    all.collect()
}

/// All `$ref` of a part of the document.
fn references<'a>(part: &'a Json, found: &mut BTreeSet<&'a str>) {
    match part {
        Json::Object(members) => {
            found.extend(members.get("$ref").and_then(Json::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Names of the parameters of an operation that are parts of its address.
fn in_address<'a>(document: &'a Json, told: &'a Json) -> Vec<&'a str> {
    let parameters = told["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let resolved = parameters.iter().map(|parameter| match parameter["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => parameter,
    });
    let parts = resolved.filter(|parameter| parameter["in"] == "path");
    parts.map(|parameter| parameter["name"].as_str().unwrap()).collect()
}

/// An address without the names of its parts; a record by its key is as one by its id.
fn nameless(path: &str) -> String {
    let mut parts = path.split('{');
    let mut address = parts.next().unwrap().to_owned();
    for part in parts {
        address.push_str("{}");
        address.push_str(part.split_once('}').unwrap().1);
    }
    address.replace("({}='{}')", "/{}")
}

#[test]
fn the_general_document_has_every_operation_of_the_server_and_no_other() {
    let document = server::openapi_general();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let told: BTreeSet<(String, String)> = operations(&document)
        .into_iter()
        .inspect(|(_, path, told)| {
            let named = path.matches('{').count();
            assert_eq!(in_address(&document, told).len(), named, "{path}");
        })
        .map(|(method, path, _)| (method, nameless(&path)))
        .collect();
    let mut served: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.method.to_owned(), nameless(route.path))).collect();
    let addresses: BTreeSet<String> = served.iter().map(|(_, path)| path.clone()).collect();
    let data = addresses.into_iter().filter(|path| path.starts_with("/data/"));
    // `OPTIONS` is answered at every address of data.
    served.extend(data.map(|path| ("OPTIONS".to_owned(), path)));
    assert_eq!(told, served);
}

#[test]
fn an_entity_may_have_the_name_of_anything_the_document_has() {
    let app = App::start();
    let schemas = document(&app.ada())["components"]["schemas"].clone();
    let names = schemas.as_object().unwrap().keys();
    for name in names.filter(|name| !name.contains('.')) {
        let page = format!("{name}.page");
        assert!(schemas[page.as_str()].is_object(), "{name} is no entity's");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let app = App::start();
    for client in [app.ada(), app.remi()] {
        let document = document(&client);
        assert_eq!(document["openapi"], "3.1.1");
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        let mut names = BTreeSet::new();
        for (method, path, told) in operations(&document) {
            assert!(names.insert(told["operationId"].as_str().unwrap()), "{method} {path}");
            let in_path: Vec<&str> =
                path.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect();
            assert_eq!(in_address(&document, told), in_path, "{method} {path}");
        }
    }
}

#[test]
fn what_a_caller_cannot_do_is_not_in_their_document() {
    let app = App::start();
    let (ada, remi) = (document(&app.ada()), document(&app.remi()));
    let paths = &ada["paths"];
    for (path, method) in [
        ("/data/acme/accounts", "post"),
        ("/data/acme/accounts/{id}", "patch"),
        ("/data/acme/accounts/{id}", "delete"),
        ("/data/acme/accounts(code='{key}')", "put"),
        ("/data/acme/accounts(siret='{key}')", "put"),
        ("/data/acme/accounts/{id}/convert", "post"),
        ("/data/acme/accounts/{id}/contract", "put"),
        ("/data/acme/$lists/{list}", "post"),
    ] {
        assert!(paths[path][method].is_object(), "{method} {path}");
        assert!(remi["paths"][path][method].is_null(), "{method} {path}");
    }
    let names = |document: &Json| -> BTreeSet<String> {
        document["components"]["schemas"].as_object().unwrap().keys().cloned().collect()
    };
    assert!(names(&ada).contains("account.create") && names(&ada).contains("account.change"));
    assert!(!names(&remi).iter().any(|name| name.ends_with(".create") || name.ends_with(".change")));
    for text in [ada.to_string(), remi.to_string()] {
        assert!(!text.contains("secret_note") && !text.contains("dictionary_source"));
    }
}

#[test]
fn schemas_say_what_the_dictionary_says() {
    let app = App::start();
    let schemas = &document(&app.ada())["components"]["schemas"];
    let create = &schemas["account.create"];
    assert_eq!(create["required"], json!(["name"]));
    assert_eq!(create["properties"]["name"]["maxLength"], 120);
    assert_eq!(create["properties"]["name"]["type"], "string");
    assert_eq!(create["properties"]["kind"]["enum"], json!(["prospect", "customer", "lost", null]));
    assert!(create["properties"]["tags"]["items"].get("enum").is_none(), "an open list grows");
    assert_eq!(create["properties"]["employees"]["minimum"], 0);
    assert_eq!(create["additionalProperties"], false);
    assert!(create["properties"].get("version").is_none());
    let record = &schemas["account"];
    assert_eq!(record["properties"]["owner_id"]["format"], "uuid");
    assert_eq!(record["properties"]["version"]["readOnly"], true);
    assert_eq!(
        schemas["quote.create"]["properties"]["lines"]["items"],
        json!({"$ref": "#/components/schemas/quote_line.change"})
    );
}

#[test]
fn every_property_of_an_answer_is_in_its_schema() {
    let app = App::start();
    let ada = app.ada();
    let created = ada.create("accounts", json!({"name": "Lenoir", "turnover": 12.5, "delay": "PT1H30M"}));
    let document = document(&ada);
    let properties = document["components"]["schemas"]["account"]["properties"].as_object().unwrap();
    for name in created.as_object().unwrap().keys() {
        assert!(properties.contains_key(name), "{name}");
    }
}

#[test]
fn every_operation_without_a_body_answers_with_a_status_it_names() {
    let app = App::start();
    let ada = app.ada();
    let id = ada.create("accounts", json!({"name": "Lenoir"}))["id"].as_str().unwrap().to_owned();
    for client in [&ada, &app.remi()] {
        let document = document(client);
        for (method, path, told) in operations(&document) {
            if method != "GET" || path.starts_with("/events/") {
                continue;
            }
            let path = path
                .replace("{id}", &id)
                .replace("{key}", "T000001")
                .replace("{property}", "name")
                .replace("{list}", "account_kind");
            let answer = client.get(&path);
            let named = &told["responses"][answer.status.to_string()];
            assert!(named.is_object(), "{path}: {} {}", answer.status, answer.text());
            assert!(answer.status < 500, "{path}");
        }
    }
}

#[test]
fn it_comes_again_only_when_it_changed_and_speaks_the_language_asked_for() {
    let app = App::start();
    let ada = app.ada();
    let answer = ada.get(&ada.at("openapi.json"));
    let etag = answer.header("etag").unwrap();
    assert_eq!(ada.with("if-none-match", etag).get(&ada.at("openapi.json")).status, 304);
    assert_eq!(app.remi().with("if-none-match", etag).get(&ada.at("openapi.json")).status, 200);
    let title = |language: &str| {
        let document = document(&ada.with("accept-language", language));
        document["components"]["schemas"]["account"]["title"].clone()
    };
    assert_eq!((title("fr-FR"), title("en")), (json!("Tiers"), json!("Account")));
}

#[test]
fn a_wrong_method_is_told_which_ones_there_are() {
    let app = App::start();
    let ada = app.ada();
    for (method, path) in [("PUT", "/session"), ("DELETE", "/health"), ("POST", "/data/acme/openapi.json")] {
        let answer = ada.send(method, path, Some("application/json"), b"{}");
        assert_eq!((answer.status, answer.header("content-type")), (405, Some("application/problem+json")));
        assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{method} {path}");
    }
}
