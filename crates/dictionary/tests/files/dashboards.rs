//! Dashboards: what is read, what is said of faults.

use dictionary::compile;
use dictionary::plan::{Change, How, Use, plan};

use crate::common::{LIBRARY, dictionary, shown, singles};

const BOARD: &str = r#"
[screens.book.list.columns.title]
[screens.book.list.filters.long]
label = { fr = "Longs", en = "Long" }
filter = "pages > 500"
[screens.book.chart.charts.genres]
label = { fr = "Par genre", en = "By genre" }
category = "genre"
[dashboards.day]
label = { fr = "Ma journée", en = "My day" }
[dashboards.day.parts.long]
kind = "figure"
entity = "book"
quick = ["long"]
label = { fr = "Longs", en = "Long" }
value = { method = "sum", field = "pages" }
goal = 12
[dashboards.day.parts.genres]
kind = "chart"
entity = "book"
[dashboards.day.parts.all]
after = "long"
kind = "list"
entity = "book"
label = { fr = "Tous", en = "All" }
filter = "pages > 10"
columns = { title = {} }
"#;

#[test]
fn a_dashboard_has_parts_in_order_each_with_what_its_kind_needs() {
    let dictionary = dictionary(&[("library", LIBRARY), ("board", BOARD)]);
    let board = &dictionary.dashboards[0];
    let names: Vec<&str> = board.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!((board.name.as_str(), names), ("day", vec!["long", "all", "genres"]));
    let (long, all, genres) = (&board.parts[0], &board.parts[1], &board.parts[2]);
    assert_eq!(
        (long.span, long.goal, long.value.as_ref().map(|value| value.method)),
        (1, Some(12), Some("sum"))
    );
    assert_eq!((all.span, all.rows, all.columns.as_slice()), (2, Some(6), ["title".to_owned()].as_slice()));
    // A chart is called what it is called where it is drawn.
    assert_eq!(
        (genres.chart.as_deref(), genres.label.text(dictionary::Language::En)),
        (Some("genres"), "By genre")
    );
}

#[test]
fn faults_of_dashboards_are_placed_and_say_what_was_meant() {
    let faulty = "
[dashboards.other]
label = { fr = \"Autre\", en = \"Other\" }
[dashboards.other.parts.one]
kind = \"figur\"
entity = \"book\"
label = { fr = \"Un\", en = \"One\" }
[dashboards.other.parts.two]
kind = \"figure\"
entity = \"bok\"
[dashboards.other.parts.three]
kind = \"list\"
entity = \"book\"
quick = [\"lng\"]
goal = 3
label = { fr = \"Trois\", en = \"Three\" }
[dashboards.other.parts.four]
kind = \"chart\"
entity = \"book\"
chart = \"genre\"
label = { fr = \"Quatre\", en = \"Four\" }
[dashboards.other.parts.five]
kind = \"agenda\"
entity = \"book\"
label = { fr = \"Cinq\", en = \"Five\" }
filter = \"page > 3\"
";
    let layers = singles(&[("library", LIBRARY), ("board", BOARD), ("faulty", faulty)]);
    let said = shown(&compile(&layers).unwrap_err());
    for expected in [
        "`kind` cannot be `figur`",
        "there is no entity `bok`\n  --> faulty/layer.toml:10:10",
        "there is no quick filter `lng`",
        "did you mean `long`?",
        "`goal` is for a part `figure`, this one is `list`",
        "there is no chart `genre`",
        "did you mean `genres`?",
        "`book` has no calendar",
        "did you mean `pages`?",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
}

#[test]
fn a_plan_tells_which_dashboard_changes_and_which_reads_a_field() {
    let before = dictionary(&[("library", LIBRARY), ("board", BOARD)]);
    let layer = "
        [dashboards.day.parts.long]
        goal = 20
        value = { method = \"count\" }
        [dashboards.day.parts.all]
        filter = \"title != null\"
        [screens.book.list.filters.long]
        filter = \"title != null\"
        [entities.book.fields.pages]
        remove = true
        [entities.book.rules.some_pages]
        remove = true
    ";
    let after = dictionary(&[("library", LIBRARY), ("board", BOARD), ("client", layer)]);
    let plan = plan(&before, &after);
    let changed = Change::AlterDashboard { dashboard: "day".into(), how: How::Changed };
    assert!(plan.steps.iter().any(|step| step.change == changed), "{:?}", plan.steps);
    let gone = plan.steps.iter().find(|step| matches!(step.change, Change::SetAsideField { .. })).unwrap();
    assert!(gone.touches.iter().any(|touched| touched.what == Use::Dashboard), "{:?}", gone.touches);
}
