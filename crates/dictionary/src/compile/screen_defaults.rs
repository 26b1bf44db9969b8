//! Screens of entities for which nobody wrote any: complete, made from the fields.

use crate::expression::Node;
use crate::label::Label;
use crate::model::{
    Column, Dictionary, Entity, EntityIndex, Field, FormField, FormScreen, ListScreen, Section, Tab,
};
use crate::model::{Related, TitlePart};
use crate::related;

/// Columns of a list at most: more is for people to ask.
const COLUMNS_MAX: usize = 8;

/// A list with the number, what the title names, then the other fields that fit a cell.
pub(crate) fn default_list(dictionary: &Dictionary, entity: EntityIndex) -> ListScreen {
    let entity = &dictionary.entities[entity];
    let mut paths: Vec<&str> = Vec::new();
    if entity.code.is_some() {
        paths.push("code");
    }
    for part in &entity.title.parts {
        match part {
            TitlePart::Path(typed) => {
                if let Node::Path(path) = &typed.node
                    && !paths.contains(&path.names.as_str())
                {
                    paths.push(&path.names);
                }
            }
            TitlePart::Text(_) => {}
        }
    }
    for field in entity.fields.iter().filter(|field| !field.system && !field.secret && fits_a_cell(field)) {
        if paths.len() < COLUMNS_MAX && !paths.contains(&field.name.as_str()) {
            paths.push(&field.name);
        }
    }
    let width = |path: &str| entity.field(path).and_then(|field| field.width);
    let columns = paths.into_iter().map(|path| Column { path: path.to_owned(), width: width(path) });
    ListScreen { columns: columns.collect(), ..ListScreen::default() }
}

fn fits_a_cell(field: &Field) -> bool {
    !matches!(
        field.kind.name(),
        "long_text" | "rich_text" | "lines" | "file" | "image" | "signature" | "json" | "point"
    )
}

/// A form with every field, then a tab for each kind of record that refers to this one.
pub(crate) fn default_form(dictionary: &Dictionary, entity: EntityIndex) -> FormScreen {
    let own = &dictionary.entities[entity];
    let mut fields = Vec::new();
    if own.code.is_some() {
        fields.push(FormField { field: "code".into(), span: 1 });
    }
    for field in own.fields.iter().filter(|field| !field.system && !field.secret) {
        fields.push(FormField { field: field.name.clone(), span: if is_wide(field) { 2 } else { 1 } });
    }
    let section = Section { name: "fields".into(), label: None, columns: 2, fields };
    let general = Tab {
        name: "general".into(),
        label: Label::new("Général", "General"),
        sections: vec![section],
        related: None,
    };
    let mut tabs = vec![general];
    tabs.extend(dictionary.entities.iter().flat_map(|other| related_tabs(own, other)));
    FormScreen { tabs, ..FormScreen::default() }
}

fn is_wide(field: &Field) -> bool {
    matches!(field.kind.name(), "long_text" | "rich_text" | "lines" | "json" | "address")
}

/// A tab per reference of `other` to `entity`, and per `related` field whose `to` names it; lines are shown by their own field, and the
/// system's own records not at all.
fn related_tabs(entity: &Entity, other: &Entity) -> Vec<Tab> {
    if other.internal || other.lines_of.is_some() {
        return Vec::new();
    }
    let refers = |field: &&Field| {
        let options = &field.options;
        let named = options.targets.as_ref().is_some_and(|targets| targets.contains(&entity.name));
        !field.system
            && (field.kind.name() == "reference" && options.to.as_deref() == Some(entity.name.as_str())
                || named && related::accepts(field, entity))
    };
    let references: Vec<&Field> = other.fields.iter().filter(refers).collect();
    let tab = |field: &&Field| {
        let label =
            if references.len() == 1 { other.plural.clone() } else { joined(&other.plural, &field.label) };
        Tab {
            name: format!("{}_{}", other.collection, field.name),
            label,
            sections: Vec::new(),
            related: Some(Related { entity: other.name.clone(), by: field.name.clone() }),
        }
    };
    references.iter().map(tab).collect()
}

/// `Contacts (Owner)`: tells two references apart.
fn joined(plural: &Label, field: &Label) -> Label {
    use crate::label::Language;
    let text = |language| format!("{} ({})", plural.text(language), field.text(language));
    Label::new(&text(Language::Fr), &text(Language::En))
}
