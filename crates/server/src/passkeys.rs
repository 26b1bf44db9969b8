//! Passkeys: one's own, `/session/passkeys`; signing in by one, `/passkeys`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{StatusCode, request};
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use platform::passkeys::{BegunCeremony, GOOD_FOR, Passkey, Site};
use platform::{Identity, Platform, Visitor};
use serde_json::{Map, Value, json};

use crate::body::json_object;
use crate::cookies::{CEREMONY, cookie, set_cookie};
use crate::cx::Cx;
use crate::health::named;
use crate::origin::own_origin;
use crate::problem::Problem;
use crate::session::{Whence, private, shown, signed_in_answer, text};
use crate::sign_ins::session_of;
use crate::state::AppState;

/// One's own passkeys, and the address at which some can be added.
pub(crate) async fn passkey_list(cx: Cx, headers: HeaderMap) -> Response {
    let list = async {
        let origin = site_of(&cx.state, &headers).await?.map(|site| site.origin);
        let list = cx.as_person(move |platform, identity| {
            session_of(&identity)?;
            let keys = platform.passkeys_of(identity.user.id)?;
            Ok(json!({ "value": keys.iter().map(view).collect::<Vec<_>>(), "origin": origin }))
        });
        list.await
    };
    named("/session/passkeys", list.await.map(|view| (private(), Json(view))).into_response())
}

/// Begins to add one: `{password, code}`. Answers what the browser is to be asked for.
pub(crate) async fn passkey_begin(cx: Cx, State(state): State<AppState>, request: Request<Body>) -> Response {
    let begun = with(cx, state, request, |platform, identity, sent, visitor, site| {
        let code = sent.get("code").and_then(Value::as_str);
        let begun = platform.passkey_begin(identity, &text(sent, "password")?, code, &site?, visitor)?;
        Ok(begun_view(&begun))
    });
    named("/session/passkeys/begin", begun.await.map(|view| (private(), Json(view))).into_response())
}

/// Ends adding it: `{ceremony, credential, name}`.
pub(crate) async fn passkey_add(cx: Cx, State(state): State<AppState>, request: Request<Body>) -> Response {
    let added = with(cx, state, request, |platform, identity, sent, visitor, site| {
        let name = sent.get("name").and_then(Value::as_str);
        let (ceremony, answer) = (text(sent, "ceremony")?, credential(sent)?);
        Ok(view(&platform.passkey_add(identity, &ceremony, answer, name, &site?, visitor)?))
    });
    let added = added.await.map(|view| (StatusCode::CREATED, private(), Json(view)));
    named("/session/passkeys", added.into_response())
}

/// Gives one another name: `{name}`.
pub(crate) async fn passkey_rename(
    cx: Cx,
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let renamed = with(cx, state, request, move |platform, identity, sent, _, _| {
        Ok(view(&platform.passkey_rename(identity, id_of(&id)?, &text(sent, "name")?)?))
    });
    named("/session/passkeys/{id}", renamed.await.map(|view| (private(), Json(view))).into_response())
}

/// Removes one: `{password}`.
pub(crate) async fn passkey_remove(
    cx: Cx,
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let removed = with(cx, state, request, move |platform, identity, sent, visitor, _| {
        platform.passkey_remove(identity, id_of(&id)?, &text(sent, "password")?, visitor)?;
        Ok(Value::Null)
    });
    let removed = removed.await.map(|_| StatusCode::NO_CONTENT);
    named("/session/passkeys/{id}/remove", removed.into_response())
}

/// Begins to sign in by one: `{}`. Answers what the browser is to be asked for.
pub(crate) async fn passkey_sign_in_begin(State(state): State<AppState>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let begun = async {
        json_object(body, &parts.headers, &state.config).await?;
        let site = site(&state, &parts).await?;
        let browser = state.platform.passkey_browser(cookie(&parts.headers, CEREMONY, state.config.secure));
        let begun = state.platform.passkey_sign_in_begin(&browser, &site)?;
        Ok::<_, Problem>((browser, begun))
    };
    let response = match begun.await {
        Ok((browser, begun)) => {
            let mut response = (private(), Json(begun_view(&begun))).into_response();
            set_cookie(&mut response, CEREMONY, &browser, GOOD_FOR.as_secs(), state.config.secure);
            response
        }
        Err(problem) => problem.into_response(),
    };
    named("/passkeys/begin", response)
}

/// Signs in by one, and sets the cookies: `{ceremony, credential}`.
pub(crate) async fn passkey_sign_in(
    cx: Cx,
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let signed_in = async {
        let sent = json_object(body, &parts.headers, &state.config).await?;
        let site = site(&state, &parts).await?;
        let browser = cookie(&parts.headers, CEREMONY, state.config.secure).map(str::to_owned);
        let from = Whence::of(&cx, &parts.headers);
        let caller = cx.clone();
        let signing_in = cx.run(move || {
            let platform = &caller.state.platform;
            let (ceremony, answer) = (text(&sent, "ceremony")?, credential(&sent)?);
            let visitor = from.visitor();
            let signed_in =
                platform.passkey_sign_in(browser.as_deref(), &ceremony, answer, &site, &visitor)?;
            shown(&caller, signed_in)
        });
        signing_in.await
    };
    let response = signed_in.await.map(|signed_in| {
        let mut response = signed_in_answer(&signed_in, state.config.secure);
        set_cookie(&mut response, CEREMONY, "", 0, state.config.secure);
        response
    });
    named("/passkeys/sign_in", response.into_response())
}

/// Runs what takes a JSON body of somebody who is signed in, in the turns of those who sign in: passwords are hashed.
async fn with(
    cx: Cx,
    state: AppState,
    request: Request<Body>,
    work: impl FnOnce(
        &Platform,
        &Identity,
        &Map<String, Value>,
        &Visitor<'_>,
        Result<Site, Problem>,
    ) -> Result<Value, Problem>
    + Send
    + 'static,
) -> Result<Value, Problem> {
    let (parts, body) = request.into_parts();
    let sent = json_object(body, &parts.headers, &state.config).await?;
    let (whence, site) = (Whence::of(&cx, &parts.headers), site(&state, &parts).await);
    let turns = state.turns_of_own_password(&cx).await?;
    let doing = turns.run(move || {
        let identity = cx.identity()?;
        session_of(&identity)?;
        work(&cx.state.platform, &identity, &sent, &whence.visitor(), site)
    });
    doing.await
}

/// Where the browser is, at an environment's own host or at the platform's address; `None` where it could make or use no passkey.
async fn site_of(state: &AppState, headers: &HeaderMap) -> Result<Option<Site>, Problem> {
    let own = own_origin(state, headers).await?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    Ok(Site::of(own.as_deref().or(state.config.public.as_deref()), state.config.secure, host))
}

/// Where the browser is; refused where it could make or use no passkey.
async fn site(state: &AppState, parts: &request::Parts) -> Result<Site, Problem> {
    let said = parts.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let site = site_of(state, &parts.headers).await?;
    site.filter(|site| said.is_none_or(|said| said == site.origin)).ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "passkeys_unavailable",
            "Les clés d'accès ne servent pas à cette adresse : il faut l'adresse publique de la plateforme ou celle de votre société, un nom en HTTPS.",
            "Passkeys do not work at this address: it takes the public address of the platform or your company's own, a name with HTTPS.",
        )
    })
}

fn id_of(id: &str) -> Result<RecordId, Problem> {
    RecordId::parse(id).ok_or_else(Problem::not_found)
}

fn credential(sent: &Map<String, Value>) -> Result<&Value, Problem> {
    sent.get("credential").filter(|credential| credential.is_object()).ok_or_else(|| {
        Problem::of_field("credential", "required", "Ce champ est nécessaire.", "This field is needed.")
    })
}

fn begun_view(begun: &BegunCeremony) -> Value {
    json!({ "ceremony": begun.ceremony, "options": begun.options })
}

fn view(key: &Passkey) -> Value {
    json!({ "id": key.id, "name": key.name, "site": key.site, "added_at": key.added, "used_at": key.used })
}
