//! What holds for every type of field, whatever people, files and programs give it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

use dictionary::field_types::{ColumnKind, FIELD_TYPES, FieldContext, FieldType, field_type};
use dictionary::label::Label;
use dictionary::model::{ListValue, Options, ValueList};
use dictionary::value::{Address, FileRef, Point};
use dictionary::{Language, RecordId, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// The order of `docs/dictionary/files.md`, after `id`.
const NAMES: [&str; 28] = [
    "id",
    "text",
    "long_text",
    "rich_text",
    "code",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "time",
    "datetime",
    "duration",
    "choice",
    "choices",
    "reference",
    "related",
    "lines",
    "file",
    "image",
    "signature",
    "point",
    "address",
    "email",
    "phone",
    "url",
    "colour",
    "json",
];

#[test]
fn every_type_of_the_documentation_is_registered_once() {
    let names: Vec<&str> = FIELD_TYPES.iter().map(|kind| kind.name()).collect();
    assert_eq!(names, NAMES);
    assert!(NAMES.iter().all(|name| field_type(name).is_some_and(|kind| kind.name() == *name)));
    assert!(field_type("computed").is_none() && field_type("").is_none());
    let documentation = include_str!("../../../docs/dictionary/files.md");
    for name in NAMES.iter().filter(|name| **name != "id") {
        assert!(documentation.contains(&format!("`{name}`")), "{name} is not documented");
    }
}

#[test]
fn nothing_is_nothing_for_every_type() {
    let options = Options::default();
    let context = FieldContext::new(&options);
    for kind in FIELD_TYPES {
        assert_eq!(kind.check(Value::Null, &context), Ok(Value::Null), "{}", kind.name());
        assert_eq!(kind.parse("", &context), Ok(Value::Null), "{}", kind.name());
        assert_eq!(kind.parse(" \u{a0} ", &context), Ok(Value::Null), "{}", kind.name());
        assert_eq!(kind.from_json(&Json::Null, &options), Ok(Value::Null), "{}", kind.name());
        assert_eq!(kind.to_json(&Value::Null, &options), Json::Null, "{}", kind.name());
        assert_eq!(kind.format(&Value::Null, &options), "", "{}", kind.name());
        assert_eq!(kind.join(kind.split(&Value::Null)), Value::Null, "{}", kind.name());
        assert!(kind.check_options(&options).is_empty(), "{}", kind.name());
        assert_eq!(kind.is_virtual(), kind.columns(&options).is_empty(), "{}", kind.name());
    }
}

#[test]
fn no_text_with_a_nul_is_kept() {
    let options = Options::default();
    let context = FieldContext::new(&options);
    let evil = "a\0b".to_owned();
    let address = Address { city: Some(evil.clone()), ..Address::default() };
    let file = FileRef { name: evil.clone(), media_type: "image/png".into(), size: 1, hash: "0".repeat(64) };
    let values = [
        Value::Text(evil.clone()),
        Value::Tags(vec![evil.clone()]),
        Value::Address(Box::new(address)),
        Value::File(Box::new(file)),
        Value::Json(Box::new(json!({evil.clone(): [evil]}))),
    ];
    for kind in FIELD_TYPES {
        for value in &values {
            assert!(kind.check(value.clone(), &context).is_err(), "{} keeps {value:?}", kind.name());
        }
    }
}

/// A field of each type with some of its attributes set, and a list for the choices.
fn fields() -> Vec<(&'static dyn FieldType, Options)> {
    let plain = FIELD_TYPES.iter().map(|kind| (*kind, Options::default()));
    let some = |text: &str| Some(text.to_owned());
    let special = [
        ("text", Options { transform: some("upper"), max_length: Some(8), ..Options::default() }),
        ("decimal", Options { precision: Some(18), scale: Some(9), ..Options::default() }),
        ("decimal", Options { precision: Some(18), scale: Some(18), ..Options::default() }),
        ("decimal", Options { scale: Some(0), unit: some("kg"), ..Options::default() }),
        ("money", Options { currency: some("GBP"), min: some("-5"), ..Options::default() }),
        ("phone", Options { region: some("US"), ..Options::default() }),
    ];
    let special = special.into_iter().map(|(name, options)| (field_type(name).unwrap(), options));
    plain.chain(special).collect()
}

fn list() -> ValueList {
    let value = |tag: &str, fr: &str| ListValue {
        tag: tag.into(),
        label: Label::new(fr, tag),
        colour: None,
        icon: None,
        active: true,
        layer: "test".into(),
    };
    ValueList {
        name: "size".into(),
        label: Label::new("Tailles", "Sizes"),
        closed: true,
        module: "test".into(),
        values: vec![value("small", "Petit"), value("big", "Grand, très grand"), value("none", "")],
    }
}

proptest! {
    #[test]
    fn what_is_kept_comes_back_from_everywhere(value in any_value()) {
        let (fields, list) = (fields(), list());
        for (kind, options) in &fields {
            let context = FieldContext { list: Some(&list), ..FieldContext::new(options) };
            let Ok(kept) = kind.check(value.clone(), &context) else { continue };
            let name = kind.name();
            prop_assert_eq!(kind.check(kept.clone(), &context), Ok(kept.clone()), "{} checks twice", name);

            let wire = serde_json::to_string(&kind.to_json(&kept, options)).unwrap();
            let back = kind.from_json(&serde_json::from_str(&wire).unwrap(), options);
            let back = back.and_then(|back| kind.check(back, &context));
            prop_assert_eq!(back, Ok(kept.clone()), "{} through JSON {}", name, wire);

            let columns = kind.columns(options);
            let cells = kind.split(&kept);
            prop_assert_eq!(cells.len(), columns.len(), "{}", name);
            for (cell, column) in cells.iter().zip(&columns) {
                prop_assert!(suits(cell, column.kind), "{}: {:?} in {:?}", name, cell, column);
            }
            if !columns.is_empty() {
                prop_assert_eq!(kind.join(cells), kept.clone(), "{}", name);
            }

            if !matches!(kept, Value::File(_)) {
                let text = kind.format(&kept, options);
                for language in [Language::Fr, Language::En] {
                    let back = kind.parse(&text, &FieldContext { language, ..context });
                    let back = back.and_then(|back| kind.check(back, &context));
                    prop_assert_eq!(back, Ok(kept.clone()), "{} through text {:?}", name, text);
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any_text()) {
        let list = list();
        for (kind, options) in &fields() {
            for list in [None, Some(&list)] {
                let context = FieldContext { list, ..FieldContext::new(options) };
                if let Ok(value) = kind.parse(&text, &context)
                    && let Ok(kept) = kind.check(value, &context)
                {
                    prop_assert_eq!(kind.check(kept.clone(), &context), Ok(kept), "{}", kind.name());
                }
            }
        }
    }

    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        for (kind, options) in &fields() {
            if let Ok(value) = kind.from_json(&json, options) {
                let _ = kind.check(value, &FieldContext::new(options));
            }
        }
    }
}

/// Whether a cell is one that a store may be given for a column of that kind.
fn suits(cell: &Value, kind: ColumnKind) -> bool {
    match (kind, cell) {
        (_, Value::Null)
        | (ColumnKind::Id, Value::Id(_))
        | (ColumnKind::Integer, Value::Integer(_))
        | (ColumnKind::Boolean, Value::Boolean(_))
        | (ColumnKind::Date, Value::Date(_))
        | (ColumnKind::Time, Value::Time(_))
        | (ColumnKind::DateTime, Value::DateTime(_))
        | (ColumnKind::Duration, Value::Duration(_)) => true,
        (ColumnKind::Text, Value::Text(text)) => !text.is_empty() && !text.contains('\0'),
        (ColumnKind::Decimal(scale), Value::Decimal(number)) => {
            number.scale() == scale && number.mantissa().unsigned_abs() < 10_u128.pow(18)
        }
        (ColumnKind::Real, Value::Json(json)) => json.is_number(),
        (ColumnKind::Tags, Value::Tags(tags)) => !tags.is_empty() && tags.is_sorted_by(|a, b| a < b),
        (ColumnKind::Json, Value::Json(json)) => !json.is_null(),
        _ => false,
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let part = || prop::option::of("[ A-Za-z0-9é,\n()]{0,12}");
    let address = (
        part(),
        prop::option::of("[0-9]{5}|[A-Z0-9 ]{0,8}"),
        part(),
        prop::option::of("2[AB][0-9]{3}|[0-9]{5}"),
        part(),
        prop::option::of("[A-Za-z]{2}"),
    )
        .prop_map(|(lines, postcode, city, insee, region, country)| {
            Value::Address(Box::new(Address { lines, postcode, city, insee, region, country }))
        });
    let file = (
        "[a-z./ ]{0,12}",
        prop::sample::select(vec!["image/png", "text/plain", "x"]),
        0u64..30_000_000,
        "[0-9a-f]{64}",
    )
        .prop_map(|(name, media_type, size, hash)| {
            Value::File(Box::new(FileRef { name, media_type: media_type.into(), size, hash }))
        });
    prop_oneof![
        any_text().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Integer),
        (any::<i64>(), 0u32..28).prop_map(|(n, scale)| Value::Decimal(rust_decimal::Decimal::new(n, scale))),
        (-10_000i64..10_000, 0u32..5)
            .prop_map(|(n, scale)| Value::Decimal(rust_decimal::Decimal::new(n, scale))),
        any::<bool>().prop_map(Value::Boolean),
        (-9999i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
        (0i8..24, 0i8..60, 0i8..60, 0i32..1_000_000_000)
            .prop_map(|(h, m, s, n)| Value::Time(jiff::civil::time(h, m, s, n))),
        (-377_705_023_201i64..=253_402_207_200, 0i32..1_000_000_000)
            .prop_filter_map("in range", |(s, n)| jiff::Timestamp::new(s, n).ok().map(Value::DateTime)),
        any::<i64>().prop_map(Value::Duration),
        any::<u128>().prop_map(|n| Value::Id(RecordId::parse(&format!("{n:032x}")).unwrap())),
        prop::collection::vec(prop::sample::select(vec!["small", "big", "none", "other"]), 0..4)
            .prop_map(|tags| Value::Tags(tags.into_iter().map(str::to_owned).collect())),
        (-91.0..91.0, -181.0..181.0)
            .prop_map(|(latitude, longitude)| Value::Point(Point { latitude, longitude })),
        address,
        file,
        any_json().prop_map(|json| Value::Json(Box::new(json))),
    ]
}

/// Texts that look like what some type reads, and any other.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+(]?[0-9]{0,4}[ ,.'\u{a0}]?[0-9]{0,4}[,.]?[0-9]{0,4}[)€%]?",
        "[0-9]{1,4}[-/.: ][0-9]{1,2}[-/.: ][0-9]{1,4}([T ][0-9:hZ+]{0,9})?",
        "[+0]{0,2}[0-9 .()-]{0,18}",
        "[-]?P?[0-9]{0,3}[DWT]?[0-9]{0,4}[hHmM: ]{0,2}[0-9]{0,3}( ?min|S|s)?",
        "[a-zA-Zé.+-]{0,6}@[a-zé-]{0,5}[.]?[a-z]{0,4}",
        "(https?|mailto|HTTP|javascript)?:?/{0,2}[a-zA-Z.é]{0,9}(:[0-9]{0,5})?[/?#a-z%]{0,6}",
        "#?[0-9a-fA-F]{2,7}",
        "-?[0-9]{1,3}[.,]?[0-9]{0,8}°?[ ,;NS]{1,2}-?[0-9]{1,3}[.,]?[0-9]{0,8}[EW]?",
        "(small|big|petit|Grand, très grand|none)([;,|](small|Petit|x))?",
        "oui|NON|true|1|vrai",
        "[ A-Za-z0-9]{0,12}[,\n] ?[0-9]{5} [A-Za-z é]{0,8}( [(][0-9]{5}[)])?(, [A-Z]{2})?",
        "[{\\[\"]?[a-z0-9:,\"]{0,8}[}\\]\"]?",
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any_text().prop_map(Json::from),
        Just(json!({"type": "Point", "coordinates": [7.75, 48.57]})),
        Just(json!({"type": "Point", "coordinates": [7.75]})),
        Just(json!({"name": "a", "type": "b/c", "size": -1, "hash": ""})),
        Just(json!({"city": "Strasbourg", "country": 3})),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{1,5}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}
