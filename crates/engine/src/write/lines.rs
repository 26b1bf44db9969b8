//! Lines: records written whole with the one they belong to.

use std::collections::HashSet;

use dictionary::model::FieldIndex;
use dictionary::{Label, RecordId, Value};
use rights::Capability;

use crate::draft::{Input, LineDraft};
use crate::error::{EngineError, failed};
use crate::view::Key;
use crate::write::problems::Problems;
use crate::write::session::Session;

impl Session<'_> {
    /// Stages the whole of a `lines` field: lines with an id are changed, those without created, the absent deleted.
    pub(crate) fn stage_lines(
        &mut self,
        parent: Key,
        field: FieldIndex,
        lines: Vec<LineDraft>,
        place: &str,
        problems: &mut Problems,
    ) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let definition = &prepared.entity(parent.0).fields[field];
        let child = definition.options.of.as_deref().and_then(|of| prepared.dictionary.entity_index(of));
        let by = child.zip(definition.options.by.as_deref()).and_then(|(c, by)| prepared.entity(c).index(by));
        let (Some(child), Some(by)) = (child, by) else { return Ok(()) };
        let by_name = &prepared.entity(child).fields[by].name;

        let present = self.view().children(child, by, parent.1).map_err(failed("read lines"))?;
        let present: HashSet<RecordId> = present.iter().map(|row| row.id()).collect();
        let kept: HashSet<RecordId> = lines.iter().filter_map(|line| line.id).collect();
        for gone in present.difference(&kept) {
            self.may_touch((child, *gone), Capability::Delete, false)?;
            self.stage_delete((child, *gone))?;
        }
        // Ids that rise, so that lines made together stay in the order they were given in.
        let mut fresh: Vec<RecordId> =
            lines.iter().filter(|line| line.id.is_none()).map(|_| self.new_id(child)).collect();
        fresh.sort_unstable();
        let mut fresh = fresh.into_iter();
        let mut seen = HashSet::new();
        for (number, mut line) in lines.into_iter().enumerate() {
            let place = format!("{place}{}[{number}].", definition.name);
            let Some(id) = line.id.or_else(|| fresh.next()) else { continue };
            if !seen.insert(id) {
                let message = Label::new("Cette ligne est donnée deux fois.", "This line is given twice.");
                problems.add(&place, "id", "duplicate", message);
                continue;
            }
            let own = Input::Value(Value::Id(parent.1));
            if line.draft.fields.remove(by_name).is_some_and(|given| given != own) {
                let message = Label::new(
                    "Une ligne ne peut pas passer à une autre fiche.",
                    "A line cannot move to another record.",
                );
                problems.add(&place, by_name, "not_its_line", message);
                continue;
            }
            if present.contains(&id) {
                self.stage_update((child, id), line.draft, &place, problems)?;
            } else {
                line.draft.fields.insert(by_name.clone(), own);
                self.stage_create((child, id), line.draft, &place, problems)?;
            }
        }
        Ok(())
    }
}
