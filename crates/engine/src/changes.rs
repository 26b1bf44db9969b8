//! What changed in a list since a position of the journal, brought to its last state.

use std::collections::{BTreeSet, HashSet};

use dictionary::expression::Typed;
use dictionary::label::Label;
use dictionary::model::{EntityIndex, ID};
use dictionary::{RecordId, Value};
use journal::{Change, Operation, Position};
use store::{DICTIONARY_ENTITY, Row};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::query::{Query, Record};
use crate::reading::Reading;
use crate::sight::entities_read;

/// Entries read at once.
const ENTRIES_AT_ONCE: u32 = 200;
/// Entries looked through by one call at most.
const ENTRIES_MAX: usize = 5_000;

/// A moment of an environment's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Changes when the environment is restored to the past: positions of another epoch are of another history.
    pub epoch: u64,
    /// Position in the journal.
    pub position: Position,
}

/// Why a record is no longer in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is no more.
    Deleted,
    /// It is there, but the list's conditions do not hold for it (any more, or ever: who never had it has nothing to forget).
    Left,
}

/// What changed.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Records as they are now, in the order of their last change.
    pub records: Vec<Record>,
    /// Records that are no longer in the list.
    pub removed: Vec<(RecordId, Removed)>,
    /// Everything to here was looked through.
    pub until: Moment,
    /// There is more to look through beyond.
    pub more: bool,
}

impl Environment {
    /// What changed in the list of `query` since a moment: whole entries, until about `limit` records are found. Its order, its place and its
    /// limit are passed over. What changes in other records only (what a path of the filter leads to) is not a change of the list.
    ///
    /// Errors: `Expired` when the journal does not tell, and the list has to be read again.
    pub fn changes(
        &self,
        caller: &Caller,
        query: &Query,
        since: Moment,
        limit: u32,
    ) -> Result<Changes, EngineError> {
        let timeout_ms = match query.timeout_ms {
            0 => self.shared.settings.query_timeout_ms,
            given => given,
        };
        self.read(caller, timeout_ms, |reading| reading.changes(caller, query, since, limit))
    }
}

impl Reading<'_> {
    fn changes(
        &self,
        caller: &Caller,
        query: &Query,
        since: Moment,
        limit: u32,
    ) -> Result<Changes, EngineError> {
        if query.dictionary.as_ref().is_some_and(|known| known.hash != self.moment.dictionary) {
            return Err(EngineError::Outdated);
        }
        let entity = self.entity(caller, &query.entity)?;
        let view = &self.reader.view;
        let filters: Vec<Typed> =
            query.filters.iter().map(|filter| view.guard(filter, entity)).collect::<Result<_, _>>()?;
        let name = self.prepared.entity(entity).name.clone();
        if since.epoch != self.moment.epoch || since.position > self.moment.position {
            return Err(expired(
                "Cet environnement a été restauré depuis : relisez la liste.",
                "This environment was restored since: read the list again.",
            ));
        }
        let (ids, position) = self.touched(entity, &name, since.position, limit)?;
        let mut changes = Changes {
            records: Vec::new(),
            removed: Vec::new(),
            until: Moment { position, ..since },
            more: position < self.moment.position,
        };
        let mut rows = view.rows(entity, ids.clone()).map_err(failed("read changed records"))?;
        rows.sort_by_key(|row| row.id());
        let mut kept = Vec::new();
        for id in ids {
            let Ok(at) = rows.binary_search_by_key(&id, |row| row.id()) else {
                if self.was_seen(entity, id, None, since.position)? {
                    changes.removed.push((id, Removed::Deleted));
                }
                continue;
            };
            let row = rows[at].clone();
            let mut within = view.sees(entity, &row)?;
            if !within && !self.was_seen(entity, id, Some(&row), since.position)? {
                continue;
            }
            for filter in &filters {
                within = within && view.whole().holds(filter, entity, &row)?;
            }
            if within {
                kept.push(row);
            } else {
                changes.removed.push((id, Removed::Left));
            }
        }
        changes.records = self.reader.records(entity, kept, &query.expand)?;
        Ok(changes)
    }

    /// Whether the caller saw a record at a position: who never saw it is not told that it went. Its own fields are those of then, what they lead to is
    /// as today.
    pub(crate) fn was_seen(
        &self,
        entity: EntityIndex,
        id: RecordId,
        now: Option<&Row>,
        since: Position,
    ) -> Result<bool, EngineError> {
        let view = &self.reader.view;
        if view.condition(entity).is_none() {
            return Ok(true);
        }
        let definition = self.prepared.entity(entity);
        let mut then = now.cloned().unwrap_or_else(|| {
            let mut empty = Row(vec![Value::Null; definition.fields.len()]);
            empty.0[ID] = Value::Id(id);
            empty
        });
        let mut before = None;
        loop {
            let found = self.snapshot.history(&definition.name, id, before, ENTRIES_AT_ONCE);
            let entries = found.map_err(failed("read a record's history"))?;
            for entry in &entries {
                if entry.position <= since {
                    return view.sees(entity, &then);
                }
                for change in entry.changes.iter().flatten() {
                    if change.operation == Operation::Create {
                        return Ok(false);
                    }
                    for field in &change.fields {
                        if let Some(index) = definition.index(&field.field) {
                            then.0[index] = field.old.clone();
                        }
                    }
                }
                before = Some(entry.position);
            }
            if entries.len() < ENTRIES_AT_ONCE as usize {
                return view.sees(entity, &then);
            }
        }
    }

    /// Whether a change is of a record by which others come into sight, or leave it: who sees what would not be told.
    fn changes_sight(&self, entity: EntityIndex, change: &Change) -> bool {
        let Some(condition) = self.reader.view.condition(entity) else { return false };
        let mut read = BTreeSet::new();
        entities_read(&condition, &mut read);
        let rights = self.reader.view.sight;
        for name in rights.map(|rights| rights.perimeters()).unwrap_or_default() {
            let found = self.prepared.dictionary.perimeters.iter().find(|perimeter| perimeter.name == *name);
            if let Some(perimeter) = found {
                read.insert(perimeter.of);
                entities_read(&perimeter.filter, &mut read);
            }
        }
        self.prepared.entity_index(&change.entity).is_some_and(|changed| read.contains(&changed))
    }

    /// Records of an entity that entries beyond a position touch, each once, in the order of its last change; and the last position looked at.
    fn touched(
        &self,
        index: EntityIndex,
        entity: &str,
        since: Position,
        limit: u32,
    ) -> Result<(Vec<RecordId>, Position), EngineError> {
        let mut position = since;
        let mut ids: Vec<RecordId> = Vec::new();
        let mut known: HashSet<RecordId> = HashSet::new();
        let mut looked = 0;
        while known.len() < limit.max(1) as usize && looked < ENTRIES_MAX {
            let found = self.snapshot.entries(position, ENTRIES_AT_ONCE);
            let entries = found.map_err(failed("read the journal"))?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if entry.position != position + 1 {
                    return Err(too_old());
                }
                for change in entry.changes.as_ref().ok_or_else(too_old)? {
                    // A record may also bring others of its own entity into sight: a structure those beneath it.
                    if self.changes_sight(index, change) {
                        return Err(expired(
                            "Ce que vous pouvez voir a changé depuis : relisez la liste.",
                            "What you may see has changed since: read the list again.",
                        ));
                    } else if change.entity == entity {
                        ids.push(change.record);
                        known.insert(change.record);
                    } else if changes_shape(change, entity) {
                        return Err(expired(
                            "Le dictionnaire a changé ces fiches depuis : relisez la liste.",
                            "The dictionary changed these records since: read the list again.",
                        ));
                    }
                }
                position = entry.position;
                looked += 1;
                if known.len() >= limit.max(1) as usize || looked >= ENTRIES_MAX {
                    break;
                }
            }
        }
        // Of a record that changed several times the last place counts.
        let mut last = Vec::with_capacity(known.len());
        for id in ids.into_iter().rev() {
            if known.remove(&id) {
                last.push(id);
            }
        }
        last.reverse();
        Ok((last, position))
    }
}

/// Whether a change is one of the dictionary that gave the entity other fields.
fn changes_shape(change: &Change, entity: &str) -> bool {
    change.entity == DICTIONARY_ENTITY
        && change.fields.iter().any(|field| match &field.new {
            Value::Json(plan) => field.field == "plan" && plan.get(entity).is_some(),
            _ => false,
        })
}

fn too_old() -> EngineError {
    expired(
        "Le journal ne remonte plus jusque-là : relisez la liste.",
        "The journal no longer goes back that far: read the list again.",
    )
}

fn expired(fr: &str, en: &str) -> EngineError {
    EngineError::Expired { message: Label::new(fr, en) }
}
