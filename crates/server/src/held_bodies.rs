//! Memory that bodies of requests take while they arrive and are worked on: bounded for all, and for each environment, so that whoever sends much, or
//! slowly, takes it from nobody else.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::problem::Problem;

/// What is read of a body without being counted: signing in and ordinary changes always find room.
const FREE_BYTES: u64 = 16 << 10;
/// What is read takes so many times its size once it is parsed, at most.
const TIMES: u64 = 4;
/// Bodies of all requests together, bytes.
const ALL_MAX: u64 = 1 << 30;
/// Those of one environment: two batches of the largest size.
const ONE_MAX: u64 = ALL_MAX / 4;

tokio::task_local! {
    /// What the request of this task holds.
    static HELD: Lease;
}

/// What bodies hold now.
#[derive(Debug, Default)]
pub(crate) struct HeldBodies(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    all: u64,
    /// By environment; by nothing what is of none.
    each: HashMap<String, u64>,
}

impl HeldBodies {
    /// Whether there is room for so much more.
    fn take(&self, whose: &str, bytes: u64) -> bool {
        let mut held = self.0.lock();
        let one = held.each.get(whose).copied().unwrap_or_default();
        if held.all + bytes > ALL_MAX || one + bytes > ONE_MAX {
            return false;
        }
        held.all += bytes;
        held.each.insert(whose.to_owned(), one + bytes);
        true
    }

    fn give_back(&self, whose: &str, bytes: u64) {
        let mut held = self.0.lock();
        held.all -= bytes;
        if let Some(one) = held.each.get_mut(whose) {
            *one -= bytes;
            if *one == 0 {
                held.each.remove(whose);
            }
        }
    }
}

/// What one request holds, until it is answered.
struct Lease {
    bodies: Arc<HeldBodies>,
    whose: String,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    read: u64,
    counted: u64,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let counted = self.taken.get_mut().counted;
        if counted > 0 {
            self.bodies.give_back(&self.whose, counted);
        }
    }
}

/// Answers a request: what its body takes is held until then.
pub(crate) async fn holding<T>(bodies: &Arc<HeldBodies>, path: &str, answer: impl Future<Output = T>) -> T {
    let (bodies, whose) = (bodies.clone(), environment_of(path).to_owned());
    HELD.scope(Lease { bodies, whose, taken: Mutex::default() }, answer).await
}

/// Notes that so much more of the body of this task's request was read.
///
/// Errors: `429` when bodies hold as much as they may; what was read is of no more use.
pub(crate) fn hold(bytes: usize) -> Result<(), Problem> {
    let held = HELD.try_with(|lease| {
        let mut taken = lease.taken.lock();
        taken.read += bytes as u64;
        let due = taken.read.saturating_sub(FREE_BYTES) * TIMES;
        let more = due - taken.counted;
        if more > 0 && !lease.bodies.take(&lease.whose, more) {
            return false;
        }
        taken.counted = due;
        true
    });
    // Outside of a request nobody waits for room.
    if held.unwrap_or(true) { Ok(()) } else { Err(Problem::too_many(1)) }
}

/// The environment that a path is about, as far as it says; nothing otherwise.
fn environment_of(path: &str) -> &str {
    let rest = path.strip_prefix("/data/").or_else(|| path.strip_prefix("/scim/v2/"));
    rest.and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_environment_leaves_room_to_others_and_all_of_it_comes_back() {
        let bodies = Arc::new(HeldBodies::default());
        assert!(bodies.take("acme", ONE_MAX) && !bodies.take("acme", 1));
        for other in ["a", "b", "c"] {
            assert!(bodies.take(other, ONE_MAX), "{other}");
        }
        assert!(!bodies.take("d", 1), "all of them together are bounded");
        for whose in ["acme", "a", "b", "c"] {
            bodies.give_back(whose, ONE_MAX);
        }
        let held = bodies.0.lock();
        assert!(held.all == 0 && held.each.is_empty());
    }

    #[tokio::test]
    async fn what_a_request_holds_is_given_back_with_its_answer_and_little_is_not_counted() {
        let bodies = Arc::new(HeldBodies::default());
        holding(&bodies, "/data/acme/accounts", async {
            assert!(hold(FREE_BYTES as usize).is_ok());
            assert_eq!(bodies.0.lock().all, 0);
            assert!(hold(1_000).is_ok() && hold(1_000).is_ok());
            assert_eq!(bodies.0.lock().each["acme"], 2_000 * TIMES);
            assert!(hold(ONE_MAX as usize).is_err());
        })
        .await;
        assert_eq!(bodies.0.lock().all, 0);
        assert!(hold(usize::MAX).is_ok(), "nothing is asked for here");
    }

    #[test]
    fn the_environment_is_that_of_the_path() {
        for (path, environment) in [
            ("/data/acme/accounts", "acme"),
            ("/data/acme", "acme"),
            ("/scim/v2/acme/Users", "acme"),
            ("/session", ""),
        ] {
            assert_eq!(environment_of(path), environment);
        }
    }
}
