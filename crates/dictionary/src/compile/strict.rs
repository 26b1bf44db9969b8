//! The names of a dictionary as its own files must use them: a tag that its list lacks is a mistake there, though it is not in a person's
//! filter, since records may still carry a tag that was taken out of its list.

use crate::expression::{FieldShape, Names, Typed};
use crate::model::{Dictionary, EntityIndex, FieldIndex};

/// See the module.
pub(crate) struct Strict<'d>(pub(crate) &'d Dictionary);

impl Names for Strict<'_> {
    fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        Names::entity_index(self.0, name)
    }

    fn collection_index(&self, collection: &str) -> Option<EntityIndex> {
        self.0.collection_index(collection)
    }

    fn entity_name(&self, entity: EntityIndex) -> &str {
        self.0.entity_name(entity)
    }

    fn collection_name(&self, entity: EntityIndex) -> &str {
        self.0.collection_name(entity)
    }

    fn entity_count(&self) -> usize {
        self.0.entity_count()
    }

    fn field(&self, entity: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)> {
        self.0.field(entity, name)
    }

    fn field_names(&self, entity: EntityIndex) -> Vec<&str> {
        self.0.field_names(entity)
    }

    fn references(&self, from: EntityIndex, to: EntityIndex) -> Vec<(FieldIndex, &str)> {
        self.0.references(from, to)
    }

    fn formula(&self, entity: EntityIndex, field: FieldIndex) -> Option<&Typed> {
        self.0.formula(entity, field)
    }

    fn tags(&self, list: &str) -> Option<Vec<&str>> {
        let list = self.0.lists.get(list)?;
        Some(list.values.iter().map(|value| value.tag.as_str()).collect())
    }
}
