//! Who is told of what happens to the records of an entity.

use crate::label::Label;
use crate::model::{Checked, FieldIndex};

/// Tells a person that a record concerns them now.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Identifier.
    pub name: String,
    /// A reference to people: whom it comes to name is told. A text: whoever it comes to mention is.
    pub field: FieldIndex,
    /// What happened, after the name of who did it: `assigned you a task`.
    pub text: Label,
    /// Only where it holds, asked of the record as it is now.
    pub when: Option<Checked>,
}
