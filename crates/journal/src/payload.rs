//! The changes of an entry as bytes: `docs/formats/journal.md`, "Payload".

use dictionary::RecordId;
use uuid::Uuid;

use crate::bytes::{DecodeError, Reader, put_text, put_unsigned};
use crate::entry::{Change, FieldChange, Hash, Operation};
use crate::value::{decode_value, encode_value};

/// First byte of a payload.
const FORMAT: u8 = 1;

/// Changes as bytes, with the place of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// The encoding.
    pub bytes: Vec<u8>,
    /// Where each change starts in `bytes`, in order; each ends where the next starts, the last at the end.
    pub starts: Vec<usize>,
}

impl Payload {
    /// Start and length in bytes of the change of that index.
    pub fn part(&self, index: usize) -> (usize, usize) {
        let start = self.starts[index];
        let end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        (start, end - start)
    }
}

/// Encodes changes, in order. Equal changes give equal bytes.
pub fn encode_changes(changes: &[Change]) -> Payload {
    let mut bytes = vec![FORMAT];
    put_unsigned(&mut bytes, changes.len() as u128);
    let mut starts = Vec::with_capacity(changes.len());
    for change in changes {
        starts.push(bytes.len());
        put_text(&mut bytes, &change.entity);
        bytes.extend_from_slice(change.record.0.as_bytes());
        bytes.push(match change.operation {
            Operation::Create => 0,
            Operation::Update => 1,
            Operation::Delete => 2,
        });
        put_unsigned(&mut bytes, change.fields.len() as u128);
        for FieldChange { field, old, new } in &change.fields {
            put_text(&mut bytes, field);
            encode_value(&mut bytes, old);
            encode_value(&mut bytes, new);
        }
    }
    Payload { bytes, starts }
}

/// Decodes what [`encode_changes`] wrote. Any bytes may be given; whatever decodes would encode to the same bytes.
pub fn decode_changes(bytes: &[u8]) -> Result<Vec<Change>, DecodeError> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != FORMAT {
        return Err(DecodeError { what: "an unknown format of changes", at: 0 });
    }
    let count = reader.count()?;
    let changes: Result<_, _> = (0..count).map(|_| read_change(&mut reader)).collect();
    reader.finish()?;
    changes
}

/// Decodes one change out of a payload, cut as [`Payload::part`] says.
pub fn decode_change(bytes: &[u8]) -> Result<Change, DecodeError> {
    let mut reader = Reader::new(bytes);
    let change = read_change(&mut reader)?;
    reader.finish()?;
    Ok(change)
}

fn read_change(reader: &mut Reader<'_>) -> Result<Change, DecodeError> {
    let entity = reader.text()?.to_owned();
    let record = RecordId(Uuid::from_bytes(reader.array()?));
    let operation = match reader.byte()? {
        0 => Operation::Create,
        1 => Operation::Update,
        2 => Operation::Delete,
        _ => return Err(reader.fault("an unknown operation")),
    };
    let count = reader.count()?;
    let mut fields: Vec<FieldChange> = Vec::new();
    for _ in 0..count {
        let field = reader.text()?.to_owned();
        if fields.last().is_some_and(|last| last.field >= field) {
            return Err(reader.fault("fields out of order"));
        }
        fields.push(FieldChange { field, old: decode_value(reader)?, new: decode_value(reader)? });
    }
    Ok(Change { entity, record, operation, fields })
}

/// BLAKE3 of encoded changes.
pub fn payload_hash(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}
