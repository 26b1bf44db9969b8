//! Words the tests share.

use agreement::calendar::{Calendar, History};
use agreement::holidays::Region;
use agreement::incident::{Event, Incident, Kind};
use agreement::instant;
use agreement::log::Log;
use agreement::quarter::Quarter;
use agreement::rate::{Answer, answer};
use agreement::terms::{Percent, Policies, ServiceLevel};

pub(crate) fn at(text: &str) -> i64 {
    instant::instant(text).unwrap()
}

pub(crate) fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

/// 99.4 % of the contract's hours, with these policies.
pub(crate) fn level(policies: Policies) -> ServiceLevel {
    ServiceLevel {
        guaranteed_percent: Percent::read("99.4").unwrap(),
        calendar: History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap(),
        policies,
    }
}

pub(crate) fn incident(id: &str, events: &[(i64, Kind)]) -> Incident {
    let events: Vec<Event> = events.iter().map(|(at, kind)| Event { at: *at, kind: *kind }).collect();
    Incident::of(id, None, &events).unwrap()
}

pub(crate) fn log(text: &str) -> Log {
    Log::read(text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

pub(crate) fn rate_of(log: &Log, of: &str) -> Answer {
    answer(&log.service_level, &log.incidents, quarter(of), None)
}

/// A log of the contract around these incidents, in JSON.
pub(crate) fn contract(incidents: &str) -> String {
    format!(
        r#"{{"service_level": {{"guaranteed_percent": "99.4", "calendar": "alsace-moselle"}}, "incidents": [{incidents}]}}"#
    )
}
