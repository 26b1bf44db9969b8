//! The contract's words: severities, parties, causes of exclusion, the guaranteed percentage, and the policies for what its formula leaves open.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::calendar::History;
use crate::text::Text;

/// How bad an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 1, blocking: determining services cannot be used and nothing realistic gets around it, or nobody can connect. Counts whole.
    Blocking,
    /// 2, major: a determining service is disturbed and there is a workaround, or a group of others is unusable. Counts half.
    Major,
    /// 3, minor. Not counted.
    Minor,
}

impl Severity {
    /// From its number, 1 to 3.
    pub fn of(number: u8) -> Option<Self> {
        [Self::Blocking, Self::Major, Self::Minor].get(usize::from(number.checked_sub(1)?)).copied()
    }

    /// Its number, 1 to 3.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Half seconds that a second of it counts for: 2, 1 or 0.
    pub fn halves(self) -> u8 {
        2 - self as u8
    }
}

impl<'de> Deserialize<'de> for Severity {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(source)?;
        Self::of(number).ok_or_else(|| de::Error::custom(format!("severity {number} is not 1, 2 or 3")))
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(target)
    }
}

/// Who an incident or a ticket waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The customer. Waiting for them stops the counting.
    Client,
    /// The customer's integrator. Waiting for them stops the counting.
    Integrator,
    /// Whoever operates the service.
    Operator,
    /// A supplier of the operator.
    ThirdParty,
}

impl Party {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Client, Self::Integrator, Self::Operator, Self::ThirdParty];

    /// Whether waiting for them stops the counting of an incident.
    pub fn stops_counting(self) -> bool {
        matches!(self, Self::Client | Self::Integrator)
    }

    /// As files write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Integrator => "integrator",
            Self::Operator => "operator",
            Self::ThirdParty => "third_party",
        }
    }

    /// As people say it.
    pub fn name(self) -> Text {
        match self {
            Self::Client => Text::of("client", "client"),
            Self::Integrator => Text::of("intégrateur", "integrator"),
            Self::Operator => Text::of("opérateur", "operator"),
            Self::ThirdParty => Text::of("tiers", "third party"),
        }
    }
}

/// Why an incident is not the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Technical or functional settings.
    Settings,
    /// A standard program that was modified, or a specific one.
    ModifiedProgram,
    /// A version that is no longer maintained.
    UnmaintainedVersion,
    /// A configuration or a use that does not conform.
    Misuse,
    /// The customer's network link.
    Network,
    /// The customer's own equipment.
    CustomerEquipment,
    /// A restore that was asked for.
    RequestedRestore,
    /// Assistance outside the standard service.
    Assistance,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Settings,
        Self::ModifiedProgram,
        Self::UnmaintainedVersion,
        Self::Misuse,
        Self::Network,
        Self::CustomerEquipment,
        Self::RequestedRestore,
        Self::Assistance,
    ];

    /// As files write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::ModifiedProgram => "modified_program",
            Self::UnmaintainedVersion => "unmaintained_version",
            Self::Misuse => "misuse",
            Self::Network => "network",
            Self::CustomerEquipment => "customer_equipment",
            Self::RequestedRestore => "requested_restore",
            Self::Assistance => "assistance",
        }
    }

    /// As people say it.
    pub fn name(self) -> Text {
        match self {
            Self::Settings => Text::of("paramétrage", "settings"),
            Self::ModifiedProgram => {
                Text::of("programme modifié ou spécifique", "modified or specific program")
            }
            Self::UnmaintainedVersion => Text::of("version non maintenue", "version no longer maintained"),
            Self::Misuse => {
                Text::of("configuration ou usage non conforme", "non-conforming configuration or use")
            }
            Self::Network => Text::of("liaison réseau du client", "customer's network link"),
            Self::CustomerEquipment => Text::of("équipement du client", "customer's equipment"),
            Self::RequestedRestore => Text::of("restauration demandée", "requested restore"),
            Self::Assistance => {
                Text::of("assistance hors service standard", "assistance outside the standard service")
            }
        }
    }
}

/// A percentage from 0 to 100, exact to nine decimals; written as a text, such as `"99.4"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(i64);

impl Percent {
    /// Units in a whole: 100 % is this many.
    pub const WHOLE: i64 = 100 * 1_000_000_000;

    /// Units of 10⁻⁹ percent.
    pub fn units(self) -> i64 {
        self.0
    }

    /// Reads `99.4`; `None` if it is no decimal number from 0 to 100 with at most nine decimals.
    pub fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !(digits(whole, 3) && digits(decimals, 9)) {
            return None;
        }
        let units =
            whole.parse::<i64>().ok()? * 1_000_000_000 + format!("{decimals:0<9}").parse::<i64>().ok()?;
        (units <= Self::WHOLE).then_some(Self(units))
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        Self::read(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "“{text}” is no percentage; write it as a text from 0 to 100, such as \"99.4\""
            ))
        })
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let (whole, decimals) = (self.0 / 1_000_000_000, format!("{:09}", self.0 % 1_000_000_000));
        match decimals.trim_end_matches('0') {
            "" => whole.to_string().serialize(target),
            kept => format!("{whole}.{kept}").serialize(target),
        }
    }
}

/// What several incidents at once count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// At every instant the highest weight counts, once.
    #[default]
    HighestWeightOnce,
    /// Each counts, as if it were alone.
    Sum,
}

/// What an incident counts for when its severity changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityChange {
    /// Each part by the severity it had then.
    #[default]
    Piecewise,
    /// The whole of it by the worst severity it had.
    Worst,
}

/// What becomes of an incident that runs from a quarter into the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverTwoQuarters {
    /// Each quarter counts its own part.
    #[default]
    Split,
}

/// What the rate is when incidents count for more than the guaranteed time, as they may when each is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowZero {
    /// 0.
    #[default]
    Zero,
    /// What the formula gives.
    Negative,
}

/// Which calendar the past is counted by once it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarChange {
    /// Every second by the calendar known at that second: time that has passed does not change afterwards.
    #[default]
    AsKnownThen,
    /// Every second by all that is known of the calendar.
    AsKnownLast,
}

/// What the contract's formula leaves open, decided and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each type says it")]
pub struct Policies {
    pub overlap: Overlap,
    pub severity_change: SeverityChange,
    pub over_two_quarters: OverTwoQuarters,
    pub below_zero: BelowZero,
    pub calendar_change: CalendarChange,
}

/// What is guaranteed: how much, when, and how open questions are settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// The guaranteed rate.
    pub guaranteed_percent: Percent,
    /// The guaranteed period.
    pub calendar: History,
    /// Open questions, settled; the defaults if absent.
    #[serde(default)]
    pub policies: Policies,
}
