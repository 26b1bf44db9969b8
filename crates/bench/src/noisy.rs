//! What a noisy environment costs its neighbours: the same requests of theirs beside it, against the same without.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use engine::{Caller, Draft};
use platform::NewEnvironment;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use crate::load::{Ask, Target};
use crate::report::Report;
use crate::{account_name, load, ours};

const ACCOUNTS: usize = 100_000;
const NEIGHBOURS: usize = 24;
const ROUNDS: usize = 3;
/// Requests of the neighbours in one measure…
const REQUESTS: usize = 12_000;
/// …in flight.
const CLIENTS: usize = 8;
/// Rows of a file that the noisy environment imports, again and again.
const IMPORTED: usize = 20_000;

/// Each list reads all of 100 000 accounts, for no index helps it.
const HEAVY: &str = "/data/bench/accounts?$filter=contains(name,'zz')&$count=true";

/// Neighbours ask for records, lists and changes as people do; the noisy one imports, asks heavy lists, or writes all the time.
pub(crate) async fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    println!("preparing {NEIGHBOURS} environments and a noisy one with {ACCOUNTS} accounts…");
    let ours = ours::start(&folder.join("noisy"), None, ACCOUNTS).await?;
    let mut records = Vec::new();
    for number in 0..NEIGHBOURS {
        let name = format!("neighbour-{number}");
        ours.platform.environment_create(NewEnvironment::named(&name, &name, &["core"]))?;
        ours.platform.access_grant(ours.user, &name, &["administrator"])?;
        let open = ours.platform.environment(&name)?;
        let id = open.engine.transact(&Caller::system(), |unit| {
            for number in 0..200 {
                unit.create("account", None, Draft::default().with("name", account_name(number).as_str()))?;
            }
            unit.create("account", None, Draft::default().with("name", "Chosen"))
        })?;
        records.push((name, id.value));
    }
    let records = Arc::new(records);
    let ask = move |turn: usize| {
        let mixed = turn.wrapping_mul(2_654_435_761) >> 7;
        let (name, id) = &records[mixed % records.len()];
        match turn % 10 {
            0 => Ask::post(format!("/data/{name}/accounts"), &json!({"name": account_name(turn)})),
            1..=3 => Ask::get(format!("/data/{name}/accounts?$orderby=name&$top=50")),
            _ => Ask::get(format!("/data/{name}/accounts/{id}")),
        }
    };
    load::latencies(&ours.target, 4_000, CLIENTS, ask.clone()).await?;
    let target = ours.target.clone();
    let kinds: [(&str, Begin); 3] =
        [("heavy lists", heavy_lists), ("writes", writes), ("an import", imports)];
    for (name, noise) in kinds {
        let (mut costs, mut late) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let quiet = Measured::of(&target, ask.clone()).await?;
            let mut making = noise(&target);
            // It is at work when the first requests of its neighbours come.
            load::latencies(&target, 500, CLIENTS, ask.clone()).await?;
            let beside = Measured::of(&target, ask.clone()).await?;
            if let Some(ended) = making.try_join_next() {
                ended?.with_context(|| format!("{name} could not go on"))?;
            }
            making.shutdown().await;
            costs.push((beside.whole / quiet.whole - 1.0) * 100.0);
            late.push((quiet.late, beside.late));
        }
        costs.sort_unstable_by(f64::total_cmp);
        late.sort_unstable();
        report.figure(
            &format!("{name} beside: neighbours slower by"),
            format!(
                "{:.0} % ({:.0} – {:.0}), p99 {:.1} ms against {:.1} ms",
                costs[ROUNDS / 2],
                costs[0],
                costs[ROUNDS - 1],
                late[ROUNDS / 2].1.as_secs_f64() * 1_000.0,
                late[ROUNDS / 2].0.as_secs_f64() * 1_000.0,
            ),
        );
    }
    ours.stop().await
}

/// The neighbours' requests.
struct Measured {
    /// Seconds for all of them.
    whole: f64,
    /// 99 of 100 took no longer.
    late: Duration,
}

impl Measured {
    async fn of(target: &Target, ask: impl Fn(usize) -> Ask + Send + Sync + 'static) -> Result<Measured> {
        let start = Instant::now();
        let mut latencies = load::latencies(target, REQUESTS, CLIENTS, ask).await?;
        let whole = start.elapsed().as_secs_f64();
        latencies.sort_unstable();
        Ok(Measured { whole, late: latencies[latencies.len() * 99 / 100] })
    }
}

/// Begins to make noise.
type Begin = fn(&Target) -> Noise;

/// What makes noise, until it is shut down.
type Noise = JoinSet<Result<()>>;

/// Asks again and again, so many at once. What the server refuses as too much is noise too.
fn again(
    target: &Target,
    at_once: usize,
    ask: impl Fn(usize) -> Ask + Clone + Send + Sync + 'static,
) -> Noise {
    let mut noise = Noise::new();
    for place in 0..at_once {
        let (target, ask) = (target.clone(), ask.clone());
        noise.spawn(async move {
            let mut connection = load::connect(target.address).await?;
            for turn in 0_usize.. {
                match load::send(&mut connection, &target, &ask(turn * at_once + place)).await {
                    Err(error) if error.to_string().contains("429") => {}
                    done => drop(done?),
                }
            }
            Ok(())
        });
    }
    noise
}

fn heavy_lists(target: &Target) -> Noise {
    again(target, 8, |_| Ask::get(HEAVY))
}

fn writes(target: &Target) -> Noise {
    again(target, 32, |turn| {
        Ask::post("/data/bench/accounts", &json!({"name": account_name(turn), "kind": "prospect"}))
    })
}

/// A file is imported, then the next.
fn imports(target: &Target) -> Noise {
    let mut noise = Noise::new();
    let target = target.clone();
    noise.spawn(async move {
        for turn in 0_usize.. {
            import(&target, turn).await?;
        }
        Ok(())
    });
    noise
}

async fn import(target: &Target, turn: usize) -> Result<()> {
    let mut file = "name,kind\n".to_owned();
    for number in 0..IMPORTED {
        writeln!(file, "Import {turn} {number},prospect")?;
    }
    let taken = load::once(target, &Ask::file("/data/bench/$imports?collection=accounts", &file)).await?;
    let taken: Json = serde_json::from_slice(&taken)?;
    let place = format!("/data/bench/$imports/{}", taken["id"].as_str().context("an import")?);
    let mapping = json!({"entity": "account", "columns": {"name": "name", "kind": "kind"}});
    load::once(target, &Ask::post(format!("{place}/run"), &json!({"mapping": mapping}))).await?;
    let mut apart = tokio::time::interval(Duration::from_millis(50));
    loop {
        apart.tick().await;
        let now: Json = serde_json::from_slice(&load::once(target, &Ask::get(&*place)).await?)?;
        if now["stage"] == "done" {
            return Ok(());
        }
    }
}
