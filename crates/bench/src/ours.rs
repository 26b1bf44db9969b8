//! Tisserand, whole: a platform, an environment with the standard modules, its server.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use dictionary::{Language, RecordId};
use engine::{Caller, Draft, Profile};
use platform::{NewEnvironment, NewToken, NewUser, Options, Platform, Scope};
use server::ServerConfig;
use store::PostgresDatabase;
use tokio::sync::oneshot;

use crate::load::Target;

/// A running server with accounts in it.
pub(crate) struct Ours {
    pub(crate) target: Target,
    pub(crate) some_account: RecordId,
    server: server::Serving,
    stop: oneshot::Sender<()>,
}

/// Makes a platform in `folder` with that many accounts and serves it; its rows are in `database` if one is given.
pub(crate) async fn start(
    folder: &Path,
    database: Option<Arc<PostgresDatabase>>,
    accounts: usize,
) -> Result<Ours> {
    let options = Options { database, ..Options::new(folder.join("platform")) };
    let platform = Arc::new(Platform::create(options)?);
    let user = platform.user_create(NewUser {
        email: "bench@tisserand.example".to_owned(),
        name: "Bench".to_owned(),
        password: "a long password for a short run".to_owned(),
        language: Language::En,
    })?;
    platform.environment_create(NewEnvironment::named("bench", "Bench", &["core"]))?;
    platform.access_grant(user.id, "bench", Profile::Administrator)?;
    let token = platform.token_create(NewToken {
        name: "bench".to_owned(),
        user: user.id,
        environment: None,
        scope: Scope::Write,
        expires: None,
    })?;
    let some_account = fill(&platform, accounts)?;
    let config = ServerConfig { address: ([127, 0, 0, 1], 0).into(), ..ServerConfig::default() };
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let server = server::serve(config, platform, shutdown).await?;
    let target = Target { address: server.address(), token: Some(token) };
    Ok(Ours { target, some_account, server, stop })
}

impl Ours {
    /// Stops the server.
    pub(crate) async fn stop(self) -> Result<()> {
        // Dropping the sender says the same.
        let _ = self.stop.send(());
        self.server.finished().await.context("stopping the server")
    }
}

fn fill(platform: &Platform, accounts: usize) -> Result<RecordId> {
    let opened = platform.environment("bench")?;
    let environment = &opened.engine;
    let caller = Caller::system();
    let owner = environment
        .transact(&caller, |unit| {
            unit.create(
                "user",
                None,
                Draft::default().with("name", "Ada Lenoir").with("email", "ada@tisserand.example"),
            )
        })?
        .value;
    let mut some = None;
    for start in (0..accounts).step_by(1_000) {
        let end = (start + 1_000).min(accounts);
        let done = environment.transact(&caller, move |unit| {
            let mut last = None;
            for number in start..end {
                let kind = if number % 3 == 0 { "customer" } else { "prospect" };
                let draft = Draft::default()
                    .with("name", crate::account_name(number).as_str())
                    .with("kind", kind)
                    .with("owner", owner);
                last = Some(unit.create("account", None, draft)?);
            }
            Ok(last)
        })?;
        some = done.value;
    }
    some.context("no account was made")
}
