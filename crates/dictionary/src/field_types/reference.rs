//! `reference`: another record; and `id`, a record's own identity.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{RecordId, Value};

/// The id of a record. `reference` fields hold another's, the system field `id` its own: in both, `to` is the entity.
///
/// Codes are looked up by whoever holds the records; here only ids are read.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) name: &'static str,
}

impl FieldType for Reference {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> &'static [&'static str] {
        match self.name {
            "reference" => &["to", "on_delete", "filter"],
            _ => &[],
        }
    }

    fn expression_type(&self, options: &Options) -> Type {
        Type::Reference(options.to.clone().unwrap_or_default())
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Id }]
    }

    fn names_records(&self) -> bool {
        self.name == "reference"
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match value {
            Value::Null | Value::Id(_) => Ok(value),
            _ => Err(expected()),
        }
    }

    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match text.trim() {
            "" => Ok(Value::Null),
            text => RecordId::parse(text).map(Value::Id).ok_or_else(|| {
                Invalid::new(
                    "not_an_id",
                    format!("« {} » n'est pas un identifiant de fiche.", shortened(text)),
                    format!("“{}” is not the id of a record.", shortened(text)),
                )
            }),
        }
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        value.as_id().map(|id| id.to_string()).unwrap_or_default()
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => RecordId::parse(text).map(Value::Id).ok_or_else(expected),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        value.as_id().map_or(Json::Null, |id| Json::String(id.to_string()))
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Kept
    }
}

fn expected() -> Invalid {
    wrong("un identifiant de fiche", "the id of a record")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const REFERENCE: Reference = Reference { name: "reference" };

    #[test]
    fn an_id_is_read_and_written_in_its_usual_form() {
        let options = Options { to: Some("account".into()), ..Options::default() };
        let id =
            REFERENCE.parse(" 0192F3A0-0000-7000-8000-0000000000AB ", &FieldContext::new(&options)).unwrap();
        assert_eq!(REFERENCE.to_json(&id, &options), json!("0192f3a0-0000-7000-8000-0000000000ab"));
        assert_eq!(REFERENCE.expression_type(&options), Type::Reference("account".into()));
        assert_eq!(REFERENCE.parse("T000042", &FieldContext::new(&options)).unwrap_err().code, "not_an_id");
        assert_eq!(REFERENCE.from_json(&json!(12), &options).unwrap_err().code, "wrong_type");
    }
}
