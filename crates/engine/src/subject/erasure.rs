//! A person erased: their records, the journal, answers kept, files of imports, files, what the database leaves lying about.
//!
//! It is done step by step, each in a unit of work that also notes how far it came, or one that does no harm twice: whatever stops it, it goes on
//! from there (`docs/decisions/0142-an-erasure-is-a-run-of-steps.md`). The note holds names of entities, ids and hashes, nothing of the person, and is
//! forgotten at the end; what stays is a record of the entity `erasure`.

use std::collections::BTreeSet;

use dictionary::system::ERASURE;
use dictionary::{RecordId, Value, related};
use jiff::Timestamp;
use journal::{Origin, Position};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::Row;

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::Environment;
use crate::error::{EngineError, FieldProblem, failed};
use crate::prepared::Prepared;
use crate::query::{Query, Record};
use crate::subject::people;
use crate::subject::plan::{self, Plan};
use crate::sweep::{Candidates, no_files, strike_entries, strike_records};
use crate::view::{Key, View};

/// Records emptied in one unit of work.
const RECORDS_AT_ONCE: usize = 100;
/// Entries redacted in one unit of work.
const ENTRIES_AT_ONCE: usize = 50;
/// Erasures told at most.
const TOLD_MAX: u32 = 200;

/// What an environment keeps beside its store, of which the engine knows nothing.
pub trait Beside {
    /// Forgets the contents of files that were imported into these entities, and what else holds everybody, such as archives; answers of how many imports.
    ///
    /// Errors: a reason, when that cannot be done now.
    fn forget_imports(&self, entities: &[String]) -> Result<u64, String>;
}

/// How far an erasure came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Records are emptied.
    Records,
    /// Entries of the journal that tell of them are found.
    Entries,
    /// Values are taken out of these entries.
    Journal,
    /// Answers kept for requests sent twice are forgotten.
    Answers,
    /// So is what changes of the dictionary kept aside.
    Aside,
    /// So are the contents of files that were imported.
    Imports,
    /// So are contents that nothing names any more.
    Files,
    /// The database is cleared of what it left lying about.
    Scrub,
    /// The certificate is written.
    Certificate,
    /// All is done.
    Done,
}

/// An erasure: what its record says.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasure {
    /// Its record.
    pub id: RecordId,
    /// Entity and id of the person.
    pub person: (String, RecordId),
    /// Who asked for it: an id of `user`, nobody for a command.
    pub by: Option<RecordId>,
    /// When.
    pub at: Timestamp,
    /// When it was done; `None` while it goes on.
    pub done_at: Option<Timestamp>,
    /// What is being done.
    pub step: Step,
    /// Records emptied.
    pub records: u64,
    /// Values taken out of them.
    pub emptied: u64,
    /// Entries of the journal redacted.
    pub entries: u64,
    /// Files removed.
    pub files: u64,
    /// Answers forgotten.
    pub answers: u64,
    /// Imports emptied of their files.
    pub imports: u64,
    /// What was kept and why: `[{"entity", "id", "until", "because"}]`.
    pub kept: Json,
    /// BLAKE3 of the list of what was erased, once it is done.
    pub seal: Option<String>,
}

/// What is noted of an erasure that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) person: (String, RecordId),
    pub(crate) step: Step,
    /// Records to empty.
    pub(crate) rows: Vec<(String, RecordId)>,
    pub(crate) rows_done: usize,
    /// So many of them, the first, are deleted, where nothing stands in the way.
    #[serde(default)]
    pub(crate) deletes: usize,
    /// Records of which only the journal tells.
    pub(crate) gone: Vec<(String, RecordId)>,
    /// Fields of the person that stay.
    pub(crate) spared: BTreeSet<String>,
    /// Fields of records that were worked out from what was taken out.
    pub(crate) followed: Vec<(String, RecordId, BTreeSet<String>)>,
    pub(crate) positions: Vec<Position>,
    pub(crate) positions_done: usize,
    /// Contents that were named by what was taken out, by hash.
    pub(crate) files: BTreeSet<String>,
    pub(crate) kept: Json,
    pub(crate) emptied: u64,
    pub(crate) entries: u64,
    pub(crate) files_removed: u64,
    pub(crate) answers: u64,
    pub(crate) imports: u64,
    /// Running hash of the list of what was erased.
    pub(crate) seal: String,
}

impl Run {
    /// Of these records, with nothing done yet.
    pub(crate) fn of(
        person: (String, RecordId),
        rows: Vec<(String, RecordId)>,
        gone: Vec<(String, RecordId)>,
    ) -> Run {
        Run {
            person,
            step: Step::Records,
            rows,
            rows_done: 0,
            deletes: 0,
            gone,
            spared: BTreeSet::new(),
            followed: Vec::new(),
            positions: Vec::new(),
            positions_done: 0,
            files: BTreeSet::new(),
            kept: json!([]),
            emptied: 0,
            entries: 0,
            files_removed: 0,
            answers: 0,
            imports: 0,
            seal: String::new(),
        }
    }

    /// Adds a line to the list that the seal is of.
    pub(crate) fn seal(&mut self, line: &str) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.seal.as_bytes()).update(b"\n").update(line.as_bytes());
        self.seal = hasher.finalize().to_hex().to_string();
    }

    /// Every record that something was, or is to be, taken out of.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> + '_ {
        self.rows.iter().chain(&self.gone).map(|(_, id)| *id)
    }
}

pub(crate) fn note(id: RecordId) -> String {
    format!("erasure/{id}")
}

pub(crate) fn text(run: &Run) -> String {
    serde_json::to_string(run).expect("a run is JSON")
}

pub(crate) fn read_run(text: &str) -> Result<Run, EngineError> {
    serde_json::from_str(text)
        .map_err(|error| crate::error::damaged(&format!("the note of an erasure: {error}")))
}

impl Environment {
    /// Begins to erase a person, and returns the record of it; that of the one that goes on, if one does. `name` is what whoever asks typed: what the
    /// record of the person is called, or their id.
    ///
    /// Errors: `Forbidden`; `NotFound`; `Validation` when `name` is another, or the dictionary does not let this person be erased now.
    pub fn erasure_begin(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
        name: &str,
    ) -> Result<RecordId, EngineError> {
        self.may_protect(caller)?;
        caller.may_change()?;
        let (run, going_on) = self.read(&caller.unbounded(), 0, |reading| {
            let view = &reading.reader.view;
            let person = (people(reading.prepared, entity)?, id);
            let plan = plan::plan(view, person)?;
            confirm(view, person, name)?;
            Ok((run(reading.prepared, person, &plan), running(view, person)?))
        })?;
        if let Some(erasure) = going_on {
            return Ok(erasure);
        }
        self.run_begin(caller, run)
    }

    /// Notes that a run begins, and returns the record of it.
    pub(super) fn run_begin(&self, caller: &Caller, run: Run) -> Result<RecordId, EngineError> {
        let person = related::value(&run.person.0, run.person.1);
        let done = self.transact(&caller.unbounded(), move |unit| {
            let erasure = unit.create(ERASURE, None, Draft::default().with("person", person))?;
            unit.set_note(&note(erasure), Some(&text(&run)))?;
            Ok(erasure)
        })?;
        Ok(done.value)
    }

    /// Does the next step of an erasure, or a part of it; returns what comes next. Nothing is done once all is.
    ///
    /// Errors: `NotFound` for an erasure that never was; `Store`, also when what is beside the store cannot be cleared now. To be called again then.
    pub fn erasure_step(
        &self,
        caller: &Caller,
        erasure: RecordId,
        beside: &dyn Beside,
    ) -> Result<Step, EngineError> {
        self.may_protect(caller)?;
        let asking = Caller { origin: Origin::System, ..caller.unbounded() };
        let Some(run) = self.run_of(&asking, erasure)? else { return Ok(Step::Done) };
        match run.step {
            Step::Records => self.empty_records(&asking, erasure, RECORDS_AT_ONCE),
            Step::Entries => self.find_entries(&asking, erasure),
            Step::Journal => self.redact_entries(&asking, erasure, ENTRIES_AT_ONCE),
            Step::Answers => self.forget_answers(&asking, erasure),
            Step::Aside => self.forget_aside(&asking, erasure),
            Step::Imports => {
                let count = beside.forget_imports(&self.entities_of_people()).map_err(|reason| {
                    let source = store::StoreError::Database {
                        action: "forget the contents of imports",
                        source: reason.into(),
                    };
                    EngineError::Store { action: "erase a person", source }
                })?;
                self.advance_erasure(&asking, erasure, Step::Files, move |run| run.imports += count)
            }
            Step::Files => {
                let removed = self.forget_files(&run.files)?;
                self.advance_erasure(&asking, erasure, Step::Scrub, move |run| {
                    run.files_removed += removed.len() as u64;
                    removed.iter().for_each(|hash| run.seal(&format!("file {hash}")));
                })
            }
            Step::Scrub => {
                self.shared.store.scrub().map_err(failed("clear the database of what was erased"))?;
                self.advance_erasure(&asking, erasure, Step::Certificate, |_| {})
            }
            Step::Certificate | Step::Done => self.certify(&asking, erasure),
        }
    }

    /// Erases a person whose erasure was begun: every step that is left. Returns the certificate.
    ///
    /// Errors: as [`Environment::erasure_step`]; what was done by then is done.
    pub fn erasure_carry_out(
        &self,
        caller: &Caller,
        erasure: RecordId,
        beside: &dyn Beside,
    ) -> Result<Erasure, EngineError> {
        while self.erasure_step(caller, erasure, beside)? != Step::Done {}
        self.erasure(caller, erasure)
    }

    /// One erasure.
    ///
    /// Errors: `Forbidden`, `NotFound`.
    pub fn erasure(&self, caller: &Caller, id: RecordId) -> Result<Erasure, EngineError> {
        self.may_protect(caller)?;
        let record = self.get(&caller.unbounded(), ERASURE, id, &[])?;
        self.erasure_told(&record)
    }

    /// Erasures, the newest first, up to 200.
    ///
    /// Errors: `Forbidden`.
    pub fn erasures(&self, caller: &Caller) -> Result<Vec<Erasure>, EngineError> {
        self.may_protect(caller)?;
        let query = Query { entity: ERASURE.to_owned(), limit: TOLD_MAX, ..Query::default() };
        if self.dictionary().entity(ERASURE).is_none() {
            return Ok(Vec::new()); // of an older dictionary
        }
        let page = self.list(&caller.unbounded(), &query)?;
        page.records.iter().map(|record| self.erasure_told(record)).collect()
    }

    /// Erasures that were begun and are not done, whoever carries them out.
    pub fn erasures_begun(&self) -> Result<Vec<RecordId>, EngineError> {
        let dictionary = self.dictionary();
        let Some(entity) = dictionary.entity_index(ERASURE) else { return Ok(Vec::new()) };
        self.read(&Caller::system(), 0, |reading| {
            let view = &reading.reader.view;
            let Some(done) = reading.prepared.entity(entity).index("done_at") else { return Ok(Vec::new()) };
            let filter = view.field_is(entity, done, &Value::Null);
            let rows = view.select(entity, &[&filter], &[], TOLD_MAX).map_err(failed("look for erasures"))?;
            Ok(rows.iter().map(Row::id).collect())
        })
    }

    fn erasure_told(&self, record: &Record) -> Result<Erasure, EngineError> {
        let entity = &record.dictionary.entities[record.entity];
        let value = |name: &str| entity.index(name).map_or(&Value::Null, |field| record.row.get(field));
        let count = |name: &str| match value(name) {
            Value::Integer(count) => u64::try_from(*count).unwrap_or_default(),
            _ => 0,
        };
        let moment = |name: &str| match value(name) {
            Value::DateTime(at) => Some(*at),
            _ => None,
        };
        let person = related::named(value("person")).map(|(entity, id)| (entity.to_owned(), id));
        let id = record.row.id();
        let snapshot = self.shared.store.snapshot().map_err(failed("read an erasure"))?;
        let noted = snapshot.note(&note(id)).map_err(failed("read an erasure"))?;
        let run = noted.map(|text| read_run(&text)).transpose()?;
        let kept = match value("kept") {
            Value::Json(kept) => (**kept).clone(),
            _ => run.as_ref().map_or_else(|| json!([]), |run| run.kept.clone()),
        };
        let by_run = |of: fn(&Run) -> u64, name: &str| run.as_ref().map_or_else(|| count(name), of);
        Ok(Erasure {
            id,
            person: person.ok_or(EngineError::NotFound)?,
            by: value("created_by").as_id(),
            at: moment("created_at").unwrap_or(Timestamp::UNIX_EPOCH),
            done_at: moment("done_at"),
            step: run.as_ref().map_or(Step::Done, |run| run.step),
            records: by_run(|run| run.rows_done as u64, "records"),
            emptied: by_run(|run| run.emptied, "emptied"),
            entries: by_run(|run| run.entries, "entries"),
            files: by_run(|run| run.files_removed, "files"),
            answers: by_run(|run| run.answers, "answers"),
            imports: by_run(|run| run.imports, "imports"),
            kept,
            seal: value("seal").as_text().map(str::to_owned),
        })
    }

    /// What is noted of an erasure that goes on; `None` once it is done.
    fn run_of(&self, caller: &Caller, erasure: RecordId) -> Result<Option<Run>, EngineError> {
        let snapshot = self.shared.store.snapshot().map_err(failed("read an erasure"))?;
        match snapshot.note(&note(erasure)).map_err(failed("read an erasure"))? {
            Some(text) => read_run(&text).map(Some),
            None => self.get(caller, ERASURE, erasure, &[]).map(|_| None),
        }
    }

    /// Entities whose records are people, or about some.
    fn entities_of_people(&self) -> Vec<String> {
        let dictionary = self.dictionary();
        let about = dictionary
            .entities
            .iter()
            .filter(|entity| entity.protection.person || !entity.protection.concerns.is_empty());
        about.map(|entity| entity.name.clone()).collect()
    }

    /// Removes contents that neither records nor the journal name.
    fn forget_files(&self, hashes: &BTreeSet<String>) -> Result<Vec<String>, EngineError> {
        let mut candidates = Candidates::new();
        for hash in hashes {
            let kept_at = Timestamp::UNIX_EPOCH;
            if let Some(size_bytes) = self.shared.store.files().size(hash).map_err(no_files)? {
                candidates.insert(hash.clone(), store::Content { hash: hash.clone(), size_bytes, kept_at });
            }
        }
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let inner = self.shared.clone();
        let done = self.shared.write(move |tx| {
            let (prepared, _) = inner.prepared(&*tx)?;
            strike_records(&*tx, &prepared.dictionary, &mut candidates)?;
            strike_entries(&*tx, 0, &mut candidates)?;
            let mut removed: Vec<String> = Vec::new();
            for hash in candidates.into_keys() {
                // Whoever is sending the same content sends it again with their record.
                if inner.store.files().remove(&hash, Timestamp::MAX).map_err(no_files)? {
                    removed.push(hash);
                }
            }
            removed.sort();
            Ok(removed)
        })?;
        Ok(done.value)
    }
}

/// Refuses who typed another name than that of the person, and a person who cannot be erased now.
fn confirm(view: &View<'_>, person: Key, name: &str) -> Result<(), EngineError> {
    let title = match view.row(person.0, person.1).map_err(failed("read a person"))? {
        Some(row) => view.title(person.0, &row, dictionary::Language::Fr)?,
        None => String::new(),
    };
    let same =
        |text: &str| !text.is_empty() && dictionary::text::fold(text) == dictionary::text::fold(name.trim());
    let problem = |field: &str, code, message| {
        EngineError::Validation(vec![FieldProblem { field: field.to_owned(), code, message }])
    };
    if !same(&title) && !same(&person.1.to_string()) {
        let message = dictionary::Label::new(
            "Ce n'est pas le nom de cette personne.",
            "This is not the name of this person.",
        );
        return Err(problem("name", "not_confirmed", message));
    }
    match plan::refusal(view, person)? {
        Some(message) => Err(problem("", "not_erasable", message)),
        None => Ok(()),
    }
}

fn run(prepared: &Prepared, person: Key, plan: &Plan) -> Run {
    let named = |key: &Key| (prepared.entity(key.0).name.clone(), key.1);
    let own = &prepared.entity(person.0).fields;
    let kept = plan.kept.iter().map(|((entity, id), until)| {
        let definition = prepared.entity(*entity);
        let because = definition.protection.retention.as_ref().map(|retention| &retention.because);
        json!({"entity": definition.name, "id": id, "until": until.to_string(), "because": because})
    });
    let mut gone: Vec<(String, RecordId)> = plan.held.gone.iter().map(named).collect();
    let person = named(&person);
    let rows: Vec<(String, RecordId)> = plan.held.rows.iter().map(named).collect();
    if !rows.contains(&person) {
        gone.push(person.clone());
    }
    let spared = plan.spared.iter().map(|field| own[*field].name.clone()).collect();
    Run { spared, kept: kept.collect(), ..Run::of(person, rows, gone) }
}

/// The erasure of a person that was begun and is not done.
pub(crate) fn running(view: &View<'_>, person: Key) -> Result<Option<RecordId>, EngineError> {
    let prepared = view.prepared;
    let Some(entity) = prepared.entity_index(ERASURE) else { return Ok(None) };
    let definition = prepared.entity(entity);
    let (Some(field), Some(done)) = (definition.index("person"), definition.index("done_at")) else {
        return Ok(None);
    };
    let value = related::value(&prepared.entity(person.0).name, person.1);
    let filter = view.field_is(entity, field, &value);
    let rows = view.select(entity, &[&filter], &[], u32::MAX).map_err(failed("look for an erasure"))?;
    Ok(rows.iter().find(|row| row.get(done).is_null()).map(Row::id))
}
