//! Where browsers reach us: scheme, name and port, as they write them.

use axum::http::header::{self, HeaderMap};

use crate::brand;
use crate::problem::Problem;
use crate::state::AppState;

/// Where the platform is reached: its public address, else the one that the request came by.
pub(crate) fn origin(state: &AppState, headers: &HeaderMap) -> String {
    match &state.config.public {
        Some(public) => public.trim_end_matches('/').to_owned(),
        None => came_by(state, headers),
    }
}

/// Where the environment is reached that has a host name of its own, for requests that came by one: who signs in there stays there.
///
/// Errors: the reserved environment cannot be read.
pub(crate) async fn own_origin(state: &AppState, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let own = brand::of_host(state, headers).await?;
    Ok(own.map(|_| came_by(state, headers)))
}

fn came_by(state: &AppState, headers: &HeaderMap) -> String {
    let scheme = if state.config.secure { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}
