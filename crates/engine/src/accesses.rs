//! Who read sensitive values of whom: special categories of personal data (GDPR article 9), `personal = "sensitive"` in the dictionary.
//!
//! Kept apart from the journal, which tells of changes: by whoever opened the environment. A record that is read again by the same person within the hour is
//! noted once, so that a screen that refreshes costs nothing. What cannot be noted is not shown.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use dictionary::RecordId;
use dictionary::model::{EntityIndex, FieldIndex};
use jiff::Timestamp;
use parking_lot::Mutex;
use store::StoreError;

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::EngineError;
use crate::prepared::Prepared;

/// Seconds within which reading a record again is not noted again.
const PERIOD_S: i64 = 3_600;

/// Readings remembered at most: beyond, some are noted twice.
const KNOWN_MAX: usize = 20_000;

/// Somebody was shown sensitive values of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When.
    pub at: Timestamp,
    /// Who: an id of `user`.
    pub by: RecordId,
    /// The record of the view, when somebody else looked as them.
    pub viewed: Option<RecordId>,
    /// Entity of the record.
    pub entity: String,
    /// The record.
    pub record: RecordId,
    /// The sensitive fields that had a value, by name.
    pub fields: Vec<String>,
}

/// Where accesses are kept.
pub trait AccessLog: Send + Sync {
    /// Keeps them, all or an error.
    fn keep(&self, accesses: &[Access]) -> std::io::Result<()>;
}

/// Sensitive values of a record that are about to be shown.
pub(crate) type Shown = (EntityIndex, RecordId, Vec<FieldIndex>);

/// Who read what a short while ago: person, view, record.
type Known = HashMap<(RecordId, Option<RecordId>, RecordId), Timestamp>;

/// Accesses of one environment.
#[derive(Default)]
pub(crate) struct Accesses {
    log: OnceLock<Arc<dyn AccessLog>>,
    known: Mutex<Known>,
}

impl Accesses {
    /// Notes what a caller is about to be shown at a moment. Nothing is noted of what Tisserand reads for itself.
    pub(crate) fn note(
        &self,
        caller: &Caller,
        at: Timestamp,
        prepared: &Prepared,
        shown: Vec<Shown>,
    ) -> Result<(), EngineError> {
        let (Some(log), Some(by)) = (self.log.get(), caller.me()) else { return Ok(()) };
        let mut known = self.known.lock();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        let mut fresh = Vec::new();
        for (entity, record, fields) in shown {
            let key = (by, caller.viewed, record);
            let recent = known.get(&key).is_some_and(|last| at.duration_since(*last).as_secs() < PERIOD_S);
            if recent {
                continue;
            }
            known.insert(key, at);
            let definition = prepared.entity(entity);
            let fields = fields.iter().map(|field| definition.fields[*field].name.clone()).collect();
            fresh.push(Access {
                at,
                by,
                viewed: caller.viewed,
                entity: definition.name.clone(),
                record,
                fields,
            });
        }
        if fresh.is_empty() {
            return Ok(());
        }
        log.keep(&fresh).map_err(|source| {
            // Not noted: the next try must be.
            fresh.iter().for_each(|access| {
                known.remove(&(by, caller.viewed, access.record));
            });
            let action = "note who reads sensitive values";
            EngineError::Store { action, source: StoreError::Database { action, source: source.into() } }
        })
    }
}

impl Environment {
    /// Says where accesses to sensitive values are kept; the first to say so is heard.
    pub fn log_accesses(&self, log: Arc<dyn AccessLog>) {
        // Said twice by whoever opens it twice: the same place.
        drop(self.shared.accesses.log.set(log));
    }
}
