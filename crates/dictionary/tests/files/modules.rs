//! The standard modules compile.

use std::path::{Path, PathBuf};

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
fn every_standard_module_compiles_on_what_it_depends_on() {
    let all = standard();
    assert!(all.len() >= 3, "{:?}", all.iter().map(|layer| &layer.name).collect::<Vec<_>>());
    let mut said = Vec::new();
    for module in &all {
        if let Err(faults) = compile(&with_dependencies(&module.name, &all)) {
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
