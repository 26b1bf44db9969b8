//! What a dictionary says of a record that somebody writes: which fields are shown, may be changed and must be filled in, what they are by
//! default and worth when computed, which rules and moves of state it breaks.
//!
//! The engine asks it before it keeps a record, a form at every key (crate `device`): one implementation, so that both say the same. Where
//! records are known in part only, as in a form, an answer may be [`EvaluateError::Unknown`]; it is never a guess.

mod fields;
mod rules;
mod states;
mod worth;

pub use crate::compile::formulas::{FieldId, read_by};
pub use states::{initial_state, is_allowed, no_way, not_yet};
pub use worth::{default_of, kept};

use std::collections::BTreeSet;

use crate::expression::{Context, EvaluateError, Scope, Typed, holds};
use crate::field_types::Invalid;
use crate::model::{Dictionary, Entity, EntityIndex, Field, FieldIndex};

/// A record as somebody writes it.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    /// The dictionary.
    pub dictionary: &'a Dictionary,
    /// Whose records it is one of.
    pub entity: EntityIndex,
    /// Moment and person.
    pub context: &'a Context,
    /// As it was; none for a new one.
    pub old: Option<&'a dyn Scope>,
    /// As it will be.
    pub new: &'a dyn Scope,
    /// Fields that were given, be it what they were by default.
    pub given: &'a BTreeSet<FieldIndex>,
    /// Fields already found wrong: what reads them is not asked.
    pub wrong: &'a BTreeSet<FieldIndex>,
}

/// What is said of a field.
pub type Verdict = Result<Option<Invalid>, EvaluateError>;

impl<'a> Written<'a> {
    /// Its entity.
    pub fn definition(&self) -> &'a Entity {
        &self.dictionary.entities[self.entity]
    }

    fn field(&self, field: FieldIndex) -> &'a Field {
        &self.definition().fields[field]
    }

    fn holds(&self, condition: &Typed, record: &dyn Scope) -> Result<bool, EvaluateError> {
        holds(condition, record, self.context)
    }

    /// Whether a field is not what it was. Every field of a new record that has a value is not.
    fn changes(&self, field: FieldIndex) -> Result<bool, EvaluateError> {
        let new = self.new.field(field)?;
        match self.old {
            Some(old) => Ok(old.field(field)? != new),
            None => Ok(!new.is_null()),
        }
    }
}

/// What a person hears of a field that only the system sets.
pub fn read_only() -> Invalid {
    Invalid::new("read_only", "Ce champ est rempli par le système.", "This field is filled in by the system.")
}

/// Positions of the system fields that say who wrote a record and when.
const STAMPS: [&str; 4] = ["created_at", "created_by", "updated_at", "updated_by"];

/// The stamps of an entity that it has.
pub(crate) fn stamps(entity: &Entity) -> impl Iterator<Item = FieldIndex> {
    STAMPS.iter().filter_map(|name| entity.index(name))
}
