//! The open environments of a process: opened when somebody asks, closed when nobody has for a while.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::environment::Environment;

type Opener<E> = Box<dyn Fn(&str) -> Result<Environment, E> + Send + Sync>;

/// Environments by name. At most `open_max` stay open, those in use apart; the one unused for longest goes first.
pub struct Registry<E> {
    opener: Opener<E>,
    open_max: usize,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_name: HashMap<String, Arc<Slot>>,
    /// Counts calls: what tells which environment was used last.
    turn: u64,
}

/// Place of one environment. Its lock is held while it opens or closes, so that two callers never open it twice.
#[derive(Default)]
struct Slot {
    environment: Mutex<Option<Arc<Environment>>>,
    used: Mutex<u64>,
}

impl<E> Registry<E> {
    /// An empty registry that opens environments with `opener`.
    pub fn new(
        open_max: usize,
        opener: impl Fn(&str) -> Result<Environment, E> + Send + Sync + 'static,
    ) -> Registry<E> {
        Registry { opener: Box::new(opener), open_max, slots: Mutex::default() }
    }

    /// The environment of that name, opened if it is not. Keep the `Arc` no longer than the call it serves: while somebody holds it, it is not closed.
    ///
    /// Errors: the opener's. Nothing is kept then: the next call tries again.
    pub fn get(&self, name: &str) -> Result<Arc<Environment>, E> {
        let slot = {
            let mut slots = self.slots.lock();
            slots.turn += 1;
            let turn = slots.turn;
            let slot = slots.by_name.entry(name.to_owned()).or_default().clone();
            *slot.used.lock() = turn;
            slot
        };
        let (environment, opened) = {
            let mut place = slot.environment.lock();
            match &*place {
                Some(environment) => (environment.clone(), false),
                None => {
                    let environment = Arc::new((self.opener)(name)?);
                    *place = Some(environment.clone());
                    (environment, true)
                }
            }
        };
        if opened {
            self.close_beyond(self.open_max);
        }
        Ok(environment)
    }

    /// Puts in an environment that was just created.
    pub fn insert(&self, name: &str, environment: Environment) -> Arc<Environment> {
        let environment = Arc::new(environment);
        {
            let mut slots = self.slots.lock();
            slots.turn += 1;
            let turn = slots.turn;
            let slot = slots.by_name.entry(name.to_owned()).or_default();
            *slot.used.lock() = turn;
            *slot.environment.lock() = Some(environment.clone());
        }
        self.close_beyond(self.open_max);
        environment
    }

    /// Closes those that nobody holds, the longest unused first, until at most `open_max` are open. 0 closes all that can be.
    pub fn close_beyond(&self, open_max: usize) {
        let mut open: Vec<(u64, Arc<Slot>)> = {
            let slots = self.slots.lock();
            let used = |slot: &Arc<Slot>| (*slot.used.lock(), slot.clone());
            slots.by_name.values().map(used).collect()
        };
        open.sort_by_key(|(used, _)| *used);
        // A slot that is locked is opening: not one to close.
        let is_open = |slot: &Slot| slot.environment.try_lock().is_none_or(|place| place.is_some());
        let mut count = open.iter().filter(|(_, slot)| is_open(slot)).count();
        for (_, slot) in open {
            if count <= open_max {
                return;
            }
            let Some(mut place) = slot.environment.try_lock() else { continue };
            // Nobody can take another share while the place is locked.
            if place.as_ref().is_some_and(|environment| Arc::strong_count(environment) == 1) {
                // Dropped under the lock: whoever asks for it meanwhile waits until it is closed.
                *place = None;
                count -= 1;
            }
        }
    }

    /// Names of those open now, sorted.
    pub fn open(&self) -> Vec<String> {
        let slots = self.slots.lock();
        let open =
            slots.by_name.iter().filter(|(_, slot)| slot.environment.try_lock().is_some_and(|p| p.is_some()));
        let mut names: Vec<String> = open.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }
}
