//! List screens.

use crate::compile::Compiling;
use crate::compile::lists::COLOURS;
use crate::compile::reader::{Given, Reader};
use crate::compile::screen_defaults::default_list;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::{ColourRule, Column, Dictionary, EntityIndex, ListScreen, QuickFilter};

/// The list that a file writes.
pub(super) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    entry: &Entry,
) -> ListScreen {
    let reader = Reader::new(cx.findings, entry);
    let mut list = ListScreen::default();
    if let Some(table) = reader.part("columns").and_then(Entry::table) {
        for (path, column) in ordered(table, &[], cx.findings) {
            let reader = Reader::new(cx.findings, column);
            reader.know(&["after"]);
            let field = path.split('.').next().unwrap_or(path);
            if cx.is_removed_field(&dictionary.entities[entity].name, field) {
                continue;
            }
            cx.path(dictionary, entity, Given { value: path, place: column.key });
            list.columns.push(Column { path: path.to_owned(), width: reader.number("width", 20..=2000) });
            reader.finish();
        }
    }
    if list.columns.is_empty() {
        // A layer may add a filter to an entity that has no written list.
        list.columns = default_list(dictionary, entity).columns;
    }
    if let Some(table) = reader.part("filters").and_then(Entry::table) {
        for (name, filter) in ordered(table, &[], cx.findings) {
            list.filters.extend(read_filter(cx, dictionary, entity, name, filter));
        }
    }
    if let Some(table) = reader.part("colours").and_then(Entry::table) {
        for (name, rule) in ordered(table, &[], cx.findings) {
            list.colours.extend(read_colour(cx, dictionary, entity, name, rule));
        }
    }
    reader.finish();
    list
}

fn read_filter(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Option<QuickFilter> {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.required_label("label", name);
    let filter = reader.text("filter");
    reader.require(&["filter"], ("un filtre", "a filter"));
    reader.finish();
    let filter = filter?;
    cx.condition(dictionary, entity, filter);
    Some(QuickFilter { name: name.to_owned(), label, filter: filter.value.to_owned() })
}

fn read_colour(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Option<ColourRule> {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.required_label("label", name);
    let when = reader.text("when");
    let colour = reader.one_of("colour", COLOURS);
    reader.require(&["when", "colour"], ("une couleur de ligne", "a colour of rows"));
    reader.finish();
    let when = cx.condition(dictionary, entity, when?);
    Some(ColourRule { name: name.to_owned(), label, when: when?, colour: colour?.value.to_owned() })
}
