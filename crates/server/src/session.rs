//! Signing in and out.

use std::net::IpAddr;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
use platform::{Door, Identity, Platform, Proof, SignedIn, Visitor};
use serde_json::{Map, Value, json};

use crate::body::json_object;
use crate::cookies::{DEVICE, SESSION, TRUSTED, cookie, set_cookie};
use crate::cx::{Credentials, Cx};
use crate::health::named;
use crate::problem::Problem;
use crate::state::AppState;

const ROUTE: &str = "/session";

/// Signs in with an e-mail address and a password, and sets the cookies.
///
/// `401 wrong_credentials`, `401 code_needed`; `422` with a wrong `code`; `429` with `Retry-After` after too many wrong passwords.
pub(crate) async fn session_create(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let signed_in = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let (email, password) = (text(&sent, "email")?, text(&sent, "password")?);
        let code = sent.get("code").and_then(Value::as_str).map(str::to_owned);
        let trust = sent.get("trust").and_then(Value::as_bool).unwrap_or(false);
        let from = Whence::of(&cx, &parts.headers);
        let caller = cx.clone();
        let turns = state.turns_of_password(email.clone()).await?;
        let signing_in = turns.run(move || {
            let platform = &caller.state.platform;
            let proof = Proof { code: code.as_deref(), trust };
            let signed_in = platform.sign_in(&email, &password, &proof, &from.visitor())?;
            shown(&caller, signed_in)
        });
        signing_in.await
    };
    let response = signed_in.await.map(|signed_in| signed_in_answer(&signed_in, state.config.secure));
    named(ROUTE, response.into_response())
}

/// Who is signed in, and where they may go.
pub(crate) async fn session_show(cx: Cx) -> Response {
    let view = cx.as_person(|platform, identity| session_view(platform, &identity)).await;
    named(ROUTE, view.map(|view| (private(), Json(view))).into_response())
}

/// Changes preferences of the person.
pub(crate) async fn session_change(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let changed = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        cx.as_person(move |platform, mut identity| {
            if let Some(name) = platform.viewed_name(&identity)? {
                return Err(Problem::viewed(&name));
            }
            if let Some(unknown) = sent.keys().find(|key| *key != "language") {
                return Err(Problem::of_field(
                    unknown,
                    "unknown_field",
                    "Cette préférence n'existe pas.",
                    "There is no such preference.",
                ));
            }
            let code = text(&sent, "language")?;
            let language =
                Language::from_code(&code).filter(|language| language.code() == code).ok_or_else(|| {
                    Problem::of_field(
                        "language",
                        "unknown_tag",
                        "Les langues sont fr et en.",
                        "The languages are fr and en.",
                    )
                })?;
            identity.user = platform.user_set_language(identity.user.id, language)?;
            session_view(platform, &identity)
        })
        .await
    };
    named(ROUTE, changed.await.map(|view| (private(), Json(view))).into_response())
}

/// Signs out. Answers 204 even without a session: there is none afterwards either way.
pub(crate) async fn session_delete(cx: Cx, State(state): State<AppState>) -> Response {
    let ended = match cx.credentials.clone() {
        Credentials::Session(secret) => {
            let ended = cx.as_person(move |platform, _| Ok(platform.session_end(&secret)?)).await;
            match ended {
                Err(problem) if problem.code == "sign_in_needed" => Ok(()),
                other => other,
            }
        }
        Credentials::None | Credentials::Token(_) => Ok(()),
    };
    let response = match ended {
        Ok(()) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            set_cookie(&mut response, SESSION, "", 0, state.config.secure);
            response
        }
        Err(problem) => problem.into_response(),
    };
    named(ROUTE, response)
}

/// A sign-in, and the session as it is shown to whoever signed in, in their language from here on.
pub(crate) fn shown(cx: &Cx, signed_in: SignedIn) -> Result<(SignedIn, Value), Problem> {
    cx.info.set_language(signed_in.identity.user.language);
    let view = session_view(&cx.state.platform, &signed_in.identity)?;
    Ok((signed_in, view))
}

/// The answer to who signed in, with what their browser keeps of it.
pub(crate) fn signed_in_answer((signed_in, view): &(SignedIn, Value), secure: bool) -> Response {
    let mut response = (private(), Json(view)).into_response();
    set_sign_in_cookies(&mut response, signed_in, secure);
    response
}

/// What a browser keeps of a sign-in.
pub(crate) fn set_sign_in_cookies(response: &mut Response, signed_in: &SignedIn, secure: bool) {
    // The session ends before, unless it is used: the server knows when.
    let age_s = platform::sessions::LONGEST.as_secs();
    set_cookie(response, SESSION, &signed_in.secret, age_s, secure);
    let age_s = platform::devices::REMEMBERED.as_secs();
    set_cookie(response, DEVICE, &signed_in.device, age_s, secure);
    if let Some(trusted) = &signed_in.trusted {
        let age_s = platform::second_factor::TRUSTED_FOR.as_secs();
        set_cookie(response, TRUSTED, trusted, age_s, secure);
    }
}

/// Where a request comes from, as far as it tells.
pub(crate) struct Whence {
    address: IpAddr,
    agent: Option<String>,
    session: Option<String>,
    device: Option<String>,
    trusted: Option<String>,
}

impl Whence {
    pub(crate) fn of(cx: &Cx, headers: &HeaderMap) -> Whence {
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let kept = |name| cookie(headers, name, cx.state.config.secure).map(str::to_owned);
        Whence {
            address: cx.info.address,
            agent: agent.map(str::to_owned),
            session: kept(SESSION),
            device: kept(DEVICE),
            trusted: kept(TRUSTED),
        }
    }

    pub(crate) fn visitor(&self) -> Visitor<'_> {
        Visitor {
            address: self.address,
            user_agent: self.agent.as_deref(),
            session: self.session.as_deref(),
            device: self.device.as_deref(),
            trusted: self.trusted.as_deref(),
        }
    }
}

pub(crate) fn session_view(platform: &Platform, identity: &Identity) -> Result<Value, Problem> {
    let environments = platform.environments_of(identity)?;
    let environments: Vec<Value> = environments
        .iter()
        .map(|(info, held)| {
            let former = platform.former_names(info)?;
            Ok(json!({
                "name": info.name,
                "former": former,
                "label": info.label,
                "kind": info.kind,
                "client": info.client,
                "profiles": held.profiles(),
                "read_only": held.is_read_only(),
                "to_settle": identity.lacks_factor(info).then_some("second_factor"),
            }))
        })
        .collect::<Result<_, Problem>>()?;
    let csrf = match &identity.door {
        Door::Session { csrf, .. } => Some(csrf),
        Door::Token { .. } => None,
    };
    Ok(json!({
        "user": {
            "id": identity.user.id,
            "name": identity.user.name,
            "email": identity.user.email,
            "language": identity.user.language.code(),
            "second_factor": identity.user.second_factor.is_some(),
        },
        "csrf": csrf,
        "to_settle": identity.must_choose_password().then_some("password"),
        "environments": environments,
    }))
}

pub(crate) fn text(sent: &Map<String, Value>, field: &str) -> Result<String, Problem> {
    match sent.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(Problem::of_field(field, "required", "Ce champ est nécessaire.", "This field is needed.")),
    }
}

/// Answers about a person are nobody else's.
pub(crate) fn private() -> HeaderMap {
    HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))])
}
