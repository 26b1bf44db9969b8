//! Faults of a log point at the event and say what to do.

use agreement::log::Log;
use agreement::text::Language;

use crate::support::contract;

fn fault(text: &str, language: Language) -> String {
    let faults = Log::read(text).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].0.told(language)
}

/// A log whose only incident has these events, one a line, the first on line 2.
fn of(events: &[&str]) -> String {
    contract(&format!("{{\"id\": \"I-7\", \"events\": [\n{}\n]}}", events.join(",\n")))
}

const OPENED: &str = r#"{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1}"#;
const CLOSED: &str = r#"{"at": "2026-04-07T10:00:00+02:00", "kind": "closed"}"#;

#[test]
fn a_faulty_event_is_named_by_line_incident_and_index() {
    let late = r#"{"at": "2026-04-07T08:00:00+02:00", "kind": "closed"}"#;
    let resumed = r#"{"at": "2026-04-07T10:00:00+02:00", "kind": "resumed"}"#;
    let reopened = r#"{"at": "2026-04-07T10:00:00+02:00", "kind": "reopened", "severity": 1}"#;
    let bare = r#"{"at": "2026-04-07T09:00:00+02:00", "kind": "opened"}"#;
    let local = r#"{"at": "2026-04-07T09:00:00", "kind": "opened", "severity": 1}"#;
    let four = r#"{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 4}"#;
    let nobody = r#"{"at": "2026-04-07T09:30:00+02:00", "kind": "waiting"}"#;
    let someone = r#"{"at": "2026-04-07T09:30:00+02:00", "kind": "waiting", "party": "everyone"}"#;
    let paused = r#"{"at": "2026-04-07T09:30:00+02:00", "kind": "paused"}"#;
    let stray = r#"{"at": "2026-04-07T09:30:00+02:00", "kind": "closed", "severity": 2}"#;
    for (events, place, said) in [
        (&[OPENED, late][..], "line 3, I-7, incidents[0].events[1]", "time order"),
        (&[OPENED, resumed], "line 3, I-7, incidents[0].events[1]", "waits for nobody"),
        (&[OPENED, CLOSED, CLOSED], "line 4, I-7, incidents[0].events[2]", "only reopened"),
        (&[OPENED, OPENED], "line 3, I-7, incidents[0].events[1]", "write reopened"),
        (&[OPENED, reopened], "line 3, I-7, incidents[0].events[1]", "not closed"),
        (&[CLOSED], "line 2, I-7, incidents[0].events[0]", "first event"),
        (&[bare], "line 2, I-7, incidents[0].events[0]", "severity is missing"),
        (&[local], "line 2, I-7, incidents[0].events[0]", "offset"),
        (&[four], "line 2, I-7, incidents[0].events[0]", "1, 2 or 3"),
        (&[OPENED, nobody], "line 3, I-7, incidents[0].events[1]", "party is missing"),
        (&[OPENED, someone], "line 3, I-7, incidents[0].events[1]", "third_party"),
        (&[OPENED, paused], "line 3, I-7, incidents[0].events[1]", "waiting"),
        (&[OPENED, stray], "line 3, I-7, incidents[0].events[1]", "take severity away"),
        (&[], "line 1, I-7, incidents[0]", "no event"),
    ] {
        let told = fault(&of(events), Language::En);
        assert!(told.starts_with(&format!("{place}: ")) && told.contains(said), "{told}");
        assert!(fault(&of(events), Language::Fr).contains(" : "));
    }
}

#[test]
fn every_faulty_incident_is_told_at_once() {
    let twice = format!(r#"{{"id": "I-1", "events": [{OPENED}]}}"#);
    let faults = Log::read(&contract(&format!(
        "{twice},\n{twice},\n{{\"id\": \"I-2\", \"excluded\": \"weather\", \"events\": [{OPENED}]}}"
    )))
    .unwrap_err();
    let told: Vec<String> = faults.iter().map(|fault| fault.0.told(Language::En)).collect();
    assert!(told[0].starts_with("line 2, I-1, incidents[1]: ") && told[0].contains("its own"), "{told:?}");
    assert!(
        told[1].starts_with("line 3, incidents[2]: ") && told[1].contains("customer_equipment"),
        "{told:?}"
    );
}

#[test]
fn what_is_not_a_log_is_refused_with_its_line() {
    assert!(fault("{\n\"incidents\": []", Language::En).starts_with("line 2: "));
    assert!(fault("", Language::En).starts_with("line 1: "));
    let level = contract("").replace("99.4", "ninety-nine");
    assert!(fault(&level, Language::En).contains("service_level: “ninety-nine” is no percentage"));
    let number = contract("").replace("\"99.4\"", "99.4");
    assert!(fault(&number, Language::En).contains("service_level"));
}

#[test]
fn a_correction_is_refused_without_both_parties_a_reason_or_an_event() {
    let with = |correction: &str| {
        of(&[OPENED, CLOSED]).replace("\n]}", &format!("\n], \"corrections\": [\n{correction}]}}"))
    };
    let alone = r#"{"at": "2026-04-09T10:00:00Z", "event": 1, "reason": "x", "agreed_by": ["operator"]}"#;
    let unsaid =
        r#"{"at": "2026-04-09T10:00:00Z", "event": 1, "reason": " ", "agreed_by": ["operator", "client"]}"#;
    let beyond =
        r#"{"at": "2026-04-09T10:00:00Z", "event": 2, "reason": "x", "agreed_by": ["operator", "client"]}"#;
    let empty = r#"{"at": "2026-04-09T10:00:00Z", "reason": "x", "agreed_by": ["operator", "client"]}"#;
    for (correction, said) in
        [(alone, "both parties"), (unsaid, "its reason"), (beyond, "no event"), (empty, "becomes")]
    {
        let told = fault(&with(correction), Language::En);
        assert!(
            told.starts_with("line 5, I-7, incidents[0].corrections[0]: ") && told.contains(said),
            "{told}"
        );
    }
    // An incident that never closed is open again.
    let gone =
        r#"{"at": "2026-04-09T10:00:00Z", "event": 1, "reason": "x", "agreed_by": ["operator", "client"]}"#;
    assert!(Log::read(&with(gone)).unwrap().incidents[0].is_open());
}
