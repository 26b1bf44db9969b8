//! Passwords: Argon2id, in the PHC text form that carries its own parameters.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use parking_lot::{Condvar, Mutex};

use crate::error::PlatformError;
use crate::random::Random;

/// Fewest characters of a password. Source: NIST SP 800-63B-4, 3.1.1.2 asks for at least 8 beside other means, and no rules of composition.
pub const CHARACTERS_MIN: usize = 10;

/// Most bytes of a password: beyond, hashing would be a way to keep the machine busy.
pub const BYTES_MAX: usize = 1_000;

const SALT_BYTES: usize = 16;

/// How much work a hash takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 19 MiB, 2 passes: OWASP's "Password Storage" recommendation for Argon2id.
    fn default() -> Cost {
        Cost { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// Hashes and verifies, a bounded number at a time: each takes memory and a core.
#[derive(Debug)]
pub(crate) struct Passwords {
    cost: Cost,
    free: Mutex<usize>,
    freed: Condvar,
    /// Verified against when nobody has that address, so that the answer takes as long.
    decoy: String,
}

impl Passwords {
    pub(crate) fn new(cost: Cost, at_once: usize, random: &dyn Random) -> Result<Passwords, PlatformError> {
        let mut passwords =
            Passwords { cost, free: Mutex::new(at_once.max(1)), freed: Condvar::new(), decoy: String::new() };
        passwords.decoy = passwords.hash(&crate::secret::secret(random), random)?;
        Ok(passwords)
    }

    /// The PHC text of a password.
    pub(crate) fn hash(&self, password: &str, random: &dyn Random) -> Result<String, PlatformError> {
        let mut salt = [0; SALT_BYTES];
        random.fill(&mut salt);
        let params = Params::new(self.cost.memory_kib, self.cost.passes, 1, None).map_err(|_| {
            PlatformError::Password { action: "hash", source: password_hash::Error::ParamsInvalid }
        })?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        self.in_turn(|| argon.hash_password_with_salt(password.as_bytes(), &salt))
            .map(|hash| hash.to_string())
            .map_err(|source| PlatformError::Password { action: "hash", source })
    }

    /// Whether `password` has that hash. Without a hash the answer is no, after as long a time.
    pub(crate) fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PlatformError> {
        if password.len() > BYTES_MAX {
            return Ok(false);
        }
        let parsed = PasswordHash::new(hash.unwrap_or(&self.decoy))
            .map_err(|e| PlatformError::Password { action: "read the hash of", source: e.into() })?;
        let verdict = self.in_turn(|| Argon2::default().verify_password(password.as_bytes(), &parsed));
        match verdict {
            Ok(()) => Ok(hash.is_some()),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(source) => Err(PlatformError::Password { action: "verify", source }),
        }
    }

    /// Whether a hash costs less than hashes do now: it was made before the cost rose.
    pub(crate) fn is_cheap(&self, hash: &str) -> bool {
        let params = PasswordHash::new(hash).ok().and_then(|parsed| Params::try_from(&parsed).ok());
        params.is_some_and(|params| {
            params.m_cost() < self.cost.memory_kib || params.t_cost() < self.cost.passes
        })
    }

    fn in_turn<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut free = self.free.lock();
        while *free == 0 {
            self.freed.wait(&mut free);
        }
        *free -= 1;
        drop(free);
        let _turn = Turn(self);
        work()
    }
}

/// Gives its place back however the work ends.
struct Turn<'a>(&'a Passwords);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock() += 1;
        self.0.freed.notify_one();
    }
}

/// A password to be told to somebody once. 20 letters of 31 are 99 bits.
pub fn made(random: &dyn Random) -> String {
    letters(random, 20)
}

/// So many letters and digits, none of which look alike: 31 of them, five bits each.
pub(crate) fn letters(random: &dyn Random, count: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut made = String::new();
    while made.len() < count {
        let mut byte = [0];
        random.fill(&mut byte);
        // Bytes beyond the last whole multiple would favour the first letters.
        if usize::from(byte[0]) < 256 / LETTERS.len() * LETTERS.len() {
            made.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn passwords() -> Passwords {
        Passwords::new(Cost { memory_kib: 64, passes: 1 }, 2, &SystemRandom).unwrap()
    }

    #[test]
    fn a_hash_verifies_its_password_and_no_other() {
        let passwords = passwords();
        let hash = passwords.hash("mot de passe éprouvé", &SystemRandom).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(passwords.verify("mot de passe éprouvé", Some(&hash)).unwrap());
        assert!(!passwords.verify("mot de passe eprouve", Some(&hash)).unwrap());
        assert_ne!(hash, passwords.hash("mot de passe éprouvé", &SystemRandom).unwrap());
    }

    #[test]
    fn nobody_signs_in_without_a_hash_nor_with_a_password_too_long_to_hash() {
        let passwords = passwords();
        assert!(!passwords.verify("anything at all", None).unwrap());
        let long = "x".repeat(BYTES_MAX + 1);
        assert!(!passwords.verify(&long, None).unwrap());
    }

    #[test]
    fn a_damaged_hash_is_an_error_and_not_a_refusal() {
        assert!(passwords().verify("x", Some("not a hash")).is_err());
    }
}
