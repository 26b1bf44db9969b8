//! The dictionary as clients see it: `GET /data/{env}/$dictionary` of `docs/api.md`, without what only the server knows (environment, person).
//!
//! Secret fields and the system's own entities never appear.

use serde_json::{Map, Value as Json, json};

use crate::expression::Node;
use crate::model::{Dictionary, Entity, Field, FieldIndex, Sort, States};

/// What the caller may do to the records of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Can {
    /// Add some.
    pub create: bool,
    /// Change them.
    pub update: bool,
    /// Delete them.
    pub delete: bool,
}

/// The members `hash`, `modules`, `menu`, `dashboards`, `lists` and `entities` of the description. `can` answers what the caller may do; an entity of
/// which it answers `None` is left out, with its menu entries and its parts of dashboards.
pub fn describe(dictionary: &Dictionary, can: impl Fn(&Entity) -> Option<Can>) -> Map<String, Json> {
    let mut entities = Map::new();
    for entity in dictionary.entities.iter().filter(|entity| !entity.internal) {
        if let Some(can) = can(entity) {
            entities.insert(entity.name.clone(), describe_entity(entity, can));
        }
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

fn describe_entity(entity: &Entity, can: Can) -> Json {
    let fields = entity.fields.iter().enumerate().filter(|(_, field)| !field.secret);
    let fields = fields.map(|(index, field)| describe_field(field, is_unique(entity, index)));
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
        "order": entity.order.iter().map(sort_text).collect::<Vec<_>>(),
        "searchable": !entity.search.is_empty(),
        "can": can,
        "fields": fields.collect::<Vec<_>>(),
        "states": entity.states.as_ref().map(|states| describe_states(entity, states)),
        "list": entity.list,
        "form": entity.form,
        "views": entity.views,
    })
}

/// Whether no two records hold the same value of a field.
fn is_unique(entity: &Entity, field: FieldIndex) -> bool {
    entity.uniques.iter().any(|unique| unique.fields == [field])
}

fn describe_field(field: &Field, unique: bool) -> Json {
    let source = |checked: &Option<crate::model::Checked>| checked.as_ref().map(|c| c.source.clone());
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
        "has_default": field.default.is_some(),
        "visible": source(&field.visible),
        "editable": source(&field.editable),
        "width": field.width,
        "layer": field.layer,
    });
    if let Json::Object(common) = common {
        members.extend(common);
    }
    Json::Object(members)
}

fn describe_states(entity: &Entity, states: &States) -> Json {
    let transitions = states.transitions.iter().map(|transition| {
        json!({
            "name": transition.name,
            "label": transition.label,
            "from": transition.from,
            "to": transition.to,
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
