//! Entries as JSON, and back.

use dictionary::Value;
use journal::json::{entry_from_json, entry_to_json, value_from_json, value_to_json};
use proptest::prelude::*;
use serde_json::json;

use crate::values::{entries, value};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_value_comes_back_through_text(value in value()) {
        let text = value_to_json(&value).to_string();
        prop_assert_eq!(value_from_json(&serde_json::from_str(&text).unwrap()).unwrap(), value);
    }

    #[test]
    fn an_entry_comes_back_through_text_and_still_verifies(entries in entries()) {
        let text = |entry| entry_to_json(entry).to_string();
        let back: Result<Vec<_>, _> =
            entries.iter().map(|entry| entry_from_json(&serde_json::from_str(&text(entry)).unwrap())).collect();
        let back = back.unwrap();
        prop_assert_eq!(&back, &entries);
        prop_assert!(journal::verify(&back).is_ok());
    }
}

#[test]
fn what_people_read_is_plain() {
    let plain = |value: Value| value_to_json(&value);
    assert_eq!(plain("Étienne".into()), json!("Étienne"));
    assert_eq!(plain(Value::Integer(4)), json!(4));
    assert_eq!(plain(Value::Decimal("12.50".parse().unwrap())), json!({"decimal": "12.50"}));
    assert_eq!(plain(Value::Date(jiff::civil::date(2026, 3, 29))), json!({"date": "2026-03-29"}));
    assert_eq!(plain(Value::Json(Box::new(json!({"a": 1})))), json!({"json": {"a": 1}}));
}

#[test]
fn json_that_is_no_entry_says_which_part() {
    let error = entry_from_json(&json!({"position": 1})).unwrap_err();
    assert_eq!(error.to_string(), "cause is missing or is not what it should be");
    for wrong in
        [json!([1]), json!(1.5), json!({"what": 1}), json!({}), json!({"a": 1, "b": 2}), json!({"date": "x"})]
    {
        assert!(value_from_json(&wrong).is_err(), "{wrong}");
    }
}
