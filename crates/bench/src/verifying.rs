//! The proof of a journal: chain, digest, records.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::report::Report;
use crate::{communes, ours};

/// Checks the journal of an import and that of a year of single changes.
pub(crate) fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    println!("preparing a journal…");
    let platform = folder.join("verify");
    communes::import(&platform, &communes::file(folder)?)?;
    let platform = platform::Platform::open(platform::Options::new(platform))?;
    ours::fill_single(&platform, "import", 20_000)?;
    let open = platform.environment("import")?;
    let snapshot = open.engine.store().snapshot()?;
    let start = Instant::now();
    let found = store::verify(&*snapshot, &open.engine.dictionary(), &mut |_, _| {})?;
    let took = start.elapsed();
    ensure!(found.findings.is_empty(), "the journal is damaged: {:?}", found.findings);
    let rate = found.changes as f64 / took.as_secs_f64();
    report.figure(
        "journal verify",
        format!("{rate:.0} changes/s, of {} in {} entries", found.changes, found.entries),
    );
    Ok(())
}
