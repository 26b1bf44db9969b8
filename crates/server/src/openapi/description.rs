//! Schemas of `$dictionary`: what a client renders screens from.

use dictionary::field_types::FIELD_TYPES;
use serde_json::{Map, Value as Json, json};

use crate::openapi::shapes::{array, boolean, closed, nullable, own, text, text_or_null};
use crate::openapi::{values, views};

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        ("dictionary", dictionary()),
        ("environment", environment()),
        (
            "menu_group",
            closed(json!({"id": text(), "label": own("label"), "items": array(own("menu_item"))})),
        ),
        (
            "menu_item",
            closed(json!({"id": text(), "entity": text(), "label": own("label"), "icon": text_or_null()})),
        ),
        ("dashboard", dashboard()),
        ("dashboard_part", dashboard_part()),
        ("entity", entity()),
        ("field", field()),
        ("field_type", json!({"type": "string", "enum": field_types()})),
        ("rule", rule()),
        ("transition", transition()),
        ("tab", tab()),
        ("section", section()),
        ("activity", activity()),
    ]
    .into_iter()
    .chain(views::schemas())
    .collect()
}

fn dictionary() -> Json {
    let module = json!({"name": text(), "version": text(), "label": own("label"), "icon": text_or_null()});
    closed(json!({
        "hash": text(),
        "environment": own("environment"),
        "me": closed(json!({"id": values::id(), "name": text(),
            "profiles": array(closed(json!({"name": text(), "label": own("label")}))),
            "powers": array(json!({"type": "string", "enum": ["administer", "audit", "share", "protect"]})),
            "viewed": nullable(closed(json!({"note": values::id(), "until": text()}))), "until": text_or_null()})),
        "modules": array(closed(module)),
        "menu": array(own("menu_group")),
        "dashboards": array(own("dashboard")),
        "lists": {"type": "object", "additionalProperties": own("list")},
        "entities": {"type": "object", "additionalProperties": own("entity")},
    }))
}

fn dashboard() -> Json {
    closed(json!({
        "name": text(), "label": own("label"), "profiles": array(text()), "parts": array(own("dashboard_part")),
    }))
}

fn dashboard_part() -> Json {
    closed(json!({
        "name": text(),
        "label": own("label"),
        "kind": {"type": "string", "enum": ["figure", "chart", "list", "agenda"]},
        "entity": text(),
        "quick": array(text()),
        "filter": text_or_null(),
        "span": {"type": "integer", "minimum": 1, "maximum": 4},
        "value": nullable(own("measure")),
        "goal": number_or_null(),
        "chart": text_or_null(),
        "columns": array(text()),
        "rows": number_or_null(),
        "days": number_or_null(),
    }))
}

fn environment() -> Json {
    closed(json!({
        "name": text(), "label": text(), "kind": text(), "time_zone": text(),
        "time_zone_rules": text_or_null(), "currency": text(), "country": text(),
        "logo": text_or_null(),
        "tiles": nullable(closed(json!({"url": text(), "attribution": text_or_null()}))),
    }))
}

fn entity() -> Json {
    let column = json!({"path": text(), "width": number_or_null()});
    let filter = json!({"name": text(), "label": own("label"), "filter": text()});
    closed(json!({
        "name": text(),
        "collection": text(),
        "module": text(),
        "label": own("label"),
        "plural": own("label"),
        "icon": text_or_null(),
        "help": nullable(own("label")),
        "title": text(),
        "lines_of": text_or_null(), "person": boolean(),
        "order": array(text()),
        "searchable": boolean(),
        "can": closed(json!({
            "create": boolean(), "update": boolean(), "delete": boolean(), "export": boolean(), "import": boolean(),
            "print": boolean(), "not": array(text()),
        })),
        "fields": array(own("field")),
        "rules": array(own("rule")),
        "notices": array(closed(json!({"name": text(), "field": text(), "text": own("label")}))),
        "states": nullable(closed(json!({
            "field": text(), "initial": text_or_null(), "transitions": array(own("transition")),
        }))),
        "list": closed(json!({
            "columns": array(closed(column)),
            "filters": array(closed(filter)),
            "colours": array(closed(json!({"name": text(), "label": own("label"), "colour": text()}))),
        })),
        "form": closed(json!({
            "tabs": array(own("tab")),
            "tiles": array(closed(json!({"field": text(), "tab": text_or_null()}))),
            "activity": array(own("activity")),
        })),
        "views": own("views"),
    }))
}

/// What a form puts on the line of time.
fn activity() -> Json {
    closed(json!({
        "name": text(), "entity": text(), "by": text(), "at": text(), "kind": text_or_null(), "text": text_or_null(),
        "who": text_or_null(), "filter": text_or_null(), "writes": boolean(),
    }))
}

/// What a field's `type` may be.
fn field_types() -> Vec<&'static str> {
    FIELD_TYPES.iter().map(|kind| kind.name()).chain(["computed"]).collect()
}

/// A field: what all have, and the attributes that its type has.
fn field() -> Json {
    let mut schema = closed(json!({
        "name": text(),
        "type": own("field_type"),
        "label": own("label"),
        "help": nullable(own("label")),
        "required": boolean(),
        "unique": boolean(),
        "read_only": boolean(),
        "system": boolean(),
        "personal": {"type": "string", "enum": ["no", "yes", "sensitive"]},
        "concerns": boolean(),
        "default": text_or_null(),
        "formula": text_or_null(),
        "visible": text_or_null(),
        "editable": text_or_null(),
        "width": number_or_null(),
        "layer": text(),
    }));
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.extend(attributes());
    }
    schema
}

/// Attributes of types.
fn attributes() -> Map<String, Json> {
    let number = || json!({"type": "integer", "minimum": 0});
    let texts =
        ["pattern", "min", "max", "unit", "currency", "list", "to", "filter", "of", "by", "region", "colour"];
    let numbers = ["max_length", "min_length", "precision", "scale", "max_size_mb", "max_size_kb"];
    let mut attributes: Map<String, Json> = texts.iter().map(|name| ((*name).to_owned(), text())).collect();
    attributes.extend(numbers.iter().map(|name| ((*name).to_owned(), number())));
    attributes.insert("transform".to_owned(), json!({"type": "string", "enum": ["upper", "lower"]}));
    attributes.insert(
        "on_delete".to_owned(),
        json!({"type": "string", "enum": ["restrict", "cascade", "nullify"]}),
    );
    attributes.insert("accept".to_owned(), array(text()));
    attributes.insert("targets".to_owned(), array(text()));
    // Of a field shown without its content.
    attributes.insert("masked".to_owned(), boolean());
    // Of a computed field: the type it returns.
    attributes.insert("returns".to_owned(), own("field_type"));
    attributes
}

fn rule() -> Json {
    closed(json!({
        "name": text(), "when": text_or_null(), "require": text(), "message": own("label"), "field": text_or_null(),
    }))
}

fn transition() -> Json {
    closed(json!({
        "name": text(), "label": own("label"), "from": array(text()), "to": text(), "require": text_or_null(),
        "icon": text_or_null(), "colour": text_or_null(),
    }))
}

fn tab() -> Json {
    closed(json!({
        "name": text(),
        "label": own("label"),
        "sections": array(own("section")),
        "related": nullable(closed(json!({"entity": text(), "by": text()}))),
    }))
}

fn section() -> Json {
    closed(json!({
        "name": text(),
        "label": nullable(own("label")),
        "columns": {"type": "integer", "minimum": 1, "maximum": 3},
        "fields": array(closed(json!({"field": text(), "span": {"type": "integer", "minimum": 1}}))),
    }))
}

fn number_or_null() -> Json {
    json!({"type": ["integer", "null"], "minimum": 0})
}
