//! `$skiptoken`: where the next page begins. Opaque to clients; one that was made for another list, or tampered with, is refused.

use base64ct::{Base64UrlUnpadded, Encoding};
use dictionary::model::{Dictionary, Entity, Sort};
use dictionary::{RecordId, Value};
use engine::Keyset;
use engine::changes::Moment;
use serde::{Deserialize, Serialize};

use crate::odata::ListOptions;
use crate::problem::Problem;

/// What a token holds.
#[derive(Debug, Serialize, Deserialize)]
struct Token {
    /// Hash of the list it goes on with.
    list: String,
    /// Values of the sort, as the API writes them.
    after: Vec<serde_json::Value>,
    id: RecordId,
    /// Records still to come, when the client wanted so many in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    /// Moment since which changes will be told: epoch and position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<(u64, u64)>,
}

/// Where a page begins, and how many records are still to come.
#[derive(Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) after: Keyset,
    pub(crate) left: Option<u32>,
    /// The moment of the first page, when the list ends with a link to what changed since.
    pub(crate) since: Option<Moment>,
}

/// The token of the page that begins after `keyset`.
pub(crate) fn write(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
    order: &[Sort],
    keyset: &Keyset,
    (left, since): (Option<u32>, Option<Moment>),
) -> String {
    let values = order.iter().zip(&keyset.values);
    let after = values.map(|(sort, value)| {
        field_of(dictionary, sort)
            .map_or_else(|| serde_json::Value::Null, |(field, part)| write_value(field, part, value))
    });
    let token = Token {
        list: list_hash(entity, options, order),
        after: after.collect(),
        id: keyset.id,
        left,
        since: since.map(|since| (since.epoch, since.position)),
    };
    Base64UrlUnpadded::encode_string(&serde_json::to_vec(&token).unwrap_or_default())
}

/// Where the page of a token begins.
pub(crate) fn read(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
    order: &[Sort],
    text: &str,
) -> Result<Place, Problem> {
    let wrong = || {
        Problem::bad_request(
            "$skiptoken n'est pas celui de cette liste ; reprenez-la au début.",
            "$skiptoken is not of this list; start it again.",
        )
    };
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| wrong())?;
    let token: Token = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if token.list != list_hash(entity, options, order) || token.after.len() != order.len() {
        return Err(wrong());
    }
    let mut values = Vec::with_capacity(order.len());
    for (sort, json) in order.iter().zip(&token.after) {
        let (field, part) = field_of(dictionary, sort).ok_or_else(wrong)?;
        values.push(read_value(field, part, json).ok_or_else(wrong)?);
    }
    let since = token.since.map(|(epoch, position)| Moment { epoch, position });
    Ok(Place { after: Keyset { values, id: token.id }, left: token.left, since })
}

/// Hash of what makes a list: the same filter in another order is another list.
fn list_hash(entity: &Entity, options: &ListOptions, order: &[Sort]) -> String {
    let order: Vec<_> = order.iter().map(|sort| (path(sort), sort.descending)).collect();
    let asked = (&options.filter, &options.condition, &options.search, &options.apply, &options.aliases);
    let shape = (&entity.name, asked, order);
    let bytes = serde_json::to_vec(&shape).unwrap_or_default();
    blake3::hash(&bytes).to_hex()[..16].to_owned()
}

fn path(sort: &Sort) -> &str {
    match &sort.path.node {
        dictionary::expression::Node::Path(path) => &path.names,
        _ => "",
    }
}

/// The field that a criterion sorts by, and the part of it.
fn field_of<'a>(
    dictionary: &'a Dictionary,
    sort: &Sort,
) -> Option<(&'a dictionary::Field, Option<&'static str>)> {
    match &sort.path.node {
        dictionary::expression::Node::Path(path) => {
            let field = dictionary.entities.get(path.entity)?.fields.get(path.field)?;
            Some((field, path.part))
        }
        _ => None,
    }
}

fn write_value(field: &dictionary::Field, part: Option<&str>, value: &Value) -> serde_json::Value {
    match (value, part) {
        (Value::Null, _) => serde_json::Value::Null,
        // Parts of composite values are texts or coordinates.
        (Value::Text(text), _) => serde_json::Value::from(text.as_str()),
        (Value::Json(json), Some(_)) => (**json).clone(),
        (value, _) => field.kind.to_json(value, &field.options),
    }
}

fn read_value(field: &dictionary::Field, part: Option<&str>, json: &serde_json::Value) -> Option<Value> {
    match (json, part) {
        (serde_json::Value::Null, _) => Some(Value::Null),
        (serde_json::Value::String(text), Some(_)) => Some(Value::Text(text.clone())),
        (json @ serde_json::Value::Number(_), Some(_)) => Some(Value::Json(Box::new(json.clone()))),
        (_, Some(_)) => None,
        (json, None) => field.kind.from_json(json, &field.options).ok(),
    }
}
