//! Browsers that come without TLS are sent on to where it is spoken.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{HOST, HeaderValue, LOCATION};
use axum::http::uri::Authority;
use axum::http::{Request, Response, StatusCode};
use axum::serve::Listener;
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Offered;

/// A request has to be there within this.
const WITHIN: Duration = Duration::from_secs(10);
/// Where browsers expect HTTPS.
const USUAL_PORT: u16 = 443;
/// Connections at once: each is over in a moment.
const AT_ONCE: usize = 256;

/// Sends whoever connects on: to the host they asked for, at `port`, where it has a certificate of its own or there is no `public` address; else there.
/// Never ends.
pub(crate) async fn redirect(
    mut listener: TcpListener,
    public: Option<String>,
    port: u16,
    offered: Arc<Offered>,
) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    // The semaphore is never closed.
    while let Ok(turn) = turns.clone().acquire_owned().await {
        let (stream, _) = Listener::accept(&mut listener).await;
        let (public, offered) = (public.clone(), offered.clone());
        tokio::spawn(async move {
            let _turn = turn;
            let answer = service_fn(move |request: Request<Incoming>| {
                let answer = sent_on(&request, public.as_deref(), port, &offered);
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut protocol = http1::Builder::new();
            protocol.timer(TokioTimer::new()).header_read_timeout(WITHIN).keep_alive(false);
            if let Err(error) = protocol.serve_connection(TokioIo::new(stream), answer).await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

fn sent_on(
    request: &Request<Incoming>,
    public: Option<&str>,
    port: u16,
    offered: &Offered,
) -> Response<Empty<Bytes>> {
    let asked = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let asked = asked.map(str::to_ascii_lowercase).and_then(|host| host.parse::<Authority>().ok());
    let own = asked.as_ref().is_some_and(|asked| offered.knows(asked.host()));
    let public = public.filter(|_| !own);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let there = place(public, asked.as_ref(), port)
        .and_then(|place| HeaderValue::try_from(format!("{place}{path}")).ok());
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    if let Some(there) = there {
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        response.headers_mut().insert(LOCATION, there);
    }
    response
}

/// Where TLS is spoken, without a path: `public` if that is such an address, else the host that was asked for.
fn place(public: Option<&str>, asked: Option<&Authority>, port: u16) -> Option<String> {
    if let Some(public) = public.filter(|public| public.starts_with("https://")) {
        return Some(public.trim_end_matches('/').to_owned());
    }
    let host = asked?.host();
    Some(if port == USUAL_PORT { format!("https://{host}") } else { format!("https://{host}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn one_is_sent_to_the_public_address_or_to_the_host_that_was_asked_for() {
        let to = |public, asked: Option<&str>, port| {
            let asked = asked.and_then(|asked| asked.parse().ok());
            place(public, asked.as_ref(), port).unwrap_or_default()
        };
        assert_eq!(
            to(Some("https://crm.example.org/"), Some("other.example"), 8443),
            "https://crm.example.org"
        );
        assert_eq!(to(None, Some("crm.example.org:80"), 443), "https://crm.example.org");
        assert_eq!(to(Some("http://inside"), Some("crm.example.org"), 8443), "https://crm.example.org:8443");
        assert_eq!(to(None, Some("[::1]:80"), 443), "https://[::1]");
        assert_eq!(to(None, None, 443), "");
        assert_eq!(to(None, Some("no host at all"), 443), "");
    }
}
