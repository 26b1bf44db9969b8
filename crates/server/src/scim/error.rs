//! Refusals in the form of SCIM (RFC 7644, 3.12).

use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
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
    pub(super) detail: String,
    pub(super) retry_after_s: Option<u64>,
}

impl ScimError {
    pub(super) fn new(
        status: StatusCode,
        kind: Option<&'static str>,
        detail: impl Into<String>,
    ) -> ScimError {
        ScimError { status, kind, detail: detail.into(), retry_after_s: None }
    }

    fn bad(kind: &'static str, detail: impl Into<String>) -> ScimError {
        ScimError::new(StatusCode::BAD_REQUEST, Some(kind), detail)
    }

    pub(super) fn syntax(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidSyntax", detail)
    }

    pub(super) fn invalid_value(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidValue", detail)
    }

    pub(super) fn invalid_path(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidPath", detail)
    }

    pub(super) fn invalid_filter(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidFilter", detail)
    }

    pub(super) fn no_target(detail: impl Into<String>) -> ScimError {
        ScimError::bad("noTarget", detail)
    }

    pub(super) fn mutability(detail: impl Into<String>) -> ScimError {
        ScimError::bad("mutability", detail)
    }

    pub(super) fn too_many(detail: impl Into<String>) -> ScimError {
        ScimError::new(StatusCode::PAYLOAD_TOO_LARGE, Some("tooMany"), detail)
    }

    pub(super) fn not_found() -> ScimError {
        ScimError::new(StatusCode::NOT_FOUND, None, "there is no such resource")
    }

    pub(super) fn unauthorized() -> ScimError {
        ScimError::new(
            StatusCode::UNAUTHORIZED,
            None,
            "a token of this environment is needed: Authorization: Bearer …",
        )
    }

    pub(super) fn slow_down(retry_after_s: u64) -> ScimError {
        let detail = format!("too many requests: go on in {retry_after_s} s");
        let error = ScimError::new(StatusCode::TOO_MANY_REQUESTS, None, detail);
        ScimError { retry_after_s: Some(retry_after_s), ..error }
    }

    pub(super) fn of_problem(problem: &Problem, language: Language) -> ScimError {
        let kind = (problem.code == "duplicate").then_some("uniqueness");
        let status = if kind.is_some() { StatusCode::CONFLICT } else { problem.status };
        let status =
            if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status };
        let kind = kind.or_else(|| (status == StatusCode::BAD_REQUEST).then_some("invalidValue"));
        let mut detail = problem.detail.text(language).to_owned();
        for (field, message) in &problem.fields {
            detail.push_str(&format!(" {field}: {}", message.text(language)));
        }
        ScimError { retry_after_s: problem.retry_after_s, ..ScimError::new(status, kind, detail) }
    }

    pub(super) fn of(error: PlatformError, language: Language) -> ScimError {
        match error {
            PlatformError::NotFound => ScimError::not_found(),
            error if error.is_not_found() => ScimError::not_found(),
            PlatformError::Provisioning(ProvisioningError::Taken(why)) => {
                ScimError::new(StatusCode::CONFLICT, Some("uniqueness"), why)
            }
            PlatformError::Provisioning(ProvisioningError::Invalid(why)) => ScimError::invalid_value(why),
            // The reason is for whoever reads the directory's own log.
            PlatformError::Refused { message } => {
                ScimError::new(StatusCode::FORBIDDEN, None, message.text(language))
            }
            error => ScimError::of_problem(&Problem::from(error), language),
        }
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": self.detail,
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
