//! Secrets of sessions and tokens: 256 random bits, shown once; only their hash is kept.

use crate::random::Random;

const BYTES: usize = 32;

/// A new secret: 64 hexadecimal digits.
pub(crate) fn secret(random: &dyn Random) -> String {
    let mut bytes = [0; BYTES];
    random.fill(&mut bytes);
    blake3::Hash::from_bytes(bytes).to_hex().to_string()
}

/// What is kept of a secret. A fast hash is enough: 256 random bits cannot be tried out.
pub(crate) fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// The value that writes of a session must bring along: derived, so that it need not be kept.
pub(crate) fn csrf(secret: &str) -> String {
    blake3::Hash::from_bytes(blake3::derive_key("tisserand 2026 session csrf", secret.as_bytes())).to_hex()
        [..32]
        .to_owned()
}

/// Whether `text` can be a secret at all.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == 2 * BYTES && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn two_secrets_differ_and_their_csrf_values_tell_nothing_of_them() {
        let (a, b) = (secret(&SystemRandom), secret(&SystemRandom));
        assert_ne!(a, b);
        assert!(is_well_formed(&a));
        assert_ne!(csrf(&a), csrf(&b));
        assert!(!hash(&a).contains(&csrf(&a)));
        assert!(!is_well_formed("abc") && !is_well_formed(&"g".repeat(64)));
    }
}
