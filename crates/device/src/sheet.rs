//! What a form hands over.

use std::collections::BTreeMap;

use dictionary::{Language, RecordId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A record by the properties of the data API; a property that is absent is not known.
pub(crate) type Properties = Map<String, Json>;

/// A record that somebody writes.
#[derive(Debug, Deserialize)]
pub(crate) struct Sheet {
    /// Name of its entity.
    pub(crate) entity: String,
    /// As it was read, expanded references included; absent for a new one.
    #[serde(default)]
    pub(crate) stored: Option<Properties>,
    /// What was given since, as a write would say it; lines apart.
    #[serde(default)]
    pub(crate) given: Properties,
    /// The whole of its `lines` fields, those of which all lines are known.
    #[serde(default)]
    pub(crate) lines: BTreeMap<String, Vec<Line>>,
    /// Other records, by the name of their entity.
    #[serde(default)]
    pub(crate) known: BTreeMap<String, Vec<Properties>>,
    /// The person's record.
    #[serde(default)]
    pub(crate) me: Option<RecordId>,
    /// The moment.
    pub(crate) now: Timestamp,
    /// Of messages.
    #[serde(default)]
    pub(crate) language: Language,
}

/// One line.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    /// As it was read; absent for a new one.
    #[serde(default)]
    pub(crate) stored: Option<Properties>,
    /// What was given since; absent where the write leaves its lines as they are, so that nobody asks whether they are right.
    #[serde(default)]
    pub(crate) given: Option<Properties>,
}
