//! The records that hold something about a person.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::{RecordId, related};
use journal::Change;
use store::Snapshot;

use crate::error::{EngineError, failed};
use crate::prepared::Prepared;
use crate::view::{Key, View};

/// Entries read at a time.
const PAGE: u32 = 500;

/// Records that name somebody counted at most, for each field.
const COUNT_MAX: u32 = 10_000;

/// What is held about a person: in rows, and in the journal only.
pub(crate) struct Held {
    /// Records that are there: the person's own first, if it still is.
    pub(crate) rows: Vec<Key>,
    /// Records that were deleted, which the journal still tells of.
    pub(crate) gone: Vec<Key>,
}

/// Records that name a person without being about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBy {
    /// Their entity.
    pub entity: String,
    /// The field that names the person.
    pub field: String,
    /// How many, counted up to 10 000.
    pub count: u64,
}

/// Finds what is held about `person`.
///
/// Errors: `NotFound` for somebody of whom neither rows nor the journal know.
pub(crate) fn held(view: &View<'_>, person: Key) -> Result<Held, EngineError> {
    let held = held_of(view, &[person])?;
    if !held.rows.contains(&person) {
        let snapshot = view.snapshot().map_err(failed("read what is held about a person"))?;
        let history = snapshot.history(&view.prepared.entity(person.0).name, person.1, None, 1);
        if history.map_err(failed("read a record's history"))?.is_empty() {
            return Err(EngineError::NotFound);
        }
    }
    Ok(held)
}

/// Finds what is held about several people, and whatever else is among `people`, by one look through the journal.
pub(crate) fn held_of(view: &View<'_>, people: &[Key]) -> Result<Held, EngineError> {
    let prepared = view.prepared;
    let snapshot = view.snapshot().map_err(failed("read what is held about a person"))?;
    let mut known: BTreeSet<Key> = people.iter().copied().collect();
    let mut rows = Vec::new();
    for person in people {
        if view.row(person.0, person.1).map_err(failed("read a person"))?.is_some() {
            rows.push(*person);
        }
    }
    let mut gone = Vec::new();
    loop {
        let before = known.len();
        follow_rows(view, &mut known, &mut rows)?;
        follow_journal(prepared, snapshot, &mut known, &mut gone)?;
        if known.len() == before {
            return Ok(Held { rows, gone });
        }
    }
}

/// The records that are there and about one of those known, which are added to them.
pub(crate) fn about(view: &View<'_>, person: Key) -> Result<Vec<Key>, EngineError> {
    let (mut known, mut rows) = (BTreeSet::from([person]), Vec::new());
    follow_rows(view, &mut known, &mut rows)?;
    Ok(rows)
}

/// Adds the records that are about those known.
fn follow_rows(view: &View<'_>, known: &mut BTreeSet<Key>, rows: &mut Vec<Key>) -> Result<(), EngineError> {
    let mut waiting: Vec<Key> = known.iter().copied().collect();
    while let Some(about) = waiting.pop() {
        for (entity, field) in concerning(view.prepared, about.0) {
            let found = view
                .naming_at_most(entity, field, about, u32::MAX)
                .map_err(failed("read what is held about a person"))?;
            for row in found {
                let key = (entity, row.id());
                if known.insert(key) {
                    rows.push(key);
                    waiting.push(key);
                }
            }
        }
    }
    Ok(())
}

/// Fields by which records of other entities are about those of `entity`.
fn concerning(prepared: &Prepared, entity: EntityIndex) -> Vec<(EntityIndex, FieldIndex)> {
    let referrers = &prepared.entities[entity].referrers;
    let concerns = referrers
        .iter()
        .filter(|referrer| prepared.entity(referrer.entity).protection.concerns.contains(&referrer.field));
    concerns.map(|referrer| (referrer.entity, referrer.field)).collect()
}

/// Adds the records that were about those known when they were deleted, or before.
fn follow_journal(
    prepared: &Prepared,
    snapshot: &dyn Snapshot,
    known: &mut BTreeSet<Key>,
    gone: &mut Vec<Key>,
) -> Result<(), EngineError> {
    let mut reached = 0;
    loop {
        let entries = snapshot.entries(reached, PAGE).map_err(failed("read the journal"))?;
        let Some(last) = entries.last() else { return Ok(()) };
        reached = last.position;
        for change in entries.iter().filter_map(|entry| entry.changes.as_ref()).flatten() {
            let Some(entity) = prepared.entity_index(&change.entity) else { continue };
            let key = (entity, change.record);
            if known.contains(&key) || !is_about(prepared, entity, change, known) {
                continue;
            }
            let definition = prepared.entity(entity);
            // A record that is there and is about somebody else now is theirs.
            if snapshot.get(definition, change.record).map_err(failed("read a record"))?.is_none() {
                known.insert(key);
                gone.push(key);
            }
        }
    }
}

/// Whether a change names one of those known by a field that makes its record be about them.
fn is_about(prepared: &Prepared, entity: EntityIndex, change: &Change, known: &BTreeSet<Key>) -> bool {
    let definition = prepared.entity(entity);
    let names = |field: &FieldIndex| {
        let field = &definition.fields[*field];
        let changed = change.fields.iter().find(|changed| changed.field == field.name);
        changed.into_iter().flat_map(|changed| [&changed.old, &changed.new]).any(|value| {
            match field.options.to.as_deref().and_then(|to| prepared.entity_index(to)) {
                Some(to) => value.as_id().is_some_and(|id| known.contains(&(to, id))),
                None => related::named(value).is_some_and(|(name, id)| {
                    prepared.entity_index(name).is_some_and(|to| known.contains(&(to, id)))
                }),
            }
        })
    };
    definition.protection.concerns.iter().any(names)
}

/// Records that name a person without being about them, those found already apart.
pub(crate) fn named_by(view: &View<'_>, person: Key) -> Result<Vec<NamedBy>, EngineError> {
    let prepared = view.prepared;
    let mut named: BTreeMap<(String, String), u64> = BTreeMap::new();
    for referrer in &prepared.entities[person.0].referrers {
        let definition = prepared.entity(referrer.entity);
        // Who wrote what Tisserand keeps for itself is nobody's business; whom it names is.
        let is_own_note = definition.internal && definition.fields[referrer.field].system;
        if definition.protection.concerns.contains(&referrer.field) || is_own_note {
            continue;
        }
        let rows = view
            .naming_at_most(referrer.entity, referrer.field, person, COUNT_MAX)
            .map_err(failed("read what names a person"))?;
        if !rows.is_empty() {
            let field = definition.fields[referrer.field].name.clone();
            named.insert((definition.name.clone(), field), rows.len() as u64);
        }
    }
    let one = |((entity, field), count)| NamedBy { entity, field, count };
    Ok(named.into_iter().map(one).collect())
}

/// A record's identity among those of a person.
pub(crate) fn name_of(prepared: &Prepared, key: Key) -> (&str, RecordId) {
    (&prepared.entity(key.0).name, key.1)
}
