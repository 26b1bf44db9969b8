//! Value lists.

use std::collections::BTreeMap;

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::{ListValue, ValueList};

/// Colours of the palette that values and transitions may have.
pub(crate) const COLOURS: &[&str] = &["ink", "pastel", "madder", "weld", "sage", "plum", "teal", "clay"];

/// All lists by name.
pub(crate) fn read(cx: &Compiling<'_>) -> BTreeMap<String, ValueList> {
    let Some(lists) = cx.section("lists") else { return BTreeMap::new() };
    lists.written().into_iter().map(|(name, entry)| (name.to_owned(), read_list(cx, name, entry))).collect()
}

fn read_list(cx: &Compiling<'_>, name: &str, entry: &Entry) -> ValueList {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    let label = reader.required_label("label", name);
    reader.label("help");
    let closed = reader.flag("closed");
    let mut values = Vec::new();
    if let Some(table) = reader.part("values").and_then(Entry::table) {
        if closed {
            check_closed(cx, &reader, name, table);
        }
        for (tag, value) in ordered(table, &[], cx.findings) {
            values.push(read_value(cx, tag, value));
        }
    }
    reader.finish();
    ValueList { name: name.to_owned(), label, closed, module: cx.layer_of(entry), values }
}

fn read_value(cx: &Compiling<'_>, tag: &str, entry: &Entry) -> ListValue {
    cx.check_identifier(tag, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let value = ListValue {
        tag: tag.to_owned(),
        label: reader.required_label("label", tag),
        colour: reader.one_of("colour", COLOURS).map(|g| g.value.to_owned()),
        icon: reader.text("icon").map(|g| g.value.to_owned()),
        active: reader.flag_or("active", true),
        layer: cx.layer_of(entry),
    };
    reader.finish();
    value
}

/// Reports tags that another layer than the one that closed the list adds or removes.
fn check_closed(cx: &Compiling<'_>, reader: &Reader<'_>, list: &str, values: &crate::layers::tree::Table) {
    let Some(closed) = reader.leaf("closed") else { return };
    let owner = cx.merged.layer_of(closed.place);
    for (tag, value) in values.all_written() {
        let added = cx.merged.layer_of(value.key) != owner;
        let removed = value.table().and_then(|t| t.leaf("remove")).filter(|_| value.is_removed());
        let place = if added { Some(value.key) } else { removed.map(|leaf| leaf.place) };
        let Some(place) = place.filter(|place| cx.merged.layer_of(*place) != owner) else { continue };
        let finding = Finding::new(
            place,
            "closed_list",
            format!("la liste `{list}` est fermée : `{tag}` ne peut être ni ajouté ni retiré"),
            format!("the list `{list}` is closed: `{tag}` can be neither added nor removed"),
        );
        cx.findings.push(finding.also(closed.place, "fermée ici", "closed here"));
    }
}
