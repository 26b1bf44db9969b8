//! What dictionary files become.

use crate::common::{LIBRARY, dictionary};

#[test]
fn the_system_layer_is_always_there() {
    let dictionary = dictionary(&[]);
    assert!(dictionary.entity("user").is_some());
    assert!(dictionary.entity("dictionary_source").unwrap().internal);
    assert!(
        dictionary.menu.iter().flat_map(|group| &group.items).all(|item| item.entity != "dictionary_source")
    );
}

#[test]
fn an_entity_has_system_fields_then_its_own_in_display_order() {
    let dictionary = dictionary(&[("library", LIBRARY)]);
    let book = dictionary.entity("book").unwrap();
    let names: Vec<&str> = book.fields.iter().map(|field| field.name.as_str()).collect();
    let expected = [
        "id",
        "code",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "title",
        "genre",
        "author",
        "pages",
    ];
    assert_eq!(names, expected);
    for (position, field) in book.fields.iter().enumerate() {
        assert_eq!(book.index(&field.name), Some(position));
    }
    assert_eq!(book.collection, "books");
    assert_eq!(book.title.source, "{title}");
    assert_eq!(book.uniques[0].name, "code");
}
