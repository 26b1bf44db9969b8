//! An entry as JSON, for people and for the exit format. Exact: [`entry_from_json`] gives the same entry back.
//!
//! Texts, booleans, integers and null are themselves; any other value is an object with its kind, such as `{"decimal": "12.50"}`.

use dictionary::{RecordId, Value};
use serde_json::{Map, Value as Json, json};

use crate::entry::{Cause, Change, Entry, FieldChange, Hash};

/// Why JSON is not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is missing or is not what it should be")]
pub struct JsonError(pub &'static str);

/// Lower-case hexadecimal digits of bytes.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

/// The hash that [`hexadecimal`] wrote.
pub fn hash_from_hexadecimal(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(hash)
}

/// The entry as JSON; `changes` is null once redacted.
pub fn entry_to_json(entry: &Entry) -> Json {
    let changes: Option<Vec<Json>> =
        entry.changes.as_ref().map(|changes| changes.iter().map(change_to_json).collect());
    json!({
        "position": entry.position,
        "epoch": entry.epoch,
        "cause": entry.cause,
        "changes": changes,
        "payload_hash": hexadecimal(&entry.payload_hash),
        "digest": hexadecimal(&entry.digest),
        "chain": hexadecimal(&entry.chain),
    })
}

/// A change as JSON: `{"entity", "record", "operation", "fields": {"name": [old, new]}}`, with `redacted` where some
/// were.
pub fn change_to_json(change: &Change) -> Json {
    let pair = |f: &FieldChange| (f.field.clone(), json!([value_to_json(&f.old), value_to_json(&f.new)]));
    let fields: Map<String, Json> = change.fields.iter().map(pair).collect();
    let mut told = json!({
        "entity": change.entity,
        "record": change.record,
        "operation": change.operation,
        "fields": fields,
    });
    if !change.redacted.is_empty() {
        told["redacted"] = json!(change.redacted);
    }
    told
}

/// A value as JSON that says what it is.
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(boolean) => json!(boolean),
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Decimal(number) => json!({ "decimal": number.to_string() }),
        Value::Date(date) => json!({ "date": date.to_string() }),
        Value::Time(time) => json!({ "time": time.to_string() }),
        Value::DateTime(instant) => json!({ "datetime": instant.to_string() }),
        Value::Duration(seconds) => json!({ "seconds": seconds }),
        Value::Id(id) => json!({ "id": id }),
        Value::Tags(tags) => json!({ "tags": tags }),
        Value::Point(point) => json!({ "point": point }),
        Value::Address(address) => json!({ "address": address }),
        Value::File(file) => json!({ "file": file }),
        Value::Json(json) => json!({ "json": json }),
    }
}

/// Reads what [`value_to_json`] wrote.
pub fn value_from_json(json: &Json) -> Result<Value, JsonError> {
    let fault = JsonError("a value");
    match json {
        Json::Null => return Ok(Value::Null),
        Json::Bool(boolean) => return Ok(Value::Boolean(*boolean)),
        Json::Number(number) => return number.as_i64().map(Value::Integer).ok_or(fault),
        Json::String(text) => return Ok(Value::Text(text.clone())),
        Json::Array(_) => return Err(fault),
        Json::Object(_) => {}
    }
    let object = json.as_object().filter(|object| object.len() == 1).ok_or(JsonError("a value"))?;
    let (kind, content) = object.iter().next().ok_or(JsonError("a value"))?;
    let text = content.as_str();
    let value = match kind.as_str() {
        "decimal" => text.and_then(|t| t.parse().ok()).map(Value::Decimal),
        "date" => text.and_then(|t| t.parse().ok()).map(Value::Date),
        "time" => text.and_then(|t| t.parse().ok()).map(Value::Time),
        "datetime" => text.and_then(|t| t.parse().ok()).map(Value::DateTime),
        "seconds" => content.as_i64().map(Value::Duration),
        "id" => text.and_then(RecordId::parse).map(Value::Id),
        "tags" => serde_json::from_value(content.clone()).ok().map(Value::Tags),
        "point" => serde_json::from_value(content.clone()).ok().map(Value::Point),
        "address" => serde_json::from_value(content.clone()).ok().map(|a| Value::Address(Box::new(a))),
        "file" => serde_json::from_value(content.clone()).ok().map(|f| Value::File(Box::new(f))),
        "json" => Some(Value::Json(Box::new(content.clone()))),
        _ => None,
    };
    value.ok_or(fault)
}

/// Reads what [`entry_to_json`] wrote.
pub fn entry_from_json(json: &Json) -> Result<Entry, JsonError> {
    let number = |key: &'static str| json[key].as_u64().ok_or(JsonError(key));
    let hash = |key: &'static str| json[key].as_str().and_then(hash_from_hexadecimal).ok_or(JsonError(key));
    let cause: Cause = serde_json::from_value(json["cause"].clone()).map_err(|_| JsonError("cause"))?;
    let changes = match &json["changes"] {
        Json::Null => None,
        Json::Array(changes) => Some(changes.iter().map(change_from_json).collect::<Result<_, _>>()?),
        _ => return Err(JsonError("changes")),
    };
    Ok(Entry {
        position: number("position")?,
        epoch: number("epoch")?,
        cause,
        changes,
        payload_hash: hash("payload_hash")?,
        digest: hash("digest")?,
        chain: hash("chain")?,
    })
}

fn change_from_json(json: &Json) -> Result<Change, JsonError> {
    let part = |key: &'static str| json.get(key).cloned().ok_or(JsonError(key));
    let mut fields = Vec::new();
    for (field, pair) in json["fields"].as_object().ok_or(JsonError("fields"))? {
        let [old, new] = pair.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(JsonError("fields"));
        };
        let (old, new) = (value_from_json(old)?, value_from_json(new)?);
        fields.push(FieldChange { field: field.clone(), old, new });
    }
    // The map may keep the order of the text.
    fields.sort_unstable_by(|a, b| a.field.cmp(&b.field));
    Ok(Change {
        entity: serde_json::from_value(part("entity")?).map_err(|_| JsonError("entity"))?,
        record: serde_json::from_value(part("record")?).map_err(|_| JsonError("record"))?,
        operation: serde_json::from_value(part("operation")?).map_err(|_| JsonError("operation"))?,
        fields,
        redacted: match json.get("redacted") {
            None => Vec::new(),
            Some(names) => serde_json::from_value(names.clone()).map_err(|_| JsonError("redacted"))?,
        },
    })
}
