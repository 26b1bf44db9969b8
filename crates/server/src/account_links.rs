//! Choosing a password by a link that came by e-mail: `/session/forgotten`, `/session/link`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::body::json_object;
use crate::cx::Cx;
use crate::health::named;
use crate::problem::Problem;
use crate::session::{Whence, private, text};
use crate::state::AppState;

/// Sends a link to whoever has that address: `{email}`. The answer, and how long it takes, are the same whether anybody has it.
///
/// `429` with `Retry-After` when a place asks too often; `409` where no e-mail is sent.
pub(crate) async fn password_forgotten(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let asked = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let email = text(&sent, "email")?;
        if !state.platform.sends_mail() {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "conflict",
                "Cette plateforme n'envoie pas d'e-mails : demandez un mot de passe à votre administrateur.",
                "This platform sends no e-mails: ask your administrator for a password.",
            ));
        }
        let whence = Whence::of(&cx, &parts.headers);
        state.platform.reset_allowed(&whence.visitor())?;
        // Beside the answer: whether there is anybody to write to, no clock tells.
        let (platform, calls) = (state.platform.clone(), state.calls.clone());
        drop(tokio::spawn(async move {
            let asking = calls.run(move || Ok(platform.reset_ask(&email, &whence.visitor())?));
            if let Err(problem) = asking.await {
                tracing::warn!(problem.code = problem.code, "a link that was asked for could not be sent");
            }
        }));
        Ok((StatusCode::NO_CONTENT, private()))
    };
    named("/session/forgotten", asked.await.into_response())
}

/// What a link is for: `{link}`.
///
/// `410 link_over`.
pub(crate) async fn link_show(cx: Cx, State(state): State<AppState>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let shown = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let caller = cx.clone();
        let showing = cx.run(move || {
            let shown = caller.state.platform.link_show(&text(&sent, "link")?)?;
            Ok(json!({
                "purpose": shown.purpose.tag(),
                "name": shown.user.name,
                "email": shown.user.email,
                "language": shown.user.language.code(),
                "environment": shown.environment,
                "expires_at": shown.expires,
            }))
        });
        showing.await
    };
    named("/session/link", shown.await.map(|view| (private(), Json(view))).into_response())
}

/// Chooses a password by a link: `{link, password}`. Signing in follows, as always: a second factor is asked there.
///
/// `410 link_over`; `422` with `fields.password`.
pub(crate) async fn link_use(cx: Cx, State(state): State<AppState>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let used = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let whence = Whence::of(&cx, &parts.headers);
        let platform = state.platform.clone();
        // In the turns of those who sign in: it is as slow.
        let using = state.sign_ins.run(move || {
            let (link, password) = (text(&sent, "link")?, text(&sent, "password")?);
            platform.link_use(&link, &password, &whence.visitor())?;
            Ok((StatusCode::NO_CONTENT, private()))
        });
        using.await
    };
    named("/session/link/password", used.await.into_response())
}
