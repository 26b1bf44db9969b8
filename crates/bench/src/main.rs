#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for people")]

mod bare;
mod communes;
mod load;
mod ours;
mod postgres;
mod report;

use std::path::Path;

use anyhow::Result;

use crate::load::{Ask, Target};
use crate::report::Report;

const ACCOUNTS: usize = 100_000;
const AT_ONCE: usize = 64;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    if std::env::args().nth(1).as_deref() == Some("postgres") {
        let mut report = Report::default();
        postgres::creates(&mut report, folder.path(), ROUNDS).await?;
        report.print();
        return Ok(());
    }
    println!("preparing {ACCOUNTS} synthetic accounts on both sides…");
    let ours = ours::start(folder.path(), None, ACCOUNTS).await?;
    let bare_file = folder.path().join("bare.sqlite");
    bare::fill(&bare_file, ACCOUNTS)?;
    let record = format!("/data/bench/accounts/{}", ours.some_account);
    let constant = load::once(&ours.target, &Ask::get(record.clone())).await?;
    let bare = Target { address: bare::serve(bare_file, constant.to_vec()).await?, token: None };

    let mut report = Report::default();
    for _ in 0..ROUNDS {
        creates(&mut report, &ours.target, &bare).await?;
        pair(
            &mut report,
            "read by id",
            4_000,
            (&ours.target, Ask::get(record.clone())),
            (&bare, Ask::get("/constant")),
        )
        .await?;
        let list = "/data/bench/accounts?$filter=kind%20eq%20'customer'&$orderby=name&$top=50&$expand=owner($select=name)";
        pair(
            &mut report,
            "list: filter, sort, expand, 50 of 100 000",
            400,
            (&ours.target, Ask::get(list)),
            (&bare, Ask::get("/list")),
        )
        .await?;
    }
    for round in 0..3 {
        imports(&mut report, folder.path(), round)?;
    }
    postgres::creates(&mut report, folder.path(), 3).await?;
    report.print();
    ours.stop().await
}

/// Names that sort and search like names: synthetic, from the number alone.
fn account_name(number: usize) -> String {
    const TRADES: [&str; 8] =
        ["Chauffage", "Boulangerie", "Électricité", "Menuiserie", "Garage", "Hôtel", "Pharmacie", "Atelier"];
    const PEOPLE: [&str; 8] =
        ["Lenoir", "Muller", "Schmitt", "Étienne", "Garnier", "Weiss", "Lefèvre", "Noël"];
    let mixed = number.wrapping_mul(2_654_435_761) % 1_000_003;
    format!("{} {} {mixed:06}", TRADES[mixed % 8], PEOPLE[mixed / 8 % 8])
}

async fn creates(report: &mut Report, ours: &Target, bare: &Target) -> Result<()> {
    let count = 4_000;
    let body = |number: usize| serde_json::json!({"name": account_name(number), "kind": "prospect"});
    let mine = load::run(ours, count, AT_ONCE, move |n| Ask::post("/data/bench/accounts", &body(n))).await?;
    let theirs = load::run(bare, count, AT_ONCE, move |n| Ask::post("/insert", &body(n))).await?;
    report.add("create, 64 in flight, durable", count, mine, theirs);
    Ok(())
}

async fn pair(
    report: &mut Report,
    name: &str,
    count: usize,
    (ours, ask): (&Target, Ask),
    (bare, bare_ask): (&Target, Ask),
) -> Result<()> {
    let mine = load::run(ours, count, 8, move |_| ask.clone()).await?;
    let theirs = load::run(bare, count, 8, move |_| bare_ask.clone()).await?;
    report.add(name, count, mine, theirs);
    Ok(())
}

fn imports(report: &mut Report, folder: &Path, round: usize) -> Result<()> {
    let file = communes::file(folder)?;
    let mine = communes::import(&folder.join(format!("import-{round}")), &file)?;
    let theirs = communes::insert(&folder.join(format!("bare-import-{round}.sqlite")), &file)?;
    report.add(&format!("import of {} communes", file.rows), file.rows, mine, theirs);
    Ok(())
}
