//! What dictionary files become.

use dictionary::{Dictionary, Layer, compile};

fn dictionary(layers: &[(&str, &str)]) -> Dictionary {
    let layers: Vec<Layer> = layers.iter().map(|(name, content)| Layer::single(name, content)).collect();
    match compile(&layers) {
        Ok(dictionary) => dictionary,
        Err(diagnostics) => {
            let faults: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            panic!("{}", faults.join("\n\n"));
        }
    }
}

const LIBRARY: &str = r#"
[lists.genre]
label = { fr = "Genres", en = "Genres" }
[lists.genre.values.novel]
label = { fr = "Roman", en = "Novel" }
[lists.genre.values.essay]
label = { fr = "Essai", en = "Essay" }

[entities.author]
label = { fr = "Auteur", en = "Author" }
plural = { fr = "Auteurs", en = "Authors" }
[entities.author.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }

[entities.book]
label = { fr = "Livre", en = "Book" }
plural = { fr = "Livres", en = "Books" }
code = { prefix = "B", width = 4 }
[entities.book.fields.title]
type = "text"
label = { fr = "Titre", en = "Title" }
required = true
[entities.book.fields.author]
type = "reference"
to = "author"
label = { fr = "Auteur", en = "Author" }
[entities.book.fields.genre]
type = "choice"
list = "genre"
label = { fr = "Genre", en = "Genre" }
default = "novel"
after = "title"
"#;

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
    ];
    assert_eq!(names, expected);
    for (position, field) in book.fields.iter().enumerate() {
        assert_eq!(book.index(&field.name), Some(position));
    }
    assert_eq!(book.collection, "books");
    assert_eq!(book.title.source, "{title}");
    assert_eq!(book.uniques[0].name, "code");
}
