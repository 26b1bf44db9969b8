//! Grouped commits: units of work that wait at the same time share one transaction and one sync, each in its own savepoint.
//!
//! No thread is kept for it. The first caller to find nobody at work leads: it runs the waiting units, commits, wakes their callers, and
//! hands the lead to the next that waits. `docs/decisions/0008-group-commit-without-a-thread.md`.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::error::StoreError;
use crate::files::FileStore;
use crate::head::HeadState;
use crate::layout::Layouts;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::schema::write_head;
use crate::sqlite::transaction::SqliteTransaction;
use crate::{Committed, Unit, UnitError};

/// Units in one commit at most: bounds how long the first of them waits.
const GROUP_MAX: usize = 128;

type Outcome = Result<Committed, UnitError>;

/// A unit of work and its caller, who waits.
struct Ticket {
    unit: Mutex<Option<Unit>>,
    state: Mutex<TicketState>,
    changed: Condvar,
}

enum TicketState {
    Waiting,
    /// Its caller must lead now.
    Lead,
    Done(Outcome),
    Collected,
}

impl Ticket {
    fn settle(&self, state: TicketState) {
        *self.state.lock() = state;
        self.changed.notify_one();
    }
}

/// Who waits, and whether somebody leads.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<Ticket>>,
    led: bool,
}

/// What the leader works with.
pub(crate) struct Bench {
    /// `None` while the store rests.
    pub(crate) connection: Option<Connection>,
    /// Head after the last commit.
    pub(crate) head: HeadState,
}

/// The only writer of a store.
pub(crate) struct Writer {
    queue: Mutex<Queue>,
    bench: Mutex<Bench>,
}

impl Writer {
    pub(crate) fn new(connection: Connection, head: HeadState) -> Writer {
        Writer { queue: Mutex::default(), bench: Mutex::new(Bench { connection: Some(connection), head }) }
    }

    /// The bench, when nobody leads: for rest and for closing.
    pub(crate) fn bench(&self) -> MutexGuard<'_, Bench> {
        self.bench.lock()
    }

    /// Runs `unit` and waits until it is durable. `open` opens a connection if the store rests; `publish` is told the position
    /// before any caller hears of it.
    pub(crate) fn write(
        &self,
        unit: Unit,
        around: (&Layouts, &dyn FileStore),
        open: &dyn Fn() -> Result<Connection, StoreError>,
        publish: &dyn Fn(&HeadState),
    ) -> Outcome {
        let ticket = Arc::new(Ticket {
            unit: Mutex::new(Some(unit)),
            state: Mutex::new(TicketState::Waiting),
            changed: Condvar::new(),
        });
        {
            let mut queue = self.queue.lock();
            queue.waiting.push_back(Arc::clone(&ticket));
            if !queue.led {
                queue.led = true;
                ticket.settle(TicketState::Lead);
            }
        }
        loop {
            let mut state = ticket.state.lock();
            match std::mem::replace(&mut *state, TicketState::Collected) {
                TicketState::Done(outcome) => return outcome,
                TicketState::Lead => {
                    *state = TicketState::Waiting;
                    drop(state);
                    self.lead(around, open, publish);
                }
                TicketState::Waiting | TicketState::Collected => {
                    *state = TicketState::Waiting;
                    ticket.changed.wait(&mut state);
                }
            }
        }
    }

    /// Runs one group, which holds the leader's own unit, then passes the lead on.
    fn lead(
        &self,
        around: (&Layouts, &dyn FileStore),
        open: &dyn Fn() -> Result<Connection, StoreError>,
        publish: &dyn Fn(&HeadState),
    ) {
        let mut bench = self.bench.lock();
        let group: Vec<Arc<Ticket>> = {
            let mut queue = self.queue.lock();
            let count = queue.waiting.len().min(GROUP_MAX);
            queue.waiting.drain(..count).collect()
        };
        let run = catch_unwind(AssertUnwindSafe(|| bench.run(&group, around, open, publish)));
        let outcomes = run.unwrap_or_else(|_| {
            // A fault of the store itself: nobody may wait for ever. Closing the connection undoes what was not committed.
            bench.connection = None;
            fail_all(group.len(), &StoreError::database("commit", "the store failed"))
        });
        drop(bench);
        let mut unfinished = Vec::new();
        for (ticket, outcome) in group.into_iter().zip(outcomes) {
            match outcome {
                Some(outcome) => ticket.settle(TicketState::Done(outcome)),
                None => unfinished.push(ticket),
            }
        }
        let mut queue = self.queue.lock();
        for ticket in unfinished.into_iter().rev() {
            queue.waiting.push_front(ticket);
        }
        match queue.waiting.front() {
            Some(next) => next.settle(TicketState::Lead),
            None => queue.led = false,
        }
    }
}

impl Bench {
    /// Runs a group in one transaction. `None` for units that were not run, because the database gave the transaction up before them.
    fn run(
        &mut self,
        group: &[Arc<Ticket>],
        around: (&Layouts, &dyn FileStore),
        open: &dyn Fn() -> Result<Connection, StoreError>,
        publish: &dyn Fn(&HeadState),
    ) -> Vec<Option<Outcome>> {
        let connection = match self.connection.take().map_or_else(open, Ok) {
            Ok(connection) => self.connection.insert(connection),
            Err(error) => return fail_all(group.len(), &error),
        };
        let begun = connection.db.execute_batch("BEGIN IMMEDIATE").map_err(fault("begin a transaction"));
        if let Err(error) = begun {
            return fail_all(group.len(), &error);
        }
        let mut head = self.head.clone();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(group.len());
        let alone = group.len() == 1;
        for ticket in group {
            let Some(unit) = ticket.unit.lock().take() else { continue };
            let ran = run_unit(connection, around, &head, unit, alone);
            head = ran.head;
            let failed = ran.outcome.is_err();
            outcomes.push(Some(ran.outcome));
            if !ran.undone {
                // What the unit wrote could not be taken back: closing the connection takes everything back.
                self.connection = None;
                return give_up(outcomes, group.len());
            }
            if connection.db.is_autocommit() {
                if alone && failed {
                    return outcomes; // taken back with its transaction
                }
                // A full disk or a read error made SQLite give the whole transaction up: nothing of the group remains.
                return give_up(outcomes, group.len());
            }
        }
        if let Err(error) = self.commit(&head) {
            return fail_all(group.len(), &error);
        }
        self.head = head;
        publish(&self.head);
        outcomes
    }

    fn commit(&self, head: &HeadState) -> Result<(), StoreError> {
        let Some(connection) = &self.connection else { return Ok(()) };
        let written = if *head == self.head { Ok(()) } else { write_head(&connection.db, head) };
        let done = written.and_then(|()| connection.db.execute_batch("COMMIT").map_err(fault("commit")));
        if done.is_err() && !connection.db.is_autocommit() {
            // When even this fails, the next BEGIN says so, and nothing was acknowledged.
            drop(connection.db.execute_batch("ROLLBACK"));
        }
        done
    }
}

fn fail_all(count: usize, error: &StoreError) -> Vec<Option<Outcome>> {
    (0..count).map(|_| Some(Err(UnitError::Store(error.again())))).collect()
}

/// The outcomes of a group of which nothing remains: all units that ran failed, as the last of them, and the others did not run.
fn give_up(outcomes: Vec<Option<Outcome>>, group: usize) -> Vec<Option<Outcome>> {
    let error = match outcomes.last() {
        Some(Some(Err(UnitError::Store(error)))) => error.again(),
        _ => StoreError::database("commit", "the database gave the transaction up"),
    };
    let mut failed = fail_all(outcomes.len(), &error);
    failed.resize_with(group, || None);
    failed
}

/// What became of a unit.
struct Ran {
    outcome: Outcome,
    /// The head after it.
    head: HeadState,
    /// What it wrote was taken back, if it failed.
    undone: bool,
}

/// Runs one unit in a savepoint of its own.
///
/// A unit `alone` in its transaction needs none: the transaction is undone instead. An open savepoint makes SQLite remember every page as it
/// was, and go through what it remembers at each statement: much for an import of thousands of rows.
fn run_unit(
    connection: &Connection,
    (layouts, files): (&Layouts, &dyn FileStore),
    head: &HeadState,
    unit: Unit,
    alone: bool,
) -> Ran {
    let db = &connection.db;
    let (begin, end, undo) = match alone {
        true => ("", "", "ROLLBACK"),
        false => ("SAVEPOINT unit", "RELEASE unit", "ROLLBACK TO unit; RELEASE unit"),
    };
    let run = || -> Result<(Box<dyn Any + Send>, HeadState), UnitError> {
        db.execute_batch(begin).map_err(fault("begin a unit of work"))?;
        let mut transaction = SqliteTransaction::new(connection, layouts, files, head.clone());
        let value = catch_unwind(AssertUnwindSafe(|| unit(&mut transaction))).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(UnitError::Store(StoreError::database("run a unit of work: it panicked", said)))
        })?;
        let after = transaction.finish()?;
        db.execute_batch(end).map_err(fault("end a unit of work"))?;
        Ok((value, after))
    };
    match run() {
        Ok((value, after)) => {
            Ran { outcome: Ok(Committed { position: after.position, value }), head: after, undone: true }
        }
        Err(error) => {
            let undone = db.is_autocommit() || db.execute_batch(undo).is_ok();
            Ran { outcome: Err(error), head: head.clone(), undone }
        }
    }
}
