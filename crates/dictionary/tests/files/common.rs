//! What the tests of this crate share.

use dictionary::{Diagnostic, Dictionary, Layer, compile};

/// The dictionary of single-file layers, given as name and content; shows every fault when there are some.
pub(crate) fn dictionary(layers: &[(&str, &str)]) -> Dictionary {
    compiled(&singles(layers))
}

/// Single-file layers, given as name and content.
pub(crate) fn singles(layers: &[(&str, &str)]) -> Vec<Layer> {
    layers.iter().map(|(name, content)| Layer::single(name, content)).collect()
}

/// The dictionary of layers; shows every fault when there are some.
pub(crate) fn compiled(layers: &[Layer]) -> Dictionary {
    compile(layers).unwrap_or_else(|diagnostics| panic!("{}", shown(&diagnostics)))
}

/// Faults as people read them.
pub(crate) fn shown(diagnostics: &[Diagnostic]) -> String {
    let faults: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    faults.join("\n\n")
}

/// A small dictionary to change.
pub(crate) const LIBRARY: &str = r#"
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
search = ["title", "author.name"]
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
[entities.book.fields.pages]
type = "integer"
label = { fr = "Pages", en = "Pages" }
indexed = true
[entities.book.rules.some_pages]
require = "pages = null or pages > 0"
field = "pages"
message = { fr = "Un livre a des pages.", en = "A book has pages." }
"#;
