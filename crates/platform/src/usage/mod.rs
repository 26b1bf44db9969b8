//! What subscriptions include, what is used of it, and the statement of each month: docs/directory.md, decision 0146.
//!
//! All of it is counted from journals: that of each environment says what it holds and what was written, that of the reserved environment who could enter
//! and which letters were sent. A month that is over therefore counts the same at any later time.

mod allowance;
mod ledger;
mod meters;
mod statements;
mod told;
mod warnings;

use std::sync::Arc;

use dictionary::{Language, RecordId};
use engine::Held;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use journal::Position;
use journal::meter::Weight;

use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::subscriptions::Subscription;

pub use told::SubscriptionTold;

pub(crate) use allowance::Bounded;
pub(crate) use ledger::Ledger;
pub(crate) use meters::{Gauge, Gauges};

/// Bytes of the unit that storage is sold in.
pub const MEGABYTE: i64 = 1_000_000;

/// A number of bytes in the unit that storage is sold in, in words.
pub(crate) fn megabytes(bytes: i64, language: Language) -> String {
    let tenths = bytes.saturating_add(MEGABYTE / 20) / (MEGABYTE / 10);
    let point = if language == Language::Fr { ',' } else { '.' };
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        part => format!("{}{point}{part}", tenths / 10),
    }
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Date,
}

impl Month {
    /// The month that a day is in.
    pub fn of(day: Date) -> Month {
        Month { first: day.first_of_month() }
    }

    /// Reads `2026-11`.
    ///
    /// Errors: refused when it is none.
    pub fn parse(text: &str) -> Result<Month, PlatformError> {
        let well_formed = text.len() == 7 && text.is_char_boundary(4) && text.as_bytes()[4] == b'-';
        let day = well_formed.then(|| format!("{text}-01").parse::<Date>().ok()).flatten();
        day.map(Month::of).ok_or_else(|| {
            PlatformError::refused(
                format!("« {text} » n'est pas un mois comme 2026-11."),
                format!("“{text}” is not a month such as 2026-11."),
            )
        })
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The one before.
    pub fn before(self) -> Month {
        Month::of(self.first.saturating_sub(1.day()))
    }

    /// When it begins and when the next one does.
    fn bounds(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        (start(self.first, zone), start(self.last().saturating_add(1.day()), zone))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// When a day begins in a zone.
fn start(day: Date, zone: &TimeZone) -> Timestamp {
    // A day that begins in an hour that is left out begins after it; beyond the calendar there are no entries.
    zone.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// People of the client who may enter.
    NamedUsers,
    /// Records and files, bytes.
    Storage,
    /// Records made, changed and deleted.
    RecordsWritten,
    /// Letters sent.
    Emails,
    /// Nothing sends them yet.
    Sms,
    /// Nothing asks for them yet.
    Geocoding,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 6] = [
        Measure::NamedUsers,
        Measure::Storage,
        Measure::RecordsWritten,
        Measure::Emails,
        Measure::Sms,
        Measure::Geocoding,
    ];

    /// Tag of the value list `usage_measure`, and of `quota_resource` where it may be included.
    pub fn tag(self) -> &'static str {
        match self {
            Measure::NamedUsers => "named_users",
            Measure::Storage => "storage",
            Measure::RecordsWritten => "records_written",
            Measure::Emails => "emails",
            Measure::Sms => "sms",
            Measure::Geocoding => "geocoding",
        }
    }

    /// How many of what is counted make one of what is included: storage is sold by the megabyte.
    pub fn unit(self) -> i64 {
        if self == Measure::Storage { MEGABYTE } else { 1 }
    }
}

/// A measure in a month, of an environment or of the whole subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLine {
    /// What is counted.
    pub measure: Measure,
    /// Name shown of the environment; of the whole subscription when `None`.
    pub environment: Option<String>,
    /// Of named users: those who hold it.
    pub profile: Option<String>,
    /// In the month; of storage and users, at its end or now. `None`: nothing counts it yet.
    pub used: Option<i64>,
    /// Of storage and users: the most that a day of the month ended with.
    pub most: Option<i64>,
    /// How much of it is included, in what is counted.
    pub included: Option<i64>,
    /// Where the environment's journal stood at the end of the month, or now.
    pub position: Option<Position>,
}

impl UsageLine {
    /// Of the whole subscription.
    fn whole(measure: Measure, used: Option<i64>, most: Option<i64>, included: Option<i64>) -> UsageLine {
        UsageLine { measure, environment: None, profile: None, used, most, included, position: None }
    }

    /// Percent of what is included, rounded down; `None` where nothing bounds it or counts it.
    pub fn share(&self) -> Option<i64> {
        let (used, included) = (i128::from(self.used?), i128::from(self.included?));
        if included == 0 {
            return Some(if used == 0 { 0 } else { 100 });
        }
        i64::try_from(100 * used / included).ok()
    }
}

/// What a subscription used in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Record of the subscription.
    pub subscription: RecordId,
    /// Its code: `AB00012`.
    pub code: String,
    /// Name of the client.
    pub client: String,
    /// Which month.
    pub month: Month,
    /// Whether the month is over everywhere.
    pub is_over: bool,
    /// Whether it was read from the statement that is kept.
    pub is_closed: bool,
    /// Of the whole subscription first, then of each environment.
    pub lines: Vec<UsageLine>,
}

/// One environment in a month.
struct Counted {
    info: Arc<EnvironmentInfo>,
    days: Vec<Weight>,
    written: u64,
    position: Position,
    emails: usize,
}

impl Platform {
    /// What a subscription used in a month, counted anew.
    ///
    /// Errors: a journal cannot be read; stopped by a trial.
    pub(crate) fn usage_of(&self, subscription: &Subscription, month: Month) -> Result<Usage, PlatformError> {
        let now = self.clock.now();
        let mut counted = Vec::new();
        for id in self.environments_within(subscription)? {
            counted.push(self.usage_counted(Arc::new(self.environment_info_by_id(id)?), month)?);
            self.usage_trial("measure")?;
        }
        counted.sort_by(|a, b| dictionary::text::compare(&a.info.label, &b.info.label));
        let zone = self.zone_of(&counted)?;
        let ids: Vec<RecordId> = counted.iter().map(|one| one.info.id).collect();
        let mut lines = self.users_lines(subscription, month, &ids, &zone)?;
        let sum = |of: &dyn Fn(&Counted) -> i64| counted.iter().map(of).fold(0, i64::saturating_add);
        let written = sum(&|one| to_i64(one.written));
        let emails = sum(&|one| to_i64(one.emails as u64));
        let held = sum(&|one| one.days.last().map_or(0, |held| held.total()));
        let included = |measure: Measure| {
            subscription.amount(measure.tag()).map(|amount| amount.saturating_mul(measure.unit()))
        };
        let storage = included(Measure::Storage);
        lines.push(UsageLine::whole(Measure::Storage, Some(held), Some(most(&counted)), storage));
        lines.push(UsageLine::whole(Measure::RecordsWritten, Some(written), None, None));
        lines.push(UsageLine::whole(Measure::Emails, Some(emails), None, included(Measure::Emails)));
        for unused in [Measure::Sms, Measure::Geocoding] {
            if let Some(amount) = included(unused) {
                lines.push(UsageLine::whole(unused, None, None, Some(amount)));
            }
        }
        for one in &counted {
            lines.extend(self.environment_lines(subscription, one, month, &zone)?);
        }
        let zones = counted.iter().map(|one| crate::environments::zone(&one.info.zone));
        let zones = zones.chain([Ok(zone.clone())]).collect::<Result<Vec<_>, _>>()?;
        let is_over = zones.iter().all(|zone| month.bounds(zone).1 <= now);
        Ok(Usage {
            subscription: subscription.id,
            code: subscription.code.clone(),
            client: subscription.client.clone(),
            month,
            is_over,
            is_closed: false,
            lines,
        })
    }

    fn usage_counted(&self, info: Arc<EnvironmentInfo>, month: Month) -> Result<Counted, PlatformError> {
        let gauge = self.keep_up(&info)?;
        let zone = gauge.zone();
        let today = zone.to_datetime(self.clock.now()).date();
        let counted = gauge.meter().month(month.first(), month.last().min(today.max(month.first())));
        let (from, before) = month.bounds(zone);
        let emails = self.ledger_read()?.sent(info.id, from, before);
        Ok(Counted { info, days: counted.days, written: counted.written, position: counted.position, emails })
    }

    /// Of a client: that of its production environment, else of the first, else of the platform.
    fn zone_of(&self, counted: &[Counted]) -> Result<TimeZone, PlatformError> {
        let production = counted.iter().find(|one| one.info.kind == "production").or(counted.first());
        match production {
            Some(one) => crate::environments::zone(&one.info.zone),
            None => Ok(self.root().settings().zone.clone()),
        }
    }

    /// Named users of the whole subscription, and of each profile that it bounds.
    fn users_lines(
        &self,
        subscription: &Subscription,
        month: Month,
        environments: &[RecordId],
        zone: &TimeZone,
    ) -> Result<Vec<UsageLine>, PlatformError> {
        let mut profiles = vec![(None, None)];
        for quota in subscription.quotas("named_users") {
            match &quota.profile {
                None => profiles[0].1 = Some(quota.amount),
                Some(profile) => profiles.push((Some(profile.clone()), Some(quota.amount))),
            }
        }
        let mut lines = Vec::new();
        for (profile, included) in profiles {
            let counts = |held: &Held| profile.as_ref().is_none_or(|one| held.profiles().contains(one));
            let (used, most) = self.users_in(subscription.client_id, month, environments, zone, &counts)?;
            let line = UsageLine::whole(Measure::NamedUsers, Some(used), Some(most), included);
            lines.push(UsageLine { profile, ..line });
        }
        Ok(lines)
    }

    /// Named users at the end of a month, or now, and the most that a day of it ended with.
    fn users_in(
        &self,
        client: RecordId,
        month: Month,
        environments: &[RecordId],
        zone: &TimeZone,
        counts: &dyn Fn(&Held) -> bool,
    ) -> Result<(i64, i64), PlatformError> {
        let ledger = self.ledger_read()?;
        let now = self.clock.now();
        let (mut day, mut most) = (month.first(), 0);
        loop {
            let end = start(day.saturating_add(1.day()), zone) - jiff::SignedDuration::from_micros(1);
            let count = ledger.named_users(end.min(now), client, environments, counts).len();
            let used = to_i64(count as u64);
            most = used.max(most);
            if end >= now || day >= month.last() {
                return Ok((used, most));
            }
            day = day.saturating_add(1.day());
        }
    }

    fn environment_lines(
        &self,
        subscription: &Subscription,
        one: &Counted,
        month: Month,
        zone: &TimeZone,
    ) -> Result<Vec<UsageLine>, PlatformError> {
        let all = |_: &Held| true;
        let own = [one.info.id];
        let (users, users_most) = self.users_in(subscription.client_id, month, &own, zone, &all)?;
        let held = one.days.last().map_or(0, |held| held.total());
        let most = one.days.iter().map(|held| held.total()).max().unwrap_or_default();
        let lines = [
            UsageLine::whole(Measure::NamedUsers, Some(users), Some(users_most), None),
            UsageLine::whole(Measure::Storage, Some(held), Some(most), None),
            UsageLine::whole(Measure::RecordsWritten, Some(to_i64(one.written)), None, None),
            UsageLine::whole(Measure::Emails, Some(to_i64(one.emails as u64)), None, None),
        ];
        let (label, position) = (one.info.label.clone(), Some(one.position));
        Ok(lines.map(|line| UsageLine { environment: Some(label.clone()), position, ..line }).into())
    }

    /// The ledger, up to date.
    fn ledger_read(&self) -> Result<parking_lot::MappedMutexGuard<'_, Ledger>, PlatformError> {
        let mut ledger = self.ledger.lock();
        ledger.catch_up(self.root())?;
        Ok(parking_lot::MutexGuard::map(ledger, |ledger| ledger))
    }

    fn usage_trial(&self, step: &str) -> Result<(), PlatformError> {
        self.trial.as_ref().map_or(Ok(()), |trial| trial.at(step, true))
    }
}

/// The most that all environments held together at the end of a day.
fn most(counted: &[Counted]) -> i64 {
    let days = counted.iter().map(|one| one.days.len()).max().unwrap_or_default();
    let on = |day: usize| {
        // Where the day has not come yet, it is as it was.
        let held = counted.iter().filter_map(|one| one.days.get(day).or(one.days.last()));
        held.map(|held| held.total()).fold(0, i64::saturating_add)
    };
    (0..days).map(on).max().unwrap_or_default()
}

fn to_i64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
