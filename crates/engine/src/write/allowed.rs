//! Whether the caller may: asked of the entity before anything is read, of the record as it was, and of the record as it would be.

use std::sync::Arc;

use dictionary::Dictionary;
use dictionary::RecordId;
use dictionary::model::{EntityIndex, FieldIndex};
use rights::{Capability, Level, Reach, Rights};
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::{Key, View};
use crate::write::session::Session;
use crate::write::staging::Staged;

impl Session<'_> {
    /// The dictionary as the caller may know it.
    pub(crate) fn known(&self) -> &Arc<Dictionary> {
        self.sight.as_ref().map_or(&self.prepared.dictionary, |rights| rights.veiled())
    }

    /// Whether the caller may know of an entity.
    pub(crate) fn knows(&self, entity: EntityIndex) -> bool {
        self.sight.as_ref().is_none_or(|rights| rights.may(entity, Capability::Read))
    }

    /// How far a field is open to the caller.
    pub(crate) fn level(&self, entity: EntityIndex, field: FieldIndex) -> Level {
        self.sight.as_ref().map_or(Level::Write, |rights| rights.entity(entity).level(field))
    }

    /// Whether the caller may see a field.
    pub(crate) fn is_open(&self, entity: EntityIndex, field: FieldIndex) -> bool {
        self.level(entity, field) >= Level::Read
    }

    /// Whether the caller may write anything.
    pub(crate) fn may_write(&self) -> bool {
        let writes = [Capability::Create, Capability::Update, Capability::Delete, Capability::Import];
        self.sight.as_ref().is_none_or(|rights| writes.iter().any(|one| rights.may_anywhere(*one)))
    }

    /// Whether there is such a record that the caller may see, as this unit would leave it.
    pub(crate) fn is_seen(&self, entity: EntityIndex, id: RecordId) -> Result<bool, EngineError> {
        let Some(row) = self.view().row(entity, id).map_err(failed("read a record"))? else {
            return Ok(false);
        };
        View { sight: self.sight.as_deref(), ..self.view() }.sees(entity, &row)
    }

    /// The entity of that name, whose records the caller may `capability`, as far as that can be told before one is at hand.
    pub(crate) fn writable(&self, capability: Capability, name: &str) -> Result<EntityIndex, EngineError> {
        let entity = self.prepared.entity_index(name).ok_or(EngineError::NotFound)?;
        // The dictionary has its own door: `Environment::apply`.
        if name == dictionary::system::DICTIONARY_SOURCE {
            return Err(forbidden(capability.name(), name));
        }
        match &self.sight {
            None => Ok(entity),
            Some(rights) if !rights.may(entity, Capability::Read) => Err(EngineError::NotFound),
            Some(rights) if rights.may(entity, capability) => Ok(entity),
            Some(_) => Err(forbidden(capability.name(), name)),
        }
    }

    /// The entity of that name, of whose records the caller may make that transition.
    pub(crate) fn movable(&self, name: &str, transition: &str) -> Result<EntityIndex, EngineError> {
        let entity = self.prepared.entity_index(name).ok_or(EngineError::NotFound)?;
        let Some(rights) = &self.sight else { return self.writable(Capability::Update, name) };
        if !rights.may(entity, Capability::Read) || self.known().entities[entity].states.is_none() {
            return Err(EngineError::NotFound);
        }
        let states = self.prepared.entity(entity).states.as_ref();
        if !states.is_some_and(|states| states.transitions.iter().any(|one| one.name == transition)) {
            return Err(EngineError::NotFound);
        }
        match rights.entity(entity).transition(transition) {
            Reach::Never => Err(forbidden(transition, name)),
            _ => Ok(entity),
        }
    }

    /// Refuses what the caller may not do to a record as it is. `direct`: it was asked for by itself, not as a line of another.
    pub(crate) fn may_touch(
        &self,
        key: Key,
        capability: Capability,
        direct: bool,
    ) -> Result<(), EngineError> {
        let Some(rights) = &self.sight else { return Ok(()) };
        if !direct && rights.entity(key.0).follows_parent() {
            return Ok(());
        }
        self.reaches(rights, rights.reach(key.0, capability), key, capability.name())
    }

    /// Refuses a transition that the caller may not make of a record as it is.
    pub(crate) fn may_move(&self, key: Key, transition: &str) -> Result<(), EngineError> {
        let Some(rights) = &self.sight else { return Ok(()) };
        self.reaches(rights, rights.entity(key.0).transition(transition), key, transition)
    }

    fn reaches(&self, rights: &Rights, reach: &Reach, key: Key, action: &str) -> Result<(), EngineError> {
        let view = self.view();
        let row = view.row(key.0, key.1).map_err(failed("read a record"))?.ok_or(EngineError::NotFound)?;
        // What cannot be seen is not there; what this unit made itself can.
        let made = self.originals.get(&key).is_some_and(Option::is_none);
        if !made && !view.within(rights.reach(key.0, Capability::Read), key.0, &row)? {
            return Err(EngineError::NotFound);
        }
        if view.within(reach, key.0, &row)? {
            return Ok(());
        }
        Err(forbidden(action, &self.prepared.entity(key.0).name))
    }

    /// Refuses a record that would be where the caller may not put it.
    pub(crate) fn check_rights(&self, key: Key, staged: &Staged, new: &Row) -> Result<(), EngineError> {
        let Some(rights) = &self.sight else { return Ok(()) };
        let direct = staged.place.as_deref() == Some("");
        if !direct && rights.entity(key.0).follows_parent() {
            return Ok(());
        }
        let (reach, action) = match (&staged.old, staged.moved) {
            (None, _) => (rights.reach(key.0, Capability::Create), Capability::Create.name()),
            // A transition may well take a record out of reach: that is what some are for.
            (Some(_), true) => return Ok(()),
            (Some(_), false) => (rights.reach(key.0, Capability::Update), Capability::Update.name()),
        };
        if self.view().within(reach, key.0, new)? {
            return Ok(());
        }
        Err(forbidden(action, &self.prepared.entity(key.0).name))
    }
}

fn forbidden(action: &str, entity: &str) -> EngineError {
    EngineError::Forbidden { capability: format!("{action} {entity}") }
}
