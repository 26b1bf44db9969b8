//! What every record must hold before it is written: required fields, editable fields, states, rules, unique keys.

use dictionary::conduct::Written;
use dictionary::expression::Scope;
use journal::Origin;

use crate::error::EngineError;
use crate::view::{Key, evaluation_fault};
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
            let view = self.view();
            let (old, now) = (staged.old.as_ref().map(|old| view.scope(key.0, old)), view.scope(key.0, new));
            let written = self.written(key, staged, old.as_ref().map(|old| old as &dyn Scope), &now);
            if let Some(place) = &staged.place {
                self.check_rights(key, staged, new)?;
                self.check_fields(&written, place, problems)?;
                self.check_state(&written, staged.moved, place, problems)?;
            }
            self.check_rules(&written, staged, lines_are_wrong, problems)?;
            self.check_uniques(key, staged, staged.place.as_deref().unwrap_or_default(), problems)?;
        }
        Ok(())
    }

    /// A staged record as the dictionary judges it.
    fn written<'s>(
        &'s self,
        key: Key,
        staged: &'s Staged,
        old: Option<&'s dyn Scope>,
        new: &'s dyn Scope,
    ) -> Written<'s> {
        Written {
            dictionary: &self.prepared.dictionary,
            entity: key.0,
            context: &self.context,
            old,
            new,
            given: &staged.given,
            wrong: &staged.wrong,
        }
    }

    fn check_fields(
        &self,
        written: &Written<'_>,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        for (index, field) in written.definition().fields.iter().enumerate() {
            let missing = written.missing(index).map_err(evaluation_fault)?;
            let forbidden =
                if self.is_system() { None } else { written.forbidden(index).map_err(evaluation_fault)? };
            for invalid in missing.into_iter().chain(forbidden) {
                problems.add_invalid(place, &field.name, invalid);
            }
        }
        Ok(())
    }

    /// Checks the state that a staged record begins in, or the move that it makes.
    fn check_state(
        &self,
        written: &Written<'_>,
        moved: bool,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let Some(states) = &written.definition().states else { return Ok(()) };
        // What comes from elsewhere arrives in the state it had there.
        let open = self.is_system() || matches!(self.caller.origin, Origin::Import | Origin::Restore);
        if moved || (written.old.is_none() && open) {
            return Ok(());
        }
        if let Some(invalid) = written.wrong_state().map_err(evaluation_fault)? {
            problems.add_invalid(place, &written.definition().fields[states.field].name, invalid);
        }
        Ok(())
    }

    fn check_rules(
        &self,
        written: &Written<'_>,
        staged: &Staged,
        lines_are_wrong: bool,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let place = staged.place.as_deref().unwrap_or_default();
        for rule in &written.definition().rules {
            if !written.breaks(rule, lines_are_wrong).map_err(evaluation_fault)? {
                continue;
            }
            // A record that changes as a consequence answers for what the consequence broke, not for what was broken before.
            let consequence = staged.place.is_none() && !staged.touched;
            if !(consequence && written.broke(rule).map_err(evaluation_fault)?) {
                problems.add(place, rule.field.as_deref().unwrap_or_default(), "rule", rule.message.clone());
            }
        }
        Ok(())
    }
}
