//! Arbitrary values, changes and entries.

use dictionary::value::{Address, FileRef, Point};
use dictionary::{RecordId, Value};
use jiff::{Timestamp, civil};
use journal::value::instant_of_micros;
use journal::{Actor, Cause, Change, Entry, FieldChange, Operation, Origin};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("é".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("👩\u{200d}🚒".to_owned()),
        any::<String>(),
        "[a-z_]{1,12}",
    ]
}

pub(crate) fn record() -> impl Strategy<Value = RecordId> {
    any::<u128>().prop_map(|n| RecordId(Uuid::from_u128(n)))
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Into::into),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Microseconds that instants reach.
fn micros() -> impl Strategy<Value = i64> {
    let (min, max) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    prop_oneof![min..=max, Just(min), Just(max), -2_i64..2]
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let degrees = || (-180.0..=180.0_f64).prop_map(|n| n + 0.0);
    let part = || proptest::option::of(text());
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        (any::<i64>(), 0..=28_u32).prop_map(|(units, scale)| Value::Decimal(Decimal::new(units, scale))),
        (any::<[u32; 3]>(), any::<bool>(), 0..=28_u32).prop_map(|(n, negative, scale)| Value::Decimal(
            Decimal::from_parts(n[0], n[1], n[2], negative, scale)
        )),
        text().prop_map(Value::Text),
        (1..=9999_i16, 1..=12_i8, 1..=28_i8).prop_map(|(y, m, d)| Value::Date(civil::date(y, m, d))),
        (0..24_i8, 0..60_i8, 0..60_i8).prop_map(|(h, m, s)| Value::Time(civil::time(h, m, s, 0))),
        micros().prop_map(|n| Value::DateTime(instant_of_micros(n).unwrap())),
        any::<i64>().prop_map(Value::Duration),
        record().prop_map(Value::Id),
        proptest::collection::vec(text(), 0..4).prop_map(Value::Tags),
        (degrees(), degrees()).prop_map(|(latitude, longitude)| Value::Point(Point { latitude, longitude })),
        (part(), part(), part(), part(), part(), part()).prop_map(
            |(lines, postcode, city, insee, region, country)| {
                Value::Address(Box::new(Address { lines, postcode, city, insee, region, country }))
            }
        ),
        (text(), text(), any::<u64>(), text()).prop_map(|(name, media_type, size, hash)| {
            Value::File(Box::new(FileRef { name, media_type, size, hash }))
        }),
        json().prop_map(|json| Value::Json(Box::new(json))),
    ]
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let operation = prop_oneof![Just(Operation::Create), Just(Operation::Update), Just(Operation::Delete)];
    let fields = proptest::collection::btree_map(text(), (value(), value()), 0..5);
    (text(), record(), operation, fields).prop_map(|(entity, record, operation, fields)| {
        let fields = fields.into_iter().map(|(field, (old, new))| FieldChange { field, old, new }).collect();
        Change { entity, record, operation, fields, redacted: Vec::new() }
    })
}

pub(crate) fn cause() -> impl Strategy<Value = Cause> {
    let actor = prop_oneof![Just(Actor::System), record().prop_map(Actor::User)];
    let origin = (0..8_u8).prop_map(|code| Origin::from_code(code).unwrap());
    (micros(), actor, origin, proptest::option::of(text()), proptest::option::of(text())).prop_map(
        |(at, actor, origin, device, request)| Cause {
            at: instant_of_micros(at).unwrap(),
            actor,
            origin,
            device,
            request,
        },
    )
}

/// A chain of entries, right from the first.
pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (cause(), proptest::collection::vec(change(), 0..4), any::<[u8; 32]>(), 1..3_u64);
    proptest::collection::vec(one, 1..6).prop_map(|parts| {
        let mut chain = journal::chain::CHAIN_START;
        let entries = parts.into_iter().enumerate().map(|(index, (cause, changes, digest, epoch))| {
            let payload_hash =
                journal::payload::payload_hash(&journal::payload::encode_changes(&changes).bytes);
            let position = index as u64 + 1;
            let header = journal::chain::Header {
                position,
                epoch,
                cause: &cause,
                payload_hash: &payload_hash,
                digest: &digest,
            };
            chain = journal::chain::chain_hash(&chain, header);
            Entry { position, epoch, cause, changes: Some(changes), payload_hash, digest, chain }
        });
        entries.collect()
    })
}
