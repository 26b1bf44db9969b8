//! Values taken out of entries: they are gone, the chain still verifies, and only what an erasure says is taken for one.

use std::collections::BTreeMap;

use dictionary::{RecordId, Value};
use jiff::Timestamp;
use journal::chain::{CHAIN_START, Header, chain_hash};
use journal::payload::{decode_change, decode_changes, encode_changes, payload_hash};
use journal::redaction::{self, redact, told};
use journal::{Actor, Cause, Change, Entry, Fault, FieldChange, Operation, Origin, json, verify};
use uuid::Uuid;

fn entry(before: Option<&Entry>, changes: Vec<Change>) -> Entry {
    let position = before.map_or(1, |before| before.position + 1);
    let cause = Cause {
        at: Timestamp::from_second(1_790_000_000).unwrap(),
        actor: Actor::System,
        origin: Origin::System,
        device: None,
        request: None,
    };
    let (payload_hash, digest) = (payload_hash(&encode_changes(&changes).bytes), [7; 32]);
    let header = Header { position, epoch: 1, cause: &cause, payload_hash: &payload_hash, digest: &digest };
    let chain = chain_hash(&before.map_or(CHAIN_START, |before| before.chain), header);
    Entry { position, epoch: 1, cause: cause.clone(), changes: Some(changes), payload_hash, digest, chain }
}

fn person(name: &str) -> Change {
    let field = |field: &str, new: Value| FieldChange { field: field.into(), old: Value::Null, new };
    Change {
        entity: "contact".into(),
        record: RecordId(Uuid::from_u128(1)),
        operation: Operation::Create,
        fields: vec![field("city", Value::from("Nancy")), field("name", Value::from(name))],
        redacted: Vec::new(),
    }
}

/// Two entries about somebody, their name taken out of the first, and the entry that says so.
fn erased() -> Vec<Entry> {
    let first = entry(None, vec![person("Anne"), person("Bob")]);
    let second = entry(Some(&first), vec![person("Chloé")]);
    let mut changes = first.changes.clone().unwrap();
    assert_eq!(redact(&mut changes[0], |field| (field == "name").then(|| Value::from("—"))), 1);
    assert_eq!(
        redact(&mut changes[0], |field| (field == "name").then(|| Value::from("—"))),
        0,
        "once is enough"
    );
    let hash = payload_hash(&encode_changes(&changes).bytes);
    let third = entry(Some(&second), vec![told(&BTreeMap::from([(1, hash)]))]);
    vec![Entry { changes: Some(changes), ..first }, second, third]
}

#[test]
fn what_was_taken_out_is_in_no_byte_and_the_rest_is_as_it_was() {
    let entries = erased();
    let payload = encode_changes(entries[0].changes.as_ref().unwrap());
    assert!(!payload.bytes.windows(4).any(|window| window == b"Anne"));
    assert!(payload.bytes.windows(5).any(|window| window == b"Nancy"));
    let read = decode_changes(&payload.bytes).unwrap();
    assert_eq!(read, *entries[0].changes.as_ref().unwrap());
    assert_eq!((&read[0].redacted[..], &read[1].redacted[..]), (&["name".to_owned()][..], &[][..]));
    for (index, change) in read.iter().enumerate() {
        let (start, length) = payload.part(index);
        assert_eq!(decode_change(&payload.bytes[start..start + length]).unwrap(), *change);
    }
    let again = json::entry_from_json(&json::entry_to_json(&entries[0])).unwrap();
    assert_eq!(again, entries[0]);
}

#[test]
fn the_chain_verifies_and_tells_an_erasure_from_a_forgery() {
    let entries = erased();
    assert_eq!(verify(&entries), Ok((3, entries[2].chain)));
    assert_eq!(redaction::read(&entries[2].changes.as_ref().unwrap()[0]).len(), 1);
    assert_eq!(verify(&entries[..2]), Err(Fault::Redaction { position: 1 }), "nothing says so yet");

    let mut hidden = entries.clone();
    redact(&mut hidden[1].changes.as_mut().unwrap()[0], |_| Some(Value::from("—")));
    assert_eq!(verify(&hidden), Err(Fault::Redaction { position: 2 }), "somebody hides what they did");

    let mut other = entries.clone();
    other[0].changes.as_mut().unwrap()[0].fields[0].new = Value::from("Metz");
    assert_eq!(verify(&other), Err(Fault::Redaction { position: 1 }), "what was left is altered");

    let mut back = entries;
    back[0].changes = Some(vec![person("Anne"), person("Bob")]);
    assert_eq!(verify(&back), Err(Fault::Unredacted { position: 1 }), "an old copy came back");
}
