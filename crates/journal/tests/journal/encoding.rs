//! Bytes: whole and back, and garbage.

use journal::payload::{decode_change, decode_changes, encode_changes};
use journal::value::{decode, encode_value};
use proptest::prelude::*;

use crate::values::{change, value};

fn encoded(value: &dictionary::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_value(&mut bytes, value);
    bytes
}

proptest! {
    #[test]
    fn a_value_comes_back_as_it_was(value in value()) {
        prop_assert_eq!(decode(&encoded(&value)).unwrap(), value);
    }

    #[test]
    fn values_have_equal_bytes_exactly_when_they_are_equal(a in value(), b in value()) {
        prop_assert_eq!(encoded(&a) == encoded(&b), a == b);
    }

    #[test]
    fn changes_come_back_as_they_were_whole_and_one_by_one(changes in proptest::collection::vec(change(), 0..5)) {
        let payload = encode_changes(&changes);
        prop_assert_eq!(&decode_changes(&payload.bytes).unwrap(), &changes);
        for (index, change) in changes.iter().enumerate() {
            let (start, length) = payload.part(index);
            prop_assert_eq!(&decode_change(&payload.bytes[start..start + length]).unwrap(), change);
        }
    }

    #[test]
    fn garbage_is_refused_or_is_what_would_be_written(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = decode(&bytes) {
            prop_assert_eq!(encoded(&value), bytes.clone());
        }
        let mut payload = vec![1];
        payload.extend(&bytes);
        if let Ok(changes) = decode_changes(&payload) {
            prop_assert_eq!(encode_changes(&changes).bytes, payload);
        }
    }

    #[test]
    fn a_payload_with_bytes_changed_cut_or_added_is_refused_or_is_another(
        changes in proptest::collection::vec(change(), 1..4),
        at in any::<proptest::sample::Index>(),
        xor in 1..=255_u8,
        cut in any::<proptest::sample::Index>(),
        added in proptest::collection::vec(any::<u8>(), 1..9),
    ) {
        let bytes = encode_changes(&changes).bytes;
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= xor;
        let longer = [bytes.clone(), added].concat();
        for damaged in [&changed[..], &bytes[..cut.index(bytes.len())], &longer[..]] {
            if let Ok(read) = decode_changes(damaged) {
                prop_assert_eq!(encode_changes(&read).bytes, damaged);
                prop_assert_ne!(read, changes.clone());
            }
        }
    }
}

#[test]
fn a_count_of_billions_in_a_few_bytes_asks_for_no_memory() {
    // 2⁶³ changes, 2⁶³ tags, a text of 2⁶³ bytes.
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    for head in [&[1_u8][..], &[11], &[5], &[15, 7], &[15, 8]] {
        let bytes = [head, &huge[..]].concat();
        assert!(decode_changes(&bytes).is_err());
        assert!(decode(&bytes).is_err());
    }
}

#[test]
fn json_nested_without_end_is_refused_without_overflowing_the_stack() {
    let mut bytes = vec![15];
    for _ in 0..1_000_000 {
        bytes.extend([7, 1]); // an array of one…
    }
    assert!(decode(&bytes).unwrap_err().to_string().starts_with("JSON nested too deeply at byte"));
}

#[test]
fn a_fault_says_what_and_where() {
    assert_eq!(decode(&[]).unwrap_err().to_string(), "the end came too soon at byte 0");
    assert_eq!(decode(&[99]).unwrap_err().to_string(), "an unknown kind of value at byte 1");
    assert_eq!(decode(&[0, 0]).unwrap_err().to_string(), "bytes after the end at byte 1");
    assert_eq!(decode_changes(&[3]).unwrap_err().to_string(), "an unknown format of changes at byte 0");
}
