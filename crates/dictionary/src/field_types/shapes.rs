//! What several field types share: refusals of a wrong kind of value, texts in JSON, lowest and highest values.

use serde_json::Value as Json;

use super::Invalid;
use crate::value::Value;

/// The refusal of a value of another type. `fr` and `en` complete "expected: …".
pub(super) fn wrong(fr: &str, en: &str) -> Invalid {
    Invalid::new("wrong_type", format!("On attend {fr}."), format!("Expected {en}."))
}

/// The text of a value that must be a text; `None` for `Null`.
pub(super) fn text_of(value: Value) -> Result<Option<String>, Invalid> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        _ => Err(wrong("un texte", "a text")),
    }
}

/// A text, or `Null` if there is nothing in it.
pub(super) fn text_or_null(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

/// The text of a JSON string, `Null` for `null`.
pub(super) fn text_from_json(json: &Json) -> Result<Value, Invalid> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(text) => Ok(text_or_null(text.clone())),
        _ => Err(wrong("un texte", "a text")),
    }
}

/// A JSON string for a text, `null` for anything else.
pub(super) fn text_to_json(value: &Value) -> Json {
    value.as_text().map_or(Json::Null, Json::from)
}

/// The text itself, nothing for anything else.
pub(super) fn text_format(value: &Value) -> String {
    value.as_text().unwrap_or_default().to_owned()
}

/// Refuses a value outside its bounds; `read` gives a bound its value, and a bound it cannot read holds nothing back.
pub(super) fn bounds<T: PartialOrd>(
    value: &T,
    min: Option<&String>,
    max: Option<&String>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<(), Invalid> {
    if let Some(min) = min.filter(|min| read(min).is_some_and(|bound| *value < bound)) {
        return Err(Invalid::new("too_low", format!("{min} au moins."), format!("{min} at least.")));
    }
    match max.filter(|max| read(max).is_some_and(|bound| *value > bound)) {
        Some(max) => Err(Invalid::new("too_high", format!("{max} au plus."), format!("{max} at most."))),
        None => Ok(()),
    }
}

/// Faults of `min` and `max` themselves: unreadable, or in the wrong order.
pub(super) fn bounds_faults<T: PartialOrd>(
    min: Option<&String>,
    max: Option<&String>,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<(&'static str, Invalid)> {
    let mut faults = Vec::new();
    for (name, bound) in [("min", min), ("max", max)] {
        if let Some(text) = bound.filter(|text| read(text).is_none()) {
            let invalid = Invalid::new(
                "bound",
                format!("« {text} » n'est pas une valeur de ce type."),
                format!("“{text}” is not a value of this type."),
            );
            faults.push((name, invalid));
        }
    }
    let ends = min.and_then(|m| read(m)).zip(max.and_then(|m| read(m)));
    if ends.is_some_and(|(min, max)| min > max) {
        faults.push(("min", Invalid::new("bound", "`min` est au-dessus de `max`.", "`min` is above `max`.")));
    }
    faults
}
