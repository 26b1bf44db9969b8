//! The engine at its boundary: an environment on a real store, its dictionary written as people write it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

mod computed;
mod deleting;
mod dictionary;
mod erasing;
mod journal;
mod lines;
mod numbering;
mod reading;
mod related;
mod replay;
mod rights;
mod saving;
mod states;
mod sweeping;
mod value_lists;
mod versions;
