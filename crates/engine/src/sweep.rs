//! Contents of file fields that nothing names any more: found, and removed.

use std::collections::HashMap;

use dictionary::{Dictionary, Value};
use jiff::{SignedDuration, Timestamp};
use journal::{Entry, Position};
use store::{Content, FileError, Snapshot, StoreError};

use crate::environment::Environment;
use crate::error::{EngineError, failed};

/// Records and entries looked at in one step.
const PAGE: u32 = 500;

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Contents that were removed; in a rehearsal, those that would be. By hash.
    pub contents: Vec<Content>,
}

impl Swept {
    /// Bytes of them all.
    pub fn size_bytes(&self) -> u64 {
        self.contents.iter().map(|content| content.size_bytes).sum()
    }
}

/// Contents that perhaps nothing names, by hash.
pub(crate) type Candidates = HashMap<String, Content>;

impl Environment {
    /// Removes the contents that no record names and no entry of the journal has named, if they were last received longer than `grace` ago: an
    /// upload comes before the record that names it. What the journal names stays, for histories, restores and copies. With `rehearse` nothing is
    /// removed.
    ///
    /// A record cannot come to name a content while it is removed: that happens in a unit of work, which has its turn alone.
    pub fn files_sweep(&self, grace: SignedDuration, rehearse: bool) -> Result<Swept, EngineError> {
        let now = self.shared.clock.now();
        let kept_before = now.checked_sub(grace).unwrap_or(Timestamp::MIN);
        let mut candidates = Candidates::new();
        let list = self.shared.store.files().list(&mut |content| {
            if content.kept_at < kept_before {
                candidates.insert(content.hash.clone(), content);
            }
        });
        list.map_err(no_files)?;
        if candidates.is_empty() {
            return Ok(Swept::default());
        }
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let (prepared, _) = self.shared.prepared(&*snapshot)?;
        strike_records(&*snapshot, &prepared.dictionary, &mut candidates)?;
        let position = strike_entries(&*snapshot, 0, &mut candidates)?;
        drop(snapshot);
        if candidates.is_empty() || rehearse {
            return Ok(swept(candidates));
        }
        let inner = self.shared.clone();
        let done = self.shared.write(move |tx| {
            let mut candidates = candidates;
            strike_entries(&*tx, position, &mut candidates)?;
            let files = inner.store.files();
            let mut removed = Candidates::new();
            for (hash, content) in candidates {
                if files.remove(&hash, kept_before).map_err(no_files)? {
                    removed.insert(hash, content);
                }
            }
            Ok(removed)
        })?;
        Ok(swept(done.value))
    }
}

fn swept(contents: Candidates) -> Swept {
    let mut contents: Vec<Content> = contents.into_values().collect();
    contents.sort_by(|a, b| a.hash.cmp(&b.hash));
    Swept { contents }
}

pub(crate) fn no_files(source: FileError) -> EngineError {
    let action = "sweep the files";
    EngineError::Store { action, source: StoreError::Database { action, source: source.into() } }
}

/// Strikes out what records name.
pub(crate) fn strike_records(
    snapshot: &dyn Snapshot,
    dictionary: &Dictionary,
    candidates: &mut Candidates,
) -> Result<(), EngineError> {
    for entity in &dictionary.entities {
        let holds_file = |kind: &str| matches!(kind, "file" | "image" | "signature");
        if !entity.fields.iter().any(|field| holds_file(field.kind.name()) && field.is_stored()) {
            continue;
        }
        let mut after = None;
        while !candidates.is_empty() {
            let rows = snapshot.scan(entity, after, PAGE).map_err(failed("read records"))?;
            rows.iter().flat_map(|row| &row.0).for_each(|value| strike(value, candidates));
            after = rows.last().map(store::Row::id);
            if rows.len() < PAGE as usize {
                break;
            }
        }
    }
    Ok(())
}

/// Strikes out what entries beyond `after` name, before or after their changes. Answers the position of the last.
pub(crate) fn strike_entries(
    snapshot: &(impl Snapshot + ?Sized),
    after: Position,
    candidates: &mut Candidates,
) -> Result<Position, EngineError> {
    let mut reached = after;
    loop {
        let entries = snapshot.entries(reached, PAGE).map_err(failed("read the journal"))?;
        let Some(last) = entries.last() else { return Ok(reached) };
        reached = last.position;
        entries.iter().for_each(|entry| strike_entry(entry, candidates));
    }
}

fn strike_entry(entry: &Entry, candidates: &mut Candidates) {
    for field in entry.changes.iter().flatten().flat_map(|change| &change.fields) {
        strike(&field.old, candidates);
        strike(&field.new, candidates);
    }
}

fn strike(value: &Value, candidates: &mut Candidates) {
    if let Value::File(file) = value {
        candidates.remove(&file.hash);
    }
}
