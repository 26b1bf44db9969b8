#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod fault;
pub mod holidays;
pub mod hours;
pub mod incident;
pub mod instant;
pub mod ledger;
pub mod log;
pub mod projection;
pub mod quarter;
pub mod rate;
pub mod standing;
pub mod terms;
pub mod text;
pub mod ticket;
