//! Pages.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

fn stock(client: &Client, count: usize) {
    for n in 0..count {
        // Few cities: most of a sort by city is a tie.
        let city = ["Colmar", "Metz", "Nancy"][n % 3];
        let city = json!({"city": city});
        let body = json!({"name": format!("Tiers {n:03}"), "employees": if n % 4 == 0 { json!(null) } else { json!(n / 10) }, "main_address": city});
        client.create("accounts", body);
    }
}

fn walk(client: &Client, query: &str, mut between: impl FnMut(usize)) -> Vec<Json> {
    let mut path = client.at(query);
    let mut records = Vec::new();
    for page in 0..1_000 {
        let answer = client.get(&path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        records.extend(answer["value"].as_array().unwrap().clone());
        between(page);
        match answer["@odata.nextLink"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return records,
        }
    }
    panic!("no end");
}

#[test]
fn a_walk_through_pages_shows_each_record_once_while_others_write() {
    let app = App::start();
    let ada = app.ada();
    stock(&ada, 45);
    let other = app.ada();
    for order in ["name", "employees desc", "main_address/city,employees", "kind"] {
        let before: BTreeSet<String> = ids(&walk(&ada, "accounts?$top=100", |_| ()));
        let seen = walk(&ada, &format!("accounts?$top=7&$orderby={order}&$select=name"), |page| {
            // Written before, between and after what is shown.
            for name in ["AAA", "Tiers 020 bis", "ZZZ"] {
                other.create("accounts", json!({"name": format!("{name} {order} {page}"), "employees": page, "main_address": {"city": "Metz"}}));
            }
        });
        let shown = ids(&seen);
        assert_eq!(shown.len(), seen.len(), "{order}: a record came twice");
        let lost: Vec<&String> = before.difference(&shown).collect();
        assert!(lost.is_empty(), "{order}: {lost:?} did not come");
        let written: Vec<Json> =
            other.list("accounts?$filter=not startswith(name,'Tiers 0') or contains(name,'bis')&$top=1000");
        for record in written {
            assert_eq!(
                other.delete(&other.at(&format!("accounts/{}", record["id"].as_str().unwrap()))).status,
                204
            );
        }
    }
}

fn ids(records: &[Json]) -> BTreeSet<String> {
    records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn counts_are_given_when_asked_and_an_empty_page_is_a_count_alone() {
    let app = App::start();
    let ada = app.ada();
    stock(&ada, 9);
    let first = ada.get(&ada.at("accounts?$count=true&$top=4")).json();
    assert_eq!(first["@odata.count"], 9);
    assert_eq!(first.get("@tisserand.count_capped"), None);
    assert_eq!(first["@odata.context"], "/data/acme/$metadata#accounts");
    let next = ada.get(first["@odata.nextLink"].as_str().unwrap()).json();
    assert_eq!((next.get("@odata.count"), next["value"].as_array().unwrap().len()), (None, 4));
    let none = ada.get(&ada.at("accounts?$count=true&$top=0&$filter=main_address/city eq 'Metz'")).json();
    assert_eq!((&none["@odata.count"], &none["value"]), (&json!(3), &json!([])));
    assert_eq!(none.get("@odata.nextLink"), None);
    assert_eq!(ada.get(&ada.at("accounts/$count")).text(), "9");
    assert_eq!(ada.get(&ada.at("accounts/$count?$filter=employees eq null")).text(), "3");
}

#[test]
fn a_client_that_speaks_odata_gets_as_many_records_in_all_as_it_wants() {
    let app = App::start_with(|config| config.page_size_max = 5);
    let ada = app.ada();
    stock(&ada, 12);
    assert_eq!(walk(&ada, "accounts?$top=4", |_| ()).len(), 12);
    let odata = ada.with("odata-maxversion", "4.0");
    assert_eq!(walk(&odata, "accounts?$top=4", |_| ()).len(), 4);
    assert_eq!(walk(&odata, "accounts?$top=8", |_| ()).len(), 8);
    assert_eq!(walk(&odata.with("prefer", "odata.maxpagesize=2"), "accounts?$top=7", |_| ()).len(), 7);
    assert_eq!(ada.list("accounts?$top=1000").len(), 5);
}

#[test]
fn a_skiptoken_of_another_list_or_of_nobody_is_refused() {
    let app = App::start();
    let ada = app.ada();
    stock(&ada, 5);
    let link = ada.get(&ada.at("accounts?$top=2&$orderby=name")).json()["@odata.nextLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.split("skiptoken=").nth(1).unwrap();
    for query in [
        format!("accounts?$top=2&$orderby=employees&$skiptoken={token}"),
        format!("accounts?$top=2&$orderby=name&$filter=blocked&$skiptoken={token}"),
        format!("quotes?$top=2&$skiptoken={token}"),
        format!("accounts?$top=2&$orderby=name&$skiptoken={}", &token[..token.len() - 5]),
        "accounts?$skiptoken=AAAA".to_owned(),
        "accounts?$skiptoken=%00".to_owned(),
    ] {
        assert_eq!(ada.get(&ada.at(&query)).refusal(), (400, "bad_request".to_owned()), "{query}");
    }
    assert_eq!(ada.get(&link).status, 200);
}
