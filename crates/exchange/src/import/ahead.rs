//! Rows read and prepared on a thread of their own, some batches ahead of the one that is written.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use dictionary::Label;

use crate::error::ExchangeError;
use crate::import::prepare::{Prepared, Reading, prepare};
use crate::import::refused::Refusal;
use crate::mapping::resolve::Resolved;
use crate::source::{Cell, Item, Source};

/// Rows handed over at once…
const ROWS: usize = 200;
/// …and how often that may be done before they are taken: bounds what is in memory.
const HANDED: usize = 16;

/// A row of the file.
pub(super) struct Row {
    /// Its number in the file.
    pub(super) number: u64,
    /// Bytes of the file read so far.
    pub(super) bytes: u64,
    pub(super) step: Step,
}

/// A row after it was prepared.
pub(super) enum Step {
    Write(Box<Prepared>),
    LeftOut,
    Refuse(Refusal),
}

/// Rows of the file, in order; an error ends them.
pub(super) struct Rows {
    handed: Receiver<Result<Vec<Row>, ExchangeError>>,
    taken: std::vec::IntoIter<Row>,
}

impl Rows {
    /// Starts to read those after number `after`, of the first `limit` ones. Ends when dropped.
    pub(super) fn read<'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut source: Box<dyn Source>,
        (resolved, reading): (Arc<Resolved>, Reading),
        after: u64,
        limit: Option<u64>,
    ) -> Rows {
        let (hand, handed) = sync_channel(HANDED);
        scope.spawn(move || {
            let mut rows = Vec::with_capacity(ROWS);
            let mut read = 0;
            while limit.is_none_or(|limit| read < limit) {
                let item = match source.next() {
                    Ok(Some(item)) => item,
                    Ok(None) => break,
                    Err(error) => {
                        // Whoever takes them may have gone.
                        drop(hand.send(Ok(rows)).and_then(|()| hand.send(Err(error))));
                        return;
                    }
                };
                read += 1;
                let number = item.number();
                if number <= after {
                    continue;
                }
                rows.push(Row { number, step: step(&resolved, &reading, item), bytes: source.bytes() });
                if rows.len() == ROWS
                    && hand.send(Ok(std::mem::replace(&mut rows, Vec::with_capacity(ROWS)))).is_err()
                {
                    return;
                }
            }
            drop(hand.send(Ok(rows)));
        });
        Rows { handed, taken: Vec::new().into_iter() }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.taken.next() {
                return Some(Ok(row));
            }
            match self.handed.recv().ok()? {
                Ok(rows) => self.taken = rows.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn step(resolved: &Resolved, reading: &Reading, item: Item) -> Step {
    let row = match item {
        Item::Row(row) => row,
        Item::Broken(broken) => {
            let cells = broken.cells.into_iter().map(Cell::Text).collect();
            let reasons: Vec<Label> = vec![broken.reason];
            return Step::Refuse(Refusal { line: broken.line, cells, raw: Some(broken.raw), reasons });
        }
    };
    match prepare(resolved, reading, row) {
        Ok(None) => Step::LeftOut,
        Err((row, reasons)) => Step::Refuse(Refusal::of(&row, reasons)),
        Ok(Some(prepared)) => Step::Write(Box::new(prepared)),
    }
}
