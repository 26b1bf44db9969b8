//! Records that refer to those being read, filtered, sorted and cut for each of them.

use std::collections::HashMap;
use std::sync::Arc;

use dictionary::expression::{AggregateFunction, Names, Typed};
use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex, Sort};
use dictionary::{RecordId, Value};
use rights::Capability;
use store::{Aggregation, Figure, Grouping, Row, Select};

use crate::error::{EngineError, FieldProblem, failed};
use crate::query::{Expand, Pick, Record, Related};
use crate::records::{LINES_MAX, PARENTS_PER_QUERY, Reader};

impl Reader<'_> {
    /// What was picked, row by row.
    pub(crate) fn related(
        &self,
        entity: EntityIndex,
        rows: &[Arc<Row>],
        wanted: &Expand,
        pick: &Pick,
        depth: usize,
    ) -> Result<Vec<Related>, EngineError> {
        if pick.dictionary.hash != self.view.prepared.dictionary.hash {
            return Err(EngineError::Outdated);
        }
        let (child, by) = self.referring(entity, &wanted.field)?;
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id()).collect();
        let found = match pick.top {
            // Each has a limit of its own.
            Some(top) => self.first_of_each(child, by, &ids, pick, top)?,
            None => self.all_of(child, by, &ids, pick)?,
        };
        let mut records: HashMap<RecordId, Vec<Record>> = HashMap::new();
        for record in self.at_depth(child, found, &wanted.expand, depth + 1)? {
            if let Some(parent) = record.row.get(by).as_id() {
                records.entry(parent).or_default().push(record);
            }
        }
        let counts = if pick.count { Some(self.counts(child, by, &ids, pick)?) } else { None };
        let related = ids.iter().map(|id| {
            let mut records = records.remove(id).unwrap_or_default();
            if pick.top.is_none() {
                records.drain(..records.len().min(pick.skip as usize));
            }
            let count = counts.as_ref().map(|counts| counts.get(id).copied().unwrap_or_default());
            Related { records, count }
        });
        Ok(related.collect())
    }

    /// The entity, and its reference, that a name stands for beside a record of `entity`.
    fn referring(&self, entity: EntityIndex, name: &str) -> Result<(EntityIndex, FieldIndex), EngineError> {
        let prepared = self.view.prepared;
        let dictionary = self.view.known();
        let definition = &dictionary.entities[entity];
        let found = match definition.field(name) {
            Some(field) => {
                let child = field.options.of.as_deref().and_then(|of| dictionary.entity_index(of));
                child
                    .zip(field.options.by.as_deref())
                    .and_then(|(child, by)| Some((child, prepared.entity(child).index(by)?)))
            }
            None => dictionary
                .collection_index(name)
                .filter(|other| !dictionary.entities[*other].internal)
                .and_then(|other| match dictionary.references(other, entity).as_slice() {
                    [(by, _)] => Some((other, *by)),
                    _ => None,
                }),
        };
        found.ok_or_else(|| {
            let message = Label::new(
                "Ceci n'est ni un champ de lignes, ni une liste dont les fiches ont une seule référence ici.",
                "This is neither a lines field nor a list whose records have one reference here.",
            );
            EngineError::Validation(vec![FieldProblem {
                field: name.to_owned(),
                code: "not_expandable",
                message,
            }])
        })
    }

    fn all_of(
        &self,
        child: EntityIndex,
        by: FieldIndex,
        ids: &[RecordId],
        pick: &Pick,
    ) -> Result<Vec<Arc<Row>>, EngineError> {
        let mut all = Vec::new();
        for part in ids.chunks(PARENTS_PER_QUERY) {
            let left = LINES_MAX - u32::try_from(all.len()).unwrap_or(LINES_MAX);
            let rows = self.picked(child, by, part, pick, left + 1)?;
            all.extend(rows);
            bounded(all.len())?;
        }
        Ok(all)
    }

    fn first_of_each(
        &self,
        child: EntityIndex,
        by: FieldIndex,
        ids: &[RecordId],
        pick: &Pick,
        top: u32,
    ) -> Result<Vec<Arc<Row>>, EngineError> {
        let mut all = Vec::new();
        if top == 0 {
            return Ok(all);
        }
        for id in ids {
            let limit = top.saturating_add(pick.skip).min(LINES_MAX + 1);
            let rows = self.picked(child, by, &[*id], pick, limit)?;
            bounded(rows.len())?;
            all.extend(rows.into_iter().skip(pick.skip as usize));
            bounded(all.len())?;
        }
        Ok(all)
    }

    /// Rows that refer to these records, in the order of the pick.
    fn picked(
        &self,
        child: EntityIndex,
        by: FieldIndex,
        ids: &[RecordId],
        pick: &Pick,
        limit: u32,
    ) -> Result<Vec<Arc<Row>>, EngineError> {
        let referring = self.view.reference_is(child, by, ids);
        let own: &[Sort] = self.view.own_order(child);
        let order = if pick.order.is_empty() { own } else { &pick.order };
        let guarded = self.view.guarded((child, Capability::Read), &pick.filters, None, order)?;
        let (filters, order) = match &guarded {
            Some(guarded) => (&guarded.filters, &guarded.order[..]),
            None => (&pick.filters, order),
        };
        let filters: Vec<&Typed> = filters.iter().chain([&referring]).collect();
        let rows = self.view.select(child, &filters, order, limit).map_err(failed("read related records"))?;
        Ok(rows.into_iter().map(Arc::new).collect())
    }

    fn counts(
        &self,
        child: EntityIndex,
        by: FieldIndex,
        ids: &[RecordId],
        pick: &Pick,
    ) -> Result<HashMap<RecordId, u64>, EngineError> {
        let key = self.view.reference(child, by);
        let guarded = self.view.guarded((child, Capability::Read), &pick.filters, None, &[])?;
        let filters = guarded.as_ref().map_or(&pick.filters, |guarded| &guarded.filters);
        let mut counts = HashMap::new();
        for part in ids.chunks(PARENTS_PER_QUERY) {
            let referring = self.view.reference_is(child, by, part);
            let select = Select {
                entity: self.view.prepared.entity(child),
                filters: filters.iter().chain([&referring]).collect(),
                search: None,
                order: &[],
                after: None,
                limit: 0,
                context: self.view.context,
                timeout_ms: self.view.timeout_ms,
            };
            let count = Aggregation { function: AggregateFunction::Count, body: None };
            let limit = u32::try_from(part.len()).unwrap_or(u32::MAX);
            let grouping = Grouping { keys: vec![&key], figures: vec![Figure::Of(count)], limit };
            let groups = self
                .view
                .snapshot()
                .and_then(|snapshot| snapshot.group(&self.view.prepared.dictionary, &select, &grouping));
            for group in groups.map_err(failed("count related records"))? {
                if let [Value::Id(id), Value::Integer(count)] = group.as_slice() {
                    counts.insert(*id, u64::try_from(*count).unwrap_or_default());
                }
            }
        }
        Ok(counts)
    }
}

fn bounded(count: usize) -> Result<(), EngineError> {
    if count <= LINES_MAX as usize {
        return Ok(());
    }
    Err(EngineError::TooMany {
        message: Label::new(
            &format!("Plus de {LINES_MAX} fiches liées : demandez-en moins, ou filtrez-les."),
            &format!("More than {LINES_MAX} related records: ask for fewer, or filter them."),
        ),
    })
}
