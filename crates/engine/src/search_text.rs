//! What full-text search finds a record by.

use dictionary::expression::{Node, Typed};
use dictionary::model::EntityIndex;
use dictionary::{Field, Value, value};
use store::Row;

use crate::error::EngineError;
use crate::view::View;

/// The texts at an entity's `search` paths; `None` if it has none. Tags are found by their labels, in every language.
pub(crate) fn search_text(
    view: &View<'_>,
    entity: EntityIndex,
    row: &Row,
) -> Result<Option<String>, EngineError> {
    let paths = &view.prepared.entity(entity).search;
    if paths.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    for path in paths {
        let value = view.evaluate(path, entity, row)?;
        let found = match last_field(view, path) {
            Some(field) => words(view, field, &value),
            None => value::to_text(&value),
        };
        if !found.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&found);
        }
    }
    Ok(Some(text))
}

/// The field that a path ends at; `None` for a part of one (`main_address.city`) and for a formula.
fn last_field<'v>(view: &View<'v>, path: &Typed) -> Option<&'v Field> {
    match &path.node {
        Node::Path(path) if path.part.is_none() => {
            Some(&view.prepared.entity(path.entity).fields[path.field])
        }
        _ => None,
    }
}

fn words(view: &View<'_>, field: &Field, value: &Value) -> String {
    let list = field.options.list.as_ref().and_then(|name| view.prepared.dictionary.lists.get(name));
    let labels = |tag: &str| {
        let value = list.and_then(|list| list.values.iter().find(|value| value.tag == tag));
        value.map_or_else(
            || tag.to_owned(),
            |value| value.label.0.values().cloned().collect::<Vec<_>>().join(" "),
        )
    };
    match value {
        Value::Null | Value::Id(_) => String::new(),
        Value::Text(tag) if list.is_some() => labels(tag),
        Value::Tags(tags) => tags.iter().map(|tag| labels(tag)).collect::<Vec<_>>().join(" "),
        Value::Address(address) => {
            let parts = [&address.lines, &address.postcode, &address.city, &address.region];
            parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
        }
        value => field.kind.format(value, &field.options),
    }
}
