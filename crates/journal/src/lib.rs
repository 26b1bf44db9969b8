#![doc = include_str!("../README.md")]

pub mod entry;

pub use entry::{Actor, Cause, Change, Entry, FieldChange, Operation, Origin, Position};
