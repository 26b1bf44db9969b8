//! Rows that the writer read, as long as nobody else has written since: the person who writes is read by every unit of work.

use std::collections::HashMap;
use std::sync::Arc;

use dictionary::RecordId;
use journal::{Hash, Position};

use crate::head::HeadState;
use crate::layout::Layout;
use crate::row::Row;

/// Rows kept at most; past that it starts afresh.
const ROWS_MAX: usize = 500;

/// Rows as they were at a position of the journal, and by what layout they were read.
#[derive(Default)]
pub(crate) struct Known {
    moment: (Position, Hash),
    rows: HashMap<(RecordId, Arc<str>), (Arc<Layout>, Row)>,
}

impl Known {
    /// What is known when a group begins on `head`.
    pub(crate) fn at(self, head: &HeadState) -> Known {
        if self.moment == (head.position, head.chain) { self } else { Known::default() }
    }

    /// The row, if it is known.
    pub(crate) fn get(&self, layout: &Arc<Layout>, id: RecordId) -> Option<Row> {
        let (by, row) = self.rows.get(&(id, Arc::clone(&layout.entity)))?;
        Arc::ptr_eq(by, layout).then(|| row.clone())
    }

    /// Keeps a row just read.
    pub(crate) fn keep(&mut self, layout: &Arc<Layout>, row: &Row) {
        if self.rows.len() >= ROWS_MAX {
            self.rows.clear();
        }
        self.rows.insert((row.id(), Arc::clone(&layout.entity)), (Arc::clone(layout), row.clone()));
    }

    /// Forgets what a unit changed.
    pub(crate) fn forget<'a>(&mut self, records: impl Iterator<Item = (&'a str, RecordId)>) {
        records.for_each(|(entity, id)| drop(self.rows.remove(&(id, entity.into()))));
    }

    /// Forgets all: the dictionary changes.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// The group was committed, and left that head.
    pub(crate) fn moved_to(self, head: &HeadState) -> Known {
        Known { moment: (head.position, head.chain), ..self }
    }
}
