//! Which fields are shown, may be changed, and must be filled in.

use std::borrow::Cow;

use crate::conduct::{Verdict, Written, read_only, stamps};
use crate::expression::{EvaluateError, Hop, Scope};
use crate::field_types::Invalid;
use crate::model::{EntityIndex, FieldIndex};
use crate::value::Value;

impl Written<'_> {
    /// Whether a field is shown in the record as it will be.
    pub fn is_visible(&self, field: FieldIndex) -> Result<bool, EvaluateError> {
        self.is_shown(field, self.new)
    }

    fn is_shown(&self, field: FieldIndex, record: &dyn Scope) -> Result<bool, EvaluateError> {
        match &self.field(field).visible {
            Some(visible) => self.holds(visible, record),
            None => Ok(true),
        }
    }

    /// Whether a person may change a field, by its own condition: if it holds in the record as it was or as it will be, since either order of
    /// two changes is a fair one.
    pub fn is_editable(&self, field: FieldIndex) -> Result<bool, EvaluateError> {
        let Some(editable) = &self.field(field).editable else { return Ok(true) };
        let Some(old) = self.old else {
            // A new record has no past yet: `created_at = null` is how a dictionary says "at creation only".
            let unborn = Unborn { record: self.new, stamps: stamps(self.definition()).collect() };
            return self.holds(editable, &unborn);
        };
        match self.holds(editable, old) {
            Ok(true) => Ok(true),
            Ok(false) => self.holds(editable, self.new),
            Err(EvaluateError::Unknown) if matches!(self.holds(editable, self.new), Ok(true)) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// Whether a person gave a field that they may not change.
    pub fn forbidden(&self, field: FieldIndex) -> Verdict {
        let guarded = self.field(field).editable.is_some() && self.given.contains(&field);
        if !guarded || self.wrong.contains(&field) || !self.changes(field)? || self.is_editable(field)? {
            return Ok(None);
        }
        Ok(Some(if self.old.is_none() {
            Invalid { code: "not_editable", ..read_only() }
        } else {
            Invalid::new(
                "not_editable",
                "Ce champ ne peut pas être changé dans l'état actuel de la fiche.",
                "This field cannot be changed as the record stands.",
            )
        }))
    }

    /// Whether the record must have the field: it is required, or its number, which a new one will be given.
    pub fn is_needed(&self, field: FieldIndex) -> bool {
        let definition = self.field(field);
        let is_number = definition.name == "code" && self.definition().code.is_some();
        if is_number { self.old.is_some() } else { definition.required }
    }

    /// Whether a field that is needed has nothing. A hidden one need not have: nobody could fill it in. One that had nothing before, though needed
    /// and shown, does not stop another change: the requirement is younger than the record.
    pub fn missing(&self, field: FieldIndex) -> Verdict {
        if self.wrong.contains(&field) || !self.is_needed(field) || !self.is_missing(field)? {
            return Ok(None);
        }
        Ok(Some(Invalid::new("required", "Ce champ est obligatoire.", "This field is required.")))
    }

    fn is_missing(&self, index: FieldIndex) -> Result<bool, EvaluateError> {
        let field = self.field(index);
        if field.kind.is_virtual() {
            let child = field.options.of.as_deref().and_then(|of| self.dictionary.entity_index(of));
            let by = child.zip(field.options.by.as_deref());
            let by = by.and_then(|(child, by)| Some((child, self.dictionary.entities[child].index(by)?)));
            let Some((child, by)) = by else { return Ok(false) };
            return Ok(!self.new.has_children(child, by)? && self.is_visible(index)?);
        }
        // What a formula leaves empty is nobody's omission.
        if field.computed.is_some() {
            return Ok(false);
        }
        if !self.new.field(index)?.is_null() || !self.is_visible(index)? {
            return Ok(false);
        }
        match self.old {
            Some(old) => Ok(!old.field(index)?.is_null() || !self.is_shown(index, old)?),
            None => Ok(true),
        }
    }
}

/// A new record before anybody wrote it down.
struct Unborn<'a> {
    record: &'a dyn Scope,
    stamps: Vec<FieldIndex>,
}

impl Scope for Unborn<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        if self.stamps.contains(&field) { Ok(Cow::Owned(Value::Null)) } else { self.record.field(field) }
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        if self.stamps.contains(&hop.field) { Ok(None) } else { self.record.follow(hop) }
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        self.record.children(entity, by)
    }

    fn has_children(&self, entity: EntityIndex, by: FieldIndex) -> Result<bool, EvaluateError> {
        self.record.has_children(entity, by)
    }
}
