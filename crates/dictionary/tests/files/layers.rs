//! Layers: what they may change, and that each value remembers where it comes from.

use std::collections::BTreeMap;

use crate::common::{LIBRARY, shown, singles};
use dictionary::Layer;
use dictionary::layers::{Setting, in_order, merge};
use proptest::prelude::*;

#[test]
fn a_value_remembers_every_layer_that_set_it() {
    let layers = singles(&[
        ("library", LIBRARY),
        ("acme", "[entities.book.fields.title]\nmax_length = 80"),
        ("client", "\n[entities.book.fields.title]\n  max_length = 60"),
    ]);
    let merged = merge(&layers).unwrap();
    let path = "entities.book.fields.title.max_length";
    assert_eq!(merged.value(path), Some(&Setting::Integer(60)));
    let now = merged.provenance(path).unwrap();
    assert_eq!((now.layer, now.file, now.line, now.column), ("client", "layer.toml", 3, 16));
    let layers: Vec<&str> = merged.history(path).iter().map(|setting| setting.layer).collect();
    assert_eq!(layers, ["acme", "client"]);
    assert_eq!(merged.provenance("entities.book.fields.title.type").unwrap().layer, "library");
    assert_eq!(merged.provenance("entities.book.fields.title.pattern"), None);
}

#[test]
fn names_with_dots_are_one_step_of_a_path() {
    let columns = "[screens.book.list.columns.\"author.name\"]\nwidth = 120";
    let merged = merge(&singles(&[("library", columns)])).unwrap();
    let path = "screens.book.list.columns.\"author.name\".width";
    assert_eq!(merged.value(path), Some(&Setting::Integer(120)));
    assert!(merged.attributes().iter().any(|(attribute, _)| attribute == path));
}

#[test]
fn two_layers_that_add_the_same_field_with_different_types_are_in_conflict() {
    let isbn = |kind: &str| format!("[entities.book.fields.isbn]\ntype = \"{kind}\"");
    let (one, other) = (isbn("text"), isbn("integer"));
    let faults = merge(&singles(&[("library", LIBRARY), ("one", &one), ("other", &other)])).unwrap_err();
    let expected = "\
error[conflict]: conflict: `entities.book.fields.isbn.type` is `integer` in `other`, but `text` in `one`; rename one of the two fields
 --> other/layer.toml:2:8
  |
2 | type = \"integer\"
  |        ^^^^^^^^^
 --> one/layer.toml:2:8
  |
2 | type = \"text\"
  |        ^ the other is here";
    assert_eq!(shown(&faults), expected);

    // The same type twice is no conflict.
    assert!(merge(&singles(&[("library", LIBRARY), ("one", &one), ("other", &one)])).is_ok());
}

#[test]
fn modules_are_sorted_above_what_they_depend_on() {
    let module = |name: &str, depends: &str| {
        let content = format!("name = \"{name}\"\ndepends = [{depends}]");
        Layer { name: name.into(), files: BTreeMap::from([("module.toml".into(), content)]) }
    };
    let sorted = in_order(vec![module("c", "\"b\""), module("z", ""), module("b", "\"a\""), module("a", "")]);
    let names: Vec<String> = sorted.unwrap().into_iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["z", "a", "b", "c"]);

    let faults = in_order(vec![module("a", "\"b\""), module("b", "\"a\"")]).unwrap_err();
    assert_eq!(faults.len(), 2);
    assert_eq!(
        (faults[0].code, faults[0].file.as_str(), faults[0].line),
        ("depends_cycle", "a/module.toml", 2)
    );
}

/// Attributes of a layer: some of the library's, some new.
fn attributes() -> impl Strategy<Value = BTreeMap<String, i64>> {
    let name = prop::sample::select(vec!["max_length", "width", "min", "max", "scale"]);
    let field = prop::sample::select(vec!["title", "author", "genre", "pages", "isbn"]);
    let entity = prop::sample::select(vec!["book", "author", "shelf"]);
    let path = (entity, field, name).prop_map(|(e, f, n)| format!("entities.{e}.fields.{f}.{n}"));
    prop::collection::btree_map(path, 0..1000_i64, 0..12)
}

fn toml(attributes: &BTreeMap<String, i64>) -> String {
    attributes.iter().map(|(path, value)| format!("{path} = {value}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_layer_changes_what_it_names_and_nothing_else(lower in attributes(), upper in attributes()) {
        let (lower, upper_text) = (toml(&lower), toml(&upper));
        let before = merge(&singles(&[("library", LIBRARY), ("lower", &lower)])).unwrap();
        let after = merge(&singles(&[("library", LIBRARY), ("lower", &lower), ("upper", &upper_text)])).unwrap();
        for (path, value) in before.attributes() {
            let now = after.provenance(&path).unwrap();
            match upper.get(&path) {
                None => {
                    prop_assert_eq!(now.value, value);
                    prop_assert_eq!(now.layer, before.provenance(&path).unwrap().layer);
                }
                Some(_) => prop_assert_eq!(after.history(&path).len(), before.history(&path).len() + 1),
            }
        }
        for (path, value) in &upper {
            let now = after.provenance(path).unwrap();
            prop_assert_eq!(now.value, &Setting::Integer(*value));
            prop_assert_eq!(now.layer, "upper");
            let line = upper_text.lines().nth(now.line - 1).unwrap();
            prop_assert_eq!(line, format!("{path} = {value}"));
        }
        let added = after.attributes().len() - before.attributes().len();
        let new = upper.keys().filter(|path| before.value(path).is_none()).count();
        // The layer's own head is no attribute of its: an empty `layers.upper` holds nothing.
        prop_assert_eq!(added, new);
    }
}
