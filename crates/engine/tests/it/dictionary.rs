//! The dictionary of an environment: kept, shared, changed.

use std::sync::Arc;

use dictionary::Value;
use dictionary::layers::Layer;
use engine::{Caller, EngineError, Environment, TimeOrderedIds};

use ::store::Store;

use crate::support::{SteppingClock, World, admin, decimal, explained, problems, settings, store, written};

const BASE: &str = r#"
[entities.book]
label = { fr = "Livre", en = "Book" }
plural = { fr = "Livres", en = "Books" }
title = "{name}"
search = ["name"]
order = ["name"]
[entities.book.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.book.fields.pages]
type = "integer"
label = { fr = "Pages", en = "Pages" }
[entities.book.fields.author]
type = "text"
label = { fr = "Auteur", en = "Author" }
"#;

fn layers(extra: &str) -> Vec<Layer> {
    vec![Layer::single("base", BASE), Layer::single("extra", extra)]
}

fn apply(world: &World, extra: &str) {
    explained(world.environment.apply(&admin(), &layers(extra), false));
}

#[test]
fn a_new_entity_is_there_at_once_and_after_reopening() {
    let world = World::of(&layers(""));
    let before = world.environment.position();
    apply(
        &world,
        r#"
        [entities.shelf]
        label = { fr = "Étagère", en = "Shelf" }
        plural = { fr = "Étagères", en = "Shelves" }
        title = "{name}"
        [entities.shelf.fields.name]
        type = "text"
        label = { fr = "Nom", en = "Name" }
    "#,
    );
    assert_eq!(world.environment.position(), before + 1, "a change of dictionary is one entry");
    let shelf = world.create("shelf", written(&[("name", "Top")]));
    let world = world.reopened();
    assert_eq!(world.get("shelf", shelf).title, "Top");
    let names: Vec<String> =
        explained(world.environment.layers(&admin())).into_iter().map(|l| l.name).collect();
    assert_eq!(names, ["base", "extra"]);
}

#[test]
fn a_plan_says_what_would_happen_and_changes_nothing() {
    let world = World::of(&layers(""));
    let plan =
        explained(world.environment.plan(&admin(), &layers("[entities.book.fields.author]\nremove = true")));
    assert_eq!(plan.destructive().count(), 1);
    assert!(world.dictionary().entity("book").unwrap().field("author").is_some());
    assert_eq!(world.environment.position(), 1);
}

#[test]
fn what_sets_data_aside_is_refused_until_confirmed_and_comes_back_from_nowhere() {
    let world = World::of(&layers(""));
    let id = world.create("book", written(&[("name", "Notes"), ("author", "Ada")]));
    let without = layers("[entities.book.fields.author]\nremove = true");
    let refused = world.environment.apply(&admin(), &without, false);
    let Err(EngineError::Destructive(plan)) = refused else { panic!("{refused:?}") };
    assert_eq!(plan.destructive().count(), 1);
    assert_eq!(world.value("book", id, "author"), Value::from("Ada"), "nothing was done");

    explained(world.environment.apply(&admin(), &without, true));
    assert!(world.dictionary().entity("book").unwrap().field("author").is_none());
    let record = world.get("book", id);
    assert_eq!(record.title, "Notes");
    let World { environment, folder, .. } = world;
    drop(environment);
    let files = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file());
    let content: Vec<u8> = files.flat_map(|file| std::fs::read(file).unwrap()).collect();
    let aside = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    assert!(aside(b"_aside_") && aside(b"Ada"), "the column was kept under another name");
}

#[test]
fn a_dictionary_that_does_not_validate_changes_nothing() {
    let world = World::of(&layers(""));
    let wrong = layers("[entities.book.fields.name]\nmax_lenght = 3");
    let refused = world.environment.apply(&admin(), &wrong, true);
    let Err(EngineError::Dictionary(faults)) = refused else { panic!("{refused:?}") };
    assert!(faults[0].to_string().contains("max_length"), "{}", faults[0]);
    assert_eq!(world.environment.position(), 1);
}

#[test]
fn existing_records_get_what_a_new_dictionary_asks_of_them() {
    let world = World::of(&layers(""));
    let first = world.create("book", written(&[("name", "Notes"), ("pages", "100")]));
    let second = world.create("book", written(&[("name", "Memoirs"), ("author", "Bob")]));
    apply(
        &world,
        r#"
        [entities.book]
        code = { prefix = "B", width = 3 }
        search = ["name", "author"]
        [entities.book.fields.shelf]
        type = "text"
        label = { fr = "Rayon", en = "Shelf" }
        required = true
        default = "'A'"
        [entities.book.fields.price]
        type = "computed"
        returns = "money"
        formula = "coalesce(pages, 0) * 0.1"
        label = { fr = "Prix", en = "Price" }
    "#,
    );
    assert_eq!(world.value("book", first, "price"), decimal("10.00"));
    assert_eq!(world.value("book", second, "price"), decimal("0.00"));
    assert_eq!(world.value("book", second, "shelf"), Value::from("A"));
    assert_eq!(world.value("book", first, "code"), Value::from("B001"));
    assert_eq!(world.value("book", second, "code"), Value::from("B002"));
    let found = explained(world.environment.search(&admin(), "bob", 5));
    assert_eq!(found.len(), 1, "search was made again");
    let third = world.create("book", written(&[("name", "New")]));
    assert_eq!(world.value("book", third, "code"), Value::from("B003"));
}

#[test]
fn a_new_unique_key_that_records_break_is_refused_in_words() {
    let world = World::of(&layers(""));
    world.create("book", written(&[("name", "Twin")]));
    world.create("book", written(&[("name", "Twin")]));
    let refused =
        world.environment.apply(&admin(), &layers("[entities.book.fields.name]\nunique = true"), false);
    let found = problems(refused);
    assert_eq!(found[0].1, "duplicate");
    assert!(found[0].0.starts_with("entities.book.unique."), "{found:?}");
    world.create("book", written(&[("name", "Twin")]));
}

#[test]
fn a_renamed_field_keeps_its_values_and_its_history() {
    let world = World::of(&layers(""));
    let id = world.create("book", written(&[("name", "Notes"), ("author", "Ada")]));
    apply(
        &world,
        r#"
        [entities.book.fields.author]
        remove = true
        [entities.book.fields.writer]
        type = "text"
        was = "author"
        label = { fr = "Auteur", en = "Writer" }
    "#,
    );
    assert_eq!(world.value("book", id, "writer"), Value::from("Ada"));
    assert_eq!(explained(world.environment.history(&admin(), "book", id, None, 10)).len(), 1);
}

#[test]
fn environments_of_the_same_layers_share_one_dictionary() {
    let (one, two) = (World::of(&layers("")), World::of(&layers("")));
    assert!(Arc::ptr_eq(&one.dictionary(), &two.dictionary()));
    let one = one.reopened();
    assert!(Arc::ptr_eq(&one.dictionary(), &two.dictionary()));
}

#[test]
fn writers_and_readers_go_on_while_the_dictionary_changes() {
    let world = World::of(&layers(""));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..20 {
                    world.create("book", written(&[("name", "x")]));
                    assert!(!world.all("book").is_empty());
                }
            });
        }
        scope.spawn(|| {
            for number in 0..5 {
                let field = format!(
                    "[entities.book.fields.f{number}]\ntype = \"text\"\nlabel = {{ fr = \"F\", en = \"F\" }}\n"
                );
                apply(&world, &field);
                explained(world.environment.apply(&admin(), &layers(""), true));
            }
        });
    });
    assert_eq!(world.all("book").len(), 60);
}

#[test]
fn a_query_made_for_another_dictionary_is_told_so() {
    let world = World::of(&layers(""));
    let before = world.dictionary();
    let query = engine::Query {
        dictionary: Some(before.clone()),
        entity: "book".into(),
        limit: 5,
        ..Default::default()
    };
    explained(world.environment.list(&admin(), &query));
    explained(world.environment.apply(
        &admin(),
        &layers("[entities.book.fields.author]\nremove = true"),
        true,
    ));
    assert!(matches!(world.environment.list(&admin(), &query), Err(EngineError::Outdated)));
    let id = world.create("book", written(&[("name", "x")]));
    assert!(Arc::ptr_eq(&world.get("book", id).dictionary, &world.dictionary()));
}

/// As an earlier version of Tisserand made it: with a built-in layer that lacks a field.
fn made_by_an_earlier_version(folder: &std::path::Path) -> Vec<Layer> {
    let mut system = dictionary::system::layer();
    let user = system.files.get_mut("entities/user.toml").unwrap();
    let at = user.find("[fields.active]").unwrap();
    user.truncate(at);
    let whole: Vec<Layer> = std::iter::once(system).chain(layers("")).collect();
    let old = Arc::new(dictionary::compile(&whole).unwrap());
    let kept = whole.clone();
    store(folder)
        .write(Box::new(move |tx| {
            tx.set_cause(journal::Cause {
                at: "2025-01-01T00:00:00Z".parse().unwrap(),
                actor: journal::Actor::System,
                origin: journal::Origin::System,
                device: None,
                request: None,
            });
            tx.migrate(None, &old)?;
            let entity = old.entity("dictionary_source").unwrap();
            for (position, layer) in kept.into_iter().enumerate() {
                for (path, content) in layer.files {
                    let mut row = ::store::Row(vec![Value::Null; entity.fields.len()]);
                    let mut set = |field: &str, value: Value| row.0[entity.index(field).unwrap()] = value;
                    set(
                        "id",
                        Value::Id(engine::IdSource::next(
                            &TimeOrderedIds,
                            "2025-01-01T00:00:00Z".parse().unwrap(),
                        )),
                    );
                    set("position", Value::Integer(position.try_into().unwrap()));
                    set("layer", layer.name.as_str().into());
                    set("path", path.as_str().into());
                    set("content", content.as_str().into());
                    tx.insert(entity, row, None)?;
                }
            }
            Ok(Box::new(()))
        }))
        .unwrap();
    whole
}

#[test]
fn an_environment_of_an_earlier_version_opens_as_it_is_and_is_upgraded_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let whole = made_by_an_earlier_version(folder.path());
    let open = || {
        let store = store(folder.path());
        explained(Environment::open(settings(), store, SteppingClock::new(), Arc::new(TimeOrderedIds)))
    };
    let environment = open();
    let active = |environment: &Environment| {
        environment.dictionary().entity("user").unwrap().field("active").is_some()
    };
    assert!(!active(&environment));
    assert_eq!(explained(environment.layers(&admin())), whole[1..]);
    let plan = explained(environment.upgrade()).unwrap().value;
    assert!(!plan.is_empty() && active(&environment));
    assert!(explained(environment.upgrade()).is_none());
    let position = environment.position();
    drop(environment);
    let environment = open();
    assert!(active(&environment) && explained(environment.upgrade()).is_none());
    assert_eq!(environment.position(), position);
}

#[test]
fn a_store_holds_one_environment_and_an_empty_one_none() {
    let folder = tempfile::tempdir().unwrap();
    let ids = Arc::new(TimeOrderedIds);
    let empty = Environment::open(settings(), store(folder.path()), SteppingClock::new(), ids.clone());
    assert!(matches!(empty, Err(EngineError::Store { .. })));
    let store = store(folder.path());
    let made =
        || Environment::create(settings(), store.clone(), &layers(""), SteppingClock::new(), ids.clone());
    explained(made());
    assert!(matches!(made(), Err(EngineError::Store { .. })));
    assert_eq!(Caller::system().me(), None);
}
