//! The difference between two dictionaries: what it adds, changes and destroys, in the order in which a store applies it.

mod conversion;
mod entities;
mod fields;
mod retarget;
mod sentences;
mod surface;
mod touches;

use serde::Serialize;

use crate::label::Label;
use crate::model::{ColumnShape, Dictionary};

pub use conversion::{Fate, fate};
pub use entities::former as former_entity;
pub use fields::former as former_field;
pub use touches::{Touched, Use};

/// What leads from one dictionary to another. Empty when both are the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Steps in the order in which they apply. Names of entities and fields are those after the renames, except of what is set aside.
    pub steps: Vec<Step>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What changes.
    #[serde(flatten)]
    pub change: Change,
    /// Values would be lost from sight: needs a confirmation, and what it replaces is kept aside.
    pub destructive: bool,
    /// A required field arrives without a default: records that exist lack it until somebody gives it.
    pub needs_default: bool,
    /// The step in one line, French and English.
    pub message: Label,
    /// What reads the thing that changes: screens, rules, formulas…
    pub touches: Vec<Touched>,
}

/// What a step changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An entity takes another name; its records stay.
    RenameEntity {
        /// Old name.
        from: String,
        /// New name.
        entity: String,
    },
    /// A field takes another name; its values stay.
    RenameField {
        /// Entity.
        entity: String,
        /// Old name.
        from: String,
        /// New name.
        field: String,
        /// Columns, old name and new name.
        columns: Vec<(String, String)>,
    },
    /// An index goes.
    DropIndex {
        /// Entity.
        entity: String,
        /// Field, by its new name if it has one.
        field: String,
    },
    /// A unique key goes.
    DropUnique {
        /// Entity.
        entity: String,
        /// Name of the key.
        key: String,
    },
    /// An entity that is no longer in the dictionary: its records are kept aside.
    SetAsideEntity {
        /// Its name.
        entity: String,
    },
    /// A field that rows no longer hold: its columns are kept aside.
    SetAsideField {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
        /// Its columns; empty for a field that rows did not hold.
        columns: Vec<ColumnShape>,
    },
    /// A new entity with all its columns, indexes and unique keys.
    CreateEntity {
        /// Its name.
        entity: String,
    },
    /// A new field.
    AddField {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
        /// Its columns; empty for a field that rows do not hold.
        columns: Vec<ColumnShape>,
    },
    /// A field of another type.
    ChangeField {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
        /// Columns so far, under the new name of the field.
        from: Vec<ColumnShape>,
        /// Columns from now on.
        to: Vec<ColumnShape>,
        /// What becomes of the values.
        conversion: Conversion,
    },
    /// An index arrives.
    AddIndex {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
    },
    /// A unique key arrives; records that break it stop the plan.
    AddUnique {
        /// Entity.
        entity: String,
        /// Name of the key.
        key: String,
        /// Its fields.
        fields: Vec<String>,
    },
    /// Records of an entity that becomes numbered get their codes.
    NumberRecords {
        /// Entity.
        entity: String,
    },
    /// Entities that a `related` field may name take another name, or may no longer be named: values follow, and those left without a record
    /// are emptied, unless the field must keep them, which stops the plan.
    Retarget {
        /// Entity.
        entity: String,
        /// Field, by its new name if it has one.
        field: String,
        /// Old names and new names.
        renamed: Vec<(String, String)>,
        /// Old names of those that may no longer be named.
        dropped: Vec<String>,
    },
    /// A stored computed field is computed for all records.
    Compute {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
    },
    /// Full-text search of an entity is made again.
    Reindex {
        /// Entity.
        entity: String,
    },
    /// Attributes of a field that concern no column.
    AlterField {
        /// Entity.
        entity: String,
        /// Field.
        field: String,
        /// Attributes that differ.
        attributes: Vec<&'static str>,
    },
    /// Attributes of an entity that concern no table.
    AlterEntity {
        /// Entity.
        entity: String,
        /// Attributes that differ.
        attributes: Vec<&'static str>,
    },
    /// A rule, a transition or a unique key's message.
    AlterPart {
        /// Entity.
        entity: String,
        /// What kind of part: `rule`, `transition`, `list`, `form`.
        part: &'static str,
        /// Its name; of a screen, that of the entity.
        name: String,
        /// What happens to it.
        how: How,
    },
    /// A value list.
    AlterList {
        /// Its name.
        list: String,
        /// What happens to it.
        how: How,
    },
    /// A value of a list.
    AlterListValue {
        /// List.
        list: String,
        /// Value.
        tag: String,
        /// What happens to it.
        how: How,
    },
    /// The menu.
    AlterMenu,
    /// A dashboard.
    AlterDashboard {
        /// Its name.
        dashboard: String,
        /// What happens to it.
        how: How,
    },
    /// A profile, or a perimeter that row rules name.
    AlterProfile {
        /// Its name.
        profile: String,
        /// What happens to it.
        how: How,
    },
    /// A module or layer.
    AlterModule {
        /// Its name.
        module: String,
        /// Version so far.
        from: Option<String>,
        /// Version from now on.
        to: Option<String>,
    },
}

/// What happens to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is new.
    Added,
    /// It is different.
    Changed,
    /// It goes.
    Removed,
}

/// What becomes of the values of a field that takes another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// They stay as they are.
    Keep,
    /// They are written as text by the old type and read by the new one; a value that cannot be stops the plan.
    Lossless,
    /// As `Lossless`, but a value that cannot be read becomes empty, and the old columns are kept aside.
    Lossy,
}

impl Plan {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Steps that need a confirmation.
    pub fn destructive(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.destructive)
    }
}

impl Change {
    /// Whether a store has something to do.
    pub fn concerns_storage(&self) -> bool {
        match self {
            Change::SetAsideField { columns, .. } | Change::AddField { columns, .. } => !columns.is_empty(),
            Change::ChangeField { conversion, .. } => *conversion != Conversion::Keep,
            _ => self.rank() <= REINDEX,
        }
    }

    /// Order of application: renames, then what goes, what comes, what is filled, what only shows.
    fn rank(&self) -> u8 {
        match self {
            Change::RenameEntity { .. } => 0,
            Change::RenameField { .. } => 1,
            Change::DropIndex { .. } => 2,
            Change::DropUnique { .. } => 3,
            Change::SetAsideField { .. } => 4,
            Change::SetAsideEntity { .. } => 5,
            Change::CreateEntity { .. } => 6,
            Change::AddField { .. } => 7,
            Change::ChangeField { .. } => 8,
            Change::NumberRecords { .. } => 9,
            Change::Retarget { .. } => 10,
            Change::Compute { .. } => 11,
            Change::AddIndex { .. } => 12,
            Change::AddUnique { .. } => 13,
            Change::Reindex { .. } => REINDEX,
            Change::AlterEntity { .. } => 15,
            Change::AlterField { .. } => 16,
            Change::AlterPart { .. } => 17,
            Change::AlterList { .. } | Change::AlterListValue { .. } => 18,
            Change::AlterMenu | Change::AlterDashboard { .. } | Change::AlterProfile { .. } => 19,
            Change::AlterModule { .. } => 20,
        }
    }
}

/// Rank of the last change that a store has to do with.
const REINDEX: u8 = 14;

/// What leads from `old` to `new`.
pub fn plan(old: &Dictionary, new: &Dictionary) -> Plan {
    let mut planning = Planning { old, new, steps: Vec::new() };
    planning.entities();
    planning.surface();
    let mut steps = planning.steps;
    // Computed fields are filled in the order in which they read each other; everything else keeps the order it was found in.
    let order = |step: &Step| match &step.change {
        Change::Compute { entity, field } => {
            let position = new.compute_order().iter().position(|&(e, f)| {
                new.entities[e].name == *entity && new.entities[e].fields[f].name == *field
            });
            position.unwrap_or(0)
        }
        _ => 0,
    };
    steps.sort_by_key(|step| (step.change.rank(), order(step)));
    Plan { steps }
}

/// What makes `new` from nothing.
pub fn creation(new: &Dictionary) -> Plan {
    let names = new.entities.iter().map(|entity| entity.name.clone());
    let steps = names.map(|entity| Step::new(Change::CreateEntity { entity }));
    Plan { steps: steps.collect() }
}

impl Step {
    /// A step that destroys nothing.
    fn new(change: Change) -> Step {
        let message = sentences::of(&change);
        Step { change, destructive: false, needs_default: false, message, touches: Vec::new() }
    }

    fn destructive(self, destructive: bool) -> Step {
        Step { destructive, ..self }
    }

    fn touching(self, touches: Vec<Touched>) -> Step {
        Step { touches, ..self }
    }

    /// With more to say, in French and English.
    fn noting(mut self, fr: &str, en: &str) -> Step {
        for (language, note) in [("fr", fr), ("en", en)] {
            let text = self.message.0.entry(language.into()).or_default();
            text.push_str(note);
        }
        self
    }
}

/// A plan being made.
struct Planning<'d> {
    old: &'d Dictionary,
    new: &'d Dictionary,
    steps: Vec<Step>,
}

impl Planning<'_> {
    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }
}
