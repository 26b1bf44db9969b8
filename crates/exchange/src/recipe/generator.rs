//! Generators as written: what a recipe may say of a field.

use toml::{Table, Value};

use crate::mapping::template::Template;
use crate::recipe::file::{Reader, number, plain_text, plain_texts};
use crate::recipe::moments::{minutes_of_day, seconds};
use crate::recipe::stream::{Shape, cumulated};

/// A generator with its modifiers.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    pub(crate) kind: Kind,
    pub(crate) empty: f64,
    pub(crate) when: Conditions,
    pub(crate) shape: Shape,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Text(Template),
    Pick { items: Vec<String>, cumulated: Vec<f64>, in_turn: bool },
    Tags(Vec<(String, f64)>),
    From { source: String, column: String, keep: Conditions },
    Row { source: String, keep: Conditions },
    Record { entity: String, keep: Conditions },
    Number { min: f64, max: f64, scale: u32, step: Option<f64> },
    Date { from: String, to: String, working: bool },
    DateTime { from: String, to: String, working: bool, minutes: (i64, i64), step: i64 },
    After { field: String, by: (i64, i64), step: i64, minutes: Option<(i64, i64)> },
    Duration { from: i64, to: i64, step: i64 },
    Near { around: Template, within_m: f64 },
    Siren { prefix: String },
    Siret { of: Template },
    Vat { of: Template },
    Phone { prefix: Option<String> },
    File(Vec<String>),
    Value(Value),
    Match { path: String, cases: Vec<(String, Generator)> },
}

/// Conditions on paths, all of which hold.
pub(crate) type Conditions = Vec<(String, Vec<Wanted>)>;

/// What a path should be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    /// True, or set; false, or empty.
    Is(bool),
    /// That text.
    Text(String),
    /// What the template gives here.
    Template(Template),
}

/// Reads a `where` or `when`.
pub(crate) fn conditions(place: &str, value: Option<Value>) -> Result<Conditions, String> {
    let table = match value {
        None => return Ok(Vec::new()),
        Some(Value::Table(table)) => table,
        Some(_) => return Err(format!("{place}: a table of fields and values is expected")),
    };
    table
        .into_iter()
        .map(|(path, value)| {
            let values = if let Value::Array(values) = value { values } else { vec![value] };
            let wanted = values.iter().map(|value| match value {
                Value::Boolean(value) => Ok(Wanted::Is(*value)),
                Value::String(text) if text.contains('{') => template(place, text).map(Wanted::Template),
                value => Ok(Wanted::Text(plain_text(value))),
            });
            let wanted = wanted.collect::<Result<_, String>>()?;
            Ok((path, wanted))
        })
        .collect()
}

fn template(place: &str, text: &str) -> Result<Template, String> {
    Template::parse(text).map_err(|error| format!("{place}: {error}"))
}

const KINDS: [&str; 15] = [
    "text", "pick", "any", "from", "row", "record", "number", "date", "datetime", "after", "duration",
    "near", "make", "file", "match",
];

impl Generator {
    pub(crate) fn read(place: &str, value: Value) -> Result<Generator, String> {
        let plain = |kind| Generator { kind, empty: 0.0, when: Vec::new(), shape: Shape::Even };
        let mut table = match value {
            Value::Table(table) => table,
            Value::String(text) => return Ok(plain(Kind::Text(template(place, &text)?))),
            Value::Array(_) => return Err(format!("{place}: a list needs a key, such as pick = […]")),
            other => {
                let text = other.to_string().replace('{', "{{").replace('}', "}}");
                return Ok(plain(Kind::Text(template(place, &text)?)));
            }
        };
        let reader = &mut Reader::of(place, &mut table);
        let empty = reader.take("empty").as_ref().and_then(number).unwrap_or(0.0);
        let when = conditions(place, reader.take("when"))?;
        let shape = match reader.text("shape").as_deref() {
            Err(_) | Ok("even") => Shape::Even,
            Ok("low") => Shape::Low,
            Ok("high") => Shape::High,
            Ok("bell") => Shape::Bell,
            Ok(other) => return Err(format!("{place}.shape: “{other}” is none of even, low, high, bell")),
        };
        let kind = kind(place, reader)?;
        let mut known = KINDS.to_vec();
        known.extend([
            "empty", "when", "shape", "where", "column", "in_turn", "scale", "step", "days", "hours", "by",
            "within_m", "of", "prefix", "cases", "value",
        ]);
        reader.end(&known)?;
        Ok(Generator { kind, empty, when, shape })
    }
}

fn kind(place: &str, reader: &mut Reader<'_>) -> Result<Kind, String> {
    if let Some(value) = reader.take("value") {
        return Ok(Kind::Value(value));
    }
    if let Ok(path) = reader.text("match") {
        let cases = reader.table("cases").ok_or_else(|| format!("{place}.cases is missing"))?;
        let cases = cases
            .into_iter()
            .map(|(case, value)| {
                Ok((case.clone(), Generator::read(&format!("{place}.cases.{case}"), value)?))
            })
            .collect::<Result<_, String>>()?;
        return Ok(Kind::Match { path, cases });
    }
    if let Ok(text) = reader.text("text") {
        return Ok(Kind::Text(template(place, &text)?));
    }
    if let Some(items) = reader.take("pick") {
        return pick(place, items, reader);
    }
    if let Some(tags) = reader.table("any") {
        let tags = tags.into_iter().map(|(tag, odds)| {
            number(&odds).map(|odds| (tag.clone(), odds)).ok_or_else(|| odds_of(place, &tag))
        });
        return Ok(Kind::Tags(tags.collect::<Result<_, _>>()?));
    }
    let keep = conditions(place, reader.take("where"))?;
    if let Ok(source) = reader.text("from") {
        return Ok(Kind::From { source, column: reader.text("column")?, keep });
    }
    if let Ok(source) = reader.text("row") {
        return Ok(Kind::Row { source, keep });
    }
    if let Ok(entity) = reader.text("record") {
        return Ok(Kind::Record { entity, keep });
    }
    if let Some(range) = reader.take("number") {
        let (min, max) = ends(&range)
            .and_then(|(a, b)| Some((number(a)?, number(b)?)))
            .ok_or_else(|| range_of(place, "number"))?;
        let scale = reader.integer("scale")?.unwrap_or(0).clamp(0, 9) as u32;
        return Ok(Kind::Number { min, max, scale, step: reader.take("step").as_ref().and_then(number) });
    }
    if let Some(range) = reader.take("date") {
        let (from, to) = ends(&range).ok_or_else(|| range_of(place, "date"))?;
        return Ok(Kind::Date {
            from: plain_text(from),
            to: plain_text(to),
            working: reader.text("days").as_deref() == Ok("working"),
        });
    }
    if let Some(range) = reader.take("datetime") {
        let (from, to) = ends(&range).ok_or_else(|| range_of(place, "datetime"))?;
        let minutes = hours(place, reader)?.unwrap_or((0, 24 * 60 - 1));
        let (from, to) = (plain_text(from), plain_text(to));
        let working = reader.text("days").as_deref() == Ok("working");
        return Ok(Kind::DateTime {
            from,
            to,
            working,
            minutes,
            step: span(place, reader, "step")?.unwrap_or(60) / 60,
        });
    }
    if let Ok(field) = reader.text("after") {
        let by = reader.take("by").unwrap_or(Value::Array(Vec::new()));
        let by = span_range(&by).ok_or_else(|| range_of(place, "by"))?;
        let minutes = hours(place, reader)?;
        let step = span(place, reader, "step")?.unwrap_or(if minutes.is_some() { 60 } else { 1 });
        return Ok(Kind::After { field, by, step, minutes });
    }
    if let Some(range) = reader.take("duration") {
        let (from, to) = span_range(&range).ok_or_else(|| range_of(place, "duration"))?;
        return Ok(Kind::Duration { from, to, step: span(place, reader, "step")?.unwrap_or(60) });
    }
    if let Ok(around) = reader.text("near") {
        let within_m = reader.take("within_m").as_ref().and_then(number).unwrap_or(1_000.0);
        return Ok(Kind::Near { around: template(place, &around)?, within_m });
    }
    if let Some(files) = reader.take("file") {
        return Ok(Kind::File(plain_texts(&files)));
    }
    match reader.text("make").as_deref() {
        Ok("siren") => {
            Ok(Kind::Siren { prefix: reader.text("prefix").unwrap_or_else(|_| "0009".to_owned()) })
        }
        Ok("siret") => Ok(Kind::Siret { of: template(place, &reader.text("of")?)? }),
        Ok("vat") => Ok(Kind::Vat { of: template(place, &reader.text("of")?)? }),
        Ok("phone") => Ok(Kind::Phone { prefix: reader.text("prefix").ok() }),
        Ok(other) => Err(format!("{place}.make: “{other}” is none of siren, siret, vat, phone")),
        Err(_) => Err(format!("{place}: a generator has one of the keys {}, value", KINDS.join(", "))),
    }
}

/// `hours = ["08:00", "18:00"]`, in minutes of the day.
fn hours(place: &str, reader: &mut Reader<'_>) -> Result<Option<(i64, i64)>, String> {
    let Some(hours) = reader.take("hours") else { return Ok(None) };
    let minutes =
        ends(&hours).and_then(|(a, b)| Some((minutes_of_day(a.as_str()?)?, minutes_of_day(b.as_str()?)?)));
    minutes.map(Some).ok_or_else(|| range_of(place, "hours"))
}

fn pick(place: &str, items: Value, reader: &mut Reader<'_>) -> Result<Kind, String> {
    let in_turn = reader.take("in_turn").and_then(|v| v.as_bool()).unwrap_or(false);
    let (items, weights): (Vec<String>, Vec<f64>) = match items {
        Value::Array(items) => items.iter().map(|item| (plain_text(item), 1.0)).unzip(),
        Value::Table(items) => weighted(place, items)?.into_iter().unzip(),
        _ => return Err(format!("{place}.pick: a list, or a table of weights is expected")),
    };
    if items.is_empty() {
        return Err(format!("{place}.pick is empty"));
    }
    Ok(Kind::Pick { items, cumulated: cumulated(weights), in_turn })
}

fn weighted(place: &str, items: Table) -> Result<Vec<(String, f64)>, String> {
    items
        .into_iter()
        .map(|(item, weight)| number(&weight).map(|w| (item.clone(), w)).ok_or_else(|| odds_of(place, &item)))
        .collect()
}

fn odds_of(place: &str, item: &str) -> String {
    format!("{place}.{item}: a number is expected")
}

fn range_of(place: &str, key: &str) -> String {
    format!("{place}.{key}: two values [from, to] are expected")
}

fn ends(value: &Value) -> Option<(&Value, &Value)> {
    match value.as_array().map(Vec::as_slice) {
        Some([from, to]) => Some((from, to)),
        _ => None,
    }
}

/// `["1d", "20d"]`, or one value alone.
fn span_range(value: &Value) -> Option<(i64, i64)> {
    match value.as_array().map(Vec::as_slice) {
        Some([from, to]) => Some((seconds(from.as_str()?)?, seconds(to.as_str()?)?)),
        Some([one]) => seconds(one.as_str()?).map(|s| (s, s)),
        _ => None,
    }
}

fn span(place: &str, reader: &mut Reader<'_>, key: &str) -> Result<Option<i64>, String> {
    match reader.take(key) {
        None => Ok(None),
        Some(value) => {
            let span = value.as_str().and_then(seconds).filter(|s| *s > 0);
            span.map(Some).ok_or_else(|| format!("{place}.{key}: a length of time such as 15m is expected"))
        }
    }
}
