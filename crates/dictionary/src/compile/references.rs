//! Names of entities, fields and lists that attributes give: reports those that do not exist or do not fit together.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::fields::FieldDraft;
use crate::compile::reader::Given;
use crate::diagnostics::{Finding, Place};
use crate::expression::error::nearest;
use crate::model::{Dictionary, Entity, OnDelete};
use crate::related;

/// Checks every link between parts. The records of `lines` fields are deleted with their parent: sets that on their references.
pub(crate) fn check(cx: &Compiling<'_>, dictionary: &mut Dictionary, drafts: &[EntityDraft<'_>]) {
    for (entity, draft) in dictionary.entities.iter().zip(drafts) {
        for field in &draft.fields {
            check_field(cx, dictionary, entity, field);
        }
        if let Some(parent) = draft.lines_of {
            check_lines_of(cx, dictionary, entity, parent);
        }
    }
    own_lines(cx, dictionary, drafts);
}

fn check_field(cx: &Compiling<'_>, dictionary: &Dictionary, entity: &Entity, draft: &FieldDraft<'_>) {
    let field = &entity.fields[draft.index];
    if let Some(to) = draft.link("to")
        && known_entity(cx, dictionary, to).is_none()
    {
        cx.unread.borrow_mut().push(field.name.clone());
    }
    for target in &draft.targets {
        if let Some(entity) = known_entity(cx, dictionary, *target)
            && !related::can_be_named(entity)
        {
            let name = target.value;
            cx.findings.push(Finding::new(
                target.place,
                "not_nameable",
                format!("un champ `related` ne peut pas désigner `{name}` : ce sont des lignes, ou des fiches du système"),
                format!("a `related` field cannot name `{name}`: these are lines, or records of the system"),
            ));
        }
    }
    if let Some(list) = draft.link("list").filter(|list| !dictionary.lists.contains_key(list.value)) {
        let name = list.value;
        let finding = Finding::new(
            list.place,
            "unknown_list",
            format!("la liste `{name}` n'existe pas"),
            format!("there is no list `{name}`"),
        );
        cx.findings.push(finding.suggest(nearest(name, dictionary.lists.keys().map(String::as_str))));
    }
    if field.required && field.options.on_delete == Some(OnDelete::Nullify) {
        let name = &field.name;
        cx.findings.push(Finding::new(
            draft.place,
            "nullify_required",
            format!("`{name}` est obligatoire : la suppression de sa cible ne peut pas le vider (`nullify`)"),
            format!("`{name}` is required: deleting its target cannot empty it (`nullify`)"),
        ));
    }
    if let (Some(of), Some(by)) = (draft.link("of"), draft.link("by")) {
        check_lines(cx, dictionary, entity, &field.name, of, by);
    }
}

fn known_entity<'d>(
    cx: &Compiling<'_>,
    dictionary: &'d Dictionary,
    given: Given<&str>,
) -> Option<&'d Entity> {
    let found = dictionary.entity(given.value);
    if found.is_none() {
        let name = given.value;
        let finding = Finding::new(
            given.place,
            "unknown_entity",
            format!("l'entité `{name}` n'existe pas"),
            format!("there is no entity `{name}`"),
        );
        cx.findings.push(finding.suggest(nearest(name, dictionary.entities.iter().map(|e| e.name.as_str()))));
    }
    found
}

/// A field `lines`: its entity is made of lines of this one, by a reference to this one.
fn check_lines(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    parent: &Entity,
    field: &str,
    of: Given<&str>,
    by: Given<&str>,
) {
    let Some(child) = known_entity(cx, dictionary, of) else { return };
    if child.lines_of.as_deref() != Some(parent.name.as_str()) {
        let (child, parent) = (&child.name, &parent.name);
        cx.findings.push(Finding::new(
            of.place,
            "lines_of",
            format!(
                "`{child}` doit dire `lines_of = \"{parent}\"` pour être les lignes de `{parent}.{field}`"
            ),
            format!("`{child}` has to say `lines_of = \"{parent}\"` to be the lines of `{parent}.{field}`"),
        ));
    }
    check_reference_to(cx, child, by, parent);
}

/// `by` names a field of `child` whose records can be listed beside one of `target`: a reference to it, or a related record.
pub(crate) fn check_names(cx: &Compiling<'_>, child: &Entity, by: Given<&str>, target: &Entity) -> bool {
    child.field(by.value).is_some_and(|field| related::accepts(field, target))
        || check_reference_to(cx, child, by, target)
}

/// `by` names a field of `child` that refers to `target`.
fn check_reference_to(cx: &Compiling<'_>, child: &Entity, by: Given<&str>, target: &Entity) -> bool {
    let refers = |name: &str| {
        child.field(name).is_some_and(|field| {
            field.kind.name() == "reference" && field.options.to.as_deref() == Some(target.name.as_str())
        })
    };
    if refers(by.value) {
        return true;
    }
    let candidates: Vec<&str> =
        child.fields.iter().filter(|f| !f.system && refers(&f.name)).map(|f| f.name.as_str()).collect();
    let (name, child, target) = (by.value, &child.name, &target.name);
    let suggestion = match candidates[..] {
        [only] => Some(only.to_owned()),
        _ => nearest(name, candidates.iter().copied()),
    };
    let finding = Finding::new(
        by.place,
        "not_a_reference",
        format!("`{name}` n'est pas un champ de `{child}` qui se rapporte à `{target}`"),
        format!("`{name}` is not a field of `{child}` that refers to `{target}`"),
    );
    cx.findings.push(finding.suggest(suggestion));
    false
}

fn check_lines_of(cx: &Compiling<'_>, dictionary: &Dictionary, child: &Entity, given: Given<&str>) {
    let Some(parent) = known_entity(cx, dictionary, given) else { return };
    let holds = parent.fields.iter().any(|f| f.options.of.as_deref() == Some(child.name.as_str()));
    if !holds {
        let (child, parent) = (&child.name, &parent.name);
        cx.findings.push(Finding::new(
            given.place,
            "lines_of",
            format!("`{parent}` n'a pas de champ `lines` avec `of = \"{child}\"`"),
            format!("`{parent}` has no `lines` field with `of = \"{child}\"`"),
        ));
    }
}

/// Lines have no life of their own: they go with their parent.
fn own_lines(cx: &Compiling<'_>, dictionary: &mut Dictionary, drafts: &[EntityDraft<'_>]) {
    let mut owned: Vec<(String, String)> = Vec::new();
    for entity in &dictionary.entities {
        for field in &entity.fields {
            if let (Some(of), Some(by)) = (&field.options.of, &field.options.by) {
                owned.push((of.clone(), by.clone()));
            }
        }
    }
    for (of, by) in owned {
        let Ok(position) = dictionary.entities.binary_search_by(|e| e.name.cmp(&of)) else { continue };
        let entity = &mut dictionary.entities[position];
        let Some(index) = entity.index(&by) else { continue };
        let options = &mut entity.fields[index].options;
        if matches!(options.on_delete, Some(OnDelete::Restrict | OnDelete::Nullify)) {
            let draft = drafts[position].fields.iter().find(|field| field.index == index);
            let place: Place = draft.map_or(drafts[position].place, |field| field.place);
            cx.findings.push(Finding::new(
                place,
                "lines_of",
                format!("`{by}` porte les lignes de son parent : son `on_delete` ne peut être que `cascade`"),
                format!("`{by}` holds the lines of its parent: its `on_delete` can only be `cascade`"),
            ));
        }
        options.on_delete = Some(OnDelete::Cascade);
    }
}
