//! Readers of the journal: each has a name and a cursor of its own.
//!
//! A reader follows, does its work, then advances: whatever stops it in between, it sees the same entries again. So each entry is seen at least
//! once, in order.

use journal::{Entry, Position};

use crate::environment::Environment;
use crate::error::{EngineError, failed};

/// Entries read at once at most.
const ENTRIES_MAX: u32 = 10_000;

impl Environment {
    /// Entries after the cursor of the reader of that name, in order, at most `limit`; all from the first on if it never advanced. For Tisserand's own
    /// readers: nothing is left out of them.
    pub fn follow(&self, name: &str, limit: u32) -> Result<Vec<Entry>, EngineError> {
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let after = cursor(&*snapshot, name)?;
        snapshot.entries(after, limit.min(ENTRIES_MAX)).map_err(failed("read the journal"))
    }

    /// Where the reader of that name stands; 0 if it never advanced.
    pub fn cursor(&self, name: &str) -> Result<Position, EngineError> {
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        cursor(&*snapshot, name)
    }

    /// Everything to `position` is done for the reader of that name. A cursor never goes back. Durable when this returns.
    pub fn advance(&self, name: &str, position: Position) -> Result<(), EngineError> {
        let name = name.to_owned();
        self.shared.write(move |tx| {
            if position > cursor(&*tx, &name)? {
                tx.set_note(&key(&name), Some(&position.to_string())).map_err(failed("keep a cursor"))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The reader of that name is no more: its cursor is forgotten.
    pub fn forget(&self, name: &str) -> Result<(), EngineError> {
        let key = key(name);
        self.shared.write(move |tx| tx.set_note(&key, None).map_err(failed("forget a cursor")))?;
        Ok(())
    }
}

fn key(name: &str) -> String {
    format!("cursor:{name}")
}

fn cursor(snapshot: &dyn store::Snapshot, name: &str) -> Result<Position, EngineError> {
    let note = snapshot.note(&key(name)).map_err(failed("read a cursor"))?;
    Ok(note.and_then(|text| text.parse().ok()).unwrap_or_default())
}
