//! An environment made again from its journal: what proves that the journal holds everything, and what a restore does.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};

use dictionary::model::EntityIndex;
use dictionary::{RecordId, Value, system};
use jiff::tz::TimeZone;
use journal::{Change, Entry, Operation, redaction};
use store::{Context, Row, Snapshot, Store, Submission, Transaction, Unit, UnitError};

use crate::caller::Caller;
use crate::catalogue;
use crate::clock::{Clock, IdSource};
use crate::environment::{Environment, Settings, Shared};
use crate::error::{EngineError, damaged, failed};
use crate::moving::{Which, index_changed, note_searched, searched};
use crate::prepared::Prepared;
use crate::search_text::search_text;
use crate::sources::{self, Source};
use crate::view::{Cache, View};

/// Entries read at a time.
const ENTRIES: u32 = 500;

/// Records indexed at a time.
const PAGE: u32 = 500;

/// Replays entries, from the first on, into an empty store. After each, the digest of the content must be the one the entry certifies; where values of
/// entries were redacted, from the entry on that erased them from the records too.
pub struct Replay {
    store: Arc<dyn Store>,
    prepared: Option<Arc<Prepared>>,
    /// Files of the dictionary, by their records.
    files: BTreeMap<RecordId, Source>,
    /// Values are missing that entries before had: the content is not the one that was.
    astray: bool,
    /// Full-text search finds all that was replayed, and is to find what comes.
    found: bool,
}

impl Replay {
    /// Into an empty store.
    ///
    /// Errors: `Store`, when it is not.
    pub fn new(store: Arc<dyn Store>) -> Result<Replay, EngineError> {
        let head = store
            .snapshot()
            .and_then(|snapshot| snapshot.head())
            .map_err(failed("read the journal's head"))?;
        if head.position != 0 || !head.dictionary.is_empty() {
            return Err(damaged("a journal is replayed into an empty store only"));
        }
        Ok(Replay { store, prepared: None, files: BTreeMap::new(), astray: false, found: true })
    }

    /// Goes on after the last entry of a store that holds the beginning of what `source` holds.
    ///
    /// Errors: `Store`, when it holds something else.
    pub fn resume(store: Arc<dyn Store>, source: &dyn Snapshot) -> Result<Replay, EngineError> {
        let (files, prepared, astray, found) = {
            let snapshot = store.snapshot().map_err(failed("read the journal's head"))?;
            let head = snapshot.head().map_err(failed("read the journal's head"))?;
            if head.position == 0 {
                drop(snapshot);
                return Replay::new(store);
            }
            let read = failed("read the journal");
            let entry = source.entries(head.position - 1, 1).map_err(read)?.into_iter().next();
            let entry = entry.filter(|entry| entry.chain == head.chain && entry.position == head.position);
            let Some(entry) = entry else { return Err(damaged("what is there is not what is copied")) };
            let files = sources::read_files(&*snapshot)?;
            let layers = sources::to_layers(files.values().cloned());
            let found = searched(&*snapshot)? == Some(head.position);
            (files, catalogue::compiled_whole(&layers)?, entry.digest != head.digest, found)
        };
        Ok(Replay { store, prepared: Some(prepared), files, astray, found })
    }

    /// Replays what `source` holds after the last entry, up to what was its own last then. `progress` is told the position reached and that last, `page` is
    /// shown entries before they are played. `zone`: where days of texts that are searched begin.
    ///
    /// Nothing of `source` is kept open for longer than a page takes to read: whoever writes there meanwhile could not tidy up behind a moment that lasts.
    /// Errors: as [`Replay::entry`].
    pub fn catch_up(
        &mut self,
        source: &dyn Store,
        zone: &TimeZone,
        page: &mut dyn FnMut(&[Entry]) -> Result<(), EngineError>,
        progress: &mut dyn FnMut(u64, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let last = source.position();
        loop {
            let reached = self.store.position();
            progress(reached, last)?;
            if reached >= last {
                return Ok(());
            }
            let entries = source.snapshot().and_then(|snapshot| snapshot.entries(reached, ENTRIES));
            let entries = entries.map_err(failed("read the journal"))?;
            if entries.is_empty() {
                return Ok(());
            }
            page(&entries)?;
            self.play(&entries, zone, Some(source))?;
        }
    }

    /// Replays entries that follow each other, as one moment shows them: many by one commit where they only change records.
    ///
    /// Errors: as [`Replay::entry`].
    pub fn page(&mut self, entries: &[Entry], zone: &TimeZone) -> Result<(), EngineError> {
        self.play(entries, zone, None)
    }

    /// `source`: where they are read from page after page, and may be redacted in between.
    fn play(
        &mut self,
        entries: &[Entry],
        zone: &TimeZone,
        source: Option<&dyn Store>,
    ) -> Result<(), EngineError> {
        for run in entries.chunk_by(|one, next| is_plain(one) && is_plain(next)) {
            if !self.astray && run.iter().all(is_plain) {
                self.run(run, zone)?;
                continue;
            }
            for entry in run {
                if let Some(source) = source {
                    self.holds_nothing_erased(entry, source)?;
                }
                self.entry(entry)?;
            }
        }
        Ok(())
    }

    /// Refuses an entry that tells of values taken out of entries that were replayed before they were: they would stay here, in rows that were and in the
    /// journal. What is there is to be replayed again from the beginning.
    fn holds_nothing_erased(&self, entry: &Entry, source: &dyn Store) -> Result<(), EngineError> {
        let told = entry.changes.iter().flatten().flat_map(redaction::read);
        for (position, _) in told.filter(|(position, _)| *position < entry.position) {
            let changes = |store: &dyn Store| -> Result<Option<Vec<Change>>, EngineError> {
                let found = store.snapshot().and_then(|snapshot| snapshot.entries(position - 1, 1));
                let found = found.map_err(failed("read the journal"))?;
                Ok(found.into_iter().find(|one| one.position == position).and_then(|one| one.changes))
            };
            if changes(&*self.store)? != changes(source)? {
                return Err(damaged(&format!("entry {position} was replayed with what was erased since")));
            }
        }
        Ok(())
    }

    /// Replays entries that follow each other and change neither the dictionary nor what was redacted, many of them by one commit: each is a unit, and none
    /// is kept behind one that was not. Full-text search finds what they changed with them, where it found all before.
    ///
    /// What they certify is proved at the end of them: the chain hash of the last stands on every digest before it.
    fn run(&mut self, entries: &[Entry], zone: &TimeZone) -> Result<(), EngineError> {
        let (Some(last), Some(prepared)) = (entries.last(), self.prepared.clone()) else {
            return entries.iter().try_for_each(|entry| self.entry(entry));
        };
        let (told, outcomes) = mpsc::channel();
        for entry in entries {
            let (position, cause) = (entry.position, entry.cause.clone());
            let (changes, target) = (entry.changes.clone().unwrap_or_default(), prepared.clone());
            let context = Context { now: cause.at, zone: zone.clone(), me: None };
            let (is_found, is_last) = (self.found, position == last.position);
            let unit: Unit = Box::new(move |tx| {
                if tx.next_position() != position {
                    let refusal = damaged(&format!("entry {position} does not follow what is there"));
                    return Err(UnitError::Refused(Box::new(refusal)));
                }
                tx.set_cause(cause);
                tx.allow_missing_files();
                let search = is_found.then_some(&context);
                let written = replay_changes(tx, Some(target.clone()), &target, &changes, search);
                let written = written.and_then(|()| {
                    if is_found {
                        let these = if is_found_with(&changes) { Which::Others } else { Which::All };
                        index_changed(tx, &target, &context, &changes, these)?;
                    }
                    if is_found && is_last { note_searched(tx, position) } else { Ok(()) }
                });
                match written {
                    Ok(()) => Ok(Box::new(())),
                    Err(refusal) => Err(UnitError::Refused(Box::new(refusal))),
                }
            });
            let (done, lead) = (told.clone(), told.clone());
            let submission = Submission {
                // Nobody hears it who gave up already.
                done: Box::new(move |outcome| drop(done.send(Heard::Done(outcome.map(drop))))),
                lead: Some(Box::new(move || drop(lead.send(Heard::Lead)))),
            };
            self.store.submit(unit, submission);
        }
        let (mut left, mut fault) = (entries.len(), None);
        while left > 0 {
            match outcomes.recv() {
                Ok(Heard::Lead) => self.store.commit_waiting(),
                Ok(Heard::Done(outcome)) => {
                    left -= 1;
                    // The first says why; those behind it only that they do not follow.
                    fault = fault.or(outcome.err());
                }
                Err(_) => return Err(damaged("the store forgot what it was given to write")),
            }
        }
        if let Some(fault) = fault {
            return Err(refused(fault));
        }
        let snapshot = self.store.snapshot().map_err(failed("read the journal's head"))?;
        let head = snapshot.head().map_err(failed("read the journal's head"))?;
        if head.digest != last.digest || head.epoch == last.epoch && head.chain != last.chain {
            let first = entries.first().map_or(0, |entry| entry.position);
            let found =
                format!("entries {first} to {} lead to another content than they certify", last.position);
            return Err(damaged(&found));
        }
        Ok(())
    }

    /// Replays the next entry.
    ///
    /// Errors: `Store` with `Damaged` when it is not the next, was redacted, or leads to another content than it certifies.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), EngineError> {
        let position = entry.position;
        if position != self.store.position() + 1 {
            return Err(damaged(&format!("entry {position} does not follow {}", self.store.position())));
        }
        let Some(changes) = entry.changes.clone() else {
            return Err(damaged(&format!(
                "entry {position} was redacted: what it changed is no longer known"
            )));
        };
        self.astray |= changes.iter().any(|change| !change.redacted.is_empty());
        let certified = (self.astray || redaction::concerns(&changes)).then(|| entry.clone());
        let old = self.prepared.clone();
        let new = self.dictionary_after(&changes)?;
        let (cause, target) = (entry.cause.clone(), new.clone());
        let written = self.store.write(Box::new(move |tx| {
            tx.set_cause(cause);
            // Files may come later, and those of old entries may have been erased.
            tx.allow_missing_files();
            let certified = certified.map_or(Ok(()), |entry| tx.certify(&entry));
            match certified
                .map_err(failed("replay an entry"))
                .and_then(|()| replay_changes(tx, old, &target, &changes, None))
            {
                Ok(()) => Ok(Box::new(())),
                Err(refusal) => Err(UnitError::Refused(Box::new(refusal))),
            }
        }));
        match written {
            Ok(_) => self.prepared = Some(new),
            Err(fault) => return Err(refused(fault)),
        }
        // Records of this entry, and those that are found by other texts from here on: as long as there are none, all are found.
        self.found = self.found && self.finds_nothing()?;
        let snapshot = self.store.snapshot().map_err(failed("read the journal's head"))?;
        let head = snapshot.head().map_err(failed("read the journal's head"))?;
        if head.digest == entry.digest {
            self.astray = false;
        } else if !self.astray {
            return Err(damaged(&format!("entry {position} leads to another content than it certifies")));
        }
        if head.epoch == entry.epoch && head.chain != entry.chain {
            return Err(damaged(&format!("entry {position} does not have the chain hash it should")));
        }
        Ok(())
    }

    /// The same, but full-text search finds nothing yet that was replayed: [`Environment::search_again`] sees to it.
    ///
    /// Errors: `Store`, when nothing was replayed, or not all of it.
    pub fn into_environment_unsearched(
        self,
        settings: Settings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Environment, EngineError> {
        let Some(prepared) = self.prepared else {
            return Err(damaged("there is nothing to make an environment from"));
        };
        if self.astray {
            return Err(damaged("its last entry leads to another content than it certifies"));
        }
        Ok(Environment { shared: Shared::new(settings, self.store, clock, ids, prepared) })
    }

    /// The environment as it was after the last entry. Full-text search is made again here.
    pub fn into_environment(
        self,
        settings: Settings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Environment, EngineError> {
        let Some(prepared) = self.prepared.clone() else {
            return Err(damaged("there is nothing to make an environment from"));
        };
        let shared = self.into_environment_unsearched(settings, clock, ids)?.shared;
        let context = shared.context(&Caller::system());
        shared.write(move |tx| index_all(tx, &prepared, &context))?;
        Ok(Environment { shared })
    }

    /// Whether there is no record yet that full-text search could find.
    fn finds_nothing(&self) -> Result<bool, EngineError> {
        let Some(prepared) = &self.prepared else { return Ok(true) };
        let snapshot = self.store.snapshot().map_err(failed("look for records"))?;
        for entity in prepared.dictionary.entities.iter().filter(|entity| !entity.search.is_empty()) {
            if !snapshot.scan(entity, None, 1).map_err(failed("look for records"))?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The dictionary that is in force after these changes.
    fn dictionary_after(&mut self, changes: &[Change]) -> Result<Arc<Prepared>, EngineError> {
        let mut touched = false;
        for change in changes.iter().filter(|change| change.entity == system::DICTIONARY_SOURCE) {
            touched = true;
            if change.operation == Operation::Delete {
                self.files.remove(&change.record);
                continue;
            }
            let file = self.files.entry(change.record).or_insert_with(|| Source {
                position: 0,
                layer: String::new(),
                path: String::new(),
                content: String::new(),
            });
            for field in &change.fields {
                let text = field.new.as_text().unwrap_or_default().to_owned();
                match (field.field.as_str(), &field.new) {
                    ("position", Value::Integer(position)) => file.position = *position,
                    ("layer", _) => file.layer = text,
                    ("path", _) => file.path = text,
                    ("content", _) => file.content = text,
                    _ => {}
                }
            }
        }
        match &self.prepared {
            Some(prepared) if !touched => Ok(prepared.clone()),
            _ => catalogue::compiled_whole(&sources::to_layers(self.files.values().cloned())),
        }
    }
}

/// What is heard of entries given to the store.
enum Heard {
    /// Nobody commits them: whoever waits for them does.
    Lead,
    /// What became of one.
    Done(Result<(), UnitError>),
}

fn refused(fault: UnitError) -> EngineError {
    match fault {
        UnitError::Store(source) => EngineError::Store { action: "replay an entry", source },
        UnitError::Refused(refusal) => {
            *refusal.downcast::<EngineError>().expect("a unit's refusal comes back as it was given")
        }
    }
}

/// Whether an entry only changes records.
fn is_plain(entry: &Entry) -> bool {
    entry.changes.as_ref().is_some_and(|changes| {
        !redaction::concerns(changes)
            && changes.iter().all(|change| change.entity != system::DICTIONARY_SOURCE)
    })
}

/// Whether full-text search is told of a change as it is written: alone in its entry, it reads nothing that follows it.
fn is_found_with(changes: &[Change]) -> bool {
    changes.len() == 1
}

/// Plays changes; full-text search finds those that it is told of at once, where `search` says as of when and where.
fn replay_changes(
    tx: &mut dyn Transaction,
    old: Option<Arc<Prepared>>,
    new: &Arc<Prepared>,
    changes: &[Change],
    search: Option<&Context>,
) -> Result<(), EngineError> {
    let same = old.as_ref().is_some_and(|old| old.dictionary.hash == new.dictionary.hash);
    if !same {
        let old = old.as_ref().map(|old| &*old.dictionary);
        tx.migrate(old, &new.dictionary).map_err(failed("make the tables again"))?;
    }
    for change in changes {
        // The store's own account of the migration: it has just written it again.
        let Some(position) = new.entity_index(&change.entity) else { continue };
        let entity = new.entity(position);
        let missing = || damaged(&format!("{} {} is not there to be changed", change.entity, change.record));
        let old = match change.operation {
            Operation::Create => None,
            _ => Some(tx.get(entity, change.record).map_err(failed("read a record"))?.ok_or_else(missing)?),
        };
        let mut row = match &old {
            Some(old) => old.clone(),
            None => {
                let mut row = Row(vec![Value::Null; entity.fields.len()]);
                row.0[dictionary::model::ID] = Value::Id(change.record);
                row
            }
        };
        for field in &change.fields {
            if let Some(index) = entity.index(&field.field) {
                row.0[index] = field.new.clone();
            }
        }
        let text = match search {
            Some(context) if is_found_with(changes) && change.operation != Operation::Delete => {
                search_text(&View::of(&*tx, new, context, &Cache::default()), position, &row)?
            }
            _ => None,
        };
        match (&old, change.operation) {
            (None, _) => tx.insert(entity, row, text.as_deref()),
            (Some(old), Operation::Delete) => tx.delete(entity, old),
            (Some(old), _) => tx.update(entity, old, row, text.as_deref()),
        }
        .map_err(failed("replay a change"))?;
    }
    Ok(())
}

/// Makes full-text search find every record again.
fn index_all(tx: &mut dyn Transaction, prepared: &Prepared, context: &Context) -> Result<(), EngineError> {
    for position in 0..prepared.dictionary.entities.len() {
        let mut after = None;
        while let (_, Some(last)) = index_page(tx, prepared, position, context, after)? {
            after = Some(last);
        }
    }
    Ok(())
}

/// Makes full-text search find the records of an entity after that one, at most a page of them. Answers how many, and the last of them where more may
/// follow.
pub(crate) fn index_page(
    tx: &mut dyn Transaction,
    prepared: &Prepared,
    position: EntityIndex,
    context: &Context,
    after: Option<RecordId>,
) -> Result<(u64, Option<RecordId>), EngineError> {
    let entity = prepared.entity(position);
    if entity.search.is_empty() {
        return Ok((0, None));
    }
    let rows = tx.scan(entity, after, PAGE).map_err(failed("read records"))?;
    let last = rows.last().map(Row::id).filter(|_| rows.len() == PAGE as usize);
    let count = rows.len() as u64;
    let cache = Cache::default();
    for row in rows {
        let view = View::of(&*tx, prepared, context, &cache);
        let text = search_text(&view, position, &row)?;
        tx.index(entity, row.id(), text.as_deref()).map_err(failed("index a record"))?;
    }
    Ok((count, last))
}
