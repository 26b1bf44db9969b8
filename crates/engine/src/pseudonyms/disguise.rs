//! A record as the copy holds it.

use std::collections::{BTreeMap, HashMap};

use dictionary::field_types::Disguise;
use dictionary::model::{EntityIndex, FieldIndex, Personal};
use dictionary::value::{Address, FileRef, Point};
use dictionary::{Field, RecordId, Value};
use jiff::Span;
use rust_decimal::Decimal;
use store::{FileStore, Row};

use super::invented::Draw;
use super::known::{Kind, Known};
use super::telling;
use crate::error::EngineError;
use crate::prepared::Prepared;
use crate::sweep::no_files;

/// What a file of the copy holds.
const TEXT: &str = "Ce fichier est resté dans l'environnement copié.\nThis file stayed in the environment that was copied.\n";

/// A picture of one grey point.
const PICTURE: &[u8] = include_bytes!("point.png");

/// Where people of the copy live: postcode, town, INSEE code of the commune.
const TOWNS: &[(&str, &str, &str)] = &[
    ("03000", "Moulins", "03190"),
    ("15000", "Aurillac", "15014"),
    ("18000", "Bourges", "18033"),
    ("23000", "Guéret", "23096"),
    ("36000", "Châteauroux", "36044"),
    ("43000", "Le Puy-en-Velay", "43157"),
    ("48000", "Mende", "48095"),
    ("52000", "Chaumont", "52121"),
    ("58000", "Nevers", "58194"),
    ("70000", "Vesoul", "70550"),
    ("87000", "Limoges", "87085"),
    ("89000", "Auxerre", "89024"),
];

/// Rewrites records, with what was learned of all of them.
pub(super) struct Disguised<'d> {
    prepared: &'d Prepared,
    known: &'d Known,
    secret: &'d [u8; 32],
    files: &'d dyn FileStore,
    telling: HashMap<EntityIndex, BTreeMap<FieldIndex, Kind>>,
    /// The contents that files have, once they are kept: a text, a picture.
    kept: HashMap<bool, FileRef>,
}

impl<'d> Disguised<'d> {
    pub(super) fn new(
        prepared: &'d Prepared,
        known: &'d Known,
        secret: &'d [u8; 32],
        files: &'d dyn FileStore,
    ) -> Disguised<'d> {
        Disguised { prepared, known, secret, files, telling: HashMap::new(), kept: HashMap::new() }
    }

    /// The record, nobody told in it. What is worked out from others is empty yet.
    pub(super) fn row(&mut self, index: EntityIndex, mut row: Row) -> Result<Row, EngineError> {
        let prepared = self.prepared;
        let telling = self.telling.entry(index).or_insert_with(|| telling(prepared, index)).clone();
        let entity = prepared.entity(index);
        for (at, field) in entity.fields.iter().enumerate() {
            if field.system || !field.is_stored() {
                continue;
            }
            if field.computed.is_some() || field.secret {
                row.0[at] = Value::Null;
                continue;
            }
            let value = std::mem::take(&mut row.0[at]);
            row.0[at] = self.value(field, telling.get(&at).copied(), row.id(), value)?;
        }
        Ok(row)
    }

    fn value(
        &mut self,
        field: &Field,
        kind: Option<Kind>,
        record: RecordId,
        value: Value,
    ) -> Result<Value, EngineError> {
        if value.is_null() {
            return Ok(value);
        }
        if let Value::File(_) = value {
            return self.file(field);
        }
        let place = format!("{} {}", field.name, dictionary::value::to_text(&value));
        Ok(match (kind, value) {
            (Some(kind), Value::Text(text)) => {
                let made = self.known.becomes(self.secret, kind, &text);
                made.map_or_else(|| emptied(field, record), |made| shaped(field, &made))
            }
            (Some(_), Value::Address(address)) => self.address(*address),
            (Some(_), value) if field.personal == Personal::No => value,
            (None, value) if field.personal == Personal::No => self.rewritten(field, value),
            (_, value) => match field.kind.disguise() {
                Disguise::Kept if field.personal != Personal::Sensitive => value,
                Disguise::Point => self.around(&place, value),
                Disguise::Moment | Disguise::Number => self.moved(&place, value),
                _ => emptied(field, record),
            },
        })
    }

    /// A value that is about nobody by itself, with whoever is told in it told otherwise.
    fn rewritten(&self, field: &Field, value: Value) -> Value {
        if field.kind.disguise() == Disguise::Kept || field.system {
            return value;
        }
        match value {
            Value::Text(text) => shaped(field, &self.known.rewritten(&text)),
            Value::Json(json) => Value::Json(Box::new(self.rewritten_json(*json))),
            Value::Address(mut address) => {
                address.lines = address.lines.map(|lines| self.known.rewritten(&lines));
                Value::Address(address)
            }
            other => other,
        }
    }

    fn rewritten_json(&self, json: serde_json::Value) -> serde_json::Value {
        use serde_json::Value as Json;
        match json {
            Json::String(text) => Json::String(self.known.rewritten(&text)),
            Json::Array(items) => {
                Json::Array(items.into_iter().map(|item| self.rewritten_json(item)).collect())
            }
            Json::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, item)| (self.known.rewritten(&name), self.rewritten_json(item)))
                    .collect(),
            ),
            other => other,
        }
    }

    fn address(&self, original: Address) -> Value {
        let written = dictionary::value::to_text(&Value::Address(Box::new(original.clone())));
        let mut draw = Draw::new(self.secret, &written);
        let lines = original.lines.as_ref().map(|lines| {
            let made = lines.lines().map(|line| self.known.becomes(self.secret, Kind::Street, line));
            made.flatten().collect::<Vec<_>>().join("\n")
        });
        let lines = lines.filter(|lines| !lines.is_empty());
        let is_french = original.country.as_deref().is_none_or(|country| country == "FR");
        let (postcode, city, insee) = TOWNS[draw.below(u32::try_from(TOWNS.len()).unwrap_or(1)) as usize];
        let there = |part: &Option<String>, made: String| part.as_ref().map(|_| made);
        Value::Address(Box::new(match is_french {
            true => Address {
                lines,
                postcode: there(&original.postcode, postcode.to_owned()),
                city: there(&original.city, city.to_owned()),
                insee: there(&original.insee, insee.to_owned()),
                region: None,
                country: original.country,
            },
            false => Address {
                lines,
                postcode: original.postcode.as_deref().map(|postcode| draw.alike(postcode)),
                city: original.city.as_deref().map(|city| draw.alike(city)),
                insee: None,
                region: None,
                country: original.country,
            },
        }))
    }

    fn around(&self, place: &str, value: Value) -> Value {
        let Value::Point(point) = value else { return Value::Null };
        let mut draw = Draw::new(self.secret, place);
        let mut aside = || f64::from(draw.below(4_000)) / 10_000.0 - 0.2;
        Value::Point(Point {
            latitude: (point.latitude + aside()).clamp(-90.0, 90.0),
            longitude: (point.longitude + aside()).clamp(-180.0, 180.0),
        })
    }

    /// A moment up to half a year earlier, a number up to a fifth less: never beyond what a field allows at most.
    fn moved(&self, place: &str, value: Value) -> Value {
        let mut draw = Draw::new(self.secret, place);
        let days = 1 + i64::from(draw.below(180));
        let percent = i64::from(80 + draw.below(20));
        match value {
            Value::Date(day) => day.checked_sub(Span::new().days(days)).map_or(Value::Null, Value::Date),
            Value::DateTime(at) => {
                at.checked_sub(Span::new().hours(24 * days)).map_or(Value::Null, Value::DateTime)
            }
            Value::Integer(number) => Value::Integer(number.saturating_mul(percent) / 100),
            Value::Duration(seconds) => Value::Duration(seconds.saturating_mul(percent) / 100),
            Value::Decimal(number) => {
                let scale = number.scale();
                let less = number.checked_mul(Decimal::new(percent, 2));
                less.map_or(Value::Null, |less| Value::Decimal(less.round_dp(scale)))
            }
            _ => Value::Null,
        }
    }

    /// A file that says nothing, under a name that says nothing; a signature is nobody's.
    fn file(&mut self, field: &Field) -> Result<Value, EngineError> {
        if field.kind.name() == "signature" && !field.required {
            return Ok(Value::Null);
        }
        let picture = field.kind.name() != "file";
        if let Some(kept) = self.kept.get(&picture) {
            return Ok(Value::File(Box::new(kept.clone())));
        }
        let (name, media_type, mut content) = match picture {
            true => ("image.png", "image/png", PICTURE),
            false => ("fichier.txt", "text/plain", TEXT.as_bytes()),
        };
        let kept = store::files::put(self.files, &mut content, u64::MAX).map_err(no_files)?;
        let file = FileRef {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size: kept.size_bytes,
            hash: kept.hash,
        };
        self.kept.insert(picture, file.clone());
        Ok(Value::File(Box::new(file)))
    }
}

/// Nothing, or what a field that must hold something holds of somebody who was erased.
fn emptied(field: &Field, record: RecordId) -> Value {
    if field.required { field.kind.erased(record) } else { Value::Null }
}

/// A text as its field takes it.
fn shaped(field: &Field, text: &str) -> Value {
    let text = match field.options.transform.as_deref() {
        Some("upper") => text.to_uppercase(),
        Some("lower") => text.to_lowercase(),
        _ => text.to_owned(),
    };
    let most = field.options.max_length.map_or(usize::MAX, |most| most as usize);
    let text: String = text.chars().take(most).collect();
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}
