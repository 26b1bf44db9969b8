//! Why the engine refused, or failed.

use dictionary::label::Label;
use dictionary::{RecordId, Value};
use jiff::Timestamp;
use journal::{Actor, Position};
use store::StoreError;

/// One field that is not right.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldProblem {
    /// `siret`, or `lines[2].quantity`.
    pub field: String,
    /// Stable code: `required`, `too_long`, `unknown_field`, `rule`, `duplicate`, `no_such_record`…
    pub code: &'static str,
    /// For people.
    pub message: Label,
}

/// A field that somebody else changed meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldMove {
    /// Its name.
    pub field: String,
    /// What the caller had seen.
    pub from: Value,
    /// What it is now.
    pub to: Value,
    /// Who last changed it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Why a call was refused, or failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No such entity, record, transition, or not for this caller: the two can't be told apart.
    #[error("not found")]
    NotFound,
    /// The caller's profile lacks the capability.
    #[error("not allowed: {capability}")]
    Forbidden {
        /// `create account`.
        capability: String,
    },
    /// The caller only looks, as somebody else. Nothing was written.
    #[error("nothing can be changed while looking as {name}")]
    Viewed {
        /// As whom.
        name: String,
    },
    /// Fields are missing, malformed or against a rule. Nothing was written.
    #[error("{} field(s) not valid", .0.len())]
    Validation(Vec<FieldProblem>),
    /// What is asked about is too long ago, or of another history, to be told.
    #[error("no longer known")]
    Expired {
        /// For people.
        message: Label,
    },
    /// The record moved since the version that the caller named. Nothing was written.
    #[error("record {id} is at version {stored}, not {expected}")]
    Stale {
        /// Which record.
        id: RecordId,
        /// Version named.
        expected: Position,
        /// Version now.
        stored: Position,
        /// Fields changed since.
        moves: Vec<FieldMove>,
    },
    /// Other records refer to it and must not lose it.
    #[error("record {id} is referred to by others")]
    Referenced {
        /// Which record.
        id: RecordId,
        /// Entities and how many records (capped at 1 000), of those that the caller may see; none when they may see none of them.
        by: Vec<(String, u64)>,
    },
    /// The state machine has no such move from here, or its condition does not hold.
    #[error("transition refused")]
    Transition {
        /// For people.
        message: Label,
    },
    /// An expression does not fit the dictionary.
    #[error("{0:?}")]
    Expression(Vec<dictionary::expression::ExpressionError>),
    /// A dictionary does not validate.
    #[error("{} fault(s) in the dictionary", .0.len())]
    Dictionary(Vec<dictionary::diagnostics::Diagnostic>),
    /// A change of dictionary would destroy data, and was not confirmed.
    #[error("the plan sets data aside and was not confirmed")]
    Destructive(Box<dictionary::plan::Plan>),
    /// The dictionary changed since the query was made: make it again from [`crate::Environment::dictionary`].
    #[error("the dictionary changed since the query was made")]
    Outdated,
    /// A change reaches too many records to be made at once. Nothing was written.
    #[error("the change touches too many records")]
    TooMany {
        /// For people.
        message: Label,
    },
    /// The environment would hold more than its subscription includes. Nothing was written.
    #[error("{}", message.text(dictionary::Language::En))]
    OverQuota {
        /// For people.
        message: Label,
    },
    /// The store failed.
    #[error("could not {action}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// Why.
        source: StoreError,
    },
}

/// What a failure of the store means, while doing that.
pub(crate) fn failed(action: &'static str) -> impl Fn(StoreError) -> EngineError {
    move |source| EngineError::Store { action, source }
}

/// The store does not hold what it should.
pub(crate) fn damaged(what: &str) -> EngineError {
    EngineError::Store { action: "use the store", source: StoreError::Damaged { what: what.to_owned() } }
}
