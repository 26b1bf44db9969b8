//! The modules of this repository, read as an environment reads them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dictionary::field_types::FIELD_TYPES;
use dictionary::{Dictionary, Label, Layer, compile};

fn layer(name: &str) -> Layer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules").join(name);
    let mut files = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                let relative = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(relative, fs::read_to_string(&path).unwrap());
            }
        }
    }
    Layer { name: name.to_owned(), files }
}

fn dictionary(modules: &[&str]) -> Dictionary {
    let layers: Vec<Layer> = modules.iter().map(|name| layer(name)).collect();
    match compile(&layers) {
        Ok(dictionary) => dictionary,
        Err(diagnostics) => {
            let faults: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            panic!("{}", faults.join("\n\n"));
        }
    }
}

#[test]
fn a_company_has_geography_and_core() {
    let dictionary = dictionary(&["geography", "core"]);
    assert!(dictionary.entity("account").is_some());
    assert!(dictionary.entity("commune").is_some());
}

#[test]
fn the_platform_has_the_directory() {
    let dictionary = dictionary(&["directory"]);
    let session = dictionary.entity("session").unwrap();
    assert!(session.field("token_hash").unwrap().secret);
    assert!(dictionary.entity("user").unwrap().field("password_hash").unwrap().secret);
}

/// The two languages of the screens: a missing English text would show as French.
#[test]
fn every_text_is_french_and_english() {
    for modules in [&["geography", "core"][..], &["directory"]] {
        let dictionary = dictionary(modules);
        let mut missing = Vec::new();
        let mut look = |place: String, label: &Label| {
            for language in ["fr", "en"] {
                if label.0.get(language).is_none_or(|text| text.trim().is_empty()) {
                    missing.push(format!("{place}: {language}"));
                }
            }
        };
        for entity in &dictionary.entities {
            look(entity.name.clone(), &entity.label);
            look(entity.name.clone(), &entity.plural);
            if let Some(help) = &entity.help {
                look(format!("{} help", entity.name), help);
            }
            for field in &entity.fields {
                look(format!("{}.{}", entity.name, field.name), &field.label);
                if let Some(help) = &field.help {
                    look(format!("{}.{} help", entity.name, field.name), help);
                }
            }
            for rule in &entity.rules {
                look(format!("{} rule {}", entity.name, rule.name), &rule.message);
            }
            for (unique, message) in entity.uniques.iter().filter_map(|u| Some((u, u.message.as_ref()?))) {
                look(format!("{} unique {}", entity.name, unique.name), message);
            }
            for transition in entity.states.iter().flat_map(|states| &states.transitions) {
                look(format!("{} transition {}", entity.name, transition.name), &transition.label);
            }
            for filter in &entity.list.filters {
                look(format!("{} filter {}", entity.name, filter.name), &filter.label);
            }
            for tab in &entity.form.tabs {
                look(format!("{} tab {}", entity.name, tab.name), &tab.label);
                for label in tab.sections.iter().filter_map(|section| section.label.as_ref()) {
                    look(format!("{} tab {}", entity.name, tab.name), label);
                }
            }
        }
        for list in dictionary.lists.values() {
            look(list.name.clone(), &list.label);
            for value in &list.values {
                look(format!("{}.{}", list.name, value.tag), &value.label);
            }
        }
        for group in &dictionary.menu {
            look(format!("menu {}", group.id), &group.label);
            for item in &group.items {
                look(format!("menu {}.{}", group.id, item.id), &item.label);
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}

/// So that screens, stores and files of every type are tried by whoever opens the demo.
#[test]
fn core_uses_every_type_of_field() {
    let dictionary = dictionary(&["geography", "core"]);
    let fields = || dictionary.entities.iter().flat_map(|entity| &entity.fields);
    let used: BTreeSet<&str> = fields().filter(|f| f.computed.is_none()).map(|f| f.kind.name()).collect();
    let unused: Vec<&str> =
        FIELD_TYPES.iter().map(|kind| kind.name()).filter(|name| !used.contains(name)).collect();
    assert_eq!(unused, Vec::<&str>::new());
    assert!(fields().any(|field| field.computed.is_some()));
}

/// What a form doesn't name is not shown: a forgotten field could never be filled in.
#[test]
fn every_field_is_on_its_form() {
    for modules in [&["geography", "core"][..], &["directory"]] {
        let dictionary = dictionary(modules);
        let mut hidden = Vec::new();
        for entity in dictionary.entities.iter().filter(|e| e.lines_of.is_none() && !e.internal) {
            let sections = entity.form.tabs.iter().flat_map(|tab| &tab.sections);
            let shown: BTreeSet<&str> = sections.flat_map(|s| &s.fields).map(|f| f.field.as_str()).collect();
            for field in entity.fields.iter().filter(|f| !f.system && !f.secret && f.computed.is_none()) {
                if !shown.contains(field.name.as_str()) {
                    hidden.push(format!("{}.{}", entity.name, field.name));
                }
            }
        }
        assert_eq!(hidden, Vec::<String>::new());
    }
}
