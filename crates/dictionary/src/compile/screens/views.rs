//! Board, calendar, timeline, map, tree, gallery, pivot and chart of an entity, as written.

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::compile::screens::view::View;
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::layers::tree::Entry;
use crate::model::views::{
    Board, BoardColumn, Calendar, Chart, Charts, Gallery, Map, Measure, Pivot, Timeline, TimelineRows, Tree,
    Views,
};
use crate::model::{Dictionary, EntityIndex, Field};

/// Kinds of charts.
const CHARTS: &[&str] = &["column", "bar", "line", "area", "pie"];

/// The views that an entity's files write. One that names a part which a layer removed is no more.
pub(super) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    position: EntityIndex,
    reader: &Reader<'_>,
) -> Views {
    let view = |kind| reader.part(kind).map(|entry| View::new(cx, dictionary, position, entry));
    Views {
        board: view("board").and_then(|view| board(&view)),
        calendar: view("calendar").and_then(|view| calendar(&view)),
        timeline: view("timeline").and_then(|view| timeline(&view)),
        map: view("map").and_then(|view| map(&view)),
        tree: view("tree").and_then(|view| tree(&view)),
        gallery: view("gallery").and_then(|view| gallery(&view)),
        pivot: view("pivot").and_then(|view| pivot(&view)),
        chart: view("chart").and_then(|view| charts(&view)),
    }
}

fn board(view: &View<'_, '_>) -> Option<Board> {
    let stated = view.entity().states.as_ref().map(|states| &view.entity().fields[states.field]);
    let by = match stated.filter(|_| !view.reader.has("by")) {
        Some(field) => Some(field),
        None => view.needed("by", &["choice"], ("un tableau", "a board"), |_| true),
    };
    let look = view.look();
    let written = view.children("columns");
    let sums = view.children("sums");
    let sums: Vec<Measure> =
        sums.into_iter().filter_map(|(name, entry)| view.measure(name, entry, true)).collect();
    let columns = by.map(|by| board_columns(view, by, &written));
    view.reader.finish();
    Some(Board { by: by?.name.clone(), columns: columns?, sums, look })
}

/// The columns that are written, each a value of the choice; all values when none is.
fn board_columns(view: &View<'_, '_>, by: &Field, written: &[(&str, &Entry)]) -> Vec<BoardColumn> {
    let Some(list) = by.options.list.as_deref().and_then(|list| view.dictionary.lists.get(list)) else {
        return Vec::new();
    };
    let mut columns = Vec::new();
    for (tag, entry) in written {
        let reader = Reader::new(view.cx.findings, entry);
        reader.know(&["after"]);
        let limit = reader.number("limit", 1..=1000);
        let folded = reader.flag("folded");
        reader.finish();
        if list.values.iter().any(|value| value.tag == *tag) {
            columns.push(BoardColumn { tag: (*tag).to_owned(), limit, folded });
        } else {
            let name = &list.name;
            let finding = Finding::new(
                entry.key,
                "unknown_tag",
                format!("`{tag}` n'est pas dans la liste `{name}`"),
                format!("`{tag}` is not in the list `{name}`"),
            );
            let tags = list.values.iter().map(|value| value.tag.as_str());
            view.cx.findings.push(finding.suggest(nearest(tag, tags)));
        }
    }
    if written.is_empty() {
        let values = list.values.iter().filter(|value| value.active);
        columns.extend(values.map(|value| BoardColumn {
            tag: value.tag.clone(),
            limit: None,
            folded: false,
        }));
    }
    columns
}

fn calendar(view: &View<'_, '_>) -> Option<Calendar> {
    let span = view.span(("un agenda", "a calendar"));
    let recurrence = view.field("recurrence", &["text"]).map(|field| field.name.clone());
    let exceptions = view.field("exceptions", &["text", "long_text"]).map(|field| field.name.clone());
    let series = view.field("series", &["reference"]);
    if let Some(series) = series {
        refers_to_itself(view, "series", series);
    }
    let occurrence = view.field("occurrence", &["date"]).map(|field| field.name.clone());
    let by = view.field("by", &["reference"]).map(|field| field.name.clone());
    let opens = view.reader.one_of("opens", &["day", "week", "month"]).map_or("week", |given| given.value);
    let (hours, look) = (view.hours(), view.look());
    view.reader.finish();
    let series = series.map(|field| field.name.clone());
    Some(Calendar { span: span?, recurrence, exceptions, series, occurrence, by, opens, hours, look })
}

fn timeline(view: &View<'_, '_>) -> Option<Timeline> {
    let rows = timeline_rows(view);
    let span = view.span(("un planning", "a timeline"));
    let (hours, look) = (view.hours(), view.look());
    view.reader.finish();
    Some(Timeline { rows: rows?, span: span?, hours, look })
}

fn timeline_rows(view: &View<'_, '_>) -> Option<TimelineRows> {
    let Some(entry) = view.reader.part("rows") else {
        view.reader.require(&["rows"], ("un planning", "a timeline"));
        return None;
    };
    let rows = View::new(view.cx, view.dictionary, view.position, entry);
    let field = rows.needed("field", &["reference"], ("`rows`", "`rows`"), |_| true);
    let (filter, group) = (rows.reader.text("filter"), rows.reader.text("group"));
    rows.reader.finish();
    let field = field?;
    let target = view.dictionary.entity_index(field.options.to.as_deref()?)?;
    // Both are about the records that rows are.
    let filter = filter
        .and_then(|given| view.cx.condition(view.dictionary, target, given))
        .map(|checked| checked.source)
        .or_else(|| field.options.filter.clone());
    let group = group
        .filter(|given| view.cx.path(view.dictionary, target, *given).is_some())
        .map(|given| given.value.to_owned());
    Some(TimelineRows { field: field.name.clone(), filter, group })
}

fn map(view: &View<'_, '_>) -> Option<Map> {
    let point = match view.reader.text("point") {
        Some(given) => view.path(given, &["point"]),
        None => view.needed("point", &["point"], ("une carte", "a map"), |_| true).map(|f| f.name.clone()),
    };
    let look = view.look();
    view.reader.finish();
    Some(Map { point: point?, look })
}

fn tree(view: &View<'_, '_>) -> Option<Tree> {
    let itself = |field: &Field| field.options.to.as_deref() == Some(view.entity().name.as_str());
    let parent = view.needed("parent", &["reference"], ("un arbre", "a tree"), itself);
    let look = view.look();
    view.reader.finish();
    let parent = parent?;
    refers_to_itself(view, "parent", parent);
    Some(Tree { parent: parent.name.clone(), look })
}

/// Tells a reference that leads to another entity.
fn refers_to_itself(view: &View<'_, '_>, attribute: &str, field: &Field) {
    let entity = &view.entity().name;
    if field.options.to.as_ref() == Some(entity) {
        return;
    }
    let name = &field.name;
    view.cx.findings.push(Finding::new(
        view.reader.value_place(attribute),
        "not_a_reference",
        format!("`{name}` ne se rapporte pas à une fiche de `{entity}`"),
        format!("`{name}` does not refer to a record of `{entity}`"),
    ));
}

fn gallery(view: &View<'_, '_>) -> Option<Gallery> {
    let image = view.needed("image", &["image"], ("une galerie", "a gallery"), |_| true);
    let look = view.look();
    view.reader.finish();
    Some(Gallery { image: image?.name.clone(), look })
}

fn pivot(view: &View<'_, '_>) -> Option<Pivot> {
    let label = view.reader.label("label");
    let axes = |name| {
        view.children(name).into_iter().filter_map(|(path, entry)| view.axis(path, entry)).collect::<Vec<_>>()
    };
    let (rows, columns) = (axes("rows"), axes("columns"));
    let values = view.children("values").into_iter();
    let mut values: Vec<Measure> =
        values.filter_map(|(name, entry)| view.measure(name, entry, false)).collect();
    if values.is_empty() {
        values.push(Measure { name: "count".into(), label: None, method: "count", field: None });
    }
    view.reader.require(&["rows"], ("un tableau croisé", "a pivot table"));
    view.reader.finish();
    (!rows.is_empty()).then_some(Pivot { label, rows, columns, values })
}

fn charts(view: &View<'_, '_>) -> Option<Charts> {
    let label = view.reader.label("label");
    let children = view.children("charts").into_iter();
    let charts: Vec<Chart> = children.filter_map(|(name, entry)| chart(view, name, entry)).collect();
    view.reader.require(&["charts"], ("l'écran des graphiques", "the screen of charts"));
    view.reader.finish();
    (!charts.is_empty()).then_some(Charts { label, charts })
}

fn chart<'m>(screen: &View<'_, 'm>, name: &str, entry: &'m Entry) -> Option<Chart> {
    screen.cx.check_identifier(name, entry.key);
    let view = View::new(screen.cx, screen.dictionary, screen.position, entry);
    view.reader.know(&["after"]);
    let label = view.reader.required_label("label", name);
    let kind = view.reader.one_of("kind", CHARTS).map_or("column", |given| given.value);
    view.reader.require(&["category"], ("un graphique", "a chart"));
    let category = view.named_axis("category", "category_per");
    let series = view.named_axis("series", "series_per");
    let value = match view.reader.part("value") {
        Some(entry) => view.measure("value", entry, false),
        None => Some(Measure { name: "value".into(), label: None, method: "count", field: None }),
    };
    let filter = view.reader.text("filter");
    let filter = filter.and_then(|given| view.cx.condition(view.dictionary, view.position, given));
    view.reader.finish();
    let filter = filter.map(|checked| checked.source);
    Some(Chart { name: name.to_owned(), label, kind, category: category?, series, value: value?, filter })
}
