//! The expression language as its users meet it: texts in, values or readable faults out.

#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

mod faults;
mod generate;
mod golden;
mod laws;
mod limits;
mod titles;
mod world;
