//! Every second of a quarter is named.

use agreement::ledger::{Kind as Named, Ledger};
use agreement::terms::Overlap;
use agreement::text::Language;
use serde_json::json;

use crate::support::{at, contract, log, quarter};

const INCIDENTS: &str = r#"
 {"id": "I-1", "events": [{"at": "2026-05-07T17:00:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-05-11T09:00:00+02:00", "kind": "waiting", "party": "client"},
   {"at": "2026-05-11T10:00:00+02:00", "kind": "resumed"}, {"at": "2026-05-11T10:30:00+02:00", "kind": "closed"}]},
 {"id": "I-2", "excluded": "network", "events": [{"at": "2026-05-11T09:30:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-05-11T10:10:00+02:00", "kind": "closed"}]},
 {"id": "I-3", "events": [{"at": "2026-05-11T10:20:00+02:00", "kind": "opened", "severity": 2}, {"at": "2026-05-11T10:40:00+02:00", "kind": "closed"}]}"#;

#[test]
fn a_holiday_and_a_week_end_inside_an_incident_are_named() {
    let log = log(&contract(INCIDENTS));
    let ledger = Ledger::new(&log.service_level, &log.incidents, quarter("2026-Q2"), None);
    let value = serde_json::to_value(&ledger).unwrap();
    let from =
        |text: &str| value["entries"].as_array().unwrap().iter().position(|e| e["from"] == text).unwrap();
    let told: Vec<_> =
        value["entries"].as_array().unwrap()[from("2026-05-07T17:00:00+02:00")..][..11].to_vec();
    let span = |from: &str, to: &str, seconds: i64, rest: serde_json::Value| {
        let mut span = json!({"from": format!("2026-05-{from}+02:00"), "to": format!("2026-05-{to}+02:00"), "seconds": seconds});
        span.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        span
    };
    let expected = [
        span(
            "07T17:00:00",
            "07T18:00:00",
            3600,
            json!({"kind": "counted", "weight": "1", "incident": "I-1"}),
        ),
        span("07T18:00:00", "08T00:00:00", 21_600, json!({"kind": "closed"})),
        span(
            "08T00:00:00",
            "09T00:00:00",
            86_400,
            json!({"kind": "holiday", "holiday": {"fr": "Victoire 1945", "en": "Victory Day 1945"}}),
        ),
        span("09T00:00:00", "11T08:00:00", 201_600, json!({"kind": "closed"})),
        span(
            "11T08:00:00",
            "11T09:00:00",
            3600,
            json!({"kind": "counted", "weight": "1", "incident": "I-1"}),
        ),
        span(
            "11T09:00:00",
            "11T09:30:00",
            1800,
            json!({"kind": "paused", "party": "client", "incident": "I-1"}),
        ),
        span(
            "11T09:30:00",
            "11T10:00:00",
            1800,
            json!({"kind": "paused", "party": "client", "incident": "I-1", "also": ["I-2"]}),
        ),
        span(
            "11T10:00:00",
            "11T10:10:00",
            600,
            json!({"kind": "counted", "weight": "1", "incident": "I-1", "also": ["I-2"]}),
        ),
        span("11T10:10:00", "11T10:20:00", 600, json!({"kind": "counted", "weight": "1", "incident": "I-1"})),
        span(
            "11T10:20:00",
            "11T10:30:00",
            600,
            json!({"kind": "counted", "weight": "1", "incident": "I-1", "also": ["I-3"]}),
        ),
        span(
            "11T10:30:00",
            "11T10:40:00",
            600,
            json!({"kind": "counted", "weight": "0.5", "incident": "I-3"}),
        ),
    ];
    assert_eq!(told, expected);
    assert_eq!(value["sums"]["counted"], json!({"0.5": 600, "1": 3600 + 3600 + 1800}));
    assert_eq!(value["sums"]["paused"], json!({"client": 3600}));
    assert_eq!((&value["total_s"], &value["guaranteed_s"]), (&json!(91 * 86_400), &json!(2_124_000)));
    assert_eq!(
        (&value["from"], &value["to"]),
        (&json!("2026-04-01T00:00:00+02:00"), &json!("2026-07-01T00:00:00+02:00"))
    );
}

#[test]
fn added_incidents_show_their_weight_together() {
    let mut log = log(&contract(INCIDENTS));
    log.service_level.policies.overlap = Overlap::Sum;
    let ledger = Ledger::new(&log.service_level, &log.incidents, quarter("2026-Q2"), None);
    assert_eq!(ledger.sums().counted.get("1.5"), Some(&600));
    assert_eq!(ledger.sums().total_s(), 91 * 86_400);
}

#[test]
fn the_page_is_readable_in_both_languages() {
    let log = log(&contract(INCIDENTS));
    let until = Some(at("2026-05-11T09:15:00+02:00"));
    let ledger = Ledger::new(&log.service_level, &log.incidents, quarter("2026-Q2"), until);
    let page = ledger.page(Language::Fr);
    assert!(page.contains("2026-05-08 00:00:00+02:00   24:00:00  férié (Victoire 1945)\n"), "{page}");
    assert!(page.contains("2026-05-11 09:00:00+02:00    0:15:00  suspendu (client)  I-1\n"), "{page}");
    assert!(page.contains("2026-05-11 09:15:00+02:00    8:45:00  garanti\n"), "{page}");
    assert!(ledger.page(Language::En).contains("Whole quarter"), "{page}");
}

/// 26 December 2025 was a Friday and a holiday in Alsace-Moselle: closed the whole day, by name.
#[test]
fn consecutive_holidays_keep_their_names() {
    let log = log(&contract(""));
    let ledger = Ledger::new(&log.service_level, &log.incidents, quarter("2025-Q4"), None);
    let names: Vec<&str> = ledger
        .entries
        .iter()
        .filter_map(|entry| match &entry.kind {
            Named::Holiday(name) => Some(name.fr.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["Toussaint", "Armistice 1918", "Noël", "Saint-Étienne"]);
}
