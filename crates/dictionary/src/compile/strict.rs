//! The names of a dictionary as its own files must use them: a tag that its list lacks is a mistake there, though it is not in a person's
//! filter, since records may still carry a tag that was taken out of its list.

use crate::expression::{FieldShape, Names, Typed};
use crate::model::{Dictionary, EntityIndex, FieldIndex};

/// See the module.
pub(crate) struct Strict<'d> {
    dictionary: &'d Dictionary,
    /// Whether perimeters may be named: in the row rules of profiles only, which are about somebody.
    perimeters: bool,
}

impl<'d> Strict<'d> {
    pub(crate) fn new(dictionary: &'d Dictionary) -> Strict<'d> {
        Strict { dictionary, perimeters: false }
    }

    pub(crate) fn with_perimeters(dictionary: &'d Dictionary) -> Strict<'d> {
        Strict { dictionary, perimeters: true }
    }
}

impl Names for Strict<'_> {
    fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        Names::entity_index(self.dictionary, name)
    }

    fn collection_index(&self, collection: &str) -> Option<EntityIndex> {
        self.dictionary.collection_index(collection)
    }

    fn entity_name(&self, entity: EntityIndex) -> &str {
        self.dictionary.entity_name(entity)
    }

    fn collection_name(&self, entity: EntityIndex) -> &str {
        self.dictionary.collection_name(entity)
    }

    fn entity_count(&self) -> usize {
        self.dictionary.entity_count()
    }

    fn field(&self, entity: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)> {
        self.dictionary.field(entity, name)
    }

    fn field_names(&self, entity: EntityIndex) -> Vec<&str> {
        self.dictionary.field_names(entity)
    }

    fn references(&self, from: EntityIndex, to: EntityIndex) -> Vec<(FieldIndex, &str)> {
        self.dictionary.references(from, to)
    }

    fn formula(&self, entity: EntityIndex, field: FieldIndex) -> Option<&Typed> {
        self.dictionary.formula(entity, field)
    }

    fn tags(&self, list: &str) -> Option<Vec<&str>> {
        let list = self.dictionary.lists.get(list)?;
        Some(list.values.iter().map(|value| value.tag.as_str()).collect())
    }

    fn perimeter(&self, name: &str) -> Option<&str> {
        let perimeters = self.dictionary.perimeters.iter().filter(|_| self.perimeters);
        let found = perimeters.into_iter().find(|perimeter| perimeter.name == name)?;
        Some(self.dictionary.entity_name(found.of))
    }
}
