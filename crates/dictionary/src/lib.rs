#![doc = include_str!("../README.md")]

pub mod compile;
pub mod conduct;
pub mod describe;
pub mod diagnostics;
pub mod expression;
pub mod field_types;
pub mod identifiers;
pub mod label;
pub mod layers;
pub mod mentions;
pub mod model;
pub mod plan;
pub mod related;
pub mod sphere;
pub mod system;
pub mod text;
pub mod title;
pub mod value;
pub mod veil;

pub use compile::compile;
pub use diagnostics::Diagnostic;
pub use label::{Label, Language};
pub use layers::Layer;
pub use model::{Dictionary, Entity, Field, FieldIndex};
pub use value::{RecordId, Value};
