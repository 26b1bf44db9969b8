//! The menu: as written, then what no menu names, in the group of its module.

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::{Dictionary, Entity, MenuGroup, MenuItem};

/// The groups of the menu in display order.
pub(crate) fn read(cx: &Compiling<'_>, dictionary: &Dictionary) -> Vec<MenuGroup> {
    let mut menu = Vec::new();
    if let Some(entry) = cx.merged.root.get("menu") {
        let reader = Reader::new(cx.findings, entry);
        if let Some(groups) = reader.part("groups").and_then(Entry::table) {
            for (id, group) in ordered(groups, &[], cx.findings) {
                menu.push(read_group(cx, dictionary, id, group));
            }
        }
        reader.finish();
    }
    for entity in &dictionary.entities {
        let named = menu.iter().flat_map(|group| &group.items).any(|item| item.entity == entity.name);
        if !named && entity.lines_of.is_none() && !entity.internal {
            add_to_module(dictionary, entity, &mut menu);
        }
    }
    menu.retain(|group| !group.items.is_empty());
    menu
}

fn read_group(cx: &Compiling<'_>, dictionary: &Dictionary, id: &str, entry: &Entry) -> MenuGroup {
    cx.check_identifier(id, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after", "icon"]);
    let label = reader.required_label("label", id);
    let mut items = Vec::new();
    if let Some(table) = reader.part("items").and_then(Entry::table) {
        for (id, item) in ordered(table, &[], cx.findings) {
            items.extend(read_item(cx, dictionary, id, item));
        }
    }
    reader.finish();
    MenuGroup { id: id.to_owned(), label, items }
}

fn read_item(cx: &Compiling<'_>, dictionary: &Dictionary, id: &str, entry: &Entry) -> Option<MenuItem> {
    cx.check_identifier(id, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let given = reader.text("entity");
    let label = reader.label("label");
    let icon = reader.text("icon").map(|given| given.value.to_owned());
    reader.require(&["entity"], ("une entrée de menu", "a menu item"));
    reader.finish();
    let given = given.filter(|given| !cx.is_removed_entity(given.value))?;
    let Some(entity) = dictionary.entity(given.value) else {
        let name = given.value;
        let finding = Finding::new(
            given.place,
            "unknown_entity",
            format!("l'entité `{name}` n'existe pas"),
            format!("there is no entity `{name}`"),
        );
        cx.findings.push(finding.suggest(nearest(name, dictionary.entities.iter().map(|e| e.name.as_str()))));
        return None;
    };
    let (label, icon) =
        (label.unwrap_or_else(|| entity.plural.clone()), icon.or_else(|| entity.icon.clone()));
    Some(MenuItem { id: id.to_owned(), entity: entity.name.clone(), label, icon })
}

/// Puts an entity in the group that has the name of its module, which is made when it is not there.
fn add_to_module(dictionary: &Dictionary, entity: &Entity, menu: &mut Vec<MenuGroup>) {
    let item = MenuItem {
        id: entity.collection.clone(),
        entity: entity.name.clone(),
        label: entity.plural.clone(),
        icon: entity.icon.clone(),
    };
    if let Some(group) = menu.iter_mut().find(|group| group.id == entity.module) {
        group.items.push(item);
        return;
    }
    let module = dictionary.modules.iter().find(|module| module.name == entity.module);
    let label = module.map_or_else(|| entity.plural.clone(), |module| module.label.clone());
    menu.push(MenuGroup { id: entity.module.clone(), label, items: vec![item] });
}
