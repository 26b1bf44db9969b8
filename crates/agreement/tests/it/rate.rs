//! Rates of quarters, as files say them.

use serde_json::json;

use crate::support::{at, contract, log, quarter, rate_of};
use agreement::rate::{Rate, answer};
use agreement::terms::{BelowZero, Overlap, Percent, SeverityChange};

/// The worked example of the format.
const EXAMPLE: &str = r#"{"service_level": {"guaranteed_percent": "99.4", "calendar": "alsace-moselle"},
 "incidents": [
  {"id": "I-1", "environment": "acme-production", "events": [
    {"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1},
    {"at": "2026-04-07T10:30:00+02:00", "kind": "severity", "severity": 2, "reason": "workaround"},
    {"at": "2026-04-07T11:00:00+02:00", "kind": "waiting", "party": "client"},
    {"at": "2026-04-07T12:00:00+02:00", "kind": "resumed"},
    {"at": "2026-04-07T15:00:00+02:00", "kind": "closed"}]},
  {"id": "I-2", "environment": "acme-production", "excluded": "network",
   "events": [{"at": "2026-05-17T10:00:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-05-17T11:00:00+02:00", "kind": "closed"}]}]}"#;

#[test]
fn the_worked_example_answers_to_the_letter() {
    let answer = rate_of(&log(EXAMPLE), "2026-Q2");
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"quarter":"2026-Q2","guaranteed_s":2124000,"counted":{"severity_1_s":5400,"severity_2_s":12600},"weighted_s":11700,"excluded_s":{"waiting_client":3600},"rate":{"numerator":2112300,"denominator":2124000},"percent":"99.449153","met":true,"budget_left_s":{"severity_1":1044,"severity_2":2088}}"#
    );
}

#[test]
fn an_excluded_cause_is_told_where_it_touches_guaranteed_hours() {
    let on_monday = EXAMPLE.replace("2026-05-17T", "2026-05-18T");
    let answer = serde_json::to_value(rate_of(&log(&on_monday), "2026-Q2")).unwrap();
    assert_eq!(answer["excluded_s"], json!({"network": 3600, "waiting_client": 3600}));
    assert_eq!(answer["weighted_s"], 11700);
}

#[test]
fn half_a_second_makes_a_text_and_an_exact_rate() {
    let odd = contract(
        r#"{"id": "I-1", "events": [{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 2}, {"at": "2026-04-07T09:00:01+02:00", "kind": "closed"}]}"#,
    );
    let answer = serde_json::to_value(rate_of(&log(&odd), "2026-Q2")).unwrap();
    assert_eq!(answer["weighted_s"], "0.5");
    assert_eq!(answer["rate"], json!({"numerator": 4_247_999, "denominator": 4_248_000}));
    assert_eq!(answer["budget_left_s"], json!({"severity_1": 12743, "severity_2": 25487}));
}

#[test]
fn percent_rounds_half_to_even() {
    let percent = |numerator, denominator| Rate { numerator, denominator }.percent();
    assert_eq!(percent(1, 200_000_000), "0.000000"); // 0.0000005
    assert_eq!(percent(3, 200_000_000), "0.000002"); // 0.0000015
    assert_eq!(percent(199_999_999, 200_000_000), "100.000000");
    assert_eq!(percent(1, 1), "100.000000");
    assert_eq!(percent(-1, 200), "-0.500000");
}

#[test]
fn the_whole_allowance_spent_still_meets_the_guarantee_and_a_second_more_does_not() {
    let spent = |seconds: i64| {
        let text = contract(&format!(
            r#"{{"id": "I-1", "events": [{{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1}}, {{"at": "{}", "kind": "closed"}}]}}"#,
            agreement::instant::written(at("2026-04-07T09:00:00+02:00") + seconds, &jiff::tz::TimeZone::UTC)
        ));
        rate_of(&log(&text), "2026-Q2")
    };
    // 0.6 % of 590 hours is 212.4 minutes.
    let all = spent(12_744);
    assert!(all.met && all.budget_left_s.severity_1 == 0 && all.percent == "99.400000");
    let over = spent(12_745);
    assert!(!over.met && over.budget_left_s.severity_1 == -1 && over.budget_left_s.severity_2 == -2);
}

const TWO_AT_ONCE: &str = r#"
 {"id": "I-1", "events": [{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-04-07T11:00:00+02:00", "kind": "closed"}]},
 {"id": "I-2", "events": [{"at": "2026-04-07T10:00:00+02:00", "kind": "opened", "severity": 2}, {"at": "2026-04-07T12:00:00+02:00", "kind": "closed"}]}"#;

#[test]
fn incidents_at_once_count_by_the_stored_policy() {
    let mut log = log(&contract(TWO_AT_ONCE));
    assert_eq!(rate_of(&log, "2026-Q2").weighted_halves, 2 * (7200 + 1800));
    log.service_level.policies.overlap = Overlap::Sum;
    let sum = rate_of(&log, "2026-Q2");
    assert_eq!((sum.counted.severity_1_s, sum.counted.severity_2_s), (7200, 7200));
    assert_eq!(sum.weighted_halves, 2 * (7200 + 3600));
}

#[test]
fn policies_are_read_from_the_service_level() {
    let text = contract(TWO_AT_ONCE).replace(
        r#""calendar": "alsace-moselle""#,
        r#""calendar": "alsace-moselle", "policies": {"overlap": "sum", "severity_change": "worst", "below_zero": "negative"}"#,
    );
    let policies = log(&text).service_level.policies;
    assert_eq!(policies.overlap, Overlap::Sum);
    assert_eq!(policies.severity_change, SeverityChange::Worst);
    assert_eq!(policies.below_zero, BelowZero::Negative);
}

#[test]
fn a_severity_that_changed_counts_piecewise_or_by_the_worst() {
    let mut log = log(EXAMPLE);
    assert_eq!(rate_of(&log, "2026-Q2").weighted_halves, 2 * 11_700);
    log.service_level.policies.severity_change = SeverityChange::Worst;
    assert_eq!(rate_of(&log, "2026-Q2").weighted_halves, 2 * (5400 + 12_600));
}

#[test]
fn an_incident_over_two_quarters_is_split() {
    let text = contract(
        r#"{"id": "I-1", "events": [{"at": "2026-03-31T17:00:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-04-01T09:00:00+02:00", "kind": "closed"}]}"#,
    );
    let log = log(&text);
    assert_eq!(rate_of(&log, "2026-Q1").counted.severity_1_s, 3600);
    assert_eq!(rate_of(&log, "2026-Q2").counted.severity_1_s, 3600);
}

#[test]
fn the_rate_is_never_below_zero_unless_the_policy_says_so() {
    let open = |id: &str| {
        format!(
            r#"{{"id": "{id}", "events": [{{"at": "2026-04-01T00:00:00+02:00", "kind": "opened", "severity": 1}}]}}"#
        )
    };
    let mut log = log(&contract(&format!("{}, {}", open("I-1"), open("I-2"))));
    assert_eq!(rate_of(&log, "2026-Q2").percent, "0.000000");
    log.service_level.policies.overlap = Overlap::Sum;
    assert_eq!(rate_of(&log, "2026-Q2").rate.numerator, 0);
    log.service_level.policies.below_zero = BelowZero::Negative;
    assert_eq!(rate_of(&log, "2026-Q2").percent, "-100.000000");
}

#[test]
fn an_open_incident_counts_up_to_until_and_by_default_to_the_end_of_the_quarter() {
    let text = contract(
        r#"{"id": "I-1", "events": [{"at": "2026-06-29T10:00:00+02:00", "kind": "opened", "severity": 1}]}"#,
    );
    let log = log(&text);
    let until = |text: &str| {
        answer(&log.service_level, &log.incidents, quarter("2026-Q2"), Some(at(text))).counted.severity_1_s
    };
    assert_eq!(rate_of(&log, "2026-Q2").counted.severity_1_s, 8 * 3600 + 10 * 3600);
    assert_eq!(until("2026-06-29T10:00:10+02:00"), 10);
    assert_eq!(until("2026-06-29T09:00:00+02:00"), 0);
    assert_eq!(until("2026-06-30T08:00:01+02:00"), 8 * 3600 + 1);
    assert_eq!(until("2027-06-30T08:00:01+02:00"), 18 * 3600);
}

#[test]
fn waiting_for_operator_or_third_party_goes_on_counting() {
    let waiting = |party: &str| {
        let text = contract(&format!(
            r#"{{"id": "I-1", "events": [{{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1}},
               {{"at": "2026-04-07T10:00:00+02:00", "kind": "waiting", "party": "{party}"}}, {{"at": "2026-04-07T12:00:00+02:00", "kind": "closed"}}]}}"#
        ));
        rate_of(&log(&text), "2026-Q2").counted.severity_1_s
    };
    assert_eq!([waiting("operator"), waiting("third_party")], [3 * 3600; 2]);
    assert_eq!([waiting("client"), waiting("integrator")], [3600; 2]);
}

#[test]
fn a_reopened_incident_counts_again_and_waits_for_nobody() {
    let text = contract(
        r#"{"id": "I-1", "events": [{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 1}, {"at": "2026-04-07T09:10:00+02:00", "kind": "waiting", "party": "client"},
           {"at": "2026-04-07T10:00:00+02:00", "kind": "closed"}, {"at": "2026-04-07T11:00:00+02:00", "kind": "reopened", "severity": 2}, {"at": "2026-04-07T11:00:30+02:00", "kind": "closed"}]}"#,
    );
    let counted = rate_of(&log(&text), "2026-Q2").counted;
    assert_eq!((counted.severity_1_s, counted.severity_2_s), (600, 30));
}

#[test]
fn severity_3_is_not_counted_and_excludes_nothing() {
    let text = contract(
        r#"{"id": "I-1", "excluded": "misuse", "events": [{"at": "2026-04-07T09:00:00+02:00", "kind": "opened", "severity": 3}, {"at": "2026-04-08T09:00:00+02:00", "kind": "closed"}]}"#,
    );
    let answer = serde_json::to_value(rate_of(&log(&text), "2026-Q2")).unwrap();
    assert_eq!((&answer["percent"], &answer["excluded_s"]), (&json!("100.000000"), &json!({})));
}

#[test]
fn a_calendar_without_hours_misses_nothing() {
    let text =
        contract(TWO_AT_ONCE).replace(r#""alsace-moselle""#, r#"{"zone": "Europe/Paris", "week": {}}"#);
    let answer = rate_of(&log(&text), "2026-Q2");
    assert_eq!((answer.guaranteed_s, answer.percent.as_str(), answer.met), (0, "100.000000", true));
}

#[test]
fn a_percentage_is_an_exact_text() {
    assert_eq!(Percent::read("99.4").unwrap().units(), 99_400_000_000);
    for text in ["100.1", "99,4", "-1", "", "99.", ".4", "99.1234567890", "1e2", "+9"] {
        assert_eq!(Percent::read(text), None, "{text}");
    }
    assert_eq!(serde_json::to_string(&Percent::read("099.40").unwrap()).unwrap(), r#""99.4""#);
}

/// Both parties agreed afterwards that the incident was over an hour sooner, and that a wait had been forgotten.
#[test]
fn a_correction_is_a_new_event_agreed_by_both_parties() {
    let corrected = EXAMPLE.replacen(
        r#""kind": "closed"}]}"#,
        r#""kind": "closed"}], "corrections": [
            {"at": "2026-04-09T10:00:00+02:00", "event": 4, "becomes": {"at": "2026-04-07T14:00:00+02:00", "kind": "closed"}, "reason": "seen working at 14:00", "agreed_by": ["client", "operator"]},
            {"at": "2026-04-09T10:00:00+02:00", "becomes": {"at": "2026-04-07T13:00:00+02:00", "kind": "waiting", "party": "integrator"}, "reason": "their intervention", "agreed_by": ["operator", "integrator"]}]}"#,
        1,
    );
    let answer = serde_json::to_value(rate_of(&log(&corrected), "2026-Q2")).unwrap();
    assert_eq!(answer["counted"]["severity_2_s"], 1800 + 3600);
    assert_eq!(answer["excluded_s"], json!({"waiting_client": 3600, "waiting_integrator": 3600}));
}

#[test]
fn a_holiday_decided_afterwards_does_not_change_the_past_unless_the_policy_says_so() {
    let day = |known: &str| {
        format!(
            r#"{{"known_at": "{known}", "calendar": {{"zone": "Europe/Paris", "week": {{"tuesday": [["08:00", "18:00"]]}}, "exceptions": {{"2026-04-07": {{"reason": "bridge"}}}}}}}}"#
        )
    };
    let week = r#"{"calendar": {"zone": "Europe/Paris", "week": {"tuesday": [["08:00", "18:00"]]}}}"#;
    let guaranteed = |known: &str, policy: &str| {
        let calendar = format!(
            r#"{{"versions": [{week}, {}]}}, "policies": {{"calendar_change": "{policy}"}}"#,
            day(known)
        );
        let text = contract(TWO_AT_ONCE).replace(r#""alsace-moselle""#, &calendar);
        rate_of(&log(&text), "2026-Q2").guaranteed_s / 3600
    };
    assert_eq!(guaranteed("2026-03-01T00:00:00Z", "as_known_then"), 12 * 10);
    assert_eq!(guaranteed("2026-05-01T00:00:00Z", "as_known_then"), 13 * 10);
    assert_eq!(guaranteed("2026-05-01T00:00:00Z", "as_known_last"), 12 * 10);
}
