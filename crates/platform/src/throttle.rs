//! Slows down whoever guesses passwords.
//!
//! Three counters of failures: of an account from one address, of one address over all accounts, of one account over all addresses.
//! The last one only slows down, and never an address that this person signed in from before: a stranger can't lock anybody out.
//! Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// Failures are forgotten after this long without another.
const FORGET: SignedDuration = SignedDuration::from_mins(60);
/// How long an address stays known for an account.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Counters kept at most; beyond, the oldest go.
const COUNTERS_MAX: usize = 100_000;

/// What the failures of one kind cost.
struct Price {
    /// Failures that cost nothing.
    free: u32,
    /// Seconds to wait after the next one; doubles with each.
    first_s: i64,
    /// Seconds to wait at most.
    most_s: i64,
}

const PAIR: Price = Price { free: 5, first_s: 10, most_s: 900 };
const ADDRESS: Price = Price { free: 30, first_s: 30, most_s: 900 };
const ACCOUNT: Price = Price { free: 20, first_s: 5, most_s: 60 };

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, Network),
    Address(Network),
    Account(String),
}

impl Key {
    fn price(&self) -> &'static Price {
        match self {
            Key::Pair(..) => &PAIR,
            Key::Address(_) => &ADDRESS,
            Key::Account(_) => &ACCOUNT,
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 one: whoever has one has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network(u128);

impl Network {
    fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(v4) => Network(u128::from(u32::from(v4))),
            IpAddr::V6(v6) => Network(u128::from(v6) >> 64 | 1 << 127),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    failures: u32,
    last: Timestamp,
}

impl Counter {
    /// The moment from which another attempt is welcome.
    fn free_at(self, price: &Price) -> Timestamp {
        let over = self.failures.saturating_sub(price.free);
        if over == 0 {
            return Timestamp::MIN;
        }
        let wait_s = price.first_s.saturating_mul(1 << (over - 1).min(20)).min(price.most_s);
        self.last.saturating_add(SignedDuration::from_secs(wait_s)).unwrap_or(Timestamp::MAX)
    }
}

#[derive(Debug, Default)]
struct Memory {
    counters: HashMap<Key, Counter>,
    known: HashMap<(String, Network), Timestamp>,
}

/// The counters of one platform.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    memory: Mutex<Memory>,
}

impl Throttle {
    /// Lets an attempt through, counted as a failure until [`Throttle::succeeded`]; or tells how many seconds to wait.
    /// Counting first keeps a burst of simultaneous attempts from slipping through.
    pub(crate) fn attempt(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let network = Network::of(address);
        let mut memory = self.memory.lock();
        let known = memory
            .known
            .get(&(account.to_owned(), network))
            .is_some_and(|seen| now.duration_since(*seen) < KNOWN);
        let mut keys = vec![Key::Pair(account.to_owned(), network), Key::Address(network)];
        if !known {
            keys.push(Key::Account(account.to_owned()));
        }
        let wait = keys
            .iter()
            .filter_map(|key| memory.current(key, now).map(|counter| counter.free_at(key.price())))
            .max()
            .filter(|free_at| *free_at > now);
        if let Some(free_at) = wait {
            let seconds = free_at.duration_since(now).as_millis().saturating_add(999) / 1000;
            return Err(u64::try_from(seconds).unwrap_or(1).max(1));
        }
        for key in keys {
            let failures = memory.current(&key, now).map_or(0, |counter| counter.failures);
            memory.counters.insert(key, Counter { failures: failures.saturating_add(1), last: now });
        }
        memory.bound(now);
        Ok(())
    }

    /// The attempt just let through was right: it does not count, and the address is known for this account from now on.
    pub(crate) fn succeeded(&self, account: &str, address: IpAddr, now: Timestamp) {
        let network = Network::of(address);
        let mut memory = self.memory.lock();
        memory.counters.remove(&Key::Pair(account.to_owned(), network));
        // An attacker with an account of their own must not wipe the count of their address by signing in.
        for key in [Key::Address(network), Key::Account(account.to_owned())] {
            if let Some(counter) = memory.counters.get_mut(&key) {
                counter.failures = counter.failures.saturating_sub(1);
            }
        }
        memory.known.insert((account.to_owned(), network), now);
    }
}

impl Memory {
    fn current(&self, key: &Key, now: Timestamp) -> Option<Counter> {
        self.counters.get(key).copied().filter(|counter| now.duration_since(counter.last) < FORGET)
    }

    fn bound(&mut self, now: Timestamp) {
        if self.counters.len() > COUNTERS_MAX {
            self.counters.retain(|_, counter| now.duration_since(counter.last) < FORGET);
        }
        if self.counters.len() > COUNTERS_MAX {
            let mut moments: Vec<Timestamp> = self.counters.values().map(|counter| counter.last).collect();
            moments.sort_unstable();
            let middle = moments[moments.len() / 2];
            self.counters.retain(|_, counter| counter.last > middle);
        }
        if self.known.len() > COUNTERS_MAX {
            self.known.retain(|_, seen| now.duration_since(*seen) < KNOWN);
            if self.known.len() > COUNTERS_MAX {
                self.known.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn stranger(n: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, n])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn five_wrong_passwords_are_free_and_then_the_wait_doubles() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            throttle.attempt("ada", OFFICE, at(0)).unwrap();
        }
        assert_eq!(throttle.attempt("ada", OFFICE, at(0)), Err(10));
        assert_eq!(throttle.attempt("ada", OFFICE, at(4)), Err(6));
        throttle.attempt("ada", OFFICE, at(10)).unwrap();
        assert_eq!(throttle.attempt("ada", OFFICE, at(10)), Err(20));
        throttle.attempt("grace", OFFICE, at(10)).unwrap();
    }

    #[test]
    fn signing_in_wipes_the_slate_of_that_address() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.attempt("ada", OFFICE, at(0)).unwrap();
        }
        throttle.succeeded("ada", OFFICE, at(0));
        for _ in 0..6 {
            throttle.attempt("ada", OFFICE, at(1)).unwrap();
        }
        assert!(throttle.attempt("ada", OFFICE, at(1)).is_err());
    }

    #[test]
    fn many_strangers_slow_each_other_down_but_never_the_person_at_a_known_address() {
        let throttle = Throttle::default();
        throttle.attempt("ada", OFFICE, at(0)).unwrap();
        throttle.succeeded("ada", OFFICE, at(0));
        let refused = (0..200).filter(|n| throttle.attempt("ada", stranger(*n), at(1)).is_err()).count();
        assert!(refused > 150, "{refused}");
        throttle.attempt("ada", OFFICE, at(2)).unwrap();
        let wait = throttle.attempt("ada", stranger(250), at(2)).unwrap_err();
        assert!(wait <= 60, "{wait}");
    }

    #[test]
    fn one_address_that_tries_many_accounts_is_slowed_down() {
        let throttle = Throttle::default();
        let refused =
            (0..60).filter(|n| throttle.attempt(&format!("account {n}"), OFFICE, at(0)).is_err()).count();
        assert_eq!(refused, 29);
        throttle.attempt("ada", stranger(1), at(0)).unwrap();
    }

    #[test]
    fn an_hour_without_failure_is_forgiven() {
        let throttle = Throttle::default();
        for n in 0..20 {
            let _ = throttle.attempt("ada", OFFICE, at(n * 1000));
        }
        throttle.attempt("ada", OFFICE, at(20_000 + 3_600)).unwrap();
        throttle.attempt("ada", OFFICE, at(20_000 + 3_600)).unwrap();
    }
}
