//! One record as a store keeps it.

use dictionary::model::{FieldIndex, ID};
use dictionary::{RecordId, Value};

/// Values in the order of [`dictionary::Entity::fields`]; virtual fields hold `Null`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The record's identity.
    ///
    /// # Panics
    /// On a row that never had an id, which no store returns.
    pub fn id(&self) -> RecordId {
        self.0[ID].as_id().expect("a row's first value is its id")
    }

    /// The value of a field.
    pub fn get(&self, field: FieldIndex) -> &Value {
        &self.0[field]
    }
}
