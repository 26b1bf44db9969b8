//! An environment made again from its journal: what proves that the journal holds everything, and what a restore does.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::model::EntityIndex;
use dictionary::{RecordId, Value, system};
use journal::{Change, Entry, Operation, redaction};
use store::{Context, Row, Snapshot, Store, Transaction};

use crate::caller::Caller;
use crate::catalogue;
use crate::clock::{Clock, IdSource};
use crate::environment::{Environment, Settings, Shared};
use crate::error::{EngineError, damaged, failed};
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
        Ok(Replay { store, prepared: None, files: BTreeMap::new(), astray: false })
    }

    /// Goes on after the last entry of a store that holds the beginning of what `source` holds.
    ///
    /// Errors: `Store`, when it holds something else.
    pub fn resume(store: Arc<dyn Store>, source: &dyn Snapshot) -> Result<Replay, EngineError> {
        let (files, prepared, astray) = {
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
            (files, catalogue::compiled_whole(&layers)?, entry.digest != head.digest)
        };
        Ok(Replay { store, prepared: Some(prepared), files, astray })
    }

    /// Replays what `source` holds after the last entry, up to and with its own last. `progress` is told the position reached and the last.
    ///
    /// Errors: as [`Replay::entry`].
    pub fn catch_up(
        &mut self,
        source: &dyn Snapshot,
        progress: &mut dyn FnMut(u64, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let last = source.head().map_err(failed("read the journal's head"))?.position;
        loop {
            let reached = self.store.position();
            progress(reached, last)?;
            let entries = source.entries(reached, ENTRIES).map_err(failed("read the journal"))?;
            if entries.is_empty() {
                return Ok(());
            }
            for entry in &entries {
                self.entry(entry)?;
            }
        }
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
                .and_then(|()| replay_changes(tx, old, &target, changes))
            {
                Ok(()) => Ok(Box::new(())),
                Err(refusal) => Err(store::UnitError::Refused(Box::new(refusal))),
            }
        }));
        match written {
            Ok(_) => self.prepared = Some(new),
            Err(store::UnitError::Store(source)) => {
                return Err(EngineError::Store { action: "replay an entry", source });
            }
            Err(store::UnitError::Refused(refusal)) => {
                return Err(*refusal
                    .downcast::<EngineError>()
                    .expect("a unit's refusal comes back as it was given"));
            }
        }
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

fn replay_changes(
    tx: &mut dyn Transaction,
    old: Option<Arc<Prepared>>,
    new: &Arc<Prepared>,
    changes: Vec<Change>,
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
        for field in change.fields {
            if let Some(index) = entity.index(&field.field) {
                row.0[index] = field.new;
            }
        }
        match (&old, change.operation) {
            (None, _) => tx.insert(entity, row, None),
            (Some(old), Operation::Delete) => tx.delete(entity, old),
            (Some(old), _) => tx.update(entity, old, row, None),
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
        let view = View {
            prepared,
            snapshot: Some(&*tx),
            cache: &cache,
            context,
            ahead: None,
            timeout_ms: 0,
            sight: None,
        };
        let text = search_text(&view, position, &row)?;
        tx.index(entity, row.id(), text.as_deref()).map_err(failed("index a record"))?;
    }
    Ok((count, last))
}
