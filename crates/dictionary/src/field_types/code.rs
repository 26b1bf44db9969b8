//! `code`: an identifier given by people or by another program.

use serde_json::Value as Json;

use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning, pattern};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{RecordId, Value};

/// A text kept as typed, compared exactly.
#[derive(Debug)]
pub(super) struct Code;

const LENGTH_DEFAULT: u32 = 60;

impl FieldType for Code {
    fn name(&self) -> &'static str {
        "code"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["max_length", "pattern"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        let fault = options.pattern.as_deref().and_then(|regex| pattern::check(regex).err());
        fault.map(|invalid| ("pattern", invalid)).into_iter().collect()
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        let text = cleaning::verbatim(text)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        cleaning::length(&text, None, context.options.max_length.unwrap_or(LENGTH_DEFAULT))?;
        if let Some(regex) = &context.options.pattern {
            pattern::hold(regex, &text)?;
        }
        Ok(Value::Text(text))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        cleaning::verbatim(text.to_owned()).map(text_or_null)
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

    fn erased(&self, record: RecordId) -> Value {
        Value::Text(record.to_string())
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_kept_as_typed() {
        let options = Options { pattern: Some("[A-Z]+-\\d+".into()), ..Options::default() };
        let context = FieldContext::new(&options);
        assert_eq!(Code.check(Value::from(" AB-007 "), &context).unwrap(), Value::from("AB-007"));
        assert_eq!(Code.check(Value::from("AB\n-1"), &context).unwrap_err().code, "control_character");
        assert_eq!(Code.check(Value::from("ab-1"), &context).unwrap_err().code, "pattern");
    }
}
