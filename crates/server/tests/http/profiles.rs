//! Profiles made and changed at run time, and the reasons they give.

use serde_json::{Value as Json, json};

use crate::app::App;

/// A profile that sees the accounts of one name.
fn narrow(rows: &str) -> Json {
    json!({
        "label": {"fr": "Étroit", "en": "Narrow"},
        "entities": {"account": {"allow": ["read", "update"], "rows": rows, "fields": {"turnover": "hidden"}}},
    })
}

#[test]
fn a_profile_holds_from_the_next_request_on_and_says_why() {
    let app = App::start();
    let ada = app.ada();
    let kept = ada.create("accounts", json!({"name": "Lenoir"}));
    ada.create("accounts", json!({"name": "Muller"}));
    let made = ada.put(&ada.at("$profiles/narrow"), &narrow("name = 'Lenoir'"));
    assert_eq!((made.status, &made.json()["layer"]), (201, &json!("client")));
    let people = ada.get(&ada.at("$people")).json();
    let remi = people["value"].as_array().unwrap().iter().find(|one| one["name"] == "Rémi Petit").unwrap();
    let person = remi["id"].as_str().unwrap().to_owned();
    let him = app.remi();
    assert_eq!(him.names("accounts?$orderby=name"), ["Lenoir", "Muller"]);
    let given = ada.patch(&ada.at(&format!("$people/{person}")), &json!({"profiles": ["narrow"]}));
    assert_eq!(given.json()["profiles"], json!(["narrow"]));
    assert_eq!(him.names("accounts"), ["Lenoir"]);

    // Changed, it holds at once; what is not said is not given.
    ada.put(&ada.at("$profiles/narrow"), &narrow("name = 'Muller'"));
    assert_eq!(him.names("accounts"), ["Muller"]);
    let rights = ada.get(&ada.at(&format!("$rights?person={person}"))).json();
    let account =
        rights["entities"].as_array().unwrap().iter().find(|one| one["entity"] == "account").unwrap();
    assert_eq!(
        (&account["capabilities"]["read"], &account["capabilities"]["delete"]),
        (&json!("some"), &json!("none"))
    );
    let id = kept["id"].as_str().unwrap();
    let asked = format!("$why?collection=accounts&capability=read&id={id}&person={person}");
    let why = ada.get(&ada.at(&asked)).json();
    assert_eq!(why["holds"], false, "{why:#}");
    let rule = &why["because"][0]["because"][0];
    assert_eq!(rule["holds"], false);
    assert!(rule["text"].as_str().unwrap().contains("Muller"), "{why:#}");

    // Transitions are told too: those of who may change the record, where its state has them.
    let why = |id: &Json, name: &str| {
        let id = id.as_str().unwrap();
        ada.get(&ada.at(&format!("$why?collection=accounts&capability={name}&id={id}&person={person}")))
            .json()
    };
    let muller = &ada.list("accounts?$filter=name eq 'Muller'")[0]["id"];
    let lost = why(muller, "lose");
    assert_eq!(
        (&lost["holds"], &lost["because"][0]["because"][0]["holds"]),
        (&json!(true), &json!(true)),
        "{lost:#}"
    );
    assert_eq!(lost["text"], "Perdre : Tiers");
    assert_eq!(why(&kept["id"], "lose")["holds"], false);
    assert_eq!(
        ada.post(&ada.at(&format!("accounts/{}/lose", muller.as_str().unwrap())), &json!({})).status,
        200
    );
    let again = why(muller, "convert");
    assert_eq!((&again["holds"], &again["because"][0]["holds"]), (&json!(false), &json!(true)), "{again:#}");
    assert!(again["because"][1]["text"].as_str().unwrap().contains("Perdu"), "{again:#}");
    let mut named = narrow("");
    named["entities"]["account"]["actions"] = json!(["convert"]);
    ada.put(&ada.at("$profiles/narrow"), &named);
    assert_eq!(why(&kept["id"], "convert")["holds"], true);
    let unnamed = why(&kept["id"], "lose");
    assert_eq!(
        (&unnamed["holds"], &unnamed["because"][0]["holds"]),
        (&json!(false), &json!(false)),
        "{unnamed:#}"
    );
    assert_eq!(
        him.post(&him.at(&format!("accounts/{}/lose", kept["id"].as_str().unwrap())), &json!({})).status,
        403
    );
    assert_eq!(ada.get(&ada.at("$why?collection=accounts&capability=sell")).status, 400);
    assert_eq!(ada.get(&ada.at("$why?collection=quotes&capability=convert")).status, 400);
    ada.put(&ada.at("$profiles/narrow"), &narrow("name = 'Muller'"));

    // About oneself anybody asks; about another who administers.
    assert_eq!(him.get(&him.at("$rights")).json()["profiles"][0]["name"], "narrow");
    assert_eq!(him.get(&him.at(&format!("$rights?person={person}"))).status, 403);
    assert_eq!(him.get(&him.at(&format!("$why?collection=accounts&id={id}"))).status, 404);

    // Nobody loses a profile unawares.
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).refusal(), (409, "conflict".to_owned()));
    ada.patch(&ada.at(&format!("$people/{person}")), &json!({"profiles": ["reader"]}));
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).status, 204);
    assert_eq!(ada.delete(&ada.at("$profiles/narrow")).status, 404);
}

#[test]
fn a_profile_that_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    let app = App::start();
    let ada = app.ada();
    let put = |says: &Json| ada.put(&ada.at("$profiles/wrong"), says);
    let refused = put(&narrow("nome = 'Lenoir'"));
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.json()["fields"]["entities.account.rows"].as_str().unwrap().contains("nome"));
    let of_account = |says: Json| json!({"label": {"fr": "x"}, "entities": {"account": says}});
    for (says, places) in [
        (
            json!({"label": {"fr": "x"}, "entities": {"acount": {"allow": ["read"]}}}),
            &["entities.acount"][..],
        ),
        (of_account(json!({"allow": ["read", "reed"]})), &["entities.account.allow"]),
        (of_account(json!({"allow": "read"})), &["entities.account.allow"]),
        (
            of_account(json!({"allow": ["read"], "fields": {"nome": "hidden"}})),
            &["entities.account.fields.nome"],
        ),
        (
            of_account(json!({"allow": ["read"], "fields": {"turnover": "masked"}})),
            &["entities.account.fields.turnover"],
        ),
        (
            of_account(json!({"allow": ["read"], "fields": {"name": "closed"}})),
            &["entities.account.fields.name"],
        ),
        (of_account(json!({"allow": ["read"], "otherwise": "closed"})), &["entities.account.otherwise"]),
        (
            of_account(json!({"allow": ["read"], "actions": ["convert", "convret"]})),
            &["entities.account.actions"],
        ),
        (
            of_account(json!({"allow": ["read"], "only": {"update": "kind = "}})),
            &["entities.account.only.update"],
        ),
        (of_account(json!({"allow": ["read"], "only": {"updat": "true"}})), &["entities.account.only.updat"]),
        (of_account(json!({"allow": ["read"], "colour": "red"})), &["entities.account.colour"]),
        (
            of_account(json!({"allow": ["reed"], "rows": "nome = 'x'", "fields": {"nome": "read"}})),
            &["entities.account.allow", "entities.account.fields.nome", "entities.account.rows"],
        ),
        (json!({"label": {"fr": "x"}, "all": "read"}), &["all"]),
        (json!({"label": {"fr": "x"}, "all": ["reed"]}), &["all"]),
        (json!({"label": {"fr": "x"}, "powers": ["rule"]}), &["powers"]),
        (json!({"label": {"fr": "x"}, "colour": "red"}), &["colour"]),
        (json!({"label": "x"}), &["label"]),
        (json!({"all": ["read"]}), &["label"]),
    ] {
        let refused = put(&says);
        assert_eq!(refused.status, 422, "{says}");
        let told = refused.json()["fields"].as_object().cloned().unwrap_or_default();
        assert_eq!(told.keys().map(String::as_str).collect::<Vec<_>>(), places, "{says}: {}", refused.text());
    }
    let named = ada.put(&ada.at("$profiles/Wrong"), &narrow(""));
    assert_eq!((named.status, named.json()["fields"]["name"].is_string()), (422, true), "{}", named.text());
    assert_eq!(ada.put(&ada.at("$profiles/administrator"), &narrow("")).status, 422);
    let names: Vec<String> = ada.get(&ada.at("$profiles")).json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| profile["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["administrator", "reader"]);
}

#[test]
fn a_profile_of_a_module_is_changed_and_given_back() {
    let app = App::start();
    let ada = app.ada();
    let told = || {
        let all = ada.get(&ada.at("$profiles")).json();
        all["value"].as_array().unwrap().iter().find(|one| one["name"] == "reader").unwrap().clone()
    };
    let before = told();
    let changed = json!({
        "label": {"fr": "Lecteur", "en": "Reader"},
        "entities": {"account": {"allow": ["read"]}},
    });
    assert_eq!(before["module"], Json::Null);
    assert_eq!(ada.put(&ada.at("$profiles/reader"), &changed).status, 200);
    assert_eq!(told()["all"], json!([]));
    // What the module says is told beside it.
    assert_eq!(told()["module"]["all"], before["all"]);
    assert_eq!(app.remi().get("/data/acme/accounts").status, 200);
    assert_eq!(app.remi().get("/data/acme/accounts/$export").status, 403);
    assert_eq!(ada.delete(&ada.at("$profiles/reader")).status, 204);
    assert_eq!(told(), before);
    // Who says what the module says changes nothing.
    assert_eq!(ada.put(&ada.at("$profiles/reader"), &before).status, 200);
    assert_eq!(told(), before);
}

#[test]
fn rules_are_told_in_words_in_both_languages() {
    let app = App::start();
    let ada = app.ada();
    let rule = "not blocked and (owner = me() or kind in ('customer', 'lost')) or founded >= today()";
    let mut says = narrow(rule);
    says["entities"]["account"]["only"] = json!({"update": "owner = null"});
    let told = ada.put(&ada.at("$profiles/narrow"), &says).json();
    let words = &told["words"]["account"];
    assert_eq!(
        words["rows"]["fr"],
        "(Bloqué : non et (Responsable est moi ou Type parmi Client, Perdu)) ou Fondée le est au moins aujourd'hui"
    );
    assert_eq!(
        words["rows"]["en"],
        "(Blocked: no and (Owner is me or Type among Customer, Lost)) or Founded is at least today"
    );
    assert_eq!(words["only"]["update"]["en"], "Owner is empty");
}

#[test]
fn an_environment_is_never_left_without_somebody_who_administers_it() {
    let app = App::start();
    let ada = app.user("ada@acme.example");
    let refused = app.platform.member_change("acme", ada, &["reader"]);
    assert!(refused.is_err(), "{refused:?}");
    assert!(app.platform.member_remove("acme", ada).is_err());
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["administrator"]).unwrap();
    assert!(app.platform.member_change("acme", ada, &["reader"]).is_ok());
}
