//! Value lists changed while the environment runs: in the layer `client`, as a change of dictionary.

use dictionary::label::Label;
use dictionary::layers::Layer;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value as Toml};

use crate::caller::Caller;
use crate::environment::{Done, Environment};
use crate::error::{EngineError, FieldProblem};

/// The layer that an environment's own administrators write.
pub const CLIENT_LAYER: &str = "client";

const FILE: &str = "layer.toml";

/// Times that a change made at the same moment as another begins again.
const TRIES: u32 = 10;

/// What to set of a value of a list. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValueDraft {
    /// Texts, by language. Languages not named stay as they are. A new value needs the French one.
    pub label: Option<Label>,
    /// Colour name; empty for none.
    pub colour: Option<String>,
    /// Tabler icon name; empty for none.
    pub icon: Option<String>,
    /// Tag of the value it comes after.
    pub after: Option<String>,
    /// Whether it is offered to people.
    pub active: Option<bool>,
}

impl Environment {
    /// Adds a value to an open list.
    ///
    /// Errors: `NotFound` for the list; `Validation` when the list is closed or the tag is taken; `Dictionary` when the layer would not be right.
    pub fn list_value_add(
        &self,
        caller: &Caller,
        list: &str,
        tag: &str,
        draft: &ValueDraft,
    ) -> Result<Done<()>, EngineError> {
        self.list_value_set(caller, list, tag, draft, true)
    }

    /// Changes label, colour, order or activity of a value, of a closed list too.
    ///
    /// Errors: `NotFound` for the list or the value; `Dictionary` when the layer would not be right.
    pub fn list_value_change(
        &self,
        caller: &Caller,
        list: &str,
        tag: &str,
        draft: &ValueDraft,
    ) -> Result<Done<()>, EngineError> {
        self.list_value_set(caller, list, tag, draft, false)
    }

    fn list_value_set(
        &self,
        caller: &Caller,
        list: &str,
        tag: &str,
        draft: &ValueDraft,
        add: bool,
    ) -> Result<Done<()>, EngineError> {
        for _ in 0..TRIES {
            self.shared.refresh()?;
            let dictionary = self.dictionary();
            let mut layers = self.layers(caller)?;
            let known = dictionary.lists.get(list).ok_or(EngineError::NotFound)?;
            let there = known.values.iter().any(|value| value.tag == tag);
            match (add, there) {
                (true, true) => {
                    return Err(refused(
                        "duplicate",
                        "Cette valeur existe déjà.",
                        "This value already exists.",
                    ));
                }
                (true, false) if known.closed => {
                    return Err(refused(
                        "closed",
                        "Les valeurs de cette liste sont fixées par son module.",
                        "The values of this list are fixed by its module.",
                    ));
                }
                (false, false) => return Err(EngineError::NotFound),
                _ => {}
            }
            write_value(&mut layers, list, tag, draft)?;
            let done = self.apply_from(caller, Some(dictionary.hash.clone()), &layers, false)?;
            if done.value.is_some() {
                return Ok(Done { value: (), position: done.position });
            }
        }
        Err(refused(
            "busy",
            "Le dictionnaire change en ce moment : réessayez.",
            "The dictionary is changing at the moment: try again.",
        ))
    }
}

fn refused(code: &'static str, fr: &str, en: &str) -> EngineError {
    EngineError::Validation(vec![FieldProblem { field: "tag".to_owned(), code, message: Label::new(fr, en) }])
}

/// Sets attributes of a value in the client layer, which is added if there is none.
fn write_value(
    layers: &mut Vec<Layer>,
    list: &str,
    tag: &str,
    draft: &ValueDraft,
) -> Result<(), EngineError> {
    let content = client_file(layers);
    let unread =
        |_| refused("unreadable", "La couche client n'est pas lisible.", "The client layer cannot be read.");
    let mut document: DocumentMut = content.parse().map_err(unread)?;
    let value = ["lists", list, "values", tag]
        .iter()
        .try_fold(document.as_table_mut(), |table, name| child(table, name));
    let Some(value) = value else {
        return Err(refused(
            "unreadable",
            "La couche client n'est pas lisible.",
            "The client layer cannot be read.",
        ));
    };
    value.set_implicit(false);
    if let Some(label) = &draft.label {
        let mut texts = match value.get("label").and_then(Item::as_inline_table) {
            Some(texts) => texts.clone(),
            None => InlineTable::new(),
        };
        for (language, text) in &label.0 {
            texts.insert(language, Toml::from(text.as_str()));
        }
        value.insert("label", Item::Value(Toml::InlineTable(texts)));
    }
    for (name, given) in [("colour", &draft.colour), ("icon", &draft.icon), ("after", &draft.after)] {
        match given.as_deref() {
            None => {}
            Some("") => {
                value.remove(name);
            }
            Some(text) => {
                value.insert(name, Item::Value(Toml::from(text)));
            }
        }
    }
    if let Some(active) = draft.active {
        value.insert("active", Item::Value(Toml::from(active)));
    }
    *content = document.to_string();
    Ok(())
}

/// The file in which administrators' own changes are, in the client layer; both are made if there are none.
pub(crate) fn client_file(layers: &mut Vec<Layer>) -> &mut String {
    const EMPTY: &str = "name = \"client\"\n";
    let at = match layers.iter().position(|layer| layer.name == CLIENT_LAYER) {
        Some(at) => at,
        None => {
            layers.push(Layer::single(CLIENT_LAYER, EMPTY));
            layers.len() - 1
        }
    };
    layers[at].files.entry(FILE.to_owned()).or_insert_with(|| EMPTY.to_owned())
}

/// The table of that name, made if there is none; `None` if it is something else.
pub(crate) fn child<'t>(table: &'t mut Table, name: &str) -> Option<&'t mut Table> {
    let item = table.entry(name).or_insert_with(|| {
        let mut new = Table::new();
        new.set_implicit(true);
        Item::Table(new)
    });
    item.as_table_mut()
}
