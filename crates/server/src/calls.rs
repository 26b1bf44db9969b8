//! Calls of the engine block: they run on a bounded number of threads, and a bounded number waits.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::problem::Problem;

/// Longest wait for a turn.
const TURN: Duration = Duration::from_secs(10);

/// Leave to run, given back when dropped.
pub(crate) type Turn = OwnedSemaphorePermit;

/// The bounds of one server.
#[derive(Debug)]
pub(crate) struct Calls {
    turns: Arc<Semaphore>,
    at_once: usize,
    waiting: AtomicUsize,
    waiting_max: usize,
}

impl Calls {
    pub(crate) fn new(at_once: usize, waiting_max: usize) -> Calls {
        let at_once = at_once.max(1);
        Calls { turns: Arc::new(Semaphore::new(at_once)), at_once, waiting: AtomicUsize::new(0), waiting_max }
    }

    /// Runs `work` on a thread of its own. A client that goes away does not stop it, and it keeps its turn until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_with_turn(move |_turn| work()).await
    }

    /// As [`Calls::run`]; `work` gets the turn, to hand it on to what goes on without the thread.
    pub(crate) async fn run_with_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Turn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.turn().await?;
        let span = tracing::Span::current();
        let done = spawn_blocking(move || span.in_scope(|| work(turn)));
        done.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// A turn, if one is free.
    pub(crate) fn turn_at_once(&self) -> Option<Turn> {
        self.turns.clone().try_acquire_owned().ok()
    }

    /// Runs `work` on the thread of the caller, who has a turn. For work of some microseconds: another thread would take longer to wake.
    pub(crate) fn run_here<T>(
        turn: Turn,
        work: impl FnOnce(Turn) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // As on a thread of its own, a panic is an answer and not a broken connection.
        catch_unwind(AssertUnwindSafe(|| work(turn)))
            .unwrap_or_else(|_| Err(Problem::internal(&std::io::Error::other("a call panicked"))))
    }

    pub(crate) fn running(&self) -> usize {
        self.at_once - self.turns.available_permits()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    async fn turn(&self) -> Result<Turn, Problem> {
        if let Ok(turn) = self.turns.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let place = Place::take(&self.waiting);
        if place.number > self.waiting_max {
            return Err(Problem::too_many(1));
        }
        match tokio::time::timeout(TURN, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Problem::too_many(2)),
        }
    }
}

/// Commits of all environments that run at once. They take their turns in order: threads that a processor shares between them would all be late.
#[derive(Clone)]
pub(crate) struct Commits(Arc<Mutex<CommitTurns>>);

struct CommitTurns {
    running: usize,
    at_once: usize,
    waiting: VecDeque<Commit>,
}

type Commit = Box<dyn FnOnce() + Send>;

impl Commits {
    pub(crate) fn new(at_once: usize) -> Commits {
        let turns = CommitTurns { running: 0, at_once: at_once.max(1), waiting: VecDeque::new() };
        Commits(Arc::new(Mutex::new(turns)))
    }

    /// Runs a commit on a thread that may block, when its turn comes. A thread that ends one takes the next: none waits for a thread of the
    /// runtime, which may itself be waiting for a commit.
    pub(crate) fn run(&self, runtime: &Handle, commit: Commit) {
        {
            let mut turns = self.0.lock();
            if turns.running == turns.at_once {
                turns.waiting.push_back(commit);
                return;
            }
            turns.running += 1;
        }
        let turns = self.0.clone();
        drop(runtime.spawn_blocking(move || {
            let mut next = Some(commit);
            while let Some(commit) = next {
                if catch_unwind(AssertUnwindSafe(commit)).is_err() {
                    tracing::error!("a commit panicked");
                }
                let mut turns = turns.lock();
                next = turns.waiting.pop_front();
                turns.running -= usize::from(next.is_none());
            }
        }));
    }
}

/// A place in the queue, given back even when the client goes away.
struct Place<'a> {
    waiting: &'a AtomicUsize,
    number: usize,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Place<'a> {
        Place { waiting, number: waiting.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
