//! Rows made into what a caller reads: titles, virtual computed fields, what comes along, and nothing secret.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dictionary::expression::Typed;
use dictionary::label::Label;
use dictionary::model::{EntityIndex, FieldIndex, Sort};
use dictionary::{Language, RecordId, Value, related};
use rights::{Capability, Level, Reach, masked};
use store::Row;

use crate::error::{EngineError, FieldProblem, failed};
use crate::query::{Expand, Expanded, Record, Related};
use crate::view::View;
use crate::write::input::unknown_field;

/// Levels of records brought along at most.
const EXPAND_DEPTH_MAX: usize = 5;
/// Lines brought along at most in one read.
pub(crate) const LINES_MAX: u32 = 100_000;
/// Parents whose lines are asked for in one query.
pub(crate) const PARENTS_PER_QUERY: usize = 400;

/// What comes along with one record.
#[derive(Debug, Clone, Default)]
struct Along {
    expanded: BTreeMap<FieldIndex, Expanded>,
    related: BTreeMap<String, Related>,
}

/// Makes records of rows, for someone who reads a language.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) view: View<'a>,
    pub(crate) language: Language,
}

impl Reader<'_> {
    /// The records of these rows, in the same order. Costs a few queries per branch of what is read, not per row.
    pub(crate) fn records(
        &self,
        entity: EntityIndex,
        rows: Vec<Arc<Row>>,
        expand: &[Expand],
    ) -> Result<Vec<Record>, EngineError> {
        self.at_depth(entity, rows, expand, 0)
    }

    pub(crate) fn at_depth(
        &self,
        entity: EntityIndex,
        rows: Vec<Arc<Row>>,
        expand: &[Expand],
        depth: usize,
    ) -> Result<Vec<Record>, EngineError> {
        let known = &self.view.prepared.entities[entity];
        let fetched = failed("read what records refer to");
        self.view.prefetch(&rows, &known.title_reads).map_err(fetched)?;
        self.view.prefetch(&rows, &known.virtual_reads).map_err(failed("read what records refer to"))?;
        let along = self.along(entity, &rows, expand, depth)?;
        let records = rows.into_iter().zip(along).map(|(row, Along { expanded, related })| {
            let title = self.view.title(entity, &row, self.language)?;
            let dictionary = self.view.known().clone();
            let colour = self.colour(entity, &row)?;
            let not = self.not(entity, &row)?;
            let row = self.shown(entity, row)?;
            let sensitive = known.sensitive.iter().copied();
            let sensitive = sensitive
                .filter(|field| self.view.level(entity, *field) >= Level::Read && !row.get(*field).is_null());
            self.view.cache.show(entity, row.id(), sensitive.collect());
            Ok(Record { dictionary, entity, row, title, colour, not, expanded, related })
        });
        records.collect()
    }

    /// The name of the first rule of colours that holds.
    fn colour(&self, entity: EntityIndex, row: &Arc<Row>) -> Result<Option<String>, EngineError> {
        for rule in &self.view.known().entities[entity].list.colours {
            if self.view.evaluate(&rule.when, entity, row)? == Value::Boolean(true) {
                return Ok(Some(rule.name.clone()));
            }
        }
        Ok(None)
    }

    /// What whoever reads may do to others of the entity but not to this one.
    fn not(&self, entity: EntityIndex, row: &Row) -> Result<Vec<String>, EngineError> {
        let Some(rights) = self.view.sight else { return Ok(Vec::new()) };
        let own = rights.entity(entity);
        let changes = [Capability::Update, Capability::Delete];
        let changes = changes.into_iter().map(|one| (one.name(), own.reach(one)));
        let states = self.view.prepared.entity(entity).states.as_ref();
        let moves = states.into_iter().flat_map(|states| &states.transitions);
        let moves = moves.map(|one| (one.name.as_str(), own.transition(&one.name)));
        let mut not = Vec::new();
        for (name, reach) in changes.chain(moves) {
            if matches!(reach, Reach::When(_)) && !self.view.within(reach, entity, row)? {
                not.push(name.to_owned());
            }
        }
        Ok(not)
    }

    /// The row with its virtual computed fields, without its secrets.
    fn shown(&self, entity: EntityIndex, row: Arc<Row>) -> Result<Arc<Row>, EngineError> {
        let known = &self.view.prepared.entities[entity];
        if known.virtuals.is_empty() && known.secrets.is_empty() && self.view.sight.is_none() {
            return Ok(row);
        }
        let definition = self.view.prepared.entity(entity);
        let mut values = Vec::with_capacity(known.virtuals.len());
        for field in &known.virtuals {
            if self.view.level(entity, *field) < Level::Read {
                continue;
            }
            if let Some(computed) = &definition.fields[*field].computed {
                values.push((*field, self.view.evaluate(&computed.formula, entity, &row)?));
            }
        }
        let mut shown = Row::clone(&row);
        values.into_iter().for_each(|(field, value)| shown.0[field] = value);
        known.secrets.iter().for_each(|field| shown.0[*field] = Value::Null);
        if let Some(rights) = self.view.sight {
            for (field, level) in rights.entity(entity).levels().iter().enumerate() {
                match level {
                    Level::Hidden => shown.0[field] = Value::Null,
                    Level::Masked => {
                        shown.0[field] = masked(definition.fields[field].kind.name(), &shown.0[field]);
                    }
                    Level::Read | Level::Write => {}
                }
            }
        }
        Ok(Arc::new(shown))
    }

    fn along(
        &self,
        entity: EntityIndex,
        rows: &[Arc<Row>],
        expand: &[Expand],
        depth: usize,
    ) -> Result<Vec<Along>, EngineError> {
        let mut all = vec![Along::default(); rows.len()];
        let definition = &self.view.known().entities[entity];
        // A related field brings a record alone: nothing lies deeper.
        let is_related = |wanted: &&Expand| {
            definition.field(&wanted.field).is_some_and(|field| field.kind.name() == related::TYPE)
        };
        if let Some(wanted) = expand.iter().find(|wanted| !is_related(wanted))
            && depth >= EXPAND_DEPTH_MAX
        {
            let message = Label::new(
                &format!("On ne peut pas développer plus de {EXPAND_DEPTH_MAX} niveaux."),
                &format!("No more than {EXPAND_DEPTH_MAX} levels can be expanded."),
            );
            let field = wanted.field.clone();
            return Err(EngineError::Validation(vec![FieldProblem { field, code: "too_deep", message }]));
        }
        for wanted in expand {
            if let Some(pick) = &wanted.pick {
                let found = self.related(entity, rows, wanted, pick, depth)?;
                all.iter_mut().zip(found).for_each(|(into, one)| {
                    into.related.insert(wanted.field.clone(), one);
                });
                continue;
            }
            let (field, found) = self.branch(entity, rows, wanted, depth)?;
            all.iter_mut().zip(found).for_each(|(into, one)| {
                into.expanded.insert(field, one);
            });
        }
        Ok(all)
    }

    /// What one `expand` brings, row by row.
    fn branch(
        &self,
        entity: EntityIndex,
        rows: &[Arc<Row>],
        wanted: &Expand,
        depth: usize,
    ) -> Result<(FieldIndex, Vec<Expanded>), EngineError> {
        let prepared = self.view.prepared;
        let definition = &self.view.known().entities[entity];
        let refuse = |code, message| {
            let field = wanted.field.clone();
            EngineError::Validation(vec![FieldProblem { field, code, message }])
        };
        let Some(index) = definition.index(&wanted.field) else {
            return Err(refuse("unknown_field", unknown_field(definition, &wanted.field)));
        };
        let options = &definition.fields[index].options;
        let entity_of =
            |name: &Option<String>| name.as_deref().and_then(|n| prepared.dictionary.entity_index(n));
        if definition.fields[index].kind.name() == related::TYPE {
            return Ok((index, self.named(index, rows, depth)?));
        }
        if let Some(target) = entity_of(&options.to) {
            return Ok((index, self.references(index, target, rows, &wanted.expand, depth)?));
        }
        let child = entity_of(&options.of);
        let by = child.zip(options.by.as_deref()).and_then(|(c, by)| prepared.entity(c).index(by));
        match child.zip(by) {
            Some((child, by)) => Ok((index, self.lines(child, by, rows, &wanted.expand, depth)?)),
            None => Err(refuse(
                "not_expandable",
                Label::new(
                    "Ce champ n'est ni une référence ni des lignes.",
                    "This field is neither a reference nor lines.",
                ),
            )),
        }
    }

    fn references(
        &self,
        field: FieldIndex,
        target: EntityIndex,
        rows: &[Arc<Row>],
        expand: &[Expand],
        depth: usize,
    ) -> Result<Vec<Expanded>, EngineError> {
        let ids = rows.iter().filter_map(|row| row.get(field).as_id()).collect();
        let targets = self.view.rows(target, ids).map_err(failed("read what records refer to"))?;
        let targets = self.view.seen(target, targets)?;
        let records = self.at_depth(target, targets, expand, depth + 1)?;
        let by_id: HashMap<RecordId, Record> =
            records.into_iter().map(|record| (record.row.id(), record)).collect();
        let one = |row: &Arc<Row>| {
            let record = row.get(field).as_id().and_then(|id| by_id.get(&id));
            Expanded::One(record.map(|record| Box::new(record.clone())))
        };
        Ok(rows.iter().map(one).collect())
    }

    /// The records that a related field names, as far as a reader may know of them, with nothing of their own brought along.
    fn named(
        &self,
        field: FieldIndex,
        rows: &[Arc<Row>],
        depth: usize,
    ) -> Result<Vec<Expanded>, EngineError> {
        let prepared = self.view.prepared;
        let key = |row: &Arc<Row>| {
            let (entity, id) = related::named(row.get(field))?;
            let entity = prepared.entity_index(entity)?;
            related::can_be_named(&self.view.known().entities[entity]).then_some((entity, id))
        };
        let mut wanted: BTreeMap<EntityIndex, Vec<RecordId>> = BTreeMap::new();
        rows.iter().filter_map(key).for_each(|(entity, id)| wanted.entry(entity).or_default().push(id));
        let mut found: HashMap<(EntityIndex, RecordId), Record> = HashMap::new();
        for (entity, ids) in wanted {
            let targets = self.view.rows(entity, ids).map_err(failed("read related records"))?;
            let targets = self.view.seen(entity, targets)?;
            let records = self.at_depth(entity, targets, &[], depth + 1)?;
            found.extend(records.into_iter().map(|record| ((entity, record.row.id()), record)));
        }
        let one = |row: &Arc<Row>| {
            let record = key(row).and_then(|key| found.get(&key));
            Expanded::One(record.map(|record| Box::new(record.clone())))
        };
        Ok(rows.iter().map(one).collect())
    }

    fn lines(
        &self,
        child: EntityIndex,
        by: FieldIndex,
        rows: &[Arc<Row>],
        expand: &[Expand],
        depth: usize,
    ) -> Result<Vec<Expanded>, EngineError> {
        let order: &[Sort] = self.view.own_order(child);
        let seen = self.view.condition(child);
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id()).collect();
        let mut found: HashMap<RecordId, Vec<Record>> = HashMap::new();
        for part in ids.chunks(PARENTS_PER_QUERY) {
            let filter = self.view.reference_is(child, by, part);
            let filters: Vec<&Typed> = seen.iter().chain([&filter]).collect();
            let lines = self.view.select(child, &filters, order, LINES_MAX).map_err(failed("read lines"))?;
            let lines = lines.into_iter().map(Arc::new).collect();
            for record in self.at_depth(child, lines, expand, depth + 1)? {
                if let Some(parent) = record.row.get(by).as_id() {
                    found.entry(parent).or_default().push(record);
                }
            }
        }
        Ok(ids.iter().map(|id| Expanded::Many(found.remove(id).unwrap_or_default())).collect())
    }
}
