//! Whose personal data records hold, and what the law asks to be kept of them.

use crate::label::Label;
use crate::model::{Checked, Dictionary, EntityIndex, FieldIndex, Personal};

/// What an entity says of the protection of personal data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Protection {
    /// Its records are people: data subjects.
    pub person: bool,
    /// References by which what is personal in its records is about somebody: to people, or to records that are about people themselves.
    pub concerns: Vec<FieldIndex>,
    /// What must hold of a person before they are erased.
    pub erasable: Option<Erasable>,
    /// What the law asks to be kept.
    pub retention: Option<Retention>,
    /// After how long records are no longer held.
    pub expiry: Option<Expiry>,
}

/// A condition on erasing a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasable {
    /// Must be true.
    pub require: Checked,
    /// Said to who asks for it too early.
    pub message: Label,
}

/// How long records have to be kept, whoever asks that they be erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// For how many months.
    pub months: u32,
    /// From which day or instant on: a date or datetime.
    pub since: FieldIndex,
    /// Which of the records; all of them when absent.
    pub when: Option<Checked>,
    /// The law that asks for it.
    pub because: Label,
}

/// After how long records are no longer held: what a retention run does.
#[derive(Debug, Clone, PartialEq)]
pub struct Expiry {
    /// After how many months.
    pub months: u32,
    /// From which day or instant on: a date or datetime.
    pub since: FieldIndex,
    /// Which of the records; all of them when absent.
    pub when: Option<Checked>,
    /// They are deleted; else what is personal is taken out of them, and of what is about them.
    pub delete: bool,
    /// Why so long and no longer.
    pub because: Label,
}

impl Dictionary {
    /// Entities whose records are people.
    pub fn people(&self) -> impl Iterator<Item = EntityIndex> {
        self.entities
            .iter()
            .enumerate()
            .filter(|(_, entity)| entity.protection.person)
            .map(|(index, _)| index)
    }

    /// Fields of an entity that hold something personal, in rows. Numbers that the system gives (`code`) are not.
    pub fn personal_fields(&self, entity: EntityIndex) -> Vec<FieldIndex> {
        let fields = self.entities[entity].fields.iter().enumerate();
        fields
            .filter(|(_, field)| field.personal != Personal::No && field.is_stored())
            .map(|(at, _)| at)
            .collect()
    }
}
