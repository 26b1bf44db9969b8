//! Reads the attributes of one part of the tree, and reports those that mean nothing there.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use crate::diagnostics::{Finding, Findings, Place};
use crate::expression::error::nearest;
use crate::label::Label;
use crate::layers::tree::{Entry, Leaf, Node, Setting, Table};

/// A value and where it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// A part being read. Each attribute that is asked for becomes known; [`Reader::finish`] reports the others.
pub(crate) struct Reader<'m> {
    findings: &'m Findings,
    table: &'m Table,
    place: Place,
    known: RefCell<Vec<&'static str>>,
}

impl<'m> Reader<'m> {
    /// A reader of what `entry` holds; reports, and reads as empty, an entry that is a value.
    pub(crate) fn new(findings: &'m Findings, entry: &'m Entry) -> Reader<'m> {
        static EMPTY: Table = Table { entries: std::collections::BTreeMap::new() };
        let table = entry.table().unwrap_or_else(|| {
            findings.push(Finding::new(
                entry.key,
                "wrong_value",
                "on attend ici une partie `{ … }`, pas une valeur",
                "a part `{ … }` is expected here, not a value",
            ));
            &EMPTY
        });
        Reader { findings, table, place: entry.key, known: RefCell::new(vec!["remove"]) }
    }

    /// Makes attributes known without reading them.
    pub(crate) fn know(&self, names: &[&'static str]) {
        self.known.borrow_mut().extend(names);
    }

    /// Whether the attribute was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.get(name).is_some()
    }

    /// Where the attribute stands, else the part.
    pub(crate) fn place_of(&self, name: &str) -> Place {
        self.table.get(name).map_or(self.place, |entry| entry.key)
    }

    /// Where the value of the attribute stands, else the part.
    pub(crate) fn value_place(&self, name: &str) -> Place {
        self.table.leaf(name).map_or_else(|| self.place_of(name), |leaf| leaf.place)
    }

    /// An attribute of any kind.
    pub(crate) fn leaf(&self, name: &'static str) -> Option<&'m Leaf> {
        self.know(&[name]);
        match &self.table.get(name)?.node {
            Node::Leaf(leaf) => Some(leaf),
            Node::Table(_) => self.refuse(self.place_of(name), name, "une valeur", "a value"),
        }
    }

    /// A text.
    pub(crate) fn text(&self, name: &'static str) -> Option<Given<&'m str>> {
        let leaf = self.leaf(name)?;
        match &leaf.value {
            Setting::Text(text) => Some(Given { value: text, place: leaf.place }),
            _ => self.refuse(leaf.place, name, "un texte entre guillemets", "a text in quotes"),
        }
    }

    /// A text out of a few.
    pub(crate) fn one_of(&self, name: &'static str, among: &[&'static str]) -> Option<Given<&'static str>> {
        let given = self.text(name)?;
        let found = among.iter().find(|one| **one == given.value);
        if found.is_none() {
            let (value, all) = (given.value, list_text(among));
            let finding = Finding::new(
                given.place,
                "wrong_value",
                format!("`{name}` ne peut pas valoir `{value}` : {all}"),
                format!("`{name}` cannot be `{value}`: {all}"),
            );
            self.findings.push(finding.suggest(nearest(value, among.iter().copied())));
        }
        found.map(|&value| Given { value, place: given.place })
    }

    /// True or false; false when absent.
    pub(crate) fn flag(&self, name: &'static str) -> bool {
        self.flag_or(name, false)
    }

    /// True or false.
    pub(crate) fn flag_or(&self, name: &'static str, absent: bool) -> bool {
        let Some(leaf) = self.leaf(name) else { return absent };
        match leaf.value {
            Setting::Boolean(yes) => yes,
            _ => self.refuse(leaf.place, name, "`true` ou `false`", "`true` or `false`").unwrap_or(absent),
        }
    }

    /// A whole number between bounds.
    pub(crate) fn number(&self, name: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let leaf = self.leaf(name)?;
        let (low, high) = (bounds.start(), bounds.end());
        match leaf.value {
            Setting::Integer(number) if u32::try_from(number).is_ok_and(|n| bounds.contains(&n)) => {
                u32::try_from(number).ok()
            }
            _ => self.refuse(
                leaf.place,
                name,
                &format!("un nombre entier de {low} à {high}"),
                &format!("a whole number from {low} to {high}"),
            ),
        }
    }

    /// Several texts.
    pub(crate) fn texts(&self, name: &'static str) -> Option<Vec<Given<&'m str>>> {
        let leaf = self.leaf(name)?;
        let Setting::List(items) = &leaf.value else {
            return self.refuse(
                leaf.place,
                name,
                "une liste de textes `[\"a\", \"b\"]`",
                "a list of texts `[\"a\", \"b\"]`",
            );
        };
        let mut texts = Vec::new();
        for (item, place) in items.iter().zip(&leaf.items) {
            match item {
                Setting::Text(text) => texts.push(Given { value: text.as_str(), place: *place }),
                _ => {
                    let _: Option<()> =
                        self.refuse(*place, name, "un texte entre guillemets", "a text in quotes");
                }
            }
        }
        Some(texts)
    }

    /// A label or help text, if given; reports one without French.
    pub(crate) fn label(&self, name: &'static str) -> Option<Label> {
        self.know(&[name]);
        let entry = self.table.get(name)?;
        let Node::Table(texts) = &entry.node else {
            return self.refuse(
                self.leaf(name).map_or(entry.key, |leaf| leaf.place),
                name,
                "un texte par langue `{ fr = \"…\", en = \"…\" }`",
                "a text per language `{ fr = \"…\", en = \"…\" }`",
            );
        };
        let mut label = Label::default();
        for (language, text) in texts.written() {
            match &text.node {
                Node::Leaf(Leaf { value: Setting::Text(text), .. }) if is_language(language) => {
                    label.0.insert(language.to_owned(), text.clone());
                }
                _ => self.findings.push(Finding::new(
                    text.key,
                    "label_language",
                    format!("un libellé donne un texte par code de langue (`fr`, `en`) ; `{language}` n'en est pas un"),
                    format!("a label gives a text per language code (`fr`, `en`); `{language}` is not one"),
                )),
            }
        }
        if label.0.get("fr").is_none_or(|text| text.trim().is_empty()) {
            self.findings.push(Finding::new(
                entry.key,
                "label_french",
                format!("`{name}` n'a pas de texte français"),
                format!("`{name}` has no French text"),
            ));
        }
        Some(label)
    }

    /// A label that must be there; reports one that is not, and stands in for it.
    pub(crate) fn required_label(&self, name: &'static str, of: &str) -> Label {
        if !self.has(name) && self.slip(name).is_none() {
            self.findings.push(Finding::new(
                self.place,
                "label_missing",
                format!("il manque `{name}` à `{of}`"),
                format!("`{of}` has no `{name}`"),
            ));
        }
        self.label(name).unwrap_or_else(|| Label::new(of, of))
    }

    /// An attribute that was probably meant to be called `name`; [`Reader::finish`] reports it.
    fn slip(&self, name: &str) -> Option<(&'m str, &'m Entry)> {
        let known = self.known.borrow();
        let mut written = self.table.all_written().into_iter();
        written.find(|(attribute, _)| !known.contains(attribute) && nearest(attribute, [name]).is_some())
    }

    /// Reports attributes that must be there and are not, `owner` being what needs them in French and English: a slip in an attribute's
    /// name if there is one, else the lack.
    pub(crate) fn require(&self, names: &[&'static str], owner: (&str, &str)) {
        for name in names.iter().filter(|name| !self.has(name)) {
            let finding = match self.slip(name) {
                Some((attribute, entry)) => {
                    unknown_attribute(entry.key, attribute).suggest(Some((*name).to_owned()))
                }
                None => Finding::new(
                    self.place,
                    "attribute_missing",
                    format!("{} a un attribut `{name}`", owner.0),
                    format!("{} has an attribute `{name}`", owner.1),
                ),
            };
            self.findings.push(finding);
        }
    }

    /// A part, if given.
    pub(crate) fn part(&self, name: &'static str) -> Option<&'m Entry> {
        self.know(&[name]);
        self.table.get(name).filter(|entry| !entry.is_removed())
    }

    /// Reports attributes that nobody asked for. `others` are attributes that mean something elsewhere: what to say of them is `elsewhere`'s.
    pub(crate) fn finish(&self) {
        self.finish_with(|_| None);
    }

    /// As [`Reader::finish`]; `explain` may give a better text than "unknown" for a name.
    pub(crate) fn finish_with(&self, explain: impl Fn(&str) -> Option<Label>) {
        let known = self.known.borrow();
        for (name, entry) in self.table.all_written() {
            if known.contains(&name) {
                continue;
            }
            let finding = match explain(name) {
                Some(message) => Finding::labelled(entry.key, "misplaced_attribute", message),
                None => unknown_attribute(entry.key, name).suggest(nearest(name, known.iter().copied())),
            };
            self.findings.push(finding);
        }
    }

    fn refuse<T>(&self, place: Place, name: &str, fr: &str, en: &str) -> Option<T> {
        self.findings.push(Finding::new(
            place,
            "wrong_value",
            format!("`{name}` attend {fr}"),
            format!("`{name}` expects {en}"),
        ));
        None
    }
}

fn is_language(code: &str) -> bool {
    code.len() == 2 && code.chars().all(|c| c.is_ascii_lowercase())
}

/// An attribute that nothing asks for.
pub(crate) fn unknown_attribute(place: Place, name: &str) -> Finding {
    Finding::new(
        place,
        "unknown_attribute",
        format!("`{name}` n'est pas un attribut connu ici"),
        format!("`{name}` is not an attribute known here"),
    )
}

/// Names in backquotes with commas.
pub(crate) fn list_text(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
