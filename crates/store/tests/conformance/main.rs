//! What every store must do, run for each kind of store. A new kind adds one line to [`support::KINDS`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod agreement;
mod concurrency;
mod distances;
mod files;
mod grammar;
mod history;
mod limits;
mod migrations;
mod paging;
mod rows;
mod sameness;
mod searching;
mod support;
mod units;
mod world;
