//! What expressions read, and so what must be computed again when something changes.

use std::collections::BTreeMap;

use crate::expression::{Hop, Node, Path, Typed};
use crate::model::{Dictionary, EntityIndex, FieldIndex};

/// One step from a changed record towards the records whose computed fields read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the records of `entity` whose reference `field` is this record.
    ReferredBy {
        /// Entity of those records.
        entity: EntityIndex,
        /// Their reference.
        field: FieldIndex,
    },
    /// To the record of entity `to` that this one's reference `field` is. When that reference is what changed: to both the record it was
    /// and the record it is.
    Follow {
        /// The reference.
        field: FieldIndex,
        /// Entity it leads to.
        to: EntityIndex,
    },
}

/// What a change must refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A stored computed field.
    Computed(FieldIndex),
    /// The text that full-text search finds the record by.
    Search,
}

/// Something that a change of a field makes out of date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependent {
    /// Entity of the records to refresh.
    pub entity: EntityIndex,
    /// What of them.
    pub target: Target,
    /// How to get from the changed record to them, first step first; empty when it is the record itself.
    pub route: Vec<Step>,
}

/// All dependents, by what they depend on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dependencies {
    by_field: BTreeMap<(EntityIndex, FieldIndex), Vec<Dependent>>,
    order: Vec<(EntityIndex, FieldIndex)>,
}

impl Dictionary {
    /// What a change of a field makes out of date. The creation and the deletion of a record are changes of all its fields.
    pub fn dependents(&self, entity: EntityIndex, field: FieldIndex) -> &[Dependent] {
        self.dependencies.by_field.get(&(entity, field)).map_or(&[], Vec::as_slice)
    }

    /// Stored computed fields, each after those it reads: the order in which to refresh them.
    pub fn compute_order(&self) -> &[(EntityIndex, FieldIndex)] {
        &self.dependencies.order
    }
}

/// Finds all dependents. `order` lists computed fields, each after those it reads.
pub(crate) fn of(dictionary: &Dictionary, order: &[(EntityIndex, FieldIndex)]) -> Dependencies {
    let mut found = Dependencies::default();
    for &(entity, index) in order {
        let field = &dictionary.entities[entity].fields[index];
        let Some(computed) = field.computed.as_ref().filter(|computed| computed.stored) else { continue };
        found.order.push((entity, index));
        found.add(entity, Target::Computed(index), &computed.formula);
    }
    for (position, entity) in dictionary.entities.iter().enumerate() {
        for path in &entity.search {
            found.add(position, Target::Search, path);
        }
    }
    found
}

impl Dependencies {
    fn add(&mut self, entity: EntityIndex, target: Target, typed: &Typed) {
        reads(entity, typed, &mut |read| {
            let dependent = Dependent { entity, target, route: read.route.to_vec() };
            let all = self.by_field.entry((read.entity, read.field)).or_default();
            if !all.contains(&dependent) {
                all.push(dependent);
            }
        });
    }
}

/// A field that an expression reads, and the way back from its record to the one the expression is about.
pub(crate) struct Read<'a> {
    pub(crate) entity: EntityIndex,
    pub(crate) field: FieldIndex,
    pub(crate) route: &'a [Step],
}

/// Calls `visit` for each field that an expression about a record of `entity` reads.
pub(crate) fn reads(entity: EntityIndex, typed: &Typed, visit: &mut dyn FnMut(Read<'_>)) {
    walk(entity, typed, &[], visit);
}

fn walk(entity: EntityIndex, typed: &Typed, route: &[Step], visit: &mut dyn FnMut(Read<'_>)) {
    match &typed.node {
        Node::Literal(_) | Node::Perimeter(_) => {}
        Node::Path(path) => walk_path(entity, path, route, visit),
        Node::Not(inner) | Node::Negate(inner) => walk(entity, inner, route, visit),
        Node::Binary(_, left, right) => {
            walk(entity, left, route, visit);
            walk(entity, right, route, visit);
        }
        Node::In(item, among) => {
            walk(entity, item, route, visit);
            among.iter().for_each(|one| walk(entity, one, route, visit));
        }
        Node::Call(_, arguments) => {
            arguments.iter().for_each(|one| walk(entity, one, route, visit));
        }
        Node::Aggregate(aggregate) => {
            let (owner, route) = follow(entity, &aggregate.hops, route, visit);
            let mut from_child = vec![Step::Follow { field: aggregate.by, to: owner }];
            from_child.extend(route);
            visit(Read { entity: aggregate.entity, field: aggregate.by, route: &from_child });
            for inner in aggregate.body.iter().chain(&aggregate.filter) {
                walk(aggregate.entity, inner, &from_child, visit);
            }
        }
    }
}

/// Where references lead, and the way back from there.
fn follow(
    entity: EntityIndex,
    hops: &[Hop],
    route: &[Step],
    visit: &mut dyn FnMut(Read<'_>),
) -> (EntityIndex, Vec<Step>) {
    let mut at = entity;
    let mut route = route.to_vec();
    for hop in hops {
        visit(Read { entity: at, field: hop.field, route: &route });
        route.insert(0, Step::ReferredBy { entity: at, field: hop.field });
        at = hop.to;
    }
    (at, route)
}

fn walk_path(entity: EntityIndex, path: &Path, route: &[Step], visit: &mut dyn FnMut(Read<'_>)) {
    let (_, route) = follow(entity, &path.hops, route, visit);
    visit(Read { entity: path.entity, field: path.field, route: &route });
}
