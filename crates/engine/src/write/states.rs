//! State machines: where a new record starts, and which moves are allowed.

use std::sync::Arc;

use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex, States, Transition};
use dictionary::{Language, Value};
use journal::Origin;
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::Key;
use crate::write::problems::Problems;
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
        if let (Some(initial), false) = (&states.initial, given) {
            row.0[states.field] = Value::Text(initial.clone());
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
                message: self.no_way(key.0, states, from, &transition.to),
            });
        }
        if !self.allows(transition, key.0, &old)? {
            return Err(EngineError::Transition { message: not_yet(transition) });
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

    /// Checks the move that a staged record makes.
    pub(crate) fn check_state(
        &self,
        key: Key,
        staged: &Staged,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let Some(states) = &self.prepared.entity(key.0).states else { return Ok(()) };
        let Some(new) = &staged.new else { return Ok(()) };
        if staged.moved || staged.wrong.contains(&states.field) {
            return Ok(());
        }
        let field = &self.prepared.entity(key.0).fields[states.field];
        let to = new.get(states.field).as_text();
        let Some(old) = &staged.old else {
            // What comes from elsewhere arrives in the state it had there.
            let open = self.is_system() || matches!(self.caller.origin, Origin::Import | Origin::Restore);
            let initial = match (&states.initial, &field.default) {
                (Some(initial), _) => Value::Text(initial.clone()),
                (None, Some(default)) => self.view().evaluate(default, key.0, new)?,
                (None, None) => return Ok(()),
            };
            if !open && *new.get(states.field) != initial {
                let message = self.no_way(key.0, states, None, to.unwrap_or_default());
                problems.add(place, &field.name, "transition", message);
            }
            return Ok(());
        };
        let Some(from) = old.get(states.field).as_text().filter(|_| staged.changes(states.field)) else {
            return Ok(());
        };
        let moves = states
            .transitions
            .iter()
            .filter(|t| Some(t.to.as_str()) == to && t.from.iter().any(|f| f == from));
        let mut refusal = self.no_way(key.0, states, Some(from), to.unwrap_or_default());
        // The condition is about the record as it is sent on its way, other changes included.
        let mut before = Row::clone(new);
        before.0[states.field] = Value::from(from);
        for transition in moves {
            if self.allows(transition, key.0, &before)? {
                return Ok(());
            }
            refusal = not_yet(transition);
        }
        problems.add(place, &field.name, "transition", refusal);
        Ok(())
    }

    fn allows(&self, transition: &Transition, entity: EntityIndex, row: &Row) -> Result<bool, EngineError> {
        transition.require.as_ref().map_or(Ok(true), |require| self.view().holds(require, entity, row))
    }

    fn no_way(&self, entity: EntityIndex, states: &States, from: Option<&str>, to: &str) -> Label {
        let options = &self.prepared.entity(entity).fields[states.field].options;
        let list = options.list.as_ref().and_then(|name| self.prepared.dictionary.lists.get(name));
        let name = |tag: &str, language| {
            let value = list.and_then(|list| list.values.iter().find(|value| value.tag == tag));
            value.map_or(tag, |value| value.label.text(language)).to_owned()
        };
        let (fr, en) = (|tag| name(tag, Language::Fr), |tag| name(tag, Language::En));
        match from {
            Some(from) => Label::new(
                &format!("On ne passe pas de « {} » à « {} ».", fr(from), fr(to)),
                &format!("There is no way from “{}” to “{}”.", en(from), en(to)),
            ),
            None => Label::new(
                &format!("Une nouvelle fiche ne commence pas par « {} ».", fr(to)),
                &format!("A new record does not start as “{}”.", en(to)),
            ),
        }
    }
}

fn not_yet(transition: &Transition) -> Label {
    let label = &transition.label;
    Label::new(
        &format!(
            "« {} » n'est pas encore possible : la condition n'est pas remplie.",
            label.text(Language::Fr)
        ),
        &format!("“{}” is not possible yet: its condition does not hold.", label.text(Language::En)),
    )
}
