//! Value lists changed while the environment runs.

use dictionary::{Label, Value};
use engine::{EngineError, ValueDraft};

use crate::support::{World, admin, explained, problems, reader, written};

const NOTES: &str = r#"
[lists.kind]
label = { fr = "Types", en = "Kinds" }
[lists.kind.values]
call = { label = { fr = "Appel", en = "Call" } }
visit = { label = { fr = "Visite", en = "Visit" } }
[lists.step]
label = { fr = "Étapes", en = "Steps" }
closed = true
[lists.step.values]
open = { label = { fr = "Ouvert", en = "Open" } }

[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{kind}"
[entities.note.fields.kind]
type = "choice"
list = "kind"
label = { fr = "Type", en = "Kind" }
"#;

fn labelled(fr: &str, en: &str) -> ValueDraft {
    ValueDraft { label: Some(Label::new(fr, en)), ..ValueDraft::default() }
}

fn tags(world: &World, list: &str) -> Vec<String> {
    world.dictionary().lists[list].values.iter().map(|value| value.tag.clone()).collect()
}

#[test]
fn an_added_value_can_be_chosen_at_once_and_is_there_after_reopening() {
    let world = World::new(NOTES);
    assert_eq!(
        problems(world.try_create("note", written(&[("kind", "mail")]))),
        [("kind".to_owned(), "unknown_choice")]
    );
    let draft = ValueDraft {
        colour: Some("sage".into()),
        after: Some("call".into()),
        ..labelled("Courriel", "E-mail")
    };
    let before = world.environment.position();
    let done = explained(world.environment.list_value_add(&admin(), "kind", "mail", &draft));
    assert_eq!(done.position, before + 1);
    assert_eq!(tags(&world, "kind"), ["call", "mail", "visit"]);
    let id = world.create("note", written(&[("kind", "mail")]));
    let world = world.reopened();
    assert_eq!(world.get("note", id).title, "Courriel");
    assert_eq!(world.dictionary().lists["kind"].values[1].colour.as_deref(), Some("sage"));
}

#[test]
fn a_value_changes_its_looks_but_records_keep_it() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("kind", "call")]));
    let draft = ValueDraft { active: Some(false), ..ValueDraft::default() };
    explained(world.environment.list_value_change(&admin(), "kind", "call", &draft));
    let only_french =
        ValueDraft { label: Some(Label([("fr".into(), "Coup de fil".into())].into())), ..draft };
    explained(world.environment.list_value_change(&admin(), "kind", "call", &only_french));
    explained(world.environment.list_value_change(&admin(), "step", "open", &labelled("En cours", "Going")));
    let dictionary = world.dictionary();
    let value = &dictionary.lists["kind"].values[0];
    assert_eq!(
        (value.active, value.label.0["fr"].as_str(), value.label.0["en"].as_str()),
        (false, "Coup de fil", "Call")
    );
    assert_eq!(dictionary.lists["step"].values[0].label.0["fr"], "En cours");
    assert_eq!(world.value("note", id, "kind"), Value::from("call"));
    assert_eq!(explained(world.environment.layers(&admin())).last().unwrap().name, "client");
}

#[test]
fn a_closed_list_takes_no_new_tag_and_nobody_but_administrators_changes_any() {
    let world = World::new(NOTES);
    let add =
        |list: &str, tag: &str| world.environment.list_value_add(&admin(), list, tag, &labelled("X", "X"));
    assert_eq!(problems(add("step", "late")), [("tag".to_owned(), "closed")]);
    assert_eq!(problems(add("kind", "call")), [("tag".to_owned(), "duplicate")]);
    assert!(matches!(add("palace", "call"), Err(EngineError::NotFound)));
    assert!(matches!(add("kind", "not a tag"), Err(EngineError::Dictionary(_))));
    let change = world.environment.list_value_change(&admin(), "kind", "mail", &labelled("X", "X"));
    assert!(matches!(change, Err(EngineError::NotFound)));
    let refused = world.environment.list_value_add(&reader(), "kind", "mail", &labelled("X", "X"));
    assert!(matches!(refused, Err(EngineError::Forbidden { .. })));
    assert_eq!(world.environment.position(), 1);
}

#[test]
fn values_added_by_several_at_once_are_all_there() {
    let world = World::new(NOTES);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let world = &world;
            scope.spawn(move || {
                let tag = format!("kind_{number}");
                explained(world.environment.list_value_add(&admin(), "kind", &tag, &labelled(&tag, &tag)));
            });
        }
    });
    assert_eq!(tags(&world, "kind").len(), 6);
}
