//! The rate of a quarter, exactly: `(guaranteed − incidents) / guaranteed`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::hours::{Hours, Known};
use crate::incident::Incident;
use crate::instant::Instant;
use crate::quarter::Quarter;
use crate::standing::{Standing, Stretch, stretches, sweep};
use crate::terms::{CalendarChange, Cause, Overlap, Party, Percent, Policies, ServiceLevel};

const EXCLUDED: usize = Cause::ALL.len() + Party::ALL.len();

/// Seconds of the guaranteed period, by what incidents made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Counted ×1.
    pub severity_1_s: i64,
    /// Counted ×½.
    pub severity_2_s: i64,
    excluded_s: [i64; EXCLUDED],
}

impl Tally {
    /// Half seconds counted.
    pub fn halves(&self) -> i64 {
        2 * self.severity_1_s + self.severity_2_s
    }

    /// Seconds not counted because of a cause.
    pub fn excluded_s(&self, cause: Cause) -> i64 {
        self.excluded_s[cause as usize]
    }

    /// Seconds not counted because of whom the incident waited for.
    pub fn paused_s(&self, party: Party) -> i64 {
        self.excluded_s[Cause::ALL.len() + party as usize]
    }

    fn add(&mut self, standing: Standing, seconds: i64) {
        match standing {
            Standing::Blocking => self.severity_1_s += seconds,
            Standing::Major => self.severity_2_s += seconds,
            Standing::Excluded(cause) => self.excluded_s[cause as usize] += seconds,
            Standing::Paused(party) => self.excluded_s[Cause::ALL.len() + party as usize] += seconds,
            Standing::Minor => {}
        }
    }
}

/// The tally of incidents over the open hours given, up to `until`.
///
/// By [`Overlap::HighestWeightOnce`] every second is in at most one sum; by [`Overlap::Sum`] the sums are those of each incident alone, added.
pub fn tally<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    hours: &Hours,
    until: Instant,
    policies: Policies,
) -> Tally {
    let within = (hours.from(), hours.to().min(until));
    let mut found: Vec<Stretch> = Vec::new();
    for (place, incident) in incidents.into_iter().enumerate() {
        stretches(incident, place, within, policies, &mut found);
    }
    let mut tally = Tally::default();
    match policies.overlap {
        Overlap::HighestWeightOnce => sweep(&found, |from, to, open| {
            tally.add(open[0].standing, hours.between(from, to));
        }),
        Overlap::Sum => {
            for stretch in &found {
                tally.add(stretch.standing, hours.between(stretch.from, stretch.to));
            }
        }
    }
    tally
}

/// An exact rate: the numerator may be negative if the policy says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Seconds of service, or half seconds when there is an odd one.
    pub numerator: i64,
    /// Guaranteed seconds, or half seconds; never 0.
    pub denominator: i64,
}

impl Rate {
    /// The rate in percent with six decimals, half rounded to even.
    ///
    /// ```
    /// # use agreement::rate::Rate;
    /// assert_eq!(Rate { numerator: 2_112_300, denominator: 2_124_000 }.percent(), "99.449153");
    /// assert_eq!(Rate { numerator: 1, denominator: 3 }.percent(), "33.333333");
    /// ```
    pub fn percent(self) -> String {
        let scaled = i128::from(self.numerator) * 100_000_000;
        let by = i128::from(self.denominator);
        let (down, rest) = (scaled.div_euclid(by), scaled.rem_euclid(by));
        let up = match (2 * rest).cmp(&by) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => down.rem_euclid(2),
            std::cmp::Ordering::Greater => 1,
        };
        let millionths = down + up;
        let (sign, size) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
        format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
    }

    /// Whether the rate is at least what is guaranteed.
    pub fn meets(self, guaranteed: Percent) -> bool {
        i128::from(self.numerator) * i128::from(Percent::WHOLE)
            >= i128::from(guaranteed.units()) * i128::from(self.denominator)
    }
}

/// Seconds counted by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Severity 1, counted ×1.
    pub severity_1_s: i64,
    /// Severity 2, counted ×½.
    pub severity_2_s: i64,
}

/// What may still happen before the guaranteed rate is missed, in whole seconds of the guaranteed period; negative is what is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BudgetLeft {
    /// Of severity 1 only.
    pub severity_1: i64,
    /// Of severity 2 only.
    pub severity_2: i64,
}

/// The rate of a quarter with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Which quarter.
    #[serde(serialize_with = "as_text")]
    pub quarter: Quarter,
    /// The guaranteed period.
    pub guaranteed_s: i64,
    /// What was counted.
    pub counted: Counted,
    /// *Incidents* of the formula; a text when it ends in a half.
    #[serde(rename = "weighted_s", serialize_with = "as_seconds")]
    pub weighted_halves: i64,
    /// What was not counted and why: causes, and `waiting_client` or `waiting_integrator`; those that came to nothing are left out.
    #[serde(rename = "excluded_s", serialize_with = "as_map")]
    pub tally: Tally,
    /// The rate.
    pub rate: Rate,
    /// The rate in percent, six decimals.
    pub percent: String,
    /// Whether it is at least the guaranteed rate.
    pub met: bool,
    /// What may still happen.
    pub budget_left_s: BudgetLeft,
}

impl Answer {
    /// The answer for a tally of the guaranteed period `guaranteed_s`. With no guaranteed time at all, nothing was missed: the rate is 1.
    pub fn of(quarter: Quarter, guaranteed_s: i64, tally: Tally, level: &ServiceLevel) -> Self {
        let rate = rate(guaranteed_s, tally.halves(), level.policies);
        let whole = i128::from(Percent::WHOLE);
        // Half seconds allowed × WHOLE, exactly; then floored to whole seconds.
        let allowed = 2 * i128::from(guaranteed_s) * (whole - i128::from(level.guaranteed_percent.units()));
        let left = allowed - i128::from(tally.halves()) * whole;
        let floor = |value: i128, by: i128| i64::try_from(value.div_euclid(by)).unwrap_or(i64::MAX);
        Self {
            quarter,
            guaranteed_s,
            counted: Counted { severity_1_s: tally.severity_1_s, severity_2_s: tally.severity_2_s },
            weighted_halves: tally.halves(),
            tally,
            rate,
            percent: rate.percent(),
            met: rate.meets(level.guaranteed_percent),
            budget_left_s: BudgetLeft { severity_1: floor(left, 2 * whole), severity_2: floor(left, whole) },
        }
    }
}

fn rate(guaranteed_s: i64, halves: i64, policies: Policies) -> Rate {
    if guaranteed_s == 0 {
        return Rate { numerator: 1, denominator: 1 };
    }
    let left = match policies.below_zero {
        crate::terms::BelowZero::Zero => (2 * guaranteed_s - halves).max(0),
        crate::terms::BelowZero::Negative => 2 * guaranteed_s - halves,
    };
    if left % 2 == 0 {
        Rate { numerator: left / 2, denominator: guaranteed_s }
    } else {
        Rate { numerator: left, denominator: 2 * guaranteed_s }
    }
}

/// The guaranteed hours of a quarter by a service level, as they are at `until`.
pub fn guaranteed_hours(level: &ServiceLevel, quarter: Quarter, until: Option<Instant>) -> Hours {
    let known = match (level.policies.calendar_change, until) {
        (CalendarChange::AsKnownThen, until) => Known::AsTimePassed(until.unwrap_or(Instant::MAX)),
        (CalendarChange::AsKnownLast, Some(until)) => Known::At(until),
        (CalendarChange::AsKnownLast, None) => Known::Last,
    };
    Hours::of_quarter(&level.calendar, quarter, known)
}

/// The rate of a quarter. What happens from `until` on is not known yet; without it, the quarter is over.
pub fn answer<'a>(
    level: &ServiceLevel,
    incidents: impl IntoIterator<Item = &'a Incident>,
    quarter: Quarter,
    until: Option<Instant>,
) -> Answer {
    let hours = guaranteed_hours(level, quarter, until);
    let tally = tally(incidents, &hours, until.unwrap_or(Instant::MAX), level.policies);
    Answer::of(quarter, hours.total_s(), tally, level)
}

fn as_text<S: Serializer>(quarter: &Quarter, target: S) -> Result<S::Ok, S::Error> {
    target.collect_str(quarter)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
fn as_seconds<S: Serializer>(halves: &i64, target: S) -> Result<S::Ok, S::Error> {
    if halves % 2 == 0 {
        target.serialize_i64(halves / 2)
    } else {
        target.serialize_str(&format!("{}.5", halves / 2))
    }
}

fn as_map<S: Serializer>(tally: &Tally, target: S) -> Result<S::Ok, S::Error> {
    let mut map = target.serialize_map(None)?;
    for cause in Cause::ALL.into_iter().filter(|cause| tally.excluded_s(*cause) > 0) {
        map.serialize_entry(cause.key(), &tally.excluded_s(cause))?;
    }
    for party in Party::ALL.into_iter().filter(|party| tally.paused_s(*party) > 0) {
        map.serialize_entry(&format!("waiting_{}", party.key()), &tally.paused_s(party))?;
    }
    map.end()
}
