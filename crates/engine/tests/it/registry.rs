//! Environments opened when somebody asks, closed when nobody has for a while.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::{EngineError, Environment, Registry, TimeOrderedIds};

use crate::support::{SteppingClock, World, settings, store};

const NOTES: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{name}"
[entities.note.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
"#;

struct Folders {
    registry: Registry<EngineError>,
    opened: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

fn folders(open_max: usize, names: &[&str]) -> Folders {
    let folder = tempfile::tempdir().unwrap();
    let layer = dictionary::Layer::single("test", NOTES);
    for name in names {
        let store = store(&folder.path().join(name));
        Environment::create(
            settings(),
            store,
            std::slice::from_ref(&layer),
            SteppingClock::new(),
            Arc::new(TimeOrderedIds),
        )
        .unwrap();
    }
    let opened = Arc::new(AtomicUsize::new(0));
    let (root, count): (PathBuf, _) = (folder.path().to_owned(), opened.clone());
    let registry = Registry::new(open_max, move |name| {
        if !root.join(name).exists() {
            return Err(EngineError::NotFound);
        }
        count.fetch_add(1, Ordering::Relaxed);
        Environment::open(settings(), store(&root.join(name)), SteppingClock::new(), Arc::new(TimeOrderedIds))
    });
    Folders { registry, opened, _folder: folder }
}

#[test]
fn an_environment_is_opened_once_however_many_ask() {
    let folders = folders(4, &["a"]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(folders.registry.get("a").unwrap().position(), 1));
        }
    });
    assert_eq!(folders.opened.load(Ordering::Relaxed), 1);
    assert!(matches!(folders.registry.get("nobody"), Err(EngineError::NotFound)));
    assert_eq!(folders.registry.open(), ["a"]);
}

#[test]
fn the_one_unused_for_longest_is_closed_but_never_one_in_use() {
    let folders = folders(2, &["a", "b", "c", "d"]);
    let held = folders.registry.get("a").unwrap();
    for name in ["b", "c"] {
        folders.registry.get(name).unwrap();
    }
    assert_eq!(folders.registry.open(), ["a", "c"]);
    folders.registry.get("d").unwrap();
    assert_eq!(folders.registry.open(), ["a", "d"]);
    assert_eq!(held.position(), 1);
    drop(held);
    folders.registry.get("b").unwrap();
    assert_eq!(folders.registry.open(), ["b", "d"], "closed, its lock was let go of");
    folders.registry.get("a").unwrap();
    folders.registry.close_beyond(0);
    assert!(folders.registry.open().is_empty());
}

#[test]
fn what_was_written_is_there_when_opened_again() {
    let world = World::new(NOTES);
    let id = world.create("note", crate::support::written(&[("name", "A")]));
    let world = world.reopened();
    assert_eq!(world.get("note", id).title, "A");
}
