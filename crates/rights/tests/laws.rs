//! What holds of any set of profiles: here, of all sets that the standard modules and two that restrict make.

#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dictionary::{Dictionary, Layer, compile, system};
use rights::{Capability, EntityRights, Held, Level, Reach, Rights};

/// One that leaves nothing of an entity, and closes a field of another.
const BOUNDS: &str = r#"
[profiles.no_tasks]
label = { fr = "Sans tâches", en = "No tasks" }
restricts = true
[profiles.no_tasks.entities.task]
allow = []
[profiles.no_tasks.entities.account]
allow = ["read", "create", "update", "delete", "export", "import", "print"]
fields = { phone = "masked", credit_limit = "hidden" }
"#;

const GIVE: [&str; 6] =
    ["administrator", "reader", "sales", "sales_manager", "assistant", "external_contact"];
const RESTRICT: [&str; 2] = ["own_agency", "no_tasks"];

fn layer(name: &str) -> Layer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules").join(name);
    let mut files = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "toml") {
                let relative = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                files.insert(relative, fs::read_to_string(&path).unwrap());
            }
        }
    }
    Layer { name: name.to_owned(), files }
}

fn dictionary() -> Arc<Dictionary> {
    let layers = [system::layer(), layer("geography"), layer("core"), Layer::single("bounds", BOUNDS)];
    Arc::new(compile(&layers).unwrap_or_else(|faults| panic!("{faults:?}")))
}

/// None, some or all: how far a reach goes, as far as can be told without records.
fn extent(reach: &Reach) -> u8 {
    match reach {
        Reach::Never => 0,
        Reach::When(_) => 1,
        Reach::Always => 2,
    }
}

/// Every subset of names.
fn subsets(names: &[&'static str]) -> Vec<Vec<&'static str>> {
    (0..1_u32 << names.len())
        .map(|bits| {
            names.iter().enumerate().filter(|(n, _)| bits & 1 << n != 0).map(|(_, name)| *name).collect()
        })
        .collect()
}

fn all(dictionary: &Arc<Dictionary>, profiles: &[&str]) -> Rights {
    Rights::new(dictionary, &Held::new(profiles.iter().copied()))
}

/// Whether `more` gives at least what `less` does, entity by entity.
fn includes(dictionary: &Dictionary, more: &Rights, less: &Rights, what: &str) {
    for (index, entity) in dictionary.entities.iter().enumerate() {
        let (a, b): (&EntityRights, &EntityRights) = (more.entity(index), less.entity(index));
        for capability in Capability::ALL {
            let (a, b) = (extent(a.reach(capability)), extent(b.reach(capability)));
            assert!(a >= b, "{what}: {} of {}", capability.name(), entity.name);
        }
        for (field, definition) in entity.fields.iter().enumerate() {
            assert!(a.level(field) >= b.level(field), "{what}: {}.{}", entity.name, definition.name);
        }
    }
}

#[test]
fn one_more_profile_takes_nothing_away() {
    let dictionary = dictionary();
    for held in subsets(&GIVE) {
        let less = all(&dictionary, &held);
        for one in GIVE.iter().filter(|one| !held.contains(one)) {
            let more: Vec<&str> = held.iter().copied().chain([*one]).collect();
            includes(&dictionary, &all(&dictionary, &more), &less, &format!("{held:?} + {one}"));
        }
    }
}

#[test]
fn one_more_restriction_gives_nothing() {
    let dictionary = dictionary();
    for held in subsets(&GIVE) {
        let more = all(&dictionary, &held);
        for one in RESTRICT {
            let bound: Vec<&str> = held.iter().copied().chain([one]).collect();
            includes(&dictionary, &more, &all(&dictionary, &bound), &format!("{held:?} bound by {one}"));
        }
    }
}

#[test]
fn what_cannot_be_read_can_be_nothing_else_and_is_not_there_by_name() {
    let dictionary = dictionary();
    for held in subsets(&GIVE).into_iter().filter(|held| !held.contains(&"administrator")) {
        for bound in subsets(&RESTRICT) {
            let held: Vec<&str> = held.iter().copied().chain(bound).collect();
            let rights = all(&dictionary, &held);
            for (index, entity) in dictionary.entities.iter().enumerate() {
                let (own, veiled) = (rights.entity(index), &rights.veiled().entities[index]);
                let unread = own.reach(Capability::Read).is_never();
                let rest = Capability::ALL.into_iter().filter(|one| !matches!(one, Capability::Import));
                assert!(
                    !unread || rest.into_iter().all(|one| own.reach(one).is_never()),
                    "{held:?}: {}",
                    entity.name
                );
                assert_eq!(unread, veiled.internal, "{held:?}: {}", entity.name);
                for (field, definition) in entity.fields.iter().enumerate().filter(|_| !unread) {
                    let there = veiled.index(&definition.name).is_some();
                    assert_eq!(
                        there,
                        own.level(field) > Level::Hidden,
                        "{held:?}: {}.{}",
                        entity.name,
                        definition.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_door_that_only_reads_changes_nothing_whatever_is_held() {
    let dictionary = dictionary();
    for held in subsets(&GIVE) {
        let rights = Rights::new(&dictionary, &Held::new(held).read_only());
        for (index, entity) in dictionary.entities.iter().enumerate() {
            for capability in Capability::ALL.into_iter().filter(|one| one.writes()) {
                assert!(rights.reach(index, capability).is_never(), "{} {}", capability.name(), entity.name);
            }
            let moves = entity.states.iter().flat_map(|states| &states.transitions);
            assert!(moves.into_iter().all(|one| rights.entity(index).transition(&one.name).is_never()));
        }
    }
}
