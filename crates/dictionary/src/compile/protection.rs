//! Whose personal data records hold: `person`, `[erasure]`, `[retention]` and `[expiry]` of an entity, `concerns` of its references.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::label::Label;
use crate::layers::tree::Entry;
use crate::model::protection::{Erasable, Expiry, Protection, Retention};
use crate::model::{Checked, Dictionary, EntityIndex, FieldIndex, Personal};
use crate::related;

/// Retention asked for at most: a century.
const MONTHS_MAX: u32 = 1_200;

/// Reads it for every entity.
pub(super) fn read(cx: &Compiling<'_>, dictionary: &mut Dictionary, drafts: &[EntityDraft<'_>]) {
    let read: Vec<Protection> =
        drafts.iter().enumerate().map(|(position, draft)| one(cx, dictionary, position, draft)).collect();
    for (entity, protection) in dictionary.entities.iter_mut().zip(read) {
        entity.protection = protection;
    }
    follow_lines(dictionary);
    check_ends(cx, dictionary, drafts);
}

fn one(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    draft: &EntityDraft<'_>,
) -> Protection {
    let person = draft.person.is_some_and(|given| given.value);
    let own = &dictionary.entities[entity];
    if let Some(given) = draft.person.filter(|given| given.value)
        && own.fields.iter().all(|field| field.personal == Personal::No)
    {
        let name = &own.name;
        cx.findings.push(Finding::new(
            given.place,
            "nothing_personal",
            format!("`{name}` est une personne, et aucun de ses champs n'est `personal`"),
            format!("`{name}` is a person, and none of its fields is `personal`"),
        ));
    }
    Protection {
        person,
        concerns: draft
            .fields
            .iter()
            .filter(|field| field.concerns.is_some())
            .map(|field| field.index)
            .collect(),
        erasable: draft.erasure.and_then(|entry| erasable(cx, dictionary, entity, person, entry)),
        retention: draft.retention.and_then(|entry| retention(cx, dictionary, entity, entry)),
        expiry: draft.expiry.and_then(|entry| expiry(cx, dictionary, entity, person, entry)),
    }
}

fn erasable(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    person: bool,
    entry: &Entry,
) -> Option<Erasable> {
    let reader = Reader::new(cx.findings, entry);
    reader.require(&["require"], ("`erasure`", "`erasure`"));
    let require = reader.text("require").and_then(|given| cx.condition(dictionary, entity, given));
    let message = reader.required_label("message", "erasure");
    reader.finish();
    if !person {
        let name = &dictionary.entities[entity].name;
        cx.findings.push(Finding::new(
            entry.key,
            "misplaced_attribute",
            format!("`erasure` est une condition pour effacer une personne ; `{name}` n'en est pas une (`person = true`)"),
            format!("`erasure` is a condition on erasing a person; `{name}` is none (`person = true`)"),
        ));
    }
    Some(Erasable { require: require?, message })
}

/// Records for some months from a day on.
struct Term {
    months: Option<u32>,
    since: Option<FieldIndex>,
    when: Option<Checked>,
    because: Label,
}

fn term(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    reader: &Reader<'_>,
    owner: &'static str,
) -> Term {
    let own = &dictionary.entities[entity];
    reader.require(&["months"], (owner, owner));
    let since = match reader.text("since") {
        Some(given) => cx.own_field(own, given).filter(|field| {
            let field = &own.fields[*field];
            let dated = matches!(field.kind.name(), "date" | "datetime") && field.is_stored();
            if !dated {
                let name = given.value;
                cx.findings.push(Finding::new(
                    given.place,
                    "type",
                    format!("`since` attend une date ou un instant, et `{name}` n'en est pas"),
                    format!("`since` expects a date or an instant, and `{name}` is none"),
                ));
            }
            dated
        }),
        None => own.index("created_at"),
    };
    Term {
        months: reader.number("months", 1..=MONTHS_MAX),
        since,
        when: reader.text("when").and_then(|given| cx.condition(dictionary, entity, given)),
        because: reader.required_label("because", owner),
    }
}

fn retention(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    entry: &Entry,
) -> Option<Retention> {
    let reader = Reader::new(cx.findings, entry);
    let Term { months, since, when, because } = term(cx, dictionary, entity, &reader, "retention");
    reader.finish();
    Some(Retention { months: months?, since: since?, when, because })
}

fn expiry(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    person: bool,
    entry: &Entry,
) -> Option<Expiry> {
    let reader = Reader::new(cx.findings, entry);
    reader.require(&["action"], ("`expiry`", "`expiry`"));
    let action = reader.one_of("action", &["delete", "erase"]);
    let Term { months, since, when, because } = term(cx, dictionary, entity, &reader, "expiry");
    reader.finish();
    let action = action?;
    let own = &dictionary.entities[entity];
    if action.value == "erase" && !person && own.fields.iter().all(|field| field.personal == Personal::No) {
        let name = &own.name;
        cx.findings.push(Finding::new(
            action.place,
            "nothing_personal",
            format!("`{name}` n'a rien de `personal` à effacer"),
            format!("`{name}` has nothing `personal` to erase"),
        ));
    }
    Some(Expiry { months: months?, since: since?, when, delete: action.value == "delete", because })
}

/// Lines are about whom their record is about.
fn follow_lines(dictionary: &mut Dictionary) {
    loop {
        let mut found: Vec<(EntityIndex, FieldIndex)> = Vec::new();
        for (index, entity) in dictionary.entities.iter().enumerate() {
            let Some(parent) = entity.lines_of.as_deref().and_then(|name| dictionary.entity_index(name))
            else {
                continue;
            };
            if !is_about_somebody(dictionary, parent) {
                continue;
            }
            let owner = &dictionary.entities[parent];
            let lines = owner.fields.iter().filter(|field| field.options.of.as_deref() == Some(&entity.name));
            let by = lines.filter_map(|field| entity.index(field.options.by.as_deref()?));
            found.extend(by.filter(|by| !entity.protection.concerns.contains(by)).map(|by| (index, by)));
        }
        if found.is_empty() {
            return;
        }
        for (entity, by) in found {
            dictionary.entities[entity].protection.concerns.push(by);
        }
    }
}

fn is_about_somebody(dictionary: &Dictionary, entity: EntityIndex) -> bool {
    let protection = &dictionary.entities[entity].protection;
    protection.person || !protection.concerns.is_empty()
}

/// Reports references that say whom their record is about and lead to nobody.
fn check_ends(cx: &Compiling<'_>, dictionary: &Dictionary, drafts: &[EntityDraft<'_>]) {
    for (entity, draft) in dictionary.entities.iter().zip(drafts) {
        for field in &draft.fields {
            let Some(place) = field.concerns else { continue };
            let definition = &entity.fields[field.index];
            let to = definition.options.to.as_deref().and_then(|to| dictionary.entity_index(to));
            let mut ends = to.into_iter().chain(related::targets(dictionary, definition));
            if ends.any(|end| is_about_somebody(dictionary, end)) || cx.is_unread(&definition.name) {
                continue;
            }
            let name = &definition.name;
            cx.findings.push(Finding::new(
                place,
                "concerns_nobody",
                format!("`{name}` ne mène à personne : sa cible n'est ni une personne (`person = true`) ni au sujet d'une personne"),
                format!("`{name}` leads to nobody: its target is neither a person (`person = true`) nor about one"),
            ));
        }
    }
}
