//! Questions about a compiled dictionary.

use crate::expression::{self, ExprKind, ExpressionError, Names, Span, Typed};
use crate::model::{Dictionary, Entity, EntityIndex};

impl Dictionary {
    /// Position of the entity of that name.
    pub fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        Names::entity_index(self, name)
    }

    /// A filter over the records of an entity, from its text.
    ///
    /// Errors: everything that is wrong with it, with its place.
    pub fn filter(&self, entity: &Entity, source: &str) -> Result<Typed, Vec<ExpressionError>> {
        let expression = expression::parse(source).map_err(|error| vec![error])?;
        expression::check_condition(&expression.root, self, self.position(entity))
    }

    /// A path that starts at an entity, such as `main_address.city` or `account.owner.name`.
    ///
    /// Errors: a text that is no path, or names that do not exist.
    pub fn path(&self, entity: &Entity, path: &str) -> Result<Typed, Vec<ExpressionError>> {
        self.path_at(self.position(entity), path)
    }

    pub(crate) fn path_at(&self, entity: EntityIndex, path: &str) -> Result<Typed, Vec<ExpressionError>> {
        let expression = expression::parse(path).map_err(|error| vec![error])?;
        let is_path = matches!(expression.root.kind, ExprKind::Path(_));
        if !is_path {
            let span = Span { start: 0, end: path.len() };
            return Err(vec![ExpressionError::new(
                span,
                "path",
                "On attend un champ, comme `name` ou `account.name`.",
                "A field is expected, such as `name` or `account.name`.",
            )]);
        }
        expression::check(&expression.root, self, entity)
    }

    /// # Panics
    /// When the entity belongs to another dictionary.
    fn position(&self, entity: &Entity) -> EntityIndex {
        self.entity_index(&entity.name).expect("an entity is looked up in the dictionary it belongs to")
    }
}
