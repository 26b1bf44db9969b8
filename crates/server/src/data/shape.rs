//! Records as JSON: what of them, under which names. Worked out once per answer, then applied to each record.

use dictionary::model::{Dictionary, Entity, Field, FieldIndex};
use dictionary::{Value, related};
use engine::{Expanded, Record, Related};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::data::etag;
use crate::data::metadata::{NAMESPACE, edm_type};
use crate::odata::expand::{Selection, target};
use crate::odata::style::{Metadata, Style};

/// How records of an entity are answered.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    properties: Vec<Property<'a>>,
    /// What was picked to come along.
    related: Vec<(String, Shape<'a>)>,
    /// Position of the field `version`.
    version: Option<FieldIndex>,
    style: Style,
    entity: &'a Entity,
}

/// A property of the answer.
#[derive(Debug)]
struct Property<'a> {
    name: &'a str,
    index: FieldIndex,
    field: &'a Field,
    /// Of an expanded property.
    inner: Option<Box<Shape<'a>>>,
}

impl<'a> Shape<'a> {
    pub(crate) fn new(dictionary: &'a Dictionary, entity: &'a Entity, selection: &Selection) -> Shape<'a> {
        let mut properties = Vec::with_capacity(entity.fields.len() + selection.branches.len());
        for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| !field.secret) {
            // The key is always answered: without it a client could not come back to the record.
            let wanted =
                field.name == "id" || selection.fields.as_ref().is_none_or(|fields| fields.contains(&index));
            if wanted && !field.kind.is_virtual() {
                properties.push(Property { name: property_name(field), index, field, inner: None });
            }
            let branch = selection.branches.iter().find(|branch| branch.field == Some(index));
            if let Some(branch) = branch.filter(|branch| branch.picked.is_none())
                && let Some(target) = target(dictionary, field)
            {
                let inner = Some(Box::new(Shape::new(dictionary, target, &branch.selection)));
                properties.push(Property { name: &field.name, index, field, inner });
            }
        }
        let picked = selection.branches.iter().filter(|branch| branch.picked.is_some());
        let related = picked.filter_map(|branch| {
            let target = dictionary.entity(&branch.target)?;
            Some((branch.name.clone(), Shape::new(dictionary, target, &branch.selection)))
        });
        let related = related.collect();
        Shape { properties, related, version: entity.index("version"), style: selection.style, entity }
    }

    /// How it is written.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// A record in this shape.
    pub(crate) fn of<'s>(&'s self, record: &'s Record) -> Shaped<'s> {
        Shaped { shape: self, record, context: None }
    }

    pub(crate) fn version(&self, record: &Record) -> u64 {
        match self.version.map(|version| record.row.get(version)) {
            Some(Value::Integer(version)) => u64::try_from(*version).unwrap_or_default(),
            _ => 0,
        }
    }
}

/// Name of a field's value in the API.
pub(crate) fn property_name(field: &Field) -> &str {
    &field.property
}

/// The value of a field as the API writes it.
pub(crate) fn json_value(field: &Field, value: &Value) -> serde_json::Value {
    if value.is_null() { serde_json::Value::Null } else { field.kind.to_json(value, &field.options) }
}

/// The type of a value that JSON does not tell.
fn told_type(field: &Field) -> Option<String> {
    let (ty, several) = edm_type(field);
    let name = ty.strip_prefix("Edm.").unwrap_or(ty);
    match (name, several) {
        ("String" | "Boolean" | "Untyped", false) => None,
        (name, false) => Some(format!("#{name}")),
        (name, true) => Some(format!("#Collection({name})")),
    }
}

/// What a double may not hold, as a string: whole numbers of 64 bits and decimals.
pub(crate) fn exact_number(value: &Value, json: serde_json::Value) -> serde_json::Value {
    match (value, json) {
        (Value::Integer(_) | Value::Decimal(_), serde_json::Value::Number(number)) => {
            serde_json::Value::String(number.to_string())
        }
        (Value::File(_), serde_json::Value::Object(mut members)) => {
            if let Some(size) = members.get_mut("size").filter(|size| size.is_number()) {
                *size = serde_json::Value::String(size.to_string());
            }
            serde_json::Value::Object(members)
        }
        (_, json) => json,
    }
}

/// A record on its way out.
pub(crate) struct Shaped<'s> {
    shape: &'s Shape<'s>,
    record: &'s Record,
    context: Option<&'s str>,
}

impl<'s> Shaped<'s> {
    /// Answered by itself: says what it is.
    pub(crate) fn with_context(self, context: &'s str) -> Shaped<'s> {
        Shaped { context: Some(context), ..self }
    }
}

impl Serialize for Shaped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let Style { metadata, exact } = self.shape.style;
        if metadata != Metadata::None {
            if let Some(context) = self.context {
                map.serialize_entry("@odata.context", context)?;
            }
            map.serialize_entry("@odata.etag", &etag(self.shape.version(self.record)))?;
            map.serialize_entry("@tisserand.title", &self.record.title)?;
            if let Some(colour) = &self.record.colour {
                map.serialize_entry("@tisserand.colour", colour)?;
            }
            if !self.record.not.is_empty() {
                map.serialize_entry("@tisserand.not", &self.record.not)?;
            }
        }
        if metadata == Metadata::Full {
            let Entity { name, collection, .. } = self.shape.entity;
            let address = format!("{collection}/{}", self.record.row.id());
            map.serialize_entry("@odata.type", &format!("#{NAMESPACE}.{name}"))?;
            map.serialize_entry("@odata.id", &address)?;
            map.serialize_entry("@odata.editLink", &address)?;
        }
        for property in &self.shape.properties {
            let name = property.name;
            let Some(inner) = &property.inner else {
                let value = self.record.row.get(property.index);
                if metadata == Metadata::Full
                    && let Some(ty) = told_type(property.field)
                    && !value.is_null()
                {
                    map.serialize_entry(&format!("{name}@odata.type"), &ty)?;
                }
                if exact {
                    map.serialize_entry(name, &exact_number(value, json_value(property.field, value)))?;
                } else {
                    write_value(&mut map, name, property.field, value)?;
                }
                if metadata != Metadata::None
                    && property.field.kind.name() == related::TYPE
                    && let Some(Expanded::One(Some(named))) = self.record.expanded.get(&property.index)
                {
                    map.serialize_entry(&format!("{name}@tisserand.title"), &named.title)?;
                }
                continue;
            };
            match self.record.expanded.get(&property.index) {
                Some(Expanded::One(Some(record))) => map.serialize_entry(name, &inner.of(record))?,
                Some(Expanded::Many(records)) => {
                    map.serialize_entry(name, &Many { shape: inner, records })?
                }
                Some(Expanded::One(None)) | None => map.serialize_entry(name, &())?,
            }
        }
        for (name, inner) in &self.shape.related {
            let Some(Related { records, count }) = self.record.related.get(name) else { continue };
            if let Some(count) = count {
                map.serialize_entry(&format!("{name}@odata.count"), count)?;
            }
            map.serialize_entry(name, &Many { shape: inner, records })?;
        }
        map.end()
    }
}

/// The commonest values go out as they are, the others as their type says.
fn write_value<M: SerializeMap>(
    map: &mut M,
    name: &str,
    field: &Field,
    value: &Value,
) -> Result<(), M::Error> {
    match value {
        Value::Null => map.serialize_entry(name, &()),
        Value::Boolean(value) => map.serialize_entry(name, value),
        Value::Text(value) => map.serialize_entry(name, value),
        Value::Id(value) => map.serialize_entry(name, value),
        value => map.serialize_entry(name, &field.kind.to_json(value, &field.options)),
    }
}

struct Many<'s> {
    shape: &'s Shape<'s>,
    records: &'s [Record],
}

impl Serialize for Many<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.records.len()))?;
        for record in self.records {
            sequence.serialize_element(&self.shape.of(record))?;
        }
        sequence.end()
    }
}

/// A page of records.
pub(crate) struct ListView<'s> {
    pub(crate) context: &'s str,
    pub(crate) count: Option<(u64, bool)>,
    pub(crate) shape: &'s Shape<'s>,
    pub(crate) records: &'s [Record],
    pub(crate) next: Option<String>,
    /// Link to what changes from now on.
    pub(crate) changes: Option<String>,
}

impl Serialize for ListView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let Style { metadata, exact } = self.shape.style;
        if metadata != Metadata::None {
            map.serialize_entry("@odata.context", self.context)?;
        }
        if let Some((count, capped)) = self.count {
            match exact {
                true => map.serialize_entry("@odata.count", &count.to_string())?,
                false => map.serialize_entry("@odata.count", &count)?,
            }
            if capped {
                map.serialize_entry("@tisserand.count_capped", &true)?;
            }
        }
        map.serialize_entry("value", &Many { shape: self.shape, records: self.records })?;
        if let Some(next) = &self.next {
            map.serialize_entry("@odata.nextLink", next)?;
        }
        if let Some(changes) = &self.changes {
            map.serialize_entry("@odata.deltaLink", changes)?;
        }
        map.end()
    }
}
