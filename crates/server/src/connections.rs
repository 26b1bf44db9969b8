//! Connections: taken, encrypted where that is asked for, served by HTTP/1.1 or HTTP/2 (decisions 0012 and 0147).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderValue;
use axum::http::header::HOST;
use axum::serve::{Listener, ListenerExt};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::tls::{ACME_PROTOCOL, HTTP_2};

/// Encryption is agreed on within this.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A client that speaks HTTP/2 is asked this often whether it is still there, and has as long to answer.
const STILL_THERE: Duration = Duration::from_secs(20);
/// Requests of one connection at once, by HTTP/2.
const STREAMS_MAX: u32 = 128;

/// What every connection is served with.
#[derive(Clone)]
pub(crate) struct Connections {
    pub(crate) router: Router,
    /// How TLS is spoken; it is not without this.
    pub(crate) speaks: Option<Arc<rustls::ServerConfig>>,
    /// A client that does not send the head of a request within this is hung up on: it would hold its connection for ever.
    pub(crate) headers_timeout: Duration,
    /// Becomes true when the server is told to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Resolves once the server is told to stop.
async fn told(mut stopping: watch::Receiver<bool>) {
    // An error means that whoever tells is gone, which is the end too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

impl Connections {
    /// Takes connections until the server is told to stop, then waits for those that are in the middle of a request.
    pub(crate) async fn take(self, listener: TcpListener) {
        // Small answers leave at once instead of waiting to be joined by others.
        let mut listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY refused");
            }
        });
        let under_way = GracefulShutdown::new();
        let mut told = std::pin::pin!(told(self.stopping.clone()));
        loop {
            let (stream, peer) = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut told => break,
            };
            let (connections, watcher) = (self.clone(), under_way.watcher());
            tokio::spawn(async move {
                if let Err(error) = connections.serve(stream, peer, watcher).await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop(listener);
        under_way.shutdown().await;
    }

    async fn serve(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Some(speaks) = self.speaks.clone() else {
            return Ok(self.http_1(stream, peer, watcher).await?);
        };
        let agreed = tokio::select! {
            agreed = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(speaks).accept(stream)) => agreed??,
            () = told(self.stopping.clone()) => return Ok(()),
        };
        match agreed.get_ref().1.alpn_protocol() {
            Some(HTTP_2) => Ok(self.http_2(agreed, peer, watcher).await?),
            // An authority has seen what it wanted to.
            Some(ACME_PROTOCOL) => Ok(()),
            _ => Ok(self.http_1(agreed, peer, watcher).await?),
        }
    }

    async fn http_1<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher) -> Result<(), hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut protocol = http1::Builder::new();
        protocol.timer(TokioTimer::new()).header_read_timeout(self.headers_timeout);
        let inner = TowerToHyperService::new(self.router.clone());
        let service = service_fn(move |request| inner.call(received(request, peer)));
        watcher.watch(protocol.serve_connection(TokioIo::new(stream), service)).await
    }

    /// A connection on which no request began for `headers_timeout` is given up: what is under way on it is finished, what comes next takes another.
    async fn http_2<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher) -> Result<(), hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut protocol = http2::Builder::new(TokioExecutor::new());
        protocol
            .timer(TokioTimer::new())
            .keep_alive_interval(STILL_THERE)
            .keep_alive_timeout(STILL_THERE)
            .max_concurrent_streams(STREAMS_MAX);
        let last = Arc::new(Mutex::new(Instant::now()));
        let inner = TowerToHyperService::new(self.router.clone());
        let begun = last.clone();
        let service = service_fn(move |request| {
            *begun.lock() = Instant::now();
            inner.call(received(request, peer))
        });
        let mut connection = std::pin::pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let mut looks = tokio::time::interval(self.headers_timeout.min(STILL_THERE));
        loop {
            tokio::select! {
                ended = connection.as_mut() => return ended,
                () = told(self.stopping.clone()) => break,
                _ = looks.tick() => {}
            }
            if last.lock().elapsed() >= self.headers_timeout {
                break;
            }
        }
        connection.as_mut().graceful_shutdown();
        let ended = connection.await;
        drop(watcher); // the server waits for it until here
        ended
    }
}

/// A request as handlers take it: with where it came from, and the host in its header, which HTTP/2 says elsewhere.
fn received(request: Request<Incoming>, peer: SocketAddr) -> Request {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
    if !request.headers().contains_key(HOST)
        && let Some(host) =
            request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        request.headers_mut().insert(HOST, host);
    }
    request
}
