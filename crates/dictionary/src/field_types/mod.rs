//! What a field can hold: one type, one file, behind [`FieldType`]; [`FIELD_TYPES`] is the registry. A new type is its file and one line.

use std::fmt::Debug;

use crate::expression::Type;
use crate::label::Label;
use crate::model::Options;
use crate::value::Value;

/// Behaviour of a type of field. Stateless: what differs between two fields of one type is in their [`Options`].
pub trait FieldType: Debug + Sync {
    /// Name in dictionary files.
    fn name(&self) -> &'static str;

    /// Attributes of [`Options`] that fields of this type may carry, by their name in files.
    fn attributes(&self) -> &'static [&'static str];

    /// Type in expressions.
    fn expression_type(&self, options: &Options) -> Type;

    /// Columns in a store, in the order of [`FieldType::split`]. Empty for a virtual type (`lines`).
    fn columns(&self, options: &Options) -> Vec<Column>;

    /// Whether records keep no value of it themselves.
    fn is_virtual(&self) -> bool {
        false
    }

    /// The value as it will be kept (trimmed, upper-cased, at the field's scale, empty text as `Null`), or why it is refused.
    /// `Null` always passes: `required` is the engine's business.
    fn check(&self, value: Value, options: &Options) -> Result<Value, Invalid>;

    /// Reads what a person or a file wrote, such as `1 234,50`, `23/11/2026`, `oui`. Also reads what [`FieldType::format`] writes.
    fn parse(&self, text: &str, options: &Options) -> Result<Value, Invalid>;

    /// Text for exports and titles, exact and re-readable: ISO dates, a point as decimal separator.
    fn format(&self, value: &Value, options: &Options) -> String;

    /// Reads the value of the data API.
    fn from_json(&self, json: &serde_json::Value, options: &Options) -> Result<Value, Invalid>;

    /// Writes the value of the data API; a decimal that a double cannot hold exactly becomes a string.
    fn to_json(&self, value: &Value, options: &Options) -> serde_json::Value;

    /// Spreads a value over the columns. One column types need not write it.
    fn split(&self, value: &Value) -> Vec<Value> {
        vec![value.clone()]
    }

    /// The reverse of [`FieldType::split`]; `cells` are as many as there are columns.
    fn join(&self, cells: Vec<Value>) -> Value {
        cells.into_iter().next().unwrap_or_default()
    }

    /// What an offline merge does when both sides changed it. Design `7-sync` 7.7.
    fn merge(&self) -> Merge {
        Merge::Ask
    }
}

/// One column of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Empty for the only column; else the part's name: the column is `<field>__<part>`, the path `<field>.<part>`.
    pub part: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

/// Primitive storage. Stores map each to a native column type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnKind {
    /// `Value::Id`.
    Id,
    /// `Value::Text`.
    Text,
    /// `Value::Integer`.
    Integer,
    /// `Value::Decimal` with that many digits after the point; 18 digits in all.
    Decimal(u32),
    /// `Value::Boolean`.
    Boolean,
    /// `Value::Date`.
    Date,
    /// `Value::Time`.
    Time,
    /// `Value::DateTime`.
    DateTime,
    /// `Value::Duration`.
    Duration,
    /// A double, given and returned as `Value::Json` number. Only coordinates use it.
    Real,
    /// `Value::Tags`.
    Tags,
    /// `Value::Json`.
    Json,
}

/// Why a value is refused, for the person who gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.text(crate::Language::En))]
pub struct Invalid {
    /// Stable code: `too_long`, `not_a_number`…
    pub code: &'static str,
    /// French and English.
    pub message: Label,
}

impl Invalid {
    /// A refusal with its two texts.
    pub fn new(code: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> Invalid {
        Invalid { code, message: Label::new(fr.as_ref(), en.as_ref()) }
    }
}

/// Merge policy of a field type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// A person decides.
    Ask,
    /// Both changes are kept: sets.
    Union,
    /// Line by line.
    Text,
}

/// Every type. The only place that lists them.
pub static FIELD_TYPES: &[&dyn FieldType] = &[];

/// The type of that name.
pub fn field_type(name: &str) -> Option<&'static dyn FieldType> {
    FIELD_TYPES.iter().copied().find(|t| t.name() == name)
}
