//! Where time and ids come from. Tests give their own; the binary gives the system's.

use dictionary::RecordId;
use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// The present moment.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds.
    fn now(&self) -> Timestamp;
}

/// New identities.
pub trait IdSource: Send + Sync {
    /// An id never given before.
    fn next(&self, now: Timestamp) -> RecordId;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge: everything else is given this clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(Timestamp::now().as_microsecond()).expect("the present is in range")
    }
}

/// UUIDv7: the moment first, then randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    fn next(&self, now: Timestamp) -> RecordId {
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        RecordId(Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds)))
    }
}
