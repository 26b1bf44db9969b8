//! Value lists, changed at run time: `/data/{env}/$lists/{list}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::label::Label;
use engine::ValueDraft;
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::{Asked, Reply, idempotency};
use crate::problem::Problem;

/// A value list, in display order.
pub(crate) async fn list_show(asked: Asked, list: String) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, move |entered| view(entered, &list));
    Ok(reply.await?.into_response())
}

/// Adds a value to an open list: `{tag, label, colour}`.
pub(crate) async fn list_value_create(mut asked: Asked, list: String) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let mut sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            let Some(Json::String(tag)) = sent.remove("tag") else {
                return Err(Problem::of_field(
                    "tag",
                    "required",
                    "L'étiquette est nécessaire.",
                    "The tag is needed.",
                ));
            };
            let draft = read(sent)?;
            entered.environment.engine.list_value_add(&entered.caller, &list, &tag, &draft)?;
            let location = Some(format!("/data/{environment}/$lists/{list}/{tag}"));
            Ok(Reply { status: StatusCode::CREATED, location, ..view(entered, &list)? })
        })
    });
    Ok(reply.await?.into_response())
}

/// Changes label, colour, icon, order or activity of a value.
pub(crate) async fn list_value_change(
    mut asked: Asked,
    list: String,
    tag: String,
) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            entered.environment.engine.list_value_change(&entered.caller, &list, &tag, &read(sent)?)?;
            view(entered, &list)
        })
    });
    Ok(reply.await?.into_response())
}

fn view(entered: &Entered, list: &str) -> Result<Reply, Problem> {
    let dictionary = entered.dictionary();
    let list = dictionary.lists.get(list).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(json!(list).to_string().into_bytes()))
}

fn read(sent: Map<String, Json>) -> Result<ValueDraft, Problem> {
    let mut draft = ValueDraft::default();
    for (name, value) in sent {
        let understood = match (name.as_str(), &value) {
            ("label", Json::Object(_)) => {
                draft.label = serde_json::from_value::<Label>(value.clone()).ok();
                value["fr"].as_str().is_some_and(|words| !words.trim().is_empty()) && draft.label.is_some()
            }
            ("active", Json::Bool(active)) => {
                draft.active = Some(*active);
                true
            }
            ("colour" | "icon" | "after", Json::String(_) | Json::Null) => {
                let text = value.as_str().unwrap_or_default().to_owned();
                match name.as_str() {
                    "colour" => draft.colour = Some(text),
                    "icon" => draft.icon = Some(text),
                    _ => draft.after = Some(text),
                }
                true
            }
            ("label" | "active" | "colour" | "icon" | "after", _) => false,
            _ => {
                return Err(Problem::of_field(
                    &name,
                    "unknown_field",
                    "Une valeur a : label, colour, icon, after, active.",
                    "A value has: label, colour, icon, after, active.",
                ));
            }
        };
        if !understood {
            return Err(Problem::of_field(
                &name,
                "wrong_type",
                "Cette valeur ne convient pas.",
                "This value does not fit.",
            ));
        }
    }
    Ok(draft)
}
