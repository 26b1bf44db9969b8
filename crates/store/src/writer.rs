//! Grouped commits: units of work that wait at the same time share one transaction and one sync, each in its own savepoint.
//!
//! No thread is kept for it. The first caller to find nobody at work leads: it runs the waiting units, commits, tells their callers, and
//! hands the lead to the next that waits. A caller that does not wait is told by a call, and says how a leader is found.
//! `docs/decisions/0008-group-commit-without-a-thread.md`.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::error::StoreError;
use crate::{Committed, Submission, Transaction, Unit, UnitError};

/// Units in one commit at most: bounds how long the first of them waits.
const GROUP_MAX: usize = 128;

/// Units that share a commit whoever else writes: a sync is worth that many.
const GROUP_LEAST: usize = 32;

/// What becomes of a unit of work.
pub(crate) type Outcome = Result<Committed, UnitError>;

/// How a kind of store runs a group of units in one transaction. `Bench` is what the leader alone works with.
pub(crate) trait GroupCommit {
    /// Connection, head and whatever else belongs to the leader.
    type Bench: Send;

    /// Begins the transaction of a group.
    fn begin(&self, bench: &mut Self::Bench) -> Result<(), StoreError>;

    /// Runs one unit in a savepoint of its own; alone in its group it may do without.
    fn unit(&self, bench: &mut Self::Bench, unit: Unit, turn: Turn<'_>) -> (Outcome, After);

    /// Makes the group durable, and publishes its position before any caller hears of it.
    fn commit(&self, bench: &mut Self::Bench) -> Result<(), StoreError>;

    /// Takes back whatever is not committed: the store itself failed.
    fn abandon(&self, bench: &mut Self::Bench);
}

/// The turn of a unit: with whom it shares its commit, and who waits for it to end.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'w> {
    /// No other unit shares its commit.
    pub(crate) alone: bool,
    queue: &'w Mutex<Queue>,
}

impl Turn<'_> {
    /// Whether another unit is held up as long as this one runs.
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.alone || !self.queue.lock().waiting.is_empty()
    }
}

/// Where the transaction of a group stands after a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It goes on; what a failed unit wrote was taken back.
    GoesOn,
    /// It was taken back with its only unit.
    TakenBack,
    /// Nothing of the group remains.
    Lost,
}

/// A unit of work, and who is told what became of it.
struct Ticket {
    unit: Mutex<Option<Unit>>,
    caller: Caller,
}

enum Caller {
    /// A thread that waits.
    Waiting { state: Mutex<TicketState>, changed: Condvar },
    /// Nobody waits: this is called once.
    Called(Mutex<Option<Submission>>),
}

enum TicketState {
    Waiting,
    /// Its caller must lead now.
    Lead,
    Done(Outcome),
    Collected,
}

impl Ticket {
    fn new(unit: Unit, caller: Caller) -> Arc<Ticket> {
        Arc::new(Ticket { unit: Mutex::new(Some(unit)), caller })
    }

    /// Says what became of the unit.
    fn settle(&self, outcome: Outcome) {
        match &self.caller {
            Caller::Waiting { state, changed } => {
                *state.lock() = TicketState::Done(outcome);
                changed.notify_one();
            }
            Caller::Called(submission) => {
                let submission = submission.lock().take();
                // Whatever becomes of the call, those behind it are told too.
                let told = submission.map(|told| catch_unwind(AssertUnwindSafe(|| (told.done)(outcome))));
                drop(told);
            }
        }
    }

    /// Makes its caller lead; false if it was asked before, and its unit has to wait for another.
    fn hand_lead(&self) -> bool {
        match &self.caller {
            Caller::Waiting { state, changed } => {
                *state.lock() = TicketState::Lead;
                changed.notify_one();
                true
            }
            Caller::Called(submission) => {
                let lead = submission.lock().as_mut().and_then(|submission| submission.lead.take());
                lead.map(|lead| lead()).is_some()
            }
        }
    }
}

/// Who waits, and whether somebody leads.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<Arc<Ticket>>,
    led: bool,
    /// Units of the last group.
    last: usize,
}

/// How many of those that wait a group takes, after one of `last`: about half of all who write just now. Those of the last group were told, and ask again
/// while this one is written; were it to take everybody, nobody would ask meanwhile and nobody would write afterwards.
fn taken(waiting: usize, last: usize) -> usize {
    let half = (waiting + last).div_ceil(2);
    waiting.min(half.clamp(GROUP_LEAST, GROUP_MAX))
}

/// The only writer of a store in this process.
pub(crate) struct Writer<B> {
    queue: Mutex<Queue>,
    bench: Mutex<B>,
}

impl<B: Send> Writer<B> {
    pub(crate) fn new(bench: B) -> Writer<B> {
        Writer { queue: Mutex::default(), bench: Mutex::new(bench) }
    }

    /// The bench, when nobody leads: for rest and for closing.
    pub(crate) fn bench(&self) -> MutexGuard<'_, B> {
        self.bench.lock()
    }

    /// Runs `unit` as `store` does, and waits until it is durable.
    pub(crate) fn write(&self, unit: Unit, store: &impl GroupCommit<Bench = B>) -> Outcome {
        let waiting = Caller::Waiting { state: Mutex::new(TicketState::Waiting), changed: Condvar::new() };
        let ticket = Ticket::new(unit, waiting);
        self.queue(&ticket);
        let Caller::Waiting { state, changed } = &ticket.caller else { unreachable!("it waits") };
        loop {
            let mut now = state.lock();
            match std::mem::replace(&mut *now, TicketState::Collected) {
                TicketState::Done(outcome) => return outcome,
                TicketState::Lead => {
                    *now = TicketState::Waiting;
                    drop(now);
                    self.lead_once(store);
                }
                TicketState::Waiting | TicketState::Collected => {
                    *now = TicketState::Waiting;
                    changed.wait(&mut now);
                }
            }
        }
    }

    /// Runs `unit` among those that wait; does not wait for it.
    pub(crate) fn submit(&self, unit: Unit, submission: Submission) {
        self.queue(&Ticket::new(unit, Caller::Called(Mutex::new(Some(submission)))));
    }

    /// Leads one group, and those behind it as long as none of them can lead: what a submission's `lead` is to have called.
    pub(crate) fn lead_once(&self, store: &impl GroupCommit<Bench = B>) {
        loop {
            self.lead(store);
            if self.pass_on() {
                return;
            }
        }
    }

    /// Joins those that wait, and leads them if nobody does.
    fn queue(&self, ticket: &Arc<Ticket>) {
        let first = {
            let mut queue = self.queue.lock();
            queue.waiting.push_back(Arc::clone(ticket));
            !std::mem::replace(&mut queue.led, true)
        };
        if first {
            ticket.hand_lead();
        }
    }

    /// Hands the lead to the first that can take it; false if some wait and none of them can.
    fn pass_on(&self) -> bool {
        let mut queue = self.queue.lock();
        if queue.waiting.is_empty() {
            queue.led = false;
            return true;
        }
        let next: Vec<Arc<Ticket>> = queue.waiting.iter().cloned().collect();
        drop(queue);
        next.iter().any(|ticket| ticket.hand_lead())
    }

    /// Runs one group of those that wait; a leader who waits itself is among them.
    fn lead(&self, store: &impl GroupCommit<Bench = B>) {
        let mut bench = self.bench.lock();
        let group: Vec<Arc<Ticket>> = {
            let mut queue = self.queue.lock();
            let count = taken(queue.waiting.len(), queue.last);
            queue.last = count;
            queue.waiting.drain(..count).collect()
        };
        if group.is_empty() {
            return;
        }
        let turn = Turn { alone: group.len() == 1, queue: &self.queue };
        let ran = catch_unwind(AssertUnwindSafe(|| run(store, &mut bench, &group, turn)));
        let outcomes = ran.unwrap_or_else(|_| {
            // A fault of the store itself: nobody may wait for ever.
            store.abandon(&mut bench);
            fail_all(group.len(), &StoreError::database("commit", "the store failed"))
        });
        drop(bench);
        let mut unfinished = Vec::new();
        for (ticket, outcome) in group.into_iter().zip(outcomes) {
            match outcome {
                Some(outcome) => ticket.settle(outcome),
                None => unfinished.push(ticket),
            }
        }
        if !unfinished.is_empty() {
            let mut queue = self.queue.lock();
            unfinished.into_iter().rev().for_each(|ticket| queue.waiting.push_front(ticket));
        }
    }
}

/// Runs a group in one transaction. `None` for units that were not run, because the database gave the transaction up before them.
fn run<S: GroupCommit>(
    store: &S,
    bench: &mut S::Bench,
    group: &[Arc<Ticket>],
    turn: Turn<'_>,
) -> Vec<Option<Outcome>> {
    if let Err(error) = store.begin(bench) {
        return fail_all(group.len(), &error);
    }
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(group.len());
    for ticket in group {
        let Some(unit) = ticket.unit.lock().take() else { continue };
        let (outcome, after) = store.unit(bench, unit, turn);
        outcomes.push(Some(outcome));
        match after {
            After::GoesOn => {}
            After::TakenBack => return outcomes,
            After::Lost => return give_up(outcomes, group.len()),
        }
    }
    match store.commit(bench) {
        Ok(()) => outcomes,
        Err(error) => fail_all(group.len(), &error),
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

/// What a unit of work returns; a panic of its own is its own failure.
pub(crate) fn guarded(
    unit: Unit,
    transaction: &mut dyn Transaction,
) -> Result<Box<dyn std::any::Any + Send>, UnitError> {
    catch_unwind(AssertUnwindSafe(|| unit(transaction))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(UnitError::Store(StoreError::database("run a unit of work: it panicked", said)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_takes_half_of_those_who_write_but_never_few() {
        assert_eq!(taken(10, 5), 10, "few share one commit");
        assert_eq!(taken(64, 0), 32);
        assert_eq!(taken(32, 32), 32, "two halves take turns");
        assert_eq!(taken(200, 40), 120);
        assert_eq!(taken(1_000, 128), GROUP_MAX);
        assert_eq!(taken(0, 64), 0);
    }
}
