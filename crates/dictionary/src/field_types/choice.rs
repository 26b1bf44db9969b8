//! `choice`: one value of a list.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_format, text_from_json, text_of, text_to_json, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::{Type, error::nearest};
use crate::model::{ListValue, Options, ValueList};
use crate::text::fold;
use crate::value::Value;

/// The tag of one value of a list.
#[derive(Debug)]
pub(super) struct Choice;

impl FieldType for Choice {
    fn name(&self) -> &'static str {
        "choice"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["list"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(tag) = text_of(value)? else { return Ok(Value::Null) };
        if tag.is_empty() {
            return Ok(Value::Null);
        }
        check_tag(&tag, context)?;
        Ok(Value::Text(tag))
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        match text.trim() {
            "" => Ok(Value::Null),
            text => tag_of(text, context).map(Value::Text),
        }
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        text_format(value)
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        text_from_json(json)
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        text_to_json(value)
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

/// Refuses a tag that the list lacks. Inactive tags pass: records that have one keep it.
pub(super) fn check_tag(tag: &str, context: &FieldContext<'_>) -> Result<(), Invalid> {
    match context.list {
        Some(list) if !list.values.iter().any(|value| value.tag == tag) => Err(unknown(tag, list)),
        None if cleaning::verbatim(tag.to_owned())? != tag => Err(wrong("un tag", "a tag")),
        _ => Ok(()),
    }
}

/// The tag that `text` names: a tag itself, or else a label in any language, whatever its case and accents.
pub(super) fn tag_of(text: &str, context: &FieldContext<'_>) -> Result<String, Invalid> {
    let Some(list) = context.list else { return cleaning::verbatim(text.to_owned()) };
    if list.values.iter().any(|value| value.tag == text) {
        return Ok(text.to_owned());
    }
    let folded = fold(text);
    let named = |value: &&ListValue| {
        fold(&value.tag) == folded || value.label.0.values().any(|label| fold(label.trim()) == folded)
    };
    let mut found = list.values.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.tag.clone()),
        (Some(one), Some(other)) => Err(Invalid::new(
            "ambiguous",
            format!("« {} » peut être {} ou {} : donnez le tag.", shortened(text), one.tag, other.tag),
            format!("“{}” may be {} or {}: give the tag.", shortened(text), one.tag, other.tag),
        )),
        (None, _) => Err(unknown(text, list)),
    }
}

fn unknown(text: &str, list: &ValueList) -> Invalid {
    let mut fr = format!("« {} » n'est pas une valeur de la liste.", shortened(text));
    let mut en = format!("“{}” is not a value of the list.", shortened(text));
    let labels = list.values.iter().flat_map(|v| v.label.0.values().chain([&v.tag])).map(String::as_str);
    if let Some(near) = nearest(text, labels) {
        fr.push_str(&format!(" Vouliez-vous dire « {near} » ?"));
        en.push_str(&format!(" Did you mean “{near}”?"));
    }
    Invalid::new("unknown_choice", fr, en)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::label::Label;

    /// A list of three values, two of which share a label.
    pub(in crate::field_types) fn kinds() -> ValueList {
        let value = |tag: &str, fr: &str, en: &str| ListValue {
            tag: tag.into(),
            label: Label::new(fr, en),
            colour: None,
            icon: None,
            active: tag != "former",
            layer: "core".into(),
        };
        ValueList {
            name: "kind".into(),
            label: Label::new("Types", "Kinds"),
            closed: true,
            module: "core".into(),
            values: vec![
                value("customer", "Client", "Customer"),
                value("prospect", "Prospect intéressé", "Prospect"),
                value("former", "Client", "Former customer"),
            ],
        }
    }

    #[test]
    fn a_choice_is_read_by_tag_or_by_label() {
        let (options, list) = (Options::default(), kinds());
        let context = FieldContext { list: Some(&list), ..FieldContext::new(&options) };
        let parse = |text: &str| Choice.parse(text, &context).map_err(|err| err.code);
        assert_eq!(parse("customer"), Ok(Value::from("customer")));
        assert_eq!(parse("PROSPECT INTERESSE"), Ok(Value::from("prospect")));
        assert_eq!(parse("Former customer"), Ok(Value::from("former")));
        assert_eq!(parse("client"), Err("ambiguous"));
        assert_eq!(parse(""), Ok(Value::Null));
        let refused = Choice.parse("Custommer", &context).unwrap_err();
        assert_eq!(refused.code, "unknown_choice");
        assert!(refused.to_string().contains("Did you mean “Customer”?"), "{refused}");
    }

    #[test]
    fn only_tags_of_the_list_are_kept() {
        let (options, list) = (Options::default(), kinds());
        let context = FieldContext { list: Some(&list), ..FieldContext::new(&options) };
        assert_eq!(Choice.check(Value::from("former"), &context), Ok(Value::from("former")));
        assert_eq!(Choice.check(Value::from("Client"), &context).unwrap_err().code, "unknown_choice");
        assert_eq!(Choice.check(Value::Boolean(true), &context).unwrap_err().code, "wrong_type");
    }
}
