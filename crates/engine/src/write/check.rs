//! What every record must hold before it is written: required fields, editable fields, states, rules, unique keys.

use std::collections::HashSet;

use dictionary::expression::{Node, Typed};
use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::{Field, Value};
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::Key;
use crate::write::input::read_only;
use crate::write::problems::Problems;
use crate::write::session::Session;
use crate::write::staging::Staged;

impl Session<'_> {
    /// Checks everything staged, and adds what is wrong to `problems`.
    pub(crate) fn check(&self, problems: &mut Problems) -> Result<(), EngineError> {
        let lines_are_wrong = !problems.is_empty();
        for key in self.staging.keys() {
            let Some(staged) = self.staging.get(key) else { continue };
            let Some(new) = &staged.new else { continue };
            if let Some(place) = &staged.place {
                self.check_fields(key, staged, new, place, problems)?;
                self.check_state(key, staged, place, problems)?;
            }
            let place = staged.place.as_deref().unwrap_or_default();
            self.check_rules(key, staged, new, place, lines_are_wrong, problems)?;
            self.check_uniques(key, staged, place, problems)?;
        }
        Ok(())
    }

    fn check_fields(
        &self,
        key: Key,
        staged: &Staged,
        new: &Row,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        for (index, field) in self.prepared.entity(key.0).fields.iter().enumerate() {
            if staged.wrong.contains(&index) {
                continue;
            }
            // A numbered record always has its code: the system gave it one if nobody did.
            let needed = field.required || self.prepared.entities[key.0].system.code == Some(index);
            if needed && self.is_missing(key, index, field, staged, new)? {
                let message = Label::new("Ce champ est obligatoire.", "This field is required.");
                problems.add(place, &field.name, "required", message);
            }
            let guarded =
                field.editable.as_ref().filter(|_| staged.given.contains(&index) && !self.is_system());
            if let Some(editable) = guarded.filter(|_| staged.changes(index))
                && !self.is_editable(key.0, editable, staged, new)?
            {
                let message = Label::new(
                    "Ce champ ne peut pas être changé dans l'état actuel de la fiche.",
                    "This field cannot be changed as the record stands.",
                );
                let message = if staged.old.is_none() { read_only() } else { message };
                problems.add(place, &field.name, "not_editable", message);
            }
        }
        Ok(())
    }

    /// Whether a required field has nothing. A hidden one need not have: nobody could fill it in. One that had nothing before, though required
    /// and shown, does not stop another change: the requirement is younger than the record.
    fn is_missing(
        &self,
        key: Key,
        index: FieldIndex,
        field: &Field,
        staged: &Staged,
        new: &Row,
    ) -> Result<bool, EngineError> {
        let view = self.view();
        let shown =
            |row: &Row| field.visible.as_ref().map_or(Ok(true), |visible| view.holds(visible, key.0, row));
        if field.kind.is_virtual() {
            let child = field.options.of.as_deref().and_then(|of| self.prepared.dictionary.entity_index(of));
            let by = child.zip(field.options.by.as_deref());
            let by = by.and_then(|(child, by)| Some((child, self.prepared.entity(child).index(by)?)));
            let Some((child, by)) = by else { return Ok(false) };
            let lines = view.children_at_most(child, by, key.1, 1).map_err(failed("read lines"))?;
            return Ok(lines.is_empty() && shown(new)?);
        }
        // What a formula leaves empty is nobody's omission.
        if field.computed.is_some() {
            return Ok(false);
        }
        if !new.get(index).is_null() || !shown(new)? {
            return Ok(false);
        }
        match &staged.old {
            Some(old) => Ok(!old.get(index).is_null() || !shown(old)?),
            None => Ok(true),
        }
    }

    /// A field may be changed if it may in the record as it was or as it will be: either order of two changes is a fair one.
    fn is_editable(
        &self,
        entity: EntityIndex,
        editable: &Typed,
        staged: &Staged,
        new: &Row,
    ) -> Result<bool, EngineError> {
        let view = self.view();
        let Some(old) = &staged.old else {
            // A new record has no past yet: `created_at = null` is how a dictionary says "at creation only".
            let mut unborn = new.clone();
            let system = self.prepared.entities[entity].system;
            for field in [system.created_at, system.created_by, system.updated_at, system.updated_by] {
                unborn.0[field] = Value::Null;
            }
            return view.holds(editable, entity, &unborn);
        };
        Ok(view.holds(editable, entity, old)? || view.holds(editable, entity, new)?)
    }

    fn check_rules(
        &self,
        key: Key,
        staged: &Staged,
        new: &Row,
        place: &str,
        lines_are_wrong: bool,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let view = self.view();
        for rule in &self.prepared.entity(key.0).rules {
            let broken = |row: &Row| -> Result<bool, EngineError> {
                let applies = rule.when.as_ref().map_or(Ok(true), |when| view.holds(when, key.0, row))?;
                Ok(applies && !view.holds(&rule.require, key.0, row)?)
            };
            if !broken(new)? {
                continue;
            }
            let mut reads = LocalReads::default();
            rule.when.iter().for_each(|when| reads.add(when));
            reads.add(&rule.require);
            let unsure = reads.fields.iter().any(|field| staged.wrong.contains(field))
                || (reads.records && lines_are_wrong);
            // A record that changes as a consequence answers for what the consequence broke, not for what was broken before.
            let before = match (&staged.place, &staged.old) {
                (None, Some(old)) if !staged.touched => broken(old)?,
                _ => false,
            };
            if !unsure && !before {
                problems.add(place, rule.field.as_deref().unwrap_or_default(), "rule", rule.message.clone());
            }
        }
        Ok(())
    }
}

/// What an expression reads of its own record.
#[derive(Default)]
struct LocalReads {
    fields: HashSet<FieldIndex>,
    /// It reads records that refer to it.
    records: bool,
}

impl LocalReads {
    fn add(&mut self, typed: &Typed) {
        match &typed.node {
            Node::Literal(_) => {}
            Node::Path(path) => {
                self.fields.insert(path.hops.first().map_or(path.field, |hop| hop.field));
            }
            Node::Not(inner) | Node::Negate(inner) => self.add(inner),
            Node::Binary(_, left, right) => {
                self.add(left);
                self.add(right);
            }
            Node::In(item, among) => {
                self.add(item);
                among.iter().for_each(|one| self.add(one));
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|one| self.add(one)),
            Node::Aggregate(_) => self.records = true,
        }
    }
}
