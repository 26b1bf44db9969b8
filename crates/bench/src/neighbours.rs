//! A hundred environments under mixed load: how much longer the unlucky wait than the others.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use engine::{Caller, Draft};
use platform::NewEnvironment;

use crate::load::Ask;
use crate::report::Report;
use crate::{account_name, load, ours};

const ENVIRONMENTS: usize = 100;
const CLIENTS: usize = 64;
const REQUESTS: usize = 30_000;
const ACCOUNTS: usize = 200;

/// 64 clients, four reads (half of them lists) for each write.
pub(crate) async fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    println!("preparing {ENVIRONMENTS} environments…");
    let ours = ours::start(&folder.join("neighbours"), None, 0).await?;
    let mut records = Vec::new();
    for number in 0..ENVIRONMENTS {
        let name = format!("neighbour-{number}");
        ours.platform.environment_create(NewEnvironment::named(&name, &name, &["core"]))?;
        ours.platform.access_grant(ours.user, &name, &["administrator"])?;
        let open = ours.platform.environment(&name)?;
        let last = open.engine.transact(&Caller::system(), |unit| {
            let mut last = None;
            for number in 0..ACCOUNTS {
                let draft = Draft::default().with("name", account_name(number).as_str());
                last = Some(unit.create("account", None, draft)?);
            }
            Ok(last)
        })?;
        records.extend(last.value.map(|id| (name, id)));
    }
    let records = Arc::new(records);
    let ask = move |turn: usize| {
        let mixed = turn.wrapping_mul(2_654_435_761) >> 7;
        let (name, id) = &records[mixed % records.len()];
        match turn % 5 {
            0 => {
                Ask::post(format!("/data/{name}/accounts"), &serde_json::json!({"name": account_name(turn)}))
            }
            1 | 2 => Ask::get(format!("/data/{name}/accounts?$orderby=name&$top=50")),
            _ => Ask::get(format!("/data/{name}/accounts/{id}")),
        }
    };
    load::run(&ours.target, 2_000, CLIENTS, ask.clone()).await?;
    let mut latencies = load::latencies(&ours.target, REQUESTS, CLIENTS, ask).await?;
    latencies.sort_unstable();
    let at = |share: usize| latencies[latencies.len() * share / 100].as_secs_f64() * 1_000.0;
    report.figure(
        "100 environments, 64 clients, 80 % reads: p99 against p50",
        format!("{:.1} × ({:.1} and {:.1} ms)", at(99) / at(50), at(99), at(50)),
    );
    ours.stop().await
}
