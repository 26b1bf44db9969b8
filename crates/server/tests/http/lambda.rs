//! `$filter` over lines and over records that refer here, and what it asks of times, texts and numbers.

use serde_json::json;

use crate::app::App;
use crate::client::{Client, encoded};

fn quotes(app: &App) -> Client {
    let ada = app.ada();
    let account = |name: &str, tags: &[&str], seen: Option<&str>| {
        let body = json!({"name": name, "tags": tags, "seen": seen, "employees": name.len(), "delay": "PT1H30M",
                "place": seen.map(|_| json!({"type": "Point", "coordinates": [7.7521, 48.5734]}))});
        ada.create("accounts", body)["id"].clone()
    };
    let lenoir = account("Lenoir", &["red"], Some("2026-11-20T23:30:15Z"));
    let elan = account("Élan", &["red", "blue"], None);
    account("Zèbre", &[], None);
    let quote = |subject: &str, account: &serde_json::Value, lines: serde_json::Value| {
        ada.create("quotes", json!({"subject": subject, "account_id": account, "lines": lines}));
    };
    quote(
        "Chaudière",
        &lenoir,
        json!([{"text": "Chaudière", "quantity": 1, "price": 1200}, {"text": "Pose", "quantity": 2, "price": 50}]),
    );
    quote("Pose", &lenoir, json!([{"text": "Pose", "quantity": 1, "price": 50}]));
    quote("Vide", &elan, json!([]));
    ada
}

fn subjects(ada: &Client, filter: &str) -> Vec<String> {
    let found = ada.list(&format!("quotes?$orderby=subject&$filter={}", encoded(filter)));
    found.iter().map(|quote| quote["subject"].as_str().unwrap().to_owned()).collect()
}

fn accounts(ada: &Client, filter: &str) -> Vec<String> {
    ada.names(&format!("accounts?$filter={}", encoded(filter)))
}

#[test]
fn any_and_all_ask_of_lines_and_of_what_refers_here() {
    let app = App::start();
    let ada = quotes(&app);
    let cases: &[(&str, &[&str])] = &[
        ("lines/any()", &["Chaudière", "Pose"]),
        ("not lines/any()", &["Vide"]),
        ("lines/any(l:l/amount gt 100)", &["Chaudière"]),
        ("lines/all(l:l/amount le 100)", &["Pose", "Vide"]),
        ("lines/all(l:l/text eq 'Pose') and lines/any()", &["Pose"]),
        ("not lines/all(l:l/amount ge 100)", &["Pose"]),
        // Names without the variable, and outer variables, are of the quote.
        (
            "lines/any(l:l/text eq subject and l/quote/account/name eq $it/account/name)",
            &["Chaudière", "Pose"],
        ),
        ("lines/$count gt 1 or lines/$count eq 0", &["Chaudière", "Vide"]),
        ("lines/$count($filter=amount lt 110 and text eq 'Pose') eq 1", &["Chaudière", "Pose"]),
        ("lines/any(l:l/quote_id eq null)", &[]),
    ];
    for (filter, wanted) in cases {
        assert_eq!(subjects(&ada, filter), *wanted, "{filter}");
    }
    let of_accounts: &[(&str, &[&str])] = &[
        ("quotes/any(q:q/subject eq 'Pose')", &["Lenoir"]),
        ("quotes/any(q:q/lines/any(l:l/price gt 1000))", &["Lenoir"]),
        ("quotes/any(q:not q/lines/any())", &["Élan"]),
        (
            "quotes/all(q:q/lines/any(l:l/quantity ge 1 and q/subject ne 'Vide' and name ne 'Zèbre'))",
            &["Lenoir", "Zèbre"],
        ),
        ("quotes/$count eq 2", &["Lenoir"]),
        ("tags/any(t:t eq 'blue')", &["Élan"]),
        ("tags/any(t:t in ('blue','red'))", &["Élan", "Lenoir"]),
        ("tags/all(t:t ne 'blue')", &["Lenoir", "Zèbre"]),
        ("tags has 'red' and tags/any()", &["Élan", "Lenoir"]),
        ("not tags/any()", &["Zèbre"]),
    ];
    for (filter, wanted) in of_accounts {
        assert_eq!(accounts(&ada, filter), *wanted, "{filter}");
    }
}

#[test]
fn functions_say_what_the_standard_says() {
    let app = App::start();
    let ada = quotes(&app);
    let cases: &[(&str, &[&str])] = &[
        ("second(seen) eq 15 and fractionalseconds(seen) eq 0", &["Lenoir"]),
        // Half past midnight of the next day, in Paris.
        ("time(seen) eq 00:30:15 and date(seen) eq 2026-11-21", &["Lenoir"]),
        ("totaloffsetminutes(seen) eq 60", &["Lenoir"]),
        ("seen gt mindatetime() and seen lt maxdatetime()", &["Lenoir"]),
        ("totalseconds(delay) eq 5400 and employees eq 6", &["Lenoir", "Zèbre"]),
        ("indexof(name,'no') eq 2", &["Lenoir"]),
        ("indexof(name,'xyz') eq -1 and employees eq 5", &["Élan"]),
        ("substring(name,2) eq 'noir' or substring(name,0,2) eq 'Él'", &["Élan", "Lenoir"]),
        ("employees div 4 eq 1 and employees mod 4 eq 2", &["Lenoir", "Zèbre"]),
        ("employees divby 4 eq 1.25", &["Élan"]),
        ("-7 div 2 eq -3 and -7 mod 2 eq -1 and name eq 'Zèbre'", &["Zèbre"]),
        ("case(employees gt 5:'big',true:'small') eq 'small'", &["Élan"]),
        ("case(employees gt 5:6,true:7) eq 7", &["Élan"]),
        ("name in ['Lenoir','Nobody']", &["Lenoir"]),
        ("geo.distance(place,geography'SRID=4326;Point(7.75 48.58)') le 12000", &["Lenoir"]),
        ("geo.distance(geography'SRID=4326;POINT(2.35 48.85)',place) gt 12000", &["Lenoir"]),
        ("place eq null", &["Élan", "Zèbre"]),
    ];
    for (filter, wanted) in cases {
        assert_eq!(accounts(&ada, filter), *wanted, "{filter}");
    }
}

#[test]
fn parameters_stand_for_values_in_filters() {
    let app = App::start();
    let ada = quotes(&app);
    let asked = |filter: &str, parameters: &str| {
        ada.names(&format!("accounts?$filter={}&{parameters}", encoded(filter)))
    };
    assert_eq!(asked("name eq @n", "@n='Lenoir'"), ["Lenoir"]);
    let list = format!("@list={}", encoded("[\"Lenoir\",\"Élan\"]"));
    assert_eq!(asked("name in @list and employees gt @least", &format!("{list}&@least=5")), ["Lenoir"]);
    let unknown = ada.get(&ada.at(&format!("accounts?$filter={}&@name='x'", encoded("name eq @nmae"))));
    assert_eq!((unknown.status, unknown.json()["near"].as_str()), (400, Some("@name")));
    let circular = ada.get(&ada.at(&format!("accounts?$filter={}&@a=@b&@b=@a", encoded("name eq @a"))));
    assert_eq!(circular.json()["fault"], "too_deep");
}

#[test]
fn what_lambdas_cannot_say_is_told_with_its_place() {
    let app = App::start();
    let ada = quotes(&app);
    let cases: &[(&str, u64)] = &[
        ("lines/any(l:l/amuont gt 1)", 12),
        ("lines/any(l:l)", 12),
        ("lines/any(l/amount gt 1)", 11),
        ("lines/any(l:l/amount gt 1", 25),
        ("subject/any(l:l/x eq 1)", 0),
        ("account/quotes/any()", 0),
        ("lines/some(l:l/amount gt 1)", 10),
        ("subject has 'x'", 0),
    ];
    for (filter, position) in cases {
        let answer = ada.get(&ada.at(&format!("quotes?$filter={}", encoded(filter))));
        let problem = answer.json();
        assert_eq!(
            (answer.status, problem["position"].as_u64()),
            (400, Some(*position)),
            "{filter}: {problem}"
        );
    }
    let tags = ada.get(&ada.at(&format!("accounts?$filter={}", encoded("tags/any(t:t ne 'red')"))));
    assert_eq!(tags.status, 400, "{}", tags.text());
}
