//! `agreement`: the service level of what is given, as JSON. No platform is opened.

use std::io::Read;
use std::path::Path;

use agreement::calendar::History;
use agreement::fault::Fault;
use agreement::holidays::{HolidayRules, holidays};
use agreement::hours::{Hours, Known};
use agreement::incident::Incident;
use agreement::ledger::Ledger;
use agreement::log::Log;
use agreement::projection::Supposed;
use agreement::quarter::Quarter;
use agreement::rate::answer;
use agreement::text::Language;
use agreement::ticket;
use anyhow::Context;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Agreement, Over};
use crate::console::Console;
use crate::failure::refusal;

pub(crate) fn run(asked: Agreement, console: &Console) -> anyhow::Result<()> {
    match asked {
        Agreement::Holidays { year, region, since_law, good_friday, law } => {
            let rules = HolidayRules { region: region.into(), since_law, good_friday: good_friday.into() };
            days_of(year, rules, law, console)
        }
        Agreement::Hours { quarter, calendar } => {
            hours_of(quarter, &calendar, console);
            Ok(())
        }
        Agreement::Rate { over, planned, suppose } => {
            rate_of(&over, &Supposed { planned, severities: suppose }, console)
        }
        Agreement::Ledger { over } => {
            let (log, incidents) = read(&over, console)?;
            let ledger = Ledger::new(&log.service_level, &incidents, over.quarter, over.until);
            if console.json {
                return print(&ledger, console);
            }
            console.out(ledger.page(language(console)).trim_end());
            Ok(())
        }
        Agreement::Clock { log, until } => {
            let text = text_of(&log, console)?;
            let log = ticket::Log::read(&text).map_err(|faults| refused(&faults))?;
            print(&log.answer(until), console)
        }
    }
}

fn days_of(year: i16, rules: HolidayRules, law: bool, console: &Console) -> anyhow::Result<()> {
    let days = holidays(year, rules)?;
    if !law {
        return print(&days, console);
    }
    let cited: Vec<_> = days
        .iter()
        .map(|day| json!({ "date": day.date, "name": day.name, "region": day.region, "law": day.law }))
        .collect();
    print(&cited, console)
}

fn hours_of(quarter: Quarter, calendar: &History, console: &Console) {
    let hours = Hours::of_quarter(calendar, quarter, Known::Last);
    console.out(format!(
        r#"{{"quarter":"{quarter}","days":{},"guaranteed_s":{}}}"#,
        hours.open_days(),
        hours.total_s()
    ));
}

fn rate_of(over: &Over, supposed: &Supposed, console: &Console) -> anyhow::Result<()> {
    let (log, incidents) = read(over, console)?;
    let now = answer(&log.service_level, &incidents, over.quarter, over.until);
    if *supposed == Supposed::default() {
        return print(&now, console);
    }
    let would = supposed
        .answer(&log.service_level, &incidents, over.quarter, over.until)
        .map_err(|text| refusal(text.fr, text.en))?;
    /// The rate as it is and as it would be.
    #[derive(Serialize)]
    struct Projection<T> {
        now: T,
        projected: T,
    }
    print(&Projection { now, projected: would }, console)
}

/// The log with the policy asked for, and the incidents asked for.
fn read(over: &Over, console: &Console) -> anyhow::Result<(Log, Vec<Incident>)> {
    let text = text_of(&over.log, console)?;
    let mut log = Log::read(&text).map_err(|faults| refused(&faults))?;
    if let Some(overlap) = over.overlap {
        log.service_level.policies.overlap = overlap.into();
    }
    let mut incidents = std::mem::take(&mut log.incidents);
    if let Some(wanted) = &over.environment {
        incidents.retain(|incident| incident.environment == *wanted);
    }
    Ok((log, incidents))
}

fn text_of(file: &Path, console: &Console) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        let reading = console.text("lecture de l'entrée standard", "reading standard input");
        std::io::stdin().read_to_string(&mut text).context(reading.to_owned())?;
        return Ok(text);
    }
    let reading = console.text("lecture de", "reading");
    std::fs::read_to_string(file).with_context(|| format!("{reading} {}", file.display()))
}

fn language(console: &Console) -> Language {
    if console.language == dictionary::Language::Fr { Language::Fr } else { Language::En }
}

/// Every fault, a line each.
fn refused(faults: &[Fault]) -> anyhow::Error {
    let told =
        |language| faults.iter().map(|fault| fault.0.told(language)).collect::<Vec<_>>().join("\n  → ");
    refusal(told(Language::Fr), told(Language::En))
}

fn print(value: &impl Serialize, console: &Console) -> anyhow::Result<()> {
    // Keys stay in the order of the documented format, which a map of values would not keep.
    console.out(serde_json::to_string(value)?);
    Ok(())
}
