//! Values of `related` fields: which records they may name, and the text that names one.

use crate::model::{Dictionary, Entity, EntityIndex, Field};
use crate::value::{RecordId, Value};

/// Name of the field type.
pub const TYPE: &str = "related";
/// Characters of the name of an entity at most.
const NAME_MAX: usize = 60;
/// Characters of a value at most: a name, a slash, an id.
pub(crate) const LENGTH_MAX: u32 = 97;

/// The value that names a record: `account/0192f3a0-…`.
///
/// ```
/// # use dictionary::{RecordId, Value, related};
/// let id = RecordId::parse("0192f3a0-0000-7000-8000-0000000000ab").unwrap();
/// let value = related::value("account", id);
/// assert_eq!(value, Value::from("account/0192f3a0-0000-7000-8000-0000000000ab"));
/// assert_eq!(related::named(&value), Some(("account", id)));
/// ```
pub fn value(entity: &str, id: RecordId) -> Value {
    Value::Text(format!("{entity}/{id}"))
}

/// The name of the entity and the id in a value; `None` for `Null` and for what names no record.
pub fn named(value: &Value) -> Option<(&str, RecordId)> {
    read(value.as_text()?)
}

/// The two parts of a text `entity/id`.
pub fn read(text: &str) -> Option<(&str, RecordId)> {
    let (entity, id) = text.split_once('/')?;
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_name = entity.starts_with(|c: char| c.is_ascii_lowercase()) && entity.chars().all(letters);
    if is_name && entity.len() <= NAME_MAX { Some((entity, RecordId::parse(id)?)) } else { None }
}

/// The text of a record that JSON names by its parts, `{"entity": "account", "id": "0192…"}` or with `code` in place of `id`; `None` when
/// one is missing.
pub fn text_of_members(members: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let text = |name: &str| members.get(name).and_then(serde_json::Value::as_str);
    let (entity, record) = (text("entity")?, text("id").or_else(|| text("code"))?);
    Some(format!("{entity}/{record}"))
}

/// Whether a field may name records of `entity`: one of those in its `to`; without `to` any but lines and the system's own.
pub fn accepts(field: &Field, entity: &Entity) -> bool {
    let listed = || field.options.targets.as_ref().is_none_or(|names| names.contains(&entity.name));
    field.kind.name() == TYPE && can_be_named(entity) && listed()
}

/// Whether records of that entity may be named by a `related` field at all.
pub fn can_be_named(entity: &Entity) -> bool {
    !entity.internal && entity.lines_of.is_none()
}

/// Entities whose records a `related` field may name.
pub fn targets<'d>(dictionary: &'d Dictionary, field: &'d Field) -> impl Iterator<Item = EntityIndex> + 'd {
    (0..dictionary.entities.len()).filter(move |entity| accepts(field, &dictionary.entities[*entity]))
}
