//! What all handlers share.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use dictionary::RecordId;
use exchange::Desk;
use parking_lot::Mutex;
use platform::Platform;
use tokio::sync::watch;

use crate::calls::{Calls, Commits, Engine};
use crate::config::ServerConfig;
use crate::cx::Cx;
use crate::events::Live;
use crate::held_bodies::HeldBodies;
use crate::metrics::Metrics;
use crate::presence::Presence;
use crate::problem::Problem;
use crate::scim::Pace;
use crate::tls::Offered;

/// People signing in at once…
const SIGN_INS_AT_ONCE: usize = 4;
/// …and waiting for their turn.
const SIGN_INS_WAITING: usize = 200;

/// Calls of servers that somebody else keeps, at once…
const OUTGOING_AT_ONCE: usize = 16;
/// …and waiting for their turn.
const OUTGOING_WAITING: usize = 100;
/// Pictures that wait to be made anew.
const PICTURES_WAITING: usize = 100;

/// Shared by all requests; built once, by `serve`. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What is shared.
pub(crate) struct Shared {
    pub(crate) platform: Arc<Platform>,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) engine: Engine,
    pub(crate) calls: Arc<Calls>,
    pub(crate) commits: Commits,
    /// Turns of reads.
    pub(crate) reads: Arc<Calls>,
    /// Turns of pictures made anew: one at a time, which may take much memory.
    pub(crate) pictures: Arc<Calls>,
    /// Turns of exports, which read for long: a few of them leave the others to people who work.
    pub(crate) exports: Arc<Calls>,
    /// Passwords are slow to verify, by design: they have turns of their own, so that a flood of them keeps nobody else waiting.
    pub(crate) sign_ins: Arc<Calls>,
    /// Servers that somebody else keeps may be slow: whoever needs one has turns of their own.
    pub(crate) outgoing: Arc<Calls>,
    /// Letters leave one after the other.
    pub(crate) mail: Arc<Calls>,
    /// How fast directories that provision may go.
    pub(crate) scim: Pace,
    /// Memory that bodies take.
    pub(crate) bodies: Arc<HeldBodies>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) live: Arc<Live>,
    /// Certificates, where the server speaks TLS itself.
    pub(crate) offered: Option<Arc<Offered>>,
    /// Who has which record open.
    pub(crate) presence: Presence,
    /// Imports that people follow.
    pub(crate) desk: Arc<Desk>,
    /// Erasures of people that this process carries out.
    pub(crate) erasing: Mutex<HashSet<RecordId>>,
    pub(crate) started: Instant,
    /// Becomes true when the server is told to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl AppState {
    /// The turns in which the password of an address is looked at: a directory that hangs keeps nobody waiting whose password is kept here.
    ///
    /// Errors: as of any read.
    pub(crate) async fn turns_of_password(&self, email: String) -> Result<Arc<Calls>, Problem> {
        let platform = self.platform.clone();
        let asks = self.reads.run(move || Ok(platform.asks_directory(&email)?)).await?;
        Ok(if asks { self.outgoing.clone() } else { self.sign_ins.clone() })
    }

    /// The same, of whoever sends a request with a session.
    ///
    /// Errors: as of any read; nobody is signed in.
    pub(crate) async fn turns_of_own_password(&self, cx: &Cx) -> Result<Arc<Calls>, Problem> {
        let cx = cx.clone();
        let email = self.reads.run(move || Ok(cx.identity()?.user.email)).await?;
        self.turns_of_password(email).await
    }

    pub(crate) fn new(
        config: ServerConfig,
        platform: Arc<Platform>,
        offered: Option<Arc<Offered>>,
        stopping: watch::Receiver<bool>,
    ) -> AppState {
        let engine = Engine::default();
        let calls = |at_once, waiting_max| Arc::new(Calls::new(&engine, at_once, waiting_max));
        AppState(Arc::new(Shared {
            bodies: Arc::default(),
            presence: Presence::new(platform.clock().clone()),
            platform,
            calls: calls(config.calls_at_once, config.calls_waiting),
            commits: Commits::new(&engine, config.commits_at_once),
            reads: calls(config.reads_at_once, config.calls_waiting),
            exports: calls(config.exports_at_once, 0),
            pictures: calls(1, PICTURES_WAITING),
            sign_ins: calls(SIGN_INS_AT_ONCE, SIGN_INS_WAITING),
            outgoing: calls(OUTGOING_AT_ONCE, OUTGOING_WAITING),
            mail: calls(1, 0),
            engine: engine.clone(),
            desk: Arc::default(),
            erasing: Mutex::default(),
            live: Arc::new(Live::new(config.live_max)),
            scim: Pace::new(config.scim_per_minute),
            config: Arc::new(config),
            metrics: Arc::default(),
            offered,
            started: Instant::now(),
            stopping,
        }))
    }
}
