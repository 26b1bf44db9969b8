//! Rows as expressions, titles and checks see them: those of a snapshot, beneath what a unit of work is about to write.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use dictionary::expression::{
    BinaryOperator, EvaluateError, Hop, Node, Path, Scope, Span, Type, Typed, evaluate,
};
use dictionary::model::{EntityIndex, FieldIndex, Sort};
use dictionary::{Language, RecordId, Value, related, title};
use rights::{Level, Rights};
use store::{Context, Row, Select, Snapshot, StoreError};

use crate::accesses::Shown;
use crate::error::EngineError;
use crate::prepared::{Prepared, Reads};
use crate::write::staging::{Outdated, Staging};

/// Rows that a cache keeps at most; past that it starts afresh.
const CACHED_ROWS_MAX: usize = 20_000;
/// Ids asked of a store in one query.
const IDS_PER_QUERY: usize = 400;

/// A record: its entity and id.
pub(crate) type Key = (EntityIndex, RecordId);

/// A record as the parent of others: their entity, their reference, and its id.
type Parent = (EntityIndex, FieldIndex, RecordId);

/// Rows already read. Belongs to one snapshot or one unit of work.
#[derive(Default)]
pub(crate) struct Cache {
    rows: RefCell<HashMap<Key, Option<Arc<Row>>>>,
    children: RefCell<HashMap<Parent, Vec<Arc<Row>>>>,
    /// Sensitive values that are about to be shown.
    shown: RefCell<Vec<Shown>>,
}

impl Cache {
    /// Remembers that sensitive values of a record are about to be shown.
    pub(crate) fn show(&self, entity: EntityIndex, record: RecordId, fields: Vec<FieldIndex>) {
        if !fields.is_empty() {
            self.shown.borrow_mut().push((entity, record, fields));
        }
    }

    /// What is about to be shown.
    pub(crate) fn take_shown(&self) -> Vec<Shown> {
        self.shown.take()
    }

    /// Remembers a row, or that there is none.
    pub(crate) fn put(&self, key: Key, row: Option<Arc<Row>>) {
        let mut rows = self.rows.borrow_mut();
        if rows.len() >= CACHED_ROWS_MAX {
            rows.clear();
        }
        rows.insert(key, row);
    }
}

/// What a unit of work has done or is about to do, and no snapshot shows yet.
#[derive(Clone, Copy)]
pub(crate) struct Ahead<'a> {
    pub(crate) staging: &'a Staging,
    pub(crate) outdated: &'a Outdated,
}

/// Rows of one moment.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) prepared: &'a Prepared,
    /// `None` when nothing but the row at hand is read.
    pub(crate) snapshot: Option<&'a dyn Snapshot>,
    pub(crate) cache: &'a Cache,
    pub(crate) context: &'a Context,
    pub(crate) ahead: Option<Ahead<'a>>,
    /// Bound of one query, milliseconds; 0 for none.
    pub(crate) timeout_ms: u64,
    /// What whoever reads may see; all when `None`. Expressions then see no more, and titles with them.
    pub(crate) sight: Option<&'a Rights>,
}

impl<'a> View<'a> {
    /// Of all that is there.
    pub(crate) fn of(
        snapshot: &'a dyn Snapshot,
        prepared: &'a Prepared,
        context: &'a Context,
        cache: &'a Cache,
    ) -> View<'a> {
        View { prepared, snapshot: Some(snapshot), cache, context, ahead: None, timeout_ms: 0, sight: None }
    }

    /// Where rows are read from.
    pub(crate) fn snapshot(&self) -> Result<&'a dyn Snapshot, StoreError> {
        self.snapshot.ok_or_else(|| StoreError::Database {
            action: "read what a record refers to",
            source: "only the record itself is at hand".into(),
        })
    }

    /// The row of a record.
    pub(crate) fn row(&self, entity: EntityIndex, id: RecordId) -> Result<Option<Arc<Row>>, StoreError> {
        if let Some(staged) = self.ahead.and_then(|ahead| ahead.staging.get((entity, id))) {
            return Ok(staged.new.clone());
        }
        if let Some(known) = self.cache.rows.borrow().get(&(entity, id)) {
            return Ok(known.clone());
        }
        let row = self.snapshot()?.get(self.prepared.entity(entity), id)?.map(Arc::new);
        self.cache.put((entity, id), row.clone());
        Ok(row)
    }

    /// Rows whose reference `by` is the record `id`.
    pub(crate) fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
        id: RecordId,
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        if let (None, Some(known)) = (self.ahead, self.cache.children.borrow().get(&(entity, by, id))) {
            return Ok(known.clone());
        }
        self.children_at_most(entity, by, id, u32::MAX)
    }

    /// As [`View::children`], reading at most so many of the store.
    pub(crate) fn children_at_most(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
        id: RecordId,
        limit: u32,
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        let is_new = self.is_new_parent(entity, by, id);
        let stored = if is_new { None } else { Some(self.reference_is(entity, by, &[id])) };
        self.rows_where(entity, stored.as_ref(), limit, |row| row.get(by).as_id() == Some(id))
    }

    /// Rows of `entity` whose field `by`, a reference or a related record, names `record`; reads at most so many of the store.
    pub(crate) fn naming_at_most(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
        record: Key,
        limit: u32,
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        if self.prepared.entity(entity).fields[by].kind.name() != related::TYPE {
            return self.children_at_most(entity, by, record.1, limit);
        }
        let value = related::value(&self.prepared.entity(record.0).name, record.1);
        let stored = self.field_is(entity, by, &value);
        self.rows_where(entity, Some(&stored), limit, |row| *row.get(by) == value)
    }

    /// Rows of the store that hold `stored`, none without it, and those ahead that hold `holds`, which says the same.
    fn rows_where(
        &self,
        entity: EntityIndex,
        stored: Option<&Typed>,
        limit: u32,
        holds: impl Fn(&Row) -> bool,
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        let found = match stored {
            Some(condition) => self.select(entity, &[condition], &[], limit)?,
            None => Vec::new(),
        };
        let mut rows: Vec<Arc<Row>> = found.into_iter().map(Arc::new).collect();
        if let Some(ahead) = self.ahead {
            rows.retain(|row| ahead.staging.get((entity, row.id())).is_none());
            let staged = ahead.staging.of(entity).filter_map(|staged| staged.new.clone());
            rows.extend(staged.filter(|row| holds(row)));
        }
        Ok(rows)
    }

    /// Whether `id`, to which the reference `by` leads, is being created: the store has no row that refers to it, since references are to records
    /// that exist. (System fields may name somebody who left.)
    fn is_new_parent(&self, entity: EntityIndex, by: FieldIndex, id: RecordId) -> bool {
        let Some(ahead) = self.ahead else { return false };
        let field = &self.prepared.entity(entity).fields[by];
        let parent = field.options.to.as_deref().filter(|_| !field.system);
        let parent = parent.and_then(|to| self.prepared.entity_index(to));
        parent.and_then(|parent| ahead.staging.get((parent, id))).is_some_and(|staged| staged.old.is_none())
    }

    /// Rows of an entity in the store, what is ahead apart.
    pub(crate) fn select(
        &self,
        entity: EntityIndex,
        filters: &[&Typed],
        order: &[Sort],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let select = Select {
            entity: self.prepared.entity(entity),
            filters: filters.to_vec(),
            search: None,
            order,
            after: None,
            limit,
            context: self.context,
            timeout_ms: self.timeout_ms,
        };
        self.snapshot()?.select(&self.prepared.dictionary, &select)
    }

    /// The condition that a reference is one of these records.
    pub(crate) fn reference_is(&self, entity: EntityIndex, by: FieldIndex, ids: &[RecordId]) -> Typed {
        let path = self.reference(entity, by);
        let ty = path.ty.clone();
        let literal = |id: &RecordId| typed(Node::Literal(Value::Id(*id)), ty.clone());
        match ids {
            [id] => typed(
                Node::Binary(BinaryOperator::Equal, Box::new(path), Box::new(literal(id))),
                Type::Boolean,
            ),
            ids => typed(Node::In(Box::new(path), ids.iter().map(literal).collect()), Type::Boolean),
        }
    }

    /// A reference, as an expression.
    pub(crate) fn reference(&self, entity: EntityIndex, by: FieldIndex) -> Typed {
        let to = self.prepared.entity(entity).fields[by].options.to.clone();
        self.path(entity, by, Type::Reference(to.unwrap_or_default()))
    }

    /// The condition that a field equals a value.
    pub(crate) fn field_is(&self, entity: EntityIndex, field: FieldIndex, value: &Value) -> Typed {
        let definition = &self.prepared.entity(entity).fields[field];
        let ty = definition.kind.expression_type(&definition.options);
        let (path, literal) = (self.path(entity, field, ty.clone()), typed(Node::Literal(value.clone()), ty));
        typed(Node::Binary(BinaryOperator::Equal, Box::new(path), Box::new(literal)), Type::Boolean)
    }

    fn path(&self, entity: EntityIndex, field: FieldIndex, ty: Type) -> Typed {
        let names = self.prepared.entity(entity).fields[field].name.clone();
        typed(Node::Path(Path { names, hops: Vec::new(), entity, field, part: None }), ty)
    }

    /// What an expression about a row is worth.
    pub(crate) fn evaluate(
        &self,
        typed: &Typed,
        entity: EntityIndex,
        row: &Row,
    ) -> Result<Value, EngineError> {
        evaluate(typed, &self.scope(entity, row), self.context).map_err(evaluation_fault)
    }

    /// How a row is named.
    pub(crate) fn title(
        &self,
        entity: EntityIndex,
        row: &Row,
        language: Language,
    ) -> Result<String, EngineError> {
        title::render(&self.prepared.dictionary, entity, &self.scope(entity, row), self.context, language)
            .map_err(evaluation_fault)
    }

    /// A row as expressions see it.
    pub(crate) fn scope(&self, entity: EntityIndex, row: &'a Row) -> RecordScope<'a> {
        RecordScope { view: *self, entity, row: Held::Borrowed(row) }
    }

    /// Whether a condition about a row holds; null does not.
    pub(crate) fn holds(
        &self,
        condition: &Typed,
        entity: EntityIndex,
        row: &Row,
    ) -> Result<bool, EngineError> {
        Ok(self.evaluate(condition, entity, row)? == Value::Boolean(true))
    }

    /// Reads into the cache what `reads` lists for these rows, in one query per branch rather than one per row.
    pub(crate) fn prefetch(&self, rows: &[Arc<Row>], reads: &Reads) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        for ((field, to), beyond) in &reads.hops {
            let ids: Vec<RecordId> = rows.iter().filter_map(|row| row.get(*field).as_id()).collect();
            let reached = self.rows(*to, ids)?;
            self.prefetch(&reached, beyond)?;
        }
        for ((child, by), beyond) in &reads.children {
            let reached = self.prefetch_children(*child, *by, rows)?;
            self.prefetch(&reached, beyond)?;
        }
        Ok(())
    }

    /// The rows of those ids that exist, each once, through the cache.
    pub(crate) fn rows(
        &self,
        entity: EntityIndex,
        mut ids: Vec<RecordId>,
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.cache.rows.borrow().get(&(entity, id)) {
                Some(Some(row)) => found.push(row.clone()),
                Some(None) => {}
                None => missing.push(id),
            }
        }
        for part in missing.chunks(IDS_PER_QUERY) {
            let read = self.snapshot()?.get_many(self.prepared.entity(entity), part)?;
            for row in read.into_iter().map(Arc::new) {
                self.cache.put((entity, row.id()), Some(row.clone()));
                found.push(row);
            }
        }
        Ok(found)
    }

    fn prefetch_children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
        parents: &[Arc<Row>],
    ) -> Result<Vec<Arc<Row>>, StoreError> {
        let ids: Vec<RecordId> = parents.iter().map(|row| row.id()).collect();
        let mut all = Vec::new();
        for part in ids.chunks(IDS_PER_QUERY) {
            let filter = self.reference_is(entity, by, part);
            let mut known = self.cache.children.borrow_mut();
            part.iter().for_each(|id| {
                known.entry((entity, by, *id)).or_default().clear();
            });
            for row in self.select(entity, &[&filter], &[], u32::MAX)?.into_iter().map(Arc::new) {
                if let Some(parent) = row.get(by).as_id() {
                    known.entry((entity, by, parent)).or_default().push(row.clone());
                }
                all.push(row);
            }
        }
        Ok(all)
    }
}

fn typed(node: Node, ty: Type) -> Typed {
    Typed { node, ty, span: Span::default() }
}

/// A row at hand.
enum Held<'a> {
    Borrowed(&'a Row),
    Shared(Arc<Row>),
}

impl Deref for Held<'_> {
    type Target = Row;

    fn deref(&self) -> &Row {
        match self {
            Held::Borrowed(row) => row,
            Held::Shared(row) => row,
        }
    }
}

/// A record of a view, for expressions.
pub(crate) struct RecordScope<'a> {
    view: View<'a>,
    entity: EntityIndex,
    row: Held<'a>,
}

impl<'a> RecordScope<'a> {
    fn boxed(&self, entity: EntityIndex, row: Arc<Row>) -> Box<dyn Scope + 'a> {
        Box::new(RecordScope { view: self.view, entity, row: Held::Shared(row) })
    }
}

impl Scope for RecordScope<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        if self.view.level(self.entity, field) < Level::Read {
            return Ok(Cow::Owned(Value::Null));
        }
        if let Some(ahead) = self.view.ahead.filter(|ahead| !ahead.outdated.is_empty())
            && let Some(rank) = self.view.prepared.rank(self.entity, field)
            && ahead.outdated.contains(rank, self.row.id())
            && let Some(computed) = &self.view.prepared.entity(self.entity).fields[field].computed
        {
            // The row will have it at the end of the unit; whoever reads it before has it worked out now.
            return evaluate(&computed.formula, self, self.view.context).map(Cow::Owned);
        }
        Ok(Cow::Borrowed(self.row.get(field)))
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        let Some(id) = self.row.get(hop.field).as_id() else { return Ok(None) };
        let row = self.view.followed(self.entity, hop, id).map_err(unread)?;
        Ok(row.map(|row| self.boxed(hop.to, row)))
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        if self.view.level(entity, by) < Level::Read {
            return Ok(Vec::new());
        }
        let rows = self.view.children(entity, by, self.row.id()).map_err(EvaluateError::read)?;
        let rows = self.view.seen(entity, rows).map_err(unread)?;
        Ok(rows.into_iter().map(|row| self.boxed(entity, row)).collect())
    }

    fn has_children(&self, entity: EntityIndex, by: FieldIndex) -> Result<bool, EvaluateError> {
        if self.view.sight.is_some() {
            return Ok(!self.children(entity, by)?.is_empty());
        }
        let rows = self.view.children_at_most(entity, by, self.row.id(), 1).map_err(EvaluateError::read)?;
        Ok(!rows.is_empty())
    }
}

/// What could not be read, as a failure of an evaluation.
fn unread(error: EngineError) -> EvaluateError {
    match error {
        EngineError::Store { source, .. } => EvaluateError::read(source),
        other => EvaluateError::read(StoreError::Database {
            action: "read the records of an expression",
            source: other.to_string().into(),
        }),
    }
}

/// An evaluation fails only when the records it reads could not be read.
pub(crate) fn evaluation_fault(fault: EvaluateError) -> EngineError {
    let source = match fault {
        EvaluateError::Read(source) => source,
        unknown @ EvaluateError::Unknown => unknown.into(),
    };
    let source = match source.downcast::<StoreError>() {
        Ok(source) => *source,
        Err(source) => StoreError::Database { action: "read the records of an expression", source },
    };
    EngineError::Store { action: "evaluate an expression", source }
}
