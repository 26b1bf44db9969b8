//! The contract, as tests.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

mod faults;
mod holidays;
mod hours;
mod laws;
mod ledger;
mod naive;
mod page;
mod projection;
mod rate;
mod support;
mod ticket;
