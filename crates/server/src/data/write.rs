//! Writes of one record. Each is one unit of work, and answers the record as it left it.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use dictionary::model::{Dictionary, Entity};
use engine::EngineError;
use engine::error::FieldMove;
use journal::Actor;
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::history::People;
use crate::data::idempotency::{self, Once};
use crate::data::operation::{Act, Answering, Operation, Shown};
use crate::data::prefer::Preferences;
use crate::data::resource::Key;
use crate::data::restore::restore;
use crate::data::shape::{Shape, json_value, property_name};
use crate::data::{Asked, draft, entity_of, methods, reading, version_of};
use crate::odata::ListOptions;
use crate::odata::expand::Selection;
use crate::problem::Problem;
use crate::turns::Turn;

/// A write, taken apart.
struct Write {
    asked: Asked,
    collection: String,
    body: Map<String, Json>,
    /// The body, as it is compared with that of the same request sent again.
    content: Vec<u8>,
    options: ListOptions,
    once: Option<Once>,
    expected: Option<u64>,
    preferences: Preferences,
}

impl Write {
    async fn read(mut asked: Asked, collection: String, with_body: bool) -> Result<Write, Problem> {
        let config = asked.cx.state.config.clone();
        let body = std::mem::take(&mut asked.body);
        let body = if with_body {
            json_object(body, &asked.headers, &config).await?
        } else {
            discard(body).await;
            Map::new()
        };
        let options = asked.options()?;
        let expected = version_of(&asked.headers, header::IF_MATCH)?;
        let content = serde_json::to_vec(&body).map_err(|error| Problem::internal(&error))?;
        let once = asked.once(&content)?;
        let preferences = Preferences::read(&asked.headers);
        Ok(Write { asked, collection, body, content, options, once, expected, preferences })
    }

    /// Does what `act` makes of the body, and answers the record it leaves.
    async fn run(
        self,
        act: impl Fn(&Entered, &Dictionary, &Entity, Map<String, Json>) -> Result<Act, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let Write { asked, collection, body, content, options, once, expected, preferences } = self;
        let answering = answering(&asked.environment, collection, options, &preferences);
        let metrics = asked.cx.state.metrics.clone();
        let commits = asked.cx.state.commits.clone();
        let begin = move |entered: Entered, turn: Turn| {
            let read = |body| {
                let dictionary = entered.dictionary();
                let entity = entity_of(&dictionary, &answering.collection)?;
                answering.check(&dictionary, entity)?;
                let act = act(&entered, &dictionary, entity, body)?;
                let operation = Operation { entity: entity.name.clone(), expected, act };
                Ok::<_, Problem>((dictionary, operation))
            };
            let (dictionary, operation) = match read(body) {
                // Another process may have changed the dictionary, and word of it not have come yet.
                Err(_) if entered.environment.engine.dictionary_catch_up()? => {
                    let body = serde_json::from_slice(&content);
                    read(body.map_err(|error| Problem::internal(&error))?)?
                }
                read => read?,
            };
            Ok(idempotency::hand_over(entered, dictionary, operation, answering, once, (turn, commits)))
        };
        let handed = asked.cx.begin_in_environment(&asked.environment, begin).await?;
        let done = handed.answer(&asked.cx).await?;
        metrics.write();
        Ok(done.into_response())
    }
}

/// How a write is answered.
pub(crate) fn answering(
    environment: &str,
    collection: String,
    options: ListOptions,
    preferences: &Preferences,
) -> Answering {
    Answering {
        environment: environment.to_owned(),
        collection,
        options,
        shown: if preferences.minimal == Some(true) { Shown::Minimal } else { Shown::Record },
        applied: preferences.returns().map(str::to_owned).into_iter().collect(),
    }
}

/// Creates a record and answers it, with its address.
///
/// `422 validation`, `unknown_field` or `duplicate`, with every field at fault.
pub(crate) async fn record_create(asked: Asked, collection: String) -> Result<Response, Problem> {
    Write::read(asked, collection, true).await?.run(create).await
}

/// Changes the fields given and answers the record.
///
/// `412 stale` when `If-Match` no longer holds, with what changed since.
pub(crate) async fn record_change(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, collection, true).await?;
    write
        .run(move |entered, dictionary, entity, body| change(entered, dictionary, entity, key.clone(), body))
        .await
}

/// Creates or changes the record that has this value of a unique field.
pub(crate) async fn record_upsert(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, collection, true).await?;
    write
        .run(move |entered, dictionary, entity, body| upsert(entered, dictionary, entity, key.clone(), body))
        .await
}

/// Deletes a record.
///
/// `409 referenced` when others refer to it and must not lose it.
pub(crate) async fn record_delete(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, collection, false).await?;
    write.run(move |_, _, entity, _| delete(entity, key.clone())).await
}

/// Moves a record along a transition of its state machine and answers it.
///
/// `422 transition` when there is no such move from where it is, or its condition does not hold.
pub(crate) async fn record_transition(
    asked: Asked,
    collection: String,
    key: Key,
    name: String,
) -> Result<Response, Problem> {
    let write = Write::read(asked, collection, false).await?;
    write.run(move |_, _, entity, _| transition(entity, key.clone(), name.clone())).await
}

/// Makes a record again that the caller deleted, with what went with it, and answers it.
///
/// `404` when there is nothing to make again; `422` when what it was is against a rule today.
pub(crate) async fn record_restore(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let write = Write::read(asked, collection, false).await?;
    write.run(move |entered, _, entity, _| restore(entered, entity, &key)).await
}

/// The creation of a record from a body.
pub(crate) fn create(
    entered: &Entered,
    dictionary: &Dictionary,
    entity: &Entity,
    body: Map<String, Json>,
) -> Result<Act, Problem> {
    let body = draft::read(&entered.environment, dictionary, entity, body)?;
    Ok(Act::Create { id: body.id, draft: body.draft })
}

/// The change of a record by a body.
pub(crate) fn change(
    entered: &Entered,
    dictionary: &Dictionary,
    entity: &Entity,
    key: Key,
    body: Map<String, Json>,
) -> Result<Act, Problem> {
    check(entity, &key)?;
    Ok(Act::Change { key, draft: draft::read(&entered.environment, dictionary, entity, body)?.draft })
}

/// The creation or change of a record by a body.
pub(crate) fn upsert(
    entered: &Entered,
    dictionary: &Dictionary,
    entity: &Entity,
    key: Key,
    body: Map<String, Json>,
) -> Result<Act, Problem> {
    check(entity, &key)?;
    Ok(Act::Put { key, draft: draft::read(&entered.environment, dictionary, entity, body)?.draft })
}

/// The deletion of a record.
pub(crate) fn delete(entity: &Entity, key: Key) -> Result<Act, Problem> {
    check(entity, &key)?;
    Ok(Act::Delete { key })
}

/// The transition of that name, if the entity has it.
pub(crate) fn transition(entity: &Entity, key: Key, name: String) -> Result<Act, Problem> {
    check(entity, &key)?;
    let mut known = entity.states.iter().flat_map(|states| &states.transitions);
    if known.any(|known| known.name == name) {
        Ok(Act::Transition { key, name })
    } else {
        Err(methods::not_this_way(entity, &name))
    }
}

fn check(entity: &Entity, key: &Key) -> Result<(), Problem> {
    match key {
        Key::Id(_) => Ok(()),
        Key::Unique(field, _) => reading::check_key(entity, field),
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
        Actor::System => people.system(None),
    };
    let described = json!({
        "from": json_value(field, &change.from),
        "to": json_value(field, &change.to),
        "by": by,
        "at": change.at,
    });
    Some((property_name(field).to_owned(), described))
}
