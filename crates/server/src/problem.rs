//! Errors on the wire: RFC 9457 problem details, with what `docs/api.md` adds.

use std::error::Error;

use axum::http::header::{self, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
use dictionary::label::Label;
use engine::FieldProblem;
use serde_json::{Map, Value, json};

use crate::data::methods::Methods;

/// Addresses of kinds of problems begin like this.
const TYPES: &str = "https://tisserand.dev/problems/";

/// Member of what says that an environment has another name: the name.
const ENVIRONMENT: &str = "environment";

/// What went wrong, before the language of the reader and the id of the request are known.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: Label,
    /// By field, `lines[2].quantity` style.
    pub(crate) fields: Vec<(String, Label)>,
    /// Members beside the usual ones.
    pub(crate) extra: Map<String, Value>,
    pub(crate) retry_after_s: Option<u64>,
    /// Methods that the address takes, where another was tried.
    pub(crate) allow: Option<Methods>,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        fr: impl AsRef<str>,
        en: impl AsRef<str>,
    ) -> Problem {
        Problem {
            status,
            code,
            detail: Label::new(fr.as_ref(), en.as_ref()),
            fields: Vec::new(),
            extra: Map::new(),
            retry_after_s: None,
            allow: None,
        }
    }

    pub(crate) fn not_found() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Cela n'existe pas, ou ne vous est pas ouvert.",
            "This does not exist, or is not open to you.",
        )
    }

    /// The environment has another name now: the same request goes there.
    pub(crate) fn moved(environment: &str) -> Problem {
        Problem::new(
            StatusCode::PERMANENT_REDIRECT,
            "moved",
            format!("Cet environnement s'appelle maintenant « {environment} » : changez l'adresse."),
            format!("This environment is called “{environment}” now: change the address."),
        )
        .with(ENVIRONMENT, json!(environment))
    }

    /// The address at which a request for an environment that has another name now goes on.
    pub(crate) fn location(&self, asked: &Uri) -> Option<HeaderValue> {
        if self.status != StatusCode::PERMANENT_REDIRECT {
            return None;
        }
        let name = self.extra.get(ENVIRONMENT)?.as_str()?;
        let mut parts: Vec<&str> = asked.path().splitn(4, '/').collect();
        *parts.get_mut(2)? = name;
        let query = asked.query().map(|query| format!("?{query}")).unwrap_or_default();
        HeaderValue::try_from(format!("{}{query}", parts.join("/"))).ok()
    }

    /// Somebody who looks as another tried to change something.
    pub(crate) fn viewed(name: &str) -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "viewed",
            format!(
                "Vous regardez comme {name} : rien ne peut être changé, ni emporté. Revenez d'abord à vous-même."
            ),
            format!(
                "You are looking as {name}: nothing can be changed, or taken away. Go back to yourself first."
            ),
        )
    }

    /// The page was opened by somebody who was another then.
    pub(crate) fn view_changed() -> Problem {
        Problem::new(
            StatusCode::CONFLICT,
            "view_changed",
            "Vous ne regardez plus cet environnement comme à l'ouverture de cette page : rechargez-la.",
            "You no longer look at this environment as you did when this page was opened: reload it.",
        )
    }

    /// A page of another site made the browser ask.
    pub(crate) fn of_another_site() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "other_site",
            "Un autre site a demandé cela : ouvrez-le depuis Tisserand.",
            "Another site asked for this: open it from Tisserand.",
        )
    }

    pub(crate) fn bad_request(fr: impl AsRef<str>, en: impl AsRef<str>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad_request", fr, en)
    }

    /// A field of what was sent is refused: `422`, with its name.
    pub(crate) fn of_field(field: &str, code: &'static str, fr: &str, en: &str) -> Problem {
        Problem::from(FieldProblem { field: field.to_owned(), code, message: Label::new(fr, en) })
    }

    pub(crate) fn unsupported_media_type(fr: &str, en: &str) -> Problem {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", fr, en)
    }

    pub(crate) fn sign_in_needed() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "sign_in_needed",
            "Connectez-vous pour continuer.",
            "Sign in to go on.",
        )
    }

    pub(crate) fn too_large(bytes_max: u64) -> Problem {
        let (fr, en) = if bytes_max >= 1 << 20 {
            (format!("{} Mio", bytes_max >> 20), format!("{} MiB", bytes_max >> 20))
        } else {
            (format!("{bytes_max} octets"), format!("{bytes_max} bytes"))
        };
        let mut problem = Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("L'envoi dépasse la limite de {fr}."),
            format!("What was sent is over the limit of {en}."),
        );
        problem.extra.insert("bytes_max".to_owned(), json!(bytes_max));
        problem
    }

    pub(crate) fn too_many(retry_after_s: u64) -> Problem {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many",
            format!("Trop de demandes ; réessayez dans {retry_after_s} s."),
            format!("Too many requests; try again in {retry_after_s} s."),
        )
        .retry_after(retry_after_s)
    }

    pub(crate) fn timeout() -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            "La demande a pris trop de temps et a été arrêtée ; rien n'a changé. Demandez-en moins, ou filtrez davantage.",
            "The request took too long and was stopped; nothing changed. Ask for less, or filter more.",
        )
        .retry_after(5)
    }

    /// What the environment holds is on its way to another place.
    pub(crate) fn moving() -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "moving",
            "L'environnement change de place : on peut y lire, rien n'y est écrit pendant quelques secondes. Rien n'est perdu : recommencez.",
            "The environment is being moved: it can be read, and nothing is written for some seconds. Nothing is lost: do it again.",
        )
        .retry_after(3)
    }

    pub(crate) fn method_not_allowed(allow: Option<Methods>) -> Problem {
        let problem = Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "bad_request",
            "Cette adresse n'accepte pas cette méthode.",
            "This address does not take this method.",
        );
        Problem { allow, ..problem }
    }

    /// A failure of ours: the whole chain goes to the log, once, and nothing of it to the client.
    pub(crate) fn internal(error: &dyn Error) -> Problem {
        tracing::error!(error = %chain(error), "request failed");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Une erreur est survenue de notre côté ; rien n'a été enregistré à moitié. Donnez l'identifiant de la demande à votre support.",
            "Something failed on our side; nothing was half saved. Give the request's id to your support.",
        )
    }

    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, member: &str, value: Value) -> Problem {
        self.extra.insert(member.to_owned(), value);
        self
    }

    /// The body, as JSON, in the reader's language.
    pub(crate) fn body(&self, language: Language, request_id: &str) -> String {
        let detail = self.detail.text(language);
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("{TYPES}{}", self.code)));
        body.insert("title".to_owned(), json!(title(self.code).text(language)));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("detail".to_owned(), json!(detail));
        if !self.fields.is_empty() {
            let mut fields: Map<String, Value> = Map::new();
            for (field, message) in &self.fields {
                let message = message.text(language);
                match fields.get_mut(field) {
                    Some(Value::String(known)) => *known = format!("{known} {message}"),
                    _ => {
                        fields.insert(field.clone(), json!(message));
                    }
                }
            }
            body.insert("fields".to_owned(), Value::Object(fields));
        }
        body.extend(self.extra.clone());
        body.insert("request_id".to_owned(), json!(request_id));
        body.insert("error".to_owned(), json!({"code": self.code, "message": detail}));
        Value::Object(body).to_string()
    }

    /// The response in the reader's language.
    pub(crate) fn render(&self, language: Language, request_id: &str) -> Response {
        let mut response = (self.status, self.body(language, request_id)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow.text()));
        }
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read, so nothing else can come over this connection.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // Spreadsheets ask for a token as the password only when told so. Browsers' own dialogue is kept away by the web application,
            // which never lets a request of its own end here without a session.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Tisserand\""));
        }
        response
    }
}

/// Carried unrendered to the layer that knows the language and the id of the request.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Box::new(self));
        response
    }
}

/// An error and its causes, on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn title(code: &str) -> Label {
    let (fr, en) = match code {
        "sign_in_needed" => ("Connexion nécessaire", "Sign-in needed"),
        "wrong_credentials" => ("Identifiants refusés", "Credentials refused"),
        "forbidden" => ("Non autorisé", "Not allowed"),
        "csrf" => ("Demande d'origine incertaine", "Request of uncertain origin"),
        "not_found" => ("Introuvable", "Not found"),
        "moved" => ("Changé d'adresse", "Moved"),
        "idempotency_key_reused" => ("Clé déjà utilisée", "Key used before"),
        "failed_dependency" | "not_executed" => ("Non exécuté", "Not executed"),
        "condition_failed" => ("Condition non remplie", "Condition not met"),
        "not_acceptable" => ("Format non servi", "Format not served"),
        "unsupported_media_type" => ("Format non accepté", "Format not taken"),
        "expired" => ("Trop ancien", "Too old"),
        "conflict" => ("Pas maintenant", "Not now"),
        "stale" => ("Modifié entre-temps", "Changed meanwhile"),
        "validation" => ("Données à corriger", "Data to correct"),
        "unknown_field" => ("Champ inconnu", "Unknown field"),
        "duplicate" => ("Existe déjà", "Exists already"),
        "transition" => ("Passage refusé", "Transition refused"),
        "referenced" => ("Utilisé ailleurs", "Used elsewhere"),
        "too_large" => ("Trop volumineux", "Too large"),
        "too_many" => ("Trop de demandes", "Too many requests"),
        "timeout" => ("Trop long", "Took too long"),
        "moving" => ("En déménagement", "Being moved"),
        "storage_full" => ("Disque plein", "Storage full"),
        "over_quota" => ("Abonnement atteint", "Subscription used up"),
        "internal" => ("Erreur interne", "Internal error"),
        _ => ("Demande mal formée", "Malformed request"),
    };
    Label::new(fr, en)
}
