//! Layers → [`Dictionary`], with every fault found at once.
//!
//! Passes: merge the files; read what layers, lists, entities and fields are (no expressions); check that what they name exists; check
//! formulas in the order of their dependencies; then everything that reads fields: titles, defaults, rules, states, screens, menu.

mod about;
pub(crate) mod conduct;
mod dashboards;
mod dependencies;
pub(crate) mod entities;
mod expressions;
pub(crate) mod fields;
pub(crate) mod formulas;
mod hash;
mod lists;
mod lookup;
mod menu;
mod names;
mod naming;
mod notices;
mod options;
mod perimeters;
mod profiles;
mod protection;
mod reader;
mod references;
pub(crate) mod reserved;
mod screen_defaults;
pub(crate) mod screens;
mod strict;
mod warnings;

use std::cell::RefCell;

use crate::diagnostics::{Diagnostic, Finding, Findings, Severity};
use crate::expression::error::nearest;
use crate::layers::tree::{Entry, Table};
use crate::layers::{Layer, Merged, merge_with};
use crate::model::Dictionary;

pub(crate) use dependencies::{Dependencies, reads};
pub use dependencies::{Dependent, Step, Target};

/// What all passes share.
pub(crate) struct Compiling<'m> {
    pub(crate) merged: &'m Merged,
    pub(crate) findings: &'m Findings,
    /// Entities and fields that could not be read: what names them is not at fault.
    pub(crate) unread: RefCell<Vec<String>>,
}

impl<'m> Compiling<'m> {
    /// A part of the root.
    pub(crate) fn section(&self, name: &str) -> Option<&'m Table> {
        self.merged.root.get(name)?.table()
    }

    /// Whether a name is that of something that could not be read, which was reported.
    pub(crate) fn is_unread(&self, name: &str) -> bool {
        self.unread.borrow().iter().any(|other| other == name)
    }

    /// Whether a layer removed an entity: screens and menus that name it simply no longer do.
    pub(crate) fn is_removed_entity(&self, name: &str) -> bool {
        self.section("entities").and_then(|table| table.get(name)).is_some_and(Entry::is_removed)
    }

    /// Whether a layer removed a field: screens that name it simply no longer do.
    pub(crate) fn is_removed_field(&self, entity: &str, name: &str) -> bool {
        let entity = self.section("entities").and_then(|table| table.get(entity)?.table());
        let fields = entity.and_then(|table| table.get("fields")?.table());
        fields.and_then(|table| table.get(name)).is_some_and(Entry::is_removed)
    }

    /// The layer that first wrote a part.
    pub(crate) fn layer_of(&self, entry: &Entry) -> String {
        self.merged.layer_of(entry.key).to_owned()
    }
}

/// The dictionary that layers make, lowest first; the built-in `system` layer lies beneath them all, unless the first is called
/// `system` itself: a former built-in layer, kept with the layers that were made for it.
///
/// Errors: everything that is wrong, in the order of layers, files and lines.
///
/// ```
/// # use dictionary::{Layer, compile};
/// let layer = Layer::single("demo", r#"
///     [entities.book]
///     label = { fr = "Livre", en = "Book" }
///     plural = { fr = "Livres", en = "Books" }
///     [entities.book.fields.title]
///     type = "text"
///     label = { fr = "Titre", en = "Title" }
/// "#);
/// let dictionary = compile(&[layer]).unwrap();
/// assert_eq!(dictionary.entity("book").unwrap().collection, "books");
/// ```
pub fn compile(layers: &[Layer]) -> Result<Dictionary, Vec<Diagnostic>> {
    let (dictionary, mut diagnostics) = check(layers);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    dictionary.ok_or(diagnostics)
}

/// As [`compile`], with warnings too: what a module's author should mend though the dictionary works. No dictionary when there are errors.
pub fn check(layers: &[Layer]) -> (Option<Dictionary>, Vec<Diagnostic>) {
    let findings = Findings::default();
    let merged = merge_with(layers, &findings);
    // Half-read files would be reported a second time, as parts that are missing.
    if findings.has_syntax_errors() {
        return (None, findings.into_diagnostics(&merged.files));
    }
    let cx = Compiling { merged: &merged, findings: &findings, unread: RefCell::default() };
    let dictionary = Some(compile_merged(&cx)).filter(|_| !findings.has_errors());
    (dictionary, findings.into_diagnostics(&merged.files))
}

fn compile_merged(cx: &Compiling<'_>) -> Dictionary {
    check_root(cx);
    check_removals(cx, &cx.merged.root);
    let (entities, drafts) = entities::read(cx);
    let mut dictionary = Dictionary {
        hash: hash::hash(cx.merged),
        modules: about::read(cx),
        entities,
        lists: lists::read(cx),
        menu: Vec::new(),
        dashboards: Vec::new(),
        perimeters: Vec::new(),
        profiles: Vec::new(),
        dependencies: Dependencies::default(),
    };
    references::check(cx, &mut dictionary, &drafts);
    let order = formulas::read(cx, &mut dictionary, &drafts);
    for (position, draft) in drafts.iter().enumerate() {
        let (title, search, sort) = naming::read(cx, &dictionary, position, draft);
        let uniques = conduct::uniques(cx, &dictionary.entities[position], draft);
        let rules = conduct::rules(cx, &dictionary, position, draft);
        let notices = notices::read(cx, &dictionary, position, draft);
        let states = draft.states.and_then(|entry| conduct::states(cx, &dictionary, position, entry));
        let entity = &mut dictionary.entities[position];
        (entity.title, entity.search, entity.order) = (title, search, sort);
        entity.uniques.extend(uniques);
        (entity.rules, entity.notices, entity.states) = (rules, notices, states);
        for field in &draft.fields {
            let conduct = conduct::field(cx, &dictionary, position, field);
            let target = &mut dictionary.entities[position].fields[field.index];
            (target.default, target.visible, target.editable) =
                (conduct.default, conduct.visible, conduct.editable);
        }
    }
    protection::read(cx, &mut dictionary, &drafts);
    naming::check_circles(cx, &dictionary, &drafts);
    warnings::check(cx, &dictionary, &drafts);
    screens::read(cx, &mut dictionary);
    dictionary.menu = menu::read(cx, &dictionary);
    dictionary.dashboards = dashboards::read(cx, &dictionary);
    dictionary.perimeters = perimeters::read(cx, &dictionary);
    dictionary.profiles = profiles::read(cx, &dictionary);
    dashboards::check_profiles(cx, &dictionary);
    dictionary.dependencies = dependencies::of(&dictionary, &order);
    dictionary
}

/// Reports parts of the root that mean nothing.
fn check_root(cx: &Compiling<'_>) {
    const PARTS: &[&str] =
        &["dashboards", "entities", "layers", "lists", "menu", "perimeters", "profiles", "screens"];
    for (name, entry) in cx.merged.root.written() {
        if !PARTS.contains(&name) {
            let parts = ["dashboards", "entities", "lists", "menu", "perimeters", "profiles", "screens"];
            let finding = Finding::new(
                entry.key,
                "unknown_attribute",
                format!("`{name}` n'est pas une partie d'un dictionnaire"),
                format!("`{name}` is not a part of a dictionary"),
            );
            cx.findings.push(finding.suggest(nearest(name, parts)));
        }
    }
}

/// Reports `remove = true` where nothing lies beneath.
fn check_removals(cx: &Compiling<'_>, table: &Table) {
    for (name, entry) in &table.entries {
        let Some(inner) = entry.table() else { continue };
        match inner.leaf("remove") {
            Some(leaf) if entry.is_removed() && inner.entries.len() == 1 => {
                let siblings = table.entries.iter().filter(|(_, e)| !e.is_removed()).map(|(n, _)| n.as_str());
                let finding = Finding::new(
                    leaf.place,
                    "nothing_to_remove",
                    format!("rien ne s'appelle `{name}` en dessous de cette couche"),
                    format!("nothing is called `{name}` beneath this layer"),
                );
                cx.findings.push(finding.suggest(nearest(name, siblings)));
            }
            _ => check_removals(cx, inner),
        }
    }
}
