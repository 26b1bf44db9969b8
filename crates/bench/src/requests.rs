//! Requests over HTTP: creating, reading, listing.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::load::{Ask, Target};
use crate::ours::Ours;
use crate::report::Report;
use crate::{account_name, bare, load, ours};

const ACCOUNTS: usize = 100_000;
const MANY_ACCOUNTS: usize = 1_000_000;
const ROUNDS: usize = 5;
/// In flight for creations…
const WRITERS: usize = 64;
/// …and for reads and lists.
const READERS: usize = 8;
const LIST: &str =
    "/data/bench/accounts?$filter=kind%20eq%20'customer'&$orderby=name&$top=50&$expand=owner($select=name)";

/// Measures those of `create`, `read` and `list` that are wanted, against a bare server.
pub(crate) async fn measure(report: &mut Report, folder: &Path, wanted: &[&str]) -> Result<()> {
    println!("preparing {ACCOUNTS} synthetic accounts on both sides…");
    let folder = folder.join("requests");
    let ours = ours::start(&folder, None, ACCOUNTS).await?;
    let file = folder.join("bare.sqlite");
    bare::fill(&file, &ours.database())?;
    let records = records_of(&ours);
    let constant = load::once(&ours.target, &Ask::get(records[0].clone())).await?;
    let bare = Target { address: bare::serve(file, constant.to_vec()).await?, token: None };
    for _ in 0..ROUNDS {
        for name in wanted {
            match *name {
                "create" => {
                    let count = 12_000;
                    let (mine, theirs) = (
                        creates(&ours.target, "/data/bench/accounts", count).await?,
                        creates(&bare, "/insert", count).await?,
                    );
                    report.pair("create an account, 64 in flight, durable, journalled", count, mine, theirs);
                }
                "read" => {
                    let count = 20_000;
                    let (mine, theirs) =
                        (reads(&ours.target, &records, count).await?, gets(&bare, "/constant", count).await?);
                    report.pair("read by id, 1 000 records in turn", count, mine, theirs);
                }
                _ => {
                    let count = 2_000;
                    let (mine, theirs) =
                        (gets(&ours.target, LIST, count).await?, gets(&bare, "/list", count).await?);
                    report.pair("list: filter, sort, expand, 50 of 100 000", count, mine, theirs);
                }
            }
        }
    }
    ours.stop().await
}

/// The same requests with ten times the accounts: how much longer they take.
pub(crate) async fn flat(report: &mut Report, folder: &Path) -> Result<()> {
    let mut taken = Vec::new();
    for accounts in [ACCOUNTS, MANY_ACCOUNTS] {
        println!("preparing {accounts} synthetic accounts…");
        let ours = ours::start(&folder.join(format!("flat-{accounts}")), None, accounts).await?;
        let records = records_of(&ours);
        let mut rounds: [Vec<Duration>; 3] = Default::default();
        for _ in 0..ROUNDS {
            rounds[0].push(gets(&ours.target, LIST, 1_000).await?);
            rounds[1].push(reads(&ours.target, &records, 10_000).await?);
            rounds[2].push(creates(&ours.target, "/data/bench/accounts", 4_000).await?);
        }
        taken.push(rounds.map(|mut rounds| {
            rounds.sort_unstable();
            rounds[ROUNDS / 2]
        }));
        ours.stop().await?;
    }
    for (index, name) in ["list", "read", "create"].into_iter().enumerate() {
        let times = taken[1][index].as_secs_f64() / taken[0][index].as_secs_f64();
        report.figure(&format!("{name}: 1 000 000 accounts against 100 000"), format!("{times:.2} ×"));
    }
    Ok(())
}

/// The same list asked by somebody whose rights a rule of two levels bounds (the structure of the owner, or one above it), all records being theirs: how
/// much longer it takes than without bounds.
pub(crate) async fn rights(report: &mut Report, folder: &Path) -> Result<()> {
    println!("preparing {ACCOUNTS} synthetic accounts of a structure…");
    let ours = ours::start(&folder.join("rights"), None, ACCOUNTS).await?;
    let bounded = ours.manager()?;
    for _ in 0..ROUNDS {
        let count = 2_000;
        let (free, theirs) = (gets(&ours.target, LIST, count).await?, gets(&bounded, LIST, count).await?);
        report.pair(
            "list without bounds, against the same within a row rule of two levels",
            count,
            free,
            theirs,
        );
    }
    ours.stop().await
}

fn records_of(ours: &Ours) -> Vec<String> {
    ours.some_accounts.iter().map(|id| format!("/data/bench/accounts/{id}")).collect()
}

async fn reads(target: &Target, records: &[String], count: usize) -> Result<Duration> {
    let asks: Vec<Ask> = records.iter().map(|record| Ask::get(record.clone())).collect();
    load::run(target, count, READERS, move |n| asks[n % asks.len()].clone()).await
}

async fn creates(target: &Target, path: &'static str, count: usize) -> Result<Duration> {
    let body = |number: usize| serde_json::json!({"name": account_name(number), "kind": "prospect"});
    load::run(target, count, WRITERS, move |n| Ask::post(path, &body(n))).await
}

async fn gets(target: &Target, path: &str, count: usize) -> Result<Duration> {
    let ask = Ask::get(path);
    load::run(target, count, READERS, move |_| ask.clone()).await
}
