//! Signing in by an identity provider: `/providers`.

use std::error::Error;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use platform::PlatformError;
use platform::outgoing::OutgoingError;
use platform::provider_sign_in::{BEGUN_FOR, CameBack};
use platform::providers::ProviderError;
use serde_json::{Value, json};

use crate::body::json_object;
use crate::cookies::{BEGUN, cookie, set_cookie};
use crate::cx::Cx;
use crate::data::parameters::parameter;
use crate::health::named;
use crate::origin::{origin, own_origin};
use crate::problem::Problem;
use crate::session::{Whence, private, set_sign_in_cookies};
use crate::state::AppState;

/// The providers that speak for addresses of `?domain=`.
pub(crate) async fn provider_list(cx: Cx, RawQuery(query): RawQuery) -> Response {
    let platform = cx.state.platform.clone();
    let list = cx.run(move || {
        let domain = parameter(query.as_deref(), "domain").unwrap_or_default();
        let providers = platform.providers_for(&domain)?;
        let value: Vec<Value> = providers
            .iter()
            .map(|one| json!({ "code": one.code, "name": one.name, "protocol": one.protocol.tag() }))
            .collect();
        Ok(json!({ "value": value }))
    });
    named("/providers", list.await.map(|view| (private(), Json(view))).into_response())
}

/// Begins: `{to}`. Answers where the browser goes.
pub(crate) async fn provider_begin(
    State(state): State<AppState>,
    Path(code): Path<String>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let begun = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let to = sent.get("to").and_then(Value::as_str).filter(|to| is_ours(to)).map(str::to_owned);
        let redirect = address(&state, &parts.headers, &code).await?;
        let platform = state.platform.clone();
        let begin = state.outgoing.run(move || {
            let begun = platform.provider_begin(&code, &redirect, to.as_deref());
            if let Err(error @ PlatformError::Provider(_)) = &begun {
                tracing::warn!(
                    error = error as &dyn Error,
                    provider.code = code,
                    "a provider cannot be asked"
                );
            }
            Ok(begun?)
        });
        begin.await
    };
    let response = match begun.await {
        Ok(begun) => {
            let mut response = (private(), Json(json!({ "url": begun.url }))).into_response();
            let age_s = BEGUN_FOR.as_secs();
            set_cookie(&mut response, BEGUN, &begun.kept, age_s, state.config.secure);
            response
        }
        Err(problem) => problem.into_response(),
    };
    named("/providers/{provider}/begin", response)
}

/// Ends: the browser comes back from its provider, and goes on to where the person wanted, or to signing in with why not.
pub(crate) async fn provider_end(
    cx: Cx,
    State(state): State<AppState>,
    Path(code): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let given = |name: &str| parameter(query.as_deref(), name);
    let back =
        CameBack { code: given("code"), state: given("state"), issuer: given("iss"), error: given("error") };
    let (kept, whence) =
        (cookie(&headers, BEGUN, state.config.secure).map(str::to_owned), Whence::of(&cx, &headers));
    let platform = state.platform.clone();
    let ended = state.outgoing.run(move || {
        let ended = platform.provider_end(&code, kept.as_deref(), &back, &whence.visitor());
        if let Err(error) = &ended {
            let (error, address) = (error as &dyn Error, whence.visitor().address);
            tracing::warn!(error, provider.code = code, client.address = %address, "sign-in by a provider refused");
        }
        Ok(ended)
    });
    let mut response = match ended.await {
        Ok(Ok((signed_in, to))) => {
            let mut response = onwards(to.as_deref().filter(|to| is_ours(to)).unwrap_or("/"));
            set_sign_in_cookies(&mut response, &signed_in, state.config.secure);
            response
        }
        Ok(Err(error)) => onwards(&format!("/sign-in?refused={}", why(&error))),
        Err(_) => onwards("/sign-in?refused=slowed_down"),
    };
    set_cookie(&mut response, BEGUN, "", 0, state.config.secure);
    named("/providers/{provider}/callback", response)
}

/// A path of this application: an address from elsewhere would send people away. Browsers leave control characters out, so that a path with one may
/// be another than it seems.
fn is_ours(to: &str) -> bool {
    to.starts_with('/') && !to.starts_with("//") && !to.contains(|c: char| c == '\\' || c.is_control())
}

/// Where a provider sends browsers back to: where they began, whose cookie tells that they did.
async fn address(state: &AppState, headers: &HeaderMap, code: &str) -> Result<String, Problem> {
    let base = own_origin(state, headers).await?.unwrap_or_else(|| origin(state, headers));
    Ok(format!("{base}/providers/{code}/callback"))
}

/// Why somebody was not let in, as the page to sign in says it.
fn why(error: &PlatformError) -> &'static str {
    match error {
        PlatformError::Provider(error) => match error {
            ProviderError::NotBegun => "not_begun",
            ProviderError::Denied(_) => "denied",
            ProviderError::Unverified => "unverified",
            ProviderError::NotTheirs => "not_theirs",
            ProviderError::NoGroup => "no_group",
            ProviderError::Outgoing(OutgoingError::Failed { .. } | OutgoingError::Busy { .. }) => {
                "unreachable"
            }
            ProviderError::Invalid(_) | ProviderError::Outgoing(_) => "failed",
        },
        PlatformError::WrongCredentials => "inactive",
        PlatformError::Throttled { .. } => "slowed_down",
        // What their groups give cannot be given: nobody more is included, or the environment has no such profile.
        PlatformError::Refused { .. } => "no_room",
        _ => "failed",
    }
}

fn onwards(to: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, private()).into_response();
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_within_the_application_only() {
        for ours in ["/", "/e/acme/accounts?search=a%20b#x", "/e/acme//accounts"] {
            assert!(is_ours(ours), "{ours}");
        }
        for theirs in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            "evil.example",
        ] {
            assert!(!is_ours(theirs), "{theirs:?}");
        }
    }
}
