//! Form screens.

use crate::compile::Compiling;
use crate::compile::reader::{Given, Reader};
use crate::compile::references::check_names;
use crate::compile::screens::activity;
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::{Dictionary, EntityIndex, FormField, FormScreen, Related, Section, Tab};

/// The form that a file writes.
pub(super) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    entry: &Entry,
) -> FormScreen {
    let reader = Reader::new(cx.findings, entry);
    let mut form = FormScreen::default();
    if let Some(table) = reader.part("tabs").and_then(Entry::table) {
        for (name, tab) in ordered(table, &[], cx.findings) {
            let tab = read_tab(cx, dictionary, entity, name, tab);
            if !tab.sections.is_empty() || tab.related.is_some() {
                form.tabs.push(tab);
            }
        }
    }
    form.tiles = activity::tiles(cx, dictionary, entity, &reader, &form.tabs);
    form.activity = activity::read(cx, dictionary, entity, &reader);
    reader.finish();
    form
}

fn read_tab(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Tab {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.required_label("label", name);
    let mut sections = Vec::new();
    if let Some(table) = reader.part("sections").and_then(Entry::table) {
        for (name, section) in ordered(table, &[], cx.findings) {
            sections.push(read_section(cx, dictionary, entity, name, section));
        }
    }
    let related = reader.part("related").and_then(|entry| read_related(cx, dictionary, entity, entry));
    reader.finish();
    Tab { name: name.to_owned(), label, sections, related }
}

fn read_section(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Section {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.label("label");
    let columns = reader.number("columns", 1..=3).unwrap_or(1);
    let mut fields = Vec::new();
    if let Some(table) = reader.part("fields").and_then(Entry::table) {
        for (field, entry) in ordered(table, &[], cx.findings) {
            let reader = Reader::new(cx.findings, entry);
            reader.know(&["after"]);
            let span = reader.number("span", 1..=3);
            reader.finish();
            if cx.is_removed_field(&dictionary.entities[entity].name, field) {
                continue;
            }
            let given = Given { value: field, place: entry.key };
            let Some(index) = cx.own_field(&dictionary.entities[entity], given) else { continue };
            if dictionary.entities[entity].fields[index].secret {
                cx.findings.push(Finding::new(
                    entry.key,
                    "secret",
                    format!("`{field}` est secret : aucun écran ne le montre"),
                    format!("`{field}` is secret: no screen shows it"),
                ));
            }
            if span.is_some_and(|span| span > columns) {
                cx.findings.push(Finding::new(
                    reader.place_of("span"),
                    "wrong_value",
                    format!("la section n'a que {columns} colonne(s)"),
                    format!("the section has only {columns} column(s)"),
                ));
            }
            fields.push(FormField { field: field.to_owned(), span: span.unwrap_or(1) });
        }
    }
    reader.finish();
    Section { name: name.to_owned(), label, columns, fields }
}

fn read_related(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    entry: &Entry,
) -> Option<Related> {
    let reader = Reader::new(cx.findings, entry);
    let related = referring(cx, dictionary, entity, &reader, ("`related`", "`related`"));
    reader.finish();
    related
}

/// `entity` and `by`: records that refer to those of `entity`. `None` when something is wrong, which is reported, or removed by a layer.
pub(super) fn referring(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    reader: &Reader<'_>,
    owner: (&str, &str),
) -> Option<Related> {
    let (child, by) = (reader.text("entity"), reader.text("by"));
    reader.require(&["entity", "by"], owner);
    let (child, by) = (child?, by?);
    if cx.is_removed_entity(child.value) || cx.is_removed_field(child.value, by.value) {
        return None;
    }
    let Some(listed) = dictionary.entity(child.value) else {
        let name = child.value;
        let finding = Finding::new(
            child.place,
            "unknown_entity",
            format!("l'entité `{name}` n'existe pas"),
            format!("there is no entity `{name}`"),
        );
        cx.findings.push(finding.suggest(nearest(name, dictionary.entities.iter().map(|e| e.name.as_str()))));
        return None;
    };
    check_names(cx, listed, by, &dictionary.entities[entity])
        .then(|| Related { entity: child.value.to_owned(), by: by.value.to_owned() })
}
