//! Delta links: what changed since a list was read.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

/// Names of the records that are there, and ids with reasons of those that are not.
fn told(answer: &Json) -> (Vec<String>, Vec<(String, String)>) {
    let items = answer["value"].as_array().unwrap();
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let records = items.iter().filter(|item| item.get("@removed").is_none()).map(|item| text(&item["name"]));
    let removed = items.iter().filter(|item| item.get("@removed").is_some());
    (records.collect(), removed.map(|item| (text(&item["id"]), text(&item["@removed"]["reason"]))).collect())
}

fn link(answer: &Json, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

fn path(client: &Client, record: &Json) -> String {
    client.at(&format!("accounts/{}", record["id"].as_str().unwrap()))
}

#[test]
fn what_changed_is_told_in_its_last_state_with_what_left() {
    let app = App::start();
    let ada = app.ada();
    let records: Vec<Json> =
        (0..5).map(|n| ada.create("accounts", json!({"name": format!("n{n}"), "employees": n}))).collect();
    let tracking = ada.with("prefer", "odata.track-changes, maxpagesize=2");
    let first = tracking.get(&ada.at("accounts?$filter=employees lt 4&$select=name,employees"));
    assert_eq!(first.header("preference-applied"), Some("maxpagesize=2, track-changes"));
    assert!(first.json().get("@odata.deltaLink").is_none());
    // Between the pages: this change is told by the delta, whatever the second page showed.
    ada.patch(&path(&ada, &records[0]), &json!({"name": "between"}));
    let second = ada.get(&link(&first.json(), "@odata.nextLink")).json();
    let delta = link(&second, "@odata.deltaLink");
    assert_eq!(told(&ada.get(&delta).json()).0, ["between"]);

    ada.patch(&path(&ada, &records[1]), &json!({"name": "once"}));
    ada.patch(&path(&ada, &records[1]), &json!({"name": "twice"}));
    ada.patch(&path(&ada, &records[2]), &json!({"employees": 10}));
    assert_eq!(ada.delete(&path(&ada, &records[3])).status, 204);
    let created = ada.create("accounts", json!({"name": "new", "employees": 1}));
    ada.create("quotes", json!({"subject": "elsewhere"}));
    ada.patch(&path(&ada, &records[4]), &json!({"employees": 3}));
    let answer = ada.get(&delta).json();
    let (names, removed) = told(&answer);
    assert_eq!(names, ["between", "twice", "new", "n4"]);
    let id = |record: &Json| record["id"].as_str().unwrap().to_owned();
    assert_eq!(removed, [(id(&records[2]), "changed".to_owned()), (id(&records[3]), "deleted".to_owned())]);
    assert_eq!(answer["@odata.context"], "/data/acme/$metadata#accounts/$delta");
    assert!(answer["value"][0].get("kind").is_none(), "only what was selected: {answer}");
    let next = link(&answer, "@odata.deltaLink");
    let nothing = ada.get(&next).json();
    assert_eq!(nothing["value"], json!([]));
    ada.delete(&path(&ada, &created));
    assert_eq!(
        told(&ada.get(&link(&nothing, "@odata.deltaLink")).json()).1,
        [(id(&created), "deleted".to_owned())]
    );
}

#[test]
fn changes_come_in_pages_of_whole_entries() {
    let app = App::start();
    let ada = app.ada();
    let start = ada.get(&ada.at("accounts?$deltatoken=latest")).json();
    assert_eq!(start["value"], json!([]));
    for n in 0..3 {
        ada.create("accounts", json!({"name": format!("n{n}")}));
    }
    let together = json!({"requests": (0..4).map(|n| json!({"id": n.to_string(), "atomicityGroup": "g", "method": "POST",
        "url": "accounts", "body": {"name": format!("g{n}")}})).collect::<Vec<_>>()});
    assert_eq!(ada.post(&ada.at("$batch"), &together).status, 200);
    let paged = ada.with("prefer", "maxpagesize=2");
    let mut pages = Vec::new();
    let mut at = link(&start, "@odata.deltaLink");
    loop {
        let page = paged.get(&at).json();
        pages.push(told(&page).0);
        match page.get("@odata.nextLink") {
            Some(next) => at = next.as_str().unwrap().to_owned(),
            None => break,
        }
    }
    let wanted: Vec<Vec<&str>> = vec![vec!["n0", "n1"], vec!["n2", "g0", "g1", "g2", "g3"]];
    assert_eq!(pages, wanted);
}

#[test]
fn tokens_that_cannot_be_told_from_are_gone() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Lenoir"}));
    for token in ["1-999999", "7-1", "999999"] {
        let answer = ada.get(&ada.at(&format!("accounts?$deltatoken={token}")));
        assert_eq!(answer.refusal(), (410, "expired".to_owned()), "{token}");
        assert_eq!(answer.json()["detail"], "Cet environnement a été restauré depuis : relisez la liste.");
    }
    for token in ["x", "1-", "-1", "1-x"] {
        assert_eq!(ada.get(&ada.at(&format!("accounts?$deltatoken={token}"))).status, 400, "{token}");
    }
    for option in ["$search=a", "$count=true", "$skip=1", "$apply=filter(name eq 'x')"] {
        assert_eq!(
            ada.get(&ada.at(&format!("accounts?$deltatoken=latest&{option}"))).status,
            400,
            "{option}"
        );
    }
    // A bare position is of the epoch there is; the dictionary made the accounts themselves after it.
    assert_eq!(ada.get(&ada.at("accounts?$deltatoken=0")).status, 410);
    let now = ada.get(&ada.at("$status")).json()["position"].clone();
    assert_eq!(ada.get(&ada.at(&format!("accounts?$deltatoken={now}"))).json()["value"], json!([]));
    // A value added to a list changes no record.
    let start = ada.get(&ada.at("accounts?$deltatoken=latest")).json();
    let value = json!({"tag": "green", "label": {"fr": "Vert", "en": "Green"}});
    assert_eq!(ada.post(&ada.at("$lists/colour_tag"), &value).status, 201);
    assert_eq!(ada.get(&link(&start, "@odata.deltaLink")).json()["value"], json!([]));
    let untracked = ada.with("prefer", "track-changes").get(&ada.at("accounts?$search=len"));
    assert!(
        untracked.json().get("@odata.deltaLink").is_none()
            && untracked.header("preference-applied").is_none()
    );
}
