//! Texts of options, checked against the dictionary.

use dictionary::expression::{Expr, ExpressionError, Node, Type, Typed, check, check_condition};
use dictionary::model::{Dictionary, Entity, EntityIndex, Sort};

use super::filter::{self, Aliases};
use super::order;

/// Position of an entity.
pub(crate) fn entity_index(dictionary: &Dictionary, entity: &Entity) -> EntityIndex {
    dictionary.entities.iter().position(|other| other.name == entity.name).unwrap_or_default()
}

/// The condition that a text of OData means.
pub(crate) fn condition(
    dictionary: &Dictionary,
    entity: &Entity,
    aliases: &Aliases,
    text: &str,
) -> Result<Typed, ExpressionError> {
    checked(dictionary, entity, &filter::parse(dictionary, entity, aliases, text)?)
}

/// A condition whose names exist.
pub(crate) fn checked(
    dictionary: &Dictionary,
    entity: &Entity,
    expr: &Expr,
) -> Result<Typed, ExpressionError> {
    check_condition(expr, dictionary, entity_index(dictionary, entity)).map_err(|errors| first(errors, expr))
}

/// The value that an expression of OData means.
pub(crate) fn value(dictionary: &Dictionary, entity: &Entity, expr: &Expr) -> Result<Typed, ExpressionError> {
    check(expr, dictionary, entity_index(dictionary, entity)).map_err(|errors| first(errors, expr))
}

/// The value that a text of OData means.
pub(crate) fn expression(
    dictionary: &Dictionary,
    entity: &Entity,
    aliases: &Aliases,
    text: &str,
) -> Result<Typed, ExpressionError> {
    value(dictionary, entity, &filter::parse(dictionary, entity, aliases, text)?)
}

/// The sort that a text of OData means.
pub(crate) fn sort(
    dictionary: &Dictionary,
    entity: &Entity,
    text: &str,
) -> Result<Vec<Sort>, ExpressionError> {
    let mut sort = Vec::new();
    for (expr, descending) in order::parse(dictionary, entity, text)? {
        let path = value(dictionary, entity, &expr)?;
        if !matches!(path.node, Node::Path(_)) || !is_sortable(&path.ty) {
            return Err(ExpressionError::new(
                path.span,
                "syntax",
                "On ne peut pas trier par ce champ.",
                "This field cannot be sorted by.",
            ));
        }
        sort.push(Sort { path, descending });
    }
    Ok(sort)
}

/// Whether values of a type have an order.
pub(crate) fn is_sortable(ty: &Type) -> bool {
    !matches!(ty, Type::Tags | Type::Point | Type::Address | Type::File | Type::Json | Type::Records(_))
}

/// One fault is told at a time: the first.
fn first(errors: Vec<ExpressionError>, expr: &Expr) -> ExpressionError {
    let unknown = || ExpressionError::new(expr.span, "syntax", "Ceci ne se lit pas.", "This cannot be read.");
    errors.into_iter().next().unwrap_or_else(unknown)
}
