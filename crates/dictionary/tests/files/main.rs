//! Dictionary files: what they become, what is said of their faults, how they change.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;
mod compile;
mod diagnostics;
mod folders;
mod hash;
mod layers;
mod modules;
mod plan;
mod plan_laws;
