//! What the built-in profiles may, and what nobody sees.

use dictionary::Value;
use engine::{Caller, EngineError, Query};

use crate::support::{World, admin, draft, explained, reader, written};

const NOTES: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{name}"
[entities.note.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.note.fields.hash]
type = "text"
secret = true
unique = true
label = { fr = "Empreinte", en = "Hash" }
"#;

#[test]
fn a_reader_reads_everything_and_changes_nothing() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A")]));
    assert_eq!(world.environment.get(&reader(), "note", id, &[]).unwrap().title, "A");
    let forbidden = |result: Result<(), EngineError>| match result {
        Err(EngineError::Forbidden { capability }) => capability,
        other => panic!("{other:?}"),
    };
    assert_eq!(forbidden(world.create_as(&reader(), "note", draft()).map(drop)), "create note");
    assert_eq!(forbidden(world.update_as(&reader(), "note", id, None, draft())), "update note");
    let deleted = world.environment.transact(&reader(), move |unit| unit.delete("note", id, None));
    assert_eq!(forbidden(deleted.map(drop)), "delete note");
    assert_eq!(forbidden(world.environment.layers(&reader()).map(drop)), "change the dictionary");
    assert_eq!(forbidden(world.environment.apply(&reader(), &[], true).map(drop)), "change the dictionary");
}

#[test]
fn the_dictionarys_own_files_have_their_own_door() {
    let world = World::new(NOTES);
    let refused = world.create_as(&Caller::system(), "dictionary_source", draft());
    assert!(matches!(refused, Err(EngineError::Forbidden { .. })));
    let query = Query { entity: "dictionary_source".into(), limit: 100, ..Query::default() };
    assert!(!explained(world.environment.list(&admin(), &query)).records.is_empty());
    assert!(matches!(world.environment.list(&reader(), &query), Err(EngineError::NotFound)));
    let entries = explained(world.environment.entries(&reader(), 0, 10));
    let seen: Vec<_> = entries.iter().flat_map(|entry| entry.changes.as_ref().unwrap()).collect();
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn a_secret_never_leaves_but_is_found_and_compared_by_tisserand_itself() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A"), ("hash", "s3cret")]));
    world.update("note", id, written(&[("hash", "s3cret2")]));
    assert_eq!(world.value("note", id, "hash"), Value::Null);
    assert_eq!(world.value_of(&world.all("note")[0], "hash"), Value::Null);
    let history = explained(world.environment.history(&admin(), "note", id, None, 10));
    let entries = explained(world.environment.entries(&admin(), 0, 10));
    assert!(!format!("{history:?}{entries:?}").contains("s3cret"));
    assert_eq!(history.len(), 2);

    let system = Caller::system();
    let found = explained(world.environment.find(&system, "note", "hash", "s3cret2", &[]));
    assert_eq!((found.row.id(), world.value_of(&found, "hash")), (id, Value::Null));
    assert_eq!(explained(world.environment.secret(&system, "note", id, "hash")), Value::from("s3cret2"));
    let curious = world.environment.secret(&admin(), "note", id, "hash");
    assert!(matches!(curious, Err(EngineError::Forbidden { .. })));
}
