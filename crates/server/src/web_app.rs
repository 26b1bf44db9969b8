//! The web application, built into the binary. In a debug build its files are read from `web/dist` at run time.

use std::sync::Arc;

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use platform::EnvironmentInfo;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::brand::of_host;
use crate::cx::Cx;
use crate::health::named;
use crate::problem::Problem;
use crate::request::page_policy_with;

/// What `npm run build` leaves. The folder may be absent: the server then says how to build it.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

const INDEX: &str = "index.html";
/// Files here have the hash of their content in their name.
const HASHED: &str = "assets/";
/// Beside a file, the same as its builder compressed it: better than one can afford at each request.
const COMPRESSED: &str = ".br";

/// Whether the web application was built before this binary was.
pub fn has_web_app() -> bool {
    Built::get(INDEX).is_some()
}

/// A file of the application; its first page for addresses it makes itself.
pub(crate) async fn show(cx: Cx, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return named("unmatched", Problem::not_found().into_response());
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Built::get(path).filter(|_| !path.is_empty()) {
        return named("/{file}", answer(path, &file, &headers));
    }
    // An address that looks like a file, or that a program asked for, is not one of the application's screens.
    let last = path.rsplit('/').next().unwrap_or_default();
    let wants_page = headers.get(header::ACCEPT).is_none_or(|accept| {
        accept.to_str().is_ok_and(|accept| accept.contains("text/html") || accept.contains("*/*"))
    });
    if last.contains('.') || !wants_page {
        return named("unmatched", Problem::not_found().into_response());
    }
    if path.is_empty()
        && let Some(door) = own_door(&cx, &headers).await
    {
        return named("/{screen}", door);
    }
    match Built::get(INDEX) {
        Some(index) => {
            let environment = entered(&cx, path).await;
            let tiles = environment.as_ref().and_then(|info| info.tiles.as_ref());
            let mut headers = headers;
            if tiles.is_some() {
                // Another policy is another answer: what is kept from before says nothing of it.
                headers.remove(header::IF_NONE_MATCH);
            }
            let mut page = answer(INDEX, &index, &headers);
            if let Some(policy) = tiles.and_then(|tiles| page_policy_with(&tiles.origin)) {
                page.headers_mut().remove(header::ETAG);
                page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            if let Some(early) = environment.and_then(|info| asked_first(&info.name)) {
                page.headers_mut().insert(header::LINK, early);
            }
            named("/{screen}", page)
        }
        None => named("/{screen}", not_built()),
    }
}

/// Leads to the environment whose own host name the browser came by.
async fn own_door(cx: &Cx, headers: &HeaderMap) -> Option<Response> {
    // Whoever cannot be led there chooses on the page.
    let info = of_host(&cx.state, headers).await.ok()??;
    let there = HeaderValue::try_from(format!("/e/{}", info.name)).ok()?;
    let headers = [(header::LOCATION, there), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Some((StatusCode::FOUND, headers).into_response())
}

/// The environment whose page is asked for, by somebody who may enter it.
async fn entered(cx: &Cx, path: &str) -> Option<Arc<EnvironmentInfo>> {
    let environment = path.strip_prefix("e/")?.split('/').next()?.to_owned();
    let state = cx.state.clone();
    let name = environment.clone();
    // Whoever may not enter gets the page as it always is: it says nothing of what there is.
    cx.in_environment_briefly(&environment, move |_| Ok(state.platform.environment_info(&name)?)).await.ok()
}

/// What every screen of an environment asks first: the browser asks it while it still reads the program.
fn asked_first(environment: &str) -> Option<HeaderValue> {
    let own = ["$dictionary", "$preferences"].map(|part| format!("/data/{environment}/{part}"));
    let links: Vec<String> = std::iter::once("/session".to_owned())
        .chain(own)
        .map(|path| format!("<{path}>; rel=preload; as=fetch; crossorigin"))
        .collect();
    HeaderValue::from_str(&links.join(", ")).ok()
}

fn answer(path: &str, file: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag = format!("\"{}\"", hex(&hash[..16]));
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(value) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, value);
    }
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|candidate| candidate.trim().trim_start_matches("W/") == etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let media_type = file.metadata.mimetype();
    let media_type = if media_type.starts_with("text/") || media_type == "application/javascript" {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_owned()
    };
    if let Ok(value) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    let takes = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let smaller = Built::get(&format!("{path}{COMPRESSED}"));
    if let Some(smaller) = &smaller {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if takes.split(',').any(|name| name.split(';').next().is_some_and(|name| name.trim() == "br")) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            return (headers, smaller.data.to_vec()).into_response();
        }
    }
    (headers, file.data.to_vec()).into_response()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn not_built() -> Response {
    const PAGE: &str = "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>tisserand</title>\
        <h1>tisserand</h1><p>L'application web n'est pas construite. Lancez <code>make web</code> dans le dépôt, puis reconstruisez le \
        programme&nbsp;; l'interface de données répond déjà sous <code>/data</code>.</p>\
        <p lang=\"en\">The web application is not built. Run <code>make web</code> in the repository, then build the program again; the data \
        API answers under <code>/data</code> already.</p></html>";
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, PAGE).into_response()
}
