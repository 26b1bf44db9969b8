//! What a field can hold: one type, one file, behind [`FieldType`]; [`FIELD_TYPES`] is the registry. A new type is its file and one line.

mod address;
mod boolean;
mod choice;
mod choices;
mod civil_text;
mod cleaning;
mod code;
mod colour;
mod date;
mod datetime;
mod decimal;
mod duration;
mod email;
mod file;
mod integer;
mod json;
mod lines;
mod long_text;
mod money;
mod number_text;
mod pattern;
mod phone;
mod point;
mod reference;
mod related;
mod shapes;
mod text;
mod time;
mod url;

use std::fmt::Debug;
use std::sync::LazyLock;

use crate::expression::Type;
use jiff::tz::TimeZone;

use crate::label::{Label, Language};
use crate::model::{Dictionary, Field, Options, ValueList};
use crate::value::{RecordId, Value};

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

    /// Whether its values name other records, so that they are looked up by it: when one is deleted, above all.
    fn names_records(&self) -> bool {
        false
    }

    /// Faults in the attributes themselves, each with the attribute's name: a pattern that does not compile, a `min` above its `max`.
    fn check_options(&self, _options: &Options) -> Vec<(&'static str, Invalid)> {
        Vec::new()
    }

    /// The value as it will be kept (trimmed, upper-cased, at the field's scale, empty text as `Null`), or why it is refused.
    /// `Null` always passes: `required` is the engine's business.
    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid>;

    /// Reads what a person or a file wrote, such as `1 234,50`, `23/11/2026`, `oui`. Also reads what [`FieldType::format`] writes.
    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid>;

    /// Text for exports and titles, exact and re-readable: ISO dates, a point as decimal separator.
    fn format(&self, value: &Value, options: &Options) -> String;

    #[expect(
        clippy::wrong_self_convention,
        reason = "the counterpart of `to_json`: both read the field's options, not `self`"
    )]
    /// Reads the value of the data API. Only its shape: [`FieldType::check`] comes after.
    fn from_json(&self, json: &serde_json::Value, options: &Options) -> Result<Value, Invalid>;

    /// Writes the value of the data API; a decimal that a double cannot hold exactly becomes a string.
    fn to_json(&self, value: &Value, options: &Options) -> serde_json::Value;

    /// What a pseudonymised copy of an environment holds in the place of a value of it that is personal.
    fn disguise(&self) -> Disguise {
        Disguise::Emptied
    }

    /// What a required field holds once the person that its record is about was erased; the others are empty.
    fn erased(&self, _record: RecordId) -> Value {
        Value::Null
    }

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

/// What reading and checking a value may depend on, beside the value.
#[derive(Debug, Clone, Copy)]
pub struct FieldContext<'a> {
    /// Attributes of the field.
    pub options: &'a Options,
    /// Value list of a `choice` or `choices`; without it tags are taken as they come.
    pub list: Option<&'a ValueList>,
    /// Zone of dates and times written without one.
    pub zone: &'a TimeZone,
    /// Language of the person or file: tells whether `1,234` is a thousand.
    pub language: Language,
}

/// Text in place of one that was erased.
pub const ERASED: &str = "[effacé]";

/// The zone when nothing says otherwise.
static PARIS: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Paris").expect("the zone database is built in"));

impl<'a> FieldContext<'a> {
    /// The context of a field of `dictionary`, in Europe/Paris and French; change the public fields for another.
    pub fn of(dictionary: &'a Dictionary, field: &'a Field) -> FieldContext<'a> {
        let list = field.options.list.as_ref().and_then(|name| dictionary.lists.get(name));
        FieldContext { list, ..FieldContext::new(&field.options) }
    }

    /// A context without value list, in Europe/Paris and French.
    pub fn new(options: &'a Options) -> FieldContext<'a> {
        FieldContext { options, list: None, zone: &PARIS, language: Language::Fr }
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

/// What a pseudonymised copy holds in the place of a value (decision 0129).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disguise {
    /// Nothing.
    Emptied,
    /// The value: it says nothing of anybody by itself, as one of a short list, or leads to a record.
    Kept,
    /// Words of the same shape, or a name.
    Words,
    /// Sentences about as long.
    Prose,
    /// An address that no mail reaches.
    Email,
    /// A number that rings nowhere.
    Phone,
    /// A page that is nowhere.
    Url,
    /// Another street, in another town.
    Address,
    /// Somewhere around.
    Point,
    /// A day, or an instant, around.
    Moment,
    /// A number of about that size.
    Number,
    /// A content that says nothing.
    File,
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

/// Every type, in the order of `docs/dictionary/files.md` after `id`, which only the system field `id` has. The only place that lists them.
pub static FIELD_TYPES: &[&dyn FieldType] = &[
    &reference::Reference { name: "id" },
    &text::Text,
    &long_text::LongText { name: "long_text" },
    &long_text::LongText { name: "rich_text" },
    &code::Code,
    &integer::Integer,
    &decimal::Decimal,
    &money::Money,
    &boolean::Boolean,
    &date::Date,
    &time::Time,
    &datetime::DateTime,
    &duration::Duration,
    &choice::Choice,
    &choices::Choices,
    &reference::Reference { name: "reference" },
    &related::Related,
    &lines::Lines,
    &file::File { name: "file", accept: &[] },
    &file::File { name: "image", accept: &["image/*"] },
    &file::File { name: "signature", accept: &["image/*"] },
    &point::Point,
    &address::Address,
    &email::Email,
    &phone::Phone,
    &url::Url,
    &colour::Colour,
    &json::AnyJson,
];

/// The type of that name.
pub fn field_type(name: &str) -> Option<&'static dyn FieldType> {
    FIELD_TYPES.iter().copied().find(|t| t.name() == name)
}

/// Reads a literal of the expression language such as `date '2026-11-23'`, in the form of the data API; `None` if the word does not start
/// one.
pub(crate) fn literal(word: &str, text: &str) -> Option<Result<Value, Invalid>> {
    let kind: &dyn FieldType = match word {
        "date" => &date::Date,
        "time" => &time::Time,
        "datetime" => &datetime::DateTime,
        "duration" => &duration::Duration,
        // As people write one: GeoJSON is no text.
        "point" => {
            let options = Options::default();
            return Some(point::Point.parse(text, &FieldContext::new(&options)));
        }
        _ => return None,
    };
    Some(kind.from_json(&serde_json::Value::String(text.to_owned()), &Options::default()))
}

pub(crate) use address::text as address_text;
pub(crate) use duration::text as duration_text;
pub(crate) use point::text as point_text;
