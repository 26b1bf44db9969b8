//! One's own password: `/session/password`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use crate::body::json_object;
use crate::cx::Cx;
use crate::health::named;
use crate::session::{Whence, private, session_view, text};
use crate::sign_ins::session_of;
use crate::state::AppState;

/// Replaces the person's password: `{present, password}`. Their other sessions end.
///
/// `422` with the field that is wrong; `429` after too many wrong ones.
pub(crate) async fn own_password_change(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let changed = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let whence = Whence::of(&cx, &parts.headers);
        let caller = cx.clone();
        // In the turns of those who sign in: it is as slow.
        let turns = state.turns_of_own_password(&cx).await?;
        let changing = turns.run(move || {
            let platform = &caller.state.platform;
            let identity = caller.identity()?;
            session_of(&identity)?;
            let (present, password) = (text(&sent, "present")?, text(&sent, "password")?);
            platform.password_change(&identity, &present, &password, &whence.visitor())?;
            session_view(platform, &caller.identity()?)
        });
        changing.await
    };
    named("/session/password", changed.await.map(|view| (private(), Json(view))).into_response())
}
