//! Starting and stopping.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use platform::Platform;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::ServerConfig;
use crate::connections::Connections;
use crate::data::subjects::erasures_take_up;
use crate::routes::router;
use crate::state::AppState;
use crate::tls::{self, CertificateFault, Offered};

/// The journal is asked this often whether it moved.
const OPERATIONS: Duration = Duration::from_millis(200);
/// Rounds after which operations are looked after whether it moved or not: twenty seconds.
const OPERATIONS_EVERY: u32 = 100;
/// Rounds after which letters are looked for whether it moved or not: ten seconds.
const MAIL_EVERY: u32 = 50;
/// Environments that were just opened are looked for this often.
const TAKE_UP: Duration = Duration::from_secs(2);
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
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    /// TLS cannot be spoken.
    #[error("TLS cannot be spoken")]
    Tls(#[from] rustls::Error),
}

/// A server that listens.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    redirect: Option<SocketAddr>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it sends browsers on from that come without TLS.
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect
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
/// Errors: an address cannot be listened on; the certificate cannot be used.
pub async fn serve(
    mut config: ServerConfig,
    platform: Arc<Platform>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Serving, ServeError> {
    let offered = match config.tls.clone() {
        Some(tls) => {
            let platform = platform.clone();
            let read = tokio::task::spawn_blocking(move || Offered::read(&tls, platform)).await;
            Some(Arc::new(read.map_err(|broken| ServeError::Stopped(io::Error::other(broken)))??))
        }
        None => None,
    };
    config.secure |= offered.is_some();
    let speaks = offered.as_ref().map(Offered::speaks).transpose()?.map(Arc::new);
    let (listener, address) = listen(config.address).await?;
    let redirect = match config.tls.as_ref().and_then(|tls| tls.redirect) {
        Some(wanted) => Some(listen(wanted).await?),
        None => None,
    };
    let (stop, stopping) = watch::channel(false);
    let state = AppState::new(config, platform.clone(), offered.clone(), stopping.clone());
    let (drain, headers_timeout) = (state.config.drain, state.config.headers_timeout);
    let (live, desk) = (state.live.clone(), state.desk.clone());
    let mut tasks = vec![
        tokio::spawn(keep_house(state.clone())),
        tokio::spawn(carry_out_operations(state.clone())),
        tokio::spawn(send_mail(state.clone())),
        tokio::spawn(take_up_erasures(state.clone())),
    ];
    let redirect_address = redirect.as_ref().map(|(_, address)| *address);
    if let Some(offered) = offered {
        if let Some((plain, _)) = redirect {
            let public = state.config.public.clone();
            tasks.push(tokio::spawn(tls::redirect(plain, public, address.port(), offered.clone())));
        }
        tasks.push(tokio::spawn(tls::follow_files(offered.clone())));
        tasks.push(tokio::spawn(tls::renew(offered, platform)));
    }
    let connections = Connections { router: router(state), speaks, headers_timeout, stopping };
    tracing::info!(server.address = %address, "listening");
    let task = tokio::spawn(async move {
        let server = tokio::spawn(connections.take(listener));
        shutdown.await;
        tracing::info!("stopping");
        stop.send_replace(true);
        tasks.iter().for_each(JoinHandle::abort);
        // An import ends its batch, and goes on from there when it is told to.
        let imports = tokio::task::spawn_blocking(move || desk.stop_all(drain));
        let result = match tokio::time::timeout(drain, server).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(ServeError::Stopped(io::Error::other(error))),
            Err(_) => {
                tracing::warn!(drain_ms = drain.as_millis(), "requests were still running and were cut off");
                Ok(())
            }
        };
        if imports.await.is_err() {
            tracing::warn!("imports could not be told to stop");
        }
        live.stop().await;
        tracing::info!("stopped");
        result
    });
    Ok(Serving { address, redirect: redirect_address, task })
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Rounds of what follows writes into the directory: soon after something was written there, and now and then whatever happens.
struct Rounds {
    interval: tokio::time::Interval,
    seen: Option<journal::Position>,
    count: u32,
    /// One of so many is due although nothing was written.
    every: u32,
}

impl Rounds {
    fn new(every: u32) -> Rounds {
        let mut interval = tokio::time::interval(OPERATIONS);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Rounds { interval, seen: None, count: 0, every }
    }

    /// Waits for the next that is due.
    async fn next(&mut self, state: &AppState) {
        loop {
            self.interval.tick().await;
            self.count = self.count.wrapping_add(1);
            let position = state.platform.directory_position();
            if self.seen != Some(position) || self.count.is_multiple_of(self.every) {
                self.seen = Some(position);
                return;
            }
        }
    }
}

/// Carries out what the platform is asked for, and what waits for a day, or was left in the middle.
async fn carry_out_operations(state: AppState) {
    let mut rounds = Rounds::new(OPERATIONS_EVERY);
    loop {
        rounds.next(&state).await;
        let platform = state.platform.clone();
        if let Err(problem) = state.calls.run(move || Ok(platform.operations_run()?)).await {
            tracing::warn!(
                problem.code = problem.code,
                "operations could not be carried out; they are tried again"
            );
        }
    }
}

/// Sends letters, and those that wait for another attempt.
async fn send_mail(state: AppState) {
    if !state.platform.sends_mail() {
        return;
    }
    let mut rounds = Rounds::new(MAIL_EVERY);
    loop {
        rounds.next(&state).await;
        let platform = state.platform.clone();
        match state.mail.run(move || Ok(platform.mail_send()?)).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(messages.sent = sent, "letters sent"),
            Err(problem) => tracing::warn!(problem.code = problem.code, "letters could not be looked for"),
        }
    }
}

/// Goes on with erasures that a process left in the middle, once their environment is opened again.
async fn take_up_erasures(state: AppState) {
    let mut rounds = tokio::time::interval(TAKE_UP);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let looking = state.clone();
        if let Err(problem) = state.calls.run(move || Ok(erasures_take_up(&looking)?)).await {
            tracing::warn!(problem.code = problem.code, "erasures could not be looked for");
        }
    }
}

/// Closes idle environments, deletes ended sessions, removes uploads that no record ever named, measures what is used and closes months.
async fn keep_house(state: AppState) {
    let mut rounds = tokio::time::interval(HOUSEKEEPING);
    let mut round = 0_u32;
    loop {
        rounds.tick().await;
        round = round.wrapping_add(1);
        state.presence.sweep();
        let platform = state.platform.clone();
        let sweep = round.is_multiple_of(SWEEP_EVERY);
        let done = state.calls.run(move || {
            platform.rest_idle(REST);
            // Before those that nobody uses are closed.
            if let Err(error) = platform.journals_seal() {
                tracing::warn!(%error, "journals could not be sealed; it is tried again");
            }
            let closed = platform.evict_idle();
            let ended = if sweep { platform.sessions_sweep()? } else { 0 };
            platform.views_sweep()?;
            if sweep {
                platform.sign_in_events_sweep()?;
                platform.devices_sweep()?;
                platform.account_links_sweep()?;
                platform.messages_sweep()?;
            }
            platform.files_sweep_due()?;
            if round == 1 || sweep {
                let sealed = platform.secrets_seal_anew()?;
                if sealed > 0 {
                    tracing::info!(secrets.sealed = sealed, "secrets sealed anew with the first key");
                }
                let statements = platform.usage_close_due()?;
                if statements > 0 {
                    tracing::info!(usage.statements = statements, "months closed");
                }
                platform.usage_measure()?;
            }
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
