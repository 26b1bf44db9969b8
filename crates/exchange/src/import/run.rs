//! The loop of an import: read, prepare, write in batches, isolate the rows that are refused, note how far it came.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use dictionary::{Label, Language};
use engine::{Caller, EngineError, Environment};
use journal::Origin;
use parking_lot::Mutex;

use crate::error::ExchangeError;
use crate::import::ahead::{Rows, Step};
use crate::import::checkpoint::{self, Checkpoint};
use crate::import::group::{Group, Job, Milestones};
use crate::import::lookup::Lookup;
use crate::import::prepare::Reading;
use crate::import::refused::{Refusal, Refused};
use crate::import::write::{Found, Outcome, write};
use crate::import::{ImportOptions, Progress, Report, RowReport, Watch};
use crate::mapping::Mapping;
use crate::mapping::resolve::{Key, Resolved, resolve};
use crate::source::encoding::survey;
use crate::source::{Cell, SourceRow};

/// Rows that a dry run keeps in one transaction before it rolls them back.
const DRY_ROWS: usize = 10_000;

/// Rows that a unit of work writes before it makes room for others who wait: what they wait for is some milliseconds, and a commit is
/// shared by enough rows.
const ROWS_BEFORE_GIVING_WAY: usize = 100;

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
        records_max: options.batch_rows,
        note,
        state: start,
        bytes: 0,
        bytes_total: survey.size,
        lookup: Lookup::default(),
        seen: HashSet::new(),
    };
    let batch_rows = if options.dry_run { DRY_ROWS } else { options.batch_rows.max(1) };
    let stopped = thread::scope(|scope| -> Result<bool, ExchangeError> {
        let how = (job.resolved.clone(), reading);
        let mut rows = Rows::read(scope, source, how, job.state.rows, options.limit);
        let mut batch = Vec::new();
        loop {
            let row = rows.next().transpose()?;
            let ended = row.is_none();
            if let Some(row) = row {
                job.bytes = row.bytes;
                batch.push((row.number, job.referred(row.step)?));
            }
            let due = batch.len() >= batch_rows || ended;
            if due && (job.watch.stop() || job.batch(std::mem::take(&mut batch))?.is_break()) {
                return Ok(true);
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
    /// Records that a unit of work writes, lines among them, before it ends.
    records_max: usize,
    note: String,
    state: Checkpoint,
    /// Bytes of the file read so far, and in all.
    bytes: u64,
    bytes_total: u64,
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

    /// Writes rows, as one unit of work where their keys allow it. Breaks off when it is told to stop.
    fn batch(&mut self, steps: Vec<(u64, Step)>) -> Result<ControlFlow<()>, ExchangeError> {
        let mut group = Group::default();
        // A key of several fields finds committed records only: a second row of the same key waits for the first.
        let mut keys: HashSet<Vec<String>> = HashSet::new();
        for (number, step) in steps {
            match step {
                Step::LeftOut => group.left_out.push(number),
                Step::Refuse(refusal) => drop(group.refusals.insert(number, refusal)),
                Step::Write(prepared) => {
                    let mut known = None;
                    if matches!(self.resolved.key, Key::Fields(_)) {
                        if !keys.insert(prepared.key.clone()) {
                            if self.write(std::mem::take(&mut group))?.is_break() {
                                return Ok(ControlFlow::Break(()));
                            }
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
    /// again without it: the file must be on disk before the commit that counts its rows. What is left where others wait to write follows
    /// in units of its own, unless it is told to stop between them.
    fn write(&mut self, mut group: Group) -> Result<ControlFlow<()>, ExchangeError> {
        while group.last > self.state.rows {
            let milestones = self.milestones(&group)?;
            let jobs = Arc::new(std::mem::take(&mut group.jobs));
            match self.attempt(&jobs, milestones, group.last)? {
                Tried::Done(outcomes, state) => {
                    let refusals = group.settled(state.rows);
                    self.tell(&jobs, &outcomes, &refusals);
                    self.state = state;
                    group.jobs = rest(jobs, outcomes.len());
                    let Checkpoint { rows, refused, .. } = self.state;
                    let (bytes, bytes_total) = (self.bytes, self.bytes_total);
                    self.watch.progress(&Progress { rows, refused, bytes, bytes_total });
                    if !group.jobs.is_empty() && self.watch.stop() {
                        // Refused rows that are not counted yet come again.
                        if !self.dry_run {
                            self.refused.rewind(self.state.refused_bytes)?;
                        }
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Tried::Refused(verdicts) => {
                    let tried = verdicts.len();
                    for (job, verdict) in jobs.iter().zip(verdicts) {
                        match verdict {
                            None => group.jobs.push(job.clone()),
                            Some(reasons) => {
                                let refusal = Refusal::of(&job.prepared.row, reasons);
                                group.refusals.insert(job.row(), refusal);
                            }
                        }
                    }
                    group.jobs.extend(rest(jobs, tried));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Puts the refused rows of a group on disk, and says where the import stands after each row.
    fn milestones(&mut self, group: &Group) -> Result<Milestones, ExchangeError> {
        let mut refused = Vec::with_capacity(group.refusals.len());
        if !self.dry_run {
            self.refused.rewind(self.state.refused_bytes)?;
        }
        for (number, refusal) in &group.refusals {
            let bytes = if self.dry_run { 0 } else { self.refused.add(refusal)? };
            refused.push((*number, bytes));
        }
        self.refused.sync()?;
        Ok(Milestones { before: self.state.clone(), left_out: group.left_out.clone(), refused })
    }

    /// One unit of work: committed with its checkpoint if no row is refused (and this is no dry run), else taken back. It ends before the
    /// last row when others wait, or when it wrote enough. `last`: number of the group's last row, refused and left out ones included.
    fn attempt(
        &mut self,
        jobs: &Arc<Vec<Job>>,
        milestones: Milestones,
        last: u64,
    ) -> Result<Tried, ExchangeError> {
        let verdicts: Arc<Mutex<Vec<Result<Outcome, EngineError>>>> = Arc::default();
        let milestones = Arc::new(milestones);
        let (written, shared, resolved) = (verdicts.clone(), jobs.clone(), self.resolved.clone());
        let (note, dry_run, counted) = (self.note.clone(), self.dry_run, milestones.clone());
        let records_max = self.records_max;
        let done = self.environment.transact(&self.caller, move |unit| {
            let (mut found, mut outcomes, mut refused) = (Found::new(), Vec::new(), false);
            for (done, job) in shared.iter().enumerate() {
                // A dry run would judge rows that name earlier ones otherwise from one time to the next.
                let others_wait = done >= ROWS_BEFORE_GIVING_WAY && unit.is_waited_for();
                if !dry_run && (others_wait || unit.written() >= records_max) {
                    break;
                }
                // An operation that is refused leaves nothing of itself in the unit: the next row can be tried.
                let verdict = write(unit, &resolved, &job.prepared, job.known, &mut found);
                refused |= verdict.is_err();
                outcomes.extend(verdict.as_ref().ok());
                written.lock().push(verdict);
            }
            if refused || dry_run {
                // Nothing of a unit that fails remains; this error is looked for below and never shown.
                return Err(EngineError::NotFound);
            }
            let state = counted_after(&shared, &outcomes, &counted, last);
            unit.set_note(&note, Some(&checkpoint::text(&state)))
        });
        let verdicts = std::mem::take(&mut *verdicts.lock());
        let tried = verdicts.len();
        let complete = tried > 0 || jobs.is_empty();
        let mut outcomes = Vec::with_capacity(tried);
        let mut reasons = Vec::with_capacity(tried);
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
            Err(EngineError::NotFound) if complete && outcomes.len() < tried => {
                return Ok(Tried::Refused(reasons));
            }
            Err(EngineError::NotFound) if complete && self.dry_run => self.remember(jobs, &mut outcomes),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let state = counted_after(jobs, &outcomes, &milestones, last);
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
    /// What became of the rows that were written, and where the import stands after them: not all of them where others waited.
    Done(Vec<Outcome>, Checkpoint),
    /// For each row, why it was refused.
    Refused(Vec<Option<Vec<Label>>>),
}

/// The jobs after the first `done`.
fn rest(jobs: Arc<Vec<Job>>, done: usize) -> Vec<Job> {
    let mut jobs = Arc::unwrap_or_clone(jobs);
    jobs.split_off(done.min(jobs.len()))
}

/// Where the import stands once the first of these jobs became that, if nothing else of the group was tried.
fn counted_after(jobs: &[Job], outcomes: &[Outcome], milestones: &Milestones, last: u64) -> Checkpoint {
    let ended_early = outcomes.len() < jobs.len();
    let row = if ended_early { outcomes.len().checked_sub(1).map_or(0, |at| jobs[at].row()) } else { last };
    let mut state = milestones.after(row);
    outcomes.iter().for_each(|outcome| count(&mut state, *outcome));
    state
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
