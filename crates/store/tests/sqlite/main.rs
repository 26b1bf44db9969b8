//! What only a store in a SQLite file can be tested for: its file damaged, full, or opened twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod damage;
mod limits;
#[path = "../conformance/support.rs"]
#[expect(dead_code, reason = "shared with the conformance tests, which use all of it")]
mod support;
