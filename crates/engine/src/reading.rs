//! What an environment answers.

use std::sync::Arc;

use dictionary::expression::{Node, Typed};
use dictionary::model::{EntityIndex, Sort};
use dictionary::{RecordId, Value};
use journal::{Entry, Position};
use store::{Keyset, Moment, Row, Select, Snapshot};

use crate::caller::{Caller, Profile};
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
        if !known.title_reads.is_empty() || !known.virtual_reads.is_empty() {
            return Ok(None);
        }
        let (dictionary, definition) = (&prepared.dictionary.hash, prepared.entity(entity));
        let Some(row) = self.shared.store.recent(dictionary, definition, id) else { return Ok(None) };
        let (cache, context) = (Cache::default(), self.shared.context(caller));
        let (prepared, cache, context) = (&**prepared, &cache, &context);
        let view = View { prepared, snapshot: None, cache, context, ahead: None, timeout_ms: 0 };
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
            let (field, value) = key_value(reading.prepared, entity, key, value, zone, caller.language)?;
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
                let definition = reading.prepared.entity(entity);
                let ids = reading.snapshot.search(definition, text, limit).map_err(failed("search"))?;
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
            let found = reading.snapshot.history(entity, id, before, limit);
            let mut entries = found.map_err(failed("read a record's history"))?;
            if entries.is_empty() && before.is_none() {
                let row = reading.reader.view.row(index, id).map_err(failed("read a record"))?;
                row.ok_or(EngineError::NotFound)?;
            }
            entries.iter_mut().for_each(|entry| reading.hide(caller, entry));
            Ok(entries)
        })
    }

    /// Entries after a position, as this caller may see them: `secret` fields and, for a reader, the dictionary's own files are left out.
    pub fn entries(&self, caller: &Caller, after: Position, limit: u32) -> Result<Vec<Entry>, EngineError> {
        self.read(caller, 0, |reading| {
            let found = reading.snapshot.entries(after, limit.min(ENTRIES_MAX));
            let mut entries = found.map_err(failed("read the journal"))?;
            entries.iter_mut().for_each(|entry| reading.hide(caller, entry));
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
        let view = View {
            prepared: &prepared,
            snapshot: Some(&*snapshot),
            cache: &cache,
            context: &context,
            ahead: None,
            timeout_ms,
        };
        let reader = Reader { view, language: caller.language };
        work(&Reading { prepared: &prepared, moment: &moment, snapshot: &*snapshot, reader })
    }
}

/// The entity of that name, if the caller may read it.
fn readable(prepared: &Prepared, caller: &Caller, name: &str) -> Result<EntityIndex, EngineError> {
    let entity = prepared.entity_index(name).ok_or(EngineError::NotFound)?;
    let hidden = prepared.entity(entity).internal && caller.profile != Profile::Administrator;
    if hidden { Err(EngineError::NotFound) } else { Ok(entity) }
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
        self.reader.records(entity, vec![row], expand)?.pop().ok_or(EngineError::NotFound)
    }

    fn page(&self, caller: &Caller, query: &Query, timeout_ms: u64) -> Result<Page, EngineError> {
        if query.dictionary.as_ref().is_some_and(|known| known.hash != self.moment.dictionary) {
            return Err(EngineError::Outdated);
        }
        let entity = self.entity(caller, &query.entity)?;
        let definition = self.prepared.entity(entity);
        let order: &[Sort] = if query.order.is_empty() { &definition.order } else { &query.order };
        let limit = query.limit.min(PAGE_MAX);
        let skip = query.skip.min(SKIP_MAX);
        let mut select = Select {
            entity: definition,
            filters: query.filters.iter().collect(),
            search: query.search.as_deref().filter(|words| !words.trim().is_empty()),
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
            _ => self.reader.view.evaluate(path, entity, row),
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
            for record in self.reader.records(entity, rows, &[])? {
                read.insert((entity, record.row.id()), record);
            }
        }
        Ok(found.iter().filter_map(|key| read.remove(key)).collect())
    }

    /// Takes out of an entry what the caller may not see.
    fn hide(&self, caller: &Caller, entry: &mut Entry) {
        let Some(changes) = &mut entry.changes else { return };
        for change in changes.iter_mut() {
            // What the dictionary no longer knows was perhaps secret: only what it knows is shown to a reader.
            let known = self.prepared.dictionary.entity(&change.entity);
            change.fields.retain(|field| match known.and_then(|entity| entity.field(&field.field)) {
                Some(field) => !field.secret,
                None => caller.profile == Profile::Administrator,
            });
        }
        changes.retain(|change| {
            let known = self.prepared.dictionary.entity(&change.entity);
            caller.profile == Profile::Administrator
                || known.is_some_and(|entity| !entity.internal)
                || personal::is_theirs(change, &entry.cause.actor, caller)
        });
    }
}
