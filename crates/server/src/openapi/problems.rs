//! Refusals: one response per status, each with the codes it may have.

use serde_json::{Map, Value as Json, json};

use crate::openapi::Reader;
use crate::openapi::shapes::{array, closed, own};

/// A status, what it means in French and in English, and its codes.
type Refusal = (u16, &'static str, &'static str, &'static [&'static str]);

/// Every refusal there is.
const REFUSALS: &[Refusal] = &[
    (400, "La demande ne se lit pas.", "The request cannot be read.", &["bad_request"]),
    (
        401,
        "Il faut se connecter.",
        "Signing in is needed.",
        &["sign_in_needed", "wrong_credentials", "password_expired", "code_needed", "passkey_refused"],
    ),
    (
        403,
        "Non autorisé.",
        "Not allowed.",
        &[
            "forbidden",
            "csrf",
            "viewed",
            "password_change_needed",
            "second_factor_needed",
            "provider_not_theirs",
            "provider_no_group",
        ],
    ),
    (
        404,
        "Cela n'existe pas, ou ne vous est pas ouvert.",
        "This does not exist, or is not open to you.",
        &["not_found"],
    ),
    (
        405,
        "Cette adresse n'accepte pas cette méthode.",
        "This address does not take this method.",
        &["bad_request"],
    ),
    (406, "Ce format n'est pas servi.", "This format is not served.", &["not_acceptable"]),
    (
        409,
        "Utilisé ailleurs, dictionnaire changé, ou pas maintenant.",
        "Used elsewhere, the dictionary changed, or not now.",
        &["referenced", "dictionary_changed", "conflict", "view_changed", "passkeys_unavailable"],
    ),
    (
        410,
        "Trop ancien : relisez la liste.",
        "Too old: read the list again.",
        &["expired", "link_over", "ceremony_over"],
    ),
    (412, "Modifié entre-temps.", "Changed meanwhile.", &["stale", "condition_failed"]),
    (413, "Trop volumineux.", "Too large.", &["too_large"]),
    (
        415,
        "Le corps n'est pas du type attendu.",
        "The body is not of the type expected.",
        &["unsupported_media_type"],
    ),
    (
        422,
        "Données à corriger, ou passage refusé.",
        "Data to correct, or a transition refused.",
        &["validation", "unknown_field", "duplicate", "transition", "over_quota", "idempotency_key_reused"],
    ),
    (
        424,
        "Non exécuté, dans un lot : une autre demande dont elle dépend a été refusée.",
        "Not executed, in a batch: another request that it depends on was refused.",
        &["failed_dependency", "not_executed"],
    ),
    (429, "Trop de demandes.", "Too many requests.", &["too_many"]),
    (
        500,
        "Une erreur de notre côté ; rien n'est à moitié écrit.",
        "A failure of ours; nothing is half written.",
        &["internal"],
    ),
    (502, "Un serveur que nous appelons a failli.", "A server that we call failed.", &["provider_failed"]),
    (
        503,
        "Trop long, ou l'environnement change de place ; rien n'a changé.",
        "Took too long, or the environment is being moved; nothing changed.",
        &["timeout", "moving"],
    ),
    (507, "Le disque du serveur est plein.", "The server's disk is full.", &["storage_full"]),
];

/// What any request may meet.
const ALWAYS: &[u16] = &[400, 401, 404, 429, 500, 503];
/// What a write may meet beside.
const WRITES: &[u16] = &[403, 406, 409, 412, 413, 415, 422, 507];
/// What a read may meet beside.
const READS: &[u16] = &[403, 406, 410, 413, 415];

/// Adds the refusals of an operation to its answers.
pub(super) fn add(answers: &mut Map<String, Json>, writes: bool) {
    let more = if writes { WRITES } else { READS };
    for status in ALWAYS.iter().chain(more) {
        let reference = json!({"$ref": format!("#/components/responses/{}", name(*status))});
        answers.entry(status.to_string()).or_insert(reference);
    }
}

/// Adds a refusal that others of its kind do not have.
pub(super) fn add_one(answers: &mut Map<String, Json>, status: u16) {
    let reference = json!({"$ref": format!("#/components/responses/{}", name(status))});
    answers.insert(status.to_string(), reference);
}

fn name(status: u16) -> String {
    format!("refused_{status}")
}

/// The responses, by name.
pub(super) fn responses(reader: &Reader<'_>) -> Json {
    let responses = REFUSALS.iter().map(|(status, fr, en, codes)| {
        let schema = json!({"allOf": [
            {"$ref": "#/components/schemas/tisserand.problem"},
            {"properties": {"status": {"const": status}, "code": {"enum": codes}}},
        ]});
        let response = json!({
            "description": reader.say(fr, en),
            // A client that takes plain JSON and nothing else is told so.
            "content": {"application/problem+json": {"schema": schema.clone()}, "application/json": {"schema": schema}},
        });
        (name(*status), response)
    });
    Json::Object(responses.collect())
}

/// Problem details, RFC 9457, with what is ours.
pub(super) fn schema(reader: &Reader<'_>) -> Json {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "title": reader.say("Refus", "Refusal"),
        "required": ["type", "title", "status", "code", "detail", "request_id", "error"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
            "fields": {
                "type": "object",
                "additionalProperties": text,
                "description": reader.say("Par champ : `lines[2].quantity`.", "By field: `lines[2].quantity`."),
            },
            "request_id": text,
            "current": own("record"),
            "changes": {"type": "object", "additionalProperties": own("stale_change")},
            "by": array(closed(json!({"entity": text, "count": {"type": "integer", "minimum": 1}}))),
            "option": text,
            "place": {"type": "string", "description": reader.say("D'un lot : `requests[2]`.", "Of a batch: `requests[2]`.")},
            "position": {"type": "integer", "minimum": 0},
            "length": {"type": "integer", "minimum": 0},
            "fault": text,
            "near": text,
            "offered": array(json!(text)),
            "bytes_max": {"type": "integer", "minimum": 0},
            "error": {"type": "object", "required": ["code", "message"], "properties": {"code": text, "message": text}},
        },
    })
}
