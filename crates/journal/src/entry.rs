//! One committed transaction.

use dictionary::{RecordId, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Gap-free number of a committed transaction in one environment, from 1; 0 is "before everything".
pub type Position = u64;

/// 32 bytes of BLAKE3.
pub type Hash = [u8; 32];

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person: a record of the environment's entity `user`.
    User(RecordId),
    /// Tisserand itself.
    System,
}

/// The door through which a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // each is the word of the journal's format
pub enum Origin {
    Api,
    Web,
    Sync,
    Import,
    Flow,
    Script,
    Restore,
    System,
}

/// Everything about a transaction but its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// When, in whole microseconds.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Through which door.
    pub origin: Origin,
    /// Device that made it, when one did.
    pub device: Option<String>,
    /// Id of the request that asked for it.
    pub request: Option<String>,
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Operation {
    Create,
    Update,
    Delete,
}

/// One field, before and after. A created record has only `new`, a deleted one only `old`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Name of the field.
    pub field: String,
    /// `Null` when there was nothing.
    pub old: Value,
    /// `Null` when there is nothing.
    pub new: Value,
}

/// One record changed by a transaction. A record appears once in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the entity.
    pub entity: String,
    /// The record.
    pub record: RecordId,
    /// What happened.
    pub operation: Operation,
    /// Fields that differ, sorted by name. System fields `version`, `created_*`, `updated_*` follow from the entry and are not listed.
    pub fields: Vec<FieldChange>,
    /// Fields among them that no longer hold what was written but what came in its place, sorted by name: see [`crate::redaction`].
    pub redacted: Vec<String>,
}

/// A committed transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// Changes when the environment is restored to the past.
    pub epoch: u64,
    /// Who, when, why.
    pub cause: Cause,
    /// In the order they were made. `None` once the whole payload was taken away.
    pub changes: Option<Vec<Change>>,
    /// BLAKE3 of the encoded changes; stays after a redaction.
    pub payload_hash: Hash,
    /// Digest of the whole content after this entry.
    pub digest: Hash,
    /// Chain hash: covers the previous one, the header and `payload_hash`.
    pub chain: Hash,
}
