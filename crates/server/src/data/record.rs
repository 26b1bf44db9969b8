//! One record: `GET /data/{env}/{collection}/{id}`.

use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use dictionary::model::{Dictionary, Entity};
use engine::Record;
use platform::Entered;

use crate::data::resource::Key;
use crate::data::shape::Shape;
use crate::data::{Asked, Reply, entity_of, etag, reading};
use crate::odata::expand::{self, Selection};
use crate::problem::Problem;

/// One record.
///
/// `304` when `If-None-Match` names its version; `404` if it does not exist or is not for this caller.
pub(crate) async fn record_show(asked: Asked, collection: String, key: Key) -> Result<Response, Problem> {
    let options = asked.options()?;
    let known =
        asked.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let environment = asked.environment.clone();
    // What comes along may be much.
    let brief = options.expand.is_none();
    let read = move |entered: &Entered| {
        reading::stable(entered, |dictionary| {
            let entity = entity_of(dictionary, &collection)?;
            let selection = expand::selection(dictionary, entity, &options)?;
            let record = reading::record(entered, entity, &key, &selection.expand(dictionary))?;
            // What is expanded has versions of its own, that the tag of the record does not tell; nor does it tell as whom one looks.
            let known =
                known.as_deref().filter(|_| selection.branches.is_empty() && entered.viewing.is_none());
            let mut reply = reply(dictionary, entity, &selection, &environment, &record)?;
            if known
                .is_some_and(|known| known.split(',').any(|tag| Some(tag.trim()) == reply.etag.as_deref()))
            {
                reply.status = StatusCode::NOT_MODIFIED;
                reply.body.clear();
            }
            Ok(reply)
        })
    };
    let reply = if brief {
        asked.cx.in_environment_briefly(&asked.environment, read).await?
    } else {
        asked.cx.in_environment(&asked.environment, read).await?
    };
    Ok(reply.into_response())
}

/// A record as the whole of an answer.
pub(crate) fn reply(
    dictionary: &Dictionary,
    entity: &Entity,
    selection: &Selection,
    environment: &str,
    record: &Record,
) -> Result<Reply, Problem> {
    if record.dictionary.hash != dictionary.hash {
        // Between the two reads: its values would be shown under the names of others.
        return Err(engine::EngineError::Outdated.into());
    }
    let shape = Shape::new(dictionary, entity, selection);
    let context = format!("/data/{environment}/$metadata#{}/$entity", entity.collection);
    let body = serde_json::to_vec(&shape.of(record).with_context(&context))
        .map_err(|error| Problem::internal(&error))?;
    Ok(Reply { etag: Some(etag(shape.version(record))), style: selection.style, ..Reply::json(body) })
}
