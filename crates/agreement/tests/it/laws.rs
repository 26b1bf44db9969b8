//! Laws that hold for any history.

use agreement::hours::{Hours, Known};
use agreement::incident::{Event, Incident, Kind};
use agreement::instant::written;
use agreement::ledger::Ledger;
use agreement::log::Log;
use agreement::rate::{Tally, tally};
use agreement::terms::{Cause, Overlap, Party, Policies, Severity};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use crate::support::{at, level, quarter};

/// The quarter with two Easter holidays, 1 and 8 May, Ascension and Whit Monday.
const QUARTER: &str = "2026-Q2";

fn hours() -> Hours {
    Hours::of_quarter(&level(Policies::default()).calendar, quarter(QUARTER), Known::Last)
}

fn severity() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Blocking), Just(Severity::Major), Just(Severity::Minor)]
}

fn party() -> impl Strategy<Value = Party> {
    proptest::sample::select(&Party::ALL[..])
}

/// An incident from its steps: what cannot follow is left out. It may begin before the quarter and end after it.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let step = (
        0..40_000_i64,
        prop_oneof![
            severity().prop_map(Kind::Severity),
            party().prop_map(Kind::Waiting),
            Just(Kind::Resumed),
            Just(Kind::Closed),
            severity().prop_map(Kind::Reopened),
        ],
    );
    (-200_000..8_000_000_i64, severity(), proptest::collection::vec(step, 0..12)).prop_map(
        |(start, severity, steps)| {
            let mut now = at("2026-04-01T00:00:00+02:00") + start;
            let mut events = vec![Event { at: now, kind: Kind::Opened(severity) }];
            let mut incident = Incident::of("I", None, &events).unwrap();
            for (gap, kind) in steps {
                let event = Event { at: now + gap, kind };
                if incident.push(event).is_ok() {
                    events.push(event);
                    now += gap;
                }
            }
            events
        },
    )
}

fn cause() -> impl Strategy<Value = Option<Cause>> {
    prop_oneof![4 => Just(None), 1 => proptest::sample::select(&Cause::ALL[..]).prop_map(Some)]
}

fn incidents() -> impl Strategy<Value = Vec<Incident>> {
    proptest::collection::vec((events(), cause()), 0..6).prop_map(|all| {
        let named = all.iter().enumerate();
        named.map(|(i, (events, cause))| Incident::of(&format!("I-{i}"), *cause, events).unwrap()).collect()
    })
}

fn policies() -> impl Strategy<Value = Policies> {
    prop_oneof![Just(Overlap::HighestWeightOnce), Just(Overlap::Sum)]
        .prop_map(|overlap| Policies { overlap, ..Policies::default() })
}

fn excluded(tally: &Tally) -> i64 {
    let causes: i64 = Cause::ALL.iter().map(|cause| tally.excluded_s(*cause)).sum();
    causes + Party::ALL.iter().map(|party| tally.paused_s(*party)).sum::<i64>()
}

/// All of the quarter.
fn whole(incidents: &[Incident], policies: Policies) -> Tally {
    tally(incidents, &hours(), i64::MAX, policies)
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_whole(incidents in incidents(), policies in policies()) {
        let hours = hours();
        let ledger = Ledger::new(&level(policies), &incidents, quarter(QUARTER), None);
        let sums = ledger.sums();
        prop_assert_eq!(sums.total_s(), hours.to() - hours.from());
        prop_assert_eq!(sums.guaranteed_s(), hours.total_s());
        prop_assert_eq!(ledger.entries[0].from, hours.from());
        prop_assert_eq!(ledger.entries.last().unwrap().to, hours.to());
        prop_assert!(ledger.entries.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].from < pair[0].to));
        prop_assert_eq!(ledger.halves(), whole(&incidents, policies).halves());
        if policies.overlap == Overlap::HighestWeightOnce {
            let tally = whole(&incidents, policies);
            let all = sums.guaranteed + tally.severity_1_s + tally.severity_2_s + excluded(&tally);
            prop_assert_eq!(all, hours.total_s());
        }
    }

    #[test]
    fn splitting_an_incident_in_two_changes_nothing(
        others in incidents(), events in events(), cause in cause(), cut in 0..300_000_i64, policies in policies()
    ) {
        let whole_one = Incident::of("S", cause, &events).unwrap();
        let cut = events[0].at + cut;
        let (before, after): (Vec<Event>, Vec<Event>) = events.iter().partition(|event| event.at <= cut);
        let first = Incident::of("S-1", cause, &before).unwrap();
        // What was open at the cut goes on in a second incident, waiting for whom the first waited.
        let mut split = others.clone();
        if let Some(open) = first.phases().last().filter(|phase| phase.to.is_none()) {
            let mut closed = before.clone();
            closed.push(Event { at: cut, kind: Kind::Closed });
            let mut second = vec![Event { at: cut, kind: Kind::Opened(open.severity) }];
            second.extend(open.waiting.map(|party| Event { at: cut, kind: Kind::Waiting(party) }));
            second.extend(after);
            split.push(Incident::of("S-1", cause, &closed).unwrap());
            split.push(Incident::of("S-2", cause, &second).unwrap());
        } else {
            split.push(whole_one.clone());
        }
        let mut unsplit = others;
        unsplit.push(whole_one);
        let (one, two) = (whole(&unsplit, policies), whole(&split, policies));
        prop_assert_eq!(one.severity_1_s, two.severity_1_s);
        prop_assert_eq!(one.severity_2_s, two.severity_2_s);
        prop_assert_eq!(excluded(&one), excluded(&two));
    }

    #[test]
    fn an_incident_moved_wholly_outside_guaranteed_hours_is_free(
        others in incidents(), severity in severity(), span in 0..65_usize, parts in (0.0..1.0_f64, 0.0..1.0_f64)
    ) {
        let hours = hours();
        let open: Vec<_> = hours.spans().collect();
        let span = span % (open.len() - 1);
        let (from, to) = (open[span].1, open[span + 1].0);
        let within = |part: f64| from + ((to - from) as f64 * part) as i64;
        let (begin, end) = (within(parts.0.min(parts.1)), within(parts.0.max(parts.1)));
        let moved = [Event { at: begin, kind: Kind::Opened(severity) }, Event { at: end, kind: Kind::Closed }];
        let mut with = others.clone();
        with.push(Incident::of("M", None, &moved).unwrap());
        for overlap in [Overlap::HighestWeightOnce, Overlap::Sum] {
            let policies = Policies { overlap, ..Policies::default() };
            prop_assert_eq!(whole(&with, policies), whole(&others, policies));
        }
    }

    #[test]
    fn union_never_exceeds_sum(incidents in incidents()) {
        let of = |overlap| whole(&incidents, Policies { overlap, ..Policies::default() });
        let (once, sum) = (of(Overlap::HighestWeightOnce), of(Overlap::Sum));
        prop_assert!(once.halves() <= sum.halves());
        prop_assert!(once.severity_1_s <= sum.severity_1_s);
        prop_assert!(excluded(&once) <= excluded(&sum));
        if incidents.len() < 2 {
            prop_assert_eq!(once, sum);
        }
    }

    /// The same instants written with other offsets, as other countries or the other half of the year would write them.
    #[test]
    fn time_zone_notation_and_summer_time_change_nothing(
        events in proptest::collection::vec(events(), 1..4), offsets in proptest::collection::vec(-14 * 4..14 * 4_i32, 1..9)
    ) {
        let mut next = offsets.iter().cycle();
        let zone = |quarters: i32| TimeZone::fixed(Offset::from_seconds(quarters * 900).unwrap());
        let mut log = |vary: bool| {
            let written: Vec<String> = events.iter().enumerate().map(|(i, events)| {
                let events: Vec<String> = events.iter().map(|event| {
                    let zone = if vary { zone(*next.next().unwrap()) } else { TimeZone::UTC };
                    json(event, &written(event.at, &zone))
                }).collect();
                format!(r#"{{"id": "I-{i}", "events": [{}]}}"#, events.join(","))
            }).collect();
            Log::read(&crate::support::contract(&written.join(","))).unwrap().incidents
        };
        let (utc, varied) = (log(false), log(true));
        prop_assert_eq!(utc, varied);
    }

    #[test]
    fn an_open_incident_grows_by_exactly_the_guaranteed_seconds_that_pass(
        start in 0..7_000_000_i64, severity in severity(), passed in 0..800_000_i64, more in 0..800_000_i64
    ) {
        let hours = hours();
        let opened = hours.from() + start;
        let open = Incident::of("O", None, &[Event { at: opened, kind: Kind::Opened(severity) }]).unwrap();
        let (one, two) = (opened + passed, opened + passed + more);
        let halves = |until| tally([&open], &hours, until, Policies::default()).halves();
        prop_assert_eq!(halves(two) - halves(one), i64::from(severity.halves()) * hours.between(one, two));
    }
}

fn json(event: &Event, at: &str) -> String {
    let rest = match event.kind {
        Kind::Opened(severity) => format!(r#""opened", "severity": {}"#, severity.number()),
        Kind::Severity(severity) => format!(r#""severity", "severity": {}"#, severity.number()),
        Kind::Reopened(severity) => format!(r#""reopened", "severity": {}"#, severity.number()),
        Kind::Waiting(party) => format!(r#""waiting", "party": "{}""#, party.key()),
        Kind::Resumed => r#""resumed""#.to_owned(),
        Kind::Closed => r#""closed""#.to_owned(),
    };
    format!(r#"{{"at": "{at}", "kind": {rest}}}"#)
}
