//! The context of a request: who asks, through what. Nothing of an environment is reached but through it, and it begins by
//! finding out who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use base64ct::{Base64, Encoding};
use dictionary::Language;
use platform::{Door, Entered, Identity, Platform};

use crate::calls::Calls;
use crate::cookies::{SESSION, cookie};
use crate::problem::Problem;
use crate::request::Info;
use crate::shares::Whose;
use crate::state::AppState;
use crate::turns::Turn;

/// Header that writes made with the cookie carry.
pub(crate) const CSRF: &str = "x-csrf-token";
/// Header with which a page says as whom it believes to look.
pub(crate) const VIEW_AS: &str = "x-view-as";
/// Where browsers say that a request was begun by a page of another site.
const FETCH_SITE: &str = "sec-fetch-site";
/// What it says when that is nobody else.
const AS_ONESELF: &str = "myself";

/// What a request brings to prove who sends it.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    None,
    Session(String),
    Token(String),
}

/// The context of a request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Cx {
    pub(crate) state: AppState,
    pub(crate) info: Arc<Info>,
    pub(crate) credentials: Credentials,
    csrf: Option<String>,
    /// As whom the page that sends it believes to look: the note of it, or [`AS_ONESELF`].
    view_as: Option<String>,
    /// Changes something, by its method.
    writes: bool,
    /// Only looks, whatever its method: whoever looks as somebody else may ask it.
    pub(crate) looks: bool,
}

impl FromRequestParts<AppState> for Cx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Cx, Problem> {
        let info = parts.extensions.get::<Arc<Info>>().cloned().ok_or_else(Problem::not_found)?;
        let csrf = parts.headers.get(CSRF).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let view_as = parts.headers.get(VIEW_AS).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        let credentials = credentials(&parts.headers, state.config.secure);
        let elsewhere = parts.headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site");
        // A link of another site leads to a screen; data it would make people take along without knowing.
        if elsewhere && matches!(credentials, Credentials::Session(_)) && is_data(parts.uri.path()) {
            return Err(Problem::of_another_site());
        }
        Ok(Cx { state: state.clone(), info, credentials, csrf, view_as, writes, looks: !writes })
    }
}

impl Cx {
    /// Runs `work` for the person who asks.
    pub(crate) async fn as_person<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Platform, Identity) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let cx = self.clone();
        self.run(move || {
            let identity = cx.identity()?;
            work(&cx.state.platform, identity)
        })
        .await
    }

    /// Runs `work` in an environment that the person may enter; not found if they may not.
    pub(crate) async fn in_environment<T: Send + 'static>(
        &self,
        environment: &str,
        work: impl FnOnce(&Entered) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let cx = self.clone();
        let whose: Arc<str> = environment.into();
        self.run_for(&Some(whose.clone()), move || work(&cx.enter(&whose)?)).await
    }

    /// As [`Cx::in_environment`], for reads of some microseconds in an environment that is open: no other thread is woken for them
    /// (decision 0051). When it is not open, or readers are many, they take their turn as any other.
    pub(crate) async fn in_environment_briefly<T: Send + 'static>(
        &self,
        environment: &str,
        work: impl FnOnce(&Entered) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let free = !self.writes && self.state.platform.is_at_hand(environment);
        let whose = Some(environment.into());
        match self.state.reads.turn_here(&whose).filter(|_| free) {
            Some(turn) => Calls::run_here(turn, |_turn| work(&self.enter(environment)?)),
            None => self.in_environment(environment, work).await,
        }
    }

    /// Begins a write in an environment: `work` hands it over with its turn, which the write keeps until it ends even when the client goes away,
    /// and returns what tells its end. Nothing waits on a thread: the reading of a body is some microseconds.
    pub(crate) async fn begin_in_environment<T: Send + 'static>(
        &self,
        environment: &str,
        work: impl FnOnce(Entered, Turn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let free = self.state.platform.is_at_hand(environment);
        let whose: Arc<str> = environment.into();
        match self.state.calls.turn_here(&Some(whose.clone())).filter(|_| free) {
            Some(turn) => Calls::run_here(turn, |turn| work(self.enter(environment)?, turn)),
            None => {
                let (cx, calls) = (self.clone(), &self.state.calls);
                let of = Some(whose.clone());
                let begun = calls.run_with_turn(&of, move |turn| work(cx.enter(&whose)?, turn)).await;
                begun.inspect_err(|problem| self.count_refusal(problem))
            }
        }
    }

    /// Enters an environment, on the thread of a call.
    pub(crate) fn enter(&self, environment: &str) -> Result<Entered, Problem> {
        let identity = self.identity()?;
        let request = Some(self.info.id.clone());
        let entered = self.state.platform.enter(&identity, environment, self.language(), request)?;
        let note = entered.viewing.as_ref().map(|viewing| viewing.note.to_string());
        // A page that was opened as somebody else must not go on as oneself, nor the other way round.
        if self.view_as.as_deref().is_some_and(|believed| believed != note.as_deref().unwrap_or(AS_ONESELF)) {
            return Err(Problem::view_changed());
        }
        if note.is_some() && !self.looks {
            return Err(Problem::viewed(&entered.caller.name));
        }
        Ok(entered)
    }

    /// Runs `work` on the threads of calls, whoever asks.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_for(&None, work).await
    }

    /// As [`Cx::run`], for an environment.
    async fn run_for<T: Send + 'static>(
        &self,
        whose: &Whose,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turns = if self.writes { &self.state.calls } else { &self.state.reads };
        turns.run_for(whose, work).await.inspect_err(|problem| self.count_refusal(problem))
    }

    fn count_refusal(&self, problem: &Problem) {
        if problem.code == "too_many" {
            self.state.metrics.refused_busy();
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.info.language()
    }

    /// Who asks.
    pub(crate) fn identity(&self) -> Result<Identity, Problem> {
        let found = match &self.credentials {
            Credentials::None => return Err(Problem::sign_in_needed()),
            Credentials::Session(secret) => self.state.platform.session(secret),
            Credentials::Token(secret) => self.state.platform.token(secret),
        };
        let identity = match found {
            Ok(identity) => identity,
            Err(error) if error.is_not_found() => return Err(Problem::sign_in_needed()),
            Err(error) => return Err(error.into()),
        };
        self.info.set_language(identity.user.language);
        if let Door::Session { csrf, .. } = &identity.door
            && self.writes
            && self.csrf.as_deref() != Some(csrf)
        {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "csrf",
                "L'en-tête X-CSRF-Token manque ou n'est plus le bon ; rechargez la page.",
                "The X-CSRF-Token header is missing or no longer right; reload the page.",
            ));
        }
        Ok(identity)
    }
}

/// Whether an address is one of data, not of a screen nor of signing in.
fn is_data(path: &str) -> bool {
    ["/data/", "/events/"].iter().any(|data| path.starts_with(data))
}

/// The header `Authorization` comes before the cookie: whoever sends it means it.
fn credentials(headers: &HeaderMap, secure: bool) -> Credentials {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token =
            value.to_str().ok().and_then(|value| value.split_once(' ')).and_then(
                |(scheme, rest)| match scheme.to_ascii_lowercase().as_str() {
                    "bearer" => Some(rest.trim().to_owned()),
                    "basic" => {
                        let decoded = String::from_utf8(Base64::decode_vec(rest.trim()).ok()?).ok()?;
                        decoded.split_once(':').map(|(_, password)| password.to_owned())
                    }
                    _ => None,
                },
            );
        return Credentials::Token(token.unwrap_or_default());
    }
    match cookie(headers, SESSION, secure) {
        Some(secret) => Credentials::Session(secret.to_owned()),
        None => Credentials::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn sent(name: header::HeaderName, value: &'static str) -> Credentials {
        credentials(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]), false)
    }

    #[test]
    fn tokens_come_as_bearer_or_as_the_password_of_basic() {
        assert!(matches!(sent(header::AUTHORIZATION, "Bearer abc"), Credentials::Token(t) if t == "abc"));
        assert!(
            matches!(sent(header::AUTHORIZATION, "basic YW55Om15OnRva2Vu"), Credentials::Token(t) if t == "my:token")
        );
        assert!(matches!(sent(header::AUTHORIZATION, "Digest x"), Credentials::Token(t) if t.is_empty()));
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let found = sent(header::COOKIE, "a=b; tisserand_session=s3cret; c=d");
        assert!(matches!(found, Credentials::Session(s) if s == "s3cret"));
        assert!(matches!(sent(header::COOKIE, "tisserand_session="), Credentials::None));
    }
}
