//! Lists: filters, sorts, selections.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Client, encoded};

fn stocked(app: &App) -> Client {
    let ada = app.ada();
    let me = ada.get(&ada.at("$dictionary")).json()["me"]["id"].clone();
    let accounts = [
        json!({"name": "Élan Chauffage", "employees": 12, "turnover": 1234.5, "founded": "1998-03-01",
               "main_address": {"city": "Strasbourg", "postcode": "67000"}, "tags": ["red"], "owner_id": me}),
        json!({"name": "elan vital", "employees": 3, "founded": "2020-02-29", "seen": "2026-11-20T23:30:00Z",
               "main_address": {"city": "Colmar", "postcode": "68000"}, "tags": ["red", "blue"]}),
        json!({"name": "Zèbre d'O", "employees": null, "blocked": true, "delay": "PT1H30M", "opens": "08:30:00",
               "owner": "ada@acme.example"}),
        json!({"name": "Œuvre", "turnover": 10, "employees": 7, "email": "Contact@Oeuvre.example"}),
    ];
    for account in accounts {
        let created = ada.create("accounts", account);
        if matches!(created["name"].as_str(), Some("Élan Chauffage" | "Zèbre d'O")) {
            let path = ada.at(&format!("accounts/{}/convert", created["id"].as_str().unwrap()));
            assert_eq!(ada.post(&path, &json!({})).status, 200);
        }
    }
    ada
}

fn filtered(client: &Client, filter: &str) -> Vec<String> {
    let query: String = encoded(filter);
    client.names(&format!("accounts?$filter={query}"))
}

#[test]
fn filters_of_odata_find_what_they_say() {
    let app = App::start();
    let ada = stocked(&app);
    let me = ada.get(&ada.at("$dictionary")).json()["me"]["id"].as_str().unwrap().to_owned();
    let (elan, vital, zebra, opus) = ("Élan Chauffage", "elan vital", "Zèbre d'O", "Œuvre");
    let by_owner = format!("owner_id eq {me}");
    let by_owner_text = format!("owner/id eq '{me}'");
    let cases: &[(&str, &[&str])] = &[
        ("kind eq 'customer'", &[elan, zebra]),
        ("kind ne 'customer'", &[vital, opus]),
        ("employees gt 3 and employees le 12", &[elan, opus]),
        ("employees eq null", &[zebra]),
        ("not (employees ge 4)", &[vital, zebra]),
        ("employees in (3, 7, 99)", &[vital, opus]),
        ("name eq 'Zèbre d''O'", &[zebra]),
        ("contains(name, 'elan')", &[elan, vital]),
        ("startswith(name, 'ŒUV')", &[opus]),
        ("endswith(name, 'chauffage')", &[elan]),
        ("tolower(name) eq 'œuvre'", &[opus]),
        ("length(name) eq 5", &[opus]),
        ("year(founded) eq 1998", &[elan]),
        ("month(founded) eq 2 and day(founded) eq 29", &[vital]),
        // 23:30 UTC is the next day, half past midnight, in Paris.
        ("day(seen) eq 21 and hour(seen) eq 0 and minute(seen) eq 30", &[vital]),
        ("seen lt 2026-11-21T00:00:00+01:00", &[]),
        ("seen lt 2026-11-21T00:30:01%2B01:00", &[vital]),
        ("founded ge 2000-01-01", &[vital]),
        ("opens eq 08:30:00", &[zebra]),
        ("delay eq duration'PT90M'", &[zebra]),
        ("turnover eq 1234.50", &[elan]),
        ("turnover lt -1 or turnover gt 1e3", &[elan]),
        ("employees mul 2 sub 2 eq 22", &[elan]),
        ("blocked", &[zebra]),
        ("blocked eq false and kind eq 'customer'", &[elan]),
        ("main_address/city eq 'Colmar'", &[vital]),
        ("owner/email eq 'ada@acme.example'", &[elan, zebra]),
        (&by_owner, &[elan, zebra]),
        (&by_owner_text, &[elan, zebra]),
        ("owner_id eq null and kind eq 'prospect'", &[vital, opus]),
        ("created_at le now()", &[elan, vital, opus, zebra]),
        ("concat(trim(name), '!') eq 'Œuvre!'", &[opus]),
        ("round(turnover) eq 1235 or floor(turnover) eq 1234 and ceiling(turnover) eq 1235", &[elan]),
        ("(((kind eq 'customer')))", &[elan, zebra]),
    ];
    for (filter, names) in cases {
        let filter = filter.replace("%2B", "+");
        let mut found = filtered(&ada, &filter);
        let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{filter}");
    }
}

#[test]
fn tisserands_own_language_filters_too() {
    let app = App::start();
    let ada = stocked(&app);
    let found =
        ada.names(&format!("accounts?$where={}", encoded("owner = me() and main_address.city != null")));
    assert_eq!(found, ["Élan Chauffage"]);
    let both = format!("accounts?$where={}&$filter=employees gt 5", encoded("kind = 'customer'"));
    assert_eq!(ada.names(&both), ["Élan Chauffage"]);
}

#[test]
fn a_fault_in_an_option_is_told_with_its_place_and_what_was_probably_meant() {
    let app = App::start();
    let ada = app.ada();
    let cases: &[(&str, &str, u64, Option<&str>)] = &[
        ("$filter=kind eq 'customer' and nmae eq 'x'", "$filter", 23, Some("name")),
        ("$filter=owner/emial eq 'x'", "$filter", 0, Some("email")),
        ("$filter=name eqq 'x'", "$filter", 5, Some("eq")),
        ("$filter=name eq", "$filter", 7, None),
        ("$filter=name eq 'x", "$filter", 8, None),
        ("$filter=(name eq 'x'", "$filter", 12, None),
        ("$filter=contain(name,'x')", "$filter", 0, Some("contains")),
        ("$filter=contains(name)", "$filter", 0, None),
        ("$filter=name eq 12", "$filter", 0, None),
        ("$filter=employees gt 'many'", "$filter", 0, None),
        ("$filter=founded eq 2026-13-45", "$filter", 11, None),
        ("$filter=name", "$filter", 0, None),
        ("$filter=secret_note eq 'x'", "$filter", 0, None),
        ("$where=nmae = 'x'", "$where", 0, Some("name")),
        ("$orderby=nmae", "$orderby", 0, Some("name")),
        ("$orderby=name down", "$orderby", 5, None),
        ("$orderby=tags", "$orderby", 0, None),
        ("$select=name,nmae", "$select", 5, Some("name")),
        ("$select=secret_note", "$select", 0, None),
        ("$expand=onwer", "$expand", 0, Some("owner")),
        ("$expand=name", "$expand", 0, None),
        ("$expand=owner($select=nmae)", "$select", 14, Some("name")),
        ("$expand=owner($filter=x)", "$expand", 6, None),
        ("$top=many", "$top", 0, None),
        ("$count=maybe", "$count", 0, None),
        ("$fliter=x", "$fliter", 0, Some("$filter")),
    ];
    for (query, option, position, near) in cases {
        let answer = ada.get(&ada.at(&format!("accounts?{query}")));
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (400, &json!("bad_request")), "{query}: {problem}");
        assert_eq!(problem["option"], *option, "{query}: {problem}");
        if *position > 0 || near.is_some() {
            assert_eq!(problem["position"], *position, "{query}: {problem}");
        }
        if let Some(near) = near {
            assert_eq!(problem["near"], *near, "{query}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(near), "{query}: {problem}");
        }
    }
}

#[test]
fn filters_are_bounded_in_size_and_depth() {
    let app = App::start();
    let ada = app.ada();
    let deep = format!("accounts?$filter={}blocked{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(ada.get(&ada.at(&deep)).json()["fault"], "too_deep");
    let nots = format!("accounts?$filter={}blocked", "not ".repeat(60));
    assert_eq!(ada.get(&ada.at(&nots)).json()["fault"], "too_deep");
    let long = format!("accounts?$filter=name eq '{}'", "x".repeat(17_000));
    assert_eq!(ada.get(&ada.at(&long)).json()["fault"], "too_large");
    let ids: Vec<String> = (0..1_200).map(|n| n.to_string()).collect();
    let many = format!("accounts?$filter=employees in ({})", ids.join(","));
    assert_eq!(ada.get(&ada.at(&many)).json()["fault"], "too_large");
    let chain = vec!["blocked"; 300].join(" or ");
    assert_eq!(ada.get(&ada.at(&format!("accounts?$filter={chain}"))).status, 200);
}

#[test]
fn lists_are_sorted_by_folded_text_with_nulls_last() {
    let app = App::start();
    let ada = stocked(&app);
    assert_eq!(ada.names("accounts"), ["Élan Chauffage", "elan vital", "Œuvre", "Zèbre d'O"]);
    assert_eq!(
        ada.names("accounts?$orderby=name desc"),
        ["Zèbre d'O", "Œuvre", "elan vital", "Élan Chauffage"]
    );
    assert_eq!(
        ada.names("accounts?$orderby=employees"),
        ["elan vital", "Œuvre", "Élan Chauffage", "Zèbre d'O"]
    );
    assert_eq!(
        ada.names("accounts?$orderby=employees desc"),
        ["Élan Chauffage", "Œuvre", "elan vital", "Zèbre d'O"]
    );
    let by_city = ada.names("accounts?$orderby=main_address/city desc,name&$top=2");
    assert_eq!(by_city, ["Élan Chauffage", "elan vital"]);
}

#[test]
fn a_selection_answers_what_it_names_and_the_key() {
    let app = App::start();
    let ada = stocked(&app);
    let record = &ada.list("accounts?$select=name,owner_id&$filter=kind eq 'customer'&$top=1")[0];
    let names: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["@odata.etag", "@tisserand.title", "id", "name", "owner_id"]);
    let expanded = &ada.list("accounts?$select=name&$expand=owner($select=email),created_by&$top=1")[0];
    assert_eq!(expanded["owner"]["email"], "ada@acme.example");
    assert_eq!(expanded["owner"]["@tisserand.title"], "Ada Lenoir");
    assert_eq!(expanded["owner"].get("name"), None);
    assert_eq!(expanded["created_by"]["name"], "Ada Lenoir");
    assert_eq!(ada.list("accounts?$expand=owner&$filter=owner eq null")[0]["owner"], Json::Null);
}

#[test]
fn values_of_every_type_come_back_as_they_were_written() {
    let app = App::start();
    let ada = app.ada();
    let written = json!({
        "name": "Tout", "tags": ["blue", "red"], "siret": "12345678901234",
        "main_address": {"lines": "3 rue du Fil\nBât. B", "postcode": "67000", "city": "Strasbourg", "insee": "67482", "region": null, "country": "FR"},
        "place": {"type": "Point", "coordinates": [7.75, 48.58]}, "turnover": 1234.5, "rate": "123456789012.345678",
        "employees": 12, "blocked": true, "founded": "1898-12-31", "opens": "08:30:00", "seen": "2026-11-20T23:30:00Z",
        "delay": "PT1H30M", "email": "contact@tout.example", "notes": "**gras** 👩‍🔧", "data": {"a": [1, null, "é"]},
    });
    let created = ada.create("accounts", written.clone());
    for (name, value) in written.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    let emptied: serde_json::Map<String, Json> = written
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "name")
        .map(|name| (name.clone(), Json::Null))
        .collect();
    let path = ada.at(&format!("accounts/{}", created["id"].as_str().unwrap()));
    let changed = ada.patch(&path, &Json::Object(emptied.clone()));
    assert_eq!(changed.status, 200, "{}", changed.text());
    for name in emptied.keys() {
        assert_eq!(changed.json()[name], Json::Null, "{name}");
    }
}

#[test]
fn full_text_search_folds_accents_in_a_list_and_over_everything() {
    let app = App::start();
    let ada = stocked(&app);
    ada.create("quotes", json!({"subject": "Rien à voir"}));
    assert_eq!(ada.names("accounts?$search=ELAN chauf"), ["Élan Chauffage"]);
    assert_eq!(ada.names("accounts?$search=colmar"), ["elan vital"]);
    assert!(ada.names("accounts?$search=introuvable").is_empty());
    let found = ada.get(&ada.at("$search?q=oeuv")).json()["value"].clone();
    assert_eq!(found[0]["title"], "Œuvre");
    assert_eq!((&found[0]["entity"], &found[0]["code"]), (&json!("account"), &json!("T000004")));
    assert_eq!(ada.get(&ada.at("$search?q=")).json()["value"], json!([]));
}
