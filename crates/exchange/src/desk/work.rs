//! The work itself, on a thread of its own.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;

use dictionary::{Label, Language};
use engine::{Caller, Environment};
use journal::Origin;

use crate::desk::job::{Advance, Job, Reason, Stage, Tally};
use crate::desk::rows::PreviewRow;
use crate::desk::{DeskError, Live, Task, begun, conflict, mapping_of};
use crate::error::ExchangeError;
use crate::import::{ImportOptions, Progress, RowReport, Watch, import};
use crate::mapping::Mapping;
use crate::mapping::resolve::resolve;
use crate::undo::{Span, undo};

/// Different reasons counted at most.
const REASONS_MAX: usize = 500;
/// Reasons told.
const REASONS_TOLD: usize = 12;

/// Brings an import into the state of the task, or says why not; returns the mapping it is done with.
pub(super) fn prepare(
    job: &mut Job,
    environment: &Environment,
    caller: &Caller,
    task: &Task,
) -> Result<Mapping, DeskError> {
    let mapping = match task {
        Task::Preview(asked) => {
            if job.stage.has_run() {
                return Err(begun());
            }
            job.preview = None;
            job.stage = Stage::Previewing;
            asked_anew(job, environment, caller, asked)?
        }
        Task::Run(asked) => {
            if matches!(job.stage, Stage::Done | Stage::Undoing | Stage::Undone) {
                return Err(conflict(
                    "Cet import est terminé : envoyez de nouveau le fichier pour le refaire.",
                    "This import is done: send the file again to import it again.",
                ));
            }
            let mapping = match (asked, &job.asked) {
                (Some(asked), _) if !job.stage.has_run() => asked_anew(job, environment, caller, asked)?,
                (_, Some(asked)) => mapping_of(asked)?,
                (_, None) => {
                    return Err(conflict(
                        "Dites d'abord quelle colonne donne quel champ.",
                        "First say which column feeds which field.",
                    ));
                }
            };
            job.stage = Stage::Running;
            job.after = job.after.or(Some(environment.position()));
            job.started_at = job.started_at.or(Some(environment.context(caller).now));
            mapping
        }
        Task::Undo => {
            if !job.stage.has_run() {
                return Err(conflict(
                    "Cet import n'a rien écrit : il n'y a rien à défaire.",
                    "This import wrote nothing: there is nothing to undo.",
                ));
            }
            if job.until.is_none() || matches!(job.stage, Stage::Running) {
                job.until = Some(environment.position());
            }
            job.stage = Stage::Undoing;
            Mapping::default()
        }
    };
    job.problem = None;
    job.advance = Advance::default();
    Ok(mapping)
}

/// A mapping that fits the file, or why it does not.
fn asked_anew(
    job: &mut Job,
    environment: &Environment,
    caller: &Caller,
    asked: &serde_json::Value,
) -> Result<Mapping, DeskError> {
    let mapping = mapping_of(asked)?;
    mapping.file_options()?;
    if mapping.columns.is_empty() {
        return Err(ExchangeError::refused(
            "Aucune colonne ne donne de champ : choisissez-en au moins une.",
            "No column feeds a field: choose one at least.",
        )
        .into());
    }
    let columns: Vec<String> = job.detected.columns.iter().map(|column| column.name.clone()).collect();
    resolve(environment.dictionary_of(caller), &job.entity, &mapping, None, &columns)?;
    job.asked = Some(asked.clone());
    Ok(mapping)
}

/// Does the work of the import's state, and keeps what became of it.
pub(super) fn run(live: &Live, folder: &Path, environment: &Environment, caller: &Caller, mapping: Mapping) {
    let job = live.job.lock().clone();
    let caller = Caller { request: Some(job.request()), ..caller.clone() };
    // Begun and waited, or begun long ago: whoever is no longer allowed begins nothing.
    let work = || match job.stage {
        _ if live.is_barred() => Ok(()),
        Stage::Previewing => preview(live, folder, &job, environment, &caller, &mapping),
        Stage::Running => write(live, folder, &job, environment, &caller, &mapping),
        _ => take_back(live, folder, &job, environment, &caller),
    };
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(ExchangeError::refused(
            "Une erreur est survenue de notre côté ; ce qui est écrit l'est en entier. Vous pouvez continuer.",
            "Something failed on our side; what is written is whole. You may go on.",
        ))
    });
    let mut job = live.job.lock();
    if let Err(error) = done {
        if !matches!(error, ExchangeError::Refused(_)) {
            tracing::error!(import.id = %job.id, error = &error as &dyn std::error::Error, "an import could not go on");
        }
        job.problem = Some(words(&error, folder, &job));
    }
    if job.problem.is_some() {
        job.stage = match job.stage {
            Stage::Previewing => Stage::Received,
            Stage::Running => Stage::Stopped,
            other => other,
        };
        if job.stage == Stage::Stopped {
            job.until = Some(environment.position());
        }
    }
    job.live = false;
    if job.keep(folder).is_err() {
        // The folder cannot be written. What counts is in the environment: the import shows as interrupted, and can go on.
        job.problem = Some(Label::new("L'état n'a pas pu être noté.", "The state could not be noted."));
    }
}

fn preview(
    live: &Live,
    folder: &Path,
    job: &Job,
    environment: &Environment,
    caller: &Caller,
    mapping: &Mapping,
) -> Result<(), ExchangeError> {
    let path = job.preview_rows(folder);
    let file = File::create(&path).map_err(ExchangeError::file("write", &path))?;
    let options = ImportOptions { dry_run: true, language: job.language, ..options(job) };
    let mut watch = Watcher::new(live, folder, Some(BufWriter::new(file)));
    let report = import(environment, caller, &job.source(folder), mapping, &options, &mut watch)?;
    watch.finish().map_err(ExchangeError::file("write", &path))?;
    let tally = Tally { reasons: watch.reasons(), ..Tally::from(&report) };
    let mut job = live.job.lock();
    job.stage = if report.complete { Stage::Previewed } else { Stage::Received };
    job.preview = report.complete.then_some(tally);
    Ok(())
}

fn write(
    live: &Live,
    folder: &Path,
    job: &Job,
    environment: &Environment,
    caller: &Caller,
    mapping: &Mapping,
) -> Result<(), ExchangeError> {
    let options =
        ImportOptions { refused: Some(job.refused(folder)), language: job.language, ..options(job) };
    let mut watch = Watcher::new(live, folder, None);
    let report = import(environment, caller, &job.source(folder), mapping, &options, &mut watch)?;
    let tally = Tally { reasons: watch.reasons(), ..Tally::from(&report) };
    let mut job = live.job.lock();
    job.stage = if report.complete { Stage::Done } else { Stage::Stopped };
    job.report = Some(tally);
    job.until = Some(environment.position());
    job.ended_at = Some(environment.context(caller).now);
    Ok(())
}

fn take_back(
    live: &Live,
    folder: &Path,
    job: &Job,
    environment: &Environment,
    caller: &Caller,
) -> Result<(), ExchangeError> {
    let (after, until) = (job.after.unwrap_or_default(), job.until.unwrap_or(environment.position()));
    let span = Span { request: job.request(), after, until };
    let caller = Caller { origin: Origin::Import, ..caller.clone() };
    let undone = undo(environment, &caller, &span, &job.left(folder), &mut |state| {
        let mut job = live.job.lock();
        job.advance = Advance {
            done: state.done,
            refused: state.left,
            part: until.saturating_sub(state.down_to),
            whole: until.saturating_sub(after),
        };
        job.undone = Some(state.clone());
        drop(job);
        live.stop.load(Ordering::Relaxed) || live.is_barred()
    })?;
    let mut job = live.job.lock();
    if undone.complete {
        job.stage = Stage::Undone;
    }
    job.undone = Some(undone);
    Ok(())
}

fn options(job: &Job) -> ImportOptions {
    ImportOptions { run: Some(job.id.clone()), ..ImportOptions::new(&job.entity) }
}

/// What an error says, without where files are on the server.
fn words(error: &ExchangeError, folder: &Path, job: &Job) -> Label {
    match error {
        ExchangeError::Refused(label) => without_paths(label, &job.source(folder), &job.file),
        ExchangeError::File { .. } | ExchangeError::Engine(_) => Label::new(
            "L'environnement n'a pas pu continuer (disque, base ou droits). Ce qui est écrit l'est en entier : réessayez, l'import reprendra où il s'est arrêté.",
            "The environment could not go on (disk, database or rights). What is written is whole: try again, the import will go on where it stopped.",
        ),
    }
}

/// A message that names the file as people do.
pub(super) fn without_paths(label: &Label, source: &Path, name: &str) -> Label {
    let path = source.display().to_string();
    let plain = |language| label.text(language).replace(&path, name);
    Label::new(&plain(Language::Fr), &plain(Language::En))
}

impl Live {
    /// Whether whoever began may no longer; the import then says why.
    fn is_barred(&self) -> bool {
        let Some(why) = (self.barred)() else { return false };
        self.job.lock().problem = Some(why);
        true
    }
}

/// Notes progress, rows and reasons.
struct Watcher<'a> {
    live: &'a Live,
    folder: &'a Path,
    rows: Option<BufWriter<File>>,
    fault: Option<std::io::Error>,
    reasons: HashMap<(String, String), u64>,
}

impl<'a> Watcher<'a> {
    fn new(live: &'a Live, folder: &'a Path, rows: Option<BufWriter<File>>) -> Watcher<'a> {
        Watcher { live, folder, rows, fault: None, reasons: HashMap::new() }
    }

    fn finish(&mut self) -> std::io::Result<()> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.rows.as_mut().map_or(Ok(()), BufWriter::flush)
    }

    fn reasons(&self) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = self
            .reasons
            .iter()
            .map(|((fr, en), count)| Reason { message: Label::new(fr, en), count: *count })
            .collect();
        let text = |reason: &Reason| reason.message.text(Language::Fr).to_owned();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| text(a).cmp(&text(b))));
        reasons.truncate(REASONS_TOLD);
        reasons
    }
}

impl Watch for Watcher<'_> {
    fn progress(&mut self, progress: &Progress) {
        let mut job = self.live.job.lock();
        let Progress { rows, refused, bytes, bytes_total } = *progress;
        job.advance = Advance { done: rows, refused, part: bytes, whole: bytes_total };
        // For who asks after this process died: the environment itself says how far it came.
        let _ = job.keep(self.folder);
    }

    fn row(&mut self, row: &RowReport) {
        for reason in &row.reasons {
            let key = (reason.text(Language::Fr).to_owned(), reason.text(Language::En).to_owned());
            if self.reasons.len() < REASONS_MAX || self.reasons.contains_key(&key) {
                *self.reasons.entry(key).or_default() += 1;
            }
        }
        let Some(rows) = self.rows.as_mut().filter(|_| self.fault.is_none()) else { return };
        let RowReport { number, line, outcome, reasons, cells } = row.clone();
        let told = PreviewRow { number, line, outcome, reasons, cells };
        let written = serde_json::to_writer(&mut *rows, &told)
            .map_err(std::io::Error::from)
            .and_then(|()| rows.write_all(b"\n"));
        self.fault = written.err();
    }

    fn stop(&self) -> bool {
        self.live.stop.load(Ordering::Relaxed) || self.fault.is_some() || self.live.is_barred()
    }
}
