//! Views of a collection: what is read, what stands in for what is not written, what is said of faults.

use dictionary::compile;
use dictionary::plan::{Change, How, Use, plan};

use crate::common::{dictionary, shown};

const VISITS: &str = r#"
[lists.step]
label = { fr = "Étapes", en = "Steps" }
[lists.step.values.planned]
label = { fr = "Prévue", en = "Planned" }
[lists.step.values.done]
label = { fr = "Faite", en = "Done" }
[entities.person]
label = { fr = "Personne", en = "Person" }
plural = { fr = "Personnes", en = "People" }
[entities.person.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.person.fields.active]
type = "boolean"
label = { fr = "Active", en = "Active" }
[entities.person.fields.home]
type = "point"
label = { fr = "Domicile", en = "Home" }
[entities.visit]
label = { fr = "Visite", en = "Visit" }
plural = { fr = "Visites", en = "Visits" }
[entities.visit.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.visit.fields.step]
type = "choice"
list = "step"
label = { fr = "Étape", en = "Step" }
[entities.visit.fields.person]
type = "reference"
to = "person"
filter = "active"
label = { fr = "Personne", en = "Person" }
[entities.visit.fields.above]
type = "reference"
to = "visit"
label = { fr = "Au-dessus", en = "Above" }
[entities.visit.fields.begins]
type = "datetime"
label = { fr = "Début", en = "Start" }
[entities.visit.fields.day]
type = "date"
label = { fr = "Jour", en = "Day" }
[entities.visit.fields.cost]
type = "money"
label = { fr = "Coût", en = "Cost" }
[entities.visit.fields.soon]
type = "computed"
returns = "boolean"
formula = "day <= today()"
colour = "madder"
label = { fr = "Bientôt", en = "Soon" }
[entities.visit.fields.picture]
type = "image"
label = { fr = "Image", en = "Picture" }
"#;

fn faults(layer: &str) -> String {
    let faults =
        compile(&[dictionary::Layer::single("works", VISITS), dictionary::Layer::single("views", layer)]);
    shown(&faults.expect_err("the views are wrong"))
}

#[test]
fn what_a_view_does_not_say_is_what_only_one_field_can_be() {
    let written = "
        [screens.visit.board]
        [screens.visit.tree]
        [screens.visit.gallery]
        [screens.visit.calendar]
        starts = \"begins\"
        [screens.visit.timeline]
        starts = \"day\"
        rows = { field = \"person\", group = \"name\" }
        [screens.visit.map]
        point = \"person.home\"
        [screens.visit.pivot.rows.day]
        [screens.visit.chart.charts.steps]
        label = { fr = \"Étapes\", en = \"Steps\" }
        category = \"step\"
    ";
    let dictionary = dictionary(&[("works", VISITS), ("views", written)]);
    let views = &dictionary.entity("visit").unwrap().views;
    let board = views.board.as_ref().unwrap();
    let tags: Vec<&str> = board.columns.iter().map(|column| column.tag.as_str()).collect();
    assert_eq!((board.by.as_str(), tags), ("step", vec!["planned", "done"]));
    assert_eq!(views.tree.as_ref().unwrap().parent, "above");
    assert_eq!(views.gallery.as_ref().unwrap().image, "picture");
    let calendar = views.calendar.as_ref().unwrap();
    assert_eq!(
        (calendar.opens, calendar.hours.day_from.as_str(), calendar.hours.step),
        ("week", "07:00", 30)
    );
    assert_eq!(views.timeline.as_ref().unwrap().rows.filter.as_deref(), Some("active"));
    assert_eq!(views.map.as_ref().unwrap().point, "person.home");
    let pivot = views.pivot.as_ref().unwrap();
    assert_eq!((pivot.rows[0].per, pivot.values[0].method), (Some("month"), "count"));
    let chart = &views.chart.as_ref().unwrap().charts[0];
    assert_eq!((chart.kind, chart.value.method), ("column", "count"));
    assert!(dictionary.entity("person").unwrap().views.map.is_none());
}

#[test]
fn a_colour_may_be_a_rule_that_depends_on_the_day() {
    let written = "[screens.visit.board]\ncolour = [\"soon\", \"step\"]";
    let dictionary = dictionary(&[("works", VISITS), ("views", written)]);
    let board = dictionary.entity("visit").unwrap().views.board.as_ref().unwrap();
    assert_eq!(board.look.colour, ["soon", "step"]);
}

#[test]
fn faults_of_views_are_placed_and_say_what_was_meant() {
    let said = faults(
        "
[screens.visit.board]
by = \"stop\"
colur = \"step\"
[screens.visit.board.columns.plannd]
[screens.visit.board.sums.name]
[screens.visit.calendar]
starts = \"cost\"
ends = \"day\"
day_from = \"7h\"
[screens.visit.timeline]
rows = { field = \"person\", filter = \"actve\" }
starts = \"day\"
[screens.visit.map]
[screens.visit.tree]
parent = \"person\"
[screens.visit.gallery]
image = \"name\"
[screens.visit.pivot.rows.step]
per = \"month\"
[screens.visit.pivot.values.cost]
method = \"sum\"
[screens.visit.chart.charts.one]
kind = \"ring\"
",
    );
    for expected in [
        "`visit` has no field `stop`\n --> views/layer.toml:3:6",
        "did you mean `step`?",
        "`colur` is not an attribute known here\n --> views/layer.toml:4:1",
        "`sum` is not computed over `name`, of type text",
        "`cost` is of type money; expected is `date`, `datetime`",
        "`day_from` expects a time of day on a quarter of an hour",
        "did you mean `active`?",
        "a map has an attribute `point`",
        "`person` does not refer to a record of `visit`",
        "`name` is of type text; expected is `image`",
        "only a date is grouped by period; `step` is of type text",
        "`sum` needs a field: the attribute `field`",
        "`one` has no `label`",
        "`kind` cannot be `ring`: `column`, `bar`, `line`, `area`, `pie`",
        "a chart has an attribute `category`",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
}

#[test]
fn a_view_forgets_a_field_that_a_layer_removes() {
    let written = "
        [screens.visit.board]
        card = { cost = {}, name = {} }
        colour = [\"soon\"]
        [screens.visit.gallery]
    ";
    let gone = "
        [entities.visit.fields.cost]
        remove = true
        [entities.visit.fields.soon]
        remove = true
        [entities.visit.fields.picture]
        remove = true
        [screens.visit.gallery]
        image = \"picture\"
    ";
    let dictionary = dictionary(&[("works", VISITS), ("views", written), ("client", gone)]);
    let views = &dictionary.entity("visit").unwrap().views;
    let board = views.board.as_ref().unwrap();
    assert_eq!((board.look.card.as_slice(), board.look.colour.len()), (["name".to_owned()].as_slice(), 0));
    assert!(views.gallery.is_none());
}

#[test]
fn a_plan_tells_which_view_changes_and_which_views_read_a_field() {
    let board = "[screens.visit.board]\nby = \"step\"\n[screens.visit.board.sums.cost]";
    let before = dictionary(&[("works", VISITS), ("views", board)]);
    let without = "[entities.visit.fields.cost]\nremove = true";
    let after = dictionary(&[("works", VISITS), ("views", board), ("client", without)]);
    let plan = plan(&before, &after);
    let changed =
        Change::AlterPart { entity: "visit".into(), part: "board", name: "visit".into(), how: How::Changed };
    assert!(plan.steps.iter().any(|step| step.change == changed), "{:?}", plan.steps);
    let gone = plan.steps.iter().find(|step| matches!(step.change, Change::SetAsideField { .. })).unwrap();
    assert!(gone.touches.iter().any(|touched| (touched.what, touched.name.as_str()) == (Use::View, "board")));
}

#[test]
fn rows_have_colours_by_rules_and_faults_are_told_where_they_stand() {
    let rules = r#"
[screens.visit.list.colours.soon]
label = { fr = "Bientôt", en = "Soon" }
when = "soon"
colour = "madder"
[screens.visit.list.colours.dear]
label = { fr = "Chère", en = "Dear" }
when = "cost > 1000"
colour = "weld"
"#;
    let read = dictionary(&[("works", VISITS), ("views", rules)]);
    let colours = &read.entity("visit").unwrap().list.colours;
    let told: Vec<_> = colours
        .iter()
        .map(|rule| (rule.name.as_str(), rule.when.source.as_str(), rule.colour.as_str()))
        .collect();
    assert_eq!(told, [("soon", "soon", "madder"), ("dear", "cost > 1000", "weld")]);
    let again = dictionary(&[("works", VISITS), ("views", rules)]);
    assert!(plan(&read, &again).steps.is_empty());
    let wrong = faults(
        r#"
[screens.visit.list.colours.soon]
label = { fr = "Bientôt", en = "Soon" }
when = "sooon"
colour = "red"
[screens.visit.list.colours.bare]
label = { fr = "Nue", en = "Bare" }
"#,
    );
    for told in ["sooon", "`soon`", "red", "madder", "layer.toml:4:9", "`when`"] {
        assert!(wrong.contains(told), "{told} in {wrong}");
    }
}
