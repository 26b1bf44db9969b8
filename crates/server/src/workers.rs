//! The threads that calls run on.
//!
//! Not those of the runtime, because a thread that was made to stand back (`engine::pace`) stays behind: it is kept here for calls that stand back from
//! the beginning.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use engine::pace;
use parking_lot::{Condvar, Mutex};

/// A thread without work ends after this.
const IDLE: Duration = Duration::from_secs(10);

/// What a thread does.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// As many threads as there are jobs. Turns bound these, not we.
#[derive(Default)]
pub(crate) struct Workers {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Of threads that do not stand back, and of those that do.
    lanes: [Lane; 2],
}

#[derive(Default)]
struct Lane {
    state: Mutex<State>,
    comes: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Threads that wait for one.
    idle: usize,
}

impl Workers {
    /// Runs a job on a thread, which stands back from the beginning if `back`, or once it takes long.
    pub(crate) fn run(&self, back: bool, job: Job) {
        let lane = &self.shared.lanes[usize::from(back)];
        let waits = {
            let mut state = lane.state.lock();
            state.jobs.push_back(job);
            state.idle >= state.jobs.len()
        };
        if waits {
            lane.comes.notify_one();
            return;
        }
        let shared = self.shared.clone();
        let begun = thread::Builder::new().name("call".to_owned()).spawn(move || {
            if back {
                pace::stand_back();
            }
            shared.work();
        });
        if let Err(error) = begun {
            // One that is at work takes the job when it ends its own.
            tracing::error!(%error, "no thread could be begun for a call");
        }
    }
}

impl Shared {
    /// The life of a thread: job after job, until none comes for a while.
    fn work(&self) {
        loop {
            let lane = &self.lanes[usize::from(pace::stands_back())];
            let mut state = lane.state.lock();
            while state.jobs.is_empty() {
                state.idle += 1;
                let waited = lane.comes.wait_for(&mut state, IDLE);
                state.idle -= 1;
                if waited.timed_out() && state.jobs.is_empty() {
                    return;
                }
            }
            let Some(job) = state.jobs.pop_front() else { continue };
            drop(state);
            pace::begin_call();
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!("a call panicked");
            }
            pace::end_call();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// What a job says of its thread.
    fn seen(workers: &Workers, back: bool) -> (thread::ThreadId, bool) {
        let (told, said) = mpsc::channel();
        workers
            .run(back, Box::new(move || told.send((thread::current().id(), pace::stands_back())).unwrap()));
        said.recv().unwrap()
    }

    #[test]
    fn jobs_stand_back_or_not_as_they_are_told() {
        let workers = Workers::default();
        for back in [false, true, false, true] {
            assert_eq!(seen(&workers, back).1, back);
        }
    }

    #[test]
    fn a_thread_that_was_made_to_stand_back_is_kept_for_such_jobs() {
        let workers = Workers::default();
        let (told, said) = mpsc::channel();
        let lowered = move || {
            pace::stand_back();
            told.send(thread::current().id()).unwrap();
        };
        workers.run(false, Box::new(lowered));
        let lowered = said.recv().unwrap();
        assert_ne!(seen(&workers, false).0, lowered);
    }

    #[test]
    fn as_many_jobs_run_at_once_as_there_are_and_a_panic_stops_none() {
        let workers = Workers::default();
        workers.run(false, Box::new(|| panic!("of a test")));
        let meeting = Arc::new(std::sync::Barrier::new(9));
        for number in 0..8 {
            let meeting = meeting.clone();
            workers.run(
                number % 2 == 0,
                Box::new(move || {
                    meeting.wait();
                }),
            );
        }
        meeting.wait();
    }
}
