//! `agreement`: its commands and what they are given.

use std::path::PathBuf;

use agreement::calendar::{Calendar, History};
use agreement::holidays::{GoodFriday, Region, YEAR_MAX, YEAR_MIN};
use agreement::instant::{Instant, instant};
use agreement::projection::Planned;
use agreement::quarter::Quarter;
use agreement::terms::{Overlap, Severity};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Agreement {
    /// Public holidays of a year
    #[command(after_help = "Example:\n  tisserand agreement holidays --year 2027")]
    Holidays {
        /// From 1900 to 2200
        #[arg(long, value_parser = clap::value_parser!(i16).range(i64::from(YEAR_MIN)..=i64::from(YEAR_MAX)), value_name = "YEAR")]
        year: i16,
        /// Whose; Alsace-Moselle has those of all France and its own
        #[arg(long, value_enum, default_value = "alsace-moselle", value_name = "REGION")]
        region: RegionChoice,
        /// Only from when, and while, the law of the time made each day a holiday
        #[arg(long)]
        since_law: bool,
        /// How the rule of communes with a Protestant temple is read
        #[arg(long, value_enum, default_value = "always", value_name = "RULE")]
        good_friday: GoodFridayChoice,
        /// Cite the article of the law for each day
        #[arg(long)]
        law: bool,
    },
    /// Guaranteed hours of a quarter
    #[command(after_help = "Example:\n  tisserand agreement hours --quarter 2027-Q1")]
    Hours {
        /// Quarter, such as 2027-Q1
        #[arg(long, value_name = "QUARTER")]
        quarter: Quarter,
        /// Calendar: alsace-moselle, fr, or a JSON file
        #[arg(long, value_parser = calendar, default_value = "alsace-moselle", value_name = "CALENDAR")]
        calendar: History,
    },
    /// Service-level rate of a quarter, exactly
    #[command(
        after_help = "Example:\n  tisserand agreement rate --quarter 2027-Q1 --log incidents.json\n\nWhat would be: --planned 2027-02-09T10:00:00+01:00/40m says what a maintenance of 40 minutes takes, --suppose I-1=2 what the rate is had the incident been of severity 2. docs/agreement.md explains the log."
    )]
    Rate {
        #[command(flatten)]
        over: Over,
        /// An act that is planned: beginning/duration, and /severity if it is not 1; may be repeated
        #[arg(long, value_parser = planned, value_name = "AT/DURATION")]
        planned: Vec<Planned>,
        /// An incident as if it had been of another severity; may be repeated
        #[arg(long, value_parser = suppose, value_name = "INCIDENT=SEVERITY")]
        suppose: Vec<(String, Severity)>,
    },
    /// Every second of a quarter, named
    #[command(after_help = "Example:\n  tisserand agreement ledger --quarter 2027-Q1 --log incidents.json")]
    Ledger {
        #[command(flatten)]
        over: Over,
    },
    /// Clocks of tickets: response, resolution, and whose each working minute was
    #[command(
        after_help = "Example:\n  tisserand agreement clock --log tickets.json --until 2027-02-09T10:00:00+01:00"
    )]
    Clock {
        /// Log of tickets, in JSON; - reads standard input
        #[arg(long, value_name = "FILE")]
        log: PathBuf,
        /// The present [default: the last event of the log]
        #[arg(long, value_parser = instant, value_name = "INSTANT")]
        until: Option<Instant>,
    },
}

/// What a rate or a ledger is made over.
#[derive(Debug, Args)]
pub(crate) struct Over {
    /// Quarter, such as 2027-Q1
    #[arg(long, value_name = "QUARTER")]
    pub(crate) quarter: Quarter,
    /// Log of incidents, in JSON; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) log: PathBuf,
    /// What happens from then on is not known yet, such as 2027-02-09T10:00:00+01:00 [default: the end of the quarter]
    #[arg(long, value_parser = instant, value_name = "INSTANT")]
    pub(crate) until: Option<Instant>,
    /// What incidents at once count for [default: as the log says, else highest_weight_once]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub(crate) overlap: Option<OverlapChoice>,
    /// Only the incidents of this environment
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RegionChoice {
    Fr,
    AlsaceMoselle,
}

impl From<RegionChoice> for Region {
    fn from(choice: RegionChoice) -> Self {
        match choice {
            RegionChoice::Fr => Self::Fr,
            RegionChoice::AlsaceMoselle => Self::AlsaceMoselle,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum GoodFridayChoice {
    Always,
    CommuneWithTemple,
    CommuneWithoutTemple,
}

impl From<GoodFridayChoice> for GoodFriday {
    fn from(choice: GoodFridayChoice) -> Self {
        match choice {
            GoodFridayChoice::Always => Self::Always,
            GoodFridayChoice::CommuneWithTemple => Self::CommuneWithTemple,
            GoodFridayChoice::CommuneWithoutTemple => Self::CommuneWithoutTemple,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum OverlapChoice {
    HighestWeightOnce,
    Sum,
}

impl From<OverlapChoice> for Overlap {
    fn from(choice: OverlapChoice) -> Self {
        match choice {
            OverlapChoice::HighestWeightOnce => Self::HighestWeightOnce,
            OverlapChoice::Sum => Self::Sum,
        }
    }
}

/// A calendar by its name, or from a file.
fn calendar(text: &str) -> Result<History, String> {
    if let Some(calendar) = Calendar::named(text) {
        return History::always(calendar).map_err(|error| error.to_string());
    }
    let read = std::fs::read_to_string(text)
        .map_err(|error| format!("{error}; write alsace-moselle, fr, or the name of a JSON file"))?;
    serde_json::from_str(&read).map_err(|error| error.to_string())
}

fn planned(text: &str) -> Result<Planned, String> {
    let refuse = || {
        "write beginning/duration, such as 2027-02-09T10:00:00+01:00/40m, and /2 for severity 2".to_owned()
    };
    let mut parts = text.split('/');
    let (Some(from), Some(duration)) = (parts.next(), parts.next()) else { return Err(refuse()) };
    let severity = parts.next().map_or(Ok(Severity::Blocking), severity)?;
    let from = instant(from).map_err(|_| refuse())?;
    let seconds = duration.parse::<jiff::SignedDuration>().map_err(|_| refuse())?.as_secs();
    if seconds <= 0 || parts.next().is_some() {
        return Err(refuse());
    }
    Ok(Planned { from, seconds, severity })
}

fn suppose(text: &str) -> Result<(String, Severity), String> {
    let (id, number) = text.rsplit_once('=').ok_or("write incident=severity, such as I-1=2")?;
    Ok((id.to_owned(), severity(number)?))
}

fn severity(text: &str) -> Result<Severity, String> {
    text.parse()
        .ok()
        .and_then(Severity::of)
        .ok_or_else(|| format!("“{text}” is no severity: write 1, 2 or 3"))
}
