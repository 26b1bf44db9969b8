//! The requests of a batch, as they are sent.

use std::collections::HashSet;

use axum::http::Method;
use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use base64ct::{Base64Url, Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value as Json, json};

use crate::problem::Problem;

/// Requests of one batch at most.
pub(super) const REQUESTS_MAX: usize = 10_000;
/// Longest id of a request, bytes.
const ID_MAX: usize = 100;

/// A request of a batch.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Json>,
    pub(super) group: Option<String>,
    /// Requests and groups that have to succeed first.
    pub(super) depends: Vec<String>,
    /// `if`.
    pub(super) condition: Option<String>,
}

impl Part {
    /// The bytes of a body: JSON as it is, text as it is, anything else from base64.
    pub(super) fn content(&self, body: &Json) -> Result<Vec<u8>, Problem> {
        let media_type = self.headers.get("content-type").and_then(|value| value.to_str().ok());
        match (body, media_type) {
            (_, None) => Ok(body.to_string().into_bytes()),
            (_, Some(json)) if json.contains("json") => Ok(body.to_string().into_bytes()),
            (Json::String(text), Some(kind)) if kind.starts_with("text/") => Ok(text.clone().into_bytes()),
            (Json::String(text), _) => {
                let decoded = Base64UrlUnpadded::decode_vec(text).or_else(|_| Base64Url::decode_vec(text));
                decoded.map_err(|_| self.fault("body", "du base64url", "base64url"))
            }
            _ => Err(self.fault("body", "un texte", "a text")),
        }
    }

    fn fault(&self, member: &str, fr: &str, en: &str) -> Problem {
        Problem::bad_request(
            format!("« {member} » devrait être {fr}."),
            format!("“{member}” should be {en}."),
        )
    }
}

/// Reads a batch: every fault stops it, with the place of the request.
pub(super) fn read(mut body: Map<String, Json>) -> Result<Vec<Part>, Problem> {
    let Some(Json::Array(requests)) = body.remove("requests") else {
        return Err(Problem::bad_request(
            "Un lot s'écrit {\"requests\": [ … ]}.",
            "A batch is written {\"requests\": [ … ]}.",
        ));
    };
    if let Some(name) = body.keys().find(|name| !name.contains('@')) {
        return Err(Problem::bad_request(
            format!("Un lot n'a pas de « {name} »."),
            format!("A batch has no “{name}”."),
        ));
    }
    if requests.len() > REQUESTS_MAX {
        let count = requests.len();
        return Err(Problem::bad_request(
            format!("Un lot a au plus {REQUESTS_MAX} demandes, pas {count}."),
            format!("A batch has at most {REQUESTS_MAX} requests, not {count}."),
        ));
    }
    // Ids of requests and names of groups, which share one space of names.
    let mut known: HashSet<String> = HashSet::new();
    let mut groups: HashSet<String> = HashSet::new();
    let mut parts: Vec<Part> = Vec::with_capacity(requests.len());
    for (index, request) in requests.into_iter().enumerate() {
        let place = |problem: Problem| problem.with("place", json!(format!("requests[{index}]")));
        let part = one(request, index).map_err(place)?;
        let faulty = |fr: String, en: String| Err(place(Problem::bad_request(fr, en)));
        if let Some(group) = &part.group
            && parts.last().and_then(|last| last.group.as_ref()) != Some(group)
            && !groups.insert(group.clone())
        {
            return faulty(
                format!("Les demandes du groupe « {group} » doivent se suivre."),
                format!("The requests of group “{group}” have to follow each other."),
            );
        }
        if let Some(missing) =
            part.depends.iter().find(|name| !known.contains(*name) && !groups.contains(*name))
        {
            return faulty(
                format!("« {missing} », dans dependsOn, n'est pas une demande qui précède."),
                format!("“{missing}”, in dependsOn, is not a request that comes before."),
            );
        }
        if !known.insert(part.id.clone()) {
            let id = &part.id;
            return faulty(
                format!("Deux demandes ont l'id « {id} »."),
                format!("Two requests have the id “{id}”."),
            );
        }
        parts.push(part);
    }
    Ok(parts)
}

fn one(request: Json, index: usize) -> Result<Part, Problem> {
    let Json::Object(mut members) = request else { return Err(wrong("", "un objet", "an object")) };
    let text = |members: &mut Map<String, Json>, name: &str| match members.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(wrong(name, "un texte", "a text")),
    };
    let id = text(&mut members, "id")?.unwrap_or_else(|| index.to_string());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    if id.len() > ID_MAX || !id.chars().all(plain) {
        return Err(wrong(
            "id",
            "fait de lettres, de chiffres et de - . _ ~",
            "made of letters, digits and - . _ ~",
        ));
    }
    let method = text(&mut members, "method")?.unwrap_or_default().to_ascii_uppercase();
    let method = match method.as_str() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PATCH" => Method::PATCH,
        "PUT" => Method::PUT,
        "DELETE" => Method::DELETE,
        _ => {
            return Err(wrong(
                "method",
                "GET, POST, PATCH, PUT ou DELETE",
                "GET, POST, PATCH, PUT or DELETE",
            ));
        }
    };
    let url = text(&mut members, "url")?;
    let url = url.ok_or_else(|| wrong("url", "une adresse", "an address"))?;
    let group = text(&mut members, "atomicityGroup")?;
    let condition = text(&mut members, "if")?;
    let depends = match members.remove("dependsOn") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(names)) => {
            let names = names.into_iter().map(|name| match name {
                Json::String(name) => Ok(name),
                _ => Err(wrong("dependsOn", "un tableau de textes", "an array of texts")),
            });
            names.collect::<Result<_, _>>()?
        }
        Some(_) => return Err(wrong("dependsOn", "un tableau de textes", "an array of texts")),
    };
    let headers = match members.remove("headers") {
        None | Some(Json::Null) => HeaderMap::new(),
        Some(Json::Object(headers)) => read_headers(headers)?,
        Some(_) => return Err(wrong("headers", "un objet", "an object")),
    };
    let body = members.remove("body").filter(|body| !body.is_null());
    if let Some(other) = members.keys().find(|name| !name.contains('@')) {
        return Err(Problem::bad_request(
            format!("Une demande n'a pas de « {other} »."),
            format!("A request has no “{other}”."),
        ));
    }
    Ok(Part { id, method, url, headers, body, group, depends, condition })
}

/// Headers of a request. Who asks is known from the batch: a request does not say otherwise.
fn read_headers(headers: Map<String, Json>) -> Result<HeaderMap, Problem> {
    let mut read = HeaderMap::new();
    for (name, value) in headers {
        let good = value.as_str().and_then(|value| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        });
        let Some((name, value)) = good else {
            return Err(wrong(&format!("headers.{name}"), "un en-tête", "a header"));
        };
        if !matches!(name.as_str(), "authorization" | "cookie" | "host" | "content-length") {
            read.append(name, value);
        }
    }
    Ok(read)
}

fn wrong(member: &str, fr: &str, en: &str) -> Problem {
    let (of_fr, of_en) = match member {
        "" => ("Une demande".to_owned(), "A request".to_owned()),
        member => (format!("« {member} »"), format!("“{member}”")),
    };
    Problem::bad_request(format!("{of_fr} devrait être {fr}."), format!("{of_en} should be {en}."))
}
