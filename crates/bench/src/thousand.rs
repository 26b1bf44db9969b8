//! A thousand environments on one server: made, listed, looked for, and opened at random under load.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use engine::{Caller, Draft};
use platform::NewEnvironment;

use crate::load::Ask;
use crate::report::Report;
use crate::{account_name, load, ours};

const ENVIRONMENTS: usize = 1_000;
/// Environments that the same load is compared with: all of them stay open.
const FEW: usize = 50;
/// Accounts of each.
const ACCOUNTS: usize = 50;
const CLIENTS: usize = 64;
const REQUESTS: usize = 30_000;

/// All of them stay open, as on a server that may have enough files.
pub(crate) async fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    println!("making {ENVIRONMENTS} environments with {ACCOUNTS} accounts each…");
    let ours = ours::start(&folder.join("thousand"), None, 0).await?;
    ours.platform.access_grant(ours.user, "platform", &["administrator"])?;
    let mut made = Vec::new();
    let mut records = Vec::new();
    for number in 0..ENVIRONMENTS {
        let name = format!("client-{number}");
        let start = Instant::now();
        ours.platform.environment_create(NewEnvironment::named(&name, &name, &["core"]))?;
        made.push(start.elapsed());
        ours.platform.access_grant(ours.user, &name, &["administrator"])?;
        let open = ours.platform.environment(&name)?;
        let last = open.engine.transact(&Caller::system(), |unit| {
            for number in 1..ACCOUNTS {
                unit.create("account", None, Draft::default().with("name", account_name(number).as_str()))?;
            }
            unit.create("account", None, Draft::default().with("name", "Chosen"))
        })?;
        records.push((name, last.value));
    }
    report.figure(
        "making an environment: the first hundred",
        format!("{:.0} ms", ms(median(&mut made[..100]))),
    );
    report.figure(
        "making an environment: the last hundred of 1 000",
        format!("{:.0} ms", ms(median(&mut made[900..]))),
    );

    for (name, path) in [
        ("50 of 1 000 environments, by name", "/data/platform/environments?$orderby=name&$top=50"),
        ("one of 1 000 looked for", "/data/platform/environments?$search=client-777"),
    ] {
        let mut taken = load::latencies(&ours.target, 400, 1, move |_| Ask::get(path)).await?;
        report.figure(name, format!("{:.1} ms", ms(median(&mut taken))));
    }

    let records = Arc::new(records);
    let ask = |among: usize| {
        let records = records.clone();
        move |turn: usize| {
            let mixed = turn.wrapping_mul(2_654_435_761) >> 7;
            let (name, id) = &records[mixed % among];
            match turn % 10 {
                0 => Ask::post(
                    format!("/data/{name}/accounts"),
                    &serde_json::json!({"name": account_name(turn)}),
                ),
                1..=4 => Ask::get(format!("/data/{name}/accounts?$orderby=name&$top=50")),
                _ => Ask::get(format!("/data/{name}/accounts/{id}")),
            }
        }
    };
    for (name, among) in [("50 environments", FEW), ("1 000 environments", ENVIRONMENTS)] {
        load::run(&ours.target, 3_000, CLIENTS, ask(among)).await?;
        let start = Instant::now();
        let mut taken = load::latencies(&ours.target, REQUESTS, CLIENTS, ask(among)).await?;
        let rate = REQUESTS as f64 / start.elapsed().as_secs_f64();
        taken.sort_unstable();
        report.figure(
            &format!("{name} at random, 64 clients"),
            format!(
                "{rate:.0} /s; p50 {:.1} ms, p99 {:.1} ms",
                ms(taken[taken.len() / 2]),
                ms(taken[taken.len() * 99 / 100])
            ),
        );
    }
    ours.stop().await
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
