//! What an environment is set up with, taken over from another one of the same dictionary: records that are settings (`settings` of an entity), and lists
//! as people arranged them for everybody. No customer's record comes along, nor whoever works there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dictionary::model::{EntityIndex, OnDelete};
use dictionary::{Dictionary, Field, RecordId, Value, related, system};
use store::{FileStore, Row, Snapshot, StoreError};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, damaged, failed};
use crate::prepared::Prepared;
use crate::pseudonyms::Progress;
use crate::sweep::no_files;
use crate::view::Key;
use crate::write::session::Session;
use crate::write::staging::Staged;

/// Records read, and written in one entry of the journal.
const PAGE: usize = 200;
/// Bytes of a file copied at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// What was taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Records that were not there.
    pub created: u64,
    /// Records that were there and were otherwise.
    pub changed: u64,
    /// Records that could not be: what they must lead to is no setting, or another record has their key.
    pub left: u64,
}

impl Environment {
    /// Takes over the settings of `source`. A record that is here already, by its id or by what is unique in it, becomes as it is there; what only is here
    /// stays. The entries of the journal that it makes say `request`, by which it can be taken back.
    ///
    /// Errors: the two are not of the same dictionary; a store cannot be read or written.
    pub fn take_settings_of(
        &self,
        source: &Environment,
        request: &str,
        progress: Progress<'_>,
    ) -> Result<TakenOver, EngineError> {
        let caller = Caller { request: Some(request.to_owned()), ..Caller::system() };
        let snapshot = source.shared.store.snapshot().map_err(failed("read the settings"))?;
        let (prepared, _) = source.shared.prepared(&*snapshot)?;
        if prepared.dictionary.hash != self.dictionary().hash {
            return Err(damaged("settings are taken over by the same dictionary only"));
        }
        let rows = settings(&prepared, &*snapshot)?;
        let here = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let mut met = Met { prepared: &prepared, here: &*here, known: HashMap::new() };
        let authors = met.authors(&rows, &*snapshot)?;
        met.meet(&rows)?;
        let mut taken = TakenOver::default();
        let mut ready: Vec<(EntityIndex, Row)> = authors;
        for (index, row) in &rows {
            match met.as_here(*index, row)? {
                Some(row) => ready.push((*index, row)),
                None => taken.left += 1,
            }
        }
        drop(here);
        let (all, mut refused) = (ready.len() as u64, HashSet::new());
        for (number, page) in ready.chunks(PAGE).enumerate() {
            for (_, row) in page {
                copy_files(row, source.shared.store.files(), self.shared.store.files())?;
            }
            match self.take(&caller, page.to_vec()) {
                Ok(done) => taken.add(done),
                // One of them has a key that another record has: that one is left.
                Err(error) if is_duplicate(&error) => {
                    for one in page {
                        match self.take(&caller, vec![one.clone()]) {
                            Ok(done) => taken.add(done),
                            Err(error) if is_duplicate(&error) => {
                                taken.left += 1;
                                refused.insert(one.1.id());
                            }
                            Err(error) => return Err(error),
                        }
                    }
                }
                Err(error) => return Err(error),
            }
            progress(((number + 1) * PAGE) as u64, all)?;
        }
        // What leads to one that was left leads nowhere.
        let dictionary = self.dictionary();
        for (index, mut row) in
            ready.into_iter().filter(|(_, row)| !refused.is_empty() && !refused.contains(&row.id()))
        {
            if forget(&dictionary.entities[index].fields, &mut row, &refused) {
                self.take(&caller, vec![(index, row)])?;
            }
        }
        self.work_out(&caller, |entity| is_setting(&dictionary, entity))?;
        Ok(taken)
    }

    /// Writes records as they are to be, what follows from them with them.
    fn take(&self, caller: &Caller, rows: Vec<(EntityIndex, Row)>) -> Result<TakenOver, EngineError> {
        let (inner, who) = (self.shared.clone(), caller.clone());
        let done = self.shared.write(move |tx| {
            let (prepared, _) = inner.prepared(&*tx)?;
            let context = inner.context(&who);
            let mut session = Session::begin(&inner, prepared.clone(), &who, tx, context);
            let mut taken = TakenOver::default();
            for (index, mut row) in rows {
                let entity = prepared.entity(index);
                let old = session.tx.get(entity, row.id()).map_err(failed("read a record"))?;
                match &old {
                    None => {
                        taken.created += 1;
                        // Its number may be another's here.
                        if let Some(code) = prepared.entities[index].system.code
                            && session
                                .tx
                                .find(entity, code, row.get(code))
                                .map_err(failed("look for a number"))?
                                .is_some()
                        {
                            row.0[code] = Value::Null;
                            session.number(index, &mut row)?;
                        }
                    }
                    Some(old) => {
                        for (at, field) in entity.fields.iter().enumerate() {
                            // Its number stays, and what is worked out is worked out here.
                            if field.system || field.computed.is_some() {
                                row.0[at] = old.get(at).clone();
                            }
                        }
                        if *old == row {
                            continue;
                        }
                        taken.changed += 1;
                    }
                }
                let staged =
                    Staged { old: old.map(Arc::new), new: Some(Arc::new(row.clone())), ..Staged::default() };
                session.stage((index, row.id()), staged)?;
            }
            session.settle()?;
            session.outdated.keep();
            session.write_out()?;
            session.refresh_unchecked()?;
            Ok(taken)
        })?;
        Ok(done.value)
    }
}

impl TakenOver {
    fn add(&mut self, other: TakenOver) {
        self.created += other.created;
        self.changed += other.changed;
    }
}

/// Empties what leads to one of those records; whether anything did.
fn forget(fields: &[Field], row: &mut Row, refused: &HashSet<RecordId>) -> bool {
    let mut forgotten = false;
    for (at, field) in
        fields.iter().enumerate().filter(|(_, field)| !field.system && field.kind.names_records())
    {
        let id = row.get(at).as_id().or_else(|| related::named(row.get(at)).map(|(_, id)| id));
        if !field.required && id.is_some_and(|id| refused.contains(&id)) {
            row.0[at] = Value::Null;
            forgotten = true;
        }
    }
    forgotten
}

fn is_duplicate(error: &EngineError) -> bool {
    match error {
        EngineError::Store { source, .. } => matches!(source, StoreError::Duplicate { .. }),
        EngineError::Validation(problems) => problems.iter().all(|problem| problem.code == "duplicate"),
        _ => false,
    }
}

/// Whether records of an entity are settings: it says so, or they are lines of one that does.
fn is_setting(dictionary: &Dictionary, index: EntityIndex) -> bool {
    let entity = &dictionary.entities[index];
    let owner = entity.lines_of.as_deref().and_then(|owner| dictionary.entity_index(owner));
    entity.settings || owner.is_some_and(|owner| is_setting(dictionary, owner))
}

/// The records to take over.
fn settings(prepared: &Prepared, snapshot: &dyn Snapshot) -> Result<Vec<(EntityIndex, Row)>, EngineError> {
    let mut found = Vec::new();
    for (index, entity) in prepared.dictionary.entities.iter().enumerate() {
        let is_view = entity.name == system::SAVED_VIEW;
        if !is_view && !is_setting(&prepared.dictionary, index) {
            continue;
        }
        let shared = entity.index("shared").filter(|_| is_view);
        let mut after = None;
        loop {
            let rows = snapshot.scan(entity, after, 500).map_err(failed("read the settings"))?;
            after = rows.last().map(Row::id);
            let full = rows.len() == 500;
            let is_for_all = |row: &Row| shared.is_none_or(|field| *row.get(field) == Value::Boolean(true));
            found.extend(rows.into_iter().filter(is_for_all).map(|row| (index, row)));
            if !full {
                break;
            }
        }
    }
    Ok(found)
}

/// Records of the source, and which they are here.
struct Met<'m> {
    prepared: &'m Prepared,
    here: &'m dyn Snapshot,
    known: HashMap<Key, RecordId>,
}

impl Met<'_> {
    /// Those who arranged lists for everybody: by their address the people they are here, else records that say who they are. Answers these.
    fn authors(
        &mut self,
        rows: &[(EntityIndex, Row)],
        source: &dyn Snapshot,
    ) -> Result<Vec<(EntityIndex, Row)>, EngineError> {
        let dictionary = &self.prepared.dictionary;
        let (Some(view), Some(user)) =
            (dictionary.entity_index(system::SAVED_VIEW), dictionary.entity_index(system::USER))
        else {
            return Ok(Vec::new());
        };
        let (views, users) = (self.prepared.entity(view), self.prepared.entity(user));
        let (Some(owner), Some(email)) = (views.index("owner"), users.index("email")) else {
            return Ok(Vec::new());
        };
        let mut made = Vec::new();
        for id in
            rows.iter().filter(|(index, _)| *index == view).filter_map(|(_, row)| row.get(owner).as_id())
        {
            if self.known.contains_key(&(user, id)) {
                continue;
            }
            let Some(there) = source.get(users, id).map_err(failed("read a person"))? else { continue };
            let found =
                self.here.find(users, email, there.get(email)).map_err(failed("look for a person"))?;
            if found.is_none() {
                let mut row = Row(vec![Value::Null; users.fields.len()]);
                row.0[dictionary::model::ID] = Value::Id(id);
                for name in ["name", "email", "language", "active"] {
                    if let Some(field) = users.index(name) {
                        row.0[field] = there.get(field).clone();
                    }
                }
                made.push((user, row));
            }
            self.known.insert((user, id), found.map_or(id, |found| found.id()));
        }
        Ok(made)
    }

    /// Finds which record each is here: the one of its id, else the one that has what is unique in it.
    fn meet(&mut self, rows: &[(EntityIndex, Row)]) -> Result<(), EngineError> {
        let mut keys: HashMap<EntityIndex, HashMap<String, RecordId>> = HashMap::new();
        let mut left: Vec<&(EntityIndex, Row)> = rows.iter().collect();
        loop {
            let before = left.len();
            let mut waiting = Vec::new();
            for one @ (index, row) in left {
                let entity = self.prepared.entity(*index);
                if self.here.get(entity, row.id()).map_err(failed("read a record"))?.is_some() {
                    self.known.insert((*index, row.id()), row.id());
                    continue;
                }
                let Some(texts) = self.unique_texts(*index, row) else {
                    waiting.push(one);
                    continue;
                };
                if !keys.contains_key(index) {
                    keys.insert(*index, self.keys_here(*index)?);
                }
                let found = texts.iter().find_map(|text| keys[index].get(text)).copied();
                self.known.insert((*index, row.id()), found.unwrap_or_else(|| row.id()));
            }
            if waiting.len() == before {
                // Each waits for another: they are what they are there.
                self.known.extend(waiting.iter().map(|(index, row)| ((*index, row.id()), row.id())));
                return Ok(());
            }
            left = waiting;
            if left.is_empty() {
                return Ok(());
            }
        }
    }

    /// What is unique in a record, with the references in it as they are here. `None` while one of them is not known yet.
    fn unique_texts(&self, index: EntityIndex, row: &Row) -> Option<Vec<String>> {
        let entity = self.prepared.entity(index);
        let mut texts = Vec::new();
        'keys: for key in &entity.uniques {
            let (mut parts, mut has_value) = (vec![key.name.clone()], false);
            for field in &key.fields {
                let definition = &entity.fields[*field];
                let value = row.get(*field);
                // Numbers are given by each environment for itself.
                if definition.system {
                    continue 'keys;
                }
                has_value |= !value.is_null();
                let value = match (target(&self.prepared.dictionary, definition), value) {
                    (Some(to), Value::Id(id)) if is_setting(&self.prepared.dictionary, to) => {
                        Value::Id(*self.known.get(&(to, *id))?)
                    }
                    (_, value) => value.clone(),
                };
                parts.push(format!("{value:?}"));
            }
            if has_value {
                texts.push(parts.join("\u{1f}"));
            }
        }
        Some(texts)
    }

    /// What is unique in the records that are here.
    fn keys_here(&self, index: EntityIndex) -> Result<HashMap<String, RecordId>, EngineError> {
        let entity = self.prepared.entity(index);
        let (mut keys, mut after) = (HashMap::new(), None);
        loop {
            let rows = self.here.scan(entity, after, 500).map_err(failed("read records"))?;
            after = rows.last().map(Row::id);
            for row in &rows {
                for key in &entity.uniques {
                    let values = key.fields.iter().map(|field| row.get(*field));
                    if values.clone().all(Value::is_null) {
                        continue;
                    }
                    let parts: Vec<String> = std::iter::once(key.name.clone())
                        .chain(values.map(|value| format!("{value:?}")))
                        .collect();
                    keys.insert(parts.join("\u{1f}"), row.id());
                }
            }
            if rows.len() < 500 {
                return Ok(keys);
            }
        }
    }

    /// A record as it is to be here; `None` when it must lead to one that is not.
    fn as_here(&self, index: EntityIndex, row: &Row) -> Result<Option<Row>, EngineError> {
        let dictionary = &self.prepared.dictionary;
        let entity = self.prepared.entity(index);
        let mut made = row.clone();
        made.0[dictionary::model::ID] =
            Value::Id(self.known.get(&(index, row.id())).copied().unwrap_or(row.id()));
        for (at, field) in entity.fields.iter().enumerate() {
            if field.computed.is_some() || field.secret {
                made.0[at] = Value::Null;
                continue;
            }
            if field.system || !field.kind.names_records() {
                continue;
            }
            let (to, id) = match (row.get(at), related::named(row.get(at))) {
                (Value::Id(id), _) => (target(dictionary, field), *id),
                (_, Some((name, id))) => (dictionary.entity_index(name), id),
                _ => continue,
            };
            let Some(to) = to else { continue };
            let known = match self.known.get(&(to, id)) {
                Some(known) => Some(*known),
                None => {
                    let there = self.here.get(self.prepared.entity(to), id);
                    there.map_err(failed("read a record"))?.map(|_| id)
                }
            };
            made.0[at] = match known {
                // Of the other record alone: without it there is nothing to set.
                None if field.required || field.options.on_delete == Some(OnDelete::Cascade) => {
                    return Ok(None);
                }
                None => Value::Null,
                Some(id) if matches!(row.get(at), Value::Id(_)) => Value::Id(id),
                Some(id) => related::value(&self.prepared.entity(to).name, id),
            };
        }
        Ok(Some(made))
    }
}

fn target(dictionary: &Dictionary, field: &Field) -> Option<EntityIndex> {
    field.options.to.as_deref().and_then(|to| dictionary.entity_index(to))
}

/// The contents that a record names.
fn copy_files(row: &Row, from: &dyn FileStore, to: &dyn FileStore) -> Result<(), EngineError> {
    for value in &row.0 {
        let Value::File(file) = value else { continue };
        if to.size(&file.hash).map_err(no_files)?.is_some() {
            continue;
        }
        let mut incoming = to.begin(u64::MAX).map_err(no_files)?;
        let mut offset = 0;
        while let Some(bytes) = from.read(&file.hash, offset, CHUNK_BYTES).map_err(no_files)? {
            if bytes.is_empty() {
                break;
            }
            incoming.write(&bytes).map_err(no_files)?;
            offset += bytes.len() as u64;
        }
        incoming.finish().map_err(no_files)?;
    }
    Ok(())
}
