//! The dictionary of an environment: kept, shared, changed.

use std::sync::Arc;

use dictionary::Value;
use dictionary::layers::Layer;
use engine::{Caller, EngineError, Environment, TimeOrderedIds};

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
