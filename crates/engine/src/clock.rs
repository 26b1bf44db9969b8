//! Where time and ids come from. Tests give their own; the binary gives the system's.

use std::cell::{Cell, RefCell};

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

thread_local! {
    /// The last id that this thread gave.
    static LAST: Cell<u128> = const { Cell::new(0) };
}

/// UUIDv7: the moment first, then randomness. What one thread makes within one millisecond follows one another too (RFC 9562, 6.2, method 2),
/// so that records of one unit of work sort as they were made.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    fn next(&self, now: Timestamp) -> RecordId {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let random = RANDOM.with_borrow_mut(Pool::take);
        let fresh = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().as_u128();
        let last = LAST.get();
        let step = u128::from(u32::from_be_bytes([random[0], random[1], random[2], random[3]])) + 1;
        let next = last.wrapping_add(step);
        // Only the lower 62 bits are counted in: above them is the variant. Where they are full, order gives way to randomness.
        let follows = last >> 80 == fresh >> 80 && next >> 62 == last >> 62;
        let id = if follows { next } else { fresh };
        LAST.set(id);
        RecordId(uuid::Uuid::from_u128(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_as_they_were_made_and_are_all_different() {
        let now = Timestamp::from_millisecond(1_767_225_600_000).unwrap();
        let ids: Vec<RecordId> = (0..10_000).map(|_| TimeOrderedIds.next(now)).collect();
        let falls = ids.windows(2).filter(|pair| pair[0] >= pair[1]).count();
        assert_eq!(falls, 0);
        assert!(
            ids.iter().all(|id| id.0.get_version_num() == 7 && id.0.get_variant() == uuid::Variant::RFC4122)
        );
        let later = TimeOrderedIds.next(now + jiff::SignedDuration::from_millis(1));
        assert!(later > ids[9_999]);
    }
}
