//! Calls of the engine block: they run on a bounded number of threads, and a bounded number waits.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::problem::Problem;
use crate::shares::{Shares, Whose};
use crate::turns::{Turn, Turns};
use crate::workers::Workers;

/// Longest wait for a turn.
const TURN: Duration = Duration::from_secs(10);

/// Calls that stand back have a sixteenth of the turns that others have.
const BACK: usize = 16;

/// What calls of all kinds share: threads, and how much each environment used.
#[derive(Clone, Default)]
pub(crate) struct Engine {
    workers: Arc<Workers>,
    shares: Arc<Shares>,
}

impl Engine {
    /// Runs `work` on a thread, which stands back if the environment used much lately, or once it takes long.
    pub(crate) fn run(&self, whose: &Whose, work: impl FnOnce() + Send + 'static) {
        self.run_on(self.shares.stands_back(whose), whose, work);
    }

    /// How many environments used so much lately that they stand back.
    pub(crate) fn standing_back(&self) -> usize {
        self.shares.standing_back()
    }

    /// Runs `work` on a thread that stands back: nobody waits for each moment of it.
    pub(crate) fn run_back(&self, whose: &Whose, work: impl FnOnce() + Send + 'static) {
        self.run_on(true, whose, work);
    }

    fn run_on(&self, back: bool, whose: &Whose, work: impl FnOnce() + Send + 'static) {
        let (shares, whose) = (self.shares.clone(), whose.clone());
        let runtime = Handle::try_current().ok();
        let job = move || {
            // Streams and timers that the work begins are the runtime's.
            let _runtime = runtime.as_ref().map(Handle::enter);
            let _noted = Noted { begun: Instant::now(), shares: &shares, whose: &whose };
            work();
        };
        self.workers.run(back, Box::new(job));
    }
}

/// Notes how long a call had a thread, even when it panics.
struct Noted<'a> {
    begun: Instant,
    shares: &'a Shares,
    whose: &'a Whose,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.shares.note(self.whose, self.begun.elapsed());
    }
}

/// The bounds of one kind of calls.
pub(crate) struct Calls {
    engine: Engine,
    turns: Arc<Turns>,
    /// Of calls that stand back: they keep no processor from others, and must keep no turn from them either. Few, for what the runtime does
    /// for each request is not done behind others.
    back: Arc<Turns>,
    waiting: AtomicUsize,
    waiting_max: usize,
}

impl Calls {
    pub(crate) fn new(engine: &Engine, at_once: usize, waiting_max: usize) -> Calls {
        Calls {
            engine: engine.clone(),
            turns: Turns::new(at_once),
            back: Turns::new(at_once / BACK),
            waiting: AtomicUsize::new(0),
            waiting_max,
        }
    }

    /// Runs `work` of the platform itself on a thread of its own. A client that goes away does not stop it, and it keeps its turn until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_for(&None, work).await
    }

    /// As [`Calls::run`], for whom it may concern.
    pub(crate) async fn run_for<T: Send + 'static>(
        &self,
        whose: &Whose,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_with_turn(whose, move |_turn| work()).await
    }

    /// As [`Calls::run_for`]; `work` gets the turn, to hand it on to what goes on without the thread.
    pub(crate) async fn run_with_turn<T: Send + 'static>(
        &self,
        whose: &Whose,
        work: impl FnOnce(Turn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let back = self.engine.shares.stands_back(whose);
        let turn = self.turn(if back { &self.back } else { &self.turns }, whose).await?;
        let span = tracing::Span::current();
        let (tell, told) = oneshot::channel();
        self.engine.run_on(back, whose, move || {
            let done = span.in_scope(|| catch_unwind(AssertUnwindSafe(|| work(turn))));
            // Nobody listens any more when the client has gone.
            drop(tell.send(done.unwrap_or_else(|_| Err(panicked()))));
        });
        told.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// A turn to work on the thread that asks, if one is free and the environment does not stand back.
    pub(crate) fn turn_here(&self, whose: &Whose) -> Option<Turn> {
        if self.engine.shares.stands_back(whose) { None } else { self.turns.take(whose) }
    }

    /// A turn, if one is free.
    pub(crate) fn turn_at_once(&self, whose: &Whose) -> Option<Turn> {
        self.turns.take(whose)
    }

    /// Runs `work` on the thread of the caller, who has a turn. For work of some microseconds: another thread would take longer to wake.
    pub(crate) fn run_here<T>(
        turn: Turn,
        work: impl FnOnce(Turn) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // As on a thread of its own, a panic is an answer and not a broken connection.
        catch_unwind(AssertUnwindSafe(|| work(turn))).unwrap_or_else(|_| Err(panicked()))
    }

    pub(crate) fn running(&self) -> usize {
        self.turns.running() + self.back.running()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    async fn turn(&self, turns: &Arc<Turns>, whose: &Whose) -> Result<Turn, Problem> {
        if let Some(turn) = turns.take(whose) {
            return Ok(turn);
        }
        let place = Place::take(&self.waiting);
        if place.number > self.waiting_max {
            return Err(Problem::too_many(1));
        }
        tokio::time::timeout(TURN, turns.wait(whose.clone())).await.map_err(|_| Problem::too_many(2))
    }
}

fn panicked() -> Problem {
    Problem::internal(&std::io::Error::other("a call panicked"))
}

/// Commits of all environments that run at once. They take their turns in order: threads that a processor shares between them would all be late.
#[derive(Clone)]
pub(crate) struct Commits(Arc<CommitsShared>);

struct CommitsShared {
    engine: Engine,
    at_once: usize,
    turns: Mutex<CommitTurns>,
}

#[derive(Default)]
struct CommitTurns {
    running: usize,
    waiting: VecDeque<(Whose, Commit)>,
}

type Commit = Box<dyn FnOnce() + Send>;

impl Commits {
    pub(crate) fn new(engine: &Engine, at_once: usize) -> Commits {
        let shared =
            CommitsShared { engine: engine.clone(), at_once: at_once.max(1), turns: Mutex::default() };
        Commits(Arc::new(shared))
    }

    /// Runs a commit of an environment on a thread that may block, when its turn comes.
    pub(crate) fn run(&self, whose: &Whose, commit: Commit) {
        {
            let mut turns = self.0.turns.lock();
            if turns.running == self.0.at_once {
                turns.waiting.push_back((whose.clone(), commit));
                return;
            }
            turns.running += 1;
        }
        self.begin(whose, commit);
    }

    fn begin(&self, whose: &Whose, commit: Commit) {
        let commits = self.clone();
        self.0.engine.run(whose, move || {
            if catch_unwind(AssertUnwindSafe(commit)).is_err() {
                tracing::error!("a commit panicked");
            }
            let next = {
                let mut turns = commits.0.turns.lock();
                let next = turns.waiting.pop_front();
                turns.running -= usize::from(next.is_none());
                next
            };
            if let Some((whose, commit)) = next {
                commits.begin(&whose, commit);
            }
        });
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
