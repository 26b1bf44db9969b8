//! What reading a payload costs in memory: a multiple of its length, whatever it says of the length of its parts.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

use dictionary::{RecordId, Value};
use journal::payload::{decode_change, decode_changes, encode_changes};
use journal::{Change, FieldChange, Operation};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Bytes that `work` had at once at most, beyond those there were.
fn peak(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    work();
    ALLOCATED.peak_usage().saturating_sub(before)
}

/// A payload of two records, of which bytes are then replaced.
fn payload() -> Vec<u8> {
    let field = |name: &str, new: Value| FieldChange { field: name.to_owned(), old: Value::Null, new };
    let change = |id: &str| Change {
        entity: "account".to_owned(),
        record: RecordId::parse(id).unwrap(),
        operation: Operation::Create,
        fields: vec![field("employees", Value::Integer(3)), field("name", Value::Text("Étage".into()))],
        redacted: Vec::new(),
    };
    let ids = ["0192f3a0-7e1c-7c3a-9f5e-0123456789ab", "0192f3a0-7e1c-7c3a-9f5e-0123456789ac"];
    encode_changes(&ids.map(change)).bytes
}

proptest! {
    #[test]
    fn a_damaged_payload_costs_a_multiple_of_its_length(
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), prop_oneof![Just(0xff_u8), any::<u8>()]), 1..12)
    ) {
        let mut bytes = payload();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let cost = peak(|| {
            let _ = decode_changes(&bytes);
            let _ = decode_change(&bytes);
        });
        prop_assert!(cost <= 64 * bytes.len() + (16 << 10), "{} bytes for {}", cost, bytes.len());
    }
}
