//! Writes of one record. Each is one unit of work, and answers the record as it left it.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use dictionary::model::{Dictionary, Entity};
use engine::error::FieldMove;
use engine::{EngineError, Unit};
use journal::Actor;
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::history::People;
use crate::data::resource::Key;
use crate::data::shape::{Shape, json_value, property_name};
use crate::data::{Asked, Reply, draft, entity_of, reading, record, version_of};
use crate::odata::ListOptions;
use crate::odata::expand::{self, Selection};
use crate::problem::Problem;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// A write, taken apart.
struct Write {
    asked: Asked,
    body: Map<String, Json>,
    options: ListOptions,
    expected: Option<u64>,
    /// `Prefer: return=minimal`: the record need not come back.
    minimal: bool,
}

impl Write {
    async fn read(mut asked: Asked, with_body: bool) -> Result<Write, Problem> {
        let config = asked.cx.state.config.clone();
        let body = std::mem::take(&mut asked.body);
        let body = if with_body {
            json_object(body, &asked.headers, &config).await?
        } else {
            discard(body).await;
            Map::new()
        };
        let options = ListOptions::read(asked.query.as_deref())?;
        let expected = version_of(&asked.headers, header::IF_MATCH)?;
        let minimal = prefers_minimal(&asked.headers);
        Ok(Write { asked, body, options, expected, minimal })
    }

    /// Runs `work` on the entity of `collection`, then answers the record it names.
    async fn run(
        self,
        collection: String,
        work: impl FnOnce(&Entered, &Dictionary, &Entity, Map<String, Json>) -> Result<Written, Problem>
        + Send
        + 'static,
    ) -> Result<Response, Problem> {
        let Write { asked, body, options, minimal, .. } = self;
        let environment = asked.environment.clone();
        let metrics = asked.cx.state.metrics.clone();
        let reply = asked.cx.in_environment(&asked.environment, move |entered| {
            let engine = &entered.environment.engine;
            let dictionary = engine.dictionary();
            let entity = entity_of(&dictionary, &collection)?;
            // Options that cannot be read refuse the write before it is made.
            expand::selection(&dictionary, entity, options.select.as_deref(), options.expand.as_deref())?;
            let written = work(entered, &dictionary, entity, body)?;
            metrics.write();
            // What is done is done: what comes back is read with whatever dictionary is in force by now.
            let mut reply = reading::stable(entered, |dictionary| {
                let entity = entity_of(dictionary, &collection)?;
                let selection = expand::selection(
                    dictionary,
                    entity,
                    options.select.as_deref(),
                    options.expand.as_deref(),
                )?;
                let expand = selection.expand(entity, dictionary);
                let found = engine.get(&entered.caller, &entity.name, written.id, &expand)?;
                record::reply(dictionary, entity, &selection, &environment, &found)
            })?;
            reply.status = written.status;
            if written.status == StatusCode::CREATED {
                reply.location = Some(format!("/data/{environment}/{collection}/{}", written.id));
            }
            if minimal {
                reply.body.clear();
                reply.status =
                    if written.status == StatusCode::OK { StatusCode::NO_CONTENT } else { written.status };
            }
            Ok(reply)
        });
        let mut response = reply.await?.into_response();
        if minimal {
            response.headers_mut().insert(APPLIED, header::HeaderValue::from_static("return=minimal"));
        }
        Ok(response)
    }
}

/// The record that a write left.
struct Written {
    id: RecordId,
    status: StatusCode,
}

/// Creates a record and answers it, with its address.
///
/// `422 validation`, `unknown_field` or `duplicate`, with every field at fault.
pub(crate) async fn record_create(asked: Asked, collection: String) -> Result<Response, Problem> {
    let write = Write::read(asked, true).await?;
    write
        .run(collection, |entered, dictionary, entity, body| {
            let body = draft::read(&entered.environment, dictionary, entity, body)?;
            let name = entity.name.clone();
            let done = entered
                .environment
                .engine
                .transact(&entered.caller, move |unit| unit.create(&name, body.id, body.draft))?;
            Ok(Written { id: done.value, status: StatusCode::CREATED })
        })
        .await
}

/// Changes the fields given and answers the record.
///
/// `412 stale` when `If-Match` no longer holds, with what changed since.
pub(crate) async fn record_change(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, true).await?;
    let expected = write.expected;
    write
        .run(collection, move |entered, dictionary, entity, body| {
            let body = draft::read(&entered.environment, dictionary, entity, body)?;
            let id = id_of(entered, entity, &key)?;
            let name = entity.name.clone();
            let done = entered
                .environment
                .engine
                .transact(&entered.caller, move |unit| unit.update(&name, id, expected, body.draft));
            done.map_err(|error| refusal(entered, dictionary, entity, error))?;
            Ok(Written { id, status: StatusCode::OK })
        })
        .await
}

/// Creates or changes the record that has this value of a unique field.
pub(crate) async fn record_upsert(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, true).await?;
    let expected = write.expected;
    write
        .run(collection, move |entered, dictionary, entity, body| {
            let body = draft::read(&entered.environment, dictionary, entity, body)?;
            let name = entity.name.clone();
            let key = match key {
                Key::Unique(field, value) => {
                    reading::check_key(entity, &field)?;
                    Ok((field, value))
                }
                Key::Id(id) => Err(id),
            };
            let work = move |unit: &mut dyn Unit| match key {
                Ok((field, value)) => upsert_by_key(unit, &name, &field, &value, expected, body.draft),
                Err(id) => match unit.get(&name, id, &[]) {
                    Ok(_) => unit.update(&name, id, expected, body.draft).map(|()| (id, false)),
                    Err(EngineError::NotFound) => {
                        unit.create(&name, Some(id), body.draft).map(|id| (id, true))
                    }
                    Err(error) => Err(error),
                },
            };
            let done = entered.environment.engine.transact(&entered.caller, work);
            let (id, created) = done.map_err(|error| refusal(entered, dictionary, entity, error))?.value;
            Ok(Written { id, status: if created { StatusCode::CREATED } else { StatusCode::OK } })
        })
        .await
}

fn upsert_by_key(
    unit: &mut dyn Unit,
    entity: &str,
    field: &str,
    value: &str,
    expected: Option<u64>,
    draft: engine::Draft,
) -> Result<(RecordId, bool), EngineError> {
    if let Some(expected) = expected
        && let Some(id) = unit.find(entity, field, value)?
    {
        return unit.update(entity, id, Some(expected), draft).map(|()| (id, false));
    }
    unit.upsert(entity, field, value, draft)
}

/// Deletes a record.
///
/// `409 referenced` when others refer to it and must not lose it.
pub(crate) async fn record_delete(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let expected = version_of(&asked.headers, header::IF_MATCH)?;
    let metrics = asked.cx.state.metrics.clone();
    let deleted = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let dictionary = engine.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let id = id_of(entered, entity, &key)?;
        let name = entity.name.clone();
        let done = engine.transact(&entered.caller, move |unit| unit.delete(&name, id, expected));
        done.map_err(|error| refusal(entered, &dictionary, entity, error))?;
        metrics.write();
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(deleted.await?.into_response())
}

/// Moves a record along a transition of its state machine and answers it.
///
/// `422 transition` when there is no such move from where it is, or its condition does not hold.
pub(crate) async fn record_transition(
    asked: Asked,
    collection: String,
    key: Key,
    transition: String,
) -> Result<Response, Problem> {
    let write = Write::read(asked, false).await?;
    let expected = write.expected;
    write
        .run(collection, move |entered, dictionary, entity, _| {
            let known = entity.states.iter().flat_map(|states| &states.transitions);
            if !known.into_iter().any(|known| known.name == transition) {
                return Err(Problem::not_found());
            }
            let id = id_of(entered, entity, &key)?;
            let name = entity.name.clone();
            let done = entered
                .environment
                .engine
                .transact(&entered.caller, move |unit| unit.transition(&name, id, expected, &transition));
            done.map_err(|error| refusal(entered, dictionary, entity, error))?;
            Ok(Written { id, status: StatusCode::OK })
        })
        .await
}

/// The id of the record an address names.
pub(crate) fn id_of(entered: &Entered, entity: &Entity, key: &Key) -> Result<RecordId, Problem> {
    match key {
        Key::Id(id) => Ok(*id),
        Key::Unique(..) => Ok(reading::record(entered, entity, key, &[])?.row.id()),
    }
}

/// A refusal as a problem. A stale one says what the record is now, and who changed what since.
pub(crate) fn refusal(
    entered: &Entered,
    dictionary: &Dictionary,
    entity: &Entity,
    error: EngineError,
) -> Problem {
    let EngineError::Stale { id, expected, stored, moves } = error else { return Problem::from(error) };
    let mut people = People::new(entered);
    let changes: Map<String, Json> =
        moves.iter().filter_map(|change| describe_move(entity, change, &mut people)).collect();
    let problem = Problem::from(EngineError::Stale { id, expected, stored, moves });
    let Ok(current) = entered.environment.engine.get(&entered.caller, &entity.name, id, &[]) else {
        return Problem::not_found();
    };
    let shape = Shape::new(dictionary, entity, &Selection::default());
    let current = serde_json::to_value(shape.of(&current)).unwrap_or_default();
    problem.with("current", current).with("changes", Json::Object(changes))
}

fn describe_move(entity: &Entity, change: &FieldMove, people: &mut People<'_>) -> Option<(String, Json)> {
    let field = entity.field(&change.field)?;
    let by = match change.by {
        Actor::User(id) => people.person(id),
        Actor::System => people.system(),
    };
    let described = json!({
        "from": json_value(field, &change.from),
        "to": json_value(field, &change.to),
        "by": by,
        "at": change.at,
    });
    Some((property_name(field), described))
}

fn prefers_minimal(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split([',', ';'])).any(|preference| preference.trim() == "return=minimal")
}
