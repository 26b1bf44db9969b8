//! What becomes of the values of a `related` field when the entities that it may name change.

use crate::model::{Entity, Field};
use crate::plan::entities::former;
use crate::plan::{Change, Planning, Step};
use crate::related;

impl Planning<'_> {
    /// Values name an entity: they follow when it takes another name, and what may no longer be named is no longer.
    pub(super) fn retarget(&mut self, was: &Field, after: &Entity, field: &Field) {
        if was.kind.name() != related::TYPE || field.kind.name() != related::TYPE {
            return;
        }
        let (old, new) = (self.old, self.new);
        let (mut renamed, mut dropped) = (Vec::new(), Vec::new());
        for target in related::targets(old, was).map(|target| &old.entities[target]) {
            let becomes =
                new.entities.iter().find(|e| former(old, new, e).is_some_and(|b| b.name == target.name));
            match becomes.filter(|entity| related::accepts(field, entity)) {
                Some(entity) if entity.name == target.name => {}
                Some(entity) => renamed.push((target.name.clone(), entity.name.clone())),
                None => dropped.push(target.name.clone()),
            }
        }
        if renamed.is_empty() && dropped.is_empty() {
            return;
        }
        let destructive = !dropped.is_empty();
        let change =
            Change::Retarget { entity: after.name.clone(), field: field.name.clone(), renamed, dropped };
        self.push(Step::new(change).destructive(destructive));
    }
}
