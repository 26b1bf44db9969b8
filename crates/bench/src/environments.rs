//! Many environments in one process: what an idle one costs, and how soon a dormant one answers.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use engine::{Caller, Query};
use platform::{NewEnvironment, Options, Platform};

use crate::report::Report;

const ENVIRONMENTS: usize = 1_000;

/// Opens a thousand environments with the standard modules; each answers a list before it rests.
pub(crate) fn measure(report: &mut Report, folder: &Path) -> Result<()> {
    println!("making {ENVIRONMENTS} environments…");
    let mut options = Options::new(folder.join("environments"));
    options.limits.open_max = ENVIRONMENTS + 1;
    let platform = Platform::create(options)?;
    for number in 0..ENVIRONMENTS {
        platform.environment_create(NewEnvironment::named(&name(number), "Bench", &["core"]))?;
    }
    platform.evict_all();
    let ask = |number: usize| -> Result<()> {
        let open = platform.environment(&name(number))?;
        let query = Query { entity: "account".to_owned(), limit: 50, ..Query::default() };
        open.engine.list(&Caller::system(), &query)?;
        Ok(())
    };
    // The dictionary is compiled once for all of them.
    ask(0)?;
    let before = resident_kb()?;
    let mut first: Vec<Duration> = Vec::new();
    for number in 1..ENVIRONMENTS {
        let start = Instant::now();
        ask(number)?;
        first.push(start.elapsed());
    }
    let opened = resident_kb()?;
    platform.rest_idle(jiff::SignedDuration::ZERO);
    // The allocator gives memory back a second later, as the process goes on.
    let resting = Instant::now();
    while resting.elapsed() < Duration::from_secs(3) {
        ask(0)?;
    }
    let rested = resident_kb()?;
    first.sort_unstable();
    let each = |after: u64| format!("{} KB", after.saturating_sub(before) / (ENVIRONMENTS as u64 - 1));
    report.figure("memory of an environment that just answered, 1 000 open", each(opened));
    report.figure("memory of an open environment at rest, 1 000 open", each(rested));
    report.figure(
        "dormant environment to first answer, median",
        format!("{:.2} ms", first[first.len() / 2].as_secs_f64() * 1_000.0),
    );
    Ok(())
}

fn name(number: usize) -> String {
    format!("bench-{number}")
}

/// Resident memory of this process, KB.
fn resident_kb() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("this measure needs Linux")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).context("VmRSS is no number")
}
