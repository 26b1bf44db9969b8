//! Looking as somebody else: `/data/{env}/$view_as` (decision 0125).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use dictionary::label::Label;
use engine::{FieldProblem, Power};
use platform::{Door, Platform, Viewing};
use serde_json::{Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// As whom the session looks, and who looked as the caller.
pub(super) async fn view_as_show(asked: Asked) -> Result<Response, Problem> {
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let viewing = match &entered.viewing {
            Some(viewing) => told(&state.platform, viewing)?,
            None => Json::Null,
        };
        let past = entered.environment.engine.impersonations(&entered.caller)?;
        let past: Vec<Json> = past
            .iter()
            .map(|one| {
                let by = one.viewer.as_ref().map(|(id, name)| json!({"id": id, "name": name}));
                json!({"id": one.id, "by": by, "at": one.began, "until": one.until, "ended_at": one.ended})
            })
            .collect();
        Ok(Reply::json(json!({"viewing": viewing, "value": past}).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Begins to look as one of the people of the environment: `{person}`.
pub(super) async fn view_as_begin(mut asked: Asked) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (cx, environment) = (asked.cx.clone(), asked.environment.clone());
    let reply = asked.cx.run(move || {
        let identity = cx.identity()?;
        if matches!(identity.door, Door::Token { .. }) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Un jeton ne regarde pas comme quelqu'un d'autre : connectez-vous.",
                "A token does not look as somebody else: sign in.",
            ));
        }
        let entered = cx.enter(&environment)?;
        if entered.viewing.is_none() {
            entered.needs(Power::Administer)?;
        }
        let person =
            sent.get("person").and_then(Json::as_str).and_then(RecordId::parse).ok_or_else(|| {
                Problem::from(FieldProblem {
                    field: "person".to_owned(),
                    code: "required",
                    message: Label::new(
                        "Il faut l'identifiant d'une personne.",
                        "The id of a person is needed.",
                    ),
                })
            })?;
        let platform = &cx.state.platform;
        let viewing = platform.view_begin(&identity, &environment, person, Some(cx.info.id.clone()))?;
        Ok(Reply::json(told(platform, &viewing)?.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Goes back to looking as oneself.
///
/// `404` when one looks as oneself already.
pub(super) async fn view_as_end(asked: Asked) -> Result<Response, Problem> {
    discard(asked.body).await;
    let (cx, environment) = (asked.cx.clone(), asked.environment.clone());
    let reply = asked.cx.run(move || {
        let identity = cx.identity()?;
        cx.enter(&environment)?;
        cx.state.platform.view_end(&identity, &environment, Some(cx.info.id.clone()))?;
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(reply.await?.into_response())
}

fn told(platform: &Platform, viewing: &Viewing) -> Result<Json, Problem> {
    let person = viewing.user.ok_or_else(Problem::not_found)?;
    let name = platform.user(person)?.name;
    Ok(json!({"note": viewing.note, "person": {"id": person, "name": name}, "until": viewing.until}))
}
