//! What a caller wants a record to become.

use std::collections::BTreeMap;

use dictionary::{RecordId, Value};

/// Fields to set, by name. What is not named is not touched; `Value::Null` empties.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// What was given.
    pub fields: BTreeMap<String, Input>,
}

impl Draft {
    /// Adds a plain value.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Draft {
        self.fields.insert(field.to_owned(), Input::Value(value.into()));
        self
    }
}

/// What was given for one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A value, still to be checked by its field type.
    Value(Value),
    /// A reference, by the business code of its target (or, for `user`, its e-mail).
    Code(String),
    /// The whole of a `lines` field: lines with an id are changed, those without created, the absent deleted.
    Lines(Vec<LineDraft>),
    /// What a person or a file wrote, to be read by the field type's `parse`; a reference by id, code, or title if only one record has it.
    Text(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineDraft {
    /// The line it changes.
    pub id: Option<RecordId>,
    /// Its fields.
    pub draft: Draft,
}
