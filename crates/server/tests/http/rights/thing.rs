//! Records of the model.

use std::collections::BTreeMap;

use dictionary::value::FileRef;
use dictionary::{RecordId, Value};

use super::chance::Chance;

/// A record of the model: its values as the model reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub id: RecordId,
    pub texts: BTreeMap<&'static str, String>,
    pub numbers: BTreeMap<&'static str, i64>,
    pub links: BTreeMap<&'static str, RecordId>,
}

/// The entities there are, each before those that refer to it.
pub const ENTITIES: [&str; 4] = ["place", "client", "item", "visit"];

/// Fields of each: name, and what it holds.
pub fn fields(entity: &str) -> &'static [(&'static str, &'static str)] {
    match entity {
        "place" => &[("name", "text"), ("region", "text"), ("parent", "place")],
        "client" => &[
            ("name", "text"),
            ("ref", "text"),
            ("note", "text"),
            ("phone", "phone"),
            ("paper", "file"),
            ("amount", "integer"),
            ("owner", "user"),
            ("place", "place"),
        ],
        "item" => &[("label", "text"), ("price", "integer"), ("client", "client")],
        _ => &[
            ("title", "text"),
            ("kind", "text"),
            ("cost", "integer"),
            ("client", "client"),
            ("next", "place"),
        ],
    }
}

impl Thing {
    pub fn text(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", String::as_str)
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        self.numbers.get(field).copied()
    }

    /// The value of a field, as the engine has it.
    pub fn value(&self, field: &str) -> Option<Value> {
        let text = |text: &String| match field {
            "paper" => Value::File(Box::new(paper(text))),
            _ => Value::Text(text.clone()),
        };
        let link = self.link(field).map(Value::Id);
        link.or_else(|| self.texts.get(field).map(text)).or_else(|| self.number(field).map(Value::Integer))
    }

    pub fn link(&self, field: &str) -> Option<RecordId> {
        self.links.get(field).copied()
    }
}

/// A file of that content, as a record names it.
pub fn paper(content: &str) -> FileRef {
    let hash = blake3::hash(content.as_bytes()).to_hex().to_string();
    let (name, media_type) = ("paper.txt".to_owned(), "text/plain".to_owned());
    FileRef { name, media_type, size: content.len() as u64, hash }
}

/// Words that are no part of each other, so that a search for one finds it alone.
pub const WORDS: [&str; 8] = ["alpine", "birch", "cobalt", "dune", "ember", "fjord", "grove", "hazel"];

/// A record with values at random.
pub fn thing(
    chance: &mut Chance,
    entity: &str,
    n: usize,
    id: RecordId,
    there: &BTreeMap<&'static str, Vec<Thing>>,
    people: [RecordId; 2],
) -> Thing {
    let mut it = Thing { id, texts: BTreeMap::new(), numbers: BTreeMap::new(), links: BTreeMap::new() };
    for (field, holds) in fields(entity) {
        match *holds {
            "text" => {
                let word = match *field {
                    "region" => (*chance.one_of(&["north", "south"])).to_owned(),
                    "kind" => (*chance.one_of(&["alpine", "birch"])).to_owned(),
                    "ref" => format!("R{n}"),
                    "note" if chance.once_in(4) => continue,
                    _ => format!("{} {}", chance.one_of(&WORDS), chance.one_of(&WORDS)),
                };
                it.texts.insert(field, word);
            }
            // Two may have the same content: it is kept once.
            "file" => {
                if !chance.once_in(4) {
                    it.texts.insert(field, format!("paper of {}", chance.one_of(&WORDS)));
                }
            }
            "phone" => {
                it.texts.insert(field, format!("+336123456{:02}", n));
            }
            "integer" => {
                if !chance.once_in(6) {
                    it.numbers.insert(field, i64::try_from(chance.below(10)).unwrap());
                }
            }
            "user" => {
                if !chance.once_in(5) {
                    it.links.insert(field, *chance.one_of(&people));
                }
            }
            to => {
                let targets = there.get(to).map_or(&[][..], Vec::as_slice);
                let needed = (entity, *field) == ("item", "client");
                if !targets.is_empty() && (needed || !chance.once_in(5)) {
                    it.links.insert(field, chance.one_of(targets).id);
                }
            }
        }
    }
    it
}
