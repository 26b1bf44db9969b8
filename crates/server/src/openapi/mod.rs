//! `openapi.json`: what a caller can do in an environment, as an OpenAPI 3.1 document made from the dictionary; and the general document,
//! of what every server answers whatever its dictionaries say, from which clients are generated (decision 0041).
//! Source: OpenAPI Specification 3.1.1; JSON Schema 2020-12.

mod administration;
mod brand;
mod collections;
mod description;
mod fixed;
mod general;
mod operation;
mod personal;
mod problems;
mod protection;
mod records;
mod shapes;
mod sign_ins;
mod values;
mod views;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
use dictionary::label::Label;
use dictionary::model::Dictionary;
use engine::{Capability, Power};
use serde_json::{Map, Value as Json, json};

pub use general::openapi_general;

use crate::cookies::{SESSION, name_of};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// What a document depends on.
pub(crate) struct Reader<'a> {
    /// Nothing in the general document.
    pub(crate) dictionary: Option<&'a Dictionary>,
    /// A parameter of addresses in the general document.
    pub(crate) environment: &'a str,
    /// The caller changes records.
    pub(crate) writes: bool,
    /// The caller brings files in.
    pub(crate) imports: bool,
    /// The caller looks into the journal.
    pub(crate) audits: bool,
    /// The caller changes people, profiles and value lists.
    pub(crate) administers: bool,
    /// The caller protects what is held about people.
    pub(crate) protects: bool,
    pub(crate) language: Language,
    /// Browsers come by HTTPS.
    pub(crate) secure: bool,
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
    let (environment, secure) = (asked.environment.clone(), asked.cx.state.config.secure);
    // Who names a language wants the document in it, whatever their own is: it is for a program, not for their screen.
    let language = header_text(header::ACCEPT_LANGUAGE).and_then(|text| Language::from_code(text.get(..2)?));
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let caller = &entered.caller;
        let reader = Reader {
            dictionary: Some(&dictionary),
            environment: &environment,
            writes: entered.may_write(),
            imports: entered.environment.engine.may_anywhere(caller, Capability::Import),
            audits: entered.environment.engine.has(caller, Power::Audit),
            administers: entered.environment.engine.has(caller, Power::Administer),
            protects: entered.environment.engine.has(caller, Power::Protect),
            language: language.unwrap_or(caller.language),
            secure,
        };
        let body = document(&reader, &dictionary).to_string().into_bytes();
        let etag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
        if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
        {
            return Ok(Reply {
                status: StatusCode::NOT_MODIFIED,
                etag: Some(etag),
                kept: true,
                ..Reply::default()
            });
        }
        Ok(Reply { etag: Some(etag), kept: true, ..Reply::json(body) })
    });
    Ok(reply.await?.into_response())
}

/// The document of an environment.
fn document(reader: &Reader<'_>, dictionary: &Dictionary) -> Json {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    let mut tags = vec![json!({"name": fixed::TAG, "description": reader.say(
        "Ce que tout environnement a.",
        "What every environment has.",
    )})];
    fixed::write(reader, &mut paths, &mut schemas);
    for entity in dictionary.entities.iter().filter(|entity| !entity.internal) {
        let about = entity.help.as_ref().map(|help| help.text(reader.language));
        tags.push(json!({
            "name": entity.collection,
            "description": about.unwrap_or(entity.plural.text(reader.language)),
        }));
        records::write(reader, dictionary, entity, &mut schemas);
        collections::write(reader, entity, &mut paths);
    }
    let info = json!({
        "title": format!("Tisserand — {}", reader.environment),
        "version": dictionary.hash.get(..16).unwrap_or_default(),
        "description": reader.say(
            "Ce que vous pouvez faire dans cet environnement, tel que son dictionnaire le décrit.",
            "What you can do in this environment, as its dictionary describes it.",
        ),
    });
    whole(reader, &info, tags, paths, schemas)
}

/// Puts a document together.
fn whole(
    reader: &Reader<'_>,
    info: &Json,
    tags: Vec<Json>,
    paths: Map<String, Json>,
    schemas: Map<String, Json>,
) -> Json {
    json!({
        "openapi": "3.1.1",
        "info": info,
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
            "name": name_of(SESSION, reader.secure),
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
