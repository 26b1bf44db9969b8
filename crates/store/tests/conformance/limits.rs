//! Values at their limits: kept as they were given, sorted and found as in memory.

use std::sync::Arc;

use dictionary::expression::{check, check_condition, parse};
use dictionary::model::Sort;
use dictionary::value::{Address, Point};
use dictionary::{RecordId, Value, value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::{Keyset, Row, Select, StoreError};

use crate::support::{TestStore, compiled, context, each, id, row, value as field};

/// Texts that PostgreSQL, SQLite and C have each their own trouble with.
const TEXTS: &[&str] = &[
    "👩🏽‍🚒 pompière",
    "e\u{301}te\u{301} composé",
    "été composé",
    "שָׁלוֹם עולם",
    "مرحبا بالعالم",
    "\u{1}\u{2}\u{7f}",
    "tab\tand\nline",
    "back\\slash 'quote' \"double\" $1 ?",
    "\u{feff}mark",
    "\u{10ffff}",
    "ﷺ",
    "Ὀδυσσεύς ΟΔΥΣΣΕΥΣ",
    " ",
    "%_",
];

const INSTANTS: &[&str] = &[
    "0001-01-01T00:00:00Z",
    "1899-12-31T23:59:59.999999Z",
    "1900-01-01T00:00:00Z",
    "1911-03-10T23:50:39Z", // Paris gives up its own time
    "2026-03-29T00:59:59.999999Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:59:59Z",
    "2026-10-25T01:00:00Z",
    "2101-01-01T00:00:00.000001Z",
    "9999-12-30T21:59:59.999999Z",
];

const DATES: &[&str] = &["0001-01-01", "1582-10-10", "1899-12-31", "2000-02-29", "2100-02-28", "9999-12-31"];

/// Decimals of 18 digits and two after the point, in units of the last: no double holds the long ones.
const UNITS: &[i64] = &[0, 1, -1, 999_999_999_999_999_999, -999_999_999_999_999_999, 900_719_925_474_099_301];

fn values() -> Vec<(&'static str, Value)> {
    let text = |text: &&str| ("name", Value::from(*text));
    let mut values: Vec<(&str, Value)> = TEXTS.iter().map(text).collect();
    values.extend([i64::MAX, i64::MIN, 0, -1].map(|n| ("staff", Value::Integer(n))));
    values.extend(UNITS.iter().map(|n| ("balance", Value::Decimal(Decimal::new(*n, 2)))));
    values.extend([true, false].map(|b| ("blocked", Value::Boolean(b))));
    values.extend(DATES.iter().map(|d| ("founded", Value::Date(d.parse::<Date>().unwrap()))));
    values.extend(["00:00:00", "23:59:59"].map(|t| ("opens", Value::Time(t.parse().unwrap()))));
    values.extend(INSTANTS.iter().map(|i| ("seen", Value::DateTime(i.parse().unwrap()))));
    values.extend(
        [(-90.0, 180.0), (90.0, -180.0), (5e-324, 1e-7), (48.583_333_3, 7.75)]
            .map(|(latitude, longitude)| ("place", Value::Point(Point { latitude, longitude }))),
    );
    let city = |city: &&str| Address { city: Some((*city).to_owned()), ..Address::default() };
    values.extend(TEXTS.iter().map(|text| ("main_address", Value::Address(Box::new(city(text))))));
    let json = [
        serde_json::json!({"b": 1, "a": [1e16, 1.0, -0.5, u64::MAX, i64::MIN, 1e300, "\u{1f600}", null, {}]}),
        serde_json::json!("text"),
        serde_json::json!([]),
    ];
    values.extend(json.map(|json| ("extra", Value::Json(Box::new(json)))));
    values
}

fn sorted(test: &TestStore, source: &str, descending: bool) -> Vec<RecordId> {
    let account = test.dictionary.entity_index("account").unwrap();
    let path = check(&parse(source).unwrap().root, &*test.dictionary, account).unwrap();
    let (context, order) = (context(), [Sort { path, descending }]);
    let position = test.entity("account").index(source).unwrap();
    let snapshot = test.store().snapshot().unwrap();
    let (mut found, mut after): (Vec<RecordId>, Option<Keyset>) = (Vec::new(), None);
    loop {
        let select = Select {
            entity: test.entity("account"),
            filters: Vec::new(),
            search: None,
            order: &order,
            after: after.as_ref(),
            limit: 7,
            context: &context,
            timeout_ms: 10_000,
        };
        let page = snapshot.select(&test.dictionary, &select).unwrap();
        found.extend(page.iter().map(Row::id));
        match page.last() {
            Some(last) if page.len() == 7 => {
                after = Some(Keyset { values: vec![last.get(position).clone()], id: last.id() });
            }
            _ => return found,
        }
    }
}

#[test]
fn values_at_their_limits_come_back_as_they_were_and_sort_as_in_memory() {
    each(|mut test| {
        let given = values();
        for (n, value) in given.iter().enumerate() {
            test.add_account(id(1 + n as u128), std::slice::from_ref(value));
        }
        test.reopen();
        let account = test.entity("account");
        for (n, (name, value)) in given.iter().enumerate() {
            let found = test.account(id(1 + n as u128)).unwrap();
            assert_eq!(field(account, &found, name), value, "{name}");
            let others = account.fields.iter().filter(|f| !f.system && f.name != *name && f.is_stored());
            for other in others {
                assert!(field(account, &found, &other.name).is_null(), "{} beside {name}", other.name);
            }
        }
        for source in ["name", "staff", "balance", "founded", "opens", "seen", "blocked"] {
            for descending in [false, true] {
                let mut expected: Vec<(Value, RecordId)> = given
                    .iter()
                    .enumerate()
                    .map(|(n, (name, value))| {
                        let value = if *name == source { value.clone() } else { Value::Null };
                        (value, id(1 + n as u128))
                    })
                    .collect();
                // Nulls last either way, then the id in the direction of the sort.
                expected.sort_by(|(a, m), (b, n)| {
                    let turn = |order: std::cmp::Ordering| if descending { order.reverse() } else { order };
                    let values = match (a.is_null(), b.is_null()) {
                        (false, false) => turn(value::compare(a, b)),
                        (a, b) => a.cmp(&b),
                    };
                    values.then_with(|| turn(m.cmp(n)))
                });
                let expected: Vec<RecordId> = expected.into_iter().map(|(_, id)| id).collect();
                assert_eq!(sorted(&test, source, descending), expected, "{source}, descending: {descending}");
            }
        }
    });
}

#[test]
fn each_value_is_found_by_itself_and_by_nothing_near() {
    each(|test| {
        let given: Vec<(&str, Value)> = values()
            .into_iter()
            .filter(|(name, _)| !["place", "main_address", "extra"].contains(name))
            .collect();
        for (n, value) in given.iter().enumerate() {
            test.add_account(id(1 + n as u128), std::slice::from_ref(value));
        }
        let (context, snapshot) = (context(), test.store().snapshot().unwrap());
        let account = test.dictionary.entity_index("account").unwrap();
        for (n, (name, value)) in given.iter().enumerate() {
            let literal = match value {
                Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
                Value::Date(date) => format!("date '{date}'"),
                Value::Time(time) => format!("time '{time}'"),
                Value::DateTime(instant) => format!("datetime '{instant}'"),
                Value::Integer(i64::MIN) => "-9223372036854775807 - 1".to_owned(),
                other => value::to_text(other),
            };
            let source = format!("{name} = {literal}");
            let Ok(expression) = parse(&source) else { continue }; // a control character is no literal
            let filter = check_condition(&expression.root, &*test.dictionary, account)
                .unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
            let select = Select {
                entity: test.entity("account"),
                filters: vec![&filter],
                search: None,
                order: &[],
                after: None,
                limit: 100,
                context: &context,
                timeout_ms: 10_000,
            };
            let found = snapshot.select(&test.dictionary, &select).unwrap();
            let expected: Vec<RecordId> = given
                .iter()
                .enumerate()
                .filter(|(_, other)| other.0 == *name && other.1 == *value)
                .map(|(m, _)| id(1 + m as u128))
                .collect();
            assert_eq!(found.iter().map(Row::id).collect::<Vec<_>>(), expected, "{source}");
            assert!(expected.contains(&id(1 + n as u128)));
        }
    });
}

#[test]
fn a_nul_is_refused_and_nothing_is_written() {
    each(|test| {
        let before = test.store().snapshot().unwrap().head().unwrap();
        for (field, value) in [
            ("name", Value::from("a\0b")),
            (
                "main_address",
                Value::Address(Box::new(Address { city: Some("\0".into()), ..Address::default() })),
            ),
        ] {
            let dictionary = Arc::clone(&test.dictionary);
            let refused = test.write(1, move |tx| {
                let account = dictionary.entity("account").unwrap();
                tx.insert(account, row(account, id(1), &[(field, value)]), None)
            });
            assert!(matches!(refused, Err(StoreError::Database { .. })), "{field}");
        }
        assert_eq!(test.store().snapshot().unwrap().head().unwrap(), before);
    });
}

/// Names as long as a dictionary takes them, alike to their last letters.
#[test]
fn the_longest_names_keep_apart() {
    let long = |end: &str| format!("{}{end}", "a".repeat(60 - end.len()));
    let (entity, one, other) = (long("x"), long("one"), long("two"));
    let layer = format!(
        r#"
[entities.{entity}]
label = {{ fr = "Long", en = "Long" }}
plural = {{ fr = "Longs", en = "Longs" }}
order = ["{one}"]
title = "{{{one}}}"
[entities.{entity}.fields]
{one} = {{ type = "text", label = {{ fr = "Un" }}, indexed = true, unique = true }}
{other} = {{ type = "address", label = {{ fr = "Deux" }}, indexed = true }}
"#
    );
    for kind in crate::support::KINDS {
        on_long_names(kind, compiled(&layer), &entity, &one, &other);
    }
}

fn on_long_names(
    kind: &'static crate::support::Kind,
    dictionary: Arc<dictionary::Dictionary>,
    entity: &str,
    one: &str,
    other: &str,
) {
    let test = TestStore::new(kind, Arc::clone(&dictionary));
    let address = |city: &str| {
        Value::Address(Box::new(Address {
            city: Some(city.to_owned()),
            country: Some("FR".to_owned()),
            ..Address::default()
        }))
    };
    let rows: Vec<Row> = (1..=2)
        .map(|n| {
            row(
                test.entity(entity),
                id(n),
                &[(one, Value::Text(format!("n{n}"))), (other, address(&format!("Metz {n}")))],
            )
        })
        .collect();
    let (name, given) = (entity.to_owned(), rows.clone());
    test.write(1, move |tx| {
        let entity = dictionary.entity(&name).unwrap();
        given.into_iter().try_for_each(|row| tx.insert(entity, row, None))
    })
    .unwrap();
    let snapshot = test.store().snapshot().unwrap();
    let found = snapshot.get(test.entity(entity), id(2)).unwrap().unwrap();
    assert_eq!(field(test.entity(entity), &found, other), &address("Metz 2"));
    assert_eq!(field(test.entity(entity), &found, one), &"n2".into());
}
