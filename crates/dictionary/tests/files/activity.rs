//! The head and the line of time of a form: what is read, what is said of faults.

use dictionary::compile;
use dictionary::plan::{Change, Use, plan};

use crate::common::{LIBRARY, dictionary, shown, singles};

const READINGS: &str = r#"
[entities.reading]
label = { fr = "Lecture", en = "Reading" }
plural = { fr = "Lectures", en = "Readings" }
[entities.reading.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.reading.fields.held_on]
type = "date"
label = { fr = "Le", en = "On" }
[entities.reading.fields.words]
type = "long_text"
label = { fr = "Propos", en = "Words" }
[entities.reading.fields.author]
type = "reference"
to = "author"
label = { fr = "Auteur", en = "Author" }
[screens.author.form.tabs.general]
label = { fr = "Général", en = "General" }
[screens.author.form.tabs.general.sections.main.fields.name]
"#;

#[test]
fn a_form_puts_records_of_other_entities_on_a_line_of_time_and_fields_at_the_head() {
    let form = "
        [screens.author.form.tiles.name]
        tab = \"general\"
        [screens.author.form.activity.readings]
        entity = \"reading\"
        by = \"author\"
        text = \"words\"
        filter = \"name != null\"
        writes = true
    ";
    let dictionary = dictionary(&[("library", LIBRARY), ("readings", READINGS), ("form", form)]);
    let form = &dictionary.entity("author").unwrap().form;
    assert_eq!((form.tiles[0].field.as_str(), form.tiles[0].tab.as_deref()), ("name", Some("general")));
    let readings = &form.activity[0];
    assert_eq!((readings.entity.as_str(), readings.by.as_str()), ("reading", "author"));
    // The only date they have is where they stand.
    assert_eq!(
        (readings.at.as_str(), readings.text.as_deref(), readings.writes),
        ("held_on", Some("words"), true)
    );
}

#[test]
fn faults_of_tiles_and_activity_are_placed_and_say_what_was_meant() {
    let form = "
[screens.author.form.tiles.nam]
[screens.author.form.tiles.name]
tab = \"genral\"
[screens.reading.form.tiles.words]
[screens.author.form.activity.readings]
entity = \"reding\"
by = \"author\"
[screens.author.form.activity.others]
entity = \"reading\"
by = \"name\"
[screens.author.form.activity.last]
entity = \"reading\"
by = \"author\"
at = \"words\"
filter = \"nme != null\"
writes = true
colour = \"sage\"
";
    let layers = singles(&[("library", LIBRARY), ("readings", READINGS), ("form", form)]);
    let said = shown(&compile(&layers).unwrap_err());
    for expected in [
        "`author` has no field `nam`\n --> form/layer.toml:2:28",
        "the form has no tab `genral`\n --> form/layer.toml:4:7",
        "did you mean `general`?",
        "`words` does not fit a tile",
        "there is no entity `reding`",
        "`words` is of type long_text; expected is `date`, `datetime`",
        "did you mean `name`?",
        "`writes` has an attribute `text`",
        "`colour` is not an attribute known here",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
}

#[test]
fn a_plan_tells_that_a_line_of_time_reads_a_field() {
    let form = "
        [screens.author.form.activity.readings]
        entity = \"reading\"
        by = \"author\"
        filter = \"name != null\"
    ";
    let before = dictionary(&[("library", LIBRARY), ("readings", READINGS), ("form", form)]);
    let without = "
        [entities.reading.fields.name]
        remove = true
        [screens.author.form.activity.readings]
        filter = \"held_on != null\"
    ";
    let after =
        dictionary(&[("library", LIBRARY), ("readings", READINGS), ("form", form), ("client", without)]);
    let plan = plan(&before, &after);
    let gone = plan.steps.iter().find(|step| matches!(step.change, Change::SetAsideField { .. })).unwrap();
    assert!(
        gone.touches.iter().any(|touched| touched.what == Use::Form && touched.name == "readings"),
        "{:?}",
        gone.touches
    );
}
