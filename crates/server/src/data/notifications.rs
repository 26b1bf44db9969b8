//! What a person was told because it concerns them: `/data/{env}/$notifications`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::Notification;
use serde_json::{Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::parameters::page_length;
use crate::data::{Asked, Reply, idempotency};
use crate::problem::Problem;

/// The caller's notifications, newest first: `$top` of them, 50 unless said.
pub(crate) async fn notification_list(asked: Asked) -> Result<Response, Problem> {
    let limit = u32::try_from(page_length(asked.query.as_deref())?).unwrap_or(u32::MAX);
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let found = entered.environment.engine.notifications(&entered.caller, limit)?;
        let value: Vec<Json> = found.list.iter().map(told).collect();
        let body = json!({"value": value, "unread": found.unread, "more": found.more});
        Ok(Reply::json(body.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Says that one was read, or was not: `{read}`.
pub(crate) async fn notification_mark(mut asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            if let Some(unknown) = sent.keys().find(|key| *key != "read") {
                return Err(Problem::of_field(unknown, "unknown_field", "Dites : read.", "Say: read."));
            }
            let read = sent.get("read").and_then(Json::as_bool).ok_or_else(|| {
                Problem::of_field("read", "required", "read vaut true ou false.", "read is true or false.")
            })?;
            entered.environment.engine.notification_mark(&entered.caller, id, read)?;
            Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
        })
    });
    Ok(reply.await?.into_response())
}

/// Says that all were read.
pub(crate) async fn notifications_read(asked: Asked) -> Result<Response, Problem> {
    let once = asked.once(b"")?;
    discard(asked.body).await;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            entered.environment.engine.notifications_read(&entered.caller)?;
            Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
        })
    });
    Ok(reply.await?.into_response())
}

fn told(notification: &Notification) -> Json {
    let author = notification.author.as_ref().map(|(id, name)| json!({"id": id, "name": name}));
    json!({
        "id": notification.id,
        "at": notification.at,
        "author": author,
        "notice": notification.notice,
        "words": notification.words,
        "entity": notification.entity,
        "record": notification.record,
        "title": notification.title,
        "text": notification.text,
        "read_at": notification.read_at,
    })
}
