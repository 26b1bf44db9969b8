//! The state digest depends on the rows alone.

use dictionary::{RecordId, Value};
use journal::{RowBytes, StateDigest};
use proptest::prelude::*;
use uuid::Uuid;

use crate::values::value;

fn row(n: u128, fields: &[(String, Value)]) -> RowBytes {
    RowBytes::new("account", RecordId(Uuid::from_u128(n)), fields.iter().map(|(f, v)| (f.as_str(), v)))
}

fn rows() -> impl Strategy<Value = Vec<RowBytes>> {
    let fields = proptest::collection::btree_map("[a-e]", value(), 0..4);
    proptest::collection::vec(fields, 0..8).prop_map(|rows| {
        let row = |(n, fields): (usize, std::collections::BTreeMap<String, Value>)| {
            row(n as u128, &fields.into_iter().collect::<Vec<_>>())
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn digest<'r>(rows: impl IntoIterator<Item = &'r RowBytes>) -> StateDigest {
    let mut digest = StateDigest::default();
    rows.into_iter().for_each(|row| digest.add(row));
    digest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_order_gives_the_same_digest(rows in rows()) {
        prop_assert_eq!(digest(&rows), digest(rows.iter().rev()));
    }

    #[test]
    fn removing_undoes_adding_and_halves_add_up(rows in rows(), cut in any::<proptest::sample::Index>()) {
        let cut = cut.index(rows.len() + 1);
        let mut all = digest(&rows);
        let mut halves = digest(&rows[..cut]);
        halves.merge(&digest(&rows[cut..]));
        prop_assert_eq!(&halves, &all);
        rows[cut..].iter().for_each(|row| all.remove(row));
        prop_assert_eq!(&all, &digest(&rows[..cut]));
        prop_assert_eq!(StateDigest::from_bytes(&all.to_bytes()), Some(all));
    }

    #[test]
    fn nulls_do_not_count_and_anything_else_does(name in "[a-z]{1,5}", value in value()) {
        let without = row(1, &[]);
        let with = row(1, &[(name, value.clone())]);
        prop_assert_eq!(digest([&with]) == digest([&without]), value == Value::Null);
    }
}

#[test]
fn the_entity_and_the_id_count() {
    let id = |n| RecordId(Uuid::from_u128(n));
    let name = Value::from("A");
    let row = |entity, n| digest([&RowBytes::new(entity, id(n), [("name", &name)])]).hash();
    assert_ne!(row("account", 1), row("contact", 1));
    assert_ne!(row("account", 1), row("account", 2));
    assert_eq!(StateDigest::from_bytes(&[0; 7]), None);
}
