//! Fields that name a record of any entity.

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Client, encoded};

fn account(ada: &Client, name: &str) -> String {
    ada.create("accounts", json!({"name": name}))["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_related_record_is_written_in_any_of_its_forms_and_answered_with_its_name() {
    let app = App::start();
    let ada = app.ada();
    let id = account(&ada, "Lenoir");
    let named = format!("account/{id}");
    for about in [
        json!(named),
        json!(format!("accounts/{id}")),
        json!("account/T000001"),
        json!({"entity": "account", "id": id}),
        json!({"entity": "account", "code": "T000001"}),
    ] {
        let quote = ada.create("quotes", json!({"subject": "Devis", "about": about}));
        assert_eq!(quote["about"], json!(named), "{about}");
        let path = ada.at(&format!("quotes/{}", quote["id"].as_str().unwrap()));
        let read = ada.get(&path).json();
        assert_eq!(read["about@tisserand.title"], "Lenoir", "{read}");
        // A record may be sent back as it was read.
        assert_eq!(ada.patch(&path, &read).status, 200);
        let emptied = ada.patch(&path, &json!({"about": null})).json();
        assert_eq!(emptied["about"], Json::Null);
        assert_eq!(emptied.get("about@tisserand.title"), None);
    }
}

#[test]
fn lists_filter_by_it_and_name_its_records_unless_nobody_asks() {
    let app = App::start();
    let ada = app.ada();
    let (id, other) = (account(&ada, "Lenoir"), account(&ada, "Leblanc"));
    ada.create("quotes", json!({"subject": "One", "about": format!("account/{id}")}));
    ada.create("quotes", json!({"subject": "Two", "about": format!("account/{other}")}));
    ada.create("quotes", json!({"subject": "None"}));
    let subjects = |query: &str| -> Vec<Json> {
        ada.list(query).into_iter().map(|mut record| record["subject"].take()).collect()
    };
    let equal = encoded(&format!("about eq 'account/{id}'"));
    assert_eq!(subjects(&format!("quotes?$filter={equal}")), [json!("One")]);
    assert_eq!(subjects(&format!("quotes?$filter={}", encoded("about eq null"))), [json!("None")]);
    let kind = encoded("startswith(about, 'account/')");
    assert_eq!(subjects(&format!("quotes?$filter={kind}&$orderby=subject")), [json!("One"), json!("Two")]);

    let names = |query: &str| -> Vec<Json> {
        let list = ada.list(query);
        list.into_iter()
            .map(|record| record.get("about@tisserand.title").cloned().unwrap_or_default())
            .collect()
    };
    let sorted = "quotes?$orderby=subject";
    assert_eq!(names(sorted), [Json::Null, json!("Lenoir"), json!("Leblanc")]);
    assert_eq!(names(&format!("{sorted}&$select=subject")), [Json::Null, Json::Null, Json::Null]);
    assert_eq!(
        names(&format!("{sorted}&$format=application/json;odata.metadata=none")),
        [Json::Null, Json::Null, Json::Null]
    );
}

#[test]
fn what_is_not_there_what_is_hidden_and_what_never_was_are_told_alike() {
    let app = App::start();
    let ada = app.ada();
    let (id, gone) = (account(&ada, "Lenoir"), "0192f3a0-7e1c-7c3a-9f5e-0123456789ab");
    let refused = |about: Json| {
        let answer = ada.post(&ada.at("quotes"), &json!({"subject": "x", "about": about}));
        assert_eq!(answer.refusal(), (422, "validation".to_owned()));
        answer.json()["fields"]["about"].as_str().unwrap().to_owned()
    };
    let hidden = refused(json!(format!("dictionary_source/{gone}"))).replace("dictionary_source", "ghost");
    assert_eq!(hidden, refused(json!(format!("ghost/{gone}"))));
    assert_eq!(
        refused(json!(format!("account/{gone}"))),
        format!("Aucune fiche « Tiers » ne correspond à « {gone} ».")
    );
    assert!(refused(json!(id)).contains("entité/identifiant"));
    refused(json!(12));
    refused(json!({"id": id}));
}

#[test]
fn deleting_the_record_empties_the_field_and_the_description_tells_what_it_may_name() {
    let app = App::start();
    let ada = app.ada();
    let id = account(&ada, "Lenoir");
    let quote = ada.create("quotes", json!({"subject": "One", "about": format!("account/{id}")}));
    assert_eq!(ada.delete(&ada.at(&format!("accounts/{id}"))).status, 204);
    let read = ada.get(&ada.at(&format!("quotes/{}", quote["id"].as_str().unwrap()))).json();
    assert_eq!(read["about"], Json::Null);

    let described = ada.get(&ada.at("$metadata?$format=json")).json();
    let about = &described["Tisserand"]["quote"]["about"];
    let kinds: Vec<&str> =
        about["@Tisserand.RecordOf"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(kinds.contains(&"account") && kinds.contains(&"quote"), "{about}");
    assert!(!kinds.contains(&"quote_line") && !kinds.contains(&"dictionary_source"), "{about}");
    let xml = ada.get(&ada.at("$metadata")).text();
    assert!(
        xml.contains("<Annotation Term=\"Tisserand.RecordOf\"><Collection><String>account</String>"),
        "{xml}"
    );
}
