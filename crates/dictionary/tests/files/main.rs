//! Dictionary files: what they become, what is said of their faults, how they change.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod activity;
mod common;
mod compile;
mod dashboards;
mod dependents;
mod diagnostics;
mod folders;
mod hash;
mod hostile;
mod layers;
mod modules;
mod notices;
mod plan;
mod plan_laws;
mod profiles;
mod protection;
mod related;
mod views;
