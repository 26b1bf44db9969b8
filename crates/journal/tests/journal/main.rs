//! What the journal promises: old entries stay readable, garbage does no harm, damage shows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod chain;
mod digest;
mod encoding;
mod format;
mod json;
mod redaction;
mod values;
