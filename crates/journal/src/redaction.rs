//! Values taken out of entries that were written long ago, because the law gives people a right to be forgotten.
//!
//! The chain covers the hash of each payload, which stays: an entry whose values were taken out still has its place. That they were taken out by an
//! erasure, and not by whoever would hide something, a later entry says, which the chain covers: one change of the entity [`ENTITY`], with the
//! hash of each payload that came in the place of another. What comes in the place of a value is what the erased record holds, so that a replay ends at
//! the content that the last entries certify; in between it cannot.

use std::collections::BTreeMap;

use dictionary::{RecordId, Value};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::chain::Fault;
use crate::entry::{Change, FieldChange, Hash, Operation, Position};
use crate::json::{hash_from_hexadecimal, hexadecimal};

/// Entity under which the journal tells that payloads were redacted: one record, whose id is nil.
pub const ENTITY: &str = "_redaction";

/// Its field: the hashes of the payloads that are there now, by position.
const PAYLOADS: &str = "payloads";

/// What the journal says of payloads that were redacted: the hash that each has now, by position.
pub fn told(payloads: &BTreeMap<Position, Hash>) -> Change {
    let hashes: Map<String, Json> =
        payloads.iter().map(|(position, hash)| (position.to_string(), hexadecimal(hash).into())).collect();
    Change {
        entity: ENTITY.to_owned(),
        record: RecordId(Uuid::nil()),
        operation: Operation::Update,
        fields: vec![FieldChange {
            field: PAYLOADS.to_owned(),
            old: Value::Null,
            new: Value::Json(Box::new(Json::Object(hashes))),
        }],
        redacted: Vec::new(),
    }
}

/// The hashes that [`told`] told of; nothing for any other change.
pub fn read(change: &Change) -> BTreeMap<Position, Hash> {
    let field = change.fields.iter().find(|field| change.entity == ENTITY && field.field == PAYLOADS);
    let Some(Value::Json(json)) = field.map(|field| &field.new) else { return BTreeMap::new() };
    let pairs = json.as_object().into_iter().flatten();
    let pair = |(position, hash): (&String, &Json)| {
        Some((position.parse().ok()?, hash_from_hexadecimal(hash.as_str()?)?))
    };
    pairs.filter_map(pair).collect()
}

/// Whether values of any of these changes were redacted, or they tell of such.
pub fn concerns(changes: &[Change]) -> bool {
    changes.iter().any(|change| !change.redacted.is_empty() || change.entity == ENTITY)
}

/// Takes the values of fields out of a change, for good. `in_place` says what comes in the place of a value of that field, which is what the erased
/// record holds; nothing comes in the place of nothing. Answers how many fields had something to take out.
pub fn redact(change: &mut Change, mut in_place: impl FnMut(&str) -> Option<Value>) -> usize {
    let mut count = 0;
    for field in &mut change.fields {
        let Some(value) = in_place(&field.field) else { continue };
        let mut differs = false;
        for side in [&mut field.old, &mut field.new] {
            if !side.is_null() && *side != value {
                side.clone_from(&value);
                differs = true;
            }
        }
        if differs {
            count += 1;
            if let Err(place) = change.redacted.binary_search(&field.field) {
                change.redacted.insert(place, field.field.clone());
            }
        }
    }
    count
}

/// Payloads that were redacted, and what later entries say of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redactions {
    /// Entries up to there are not looked at.
    after: Position,
    found: BTreeMap<Position, Hash>,
    said: BTreeMap<Position, Hash>,
}

impl Redactions {
    /// Of entries after a position.
    pub(crate) fn after(position: Position) -> Redactions {
        Redactions { after: position, ..Redactions::default() }
    }

    /// Looks at an entry's changes, whose encoding has that hash; answers whether some of their values were redacted.
    pub(crate) fn see(&mut self, position: Position, changes: &[Change], hash: &Hash) -> bool {
        for change in changes.iter().filter(|change| change.entity == ENTITY) {
            self.said.extend(read(change));
        }
        let redacted = changes.iter().any(|change| !change.redacted.is_empty());
        if redacted {
            self.found.insert(position, *hash);
        }
        redacted
    }

    /// Whether what was found is what was said.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let unsaid = self.found.iter().find(|(position, hash)| self.said.get(position) != Some(hash));
        if let Some((position, _)) = unsaid {
            return Err(Fault::Redaction { position: *position });
        }
        let back =
            self.said.keys().find(|position| **position > self.after && !self.found.contains_key(position));
        back.map_or(Ok(()), |position| Err(Fault::Unredacted { position: *position }))
    }
}
