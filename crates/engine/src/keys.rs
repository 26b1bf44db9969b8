//! Unique fields by which records are named from outside.

use dictionary::expression::error::nearest;
use dictionary::field_types::FieldContext;
use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::{Dictionary, Language, RecordId, Value};
use jiff::tz::TimeZone;

use crate::error::{EngineError, FieldProblem};

/// The unique field of that name (`id` is one) and the value that a text stands for in it. A text that cannot be read matches nothing: `Null`.
///
/// Errors: `Validation` when the field does not exist or is not unique by itself.
pub(crate) fn key_value(
    dictionary: &Dictionary,
    entity: EntityIndex,
    key: &str,
    text: &str,
    zone: &TimeZone,
    language: Language,
) -> Result<(FieldIndex, Value), EngineError> {
    if key == "id" {
        return Ok((ID, RecordId::parse(text).map_or(Value::Null, Value::Id)));
    }
    let entity = &dictionary.entities[entity];
    let alone =
        || entity.uniques.iter().filter(|unique| unique.fields.len() == 1).map(|unique| unique.fields[0]);
    let Some(index) = entity.index(key).filter(|index| alone().any(|unique| unique == *index)) else {
        let near = nearest(key, alone().map(|index| entity.fields[index].name.as_str()));
        let (fr, en) = match near {
            Some(near) => (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")),
            None => Default::default(),
        };
        return Err(EngineError::Validation(vec![FieldProblem {
            field: key.to_owned(),
            code: "not_a_key",
            message: Label::new(
                &format!(
                    "« {key} » n'est pas un champ unique de « {} ».{fr}",
                    entity.label.text(Language::Fr)
                ),
                &format!("“{key}” is not a unique field of “{}”.{en}", entity.label.text(Language::En)),
            ),
        }]));
    };
    let field = &entity.fields[index];
    let list = field.options.list.as_ref().and_then(|name| dictionary.lists.get(name));
    let context = FieldContext { options: &field.options, list, zone, language };
    let value = field.kind.parse(text, &context).and_then(|value| field.kind.check(value, &context));
    Ok((index, value.unwrap_or_default()))
}
