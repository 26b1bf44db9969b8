//! Where time and ids come from. Tests give their own; the binary gives the system's.

use std::cell::RefCell;

use dictionary::RecordId;
use jiff::Timestamp;

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

thread_local! {
    /// Random bytes asked of the system but not used yet: each question is a call of its kernel.
    static RANDOM: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], left: 0 }) };
}

/// Random bytes that a thread asks for at once.
const POOL: usize = 640;

struct Pool {
    bytes: [u8; POOL],
    left: usize,
}

impl Pool {
    fn take(&mut self) -> [u8; 10] {
        let mut taken = [0; 10];
        if self.left < taken.len() {
            // Without randomness, ids would be given twice.
            getrandom::fill(&mut self.bytes).expect("the operating system gives random bytes");
            self.left = POOL;
        }
        self.left -= taken.len();
        // What was given is not kept.
        taken.swap_with_slice(&mut self.bytes[self.left..self.left + 10]);
        taken
    }
}

/// UUIDv7: the moment first, then randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    fn next(&self, now: Timestamp) -> RecordId {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let random = RANDOM.with_borrow_mut(Pool::take);
        RecordId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}
