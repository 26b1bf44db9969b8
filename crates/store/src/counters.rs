//! Numbers that the units of a group take: read once, counted in memory, written once with the commit.
//!
//! Whoever takes a number has the turn to write, so nobody else counts meanwhile.

use std::collections::BTreeMap;

use crate::error::StoreError;

/// The last number of each counter that a group has used.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Of units that ended before in the same group.
    kept: BTreeMap<String, u64>,
    /// Of the unit that runs.
    own: BTreeMap<String, u64>,
}

impl Counters {
    /// The next number of a counter, `at_least` or beyond; `stored` reads the last one that a commit kept, 0 for none.
    pub(crate) fn next(
        &mut self,
        counter: &str,
        at_least: u64,
        stored: impl FnOnce() -> Result<u64, StoreError>,
    ) -> Result<u64, StoreError> {
        let last = match self.own.get(counter).or_else(|| self.kept.get(counter)) {
            Some(last) => *last,
            None => stored()?,
        };
        let next = (last + 1).max(at_least);
        self.own.insert(counter.to_owned(), next);
        Ok(next)
    }

    /// The unit is kept.
    pub(crate) fn keep(&mut self) {
        self.kept.append(&mut self.own);
    }

    /// The unit is taken back, and its numbers with it.
    pub(crate) fn take_back(&mut self) {
        self.own.clear();
    }

    /// What the commit has to write: each counter with its last number.
    pub(crate) fn take(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.kept)
    }
}
