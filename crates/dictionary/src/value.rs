//! What a field holds.

use std::cmp::Ordering;
use std::fmt;

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::field_types;
use crate::text;

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

/// The order of values of one type: numbers by size whatever their kind, texts by [`text::compare`], false before true, days and instants
/// by time. It is total: values of different types, which no field mixes, have an order too, and `Null` comes after everything.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) | (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Integer(a), Value::Decimal(b)) => Decimal::from(*a).cmp(b),
        (Value::Decimal(a), Value::Integer(b)) => a.cmp(&Decimal::from(*b)),
        (Value::Text(a), Value::Text(b)) => text::compare(a, b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Id(a), Value::Id(b)) => a.cmp(b),
        (Value::Tags(a), Value::Tags(b)) => a.cmp(b),
        (Value::Point(a), Value::Point(b)) => {
            a.latitude.total_cmp(&b.latitude).then_with(|| a.longitude.total_cmp(&b.longitude))
        }
        (Value::Address(a), Value::Address(b)) => a.sort_key().cmp(&b.sort_key()),
        (Value::File(a), Value::File(b)) => text::compare(&a.name, &b.name)
            .then_with(|| (&a.hash, &a.media_type, a.size).cmp(&(&b.hash, &b.media_type, b.size))),
        (Value::Json(a), Value::Json(b)) => a.to_string().cmp(&b.to_string()),
        _ => a.rank().cmp(&b.rank()),
    }
}

/// One part of a composite value as expressions see it: the city of an address, the latitude of a point (a decimal), the size of a file.
/// `Null` for a part that the value does not have.
pub fn part(value: &Value, part: &str) -> Value {
    let text = |text: Option<&String>| text.map_or(Value::Null, |text| Value::Text(text.clone()));
    match value {
        Value::Address(address) => match part {
            "lines" => text(address.lines.as_ref()),
            "postcode" => text(address.postcode.as_ref()),
            "city" => text(address.city.as_ref()),
            "insee" => text(address.insee.as_ref()),
            "region" => text(address.region.as_ref()),
            "country" => text(address.country.as_ref()),
            _ => Value::Null,
        },
        Value::Point(point) => match part {
            "latitude" => degrees(point.latitude),
            "longitude" => degrees(point.longitude),
            _ => Value::Null,
        },
        Value::File(file) => match part {
            "name" => text(Some(&file.name)),
            "type" => text(Some(&file.media_type)),
            "size" => i64::try_from(file.size).map_or(Value::Null, Value::Integer),
            "hash" => text(Some(&file.hash)),
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

/// A coordinate as expressions see it: a decimal of at most 7 digits after the point, as points are kept.
pub fn degrees(coordinate: f64) -> Value {
    Decimal::from_str_exact(&format!("{coordinate:.7}"))
        .map_or(Value::Null, |d| Value::Decimal(d.normalize()))
}

/// The text of a value where nothing says how its field shows it: ISO 8601, a point as decimal separator, no zeros at the end of a
/// decimal. Empty for `Null`.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(instant) => instant.to_string(),
        Value::Duration(seconds) => field_types::duration_text(*seconds),
        Value::Id(id) => id.to_string(),
        Value::Tags(tags) => tags.join(";"),
        Value::Point(point) => field_types::point_text(point),
        Value::Address(address) => field_types::address_text(address),
        Value::File(file) => file.name.clone(),
        Value::Json(json) => json.to_string(),
    }
}

impl Value {
    /// Order between types. The two kinds of number share one, since they compare with each other.
    fn rank(&self) -> u8 {
        match self {
            Value::Boolean(_) => 0,
            Value::Integer(_) | Value::Decimal(_) => 1,
            Value::Text(_) => 2,
            Value::Date(_) => 3,
            Value::Time(_) => 4,
            Value::DateTime(_) => 5,
            Value::Duration(_) => 6,
            Value::Id(_) => 7,
            Value::Tags(_) => 8,
            Value::Point(_) => 9,
            Value::Address(_) => 10,
            Value::File(_) => 11,
            Value::Json(_) => 12,
            Value::Null => 13,
        }
    }
}

impl Address {
    /// Country first, street last: addresses sort by where they are.
    fn sort_key(&self) -> [Option<(String, &str)>; 6] {
        [&self.country, &self.region, &self.postcode, &self.city, &self.insee, &self.lines]
            .map(|part| part.as_deref().map(|part| (text::fold(part), part)))
    }
}
