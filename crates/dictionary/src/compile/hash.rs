//! The hash of a dictionary: over what its layers say, not over how the files are cut.

use crate::diagnostics::Findings;
use crate::layers::tree::{Setting, Table};
use crate::layers::{Merged, ordered};

/// BLAKE3, 64 hexadecimal digits, over paths and values in order of paths, the display order of parts, and the layer that first wrote each
/// part. Comments, the order of attributes and the split into files do not count. What is removed does not count either.
pub(crate) fn hash(merged: &Merged) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("tisserand dictionary 1");
    table(merged, &merged.root, &mut hasher);
    hasher.finalize().to_hex().to_string()
}

/// Parts whose children have no display order: their names sort them.
const UNORDERED: &[&str] = &["entities", "lists", "screens"];

fn table(merged: &Merged, table: &Table, hasher: &mut blake3::Hasher) {
    children(merged, "", table, hasher);
}

fn children(merged: &Merged, own: &str, table: &Table, hasher: &mut blake3::Hasher) {
    // Attributes by name: `after` and `remove` show in what they do.
    for (name, entry) in &table.entries {
        if let Some(leaf) = table.leaf(name)
            && name != "after"
            && name != "remove"
        {
            let _ = entry;
            hasher.update(b"=");
            text(name, hasher);
            setting(&leaf.value, hasher);
        }
    }
    let quiet = Findings::default();
    let mut parts = ordered(table, crate::compile::reserved::SYSTEM_FIELDS, &quiet);
    if own.is_empty() || UNORDERED.contains(&own) || !is_collection(table) {
        parts.sort_by_key(|(name, _)| *name);
    }
    for (name, entry) in parts {
        let Some(inner) = entry.table() else { continue };
        hasher.update(b"(");
        text(name, hasher);
        text(merged.layer_of(entry.key), hasher);
        children(merged, name, inner, hasher);
        hasher.update(b")");
    }
}

/// Whether a part is a keyed collection rather than a thing with attributes: it holds parts only.
fn is_collection(table: &Table) -> bool {
    table.entries.values().all(|entry| entry.table().is_some())
}

fn setting(value: &Setting, hasher: &mut blake3::Hasher) {
    match value {
        Setting::List(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| setting(item, hasher));
            hasher.update(b"]");
        }
        Setting::Text(value) => tagged(b"t", value, hasher),
        Setting::Integer(value) => tagged(b"i", &value.to_string(), hasher),
        Setting::Float(value) => tagged(b"f", value, hasher),
        Setting::Boolean(value) => tagged(b"b", if *value { "1" } else { "0" }, hasher),
        Setting::Moment(value) => tagged(b"m", value, hasher),
    }
}

fn tagged(tag: &[u8; 1], value: &str, hasher: &mut blake3::Hasher) {
    hasher.update(tag);
    text(value, hasher);
}

/// A text with its length before it, so that no two sequences of texts look alike.
fn text(value: &str, hasher: &mut blake3::Hasher) {
    hasher.update(&(value.len() as u64).to_le_bytes());
    hasher.update(value.as_bytes());
}
