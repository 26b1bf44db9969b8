//! What every store must do, run for each kind of store. A new kind adds one line to [`support::KINDS`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod agreement;
mod files;
mod grammar;
mod history;
mod migrations;
mod rows;
mod searching;
mod support;
mod units;
mod world;
