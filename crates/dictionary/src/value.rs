//! What a field holds.

use std::fmt;

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identity of a record: a UUIDv7, which a device may make while offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub Uuid);

impl RecordId {
    /// Reads the usual text form (`0192f3a0-…`).
    pub fn parse(text: &str) -> Option<RecordId> {
        Uuid::parse_str(text).ok().map(RecordId)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A position on Earth in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
}

/// A postal address. Empty parts are `None`; at least one part is set (an address without any is `Value::Null`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// Street lines, separated by line feeds.
    pub lines: Option<String>,
    /// Postcode, as written in its country.
    pub postcode: Option<String>,
    /// City name.
    pub city: Option<String>,
    /// INSEE code of the commune, in France.
    pub insee: Option<String>,
    /// State or region, where addresses carry one.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
}

/// What a file field holds; the bytes lie in the environment's file folder under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Name given by the person, without folders.
    pub name: String,
    /// Media type, such as `image/png`.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub hash: String,
}

/// The value of one field of one record. Composite values (address, point, file) are one value here and several columns in a store.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing. Empty text, an empty address and no choice are also `Null`: there is one way to be empty.
    #[default]
    Null,
    /// `boolean`.
    Boolean(bool),
    /// `integer`.
    Integer(i64),
    /// `decimal`, `money`; always at the field's scale once stored.
    Decimal(Decimal),
    /// `text`, `long_text`, `rich_text`, `code`, `email`, `phone`, `url`, `colour`, and the tag of a `choice`.
    Text(String),
    /// `date`, years 1 to 9999.
    Date(civil::Date),
    /// `time`, whole seconds.
    Time(civil::Time),
    /// `datetime`: an instant, in whole microseconds.
    DateTime(Timestamp),
    /// `duration`, in whole seconds.
    Duration(i64),
    /// `reference`, `id`.
    Id(RecordId),
    /// `choices`: tags, sorted, each once, never empty.
    Tags(Vec<String>),
    /// `point`.
    Point(Point),
    /// `address`.
    Address(Box<Address>),
    /// `file`, `image`, `signature`.
    File(Box<FileRef>),
    /// `json`.
    Json(Box<serde_json::Value>),
}

impl Value {
    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text of a `Text`, else `None`.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id of an `Id`, else `None`.
    pub fn as_id(&self) -> Option<RecordId> {
        match self {
            Value::Id(id) => Some(*id),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<RecordId> for Value {
    fn from(id: RecordId) -> Value {
        Value::Id(id)
    }
}
