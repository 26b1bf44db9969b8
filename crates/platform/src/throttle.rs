//! Slows down whoever guesses passwords.
//!
//! Three counters of failures: of an account from one address, of one address over all accounts, of one account over all addresses.
//! The last one only slows down, and never an address that this person signed in from before. A browser in which they signed in before has a
//! counter of its own and no other: a stranger can't lock anybody out of it, be it from the same office. (OWASP, "Slow Down Online Guessing
//! Attacks with Device Cookies".) Kept in memory: a restart forgives, and each of several servers counts by itself.

use std::collections::HashMap;
use std::net::IpAddr;

use dictionary::RecordId;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// Failures are forgotten after this long without another.
const FORGET: SignedDuration = SignedDuration::from_mins(60);
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
/// Directories lock people out by themselves after some wrong passwords (ten in as many minutes, by usual advice): whoever guesses here must not get
/// that far, from one address nor from many.
const DIRECTORY_PAIR: Price = Price { free: 3, first_s: 30, most_s: 900 };
const DIRECTORY_ACCOUNT: Price = Price { free: 4, first_s: 60, most_s: 900 };
/// Codes have six digits, and whoever guesses them has the password already.
const CODE: Price = Price { free: 10, first_s: 30, most_s: 900 };

/// Whole offices share an address.
const ASKED: Price = Price { free: 20, first_s: 30, most_s: 900 };

/// An account by what was typed, hashed: what somebody types may be long, and is kept for an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Account(blake3::Hash);

/// How an attempt stands to the account it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// From a browser in which its person signed in before: the record that says so.
    Device(RecordId),
    /// From an address that they signed in from before.
    Place,
    /// From anywhere else.
    Stranger,
}

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Guess {
    Password,
    /// A password that a company's directory knows.
    Directory,
    /// A code of the second factor.
    Code,
    /// Which keys there are: whoever has one has no need to guess.
    Passkey,
    /// Nothing: a link to choose another password by is asked for.
    Link,
}

/// Who tries to get in where, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) guess: Guess,
    /// What was typed as the address of the account.
    pub(crate) account: &'a str,
    /// Where it comes from.
    pub(crate) address: IpAddr,
    pub(crate) standing: Standing,
    pub(crate) now: Timestamp,
}

impl Attempt<'_> {
    fn keys(&self) -> Vec<Key> {
        let account = Account(blake3::hash(self.account.as_bytes()));
        let network = Network::of(self.address);
        let pair = Key::Pair(account, self.guess, network);
        match (self.guess, self.standing) {
            (Guess::Link, _) => vec![Key::Asked(network)],
            (guess, Standing::Device(device)) => vec![Key::Device(account, guess, device)],
            (Guess::Passkey, _) => vec![Key::Address(network)],
            (Guess::Code, _) => vec![pair, Key::Address(network), Key::Code(account)],
            (Guess::Directory, Standing::Stranger) => {
                vec![pair, Key::Address(network), Key::AtDirectory(account)]
            }
            (Guess::Password | Guess::Directory, Standing::Place) => vec![pair, Key::Address(network)],
            (Guess::Password, Standing::Stranger) => {
                vec![pair, Key::Address(network), Key::Account(account)]
            }
        }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Device(Account, Guess, RecordId),
    Pair(Account, Guess, Network),
    Address(Network),
    Account(Account),
    AtDirectory(Account),
    Code(Account),
    Asked(Network),
}

impl Key {
    fn price(&self) -> &'static Price {
        match self {
            Key::Device(_, Guess::Directory, _) | Key::Pair(_, Guess::Directory, _) => &DIRECTORY_PAIR,
            Key::Device(..) | Key::Pair(..) => &PAIR,
            Key::AtDirectory(_) => &DIRECTORY_ACCOUNT,
            Key::Address(_) => &ADDRESS,
            Key::Account(_) => &ACCOUNT,
            Key::Code(_) => &CODE,
            Key::Asked(_) => &ASKED,
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 one: whoever has one has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(u128);

impl Network {
    pub(crate) fn of(address: IpAddr) -> Network {
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
}

/// The counters of one platform.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    memory: Mutex<Memory>,
}

impl Throttle {
    /// Lets an attempt through, counted as a failure until [`Throttle::succeeded`]; or tells how many seconds to wait.
    /// Counting first keeps a burst of simultaneous attempts from slipping through.
    pub(crate) fn attempt(&self, attempt: Attempt<'_>) -> Result<(), u64> {
        let now = attempt.now;
        let keys = attempt.keys();
        let mut memory = self.memory.lock();
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

    /// The attempt just let through was right: it does not count.
    pub(crate) fn succeeded(&self, attempt: Attempt<'_>) {
        let mut memory = self.memory.lock();
        for key in attempt.keys() {
            match key {
                Key::Device(..) | Key::Pair(..) => {
                    memory.counters.remove(&key);
                }
                // An attacker with an account of their own must not wipe the count of their address by signing in.
                Key::Address(_) | Key::Account(_) | Key::AtDirectory(_) | Key::Code(_) | Key::Asked(_) => {
                    memory.take_one(&key)
                }
            }
        }
    }

    /// The attempt just let through was neither right nor wrong, since nobody could look at it: it does not count.
    pub(crate) fn withdrawn(&self, attempt: Attempt<'_>) {
        let mut memory = self.memory.lock();
        for key in attempt.keys() {
            memory.take_one(&key);
        }
    }
}

impl Memory {
    fn take_one(&mut self, key: &Key) {
        if let Some(counter) = self.counters.get_mut(key) {
            counter.failures = counter.failures.saturating_sub(1);
        }
    }

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

    fn from(account: &str, address: IpAddr, standing: Standing, seconds: i64) -> Attempt<'_> {
        Attempt { guess: Guess::Password, account, address, standing, now: at(seconds) }
    }

    fn device_id(n: u8) -> RecordId {
        RecordId::parse(&format!("{n:032x}")).unwrap()
    }

    fn office(account: &str, seconds: i64) -> Attempt<'_> {
        from(account, OFFICE, Standing::Stranger, seconds)
    }

    #[test]
    fn five_wrong_passwords_are_free_and_then_the_wait_doubles() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            throttle.attempt(office("ada", 0)).unwrap();
        }
        assert_eq!(throttle.attempt(office("ada", 0)), Err(10));
        assert_eq!(throttle.attempt(office("ada", 4)), Err(6));
        throttle.attempt(office("ada", 10)).unwrap();
        assert_eq!(throttle.attempt(office("ada", 10)), Err(20));
        throttle.attempt(office("grace", 10)).unwrap();
    }

    #[test]
    fn signing_in_wipes_the_slate_of_that_address() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.attempt(office("ada", 0)).unwrap();
        }
        throttle.succeeded(office("ada", 0));
        for _ in 0..6 {
            throttle.attempt(office("ada", 1)).unwrap();
        }
        assert!(throttle.attempt(office("ada", 1)).is_err());
    }

    #[test]
    fn many_strangers_slow_each_other_down_but_never_the_person_at_a_known_address() {
        let throttle = Throttle::default();
        let strange = |n| from("ada", stranger(n), Standing::Stranger, 1);
        let refused = (0..200).filter(|n| throttle.attempt(strange(*n)).is_err()).count();
        assert!(refused > 150, "{refused}");
        throttle.attempt(from("ada", OFFICE, Standing::Place, 2)).unwrap();
        let wait = throttle.attempt(strange(250)).unwrap_err();
        assert!(wait <= 60, "{wait}");
    }

    #[test]
    fn a_known_browser_is_slowed_down_by_its_own_failures_alone() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            let _ = throttle.attempt(office("ada", 0));
        }
        let device = |n, seconds| from("ada", OFFICE, Standing::Device(device_id(n)), seconds);
        for _ in 0..6 {
            throttle.attempt(device(1, 0)).unwrap();
        }
        assert_eq!(throttle.attempt(device(1, 0)), Err(10));
        throttle.attempt(device(2, 0)).unwrap();
        throttle.succeeded(device(2, 0));
        assert!(throttle.attempt(office("ada", 0)).is_err(), "a known browser wipes no other's slate");
    }

    #[test]
    fn codes_are_counted_apart_from_passwords_and_cost_a_stranger_more() {
        let throttle = Throttle::default();
        let code = |n| Attempt { guess: Guess::Code, ..from("ada", stranger(n), Standing::Stranger, 0) };
        let refused = (0..60).filter(|n| throttle.attempt(code(*n)).is_err()).count();
        assert_eq!(refused, 49);
        throttle.attempt(office("ada", 0)).unwrap();
        throttle.succeeded(office("ada", 0));
        assert!(throttle.attempt(code(70)).is_err(), "the right password is no right code");
    }

    #[test]
    fn nobody_guesses_at_a_directory_until_it_locks_somebody_out() {
        let guess = |throttle: &Throttle, address, standing, seconds| {
            let attempt = Attempt { guess: Guess::Directory, ..from("ada", address, standing, seconds) };
            throttle.attempt(attempt).is_ok()
        };
        let crowd = Throttle::default();
        let of_crowd = (0..600).filter(|n| guess(&crowd, stranger((n % 250) as u8), Standing::Stranger, *n));
        assert!(of_crowd.count() < 10, "many strangers, in ten minutes");
        let office = Throttle::default();
        let of_office = (0..600).filter(|n| guess(&office, OFFICE, Standing::Place, *n));
        assert!(of_office.count() < 10, "one of the same office");
        assert!(guess(&crowd, OFFICE, Standing::Place, 601), "and the person is not kept out");
    }

    #[test]
    fn what_nobody_could_look_at_does_not_count() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            throttle.attempt(office("ada", 0)).unwrap();
            throttle.withdrawn(office("ada", 0));
        }
    }

    #[test]
    fn one_address_that_tries_many_accounts_is_slowed_down() {
        let throttle = Throttle::default();
        let refused =
            (0..60).filter(|n| throttle.attempt(office(&format!("account {n}"), 0)).is_err()).count();
        assert_eq!(refused, 29);
        throttle.attempt(from("ada", stranger(1), Standing::Stranger, 0)).unwrap();
    }

    #[test]
    fn an_hour_without_failure_is_forgiven() {
        let throttle = Throttle::default();
        for n in 0..20 {
            let _ = throttle.attempt(office("ada", n * 1000));
        }
        throttle.attempt(office("ada", 20_000 + 3_600)).unwrap();
        throttle.attempt(office("ada", 20_000 + 3_600)).unwrap();
    }
}
