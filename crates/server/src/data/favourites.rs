//! What a person keeps at hand: `/data/{env}/$favourites`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::{Favourite, Target};
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::{Asked, Reply, idempotency};
use crate::problem::Problem;

/// The caller's favourites, in the order they were kept.
pub(crate) async fn favourite_list(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, |entered| {
        let favourites = entered.environment.engine.favourites(&entered.caller)?;
        let value: Vec<Json> = favourites.iter().map(told).collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Keeps something: `{target}`. `201` when it is new, `200` when it was kept already.
pub(crate) async fn favourite_add(mut asked: Asked) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            let target = read(&sent)?;
            let (id, new) = entered.environment.engine.favourite_add(&entered.caller, &target)?.value;
            let status = if new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(Reply { status, ..one(entered, id)? })
        })
    });
    Ok(reply.await?.into_response())
}

/// Lets go of one.
pub(crate) async fn favourite_remove(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let once = asked.once(b"")?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            entered.environment.engine.favourite_remove(&entered.caller, id)?;
            Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
        })
    });
    Ok(reply.await?.into_response())
}

fn one(entered: &Entered, id: RecordId) -> Result<Reply, Problem> {
    let favourites = entered.environment.engine.favourites(&entered.caller)?;
    let found = favourites.iter().find(|one| one.id == id).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(told(found).to_string().into_bytes()))
}

fn told(favourite: &Favourite) -> Json {
    let (kind, name) = match &favourite.target {
        Target::Record(_, id) => ("record", Some(id.to_string())),
        Target::List(_) => ("list", None),
        Target::View(id) => ("view", Some(id.to_string())),
        Target::Dashboard(name) => ("dashboard", Some(name.clone())),
    };
    json!({
        "id": favourite.id,
        "target": favourite.target.to_string(),
        "kind": kind,
        "entity": favourite.entity,
        "name": name,
        "title": favourite.title,
    })
}

fn read(sent: &Map<String, Json>) -> Result<Target, Problem> {
    if let Some(unknown) = sent.keys().find(|key| *key != "target") {
        return Err(Problem::of_field(
            unknown,
            "unknown_field",
            "Un favori a : target.",
            "A favourite has: target.",
        ));
    }
    let target = sent.get("target").and_then(Json::as_str).and_then(Target::read);
    target.ok_or_else(|| {
        Problem::of_field(
            "target",
            "wrong_type",
            "target vaut record/account/0192…, list/account, view/0192… ou dashboard/my_day.",
            "target is record/account/0192…, list/account, view/0192… or dashboard/my_day.",
        )
    })
}
