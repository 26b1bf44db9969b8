//! Starting and stopping.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use platform::Platform;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::ServerConfig;
use crate::routes::router;
use crate::state::AppState;

/// Idle environments are looked for this often.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// Environments that nobody used for this long give back memory and connections.
const REST: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);
/// Ended sessions are deleted every so many rounds of housekeeping.
const SWEEP_EVERY: u32 = 10;

/// Why a server could not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("could not listen on {address}; is another server running there?")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The server broke down.
    #[error("the server stopped")]
    Stopped(#[source] io::Error),
}

/// A server that listens.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has stopped.
    ///
    /// Errors: it broke down.
    pub async fn finished(self) -> Result<(), ServeError> {
        match self.task.await {
            Ok(result) => result,
            Err(error) => Err(ServeError::Stopped(io::Error::other(error))),
        }
    }
}

/// Serves `platform` until `shutdown` resolves; returns as soon as it listens.
///
/// On shutdown live connections are closed, requests in hand are finished, for `config.drain` at most.
/// Errors: the address cannot be listened on.
pub async fn serve(
    config: ServerConfig,
    platform: Arc<Platform>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Serving, ServeError> {
    let wanted = config.address;
    let listen = |source| ServeError::Listen { address: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopping) = watch::channel(false);
    let state = AppState::new(config, platform, stopping);
    let drain = state.config.drain;
    let live = state.live.clone();
    let housekeeping = tokio::spawn(keep_house(state.clone()));
    let router = router(state);
    tracing::info!(server.address = %address, "listening");
    let task = tokio::spawn(async move {
        let mut stopping = stop.subscribe();
        let told = async move {
            // An error means the sender is gone, which is the end too.
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let server = tokio::spawn(run(listener, router, told));
        shutdown.await;
        tracing::info!("stopping");
        stop.send_replace(true);
        housekeeping.abort();
        let result = match tokio::time::timeout(drain, server).await {
            Ok(Ok(result)) => result.map_err(ServeError::Stopped),
            Ok(Err(error)) => Err(ServeError::Stopped(io::Error::other(error))),
            Err(_) => {
                tracing::warn!(drain_ms = drain.as_millis(), "requests were still running and were cut off");
                Ok(())
            }
        };
        live.stop().await;
        tracing::info!("stopped");
        result
    });
    Ok(Serving { address, task })
}

async fn run(
    listener: TcpListener,
    router: Router,
    told: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Small answers leave at once instead of waiting to be joined by others.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY refused");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told).into_future().await
}

/// Closes idle environments, deletes ended sessions.
async fn keep_house(state: AppState) {
    let mut rounds = tokio::time::interval(HOUSEKEEPING);
    let mut round = 0_u32;
    loop {
        rounds.tick().await;
        round = round.wrapping_add(1);
        let platform = state.platform.clone();
        let sweep = round.is_multiple_of(SWEEP_EVERY);
        let done = state.calls.run(move || {
            platform.rest_idle(REST);
            let closed = platform.evict_idle();
            let ended = if sweep { platform.sessions_sweep()? } else { 0 };
            Ok((closed, ended))
        });
        match done.await {
            Ok((0, 0)) => {}
            Ok((closed, ended)) => {
                tracing::info!(environments.closed = closed, sessions.ended = ended, "housekeeping");
            }
            Err(problem) => tracing::warn!(problem.code = problem.code, "housekeeping failed"),
        }
    }
}
