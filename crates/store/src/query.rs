//! What a list asks of a store.

pub use dictionary::expression::Context;
use dictionary::expression::{AggregateFunction, Typed};
use dictionary::model::{Entity, Sort};
use dictionary::{RecordId, Value};

/// A sorted page of the rows of one entity.
#[derive(Debug, Clone)]
pub struct Select<'a> {
    /// Which entity.
    pub entity: &'a Entity,
    /// Conditions that all hold: the person's filter, and later the rights' condition.
    pub filters: Vec<&'a Typed>,
    /// Full-text words, all found (the last as a prefix).
    pub search: Option<&'a str>,
    /// Sort; the store adds `id` so that it is total. Nulls last.
    pub order: &'a [Sort],
    /// Where the previous page ended.
    pub after: Option<&'a Keyset>,
    /// Rows at most.
    pub limit: u32,
    /// Moment and person.
    pub context: &'a Context,
    /// Give up after that many milliseconds with [`crate::StoreError::Timeout`]; 0 for no bound.
    pub timeout_ms: u64,
}

/// Sort values and id of the last row of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyset {
    /// One per criterion of the sort.
    pub values: Vec<Value>,
    /// Tie-break.
    pub id: RecordId,
}

/// A figure asked over rows.
#[derive(Debug, Clone)]
pub struct Aggregation<'a> {
    /// Which figure.
    pub function: AggregateFunction,
    /// Of what; `None` for `Count` and `Exists`.
    pub body: Option<&'a Typed>,
}

/// Groups of rows that have the same values, and figures over each group.
#[derive(Debug, Clone)]
pub struct Grouping<'a> {
    /// What the rows of a group have in common; all rows are one group without any. Null is a value like another here.
    pub keys: Vec<&'a Typed>,
    /// What is worked out over each group.
    pub figures: Vec<Figure<'a>>,
    /// Groups at most.
    pub limit: u32,
}

/// A figure over a group.
#[derive(Debug, Clone)]
pub enum Figure<'a> {
    /// As over a whole query.
    Of(Aggregation<'a>),
    /// How many different values there are, null apart.
    Distinct(&'a Typed),
}
