//! `choices`: several values of a list.

use serde_json::Value as Json;

use super::choice::{check_tag, tag_of};
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, Merge};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// Tags of a list, sorted, each once.
#[derive(Debug)]
pub(super) struct Choices;

impl FieldType for Choices {
    fn name(&self) -> &'static str {
        "choices"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["list"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Tags
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Tags }]
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Tags(tags) => {
                tags.iter().try_for_each(|tag| check_tag(tag, context))?;
                Ok(from_tags(tags))
            }
            _ => Err(expected()),
        }
    }

    /// Tags or labels between `;`, `|` or line ends; between commas too, unless a label itself has one.
    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let mut tags = Vec::new();
        for part in text.split([';', '|', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
            match tag_of(part, context) {
                Ok(tag) if context.list.is_some() || !part.contains(',') => tags.push(tag),
                Err(refused) if !part.contains(',') => return Err(refused),
                _ => {
                    for piece in part.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
                        tags.push(tag_of(piece, context)?);
                    }
                }
            }
        }
        Ok(from_tags(tags))
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Tags(tags) => tags.join(";"),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Array(items) => {
                let tags =
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
                tags.map(from_tags).ok_or_else(expected)
            }
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Tags(tags) => Json::from(tags.as_slice()),
            _ => Json::Null,
        }
    }

    fn merge(&self) -> Merge {
        Merge::Union
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

fn from_tags(mut tags: Vec<String>) -> Value {
    tags.retain(|tag| !tag.is_empty());
    tags.sort_unstable();
    tags.dedup();
    if tags.is_empty() { Value::Null } else { Value::Tags(tags) }
}

fn expected() -> Invalid {
    wrong("une liste de tags", "an array of tags")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::choice::tests::kinds;
    use super::*;

    fn tags(tags: &[&str]) -> Value {
        Value::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn several_tags_or_labels_are_read() {
        let (options, mut list) = (Options::default(), kinds());
        list.values[1].label.0.insert("fr".into(), "Froid, clim".into());
        let context = FieldContext { list: Some(&list), ..FieldContext::new(&options) };
        let parse = |text: &str| Choices.parse(text, &context).map_err(|err| err.code);
        assert_eq!(parse("prospect; Customer;customer"), Ok(tags(&["customer", "prospect"])));
        assert_eq!(parse("customer, former"), Ok(tags(&["customer", "former"])));
        assert_eq!(parse("froid, clim"), Ok(tags(&["prospect"])));
        assert_eq!(parse(" ; "), Ok(Value::Null));
        assert_eq!(parse("customer;nobody"), Err("unknown_choice"));
    }

    #[test]
    fn tags_are_kept_sorted_and_once() {
        let (options, list) = (Options::default(), kinds());
        let context = FieldContext { list: Some(&list), ..FieldContext::new(&options) };
        let value = Choices.from_json(&json!(["prospect", "customer", "prospect"]), &options).unwrap();
        assert_eq!(Choices.check(value, &context), Ok(tags(&["customer", "prospect"])));
        assert_eq!(Choices.from_json(&json!([]), &options), Ok(Value::Null));
        assert!(Choices.from_json(&json!(["a", 1]), &options).is_err());
        assert!(Choices.from_json(&json!("a"), &options).is_err());
        assert_eq!(Choices.check(tags(&["stranger"]), &context).unwrap_err().code, "unknown_choice");
    }
}
