//! An environment moves to another store while somebody writes in it: how long the whole takes, and how long the one who writes waits at most.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use engine::{Caller, Draft};
use platform::{Asked, Keep, OperationKind, OperationState, Options, Platform};
use serde_json::json;
use store::PostgresDatabase;
use store::postgres::Connections;
use test_postgres::Server;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::load::{self, Ask, Target};
use crate::ours::Ours;
use crate::report::Report;
use crate::{account_name, ours};

const ACCOUNTS: usize = 100_000;
/// Accounts are made by as many at once: each is an entry of the journal, and they share syncs.
const AT_ONCE: usize = 32;
/// Whoever is refused tries again after this.
const AGAIN: Duration = Duration::from_millis(5);

/// From a file to PostgreSQL, and back.
pub(crate) async fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    let server = Server::start();
    let address = server.address();
    let database = tokio::task::block_in_place(|| PostgresDatabase::open(&address, Connections::default()))?;
    let ours = ours::start(&folder.join("moving"), Some(database), 0).await?;
    moved(&ours, Keep::Files).await?;
    println!("preparing an environment of {ACCOUNTS} accounts, an entry each…");
    tokio::task::block_in_place(|| fill(&ours))?;
    let took = tokio::task::block_in_place(|| copied(&ours, &folder.join("copied")))?;
    report.figure("a copy of it, by another platform", format!("{:.1} s", took.as_secs_f64()));
    for (to, name) in
        [(Keep::Database, "a move from a file to PostgreSQL"), (Keep::Files, "a move back to a file")]
    {
        let writer = Writer::begin(&ours.target);
        let start = Instant::now();
        moved(&ours, to).await?;
        let whole = start.elapsed();
        let waits = writer.end().await?;
        let ms = |wait: &Duration| wait.as_secs_f64() * 1_000.0;
        report.figure(
            name,
            format!(
                "{:.1} s, writes wait {:.0} ms at most ({} of them, median {:.1} ms)",
                whole.as_secs_f64(),
                waits.last().map_or(0.0, ms),
                waits.len(),
                waits.get(waits.len() / 2).map_or(0.0, ms),
            ),
        );
    }
    ours.stop().await
}

fn fill(ours: &Ours) -> Result<()> {
    let open = ours.platform.environment("bench")?;
    thread::scope(|scope| {
        let fillers: Vec<_> = (0..AT_ONCE)
            .map(|place| {
                let engine = &open.engine;
                scope.spawn(move || -> Result<()> {
                    for number in (place..ACCOUNTS).step_by(AT_ONCE) {
                        let draft = Draft::default().with("name", account_name(number).as_str());
                        let draft = draft.with("kind", "prospect");
                        engine
                            .transact(&Caller::system(), move |unit| unit.create("account", None, draft))?;
                    }
                    Ok(())
                })
            })
            .collect();
        fillers.into_iter().try_for_each(|filler| filler.join().expect("who fills does not panic"))
    })
}

/// How long another platform takes to take the environment over.
fn copied(ours: &Ours, folder: &Path) -> Result<Duration> {
    let other = Platform::create(Options::new(folder))?;
    let start = Instant::now();
    other.environment_copy(&ours.platform, "bench", &mut |_, _| {})?;
    Ok(start.elapsed())
}

/// Asks for a move, and waits until the server has carried it out.
async fn moved(ours: &Ours, to: Keep) -> Result<()> {
    let asked = Asked {
        environment: Some(ours.platform.environment_info("bench")?.id),
        store: Some(to.tag().to_owned()),
        ..Asked::of(OperationKind::Move)
    };
    let id = tokio::task::block_in_place(|| ours.platform.operation_ask(asked))?;
    let mut apart = tokio::time::interval(Duration::from_millis(50));
    loop {
        apart.tick().await;
        let operation = tokio::task::block_in_place(|| ours.platform.operation(id))?;
        match operation.state {
            OperationState::Waiting | OperationState::Running => {}
            OperationState::Done => return Ok(()),
            OperationState::Refused | OperationState::Failed => {
                ensure!(false, "the move ended: {}", operation.message.unwrap_or_default());
            }
        }
    }
}

/// Somebody who writes one record after the other, and tries again when refused.
struct Writer {
    stops: Arc<AtomicBool>,
    work: JoinHandle<Result<Vec<Duration>>>,
}

impl Writer {
    fn begin(target: &Target) -> Writer {
        let stops = Arc::new(AtomicBool::new(false));
        let work = tokio::spawn(write(target.clone(), stops.clone()));
        Writer { stops, work }
    }

    /// How long each record waited until it was written, shortest first.
    async fn end(self) -> Result<Vec<Duration>> {
        self.stops.store(true, Ordering::Relaxed);
        let mut waits = self.work.await.context("whoever writes")??;
        waits.sort_unstable();
        Ok(waits)
    }
}

async fn write(target: Target, stops: Arc<AtomicBool>) -> Result<Vec<Duration>> {
    let mut connection = load::connect(target.address).await?;
    let (mut waits, mut again) = (Vec::new(), tokio::time::interval(AGAIN));
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !stops.load(Ordering::Relaxed) {
        let ask = Ask::post(
            "/data/bench/accounts",
            &json!({"name": account_name(waits.len()), "kind": "prospect"}),
        );
        let begun = Instant::now();
        loop {
            match load::send(&mut connection, &target, &ask).await {
                Err(error) if error.to_string().contains("503") => drop(again.tick().await),
                done => break drop(done?),
            }
        }
        waits.push(begun.elapsed());
    }
    Ok(waits)
}
