//! The journal as the engine shows it: histories, followers, waiting.

use std::sync::mpsc;

use engine::EngineError;
use journal::{Actor, Operation, Origin};

use crate::support::{World, admin, explained, written};

const NOTES: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{name}"
[entities.note.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
"#;

#[test]
fn the_history_of_a_record_outlives_it() {
    let world = World::new(NOTES);
    let id = world.create("note", written(&[("name", "A")]));
    let other = world.create("note", written(&[("name", "Other")]));
    world.update("note", id, written(&[("name", "B")]));
    world.delete("note", id).unwrap();
    let history = explained(world.environment.history(&admin(), "note", id, None, 10));
    let told: Vec<_> = history
        .iter()
        .map(|entry| {
            let change = &entry.changes.as_ref().unwrap()[0];
            assert_eq!(change.record, id);
            (entry.position, change.operation)
        })
        .collect();
    assert_eq!(told, [(5, Operation::Delete), (4, Operation::Update), (2, Operation::Create)]);
    assert_eq!(history[1].cause.actor, Actor::User(admin().me().unwrap()));
    assert_eq!((history[1].cause.origin, history[1].cause.request.as_deref()), (Origin::Api, Some("r1")));
    let field = &history[1].changes.as_ref().unwrap()[0].fields[0];
    assert_eq!((field.field.as_str(), &field.old, &field.new), ("name", &"A".into(), &"B".into()));

    let page = explained(world.environment.history(&admin(), "note", id, Some(5), 1));
    assert_eq!(page[0].position, 4);
    let never =
        world.environment.history(&admin(), "note", dictionary::RecordId(Default::default()), None, 10);
    assert!(matches!(never, Err(EngineError::NotFound)));
    assert_eq!(explained(world.environment.history(&admin(), "note", other, None, 10)).len(), 1);
}

#[test]
fn a_follower_sees_each_entry_until_it_says_it_is_done() {
    let world = World::new(NOTES);
    for name in ["A", "B", "C"] {
        world.create("note", written(&[("name", name)]));
    }
    let positions = |world: &World, name: &str, limit: u32| -> Vec<u64> {
        explained(world.environment.follow(name, limit)).iter().map(|entry| entry.position).collect()
    };
    assert_eq!(positions(&world, "live", 2), [1, 2]);
    assert_eq!(positions(&world, "live", 2), [1, 2], "nothing was acknowledged");
    world.environment.advance("live", 2).unwrap();
    assert_eq!(positions(&world, "live", 10), [3, 4]);
    world.environment.advance("live", 1).unwrap();
    assert_eq!(world.environment.cursor("live").unwrap(), 2, "a cursor never goes back");
    assert_eq!(positions(&world, "mail", 1), [1], "each has its own");
    assert_eq!(world.environment.position(), 4, "a cursor is no entry");

    let world = world.reopened();
    assert_eq!(positions(&world, "live", 10), [3, 4]);
    world.environment.forget("live").unwrap();
    assert_eq!(positions(&world, "live", 1), [1]);
}

#[test]
fn who_waits_is_woken_by_the_next_commit() {
    let world = World::new(NOTES);
    let start = world.environment.position();
    assert_eq!(world.environment.wait_beyond(start, 1), start);
    let (ready, waits) = mpsc::channel();
    std::thread::scope(|scope| {
        let environment = world.environment.clone();
        let waiter = scope.spawn(move || {
            ready.send(()).unwrap();
            environment.wait_beyond(start, 30_000)
        });
        waits.recv().unwrap();
        world.create("note", written(&[("name", "A")]));
        assert_eq!(waiter.join().unwrap(), start + 1);
    });
}
