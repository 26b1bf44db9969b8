//! Broken modules and exactly what is said of them: `broken/<case>/expected.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use dictionary::layers::in_order;
use dictionary::{Label, Language, Layer, compile};

use crate::common::shown;
use crate::folders::{folders, layer};

fn broken() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/broken")
}

/// Layers of a case: modules first, then layers.
fn layers(case: &str) -> Vec<Layer> {
    let mut layers: Vec<Layer> = folders(&broken().join(case)).iter().map(|folder| layer(folder)).collect();
    layers.sort_by_key(|layer| !layer.files.contains_key("module.toml"));
    in_order(layers).unwrap()
}

fn expect(case: &str) {
    let faults = compile(&layers(case)).expect_err("the module is broken");
    let said = shown(&faults) + "\n";
    let expected = broken().join(case).join("expected.txt");
    let found = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{case}.txt"));
    fs::write(&found, &said).unwrap();
    let wanted = fs::read_to_string(&expected).unwrap_or_default();
    assert!(said == wanted, "{} differs from {}:\n{said}", found.display(), expected.display());
}

#[test]
fn a_wrong_name_is_shown_with_what_was_probably_meant() {
    expect("spelling");
}

#[test]
fn a_wrong_value_is_shown_with_what_was_expected() {
    expect("shapes");
}

#[test]
fn files_that_are_not_toml_are_reported_before_anything_else() {
    expect("syntax");
}

#[test]
fn circles_are_named() {
    expect("circles");
}

#[test]
fn an_expression_is_underlined_where_it_is_wrong() {
    expect("expressions");
}

#[test]
fn lines_and_their_parents_agree() {
    expect("lines");
}

#[test]
fn every_fault_speaks_french_and_english() {
    for case in folders(&broken()) {
        let case = case.file_name().unwrap().to_str().unwrap().to_owned();
        for fault in compile(&layers(&case)).unwrap_err() {
            let Label(texts) = &fault.message;
            assert!(texts.len() == 2 && texts["fr"] != texts["en"], "{texts:?}");
            assert!(fault.render(Language::Fr).starts_with("erreur["), "{fault}");
        }
    }
}
