//! Who asks.

use dictionary::{Language, RecordId};
use journal::{Actor, Origin};

/// What a caller may do. Until profiles come from the dictionary there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Everything.
    Administrator,
    /// Reads everything, changes nothing.
    Reader,
}

impl Profile {
    /// `administrator` or `reader`.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Administrator => "administrator",
            Profile::Reader => "reader",
        }
    }

    /// Whether it changes anything at all: what a client may be told before it tries.
    pub fn may_write(self) -> bool {
        self == Profile::Administrator
    }

    /// The profile of that name.
    pub fn from_name(name: &str) -> Option<Profile> {
        [Profile::Administrator, Profile::Reader].into_iter().find(|p| p.name() == name)
    }
}

/// Who asks, through which door. Comes first in every engine call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Person (a record of the environment's `user`) or the system.
    pub actor: Actor,
    /// Name shown.
    pub name: String,
    /// What they may do.
    pub profile: Profile,
    /// Language of messages.
    pub language: Language,
    /// Door.
    pub origin: Origin,
    /// Device, when one made the change.
    pub device: Option<String>,
    /// Id of the request.
    pub request: Option<String>,
}

impl Caller {
    /// Tisserand itself, with every right.
    pub fn system() -> Caller {
        Caller {
            actor: Actor::System,
            name: "Tisserand".to_owned(),
            profile: Profile::Administrator,
            language: Language::Fr,
            origin: Origin::System,
            device: None,
            request: None,
        }
    }

    /// What `me()` means: the person's record, nothing for the system.
    pub fn me(&self) -> Option<RecordId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::System => None,
        }
    }
}
