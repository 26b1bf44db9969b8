//! What every request goes through: its id, its language, its log line, its figures, its problems in words, its security headers.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use dictionary::Language;
use tracing::Instrument;

use crate::held_bodies::holding;
use crate::problem::Problem;
use crate::state::AppState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: &str = "x-forwarded-for";

/// What is known of a request whoever sent it.
#[derive(Debug)]
pub(crate) struct Info {
    pub(crate) id: String,
    /// Where it came from, past the proxies that are believed.
    pub(crate) address: IpAddr,
    asked_language: Language,
    /// Preference of the person, once known.
    person_language: OnceLock<Language>,
}

impl Info {
    pub(crate) fn language(&self) -> Language {
        self.person_language.get().copied().unwrap_or(self.asked_language)
    }

    pub(crate) fn set_language(&self, language: Language) {
        // The first answer stands: a request has one person.
        let _ = self.person_language.set(language);
    }
}

/// The route a request was given to, for logs and figures: set by whoever knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteName(pub(crate) &'static str);

/// The outermost layer.
pub(crate) async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let info = Arc::new(Info {
        id: state.platform.new_id().to_string(),
        address: client_address(peer, request.headers(), &state.config.trusted_proxies),
        asked_language: accepted_language(request.headers()),
        person_language: OnceLock::new(),
    });
    request.extensions_mut().insert(info.clone());
    let plain_json = wants_plain_json(request.headers());
    let method = method_name(request.method());
    let asked = request.uri().clone();
    let from_browser = request.headers().contains_key("sec-fetch-mode");
    let span = tracing::info_span!("request", request.id = %info.id);
    let answer = next.run(request).instrument(span.clone());
    let mut response = holding(&state.bodies, asked.path(), answer).await;
    let _in_span = span.enter();

    if let Some(problem) = response.extensions_mut().remove::<Box<Problem>>() {
        let mut rendered = problem.render(info.language(), &info.id);
        *rendered.extensions_mut() = std::mem::take(response.extensions_mut());
        if let Some(location) = problem.location(&asked) {
            rendered.headers_mut().insert(header::LOCATION, location);
        }
        if plain_json {
            let json = HeaderValue::from_static("application/json");
            rendered.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        if let Some(allowed) = response.headers_mut().remove(header::ALLOW) {
            rendered.headers_mut().insert(header::ALLOW, allowed);
        }
        response = rendered;
        if response.status() == StatusCode::UNAUTHORIZED && !from_browser {
            // Spreadsheets send a token as password only when asked to. A browser would open a dialogue of its own.
            let basic = HeaderValue::from_static("Basic realm=\"Tisserand\", charset=\"UTF-8\"");
            response.headers_mut().append(header::WWW_AUTHENTICATE, basic);
        }
    }
    let route = response.extensions().get::<RouteName>().map_or("unmatched", |route| route.0);
    let status = response.status();
    let took = started.elapsed();
    state.metrics.request(method, route, status.as_u16(), took);
    let duration_ms = took.as_secs_f64() * 1_000.0;
    if status.is_server_error() {
        tracing::warn!(
            http.method = method,
            http.route = route,
            http.status = status.as_u16(),
            duration_ms,
            "answered"
        );
    } else if status == StatusCode::FORBIDDEN {
        // What people try beyond their rights: the id leads to who it was.
        tracing::info!(
            http.method = method,
            http.route = route,
            http.status = status.as_u16(),
            duration_ms,
            client.address = %info.address,
            "refused"
        );
    } else {
        tracing::debug!(
            http.method = method,
            http.route = route,
            http.status = status.as_u16(),
            duration_ms,
            "answered"
        );
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        headers.insert(REQUEST_ID, id);
    }
    secure(headers, state.config.secure);
    response
}

/// Whether a client takes JSON and nothing else, as those of OData do: a problem is then announced as that too.
fn wants_plain_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("problem+json") && !accepted.contains("*/*")
}

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// What a page may do that also shows pictures from one other origin, and nothing else of it.
pub(crate) fn page_policy_with(pictures: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&PAGE_POLICY.replace("data: blob:;", &format!("data: blob: {pictures};"))).ok()
}

/// Nothing but our own files runs, nothing is guessed, nothing frames us. A response may ask for more, never for less.
fn secure(headers: &mut HeaderMap, https: bool) {
    const ALWAYS: [(HeaderName, &str); 2] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    // JSON is no page: it runs nothing, asks for nothing and opens nothing. What says so is short, for there are many of them.
    const OF_JSON: [(HeaderName, &str); 1] =
        [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")];
    const OF_PAGES: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()"),
    ];
    let of_its_kind: &[(HeaderName, &str)] = if is_json(headers) { &OF_JSON } else { &OF_PAGES };
    for (name, value) in ALWAYS.iter().chain(of_its_kind) {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.starts_with(b"application/json") || kind.starts_with(b"application/problem+json")
}

/// The address of the client: the peer, or what the nearest believed proxy says.
fn client_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer.unwrap_or(IpAddr::from([0, 0, 0, 0])).to_canonical();
    let forwarded: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut hops = forwarded.iter().flat_map(|value| value.split(',')).map(str::trim).rev();
    while trusted.contains(&address) {
        match hops.next().and_then(|hop| hop.parse::<IpAddr>().ok()) {
            Some(hop) => address = hop.to_canonical(),
            None => break,
        }
    }
    address
}

/// The first language of `Accept-Language` that we speak, by weight; French if none.
fn accepted_language(headers: &HeaderMap) -> Language {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(f32, Language)> = None;
    for range in text.split(',') {
        let (code, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight = weight.trim().parse().unwrap_or(0.0);
        if let Some(language) = Language::from_code(code.trim())
            && weight > best.map_or(0.0, |(known, _)| known)
        {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::default(), |(_, language)| language)
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn the_language_is_the_heaviest_one_we_speak() {
        let of = |value| accepted_language(&headers("accept-language", value));
        assert_eq!(of("en-GB,en;q=0.9,fr;q=0.8"), Language::En);
        assert_eq!(of("de, en;q=0.3, fr;q=0.4"), Language::Fr);
        assert_eq!(of("de"), Language::Fr);
        assert_eq!(of(""), Language::Fr);
    }

    #[test]
    fn only_a_believed_proxy_says_where_a_request_came_from() {
        let proxy = IpAddr::from([10, 0, 0, 1]);
        let client = IpAddr::from([203, 0, 113, 7]);
        let sent = headers("x-forwarded-for", "198.51.100.1, 203.0.113.7");
        assert_eq!(client_address(Some(proxy), &sent, &[proxy]), client);
        assert_eq!(client_address(Some(proxy), &sent, &[]), proxy);
        assert_eq!(client_address(Some(client), &sent, &[proxy]), client);
        assert_eq!(client_address(Some(proxy), &HeaderMap::new(), &[proxy]), proxy);
    }
}
