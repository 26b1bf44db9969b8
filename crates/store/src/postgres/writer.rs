//! How PostgreSQL runs a group of units of work.
//!
//! The lock of the head's row is the turn to write: it is taken when a group begins, because versions, digest and chain follow from the head, and
//! given back by the commit. So positions follow each other in the order of commits, whichever process writes, and a rollback leaves no gap.
//! `docs/decisions/0022-positions-on-postgresql.md`.

use std::cell::{Cell, RefCell};

use crate::counters::Counters;
use crate::error::StoreError;
use crate::head::HeadState;
use crate::postgres::PostgresStore;
use crate::postgres::cell::Cell as Sent;
use crate::postgres::connection::{Connection, Mark, Request, fault};
use crate::postgres::entries;
use crate::postgres::known::Known;
use crate::postgres::pool::Lease;
use crate::postgres::schema::{head_of, write_head};
use crate::postgres::transaction::PostgresTransaction;
use crate::work::NewEntry;
use crate::writer::{After, GroupCommit, Outcome, Turn, guarded};
use crate::{Committed, Unit, UnitError};

/// What the leader works with.
#[derive(Default)]
pub(crate) struct Bench {
    group: Option<Group>,
    /// What the last group left known.
    known: Known,
}

/// A group that runs.
struct Group {
    connection: Lease,
    /// Head that the group started on.
    head: HeadState,
    /// Head after the last unit.
    ahead: HeadState,
    pending: Pending,
}

/// What the units of a group leave for those after them and for the commit.
#[derive(Default)]
pub(crate) struct Pending {
    /// Entries that the commit writes.
    pub(crate) waiting: RefCell<Vec<NewEntry>>,
    /// Numbers taken, that the commit writes.
    pub(crate) counters: RefCell<Counters>,
    /// Rows that were read.
    pub(crate) known: RefCell<Known>,
    /// Only a fault of the store can give the unit that runs up.
    pub(crate) certain: Cell<bool>,
}

impl GroupCommit for PostgresStore {
    type Bench = Bench;

    fn begin(&self, bench: &mut Bench) -> Result<(), StoreError> {
        let (connection, head) =
            self.database.writers.begin(&self.schema, &self.beginning.write, &self.beginning.turn)?;
        let head = head_of(head).inspect_err(|_| connection.give_up())?;
        let known = RefCell::new(std::mem::take(&mut bench.known).at(&head));
        let pending = Pending { known, ..Pending::default() };
        bench.group = Some(Group { connection, ahead: head.clone(), head, pending });
        Ok(())
    }

    fn unit(&self, bench: &mut Bench, unit: Unit, turn: Turn<'_>) -> (Outcome, After) {
        let Some(group) = &mut bench.group else {
            return (Err(lost().into()), After::Lost);
        };
        let (entries, mark) = (group.pending.waiting.borrow().len(), group.connection.mark());
        match self.run_unit(group, unit, turn) {
            Ok((committed, head)) => {
                group.ahead = head;
                group.pending.counters.get_mut().keep();
                (Ok(committed), After::GoesOn)
            }
            Err(error) => {
                group.pending.waiting.borrow_mut().truncate(entries);
                group.pending.counters.get_mut().take_back();
                let undone = undo(&group.connection, mark, turn.alone);
                if turn.alone || !undone {
                    if !undone {
                        group.connection.give_up();
                    }
                    bench.group = None;
                }
                let after = match (undone, turn.alone) {
                    (true, true) => After::TakenBack,
                    (true, false) => After::GoesOn,
                    (false, _) => After::Lost,
                };
                (Err(error), after)
            }
        }
    }

    fn commit(&self, bench: &mut Bench) -> Result<(), StoreError> {
        let Some(Group { connection, head, ahead, pending }) = bench.group.take() else { return Err(lost()) };
        let Pending { waiting, counters, known, .. } = pending;
        let last = waiting.borrow().last().map(|new| (new.entry.position, new.entry.chain));
        write_entries(&connection, &waiting);
        for (counter, last) in counters.into_inner().take() {
            let sql = "INSERT INTO _counter VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            let cells = vec![Sent::Text(counter), Sent::Integer(last as i64)];
            connection.queue(Request::new("keep a number", sql, cells));
        }
        if ahead != head {
            connection.queue(write_head(&ahead));
        }
        if let Err(error) = connection.flush() {
            // Not committed: the server was not asked to yet.
            connection.give_up();
            return Err(error);
        }
        if let Err(error) = connection.batch_raw("COMMIT") {
            connection.give_up();
            drop(connection);
            match error.as_db_error() {
                Some(_) => return Err(fault("commit")(error)), // refused: nothing remains
                None => self.settle(last)?,
            }
        }
        self.publish(ahead.position);
        bench.known = known.into_inner().moved_to(&ahead);
        Ok(())
    }

    fn abandon(&self, bench: &mut Bench) {
        if let Some(group) = bench.group.take() {
            group.connection.give_up(); // closing the connection takes everything back
        }
    }
}

fn lost() -> StoreError {
    StoreError::database("commit", "the connection is closed")
}

/// Takes back what a failed unit wrote. A unit alone takes its transaction with it.
fn undo(connection: &Connection, mark: Mark, alone: bool) -> bool {
    if connection.forget_since(mark) && !alone {
        return true; // its savepoint was not sent either
    }
    let sql = if alone { "ROLLBACK" } else { "ROLLBACK TO unit; RELEASE unit" };
    !connection.is_broken() && connection.batch_raw(sql).is_ok()
}

/// Ends the savepoint of a unit.
pub(crate) fn release() -> Request {
    Request::new("end a unit of work", "RELEASE SAVEPOINT unit", Vec::new())
}

/// Asks for the entries that wait to be written.
pub(crate) fn write_entries(connection: &Connection, waiting: &RefCell<Vec<NewEntry>>) {
    let waiting = waiting.take();
    if !waiting.is_empty() {
        entries::append(waiting).into_iter().for_each(|request| connection.queue(request));
    }
}

impl PostgresStore {
    fn run_unit(
        &self,
        group: &Group,
        unit: Unit,
        turn: Turn<'_>,
    ) -> Result<(Committed, HeadState), UnitError> {
        let connection: &Connection = &group.connection;
        connection.set_scope(&self.schema, &group.ahead.dictionary);
        let pending = &group.pending;
        pending.certain.set(false);
        if !turn.alone {
            connection.queue(Request::new("begin a unit of work", "SAVEPOINT unit", Vec::new()));
        }
        let mut transaction = PostgresTransaction::new(
            (connection, &self.layouts, &self.schema),
            (pending, !turn.alone),
            &self.files,
            (group.ahead.clone(), turn),
        );
        let value = guarded(unit, &mut transaction)?;
        let after = transaction.finish()?;
        if pending.certain.get() {
            // What it wrote is sent with what comes next; should it not stand, nothing of the group does.
            return Ok((Committed { position: after.position, value }, after));
        }
        // What it wrote is known to stand before the next unit builds on it.
        connection.flush()?;
        if !turn.alone {
            connection.queue(release());
        }
        Ok((Committed { position: after.position, value }, after))
    }

    /// Finds out what became of a commit whose answer never came: `Ok` if it stands.
    ///
    /// Nobody commits as long as somebody holds the turn: once we have it, the lost transaction has ended one way or the other, and its last entry
    /// is in the journal or is not. It is never tried again here.
    fn settle(&self, last: Option<(journal::Position, journal::Hash)>) -> Result<(), StoreError> {
        let unknown = |source: StoreError| StoreError::Uncertain { source: Box::new(source) };
        let begun = self.database.writers.begin(&self.schema, &self.beginning.write, &self.beginning.turn);
        let (connection, head) = begun.map_err(unknown)?;
        let Some((position, chain)) = last else {
            connection.give_up();
            // Notes and numbers leave no entry by which to know.
            return Err(unknown(StoreError::database("commit", "the link broke during the commit")));
        };
        head_of(head).map_err(unknown)?;
        let sql = "SELECT 1 FROM _entry WHERE position = $1 AND chain = $2";
        let cells = [Sent::Integer(position as i64), Sent::Bytes(chain.to_vec())];
        let found = connection.query("look for a commit", sql, &cells, None).map_err(unknown)?;
        connection.send("ROLLBACK");
        if found.is_empty() {
            return Err(StoreError::database("commit", "the link broke before the commit: nothing was kept"));
        }
        Ok(())
    }
}
