#![doc = include_str!("../README.md")]

mod bytes;
pub mod chain;
pub mod digest;
pub mod entry;
pub mod json;
pub mod meter;
pub mod payload;
pub mod redaction;
pub mod value;

pub use bytes::DecodeError;
pub use chain::{Fault, Verifier, verify};
pub use digest::{RowBytes, StateDigest};
pub use entry::{Actor, Cause, Change, Entry, FieldChange, Hash, Operation, Origin, Position};
