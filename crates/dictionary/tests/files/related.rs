//! Fields that name a record of any entity: what they may name, what plans say when that changes.

use dictionary::plan::{Change, plan};
use dictionary::{Dictionary, compile, related};

use crate::common::{LIBRARY, dictionary, shown, singles};

const NOTE: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
[entities.note.fields.text]
type = "text"
label = { fr = "Texte", en = "Text" }
[entities.note.fields.about]
type = "related"
on_delete = "nullify"
label = { fr = "Concerne", en = "About" }
"#;

const CHAPTERS: &str = r#"
[entities.book.fields.chapters]
type = "lines"
of = "chapter"
by = "book"
label = { fr = "Chapitres", en = "Chapters" }
[entities.chapter]
label = { fr = "Chapitre", en = "Chapter" }
plural = { fr = "Chapitres", en = "Chapters" }
lines_of = "book"
[entities.chapter.fields.book]
type = "reference"
to = "book"
label = { fr = "Livre", en = "Book" }
[entities.chapter.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
"#;

fn with(about: &str, more: &str) -> Dictionary {
    let layer = format!("{NOTE}{about}");
    dictionary(&[("library", LIBRARY), ("chapters", CHAPTERS), ("notes", &layer), ("more", more)])
}

fn targets(dictionary: &Dictionary) -> Vec<&str> {
    let field = dictionary.entity("note").unwrap().field("about").unwrap();
    related::targets(dictionary, field).map(|entity| dictionary.entities[entity].name.as_str()).collect()
}

fn faults(about: &str) -> String {
    let layer = format!("{NOTE}{about}");
    let layers = singles(&[("library", LIBRARY), ("chapters", CHAPTERS), ("notes", &layer)]);
    shown(&compile(&layers).expect_err("there are faults"))
}

#[test]
fn without_to_it_names_any_record_but_lines_and_the_systems_own() {
    assert_eq!(targets(&with("", "")), ["author", "book", "note", "user"]);
    assert_eq!(targets(&with("to = [\"book\", \"user\"]", "")), ["book", "user"]);
}

#[test]
fn what_it_cannot_name_and_what_makes_no_sense_is_said() {
    assert!(faults("to = [\"bok\"]").contains("there is no entity `bok`"), "{}", faults("to = [\"bok\"]"));
    assert!(faults("to = [\"bok\"]").contains("did you mean `book`?"));
    assert!(faults("to = [\"chapter\"]").contains("cannot name `chapter`"));
    assert!(faults("to = \"book\"").contains("a list of texts"));
    assert!(faults("default = \"'book/1'\"").contains("makes no sense for a `related` field"));
    assert!(faults("filter = \"true\"").contains("not an attribute of the type `related`"));
    let cascade = NOTE.replace("nullify", "cascade");
    let layers = singles(&[("library", LIBRARY), ("notes", &cascade)]);
    let said = shown(&compile(&layers).expect_err("it cannot cascade"));
    assert!(said.contains("`restrict` or `nullify`"), "{said}");
}

#[test]
fn a_form_lists_the_records_that_name_it_when_asked_or_when_the_field_says_so() {
    let tab = "[screens.book.form.tabs.notes]\nlabel = { fr = \"Notes\", en = \"Notes\" }\nrelated = { entity = \"note\", by = \"about\" }";
    let asked = with("", tab);
    let related =
        asked.entity("book").unwrap().form.tabs.iter().find_map(|tab| tab.related.as_ref()).unwrap();
    assert_eq!((related.entity.as_str(), related.by.as_str()), ("note", "about"));
    let listed = |dictionary: &Dictionary| {
        let tabs = &dictionary.entity("book").unwrap().form.tabs;
        tabs.iter().any(|tab| tab.related.as_ref().is_some_and(|related| related.by == "about"))
    };
    assert!(!listed(&with("", "")), "a field that names anything fills no form by itself");
    assert!(listed(&with("to = [\"book\"]", "")));
}

#[test]
fn a_plan_follows_names_and_warns_of_what_is_no_longer_named() {
    let retarget = |from: &Dictionary, to: &Dictionary| {
        let plan = plan(from, to);
        let step = plan.steps.iter().find(|step| matches!(step.change, Change::Retarget { .. }))?;
        let Change::Retarget { renamed, dropped, .. } = &step.change else { unreachable!("just matched") };
        assert_eq!(step.destructive, !dropped.is_empty());
        Some((renamed.clone(), dropped.clone(), step.message.0["en"].clone()))
    };
    let any = with("", "");
    assert_eq!(retarget(&any, &any), None);
    let narrowed = retarget(&any, &with("to = [\"book\", \"note\", \"user\"]", "")).unwrap();
    assert_eq!((narrowed.0.len(), narrowed.1), (0, vec!["author".to_owned()]));
    assert_eq!(narrowed.2, "`note.about` no longer names records of `author`");
    assert_eq!(
        retarget(&with("to = [\"book\"]", ""), &any),
        None,
        "what may be named besides changes no value"
    );

    let renamed = LIBRARY
        .replace("[entities.author]", "[entities.writer]\nwas = \"author\"")
        .replace("entities.author.", "entities.writer.")
        .replace("to = \"author\"", "to = \"writer\"");
    let after = dictionary(&[("library", &renamed), ("chapters", CHAPTERS), ("notes", NOTE), ("more", "")]);
    let (pairs, dropped, said) = retarget(&any, &after).unwrap();
    assert_eq!(pairs, [("author".to_owned(), "writer".to_owned())]);
    assert!(dropped.is_empty());
    assert_eq!(said, "`note.about` follows the renamed entities (`author` → `writer`)");
}
