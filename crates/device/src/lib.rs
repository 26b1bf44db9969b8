#![doc = include_str!("../README.md")]

mod answer;
#[cfg(target_family = "wasm")]
pub mod binding;
mod draft;
mod scope;
mod sheet;

use dictionary::Dictionary;
use dictionary::describe;
use jiff::tz::TimeZone;

/// A dictionary, ready to be asked about records.
#[derive(Debug)]
pub struct Device {
    dictionary: Dictionary,
    zone: TimeZone,
}

/// Why there is no answer: what was given is not of the form agreed on.
#[derive(Debug)]
pub struct Unreadable(serde_json::Error);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not readable: {}", self.0)
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Device {
    /// Reads a description of a dictionary, the JSON of `$dictionary`; `zone` is the environment's.
    ///
    /// Errors: a text that is no description.
    pub fn load(description: &str, zone: TimeZone) -> Result<Device, Unreadable> {
        Ok(Device { dictionary: describe::read(description).map_err(Unreadable)?, zone })
    }

    /// What is to be said of a record being written: see the [crate] for the form of the sheet and of the answer. Nothing is said (`{}`) of an
    /// entity that the dictionary lacks.
    ///
    /// Errors: a text that is no sheet.
    pub fn answer(&self, sheet: &str) -> Result<String, Unreadable> {
        let sheet: sheet::Sheet = serde_json::from_str(sheet).map_err(Unreadable)?;
        let answer = draft::Writing::of(&self.dictionary, &self.zone, sheet).map(|writing| writing.answer());
        serde_json::to_string(&answer.unwrap_or_default()).map_err(Unreadable)
    }
}
