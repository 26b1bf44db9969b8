//! Clocks of tickets: one test for each way in which such clocks are known to go wrong.

use agreement::ticket::{Answer, Clock, Log, State, Status};
use proptest::prelude::*;

use crate::support::at;

/// Targets: urgent, an hour to answer and four to solve; low, two working days to solve.
fn log(calendar: &str, policies: &str, events: &[&str]) -> Log {
    let events = events.iter().map(|event| {
        let (at, rest) = event.split_once(' ').unwrap();
        let mut words = rest.split(' ');
        let kind = words.next().unwrap();
        let more = match (kind, words.next()) {
            ("waiting", Some(party)) => format!(r#", "party": "{party}""#),
            (_, Some(priority)) => format!(r#", "priority": "{priority}""#),
            (_, None) => String::new(),
        };
        format!(r#"{{"at": "2026-{at}:00+02:00", "kind": "{kind}"{more}}}"#)
    });
    let events = events.collect::<Vec<_>>().join(",");
    Log::read(&format!(
        r#"{{"terms": {{"calendar": {calendar}, "policies": {policies}, "targets": {{
             "urgent": {{"response_s": 3600, "resolution_s": 14400}}, "low": {{"resolution_s": 72000}}}}}},
            "tickets": [{{"id": "T-1", "events": [{events}]}}]}}"#
    ))
    .unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// What the clocks show at an instant of 2026, in the contract's hours.
fn shown(events: &[&str], now: &str) -> Answer {
    shown_by(&log(r#""alsace-moselle""#, "{}", events), now)
}

fn shown_by(log: &Log, now: &str) -> Answer {
    log.answer(Some(at(&format!("2026-{now}:00+02:00")))).remove(0)
}

fn resolution(answer: &Answer) -> &Clock {
    answer.resolution.as_ref().unwrap()
}

const HOUR: i64 = 3600;

// 2026-09-04 is a Friday, 2026-09-07 a Monday.

#[test]
fn pending_over_a_weekend_is_not_counted_twice() {
    let events = ["09-04T16:00 opened urgent", "09-04T17:00 waiting client", "09-07T09:00 resumed"];
    let answer = shown(&events, "09-07T10:00");
    assert_eq!(resolution(&answer).spent_s, 2 * HOUR);
    assert_eq!(
        (answer.by_party_s.client, answer.by_party_s.operator, answer.elapsed_s),
        (2 * HOUR, 2 * HOUR, 4 * HOUR)
    );
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-07T12:00:00+02:00"));
}

#[test]
fn a_pause_is_not_lost_when_the_priority_changes() {
    let events = ["09-07T08:00 opened low", "09-07T09:00 waiting client", "09-07T10:00 priority urgent"];
    let answer = shown(&events, "09-07T17:00");
    assert_eq!((resolution(&answer).spent_s, resolution(&answer).status), (HOUR, Status::Paused));
    assert_eq!((resolution(&answer).target_s, answer.by_party_s.client), (4 * HOUR, 8 * HOUR));
    let restarted = log(r#""alsace-moselle""#, r#"{"priority_change": "restarted"}"#, &events);
    assert_eq!(resolution(&shown_by(&restarted, "09-07T17:00")).spent_s, 0);
}

#[test]
fn a_ticket_opened_out_of_hours_has_all_its_time_left() {
    let answer = shown(&["09-05T15:00 opened urgent"], "09-06T23:00");
    let response = answer.response.as_ref().unwrap();
    assert_eq!((response.spent_s, response.left_s, response.status), (0, HOUR, Status::OutOfHours));
    assert_eq!(response.due.as_deref(), Some("2026-09-07T09:00:00+02:00"));
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-07T12:00:00+02:00"));
}

#[test]
fn a_deadline_is_never_after_closing_time() {
    let answer = shown(&["09-04T15:00 opened urgent"], "09-04T15:00");
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-07T09:00:00+02:00"));
    // Used up to the last second of the day, it is closing time and not the next opening.
    let answer = shown(&["09-04T14:00 opened urgent"], "09-04T15:00");
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-04T18:00:00+02:00"));
    // A deadline beyond a month of closed days is still found.
    let closed = r#"{"zone": "Europe/Paris", "week": {"friday": [["17:00", "18:00"]]}}"#;
    let answer = shown_by(&log(closed, "{}", &["09-04T17:30 opened low"]), "09-04T17:30");
    assert_eq!(resolution(&answer).due.as_deref(), Some("2027-01-22T17:30:00+01:00"));
}

#[test]
fn a_pending_ticket_is_not_violated_by_time_that_passes() {
    let events = ["09-07T08:00 opened urgent", "09-07T08:30 answered", "09-07T09:00 waiting client"];
    let answer = shown(&events, "09-30T12:00");
    assert_eq!((resolution(&answer).status, resolution(&answer).left_s), (Status::Paused, 3 * HOUR));
    assert_eq!(
        (resolution(&answer).due.as_ref(), answer.response.as_ref().unwrap().status),
        (None, Status::Met)
    );
    // One that was violated before stays so while pending.
    let late = ["09-07T08:00 opened urgent", "09-07T13:00 waiting client"];
    let answer = shown(&late, "09-30T12:00");
    assert_eq!((resolution(&answer).status, resolution(&answer).left_s), (Status::Violated, -HOUR));
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-07T12:00:00+02:00"));
}

#[test]
fn a_ticket_reopened_after_it_was_solved_goes_on_with_what_was_left() {
    let events = ["09-07T08:00 opened urgent", "09-07T10:00 solved", "09-08T09:00 reopened"];
    let solved = shown(&events, "09-07T18:00");
    assert_eq!(
        (resolution(&solved).status, solved.state, solved.elapsed_s),
        (Status::Met, State::Solved, 2 * HOUR)
    );
    let answer = shown(&events, "09-08T10:00");
    assert_eq!((resolution(&answer).spent_s, resolution(&answer).status), (3 * HOUR, Status::Running));
    assert_eq!((answer.elapsed_s, resolution(&answer).done_at.as_ref()), (3 * HOUR, None));
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-08T11:00:00+02:00"));
    assert_eq!(resolution(&shown(&events, "09-08T11:01")).status, Status::Violated);
    let restarted = log(r#""alsace-moselle""#, r#"{"reopened": "restarted"}"#, &events);
    assert_eq!(resolution(&shown_by(&restarted, "09-08T10:00")).spent_s, HOUR);
}

#[test]
fn pending_does_not_ignore_the_calendar() {
    // Waiting from Friday evening to Monday 08:30 is half an hour of the client, not sixty.
    let events = ["09-04T17:00 opened urgent", "09-04T18:30 waiting client", "09-07T08:30 resumed"];
    let answer = shown(&events, "09-07T09:00");
    assert_eq!((answer.by_party_s.client, answer.by_party_s.operator), (HOUR / 2, HOUR + HOUR / 2));
}

#[test]
fn a_lunch_break_is_not_counted() {
    let lunch = r#"{"zone": "Europe/Paris", "week": {"monday": [["08:00", "12:00"], ["13:30", "18:00"]]}}"#;
    let events = ["09-07T11:00 opened urgent", "09-07T11:30 waiting integrator", "09-07T12:30 resumed"];
    let answer = shown_by(&log(lunch, "{}", &events), "09-07T13:00");
    assert_eq!((answer.by_party_s.integrator, answer.by_party_s.operator), (HOUR / 2, HOUR / 2));
    assert_eq!(resolution(&answer).status, Status::OutOfHours);
    assert_eq!(resolution(&answer).due.as_deref(), Some("2026-09-07T17:00:00+02:00"));
}

#[test]
fn a_calendar_changed_afterwards_does_not_change_what_has_passed() {
    let versions = r#"{"versions": [
        {"calendar": {"zone": "Europe/Paris", "week": {"monday": [["08:00", "18:00"]]}}},
        {"known_at": "2026-09-07T12:00:00+02:00", "calendar": {"zone": "Europe/Paris", "week": {"monday": [["09:00", "16:00"]]}}}]}"#;
    let events = ["09-07T08:00 opened urgent"];
    let before = shown_by(&log(versions, "{}", &events), "09-07T11:00");
    assert_eq!(
        (resolution(&before).spent_s, resolution(&before).due.as_deref()),
        (3 * HOUR, Some("2026-09-07T12:00:00+02:00"))
    );
    // The hour from 8:00 to 9:00 stays spent; the evening to come is no longer worked.
    let after = shown_by(&log(versions, "{}", &["09-07T08:00 opened low"]), "09-07T17:30");
    assert_eq!(resolution(&after).spent_s, 8 * HOUR);
    let last = log(versions, r#"{"calendar_change": "as_known_last"}"#, &["09-07T08:00 opened low"]);
    assert_eq!(resolution(&shown_by(&last, "09-07T17:30")).spent_s, 7 * HOUR);
}

#[test]
fn the_target_met_to_the_second_is_met_and_a_minute_later_is_not() {
    let solved = |time: &str| {
        let solved = format!("09-07T{time} solved");
        resolution(&shown(&["09-07T08:00 opened urgent", &solved], "09-08T08:00")).status
    };
    assert_eq!([solved("12:00"), solved("12:01")], [Status::Met, Status::Violated]);
}

#[test]
fn an_event_that_has_not_happened_yet_is_not_known() {
    let events = ["09-07T08:00 opened urgent", "09-07T09:00 waiting client", "09-07T10:00 closed"];
    assert_eq!(shown(&events, "09-07T08:30").responsible.map(|party| party.key()), Some("operator"));
    assert_eq!(shown(&events, "09-07T09:00").state, State::Waiting);
    assert_eq!(shown(&events, "09-07T10:00").state, State::Closed);
    assert!(log(r#""fr""#, "{}", &events).answer(Some(at("2026-09-07T07:00:00+02:00"))).is_empty());
}

#[test]
fn a_faulty_event_of_a_ticket_is_named_by_line_ticket_and_index() {
    let of = |event: &str| {
        let text = format!(
            "{{\"terms\": {{\"calendar\": \"fr\", \"targets\": {{\"low\": {{}}}}}}, \"tickets\": [\n{{\"id\": \"T-9\", \"events\": [\n{{\"at\": \"2026-09-07T08:00:00+02:00\", \"kind\": \"opened\", \"priority\": \"low\"}},\n{event}]}}]}}"
        );
        Log::read(&text).unwrap_err()[0].0.told(agreement::text::Language::En)
    };
    for (event, said) in [
        (r#"{"at": "2026-09-07T09:00:00+02:00", "kind": "priority", "priority": "high"}"#, "there are low"),
        (r#"{"at": "2026-09-07T09:00:00+02:00", "kind": "resumed"}"#, "waits for nobody"),
        (r#"{"at": "2026-09-07T07:00:00+02:00", "kind": "solved"}"#, "time order"),
        (r#"{"at": "2026-09-07T09:00:00+02:00", "kind": "reopened"}"#, "neither solved nor closed"),
        (r#"{"at": "2026-09-07T09:00:00+02:00", "kind": "done"}"#, "unknown variant"),
    ] {
        let told = of(event);
        assert!(told.starts_with("line 4, T-9, tickets[0].events[1]: ") && told.contains(said), "{told}");
    }
}

proptest! {
    #[test]
    fn the_minutes_of_the_responsible_parties_sum_to_the_elapsed_working_minutes(
        start in 0..10_000_000_i64, steps in proptest::collection::vec((0..200_000_i64, 0..10_u8), 0..15), more in 0..500_000_i64
    ) {
        use agreement::ticket::{Event, Kind, Ticket};
        use agreement::terms::Party;
        let mut log = log(r#""alsace-moselle""#, "{}", &["09-07T08:00 opened urgent"]);
        let mut now = at("2026-01-01T00:00:00+01:00") + start;
        let mut ticket = Ticket::new("T-2");
        ticket.push(Event { at: now, kind: Kind::Opened("urgent".to_owned()) }).unwrap();
        for (gap, kind) in steps {
            let kind = match kind {
                0..=3 => Kind::Waiting(Party::ALL[usize::from(kind)]),
                4 => Kind::Resumed,
                5 => Kind::Solved,
                6 => Kind::Reopened,
                7 => Kind::Closed,
                8 => Kind::Priority("low".to_owned()),
                _ => Kind::Answered,
            };
            if ticket.push(Event { at: now + gap, kind }).is_ok() {
                now += gap;
            }
        }
        log.tickets = vec![ticket];
        let answer = log.answer(Some(now + more)).remove(0);
        let by = answer.by_party_s;
        prop_assert_eq!(by.client + by.integrator + by.operator + by.third_party, answer.elapsed_s);
        prop_assert_eq!(resolution(&answer).spent_s, by.operator + by.third_party);
        prop_assert!(resolution(&answer).due.is_none() || resolution(&answer).status != Status::Met);
    }
}
