//! Everything that is wrong with what was given, gathered so that a person hears of it at once.

use dictionary::field_types::Invalid;
use dictionary::label::Label;

use crate::error::{EngineError, FieldProblem};

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Whether nothing was.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one, said in French and in English, at a field of a place such as `lines[2].`.
    pub(crate) fn add(&mut self, place: &str, field: &str, code: &'static str, message: Label) {
        let problem = FieldProblem { field: format!("{place}{field}"), code, message };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Adds what a field type refused.
    pub(crate) fn add_invalid(&mut self, place: &str, field: &str, invalid: Invalid) {
        self.add(place, field, invalid.code, invalid.message);
    }

    /// Nothing, or the refusal.
    pub(crate) fn into_result(self) -> Result<(), EngineError> {
        if self.0.is_empty() { Ok(()) } else { Err(EngineError::Validation(self.0)) }
    }
}
