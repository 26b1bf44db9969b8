//! Lists as files.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::json;

use crate::app::App;
use crate::client::{Answer, Client, encoded};

fn stocked(app: &App) -> Client {
    let ada = app.ada();
    let me = ada.get(&ada.at("$dictionary")).json()["me"]["id"].clone();
    let accounts = [
        json!({"name": "Élan; \"Chauffage\"", "employees": 12, "turnover": 1234.5, "founded": "1998-03-01", "kind": "prospect",
               "main_address": {"lines": "3 rue du Fil", "city": "Strasbourg", "postcode": "67000"}, "tags": ["red", "blue"],
               "owner_id": me, "seen": "2026-11-20T23:30:00Z", "delay": "PT37H5M", "blocked": true}),
        json!({"name": "=1+1", "main_address": {"city": "Colmar"}}),
        json!({"name": "Œuvre", "turnover": 10}),
    ];
    accounts.into_iter().for_each(|account| drop(ada.create("accounts", account)));
    ada
}

const COLUMNS: &str = "code,name,kind,tags,owner,owner.email,main_address,main_address.city,turnover,employees,founded,seen,delay,blocked";

fn exported(client: &Client, options: &str) -> Answer {
    let answer = client.get(&client.at(&format!("accounts/$export?{options}")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

fn cells(answer: &Answer) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.bytes.clone())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn a_list_for_people_says_what_screens_say() {
    let app = App::start();
    let ada = stocked(&app);
    let options = format!(
        "labels=true&$format=csv&$orderby=name desc&name={}&$select={COLUMNS}",
        encoded("Tiers à voir")
    );
    let answer = exported(&ada.with("accept-language", "fr"), &options);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.contains("filename*=UTF-8''Tiers%20%C3%A0%20voir.csv"), "{disposition}");
    assert_eq!(answer.header("tisserand-records"), Some("3"));
    let text = answer.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines[0],
        "Code;Raison sociale;Type;Étiquettes;Responsable;Responsable › Adresse électronique;Adresse;Ville;Chiffre d'affaires;Effectif;\
         Fondée le;Vu le;Délai;Bloqué"
    );
    assert!(lines[1].starts_with("T000003;Œuvre;Prospect;;;;;;10,00;"), "{}", lines[1]);
    // 23:30 UTC is the next day, half past midnight, in Paris.
    assert_eq!(
        lines[2],
        "T000001;\"Élan; \"\"Chauffage\"\"\";Prospect;Bleu, Rouge;Ada Lenoir;ada@acme.example;3 rue du Fil, 67000 Strasbourg;\
         Strasbourg;1234,50;12;1998-03-01;2026-11-21 00:30;37:05:00;oui"
    );
    // A spreadsheet would reckon what somebody typed into a name.
    assert!(lines[3].starts_with("T000002;'=1+1;Prospect;"), "{}", lines[3]);
}

#[test]
fn a_spreadsheet_opens_with_numbers_dates_and_lengths_of_time_as_such() {
    let app = App::start();
    let ada = stocked(&app);
    let where_ = encoded("main_address.city = 'Strasbourg'");
    let answer = exported(&ada, &format!("labels=true&$format=xlsx&$where={where_}&$select={COLUMNS}"));
    assert_eq!(answer.header("tisserand-records"), Some("1"));
    let rows = cells(&answer);
    assert_eq!(rows.len(), 2);
    let row = &rows[1];
    assert_eq!(row[1], Data::String("Élan; \"Chauffage\"".to_owned()));
    assert_eq!((&row[8], &row[9]), (&Data::Float(1234.5), &Data::Float(12.0)));
    let days = |cell: &Data| match cell {
        Data::DateTime(at) => at.as_f64(),
        other => panic!("{other:?}"),
    };
    assert_eq!(days(&row[10]), 35855.0);
    assert!((days(&row[11]) - (46347.0 + 30.0 / 1440.0)).abs() < 1e-9, "{:?}", row[11]);
    assert!((days(&row[12]) - (37.0 * 60.0 + 5.0) / 1440.0).abs() < 1e-9, "{:?}", row[12]);
    assert_eq!(row[13], Data::Bool(true));
}

#[test]
fn without_labels_it_is_what_an_import_reads() {
    let app = App::start();
    let ada = stocked(&app);
    let whole = exported(&ada, "$orderby=code").text();
    assert!(
        whole.starts_with("\u{feff}id,code,name,") || whole.starts_with("\u{feff}id;code;name;"),
        "{whole}"
    );
    let some = exported(
        &ada.with("accept-language", "en"),
        "$orderby=code&$select=code,kind,owner,main_address/city",
    )
    .text();
    assert!(
        some.contains("code") && some.contains("main_address.city") && some.contains("prospect"),
        "{some}"
    );
    let lines = exported(&ada, "$format=jsonl&$search=oeuvre").text();
    let record: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(record["name"], "Œuvre");
}

#[test]
fn a_long_list_is_whole_and_in_order() {
    let app = App::start();
    let ada = app.ada();
    let requests: Vec<_> = (0..1_203)
        .map(|n| {
            json!({"id": n.to_string(), "atomicityGroup": "g", "method": "POST", "url": "accounts",
                        "body": {"name": format!("Tiers {n:05} {}", "x".repeat(90))}})
        })
        .collect();
    assert_eq!(ada.post(&ada.at("$batch"), &json!({"requests": requests})).status, 200);
    for format in ["csv", "xlsx"] {
        let answer = exported(&ada, &format!("$format={format}&labels=true&$select=name&$orderby=name desc"));
        let names: Vec<String> = match format {
            "csv" => answer.text().lines().skip(1).map(str::to_owned).collect(),
            _ => cells(&answer).iter().skip(1).map(|row| row[0].to_string()).collect(),
        };
        assert_eq!(names.len(), 1_203, "{format}");
        assert!(names.is_sorted_by(|a, b| a > b), "{format}");
        // Of a CSV that is sent while it is read the number is not known before.
        let known = (format == "xlsx").then_some("1203");
        assert_eq!(answer.header("tisserand-records"), known, "{format}");
    }
}

#[test]
fn what_is_wrong_is_told_before_the_file_begins() {
    let app = App::start();
    let ada = stocked(&app);
    let refused = |options: &str| {
        let answer = ada.get(&ada.at(&format!("accounts/$export?{options}")));
        (answer.status, answer.json())
    };
    let (status, problem) = refused(&format!("$where={}", encoded("nme = 'x'")));
    assert_eq!((status, &problem["near"]), (400, &json!("name")));
    let (status, problem) = refused("$select=code,main_address.cty&labels=true");
    assert_eq!(status, 400);
    assert!(problem["detail"].as_str().unwrap().contains("city"), "{problem}");
    assert_eq!(refused("$format=pdf").0, 400);
    // A word that is neither yes nor no, and one that is both.
    assert_eq!(refused("labels=1").0, 400);
    assert_eq!(refused("labels=true&labels=false").0, 400);
    assert_eq!(ada.get(&ada.at("dictionary_sources/$export")).status, 404);
    let secrets = ada.get(&ada.at("accounts/$export?$select=secret_note"));
    assert_eq!(secrets.status, 400, "{}", secrets.text());
    assert_eq!(
        app.remi().get(&ada.at("accounts/$export")).status,
        200,
        "whoever reads may take a list along"
    );
    assert_eq!(app.grace().get("/data/acme/accounts/$export").status, 404);
}

#[test]
fn who_took_a_list_along_is_noted_and_told_to_who_protects_people() {
    let app = App::start();
    let ada = stocked(&app);
    let told = |query: &str| {
        let answer = ada.get(&ada.at(&format!("$exports{query}")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["value"].as_array().unwrap().clone()
    };
    assert!(told("").is_empty());
    exported(&ada, "$format=csv");
    exported(&ada, &format!("$format=xlsx&$search={}", encoded("Œuvre")));
    // What never began is no export.
    assert_eq!(ada.get(&ada.at("accounts/$export?$filter=nothing eq 1")).status, 400);
    let all = told("");
    let told_of = |export: &serde_json::Value| {
        ["entity", "records", "format", "narrowed", "whole"].map(|name| export[name].clone())
    };
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(told_of(&all[0]), [json!("account"), json!(1), json!("xlsx"), json!(true), json!(true)]);
    assert_eq!(told_of(&all[1]), [json!("account"), json!(3), json!("csv"), json!(false), json!(true)]);
    assert_eq!((&all[0]["by"]["name"], &all[0]["viewed"]), (&json!("Ada Lenoir"), &json!(null)));
    let me = all[0]["by"]["id"].as_str().unwrap();
    assert_eq!(told(&format!("?person={me}&$top=1")).len(), 1);
    assert_eq!(told("?person=0192f3a0-7e1c-7c3a-9f5e-0123456789ab").len(), 0);
    // Nothing of the records, nor what was looked for.
    let folder = app.folder.path().join("data/environments/acme/exports");
    let kept = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let log = std::fs::read_to_string(kept.path()).unwrap();
    assert!(!log.contains("uvre") && log.lines().count() == 2, "{log}");

    app.platform.access_grant(app.user("remi@acme.example"), "acme", &["reader"]).unwrap();
    let remi = app.signed_in("remi@acme.example", "acme");
    assert_eq!(remi.get(&remi.at("$exports")).refusal(), (403, "forbidden".to_owned()));

    // What cannot be noted is not handed out.
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    assert_eq!(ada.get(&ada.at("accounts/$export?$format=csv")).status, 500);
}
