#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for people")]

mod bare;
mod communes;
mod environments;
mod load;
mod moving;
mod neighbours;
mod noisy;
mod ours;
mod postgres;
mod report;
mod requests;
mod service_level;
mod thousand;
mod verifying;

use std::path::Path;

use anyhow::{Result, bail};

use crate::report::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can be measured, and whether it is without being asked for.
const MEASURES: &[(&str, bool)] = &[
    ("create", true),
    ("read", true),
    ("list", true),
    ("import", true),
    ("rights", true),
    ("environments", true),
    ("neighbours", true),
    ("noisy", true),
    ("thousand", true),
    ("verify", true),
    ("agreement", true),
    ("postgres", true),
    ("moving", true),
    ("flat", false),
];

#[tokio::main]
async fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| !MEASURES.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        bail!("there is no measure “{unknown}”; there are {}", known.join(", "));
    }
    let wanted = |measure: &str| match asked.is_empty() {
        true => MEASURES.iter().any(|(name, always)| *name == measure && *always),
        false => asked.iter().any(|name| name == measure),
    };
    let folder = tempfile::tempdir()?;
    let mut report = Report::default();
    let http: Vec<&str> = ["create", "read", "list"].into_iter().filter(|name| wanted(name)).collect();
    if !http.is_empty() {
        requests::measure(&mut report, folder.path(), &http).await?;
    }
    if wanted("import") {
        imports(&mut report, folder.path())?;
    }
    if wanted("rights") {
        requests::rights(&mut report, folder.path()).await?;
    }
    if wanted("environments") {
        environments::measure(&mut report, folder.path())?;
    }
    if wanted("neighbours") {
        neighbours::measure(&mut report, folder.path()).await?;
    }
    if wanted("noisy") {
        noisy::measure(&mut report, folder.path()).await?;
    }
    if wanted("thousand") {
        thousand::measure(&mut report, folder.path()).await?;
    }
    if wanted("verify") {
        verifying::measure(&mut report, folder.path())?;
    }
    if wanted("agreement") {
        service_level::measure(&mut report)?;
    }
    if wanted("postgres") {
        postgres::creates(&mut report, folder.path(), 3).await?;
    }
    if wanted("moving") {
        moving::measure(&mut report, folder.path()).await?;
    }
    if wanted("flat") {
        requests::flat(&mut report, folder.path()).await?;
    }
    report.print();
    Ok(())
}

fn imports(report: &mut Report, folder: &Path) -> Result<()> {
    println!("importing the communes…");
    for round in 0..3 {
        let file = communes::file(folder)?;
        let place = folder.join(format!("import-{round}"));
        let mine = communes::import(&place, &file)?;
        let theirs = communes::insert(&folder.join(format!("bare-import-{round}.sqlite")), &file)?;
        let name = format!("import of {} communes, journalled", file.rows);
        report.pair(&name, file.rows, mine, theirs);
        let same = communes::insert_same(
            &folder.join(format!("same-import-{round}.sqlite")),
            &communes::imported(&place),
        )?;
        report.pair("… against bare prepared inserts into the same table", file.rows, mine, same);
        let copied = folder.join(format!("copied-{round}.sqlite"));
        let sqlite = communes::copy(&copied, &communes::imported(&place))?;
        report.pair("… against SQLite alone writing what it leaves", file.rows, mine, sqlite);
    }
    Ok(())
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
