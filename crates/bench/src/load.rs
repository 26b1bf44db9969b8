//! Requests over HTTP/1.1 on loopback, so many at once, each connection kept open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Where requests go, and as whom.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<String>,
}

/// One request of a load.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Ask {
        Ask { method: Method::GET, path: path.into(), body: Bytes::new() }
    }

    pub(crate) fn post(path: impl Into<String>, json: &serde_json::Value) -> Ask {
        Ask { method: Method::POST, path: path.into(), body: Bytes::from(json.to_string()) }
    }

    /// A file in CSV, taken in.
    pub(crate) fn file(path: impl Into<String>, csv: &str) -> Ask {
        Ask { method: Method::POST, path: path.into(), body: Bytes::copy_from_slice(csv.as_bytes()) }
    }
}

/// Sends `count` requests, `at_once` in flight, and returns how long the whole took. Any answer but a success ends it.
pub(crate) async fn run(
    target: &Target,
    count: usize,
    at_once: usize,
    ask: impl Fn(usize) -> Ask + Send + Sync + 'static,
) -> Result<Duration> {
    Ok(each(target, count, at_once, ask).await?.0)
}

/// As [`run`]; returns how long each request took, in no order.
pub(crate) async fn latencies(
    target: &Target,
    count: usize,
    at_once: usize,
    ask: impl Fn(usize) -> Ask + Send + Sync + 'static,
) -> Result<Vec<Duration>> {
    Ok(each(target, count, at_once, ask).await?.1)
}

async fn each(
    target: &Target,
    count: usize,
    at_once: usize,
    ask: impl Fn(usize) -> Ask + Send + Sync + 'static,
) -> Result<(Duration, Vec<Duration>)> {
    let (next, ask) = (Arc::new(AtomicUsize::new(0)), Arc::new(ask));
    let mut connections = Vec::new();
    for _ in 0..at_once {
        connections.push(connect(target.address).await?);
    }
    let start = Instant::now();
    let workers: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (next, ask, target) = (next.clone(), ask.clone(), target.clone());
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= count {
                        return Ok::<_, anyhow::Error>(taken);
                    }
                    let start = Instant::now();
                    send(&mut connection, &target, &ask(turn)).await?;
                    taken.push(start.elapsed());
                }
            })
        })
        .collect();
    let mut taken = Vec::with_capacity(count);
    for worker in workers {
        taken.extend(worker.await??);
    }
    Ok((start.elapsed(), taken))
}

/// Sends one request and returns the body.
pub(crate) async fn once(target: &Target, ask: &Ask) -> Result<Bytes> {
    send(&mut connect(target.address).await?, target, ask).await
}

/// A connection that is kept open.
pub(crate) type Connection = http1::SendRequest<Full<Bytes>>;

/// Opens one.
pub(crate) async fn connect(address: SocketAddr) -> Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Sends one request through it and returns the body.
pub(crate) async fn send(connection: &mut Connection, target: &Target, ask: &Ask) -> Result<Bytes> {
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.path)
        .header(HOST, target.address.to_string())
        .header(CONTENT_TYPE, "application/json");
    if let Some(token) = &target.token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    connection.ready().await?;
    let answer = connection.send_request(request.body(Full::new(ask.body.clone()))?).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    if !matches!(status, StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED | StatusCode::NO_CONTENT)
    {
        bail!("{} {} answered {status}: {}", ask.method, ask.path, String::from_utf8_lossy(&body));
    }
    Ok(body)
}
