//! Recipes as written: `demo.toml`. `docs/dictionary/demo.md` describes the format.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dictionary::Label;
use dictionary::expression::error::nearest;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::{Table, Value};

use crate::error::ExchangeError;
use crate::recipe::generator::{Conditions, Generator, conditions};

/// A demo company.
#[derive(Debug)]
pub struct Recipe {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Standard modules of its environment.
    pub modules: Vec<String>,
    /// Of all draws.
    pub seed: i64,
    /// Its "today".
    pub anchor: Date,
    /// Days on which nobody works.
    pub(crate) holidays: Vec<Date>,
    /// IANA name of the zone of its times.
    pub zone_name: String,
    /// The same.
    pub zone: TimeZone,
    /// Of the record in `platform`.
    pub environment: EnvironmentPart,
    pub(crate) imports: Vec<ImportSpec>,
    pub(crate) sources: BTreeMap<String, SourceSpec>,
    pub(crate) steps: Vec<Step>,
    pub(crate) folder: PathBuf,
}

/// `[environment]`.
#[derive(Debug, Clone)]
pub struct EnvironmentPart {
    /// Identifier.
    pub name: String,
    /// Whose it is.
    pub client: String,
    /// `production`, `test`…
    pub kind: String,
    /// E-mail and profile of the people who may sign in, in written order.
    pub access: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct ImportSpec {
    pub(crate) name: String,
    pub(crate) entity: String,
    pub(crate) files: Vec<String>,
    pub(crate) map: Option<String>,
    pub(crate) optional: bool,
    pub(crate) limit: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct SourceSpec {
    pub(crate) file: String,
    pub(crate) keep: BTreeMap<String, Vec<String>>,
    pub(crate) weight: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) entity: String,
    pub(crate) count: Count,
    pub(crate) for_each: Option<ForEach>,
    pub(crate) fields: Vec<(String, Generator)>,
    pub(crate) lines: Vec<LinesSpec>,
}

#[derive(Debug)]
pub(crate) struct LinesSpec {
    pub(crate) field: String,
    pub(crate) count: Count,
    pub(crate) when: Conditions,
    pub(crate) distinct: Option<String>,
    pub(crate) fields: Vec<(String, Generator)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

#[derive(Debug)]
pub(crate) enum ForEach {
    Row(String),
    Record { entity: String, keep: Conditions, share: f64 },
}

impl Recipe {
    /// Reads `demo.toml` of a folder.
    pub fn read(folder: &Path) -> Result<Recipe, ExchangeError> {
        let path = folder.join("demo.toml");
        let text = std::fs::read_to_string(&path).map_err(ExchangeError::file("read", &path))?;
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(&path.display().to_string(), &error.to_string()))?;
        recipe(folder, table).map_err(|fault| wrong(&path.display().to_string(), &fault))
    }
}

pub(crate) fn wrong(place: &str, fault: &str) -> ExchangeError {
    ExchangeError::refused(format!("{place} : {fault}"), format!("{place}: {fault}"))
}

fn recipe(folder: &Path, mut table: Table) -> Result<Recipe, String> {
    let mut recipe = Reader::of("", &mut table);
    let zone_name = recipe.text("time_zone")?;
    let mut built = Recipe {
        name: recipe.text("name")?,
        label: recipe.table("label").map(label).unwrap_or_default(),
        modules: recipe.texts("modules")?,
        seed: recipe.integer("seed")?.ok_or("seed is missing")?,
        anchor: recipe
            .text("anchor")?
            .parse()
            .map_err(|_| "anchor must be a date such as 2026-11-23".to_owned())?,
        holidays: match recipe.take("holidays") {
            None => Vec::new(),
            Some(days) => plain_texts(&days)
                .iter()
                .map(|day| day.parse().map_err(|_| format!("holidays: “{day}” is not a date")))
                .collect::<Result<_, String>>()?,
        },
        zone: TimeZone::get(&zone_name)
            .map_err(|_| format!("time_zone: “{zone_name}” is not a zone of the IANA database"))?,
        zone_name,
        environment: {
            let mut part = recipe.table("environment").ok_or("[environment] is missing")?;
            let mut reader = Reader::of("environment", &mut part);
            let access = reader.table("access").unwrap_or_default();
            let access = access.into_iter().map(|(email, profile)| {
                let profile = profile
                    .as_str()
                    .ok_or_else(|| format!("environment.access.{email}: a profile is expected"))?;
                Ok((email, profile.to_owned()))
            });
            let environment = EnvironmentPart {
                access: access.collect::<Result<_, String>>()?,
                name: reader.text("name")?,
                client: reader.text("client")?,
                kind: reader.text("kind")?,
            };
            reader.end(&["name", "client", "kind", "access"])?;
            environment
        },
        imports: Vec::new(),
        sources: BTreeMap::new(),
        steps: Vec::new(),
        folder: folder.to_owned(),
    };
    for (name, part) in recipe.table("imports").unwrap_or_default() {
        let place = format!("imports.{name}");
        let mut part = sub(&place, part)?;
        let mut reader = Reader::of(&place, &mut part);
        let files = reader.texts("file")?;
        built.imports.push(ImportSpec {
            entity: reader.text("entity")?,
            files,
            map: reader.text("map").ok(),
            optional: reader.take("optional").and_then(|v| v.as_bool()).unwrap_or(false),
            limit: reader.integer("limit")?.and_then(|n| u64::try_from(n).ok()),
            name,
        });
        reader.end(&["entity", "file", "map", "optional", "limit"])?;
    }
    for (name, part) in recipe.table("sources").unwrap_or_default() {
        let place = format!("sources.{name}");
        let mut part = sub(&place, part)?;
        let mut reader = Reader::of(&place, &mut part);
        let keep = reader.table("where").unwrap_or_default();
        let spec = SourceSpec {
            file: reader.text("file")?,
            keep: keep.into_iter().map(|(column, value)| (column, plain_texts(&value))).collect(),
            weight: reader.text("weight").ok(),
        };
        reader.end(&["file", "where", "weight"])?;
        built.sources.insert(name, spec);
    }
    for (name, part) in recipe.table("steps").unwrap_or_default() {
        built.steps.push(step(name, part)?);
    }
    recipe.take("help");
    recipe.end(&[
        "name",
        "label",
        "help",
        "modules",
        "seed",
        "anchor",
        "holidays",
        "time_zone",
        "environment",
        "imports",
        "sources",
        "steps",
    ])?;
    Ok(built)
}

fn step(name: String, part: Value) -> Result<Step, String> {
    let place = format!("steps.{name}");
    let mut part = sub(&place, part)?;
    let mut reader = Reader::of(&place, &mut part);
    let for_each = match reader.table("for_each") {
        None => None,
        Some(mut each) => {
            let place = format!("{place}.for_each");
            let mut each = Reader::of(&place, &mut each);
            let found = match each.text("row") {
                Ok(source) => ForEach::Row(source),
                Err(_) => ForEach::Record {
                    entity: each.text("record")?,
                    keep: conditions(&place, each.take("where"))?,
                    share: each.take("share").as_ref().and_then(number).unwrap_or(1.0),
                },
            };
            each.end(&["row", "record", "where", "share"])?;
            Some(found)
        }
    };
    let mut lines = Vec::new();
    for (field, part) in reader.table("lines").unwrap_or_default() {
        let place = format!("{place}.lines.{field}");
        let mut part = sub(&place, part)?;
        let mut reader = Reader::of(&place, &mut part);
        lines.push(LinesSpec {
            count: count(&place, reader.take("count"))?,
            when: conditions(&place, reader.take("when"))?,
            distinct: reader.text("distinct").ok(),
            fields: fields(&place, reader.table("fields"))?,
            field,
        });
        reader.end(&["count", "when", "distinct", "fields"])?;
    }
    let step = Step {
        entity: reader.text("entity")?,
        count: count(&place, reader.take("count"))?,
        fields: fields(&place, reader.table("fields"))?,
        name,
        for_each,
        lines,
    };
    reader.end(&["entity", "count", "for_each", "fields", "lines"])?;
    Ok(step)
}

fn fields(place: &str, table: Option<Table>) -> Result<Vec<(String, Generator)>, String> {
    let table = table.unwrap_or_default();
    table
        .into_iter()
        .map(|(name, value)| Ok((name.clone(), Generator::read(&format!("{place}.{name}"), value)?)))
        .collect()
}

fn count(place: &str, value: Option<Value>) -> Result<Count, String> {
    let range = match &value {
        None => Some((1, 1)),
        Some(Value::Integer(n)) => Some((*n, *n)),
        Some(Value::Array(ends)) => match ends.as_slice() {
            [Value::Integer(min), Value::Integer(max)] if min <= max => Some((*min, *max)),
            _ => None,
        },
        Some(_) => None,
    };
    let (min, max) = range.ok_or_else(|| format!("{place}.count: a number or [min, max] is expected"))?;
    let bound = |n: i64| u32::try_from(n).map_err(|_| format!("{place}.count: {n} is out of range"));
    Ok(Count { min: bound(min)?, max: bound(max)? })
}

fn label(table: Table) -> Label {
    Label(
        table
            .into_iter()
            .filter_map(|(language, text)| Some((language, text.as_str()?.to_owned())))
            .collect(),
    )
}

fn sub(place: &str, value: Value) -> Result<Table, String> {
    match value {
        Value::Table(table) => Ok(table),
        _ => Err(format!("{place}: a table is expected")),
    }
}

/// An integer or a float.
pub(crate) fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

/// One value or a list, as text.
pub(crate) fn plain_texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(plain_text).collect(),
        value => vec![plain_text(value)],
    }
}

/// A value as a file would have it.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Takes keys out of a table; what is left at the end was not known.
pub(crate) struct Reader<'a> {
    place: String,
    table: &'a mut Table,
}

impl<'a> Reader<'a> {
    pub(crate) fn of(place: &str, table: &'a mut Table) -> Reader<'a> {
        Reader { place: place.to_owned(), table }
    }

    fn at(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.table.remove(key)
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<String, String> {
        match self.take(key) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Datetime(moment)) => Ok(moment.to_string()),
            Some(_) => Err(format!("{}: a text is expected", self.at(key))),
            None => Err(format!("{} is missing", self.at(key))),
        }
    }

    pub(crate) fn texts(&mut self, key: &str) -> Result<Vec<String>, String> {
        let value = self.take(key).ok_or_else(|| format!("{} is missing", self.at(key)))?;
        Ok(plain_texts(&value))
    }

    pub(crate) fn integer(&mut self, key: &str) -> Result<Option<i64>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(_) => Err(format!("{}: a whole number is expected", self.at(key))),
        }
    }

    pub(crate) fn table(&mut self, key: &str) -> Option<Table> {
        match self.take(key) {
            Some(Value::Table(table)) => Some(table),
            Some(other) => {
                // Left in place, so that `end` tells it.
                self.table.insert(key.to_owned(), other);
                None
            }
            None => None,
        }
    }

    /// Fails on what was not taken.
    pub(crate) fn end(&self, known: &[&str]) -> Result<(), String> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) if known.contains(&key.as_str()) => {
                Err(format!("{}: not a value it may have", self.at(key)))
            }
            Some(key) => {
                let near = nearest(key, known.iter().copied())
                    .map_or(String::new(), |near| format!("; did you mean “{near}”?"));
                Err(format!("{} is not a key known here{near}", self.at(key)))
            }
        }
    }
}
