//! The contract, as tests.

mod holidays;
mod hours;
