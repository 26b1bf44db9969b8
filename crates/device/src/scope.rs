//! Records as expressions see them: those being written, those known beside them, and nothing else.

use std::borrow::Cow;

use dictionary::conduct;
use dictionary::describe::is_unknown;
use dictionary::expression::{EvaluateError, Hop, Scope, evaluate};
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::{RecordId, Value};

use crate::draft::{DraftIndex, ROOT, Writing};

/// Which of its two moments a record being written is seen at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Old,
    New,
}

#[derive(Debug, Clone, Copy)]
enum At {
    Draft(DraftIndex, Moment),
    Known(EntityIndex, RecordId),
}

/// A record.
pub(crate) struct Here<'w> {
    writing: &'w Writing<'w>,
    at: At,
}

const UNKNOWN: EvaluateError = EvaluateError::Unknown;

impl<'w> Here<'w> {
    /// One being written.
    pub(crate) fn draft(writing: &'w Writing<'_>, draft: DraftIndex, moment: Moment) -> Here<'w> {
        Here { writing, at: At::Draft(draft, moment) }
    }

    fn entity(&self) -> EntityIndex {
        match self.at {
            At::Draft(draft, _) => self.writing.drafts[draft].entity,
            At::Known(entity, _) => entity,
        }
    }

    /// A field of a record being written, as it will be.
    fn new_field(&self, number: DraftIndex, index: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        let draft = &self.writing.drafts[number];
        let entity = &self.writing.dictionary.entities[draft.entity];
        let field = &entity.fields[index];
        let before = || match &draft.old {
            Some(old) => old[index].as_ref().map(Cow::Borrowed).ok_or(UNKNOWN),
            None => Ok(Cow::Owned(Value::Null)),
        };
        if field.system && index != ID && field.name != "code" {
            let is_stamp = field.name != "version";
            let by_somebody = field.name.ends_with("_by");
            return match (&draft.old, self.writing.is_beginning) {
                (_, true) => before(),
                (Some(_), false) if field.name.starts_with("created") => before(),
                // A change has a moment and an author; whether there will be one is not known yet.
                (Some(_), false) if is_stamp => Err(UNKNOWN),
                (None, false) if by_somebody => {
                    Ok(Cow::Owned(self.writing.context.me.map_or(Value::Null, Value::Id)))
                }
                (None, false) if is_stamp => Err(UNKNOWN),
                _ => before(),
            };
        }
        let Some(computed) = &field.computed else {
            return draft.row[index].as_ref().map(Cow::Borrowed).ok_or(UNKNOWN);
        };
        if self.writing.is_beginning {
            return before();
        }
        let value = evaluate(&computed.formula, self, &self.writing.context)?;
        let value = if computed.stored {
            conduct::kept(field, value, &self.writing.field_context(field))
        } else {
            value
        };
        Ok(Cow::Owned(value))
    }

    /// A field of a record that is not being written.
    fn known_field(
        &self,
        entity: EntityIndex,
        id: RecordId,
        index: FieldIndex,
    ) -> Result<Cow<'_, Value>, EvaluateError> {
        let field = &self.writing.dictionary.entities[entity].fields[index];
        let is_moving = field.name == "version" || field.name.starts_with("updated_");
        if (field.system && is_moving) || (field.computed.is_some() && self.writing.is_shaken(entity, index))
        {
            return Err(UNKNOWN);
        }
        let row = self.writing.known.get(&(entity, id)).ok_or(UNKNOWN)?;
        row[index].as_ref().map(Cow::Borrowed).ok_or(UNKNOWN)
    }

    fn boxed(&self, at: At) -> Box<dyn Scope + '_> {
        Box::new(Here { writing: self.writing, at })
    }
}

impl Scope for Here<'_> {
    fn field(&self, index: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        if is_unknown(&self.writing.dictionary.entities[self.entity()].fields[index]) {
            return Err(UNKNOWN);
        }
        match self.at {
            At::Draft(draft, Moment::New) => self.new_field(draft, index),
            At::Draft(draft, Moment::Old) => {
                let old = self.writing.drafts[draft].old.as_ref().ok_or(UNKNOWN)?;
                old[index].as_ref().map(Cow::Borrowed).ok_or(UNKNOWN)
            }
            At::Known(entity, id) => self.known_field(entity, id, index),
        }
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        let Some(id) = self.field(hop.field)?.as_id() else { return Ok(None) };
        let written = self.writing.drafts.iter().position(|draft| draft.entity == hop.to && draft.id == id);
        Ok(Some(match written {
            Some(draft) => self.boxed(At::Draft(draft, Moment::New)),
            None => self.boxed(At::Known(hop.to, id)),
        }))
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        let At::Draft(number, _) = self.at else { return Err(UNKNOWN) };
        let draft = &self.writing.drafts[number];
        let is_new = draft.old.is_none();
        if self.writing.is_beginning {
            // Nothing refers yet to a record that is being put together; what a record of lines has while they are is not ours to say.
            let is_last = number + 1 == self.writing.drafts.len();
            return if is_new && is_last { Ok(Vec::new()) } else { Err(UNKNOWN) };
        }
        if number == ROOT {
            let fields = &self.writing.dictionary.entities[draft.entity].fields;
            let lines = self.writing.lines.iter().find(|(field, drafts)| {
                let options = &fields[**field].options;
                let of = options.of.as_deref().and_then(|of| self.writing.dictionary.entity_index(of));
                let same_by = options.by.as_deref()
                    == Some(self.writing.dictionary.entities[entity].fields[by].name.as_str());
                of == Some(entity)
                    && same_by
                    && drafts.iter().all(|line| self.writing.drafts[*line].by == Some(by))
            });
            if let Some((_, drafts)) = lines {
                return Ok(drafts.iter().map(|line| self.boxed(At::Draft(*line, Moment::New))).collect());
            }
        }
        // Nobody knows the id of a record that is not there yet, so nothing refers to it.
        if is_new { Ok(Vec::new()) } else { Err(UNKNOWN) }
    }
}

impl Writing<'_> {
    /// Whether a computed field of another record may change with what is written: it reads records of one of the entities written.
    fn is_shaken(&self, entity: EntityIndex, field: FieldIndex) -> bool {
        if let Some(known) = self.shaken.borrow().get(&(entity, field)) {
            return *known;
        }
        let Some(computed) = &self.dictionary.entities[entity].fields[field].computed else { return false };
        let is_written = |of: EntityIndex| self.drafts.iter().any(|draft| draft.entity == of);
        let mut shaken = is_unknown_formula(computed);
        for (of, read) in conduct::read_by(entity, &computed.formula) {
            shaken |= is_written(of) || self.is_shaken(of, read);
        }
        self.shaken.borrow_mut().insert((entity, field), shaken);
        shaken
    }
}

/// Whether a formula came without its text: nobody knows what it reads.
fn is_unknown_formula(computed: &dictionary::model::Computed) -> bool {
    computed.formula.source.is_empty()
}
