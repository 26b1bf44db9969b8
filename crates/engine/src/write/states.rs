//! State machines: where a new record starts, and which moves are allowed.

use std::sync::Arc;

use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::{Value, conduct};
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::{Key, evaluation_fault};
use crate::write::session::Session;
use crate::write::staging::Staged;

impl Session<'_> {
    /// The field that an entity's state machine is on.
    pub(crate) fn state_field(&self, entity: EntityIndex) -> Option<FieldIndex> {
        self.prepared.entity(entity).states.as_ref().map(|states| states.field)
    }

    /// Puts a new record in its initial state, unless a state was given.
    pub(crate) fn initial_state(&self, entity: EntityIndex, row: &mut Row, given: bool) {
        let Some(states) = &self.prepared.entity(entity).states else { return };
        if let (Some(initial), false) = (conduct::initial_state(states), given) {
            row.0[states.field] = initial;
        }
    }

    /// Stages a transition by its name.
    pub(crate) fn stage_transition(&mut self, key: Key, name: &str) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let states = prepared.entity(key.0).states.as_ref().ok_or(EngineError::NotFound)?;
        let transition = states.transitions.iter().find(|t| t.name == name).ok_or(EngineError::NotFound)?;
        let old =
            self.view().row(key.0, key.1).map_err(failed("read a record"))?.ok_or(EngineError::NotFound)?;
        let from = old.get(states.field).as_text();
        if !from.is_some_and(|from| transition.from.iter().any(|tag| tag == from)) {
            return Err(EngineError::Transition {
                message: conduct::no_way(&prepared.dictionary, key.0, states, from, &transition.to),
            });
        }
        let view = self.view();
        if !conduct::is_allowed(transition, &view.scope(key.0, &old), &self.context)
            .map_err(evaluation_fault)?
        {
            return Err(EngineError::Transition { message: conduct::not_yet(transition) });
        }
        let mut row = Row::clone(&old);
        row.0[states.field] = Value::Text(transition.to.clone());
        self.stage(
            key,
            Staged {
                old: Some(old),
                new: Some(Arc::new(row)),
                place: Some(String::new()),
                moved: true,
                ..Staged::default()
            },
        )
    }
}
