//! Questions about a compiled dictionary.

use crate::expression::{ExpressionError, Hop, Names, Node, Path, Span, Type, Typed};
use crate::model::{Dictionary, Entity, EntityIndex};

impl Dictionary {
    /// Position of the entity of that name.
    pub fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        Names::entity_index(self, name)
    }

    /// shim
    pub fn filter(&self, _: &Entity, source: &str) -> Result<Typed, Vec<ExpressionError>> {
        Err(vec![ExpressionError::new(Span { start: 0, end: source.len() }, "shim", "", "")])
    }

    /// A path that starts at an entity, such as `main_address.city` or `account.owner.name`.
    ///
    /// Errors: a text that is no path, or names that do not exist.
    pub fn path(&self, entity: &Entity, path: &str) -> Result<Typed, Vec<ExpressionError>> {
        self.path_at(self.position(entity), path)
    }

    pub(crate) fn path_at(&self, entity: EntityIndex, path: &str) -> Result<Typed, Vec<ExpressionError>> {
        let span = Span { start: 0, end: path.len() };
        let unknown = || {
            vec![ExpressionError::new(
                span,
                "unknown_name",
                "Ce champ n'existe pas.",
                "There is no such field.",
            )]
        };
        let names: Vec<&str> = path.split('.').collect();
        let mut found = Path { names: path.into(), hops: Vec::new(), entity, field: 0, part: None };
        for (position, name) in names.iter().enumerate() {
            let (field, shape) = Names::field(self, found.entity, name).ok_or_else(unknown)?;
            found.field = field;
            if position + 1 == names.len() {
                let ty = shape.kind.expression_type(shape.options);
                return Ok(Typed { node: Node::Path(found), ty, span });
            }
            if let Some(to) = shape.options.to.as_deref().and_then(|to| Names::entity_index(self, to)) {
                found.hops.push(Hop { field, to });
                found.entity = to;
            } else {
                let columns = shape.kind.columns(shape.options);
                found.part =
                    Some(columns.iter().find(|c| c.part == names[position + 1]).ok_or_else(unknown)?.part);
                return Ok(Typed { node: Node::Path(found), ty: Type::Text, span });
            }
        }
        Err(unknown())
    }

    /// # Panics
    /// When the entity belongs to another dictionary.
    fn position(&self, entity: &Entity) -> EntityIndex {
        self.entity_index(&entity.name).expect("an entity is looked up in the dictionary it belongs to")
    }
}
