//! `docs/formats/journal.md` is true: its worked example, read by hand, and the hashes it gives.

use dictionary::{RecordId, Value};
use journal::chain::{CHAIN_START, Header, chain_hash};
use journal::json::hexadecimal;
use journal::payload::{encode_changes, payload_hash};
use journal::{Actor, Cause, Change, FieldChange, Operation, Origin, RowBytes, StateDigest};
use uuid::Uuid;

const DOCUMENT: &str = include_str!("../../../../docs/formats/journal.md");

/// The hexadecimal block that follows a heading of the document.
fn documented(heading: &str) -> String {
    let after = DOCUMENT.split(heading).nth(1).unwrap_or_else(|| panic!("no «{heading}» in the document"));
    let block = after.split("```").nth(1).unwrap();
    let bytes = block.lines().skip(1).map(|line| line.split('|').next().unwrap_or_default());
    bytes.flat_map(str::split_whitespace).collect()
}

fn example() -> Change {
    let field = |field: &str, old: Value, new: Value| FieldChange { field: field.into(), old, new };
    Change {
        entity: "account".into(),
        record: RecordId(Uuid::from_u128(0x0192_f3a0_0000_7000_8000_0000_0000_0001)),
        operation: Operation::Update,
        fields: vec![
            field("balance", Value::Decimal("12.50".parse().unwrap()), Value::Null),
            field("name", Value::from("Été"), Value::from("A")),
        ],
        redacted: Vec::new(),
    }
}

#[test]
fn the_documented_payload_is_the_one_written() {
    assert_eq!(hexadecimal(&encode_changes(&[example()]).bytes), documented("### Example of a payload"));
}

/// The same hashes from bytes put together by hand, as the document says.
fn by_hand() -> [String; 3] {
    let record = [1, 0x92, 0xf3, 0xa0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1];
    let payload: Vec<u8> = (0..documented("### Example of a payload").len() / 2)
        .map(|n| u8::from_str_radix(&documented("### Example of a payload")[2 * n..2 * n + 2], 16).unwrap())
        .collect();
    let payload_hash = *blake3::hash(&payload).as_bytes();

    let row = [&b"tisserand row 1\0\x07account"[..], &record, b"\x04name\x05\x01A"].concat();
    let mut lanes = [0; 2_048];
    blake3::Hasher::new().update(&row).finalize_xof().fill(&mut lanes);
    let digest = *blake3::hash(&lanes).as_bytes();

    // 1 790 000 000 seconds in microseconds, zigzag: 3.58·10¹⁵, seven bits a byte.
    let mut instant = Vec::new();
    let mut left: u64 = 2 * 1_790_000_000_000_000;
    while left >= 128 {
        instant.push((left % 128) as u8 + 128);
        left /= 128;
    }
    instant.push(left as u8);
    let entry = [
        &b"tisserand chain 1\0"[..],
        &[0; 32],
        &[1, 1],
        &instant,
        &[1],
        &record,
        &[1, 0, 1, 3],
        b"r-1",
        &[32],
        &payload_hash,
        &[32],
        &digest,
    ]
    .concat();
    [payload_hash, digest, *blake3::hash(&entry).as_bytes()].map(|hash| hexadecimal(&hash))
}

#[test]
fn the_documented_hashes_are_the_ones_computed() {
    let [payload_by_hand, digest_by_hand, chain_by_hand] = by_hand();
    assert_eq!(documented("### Its payload hash"), payload_by_hand);
    assert_eq!(documented("### Its digest"), digest_by_hand);
    assert_eq!(documented("### Its chain hash"), chain_by_hand);
    let payload_hash = payload_hash(&encode_changes(&[example()]).bytes);
    assert_eq!(hexadecimal(&payload_hash), documented("### Its payload hash"));
    let (name, nothing) = (Value::from("A"), Value::Null);
    let mut digest = StateDigest::default();
    digest.add(&RowBytes::new("account", example().record, [("balance", &nothing), ("name", &name)]));
    assert_eq!(hexadecimal(&digest.hash()), documented("### Its digest"));
    let cause = Cause {
        at: "2026-09-21T14:13:20Z".parse().unwrap(),
        actor: Actor::User(example().record),
        origin: Origin::Web,
        device: None,
        request: Some("r-1".into()),
    };
    let digest = digest.hash();
    let header =
        Header { position: 1, epoch: 1, cause: &cause, payload_hash: &payload_hash, digest: &digest };
    assert_eq!(hexadecimal(&chain_hash(&CHAIN_START, header)), documented("### Its chain hash"));
}
