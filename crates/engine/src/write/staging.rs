//! What one operation is about to write, kept aside until the whole of it is known to be right.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use dictionary::RecordId;
use dictionary::model::{EntityIndex, FieldIndex};
use store::Row;

use crate::view::Key;

/// Records that one operation may touch. Beyond, it is refused rather than hold up everyone else.
pub(crate) const RECORDS_MAX: usize = 50_000;

/// A record about to be written.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    /// As the store has it; `None` for a new one.
    pub(crate) old: Option<Arc<Row>>,
    /// As it will be; `None` when deleted.
    pub(crate) new: Option<Arc<Row>>,
    /// Where its problems are shown: empty for the record itself, `lines[2].` for a line. `None` for a record that changes as a consequence.
    pub(crate) place: Option<String>,
    /// Fields that the caller set, be it to what they were by default.
    pub(crate) given: BTreeSet<FieldIndex>,
    /// Fields already found wrong: what reads them is not checked any further.
    pub(crate) wrong: BTreeSet<FieldIndex>,
    /// Records that its rules count or add up changed, so that a rule may be broken though the record is as it was.
    pub(crate) touched: bool,
    /// A transition moved its state: the move needs no checking again.
    pub(crate) moved: bool,
    /// Its code was given by the numbering, which found it free.
    pub(crate) numbered: bool,
}

impl Staged {
    /// Whether a field differs. Every field of a new or deleted record that has a value does.
    pub(crate) fn changes(&self, field: FieldIndex) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => old.get(field) != new.get(field),
            (Some(row), None) | (None, Some(row)) => !row.get(field).is_null(),
            (None, None) => false,
        }
    }
}

/// Records about to be written, in the order they were first touched.
#[derive(Debug, Default)]
pub(crate) struct Staging {
    records: HashMap<Key, Staged>,
    order: Vec<Key>,
}

impl Staging {
    /// How many are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The record, if it is.
    pub(crate) fn get(&self, key: Key) -> Option<&Staged> {
        self.records.get(&key)
    }

    /// The record, if it is, to change it.
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut Staged> {
        self.records.get_mut(&key)
    }

    /// Those of an entity.
    pub(crate) fn of(&self, entity: EntityIndex) -> impl Iterator<Item = &Staged> {
        self.order.iter().filter(move |key| key.0 == entity).filter_map(|key| self.records.get(key))
    }

    /// All of them, first touched first.
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.order.clone()
    }

    /// Adds one, or replaces what it becomes: `old` stays as it was first given.
    pub(crate) fn put(&mut self, key: Key, staged: Staged) {
        match self.records.get_mut(&key) {
            Some(known) => {
                known.new = staged.new;
                known.place = known.place.take().or(staged.place);
                known.given.extend(staged.given);
                known.wrong.extend(staged.wrong);
                known.moved |= staged.moved;
                known.touched |= staged.touched;
            }
            None => {
                self.order.push(key);
                self.records.insert(key, staged);
            }
        }
    }

    /// Takes all of them out, first touched first.
    pub(crate) fn take(&mut self) -> Vec<(Key, Staged)> {
        let order = std::mem::take(&mut self.order);
        order.into_iter().filter_map(|key| self.records.remove(&key).map(|staged| (key, staged))).collect()
    }
}

/// Stored computed fields and search texts that no longer fit what they are made from. They are refreshed at the end of the unit of work, each
/// once; an operation that is given up takes its own marks back.
#[derive(Debug, Default)]
pub(crate) struct Outdated {
    /// Records by place of the field in the order of computing.
    computed: BTreeMap<usize, HashSet<RecordId>>,
    search: HashSet<Key>,
    /// Records whose rules are to be asked again.
    rules: HashSet<Key>,
    /// Marks set (`true`) and cleared since the operation began.
    log: Vec<(Mark, bool)>,
}

#[derive(Debug, Clone, Copy)]
enum Mark {
    Computed(usize, RecordId),
    Search(Key),
    Rules(Key),
}

impl Outdated {
    /// Whether nothing is.
    pub(crate) fn is_empty(&self) -> bool {
        self.computed.is_empty() && self.search.is_empty() && self.rules.is_empty()
    }

    /// Whether a computed field or a rule is.
    pub(crate) fn has_fields_or_rules(&self) -> bool {
        !self.computed.is_empty() || !self.rules.is_empty()
    }

    /// Whether that computed field of that record is.
    pub(crate) fn contains(&self, rank: usize, id: RecordId) -> bool {
        self.computed.get(&rank).is_some_and(|ids| ids.contains(&id))
    }

    /// Marks a computed field.
    pub(crate) fn mark(&mut self, rank: usize, id: RecordId) {
        if self.computed.entry(rank).or_default().insert(id) {
            self.log.push((Mark::Computed(rank, id), true));
        }
    }

    /// Marks a search text.
    pub(crate) fn mark_search(&mut self, key: Key) {
        if self.search.insert(key) {
            self.log.push((Mark::Search(key), true));
        }
    }

    /// Marks the rules of a record.
    pub(crate) fn mark_rules(&mut self, key: Key) {
        if self.rules.insert(key) {
            self.log.push((Mark::Rules(key), true));
        }
    }

    /// The computed field was refreshed.
    pub(crate) fn clear(&mut self, rank: usize, id: RecordId) {
        if self.remove(rank, id) {
            self.log.push((Mark::Computed(rank, id), false));
        }
    }

    /// The search text was refreshed.
    pub(crate) fn clear_search(&mut self, key: Key) {
        if self.search.remove(&key) {
            self.log.push((Mark::Search(key), false));
        }
    }

    /// The rules were asked.
    pub(crate) fn clear_rules(&mut self, key: Key) {
        if self.rules.remove(&key) {
            self.log.push((Mark::Rules(key), false));
        }
    }

    fn remove(&mut self, rank: usize, id: RecordId) -> bool {
        let Some(ids) = self.computed.get_mut(&rank) else { return false };
        let removed = ids.remove(&id);
        if ids.is_empty() {
            self.computed.remove(&rank);
        }
        removed
    }

    /// The first place, from `from` on, at which records are marked.
    pub(crate) fn next_rank(&self, from: usize) -> Option<usize> {
        self.computed.range(from..).next().map(|(rank, _)| *rank)
    }

    /// Records marked at a place, sorted.
    pub(crate) fn at(&self, rank: usize) -> Vec<RecordId> {
        let mut ids: Vec<RecordId> = self.computed.get(&rank).into_iter().flatten().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Records whose search text is, sorted.
    pub(crate) fn searches(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.search.iter().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// Records whose rules are, sorted.
    pub(crate) fn rules(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.rules.iter().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// The operation holds.
    pub(crate) fn keep(&mut self) {
        self.log.clear();
    }

    /// The operation is given up.
    pub(crate) fn undo(&mut self) {
        for (mark, set) in std::mem::take(&mut self.log).into_iter().rev() {
            match (mark, set) {
                (Mark::Computed(rank, id), true) => {
                    self.remove(rank, id);
                }
                (Mark::Computed(rank, id), false) => {
                    self.computed.entry(rank).or_default().insert(id);
                }
                (Mark::Search(key), true) => {
                    self.search.remove(&key);
                }
                (Mark::Search(key), false) => {
                    self.search.insert(key);
                }
                (Mark::Rules(key), true) => {
                    self.rules.remove(&key);
                }
                (Mark::Rules(key), false) => {
                    self.rules.insert(key);
                }
            }
        }
    }
}
