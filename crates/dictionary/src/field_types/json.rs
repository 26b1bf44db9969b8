//! `json`: anything that JSON can say.

use serde_json::Value as Json;

use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// Any JSON. Numbers are doubles or whole numbers of 64 bits, as JSON has them almost everywhere.
#[derive(Debug)]
pub(super) struct AnyJson;

const SIZE_DEFAULT_KB: u32 = 64;

impl FieldType for AnyJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["max_size_kb"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Json
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Json }]
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let json = match value {
            Value::Null => return Ok(Value::Null),
            Value::Json(json) if json.is_null() => return Ok(Value::Null),
            Value::Json(json) => json,
            _ => return Err(expected()),
        };
        let size_max_kb = context.options.max_size_kb.unwrap_or(SIZE_DEFAULT_KB);
        let text = json.to_string();
        if text.len() > size_max_kb as usize * 1024 {
            return Err(Invalid::new(
                "too_long",
                format!("{size_max_kb} Kio de JSON au plus."),
                format!("{size_max_kb} KiB of JSON at most."),
            ));
        }
        // A text that spells `\u0000` is harmless but looks the same here; it is refused too.
        if text.contains("\\u0000") {
            return Err(Invalid::new(
                "control_character",
                "Le JSON contient un caractère nul.",
                "The JSON contains a null character.",
            ));
        }
        Ok(Value::Json(json))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(text).map(value_of).map_err(|err| {
            Invalid::new(
                "not_json",
                format!("Ce JSON n'est pas lisible : {err}."),
                format!("This is not JSON: {err}."),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Json(json) => json.to_string(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        Ok(value_of(json.clone()))
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Json(json) => (**json).clone(),
            _ => Json::Null,
        }
    }
}

fn value_of(json: Json) -> Value {
    if json.is_null() { Value::Null } else { Value::Json(Box::new(json)) }
}

fn expected() -> Invalid {
    wrong("du JSON", "JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_json_is_kept_within_its_size() {
        let options = Options { max_size_kb: Some(1), ..Options::default() };
        let context = FieldContext::new(&options);
        let value = AnyJson.parse(r#" {"a": [1, 2.5, null, "é"]} "#, &context).unwrap();
        assert_eq!(AnyJson.check(value.clone(), &context), Ok(value.clone()));
        assert_eq!(AnyJson.format(&value, &options), r#"{"a":[1,2.5,null,"é"]}"#);
        assert_eq!(AnyJson.from_json(&json!(null), &options), Ok(Value::Null));
        assert_eq!(AnyJson.parse("{", &context).unwrap_err().code, "not_json");
        let long = AnyJson.from_json(&json!("a".repeat(1024)), &options).unwrap();
        assert_eq!(AnyJson.check(long, &context).unwrap_err().code, "too_long");
        let null = AnyJson.from_json(&json!({"a\0": 1}), &options).unwrap();
        assert_eq!(AnyJson.check(null, &context).unwrap_err().code, "control_character");
    }
}
