//! What happened to a record: `GET …/{id}/$history`.

use std::collections::HashMap;

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use dictionary::model::Entity;
use journal::{Actor, Change, Entry};
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::data::parameters::digits;
use crate::data::resource::Key;
use crate::data::shape::{json_value, property_name};
use crate::data::{Asked, Reply, entity_of, reading};
use crate::odata::ListOptions;
use crate::problem::Problem;

/// Changes of a page when the request names no number.
const PAGE: u32 = 50;
/// Changes of a page at most.
const PAGE_MAX: u32 = 500;

/// Changes of one record, newest first.
pub(crate) async fn record_history(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let options = ListOptions::read(asked.query.as_deref())?;
    let before = match &options.skiptoken {
        Some(token) => Some(digits(token).ok_or_else(|| {
            Problem::bad_request("$skiptoken n'est pas une position.", "$skiptoken is not a position.")
        })?),
        None => None,
    };
    let limit = options.top.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let id = reading::id_of(entered, entity, &key)?;
        // One more than shown tells whether there is a next page.
        let mut entries = engine.history(&entered.caller, &entity.name, id, before, limit + 1)?;
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let mut people = People::new(entered);
        let value: Vec<Json> = entries.iter().map(|entry| describe(entity, id, entry, &mut people)).collect();
        let mut view = Map::new();
        view.insert("value".to_owned(), Json::Array(value));
        if let Some(last) = entries.last().filter(|_| more) {
            let link = format!(
                "/data/{environment}/{collection}/{id}/$history?$top={limit}&$skiptoken={}",
                last.position
            );
            view.insert("@odata.nextLink".to_owned(), json!(link));
        }
        Ok(Reply::json(serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?))
    });
    Ok(reply.await?.into_response())
}

fn describe(entity: &Entity, id: RecordId, entry: &Entry, people: &mut People<'_>) -> Json {
    let change = entry.changes.iter().flatten().find(|change| change.record == id);
    let actor = match entry.cause.actor {
        Actor::User(id) => people.person(id),
        Actor::System => people.system(entry.cause.device.as_deref()),
    };
    json!({
        "position": entry.position,
        "at": entry.cause.at,
        "actor": actor,
        "origin": entry.cause.origin,
        "operation": change.map(|change| change.operation),
        // Redacted entries keep their place and lose their content, all of it or some values.
        "redacted": change.is_none_or(|change| !change.redacted.is_empty()),
        "changes": change.map(|change| changes(entity, change)),
    })
}

pub(super) fn changes(entity: &Entity, change: &Change) -> Map<String, Json> {
    let mut changes = Map::new();
    for moved in &change.fields {
        match entity.field(&moved.field) {
            Some(field) if field.secret => {}
            Some(field) => {
                let pair = json!([json_value(field, &moved.old), json_value(field, &moved.new)]);
                changes.insert(property_name(field).to_owned(), pair);
            }
            // A field that the dictionary no longer has: its name is all that can be said of it.
            None => {
                changes.insert(moved.field.clone(), json!([null, null]));
            }
        }
    }
    changes
}

/// Names of people, each looked up once.
pub(crate) struct People<'a> {
    entered: &'a Entered,
    names: HashMap<RecordId, Option<String>>,
}

impl<'a> People<'a> {
    pub(crate) fn new(entered: &'a Entered) -> People<'a> {
        People { entered, names: HashMap::new() }
    }

    /// `{"id", "name"}`; the name is null once the person's record is gone.
    pub(crate) fn person(&mut self, id: RecordId) -> Json {
        let (engine, caller) = (&self.entered.environment.engine, &self.entered.caller);
        let name = self
            .names
            .entry(id)
            .or_insert_with(|| engine.get(caller, "user", id, &[]).ok().map(|user| user.title));
        json!({"id": id, "name": name})
    }

    /// Tisserand itself, or what it did for: a company's directory, by the name of its token.
    pub(crate) fn system(&self, on_behalf: Option<&str>) -> Json {
        json!({"id": null, "name": on_behalf.unwrap_or("Tisserand")})
    }
}
