//! Who asks.

use dictionary::{Language, RecordId};
use journal::{Actor, Origin};
use rights::Held;

use crate::error::EngineError;

/// Who asks, through which door. Comes first in every engine call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Person (a record of the environment's `user`) or the system.
    pub actor: Actor,
    /// Name shown.
    pub name: String,
    /// What they hold: profiles, and what bounds them. What these give, the dictionary in force says.
    pub held: Held,
    /// Language of messages.
    pub language: Language,
    /// Door.
    pub origin: Origin,
    /// Device, when one made the change.
    pub device: Option<String>,
    /// Id of the request.
    pub request: Option<String>,
    /// Somebody else who looks as this person: the record that says so. Nothing can be changed then, and what is the person's own is left out.
    pub viewed: Option<RecordId>,
}

impl Caller {
    /// Tisserand itself, with every right.
    pub fn system() -> Caller {
        Caller {
            actor: Actor::System,
            name: "Tisserand".to_owned(),
            held: Held::everything(),
            language: Language::Fr,
            origin: Origin::System,
            device: None,
            request: None,
            viewed: None,
        }
    }

    /// What `me()` means: the person's record, nothing for the system.
    pub fn me(&self) -> Option<RecordId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::System => None,
        }
    }

    /// Whose own things are shown: the person's, to nobody who only looks as they do.
    pub fn own(&self) -> Option<RecordId> {
        self.me().filter(|_| self.viewed.is_none())
    }

    /// Refuses whoever only looks.
    pub(crate) fn may_change(&self) -> Result<(), EngineError> {
        match self.viewed {
            None => Ok(()),
            Some(_) => Err(EngineError::Viewed { name: self.name.clone() }),
        }
    }

    /// The same person, with every right: for doors that decide themselves who may pass.
    pub(crate) fn unbounded(&self) -> Caller {
        Caller { held: Held::everything(), ..self.clone() }
    }
}
