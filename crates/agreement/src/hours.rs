//! The open hours of a calendar over some days, as spans of seconds: what all counting stands on.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use crate::calendar::{Calendar, Exception, History, Slot};
use crate::holidays::{Holiday, HolidayRules, holidays};
use crate::instant::Instant;

/// Which versions of the calendar count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Every second by what was known at that second; seconds to come, by what is known at this instant. Time that has passed does not change afterwards.
    AsTimePassed(Instant),
    /// Every second by what was known at this instant, even of the past.
    At(Instant),
    /// Every second by all that is known.
    Last,
}

/// Why a day, or part of it, is not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closure {
    /// Night, week-end: the week of the calendar has no hours there.
    Week,
    /// A holiday; the whole day is.
    Holiday(Holiday),
    /// An exceptional day, and why.
    Exception(String),
}

/// A civil day of the calendar, from midnight to midnight on its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which day.
    pub date: Date,
    /// Its first second.
    pub from: Instant,
    /// The first second after it.
    pub to: Instant,
    /// What its closed seconds are called.
    pub closure: Closure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    from: Instant,
    to: Instant,
    /// Open seconds before `from`.
    before: i64,
}

/// The open hours of some days.
///
/// ```
/// use agreement::calendar::{Calendar, History};
/// use agreement::holidays::Region;
/// use agreement::hours::{Hours, Known};
/// use agreement::quarter::Quarter;
///
/// let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
/// let quarter: Quarter = "2027-Q1".parse().unwrap();
/// assert_eq!(Hours::of_quarter(&calendar, quarter, Known::Last).total_s(), 610 * 3600);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: TimeZone,
    days: Vec<Day>,
    open: Vec<Open>,
}

impl Hours {
    /// The open hours from the day `first` to the day before `end`.
    pub fn new(calendar: &History, first: Date, end: Date, known: Known) -> Self {
        let mut hours = Self { zone: calendar.zone().clone(), days: Vec::new(), open: Vec::new() };
        let mut holidays = HolidaysOfYear::default();
        let mut day = first;
        while day < end {
            let next = day.saturating_add(1.day());
            let (from, to) = (midnight(&hours.zone, day), midnight(&hours.zone, next));
            let epochs = epochs(calendar, known, from, to);
            for (epoch, versions) in &epochs {
                let written = calendar.on(day, *versions);
                let holiday = written.holidays.and_then(|rules| holidays.on(day, rules));
                let exception = written.exceptions.get(&day);
                for slot in slots(written, day, holiday.as_ref(), exception) {
                    let from = wall(&hours.zone, day, slot.from).max(epoch.0);
                    let to = wall(&hours.zone, day, slot.to).min(epoch.1);
                    hours.push(from, to);
                }
                if epoch.1 == to {
                    let closure = match (exception, holiday) {
                        (Some(exception), _) => Closure::Exception(exception.reason.clone()),
                        (None, Some(holiday)) => Closure::Holiday(holiday),
                        (None, None) => Closure::Week,
                    };
                    hours.days.push(Day { date: day, from, to, closure });
                }
            }
            day = next;
        }
        hours
    }

    /// The open hours of a quarter: the guaranteed period.
    pub fn of_quarter(calendar: &History, quarter: crate::quarter::Quarter, known: Known) -> Self {
        Self::new(calendar, quarter.first_day(), quarter.end(), known)
    }

    fn push(&mut self, from: Instant, to: Instant) {
        let (after, before) =
            self.open.last().map_or((Instant::MIN, 0), |last| (last.to, last.before + last.to - last.from));
        // Hours that the clock on the wall skips leave nothing; those it shifts never overlap what is before them.
        let from = from.max(after);
        if from >= to {
            return;
        }
        match self.open.last_mut() {
            Some(last) if last.to == from => last.to = to,
            _ => self.open.push(Open { from, to, before }),
        }
    }

    /// The zone of the calendar.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// First second covered.
    pub fn from(&self) -> Instant {
        self.days.first().map_or(0, |day| day.from)
    }

    /// First second no longer covered.
    pub fn to(&self) -> Instant {
        self.days.last().map_or(0, |day| day.to)
    }

    /// The days covered.
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// Days with at least one open second.
    pub fn open_days(&self) -> usize {
        self.days.iter().filter(|day| self.between(day.from, day.to) > 0).count()
    }

    /// Open spans, in order, none touching the next.
    pub fn spans(&self) -> impl Iterator<Item = (Instant, Instant)> + '_ {
        self.open.iter().map(|open| (open.from, open.to))
    }

    /// All open seconds.
    pub fn total_s(&self) -> i64 {
        self.open.last().map_or(0, |last| last.before + last.to - last.from)
    }

    /// Open seconds from the beginning to `at`.
    fn until(&self, at: Instant) -> i64 {
        let next = self.open.partition_point(|open| open.from < at);
        match next.checked_sub(1).map(|index| &self.open[index]) {
            Some(open) => open.before + at.min(open.to) - open.from,
            None => 0,
        }
    }

    /// Open seconds between two instants; none if `to` is not after `from`.
    pub fn between(&self, from: Instant, to: Instant) -> i64 {
        if to <= from { 0 } else { self.until(to) - self.until(from) }
    }

    /// Whether the second that begins at `at` is open.
    pub fn is_open(&self, at: Instant) -> bool {
        self.between(at, at + 1) == 1
    }

    /// The instant at which `seconds` open seconds after `from` have passed: the end of the last of them, so never before opening nor after
    /// closing time. With none to pass, the first open instant at or after `from`. `None` if the days covered do not suffice.
    pub fn after(&self, from: Instant, seconds: i64) -> Option<Instant> {
        let wanted = self.until(from) + seconds.max(0);
        let index = if seconds > 0 {
            self.open.partition_point(|open| open.before + (open.to - open.from) < wanted)
        } else {
            self.open.partition_point(|open| open.to <= from)
        };
        let open = self.open.get(index)?;
        Some(if seconds > 0 { open.from + wanted - open.before } else { from.max(open.from) })
    }
}

/// The parts of a day during which different versions are known, each with how many are.
fn epochs(calendar: &History, known: Known, from: Instant, to: Instant) -> Vec<((Instant, Instant), usize)> {
    let versions = calendar.versions();
    let known_by = |at: Instant| {
        versions.partition_point(|version| version.known_at.is_none_or(|known| known <= at)).max(1)
    };
    match known {
        Known::Last => vec![((from, to), versions.len())],
        Known::At(at) => vec![((from, to), known_by(at))],
        Known::AsTimePassed(now) => {
            let inside =
                versions.iter().filter_map(|v| v.known_at).filter(|at| *at > from && *at < to && *at <= now);
            let mut cuts: Vec<Instant> = [from].into_iter().chain(inside).chain([to]).collect();
            cuts.dedup();
            cuts.windows(2).map(|cut| ((cut[0], cut[1]), known_by(cut[0].min(now)))).collect()
        }
    }
}

fn slots<'a>(
    calendar: &'a Calendar,
    day: Date,
    holiday: Option<&Holiday>,
    exception: Option<&'a Exception>,
) -> &'a [Slot] {
    match (exception, holiday) {
        (Some(exception), _) => &exception.slots,
        (None, Some(_)) => &[],
        (None, None) => calendar.week.of(day.weekday()),
    }
}

/// The instant the clock on the wall shows some seconds after 00:00. Where it skips that time, as long after the skip; where it shows it twice, the
/// first time.
fn wall(zone: &TimeZone, day: Date, second: u32) -> Instant {
    if second >= 86_400 {
        return midnight(zone, day.saturating_add(1.day()));
    }
    let shown =
        day.to_datetime(Time::midnight()).saturating_add(SignedDuration::from_secs(i64::from(second)));
    at(zone, shown)
}

fn midnight(zone: &TimeZone, day: Date) -> Instant {
    at(zone, day.to_datetime(Time::midnight()))
}

fn at(zone: &TimeZone, shown: DateTime) -> Instant {
    zone.to_ambiguous_timestamp(shown).compatible().map_or(Instant::MAX, jiff::Timestamp::as_second)
}

/// The holidays of the year last asked for.
#[derive(Default)]
struct HolidaysOfYear {
    of: Option<(i16, HolidayRules)>,
    days: Vec<Holiday>,
}

impl HolidaysOfYear {
    fn on(&mut self, day: Date, rules: HolidayRules) -> Option<Holiday> {
        if self.of != Some((day.year(), rules)) {
            self.of = Some((day.year(), rules));
            // Out of 1900–2200 no holiday is known; the callers' quarters and instants are within.
            self.days = holidays(day.year(), rules).unwrap_or_default();
        }
        self.days.iter().find(|holiday| holiday.date == day).cloned()
    }
}
