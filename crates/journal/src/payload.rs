//! The changes of an entry as bytes: `docs/formats/journal.md`, "Payload".

use dictionary::{RecordId, Value};
use uuid::Uuid;

use crate::bytes::{DecodeError, Reader, put_text, put_unsigned};
use crate::entry::{Change, FieldChange, Hash, Operation};
use crate::value::{decode_value, encode_value};

/// First byte of a payload as it was written.
const FORMAT: u8 = 1;

/// First byte of one of which values were redacted: each change also names their fields.
const REDACTED: u8 = 2;

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

/// Writes changes one after the other, from wherever they are: exactly as many as it was made for, or nothing decodes what it wrote.
#[derive(Debug)]
pub struct Encoder {
    redacted: bool,
    payload: Payload,
}

impl Encoder {
    /// For that many changes; `redacted`: values of some of them were.
    pub fn new(count: usize, redacted: bool) -> Encoder {
        let mut bytes = vec![if redacted { REDACTED } else { FORMAT }];
        put_unsigned(&mut bytes, count as u128);
        Encoder { redacted, payload: Payload { bytes, starts: Vec::with_capacity(count) } }
    }

    /// The next change. `fields`: name, old and new value, sorted by name.
    pub fn change<'a>(
        &mut self,
        (entity, record, operation): (&str, RecordId, Operation),
        fields: impl Iterator<Item = (&'a str, &'a Value, &'a Value)> + Clone,
        redacted: &[String],
    ) {
        let Payload { bytes, starts } = &mut self.payload;
        starts.push(bytes.len());
        put_text(bytes, entity);
        bytes.extend_from_slice(record.0.as_bytes());
        bytes.push(match operation {
            Operation::Create => 0,
            Operation::Update => 1,
            Operation::Delete => 2,
        });
        put_unsigned(bytes, fields.clone().count() as u128);
        for (field, old, new) in fields {
            put_text(bytes, field);
            encode_value(bytes, old);
            encode_value(bytes, new);
        }
        if self.redacted {
            put_unsigned(bytes, redacted.len() as u128);
            redacted.iter().for_each(|field| put_text(bytes, field));
        }
    }

    /// The next change, where it is whole.
    pub fn whole(&mut self, change: &Change) {
        let fields = change.fields.iter().map(|FieldChange { field, old, new }| (field.as_str(), old, new));
        self.change((&change.entity, change.record, change.operation), fields, &change.redacted);
    }

    /// The encoding of all of them.
    pub fn finish(self) -> Payload {
        self.payload
    }
}

/// Encodes changes, in order. Equal changes give equal bytes.
pub fn encode_changes(changes: &[Change]) -> Payload {
    let mut encoder = Encoder::new(changes.len(), changes.iter().any(|change| !change.redacted.is_empty()));
    changes.iter().for_each(|change| encoder.whole(change));
    encoder.finish()
}

/// Decodes what [`encode_changes`] wrote. Any bytes may be given; whatever decodes would encode to the same bytes.
pub fn decode_changes(bytes: &[u8]) -> Result<Vec<Change>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let redacted = match reader.byte()? {
        FORMAT => false,
        REDACTED => true,
        _ => return Err(DecodeError { what: "an unknown format of changes", at: 0 }),
    };
    let count = reader.count()?;
    let mut changes = Vec::new();
    for _ in 0..count {
        let mut change = read_change(&mut reader)?;
        if redacted {
            read_redacted(&mut reader, &mut change)?;
        }
        changes.push(change);
    }
    if redacted && changes.iter().all(|change| change.redacted.is_empty()) {
        return Err(reader.fault("a redacted payload without anything redacted"));
    }
    reader.finish()?;
    Ok(changes)
}

/// Decodes one change out of a payload, cut as [`Payload::part`] says.
pub fn decode_change(bytes: &[u8]) -> Result<Change, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut change = read_change(&mut reader)?;
    // Cut exactly: what is left says what was redacted.
    if !reader.is_at_end() {
        read_redacted(&mut reader, &mut change)?;
    }
    reader.finish()?;
    Ok(change)
}

/// Reads the names of a change's redacted fields: some of its own, in order.
fn read_redacted(reader: &mut Reader<'_>, change: &mut Change) -> Result<(), DecodeError> {
    let count = reader.count()?;
    for _ in 0..count {
        let name = reader.text()?.to_owned();
        if change.redacted.last().is_some_and(|last| *last >= name) {
            return Err(reader.fault("redacted fields out of order"));
        }
        if change.fields.binary_search_by(|field| field.field.cmp(&name)).is_err() {
            return Err(reader.fault("a redacted field that the change does not have"));
        }
        change.redacted.push(name);
    }
    Ok(())
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
    Ok(Change { entity, record, operation, fields, redacted: Vec::new() })
}

/// BLAKE3 of encoded changes.
pub fn payload_hash(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}
