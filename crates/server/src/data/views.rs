//! Lists as people arranged them: `/data/{env}/$views`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::{RecordId, Value};
use engine::{Expanded, Record, ViewDraft};
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::{Asked, Reply, idempotency};
use crate::problem::Problem;

/// The caller's views and those that are shared, by name.
pub(crate) async fn view_list(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, |entered| {
        let me = entered.caller.me();
        let views: Vec<Json> =
            entered.environment.engine.views(&entered.caller)?.iter().map(|view| told(view, me)).collect();
        Ok(Reply::json(json!({"value": views}).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Keeps a view: `{name, entity, shared, first, state}`.
pub(crate) async fn view_create(mut asked: Asked) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            let draft = read(entered, sent)?;
            if draft.entity.is_none() {
                return Err(Problem::of_field(
                    "entity",
                    "required",
                    "L'entité est nécessaire.",
                    "The entity is needed.",
                ));
            }
            let id = entered.environment.engine.view_create(&entered.caller, draft)?.value;
            Ok(Reply { status: StatusCode::CREATED, ..one(entered, id)? })
        })
    });
    Ok(reply.await?.into_response())
}

/// Changes a view of one's own, or, for an administrator, one that is shared.
pub(crate) async fn view_change(mut asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            let draft = ViewDraft { entity: None, ..read(entered, sent)? };
            entered.environment.engine.view_change(&entered.caller, id, draft)?;
            one(entered, id)
        })
    });
    Ok(reply.await?.into_response())
}

/// Forgets a view.
pub(crate) async fn view_delete(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let once = asked.once(b"")?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            entered.environment.engine.view_delete(&entered.caller, id)?;
            Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
        })
    });
    Ok(reply.await?.into_response())
}

fn one(entered: &Entered, id: RecordId) -> Result<Reply, Problem> {
    let views = entered.environment.engine.views(&entered.caller)?;
    let view = views.iter().find(|view| view.row.id() == id).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(told(view, entered.caller.me()).to_string().into_bytes()))
}

fn told(view: &Record, me: Option<RecordId>) -> Json {
    let entity = &view.dictionary.entities[view.entity];
    let value = |name: &str| entity.index(name).map_or(&Value::Null, |field| view.row.get(field));
    let owner = entity.index("owner").and_then(|field| view.expanded.get(&field));
    let name = match owner {
        Some(Expanded::One(Some(owner))) => owner.title.as_str(),
        _ => "",
    };
    let state = match value("state") {
        Value::Json(state) => (**state).clone(),
        _ => json!({}),
    };
    json!({
        "id": view.row.id(),
        "name": value("name").as_text(),
        "entity": value("entity").as_text(),
        "owner": {"id": value("owner").as_id(), "name": name},
        "mine": value("owner").as_id() == me,
        "shared": value("shared") == &Value::Boolean(true),
        "first": value("first") == &Value::Boolean(true),
        "state": state,
    })
}

fn read(entered: &Entered, sent: Map<String, Json>) -> Result<ViewDraft, Problem> {
    let mut draft = ViewDraft::default();
    for (name, value) in sent {
        match (name.as_str(), value) {
            ("name", Json::String(text)) => draft.name = Some(text),
            ("entity", Json::String(text)) => {
                let dictionary = entered.dictionary();
                if dictionary.entity(&text).is_none_or(|entity| entity.internal) {
                    return Err(Problem::of_field(
                        "entity",
                        "unknown_entity",
                        "Cette entité n'existe pas.",
                        "There is no such entity.",
                    ));
                }
                draft.entity = Some(text);
            }
            ("shared", Json::Bool(shared)) => draft.shared = Some(shared),
            ("first", Json::Bool(first)) => draft.first = Some(first),
            ("state", state @ Json::Object(_)) => draft.state = Some(state),
            ("name" | "entity" | "shared" | "first" | "state", _) => {
                return Err(Problem::of_field(
                    &name,
                    "wrong_type",
                    "Cette valeur ne convient pas.",
                    "This value does not fit.",
                ));
            }
            _ => {
                return Err(Problem::of_field(
                    &name,
                    "unknown_field",
                    "Une vue a : name, entity, shared, first, state.",
                    "A view has: name, entity, shared, first, state.",
                ));
            }
        }
    }
    Ok(draft)
}
