//! `colour`: red, green and blue.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_format, text_from_json, text_of, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A colour, kept as `#rrggbb` in lower case.
#[derive(Debug)]
pub(super) struct Colour;

impl FieldType for Colour {
    fn name(&self) -> &'static str {
        "colour"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match text_of(value)? {
            None => Ok(Value::Null),
            Some(text) => read(&text),
        }
    }

    /// Also `#abc` and digits without `#`.
    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        read(text)
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

fn read(text: &str) -> Result<Value, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let digits = text.strip_prefix('#').unwrap_or(text).to_ascii_lowercase();
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        match digits.len() {
            6 => return Ok(Value::Text(format!("#{digits}"))),
            3 => {
                return Ok(Value::Text(
                    digits.chars().fold("#".to_owned(), |kept, c| format!("{kept}{c}{c}")),
                ));
            }
            _ => {}
        }
    }
    Err(Invalid::new(
        "not_a_colour",
        format!("« {} » n'est pas une couleur comme #3a7d44.", shortened(text)),
        format!("“{}” is not a colour such as #3a7d44.", shortened(text)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read() {
        let options = Options::default();
        let check =
            |text: &str| Colour.check(Value::from(text), &FieldContext::new(&options)).map_err(|e| e.code);
        assert_eq!(check("#3A7D44"), Ok(Value::from("#3a7d44")));
        assert_eq!(check("f0a"), Ok(Value::from("#ff00aa")));
        assert_eq!(check(" "), Ok(Value::Null));
        for text in ["#12345", "vert", "#gggggg", "#éa", "##123456"] {
            assert_eq!(check(text), Err("not_a_colour"), "{text}");
        }
    }
}
