//! The dictionary as clients see it: `GET /data/{env}/$dictionary` of `docs/api.md`, without what only the server knows (environment, person).
//!
//! Secret fields and the system's own entities never appear. Expressions are told by their text, so that a client can ask itself what a record
//! that somebody writes would be: [`read`] makes a dictionary of a description again.

pub mod profiles;
mod read;

pub use read::{is_unknown, read};

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::expression::{Node, Typed};
use crate::model::notices::Notice;
use crate::model::{Checked, Dictionary, Entity, EntityIndex, Field, FieldIndex, Rule, Sort, States};

/// What the caller may do to the records of an entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Can {
    /// Add some.
    pub create: bool,
    /// Change them.
    pub update: bool,
    /// Delete them.
    pub delete: bool,
    /// Take them out as a file.
    pub export: bool,
    /// Bring a file in.
    pub import: bool,
    /// Print them.
    pub print: bool,
    /// Transitions that they may make of none.
    pub not: Vec<String>,
}

/// The members `hash`, `modules`, `menu`, `dashboards`, `lists` and `entities` of the description. `can` answers what the caller may do; an entity of
/// which it answers `None` is left out, with its menu entries and its parts of dashboards.
pub fn describe(dictionary: &Dictionary, can: impl Fn(&Entity) -> Option<Can>) -> Map<String, Json> {
    let mut entities = Map::new();
    let visible = dictionary.entities.iter().enumerate().filter(|(_, entity)| !entity.internal);
    let visible: Vec<_> = visible.filter_map(|(index, entity)| Some((index, can(entity)?))).collect();
    let told = Told { dictionary, entities: visible.iter().map(|(index, _)| *index).collect() };
    for (index, can) in visible {
        let entity = &dictionary.entities[index];
        entities.insert(entity.name.clone(), describe_entity(entity, &can, &told));
    }
    let mut menu = dictionary.menu.clone();
    for group in &mut menu {
        group.items.retain(|item| entities.contains_key(&item.entity));
    }
    menu.retain(|group| !group.items.is_empty());
    let mut dashboards = dictionary.dashboards.clone();
    for dashboard in &mut dashboards {
        dashboard.parts.retain(|part| entities.contains_key(&part.entity));
    }
    dashboards.retain(|dashboard| !dashboard.parts.is_empty());
    let mut members = Map::new();
    members.insert("hash".into(), json!(dictionary.hash));
    members.insert("modules".into(), json!(dictionary.modules));
    members.insert("menu".into(), json!(menu));
    members.insert("dashboards".into(), json!(dashboards));
    members.insert("lists".into(), json!(dictionary.lists));
    members.insert("entities".into(), Json::Object(entities));
    members
}

/// What is described.
struct Told<'d> {
    dictionary: &'d Dictionary,
    entities: BTreeSet<EntityIndex>,
}

impl Told<'_> {
    /// The text of an expression; an empty one where it reads records that are not described: the client then knows that it does not know.
    fn source(&self, checked: &Checked) -> String {
        if self.covers(&checked.typed) { checked.source.clone() } else { String::new() }
    }

    fn covers(&self, typed: &Typed) -> bool {
        let mut covered = true;
        typed.walk(&mut |piece| match &piece.node {
            Node::Path(path) => {
                let field = &self.dictionary.entities[path.entity].fields[path.field];
                covered &= !field.secret && !field.masked;
                covered &= path.hops.iter().all(|hop| self.entities.contains(&hop.to));
            }
            Node::Aggregate(aggregate) => {
                covered &= aggregate.hops.iter().all(|hop| self.entities.contains(&hop.to));
                covered &= self.entities.contains(&aggregate.entity);
            }
            _ => {}
        });
        covered
    }
}

fn describe_entity(entity: &Entity, can: &Can, told: &Told<'_>) -> Json {
    let fields = entity.fields.iter().enumerate().filter(|(_, field)| !field.secret);
    let fields = fields.map(|(index, field)| {
        let concerns = entity.protection.concerns.contains(&index);
        describe_field(field, is_unique(entity, index), concerns, told)
    });
    json!({
        "name": entity.name,
        "collection": entity.collection,
        "module": entity.module,
        "label": entity.label,
        "plural": entity.plural,
        "icon": entity.icon,
        "help": entity.help,
        "title": entity.title.source,
        "lines_of": entity.lines_of,
        "person": entity.protection.person,
        "order": entity.order.iter().map(sort_text).collect::<Vec<_>>(),
        "searchable": !entity.search.is_empty(),
        "can": can,
        "fields": fields.collect::<Vec<_>>(),
        "rules": entity.rules.iter().filter_map(|rule| describe_rule(rule, told)).collect::<Vec<_>>(),
        "notices": entity.notices.iter().map(|notice| describe_notice(entity, notice)).collect::<Vec<_>>(),
        "states": entity.states.as_ref().map(|states| describe_states(entity, states, told)),
        "list": entity.list,
        "form": entity.form,
        "views": entity.views,
    })
}

/// Whether no two records hold the same value of a field.
fn is_unique(entity: &Entity, field: FieldIndex) -> bool {
    entity.uniques.iter().any(|unique| unique.fields == [field])
}

fn describe_field(field: &Field, unique: bool, concerns: bool, told: &Told<'_>) -> Json {
    let source = |checked: &Option<Checked>| checked.as_ref().map(|checked| told.source(checked));
    let kind = field.kind.name();
    let mut members = match json!(field.options) {
        Json::Object(options) => options,
        _ => Map::new(),
    };
    if field.computed.is_some() {
        members.insert("returns".into(), json!(kind));
    }
    let common = json!({
        "name": field.name,
        "type": if field.computed.is_some() { "computed" } else { kind },
        "label": field.label,
        "help": field.help,
        "required": field.required,
        "unique": unique,
        "read_only": field.read_only,
        "system": field.system,
        "personal": field.personal,
        "concerns": concerns,
        "default": source(&field.default),
        "formula": field.computed.as_ref().map(|computed| told.source(&computed.formula)),
        "visible": source(&field.visible),
        "editable": source(&field.editable),
        "width": field.width,
        "layer": field.layer,
    });
    if field.masked {
        members.insert("masked".into(), true.into());
    }
    if let Json::Object(common) = common {
        members.extend(common);
    }
    Json::Object(members)
}

/// None for a rule about records that are not described: it is the server's alone.
fn describe_rule(rule: &Rule, told: &Told<'_>) -> Option<Json> {
    let covered = rule.when.iter().chain([&rule.require]).all(|condition| told.covers(&condition.typed));
    covered.then(|| {
        json!({
            "name": rule.name,
            "when": rule.when.as_ref().map(|when| &when.source),
            "require": rule.require.source,
            "message": rule.message,
            "field": rule.field,
        })
    })
}

fn describe_notice(entity: &Entity, notice: &Notice) -> Json {
    json!({"name": notice.name, "field": entity.fields[notice.field].name, "text": notice.text})
}

fn describe_states(entity: &Entity, states: &States, told: &Told<'_>) -> Json {
    let transitions = states.transitions.iter().map(|transition| {
        json!({
            "name": transition.name,
            "label": transition.label,
            "from": transition.from,
            "to": transition.to,
            "require": transition.require.as_ref().map(|require| told.source(require)),
            "icon": transition.icon,
            "colour": transition.colour,
        })
    });
    json!({
        "field": entity.fields[states.field].name,
        "initial": states.initial,
        "transitions": transitions.collect::<Vec<_>>(),
    })
}

/// `-created_at`: the sort as dictionary files write it.
pub(crate) fn sort_text(sort: &Sort) -> String {
    let names = match &sort.path.node {
        Node::Path(path) => path.names.as_str(),
        _ => "",
    };
    format!("{}{names}", if sort.descending { "-" } else { "" })
}
