//! `agreement`: JSON in, JSON out, and faults at their place.

use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::support::Said;

/// Runs the command where there is no platform; the folder holds `log.json`.
fn run(log: &str, language: &str, args: &[&str]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.json"), log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tisserand"));
    command.current_dir(folder.path()).env("LC_ALL", language).arg("agreement").args(args);
    let said = command.output().unwrap().into();
    assert!(!Path::new(&folder.path().join("data")).exists(), "a calculation makes no platform");
    said
}

const LOG: &str = r#"{"service_level": {"guaranteed_percent": "99.4", "calendar": "alsace-moselle"},
 "incidents": [
  {"id": "I-1", "environment": "acme-production", "events": [
    {"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1},
    {"at": "2026-04-07T10:30:00+02:00", "kind": "severity", "severity": 2, "reason": "workaround"},
    {"at": "2026-04-07T11:00:00+02:00", "kind": "waiting", "party": "client"},
    {"at": "2026-04-07T12:00:00+02:00", "kind": "resumed"},
    {"at": "2026-04-07T15:00:00+02:00", "kind": "closed"}]},
  {"id": "I-2", "environment": "acme-test", "events": [
    {"at": "2026-04-07T09:30:00+02:00", "kind": "opened", "severity": 1},
    {"at": "2026-04-07T10:00:00+02:00", "kind": "closed"}]}]}"#;

#[test]
fn the_holidays_of_a_year_are_json_by_date() {
    let days = run("", "C", &["holidays", "--year", "2027"]).ok().json();
    assert_eq!(
        days[0],
        json!({"date": "2027-01-01", "name": {"fr": "Jour de l'an", "en": "New Year's Day"}, "region": "fr"})
    );
    assert_eq!(days[1]["region"], "alsace-moselle");
    assert_eq!(days.as_array().unwrap().len(), 13);
    let france = run("", "C", &["holidays", "--year", "2027", "--region", "fr", "--law"]).ok().json();
    assert_eq!(france.as_array().unwrap().len(), 11);
    assert!(france[1]["law"]["fr"].as_str().unwrap().contains("L3133-1, 2°"));
    let rule = ["holidays", "--year", "2027", "--good-friday", "commune-without-temple"];
    assert_eq!(run("", "C", &rule).ok().json().as_array().unwrap().len(), 12);
    assert_eq!(run("", "C", &["holidays", "--year", "1899"]).code, 2);
}

#[test]
fn the_guaranteed_hours_of_a_quarter_are_those_of_the_format() {
    let said = run("", "C", &["hours", "--quarter", "2027-Q1"]).ok();
    assert_eq!(said.out, "{\"quarter\":\"2027-Q1\",\"days\":61,\"guaranteed_s\":2196000}\n");
    let said = run("", "C", &["hours", "--quarter", "2027-Q1", "--calendar", "fr"]).ok().json();
    assert_eq!(said["days"], 62);
    let own = r#"{"zone": "Europe/Paris", "week": {"monday": [["09:00", "12:00"], ["14:00", "17:00"]]}}"#;
    let said = run(own, "C", &["hours", "--quarter", "2027-Q1", "--calendar", "log.json"]).ok().json();
    assert_eq!((&said["days"], &said["guaranteed_s"]), (&json!(13), &json!(13 * 6 * 3600)));
    assert_eq!(run("", "C", &["hours", "--quarter", "2027-T1"]).code, 2);
}

#[test]
fn a_rate_is_the_documented_answer_and_follows_its_options() {
    let rate = |more: &[&str]| -> Json {
        run(LOG, "C", &[&["rate", "--quarter", "2026-Q2", "--log", "log.json"], more].concat()).ok().json()
    };
    let alone = rate(&["--environment", "acme-production"]);
    assert_eq!(alone, rate(&[]));
    assert_eq!((&alone["percent"], &alone["weighted_s"]), (&json!("99.449153"), &json!(11700)));
    assert_eq!(rate(&["--overlap", "sum"])["weighted_s"], 11700 + 1800);
    assert_eq!(rate(&["--until", "2026-04-07T09:00:07+02:00"])["weighted_s"], 7);
    let would = rate(&["--planned", "2026-04-14T17:50:00+02:00/40m/2", "--suppose", "I-1=3"]);
    assert_eq!(would["now"], alone);
    assert_eq!(would["projected"]["counted"], json!({"severity_1_s": 1800, "severity_2_s": 600}));
    let unknown = ["rate", "--quarter", "2026-Q2", "--log", "log.json", "--suppose", "I-9=2"];
    let said = run(LOG, "C", &unknown);
    assert!(said.code == 1 && said.err.contains("no incident of the log is called I-9"), "{said:?}");
}

#[test]
fn a_ledger_is_a_page_for_people_and_json_for_programs() {
    let args = ["ledger", "--quarter", "2026-Q2", "--log", "log.json"];
    let page = run(LOG, "fr_FR.UTF-8", &args).ok().out;
    assert!(page.contains("compté ×1  I-1, I-2") && page.contains("Trimestre entier"), "{page}");
    let ledger = run(LOG, "C", &[&args[..], &["--json"]].concat()).ok().json();
    assert_eq!(ledger["sums"]["counted"], json!({"0.5": 12600, "1": 5400}));
    assert_eq!(ledger["guaranteed_s"], 2_124_000);
}

#[test]
fn a_faulty_event_is_told_with_its_line_in_the_language_of_the_person() {
    let faulty = LOG.replace(r#""kind": "resumed""#, r#""kind": "reopened", "severity": 1"#);
    let args = ["rate", "--quarter", "2026-Q2", "--log", "log.json"];
    let said = run(&faulty, "C", &args);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("line 7, I-1, incidents[0].events[3]: the incident is not closed"),
        "{}",
        said.err
    );
    let said = run(&faulty, "fr_FR.UTF-8", &args);
    assert!(
        said.err.contains("ligne 7, I-1, incidents[0].events[3] : l'incident n'est pas clos"),
        "{}",
        said.err
    );
    let said = run(LOG, "C", &["rate", "--quarter", "2026-Q2", "--log", "nothing.json"]);
    assert!(said.code == 1 && said.err.contains("nothing.json"), "{said:?}");
}

#[test]
fn clocks_of_tickets_are_told_at_an_instant() {
    let tickets = r#"{"terms": {"calendar": "alsace-moselle", "targets": {"urgent": {"response_s": 3600, "resolution_s": 14400}}},
      "tickets": [{"id": "T-1", "events": [{"at": "2026-09-04T17:00:00+02:00", "kind": "opened", "priority": "urgent"}]}]}"#;
    let clocks = run(tickets, "C", &["clock", "--log", "log.json", "--until", "2026-09-04T17:30:00+02:00"])
        .ok()
        .json();
    assert_eq!(
        clocks[0]["by_party_s"],
        json!({"client": 0, "integrator": 0, "operator": 1800, "third_party": 0})
    );
    assert_eq!(clocks[0]["resolution"]["due"], "2026-09-07T11:00:00+02:00");
    assert_eq!(clocks[0]["response"]["status"], "running");
}
