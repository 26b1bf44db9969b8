//! The contract, as tests.

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
