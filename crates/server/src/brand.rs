//! What an environment shows of whose it is: its name and its logo, to whoever comes by its own host name before they sign in, and on its screens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::uri::Authority;
use axum::response::Response;
use platform::EnvironmentInfo;
use serde_json::{Value, json};

use crate::cx::Cx;
use crate::data::Asked;
use crate::data::files::send_logo;
use crate::problem::Problem;
use crate::state::AppState;

/// `GET /brand`: the name and the hash of the logo of the environment whose own host name the request came by; both `null` at any other.
pub(crate) async fn brand_show(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let info = of_host(&state, &headers).await?;
    let logo = info.as_ref().and_then(|info| info.logo.as_ref()).map(|logo| logo.hash.clone());
    Ok(Json(json!({"name": info.map(|info| info.label.clone()), "logo": logo})))
}

/// `GET /brand/logo`: that logo; not found where there is none.
pub(crate) async fn brand_logo_show(cx: Cx, headers: HeaderMap) -> Result<Response, Problem> {
    let info = of_host(&cx.state, &headers).await?.ok_or_else(Problem::not_found)?;
    send_logo(cx, &info, &headers)
}

/// `GET /data/{env}/$logo`: the logo of an environment that one may enter.
pub(crate) async fn logo_show(asked: Asked) -> Result<Response, Problem> {
    let (state, name) = (asked.cx.state.clone(), asked.environment.clone());
    let find = move |_: &platform::Entered| Ok(state.platform.environment_info(&name)?);
    let info = asked.cx.in_environment(&asked.environment, find).await?;
    send_logo(asked.cx.clone(), &info, &asked.headers)
}

/// The environment whose own host name a request came by.
pub(crate) async fn of_host(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<Arc<EnvironmentInfo>>, Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let Some(host) = host.map(|host| host.host().to_ascii_lowercase()) else { return Ok(None) };
    let platform = state.platform.clone();
    let find = move || match platform.environment_of_host(&host)? {
        Some(name) => Ok(Some(platform.environment_info(&name)?)),
        None => Ok(None),
    };
    state.reads.run(find).await
}
