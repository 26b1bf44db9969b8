//! Calendars as data: the hours of each weekday, holidays, exceptional days, a time zone; and what was known of them when.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::holidays::{HolidayRules, Region};
use crate::instant::{self, Instant};

/// Hours of a day, by the clock on the wall: from a minute (or second) of the day to another, `24:00` being its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Seconds after 00:00 by the clock on the wall.
    pub from: u32,
    /// The same; after `from`, at most 86 400.
    pub to: u32,
}

/// A day that does not follow its weekday, nor the holidays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Its hours; none is a closed day.
    #[serde(default)]
    pub slots: Vec<Slot>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Hours of a week.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the days of the week")]
pub struct Week {
    pub monday: Vec<Slot>,
    pub tuesday: Vec<Slot>,
    pub wednesday: Vec<Slot>,
    pub thursday: Vec<Slot>,
    pub friday: Vec<Slot>,
    pub saturday: Vec<Slot>,
    pub sunday: Vec<Slot>,
}

impl Week {
    /// The hours of a weekday.
    pub fn of(&self, day: Weekday) -> &[Slot] {
        match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    fn days_mut(&mut self) -> [&mut Vec<Slot>; 7] {
        let Week { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = self;
        [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
    }
}

/// What a calendar says, at one time of its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA time zone in which its hours are read.
    pub zone: String,
    /// Hours of each weekday.
    pub week: Week,
    /// Holidays on which it is closed; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<HolidayRules>,
    /// Days with hours of their own: they win over weekday and holiday.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<Date, Exception>,
}

impl Calendar {
    /// The guaranteed period of the contract: Monday to Friday, 8:00 to 18:00, Europe/Paris, except the holidays of `region`.
    pub fn contract(region: Region) -> Self {
        let day = vec![Slot { from: 8 * 3600, to: 18 * 3600 }];
        let mut week = Week::default();
        week.days_mut().into_iter().take(5).for_each(|slots| slots.clone_from(&day));
        Self {
            zone: "Europe/Paris".to_owned(),
            week,
            holidays: Some(HolidayRules::of(region)),
            exceptions: BTreeMap::new(),
        }
    }

    /// A calendar known by name: `alsace-moselle` and `fr` are the contract's hours with those holidays.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "alsace-moselle" => Some(Self::contract(Region::AlsaceMoselle)),
            "fr" => Some(Self::contract(Region::Fr)),
            _ => None,
        }
    }
}

/// A version of a calendar: from when it was known, and from which day it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// When it became known; the first version, which has none, was always known.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "in_utc",
        deserialize_with = "known_at"
    )]
    pub known_at: Option<Instant>,
    /// First day it applies to; every day if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_from: Option<Date>,
    /// What it says.
    pub calendar: Calendar,
}

/// A calendar with its past: versions in the order in which they became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    versions: Vec<Version>,
    zone: TimeZone,
}

/// Why a calendar cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A name that is none of ours.
    #[error("there is no calendar “{0}”; there are alsace-moselle and fr, or write the calendar itself")]
    Unknown(String),
    /// No version at all.
    #[error("a calendar has at least one version")]
    Empty,
    /// A zone that the time zone database does not have.
    #[error("there is no time zone “{0}”; write an IANA name such as Europe/Paris")]
    Zone(String),
    /// Versions in different zones.
    #[error(
        "version {0} of the calendar is in another time zone; a calendar keeps its zone, make another calendar"
    )]
    OtherZone(usize),
    /// Versions out of order.
    #[error("version {0} of the calendar has no `known_at`, or one before that of the version above it")]
    Order(usize),
    /// Hours of a day that overlap or are out of order.
    #[error("the hours of {0} overlap or are out of order; write them from the earliest to the latest")]
    Slots(String),
}

impl History {
    /// A calendar that never changed.
    ///
    /// Errors: as [`History::new`].
    pub fn always(calendar: Calendar) -> Result<Self, CalendarError> {
        Self::new(vec![Version { known_at: None, applies_from: None, calendar }])
    }

    /// A calendar from its versions.
    ///
    /// Errors: no version, an unknown zone or two zones, versions out of order, hours that overlap.
    pub fn new(versions: Vec<Version>) -> Result<Self, CalendarError> {
        let Some(first) = versions.first() else { return Err(CalendarError::Empty) };
        let name = first.calendar.zone.clone();
        let zone = TimeZone::get(&name).map_err(|_| CalendarError::Zone(name.clone()))?;
        for (index, version) in versions.iter().enumerate() {
            if version.calendar.zone != name {
                return Err(CalendarError::OtherZone(index + 1));
            }
            let before = index.checked_sub(1).map(|before| versions[before].known_at);
            if before.is_some_and(|before| version.known_at.is_none() || version.known_at < before) {
                return Err(CalendarError::Order(index + 1));
            }
            ordered(&version.calendar)?;
        }
        Ok(Self { versions, zone })
    }

    /// The time zone its hours are read in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Its versions, in the order in which they became known.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// What the first `known` versions say of a day: the last of them that applies to it, or the first version.
    pub(crate) fn on(&self, day: Date, known: usize) -> &Calendar {
        let known = &self.versions[..known.clamp(1, self.versions.len())];
        let applies = known.iter().rev().find(|version| version.applies_from.is_none_or(|from| from <= day));
        &applies.unwrap_or(&self.versions[0]).calendar
    }
}

fn ordered(calendar: &Calendar) -> Result<(), CalendarError> {
    let fine = |slots: &[Slot]| {
        slots.iter().all(|slot| slot.from < slot.to && slot.to <= 86_400)
            && slots.windows(2).all(|pair| pair[0].to <= pair[1].from)
    };
    for day in Weekday::Monday.cycle_forward().take(7) {
        if !fine(calendar.week.of(day)) {
            return Err(CalendarError::Slots(format!("{day:?}")));
        }
    }
    match calendar.exceptions.iter().find(|(_, exception)| !fine(&exception.slots)) {
        Some((day, _)) => Err(CalendarError::Slots(day.to_string())),
        None => Ok(()),
    }
}

/// A calendar as files give it: a name, a calendar, or its versions.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "a calendar is a name (“alsace-moselle”), {zone, week, holidays, exceptions}, or {versions: […]}"
)]
enum Written {
    Named(String),
    Versions(Versions),
    Calendar(Calendar),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Versions {
    versions: Vec<Version>,
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let read = match Written::deserialize(source)? {
            Written::Named(name) => match Calendar::named(&name) {
                Some(calendar) => Self::always(calendar),
                None => Err(CalendarError::Unknown(name)),
            },
            Written::Calendar(calendar) => Self::always(calendar),
            Written::Versions(Versions { versions }) => Self::new(versions),
        };
        read.map_err(de::Error::custom)
    }
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        Versions { versions: self.versions.clone() }.serialize(target)
    }
}

/// Written `["08:00", "18:00"]`.
impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let [from, to] = <[String; 2]>::deserialize(source)?;
        let second = |text: &str| {
            second_of_day(text).ok_or_else(|| {
                de::Error::custom(format!(
                    "“{text}” is no time of day; write 08:00, or 24:00 for the end of the day"
                ))
            })
        };
        Ok(Self { from: second(&from)?, to: second(&to)? })
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let written = |second: u32| match second % 60 {
            0 => format!("{:02}:{:02}", second / 3600, second / 60 % 60),
            rest => format!("{:02}:{:02}:{rest:02}", second / 3600, second / 60 % 60),
        };
        [written(self.from), written(self.to)].serialize(target)
    }
}

fn second_of_day(text: &str) -> Option<u32> {
    if matches!(text, "24:00" | "24:00:00") {
        return Some(86_400);
    }
    let time: Time = text.parse().ok()?;
    let part = |value: i8| u32::try_from(value).ok();
    Some(part(time.hour())? * 3600 + part(time.minute())? * 60 + part(time.second())?)
}

fn known_at<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Instant>, D::Error> {
    let text = String::deserialize(source)?;
    instant::instant(&text).map(Some).map_err(de::Error::custom)
}

#[expect(clippy::ref_option, reason = "the signature serde calls")]
fn in_utc<S: Serializer>(at: &Option<Instant>, target: S) -> Result<S::Ok, S::Error> {
    at.map(|at| instant::written(at, &TimeZone::UTC)).serialize(target)
}
