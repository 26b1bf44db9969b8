//! Changes that somebody else makes meanwhile.

use std::collections::BTreeSet;

use dictionary::RecordId;

use super::chance::Chance;
use super::thing::{ENTITIES, Thing, fields, thing};
use super::world::{World, id, other};

/// What became of a record.
#[derive(Debug, Clone)]
pub struct Change {
    pub entity: &'static str,
    pub id: RecordId,
    /// `None` of one that is made.
    pub before: Option<Thing>,
    /// `None` of one that is no more.
    pub after: Option<Thing>,
    /// It was meant, and did not merely go with another.
    pub direct: bool,
}

impl Change {
    /// Fields whose values are others now.
    pub fn fields(&self) -> Vec<&'static str> {
        let value = |it: &Option<Thing>, field| it.as_ref().and_then(|it| it.value(field));
        let names = fields(self.entity).iter().map(|(field, _)| *field);
        names.filter(|field| value(&self.before, field) != value(&self.after, field)).collect()
    }
}

impl World {
    /// Makes, changes or deletes a record at random; what goes with a deleted one too.
    pub fn change(&mut self, chance: &mut Chance) -> Vec<Change> {
        let entity = *chance.one_of(&ENTITIES);
        let changes = match chance.below(8) {
            0 => self.make_one(chance, entity),
            1 if self.of(entity).len() > 3 => self.delete_one(chance, entity),
            _ => self.change_one(chance, entity),
        };
        self.mine = self.within();
        changes
    }

    fn make_one(&mut self, chance: &mut Chance, entity: &'static str) -> Vec<Change> {
        self.made += 1;
        let number = usize::try_from(self.made).unwrap();
        let made = thing(chance, entity, number, id(self.made), &self.things, [self.me, other()]);
        self.things.entry(entity).or_default().push(made.clone());
        vec![Change { entity, id: made.id, before: None, after: Some(made), direct: true }]
    }

    /// Changes one field or two, to values of a record that is made up for that.
    fn change_one(&mut self, chance: &mut Chance, entity: &'static str) -> Vec<Change> {
        self.made += 1;
        let number = usize::try_from(self.made).unwrap();
        let like = thing(chance, entity, number, id(self.made), &self.things, [self.me, other()]);
        let at = chance.below(self.of(entity).len());
        let before = self.of(entity)[at].clone();
        let mut after = before.clone();
        for _ in 0..=chance.below(2) {
            let (field, _) = *chance.one_of(fields(entity));
            take(&mut after.texts, &like.texts, field);
            take(&mut after.numbers, &like.numbers, field);
            take(&mut after.links, &like.links, field);
        }
        self.things.get_mut(entity).unwrap()[at] = after.clone();
        vec![Change { entity, id: before.id, before: Some(before), after: Some(after), direct: true }]
    }

    fn delete_one(&mut self, chance: &mut Chance, entity: &'static str) -> Vec<Change> {
        let first = chance.one_of(self.of(entity)).id;
        let mut gone = BTreeSet::from([first]);
        loop {
            let all = self.things.values().flatten();
            let with = all.filter(|it| it.links.values().any(|link| gone.contains(link)));
            let more: Vec<RecordId> = with.map(|it| it.id).filter(|id| !gone.contains(id)).collect();
            if more.is_empty() {
                break;
            }
            gone.extend(more);
        }
        // A world without any of an entity has nothing left to ask about.
        if self.things.values().any(|things| things.iter().all(|it| gone.contains(&it.id))) {
            return self.change_one(chance, entity);
        }
        let mut changes = Vec::new();
        for (entity, things) in &mut self.things {
            let (lost, left) = std::mem::take(things).into_iter().partition(|it| gone.contains(&it.id));
            *things = left;
            let lost: Vec<Thing> = lost;
            changes.extend(lost.into_iter().map(|it| {
                let direct = it.id == first;
                Change { entity, id: it.id, before: Some(it), after: None, direct }
            }));
        }
        changes
    }
}

/// Gives a field the value that it has elsewhere, be it none.
fn take<V: Clone>(
    to: &mut std::collections::BTreeMap<&'static str, V>,
    from: &std::collections::BTreeMap<&'static str, V>,
    field: &'static str,
) {
    match from.get(field) {
        Some(value) => drop(to.insert(field, value.clone())),
        None => drop(to.remove(field)),
    }
}
