//! Head and line of time of a form screen: `tiles` and `activity`.

use crate::compile::Compiling;
use crate::compile::reader::{Given, Reader};
use crate::compile::screens::form::referring;
use crate::compile::screens::view::View;
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::{Activity, Dictionary, EntityIndex, Field, Tab, Tile};

/// Types that do not fit a tile.
const TOO_LARGE: &[&str] =
    &["long_text", "rich_text", "lines", "file", "image", "signature", "json", "point", "address"];

/// The tiles that a form writes.
pub(super) fn tiles(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    form: &Reader<'_>,
    tabs: &[Tab],
) -> Vec<Tile> {
    let owner = &dictionary.entities[entity];
    let mut tiles = Vec::new();
    for (name, entry) in children(cx, form, "tiles") {
        let reader = Reader::new(cx.findings, entry);
        reader.know(&["after"]);
        let tab = reader.text("tab");
        reader.finish();
        if cx.is_removed_field(&owner.name, name) {
            continue;
        }
        let Some(index) = cx.own_field(owner, Given { value: name, place: entry.key }) else { continue };
        let kind = owner.fields[index].kind.name();
        if owner.fields[index].secret || TOO_LARGE.contains(&kind) {
            cx.findings.push(Finding::new(
                entry.key,
                "wrong_value",
                format!("`{name}` ne tient pas dans une vignette : elle montre un nombre, une date, un choix, quelques mots"),
                format!("`{name}` does not fit a tile: it shows a number, a date, a choice, a few words"),
            ));
            continue;
        }
        if let Some(tab) = tab.filter(|tab| !tabs.iter().any(|known| known.name == tab.value)) {
            let finding = Finding::new(
                tab.place,
                "unknown_tab",
                format!("le formulaire n'a pas d'onglet `{}`", tab.value),
                format!("the form has no tab `{}`", tab.value),
            );
            cx.findings.push(finding.suggest(nearest(tab.value, tabs.iter().map(|tab| tab.name.as_str()))));
        }
        tiles.push(Tile { field: name.to_owned(), tab: tab.map(|tab| tab.value.to_owned()) });
    }
    tiles
}

/// What a form puts on the line of time.
pub(super) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    form: &Reader<'_>,
) -> Vec<Activity> {
    let entries = children(cx, form, "activity").into_iter();
    entries.filter_map(|(name, entry)| one(cx, dictionary, entity, name, entry)).collect()
}

fn one(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Option<Activity> {
    const OWNER: (&str, &str) = ("`activity`", "`activity`");
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after", "at", "kind", "text", "who", "filter", "writes"]);
    let related = referring(cx, dictionary, entity, &reader, OWNER);
    reader.finish();
    let related = related?;
    let listed = dictionary.entity_index(&related.entity)?;
    // The other attributes are about the records listed.
    let view = View::new(cx, dictionary, listed, entry);
    view.reader.know(&["after", "entity", "by"]);
    let at = view.needed("at", &["date", "datetime"], OWNER, |_| true);
    let own = |field: &Field| field.name.clone();
    let kind = view.field("kind", &["choice"]).map(own);
    let text = view.field("text", &["text", "long_text", "rich_text"]).map(own);
    let who = view.field("who", &["reference"]).map(own);
    let filter = view.reader.text("filter");
    if let Some(filter) = filter {
        cx.condition(dictionary, listed, filter);
    }
    let writes = view.reader.flag("writes");
    if writes && text.is_none() {
        view.reader.require(&["text"], ("`writes`", "`writes`"));
    }
    Some(Activity {
        name: name.to_owned(),
        entity: related.entity,
        by: related.by,
        at: at?.name.clone(),
        kind,
        text,
        who,
        filter: filter.map(|filter| filter.value.to_owned()),
        writes,
    })
}

/// The children of a part of a form, in display order.
fn children<'m>(cx: &Compiling<'_>, form: &Reader<'m>, part: &'static str) -> Vec<(&'m str, &'m Entry)> {
    let table = form.part(part).and_then(Entry::table);
    table.map(|table| ordered(table, &[], cx.findings)).unwrap_or_default()
}
