//! `boolean`.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::text::fold;
use crate::value::Value;

/// True or false.
#[derive(Debug)]
pub(super) struct Boolean;

impl FieldType for Boolean {
    fn name(&self) -> &'static str {
        "boolean"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["colour"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Boolean
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Boolean }]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match value {
            Value::Null | Value::Boolean(_) => Ok(value),
            _ => Err(expected()),
        }
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match fold(text.trim()).as_str() {
            "" => Ok(Value::Null),
            "oui" | "o" | "vrai" | "true" | "yes" | "y" | "1" => Ok(Value::Boolean(true)),
            "non" | "n" | "faux" | "false" | "no" | "0" => Ok(Value::Boolean(false)),
            _ => Err(Invalid::new(
                "not_a_boolean",
                format!("« {} » n'est ni oui ni non.", shortened(text)),
                format!("“{}” is neither yes nor no.", shortened(text)),
            )),
        }
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Boolean(boolean) => boolean.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Bool(boolean) => Ok(Value::Boolean(*boolean)),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Boolean(boolean) => Json::Bool(*boolean),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

fn expected() -> Invalid {
    wrong("vrai ou faux", "true or false")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yes_and_no_are_read_in_both_languages() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        for text in ["oui", "VRAI", " true ", "1", "Yes", "o"] {
            assert_eq!(Boolean.parse(text, &context).unwrap(), Value::Boolean(true), "{text}");
        }
        for text in ["non", "Faux", "FALSE", "0", "no", "N"] {
            assert_eq!(Boolean.parse(text, &context).unwrap(), Value::Boolean(false), "{text}");
        }
        assert_eq!(Boolean.parse("  ", &context).unwrap(), Value::Null);
        assert_eq!(Boolean.parse("peut-être", &context).unwrap_err().code, "not_a_boolean");
    }

    #[test]
    fn json_is_strict() {
        let from = |json| Boolean.from_json(&json, &Options::default());
        assert_eq!(from(json!(true)), Ok(Value::Boolean(true)));
        assert_eq!(from(json!(null)), Ok(Value::Null));
        assert!(from(json!(1)).is_err());
        assert!(from(json!("true")).is_err());
    }
}
