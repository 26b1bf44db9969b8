//! Rows that are written together, and where the import stands after each of them.

use std::collections::BTreeMap;

use dictionary::RecordId;

use crate::import::checkpoint::Checkpoint;
use crate::import::prepare::Prepared;
use crate::import::refused::Refusal;

/// A row to write.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) prepared: Prepared,
    /// The record its key leads to, where that was looked up beforehand.
    pub(super) known: Option<RecordId>,
}

impl Job {
    /// Number of the row.
    pub(super) fn row(&self) -> u64 {
        self.prepared.row.number
    }
}

/// Rows that follow each other: those of one unit of work, or of several where others wait to write.
#[derive(Default)]
pub(super) struct Group {
    pub(super) jobs: Vec<Job>,
    /// By number of the row.
    pub(super) refusals: BTreeMap<u64, Refusal>,
    /// Numbers of the rows that the mapping leaves out.
    pub(super) left_out: Vec<u64>,
    /// Number of the last row.
    pub(super) last: u64,
}

impl Group {
    /// Takes the refusals up to that row out; rows left out are forgotten with them.
    pub(super) fn settled(&mut self, row: u64) -> BTreeMap<u64, Refusal> {
        self.left_out.retain(|number| *number > row);
        let later = self.refusals.split_off(&(row + 1));
        std::mem::replace(&mut self.refusals, later)
    }
}

/// Where the import stands after each row of a group, but for what becomes of the rows that are written.
pub(super) struct Milestones {
    /// Before the group.
    pub(super) before: Checkpoint,
    pub(super) left_out: Vec<u64>,
    /// Numbers of refused rows, each with the length of their file once it holds them.
    pub(super) refused: Vec<(u64, u64)>,
}

impl Milestones {
    /// The checkpoint to keep with that row, if it is the last of its unit of work.
    pub(super) fn after(&self, row: u64) -> Checkpoint {
        let mut state = self.before.clone();
        state.rows = row;
        state.left_out += self.left_out.iter().filter(|number| **number <= row).count() as u64;
        for (_, bytes) in self.refused.iter().filter(|(number, _)| *number <= row) {
            state.refused += 1;
            state.refused_bytes = *bytes;
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_ends_early_counts_the_rows_up_to_its_last() {
        let before = Checkpoint { rows: 10, refused: 1, refused_bytes: 100, ..Checkpoint::default() };
        let group = Milestones { before, left_out: vec![12, 15], refused: vec![(11, 130), (14, 170)] };
        let at = |row| {
            let Checkpoint { rows, refused, left_out, refused_bytes, .. } = group.after(row);
            (rows, refused, left_out, refused_bytes)
        };
        assert_eq!(at(13), (13, 2, 1, 130));
        assert_eq!(at(16), (16, 3, 2, 170));
    }
}
