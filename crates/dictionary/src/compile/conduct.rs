//! What records do: defaults, conditions, unique keys, rules, states.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::expressions::{fits, type_text};
use crate::compile::fields::FieldDraft;
use crate::compile::lists::COLOURS;
use crate::compile::reader::{Given, Reader};
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::expression::{Node, Span, Type, Typed};
use crate::layers::ordered;
use crate::layers::tree::{Entry, Leaf, Setting};
use crate::model::{Checked, Dictionary, Entity, EntityIndex, Field, Rule, States, Transition, UniqueKey};
use crate::value::Value;

/// Expressions of one field.
pub(crate) struct FieldConduct {
    pub(crate) default: Option<Checked>,
    pub(crate) visible: Option<Checked>,
    pub(crate) editable: Option<Checked>,
}

/// Checks the expressions of a field.
pub(crate) fn field(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    draft: &FieldDraft<'_>,
) -> FieldConduct {
    let field = &dictionary.entities[entity].fields[draft.index];
    if let Some(filter) = draft.link("filter") {
        // The picker's filter is about the records it offers.
        if let Some(target) = field.options.to.as_deref().and_then(|to| dictionary.entity_index(to)) {
            cx.condition(dictionary, target, filter);
        }
    }
    FieldConduct {
        default: draft.default.and_then(|leaf| default(cx, dictionary, entity, field, leaf)),
        visible: draft.visible.and_then(|given| cx.condition(dictionary, entity, given)),
        editable: draft.editable.and_then(|given| cx.condition(dictionary, entity, given)),
    }
}

/// A default: an expression; of a choice, a tag; a plain number or boolean stands for itself.
fn default(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    field: &Field,
    leaf: &Leaf,
) -> Option<Checked> {
    let kind = field.kind.name();
    if let Some(list) = field.options.list.as_deref().filter(|_| matches!(kind, "choice" | "choices")) {
        return default_tags(cx, dictionary, list, kind, leaf);
    }
    let Some(source) = leaf.value.plain() else {
        cx.findings.push(Finding::new(
            leaf.place,
            "wrong_value",
            "`default` attend une expression",
            "`default` expects an expression",
        ));
        return None;
    };
    let given = Given { value: source.as_str(), place: leaf.place };
    let is_word = source.chars().all(|c| c.is_alphanumeric() || c == '_');
    let entity_fields = &dictionary.entities[entity];
    if kind == "text" && is_word && entity_fields.field(&source).is_none() && source != "null" {
        let finding = Finding::new(
            leaf.place,
            "unknown_name",
            format!(
                "`default` est une expression : un texte s'y écrit entre apostrophes, et aucun champ ne s'appelle `{source}`"
            ),
            format!(
                "`default` is an expression: a text is written in single quotes there, and no field is called `{source}`"
            ),
        );
        cx.findings.push(finding.suggest(Some(format!("'{source}'"))));
        return None;
    }
    let checked = cx.check(dictionary, entity, given)?;
    let expected = field.kind.expression_type(&field.options);
    if !fits(&checked.ty, &expected) {
        let (found, expected) = (type_text(&checked.ty), type_text(&expected));
        cx.findings.push(Finding::new(
            leaf.place,
            "type",
            format!("ce défaut est de type {found}, mais le champ attend {expected}"),
            format!("this default is of type {found}, but the field expects {expected}"),
        ));
        return None;
    }
    Some(checked)
}

fn default_tags(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    list: &str,
    kind: &str,
    leaf: &Leaf,
) -> Option<Checked> {
    let mut tags: Vec<Given<&str>> = Vec::new();
    match &leaf.value {
        Setting::Text(tag) => tags.push(Given { value: tag, place: leaf.place }),
        Setting::List(items) if kind == "choices" => {
            for (item, place) in items.iter().zip(&leaf.items) {
                if let Setting::Text(tag) = item {
                    tags.push(Given { value: tag, place: *place });
                }
            }
        }
        _ => {
            cx.findings.push(Finding::new(
                leaf.place,
                "wrong_value",
                "le défaut d'un choix est un mot de sa liste",
                "the default of a choice is a tag of its list",
            ));
            return None;
        }
    }
    let all_known = tags.iter().all(|tag| check_tag(cx, dictionary, list, *tag));
    if !all_known {
        return None;
    }
    let source = tags.iter().map(|tag| tag.value).collect::<Vec<_>>().join(" ");
    Some(tags_by_default(kind, &source))
}

/// The default of a `choice` or of `choices`, from its tags with spaces between.
pub(crate) fn tags_by_default(kind: &str, source: &str) -> Checked {
    let (value, ty) = if kind == "choice" {
        (Value::from(source), Type::Text)
    } else {
        let mut tags: Vec<String> = source.split_whitespace().map(str::to_owned).collect();
        tags.sort();
        tags.dedup();
        (if tags.is_empty() { Value::Null } else { Value::Tags(tags) }, Type::Tags)
    };
    let span = Span { start: 0, end: source.len() };
    Checked { source: source.to_owned(), typed: Typed { node: Node::Literal(value), ty, span } }
}

/// Reports a tag that its list does not have.
fn check_tag(cx: &Compiling<'_>, dictionary: &Dictionary, list: &str, tag: Given<&str>) -> bool {
    // A list that does not exist was reported with the field.
    let Some(list) = dictionary.lists.get(list) else { return true };
    let found = list.values.iter().any(|value| value.tag == tag.value);
    if !found {
        let (wrong, name) = (tag.value, &list.name);
        let finding = Finding::new(
            tag.place,
            "unknown_tag",
            format!("`{wrong}` n'est pas dans la liste `{name}`"),
            format!("`{wrong}` is not in the list `{name}`"),
        );
        cx.findings.push(finding.suggest(nearest(wrong, list.values.iter().map(|value| value.tag.as_str()))));
    }
    found
}

/// The unique keys of `[unique.<name>]`.
pub(crate) fn uniques(cx: &Compiling<'_>, entity: &Entity, draft: &EntityDraft<'_>) -> Vec<UniqueKey> {
    let mut keys = Vec::new();
    for (name, entry) in draft.uniques.map(|table| table.written()).unwrap_or_default() {
        cx.check_identifier(name, entry.key);
        if entity.uniques.iter().any(|key| key.name == name) {
            cx.findings.push(Finding::new(
                entry.key,
                "reserved",
                format!("`{name}` est déjà le nom de la clé unique du champ `{name}`"),
                format!("`{name}` is already the name of the unique key of the field `{name}`"),
            ));
        }
        let reader = Reader::new(cx.findings, entry);
        let mut fields = Vec::new();
        for given in reader.texts("fields").unwrap_or_default() {
            let Some(index) = cx.own_field(entity, given) else { continue };
            let field = &entity.fields[index];
            let single = field.is_stored() && field.kind.columns(&field.options).len() == 1;
            if !single || field.computed.is_some() {
                let name = given.value;
                cx.findings.push(Finding::new(
                    given.place,
                    "type",
                    format!("`{name}` ne peut pas faire partie d'une clé unique"),
                    format!("`{name}` cannot be part of a unique key"),
                ));
            }
            fields.push(index);
        }
        reader.require(&["fields"], ("une clé unique", "a unique key"));
        let message = reader.label("message");
        reader.finish();
        keys.push(UniqueKey { name: name.to_owned(), fields, message });
    }
    keys
}

/// The rules of an entity.
pub(crate) fn rules(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    draft: &EntityDraft<'_>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (name, entry) in draft.rules.map(|table| table.written()).unwrap_or_default() {
        cx.check_identifier(name, entry.key);
        let reader = Reader::new(cx.findings, entry);
        let when = reader.text("when").and_then(|given| cx.condition(dictionary, entity, given));
        let require = reader.text("require").and_then(|given| cx.condition(dictionary, entity, given));
        reader.require(&["require"], ("une règle", "a rule"));
        let message = reader.required_label("message", name);
        let field = reader
            .text("field")
            .filter(|given| cx.own_field(&dictionary.entities[entity], *given).is_some())
            .map(|given| given.value.to_owned());
        reader.finish();
        if let Some(require) = require {
            rules.push(Rule { name: name.to_owned(), when, require, message, field });
        }
    }
    rules
}

/// The state machine of an entity.
pub(crate) fn states(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    entry: &Entry,
) -> Option<States> {
    let reader = Reader::new(cx.findings, entry);
    let initial = reader.text("initial");
    let transitions = reader.part("transitions");
    let given = reader.text("field");
    reader.require(&["field"], ("`states`", "`states`"));
    reader.finish();
    let given = given?;
    let own = &dictionary.entities[entity];
    let field = cx.own_field(own, given)?;
    let Some(list) =
        own.fields[field].options.list.clone().filter(|_| own.fields[field].kind.name() == "choice")
    else {
        let name = given.value;
        cx.findings.push(Finding::new(
            given.place,
            "type",
            format!("le champ d'état `{name}` doit être de type `choice`"),
            format!("the state field `{name}` has to be of type `choice`"),
        ));
        return None;
    };
    let initial =
        initial.filter(|tag| check_tag(cx, dictionary, &list, *tag)).map(|tag| tag.value.to_owned());
    let mut moves = Vec::new();
    if let Some(table) = transitions.and_then(Entry::table) {
        for (name, entry) in ordered(table, &[], cx.findings) {
            moves.extend(transition(cx, dictionary, entity, &list, name, entry));
        }
    }
    Some(States { field, initial, transitions: moves })
}

fn transition(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    list: &str,
    name: &str,
    entry: &Entry,
) -> Option<Transition> {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    reader.require(&["from", "to"], ("une transition", "a transition"));
    let label = reader.required_label("label", name);
    let from = reader.texts("from").unwrap_or_default();
    from.iter().for_each(|tag| {
        check_tag(cx, dictionary, list, *tag);
    });
    let to = reader.text("to").filter(|tag| check_tag(cx, dictionary, list, *tag));
    let require = reader.text("require").and_then(|given| cx.condition(dictionary, entity, given));
    let icon = reader.text("icon").map(|given| given.value.to_owned());
    let colour = reader.one_of("colour", COLOURS).map(|given| given.value.to_owned());
    reader.finish();
    Some(Transition {
        name: name.to_owned(),
        label,
        from: from.into_iter().map(|tag| tag.value.to_owned()).collect(),
        to: to?.value.to_owned(),
        require,
        icon,
        colour,
    })
}

impl Compiling<'_> {
    /// The field of an entity that an attribute names; reports one that is not there.
    pub(crate) fn own_field(&self, entity: &Entity, given: Given<&str>) -> Option<crate::model::FieldIndex> {
        let found = entity.index(given.value);
        if found.is_none() && !self.is_unread(given.value) {
            let (name, owner) = (given.value, &entity.name);
            let finding = Finding::new(
                given.place,
                "unknown_field",
                format!("`{owner}` n'a pas de champ `{name}`"),
                format!("`{owner}` has no field `{name}`"),
            );
            self.findings.push(finding.suggest(nearest(name, entity.fields.iter().map(|f| f.name.as_str()))));
        }
        found
    }
}
