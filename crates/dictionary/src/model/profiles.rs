//! Who may do what: profiles, and the perimeters that their row rules name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::label::Label;
use crate::model::{Checked, EntityIndex, FieldIndex};

/// Name of the built-in profile that may do everything. It cannot be changed, so that nobody locks everybody out.
pub const ADMINISTRATOR: &str = "administrator";

/// A role that people hold: what it grants, or, when it `restricts`, what it leaves of what others grant.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Help text.
    pub help: Option<Label>,
    /// Layer that first wrote it.
    pub layer: String,
    /// Takes away instead of giving: what it says of an entity bounds what all other profiles of a person grant there; what it says nothing of stays
    /// as it is.
    pub restricts: bool,
    /// What it grants on every entity that it does not name.
    pub all: Vec<Capability>,
    /// What it grants on the environment as a whole.
    pub powers: Vec<Power>,
    /// What it says of entities.
    pub entities: BTreeMap<EntityIndex, EntityGrant>,
}

/// What a profile says of an entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityGrant {
    /// What may be done.
    pub allow: Vec<Capability>,
    /// Transitions allowed; `None`: all of them to whoever may update.
    pub actions: Option<Vec<String>>,
    /// To which records; `None`: to all.
    pub rows: Option<Checked>,
    /// To which records, for single capabilities: in place of `rows`.
    pub only: BTreeMap<Capability, Checked>,
    /// How far fields are open; those not named are `otherwise`.
    pub fields: BTreeMap<FieldIndex, Level>,
    /// How far the other fields are open.
    pub otherwise: Level,
}

impl EntityGrant {
    /// How far a field is open.
    pub fn level(&self, field: FieldIndex) -> Level {
        self.fields.get(&field).copied().unwrap_or(self.otherwise)
    }

    /// The rows to which a capability goes.
    pub fn rows_of(&self, capability: Capability) -> Option<&Checked> {
        self.only.get(&capability).or(self.rows.as_ref())
    }
}

/// What may be done to the records of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// See them.
    #[default]
    Read,
    /// Add some.
    Create,
    /// Change them.
    Update,
    /// Delete them.
    Delete,
    /// Take them out as a file.
    Export,
    /// Bring a file in.
    Import,
    /// Print them.
    Print,
}

impl Capability {
    /// All of them, in display order.
    pub const ALL: [Capability; 7] = [
        Capability::Read,
        Capability::Create,
        Capability::Update,
        Capability::Delete,
        Capability::Export,
        Capability::Import,
        Capability::Print,
    ];

    /// As written in a profile: `read`.
    pub fn name(self) -> &'static str {
        match self {
            Capability::Read => "read",
            Capability::Create => "create",
            Capability::Update => "update",
            Capability::Delete => "delete",
            Capability::Export => "export",
            Capability::Import => "import",
            Capability::Print => "print",
        }
    }

    /// The capability of that name.
    pub fn from_name(name: &str) -> Option<Capability> {
        Capability::ALL.into_iter().find(|capability| capability.name() == name)
    }

    /// Whether it changes records.
    pub fn writes(self) -> bool {
        matches!(self, Capability::Create | Capability::Update | Capability::Delete | Capability::Import)
    }
}

/// What may be done to the environment as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Power {
    /// People, profiles, the dictionary, value lists, numbering.
    Administer,
    /// The whole journal, and the environment's figures.
    Audit,
    /// Saved views for everybody.
    Share,
    /// What is held about people: its export, its erasure, who read what is sensitive.
    Protect,
}

impl Power {
    /// All of them, in display order.
    pub const ALL: [Power; 4] = [Power::Administer, Power::Audit, Power::Share, Power::Protect];

    /// As written in a profile: `audit`.
    pub fn name(self) -> &'static str {
        match self {
            Power::Administer => "administer",
            Power::Audit => "audit",
            Power::Share => "share",
            Power::Protect => "protect",
        }
    }

    /// The power of that name.
    pub fn from_name(name: &str) -> Option<Power> {
        Power::ALL.into_iter().find(|power| power.name() == name)
    }
}

/// How far a field is open. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As if it were not there.
    Hidden,
    /// A text that shows its shape, not its content: `j•••@•••`.
    Masked,
    /// Seen.
    Read,
    /// Seen and changed.
    #[default]
    Write,
}

impl Level {
    /// All of them, least first.
    pub const ALL: [Level; 4] = [Level::Hidden, Level::Masked, Level::Read, Level::Write];

    /// As written in a profile: `hidden`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Hidden => "hidden",
            Level::Masked => "masked",
            Level::Read => "read",
            Level::Write => "write",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Records that belong to whoever asks: "my agencies", "my structures and those beneath". Row rules name it: `agency in my_agencies()`.
#[derive(Debug, Clone, PartialEq)]
pub struct Perimeter {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Entity of the records.
    pub of: EntityIndex,
    /// Which of them; `me()` is whoever asks.
    pub filter: Checked,
    /// Reference of the entity to itself: records beneath those found belong to it too.
    pub beneath: Option<FieldIndex>,
}
