//! The hash of a dictionary: over what its layers say, not over how the files are cut.

use crate::compile::reserved::SYSTEM_FIELDS;
use crate::diagnostics::Findings;
use crate::layers::tree::{Setting, Table};
use crate::layers::{Merged, ordered};

/// BLAKE3, 64 hexadecimal digits, over attributes and values in order of names, the display order of parts where they have one, and the
/// layer that first wrote each part. Comments, the order of attributes and the split into files do not count, nor what is removed.
pub(crate) fn hash(merged: &Merged) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("tisserand dictionary 1");
    add_table(merged, &merged.root, &mut Vec::new(), &mut hasher);
    hasher.finalize().to_hex().to_string()
}

/// Whether the children of the part at a path have a display order; those of others are sorted by name.
fn is_ordered(path: &[&str]) -> bool {
    matches!(
        path,
        ["layers"]
            | ["dashboards"]
            | ["dashboards", _, "parts"]
            | ["profiles"]
            | ["dashboards", _, "parts", _, "columns"]
            | ["menu", "groups"]
            | ["menu", "groups", _, "items"]
            | ["lists", _, "values"]
            | ["entities", _, "fields" | "notify" | "rules" | "unique"]
            | ["entities", _, "states", "transitions"]
            | ["screens", _, "list", "columns" | "filters" | "colours"]
            | ["screens", _, _, "card"]
            | ["screens", _, "board", "columns" | "sums"]
            | ["screens", _, "pivot", "rows" | "columns" | "values"]
            | ["screens", _, "chart", "charts"]
            | ["screens", _, "form", "tabs" | "tiles" | "activity"]
            | ["screens", _, "form", "tabs", _, "sections"]
            | ["screens", _, "form", "tabs", _, "sections", _, "fields"]
    )
}

fn add_table<'m>(merged: &Merged, table: &'m Table, path: &mut Vec<&'m str>, hasher: &mut blake3::Hasher) {
    for name in table.entries.keys() {
        // `after` and `remove` show in what they do; the name of a layer is that of its part.
        let counts = !matches!(name.as_str(), "after" | "remove")
            && !matches!(path[..], ["layers", _] if name == "name");
        if let Some(leaf) = table.leaf(name).filter(|_| counts) {
            hasher.update(b"=");
            add_text(name, hasher);
            add_setting(&leaf.value, hasher);
        }
    }
    // What is wrong with the order is reported by whoever reads the part.
    let mut parts = ordered(table, SYSTEM_FIELDS, &Findings::default());
    if !is_ordered(path) {
        parts.sort_by_key(|(name, _)| *name);
    }
    for (name, entry) in parts {
        let Some(inner) = entry.table() else { continue };
        hasher.update(b"(");
        add_text(name, hasher);
        add_text(merged.layer_of(entry.key), hasher);
        path.push(name);
        add_table(merged, inner, path, hasher);
        path.pop();
        hasher.update(b")");
    }
}

fn add_setting(value: &Setting, hasher: &mut blake3::Hasher) {
    match value {
        Setting::List(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| add_setting(item, hasher));
            hasher.update(b"]");
        }
        Setting::Text(value) => add_tagged(b"t", value, hasher),
        Setting::Integer(value) => add_tagged(b"i", &value.to_string(), hasher),
        Setting::Float(value) => add_tagged(b"f", value, hasher),
        Setting::Boolean(value) => add_tagged(b"b", if *value { "1" } else { "0" }, hasher),
        Setting::Moment(value) => add_tagged(b"m", value, hasher),
    }
}

fn add_tagged(tag: &[u8; 1], value: &str, hasher: &mut blake3::Hasher) {
    hasher.update(tag);
    add_text(value, hasher);
}

/// A text with its length before it, so that no two sequences of texts look alike.
fn add_text(value: &str, hasher: &mut blake3::Hasher) {
    hasher.update(&(value.len() as u64).to_le_bytes());
    hasher.update(value.as_bytes());
}
