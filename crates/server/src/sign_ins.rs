//! Where the person is signed in: `/sessions`.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use platform::{Door, Identity, SignIn, user_agent};
use serde_json::{Value, json};

use crate::cx::Cx;
use crate::health::named;
use crate::problem::Problem;
use crate::session::private;

/// The person's sessions, last used first; the one that asks is `current`.
pub(crate) async fn sign_in_list(cx: Cx) -> Response {
    let list = cx.as_person(|platform, identity| {
        let current = session_of(&identity)?;
        let sessions = platform.sessions_of(identity.user.id)?;
        let value: Vec<Value> = sessions.iter().map(|session| view(session, current)).collect();
        Ok(json!({ "value": value }))
    });
    named("/sessions", list.await.map(|view| (private(), Json(view))).into_response())
}

/// Signs the person out everywhere else; answers what is left.
pub(crate) async fn sign_ins_end(cx: Cx) -> Response {
    let ended = cx.as_person(|platform, identity| {
        platform.sessions_end_others(identity.user.id, session_of(&identity)?)?;
        Ok(())
    });
    named("/sessions", ended.await.map(|()| StatusCode::NO_CONTENT).into_response())
}

/// Signs the person out of one browser.
pub(crate) async fn sign_in_end(cx: Cx, Path(id): Path<String>) -> Response {
    let ended = cx.as_person(move |platform, identity| {
        session_of(&identity)?;
        let id = RecordId::parse(&id).ok_or_else(Problem::not_found)?;
        Ok(platform.session_end_of(identity.user.id, id)?)
    });
    named("/sessions/{id}", ended.await.map(|()| StatusCode::NO_CONTENT).into_response())
}

/// The session that asks. A program's token has no say in where its person is signed in.
pub(crate) fn session_of(identity: &Identity) -> Result<RecordId, Problem> {
    match identity.door {
        Door::Session { id: Some(id), .. } => Ok(id),
        _ => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Un jeton ne voit ni ne ferme les sessions de sa personne : connectez-vous.",
            "A token neither sees nor ends the sessions of its person: sign in.",
        )),
    }
}

fn view(session: &SignIn, current: RecordId) -> Value {
    json!({
        "id": session.id,
        "device": session.user_agent.as_deref().and_then(user_agent::words),
        "user_agent": session.user_agent,
        "address": session.address,
        "created_at": session.created,
        "seen_at": session.seen,
        "expires_at": session.expires,
        "current": session.id == current,
    })
}
