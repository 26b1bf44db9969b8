//! Two people change the same record.

use dictionary::Value;
use engine::EngineError;

use crate::support::{World, admin, draft, written};

const NOTES: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{name}"
[entities.note.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.note.fields.place]
type = "text"
label = { fr = "Lieu", en = "Place" }
[entities.note.fields.key]
type = "text"
secret = true
label = { fr = "Clé", en = "Key" }
"#;

#[test]
fn changes_of_different_fields_are_both_kept() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A"), ("place", "Nancy")]));
    world.update("note", id, written(&[("name", "B")]));
    world.update("note", id, written(&[("place", "Metz")]));
    assert_eq!(world.value("note", id, "name"), Value::from("B"));
    assert_eq!(world.value("note", id, "place"), Value::from("Metz"));
    world.update("note", id, written(&[("name", "C")]));
    assert_eq!(world.value("note", id, "name"), Value::from("C"), "the last writer of a field has it");
}

#[test]
fn whoever_names_an_old_version_is_told_what_moved_since() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A"), ("place", "Nancy"), ("key", "k")]));
    let seen = world.version("note", id);
    world.update("note", id, written(&[("name", "B"), ("key", "secret")]));
    world.update("note", id, written(&[("name", "C"), ("place", "Metz")]));
    world.update("note", id, written(&[("place", "Nancy")]));
    let refused = world.try_update("note", id, Some(seen), written(&[("name", "Mine")]));
    let Err(EngineError::Stale { expected, stored, moves, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((expected, stored), (seen, world.version("note", id)));
    assert_eq!(
        moves.len(),
        1,
        "what came back to what it was did not move, and secrets are not told: {moves:?}"
    );
    assert_eq!((moves[0].field.as_str(), &moves[0].from, &moves[0].to), ("name", &"A".into(), &"C".into()));
    assert_eq!(moves[0].by, admin().actor);
    assert_eq!(world.value("note", id, "name"), Value::from("C"));

    let now = world.version("note", id);
    world.try_update("note", id, Some(now), written(&[("name", "Mine")])).unwrap();
}

#[test]
fn a_version_holds_for_deleting_and_for_several_changes_of_one_unit() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A")]));
    let seen = world.version("note", id);
    let twice = world.environment.transact(&admin(), move |unit| {
        unit.update("note", id, Some(seen), written(&[("name", "B")]))?;
        unit.update("note", id, Some(seen), written(&[("place", "Metz")]))
    });
    twice.unwrap();
    let stale = world.environment.transact(&admin(), move |unit| unit.delete("note", id, Some(seen)));
    assert!(matches!(stale, Err(EngineError::Stale { .. })));
    assert!(world.exists("note", id));
    let nobody = world.try_update("note", dictionary::RecordId(Default::default()), Some(1), draft());
    assert!(matches!(nobody, Err(EngineError::NotFound)));
}
