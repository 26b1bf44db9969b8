//! Schemas of the views of a collection: board, calendar and the others of `docs/dictionary/screens.md`.

use serde_json::{Map, Value as Json, json};

use crate::openapi::shapes::{array, boolean, closed, nullable, own, text, text_or_null};

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let kinds = ["board", "calendar", "timeline", "map", "tree", "gallery", "pivot", "chart"];
    let members: Map<String, Json> =
        kinds.iter().map(|kind| ((*kind).to_owned(), nullable(own(&format!("{kind}_view"))))).collect();
    let column = json!({"tag": text(), "limit": whole_or_null(), "folded": boolean()});
    let rows = json!({"field": text(), "filter": text_or_null(), "group": text_or_null()});
    let chart = json!({
        "name": text(),
        "label": own("label"),
        "kind": {"type": "string", "enum": ["column", "bar", "line", "area", "pie"]},
        "category": own("axis"),
        "series": nullable(own("axis")),
        "value": own("measure"),
        "filter": text_or_null(),
    });
    let opens = json!({"type": "string", "enum": ["day", "week", "month"]});
    vec![
        ("views", closed(Json::Object(members))),
        (
            "board_view",
            look(json!({"by": text(), "columns": array(closed(column)), "sums": array(own("measure"))})),
        ),
        (
            "calendar_view",
            look(timed(json!({
                "recurrence": text_or_null(), "exceptions": text_or_null(), "series": text_or_null(),
                "occurrence": text_or_null(), "by": text_or_null(), "opens": opens,
            }))),
        ),
        ("timeline_view", look(timed(json!({"rows": closed(rows)})))),
        ("map_view", look(json!({"point": text()}))),
        ("tree_view", look(json!({"parent": text()}))),
        ("gallery_view", look(json!({"image": text()}))),
        (
            "pivot_view",
            closed(json!({
                "label": nullable(own("label")), "rows": array(own("axis")), "columns": array(own("axis")),
                "values": array(own("measure")),
            })),
        ),
        ("chart_view", closed(json!({"label": nullable(own("label")), "charts": array(own("chart"))}))),
        ("chart", closed(chart)),
        ("axis", closed(json!({"path": text(), "per": period()}))),
        (
            "measure",
            closed(json!({
                "name": text(),
                "label": nullable(own("label")),
                "method": {"type": "string", "enum": ["count", "sum", "average", "min", "max", "distinct"]},
                "field": text_or_null(),
            })),
        ),
    ]
}

/// With what every view of records has: name, card, colours, sort.
fn look(own_members: Json) -> Json {
    let common = json!({
        "label": nullable(own("label")), "card": array(text()), "colour": array(text()), "order": array(text()),
    });
    closed(both(own_members, common))
}

/// With when records take place, and the hours shown.
fn timed(own_members: Json) -> Json {
    let common = json!({
        "starts": text(), "ends": text_or_null(), "all_day": text_or_null(),
        "day_from": text(), "day_to": text(), "step": {"type": "integer", "minimum": 5},
    });
    both(own_members, common)
}

fn both(mut members: Json, others: Json) -> Json {
    if let (Some(members), Json::Object(others)) = (members.as_object_mut(), others) {
        members.extend(others);
    }
    members
}

fn period() -> Json {
    json!({"type": ["string", "null"], "enum": ["day", "week", "month", "quarter", "year", null]})
}

pub(super) fn whole_or_null() -> Json {
    json!({"type": ["integer", "null"], "minimum": 0})
}
