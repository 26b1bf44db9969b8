//! Data subjects: people whose personal data an environment holds, wherever it holds it.
//!
//! The dictionary says which records are people and which references make other records be about them (`docs/dictionary/files.md`). What is held about
//! one of them is found here; `dossier` reads it for them.

mod dossier;
pub(crate) mod erasure;
mod expiry;
mod held;
mod plan;
mod work;

pub(crate) use plan::named_by_fields;

use dictionary::model::EntityIndex;
use rights::Power;

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::EngineError;
use crate::prepared::Prepared;

pub use dossier::{Dossier, Past, PastChange, Told};
pub use erasure::{Beside, Erasure, Step};
pub use expiry::Expiring;
pub use held::NamedBy;
pub use plan::{Erased, ErasurePreview, Kept};

impl Environment {
    /// Refuses whoever may not work on what is held about people.
    fn may_protect(&self, caller: &Caller) -> Result<(), EngineError> {
        if self.has(caller, Power::Protect) {
            return Ok(());
        }
        Err(EngineError::Forbidden { capability: Power::Protect.name().to_owned() })
    }
}

/// The entity of people of that name or collection.
fn people(prepared: &Prepared, name: &str) -> Result<EntityIndex, EngineError> {
    let found = prepared.dictionary.entities.iter().position(|e| e.name == name || e.collection == name);
    found.filter(|entity| prepared.entity(*entity).protection.person).ok_or(EngineError::NotFound)
}
