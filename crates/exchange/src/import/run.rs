//! The loop of an import: read, prepare, write in batches, isolate the rows that are refused, note how far it came.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use dictionary::{Label, Language, RecordId};
use engine::{Caller, EngineError, Environment};
use journal::Origin;
use parking_lot::Mutex;

use crate::error::ExchangeError;
use crate::import::ahead::{Rows, Step};
use crate::import::checkpoint::{self, Checkpoint};
use crate::import::lookup::Lookup;
use crate::import::prepare::{Prepared, Reading};
use crate::import::refused::{Refusal, Refused};
use crate::import::write::{Found, Outcome, write};
use crate::import::{ImportOptions, Progress, Report, RowReport, Watch};
use crate::mapping::Mapping;
use crate::mapping::resolve::{Key, Resolved, resolve};
use crate::source::encoding::survey;
use crate::source::{Cell, SourceRow};

/// Rows that a dry run keeps in one transaction before it rolls them back.
const DRY_ROWS: usize = 10_000;

/// A row to write.
#[derive(Clone)]
struct Job {
    prepared: Prepared,
    /// The record its key leads to, where that was looked up beforehand.
    known: Option<RecordId>,
}

/// Rows that become one unit of work.
#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    /// By number of the row.
    refusals: BTreeMap<u64, Refusal>,
    left_out: u64,
    /// Number of the last row.
    last: u64,
}

pub(super) fn run(
    environment: &Environment,
    caller: &Caller,
    file: &Path,
    mapping: &Mapping,
    options: &ImportOptions,
    watch: &mut dyn Watch,
) -> Result<Report, ExchangeError> {
    let survey = survey(file)?;
    let source = crate::source::open(file, &survey, &mapping.file_options()?)?;
    let key = options.key.as_deref();
    let resolved = Arc::new(resolve(
        environment.dictionary_of(caller),
        &options.entity,
        mapping,
        key,
        source.columns(),
    )?);
    let caller = Caller { origin: Origin::Import, ..caller.clone() };
    let note =
        checkpoint::note_key(&survey.hash, &resolved.entity().name, key, mapping, options.run.as_deref());
    let mut report = Report { ignored: resolved.ignored.clone(), ..Report::default() };

    let before = if options.dry_run { None } else { checkpoint::read(environment, &caller, &note)? };
    let before = before.filter(|_| !options.restart);
    if before.as_ref().is_some_and(|b| b.complete) && resolved.key == Key::None {
        report.already = true;
        report.complete = true;
        return Ok(report);
    }
    let start = before.filter(|b| !b.complete).unwrap_or_default();
    report.resumed_after = start.rows;
    let path = options.refused.clone().unwrap_or_else(|| Refused::beside(file));
    let mut refused = Refused::new(path, file, source.delimiter(), source.columns(), options.language);
    if !options.dry_run {
        refused.resume(start.refused_bytes)?;
    }

    let reading = Reading { zone: environment.settings().zone.clone(), language: options.language };
    let mut job = Run {
        environment,
        caller,
        resolved,
        refused,
        watch,
        dry_run: options.dry_run,
        note,
        state: start,
        lookup: Lookup::default(),
        seen: HashSet::new(),
    };
    let batch_rows = if options.dry_run { DRY_ROWS } else { options.batch_rows.max(1) };
    let bytes_total = survey.size;
    let stopped = thread::scope(|scope| -> Result<bool, ExchangeError> {
        let how = (job.resolved.clone(), reading);
        let mut rows = Rows::read(scope, source, how, job.state.rows, options.limit);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        loop {
            let row = rows.next().transpose()?;
            let ended = row.is_none();
            if let Some(row) = row {
                bytes = row.bytes;
                batch.push((row.number, job.referred(row.step)?));
            }
            if batch.len() >= batch_rows || ended {
                if job.watch.stop() {
                    return Ok(true);
                }
                job.batch(std::mem::take(&mut batch))?;
                let Checkpoint { rows, refused, .. } = job.state;
                job.watch.progress(&Progress { rows, refused, bytes, bytes_total });
            }
            if ended {
                return Ok(false);
            }
        }
    })?;
    if !stopped {
        job.finish()?;
    }
    let Checkpoint { rows, created, updated, same, refused, left_out, .. } = job.state;
    report.refused_file = job.refused.path().map(Path::to_owned);
    Ok(Report { rows, created, updated, same, refused, left_out, complete: !stopped, ..report })
}

struct Run<'a> {
    environment: &'a Environment,
    caller: Caller,
    resolved: Arc<Resolved>,
    refused: Refused,
    watch: &'a mut dyn Watch,
    dry_run: bool,
    note: String,
    state: Checkpoint,
    lookup: Lookup,
    /// Keys that earlier, rolled back transactions of a dry run created.
    seen: HashSet<u64>,
}

impl Run<'_> {
    /// The row with its references by fields that are not unique looked up, among what is committed.
    fn referred(&mut self, step: Step) -> Result<Step, ExchangeError> {
        let Step::Write(mut prepared) = step else { return Ok(step) };
        match self.lookup.references(self.environment, &self.caller, &self.resolved, &mut prepared) {
            Ok(()) => Ok(Step::Write(prepared)),
            Err(error) => Ok(Step::Refuse(Refusal::of(&prepared.row, row_reasons(error)?))),
        }
    }

    /// Writes rows, as one unit of work where their keys allow it.
    fn batch(&mut self, steps: Vec<(u64, Step)>) -> Result<(), ExchangeError> {
        let mut group = Group::default();
        // A key of several fields finds committed records only: a second row of the same key waits for the first.
        let mut keys: HashSet<Vec<String>> = HashSet::new();
        for (number, step) in steps {
            match step {
                Step::LeftOut => group.left_out += 1,
                Step::Refuse(refusal) => drop(group.refusals.insert(number, refusal)),
                Step::Write(prepared) => {
                    let mut known = None;
                    if matches!(self.resolved.key, Key::Fields(_)) {
                        if !keys.insert(prepared.key.clone()) {
                            self.write(std::mem::take(&mut group))?;
                            keys = HashSet::from([prepared.key.clone()]);
                        }
                        match self.lookup.by_key(self.environment, &self.caller, &self.resolved, &prepared) {
                            Ok(found) => known = found,
                            Err(error) => {
                                group
                                    .refusals
                                    .insert(number, Refusal::of(&prepared.row, row_reasons(error)?));
                                group.last = number;
                                continue;
                            }
                        }
                    }
                    group.jobs.push(Job { prepared: *prepared, known });
                }
            }
            group.last = number;
        }
        self.write(group)
    }

    /// Writes a group. A row that the engine refuses takes back the attempt, goes to the file of refused rows, and the others are tried
    /// again without it: the file must be on disk before the commit that counts its rows.
    fn write(&mut self, mut group: Group) -> Result<(), ExchangeError> {
        if group.last == 0 {
            return Ok(());
        }
        let start = self.refused.sync()?;
        loop {
            if !self.dry_run {
                self.refused.rewind(start)?;
                for refusal in group.refusals.values() {
                    self.refused.add(
                        refusal.line,
                        &refusal.cells,
                        refusal.raw.as_deref(),
                        &refusal.reasons,
                    )?;
                }
            }
            let mut state = self.state.clone();
            state.rows = group.last;
            state.left_out += group.left_out;
            state.refused += group.refusals.len() as u64;
            state.refused_bytes = self.refused.sync()?;
            let jobs = Arc::new(std::mem::take(&mut group.jobs));
            match self.attempt(&jobs, state)? {
                Tried::Done(outcomes, state) => {
                    self.state = state;
                    self.tell(&jobs, &outcomes, &group.refusals);
                    return Ok(());
                }
                Tried::Refused(verdicts) => {
                    for (job, verdict) in jobs.iter().zip(verdicts) {
                        match verdict {
                            None => group.jobs.push(job.clone()),
                            Some(reasons) => {
                                let row = &job.prepared.row;
                                group.refusals.insert(row.number, Refusal::of(row, reasons));
                            }
                        }
                    }
                }
            }
        }
    }

    /// One unit of work: committed with its checkpoint if no row is refused (and this is no dry run), else taken back.
    fn attempt(&mut self, jobs: &Arc<Vec<Job>>, mut state: Checkpoint) -> Result<Tried, ExchangeError> {
        let verdicts: Arc<Mutex<Vec<Result<Outcome, EngineError>>>> = Arc::default();
        let (written, shared, resolved) = (verdicts.clone(), jobs.clone(), self.resolved.clone());
        let (note, dry_run, before) = (self.note.clone(), self.dry_run, state.clone());
        let done = self.environment.transact(&self.caller, move |unit| {
            let (mut found, mut refused, mut state) = (Found::new(), false, before);
            for job in shared.iter() {
                // An operation that is refused leaves nothing of itself in the unit: the next row can be tried.
                let verdict = write(unit, &resolved, &job.prepared, job.known, &mut found);
                refused |= verdict.is_err();
                if let Ok(outcome) = &verdict {
                    count(&mut state, *outcome);
                }
                written.lock().push(verdict);
            }
            if refused || dry_run {
                // Nothing of a unit that fails remains; this error is looked for below and never shown.
                return Err(EngineError::NotFound);
            }
            unit.set_note(&note, Some(&checkpoint::text(&state)))
        });
        let verdicts = std::mem::take(&mut *verdicts.lock());
        let complete = verdicts.len() == jobs.len();
        let mut outcomes = Vec::with_capacity(verdicts.len());
        let mut reasons = Vec::with_capacity(verdicts.len());
        for verdict in verdicts {
            match verdict {
                Ok(outcome) => {
                    outcomes.push(outcome);
                    reasons.push(None);
                }
                Err(error) => reasons.push(Some(row_reasons(error)?)),
            }
        }
        match done {
            Err(EngineError::NotFound) if complete && outcomes.len() < jobs.len() => {
                return Ok(Tried::Refused(reasons));
            }
            Err(EngineError::NotFound) if complete && dry_run => self.remember(jobs, &mut outcomes),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        outcomes.iter().for_each(|outcome| count(&mut state, *outcome));
        Ok(Tried::Done(outcomes, state))
    }

    /// What an earlier transaction of this dry run created and took back would be changed, not created again.
    fn remember(&mut self, jobs: &[Job], outcomes: &mut [Outcome]) {
        for (job, outcome) in jobs.iter().zip(outcomes) {
            if !job.prepared.key.is_empty()
                && *outcome == Outcome::Create
                && !self.seen.insert(hash(&job.prepared.key))
            {
                *outcome = Outcome::Update;
            }
        }
    }

    /// Tells whoever watches, in the order of the file.
    fn tell(&mut self, jobs: &[Job], outcomes: &[Outcome], refusals: &BTreeMap<u64, Refusal>) {
        let mut rows: Vec<RowReport> = jobs
            .iter()
            .zip(outcomes)
            .map(|(job, outcome)| {
                let SourceRow { number, line, cells } = &job.prepared.row;
                let cells = if self.dry_run { texts(cells) } else { Vec::new() };
                RowReport { number: *number, line: *line, outcome: *outcome, reasons: Vec::new(), cells }
            })
            .collect();
        rows.extend(refusals.iter().map(|(number, refusal)| RowReport {
            number: *number,
            line: refusal.line,
            outcome: Outcome::Refuse,
            reasons: refusal.reasons.clone(),
            cells: if self.dry_run { texts(&refusal.cells) } else { Vec::new() },
        }));
        rows.sort_by_key(|row| row.number);
        rows.iter().for_each(|row| self.watch.row(row));
    }

    /// Notes that the end was reached.
    fn finish(&mut self) -> Result<(), ExchangeError> {
        if self.dry_run {
            return Ok(());
        }
        self.state.complete = true;
        let (note, text) = (self.note.clone(), checkpoint::text(&self.state));
        self.environment.transact(&self.caller, move |unit| unit.set_note(&note, Some(&text)))?;
        Ok(())
    }
}

enum Tried {
    Done(Vec<Outcome>, Checkpoint),
    /// For each row, why it was refused.
    Refused(Vec<Option<Vec<Label>>>),
}

fn count(state: &mut Checkpoint, outcome: Outcome) {
    match outcome {
        Outcome::Create => state.created += 1,
        Outcome::Update => state.updated += 1,
        Outcome::Same => state.same += 1,
        Outcome::Refuse => state.refused += 1,
    }
}

fn texts(cells: &[Cell]) -> Vec<String> {
    cells.iter().map(|cell| cell.text().into_owned()).collect()
}

fn hash(key: &[String]) -> u64 {
    let digest = blake3::hash(key.join("\u{1f}").as_bytes());
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("a digest has 32 bytes"))
}

/// Why a row was refused; an error that is not about a row goes on up.
pub(crate) fn row_reasons(error: EngineError) -> Result<Vec<Label>, ExchangeError> {
    match error {
        EngineError::Validation(problems) => Ok(problems
            .into_iter()
            .map(|problem| {
                let (fr, en) = (problem.message.text(Language::Fr), problem.message.text(Language::En));
                Label::new(&format!("{} : {fr}", problem.field), &format!("{}: {en}", problem.field))
            })
            .collect()),
        EngineError::Transition { message } => Ok(vec![message]),
        EngineError::Forbidden { capability } => Ok(vec![Label::new(
            &format!("votre profil ne permet pas cela ({capability})."),
            &format!("your profile does not allow this ({capability})."),
        )]),
        EngineError::NotFound => {
            Ok(vec![Label::new("la fiche nommée n'existe pas.", "the record named does not exist.")])
        }
        EngineError::Stale { .. } => Ok(vec![Label::new(
            "la fiche a changé pendant l'import.",
            "the record changed during the import.",
        )]),
        other => Err(other.into()),
    }
}
