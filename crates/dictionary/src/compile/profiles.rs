//! Profiles, as written: capabilities, row rules, levels of fields.

use std::collections::BTreeMap;

use crate::compile::Compiling;
use crate::compile::reader::{Given, Reader, list_text};
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::profiles::{ADMINISTRATOR, Capability, EntityGrant, Level, Power, Profile};
use crate::model::{Checked, Dictionary, Entity, EntityIndex};

/// The profiles in display order.
pub(crate) fn read(cx: &Compiling<'_>, dictionary: &Dictionary) -> Vec<Profile> {
    let section = cx.section("profiles");
    let entries = section.map(|table| ordered(table, &[], cx.findings)).unwrap_or_default().into_iter();
    entries.map(|(name, entry)| profile(cx, dictionary, name, entry)).collect()
}

fn profile(cx: &Compiling<'_>, dictionary: &Dictionary, name: &str, entry: &Entry) -> Profile {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.required_label("label", name);
    let help = reader.label("help");
    let restricts = reader.flag("restricts");
    let all = named(cx, &reader, "all", &Capability::ALL, Capability::name);
    let powers = named(cx, &reader, "powers", &Power::ALL, Power::name);
    let written = reader.part("entities").and_then(Entry::table);
    let written = written.map(|table| table.written()).unwrap_or_default();
    reader.finish();
    if restricts && (reader.has("all") || reader.has("powers")) {
        let attribute = if reader.has("all") { "all" } else { "powers" };
        cx.findings.push(Finding::new(
            reader.place_of(attribute),
            "wrong_value",
            format!("`{attribute}` donne, et ce profil restreint : il ne parle que d'entités"),
            format!("`{attribute}` gives, and this profile restricts: it speaks of entities only"),
        ));
    }
    if name == ADMINISTRATOR && (cx.layer_of(entry) != crate::system::NAME || !written.is_empty()) {
        cx.findings.push(Finding::new(
            entry.key,
            "reserved",
            "le profil `administrator` peut tout et ne se modifie pas : faites-en un autre",
            "the profile `administrator` may do everything and is not changed: make another",
        ));
    }
    let mut entities = BTreeMap::new();
    for (entity, entry) in written {
        if entry.is_removed() || cx.is_removed_entity(entity) {
            continue;
        }
        match dictionary.entity_index(entity) {
            Some(index) => {
                entities.insert(index, grant(cx, dictionary, index, entry));
            }
            None => {
                let names = dictionary.entities.iter().map(|entity| entity.name.as_str());
                let finding = Finding::new(
                    entry.key,
                    "unknown_entity",
                    format!("l'entité `{entity}` n'existe pas"),
                    format!("there is no entity `{entity}`"),
                );
                cx.findings.push(finding.suggest(nearest(entity, names)));
            }
        }
    }
    let layer = cx.layer_of(entry);
    Profile { name: name.to_owned(), label, help, layer, restricts, all, powers, entities }
}

/// What a profile says of one entity.
fn grant(cx: &Compiling<'_>, dictionary: &Dictionary, entity: EntityIndex, entry: &Entry) -> EntityGrant {
    let owner = &dictionary.entities[entity];
    let reader = Reader::new(cx.findings, entry);
    let allow = named(cx, &reader, "allow", &Capability::ALL, Capability::name);
    let actions = reader.texts("actions").map(|given| actions(cx, owner, given));
    let rows = reader.text("rows").and_then(|given| rule(cx, dictionary, entity, given));
    let mut only = BTreeMap::new();
    if let Some(part) = reader.part("only") {
        let inner = Reader::new(cx.findings, part);
        for capability in Capability::ALL {
            if let Some(given) = inner.text(capability.name())
                && let Some(checked) = rule(cx, dictionary, entity, given)
            {
                only.insert(capability, checked);
            }
        }
        inner.finish();
    }
    let otherwise = level(&reader, "otherwise").unwrap_or_default();
    let fields = reader.part("fields").map(|part| levels(cx, owner, part)).unwrap_or_default();
    reader.require(&["allow"], ("ce qu'un profil dit d'une entité", "what a profile says of an entity"));
    reader.finish();
    EntityGrant { allow, actions, rows, only, fields, otherwise }
}

/// A row rule; an empty text is none, so that a layer may lift one.
fn rule(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    given: Given<&str>,
) -> Option<Checked> {
    if given.value.trim().is_empty() {
        return None;
    }
    cx.row_rule(dictionary, entity, given)
}

fn actions(cx: &Compiling<'_>, owner: &Entity, given: Vec<Given<&str>>) -> Vec<String> {
    let known = || owner.states.iter().flat_map(|states| &states.transitions).map(|one| one.name.as_str());
    for given in &given {
        if !known().any(|name| name == given.value) {
            let finding = Finding::new(
                given.place,
                "unknown_name",
                format!("`{}` n'a pas de transition `{}`", owner.name, given.value),
                format!("`{}` has no transition `{}`", owner.name, given.value),
            );
            cx.findings.push(finding.suggest(nearest(given.value, known())));
        }
    }
    given.into_iter().map(|given| given.value.to_owned()).collect()
}

fn levels(cx: &Compiling<'_>, owner: &Entity, part: &Entry) -> BTreeMap<usize, Level> {
    let mut levels = BTreeMap::new();
    let Some(table) = part.table() else {
        // The reader says what is expected.
        Reader::new(cx.findings, part).finish();
        return levels;
    };
    for (name, entry) in table.all_written() {
        if cx.is_removed_field(&owner.name, name) {
            continue;
        }
        let place = table.leaf(name).map_or(entry.key, |leaf| leaf.place);
        let given = table.leaf(name).and_then(|leaf| leaf.value.plain());
        let Some(found) = given.as_deref().and_then(Level::from_name) else {
            wrong_level(cx, place, name, given.as_deref().unwrap_or_default());
            continue;
        };
        let Some(index) = owner.index(name) else {
            let names = owner.fields.iter().map(|field| field.name.as_str());
            let finding = Finding::new(
                entry.key,
                "unknown_field",
                format!("`{}` n'a pas de champ `{name}`", owner.name),
                format!("`{}` has no field `{name}`", owner.name),
            );
            cx.findings.push(finding.suggest(nearest(name, names)));
            continue;
        };
        let field = &owner.fields[index];
        if matches!(name, "id" | "version") {
            cx.findings.push(Finding::new(
                entry.key,
                "wrong_value",
                format!("`{name}` est ce qui désigne une fiche : il suit le droit de la lire"),
                format!("`{name}` is what names a record: it goes with the right to read it"),
            ));
            continue;
        }
        if found == Level::Masked && !is_text(field) {
            cx.findings.push(Finding::new(
                place,
                "wrong_value",
                format!("seul un texte se masque ; `{name}` est de type {}", field.kind.name()),
                format!("only a text can be masked; `{name}` is of type {}", field.kind.name()),
            ));
            continue;
        }
        levels.insert(index, found);
    }
    levels
}

/// Whether a field holds a text, whose shape can be shown without its content.
fn is_text(field: &crate::model::Field) -> bool {
    matches!(field.kind.name(), "text" | "long_text" | "email" | "phone" | "code" | "url")
}

fn level(reader: &Reader<'_>, name: &'static str) -> Option<Level> {
    let names = Level::ALL.map(Level::name);
    reader.one_of(name, &names).and_then(|given| Level::from_name(given.value))
}

fn wrong_level(cx: &Compiling<'_>, place: crate::diagnostics::Place, name: &str, given: &str) {
    let names = Level::ALL.map(Level::name);
    let all = list_text(&names);
    let finding = Finding::new(
        place,
        "wrong_value",
        format!("`{name}` ne peut pas valoir `{given}` : {all}"),
        format!("`{name}` cannot be `{given}`: {all}"),
    );
    cx.findings.push(finding.suggest(nearest(given, names)));
}

/// Several names out of a few.
pub(crate) fn named<T: Copy, const N: usize>(
    cx: &Compiling<'_>,
    reader: &Reader<'_>,
    attribute: &'static str,
    among: &[T; N],
    name: impl Fn(T) -> &'static str,
) -> Vec<T> {
    let mut found = Vec::new();
    for given in reader.texts(attribute).unwrap_or_default() {
        match among.iter().find(|one| name(**one) == given.value) {
            Some(one) => found.push(*one),
            None => {
                let names: Vec<&str> = among.iter().map(|one| name(*one)).collect();
                let (value, all) = (given.value, list_text(&names));
                let finding = Finding::new(
                    given.place,
                    "wrong_value",
                    format!("`{attribute}` ne peut pas contenir `{value}` : {all}"),
                    format!("`{attribute}` cannot hold `{value}`: {all}"),
                );
                cx.findings.push(finding.suggest(nearest(value, names.iter().copied())));
            }
        }
    }
    found
}
