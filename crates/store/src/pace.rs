//! Who takes long stands back: what one environment asks must not hold up the others of the same process.
//!
//! The system already shares processors between threads, and knows better than we do whether anybody waits for one. So a thread of a call that
//! has worked for a while is given a lower priority: beside others it goes on slowly, alone as fast as before. A priority that was lowered cannot
//! be raised again without privileges, so only threads that were lent for it are lowered, and whoever lent them keeps them for such work.
//! `docs/decisions/0139-whoever-takes-long-stands-back.md`.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Processor time of one call after which its thread stands back.
const LONG: Duration = Duration::from_millis(50);

/// How much lower: beside a thread that does not stand back, one that does gets a thirtieth of a processor.
#[cfg(target_os = "linux")]
const STEPS_BACK: i32 = 15;

thread_local! {
    static CALL: Cell<Option<Call>> = const { Cell::new(None) };
    static STANDS_BACK: Cell<bool> = const { Cell::new(false) };
}

/// The call that a lent thread works on.
#[derive(Clone, Copy)]
struct Call {
    begun: Instant,
    /// Processor time that the thread had used when it began.
    used: Duration,
}

/// Says that this thread begins a call, and may be made to stand back should it take long. [`end_call`] ends it.
pub fn begin_call() {
    CALL.set(Some(Call { begun: Instant::now(), used: processor_time() }));
}

/// Says that the call of this thread ended.
pub fn end_call() {
    CALL.set(None);
}

/// Makes this thread stand back, for as long as it lives.
pub fn stand_back() {
    if STANDS_BACK.replace(true) {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        let thread = Some(rustix::thread::gettid());
        let priority = rustix::process::getpriority_process(thread).unwrap_or_default();
        // Where it may not be lowered it goes on as before.
        let _ = rustix::process::setpriority_process(thread, priority + STEPS_BACK);
    }
}

/// Whether this thread stands back.
pub fn stands_back() -> bool {
    STANDS_BACK.get()
}

/// Called now and then while a statement runs: makes the thread of a call that takes long stand back.
pub(crate) fn look() {
    let Some(call) = CALL.get() else { return };
    if call.begun.elapsed() >= LONG && !stands_back() && used_by(call) >= LONG {
        stand_back();
    }
}

/// Processor time of the call that this thread works on, if it stands back: beside others, time passes that it cannot use.
pub(crate) fn used_standing_back() -> Option<Duration> {
    CALL.get().filter(|_| stands_back()).map(used_by)
}

fn used_by(call: Call) -> Duration {
    processor_time().saturating_sub(call.used)
}

/// Processor time that this thread has used.
fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works until `done`, looking as a statement does.
    fn work_until(done: impl Fn() -> bool) {
        while !done() {
            look();
        }
    }

    #[test]
    fn a_lent_thread_stands_back_once_it_has_worked_for_long_and_no_other_does() {
        let lent = std::thread::spawn(|| {
            begin_call();
            assert!(!stands_back());
            work_until(stands_back);
            assert!(used_standing_back().is_some_and(|used| used >= LONG));
            end_call();
            assert!(stands_back(), "a priority is not raised again");
            assert_eq!(used_standing_back(), None);
        });
        lent.join().unwrap();
        let mine = std::thread::spawn(|| {
            let begun = processor_time();
            work_until(|| processor_time() >= begun + 2 * LONG);
            assert!(!stands_back());
        });
        mine.join().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_thread_itself_has_a_lower_priority() {
        let priority = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let before = priority();
        let lowered = std::thread::spawn(move || {
            stand_back();
            stand_back();
            priority()
        });
        // No priority is lower than 19.
        assert_eq!(lowered.join().unwrap(), (before + STEPS_BACK).min(19));
        assert_eq!(priority(), before);
    }
}
