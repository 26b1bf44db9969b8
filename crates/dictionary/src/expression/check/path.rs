//! Names with dots → fields, through references.

use super::{Checker, Place, TYPED_DEPTH_MAX, TYPED_NODES_MAX, typed};
use crate::expression::error::nearest;
use crate::expression::names::FieldShape;
use crate::expression::parse::{too_deep, too_large};
use crate::expression::{ExpressionError, FUNCTIONS, Hop, Node, Path, Span, Type, Typed};
use crate::field_types::ColumnKind;
use crate::model::{EntityIndex, FieldIndex};

/// References that a path may go through.
const HOPS_MAX: usize = 4;

impl<'n> Checker<'n> {
    /// The field at `names`, or the formula that stands for it.
    pub(super) fn path(
        &mut self,
        names: &[String],
        place: Place<'_>,
        span: Span,
        depth: u32,
    ) -> Option<Typed> {
        let Some(names) = names.strip_prefix(place.records).filter(|rest| !rest.is_empty()) else {
            let records = place.records.join(".");
            return self.fault(ExpressionError::new(
                span,
                "records",
                format!("Dans ce calcul sur {records}, chaque nom commence par « {records}. »."),
                format!("In this figure over {records}, every name starts with “{records}.”."),
            ));
        };
        let mut hops = Vec::new();
        let mut entity = place.entity;
        for (i, name) in names.iter().enumerate() {
            let rest = &names[i + 1..];
            let (index, shape) = self.field(entity, name, names.len() == 1, place, span)?;
            let ty = shape.kind.expression_type(shape.options);
            let path = |part, hops| Path { names: names.join("."), hops, entity, field: index, part };
            let Some(next) = rest.first() else {
                if let Type::Records(_) = ty {
                    return self.fault(only_in_figure(span, name));
                }
                return match self.names.formula(entity, index) {
                    Some(formula) => self.formula(formula, &names[..i], &hops, span, depth),
                    None => Some(typed(Node::Path(path(None, hops)), ty, span)),
                };
            };
            if let Type::Reference(to) = &ty {
                let Some(target) = self.names.entity_index(to) else {
                    return self.fault(unknown_entity(span, to));
                };
                hops.push(Hop { field: index, to: target });
                if hops.len() > HOPS_MAX {
                    return self.fault(ExpressionError::new(
                        span,
                        "too_many_hops",
                        format!("Un nom traverse {HOPS_MAX} références au plus."),
                        format!("A name goes through {HOPS_MAX} references at most."),
                    ));
                }
                entity = target;
                continue;
            }
            if matches!(ty, Type::Records(_)) {
                return self.fault(only_in_figure(span, name));
            }
            let columns = shape.kind.columns(shape.options);
            let part = columns.iter().find(|column| !column.part.is_empty() && column.part == next.as_str());
            return match part {
                Some(column) if rest.len() == 1 => {
                    let ty = type_of(column.kind);
                    Some(typed(Node::Path(path(Some(column.part), hops)), ty, span))
                }
                Some(_) => self.fault(no_such_part(span, &names[..=i + 1].join("."), &rest[1])),
                None => {
                    let parts = columns.iter().map(|column| column.part).filter(|part| !part.is_empty());
                    let near = nearest(next, parts);
                    self.fault(no_such_part(span, name, next).with_near(near))
                }
            };
        }
        None
    }

    /// The field `name` of `entity`. `<name>_id`, its name in the API, serves for a reference too.
    fn field(
        &mut self,
        entity: EntityIndex,
        name: &str,
        alone: bool,
        place: Place<'_>,
        span: Span,
    ) -> Option<(FieldIndex, FieldShape<'n>)> {
        let names = self.names;
        let as_reference = |name: &str| {
            let found = names.field(entity, name.strip_suffix("_id")?)?;
            matches!(found.1.kind.expression_type(found.1.options), Type::Reference(_)).then_some(found)
        };
        let Some(found) = names.field(entity, name).or_else(|| as_reference(name)) else {
            if names.collection_index(name).is_some() && entity == place.entity {
                return self.fault(only_in_figure(span, name));
            }
            let function = FUNCTIONS.iter().find(|(function, _)| alone && *function == name);
            let near = match function {
                Some((function, _)) => Some(format!("{function}()")),
                None => nearest(name, names.field_names(entity)),
            };
            return self.fault(
                ExpressionError::new(
                    span,
                    "unknown_name",
                    format!("« {name} » n'est pas un champ de {}.", names.entity_name(entity)),
                    format!("“{name}” is not a field of {}.", names.entity_name(entity)),
                )
                .with_near(near),
            );
        };
        if found.1.secret {
            return self.fault(ExpressionError::new(
                span,
                "secret",
                format!("« {name} » est secret : une expression ne peut pas le lire."),
                format!("“{name}” is secret: an expression cannot read it."),
            ));
        }
        Some(found)
    }

    /// The formula of a computed field that no row keeps, read through `hops`.
    fn formula(
        &mut self,
        formula: &Typed,
        before: &[String],
        hops: &[Hop],
        span: Span,
        depth: u32,
    ) -> Option<Typed> {
        let (nodes, height) = formula.size();
        self.nodes = self.nodes.saturating_add(nodes);
        if depth.saturating_add(height) > TYPED_DEPTH_MAX {
            return self.fault(too_deep(span));
        }
        if self.nodes > TYPED_NODES_MAX {
            return self.fault(too_large(span));
        }
        let mut formula = formula.clone();
        let mut has_figure = false;
        formula.walk_mut(&mut |piece| {
            piece.span = span;
            match &mut piece.node {
                Node::Path(path) if !hops.is_empty() => {
                    path.names = format!("{}.{}", before.join("."), path.names);
                    path.hops.splice(0..0, hops.iter().copied());
                }
                Node::Aggregate(_) => has_figure = true,
                _ => {}
            }
        });
        if has_figure && !hops.is_empty() {
            return self.fault(ExpressionError::new(
                span,
                "records",
                "Ce champ est calculé sur des fiches liées : il ne se lit pas à travers une référence.",
                "This field is computed over related records: it cannot be read through a reference.",
            ));
        }
        Some(formula)
    }
}

fn type_of(kind: ColumnKind) -> Type {
    match kind {
        ColumnKind::Id => Type::Reference(String::new()),
        ColumnKind::Text => Type::Text,
        ColumnKind::Integer => Type::Integer,
        ColumnKind::Decimal(_) | ColumnKind::Real => Type::Decimal,
        ColumnKind::Boolean => Type::Boolean,
        ColumnKind::Date => Type::Date,
        ColumnKind::Time => Type::Time,
        ColumnKind::DateTime => Type::DateTime,
        ColumnKind::Duration => Type::Duration,
        ColumnKind::Tags => Type::Tags,
        ColumnKind::Json => Type::Json,
    }
}

fn only_in_figure(span: Span, name: &str) -> ExpressionError {
    ExpressionError::new(
        span,
        "records",
        format!("« {name} » désigne plusieurs fiches : il va dans sum, count, min, max, avg ou exists."),
        format!("“{name}” stands for several records: it goes into sum, count, min, max, avg or exists."),
    )
}

fn no_such_part(span: Span, name: &str, next: &str) -> ExpressionError {
    ExpressionError::new(
        span,
        "not_a_reference",
        format!("« {name} » n'a pas de partie « {next} »."),
        format!("“{name}” has no part “{next}”."),
    )
}

fn unknown_entity(span: Span, name: &str) -> ExpressionError {
    ExpressionError::new(
        span,
        "unknown_name",
        format!("L'entité « {name} » n'existe pas."),
        format!("There is no entity “{name}”."),
    )
}
