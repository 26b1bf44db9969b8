//! Search over everything: `GET /data/{env}/$search?q=…`.

use axum::response::{IntoResponse, Response};
use dictionary::Value;
use serde_json::{Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// Longest text, bytes.
const TEXT_BYTES_MAX: usize = 500;
/// Records found when the request names no number, and at most.
const FOUND: u32 = 20;
const FOUND_MAX: u32 = 100;

/// Records that full-text search finds, best first.
pub(crate) async fn search(asked: Asked) -> Result<Response, Problem> {
    let (mut text, mut limit) = (String::new(), FOUND);
    for (key, value) in form_urlencoded::parse(asked.query.as_deref().unwrap_or_default().as_bytes()) {
        match key.as_ref() {
            "q" => text = value.into_owned(),
            "$top" | "top" => {
                limit = value.parse().map_err(|_| {
                    Problem::bad_request(
                        format!("$top : « {value} » n'est pas un nombre entier positif."),
                        format!("$top: “{value}” is not a whole, positive number."),
                    )
                })?;
            }
            _ => {}
        }
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(Problem::bad_request(
            format!("q a au plus {TEXT_BYTES_MAX} octets."),
            format!("q has at most {TEXT_BYTES_MAX} bytes."),
        ));
    }
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let found = engine.search(&entered.caller, &text, limit.min(FOUND_MAX))?;
        let dictionary = entered.dictionary();
        let value: Vec<Json> = found
            .iter()
            .filter_map(|record| {
                let entity = dictionary.entities.get(record.entity).filter(|entity| !entity.internal)?;
                let code = entity.index("code").map_or(&Value::Null, |code| record.row.get(code));
                Some(json!({
                    "entity": entity.name,
                    "id": record.row.id(),
                    "title": record.title,
                    "code": code.as_text(),
                }))
            })
            .collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}
