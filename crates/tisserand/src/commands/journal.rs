//! `journal`: entries of an environment, and whether they hold together.

use dictionary::Dictionary;
use engine::{Caller, Environment};
use journal::{Actor, Entry};
use platform::Platform;
use serde_json::{Value as Json, json};

use crate::cli::Journal;
use crate::commands::environment::hexadecimal;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Journal, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "journal")?;
    match asked {
        Journal::Tail { env, last } => {
            let environment = data::environment(&opened.platform, &env)?;
            let head = environment.engine.head()?.position;
            let mut reached = head.saturating_sub(u64::from(last));
            loop {
                let entries = environment.engine.entries(&Caller::system(), reached, last)?;
                let Some(newest) = entries.last().map(|entry| entry.position) else { return Ok(()) };
                reached = newest;
                for entry in entries {
                    if console.json {
                        console.data(&as_json(&entry, None));
                    } else {
                        console.out(line(&entry));
                    }
                }
            }
        }
        Journal::Show { env, position } => {
            let environment = data::environment(&opened.platform, &env)?;
            let entries = environment.engine.entries(&Caller::system(), position.saturating_sub(1), 1)?;
            let Some(entry) = entries.first().filter(|entry| entry.position == position) else {
                let head = environment.engine.head()?.position;
                return Err(refusal(
                    format!("Il n'y a pas d'entrée {position} : le journal va de 1 à {head}."),
                    format!("There is no entry {position}: the journal goes from 1 to {head}."),
                ));
            };
            let dictionary = environment.engine.dictionary();
            let value = as_json(entry, Some(&dictionary));
            console.out(if console.json { value.to_string() } else { serde_json::to_string_pretty(&value)? });
            Ok(())
        }
        Journal::Verify { env } => {
            let environment = data::environment(&opened.platform, &env)?;
            if verified(&opened.platform, &environment.engine, &env, console)? {
                return Ok(());
            }
            Err(refusal(
                "Le journal ou les fiches sont abîmés : arrêtez d'y écrire et restaurez une sauvegarde.",
                "The journal or the records are damaged: stop writing there and restore a backup.",
            ))
        }
        Journal::Seal { env } => {
            data::environment(&opened.platform, &env)?;
            let seal = opened.platform.journal_seal(&env)?;
            if console.json {
                console.data(&json!({
                    "environment": seal.environment.to_string(), "position": seal.position, "chain": seal.chain,
                    "digest": seal.digest, "sealed": format!("{:.6}", seal.sealed), "public_key": seal.public_key,
                    "signature": seal.signature,
                }));
                return Ok(());
            }
            let (position, key) = (seal.position, &seal.public_key);
            console.out(console.text(
                &format!("{env} : scellé jusqu'à l'entrée {position}, par la clé {key}."),
                &format!("{env}: sealed up to entry {position}, by the key {key}."),
            ));
            Ok(())
        }
    }
}

/// Recomputes everything and says so; whether the environment is whole.
pub(crate) fn verified(
    platform: &Platform,
    environment: &Environment,
    name: &str,
    console: &Console,
) -> anyhow::Result<bool> {
    let bar = console.bar(0, name);
    let report = {
        let snapshot = environment.store().snapshot()?;
        store::verify::verify(&*snapshot, &environment.dictionary(), &mut |entries, rows| {
            bar.set_position(entries + rows)
        })?
    };
    bar.finish_and_clear();
    let seals = platform.journal_seals_verify(name)?;
    let findings = report.findings.iter().map(ToString::to_string);
    let findings: Vec<String> =
        findings.chain(seals.fault.map(|position| broken_seal(position, console))).collect();
    let whole = findings.is_empty();
    if console.json {
        let head = environment.head()?;
        console.data(&json!({
            "environment": name, "whole": whole, "entries": report.entries, "changes": report.changes,
            "rows": report.rows, "findings": findings, "position": head.position, "digest": hexadecimal(&head.digest),
            "seals": {"ours": seals.ours, "unknown": seals.unknown, "position": seals.last.map(|(position, _)| position)},
        }));
        return Ok(whole);
    }
    let (entries, rows) = (report.entries, report.rows);
    if whole {
        console.out(console.text(
            &format!("{name} : intact. {entries} entrées, {rows} fiches."),
            &format!("{name}: whole. {entries} entries, {rows} records."),
        ));
        let said = match seals.last {
            Some((position, at)) => {
                let count = seals.ours;
                (
                    format!(
                        "  {count} sceau(x) ; le dernier couvre jusqu'à l'entrée {position}, du {at:.0}."
                    ),
                    format!("  {count} seal(s); the last covers up to entry {position}, of {at:.0}."),
                )
            }
            None => ("  Pas encore scellé.".to_owned(), "  Not sealed yet.".to_owned()),
        };
        console.out(console.text(&said.0, &said.1));
    } else {
        console.out(console.text(&format!("{name} : abîmé."), &format!("{name}: damaged.")));
        findings.iter().for_each(|finding| console.out(format!("  {finding}")));
    }
    Ok(whole)
}

/// What is said of a seal that does not hold.
pub(crate) fn broken_seal(position: u64, console: &Console) -> String {
    let (fr, en) = (
        format!(
            "le sceau de l'entrée {position} ne tient pas : le journal a été réécrit, ou le sceau fabriqué"
        ),
        format!("the seal of entry {position} does not hold: the journal was rewritten, or the seal made up"),
    );
    console.text(&fr, &en).to_owned()
}

/// One entry on one line.
fn line(entry: &Entry) -> String {
    let changes = match &entry.changes {
        None => "(redacted)".to_owned(),
        Some(changes) => {
            let mut counts: Vec<(String, usize)> = Vec::new();
            for change in changes {
                let what = format!("{:?} {}", change.operation, change.entity).to_lowercase();
                match counts.iter_mut().find(|(known, _)| *known == what) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((what, 1)),
                }
            }
            let counts =
                counts.into_iter().map(|(what, n)| if n == 1 { what } else { format!("{what} ×{n}") });
            counts.collect::<Vec<_>>().join(", ")
        }
    };
    let origin = format!("{:?}", entry.cause.origin).to_lowercase();
    format!("{:>8}  {}  {origin:<8} {}  {changes}", entry.position, entry.cause.at, actor(entry))
}

fn actor(entry: &Entry) -> String {
    match entry.cause.actor {
        Actor::System => "system".to_owned(),
        Actor::User(id) => id.to_string(),
    }
}

fn as_json(entry: &Entry, dictionary: Option<&Dictionary>) -> Json {
    let changes = entry.changes.iter().flatten().map(|change| {
        let mut value = json!({
            "entity": change.entity, "record": change.record.to_string(),
            "operation": format!("{:?}", change.operation).to_lowercase(),
        });
        if let Some(dictionary) = dictionary {
            let entity = dictionary.entity(&change.entity);
            let written = |field: &str, value: &dictionary::Value| match entity.and_then(|e| e.field(field)) {
                Some(field) if field.secret => json!("…"),
                Some(field) => field.kind.to_json(value, &field.options),
                None => json!(format!("{value:?}")),
            };
            let fields = change
                .fields
                .iter()
                .map(|f| (f.field.clone(), json!([written(&f.field, &f.old), written(&f.field, &f.new)])));
            value["fields"] = Json::Object(fields.collect());
        }
        value
    });
    json!({
        "position": entry.position, "epoch": entry.epoch, "at": entry.cause.at.to_string(), "actor": actor(entry),
        "origin": format!("{:?}", entry.cause.origin).to_lowercase(), "request": entry.cause.request,
        "changes": changes.collect::<Vec<_>>(), "digest": hexadecimal(&entry.digest), "chain": hexadecimal(&entry.chain),
    })
}
