//! Turns to run, handed out fairly: whoever has the fewest goes first, and one environment never has them all.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::shares::Whose;

/// So many turns that run at once.
#[derive(Debug)]
pub(crate) struct Turns {
    at_once: usize,
    /// Of one environment at once.
    of_one: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// By environment; those of the platform itself are not bounded apart.
    each: HashMap<Arc<str>, usize>,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    whose: Whose,
    told: oneshot::Sender<Turn>,
}

/// Leave to run, given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Arc<Turns>,
    whose: Whose,
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Arc<Turns> {
        let at_once = at_once.max(1);
        // A quarter is left for the others.
        let of_one = (at_once - at_once.div_ceil(4)).max(1);
        Arc::new(Turns { at_once, of_one, state: Mutex::default() })
    }

    /// A turn, if one is free.
    pub(crate) fn take(self: &Arc<Turns>, whose: &Whose) -> Option<Turn> {
        let taken = self.state.lock().take(whose, self);
        taken.then(|| self.turn(whose.clone()))
    }

    /// A turn, as soon as it comes. Whoever no longer waits for it has no place in the queue.
    pub(crate) async fn wait(self: &Arc<Turns>, whose: Whose) -> Turn {
        let coming = {
            let mut state = self.state.lock();
            if state.take(&whose, self) {
                drop(state);
                return self.turn(whose);
            }
            let (told, coming) = oneshot::channel();
            state.waiting.retain(|waiting| !waiting.told.is_closed());
            state.waiting.push_back(Waiting { whose, told });
            coming
        };
        coming.await.expect("who waits is told, or gone")
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        self.state.lock().running
    }

    fn turn(self: &Arc<Turns>, whose: Whose) -> Turn {
        Turn { turns: self.clone(), whose }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut state = self.turns.state.lock();
            state.leave(&self.whose);
            state.next(&self.turns)
        };
        if let Some(Waiting { whose, told }) = next {
            // Should they have gone just now, the turn comes back here and is handed on.
            drop(told.send(self.turns.turn(whose)));
        }
    }
}

impl State {
    fn of(&self, whose: &Whose) -> usize {
        whose.as_ref().and_then(|whose| self.each.get(whose)).copied().unwrap_or_default()
    }

    fn may_run(&self, whose: &Whose, turns: &Turns) -> bool {
        self.running < turns.at_once && (whose.is_none() || self.of(whose) < turns.of_one)
    }

    /// Takes a turn that is free: whoever waits could not have it, or would have been told.
    fn take(&mut self, whose: &Whose, turns: &Turns) -> bool {
        let taken = self.may_run(whose, turns);
        if taken {
            self.begin(whose);
        }
        taken
    }

    fn begin(&mut self, whose: &Whose) {
        self.running += 1;
        if let Some(whose) = whose {
            *self.each.entry(whose.clone()).or_default() += 1;
        }
    }

    fn leave(&mut self, whose: &Whose) {
        self.running -= 1;
        if let Some(whose) = whose
            && let Some(count) = self.each.get_mut(whose)
        {
            *count -= 1;
            if *count == 0 {
                self.each.remove(whose);
            }
        }
    }

    /// Takes the turn of who waits and has the fewest, the longest among them first.
    fn next(&mut self, turns: &Turns) -> Option<Waiting> {
        self.waiting.retain(|waiting| !waiting.told.is_closed());
        let may = |(_, waiting): &(usize, &Waiting)| self.may_run(&waiting.whose, turns);
        let mut waiting = self.waiting.iter().enumerate().filter(may);
        let mut chosen = waiting.next().map(|(place, waiting)| (place, self.of(&waiting.whose)))?;
        for (place, waiting) in waiting {
            if chosen.1 == 0 {
                break;
            }
            let count = self.of(&waiting.whose);
            if count < chosen.1 {
                chosen = (place, count);
            }
        }
        let chosen = self.waiting.remove(chosen.0)?;
        self.begin(&chosen.whose);
        Some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn whose(name: &str) -> Whose {
        Some(name.into())
    }

    fn now<T>(waits: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match waits.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_environment_leaves_a_quarter_of_the_turns_to_others() {
        let turns = Turns::new(4);
        let noisy: Vec<Turn> = std::iter::from_fn(|| turns.take(&whose("noisy"))).collect();
        assert_eq!(noisy.len(), 3);
        let quiet = turns.take(&whose("quiet"));
        assert!(quiet.is_some());
        assert!(turns.take(&None).is_none());
        drop(quiet);
        assert!(turns.take(&None).is_some(), "the platform has what is free");
        drop(noisy);
        assert_eq!(turns.running(), 0);
    }

    #[test]
    fn a_free_turn_goes_to_who_has_the_fewest_and_then_to_who_waits_longest() {
        let turns = Turns::new(4);
        let mut noisy: Vec<Turn> = std::iter::from_fn(|| turns.take(&whose("noisy"))).collect();
        let _other = turns.take(&whose("other")).unwrap();
        let mut more = pin!(turns.wait(whose("noisy")));
        assert!(now(more.as_mut()).is_none());
        let mut early = pin!(turns.wait(whose("early")));
        assert!(now(early.as_mut()).is_none());
        let mut late = pin!(turns.wait(whose("late")));
        assert!(now(late.as_mut()).is_none());
        noisy.pop();
        assert!(now(late.as_mut()).is_none() && now(more.as_mut()).is_none());
        let early = now(early.as_mut()).unwrap();
        drop(early);
        let late = now(late.as_mut()).unwrap();
        assert!(now(more.as_mut()).is_none());
        drop(late);
        assert!(now(more.as_mut()).is_some());
    }

    #[test]
    fn who_goes_away_has_no_place_and_keeps_no_turn() {
        let turns = Turns::new(1);
        let running = turns.take(&None).unwrap();
        {
            let mut gone = pin!(turns.wait(whose("gone")));
            assert!(now(gone.as_mut()).is_none());
        }
        let mut stays = pin!(turns.wait(whose("stays")));
        assert!(now(stays.as_mut()).is_none());
        let mut told_and_gone = Box::pin(turns.wait(whose("told")));
        assert!(now(told_and_gone.as_mut()).is_none());
        drop(running);
        drop(now(stays.as_mut()).unwrap());
        drop(told_and_gone); // it was told, and never looked
        assert_eq!(turns.running(), 0);
        assert!(turns.take(&whose("other")).is_some());
    }
}
