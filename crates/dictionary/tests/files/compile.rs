//! What dictionary files become.

use dictionary::compile::check;
use dictionary::describe::{self, Can};
use dictionary::expression::Node;
use dictionary::{Label, Layer, Value};
use serde_json::json;

use crate::common::{LIBRARY, dictionary};

/// May do everything.
const ALL: Can = Can {
    create: true,
    update: true,
    delete: true,
    export: true,
    import: true,
    print: true,
    not: Vec::new(),
};

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

#[test]
fn a_layer_changes_attributes_and_removes_parts() {
    let layer = r#"
[entities.book.fields.title]
max_length = 80
label = { en = "Name" }
[entities.book.fields.pages]
remove = true
[entities.book.rules.some_pages]
remove = true
[entities.book.fields.isbn]
type = "code"
label = { fr = "ISBN" }
after = "title"
[lists.genre.values.poem]
label = { fr = "Poème" }
after = "novel"
"#;
    let dictionary = dictionary(&[("library", LIBRARY), ("acme", layer)]);
    let book = dictionary.entity("book").unwrap();
    let own: Vec<&str> = book.fields.iter().filter(|f| !f.system).map(|f| f.name.as_str()).collect();
    assert_eq!(own, ["title", "genre", "isbn", "author"]);
    let title = book.field("title").unwrap();
    assert_eq!(title.options.max_length, Some(80));
    assert_eq!(title.label, Label::new("Titre", "Name"));
    assert_eq!((title.layer.as_str(), book.field("isbn").unwrap().layer.as_str()), ("library", "acme"));
    let tags: Vec<&str> = dictionary.lists["genre"].values.iter().map(|value| value.tag.as_str()).collect();
    assert_eq!(tags, ["novel", "poem", "essay"]);
}

#[test]
fn what_nobody_wrote_is_made_from_the_fields() {
    let dictionary = dictionary(&[("library", LIBRARY)]);
    let book = dictionary.entity("book").unwrap();
    let columns: Vec<&str> = book.list.columns.iter().map(|column| column.path.as_str()).collect();
    assert_eq!(columns, ["code", "title", "genre", "author", "pages"]);
    assert_eq!(describe::describe(&dictionary, |_| Some(ALL))["entities"]["book"]["order"][0], "-created_at");

    let author = dictionary.entity("author").unwrap();
    let tabs: Vec<&str> = author.form.tabs.iter().map(|tab| tab.name.as_str()).collect();
    assert_eq!(tabs, ["general", "books_author"]);
    let related = author.form.tabs[1].related.as_ref().unwrap();
    assert_eq!((related.entity.as_str(), related.by.as_str()), ("book", "author"));

    let menu: Vec<(&str, Vec<&str>)> = dictionary
        .menu
        .iter()
        .map(|group| (group.id.as_str(), group.items.iter().map(|item| item.entity.as_str()).collect()))
        .collect();
    assert_eq!(menu, [("library", vec!["author", "book"]), ("system", vec!["user"])]);
}

#[test]
fn a_default_is_an_expression_a_tag_or_a_plain_value() {
    let layer = r#"
[entities.book.fields.copies]
type = "integer"
label = { fr = "Exemplaires" }
default = 1
[entities.book.fields.lent]
type = "boolean"
label = { fr = "Prêté" }
default = false
[entities.book.fields.languages]
type = "choices"
list = "language"
label = { fr = "Langues" }
default = ["fr", "en"]
[entities.book.fields.bought]
type = "date"
label = { fr = "Acheté" }
default = "today()"
"#;
    let dictionary = dictionary(&[("library", LIBRARY), ("acme", layer)]);
    let default = |name: &str| {
        let field = dictionary.entity("book").unwrap().field(name).unwrap();
        field.default.as_ref().unwrap().node.clone()
    };
    assert_eq!(default("genre"), Node::Literal(Value::from("novel")));
    assert_eq!(default("copies"), Node::Literal(Value::Integer(1)));
    assert_eq!(default("lent"), Node::Literal(Value::Boolean(false)));
    assert_eq!(default("languages"), Node::Literal(Value::Tags(vec!["en".into(), "fr".into()])));
    assert!(matches!(default("bought"), Node::Call(..)));
}

#[test]
fn a_filter_is_checked_against_the_dictionary_and_lets_old_tags_pass() {
    let dictionary = dictionary(&[("library", LIBRARY)]);
    let book = dictionary.entity("book").unwrap();
    assert!(dictionary.filter(book, "genre = 'comic' and author.name contains 'hugo'").is_ok());
    assert_eq!(dictionary.filter(book, "titel = 'a'").unwrap_err()[0].near.as_deref(), Some("title"));
    assert_eq!(dictionary.filter(book, "title").unwrap_err()[0].code, "type");
    assert!(dictionary.path(book, "author.name").is_ok());
    assert!(dictionary.path(book, "length(title)").is_err());
}

#[test]
fn clients_see_neither_secrets_nor_what_is_internal() {
    let secret = "[entities.user.fields.password_hash]\ntype = \"text\"\nsecret = true\nlabel = { fr = \"Empreinte\" }";
    let dictionary = dictionary(&[("library", LIBRARY), ("directory", secret)]);
    let described = describe::describe(&dictionary, |_| Some(ALL));
    let text = serde_json::to_string(&described).unwrap();
    assert!(!text.contains("password_hash"));
    assert!(!text.contains("dictionary_source"));
    assert!(dictionary.entity("user").unwrap().field("password_hash").is_some());

    let none = describe::describe(&dictionary, |entity| (entity.name != "book").then_some(ALL));
    assert!(!none["entities"].as_object().unwrap().contains_key("book"));
    assert!(!none["menu"].to_string().contains("\"book\""));
}

#[test]
fn the_description_of_a_field_carries_its_own_attributes() {
    let layer = "[entities.book.fields.half]\ntype = \"computed\"\nreturns = \"decimal\"\nscale = 1\nformula = \"pages / 2\"\nlabel = { fr = \"Moitié\" }\nvisible = \"pages > 10\"";
    let dictionary = dictionary(&[("library", LIBRARY), ("acme", layer)]);
    let described = describe::describe(&dictionary, |_| Some(ALL));
    let fields = described["entities"]["book"]["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap().clone();
    let expected = json!({
        "name": "half", "type": "computed", "returns": "decimal", "scale": 1,
        "label": { "fr": "Moitié" }, "help": null, "required": false, "read_only": true, "system": false, "unique": false,
        "personal": "no", "concerns": false, "default": null, "formula": "pages / 2", "visible": "pages > 10", "editable": null, "width": null,
        "layer": "acme",
    });
    assert_eq!(field("half"), expected);
    assert_eq!(field("author")["to"], "author");
    assert_eq!(field("genre")["list"], "genre");
    assert_eq!(field("created_by")["system"], true);
}

#[test]
fn states_keep_the_written_order_of_their_transitions() {
    let layer = r#"
[entities.book.states]
field = "genre"
[entities.book.states.transitions.shorten]
label = { fr = "Raccourcir" }
from = ["novel"]
to = "essay"
[entities.book.states.transitions.lengthen]
label = { fr = "Allonger" }
from = ["essay"]
to = "novel"
require = "pages > 100"
colour = "sage"
"#;
    let dictionary = dictionary(&[("library", LIBRARY), ("acme", layer)]);
    let book = dictionary.entity("book").unwrap();
    let states = book.states.as_ref().unwrap();
    assert_eq!(book.fields[states.field].name, "genre");
    let names: Vec<&str> = states.transitions.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["shorten", "lengthen"]);
    assert_eq!(states.transitions[1].require.as_ref().unwrap().source, "pages > 100");
}

#[test]
fn warnings_do_not_prevent_a_dictionary() {
    let module = |name: &str, content: &str| Layer {
        name: name.into(),
        files: [
            ("module.toml", "name = \"shop\"\nversion = \"1.0.0\"\nlabel = { fr = \"Magasin\" }"),
            ("entities/item.toml", content),
        ]
        .map(|(path, content)| (path.to_owned(), content.to_owned()))
        .into(),
    };
    let item = "label = { fr = \"Article\", en = \"Item\" }\nplural = { fr = \"Articles\", en = \"Items\" }\n[states]\nfield = \"language\"\n[fields.language]\ntype = \"choice\"\nlist = \"language\"\nlabel = { fr = \"Langue\" }";
    let (dictionary, said) = check(&[module("shop", item)]);
    assert!(dictionary.is_some());
    let said: Vec<(&str, &str, usize)> = said.iter().map(|w| (w.code, w.file.as_str(), w.line)).collect();
    let expected = [
        ("label_english", "shop/module.toml", 3),
        ("states_start", "shop/entities/item.toml", 3),
        ("label_english", "shop/entities/item.toml", 8),
    ];
    assert_eq!(said, expected);
}

#[test]
fn screens_and_menus_forget_what_a_layer_removes() {
    let screens = r#"
[screens.book.list.columns.title]
[screens.book.list.columns.pages]
[screens.book.form.tabs.general]
label = { fr = "Général" }
[screens.book.form.tabs.general.sections.main.fields]
title = {}
pages = {}
[screens.author.list.columns.name]
[screens.author.form.tabs.general]
label = { fr = "Général" }
[screens.author.form.tabs.general.sections.main.fields.name]
[screens.author.form.tabs.books]
label = { fr = "Livres" }
related = { entity = "book", by = "author" }
[menu.groups.library]
label = { fr = "Bibliothèque" }
[menu.groups.library.items]
books = { entity = "book" }
authors = { entity = "author" }
"#;
    let no_pages =
        "[entities.book.fields.pages]\nremove = true\n[entities.book.rules.some_pages]\nremove = true";
    let without = dictionary(&[("library", LIBRARY), ("screens", screens), ("acme", no_pages)]);
    let book = without.entity("book").unwrap();
    assert_eq!(book.list.columns.len(), 1);
    assert_eq!(book.form.tabs[0].sections[0].fields.len(), 1);

    let no_books = "[entities.book]\nremove = true";
    let without = dictionary(&[("library", LIBRARY), ("screens", screens), ("acme", no_books)]);
    assert_eq!(without.entity("author").unwrap().form.tabs.len(), 1);
    assert_eq!(without.menu[0].items.len(), 1);
}
