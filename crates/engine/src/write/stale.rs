//! Optimistic versions: whether a record moved since somebody read it, and how.

use std::collections::BTreeMap;

use dictionary::Value;
use journal::{Entry, Position};

use crate::error::{EngineError, FieldMove, failed};
use crate::view::Key;
use crate::write::session::Session;

/// Entries of a record's history read in one go.
const HISTORY_PAGE: u32 = 100;
/// Entries read at most: what lies further back no longer explains anything to anybody.
const HISTORY_MAX: usize = 1_000;

impl Session<'_> {
    /// Refuses when the record is not at the version that the caller named. What this unit itself wrote does not count.
    pub(crate) fn expect_version(&self, key: Key, expected: Option<Position>) -> Result<(), EngineError> {
        let Some(expected) = expected else { return Ok(()) };
        let before = match self.originals.get(&key) {
            Some(original) => original.clone(),
            None => self.view().row(key.0, key.1).map_err(failed("read a record"))?,
        };
        let Some(row) = before else { return Err(EngineError::NotFound) };
        let stored = match row.get(self.prepared.entities[key.0].system.version) {
            Value::Integer(version) => Position::try_from(*version).unwrap_or_default(),
            _ => 0,
        };
        if stored == expected {
            return Ok(());
        }
        Err(EngineError::Stale { id: key.1, expected, stored, moves: self.moves(key, expected)? })
    }

    /// Fields that are not what they were at `since`, sorted by name.
    fn moves(&self, key: Key, since: Position) -> Result<Vec<FieldMove>, EngineError> {
        let entity = self.prepared.entity(key.0);
        let mut moves: BTreeMap<String, FieldMove> = BTreeMap::new();
        for entry in self.changes_since(key, since)? {
            for change in entry.changes.into_iter().flatten() {
                for field in change.fields {
                    let index = entity.index(&field.field);
                    let hidden = |index: usize| entity.fields[index].secret || !self.is_open(key.0, index);
                    if index.is_none_or(hidden) {
                        continue;
                    }
                    // Newest first: the newest says who and what it is now, the oldest what it was.
                    let known = moves.entry(field.field.clone()).or_insert_with(|| FieldMove {
                        field: field.field,
                        from: Value::Null,
                        to: field.new,
                        by: entry.cause.actor.clone(),
                        at: entry.cause.at,
                    });
                    known.from = field.old;
                }
            }
        }
        Ok(moves.into_values().filter(|moved| moved.from != moved.to).collect())
    }

    fn changes_since(&self, key: Key, since: Position) -> Result<Vec<Entry>, EngineError> {
        let name = &self.prepared.entity(key.0).name;
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = self
                .tx
                .history(name, key.1, before, HISTORY_PAGE)
                .map_err(failed("read a record's history"))?;
            let full = page.len() == HISTORY_PAGE as usize;
            before = page.last().map(|entry| entry.position);
            let reached = before.is_some_and(|position| position <= since);
            found.extend(page.into_iter().filter(|entry| entry.position > since));
            if !full || reached || found.len() >= HISTORY_MAX {
                return Ok(found);
            }
        }
    }
}
