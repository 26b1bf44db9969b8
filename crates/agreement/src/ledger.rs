//! The ledger of a quarter: every second of it, named once.

mod render;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::calendar::History;
use crate::hours::{Closure, Hours};
use crate::incident::Incident;
use crate::instant::{Instant, written};
use crate::quarter::Quarter;
use crate::rate::guaranteed_hours;
use crate::standing::{Standing, Stretch, stretches, sweep};
use crate::terms::{Cause, Overlap, Party, Policies, ServiceLevel};
use crate::text::Text;

/// What a second is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Guaranteed, and nothing that counts happened.
    Guaranteed,
    /// Out of the guaranteed period: night, week-end, an exceptional day with its reason.
    Closed(Option<String>),
    /// A holiday.
    Holiday(Text),
    /// Guaranteed, and counted: half seconds a second counts for; 2 is ×1, 1 is ×½.
    Counted(i64),
    /// Guaranteed, an incident was open, and its cause excludes it.
    Excluded(Cause),
    /// Guaranteed, an incident was open, and it waited for a party that stops the counting.
    Paused(Party),
}

/// A span of the quarter during which nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its first second.
    pub from: Instant,
    /// The first second after it.
    pub to: Instant,
    /// What it is.
    pub kind: Kind,
    /// Ids of the incidents open then: the one that decides first.
    pub incidents: Vec<String>,
    /// Whom the incident that decides waits for, whether that stops the counting or not.
    pub waiting: Option<Party>,
}

/// Seconds by kind; they sum to the length of the quarter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sums {
    /// Guaranteed, nothing that counts.
    pub guaranteed: i64,
    /// Out of the guaranteed period.
    pub closed: i64,
    /// Holidays.
    pub holiday: i64,
    /// Counted, by weight: `"1"`, `"0.5"`; more when incidents are added.
    pub counted: BTreeMap<String, i64>,
    /// Excluded, by cause.
    pub excluded: BTreeMap<&'static str, i64>,
    /// Paused, by party.
    pub paused: BTreeMap<&'static str, i64>,
}

impl Sums {
    /// All seconds.
    pub fn total_s(&self) -> i64 {
        let maps = self.counted.values().chain(self.excluded.values()).chain(self.paused.values());
        self.guaranteed + self.closed + self.holiday + maps.sum::<i64>()
    }

    /// Seconds of the guaranteed period.
    pub fn guaranteed_s(&self) -> i64 {
        self.total_s() - self.closed - self.holiday
    }
}

/// Every second of a quarter, named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Which quarter.
    pub quarter: Quarter,
    /// The policies it was made by.
    pub policies: Policies,
    /// What happens from then on was not known; `None` if the quarter was over.
    pub until: Option<Instant>,
    /// Spans in order, each ending where the next begins, from the first second of the quarter to the last.
    pub entries: Vec<Entry>,
    zone: jiff::tz::TimeZone,
}

/// A weight in half seconds as people write it.
fn weight(halves: i64) -> String {
    if halves % 2 == 0 { (halves / 2).to_string() } else { format!("{}.5", halves / 2) }
}

impl Ledger {
    /// The ledger of a quarter. What happens from `until` on is not known yet.
    pub fn new(
        level: &ServiceLevel,
        incidents: &[Incident],
        quarter: Quarter,
        until: Option<Instant>,
    ) -> Self {
        let hours = guaranteed_hours(level, quarter, until);
        let within = (hours.from(), hours.to().min(until.unwrap_or(Instant::MAX)));
        let mut found = Vec::new();
        for (place, incident) in incidents.iter().enumerate() {
            stretches(incident, place, within, level.policies, &mut found);
        }
        let mut happened: Vec<Entry> = Vec::new();
        sweep(&found, |from, to, open| happened.push(entry(from, to, open, incidents, level.policies)));
        let mut entries: Vec<Entry> = Vec::new();
        let mut next = 0;
        for (from, to, closed) in timeline(&hours) {
            let Some(kind) = closed else {
                cover(&mut entries, &happened, &mut next, from, to);
                continue;
            };
            add(&mut entries, Entry { from, to, kind, incidents: Vec::new(), waiting: None });
        }
        Self { quarter, policies: level.policies, until, entries, zone: zone(&level.calendar) }
    }

    /// Seconds by kind.
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for entry in &self.entries {
            let seconds = entry.to - entry.from;
            *match &entry.kind {
                Kind::Guaranteed => &mut sums.guaranteed,
                Kind::Closed(_) => &mut sums.closed,
                Kind::Holiday(_) => &mut sums.holiday,
                Kind::Counted(halves) => sums.counted.entry(weight(*halves)).or_default(),
                Kind::Excluded(cause) => sums.excluded.entry(cause.key()).or_default(),
                Kind::Paused(party) => sums.paused.entry(party.key()).or_default(),
            } += seconds;
        }
        sums
    }

    /// Half seconds counted: the formula's *incidents*, twice.
    pub fn halves(&self) -> i64 {
        let counted = self.entries.iter().filter_map(|entry| match entry.kind {
            Kind::Counted(halves) => Some(halves * (entry.to - entry.from)),
            _ => None,
        });
        counted.sum()
    }
}

fn zone(calendar: &History) -> jiff::tz::TimeZone {
    calendar.zone().clone()
}

/// What a guaranteed span with open incidents is.
fn entry(from: Instant, to: Instant, open: &[Stretch], incidents: &[Incident], policies: Policies) -> Entry {
    let halves = match policies.overlap {
        Overlap::HighestWeightOnce => open[0].standing.halves(),
        Overlap::Sum => open.iter().map(|stretch| stretch.standing.halves()).sum(),
    };
    let kind = match open[0].standing {
        _ if halves > 0 => Kind::Counted(halves),
        Standing::Excluded(cause) => Kind::Excluded(cause),
        Standing::Paused(party) => Kind::Paused(party),
        Standing::Blocking | Standing::Major | Standing::Minor => Kind::Guaranteed,
    };
    let ids = open.iter().map(|stretch| incidents[stretch.incident].id.clone()).collect();
    Entry { from, to, kind, incidents: ids, waiting: open[0].waiting }
}

/// The days of the quarter cut into open spans (`None`) and closed ones.
fn timeline(hours: &Hours) -> Vec<(Instant, Instant, Option<Kind>)> {
    let mut spans = hours.spans().peekable();
    let mut line = Vec::new();
    for day in hours.days() {
        let closed = || match &day.closure {
            Closure::Week => Kind::Closed(None),
            Closure::Holiday(holiday) => Kind::Holiday(holiday.name.clone()),
            Closure::Exception(reason) => Kind::Closed(Some(reason.clone())),
        };
        let mut at = day.from;
        while let Some((from, to)) = spans.peek().copied().filter(|(from, _)| *from < day.to) {
            if at < from {
                line.push((at, from, Some(closed())));
            }
            line.push((from.max(at), to.min(day.to), None));
            at = to.min(day.to);
            if to > day.to {
                break;
            }
            spans.next();
        }
        if at < day.to {
            line.push((at, day.to, Some(closed())));
        }
    }
    line
}

/// Adds an open span: what happened in it, and guaranteed time in between.
fn cover(entries: &mut Vec<Entry>, happened: &[Entry], next: &mut usize, from: Instant, to: Instant) {
    let guaranteed =
        |from, to| Entry { from, to, kind: Kind::Guaranteed, incidents: Vec::new(), waiting: None };
    let mut at = from;
    while let Some(known) = happened.get(*next).filter(|known| known.from < to) {
        let (begins, ends) = (known.from.max(at), known.to.min(to));
        if begins < ends {
            if at < begins {
                add(entries, guaranteed(at, begins));
            }
            add(entries, Entry { from: begins, to: ends, ..known.clone() });
            at = ends;
        }
        if known.to > to {
            break;
        }
        *next += 1;
    }
    if at < to {
        add(entries, guaranteed(at, to));
    }
}

/// Adds an entry, or prolongs the last one if it says the same.
fn add(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.last_mut() {
        Some(last)
            if last.to == entry.from
                && last.kind == entry.kind
                && last.incidents == entry.incidents
                && last.waiting == entry.waiting =>
        {
            last.to = entry.to;
        }
        _ => entries.push(entry),
    }
}
