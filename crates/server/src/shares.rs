//! How much of the server each environment used lately.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// After so long, use counts for half.
const HALF_LIFE: Duration = Duration::from_secs(2);
/// Part of all use lately from which an environment stands back…
const LARGE: f64 = 0.15;
/// …unless all others together used so little, and nobody is there to stand back for: seconds.
const LITTLE: f64 = 0.2;
/// Environments remembered before those that used nothing lately are forgotten.
const REMEMBERED: usize = 1_024;

/// Whose call it is: that of an environment, or of the platform itself.
pub(crate) type Whose = Option<Arc<str>>;

/// Time that calls had a thread, per environment. Time rather than work: whoever stands back still asks for as much.
#[derive(Debug)]
pub(crate) struct Shares {
    origin: Instant,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    whole: Amount,
    each: HashMap<Arc<str>, Amount>,
}

/// Seconds, as they count at an instant.
#[derive(Debug, Default, Clone, Copy)]
struct Amount {
    seconds: f64,
    at: Duration,
}

impl Amount {
    fn at(self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.at).as_secs_f64() / HALF_LIFE.as_secs_f64();
        self.seconds * (-passed).exp2()
    }

    fn add(&mut self, took: Duration, now: Duration) {
        *self = Amount { seconds: self.at(now) + took.as_secs_f64(), at: now };
    }
}

impl Default for Shares {
    fn default() -> Shares {
        Shares { origin: Instant::now(), used: Mutex::default() }
    }
}

impl Shares {
    /// A call of that environment had a thread for so long.
    pub(crate) fn note(&self, whose: &Whose, took: Duration) {
        self.note_at(whose, took, self.origin.elapsed());
    }

    /// Whether the environment used so much of the server lately that its calls stand back behind those of others.
    pub(crate) fn stands_back(&self, whose: &Whose) -> bool {
        self.stands_back_at(whose, self.origin.elapsed())
    }

    /// How many environments do now.
    pub(crate) fn standing_back(&self) -> usize {
        let now = self.origin.elapsed();
        let used = self.used.lock();
        let whole = used.whole.at(now);
        used.each.values().filter(|amount| is_much(amount.at(now), whole)).count()
    }

    fn note_at(&self, whose: &Whose, took: Duration, now: Duration) {
        let mut used = self.used.lock();
        used.whole.add(took, now);
        let Some(whose) = whose else { return };
        if used.each.len() >= REMEMBERED && !used.each.contains_key(whose) {
            used.each.retain(|_, amount| amount.at(now) > LITTLE * LARGE);
        }
        used.each.entry(whose.clone()).or_default().add(took, now);
    }

    fn stands_back_at(&self, whose: &Whose, now: Duration) -> bool {
        let Some(whose) = whose else { return false };
        let used = self.used.lock();
        let (whole, own) = (used.whole.at(now), used.each.get(whose).map_or(0.0, |amount| amount.at(now)));
        is_much(own, whole)
    }
}

fn is_much(own: f64, whole: f64) -> bool {
    whole - own >= LITTLE && own >= whole * LARGE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(name: &str) -> Whose {
        Some(name.into())
    }

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn who_uses_a_large_part_stands_back_and_the_others_do_not() {
        let shares = Shares::default();
        shares.note_at(&whose("noisy"), ms(500), ms(1_000));
        for quiet in 0..20 {
            shares.note_at(&whose(&format!("quiet-{quiet}")), ms(50), ms(1_000));
        }
        shares.note_at(&None, ms(3_000), ms(1_000));
        assert!(!shares.stands_back_at(&whose("noisy"), ms(1_000)), "the platform's own work counts too");
        shares.note_at(&whose("noisy"), ms(500), ms(1_000));
        assert!(shares.stands_back_at(&whose("noisy"), ms(1_000)));
        assert!(!shares.stands_back_at(&whose("quiet-0"), ms(1_000)));
        assert!(!shares.stands_back_at(&whose("nobody"), ms(1_000)));
        assert!(!shares.stands_back_at(&None, ms(1_000)));
    }

    #[test]
    fn what_was_used_counts_less_and_less() {
        let shares = Shares::default();
        shares.note_at(&whose("once"), ms(1_000), ms(0));
        assert!(!shares.stands_back_at(&whose("once"), ms(0)), "there is nobody to stand back for");
        shares.note_at(&whose("other"), ms(500), ms(0));
        assert!(shares.stands_back_at(&whose("once"), ms(2_000)));
        assert!(
            !shares.stands_back_at(&whose("once"), ms(6_000)),
            "a quiet server asks nobody to stand back"
        );
    }

    #[test]
    fn only_so_many_are_remembered() {
        let shares = Shares::default();
        for number in 0..3 * REMEMBERED as u64 {
            shares.note_at(&whose(&format!("e-{number}")), ms(1), ms(number * 100));
        }
        assert!(shares.used.lock().each.len() <= REMEMBERED);
    }
}
