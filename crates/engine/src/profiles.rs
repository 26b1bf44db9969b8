//! Profiles changed while the environment runs: in the layer `client`, as a change of dictionary.

use std::sync::Arc;

use dictionary::Dictionary;
use dictionary::label::Label;
use dictionary::model::profiles::{ADMINISTRATOR, Profile};
use serde_json::{Map, Value as Json};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value as Toml, value};

use crate::caller::Caller;
use crate::catalogue;
use crate::environment::{Done, Environment};
use crate::error::{EngineError, FieldProblem};
use crate::profile_places::placed;
use crate::value_lists::{CLIENT_LAYER, child, client_file};

/// Times that a change made at the same moment as another begins again.
const TRIES: u32 = 10;

impl Environment {
    /// Makes a profile, or gives one all that it says: the members of [`dictionary::describe::profiles::profile`] but `name` and `layer`, which are
    /// passed over as what is told beside them; those that are not sent say nothing. It holds from the next request on.
    ///
    /// Errors: `Validation`, each fault with the member it lies in (`entities.account.only.update`): one of the wrong kind, a rule that cannot be read, a
    /// name that there is not; and when the profile is `administrator`. `Dictionary` for what lies elsewhere; `Forbidden`.
    pub fn profile_set(
        &self,
        caller: &Caller,
        name: &str,
        says: &Map<String, Json>,
    ) -> Result<Done<()>, EngineError> {
        self.profile_write(caller, name, Some(says))
    }

    /// The dictionary as it would be if this environment said nothing of the profiles of its modules; `None` where it says nothing of them.
    ///
    /// Errors: `Forbidden`; `Dictionary`, when what the environment says of other things does not stand without it.
    pub fn without_changed_profiles(&self, caller: &Caller) -> Result<Option<Arc<Dictionary>>, EngineError> {
        let mut layers = self.layers(caller)?;
        let active = self.dictionary();
        let content = client_file(&mut layers);
        let mut document: DocumentMut = content.parse().map_err(|_| unreadable())?;
        let Some(profiles) = document.get_mut("profiles").and_then(Item::as_table_mut) else {
            return Ok(None);
        };
        let before = profiles.len();
        profiles.retain(|name, _| active.profile(name).is_none_or(|profile| profile.layer == CLIENT_LAYER));
        if profiles.len() == before {
            return Ok(None);
        }
        *content = document.to_string();
        Ok(Some(catalogue::compiled(&layers)?.dictionary.clone()))
    }

    /// Takes a profile away that this environment made, or gives one of a module back what the module says.
    ///
    /// Errors: `NotFound` when this environment says nothing of it; `Forbidden`.
    pub fn profile_reset(&self, caller: &Caller, name: &str) -> Result<Done<()>, EngineError> {
        self.profile_write(caller, name, None)
    }

    fn profile_write(
        &self,
        caller: &Caller,
        name: &str,
        says: Option<&Map<String, Json>>,
    ) -> Result<Done<()>, EngineError> {
        if name == ADMINISTRATOR {
            return Err(refused(
                "name",
                "reserved",
                "Le profil administrateur ne se modifie pas : faites-en un autre.",
                "The administrator's profile is not changed: make another.",
            ));
        }
        for _ in 0..TRIES {
            self.shared.refresh()?;
            let from = self.dictionary();
            let mut layers = self.layers(caller)?;
            let content = client_file(&mut layers);
            let mut document: DocumentMut = content.parse().map_err(|_| unreadable())?;
            let known = document.get_mut("profiles").and_then(Item::as_table_mut);
            let was = known.and_then(|profiles| profiles.remove(name));
            if says.is_none() && was.is_none() {
                return Err(EngineError::NotFound);
            }
            *content = document.to_string();
            if let Some(says) = says {
                // What lies beneath shows through wherever nothing is said: what is not sent is taken back by name.
                let beneath = catalogue::compiled(&layers)?.dictionary.clone();
                let written = written(&beneath, beneath.profile(name), says)?;
                let profiles = child(document.as_table_mut(), "profiles").ok_or_else(unreadable)?;
                profiles.insert(name, Item::Table(written));
                *client_file(&mut layers) = document.to_string();
            }
            let content = client_file(&mut layers).clone();
            let done = self.apply_from(caller, Some(from.hash.clone()), &layers, false);
            let done = done.map_err(|error| placed(error, &content, name))?;
            if done.value.is_some() {
                return Ok(Done { value: (), position: done.position });
            }
        }
        Err(refused(
            "name",
            "busy",
            "Le dictionnaire change en ce moment : réessayez.",
            "The dictionary is changing at the moment: try again.",
        ))
    }
}

/// The table of a profile that says this, over what lies beneath.
fn written(
    dictionary: &Dictionary,
    beneath: Option<&Profile>,
    says: &Map<String, Json>,
) -> Result<Table, EngineError> {
    const MEMBERS: &[&str] =
        &["name", "layer", "label", "help", "restricts", "all", "powers", "entities", "words", "module"];
    if let Some(unknown) = says.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(wrong(
            unknown,
            "Il y a : label, help, restricts, all, powers, entities.",
            "There are: label, help, restricts, all, powers, entities.",
        ));
    }
    let mut table = Table::new();
    for name in ["label", "help"] {
        match says.get(name) {
            Some(Json::Object(texts)) => {
                table.insert(name, Item::Value(Toml::InlineTable(label(name, texts)?)));
            }
            None | Some(Json::Null) => {}
            Some(_) => {
                return Err(wrong(
                    name,
                    "On attend un texte par langue.",
                    "A text per language is expected.",
                ));
            }
        }
    }
    let restricts = says.get("restricts").and_then(Json::as_bool).unwrap_or(false);
    table.insert("restricts", value(restricts));
    for name in ["all", "powers"] {
        let names = texts(name, says.get(name))?.unwrap_or_default();
        // One that restricts has neither; a list that lies beneath has to be emptied.
        if !restricts || beneath.is_some_and(|profile| !profile.restricts) {
            table.insert(name, value(names));
        }
    }
    let mut entities = Table::new();
    let none = Map::new();
    let sent = match says.get("entities") {
        Some(Json::Object(entities)) => entities,
        None | Some(Json::Null) => &none,
        Some(_) => {
            return Err(wrong(
                "entities",
                "On attend une partie par entité.",
                "A part per entity is expected.",
            ));
        }
    };
    for (entity, said) in sent {
        let place = format!("entities.{entity}");
        let Json::Object(said) = said else {
            return Err(wrong(&place, "On attend ce qui est permis.", "What is allowed is expected."));
        };
        let position = dictionary.entities.iter().position(|one| one.name == *entity);
        let was = position.zip(beneath).and_then(|(entity, profile)| profile.entities.get(&entity));
        entities.insert(entity, Item::Table(grant(dictionary, position, was, &place, said)?));
    }
    for entity in beneath.into_iter().flat_map(|profile| profile.entities.keys()) {
        let name = &dictionary.entities[*entity].name;
        if !sent.contains_key(name) {
            let mut removed = Table::new();
            removed.insert("remove", value(true));
            entities.insert(name, Item::Table(removed));
        }
    }
    if !entities.is_empty() {
        table.insert("entities", Item::Table(entities));
    }
    Ok(table)
}

fn grant(
    dictionary: &Dictionary,
    entity: Option<usize>,
    beneath: Option<&dictionary::model::profiles::EntityGrant>,
    place: &str,
    said: &Map<String, Json>,
) -> Result<Table, EngineError> {
    const MEMBERS: &[&str] = &["allow", "actions", "rows", "only", "fields", "otherwise"];
    if let Some(unknown) = said.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(wrong(
            &format!("{place}.{unknown}"),
            "Il y a : allow, actions, rows, only, fields, otherwise.",
            "There are: allow, actions, rows, only, fields, otherwise.",
        ));
    }
    let at = |name: &str| format!("{place}.{name}");
    let mut table = Table::new();
    table.insert("allow", value(texts(&at("allow"), said.get("allow"))?.unwrap_or_default()));
    match (texts(&at("actions"), said.get("actions"))?, beneath.and_then(|grant| grant.actions.as_ref())) {
        (Some(actions), _) => {
            table.insert("actions", value(actions));
        }
        // All of them again.
        (None, Some(_)) => {
            let states = entity.and_then(|entity| dictionary.entities[entity].states.as_ref());
            let all = states.into_iter().flat_map(|states| &states.transitions).map(|one| one.name.as_str());
            table.insert("actions", value(all.collect::<Array>()));
        }
        (None, None) => {}
    }
    let text = |name: &str, given: Option<&Json>| match given {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(wrong(name, "On attend un texte.", "A text is expected.")),
    };
    let rows = text(&at("rows"), said.get("rows"))?;
    if !rows.is_empty() || beneath.is_some_and(|grant| grant.rows.is_some()) {
        table.insert("rows", value(rows));
    }
    let mut only = Table::new();
    for (capability, rule) in object(&at("only"), said.get("only"))? {
        only.insert(capability, value(text(&at(&format!("only.{capability}")), Some(rule))?));
    }
    for capability in beneath.into_iter().flat_map(|grant| grant.only.keys()) {
        if !only.contains_key(capability.name()) {
            only.insert(capability.name(), value(""));
        }
    }
    if !only.is_empty() {
        table.insert("only", Item::Table(only));
    }
    let otherwise = text(&at("otherwise"), said.get("otherwise"))?;
    let otherwise = if otherwise.is_empty() { "write".to_owned() } else { otherwise };
    let mut fields = Table::new();
    for (field, level) in object(&at("fields"), said.get("fields"))? {
        fields.insert(field, value(text(&at(&format!("fields.{field}")), Some(level))?));
    }
    if let (Some(entity), Some(grant)) = (entity, beneath) {
        for field in grant.fields.keys() {
            let name = &dictionary.entities[entity].fields[*field].name;
            if !fields.contains_key(name) {
                fields.insert(name, value(otherwise.as_str()));
            }
        }
    }
    table.insert("otherwise", value(otherwise));
    if !fields.is_empty() {
        table.insert("fields", Item::Table(fields));
    }
    Ok(table)
}

fn object<'j>(place: &str, given: Option<&'j Json>) -> Result<Vec<(&'j String, &'j Json)>, EngineError> {
    match given {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Object(members)) => Ok(members.iter().collect()),
        Some(_) => Err(wrong(
            place,
            "On attend des noms et ce qu'ils valent.",
            "Names and their values are expected.",
        )),
    }
}

fn texts(place: &str, given: Option<&Json>) -> Result<Option<Array>, EngineError> {
    match given {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Array(items)) if items.iter().all(Json::is_string) => {
            Ok(Some(items.iter().filter_map(Json::as_str).collect()))
        }
        Some(_) => Err(wrong(place, "On attend une liste de textes.", "A list of texts is expected.")),
    }
}

fn label(name: &str, texts: &Map<String, Json>) -> Result<InlineTable, EngineError> {
    let mut label = InlineTable::new();
    for (language, text) in texts {
        let Json::String(text) = text else {
            return Err(wrong(name, "On attend un texte par langue.", "A text per language is expected."));
        };
        if !text.trim().is_empty() {
            label.insert(language, Toml::from(text.as_str()));
        }
    }
    Ok(label)
}

fn wrong(field: &str, fr: &str, en: &str) -> EngineError {
    refused(field, "wrong_value", fr, en)
}

fn refused(field: &str, code: &'static str, fr: &str, en: &str) -> EngineError {
    let message = Label::new(fr, en);
    EngineError::Validation(vec![FieldProblem { field: field.to_owned(), code, message }])
}

fn unreadable() -> EngineError {
    refused("name", "unreadable", "La couche client n'est pas lisible.", "The client layer cannot be read.")
}
