//! Computed fields and search texts, kept right when what they are made from changes.

use std::sync::Arc;

use dictionary::compile::{Step, Target};
use dictionary::label::Label;
use dictionary::model::FieldIndex;
use dictionary::{RecordId, Value, conduct};
use store::Row;

use crate::error::{EngineError, failed};
use crate::search_text::search_text;
use crate::view::Key;
use crate::write::problems::Problems;
use crate::write::session::Session;
use crate::write::staging::{RECORDS_MAX, Staged};

impl Session<'_> {
    /// Stages a record, within the bound of one operation.
    pub(crate) fn stage(&mut self, key: Key, staged: Staged) -> Result<(), EngineError> {
        if self.staging.len() >= RECORDS_MAX {
            return Err(too_many());
        }
        self.staging.put(key, staged);
        Ok(())
    }

    /// Stamps what is staged, marks what depends on it, and computes the fields of what is staged itself.
    pub(crate) fn settle(&mut self) -> Result<(), EngineError> {
        for key in self.staging.keys() {
            self.stamp(key);
            self.mark_changes(key)?;
        }
        let mut from = 0;
        while let Some(rank) = self.outdated.next_rank(from) {
            let entity = self.prepared.dictionary.compute_order()[rank].0;
            let staged = self.staging.keys().into_iter().filter(|key| key.0 == entity);
            for key in staged.collect::<Vec<_>>() {
                if self.outdated.contains(rank, key.1) {
                    self.compute(rank, key.1)?;
                }
            }
            from = rank + 1;
        }
        Ok(())
    }

    /// Refreshes everything marked, whichever record it belongs to.
    pub(crate) fn refresh(&mut self) -> Result<(), EngineError> {
        self.refresh_with(true)
    }

    /// As [`Session::refresh`], without asking rules: what a new dictionary computes is not the fault of whoever applies it.
    pub(crate) fn refresh_unchecked(&mut self) -> Result<(), EngineError> {
        self.refresh_with(false)
    }

    fn refresh_with(&mut self, checked: bool) -> Result<(), EngineError> {
        if self.outdated.is_empty() {
            return Ok(());
        }
        match self.stage_refresh(checked) {
            Ok(()) => {
                self.outdated.keep();
                self.write_out()?;
            }
            Err(refusal) => {
                self.staging.take();
                self.outdated.undo();
                return Err(refusal);
            }
        }
        let prepared = self.prepared.clone();
        for key in self.outdated.searches() {
            let entity = prepared.entity(key.0);
            if let Some(row) = self.tx.get(entity, key.1).map_err(failed("read a record"))? {
                let text = search_text(&self.view(), key.0, &row)?;
                self.tx
                    .index(entity, key.1, text.as_deref())
                    .map_err(failed("refresh the search text of a record"))?;
            }
            self.outdated.clear_search(key);
        }
        self.outdated.keep();
        Ok(())
    }

    fn stage_refresh(&mut self, checked: bool) -> Result<(), EngineError> {
        while let Some(rank) = self.outdated.next_rank(0) {
            for id in self.outdated.at(rank) {
                self.compute(rank, id)?;
            }
        }
        for key in self.outdated.rules() {
            self.outdated.clear_rules(key);
            let row = self.view().row(key.0, key.1).map_err(failed("read a record"))?;
            if let Some(row) = row.filter(|_| checked) {
                let (old, new) = (Some(row.clone()), Some(row));
                self.stage(key, Staged { old, new, touched: true, ..Staged::default() })?;
            }
        }
        let mut problems = Problems::default();
        if checked {
            self.check(&mut problems)?;
        }
        problems.into_result()
    }

    /// Says who changes a staged record and when; expressions may read it.
    fn stamp(&mut self, key: Key) {
        let system = self.prepared.entities[key.0].system;
        let (at, by) = (Value::DateTime(self.context.now), self.actor());
        let Some(staged) = self.staging.get_mut(key) else { return };
        let created = staged.old.is_none();
        let Some(new) = &mut staged.new else { return };
        if staged.old.as_ref().is_some_and(|old| old == new) {
            return;
        }
        let row = Arc::make_mut(new);
        if created {
            row.0[system.created_at] = at.clone();
            row.0[system.created_by] = by.clone();
        }
        row.0[system.updated_at] = at;
        row.0[system.updated_by] = by;
    }

    /// Marks what a staged record makes out of date, and its own computed fields if it is new.
    fn mark_changes(&mut self, key: Key) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let Some(staged) = self.staging.get(key) else { return Ok(()) };
        let is_new = staged.old.is_none();
        let rows = [&staged.old, &staged.new];
        let counted = prepared.entities[key.0].counted_by.iter().flat_map(|(by, parent)| {
            let ids = rows.into_iter().flatten().filter_map(|row| row.get(*by).as_id());
            ids.map(|id| (*parent, id))
        });
        let counted: Vec<Key> = counted.filter(|parent| self.staging.get(*parent).is_none()).collect();
        let fields = 0..prepared.entity(key.0).fields.len();
        let changed: Vec<FieldIndex> = fields.filter(|field| staged.changes(*field)).collect();
        for field in changed {
            self.mark_dependents(key, field)?;
        }
        counted.into_iter().for_each(|parent| self.outdated.mark_rules(parent));
        if is_new {
            for field in &prepared.entities[key.0].computed {
                if let Some(rank) = prepared.rank(key.0, *field) {
                    self.outdated.mark(rank, key.1);
                }
            }
        }
        Ok(())
    }

    /// Marks what a change of one field of a staged record makes out of date.
    fn mark_dependents(&mut self, key: Key, field: FieldIndex) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        for dependent in prepared.dictionary.dependents(key.0, field) {
            for id in self.reached(key, &dependent.route)? {
                match dependent.target {
                    Target::Computed(computed) => {
                        if let Some(rank) = prepared.rank(dependent.entity, computed) {
                            self.outdated.mark(rank, id);
                        }
                    }
                    Target::Search => self.outdated.mark_search((dependent.entity, id)),
                }
            }
        }
        Ok(())
    }

    /// Records at the end of a route from a staged record.
    fn reached(&self, key: Key, route: &[Step]) -> Result<Vec<RecordId>, EngineError> {
        let view = self.view();
        let (mut at, mut ids) = (key.0, vec![key.1]);
        for (number, step) in route.iter().enumerate() {
            let mut next = Vec::new();
            match *step {
                Step::ReferredBy { entity, field } => {
                    // Whatever refers to a record that begins or ends now is staged itself, and its reference changes.
                    let staged = self.staging.get(key);
                    if number == 0
                        && staged.is_some_and(|staged| staged.old.is_none() || staged.new.is_none())
                    {
                        return Ok(Vec::new());
                    }
                    for id in ids {
                        let rows = view
                            .children(entity, field, id)
                            .map_err(failed("read what depends on a record"))?;
                        next.extend(rows.iter().map(|row| row.id()));
                    }
                    at = entity;
                }
                Step::Follow { field, to } if number == 0 => {
                    let staged = self.staging.get(key);
                    let rows = staged.into_iter().flat_map(|staged| [&staged.old, &staged.new]).flatten();
                    next.extend(rows.filter_map(|row| row.get(field).as_id()));
                    at = to;
                }
                Step::Follow { field, to } => {
                    for id in ids {
                        let row = view.row(at, id).map_err(failed("read what depends on a record"))?;
                        next.extend(row.and_then(|row| row.get(field).as_id()));
                    }
                    at = to;
                }
            }
            next.sort_unstable();
            next.dedup();
            if next.len() > RECORDS_MAX {
                return Err(too_many());
            }
            ids = next;
        }
        Ok(ids)
    }

    /// Computes one field of one record, stages it if it differs, and marks what depends on it in turn.
    fn compute(&mut self, rank: usize, id: RecordId) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let (entity, index) = prepared.dictionary.compute_order()[rank];
        self.outdated.clear(rank, id);
        let field = &prepared.entity(entity).fields[index];
        let Some(computed) = &field.computed else { return Ok(()) };
        let Some(row) = self.view().row(entity, id).map_err(failed("read a record"))? else { return Ok(()) };
        let value = self.view().evaluate(&computed.formula, entity, &row)?;
        let value = conduct::kept(field, value, &self.field_context(field));
        if *row.get(index) == value {
            return Ok(());
        }
        let key = (entity, id);
        match self.staging.get_mut(key).and_then(|staged| staged.new.as_mut()) {
            Some(new) => {
                drop(row); // so that nothing is copied
                Arc::make_mut(new).0[index] = value;
            }
            None => {
                let mut new = Row::clone(&row);
                new.0[index] = value;
                self.stage(key, Staged { old: Some(row), new: Some(Arc::new(new)), ..Staged::default() })?;
            }
        }
        self.stamp(key);
        self.mark_dependents(key, index)
    }
}

/// The refusal of a change that reaches too far.
pub(crate) fn too_many() -> EngineError {
    EngineError::TooMany {
        message: Label::new(
            &format!(
                "Ce changement toucherait plus de {RECORDS_MAX} fiches à la fois : procédez par parties."
            ),
            &format!("This change would touch more than {RECORDS_MAX} records at once: do it in parts."),
        ),
    }
}
