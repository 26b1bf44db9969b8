//! Dashboards, as written.

use crate::compile::Compiling;
use crate::compile::reader::{Given, Reader};
use crate::compile::screens::view::View;
use crate::diagnostics::{Finding, Place};
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::Entry;
use crate::model::dashboards::{Dashboard, Part};
use crate::model::views::Measure;
use crate::model::{Dictionary, Entity};

const KINDS: &[&str] = &["figure", "chart", "list", "agenda"];
/// Columns of a dashboard.
const COLUMNS: u32 = 4;

/// The dashboards in display order.
pub(crate) fn read(cx: &Compiling<'_>, dictionary: &Dictionary) -> Vec<Dashboard> {
    let section = cx.section("dashboards");
    let entries = section.map(|table| ordered(table, &[], cx.findings)).unwrap_or_default().into_iter();
    entries.map(|(name, entry)| dashboard(cx, dictionary, name, entry)).collect()
}

fn dashboard(cx: &Compiling<'_>, dictionary: &Dictionary, name: &str, entry: &Entry) -> Dashboard {
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(&["after"]);
    let label = reader.required_label("label", name);
    let profiles = reader.texts("profiles").unwrap_or_default();
    let table = reader.part("parts").and_then(Entry::table);
    let parts = table.map(|table| ordered(table, &[], cx.findings)).unwrap_or_default();
    reader.require(&["parts"], ("un tableau de bord", "a dashboard"));
    reader.finish();
    Dashboard {
        name: name.to_owned(),
        label,
        profiles: profiles.into_iter().map(|profile| profile.value.to_owned()).collect(),
        parts: parts.into_iter().filter_map(|(name, entry)| part(cx, dictionary, name, entry)).collect(),
    }
}

/// Reports profiles of dashboards that do not exist.
pub(crate) fn check_profiles(cx: &Compiling<'_>, dictionary: &Dictionary) {
    for (_, entry) in cx.section("dashboards").map(|table| table.written()).unwrap_or_default() {
        if entry.is_removed() {
            continue;
        }
        for given in Reader::new(cx.findings, entry).texts("profiles").unwrap_or_default() {
            if dictionary.profile(given.value).is_none() {
                let names = dictionary.profiles.iter().map(|profile| profile.name.as_str());
                unknown(cx, given, ("le profil", "profile"), names);
            }
        }
    }
}

/// A part; `None` when something is wrong, which is reported, or is about what a layer removed.
fn part(cx: &Compiling<'_>, dictionary: &Dictionary, name: &str, entry: &Entry) -> Option<Part> {
    const ATTRIBUTES: &[&str] = &[
        "after", "kind", "quick", "filter", "span", "value", "goal", "chart", "columns", "rows", "days",
        "label",
    ];
    cx.check_identifier(name, entry.key);
    let reader = Reader::new(cx.findings, entry);
    reader.know(ATTRIBUTES);
    let entity = reader.text("entity");
    reader.require(&["entity"], ("une partie de tableau de bord", "a part of a dashboard"));
    reader.finish();
    let entity = entity.filter(|entity| !cx.is_removed_entity(entity.value))?;
    let Some(position) = dictionary.entity_index(entity.value) else {
        let names = dictionary.entities.iter().map(|entity| entity.name.as_str());
        unknown(cx, entity, ("l'entité", "entity"), names);
        return None;
    };
    // The other attributes are about its records.
    let view = View::new(cx, dictionary, position, entry);
    view.reader.know(&["after", "entity"]);
    let owner = view.entity();
    let kind = view.reader.one_of("kind", KINDS);
    view.reader.require(&["kind"], ("une partie de tableau de bord", "a part of a dashboard"));
    let kind = kind?.value;
    let chart = (kind == "chart").then(|| chart(&view, owner)).flatten();
    let label = match (view.reader.has("label"), chart_of(owner, chart.as_deref())) {
        (false, Some(drawn)) => drawn.label.clone(),
        _ => view.reader.required_label("label", name),
    };
    let quick = view.reader.texts("quick").unwrap_or_default();
    for given in &quick {
        let known = owner.list.filters.iter().map(|filter| filter.name.as_str());
        if !known.clone().any(|name| name == given.value) {
            unknown(cx, *given, ("le filtre rapide", "quick filter"), known);
        }
    }
    let filter = view.reader.text("filter");
    if let Some(filter) = filter {
        cx.condition(dictionary, position, filter);
    }
    let value = match view.reader.part("value") {
        Some(entry) => view.measure("value", entry, false),
        None => Some(Measure { name: "value".into(), label: None, method: "count", field: None }),
    };
    let goal = view.reader.number("goal", 1..=1_000_000_000);
    let columns = columns(&view, cx);
    let rows = view.reader.number("rows", 1..=50);
    let days = view.reader.number("days", 1..=60);
    let span = view.reader.number("span", 1..=COLUMNS);
    out_of_place(cx, &view, kind);
    if kind == "agenda" && owner.views.calendar.is_none() {
        let name = &owner.name;
        cx.findings.push(Finding::new(
            view.reader.value_place("kind"),
            "no_calendar",
            format!("`{name}` n'a pas d'agenda : il faut un fichier screens/{name}.calendar.toml"),
            format!("`{name}` has no calendar: a file screens/{name}.calendar.toml is needed"),
        ));
    }
    Some(Part {
        name: name.to_owned(),
        label,
        kind,
        entity: owner.name.clone(),
        quick: quick.into_iter().map(|given| given.value.to_owned()).collect(),
        filter: filter.map(|given| given.value.to_owned()),
        span: span.unwrap_or(if kind == "figure" { 1 } else { 2 }),
        value: if kind == "figure" { Some(value?) } else { None },
        goal,
        chart: if kind == "chart" { Some(chart?) } else { None },
        columns,
        rows: (kind == "list").then(|| rows.unwrap_or(6)),
        days: (kind == "agenda").then(|| days.unwrap_or(7)),
    })
}

/// The chart that a part names; when it names none, the first.
fn chart(view: &View<'_, '_>, owner: &Entity) -> Option<String> {
    let charts = owner.views.chart.iter().flat_map(|view| &view.charts).map(|chart| chart.name.as_str());
    let Some(given) = view.reader.text("chart") else {
        let first = charts.clone().next();
        if first.is_none() {
            view.reader.require(&["chart"], ("un graphique", "a chart"));
        }
        return first.map(str::to_owned);
    };
    if !charts.clone().any(|name| name == given.value) {
        unknown(view.cx, given, ("le graphique", "chart"), charts);
        return None;
    }
    Some(given.value.to_owned())
}

fn chart_of<'e>(owner: &'e Entity, name: Option<&str>) -> Option<&'e crate::model::views::Chart> {
    owner.views.chart.iter().flat_map(|view| &view.charts).find(|chart| Some(chart.name.as_str()) == name)
}

fn columns(view: &View<'_, '_>, cx: &Compiling<'_>) -> Vec<String> {
    let mut columns = Vec::new();
    for (path, entry) in view.children("columns") {
        let reader = Reader::new(cx.findings, entry);
        reader.know(&["after"]);
        reader.finish();
        if view.known_path(Given { value: path, place: entry.key }).is_some() {
            columns.push(path.to_owned());
        }
    }
    columns
}

/// Reports attributes that a part of that kind does not have.
fn out_of_place(cx: &Compiling<'_>, view: &View<'_, '_>, kind: &str) {
    const OF_KIND: &[(&str, &str)] = &[
        ("value", "figure"),
        ("goal", "figure"),
        ("chart", "chart"),
        ("columns", "list"),
        ("rows", "list"),
        ("days", "agenda"),
    ];
    for (attribute, owner) in OF_KIND.iter().filter(|(name, owner)| view.reader.has(name) && *owner != kind) {
        let place: Place = view.reader.place_of(attribute);
        cx.findings.push(Finding::new(
            place,
            "wrong_value",
            format!("`{attribute}` est pour une partie `{owner}`, celle-ci est `{kind}`"),
            format!("`{attribute}` is for a part `{owner}`, this one is `{kind}`"),
        ));
    }
}

fn unknown<'n>(
    cx: &Compiling<'_>,
    given: Given<&str>,
    (fr, en): (&str, &str),
    known: impl Iterator<Item = &'n str>,
) {
    let name = given.value;
    let finding = Finding::new(
        given.place,
        "unknown_name",
        format!("{fr} `{name}` n'existe pas"),
        format!("there is no {en} `{name}`"),
    );
    cx.findings.push(finding.suggest(nearest(name, known)));
}
