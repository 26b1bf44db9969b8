//! Dictionary files: what they become, what is said of their faults, how they change.

mod common;
mod compile;
mod diagnostics;
mod folders;
mod hash;
mod layers;
mod modules;
mod plan;
mod plan_laws;
