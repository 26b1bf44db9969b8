//! Lines, written whole with the record they belong to.

use dictionary::{RecordId, Value};
use engine::{Draft, Expanded};

use crate::support::{World, draft, problems, with_lines, written};

const QUOTES: &str = r#"
[entities.quote]
label = { fr = "Devis", en = "Quote" }
plural = { fr = "Devis", en = "Quotes" }
title = "{name}"
[entities.quote.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[entities.quote.fields.lines]
type = "lines"
of = "quote_line"
by = "quote"
label = { fr = "Lignes", en = "Lines" }

[entities.quote_line]
label = { fr = "Ligne", en = "Line" }
plural = { fr = "Lignes", en = "Lines" }
title = "{label}"
lines_of = "quote"
order = ["created_at"]
[entities.quote_line.fields.quote]
type = "reference"
to = "quote"
required = true
label = { fr = "Devis", en = "Quote" }
[entities.quote_line.fields.label]
type = "text"
label = { fr = "Libellé", en = "Label" }
required = true
[entities.quote_line.fields.quantity]
type = "integer"
min = 1
label = { fr = "Quantité", en = "Quantity" }
[entities.quote_line.fields.options]
type = "lines"
of = "quote_option"
by = "line"
label = { fr = "Options", en = "Options" }
[entities.quote_line.unique.once]
fields = ["quote", "label"]

[entities.quote_option]
label = { fr = "Option", en = "Option" }
plural = { fr = "Options", en = "Options" }
title = "{name}"
lines_of = "quote_line"
[entities.quote_option.fields.line]
type = "reference"
to = "quote_line"
label = { fr = "Ligne", en = "Line" }
[entities.quote_option.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
"#;

fn line(label: &str) -> Draft {
    written(&[("label", label), ("quantity", "1")])
}

fn lines_of(world: &World, quote: RecordId) -> Vec<(RecordId, String)> {
    let record = world.expand("quote", quote, &["lines"]);
    let Some(Expanded::Many(lines)) = record.expanded.into_values().next() else {
        panic!("lines were asked for")
    };
    lines.into_iter().map(|line| (line.row.id(), line.title)).collect()
}

fn labels(world: &World, quote: RecordId) -> Vec<String> {
    lines_of(world, quote).into_iter().map(|(_, label)| label).collect()
}

#[test]
fn lines_are_made_with_their_record_and_stay_in_the_order_given() {
    let world = World::new(QUOTES);
    let given = ["Zinc", "Acier", "Main d'œuvre", "Bois", "Colle", "Vis", "Clous", "Joint"];
    let lines = given.iter().map(|label| (None, line(label))).collect();
    let before = world.environment.position();
    let quote = world.create("quote", with_lines(written(&[("name", "Roof")]), "lines", lines));
    assert_eq!(labels(&world, quote), given);
    assert_eq!(world.environment.position(), before + 1);
}

#[test]
fn those_with_an_id_change_those_without_are_made_and_the_absent_go() {
    let world = World::new(QUOTES);
    let lines = vec![(None, line("A")), (None, line("B")), (None, line("C"))];
    let quote = world.create("quote", with_lines(written(&[("name", "Roof")]), "lines", lines));
    let known = lines_of(&world, quote);
    let lines =
        vec![(Some(known[0].0), written(&[("label", "A2")])), (Some(known[2].0), draft()), (None, line("D"))];
    world.update("quote", quote, with_lines(draft(), "lines", lines));
    assert_eq!(labels(&world, quote), ["A2", "C", "D"]);
    assert!(!world.exists("quote_line", known[1].0));
    assert_eq!(
        world.value("quote_line", known[0].0, "quantity"),
        Value::Integer(1),
        "what is not named stays"
    );
}

#[test]
fn faults_are_said_on_the_line_and_the_field() {
    let world = World::new(QUOTES);
    let lines = vec![
        (None, line("A")),
        (None, written(&[("quantity", "0"), ("colour", "red")])),
        (None, with_lines(line("B"), "options", vec![(None, draft())])),
        (None, line("A")),
    ];
    let refused = world.try_create("quote", with_lines(draft(), "lines", lines));
    let mut found: Vec<String> = problems(refused).into_iter().map(|(field, _)| field).collect();
    found.sort();
    let wanted = [
        "lines[0].quote",
        "lines[1].colour",
        "lines[1].label",
        "lines[1].quantity",
        "lines[2].options[0].name",
        "lines[3].quote",
        "name",
    ];
    assert_eq!(found, wanted, "two lines with the same unique value are both told");
    assert!(world.titles("quote_line").is_empty());
}

#[test]
fn a_line_does_not_pass_to_another_record() {
    let world = World::new(QUOTES);
    let with = |label: &str| with_lines(written(&[("name", label)]), "lines", vec![(None, line(label))]);
    let (one, two) = (world.create("quote", with("One")), world.create("quote", with("Two")));
    let theirs = lines_of(&world, two)[0].0;
    let stolen = with_lines(draft(), "lines", vec![(Some(theirs), draft())]);
    assert_eq!(problems(world.try_update("quote", one, None, stolen))[0].0, "lines[0].id");
    let moved =
        with_lines(draft(), "lines", vec![(Some(lines_of(&world, one)[0].0), draft().with("quote", two))]);
    assert_eq!(
        problems(world.try_update("quote", one, None, moved)),
        [("lines[0].quote".to_owned(), "not_its_line")]
    );
}

#[test]
fn lines_of_lines_are_written_and_go_with_them() {
    let world = World::new(QUOTES);
    let options = vec![(None, written(&[("name", "Fast")])), (None, written(&[("name", "Cheap")]))];
    let lines = vec![(None, with_lines(line("A"), "options", options))];
    let quote = world.create("quote", with_lines(written(&[("name", "Roof")]), "lines", lines));
    assert_eq!(world.titles("quote_option").len(), 2);
    world.update("quote", quote, with_lines(draft(), "lines", vec![]));
    assert!(world.titles("quote_option").is_empty());
}

#[test]
fn lines_go_with_their_record() {
    let world = World::new(QUOTES);
    let quote = with_lines(written(&[("name", "Roof")]), "lines", vec![(None, line("A"))]);
    let quote = world.create("quote", quote);
    world.delete("quote", quote).unwrap();
    assert!(world.titles("quote_line").is_empty());
}
