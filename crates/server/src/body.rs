//! Bodies of requests, bounded in size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use crate::config::ServerConfig;
use crate::held_bodies::hold;
use crate::problem::Problem;

/// An unwanted body is read up to here…
const DISCARDED_BYTES_MAX: usize = 16 << 20;
/// …and for so long.
const DISCARDED_WITHIN: Duration = Duration::from_secs(2);

/// The JSON object of a request.
///
/// Errors: larger or slower than configured; not JSON, or not an object; another content type, which also keeps forms of other sites out.
pub(crate) async fn json_object(
    body: Body,
    headers: &HeaderMap,
    config: &ServerConfig,
) -> Result<Map<String, Value>, Problem> {
    json_object_within(body, headers, config.body_bytes_max, config.body_timeout).await
}

/// As [`json_object`], announced as SCIM has it, or as JSON.
pub(crate) async fn scim_object(
    body: Body,
    headers: &HeaderMap,
    config: &ServerConfig,
) -> Result<Map<String, Value>, Problem> {
    if !media_type(headers).eq_ignore_ascii_case("application/scim+json") {
        return json_object(body, headers, config).await;
    }
    object(&whole(body, headers, config.body_bytes_max, config.body_timeout).await?)
}

/// As [`json_object`], with a size and a time of its own.
pub(crate) async fn json_object_within(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    timeout: Duration,
) -> Result<Map<String, Value>, Problem> {
    if !media_type(headers).eq_ignore_ascii_case("application/json") {
        return Err(Problem::unsupported_media_type(
            "Le corps doit être du JSON, annoncé par Content-Type: application/json.",
            "The body must be JSON, announced by Content-Type: application/json.",
        ));
    }
    object(&whole(body, headers, bytes_max, timeout).await?)
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::bad_request(
            "Le corps doit être un objet JSON : { … }.",
            "The body must be a JSON object: { … }.",
        )),
        Err(error) => Err(Problem::bad_request(
            format!("Le corps n'est pas du JSON (ligne {}, colonne {}).", error.line(), error.column()),
            format!("The body is not JSON (line {}, column {}).", error.line(), error.column()),
        )),
    }
}

/// The text of a request, announced as `text/plain`.
///
/// Errors: as [`json_object`].
pub(crate) async fn text(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    timeout: Duration,
) -> Result<String, Problem> {
    if !media_type(headers).eq_ignore_ascii_case("text/plain") {
        return Err(Problem::unsupported_media_type(
            "Le corps doit être du texte, annoncé par Content-Type: text/plain.",
            "The body must be text, announced by Content-Type: text/plain.",
        ));
    }
    let bytes = whole(body, headers, bytes_max, timeout).await?;
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Problem::bad_request("Le corps n'est pas de l'UTF-8.", "The body is not UTF-8."))
}

fn media_type(headers: &HeaderMap) -> &str {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

/// All bytes of a body, within its bounds.
async fn whole(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    timeout: Duration,
) -> Result<Bytes, Problem> {
    let too_large = || Problem::too_large(bytes_max as u64);
    if announced_length(headers).is_some_and(|length| length > bytes_max as u64) {
        discard(body).await;
        return Err(too_large());
    }
    let gathered = async {
        let (mut body, mut bytes) = (body, Vec::new());
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                return Err(Problem::bad_request(
                    "Le corps de la demande n'est pas arrivé entier.",
                    "The body of the request did not arrive whole.",
                ));
            };
            let Some(data) = frame.data_ref() else { continue };
            if bytes.len() + data.len() > bytes_max {
                return Err(too_large());
            }
            if let Err(problem) = hold(data.len()) {
                discard(body).await;
                return Err(problem);
            }
            bytes.extend_from_slice(data);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(timeout, gathered).await.unwrap_or_else(|_| Err(too_slow()))
}

/// Reads a body that nobody wants and keeps nothing of it, up to a bound: a client that still writes when its connection closes sees a broken
/// connection instead of the answer, and one with an unread body cannot be used again.
pub(crate) async fn discard(mut body: Body) {
    let read = async {
        let mut read_bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read_bytes += frame.data_ref().map_or(0, Bytes::len);
            if read_bytes > DISCARDED_BYTES_MAX {
                break;
            }
        }
    };
    // Whatever comes of it, the answer is the same.
    let _ = tokio::time::timeout(DISCARDED_WITHIN, read).await;
}

/// What `Content-Length` says.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(crate) fn too_slow() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "timeout",
        "L'envoi a pris trop de temps et a été arrêté ; rien n'a changé.",
        "Sending took too long and was stopped; nothing changed.",
    )
    .retry_after(1)
}
