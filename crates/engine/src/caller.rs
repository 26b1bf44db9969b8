//! Who asks.

use dictionary::{Language, RecordId};
use journal::{Actor, Origin};
use rights::Held;

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
        }
    }

    /// What `me()` means: the person's record, nothing for the system.
    pub fn me(&self) -> Option<RecordId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::System => None,
        }
    }

    /// The same person, with every right: for doors that decide themselves who may pass.
    pub(crate) fn unbounded(&self) -> Caller {
        Caller { held: Held::everything(), ..self.clone() }
    }
}
