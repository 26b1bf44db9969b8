//! `related`: a record of one of several entities, `account/0192f3a0-…`.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_from_json, text_of, text_or_null, text_to_json, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::{OnDelete, Options};
use crate::related;
use crate::value::Value;

/// The name of an entity and the id of one of its records, as one text: two records are equal when their texts are. Which entities there are,
/// and what a code or a title stands for, is known to whoever holds the dictionary and the records: see [`crate::related`].
#[derive(Debug)]
pub(super) struct Related;

impl FieldType for Related {
    fn name(&self) -> &'static str {
        related::TYPE
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["to", "on_delete"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn names_records(&self) -> bool {
        true
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        if options.on_delete != Some(OnDelete::Cascade) {
            return Vec::new();
        }
        let refusal = Invalid::new(
            "wrong_value",
            "un champ `related` ne disparaît pas avec ce qu'il désigne : `restrict` ou `nullify`",
            "a `related` field does not go with what it names: `restrict` or `nullify`",
        );
        vec![("on_delete", refusal)]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match text_of(value)? {
            None => Ok(Value::Null),
            Some(text) => read(&text),
        }
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        read(text)
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        value.as_text().unwrap_or_default().to_owned()
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        text_from_json(json).map_err(|_| expected())
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
        return Ok(text_or_null(String::new()));
    }
    related::read(text).map(|(entity, id)| related::value(entity, id)).ok_or_else(|| {
        Invalid::new(
            "not_a_record",
            format!("« {} » ne dit pas quelle fiche : écrivez entité/identifiant.", shortened(text)),
            format!("“{}” does not say which record: write entity/id.", shortened(text)),
        )
    })
}

fn expected() -> Invalid {
    wrong("une fiche, comme « account/0192… »", "a record, such as “account/0192…”")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_its_entity_and_id_in_one_form() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        let value = Related.parse(" account/0192F3A0-0000-7000-8000-0000000000AB ", &context).unwrap();
        assert_eq!(value, Value::from("account/0192f3a0-0000-7000-8000-0000000000ab"));
        assert_eq!(Related.check(value.clone(), &context), Ok(value.clone()));
        assert_eq!(Related.to_json(&value, &options), json!("account/0192f3a0-0000-7000-8000-0000000000ab"));
        for text in ["0192f3a0-0000-7000-8000-0000000000ab", "account/", "account/C000012", "a b/x", "/"] {
            assert_eq!(Related.parse(text, &context).unwrap_err().code, "not_a_record", "{text}");
        }
        assert_eq!(Related.from_json(&json!(12), &options).unwrap_err().code, "wrong_type");
    }
}
