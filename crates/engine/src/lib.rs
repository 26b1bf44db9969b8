#![doc = include_str!("../README.md")]

mod apply;
pub mod caller;
mod catalogue;
pub mod changes;
pub mod clock;
pub mod draft;
pub mod environment;
pub mod error;
mod follow;
mod keys;
mod prepared;
pub mod query;
pub mod reading;
mod records;
mod related;
pub mod replay;
mod search_text;
mod sources;
pub mod summary;
pub mod sweep;
pub mod unit;
pub mod value_lists;
mod view;
mod write;

pub use caller::{Caller, Profile};
pub use clock::{Clock, IdSource, SystemClock, TimeOrderedIds};
pub use draft::{Draft, Input, LineDraft};
pub use environment::{Done, Environment, Settings};
pub use error::{EngineError, FieldProblem};
pub use query::{Expand, Expanded, Page, Pick, Query, Record, Related};
pub use store::{Head, Keyset, Row, StoreError};
pub use summary::{Summary, SummaryFigure};
pub use sweep::Swept;
pub use unit::Unit;
pub use value_lists::ValueDraft;
