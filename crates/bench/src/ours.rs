//! Tisserand, whole: a platform, an environment with the standard modules, its server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use dictionary::{Language, RecordId};
use engine::{Caller, Draft, Query};
use platform::{NewEnvironment, NewToken, NewUser, Options, Platform, Scope};
use server::ServerConfig;
use store::PostgresDatabase;
use tokio::sync::oneshot;

use crate::load::Target;

/// A running server with accounts in it.
pub(crate) struct Ours {
    pub(crate) target: Target,
    pub(crate) platform: Arc<Platform>,
    pub(crate) user: RecordId,
    /// A thousand accounts from all over, or fewer; Ada when there are none.
    pub(crate) some_accounts: Vec<RecordId>,
    server: server::Serving,
    stop: oneshot::Sender<()>,
}

/// Makes a platform in `folder` with that many accounts and serves it; its rows are in `database` if one is given.
pub(crate) async fn start(
    folder: &Path,
    database: Option<Arc<PostgresDatabase>>,
    accounts: usize,
) -> Result<Ours> {
    // Making and filling it waits for the store.
    let (platform, user, token, some_accounts) = tokio::task::block_in_place(|| {
        let options = Options { database, ..Options::new(folder.join("platform")) };
        let platform = Arc::new(Platform::create(options)?);
        let user = platform.user_create(NewUser {
            email: "bench@tisserand.example".to_owned(),
            name: "Bench".to_owned(),
            password: "a long password for a short run".to_owned(),
            given: false,
            language: Language::En,
        })?;
        platform.environment_create(NewEnvironment::named("bench", "Bench", &["core"]))?;
        platform.access_grant(user.id, "bench", &["administrator"])?;
        let token = platform.token_create(NewToken {
            name: "bench".to_owned(),
            user: user.id,
            environment: None,
            scope: Scope::Write,
            expires: None,
        })?;
        let some_accounts = fill(&platform, accounts)?;
        anyhow::Ok((platform, user, token, some_accounts))
    })?;
    let config = ServerConfig { address: ([127, 0, 0, 1], 0).into(), ..ServerConfig::default() };
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let server = server::serve(config, platform.clone(), shutdown).await?;
    let target = Target { address: server.address(), token: Some(token) };
    Ok(Ours { target, platform, user: user.id, some_accounts, server, stop })
}

impl Ours {
    /// Database of the environment with the accounts.
    pub(crate) fn database(&self) -> PathBuf {
        self.platform.folder().join("environments/bench/environment.sqlite")
    }

    /// The server as a sales manager asks it, whose structure is above that of the owner of all accounts.
    pub(crate) fn manager(&self) -> Result<Target> {
        const EMAIL: &str = "manager@tisserand.example";
        let opened = self.platform.environment("bench")?;
        let system = Caller::system();
        let ada = opened.engine.find(&system, "user", "email", "ada@tisserand.example", &[])?.row.id();
        opened.engine.transact(&system, move |unit| {
            let above = unit.create("structure", None, Draft::default().with("name", "Sales"))?;
            let beneath = Draft::default().with("name", "North").with("parent", above);
            let beneath = unit.create("structure", None, beneath)?;
            unit.update("user", ada, None, Draft::default().with("structure", beneath))?;
            let manager =
                Draft::default().with("name", "Manager").with("email", EMAIL).with("structure", above);
            unit.create("user", None, manager).map(drop)
        })?;
        let user = self.platform.user_create(NewUser {
            email: EMAIL.to_owned(),
            name: "Manager".to_owned(),
            password: "a long password for a short run".to_owned(),
            given: false,
            language: Language::En,
        })?;
        self.platform.access_grant(user.id, "bench", &["sales_manager"])?;
        let token = self.platform.token_create(NewToken {
            name: "manager".to_owned(),
            user: user.id,
            environment: None,
            scope: Scope::Write,
            expires: None,
        })?;
        Ok(Target { address: self.target.address, token: Some(token) })
    }

    /// Stops the server.
    pub(crate) async fn stop(self) -> Result<()> {
        // Dropping the sender says the same.
        let _ = self.stop.send(());
        self.server.finished().await.context("stopping the server")
    }
}

/// Changes communes one by one: as many entries of one change each.
pub(crate) fn fill_single(platform: &Platform, environment: &str, changes: usize) -> Result<()> {
    let opened = platform.environment(environment)?;
    let query = Query { entity: "commune".to_owned(), limit: 1_000, ..Query::default() };
    let communes = opened.engine.list(&Caller::system(), &query)?.records;
    for number in 0..changes {
        let id = communes[number % communes.len()].row.id();
        let draft = Draft::default().with("population", dictionary::Value::Integer(i64::try_from(number)?));
        opened.engine.transact(&Caller::system(), move |unit| unit.update("commune", id, None, draft))?;
    }
    Ok(())
}

/// Adds accounts owned by Ada Lenoir, every third a customer; returns some of them.
fn fill(platform: &Platform, accounts: usize) -> Result<Vec<RecordId>> {
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
    let mut some = Vec::new();
    let apart = (accounts / 1_000).max(1);
    for start in (0..accounts).step_by(1_000) {
        let end = (start + 1_000).min(accounts);
        let done = environment.transact(&caller, move |unit| {
            let mut kept = Vec::new();
            for number in start..end {
                let kind = if number % 3 == 0 { "customer" } else { "prospect" };
                let draft = Draft::default()
                    .with("name", crate::account_name(number).as_str())
                    .with("kind", kind)
                    .with("owner", owner);
                let id = unit.create("account", None, draft)?;
                kept.extend((number % apart == 0).then_some(id));
            }
            Ok(kept)
        })?;
        some.extend(done.value);
    }
    if some.is_empty() {
        some.push(owner);
    }
    Ok(some)
}
