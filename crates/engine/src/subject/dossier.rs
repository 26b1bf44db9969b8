//! Everything that is held about one person, for the person: GDPR articles 15 and 20.

use std::sync::Arc;

use dictionary::{Dictionary, RecordId, Value};
use jiff::Timestamp;
use journal::{Operation, Origin, Position};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::query::{Expand, Record};
use crate::reading::Reading;
use crate::subject::held::{self, NamedBy};
use crate::subject::people;
use crate::view::Key;

/// Changes of one record told at most.
const HISTORY_MAX: u32 = 10_000;

/// What is held about a person.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The dictionary that positions are of.
    pub dictionary: Arc<Dictionary>,
    /// Entity of the person's own record.
    pub entity: String,
    /// Id of the person's own record.
    pub id: RecordId,
    /// What the person's record is called; empty when it was deleted.
    pub title: String,
    /// When it was read.
    pub at: Timestamp,
    /// Journal position it was read at.
    pub position: Position,
    /// Records, the person's own first, with the references they show expanded; then those that were deleted.
    pub records: Vec<Told>,
    /// Records that only name the person.
    pub named_by: Vec<NamedBy>,
}

/// A record that holds something about a person.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its entity.
    pub entity: String,
    /// Its id.
    pub id: RecordId,
    /// As it is; `None` when it was deleted.
    pub record: Option<Record>,
    /// What became of it, oldest first.
    pub past: Vec<Past>,
}

/// An entry of the journal that changed a record.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its position.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Through which door.
    pub origin: Origin,
    /// What happened to the record.
    pub operation: Operation,
    /// Fields, secret ones apart.
    pub changes: Vec<PastChange>,
}

/// A field before and after an entry.
#[derive(Debug, Clone)]
pub struct PastChange {
    /// Its name then.
    pub field: String,
    /// Before.
    pub old: Value,
    /// After.
    pub new: Value,
}

impl Environment {
    /// What is held about the person of that id: `entity` is the name or the collection of an entity of people.
    ///
    /// Errors: `Forbidden` without [`rights::Power::Protect`]; `NotFound`, be it that the entity's records are no people.
    pub fn dossier(&self, caller: &Caller, entity: &str, id: RecordId) -> Result<Dossier, EngineError> {
        self.may_protect(caller)?;
        let asking = caller.unbounded();
        self.read(&asking, 0, |reading| {
            let person = (people(reading.prepared, entity)?, id);
            let held = held::held(&reading.reader.view, person)?;
            let mut records = Vec::with_capacity(held.rows.len() + held.gone.len());
            for key in &held.rows {
                records.push(told(reading, *key, true)?);
            }
            for key in &held.gone {
                records.push(told(reading, *key, false)?);
            }
            if records.first().is_none_or(|first| first.id != id) {
                // Deleted itself: its history comes first.
                records.insert(0, told(reading, person, false)?);
            }
            let own = records.first().and_then(|own| own.record.as_ref());
            Ok(Dossier {
                dictionary: reading.prepared.dictionary.clone(),
                entity: reading.prepared.entity(person.0).name.clone(),
                id,
                title: own.map_or_else(String::new, |own| own.title.clone()),
                at: reading.reader.view.context.now,
                position: reading.moment.position,
                named_by: held::named_by(&reading.reader.view, person)?,
                records,
            })
        })
    }
}

fn told(reading: &Reading<'_>, key: Key, is_there: bool) -> Result<Told, EngineError> {
    let (name, id) = held::name_of(reading.prepared, key);
    let record = if is_there { record(reading, key)? } else { None };
    Ok(Told { entity: name.to_owned(), id, record, past: past(reading, key)? })
}

fn record(reading: &Reading<'_>, (entity, id): Key) -> Result<Option<Record>, EngineError> {
    let view = &reading.reader.view;
    let Some(row) = view.row(entity, id).map_err(failed("read a record"))? else { return Ok(None) };
    let fields = &reading.prepared.entity(entity).fields;
    let names = fields.iter().filter(|field| !field.secret && !field.system && field.kind.names_records());
    let expand: Vec<Expand> =
        names.map(|field| Expand { field: field.name.clone(), ..Expand::default() }).collect();
    Ok(reading.reader.records(entity, vec![row], &expand)?.pop())
}

fn past(reading: &Reading<'_>, (entity, id): Key) -> Result<Vec<Past>, EngineError> {
    let definition = reading.prepared.entity(entity);
    let history = reading.snapshot.history(&definition.name, id, None, HISTORY_MAX);
    let mut past = Vec::new();
    for entry in history.map_err(failed("read a record's history"))?.into_iter().rev() {
        let Some(change) = entry.changes.into_iter().flatten().next() else { continue };
        let secret = |name: &str| definition.field(name).is_none_or(|field| field.secret);
        let changes = change.fields.into_iter().filter(|field| !secret(&field.field));
        let changes = changes.map(|one| PastChange { field: one.field, old: one.old, new: one.new });
        past.push(Past {
            position: entry.position,
            at: entry.cause.at,
            origin: entry.cause.origin,
            operation: change.operation,
            changes: changes.collect(),
        });
    }
    Ok(past)
}
