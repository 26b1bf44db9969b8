//! How fast a directory may go: one that sends without end keeps nobody else waiting.

use std::collections::HashMap;

use dictionary::RecordId;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use super::error::ScimError;

/// What is counted is counted for this long.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Tokens counted at most; beyond, what is counted starts afresh.
const TOKENS_MAX: usize = 10_000;

/// Requests of the tokens of one server.
#[derive(Debug)]
pub(crate) struct Pace {
    per_minute: u32,
    counted: Mutex<HashMap<RecordId, (Timestamp, u32)>>,
}

impl Pace {
    pub(crate) fn new(per_minute: u32) -> Pace {
        Pace { per_minute, counted: Mutex::default() }
    }

    /// Counts a request.
    ///
    /// Errors: there were as many as there may be in this minute; says when to go on.
    pub(super) fn goes_on(&self, token: RecordId, now: Timestamp) -> Result<(), ScimError> {
        let mut counted = self.counted.lock();
        if counted.len() >= TOKENS_MAX {
            counted.clear();
        }
        let (since, count) = counted.entry(token).or_insert((now, 0));
        if now.duration_since(*since) >= MINUTE {
            (*since, *count) = (now, 0);
        }
        if *count >= self.per_minute {
            let left = MINUTE - now.duration_since(*since);
            return Err(ScimError::slow_down(u64::try_from(left.as_secs()).unwrap_or(0) + 1));
        }
        *count += 1;
        Ok(())
    }
}
