//! Who else has a record open: `PUT /data/{env}/{collection}/{id}/$presence`.

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::history::People;
use crate::data::resource::Key;
use crate::data::{Asked, Reply, entity_of, reading};
use crate::presence::{Doing, Place, Presence};
use crate::problem::Problem;

/// Longest name of a page, characters.
const PAGE_CHARACTERS_MAX: usize = 64;

/// Says that a page of the caller has a record open, and answers who else has.
///
/// `404` if the record does not exist or is not for this caller, who then is not told who is there either.
pub(crate) async fn presence_put(
    mut asked: Asked,
    collection: String,
    key: Key,
) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (page, doing) = read(&sent)?;
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let record = reading::record(entered, entity, &key, &[])?.row.id();
        let place = Place { entity: entity.name.clone(), record };
        if let Some(me) = entered.caller.me() {
            state.presence.note(&environment, &place, me, &page, doing);
        }
        let value = others(entered, &state.presence, &environment, &place);
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// The people at a record but the caller: `[{"id", "name", "edits"}]`. Whether the caller may read the record is for others to ask.
pub(crate) fn others(entered: &Entered, presence: &Presence, environment: &str, place: &Place) -> Vec<Json> {
    let me = entered.caller.me();
    let mut people = People::new(entered);
    let others = presence.at(environment, place).into_iter().filter(|present| Some(present.person) != me);
    others
        .map(|present| {
            let mut person = people.person(present.person);
            person["edits"] = json!(present.edits);
            person
        })
        .collect()
}

/// What is told to the pages of `me` when somebody came to `place` or went; `None` where `me` is not, or may no longer read.
pub(crate) fn told(
    entered: &Entered,
    presence: &Presence,
    environment: &str,
    place: &Place,
    me: RecordId,
) -> Option<Json> {
    let is_there = presence.at(environment, place).iter().any(|present| present.person == me);
    if !is_there {
        return None;
    }
    entered.environment.engine.get(&entered.caller, &place.entity, place.record, &[]).ok()?;
    let value = others(entered, presence, environment, place);
    Some(json!({"entity": place.entity, "id": place.record, "value": value}))
}

fn read(sent: &Map<String, Json>) -> Result<(String, Doing), Problem> {
    if let Some(unknown) = sent.keys().find(|name| !matches!(name.as_str(), "page" | "does")) {
        return Err(Problem::of_field(
            unknown,
            "unknown_field",
            "Il y a : page, does.",
            "There are: page, does.",
        ));
    }
    let page = sent.get("page").and_then(Json::as_str).unwrap_or_default();
    if page.is_empty() || page.chars().count() > PAGE_CHARACTERS_MAX {
        return Err(Problem::of_field(
            "page",
            "required",
            "Un nom de la page est nécessaire, de 64 caractères au plus.",
            "A name of the page is needed, of 64 characters at most.",
        ));
    }
    let doing = match sent.get("does").and_then(Json::as_str) {
        Some("look") => Doing::Looks,
        Some("edit") => Doing::Edits,
        Some("leave") => Doing::Leaves,
        _ => {
            return Err(Problem::of_field(
                "does",
                "unknown_tag",
                "Une page fait l'une de : look, edit, leave.",
                "A page does one of: look, edit, leave.",
            ));
        }
    };
    Ok((page.to_owned(), doing))
}
