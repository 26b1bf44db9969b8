//! `$apply`: groups and figures, filters before and after them.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Client, encoded};

fn stocked(app: &App) -> Client {
    let ada = app.ada();
    let accounts = [
        ("Lenoir", 12, json!(1234.56), "Strasbourg"),
        ("Élan", 3, json!("99999999999999.99"), "Colmar"),
        ("Zèbre", 3, json!(null), "Colmar"),
        ("Œuvre", 7, json!(0.44), "Strasbourg"),
    ];
    for (name, employees, turnover, city) in accounts {
        let account = ada.create(
            "accounts",
            json!({"name": name, "employees": employees, "turnover": turnover, "main_address": {"city": city}}),
        );
        ada.create("quotes", json!({"subject": format!("Devis {name}"), "account_id": account["id"]}));
    }
    ada
}

fn applied(client: &Client, path: &str, apply: &str, rest: &str) -> Vec<Json> {
    client.list(&format!("{path}?$apply={}{}", encoded(apply), rest.replace(' ', "%20")))
}

#[test]
fn records_are_grouped_and_figures_worked_out_exactly() {
    let app = App::start();
    let ada = stocked(&app);
    let by_city = "groupby((main_address/city),aggregate($count as n,employees with sum as staff,turnover with sum as total,\
                   employees with average as mean,name with min as first,employees with countdistinct as sizes))";
    let found = applied(&ada, "accounts", by_city, "&$orderby=n desc,main_address/city");
    assert_eq!(
        json!(found),
        json!([
            {"main_address": {"city": "Colmar"}, "n": 2, "staff": 6, "total": "99999999999999.99", "mean": 3, "first": "Élan", "sizes": 1},
            {"main_address": {"city": "Strasbourg"}, "n": 2, "staff": 19, "total": 1235, "mean": 9.5, "first": "Lenoir", "sizes": 2},
        ])
    );
    let all = applied(&ada, "accounts", "aggregate($count as n,turnover with max as most)", "");
    assert_eq!(json!(all), json!([{"n": 4, "most": "99999999999999.99"}]));
    let nothing = applied(
        &ada,
        "accounts",
        "filter(name eq 'x')/aggregate($count as n,turnover with sum as total,employees with max as most)",
        "",
    );
    assert_eq!(json!(nothing), json!([{"n": 0, "total": 0, "most": null}]));
    let distinct = applied(&ada, "accounts", "groupby((employees))", "");
    assert_eq!(json!(distinct), json!([{"employees": 3}, {"employees": 7}, {"employees": 12}]));
    let across = applied(&ada, "quotes", "groupby((account/main_address/city),aggregate($count as n))", "");
    assert_eq!(across[0], json!({"account": {"main_address": {"city": "Colmar"}}, "n": 2}));
    let of_expressions = applied(
        &ada,
        "accounts",
        "aggregate(employees mul 2 with sum as double,quotes/$count with sum as quotes)",
        "",
    );
    assert_eq!(json!(of_expressions), json!([{"double": 50, "quotes": 4}]));
}

#[test]
fn groups_are_filtered_grouped_again_sorted_and_cut() {
    let app = App::start();
    let ada = stocked(&app);
    let chain = "filter(employees gt 2)/groupby((main_address/city,employees),aggregate($count as n))/filter(n ge 1)\
                 /groupby((main_address/city),aggregate(n with max as most,employees with sum as sizes,$count as groups))";
    let found = applied(&ada, "accounts", chain, "&$filter=most ge 1&$orderby=sizes desc&$count=true");
    assert_eq!(
        json!(found),
        json!([
            {"main_address": {"city": "Strasbourg"}, "most": 1, "sizes": 19, "groups": 2},
            {"main_address": {"city": "Colmar"}, "most": 2, "sizes": 3, "groups": 1},
        ])
    );
    let cut = applied(&ada, "accounts", "groupby((name))", "&$orderby=name desc&$skip=1&$top=2");
    assert_eq!(json!(cut), json!([{"name": "Œuvre"}, {"name": "Lenoir"}]));
    let filtered =
        applied(&ada, "accounts", "filter(employees eq 3)/filter(name ne 'Zèbre')", "&$select=name");
    assert_eq!(filtered[0]["name"], "Élan");
    let answer =
        ada.get(&ada.at(&format!(
            "accounts?$count=true&$apply={}",
            encoded("groupby((name),aggregate($count as n))")
        )));
    assert_eq!(answer.json()["@odata.context"], "/data/acme/$metadata#accounts(name,n)");
    assert_eq!(answer.json()["@odata.count"], 4);
}

#[test]
fn groups_are_made_of_what_is_computed_in_the_zone_of_the_environment() {
    let app = App::start();
    let ada = app.ada();
    for (name, since) in [
        ("Lenoir", "2026-11-30T23:30:00Z"),
        ("Élan", "2026-12-10T09:00:00Z"),
        ("Zèbre", "2026-11-02T09:00:00Z"),
    ] {
        ada.create("accounts", json!({"name": name, "seen": since}));
    }
    let by_month = "compute(year(seen) as y,month(seen) as m)/groupby((y,m),aggregate($count as n))";
    let found = applied(&ada, "accounts", by_month, "&$orderby=y,m");
    assert_eq!(json!(found), json!([{"y": 2026, "m": 11, "n": 1}, {"y": 2026, "m": 12, "n": 2}]));
    let by_day = "compute(date(seen) as d)/filter(name ne 'Zèbre')/groupby((d,kind),aggregate($count as n))";
    let found = applied(&ada, "accounts", by_day, "&$orderby=d&$filter=n ge 1");
    assert_eq!(json!(found)[0]["d"], "2026-12-01");
}

#[test]
fn what_cannot_be_applied_is_told_with_its_place() {
    let app = App::start();
    let ada = stocked(&app);
    let cases: &[(&str, u64, Option<&str>)] = &[
        ("groupby((nmae))", 9, Some("name")),
        ("grouby((name))", 0, Some("groupby")),
        ("groupby(name)", 8, None),
        ("groupby((name),aggregate(name with sum as s))", 25, None),
        ("groupby((tags))", 9, None),
        ("groupby((secret_note))", 9, None),
        ("aggregate(employees with total as t)", 10, None),
        ("aggregate(employees with sum)", 10, None),
        ("aggregate($count as n,employees with sum as n)", 22, None),
        ("filter(nmae eq 'x')/aggregate($count as n)", 7, Some("name")),
        ("groupby((name))/filter(nam eq 'x')", 23, Some("name")),
        ("groupby((name))/groupby((kind))", 25, None),
        ("name", 0, None),
        ("compute(yaer(created_at) as y)/groupby((y))", 8, Some("year")),
        ("compute(year(created_at))/groupby((y))", 8, None),
        ("groupby((name))/compute(year(created_at) as y)", 16, None),
        ("compute(year(created_at) as y)", 0, None),
    ];
    for (apply, position, near) in cases {
        let answer = ada.get(&ada.at(&format!("accounts?$apply={}", encoded(apply))));
        let problem = answer.json();
        let told = (
            answer.status,
            problem["option"].as_str(),
            problem["position"].as_u64(),
            problem["near"].as_str(),
        );
        assert_eq!(told, (400, Some("$apply"), Some(*position), *near), "{apply}: {problem}");
    }
    let order = ada.get(&ada.at(&format!("accounts?$orderby=nam&$apply={}", encoded("groupby((name))"))));
    assert_eq!((order.status, order.json()["near"].as_str()), (400, Some("name")));
}

#[test]
fn a_list_passes_over_records_within_bounds() {
    let app = App::start();
    let ada = stocked(&app);
    assert_eq!(ada.names("accounts?$skip=1&$top=2"), ["Lenoir", "Œuvre"]);
    let page = ada.get(&ada.at("accounts?$skip=1&$top=2")).json();
    let next = ada.get(page["@odata.nextLink"].as_str().unwrap()).json();
    assert_eq!(next["value"][0]["name"], "Zèbre");
    assert_eq!(ada.get(&ada.at("accounts?$skip=10001")).status, 400);
}
