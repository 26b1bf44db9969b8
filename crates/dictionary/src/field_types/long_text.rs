//! `long_text` and `rich_text`: several lines.

use serde_json::Value as Json;

use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, Merge, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{RecordId, Value};

const LENGTH_DEFAULT: u32 = 100_000;

/// Several lines of text: plain, or CommonMark that screens show formatted. Only the name tells the two types apart.
#[derive(Debug)]
pub(super) struct LongText {
    pub(super) name: &'static str,
}

impl FieldType for LongText {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["max_length"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        let text = cleaning::block(text)?;
        cleaning::length(&text, None, context.options.max_length.unwrap_or(LENGTH_DEFAULT))?;
        Ok(text_or_null(text))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        cleaning::block(text.to_owned()).map(text_or_null)
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

    fn erased(&self, _: RecordId) -> Value {
        Value::from(super::ERASED)
    }

    fn merge(&self) -> Merge {
        Merge::Text
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Prose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: LongText = LongText { name: "long_text" };

    #[test]
    fn lines_are_kept_and_ends_are_trimmed() {
        let options = Options { max_length: Some(12), ..Options::default() };
        let context = FieldContext::new(&options);
        assert_eq!(PLAIN.check(Value::from("un\r\ndeux\n"), &context).unwrap(), Value::from("un\ndeux"));
        assert_eq!(PLAIN.check(Value::from(" \n"), &context).unwrap(), Value::Null);
        assert_eq!(PLAIN.check(Value::from("# un titre long"), &context).unwrap_err().code, "too_long");
    }
}
