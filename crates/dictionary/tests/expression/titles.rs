//! Names of records.

use dictionary::{Language, title};

use crate::world::{World, context};

fn title_of(world: &World, entity: &str, n: u32, language: Language) -> String {
    let entity = world.dictionary.entity_index(entity).unwrap();
    title::render(&world.dictionary, entity, &world.record(n), &context(), language).unwrap()
}

#[test]
fn a_title_shows_labels_and_the_titles_of_references() {
    let world = World::new();
    assert_eq!(
        title_of(&world, "account", 10, Language::Fr),
        "Chauffage Lénoir & Œuvres (Client) — Ada Lenoir"
    );
    assert_eq!(
        title_of(&world, "account", 10, Language::En),
        "Chauffage Lénoir & Œuvres (Customer) — Ada Lenoir"
    );
    assert_eq!(title_of(&world, "account", 11, Language::Fr), "Siège");
    assert_eq!(
        title_of(&world, "quote", 40, Language::Fr),
        "Chauffage Lénoir & Œuvres (Client) — Ada Lenoir, 2026-11-23 00:30"
    );
}

#[test]
fn a_record_without_anything_to_name_it_has_its_id() {
    let world = World::new();
    assert_eq!(title_of(&world, "quote_line", 53, Language::Fr), "00000000-0000-7000-8000-000000000053");
}
