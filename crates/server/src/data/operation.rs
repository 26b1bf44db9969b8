//! Writes of one record, ready to run in a unit of work: one that a request has to itself, or that of an atomic group.

use std::sync::Arc;

use axum::http::StatusCode;
use dictionary::RecordId;
use dictionary::model::{Dictionary, Entity};
use engine::{Draft, EngineError, Record, StoreError, Unit};

use crate::data::resource::Key;
use crate::data::restore::Restored;
use crate::data::{Reply, entity_of, record};
use crate::odata::ListOptions;
use crate::odata::expand;
use crate::problem::Problem;

/// A write of one record.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Name of the entity.
    pub(crate) entity: String,
    /// The version that the client has seen, when it makes a condition of it.
    pub(crate) expected: Option<u64>,
    pub(crate) act: Act,
}

/// What an operation does, to which record.
#[derive(Debug)]
pub(crate) enum Act {
    Create {
        id: Option<RecordId>,
        draft: Draft,
    },
    Change {
        key: Key,
        draft: Draft,
    },
    /// Creates or changes.
    Put {
        key: Key,
        draft: Draft,
    },
    Delete {
        key: Key,
    },
    Transition {
        key: Key,
        name: String,
    },
    /// Makes a deleted record again.
    Restore(Restored),
}

/// The record that an operation left, and how the answer says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    pub(crate) id: RecordId,
    pub(crate) status: StatusCode,
}

impl Operation {
    /// Does it in `unit`.
    pub(crate) fn run(self, unit: &mut dyn Unit) -> Result<Written, EngineError> {
        let Operation { entity, expected, act } = self;
        let mut status = StatusCode::OK;
        let id = match act {
            Act::Create { id, draft } => {
                status = StatusCode::CREATED;
                unit.create(&entity, id, draft)?
            }
            Act::Change { key, draft } => {
                let id = id_of(unit, &entity, &key)?;
                unit.update(&entity, id, expected, draft)?;
                id
            }
            Act::Put { key, draft } => {
                let (id, created) = put(unit, &entity, key, expected, draft)?;
                if created {
                    status = StatusCode::CREATED;
                }
                id
            }
            Act::Delete { key } => {
                status = StatusCode::NO_CONTENT;
                let id = id_of(unit, &entity, &key)?;
                unit.delete(&entity, id, expected)?;
                id
            }
            Act::Transition { key, name } => {
                let id = id_of(unit, &entity, &key)?;
                unit.transition(&entity, id, expected, &name)?;
                id
            }
            Act::Restore(restored) => restored.run(unit)?,
        };
        Ok(Written { id, status })
    }
}

/// The id of the record that an address names.
fn id_of(unit: &mut dyn Unit, entity: &str, key: &Key) -> Result<RecordId, EngineError> {
    match key {
        Key::Id(id) => Ok(*id),
        Key::Unique(field, value) => unit.find(entity, field, value)?.ok_or(EngineError::NotFound),
    }
}

fn put(
    unit: &mut dyn Unit,
    entity: &str,
    key: Key,
    expected: Option<u64>,
    draft: Draft,
) -> Result<(RecordId, bool), EngineError> {
    match key {
        Key::Unique(field, value) => {
            if let Some(expected) = expected
                && let Some(id) = unit.find(entity, &field, &value)?
            {
                return unit.update(entity, id, Some(expected), draft).map(|()| (id, false));
            }
            unit.upsert(entity, &field, &value, draft)
        }
        Key::Id(id) => match unit.get(entity, id, &[]) {
            Ok(_) => unit.update(entity, id, expected, draft).map(|()| (id, false)),
            Err(EngineError::NotFound) => unit.create(entity, Some(id), draft).map(|id| (id, true)),
            Err(error) => Err(error),
        },
    }
}

/// How much of a record an answer to a write holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All that was asked for.
    Record,
    /// Its tag alone, as the client would rather have.
    Minimal,
    /// Its tag alone: the content of a file is no record.
    Tag,
}

/// How an operation is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answering {
    pub(crate) environment: String,
    pub(crate) collection: String,
    pub(crate) options: ListOptions,
    pub(crate) shown: Shown,
    /// Preferences that were followed.
    pub(crate) applied: Vec<String>,
}

impl Answering {
    /// Refuses options that cannot be read, before anything is written.
    pub(crate) fn check(&self, dictionary: &Dictionary, entity: &Entity) -> Result<(), Problem> {
        expand::selection(dictionary, entity, &self.options).map(drop).map_err(Problem::from)
    }

    /// The answer, read in the unit that wrote.
    pub(crate) fn within(
        &self,
        unit: &mut dyn Unit,
        dictionary: &Arc<Dictionary>,
        written: Written,
    ) -> Result<Reply, EngineError> {
        let record = self.read(unit, dictionary, written)?;
        self.reply(dictionary, written, record.as_ref()).map_err(|problem| EngineError::Store {
            action: "answer a write",
            source: StoreError::Database { action: "write JSON", source: problem.code.into() },
        })
    }

    /// The record to answer, as the unit that wrote sees it; `None` when the answer has none.
    pub(crate) fn read(
        &self,
        unit: &mut dyn Unit,
        dictionary: &Arc<Dictionary>,
        written: Written,
    ) -> Result<Option<Record>, EngineError> {
        if written.status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        // Both were read before the unit began, with the same dictionary.
        let entity = entity_of(dictionary, &self.collection).map_err(|_| EngineError::Outdated)?;
        let selection =
            expand::selection(dictionary, entity, &self.options).map_err(|_| EngineError::Outdated)?;
        unit.get(&entity.name, written.id, &selection.expand(dictionary)).map(Some)
    }

    /// The answer made of that record.
    pub(crate) fn reply(
        &self,
        dictionary: &Dictionary,
        written: Written,
        record: Option<&Record>,
    ) -> Result<Reply, Problem> {
        let Some(record) = record else { return Ok(self.finish(Reply::default(), written)) };
        // What is done is done: when another dictionary came into force meanwhile, the record is told in its terms.
        let dictionary =
            if record.dictionary.hash == dictionary.hash { dictionary } else { &*record.dictionary };
        let entity = entity_of(dictionary, &self.collection)?;
        let selection = expand::selection(dictionary, entity, &self.options)?;
        let reply = record::reply(dictionary, entity, &selection, &self.environment, record)?;
        Ok(self.finish(reply, written))
    }

    /// The reply with what every answer to a write says.
    pub(crate) fn finish(&self, mut reply: Reply, written: Written) -> Reply {
        reply.status = written.status;
        if written.status == StatusCode::CREATED {
            reply.location = Some(format!("/data/{}/{}/{}", self.environment, self.collection, written.id));
        }
        if self.shown != Shown::Record {
            reply.body.clear();
            if reply.status == StatusCode::OK || self.shown == Shown::Tag {
                reply.status = StatusCode::NO_CONTENT;
            }
            if reply.status == StatusCode::NO_CONTENT {
                reply.entity_id = reply.location.clone();
            }
        }
        reply.applied.clone_from(&self.applied);
        reply
    }
}
