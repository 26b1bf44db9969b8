//! The loop of an import: read, prepare, write in batches, isolate the rows that are refused, note how far it came.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dictionary::{Label, Language, RecordId};
use engine::{Caller, EngineError, Environment, Unit};
use journal::Origin;
use parking_lot::Mutex;
use store::StoreError;

use crate::error::ExchangeError;
use crate::import::checkpoint::{self, Checkpoint};
use crate::import::lookup::Lookup;
use crate::import::prepare::{Prepared, Reading, prepare};
use crate::import::refused::Refused;
use crate::import::write::{Found, Outcome, write};
use crate::import::{ImportOptions, Progress, Report, RowReport, Watch};
use crate::mapping::Mapping;
use crate::mapping::resolve::{Key, Resolved, resolve};
use crate::source::encoding::survey;
use crate::source::{Item, SourceRow};

/// Rows that a dry run keeps in one transaction before it rolls them back.
const DRY_ROWS: usize = 10_000;

/// A row to write.
#[derive(Clone)]
struct Job {
    prepared: Prepared,
    /// The record its key leads to, where that was looked up beforehand.
    known: Option<RecordId>,
    /// Rows just before it that `[only]` leaves out: counted with it.
    left_out: u64,
}

/// Part of a batch.
enum Segment {
    Try(Range<usize>),
    Refuse(usize, Vec<Label>),
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
    let mut source = crate::source::open(file, &survey, &mapping.file_options()?)?;
    let key = options.key.as_deref();
    let resolved = Arc::new(resolve(environment.dictionary(), &options.entity, mapping, key, source.columns())?);
    let caller = Caller { origin: Origin::Import, ..caller.clone() };
    let note = checkpoint::note_key(&survey.hash, &resolved.entity().name, key, mapping);
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
        pending_left_out: 0,
        lookup: Lookup::default(),
        seen: HashSet::new(),
    };
    let batch_rows = if options.dry_run { DRY_ROWS } else { options.batch_rows.max(1) };
    let bytes_total = survey.size;
    let mut stopped = false;
    let mut batch: Vec<Step> = Vec::new();
    let mut read = 0;
    loop {
        let item = if options.limit.is_some_and(|limit| read >= limit) { None } else { source.next()? };
        let ended = item.is_none();
        if let Some(item) = item {
            read += 1;
            if item.number() <= job.state.rows {
                continue;
            }
            batch.push(job.step(item, &reading)?);
        }
        if batch.len() >= batch_rows || ended {
            if job.watch.stop() {
                stopped = true;
                break;
            }
            job.batch(std::mem::take(&mut batch))?;
            let progress = Progress { rows: job.state.rows, refused: job.state.refused, bytes: source.bytes(), bytes_total };
            job.watch.progress(&progress);
        }
        if ended {
            break;
        }
    }
    if !stopped {
        job.finish()?;
    }
    let Checkpoint { rows, created, updated, same, refused, left_out, .. } = job.state;
    report.refused_file = job.refused.path().map(Path::to_owned);
    Ok(Report { rows, created, updated, same, refused, left_out, complete: !stopped, ..report })
}

/// A row after it was prepared.
enum Step {
    Write(Box<Prepared>),
    LeftOut,
    Refuse { number: u64, line: u64, row: Option<SourceRow>, raw: Option<(String, Vec<String>)>, reasons: Vec<Label> },
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
    /// Rows left out since the last one that was counted.
    pending_left_out: u64,
    lookup: Lookup,
    /// Keys that earlier, rolled back transactions of a dry run created.
    seen: HashSet<u64>,
}

impl Run<'_> {
    fn step(&mut self, item: Item, reading: &Reading) -> Result<Step, ExchangeError> {
        let row = match item {
            Item::Row(row) => row,
            Item::Broken(broken) => {
                return Ok(Step::Refuse {
                    number: broken.number,
                    line: broken.line,
                    row: None,
                    raw: Some((broken.raw, broken.cells)),
                    reasons: vec![broken.reason],
                });
            }
        };
        let number = row.number;
        match prepare(&self.resolved, reading, row) {
            Ok(None) => Ok(Step::LeftOut),
            Err((row, reasons)) => Ok(Step::Refuse { number, line: row.line, row: Some(row), raw: None, reasons }),
            Ok(Some(mut prepared)) => {
                let found = self.lookup.references(self.environment, &self.caller, &self.resolved, &mut prepared);
                match found {
                    Ok(()) => Ok(Step::Write(Box::new(prepared))),
                    Err(error) => {
                        let reasons = row_reasons(error)?;
                        Ok(Step::Refuse { number, line: prepared.row.line, row: Some(prepared.row), raw: None, reasons })
                    }
                }
            }
        }
    }

    /// Writes a batch: rows between two refused ones together.
    fn batch(&mut self, steps: Vec<Step>) -> Result<(), ExchangeError> {
        let mut jobs: Vec<Job> = Vec::new();
        // Several rows of a batch may name the same record by a key that only committed records are found by.
        let mut keys: HashSet<Vec<String>> = HashSet::new();
        for step in steps {
            match step {
                Step::LeftOut => self.pending_left_out += 1,
                Step::Write(prepared) => {
                    let mut known = None;
                    if matches!(self.resolved.key, Key::Fields(_)) {
                        if !keys.insert(prepared.key.clone()) {
                            self.write(std::mem::take(&mut jobs))?;
                            keys = HashSet::from([prepared.key.clone()]);
                        }
                        known = match self.lookup.by_key(self.environment, &self.caller, &self.resolved, &prepared) {
                            Ok(known) => known,
                            Err(error) => {
                                let reasons = row_reasons(error)?;
                                self.write(std::mem::take(&mut jobs))?;
                                self.refuse_row(&prepared.row, reasons)?;
                                continue;
                            }
                        };
                    }
                    let left_out = std::mem::take(&mut self.pending_left_out);
                    jobs.push(Job { prepared: *prepared, known, left_out });
                }
                Step::Refuse { number, line, row, raw, reasons } => {
                    self.write(std::mem::take(&mut jobs))?;
                    match row {
                        Some(row) => self.refuse_row(&row, reasons)?,
                        None => {
                            let (raw, cells) = raw.unwrap_or_default();
                            let cells: Vec<_> = cells.into_iter().map(crate::source::Cell::Text).collect();
                            self.refuse(number, line, &cells, Some(&raw), reasons)?;
                        }
                    }
                }
            }
        }
        self.write(jobs)
    }

    /// Writes rows as one unit of work; when one is refused, those before it are committed, and the others go on without it. So a batch
    /// with k refused rows costs at most two attempts a row, not k attempts of the whole.
    fn write(&mut self, jobs: Vec<Job>) -> Result<(), ExchangeError> {
        if self.dry_run {
            return self.pretend(jobs);
        }
        let jobs = Arc::new(jobs);
        let mut segments = VecDeque::from([Segment::Try(0..jobs.len())]);
        while let Some(segment) = segments.pop_front() {
            let range = match segment {
                Segment::Refuse(index, reasons) => {
                    self.pending_left_out += jobs[index].left_out;
                    let row = jobs[index].prepared.row.clone();
                    self.refuse_row(&row, reasons)?;
                    continue;
                }
                Segment::Try(range) if range.is_empty() => continue,
                Segment::Try(range) => range,
            };
            match self.attempt(&jobs, range.clone())? {
                Tried::Done(outcomes) => self.account(&jobs[range], &outcomes),
                Tried::Refused(index, reasons) => {
                    segments.push_front(Segment::Try(index + 1..range.end));
                    segments.push_front(Segment::Refuse(index, reasons));
                    segments.push_front(Segment::Try(range.start..index));
                }
                Tried::Somewhere(reasons) if range.len() == 1 => {
                    segments.push_front(Segment::Refuse(range.start, reasons));
                }
                Tried::Somewhere(_) => {
                    // The unit failed after its last row: halves tell which row it is.
                    let middle = range.start + range.len() / 2;
                    segments.push_front(Segment::Try(middle..range.end));
                    segments.push_front(Segment::Try(range.start..middle));
                }
            }
        }
        Ok(())
    }

    fn attempt(&mut self, jobs: &Arc<Vec<Job>>, range: Range<usize>) -> Result<Tried, ExchangeError> {
        let refused_bytes = self.refused.sync()?;
        let (at, resolved, jobs) = (Arc::new(AtomicUsize::new(usize::MAX)), self.resolved.clone(), jobs.clone());
        let (note, mut state, reached) = (self.note.clone(), self.state.clone(), at.clone());
        let done = self.environment.transact(&self.caller, move |unit| {
            let (mut outcomes, mut found) = (Vec::with_capacity(range.len()), Found::new());
            for index in range {
                reached.store(index, Ordering::Relaxed);
                let job = &jobs[index];
                outcomes.push(write(unit, &resolved, &job.prepared, job.known, &mut found)?);
                state.rows = job.prepared.row.number;
                state.left_out += job.left_out;
            }
            reached.store(usize::MAX, Ordering::Relaxed);
            count(&mut state, &outcomes);
            state.refused_bytes = refused_bytes;
            unit.set_note(&note, Some(&checkpoint::text(&state)?))?;
            Ok(outcomes)
        });
        match done {
            Ok(done) => Ok(Tried::Done(done.value)),
            Err(error) => {
                let reasons = row_reasons(error)?;
                Ok(match at.load(Ordering::Relaxed) {
                    usize::MAX => Tried::Somewhere(reasons),
                    index => Tried::Refused(index, reasons),
                })
            }
        }
    }

    /// Does everything and takes it back.
    fn pretend(&mut self, jobs: Vec<Job>) -> Result<(), ExchangeError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let (jobs, resolved) = (Arc::new(jobs), self.resolved.clone());
        let verdicts: Arc<Mutex<Vec<Result<Outcome, EngineError>>>> = Arc::default();
        let (written, shared) = (verdicts.clone(), jobs.clone());
        let taken_back = self.environment.transact(&self.caller, move |unit: &mut dyn Unit| {
            let mut found = Found::new();
            for job in shared.iter() {
                let verdict = write(unit, &resolved, &job.prepared, job.known, &mut found);
                written.lock().push(verdict);
            }
            // Nothing of a unit that fails remains; this error is looked for below and never shown.
            Err::<(), _>(EngineError::NotFound)
        });
        let verdicts = std::mem::take(&mut *verdicts.lock());
        if let Err(error) = taken_back
            && (verdicts.len() < jobs.len() || !matches!(error, EngineError::NotFound))
        {
            return Err(error.into());
        }
        for (job, verdict) in jobs.iter().zip(verdicts) {
            let prepared = &job.prepared;
            match verdict {
                Err(error) => {
                    self.pending_left_out += job.left_out;
                    self.refuse_row(&prepared.row, row_reasons(error)?)?;
                }
                Ok(mut outcome) => {
                    if !prepared.key.is_empty() {
                        let key = hash(&prepared.key);
                        if outcome == Outcome::Create && !self.seen.insert(key) {
                            outcome = Outcome::Update;
                        }
                    }
                    self.account(std::slice::from_ref(job), &[outcome]);
                }
            }
        }
        Ok(())
    }

    /// Counts rows that were written, and tells whoever watches.
    fn account(&mut self, jobs: &[Job], outcomes: &[Outcome]) {
        count(&mut self.state, outcomes);
        for (job, outcome) in jobs.iter().zip(outcomes) {
            let SourceRow { number, line, .. } = job.prepared.row;
            (self.state.rows, self.state.left_out) = (number, self.state.left_out + job.left_out);
            self.watch.row(&RowReport { number, line, outcome: *outcome, reasons: Vec::new() });
        }
    }

    fn refuse_row(&mut self, row: &SourceRow, reasons: Vec<Label>) -> Result<(), ExchangeError> {
        self.refuse(row.number, row.line, &row.cells, None, reasons)
    }

    fn refuse(
        &mut self,
        number: u64,
        line: u64,
        cells: &[crate::source::Cell],
        raw: Option<&str>,
        reasons: Vec<Label>,
    ) -> Result<(), ExchangeError> {
        if !self.dry_run {
            self.refused.add(line, cells, raw, &reasons)?;
        }
        self.state.refused += 1;
        self.state.left_out += std::mem::take(&mut self.pending_left_out);
        self.state.rows = number;
        self.watch.row(&RowReport { number, line, outcome: Outcome::Refuse, reasons });
        Ok(())
    }

    /// Notes that the end was reached.
    fn finish(&mut self) -> Result<(), ExchangeError> {
        self.state.left_out += std::mem::take(&mut self.pending_left_out);
        if self.dry_run {
            return Ok(());
        }
        self.state.refused_bytes = self.refused.sync()?;
        self.state.complete = true;
        let (note, text) = (self.note.clone(), checkpoint::text(&self.state)?);
        self.environment.transact(&self.caller, move |unit| unit.set_note(&note, Some(&text)))?;
        Ok(())
    }
}

enum Tried {
    Done(Vec<Outcome>),
    /// This row was refused.
    Refused(usize, Vec<Label>),
    /// The unit was refused as a whole.
    Somewhere(Vec<Label>),
}

fn count(state: &mut Checkpoint, outcomes: &[Outcome]) {
    for outcome in outcomes {
        match outcome {
            Outcome::Create => state.created += 1,
            Outcome::Update => state.updated += 1,
            Outcome::Same => state.same += 1,
            Outcome::Refuse => state.refused += 1,
        }
    }
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
        EngineError::Store { source: StoreError::Duplicate { entity, key }, .. } => Ok(vec![Label::new(
            &format!("une autre fiche de {entity} a déjà cette clé ({key})."),
            &format!("another {entity} has this key already ({key})."),
        )]),
        EngineError::NotFound => {
            Ok(vec![Label::new("la fiche nommée n'existe pas.", "the record named does not exist.")])
        }
        EngineError::Stale { .. } => {
            Ok(vec![Label::new("la fiche a changé pendant l'import.", "the record changed during the import.")])
        }
        other => Err(other.into()),
    }
}
