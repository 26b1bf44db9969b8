//! `lines`: the records of another entity that belong to this one. Rows keep nothing of it: the lines hold the reference.

use serde_json::Value as Json;

use super::{Column, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// Child records.
#[derive(Debug)]
pub(super) struct Lines;

impl FieldType for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["of", "by"]
    }

    fn expression_type(&self, options: &Options) -> Type {
        Type::Records(options.of.clone().unwrap_or_default())
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        Vec::new()
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if value.is_null() { Ok(value) } else { Err(no_value()) }
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() { Ok(Value::Null) } else { Err(no_value()) }
    }

    fn format(&self, _: &Value, _: &Options) -> String {
        String::new()
    }

    /// Lines written through the API are records of their own, which the engine reads one by one.
    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        if json.is_null() { Ok(Value::Null) } else { Err(no_value()) }
    }

    fn to_json(&self, _: &Value, _: &Options) -> Json {
        Json::Null
    }

    fn split(&self, _: &Value) -> Vec<Value> {
        Vec::new()
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

fn no_value() -> Invalid {
    Invalid::new(
        "lines",
        "Des lignes sont des fiches, pas une valeur de leur parent.",
        "Lines are records, not a value of their parent.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_no_value() {
        let options = Options { of: Some("quote_line".into()), ..Options::default() };
        let context = FieldContext::new(&options);
        assert_eq!(Lines.check(Value::Null, &context), Ok(Value::Null));
        assert_eq!(Lines.check(Value::Integer(1), &context).unwrap_err().code, "lines");
        assert!(
            Lines.is_virtual() && Lines.columns(&options).is_empty() && Lines.split(&Value::Null).is_empty()
        );
    }
}
