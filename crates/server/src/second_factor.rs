//! One's own second factor: `/session/second_factor`; and the devices one is known by: `/devices`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use platform::{Identity, Platform, Visitor};
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::{Value, json};

use crate::body::json_object;
use crate::cx::Cx;
use crate::health::named;
use crate::problem::Problem;
use crate::session::{Whence, private, text};
use crate::sign_ins::session_of;
use crate::state::AppState;

/// How it stands: since when, how many recovery codes are left.
pub(crate) async fn second_factor_show(cx: Cx) -> Response {
    let shown = cx.as_person(|platform, identity| {
        session_of(&identity)?;
        let state = platform.second_factor(&identity.user)?;
        Ok(json!({ "since": state.since, "recovery_left": state.recovery_left }))
    });
    named("/session/second_factor", shown.await.map(|view| (private(), Json(view))).into_response())
}

/// Begins to add one: `{password}`. Answers the secret, in words for an application and as a picture to scan, this once.
pub(crate) async fn second_factor_begin(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let begun = with(cx, state, request, "password", |platform, identity, password, visitor| {
        let enrolment = platform.second_factor_begin(identity, password, visitor)?;
        let qr = picture(&enrolment.uri)?;
        Ok(json!({ "secret": enrolment.secret, "uri": enrolment.uri, "qr": qr }))
    });
    answer("/session/second_factor", begun.await)
}

/// Ends adding it: `{code}`. Answers the recovery codes, this once.
pub(crate) async fn second_factor_confirm(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let done = with(cx, state, request, "code", |platform, identity, code, visitor| {
        Ok(json!({ "recovery_codes": platform.second_factor_confirm(identity, code, visitor)? }))
    });
    answer("/session/second_factor/confirm", done.await)
}

/// Makes other recovery codes: `{code}`.
pub(crate) async fn recovery_codes_renew(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let done = with(cx, state, request, "code", |platform, identity, code, visitor| {
        Ok(json!({ "recovery_codes": platform.recovery_codes_renew(identity, code, visitor)? }))
    });
    answer("/session/second_factor/recovery_codes", done.await)
}

/// Removes it: `{code}`.
pub(crate) async fn second_factor_remove(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let done = with(cx, state, request, "code", |platform, identity, code, visitor| {
        platform.second_factor_remove(identity, code, visitor)?;
        Ok(json!({ "since": null, "recovery_left": 0 }))
    });
    answer("/session/second_factor/remove", done.await)
}

/// The browsers one is known by, last used first.
pub(crate) async fn device_list(cx: Cx, headers: HeaderMap) -> Response {
    let whence = Whence::of(&cx, &headers);
    let list = cx.as_person(move |platform, identity| {
        session_of(&identity)?;
        let devices = platform.devices_of(identity.user.id, &whence.visitor())?;
        let value: Vec<Value> = devices
            .iter()
            .map(|device| {
                json!({
                    "id": device.id, "device": device.name, "address": device.address, "seen_at": device.seen,
                    "trusted_until": device.trusted_until, "current": device.is_this,
                })
            })
            .collect();
        Ok(json!({ "value": value }))
    });
    named("/devices", list.await.map(|view| (private(), Json(view))).into_response())
}

/// Forgets one.
pub(crate) async fn device_forget(cx: Cx, Path(id): Path<String>) -> Response {
    let forgotten = cx.as_person(move |platform, identity| {
        session_of(&identity)?;
        let id = RecordId::parse(&id).ok_or_else(Problem::not_found)?;
        Ok(platform.device_forget(identity.user.id, id)?)
    });
    named("/devices/{id}", forgotten.await.map(|()| StatusCode::NO_CONTENT).into_response())
}

/// Runs what takes one secret text of the body, in the turns of those who sign in.
async fn with(
    cx: Cx,
    state: AppState,
    request: Request<Body>,
    field: &'static str,
    work: impl FnOnce(&Platform, &Identity, &str, &Visitor<'_>) -> Result<Value, Problem> + Send + 'static,
) -> Result<Value, Problem> {
    let (parts, body) = request.into_parts();
    let sent = json_object(body, &parts.headers, &state.config).await?;
    let whence = Whence::of(&cx, &parts.headers);
    let turns = state.turns_of_own_password(&cx).await?;
    let doing = turns.run(move || {
        let identity = cx.identity()?;
        session_of(&identity)?;
        work(&cx.state.platform, &identity, &text(&sent, field)?, &whence.visitor())
    });
    doing.await
}

fn answer(route: &'static str, done: Result<Value, Problem>) -> Response {
    named(route, done.map(|view| (private(), Json(view))).into_response())
}

/// A picture of an address, as applications scan it.
fn picture(uri: &str) -> Result<String, Problem> {
    let code = QrCode::new(uri.as_bytes()).map_err(|error| Problem::internal(&error))?;
    Ok(code.render::<svg::Color>().min_dimensions(220, 220).quiet_zone(true).build())
}
