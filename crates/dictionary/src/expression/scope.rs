//! What an expression reads while it is evaluated.

use std::borrow::Cow;
use std::error::Error;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::expression::Hop;
use crate::model::{EntityIndex, FieldIndex};
use crate::value::{RecordId, Value};

/// Moment and person that `now()`, `today()`, `me()` and dates in a zone mean.
#[derive(Debug, Clone)]
pub struct Context {
    /// `now()`.
    pub now: Timestamp,
    /// Zone of the environment.
    pub zone: TimeZone,
    /// `me()`.
    pub me: Option<RecordId>,
}

/// A record as an expression sees it.
pub trait Scope {
    /// The value of a field; `Null` where the record has none.
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError>;

    /// The record that the reference `hop.field` of this one leads to, an entity `hop.to`; `None` if the reference is empty.
    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError>;

    /// The records of `entity` whose reference `by` is this record, in any order.
    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError>;

    /// Whether there are any.
    fn has_children(&self, entity: EntityIndex, by: FieldIndex) -> Result<bool, EvaluateError> {
        Ok(!self.children(entity, by)?.is_empty())
    }
}

/// Why an expression has no value. A fault of arithmetic is not one: it is `Null`.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The records it reads could not be read.
    #[error("could not read the records of an expression")]
    Read(#[source] Box<dyn Error + Send + Sync>),
    /// It reads what is not known here: a client holds some records, and some of their fields. Whoever holds all of them never says so.
    #[error("an expression reads what is not known here")]
    Unknown,
}

impl EvaluateError {
    /// The fault of whatever holds the records.
    pub fn read(source: impl Into<Box<dyn Error + Send + Sync>>) -> EvaluateError {
        EvaluateError::Read(source.into())
    }
}
