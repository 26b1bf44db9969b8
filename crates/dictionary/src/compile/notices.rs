//! Who is told of what happens to records: `[notify.<name>]` of an entity.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::mentions;
use crate::model::notices::Notice;
use crate::model::{Dictionary, EntityIndex};
use crate::system::USER;

/// The notices of an entity, in display order: of two that concern one person at once, the first tells.
pub(super) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    draft: &EntityDraft<'_>,
) -> Vec<Notice> {
    let Some(table) = draft.notices else { return Vec::new() };
    let entries = ordered(table, &[], cx.findings).into_iter();
    entries.filter_map(|(name, entry)| one(cx, dictionary, entity, name, entry)).collect()
}

fn one(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    name: &str,
    entry: &Entry,
) -> Option<Notice> {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    reader.require(&["field"], ("un avis", "a notice"));
    let text = reader.required_label("text", name);
    let given = reader.text("field");
    let when = reader.text("when").and_then(|given| cx.condition(dictionary, entity, given));
    reader.finish();
    let given = given?;
    let owner = &dictionary.entities[entity];
    if cx.is_removed_field(&owner.name, given.value) {
        return None;
    }
    let index = cx.own_field(owner, given)?;
    let field = &owner.fields[index];
    let names_people = field.kind.name() == "reference" && field.options.to.as_deref() == Some(USER);
    if field.secret || !(names_people || mentions::may_mention(field)) {
        let name = given.value;
        cx.findings.push(Finding::new(
            given.place,
            "type",
            format!("`{name}` ne nomme personne : un avis suit une référence à `user`, ou un texte riche où l'on cite quelqu'un"),
            format!("`{name}` names nobody: a notice follows a reference to `user`, or a rich text that mentions people"),
        ));
        return None;
    }
    Some(Notice { name: name.to_owned(), field: index, text, when })
}
