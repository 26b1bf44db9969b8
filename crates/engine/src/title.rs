//! How records are named.

use dictionary::expression::{Node, Typed};
use dictionary::model::{EntityIndex, TitlePart};
use dictionary::{Field, Language, Value};
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::View;

/// Titles within titles.
const DEPTH: usize = 3;

/// The name of a record; its code, else its id, when the fields that name it are empty.
pub(crate) fn title(
    view: &View<'_>,
    entity: EntityIndex,
    row: &Row,
    language: Language,
) -> Result<String, EngineError> {
    let text = written(view, entity, row, language, DEPTH)?;
    if text.chars().any(char::is_alphanumeric) {
        return Ok(text);
    }
    let code = view.prepared.entities[entity].system.code.and_then(|code| row.get(code).as_text());
    Ok(code.map_or_else(|| row.id().to_string(), str::to_owned))
}

fn written(
    view: &View<'_>,
    entity: EntityIndex,
    row: &Row,
    language: Language,
    depth: usize,
) -> Result<String, EngineError> {
    let mut text = String::new();
    for part in &view.prepared.entity(entity).title.parts {
        match part {
            TitlePart::Text(plain) => text.push_str(plain),
            TitlePart::Path(path) => text.push_str(&value_text(view, entity, row, path, language, depth)?),
        }
    }
    Ok(text.trim().to_owned())
}

fn value_text(
    view: &View<'_>,
    entity: EntityIndex,
    row: &Row,
    path: &Typed,
    language: Language,
    depth: usize,
) -> Result<String, EngineError> {
    let value = view.evaluate(path, entity, row)?;
    let Some(field) = last_field(view, path) else { return Ok(plain(&value)) };
    let target = field.options.to.as_deref().and_then(|to| view.prepared.dictionary.entity_index(to));
    if let (Some(target), Value::Id(id)) = (target, &value) {
        let Some(row) = view.row(target, *id).map_err(failed("read a record"))? else {
            return Ok(String::new());
        };
        return if depth > 1 { written(view, target, &row, language, depth - 1) } else { Ok(String::new()) };
    }
    Ok(field_text(view, field, &value, language))
}

/// The field that a path ends at; `None` for a part of one (`main_address.city`) and for a formula.
pub(crate) fn last_field<'v>(view: &View<'v>, path: &Typed) -> Option<&'v Field> {
    match &path.node {
        Node::Path(path) if path.part.is_none() => {
            Some(&view.prepared.entity(path.entity).fields[path.field])
        }
        _ => None,
    }
}

/// A value as people read it: tags by their labels.
fn field_text(view: &View<'_>, field: &Field, value: &Value, language: Language) -> String {
    let list = field.options.list.as_ref().and_then(|name| view.prepared.dictionary.lists.get(name));
    let label = |tag: &str| {
        let value = list.and_then(|list| list.values.iter().find(|value| value.tag == tag));
        value.map_or(tag, |value| value.label.text(language)).to_owned()
    };
    match value {
        Value::Null => String::new(),
        Value::Text(tag) if list.is_some() => label(tag),
        Value::Tags(tags) => tags.iter().map(|tag| label(tag)).collect::<Vec<_>>().join(", "),
        value => field.kind.format(value, &field.options),
    }
}

/// A value that belongs to no field.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Integer(number) | Value::Duration(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(instant) => instant.to_string(),
        Value::Tags(tags) => tags.join(", "),
        _ => String::new(),
    }
}
