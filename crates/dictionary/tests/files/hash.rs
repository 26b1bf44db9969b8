//! The hash of a dictionary: equal content, equal hash.

use std::collections::BTreeMap;

use dictionary::{Dictionary, Layer};

use crate::common::{LIBRARY, compiled, dictionary};

fn hash(text: &str) -> String {
    dictionary(&[("library", text)]).hash
}

/// A dictionary of one layer in a folder.
fn folder(files: &[(&str, &str)]) -> Dictionary {
    let files: BTreeMap<String, String> =
        files.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect();
    compiled(&[Layer { name: "library".into(), files }])
}

const SHELF: &str = "
label = { fr = \"Rayon\", en = \"Shelf\" }
plural = { fr = \"Rayons\", en = \"Shelves\" }
[fields.name]
type = \"text\"
label = { fr = \"Nom\", en = \"Name\" }
[fields.width]
type = \"integer\"
label = { fr = \"Largeur\", en = \"Width\" }
";

#[test]
fn the_split_into_files_does_not_count() {
    let whole: String = SHELF
        .replace("\n[", "\n[entities.shelf.")
        .replace("\nlabel = { fr = \"Rayon\"", "\n[entities.shelf]\nlabel = { fr = \"Rayon\"");
    let one_file = folder(&[("layer.toml", &whole)]);
    let own_file = folder(&[("entities/shelf.toml", SHELF)]);
    assert_eq!(one_file.hash, own_file.hash);
    assert_eq!(one_file.hash.len(), 64);
}

#[test]
fn comments_and_the_order_of_attributes_do_not_count() {
    let attributes = LIBRARY.replace(
        "type = \"text\"\nlabel = { fr = \"Titre\", en = \"Title\" }",
        "# the name on the cover\nlabel = { en = \"Title\", fr = \"Titre\" }\n\ntype = 'text'",
    );
    assert_ne!(attributes, LIBRARY);
    assert_eq!(hash(&attributes), hash(LIBRARY));
}

#[test]
fn values_display_order_and_layers_count() {
    let narrower = LIBRARY.replace("width = 4", "width = 5");
    let moved = LIBRARY.replace("after = \"title\"", "after = \"author\"");
    let renamed = LIBRARY.replace("Roman", "Fiction");
    let mut hashes = vec![hash(LIBRARY), hash(&narrower), hash(&moved), hash(&renamed)];
    hashes.push(dictionary(&[("library", LIBRARY), ("client", "")]).hash);
    hashes.push(dictionary(&[("bookshop", LIBRARY)]).hash);
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 6);
}

#[test]
fn an_order_given_by_after_is_the_order_written_so() {
    let after = "[values.b]\nlabel = { fr = \"B\" }\nafter = \"a\"\n[values.a]\nlabel = { fr = \"A\" }\n";
    let written = "[values.a]\nlabel = { fr = \"A\" }\n[values.b]\nlabel = { fr = \"B\" }\n";
    let list =
        |values: &str| folder(&[("lists/letter.toml", &format!("label = {{ fr = \"L\" }}\n{values}"))]);
    assert_eq!(list(after).hash, list(written).hash);
}

#[test]
fn what_is_removed_does_not_count() {
    let removed = "[entities.book]\nremove = true\n[lists.genre]\nremove = true";
    let never = LIBRARY.split("[entities.book]").next().unwrap().split("[entities.author]").nth(1).unwrap();
    let never = format!("[entities.author]{never}");
    let (with, without) = (
        dictionary(&[("library", LIBRARY), ("client", removed)]),
        dictionary(&[("library", &never), ("client", "")]),
    );
    assert_eq!(with.hash, without.hash);
}
