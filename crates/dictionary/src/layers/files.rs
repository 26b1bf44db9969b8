//! What each file of a layer's folder is for.

use crate::compile::screens::KINDS;
use crate::expression::error::nearest;

/// What a path in a layer's folder means.
#[derive(Debug, PartialEq)]
pub(crate) enum Role {
    /// The file is the part of the tree at that path.
    Part(Vec<String>),
    /// `module.toml`: what the layer is.
    Module,
    /// `layer.toml`: what the layer is, and whole paths.
    Whole,
    /// Not the dictionary's business.
    Other,
    /// Means nothing, with what was probably meant.
    Unknown(Option<String>),
}

/// Folders that have their own readers.
const OTHER_FOLDERS: &[&str] =
    &["data", "demo", "docs", "documents", "flows", "maps", "notifications", "scripts", "tests", "texts"];

/// What the file at that path, relative to the layer's folder, is for.
pub(crate) fn role(path: &str) -> Role {
    let Some(stem) = path.strip_suffix(".toml") else { return Role::Other };
    let part = |names: &[&str]| Role::Part(names.iter().map(|n| (*n).to_owned()).collect());
    match stem.split('/').collect::<Vec<_>>()[..] {
        ["module"] => Role::Module,
        ["layer"] => Role::Whole,
        ["menu"] => part(&["menu"]),
        ["entities", name] => part(&["entities", name]),
        ["lists", name] => part(&["lists", name]),
        ["dashboards", name] => part(&["dashboards", name]),
        ["perimeters", name] => part(&["perimeters", name]),
        ["profiles", name] => part(&["profiles", name]),
        ["screens", name] => match name.split('.').collect::<Vec<_>>()[..] {
            [entity, kind] if KINDS.contains(&kind) => part(&["screens", entity, kind]),
            [entity, wrong] => {
                Role::Unknown(nearest(wrong, KINDS).map(|kind| format!("screens/{entity}.{kind}.toml")))
            }
            _ => Role::Unknown(None),
        },
        [folder, ..] if OTHER_FOLDERS.contains(&folder) => Role::Other,
        [folder, name] => Role::Unknown(
            nearest(folder, ["entities", "lists", "screens", "dashboards", "perimeters", "profiles"])
                .map(|folder| format!("{folder}/{name}.toml")),
        ),
        [name] => {
            Role::Unknown(nearest(name, ["module", "layer", "menu"]).map(|name| format!("{name}.toml")))
        }
        _ => Role::Unknown(None),
    }
}
