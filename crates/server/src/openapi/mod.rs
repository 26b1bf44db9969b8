//! `openapi.json`: what a caller can do in an environment, as an OpenAPI 3.1 document made from the dictionary.
//! Source: OpenAPI Specification 3.1.1; JSON Schema 2020-12.

mod collections;
mod fixed;
mod operation;
mod problems;
mod records;
mod values;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
use dictionary::label::Label;
use dictionary::model::Dictionary;
use serde_json::{Map, Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// What a document depends on.
pub(crate) struct Reader<'a> {
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) environment: &'a str,
    /// The caller changes records.
    pub(crate) writes: bool,
    pub(crate) language: Language,
}

impl Reader<'_> {
    fn say(&self, fr: &str, en: &str) -> String {
        Label::new(fr, en).text(self.language).to_owned()
    }

    /// An address below the environment.
    fn at(&self, path: &str) -> String {
        format!("/data/{}{path}", self.environment)
    }
}

/// The description of what the caller can do here.
///
/// `304` when `If-None-Match` names what it would answer.
pub(crate) async fn openapi_show(asked: Asked) -> Result<Response, Problem> {
    let header_text = |name| asked.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let known = header_text(header::IF_NONE_MATCH);
    let environment = asked.environment.clone();
    // Who names a language wants the document in it, whatever their own is: it is for a program, not for their screen.
    let language = header_text(header::ACCEPT_LANGUAGE).and_then(|text| Language::from_code(text.get(..2)?));
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.environment.engine.dictionary();
        let caller = &entered.caller;
        let reader = Reader {
            dictionary: &dictionary,
            environment: &environment,
            writes: caller.profile.may_write(),
            language: language.unwrap_or(caller.language),
        };
        let body = document(&reader).to_string().into_bytes();
        let etag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
        if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
        {
            return Ok(Reply { status: StatusCode::NOT_MODIFIED, etag: Some(etag), ..Reply::default() });
        }
        Ok(Reply { etag: Some(etag), ..Reply::json(body) })
    });
    Ok(reply.await?.into_response())
}

/// The whole document.
fn document(reader: &Reader<'_>) -> Json {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    let mut tags = Vec::new();
    fixed::write(reader, &mut paths, &mut schemas);
    for entity in reader.dictionary.entities.iter().filter(|entity| !entity.internal) {
        let about = entity.help.as_ref().map(|help| help.text(reader.language));
        tags.push(json!({
            "name": entity.collection,
            "summary": entity.plural.text(reader.language),
            "description": about.unwrap_or(entity.plural.text(reader.language)),
        }));
        records::write(reader, entity, &mut schemas);
        collections::write(reader, entity, &mut paths);
    }
    schemas.insert("problem".to_owned(), problems::schema(reader));
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": format!("Tisserand — {}", reader.environment),
            "version": reader.dictionary.hash.get(..16).unwrap_or_default(),
            "description": reader.say(
                "Ce que vous pouvez faire dans cet environnement, tel que son dictionnaire le décrit.",
                "What you can do in this environment, as its dictionary describes it.",
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"basic": []}, {"cookie": [], "csrf": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": problems::responses(reader),
            "parameters": operation::parameters(reader),
            "securitySchemes": security(reader),
        },
    })
}

fn security(reader: &Reader<'_>) -> Json {
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": reader.say("Un jeton.", "A token.")},
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": reader.say("Un jeton à la place du mot de passe.", "A token in place of the password."),
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": crate::cx::COOKIE,
            "description": reader.say("Posé par POST /session.", "Set by POST /session."),
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "description": reader.say(
                "La valeur de `csrf` de GET /session, avec le cookie, pour ce qui écrit.",
                "The value of `csrf` of GET /session, beside the cookie, for what writes.",
            ),
        },
    })
}
