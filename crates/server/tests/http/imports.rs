//! Imports that people follow: a file is sent, looked at, tried, written, and taken back.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::Client;

const FILE: &str = "Raison sociale;SIRET;Effectif;Ville;Couleur\n\
    Éts Lenoir;40483300000114;12;Sélestat;rouge\n\
    Garage Müller;40483300000221;beaucoup;Colmar;rouge\n\
    Boulangerie Zoé;40483300000338;4;Obernai;bleu\n";

fn send(client: &Client, name: &str, content: &[u8]) -> Json {
    let named = format!("attachment; filename*=UTF-8''{name}");
    let path = client.at("$imports?collection=accounts");
    let answer = client.with("content-disposition", &named).send(
        "POST",
        &path,
        Some("application/octet-stream"),
        content,
    );
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn at(client: &Client, import: &Json, part: &str) -> String {
    client.at(&format!("$imports/{}{part}", import["id"].as_str().unwrap()))
}

/// Waits for the work in hand.
fn ended(client: &Client, import: &Json) -> Json {
    let began = Instant::now();
    loop {
        let now = client.get(&at(client, import, "")).json();
        if now["live"] == false {
            assert_eq!(now["problem"], json!(null), "{now}");
            return now;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{now}");
        std::thread::yield_now();
    }
}

fn ask(client: &Client, import: &Json, part: &str, body: &Json) -> Json {
    let answer = client.post(&at(client, import, part), body);
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    ended(client, import)
}

fn mapping() -> Json {
    json!({"mapping": {
        "key": "siret",
        "columns": {"name": "Raison sociale", "siret": "SIRET", "employees": "Effectif", "main_address.city": "Ville"},
    }})
}

#[test]
fn a_file_is_looked_at_tried_written_and_taken_back_with_its_updates() {
    let app = App::start();
    let ada = app.ada();
    let known = ada.create("accounts", json!({"name": "Lenoir", "siret": "40483300000114", "employees": 3}));
    let latin: Vec<u8> = FILE.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let import = send(&ada, "clients%20%C3%A9t%C3%A9.csv", &latin);
    assert_eq!(import["file"], "clients été.csv");
    let seen = &import["detected"];
    assert_eq!((&seen["encoding"], &seen["delimiter"]), (&json!("windows-1252"), &json!(";")));
    let proposed: Vec<&Json> =
        seen["columns"].as_array().unwrap().iter().map(|column| &column["proposed"]).collect();
    assert_eq!(
        proposed[..4],
        [&json!("name"), &json!("siret"), &json!("employees"), &json!("main_address.city")]
    );
    assert_eq!(seen["columns"][4]["values"], json!(["bleu", "rouge"]));

    let tried = ask(&ada, &import, "/preview", &mapping());
    assert_eq!(tried["stage"], "previewed");
    let counts = ["created", "updated", "refused"].map(|name| tried["preview"][name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1]);
    let rows = ada.get(&at(&ada, &import, "/rows?outcome=refuse")).json();
    assert_eq!(rows["value"][0]["line"], 3);
    assert!(rows["value"][0]["reasons"][0].as_str().unwrap().contains("beaucoup"), "{rows}");
    assert_eq!(rows["value"][0]["cells"][0], "Garage Müller");
    assert_eq!(ada.names("accounts"), ["Lenoir"], "nothing is written before it is told to");

    let done = ask(&ada, &import, "/run", &json!({}));
    assert_eq!((&done["stage"], &done["refused_file"]), (&json!("done"), &json!(true)));
    assert_eq!(ada.names("accounts?$orderby=siret"), ["Éts Lenoir", "Boulangerie Zoé"]);
    let refused = ada.get(&at(&ada, &import, "/refused"));
    assert!(refused.text().contains("Garage Müller"), "{}", refused.text());
    assert!(refused.header("content-disposition").unwrap().contains("refused"));

    let undone = ask(&ada, &import, "/undo", &json!({}));
    assert_eq!(undone["stage"], "undone");
    assert_eq!((&undone["undone"]["done"], &undone["undone"]["left"]), (&json!(2), &json!(0)));
    let back = ada.get(&ada.at(&format!("accounts/{}", known["id"].as_str().unwrap()))).json();
    assert_eq!((&back["name"], &back["employees"]), (&json!("Lenoir"), &json!(3)));
    assert_eq!(back["main_address"], json!(null));
    assert_eq!(ada.names("accounts"), ["Lenoir"]);
    let again = ask(&ada, &import, "/undo", &json!({}));
    assert_eq!((&again["undone"]["done"], &again["undone"]["left"]), (&json!(0), &json!(0)));
    assert_eq!(ada.names("accounts"), ["Lenoir"]);
}

#[test]
fn what_somebody_changed_since_is_left_and_told() {
    let app = App::start();
    let ada = app.ada();
    let import = send(
        &ada,
        "a.csv",
        "name;siret\nUn;40483300000114\nDeux;40483300000221\nTrois;40483300000338\n".as_bytes(),
    );
    let columns = json!({"mapping": {"key": "siret", "columns": {"name": "name", "siret": "siret"}}});
    ask(&ada, &import, "/run", &columns);
    let two = ada.list("accounts?$filter=siret eq '40483300000221'")[0].clone();
    let path = ada.at(&format!("accounts/{}", two["id"].as_str().unwrap()));
    assert_eq!(ada.patch(&path, &json!({"employees": 9})).status, 200);
    let undone = ask(&ada, &import, "/undo", &json!({}));
    assert_eq!((&undone["undone"]["done"], &undone["undone"]["left"]), (&json!(2), &json!(1)));
    assert_eq!(ada.names("accounts"), ["Deux"]);
    let left = ada.get(&at(&ada, &import, "/left")).json();
    let told = &left["value"][0];
    assert_eq!((&told["why"], &told["title"]), (&json!("changed"), &json!("Deux")));
    assert!(told["by"]["name"].is_string(), "{left}");
}

#[test]
fn a_record_changed_twice_by_an_import_is_what_it_was_before_both() {
    let app = App::start();
    let ada = app.ada();
    ada.create("accounts", json!({"name": "Avant", "siret": "40483300000114"}));
    let import = send(&ada, "a.csv", "name;siret\nUn;40483300000114\nDeux;40483300000114\n".as_bytes());
    let columns = json!({"mapping": {"key": "siret", "columns": {"name": "name", "siret": "siret"}}});
    ask(&ada, &import, "/run", &columns);
    assert_eq!(ada.names("accounts"), ["Deux"]);
    ask(&ada, &import, "/undo", &json!({}));
    assert_eq!(ada.names("accounts"), ["Avant"]);
}

#[test]
fn what_was_asked_of_the_same_columns_is_remembered_and_the_same_file_is_recognised() {
    let app = App::start();
    let ada = app.ada();
    let first = send(&ada, "a.csv", FILE.as_bytes());
    ask(&ada, &first, "/run", &mapping());
    let second = send(&ada, "b.csv", FILE.as_bytes());
    assert_eq!(second["remembered"]["mapping"], mapping()["mapping"]);
    assert_eq!(second["same_file"]["id"], first["id"]);
    let list = ada.get(&ada.at("$imports?collection=accounts&$top=1")).json();
    assert_eq!(ada.get(&ada.at("$imports?$top=4294967296")).status, 400);
    assert_eq!((&list["value"][0]["id"], list["value"].as_array().unwrap().len()), (&second["id"], 1));
    let next = ada.get(list["@odata.nextLink"].as_str().unwrap()).json();
    assert_eq!(next["value"][0]["id"], first["id"]);
    assert_eq!(ada.delete(&at(&ada, &first, "")).status, 204);
    assert_eq!(ada.get(&at(&ada, &first, "")).status, 404);
}

#[test]
fn who_may_not_write_sees_no_import_and_no_journal() {
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let import = send(&ada, "a.csv", FILE.as_bytes());
    let path = remi.at("$imports?collection=accounts");
    assert_eq!(remi.send("POST", &path, Some("text/csv"), FILE.as_bytes()).status, 403);
    for path in ["$imports", "$journal", "$figures", "$people"] {
        assert_eq!(remi.get(&remi.at(path)).status, 403, "{path}");
    }
    for part in ["", "/rows", "/left", "/refused"] {
        assert_eq!(remi.get(&at(&remi, &import, part)).status, 403, "{part}");
    }
    for part in ["/detect", "/preview", "/run", "/stop", "/undo"] {
        assert_eq!(remi.post(&at(&remi, &import, part), &json!({})).status, 403, "{part}");
    }
    assert_eq!(remi.delete(&at(&remi, &import, "")).status, 403);
    assert_eq!(ada.get(&ada.at("$imports/..%2F..%2Fx")).status, 404);
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_written() {
    let app = App::start();
    let ada = app.ada();
    let import = send(&ada, "a.csv", FILE.as_bytes());
    let refused = |body: Json| ada.post(&at(&ada, &import, "/run"), &body);
    assert_eq!(refused(json!({})).refusal(), (409, "conflict".to_owned()));
    assert_eq!(refused(json!({"mapping": {"columns": {}}})).status, 422);
    let unknown = refused(json!({"mapping": {"columns": {"nam": "Raison sociale"}}}));
    assert!(unknown.text().contains("name"), "{}", unknown.text());
    let empty = ada.at("$imports?collection=accounts");
    let answer = ada.send("POST", &empty, Some("text/csv"), b"");
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(!answer.text().contains(&app.folder.path().display().to_string()), "{}", answer.text());
    assert_eq!(ada.send("POST", &ada.at("$imports?collection=x"), Some("text/csv"), b"a\n1\n").status, 404);
    assert_eq!(ada.post(&at(&ada, &import, "/undo"), &json!({})).status, 409);
    assert!(ada.names("accounts").is_empty());
}

/// Access that is taken away in the middle stops what its owner began, whole and with a reason; somebody else goes on.
#[test]
fn whoever_loses_their_access_in_the_middle_of_an_import_imports_no_further() {
    const ROWS: usize = 9_000;
    let app = App::start();
    let (ada, remi) = (app.ada(), app.remi());
    let mut file = String::from("name\n");
    (0..ROWS).for_each(|n| file.push_str(&format!("Ligne {n}\n")));
    let import = send(&ada, "a.csv", file.as_bytes());
    let columns = json!({"mapping": {"columns": {"name": "name"}}});
    assert_eq!(ada.post(&at(&ada, &import, "/run"), &columns).status, 202);
    let begun = Instant::now();
    while ada.get(&at(&ada, &import, "")).json()["advance"]["done"] == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::yield_now();
    }
    app.platform.access_grant(app.user("ada@acme.example"), "acme", &["reader"]).unwrap();
    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["administrator"]).unwrap();
    let stopped = loop {
        let now = remi.get(&at(&remi, &import, "")).json();
        if now["live"] == false {
            break now;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{now}");
        std::thread::yield_now();
    };
    assert_eq!(stopped["stage"], "stopped", "{stopped}");
    assert!(stopped["problem"].to_string().contains("n'a plus le droit"), "{stopped}");
    let written = stopped["report"]["created"].as_u64().unwrap();
    assert!(written > 0 && written < ROWS as u64, "{stopped}");
    let done = ask(&remi, &import, "/run", &json!({}));
    assert_eq!((&done["stage"], &done["problem"]), (&json!("done"), &json!(null)));
    let count = remi.get(&remi.at("accounts/$count")).text();
    assert_eq!(count.trim_start_matches('\u{feff}'), ROWS.to_string());
}
