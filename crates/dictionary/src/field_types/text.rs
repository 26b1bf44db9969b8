//! `text`: one line.

use serde_json::Value as Json;

use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning, pattern};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{RecordId, Value};

/// One line of text, composed Unicode, no blanks at the ends.
#[derive(Debug)]
pub(super) struct Text;

const LENGTH_DEFAULT: u32 = 200;

impl FieldType for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["max_length", "min_length", "pattern", "transform"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        let mut faults = Vec::new();
        if let Some(Err(invalid)) = options.pattern.as_deref().map(pattern::check) {
            faults.push(("pattern", invalid));
        }
        if options.transform.as_deref().is_some_and(|t| t != "upper" && t != "lower") {
            let invalid = Invalid::new("transform", "`upper` ou `lower`.", "`upper` or `lower`.");
            faults.push(("transform", invalid));
        }
        if options.min_length.is_some_and(|min| min > options.max_length.unwrap_or(LENGTH_DEFAULT)) {
            let invalid = Invalid::new(
                "bound",
                "`min_length` est au-dessus de `max_length`.",
                "`min_length` is above `max_length`.",
            );
            faults.push(("min_length", invalid));
        }
        faults
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        // Before cleaning: a letter may change case into a decomposed form.
        let text = cleaning::line(match context.options.transform.as_deref() {
            Some("upper") => text.to_uppercase(),
            Some("lower") => text.to_lowercase(),
            _ => text,
        })?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        cleaning::length(
            &text,
            context.options.min_length,
            context.options.max_length.unwrap_or(LENGTH_DEFAULT),
        )?;
        if let Some(regex) = &context.options.pattern {
            pattern::hold(regex, &text)?;
        }
        Ok(Value::Text(text))
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        cleaning::line(text.to_owned()).map(text_or_null)
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

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, options: &Options) -> Result<Value, &'static str> {
        Text.check(Value::from(text), &FieldContext::new(options)).map_err(|err| err.code)
    }

    #[test]
    fn a_text_is_kept_clean() {
        let options = Options { max_length: Some(5), ..Options::default() };
        assert_eq!(check("  abc ", &options), Ok(Value::from("abc")));
        assert_eq!(check("   ", &options), Ok(Value::Null));
        assert_eq!(check("abcdef", &options), Err("too_long"));
        assert_eq!(check("a\0", &options), Err("control_character"));
        let wrong = Text.check(Value::Integer(1), &FieldContext::new(&options));
        assert_eq!(wrong.unwrap_err().code, "wrong_type");
    }

    #[test]
    fn transform_comes_before_the_pattern() {
        let options = Options {
            transform: Some("upper".into()),
            pattern: Some("[A-Z]{2}[0-9]+".into()),
            ..Options::default()
        };
        assert_eq!(check("ab12", &options), Ok(Value::from("AB12")));
        assert_eq!(check("a12", &options), Err("pattern"));
        let upper = Options { transform: Some("upper".into()), ..Options::default() };
        let kept = check("ΐ", &upper).unwrap(); // its capital is two characters once composed
        assert_eq!(check(kept.as_text().unwrap(), &upper), Ok(kept));
    }

    #[test]
    fn faulty_attributes_are_named() {
        let options = Options {
            transform: Some("title".into()),
            pattern: Some("(".into()),
            min_length: Some(300),
            ..Options::default()
        };
        let names: Vec<&str> = Text.check_options(&options).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["pattern", "transform", "min_length"]);
    }
}
