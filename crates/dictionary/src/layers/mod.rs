//! Layers: folders of TOML files, applied in order. Every attribute remembers the layers that set it.

mod files;
mod merge;
mod order;
mod reading;
mod sequence;
pub(crate) mod tree;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostics::{Diagnostic, Findings, Place, SourceFile};
use crate::layers::tree::{Leaf, Node, Table, path_text, split_path};

pub(crate) use order::ordered;
pub use sequence::in_order;
pub use tree::Setting;

/// A module, a project's or a client's layer: its files, by path relative to its folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layer {
    /// Identifier: of the module or layer.
    pub name: String,
    /// Content by relative path with `/`: `entities/account.toml`. Files that are no part of the dictionary (data, maps, demo) may be there.
    pub files: BTreeMap<String, String>,
}

impl Layer {
    /// A layer of one file, `layer.toml`, that writes whole paths.
    pub fn single(name: &str, content: &str) -> Layer {
        Layer { name: name.into(), files: BTreeMap::from([("layer.toml".into(), content.into())]) }
    }
}

/// What layers make together: one value per path, and where it came from.
#[derive(Debug)]
pub struct Merged {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) root: Table,
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance<'a> {
    /// Layer that set it.
    pub layer: &'a str,
    /// File, relative to the layer.
    pub file: &'a str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the value in the file.
    pub span: Range<usize>,
    /// What it was set to.
    pub value: &'a Setting,
}

impl Merged {
    /// The value of an attribute, such as `entities.account.fields.siret.required`.
    pub fn value(&self, path: &str) -> Option<&Setting> {
        self.leaf(path).map(|leaf| &leaf.value)
    }

    /// Where the value of an attribute comes from: the last layer that set it.
    pub fn provenance(&self, path: &str) -> Option<Provenance<'_>> {
        self.leaf(path).map(|leaf| self.resolve(&leaf.value, leaf.place))
    }

    /// Every setting of an attribute, lowest layer first; the last one holds.
    pub fn history(&self, path: &str) -> Vec<Provenance<'_>> {
        let Some(leaf) = self.leaf(path) else { return Vec::new() };
        let beneath = leaf.beneath.iter().map(|(value, place)| self.resolve(value, *place));
        beneath.chain([self.resolve(&leaf.value, leaf.place)]).collect()
    }

    /// The layer that first wrote a part or an attribute, such as `entities.account.fields.siret`.
    pub fn owner(&self, path: &str) -> Option<&str> {
        Some(self.layer_of(self.root.at(&split_path(path))?.key))
    }

    /// Paths of all attributes with their values, sorted.
    pub fn attributes(&self) -> Vec<(String, &Setting)> {
        let mut all = Vec::new();
        collect(&self.root, &mut Vec::new(), &mut all);
        all
    }

    /// The layer that first wrote what lies at a place.
    pub(crate) fn layer_of(&self, place: Place) -> &str {
        &self.files[place.file].layer
    }

    fn leaf(&self, path: &str) -> Option<&Leaf> {
        match &self.root.at(&split_path(path))?.node {
            Node::Leaf(leaf) => Some(leaf),
            Node::Table(_) => None,
        }
    }

    fn resolve<'a>(&'a self, value: &'a Setting, place: Place) -> Provenance<'a> {
        let file = &self.files[place.file];
        let (line, column) = file.position(place.start);
        Provenance { layer: &file.layer, file: &file.path, line, column, span: place.start..place.end, value }
    }
}

fn collect<'a>(table: &'a Table, path: &mut Vec<String>, into: &mut Vec<(String, &'a Setting)>) {
    for (name, entry) in &table.entries {
        path.push(name.clone());
        match &entry.node {
            Node::Leaf(leaf) => into.push((path_text(path), &leaf.value)),
            Node::Table(table) => collect(table, path, into),
        }
        path.pop();
    }
}

/// Merges layers, lowest first; the built-in `system` layer lies beneath them all, unless the first is
/// called `system` itself: a former built-in layer, kept with the layers that were made for it.
///
/// Errors: files that are not TOML, files in a place that means nothing, conflicts between layers; in the order of files.
pub fn merge(layers: &[Layer]) -> Result<Merged, Vec<Diagnostic>> {
    let findings = Findings::default();
    let merged = merge::merge(layers, &findings);
    if findings.has_errors() { Err(findings.into_diagnostics(&merged.files)) } else { Ok(merged) }
}

pub(crate) use merge::merge as merge_with;
