//! What a recipe has made so far, and how its paths read it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dictionary::{Dictionary, Entity, RecordId, Value};

use crate::recipe::sources::SourceLine;

/// What a generator gives, before the field's type reads it.
#[derive(Debug, Clone)]
pub(crate) enum Drawn {
    Empty,
    /// As a cell of a file.
    Text(String),
    /// A value with its type.
    Value(Value),
    /// A record made before.
    Record(Made),
    /// A row of a source.
    Line(Arc<SourceLine>),
}

/// A record by place: its entity and its position in the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) entity: Arc<str>,
    pub(crate) index: usize,
}

/// A record with its variables.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: RecordId,
    /// By field index.
    pub(crate) values: Vec<Value>,
    pub(crate) variables: Vec<(String, Drawn)>,
}

/// Positions of records by the text of one of their values, for the first records of a pool.
type Index = (usize, HashMap<String, Vec<usize>>);

/// Records of one entity.
#[derive(Default)]
pub(crate) struct Pool {
    pub(crate) entries: Vec<Entry>,
    by_id: HashMap<RecordId, usize>,
    /// By path, text of the value → positions; up to the position noted.
    indexes: RefCell<HashMap<String, Index>>,
}

impl Pool {
    pub(crate) fn push(&mut self, entry: Entry) -> usize {
        self.by_id.insert(entry.id, self.entries.len());
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Takes back the records after the first `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        for entry in self.entries.drain(length..) {
            self.by_id.remove(&entry.id);
        }
        self.indexes.borrow_mut().clear();
    }
}

/// All records a recipe may speak of.
pub(crate) struct World {
    pub(crate) dictionary: Arc<Dictionary>,
    pools: BTreeMap<Arc<str>, Pool>,
}

impl World {
    pub(crate) fn new(dictionary: Arc<Dictionary>) -> World {
        World { dictionary, pools: BTreeMap::new() }
    }

    pub(crate) fn has_pool(&self, entity: &str) -> bool {
        self.pools.contains_key(entity)
    }

    pub(crate) fn pool(&mut self, entity: &str) -> &mut Pool {
        self.pools.entry(entity.into()).or_default()
    }

    pub(crate) fn count(&self, entity: &str) -> usize {
        self.pools.get(entity).map_or(0, |pool| pool.entries.len())
    }

    pub(crate) fn entry(&self, made: &Made) -> Option<&Entry> {
        self.pools.get(&made.entity)?.entries.get(made.index)
    }

    pub(crate) fn made(&self, entity: &str, index: usize) -> Option<Made> {
        let (name, _) = self.pools.get_key_value(entity)?;
        Some(Made { entity: name.clone(), index })
    }

    /// The part of a value that the next name of a path means.
    pub(crate) fn step(&self, from: &Drawn, name: &str) -> Option<Drawn> {
        match from {
            Drawn::Empty => Some(Drawn::Empty),
            Drawn::Line(line) => line.cell(name).map(|cell| Drawn::Text(cell.to_owned())),
            Drawn::Record(made) => {
                let entry = self.entry(made)?;
                let entity = self.dictionary.entity(&made.entity)?;
                self.of_record(entity, &entry.values, &entry.variables, name)
            }
            Drawn::Value(Value::Address(address)) => {
                let part = match name {
                    "lines" => &address.lines,
                    "postcode" => &address.postcode,
                    "city" => &address.city,
                    "insee" => &address.insee,
                    "region" => &address.region,
                    "country" => &address.country,
                    _ => return None,
                };
                Some(part.clone().map_or(Drawn::Empty, Drawn::Text))
            }
            Drawn::Value(Value::Null) => Some(Drawn::Empty),
            Drawn::Text(_) | Drawn::Value(_) => None,
        }
    }

    /// A variable or field of a record, made or being made.
    pub(crate) fn of_record(
        &self,
        entity: &Entity,
        values: &[Value],
        variables: &[(String, Drawn)],
        name: &str,
    ) -> Option<Drawn> {
        if name.starts_with('_') {
            // Another step may have made this record without the variable.
            return Some(
                variables.iter().find(|(n, _)| n == name).map_or(Drawn::Empty, |(_, drawn)| drawn.clone()),
            );
        }
        let index = entity.index(name)?;
        let value = values.get(index).unwrap_or(&Value::Null);
        if let (Value::Id(id), Some(to)) = (value, entity.fields[index].options.to.as_deref())
            && let Some((name, pool)) = self.pools.get_key_value(to)
            && let Some(at) = pool.by_id.get(id)
        {
            return Some(Drawn::Record(Made { entity: name.clone(), index: *at }));
        }
        Some(if value.is_null() { Drawn::Empty } else { Drawn::Value(value.clone()) })
    }

    /// Positions of the records whose field has that text; `None` if the path is not a plain field or variable.
    pub(crate) fn indexed(&self, entity: &str, path: &str, texts: &[String]) -> Option<Vec<usize>> {
        let pool = self.pools.get(entity)?;
        let described = self.dictionary.entity(entity)?;
        if path.contains('.') || !path.starts_with('_') && described.index(path).is_none() {
            return None;
        }
        let mut indexes = pool.indexes.borrow_mut();
        let (upto, index) = indexes.entry(path.to_owned()).or_default();
        for at in *upto..pool.entries.len() {
            let entry = &pool.entries[at];
            let drawn = self.of_record(described, &entry.values, &entry.variables, path)?;
            for text in self.texts(&drawn) {
                index.entry(text).or_default().push(at);
            }
        }
        *upto = pool.entries.len();
        let mut found: Vec<usize> =
            texts.iter().filter_map(|text| index.get(text)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Texts that something goes by: a record by id and by code, tags each by itself.
    pub(crate) fn texts(&self, drawn: &Drawn) -> Vec<String> {
        match drawn {
            Drawn::Value(Value::Tags(tags)) => tags.clone(),
            Drawn::Record(made) => {
                let Some(entry) = self.entry(made) else { return Vec::new() };
                let code = self
                    .dictionary
                    .entity(&made.entity)
                    .and_then(|e| e.index("code"))
                    .map(|code| &entry.values[code]);
                let code = code.and_then(Value::as_text).map(str::to_owned);
                std::iter::once(entry.id.to_string()).chain(code).collect()
            }
            other => {
                let text = self.text(other);
                if text.is_empty() { Vec::new() } else { vec![text] }
            }
        }
    }

    /// The text that stands in a template.
    pub(crate) fn text(&self, drawn: &Drawn) -> String {
        match drawn {
            Drawn::Empty | Drawn::Line(_) => String::new(),
            Drawn::Text(text) => text.clone(),
            Drawn::Record(made) => self.entry(made).map_or(String::new(), |entry| entry.id.to_string()),
            Drawn::Value(value) => plain(value),
        }
    }
}

/// A value as a file would have it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null | Value::Address(_) => String::new(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(moment) => moment.to_string(),
        Value::Duration(seconds) => format!("PT{seconds}S"),
        Value::Id(id) => id.to_string(),
        Value::Tags(tags) => tags.join(";"),
        Value::Point(point) => format!("{}, {}", point.latitude, point.longitude),
        Value::File(file) => file.name.clone(),
        Value::Json(json) => json.to_string(),
    }
}
