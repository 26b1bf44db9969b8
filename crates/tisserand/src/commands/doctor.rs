//! `doctor`: is everything in its place? Each finding says how to mend it.

mod certificates;
mod mail;
mod security;

use std::path::Path;

use engine::{Clock, SystemClock};
use platform::Platform;
use platform::security_report::Verdict;
use serde_json::json;

use crate::cli::Doctor;
use crate::commands::journal::broken_seal;
use crate::console::Console;
use crate::data::{self, Held};
use crate::failure::refusal;
use crate::settings::Settings;

/// Less free space than this deserves a warning, bytes.
const FREE_LOW: u64 = 1 << 30;
/// With less than this, writes will soon fail.
const FREE_NONE: u64 = 64 << 20;

struct Finding {
    what: &'static str,
    verdict: Verdict,
    found: String,
    mend: String,
}

struct Examination<'a> {
    console: &'a Console,
    findings: Vec<Finding>,
}

impl Examination<'_> {
    fn note(
        &mut self,
        what: &'static str,
        verdict: Verdict,
        found: (String, String),
        mend: (String, String),
    ) {
        let console = self.console;
        let text = |pair: (String, String)| console.text(&pair.0, &pair.1).to_owned();
        self.findings.push(Finding { what, verdict, found: text(found), mend: text(mend) });
    }
}

fn same(text: impl Into<String>) -> (String, String) {
    let text = text.into();
    (text.clone(), text)
}

fn pair(fr: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (fr.into(), en.into())
}

pub(crate) fn run(options: &Doctor, settings: &Settings, console: &Console) -> anyhow::Result<()> {
    let mut exam = Examination { console, findings: Vec::new() };
    if options.security {
        let opened = data::open(settings, "doctor")?;
        security::all(&mut exam, settings, &opened.platform);
    } else {
        everything(&mut exam, settings);
    }
    tell(&exam.findings, console);
    let bad = exam.findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    if bad > 0 {
        return Err(refusal(format!("{bad} point(s) à réparer."), format!("{bad} thing(s) to mend.")));
    }
    Ok(())
}

fn everything(exam: &mut Examination<'_>, settings: &Settings) {
    let console = exam.console;
    clock(exam);
    web(exam);
    mail::server(exam, settings);
    certificates::all(exam, settings);
    let there = data::options(settings, &settings.data).and_then(|options| Ok(Platform::exists(&options)?));
    if let Err(error) = &there {
        exam.note(
            "database",
            Verdict::Bad,
            same(crate::failure::said(error, console)),
            pair("Voyez docs/postgresql.md.", "See docs/postgresql.md."),
        );
    }
    if let (Ok(true), Some(_)) = (&there, &settings.database) {
        exam.note("database", Verdict::Good, pair("PostgreSQL répond", "PostgreSQL answers"), same(""));
    }
    if there.as_ref().is_ok_and(|there| *there) {
        match Held::take(settings, "doctor") {
            Err(error) => {
                let shown = error
                    .downcast_ref::<crate::failure::Refusal>()
                    .map_or(error.to_string(), |r| console.label(&r.0));
                exam.note(
                    "data",
                    Verdict::Warning,
                    same(shown),
                    pair(
                        "Les environnements ne peuvent être contrôlés qu'arrêtés ; /health répond pour le serveur.",
                        "Environments can be checked when it is stopped only; /health answers for the server.",
                    ),
                );
                disk(exam, &settings.data);
            }
            Ok(held) => {
                writable(exam, &settings.data);
                disk(exam, &settings.data);
                environments(exam, settings);
                drop(held);
            }
        }
    } else if there.is_ok() {
        exam.note(
            "data",
            Verdict::Warning,
            pair(
                format!("pas de plateforme dans {}", settings.data.display()),
                format!("no platform in {}", settings.data.display()),
            ),
            pair(
                "tisserand demo, ou tisserand serve --create",
                "tisserand demo, or tisserand serve --create",
            ),
        );
    }
}

fn tell(findings: &[Finding], console: &Console) {
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Good => "✓",
            Verdict::Warning => "!",
            Verdict::Bad => "✗",
        };
        if console.json {
            console.data(&json!({ "what": finding.what, "verdict": finding.verdict.tag(), "found": finding.found, "mend": finding.mend }));
            continue;
        }
        console.out(format!("{mark} {:<14} {}", finding.what, finding.found));
        if finding.verdict != Verdict::Good {
            console.out(format!("                 → {}", finding.mend));
        }
    }
}

fn clock(exam: &mut Examination<'_>) {
    let now = SystemClock.now();
    let year = jiff::tz::TimeZone::UTC.to_datetime(now).year();
    let verdict = if (2026..2100).contains(&year) { Verdict::Good } else { Verdict::Bad };
    exam.note(
        "clock",
        verdict,
        same(now.to_string()),
        pair("Réglez l'horloge (timedatectl set-ntp true).", "Set the clock (timedatectl set-ntp true)."),
    );
}

fn web(exam: &mut Examination<'_>) {
    let there = server::has_web_app();
    exam.note(
        "web",
        if there { Verdict::Good } else { Verdict::Warning },
        if there {
            pair("application web incluse", "web application included")
        } else {
            pair("sans application web", "without web application")
        },
        pair(
            "Construisez-la avant le binaire : make run (ou npm run build dans web/).",
            "Build it before the binary: make run (or npm run build in web/).",
        ),
    );
}

fn writable(exam: &mut Examination<'_>, data: &Path) {
    let probe = data.join("tisserand.probe");
    let written = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe));
    exam.note(
        "data",
        if written.is_ok() { Verdict::Good } else { Verdict::Bad },
        same(match &written {
            Ok(()) => data.display().to_string(),
            Err(error) => format!("{}: {error}", data.display()),
        }),
        pair(
            "Donnez ce dossier à la personne qui lance Tisserand (chown), ou libérez de la place.",
            "Give this folder to the account that runs Tisserand (chown), or free some space.",
        ),
    );
}

fn disk(exam: &mut Examination<'_>, data: &Path) {
    match rustix::fs::statvfs(data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let verdict = match free {
                free if free < FREE_NONE => Verdict::Bad,
                free if free < FREE_LOW => Verdict::Warning,
                _ => Verdict::Good,
            };
            let free_mib = free >> 20;
            exam.note(
                "disk",
                verdict,
                pair(format!("{free_mib} Mio libres"), format!("{free_mib} MiB free")),
                pair("Libérez de la place sur ce disque.", "Free some space on this disk."),
            );
        }
        Err(error) => exam.note("disk", Verdict::Warning, same(error.to_string()), same("df -h")),
    }
}

fn environments(exam: &mut Examination<'_>, settings: &Settings) {
    let restore = || {
        pair(
            "Arrêtez d'y écrire et restaurez une sauvegarde de ce dossier.",
            "Stop writing there and restore a backup of its folder.",
        )
    };
    let opened = data::options(settings, &settings.data).and_then(|options| Ok(Platform::open(options)?));
    let platform = match opened {
        Ok(platform) => platform,
        Err(error) => {
            return exam.note("platform", Verdict::Bad, same(format!("{error:#}")), restore());
        }
    };
    mail::letters(exam, &platform);
    certificates::of_environments(exam, settings, &platform);
    let all = match platform.environments() {
        Ok(all) => all,
        Err(error) => {
            return exam.note("platform", Verdict::Bad, same(format!("{error:#}")), restore());
        }
    };
    for info in all {
        let examined =
            platform.environment(&info.name).map_err(anyhow::Error::from).and_then(|environment| {
                let snapshot = environment.engine.store().snapshot()?;
                let report =
                    store::verify::verify(&*snapshot, &environment.engine.dictionary(), &mut |_, _| {})?;
                let seals = platform.journal_seals_verify(&info.name)?;
                let broken = seals.fault.map(|position| broken_seal(position, exam.console));
                let finding = report.findings.first().map(ToString::to_string).or(broken);
                Ok((finding, report.rows, report.entries))
            });
        security::of(exam, settings, (&platform, &info.name), false);
        match examined {
            Ok((None, rows, entries)) => exam.note(
                "environment",
                Verdict::Good,
                pair(
                    format!("{} : {rows} fiches, {entries} entrées", info.name),
                    format!("{}: {rows} records, {entries} entries", info.name),
                ),
                same(""),
            ),
            Ok((Some(finding), ..)) => {
                exam.note("environment", Verdict::Bad, same(format!("{}: {finding}", info.name)), restore());
            }
            Err(error) => {
                exam.note("environment", Verdict::Bad, same(format!("{}: {error:#}", info.name)), restore())
            }
        }
    }
}
