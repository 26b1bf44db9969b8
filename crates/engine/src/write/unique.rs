//! Unique keys: said on the field before the store has to refuse.

use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex, UniqueKey};
use dictionary::{Language, Value};
use store::{Row, StoreError};

use crate::error::{EngineError, FieldProblem, failed};
use crate::view::Key;
use crate::write::problems::Problems;
use crate::write::session::Session;
use crate::write::staging::Staged;

impl Session<'_> {
    /// Checks the unique keys of which a staged record changes a field.
    pub(crate) fn check_uniques(
        &self,
        key: Key,
        staged: &Staged,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let Some(new) = &staged.new else { return Ok(()) };
        let entity = self.prepared.entity(key.0);
        let code = self.prepared.entities[key.0].system.code;
        for unique in &entity.uniques {
            let complete = unique.fields.iter().all(|f| !new.get(*f).is_null() && !staged.wrong.contains(f));
            let numbered = staged.numbered && code.is_some_and(|code| unique.fields == [code]);
            let changed = !numbered && unique.fields.iter().any(|field| staged.changes(*field));
            if complete && changed && self.is_taken(key, new, unique)? {
                let field = &entity.fields[unique.fields[0]].name;
                problems.add(place, field, "duplicate", self.taken(key.0, unique));
            }
        }
        Ok(())
    }

    fn is_taken(&self, key: Key, new: &Row, unique: &UniqueKey) -> Result<bool, EngineError> {
        let same = |row: &Row| unique.fields.iter().all(|field| row.get(*field) == new.get(*field));
        let mut staged = self.staging.of(key.0).filter_map(|staged| staged.new.as_ref());
        if staged.any(|row| row.id() != key.1 && same(row)) {
            return Ok(true);
        }
        let rows = match unique.fields[..] {
            // An import looks for the key of each row before it makes it.
            [field] if self.is_known_absent(key.0, field, new.get(field)) => Vec::new(),
            [field] => {
                let found = self.tx.find(self.prepared.entity(key.0), field, new.get(field));
                found.map_err(failed("check a unique value"))?.into_iter().collect()
            }
            _ => {
                let view = self.view();
                let filter = |field: &FieldIndex| view.field_is(key.0, *field, new.get(*field));
                let filters: Vec<_> = unique.fields.iter().map(filter).collect();
                let filters: Vec<_> = filters.iter().collect();
                view.select(key.0, &filters, &[], 2).map_err(failed("check a unique key"))?
            }
        };
        // A staged record that held the value holds another now, or the search above would have found it.
        Ok(rows.iter().any(|row| row.id() != key.1 && self.staging.get((key.0, row.id())).is_none()))
    }

    fn is_known_absent(&self, entity: EntityIndex, field: FieldIndex, value: &Value) -> bool {
        let absent = self.absent.borrow();
        absent.as_ref().is_some_and(|(e, f, v)| (*e, *f) == (entity, field) && v == value)
    }

    fn taken(&self, entity: EntityIndex, unique: &UniqueKey) -> Label {
        if let Some(message) = &unique.message {
            return message.clone();
        }
        let entity = self.prepared.entity(entity);
        let names = |language: Language| {
            let labels = unique.fields.iter().map(|field| entity.fields[*field].label.text(language));
            labels.collect::<Vec<_>>().join(", ")
        };
        Label::new(
            &format!("Une autre fiche a déjà cette valeur ({}).", names(Language::Fr)),
            &format!("Another record already has this value ({}).", names(Language::En)),
        )
    }

    /// What the store refused at a write.
    pub(crate) fn write_fault(
        &self,
        entity: EntityIndex,
        fault: StoreError,
        action: &'static str,
    ) -> EngineError {
        let StoreError::Duplicate { key, .. } = &fault else {
            return EngineError::Store { action, source: fault };
        };
        let definition = self.prepared.entity(entity);
        match definition.uniques.iter().find(|unique| unique.name == *key) {
            Some(unique) => EngineError::Validation(vec![FieldProblem {
                field: definition.fields[unique.fields[0]].name.clone(),
                code: "duplicate",
                message: self.taken(entity, unique),
            }]),
            None => EngineError::Store { action, source: fault },
        }
    }
}
