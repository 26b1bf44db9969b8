//! The answers of a batch.

use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use dictionary::Language;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::request::Part;
use crate::data::Reply;
use crate::problem::Problem;

/// Largest answer of a group or of a batch that is kept whole, bytes.
pub(super) const KEPT_BYTES_MAX: usize = 8 << 20;

/// Headers that an answer passes on.
const HEADERS: &[&str] = &[
    "content-type",
    "etag",
    "location",
    "odata-entityid",
    "odata-version",
    "preference-applied",
    "idempotency-replayed",
    "retry-after",
];

/// The answer to one request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct PartAnswer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// JSON.
    pub(super) body: Option<String>,
}

impl PartAnswer {
    /// A problem as the answer.
    pub(super) fn problem(problem: &Problem, language: Language, request_id: &str) -> PartAnswer {
        let mut headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
        if let Some(seconds) = problem.retry_after_s {
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        let body = Some(problem.body(language, request_id));
        PartAnswer { status: problem.status.as_u16(), headers, body }
    }

    /// A reply made in a unit of work.
    pub(super) fn reply(reply: Reply) -> PartAnswer {
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        let body = (!body.is_empty()).then_some(body);
        let response = Reply { body: Vec::new(), ..reply }.into_response();
        let mut headers = passed(response.headers());
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        PartAnswer { status: response.status().as_u16(), headers, body }
    }

    /// The answer of a request that went its usual way.
    pub(super) async fn of(
        mut response: Response,
        language: Language,
        request_id: &str,
    ) -> Result<PartAnswer, Problem> {
        if let Some(problem) = response.extensions_mut().remove::<Box<Problem>>() {
            return Ok(PartAnswer::problem(&problem, language, request_id));
        }
        let (parts, body) = response.into_parts();
        let bytes = match to_bytes(body, super::ANSWERS_BYTES_MAX).await {
            Ok(bytes) => bytes,
            Err(_) => return Ok(PartAnswer::problem(&too_much(), language, request_id)),
        };
        let media_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default();
        let body = if bytes.is_empty() {
            None
        } else if media_type.contains("json") {
            Some(String::from_utf8_lossy(&bytes).into_owned())
        } else if media_type.starts_with("text/") || media_type.contains("xml") {
            Some(json!(String::from_utf8_lossy(&bytes)).to_string())
        } else {
            Some(json!(Base64UrlUnpadded::encode_string(&bytes)).to_string())
        };
        Ok(PartAnswer { status: parts.status.as_u16(), headers: passed(&parts.headers), body })
    }

    /// How much it is, roughly.
    pub(super) fn bytes(&self) -> usize {
        100 + self.body.as_ref().map_or(0, String::len)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn passed(headers: &HeaderMap) -> Vec<(String, String)> {
    let found = HEADERS.iter().filter_map(|name| Some((*name, headers.get(*name)?.to_str().ok()?)));
    found.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The body of the answer to a batch.
pub(super) fn write(answers: &[(Part, PartAnswer)]) -> Vec<u8> {
    let mut written = String::from("{\"responses\":[");
    for (index, (part, answer)) in answers.iter().enumerate() {
        if index > 0 {
            written.push(',');
        }
        written.push_str(&format!("{{\"id\":{},\"status\":{}", json!(part.id), answer.status));
        if let Some(group) = &part.group {
            written.push_str(&format!(",\"atomicityGroup\":{}", json!(group)));
        }
        let headers: serde_json::Map<String, serde_json::Value> =
            answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        written.push_str(&format!(",\"headers\":{}", json!(headers)));
        if let Some(body) = &answer.body {
            written.push_str(",\"body\":");
            written.push_str(body);
        }
        written.push('}');
    }
    written.push_str("]}");
    written.into_bytes()
}

/// What this request needs was refused or not executed.
pub(super) fn failed_dependency(id: &str) -> Problem {
    Problem::new(
        StatusCode::FAILED_DEPENDENCY,
        "failed_dependency",
        format!("Rien n'a été fait : cela dépend de la demande « {id} », qui n'a pas abouti."),
        format!("Nothing was done: this depends on the request “{id}”, which did not succeed."),
    )
    .with("because", json!(id))
}

pub(super) fn not_executed() -> Problem {
    Problem::new(
        StatusCode::FAILED_DEPENDENCY,
        "not_executed",
        "Rien n'a été fait : une demande précédente n'a pas abouti. Prefer: continue-on-error continue malgré cela.",
        "Nothing was done: a request before did not succeed. Prefer: continue-on-error goes on nevertheless.",
    )
}

pub(super) fn condition_failed() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "condition_failed",
        "Rien n'a été fait : la condition « if » n'est pas remplie.",
        "Nothing was done: the condition “if” does not hold.",
    )
}

pub(super) fn too_much() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "Rien n'a été fait : les réponses de ce lot sont trop volumineuses. Envoyez le reste dans un autre lot.",
        "Nothing was done: the answers of this batch are too large. Send the rest in another batch.",
    )
}
