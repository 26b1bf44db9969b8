//! Screens of entities: list and form, as written or made from the fields; other views of a collection, as written.

mod activity;
mod form;
mod list;
pub(super) mod view;
mod views;

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::compile::screen_defaults::{default_form, default_list};
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::model::Dictionary;

/// What a file `screens/<entity>.<kind>.toml` may be about.
pub(crate) const KINDS: [&str; 10] =
    ["list", "form", "board", "calendar", "timeline", "map", "tree", "gallery", "pivot", "chart"];

/// Sets the screens of every entity. Reports screens of entities that do not exist.
pub(crate) fn read(cx: &Compiling<'_>, dictionary: &mut Dictionary) {
    let section = cx.section("screens");
    for (name, entry) in section.map(|table| table.written()).unwrap_or_default() {
        if dictionary.entity(name).is_none() && !cx.is_removed_entity(name) {
            let names = dictionary.entities.iter().map(|entity| entity.name.as_str());
            let place =
                entry.table().and_then(|t| t.written().first().map(|(_, e)| e.key)).unwrap_or(entry.key);
            let finding = Finding::new(
                place,
                "unknown_entity",
                format!("l'entité `{name}` de cet écran n'existe pas"),
                format!("the entity `{name}` of this screen does not exist"),
            );
            cx.findings.push(finding.suggest(nearest(name, names)));
        }
    }
    for position in 0..dictionary.entities.len() {
        let written = section.and_then(|table| table.get(&dictionary.entities[position].name));
        let reader = written.filter(|entry| !entry.is_removed()).map(|entry| Reader::new(cx.findings, entry));
        let list = reader.as_ref().and_then(|reader| reader.part("list"));
        let form = reader.as_ref().and_then(|reader| reader.part("form"));
        let views = reader.as_ref().map(|reader| views::read(cx, dictionary, position, reader));
        if let Some(reader) = reader {
            reader.finish();
        }
        let list = match list {
            Some(entry) => list::read(cx, dictionary, position, entry),
            None => default_list(dictionary, position),
        };
        let form = match form {
            Some(entry) => form::read(cx, dictionary, position, entry),
            None => default_form(dictionary, position),
        };
        dictionary.entities[position].list = list;
        dictionary.entities[position].form = form;
        dictionary.entities[position].views = views.unwrap_or_default();
    }
}
