//! Entities that come, go, stay or take another name.

use crate::model::{Dictionary, Entity, UniqueKey};
use crate::plan::{Change, Planning, Step, touches};

impl Planning<'_> {
    pub(super) fn entities(&mut self) {
        let (old, new) = (self.old, self.new);
        for entity in &new.entities {
            match former(old, new, entity) {
                Some(before) => self.entity(before, entity),
                None => self.push(Step::new(Change::CreateEntity { entity: entity.name.clone() })),
            }
        }
        for entity in &old.entities {
            let stays =
                new.entities.iter().any(|e| former(old, new, e).is_some_and(|b| b.name == entity.name));
            if !stays {
                let step =
                    Step::new(Change::SetAsideEntity { entity: entity.name.clone() }).destructive(true);
                self.push(step.touching(touches::of_entity(old, entity)));
            }
        }
    }

    fn entity(&mut self, before: &Entity, after: &Entity) {
        let entity = after.name.clone();
        if before.name != after.name {
            let from = before.name.clone();
            self.push(Step::new(Change::RenameEntity { from, entity: entity.clone() }));
        }
        self.fields(before, after);
        self.uniques(before, after);
        if before.code.is_none() && after.code.is_some() {
            self.push(Step::new(Change::NumberRecords { entity: entity.clone() }));
        }
        if search_text(before) != search_text(after) {
            self.push(Step::new(Change::Reindex { entity }));
        }
    }

    fn uniques(&mut self, before: &Entity, after: &Entity) {
        let shape = |entity: &Entity, key: &UniqueKey| -> (String, Vec<String>) {
            (key.name.clone(), key.fields.iter().map(|&f| entity.fields[f].name.clone()).collect())
        };
        // Keys hold the new names once fields are renamed, but a store knows a key by its own name.
        let kept: Vec<_> = before
            .uniques
            .iter()
            .map(|key| {
                let fields = key.fields.iter().map(|&f| renamed(before, after, &before.fields[f].name));
                (key.name.clone(), fields.collect::<Vec<_>>())
            })
            .collect();
        let wanted: Vec<_> = after.uniques.iter().map(|key| shape(after, key)).collect();
        let entity = &after.name;
        for (key, _) in kept.iter().filter(|key| !wanted.contains(key)) {
            self.push(Step::new(Change::DropUnique { entity: entity.clone(), key: key.clone() }));
        }
        for (key, fields) in wanted.into_iter().filter(|key| !kept.contains(key)) {
            let step = Step::new(Change::AddUnique { entity: entity.clone(), key, fields });
            self.push(
                step.noting(
                    " ; des fiches en double l'empêcheraient",
                    "; duplicate records would prevent it",
                ),
            );
        }
    }
}

/// What an entity of the new dictionary was in the old one: the same name, else the name it says it had. A former name that the old
/// dictionary does not have was applied before; one that the new dictionary still has is another entity.
pub fn former<'d>(old: &'d Dictionary, new: &Dictionary, entity: &Entity) -> Option<&'d Entity> {
    old.entity(&entity.name).or_else(|| {
        let was = entity.was.as_deref()?;
        old.entity(was).filter(|_| new.entity(was).is_none())
    })
}

/// The name in the new dictionary of an entity of the old one.
pub(super) fn entity_renamed(old: &Dictionary, new: &Dictionary, name: &str) -> String {
    let renamed = new.entities.iter().find(|entity| former(old, new, entity).is_some_and(|b| b.name == name));
    renamed.map_or_else(|| name.to_owned(), |entity| entity.name.clone())
}

/// The name in the new entity of a field of the old one.
fn renamed(before: &Entity, after: &Entity, name: &str) -> String {
    let field = after
        .fields
        .iter()
        .find(|field| super::fields::former(before, after, field).is_some_and(|former| former.name == name));
    field.map_or_else(|| name.to_owned(), |field| field.name.clone())
}

fn search_text(entity: &Entity) -> Vec<String> {
    use crate::expression::Node;
    let name = |typed: &crate::expression::Typed| match &typed.node {
        Node::Path(path) => path.names.clone(),
        other => format!("{other:?}"),
    };
    entity.search.iter().map(name).collect()
}
