//! `$expand` of several records: filtered, sorted, cut and counted for each record they refer to.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Client, encoded};

fn stocked(app: &App) -> Client {
    let ada = app.ada();
    for (name, quotes) in [("Lenoir", 3), ("Élan", 1), ("Zèbre", 0)] {
        let account = ada.create("accounts", json!({"name": name}));
        for number in 1..=quotes {
            let lines: Vec<Json> = (1..=number)
                .map(|line| json!({"text": format!("l{line}"), "quantity": line, "price": 10 * number}))
                .collect();
            let subject = format!("{name} {number}");
            ada.create("quotes", json!({"subject": subject, "account_id": account["id"], "lines": lines}));
        }
    }
    ada
}

fn expanded(client: &Client, path: &str, expand: &str) -> Vec<Json> {
    client.list(&format!("{path}&$expand={}", encoded(expand)))
}

fn texts(records: &Json, name: &str) -> Vec<String> {
    records.as_array().unwrap().iter().map(|record| record[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_refers_here_is_filtered_sorted_cut_and_counted_for_each() {
    let app = App::start();
    let ada = stocked(&app);
    let expand =
        "quotes($filter=subject ne 'Lenoir 1';$orderby=subject desc;$top=1;$count=true;$select=subject)";
    let found = expanded(&ada, "accounts?$orderby=name&$select=name", expand);
    let summary: Vec<Json> = found
        .iter()
        .map(|account| {
            json!([account["name"], account["quotes@odata.count"], texts(&account["quotes"], "subject")])
        })
        .collect();
    assert_eq!(
        json!(summary),
        json!([["Élan", 1, ["Élan 1"]], ["Lenoir", 2, ["Lenoir 3"]], ["Zèbre", 0, []]])
    );
    assert!(found[1]["quotes"][0].get("total").is_none());

    let skipped = expanded(&ada, "accounts?$filter=name eq 'Lenoir'", "quotes($orderby=subject;$skip=1)");
    assert_eq!(texts(&skipped[0]["quotes"], "subject"), ["Lenoir 2", "Lenoir 3"]);
    let paged =
        expanded(&ada, "accounts?$filter=name eq 'Lenoir'", "quotes($orderby=subject;$skip=1;$top=1)");
    assert_eq!(texts(&paged[0]["quotes"], "subject"), ["Lenoir 2"]);
    let none = expanded(&ada, "accounts?$filter=name eq 'Lenoir'", "quotes($top=0;$count=true)");
    assert_eq!((&none[0]["quotes"], &none[0]["quotes@odata.count"]), (&json!([]), &json!(3)));
}

#[test]
fn lines_are_picked_too_at_any_level() {
    let app = App::start();
    let ada = stocked(&app);
    let expand = "quotes($orderby=subject desc;$top=1;$expand=lines($filter=text ne 'l;1' and quantity gt @least;$orderby=quantity desc;$count=true))";
    let found = ada.list(&format!("accounts?$filter=name eq 'Lenoir'&@least=1&$expand={}", encoded(expand)));
    let quote = &found[0]["quotes"][0];
    assert_eq!(
        (texts(&quote["lines"], "text"), &quote["lines@odata.count"]),
        (vec!["l3".into(), "l2".into()], &json!(2))
    );
    let one = ada.get(&ada.at(&format!(
        "quotes/{}?$expand={}",
        quote["id"].as_str().unwrap(),
        encoded("lines($top=1;$orderby=quantity),account($select=name)")
    )));
    let one = one.json();
    assert_eq!(
        (texts(&one["lines"], "text"), &one["account"]["name"]),
        (vec!["l1".to_owned()], &json!("Lenoir"))
    );
    let all = expanded(&ada, "quotes?$filter=subject eq 'Élan 1'", "*");
    assert_eq!((all[0]["lines"].as_array().unwrap().len(), &all[0]["account"]["name"]), (1, &json!("Élan")));
}

#[test]
fn what_cannot_be_picked_is_told_with_its_place() {
    let app = App::start();
    let ada = stocked(&app);
    let cases: &[(&str, u64, Option<&str>)] = &[
        ("quotes($filter=subjet eq 'x')", 15, Some("subject")),
        ("quotes($orderby=subject;$filter=total gt)", 40, None),
        ("quotes($top=x)", 7, None),
        ("quotes($levels=2)", 7, None),
        ("quotes($fliter=x)", 7, Some("$filter")),
        ("owner($top=1)", 6, None),
        ("qotes", 0, Some("quotes")),
        ("quotes($orderby=lines)", 16, None),
    ];
    for (expand, position, near) in cases {
        let answer = ada.get(&ada.at(&format!("accounts?$expand={}", encoded(expand))));
        let problem = answer.json();
        let told = (
            answer.status,
            problem["option"].as_str(),
            problem["position"].as_u64(),
            problem["near"].as_str(),
        );
        assert_eq!(told, (400, Some("$expand"), Some(*position), *near), "{expand}: {problem}");
    }
    // `created_by` of everything refers to people: such lists stand for nothing beside a person.
    assert_eq!(ada.get(&ada.at("users?$expand=quotes")).status, 400);
}
