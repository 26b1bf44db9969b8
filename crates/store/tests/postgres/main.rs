//! What only a store in PostgreSQL can be tested for: the server going away, another process beside this one, roles, limits of connections.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod beside;
mod encrypted;
mod outages;
#[path = "../conformance/support.rs"]
#[expect(dead_code, reason = "shared with the conformance tests, which use all of it")]
mod support;
