//! Where secrets come from. Tests may give their own; the binary gives the system's.

/// A source of bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // A machine without randomness must not give out secrets at all.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
