//! What would be.

use agreement::incident::Kind;
use agreement::projection::{Planned, Supposed};
use agreement::rate::answer;
use agreement::terms::{Policies, Severity};

use crate::support::{at, incident, level, quarter};

#[test]
fn a_maintenance_of_forty_minutes_on_tuesday_takes_its_part_of_the_budget() {
    let level = level(Policies::default());
    let so_far = [incident(
        "I-1",
        &[
            (at("2026-04-07T09:00:00+02:00"), Kind::Opened(Severity::Blocking)),
            (at("2026-04-07T10:00:00+02:00"), Kind::Closed),
        ],
    )];
    let now = Some(at("2026-04-10T12:00:00+02:00"));
    let left = |supposed: &Supposed| {
        supposed.answer(&level, &so_far, quarter("2026-Q2"), now).unwrap().budget_left_s.severity_1
    };
    let act = |from: &str| Planned { from: at(from), seconds: 40 * 60, severity: Severity::Blocking };
    let of = |from: &str| Supposed { planned: vec![act(from)], severities: Vec::new() };
    assert_eq!(left(&Supposed::default()), 12_744 - 3600);
    assert_eq!(left(&of("2026-04-14T10:00:00+02:00")), 12_744 - 3600 - 2400);
    assert_eq!(left(&of("2026-04-14T17:50:00+02:00")), 12_744 - 3600 - 600); // half an hour of it after closing time
    assert_eq!(left(&of("2026-04-14T18:00:00+02:00")), 12_744 - 3600);
}

#[test]
fn had_it_been_severity_2_it_would_have_counted_half() {
    let level = level(Policies::default());
    let so_far = [incident(
        "I-1",
        &[
            (at("2026-04-07T09:00:00+02:00"), Kind::Opened(Severity::Blocking)),
            (at("2026-04-07T10:00:00+02:00"), Kind::Closed),
        ],
    )];
    let supposed = Supposed { planned: Vec::new(), severities: vec![("I-1".to_owned(), Severity::Major)] };
    let would = supposed.answer(&level, &so_far, quarter("2026-Q2"), None).unwrap();
    assert_eq!((would.counted.severity_1_s, would.counted.severity_2_s), (0, 3600));
    let unknown = Supposed { planned: Vec::new(), severities: vec![("I-9".to_owned(), Severity::Major)] };
    assert!(unknown.answer(&level, &so_far, quarter("2026-Q2"), None).unwrap_err().en.contains("I-9"));
}

#[test]
fn an_incident_still_open_counts_up_to_now_whatever_is_planned_later() {
    let level = level(Policies::default());
    let open = [incident("I-1", &[(at("2026-04-10T11:00:00+02:00"), Kind::Opened(Severity::Blocking))])];
    let now = Some(at("2026-04-10T12:00:00+02:00"));
    let planned = Planned { from: at("2026-05-12T10:00:00+02:00"), seconds: 60, severity: Severity::Major };
    let supposed = Supposed { planned: vec![planned], severities: Vec::new() };
    let would = supposed.answer(&level, &open, quarter("2026-Q2"), now).unwrap();
    assert_eq!((would.counted.severity_1_s, would.counted.severity_2_s), (3600, 60));
    assert_eq!(answer(&level, &open, quarter("2026-Q2"), now).counted.severity_1_s, 3600);
}
