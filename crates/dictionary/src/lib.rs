#![doc = include_str!("../README.md")]

pub mod expression;
pub mod field_types;
pub mod label;
pub mod model;
pub mod text;
pub mod value;

pub use label::{Label, Language};
pub use model::{Dictionary, Entity, Field, FieldIndex};
pub use value::{RecordId, Value};
