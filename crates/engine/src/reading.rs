//! What an environment answers.

use std::sync::Arc;

use dictionary::expression::{Node, Typed};
use dictionary::model::{EntityIndex, Sort};
use dictionary::system::{ASSISTANCE, IMPERSONATION};
use dictionary::{RecordId, Value};
use journal::{Change, Entry, Operation, Position};
use rights::{Capability, Level, Power, Reach, Rights};
use store::{Keyset, Moment, Row, Select, Snapshot};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::keys::key_value;
use crate::personal;
use crate::prepared::Prepared;
use crate::query::{Expand, Page, Query, Record};
use crate::records::Reader;
use crate::view::{Cache, View};

/// Records of one page at most.
const PAGE_MAX: u32 = 10_000;
/// Records passed over at most: a page far away is reached by its key.
pub const SKIP_MAX: u32 = 10_000;
/// Records counted at most.
pub const COUNT_MAX: u64 = 10_000;
/// Entries handed out at once at most.
const ENTRIES_MAX: u32 = 10_000;

/// A moment of an environment, being read by somebody.
pub(crate) struct Reading<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) moment: &'a Moment,
    pub(crate) snapshot: &'a dyn Snapshot,
    pub(crate) reader: Reader<'a>,
    /// What the caller may see; all when `None`.
    pub(crate) sight: Option<Arc<Rights>>,
}

impl Environment {
    /// One record.
    ///
    /// Errors: `NotFound`.
    pub fn get(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
        expand: &[Expand],
    ) -> Result<Record, EngineError> {
        if expand.is_empty()
            && let Some(record) = self.at_hand(caller, entity, id)?
        {
            return Ok(record);
        }
        self.read(caller, 0, |reading| {
            let entity = reading.entity(caller, entity)?;
            let row = reading.reader.view.row(entity, id).map_err(failed("read a record"))?;
            reading.one(entity, row, expand)
        })
    }

    /// One record, if the store has its row in memory and nothing else need be read to show it.
    fn at_hand(&self, caller: &Caller, name: &str, id: RecordId) -> Result<Option<Record>, EngineError> {
        let prepared = self.shared.active.load();
        let entity = readable(&prepared, caller, name)?;
        let known = &prepared.entities[entity];
        let rights = (!prepared.lets_all(&caller.held)).then(|| prepared.rights(&caller.held));
        // A rule may ask other records: who may see it, and what may be done to it.
        if rights.as_ref().is_some_and(|rights| rights.entity(entity).has_rules()) {
            return Ok(None);
        }
        if !known.title_reads.is_empty() || !known.virtual_reads.is_empty() || !known.sensitive.is_empty() {
            return Ok(None);
        }
        let (dictionary, definition) = (&prepared.dictionary.hash, prepared.entity(entity));
        let Some(row) = self.shared.store.recent(dictionary, definition, id) else { return Ok(None) };
        let (cache, context) = (Cache::default(), self.shared.context(caller));
        let (prepared, cache, context) = (&**prepared, &cache, &context);
        let sight = rights.as_deref();
        let view = View { prepared, snapshot: None, cache, context, ahead: None, timeout_ms: 0, sight };
        let reader = Reader { view, language: caller.language };
        Ok(reader.records(entity, vec![row], &[])?.pop())
    }

    /// The record whose unique field (`code`, `siret`…) has that value, written as text.
    ///
    /// Errors: `NotFound`; `Validation` when the field is not a unique one.
    pub fn find(
        &self,
        caller: &Caller,
        entity: &str,
        key: &str,
        value: &str,
        expand: &[Expand],
    ) -> Result<Record, EngineError> {
        let zone = &self.shared.settings.zone;
        self.read(caller, 0, |reading| {
            let entity = reading.entity(caller, entity)?;
            let known = reading.reader.view.known();
            let (field, value) = key_value(known, entity, key, value, zone, caller.language)?;
            let row = match &value {
                Value::Null => None,
                Value::Id(id) if field == dictionary::model::ID => {
                    reading.reader.view.row(entity, *id).map_err(failed("read a record"))?
                }
                value => {
                    let found = reading.snapshot.find(reading.prepared.entity(entity), field, value);
                    found.map_err(failed("find a record"))?.map(Arc::new)
                }
            };
            reading.one(entity, row, expand)
        })
    }

    /// A page of a list.
    ///
    /// Errors: `NotFound` for the entity, `Validation` for what cannot be expanded, `Store` with a `Timeout`.
    pub fn list(&self, caller: &Caller, query: &Query) -> Result<Page, EngineError> {
        let timeout_ms = match query.timeout_ms {
            0 => self.shared.settings.query_timeout_ms,
            given => given,
        };
        self.read(caller, timeout_ms, |reading| reading.page(caller, query, timeout_ms))
    }

    /// Records that full-text search finds over every searchable entity: the best of each first.
    pub fn search(&self, caller: &Caller, text: &str, limit: u32) -> Result<Vec<Record>, EngineError> {
        if text.trim().is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        self.read(caller, self.shared.settings.query_timeout_ms, |reading| {
            let mut by_entity = Vec::new();
            for (entity, known) in reading.prepared.entities.iter().enumerate() {
                if !known.searchable {
                    continue;
                }
                let ids = reading.searched(entity, text, limit)?;
                if !ids.is_empty() {
                    by_entity.push((entity, ids.into_iter()));
                }
            }
            // Ranks of different entities cannot be compared: take turns.
            let mut found: Vec<(EntityIndex, RecordId)> = Vec::new();
            while found.len() < limit as usize && !by_entity.is_empty() {
                by_entity.retain_mut(|(entity, ids)| match ids.next() {
                    Some(id) => {
                        found.push((*entity, id));
                        true
                    }
                    None => false,
                });
            }
            found.truncate(limit as usize);
            reading.in_order(&found)
        })
    }

    /// Changes of one record, newest first; each entry holds that record's change only, `secret` fields removed. A deleted record keeps its history.
    ///
    /// Errors: `NotFound` when there never was such a record.
    pub fn history(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Entry>, EngineError> {
        self.read(caller, 0, |reading| {
            let index = reading.entity(caller, entity)?;
            let limit = limit.min(ENTRIES_MAX);
            let row = reading.reader.view.row(index, id).map_err(failed("read a record"))?;
            let seen = match &row {
                Some(row) => reading.reader.view.sees(index, row)?,
                // Of one that is no more its deletion tells what it was.
                None => reading.saw_last(index, entity, id)?,
            };
            if !seen {
                return Err(EngineError::NotFound);
            }
            let found = reading.snapshot.history(entity, id, before, limit);
            let mut entries = found.map_err(failed("read a record's history"))?;
            if entries.is_empty() && before.is_none() {
                row.ok_or(EngineError::NotFound)?;
            }
            entries.iter_mut().for_each(|entry| reading.hide_fields(entry));
            reading.show_changes(&entries);
            Ok(entries)
        })
    }

    /// Entries after a position, as this caller may see them: without `secret` fields, and without changes of records that they may not see, now or just
    /// before.
    pub fn entries(&self, caller: &Caller, after: Position, limit: u32) -> Result<Vec<Entry>, EngineError> {
        self.read(caller, 0, |reading| {
            let found = reading.snapshot.entries(after, limit.min(ENTRIES_MAX));
            let mut entries = found.map_err(failed("read the journal"))?;
            entries.iter_mut().try_for_each(|entry| reading.hide(caller, entry))?;
            reading.show_changes(&entries);
            Ok(entries)
        })
    }

    /// The value of a `secret` field, for Tisserand itself: to compare a password with its hash.
    ///
    /// Errors: `Forbidden` for anybody else, `NotFound` for the record or the field.
    pub fn secret(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
        field: &str,
    ) -> Result<Value, EngineError> {
        if caller.actor != journal::Actor::System {
            return Err(EngineError::Forbidden { capability: format!("read {entity}.{field}") });
        }
        self.read(caller, 0, |reading| {
            let entity = reading.entity(caller, entity)?;
            let field = reading.prepared.entity(entity).index(field).ok_or(EngineError::NotFound)?;
            let row = reading.reader.view.row(entity, id).map_err(failed("read a record"))?;
            Ok(row.ok_or(EngineError::NotFound)?.get(field).clone())
        })
    }

    pub(crate) fn read<T>(
        &self,
        caller: &Caller,
        timeout_ms: u64,
        work: impl FnOnce(&Reading<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let context = self.shared.context(caller);
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let (prepared, moment) = self.shared.prepared(&*snapshot)?;
        if !Arc::ptr_eq(&prepared, &self.shared.active.load()) {
            // Changed by another process: `dictionary()` must not lag behind what is read.
            self.shared.refresh()?;
        }
        let cache = Cache::default();
        let sight = self.shared.sight(caller, &prepared, &*snapshot, &moment, &context)?;
        let view = View {
            prepared: &prepared,
            snapshot: Some(&*snapshot),
            cache: &cache,
            context: &context,
            ahead: None,
            timeout_ms,
            sight: sight.as_deref(),
        };
        let reader = Reader { view, language: caller.language };
        let sight = sight.clone();
        let reading = Reading { prepared: &prepared, moment: &moment, snapshot: &*snapshot, reader, sight };
        let read = work(&reading)?;
        self.shared.accesses.note(caller, context.now, &prepared, cache.take_shown())?;
        Ok(read)
    }
}

/// The entity of that name, if the caller may read it.
fn readable(prepared: &Prepared, caller: &Caller, name: &str) -> Result<EntityIndex, EngineError> {
    let entity = prepared.entity_index(name).ok_or(EngineError::NotFound)?;
    let seen = prepared.lets_all(&caller.held) || prepared.rights(&caller.held).may(entity, Capability::Read);
    if seen { Ok(entity) } else { Err(EngineError::NotFound) }
}

impl Reading<'_> {
    /// The entity of that name, if the caller may read it.
    pub(crate) fn entity(&self, caller: &Caller, name: &str) -> Result<EntityIndex, EngineError> {
        readable(self.prepared, caller, name)
    }

    fn one(
        &self,
        entity: EntityIndex,
        row: Option<Arc<Row>>,
        expand: &[Expand],
    ) -> Result<Record, EngineError> {
        let row = row.ok_or(EngineError::NotFound)?;
        if !self.reader.view.sees(entity, &row)? {
            return Err(EngineError::NotFound);
        }
        self.reader.records(entity, vec![row], expand)?.pop().ok_or(EngineError::NotFound)
    }

    fn page(&self, caller: &Caller, query: &Query, timeout_ms: u64) -> Result<Page, EngineError> {
        if query.dictionary.as_ref().is_some_and(|known| known.hash != self.moment.dictionary) {
            return Err(EngineError::Outdated);
        }
        let entity = self.entity(caller, &query.entity)?;
        let definition = self.prepared.entity(entity);
        let view = &self.reader.view;
        let order: &[Sort] = if query.order.is_empty() { view.own_order(entity) } else { &query.order };
        let search = query.search.as_deref().filter(|words| !words.trim().is_empty());
        let guarded = view.guarded((entity, query.purpose), &query.filters, search, order)?;
        let (filters, order) = match &guarded {
            Some(guarded) => (&guarded.filters, &guarded.order[..]),
            None => (&query.filters, order),
        };
        let limit = query.limit.min(PAGE_MAX);
        let skip = query.skip.min(SKIP_MAX);
        let mut select = Select {
            entity: definition,
            filters: filters.iter().collect(),
            search,
            order,
            after: query.after.as_ref(),
            // One more tells whether another page follows.
            limit: limit + 1 + skip,
            context: self.reader.view.context,
            timeout_ms,
        };
        let Moment { position, epoch, .. } = *self.moment;
        let mut page = Page { position, epoch, ..Page::default() };
        if limit > 0 {
            let rows =
                self.snapshot.select(&self.prepared.dictionary, &select).map_err(failed("read a list"))?;
            let mut rows: Vec<Arc<Row>> = rows.into_iter().skip(skip as usize).map(Arc::new).collect();
            if rows.len() > limit as usize {
                rows.truncate(limit as usize);
                let paths: Vec<&Typed> = order.iter().map(|sort| &sort.path).collect();
                page.next = rows.last().map(|row| self.keyset(entity, row, &paths)).transpose()?;
            }
            page.records = self.reader.records(entity, rows, &query.expand)?;
        }
        if query.count {
            (select.after, select.order) = (None, &[]);
            let counted = self.snapshot.count(&self.prepared.dictionary, &select, COUNT_MAX + 1);
            let count = counted.map_err(failed("count a list"))?;
            page.count = Some((count.min(COUNT_MAX), count > COUNT_MAX));
        }
        Ok(page)
    }

    fn keyset(&self, entity: EntityIndex, row: &Row, paths: &[&Typed]) -> Result<Keyset, EngineError> {
        let value = |path: &&Typed| match &path.node {
            Node::Path(own) if own.hops.is_empty() && own.part.is_none() => Ok(row.get(own.field).clone()),
            // Guarded already, where it has to be.
            _ => self.reader.view.whole().evaluate(path, entity, row),
        };
        Ok(Keyset { values: paths.iter().map(value).collect::<Result<_, _>>()?, id: row.id() })
    }

    /// Records of several entities, in the order of their ids here.
    fn in_order(&self, found: &[(EntityIndex, RecordId)]) -> Result<Vec<Record>, EngineError> {
        let mut entities: Vec<EntityIndex> = found.iter().map(|(entity, _)| *entity).collect();
        entities.sort_unstable();
        entities.dedup();
        let mut read = std::collections::HashMap::new();
        for entity in entities {
            let ids = found.iter().filter(|(e, _)| *e == entity).map(|(_, id)| *id).collect();
            let rows = self.reader.view.rows(entity, ids).map_err(failed("read records"))?;
            let rows = self.reader.view.seen(entity, rows)?;
            for record in self.reader.records(entity, rows, &[])? {
                read.insert((entity, record.row.id()), record);
            }
        }
        Ok(found.iter().filter_map(|key| read.remove(key)).collect())
    }

    /// Ids of the records that full-text search finds, the best first.
    fn searched(&self, entity: EntityIndex, text: &str, limit: u32) -> Result<Vec<RecordId>, EngineError> {
        let (view, definition) = (&self.reader.view, self.prepared.entity(entity));
        let guarded = match view.guarded((entity, Capability::Read), &[], Some(text), &[])? {
            Some(guarded) if !guarded.filters.is_empty() => guarded,
            _ => return self.snapshot.search(definition, text, limit).map_err(failed("search")),
        };
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let select = Select {
            entity: definition,
            filters: guarded.filters.iter().collect(),
            search: Some(text),
            order: view.own_order(entity),
            after: None,
            limit,
            context: view.context,
            timeout_ms: view.timeout_ms,
        };
        let rows = self.snapshot.select(&self.prepared.dictionary, &select).map_err(failed("search"))?;
        Ok(rows.iter().map(Row::id).collect())
    }

    /// Whether the caller might see a record just before it was deleted.
    fn saw_last(&self, entity: EntityIndex, name: &str, id: RecordId) -> Result<bool, EngineError> {
        if self.reader.view.condition(entity).is_none() {
            return Ok(true);
        }
        let last = self.snapshot.history(name, id, None, 1).map_err(failed("read a record's history"))?;
        let deletion = last.into_iter().find_map(|entry| {
            let changes = entry.changes.unwrap_or_default();
            let deletion = changes.into_iter().find(|change| change.operation == Operation::Delete);
            deletion.map(|change| (change, entry.position))
        });
        deletion.map_or(Ok(false), |(change, position)| self.sees_change(&change, position))
    }

    /// Takes out of an entry what the caller may not see.
    fn hide(&self, caller: &Caller, entry: &mut Entry) -> Result<(), EngineError> {
        let Some(changes) = &mut entry.changes else { return Ok(()) };
        let mut seen = Vec::with_capacity(changes.len());
        // That somebody looked as another, or came in to assist, is for whoever audits, whatever else they may read.
        let audits = self.sight.as_ref().is_some_and(|rights| rights.has(Power::Audit));
        for mut change in changes.drain(..) {
            // What is somebody's own is told to them by its own door, whatever their profiles say.
            let own = self.sight.is_some() && personal::is_theirs(&change, &entry.cause.actor, caller)
                || audits && [IMPERSONATION, ASSISTANCE].contains(&change.entity.as_str());
            if own || self.sees_change(&change, entry.position)? {
                self.hide_fields_of(&mut change, own);
                seen.push(change);
            }
        }
        *changes = seen;
        Ok(())
    }

    /// Notes the sensitive values that entries show.
    fn show_changes(&self, entries: &[Entry]) {
        for change in entries.iter().flat_map(|entry| &entry.changes).flatten() {
            let Some(entity) = self.prepared.entity_index(&change.entity) else { continue };
            let sensitive = &self.prepared.entities[entity].sensitive;
            if sensitive.is_empty() {
                continue;
            }
            let definition = self.prepared.entity(entity);
            let shown = sensitive.iter().copied().filter(|field| {
                change.fields.iter().any(|changed| changed.field == definition.fields[*field].name)
            });
            self.reader.view.cache.show(entity, change.record, shown.collect());
        }
    }

    /// Takes fields out of an entry that the caller may not see.
    fn hide_fields(&self, entry: &mut Entry) {
        entry.changes.iter_mut().flatten().for_each(|change| self.hide_fields_of(change, false));
    }

    /// Takes fields out of a change that the caller may not see; only secret ones of what is their `own`. What the dictionary no longer knows was perhaps
    /// secret: it is shown to those who see everything only.
    fn hide_fields_of(&self, change: &mut Change, own: bool) {
        let known = self.prepared.entity_index(&change.entity);
        change.fields.retain(|field| {
            let index = known.and_then(|entity| self.prepared.entity(entity).index(&field.field));
            match known.zip(index) {
                Some((entity, index)) => {
                    !self.prepared.entity(entity).fields[index].secret
                        && (own || self.reader.view.level(entity, index) >= Level::Read)
                }
                None => self.sight.is_none(),
            }
        });
    }

    /// Whether the record of a change at a position may be seen, as it is, or as it was before or after: lists must learn that it left them. Its own
    /// fields are those of then, what they lead to is as today.
    fn sees_change(&self, change: &Change, position: Position) -> Result<bool, EngineError> {
        let view = &self.reader.view;
        if view.sight.is_none() {
            return Ok(true);
        }
        let Some(entity) = self.prepared.entity_index(&change.entity) else { return Ok(false) };
        match view.sight.map(|rights| rights.reach(entity, Capability::Read)) {
            None | Some(Reach::Always) => return Ok(true),
            Some(Reach::Never) => return Ok(false),
            Some(Reach::When(_)) => {}
        }
        let row = view.row(entity, change.record).map_err(failed("read a changed record"))?;
        if let Some(row) = &row
            && view.sees(entity, row)?
        {
            return Ok(true);
        }
        match (change.operation, row.is_some()) {
            (Operation::Create, true) => return Ok(false),
            // It was deleted since, and its deletion is told.
            (Operation::Update, false) => return Ok(false),
            _ => {}
        }
        // Changed again since, what it was is not to be told from what it is.
        if let Some(row) = &row
            && row.get(self.prepared.entities[entity].system.version)
                != &Value::Integer(position.cast_signed())
        {
            let then = |position| self.was_seen(entity, change.record, Some(row), position);
            return Ok(then(position)? || then(position.saturating_sub(1))?);
        }
        // A creation tells all that a deletion tells, with the sides changed.
        let definition = self.prepared.entity(entity);
        let mut before = match row {
            Some(row) => Row::clone(&row),
            None => {
                let mut empty = Row(vec![Value::Null; definition.fields.len()]);
                empty.0[dictionary::model::ID] = Value::Id(change.record);
                empty
            }
        };
        for field in &change.fields {
            if let Some(index) = definition.index(&field.field) {
                before.0[index] = match change.operation {
                    Operation::Create => field.new.clone(),
                    _ => field.old.clone(),
                };
            }
        }
        view.sees(entity, &before)
    }
}
