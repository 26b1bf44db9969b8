//! What a move from one store to another needs of an environment: nothing written meanwhile, what the journal does not tell, search.

use std::collections::BTreeSet;

use dictionary::compile::{Step, Target};
use dictionary::model::EntityIndex;
use dictionary::{RecordId, system};
use journal::{Change, Operation, Position};
use store::{Context, Snapshot, StoreError, Transaction};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, damaged, failed};
use crate::prepared::Prepared;
use crate::replay::index_page;
use crate::search_text::search_text;
use crate::view::{Cache, Key, View};

/// Notes that say something of the store they are in begin so.
const OF_THE_STORE: &str = "_";

/// Note of the last entry whose records full-text search finds.
const SEARCHED: &str = "_searched";

/// Entries read at a time.
const ENTRIES: u32 = 500;

impl Environment {
    /// Refuses whatever would be written from here on, by whomever and from whatever process, with [`StoreError::Held`]; or no more. Reads go on.
    ///
    /// Errors: the store cannot be written.
    pub fn hold(&self, held: bool) -> Result<(), EngineError> {
        self.shared.write(move |tx| {
            tx.hold(held);
            Ok(())
        })?;
        Ok(())
    }

    /// Whether writes are refused.
    ///
    /// Errors: the store cannot be read.
    pub fn is_held(&self) -> Result<bool, EngineError> {
        Ok(self.head()?.held)
    }

    /// Takes over what `source` keeps beside its journal: notes, and how far numbers are.
    ///
    /// Errors: a store cannot be read or written; this one ends elsewhere than `source`.
    pub fn take_over_rest(&self, source: &Environment) -> Result<(), EngineError> {
        let (notes, counters, head) = {
            let snapshot = source.shared.store.snapshot().map_err(failed("read the environment"))?;
            let notes = snapshot.notes("").map_err(failed("read the notes"))?;
            let counters = snapshot.counters().map_err(failed("read the counters"))?;
            (notes, counters, snapshot.head().map_err(failed("read the journal's head"))?)
        };
        self.shared.write(move |tx| {
            let here = tx.head().map_err(failed("read the journal's head"))?;
            if (here.position, here.digest, here.chain) != (head.position, head.digest, head.chain) {
                return Err(damaged("what was moved does not end where it should"));
            }
            for (key, value) in notes.iter().filter(|(key, _)| !key.starts_with(OF_THE_STORE)) {
                tx.set_note(key, Some(value)).map_err(failed("take a note over"))?;
            }
            for (counter, last) in &counters {
                tx.next_number(counter, *last).map_err(failed("take a counter over"))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Makes full-text search find what was replayed and is not found yet: what followed a change of the dictionary, and what a stop left behind. `each` is told how many more are done.
    ///
    /// How far it is is noted with what is found: whoever stops goes on from there.
    /// Errors: the store cannot be read or written.
    pub fn search_catch_up(
        &self,
        caller: &Caller,
        each: &mut dyn FnMut(u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let known = {
            let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
            searched(&*snapshot)?
        };
        let Some(mut reached) = known else { return self.search_from_the_start(caller, each) };
        loop {
            let entries = {
                let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
                snapshot.entries(reached, ENTRIES).map_err(failed("read the journal"))?
            };
            let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(()) };
            let changes: Vec<Change> =
                entries.into_iter().flat_map(|entry| entry.changes).flatten().collect();
            // Other texts may be searched from here on.
            if changes.iter().any(|change| change.entity == system::DICTIONARY_SOURCE) {
                return self.search_from_the_start(caller, each);
            }
            let (inner, who) = (self.shared.clone(), caller.clone());
            let done = self.shared.write(move |tx| {
                let (prepared, _) = inner.prepared(&*tx)?;
                let count = index_changed(tx, &prepared, &inner.context(&who), &changes, Which::All)?;
                note_searched(tx, last)?;
                Ok(count)
            })?;
            each(done.value)?;
            reached = last;
        }
    }

    fn search_from_the_start(
        &self,
        caller: &Caller,
        each: &mut dyn FnMut(u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let from = self.position();
        self.search_again(caller, each)?;
        self.shared.write(move |tx| note_searched(tx, from))?;
        Ok(())
    }

    /// Makes full-text search find every record, a page at a time: others may write in between. `each` is told how many more are done.
    ///
    /// Errors: the store cannot be read or written.
    pub fn search_again(
        &self,
        caller: &Caller,
        each: &mut dyn FnMut(u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        for index in 0..self.dictionary().entities.len() {
            let mut after = None;
            loop {
                let (inner, who) = (self.shared.clone(), caller.clone());
                let done = self.shared.write(move |tx| {
                    let (prepared, _) = inner.prepared(&*tx)?;
                    index_page(tx, &prepared, index, &inner.context(&who), after)
                })?;
                let (count, last) = done.value;
                each(count)?;
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

impl EngineError {
    /// Whether nothing was written because the environment is being moved.
    pub fn is_held(&self) -> bool {
        matches!(self, EngineError::Store { source: StoreError::Held, .. })
    }
}

/// The last entry whose records full-text search finds.
pub(crate) fn searched(snapshot: &dyn Snapshot) -> Result<Option<Position>, EngineError> {
    let noted = snapshot.note(SEARCHED).map_err(failed("read how far search is"))?;
    Ok(noted.and_then(|noted| noted.parse().ok()))
}

pub(crate) fn note_searched(tx: &mut dyn Transaction, position: Position) -> Result<(), EngineError> {
    tx.set_note(SEARCHED, Some(&position.to_string())).map_err(failed("note how far search is"))
}

/// Makes full-text search find changed records, and those that are found by their texts. Answers how many.
pub(crate) fn index_changed(
    tx: &mut dyn Transaction,
    prepared: &Prepared,
    context: &Context,
    changes: &[Change],
    which: Which,
) -> Result<u64, EngineError> {
    let mut texts = Vec::new();
    {
        let cache = Cache::default();
        let view = View::of(&*tx, prepared, context, &cache);
        for (entity, id) in found_otherwise(&view, changes, which)? {
            if prepared.entity(entity).search.is_empty() {
                continue;
            }
            if let Some(row) = view.row(entity, id).map_err(failed("read a record"))? {
                texts.push((entity, id, search_text(&view, entity, &row)?));
            }
        }
    }
    for (entity, id, text) in &texts {
        tx.index(prepared.entity(*entity), *id, text.as_deref()).map_err(failed("index a record"))?;
    }
    Ok(texts.len() as u64)
}

/// Which records full-text search is told of after changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The changed ones, and those whose texts are made of theirs.
    All,
    /// The latter only.
    Others,
}

/// The records that are found otherwise after these changes.
fn found_otherwise(view: &View<'_>, changes: &[Change], which: Which) -> Result<BTreeSet<Key>, EngineError> {
    let mut keys = BTreeSet::new();
    for change in changes {
        let Some(entity) = view.prepared.entity_index(&change.entity) else { continue };
        if which == Which::All {
            keys.insert((entity, change.record));
        }
        for changed in &change.fields {
            let Some(field) = view.prepared.entity(entity).index(&changed.field) else { continue };
            for dependent in view.prepared.dictionary.dependents(entity, field) {
                let is_own = dependent.route.is_empty();
                // Nothing refers yet to a record that begins.
                let is_for_nobody = change.operation == Operation::Create
                    && matches!(dependent.route.first(), Some(Step::ReferredBy { .. }));
                if matches!(dependent.target, Target::Search) && !is_own && !is_for_nobody {
                    let ids = reached(view, entity, change, &dependent.route)?;
                    keys.extend(ids.into_iter().map(|id| (dependent.entity, id)));
                }
            }
        }
    }
    Ok(keys)
}

/// Records at the end of a route from a changed one, as it is and as it was.
fn reached(
    view: &View<'_>,
    entity: EntityIndex,
    change: &Change,
    route: &[Step],
) -> Result<Vec<RecordId>, EngineError> {
    let (mut at, mut ids) = (entity, vec![change.record]);
    for (number, step) in route.iter().enumerate() {
        let mut next = Vec::new();
        match *step {
            Step::ReferredBy { entity, field } => {
                for id in ids {
                    let rows =
                        view.children(entity, field, id).map_err(failed("read what is found by a record"))?;
                    next.extend(rows.iter().map(|row| row.id()));
                }
                at = entity;
            }
            Step::Follow { field, to } => {
                let name = &view.prepared.entity(at).fields[field].name;
                let changed = change.fields.iter().find(|changed| number == 0 && changed.field == *name);
                next.extend(
                    changed
                        .into_iter()
                        .flat_map(|changed| [changed.old.as_id(), changed.new.as_id()])
                        .flatten(),
                );
                for id in ids {
                    let row = view.row(at, id).map_err(failed("read a record"))?;
                    next.extend(row.and_then(|row| row.get(field).as_id()));
                }
                at = to;
            }
        }
        ids = next;
    }
    Ok(ids)
}
