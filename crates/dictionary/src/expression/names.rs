//! What an expression may name: answered by a compiled dictionary, and by the compiler while it is still making one.

use crate::expression::Typed;
use crate::field_types::FieldType;
use crate::model::{Dictionary, EntityIndex, Field, FieldIndex, Options};

/// The names that [`check`](crate::expression::check) resolves.
pub trait Names {
    /// Position of the entity of that name.
    fn entity_index(&self, name: &str) -> Option<EntityIndex>;

    /// Position of the entity whose collection has that name.
    fn collection_index(&self, collection: &str) -> Option<EntityIndex>;

    /// Name of an entity.
    fn entity_name(&self, entity: EntityIndex) -> &str;

    /// Name of an entity's collection.
    fn collection_name(&self, entity: EntityIndex) -> &str;

    /// Number of entities: their positions are below it.
    fn entity_count(&self) -> usize;

    /// A field of an entity, with its position.
    fn field(&self, entity: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)>;

    /// Names of all fields of an entity.
    fn field_names(&self, entity: EntityIndex) -> Vec<&str>;

    /// Reference fields of `from` that point to `to`, with their names.
    fn references(&self, from: EntityIndex, to: EntityIndex) -> Vec<(FieldIndex, &str)>;

    /// The formula of a computed field that no row keeps, because it depends on the moment or on the caller: it takes the place of the
    /// field, so that evaluation and stores never meet a field without a value. While a dictionary is being compiled, formulas are
    /// checked in the order of their dependencies for this to hold.
    fn formula(&self, entity: EntityIndex, field: FieldIndex) -> Option<&Typed>;

    /// Name of the entity whose records the perimeter of that name holds, where perimeters may be named.
    fn perimeter(&self, _name: &str) -> Option<&str> {
        None
    }

    /// Tags of a value list, when a comparison with a tag it lacks is a mistake. Answering `None` accepts any tag.
    fn tags(&self, _list: &str) -> Option<Vec<&str>> {
        None
    }
}

/// What an expression needs to know of a field.
#[derive(Debug, Clone, Copy)]
pub struct FieldShape<'a> {
    /// Its type; of a `computed` field, the type it returns.
    pub kind: &'static dyn FieldType,
    /// Attributes of the type.
    pub options: &'a Options,
    /// Never leaves the engine: expressions may not read it either, since a filter would tell its value piece by piece.
    pub secret: bool,
}

impl<'a> From<&'a Field> for FieldShape<'a> {
    fn from(field: &'a Field) -> FieldShape<'a> {
        FieldShape { kind: field.kind, options: &field.options, secret: field.secret || field.masked }
    }
}

impl Names for Dictionary {
    fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        self.entities.binary_search_by(|e| e.name.as_str().cmp(name)).ok()
    }

    fn collection_index(&self, collection: &str) -> Option<EntityIndex> {
        self.entities.iter().position(|e| !e.internal && e.collection == collection)
    }

    fn entity_name(&self, entity: EntityIndex) -> &str {
        &self.entities[entity].name
    }

    fn collection_name(&self, entity: EntityIndex) -> &str {
        &self.entities[entity].collection
    }

    fn entity_count(&self) -> usize {
        self.entities.len()
    }

    fn field(&self, entity: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)> {
        let entity = &self.entities[entity];
        let index = entity.index(name)?;
        Some((index, FieldShape::from(&entity.fields[index])))
    }

    fn field_names(&self, entity: EntityIndex) -> Vec<&str> {
        self.entities[entity].fields.iter().map(|f| f.name.as_str()).collect()
    }

    fn references(&self, from: EntityIndex, to: EntityIndex) -> Vec<(FieldIndex, &str)> {
        let target = self.entities[to].name.as_str();
        let fields = self.entities[from].fields.iter().enumerate();
        fields
            .filter(|(_, f)| {
                !f.system
                    && !f.secret
                    && f.kind.name() == "reference"
                    && f.options.to.as_deref() == Some(target)
            })
            .map(|(i, f)| (i, f.name.as_str()))
            .collect()
    }

    fn formula(&self, entity: EntityIndex, field: FieldIndex) -> Option<&Typed> {
        let computed = self.entities[entity].fields[field].computed.as_ref()?;
        (!computed.stored).then_some(&computed.formula.typed)
    }
}
