//! Files of layers → one tree.

use crate::diagnostics::{Finding, Findings, Place, SourceFile};
use crate::layers::files::{Role, role};
use crate::layers::tree::{Entry, Leaf, Node, Setting, Table, path_text};
use crate::layers::{Layer, Merged, reading};
use crate::system;

/// Keys of `layer.toml` that say what the layer is; the others are paths.
const ABOUT: &[&str] = &["name", "version", "label", "help", "icon", "depends"];

/// Merges what can be, and reports the rest.
pub(crate) fn merge(layers: &[Layer], findings: &Findings) -> Merged {
    let mut merging =
        Merging { merged: Merged { files: Vec::new(), root: Table::default() }, rank: 0, findings };
    // Layers that were kept say which built-in layer they stood on: an earlier one, perhaps.
    let layers = match layers.split_first() {
        Some((first, rest)) if first.name == system::NAME => {
            merging.layer(first);
            rest
        }
        _ => {
            merging.layer(&system::layer());
            layers
        }
    };
    for (position, layer) in layers.iter().enumerate() {
        if layer.name == system::NAME || layers[..position].iter().any(|other| other.name == layer.name) {
            let name = &layer.name;
            findings.push(Finding::nowhere(
                "duplicate_layer",
                format!("deux couches s'appellent `{name}`"),
                format!("two layers are called `{name}`"),
            ));
            continue;
        }
        merging.layer(layer);
    }
    merging.merged
}

struct Merging<'a> {
    merged: Merged,
    rank: u32,
    findings: &'a Findings,
}

impl Merging<'_> {
    fn layer(&mut self, layer: &Layer) {
        let mut about = None;
        // What the layer is comes first, so that its faults are listed before those of its parts.
        let mut paths: Vec<&String> = layer.files.keys().collect();
        paths.sort_by_key(|path| !matches!(path.as_str(), "module.toml" | "layer.toml"));
        for path in paths {
            let role = role(path);
            if role == Role::Other {
                continue;
            }
            let file = self.merged.files.len();
            let content = layer.files[path].clone();
            self.merged.files.push(SourceFile { layer: layer.name.clone(), path: path.clone(), content });
            match role {
                Role::Module => about = Some((file, self.read(file))),
                Role::Part(at) => {
                    let table = self.read(file);
                    self.graft(file, &at, table);
                }
                Role::Whole => {
                    let mut rest = self.read(file);
                    let mut own = Table::default();
                    for name in ABOUT {
                        if let Some(entry) = rest.entries.remove(*name) {
                            own.entries.insert((*name).to_owned(), entry);
                        }
                    }
                    about.get_or_insert((file, own));
                    self.lay(rest);
                }
                Role::Unknown(suggestion) => self.findings.push(
                    Finding::new(
                        Place::top(file),
                        "unknown_file",
                        "ce fichier n'a pas de sens à cet endroit d'un module",
                        "a file at this place of a module means nothing",
                    )
                    .suggest(suggestion),
                ),
                Role::Other => {}
            }
        }
        let (file, table) = about.unwrap_or_else(|| {
            let content = String::new();
            self.merged.files.push(SourceFile {
                layer: layer.name.clone(),
                path: "layer.toml".into(),
                content,
            });
            (self.merged.files.len() - 1, Table::default())
        });
        self.graft(file, &["layers".into(), layer.name.clone()], table);
    }

    fn read(&mut self, file: usize) -> Table {
        let content = &self.merged.files[file].content;
        reading::read(file, content, &mut self.rank, self.findings)
    }

    /// Merges the content of a file in at a path.
    fn graft(&mut self, file: usize, at: &[String], table: Table) {
        let mut grafted = table;
        for name in at.iter().rev() {
            self.rank += 1;
            let entry = Entry { node: Node::Table(grafted), key: Place::top(file), rank: self.rank };
            grafted = Table { entries: [(name.clone(), entry)].into() };
        }
        self.lay(grafted);
    }

    fn lay(&mut self, above: Table) {
        let mut laying = Laying { findings: self.findings, files: &self.merged.files, path: Vec::new() };
        laying.tables(&mut self.merged.root, above);
    }
}

/// Lays one tree over another.
struct Laying<'a> {
    findings: &'a Findings,
    files: &'a [SourceFile],
    path: Vec<String>,
}

/// Attributes that say what a field *is*: two layers that differ on them did not mean the same field.
const IDENTITY: &[&str] = &["type", "to", "of", "returns"];

impl Laying<'_> {
    fn layer(&self, place: Place) -> &str {
        &self.files[place.file].layer
    }

    fn tables(&mut self, beneath: &mut Table, above: Table) {
        for (name, entry) in above.entries {
            let Some(existing) = beneath.entries.get_mut(&name) else {
                beneath.entries.insert(name, entry);
                continue;
            };
            let (key, existing_key) = (entry.key, existing.key);
            self.path.push(name);
            match (&mut existing.node, entry.node) {
                (Node::Table(old), Node::Table(new)) => self.tables(old, new),
                (Node::Leaf(old), Node::Leaf(new)) => self.leaves(old, new),
                (_, _) => {
                    let name = path_text(&self.path);
                    let finding = Finding::new(
                        key,
                        "shape_conflict",
                        format!("`{name}` est une valeur dans une couche et une partie dans une autre"),
                        format!("`{name}` is a value in one layer and a part in another"),
                    );
                    self.findings.push(finding.also(existing_key, "écrit ainsi ici", "written so here"));
                }
            }
            self.path.pop();
        }
    }

    fn leaves(&self, old: &mut Leaf, new: Leaf) {
        let (lower, upper) = (self.layer(old.place), self.layer(new.place));
        let name = path_text(&self.path);
        if lower == upper {
            let finding = Finding::new(
                new.place,
                "set_twice",
                format!("`{name}` est donné deux fois dans la même couche"),
                format!("`{name}` is given twice in the same layer"),
            );
            self.findings.push(finding.also(old.place, "déjà donné ici", "already given here"));
        } else if self.is_identity() && old.value != new.value {
            let (before, after) = (shown(&old.value), shown(&new.value));
            let finding = Finding::new(
                new.place,
                "conflict",
                format!(
                    "conflit : `{name}` vaut {after} dans `{upper}`, mais {before} dans `{lower}` ; renommez l'un des deux champs"
                ),
                format!(
                    "conflict: `{name}` is {after} in `{upper}`, but {before} in `{lower}`; rename one of the two fields"
                ),
            );
            self.findings.push(finding.also(old.place, "l'autre est ici", "the other is here"));
        } else {
            old.beneath.push((std::mem::replace(&mut old.value, new.value), old.place));
            (old.place, old.items) = (new.place, new.items);
        }
    }

    /// Whether the path is that of an attribute of a field that says what the field is.
    fn is_identity(&self) -> bool {
        matches!(&self.path[..], [root, _, part, _, last]
            if root == "entities" && part == "fields" && IDENTITY.contains(&last.as_str()))
    }
}

fn shown(value: &Setting) -> String {
    value.plain().map_or_else(|| "[…]".to_owned(), |text| format!("`{text}`"))
}
