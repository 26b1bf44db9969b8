//! The standard modules compile.

use std::path::{Path, PathBuf};

use dictionary::compile::check;
use dictionary::layers::in_order;
use dictionary::{Layer, compile};

use crate::common::{compiled, shown};
use crate::folders::{folders, layer};

fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules")
}

/// The standard modules by name. Demo companies lie beside them and are no modules.
fn standard() -> Vec<Layer> {
    let folders = folders(&modules()).into_iter().filter(|folder| folder.join("module.toml").exists());
    folders.map(|folder| layer(&folder)).collect()
}

/// A module with everything that it depends on, directly or not.
fn with_dependencies(name: &str, all: &[Layer]) -> Vec<Layer> {
    let mut wanted = vec![name.to_owned()];
    let mut position = 0;
    while let Some(name) = wanted.get(position).cloned() {
        let layer = all.iter().find(|layer| layer.name == name).unwrap_or_else(|| panic!("no module {name}"));
        let about: toml::Table = layer.files["module.toml"].parse().unwrap();
        let depends = about.get("depends").and_then(|d| d.as_array()).cloned().unwrap_or_default();
        for needed in depends.iter().filter_map(|needed| needed.as_str()) {
            if !wanted.iter().any(|other| other == needed) {
                wanted.push(needed.to_owned());
            }
        }
        position += 1;
    }
    in_order(all.iter().filter(|layer| wanted.contains(&layer.name)).cloned().collect()).unwrap()
}

#[test]
fn every_standard_module_compiles_without_a_warning_on_what_it_depends_on() {
    let all = standard();
    assert!(all.len() >= 3, "{:?}", all.iter().map(|layer| &layer.name).collect::<Vec<_>>());
    let mut said = Vec::new();
    for module in &all {
        let (_, faults) = check(&with_dependencies(&module.name, &all));
        if !faults.is_empty() {
            said.push(shown(&faults));
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n\n"));
}

#[test]
fn core_and_its_dependencies_have_screens_for_everything() {
    let dictionary = compiled(&with_dependencies("core", &standard()));
    for entity in dictionary.entities.iter().filter(|entity| !entity.internal) {
        assert!(!entity.list.columns.is_empty(), "{} has an empty list", entity.name);
        assert!(!entity.form.tabs.is_empty(), "{} has an empty form", entity.name);
        assert!(!entity.title.parts.is_empty(), "{} has no title", entity.name);
    }
}

/// Headers of parts whose children have names of their own.
const NAMED: &[&str] = &["fields", "rules", "unique", "transitions", "values"];

#[test]
fn no_slip_in_the_name_of_an_attribute_passes() {
    let layers = with_dependencies("core", &standard());
    let core = layers.iter().position(|layer| layer.name == "core").unwrap();
    let file = "entities/account.toml";
    let lines: Vec<String> = layers[core].files[file].lines().map(str::to_owned).collect();
    let mut header = String::new();
    let mut tried: Vec<&str> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            header = line.trim_matches(['[', ']']).rsplit('.').next().unwrap_or_default().to_owned();
        }
        let key = line.split(" = ").next().unwrap();
        let is_key = line.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !is_key || NAMED.contains(&header.as_str()) || tried.contains(&key) {
            continue;
        }
        let mut slipped = lines.clone();
        slipped[number] = format!("{key}x{}", &line[key.len()..]);
        let mut layers = layers.clone();
        layers[core].files.insert(file.into(), slipped.join("\n"));
        let faults = compile(&layers).expect_err(line);
        let found = faults.iter().find(|fault| fault.line == number + 1 && fault.code == "unknown_attribute");
        assert_eq!(found.and_then(|fault| fault.suggestion.as_deref()), Some(key), "{}", shown(&faults));
        tried.push(key);
    }
    assert!(tried.len() > 20, "{tried:?}");
}
