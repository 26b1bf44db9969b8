//! Refusals in the form of SCIM (RFC 7644, 3.12).

use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::{Label, Language};
use platform::PlatformError;
use platform::provisioning::ProvisioningError;
use serde_json::json;

use crate::problem::Problem;

/// A refusal.
#[derive(Debug, Clone)]
pub(super) struct ScimError {
    pub(super) status: StatusCode,
    /// `scimType`.
    pub(super) kind: Option<&'static str>,
    pub(super) detail: Label,
    /// Of the detail.
    pub(super) language: Language,
    pub(super) retry_after_s: Option<u64>,
}

impl ScimError {
    pub(super) fn new(status: StatusCode, kind: Option<&'static str>, detail: Label) -> ScimError {
        ScimError { status, kind, detail, language: Language::default(), retry_after_s: None }
    }

    fn bad(kind: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::new(StatusCode::BAD_REQUEST, Some(kind), Label::new(fr.as_ref(), en.as_ref()))
    }

    pub(super) fn syntax(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::bad("invalidSyntax", fr, en)
    }

    pub(super) fn invalid_value(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::bad("invalidValue", fr, en)
    }

    pub(super) fn invalid_path(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::bad("invalidPath", fr, en)
    }

    pub(super) fn invalid_filter(why: Label) -> ScimError {
        ScimError::new(StatusCode::BAD_REQUEST, Some("invalidFilter"), why)
    }

    pub(super) fn no_target(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::bad("noTarget", fr, en)
    }

    pub(super) fn mutability(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        ScimError::bad("mutability", fr, en)
    }

    pub(super) fn too_many(fr: impl AsRef<str>, en: impl AsRef<str>) -> ScimError {
        let detail = Label::new(fr.as_ref(), en.as_ref());
        ScimError::new(StatusCode::PAYLOAD_TOO_LARGE, Some("tooMany"), detail)
    }

    pub(super) fn needed(attribute: &str) -> ScimError {
        ScimError::invalid_value(format!("il manque {attribute}"), format!("{attribute} is needed"))
    }

    pub(super) fn wrong_type(attribute: &str) -> ScimError {
        ScimError::invalid_value(
            format!("{attribute} n'est pas du bon type"),
            format!("{attribute} is of another type"),
        )
    }

    pub(super) fn not_found() -> ScimError {
        let detail = Label::new("il n'y a pas de telle ressource", "there is no such resource");
        ScimError::new(StatusCode::NOT_FOUND, None, detail)
    }

    pub(super) fn unauthorized() -> ScimError {
        let detail = Label::new(
            "il faut un jeton de cet environnement : Authorization: Bearer …",
            "a token of this environment is needed: Authorization: Bearer …",
        );
        ScimError::new(StatusCode::UNAUTHORIZED, None, detail)
    }

    pub(super) fn slow_down(retry_after_s: u64) -> ScimError {
        let detail = Label::new(
            &format!("trop de demandes : continuez dans {retry_after_s} s"),
            &format!("too many requests: go on in {retry_after_s} s"),
        );
        let error = ScimError::new(StatusCode::TOO_MANY_REQUESTS, None, detail);
        ScimError { retry_after_s: Some(retry_after_s), ..error }
    }

    /// In the words of that language.
    pub(super) fn told_in(self, language: Language) -> ScimError {
        ScimError { language, ..self }
    }

    pub(super) fn of_problem(problem: &Problem) -> ScimError {
        let kind = (problem.code == "duplicate").then_some("uniqueness");
        let status = if kind.is_some() { StatusCode::CONFLICT } else { problem.status };
        let status =
            if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status };
        let kind = kind.or_else(|| (status == StatusCode::BAD_REQUEST).then_some("invalidValue"));
        let told = |language| {
            let mut detail = problem.detail.text(language).to_owned();
            for (field, message) in &problem.fields {
                detail.push_str(&format!(" {field}: {}", message.text(language)));
            }
            detail
        };
        let detail = Label::new(&told(Language::Fr), &told(Language::En));
        ScimError { retry_after_s: problem.retry_after_s, ..ScimError::new(status, kind, detail) }
    }

    pub(super) fn of(error: PlatformError) -> ScimError {
        match error {
            PlatformError::NotFound => ScimError::not_found(),
            error if error.is_not_found() => ScimError::not_found(),
            PlatformError::Provisioning(ProvisioningError::Taken(why)) => {
                ScimError::new(StatusCode::CONFLICT, Some("uniqueness"), why)
            }
            PlatformError::Provisioning(ProvisioningError::Invalid(why)) => {
                ScimError::new(StatusCode::BAD_REQUEST, Some("invalidValue"), why)
            }
            // The reason is for whoever reads the directory's own log.
            PlatformError::Refused { message } => ScimError::new(StatusCode::FORBIDDEN, None, message),
            error => ScimError::of_problem(&Problem::from(error)),
        }
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": self.detail.text(self.language),
        });
        if let Some(kind) = self.kind {
            body["scimType"] = json!(kind);
        }
        let mut response = (self.status, super::scim_json(), body.to_string()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
