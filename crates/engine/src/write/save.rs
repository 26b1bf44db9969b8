//! Staging what a draft makes of a record.

use std::collections::BTreeSet;
use std::sync::Arc;

use dictionary::conduct::{self, read_only};
use dictionary::model::{FieldIndex, ID};
use dictionary::{Label, Value};
use rights::{Capability, Level};
use store::Row;

use crate::draft::{Draft, Input, LineDraft};
use crate::error::{EngineError, failed};
use crate::view::{Key, evaluation_fault};
use crate::write::input::{Verdict, unknown_field};
use crate::write::problems::Problems;
use crate::write::session::Session;
use crate::write::staging::Staged;

/// What became of the fields of a draft.
#[derive(Default)]
struct Applied {
    given: BTreeSet<FieldIndex>,
    wrong: BTreeSet<FieldIndex>,
    lines: Vec<(FieldIndex, Vec<LineDraft>)>,
}

impl Session<'_> {
    /// Stages a new record, its lines included.
    pub(crate) fn stage_create(
        &mut self,
        key: Key,
        draft: Draft,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let entity = prepared.entity(key.0);
        let taken = self.view().row(key.0, key.1).map_err(failed("read a record"))?.is_some();
        if taken || self.originals.contains_key(&key) {
            let message = Label::new("Cet identifiant est déjà pris.", "This id is already taken.");
            problems.add(place, "id", "duplicate", message);
            return Ok(());
        }
        let mut row = Row(vec![Value::Null; entity.fields.len()]);
        row.0[ID] = Value::Id(key.1);
        let mut applied = self.apply_draft(key, draft, None, &mut row, place, problems)?;
        for (index, field) in entity.fields.iter().enumerate() {
            if applied.given.contains(&index) {
                continue;
            }
            let view = self.view();
            let default = conduct::default_of(field, &view.scope(key.0, &row), &self.context);
            let Some(value) = default.map_err(evaluation_fault)? else { continue };
            match self.read_input(key.0, index, Input::Value(value))? {
                Ok(value) => row.0[index] = value,
                // `me()` of somebody who has no record here.
                Err(_) if field.kind.name() == "reference" => {}
                Err(invalid) => {
                    applied.wrong.insert(index);
                    problems.add_invalid(place, &field.name, invalid);
                }
            }
        }
        self.initial_state(key.0, &mut row, applied.given.contains(&self.state_field(key.0).unwrap_or(ID)));
        let numbered = problems.is_empty() && self.number(key.0, &mut row)?;
        self.stage(
            key,
            Staged {
                old: None,
                new: Some(Arc::new(row)),
                place: Some(place.to_owned()),
                given: applied.given,
                wrong: applied.wrong,
                numbered,
                ..Staged::default()
            },
        )?;
        for (field, lines) in applied.lines {
            self.stage_lines(key, field, lines, place, problems)?;
        }
        Ok(())
    }

    /// Stages changes of a record, its lines included.
    pub(crate) fn stage_update(
        &mut self,
        key: Key,
        draft: Draft,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let old =
            self.view().row(key.0, key.1).map_err(failed("read a record"))?.ok_or(EngineError::NotFound)?;
        self.may_touch(key, Capability::Update, place.is_empty())?;
        let mut row = Row::clone(&old);
        let applied = self.apply_draft(key, draft, Some(&old), &mut row, place, problems)?;
        self.stage(
            key,
            Staged {
                old: Some(old),
                new: Some(Arc::new(row)),
                place: Some(place.to_owned()),
                given: applied.given,
                wrong: applied.wrong,
                ..Staged::default()
            },
        )?;
        for (field, lines) in applied.lines {
            self.stage_lines(key, field, lines, place, problems)?;
        }
        Ok(())
    }

    /// Sets in `row` what a draft gives, and notes what is wrong with it.
    fn apply_draft(
        &self,
        key: Key,
        draft: Draft,
        old: Option<&Row>,
        row: &mut Row,
        place: &str,
        problems: &mut Problems,
    ) -> Result<Applied, EngineError> {
        let known = self.known().clone();
        let entity = &known.entities[key.0];
        let mut applied = Applied::default();
        for (name, input) in draft.fields {
            let Some(index) = entity.index(&name) else {
                problems.add(place, &name, "unknown_field", unknown_field(entity, &name));
                continue;
            };
            let field = &entity.fields[index];
            if let (Input::Lines(_), true) = (&input, field.options.of.is_some()) {
                if self.level(key.0, index) < Level::Write {
                    problems.add_invalid(place, &name, read_only());
                    continue;
                }
                if let Input::Lines(lines) = input {
                    applied.lines.push((index, lines));
                }
                continue;
            }
            if index == ID && old.is_none() && input == Input::Value(Value::Id(key.1)) {
                continue;
            }
            let value = match self.read_input(key.0, index, input)? {
                Ok(value) => value,
                Err(invalid) => {
                    applied.given.insert(index);
                    applied.wrong.insert(index);
                    problems.add_invalid(place, &name, invalid);
                    continue;
                }
            };
            match self.verdict(key.0, index, &value, old)? {
                Verdict::Set => {
                    applied.given.insert(index);
                    row.0[index] = value;
                }
                Verdict::Ignore => {}
                Verdict::Refuse => problems.add_invalid(place, &name, read_only()),
            }
        }
        Ok(applied)
    }
}
