//! Records of the model in the environments.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Input, Unit};
use store::files::put;

use super::thing::{ENTITIES, Thing, fields, paper};
use super::world::{World, other};
use crate::app::App;

/// What an environment holds: records by entity and id, with their values by field.
type Content = BTreeMap<(usize, RecordId), BTreeMap<&'static str, Value>>;

impl World {
    /// Puts the records in; of the visible world only those that are seen, with what is seen of them.
    pub fn fill(&self, app: &App, environment: &str, only_visible: bool) {
        let email = format!("farah-{}@acme.example", self.seed);
        let people =
            [(self.me, "Farah Bounds", email), (other(), "Omar Other", "omar@acme.example".to_owned())];
        let open = app.platform.environment(environment).unwrap();
        let made = open.engine.transact(&Caller::system(), move |unit| {
            for (id, name, email) in people {
                unit.create(
                    "user",
                    Some(id),
                    Draft::default().with("name", name).with("email", email.as_str()),
                )?;
            }
            Ok(())
        });
        made.unwrap_or_else(|error| panic!("{error:?}"));
        lead(app, environment, &Content::new(), &self.content(only_visible), self);
    }

    /// Brings an environment that holds another world's content to this one's.
    pub fn follow_from(&self, before: &World, app: &App, environment: &str, only_visible: bool) {
        lead(app, environment, &before.content(only_visible), &self.content(only_visible), self);
    }

    fn content(&self, only_visible: bool) -> Content {
        let mut content = Content::new();
        for (position, entity) in ENTITIES.into_iter().enumerate() {
            for it in self.of(entity) {
                let seen = !only_visible || self.knows(entity) && self.sees(entity, it);
                if seen {
                    content.insert((position, it.id), self.values(entity, it, only_visible));
                }
            }
        }
        content
    }

    /// The values of a record; `only_visible`: those that they see, references leading to what they see.
    pub fn values(&self, entity: &str, it: &Thing, only_visible: bool) -> BTreeMap<&'static str, Value> {
        let mut values = BTreeMap::new();
        for (field, holds) in fields(entity) {
            // A mask is no phone number: what is masked is compared apart.
            if only_visible && !self.reads(entity, field) {
                continue;
            }
            let nowhere = only_visible
                && ENTITIES.contains(holds)
                && it.link(field).is_some_and(|id| !self.sees_id(id));
            if let Some(value) = it.value(field).filter(|_| !nowhere) {
                values.insert(*field, value);
            }
        }
        values
    }
}

/// Leads an environment from one content to another.
fn lead(app: &App, environment: &str, from: &Content, to: &Content, world: &World) {
    let open = app.platform.environment(environment).unwrap();
    let papers = |content: &Content| -> BTreeSet<String> {
        let files = content.values().filter_map(|values| values.get("paper"));
        files
            .filter_map(|file| if let Value::File(file) = file { Some(file.hash.clone()) } else { None })
            .collect()
    };
    for hash in papers(to).difference(&papers(from)) {
        let content = world.of("client").iter().map(|it| it.text("paper"));
        let content = content.into_iter().find(|content| paper(content).hash == *hash).unwrap();
        put(&*open.files, &mut content.as_bytes(), 1_000).unwrap();
    }
    let (from, to) = (from.clone(), to.clone());
    open.engine
        .transact(&Caller::system(), move |unit| led(unit, &from, &to))
        .unwrap_or_else(|error| panic!("{error:?}"));
}

fn led(unit: &mut dyn Unit, from: &Content, to: &Content) -> Result<(), EngineError> {
    // A place may be beneath one that is made after it.
    let later = |field: &str| field == "parent";
    for ((position, id), values) in to.iter().filter(|(key, _)| !from.contains_key(key)) {
        let values = values.iter().filter(|(field, _)| !later(field));
        unit.create(ENTITIES[*position], Some(*id), draft(values.map(|(f, v)| (*f, v.clone()))))?;
    }
    for (key, values) in to {
        let none = BTreeMap::new();
        let known = from.get(key);
        let before = known.unwrap_or(&none);
        let names = fields(ENTITIES[key.0]).iter().map(|(field, _)| *field);
        let names = names.filter(|field| known.is_some() || later(field));
        let moved = names.filter(|field| values.get(field) != before.get(field));
        let moved: Vec<_> =
            moved.map(|field| (field, values.get(field).cloned().unwrap_or_default())).collect();
        if !moved.is_empty() {
            unit.update(ENTITIES[key.0], key.1, None, draft(moved.into_iter()))?;
        }
    }
    for key in from.keys().rev().filter(|key| !to.contains_key(key)) {
        match unit.delete(ENTITIES[key.0], key.1, None) {
            // It went with what it belonged to.
            Ok(()) | Err(EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn draft(values: impl Iterator<Item = (&'static str, Value)>) -> Draft {
    let mut draft = Draft::default();
    values.for_each(|(field, value)| drop(draft.fields.insert(field.to_owned(), Input::Value(value))));
    draft
}
