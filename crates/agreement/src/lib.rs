#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod holidays;
pub mod hours;
pub mod instant;
pub mod quarter;
pub mod text;
