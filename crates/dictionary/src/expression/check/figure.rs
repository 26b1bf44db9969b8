//! Figures over the records of a `lines` field or of a collection: `sum(lines.amount, product.taxed)`.

use super::{Checker, Place, typed, types};
use crate::expression::error::nearest;
use crate::expression::{
    Aggregate, AggregateFunction, Expr, ExprKind, ExpressionError, Node, Span, Type, Typed,
};
use crate::model::{EntityIndex, FieldIndex};

/// Figures inside figures.
const NESTED_MAX: u32 = 2;

/// The records of a figure: their entity, and its reference to the record at hand.
type Records = (EntityIndex, FieldIndex);

impl Checker<'_> {
    /// Whether the arguments of `min` or `max` make it a figure: the first name in the first one stands for records. In
    /// `max(min(contacts.age), 18)` it does not, since the inner one takes it: names inside another `min` or `max` don't count.
    pub(super) fn is_over_records(&self, arguments: &[Expr], place: Place<'_>) -> bool {
        let path = match arguments {
            [only] => first_path(only),
            [first, ..] => first_path_outside_figures(first),
            [] => None,
        };
        let Some(path) = path else { return false };
        let Some(name) = path.strip_prefix(place.records).and_then(<[String]>::first) else { return false };
        match self.names.field(place.entity, name) {
            Some((_, shape)) => matches!(shape.kind.expression_type(shape.options), Type::Records(_)),
            None => self.names.collection_index(name).is_some(),
        }
    }

    pub(super) fn figure(
        &mut self,
        function: AggregateFunction,
        arguments: &[Expr],
        span: Span,
        place: Place<'_>,
        depth: u32,
    ) -> Option<Typed> {
        let name = function.name();
        if place.figures == NESTED_MAX {
            return self.fault(ExpressionError::new(
                span,
                "too_deep",
                format!("{NESTED_MAX} calculs l'un dans l'autre au plus."),
                format!("{NESTED_MAX} figures inside each other at most."),
            ));
        }
        let (over, filter) = match arguments {
            [over] => (over, None),
            [over, filter] => (over, Some(filter)),
            _ => {
                return self.fault(ExpressionError::new(
                    span,
                    "arguments",
                    format!("{name} prend des fiches et, si l'on veut, une condition sur elles."),
                    format!("{name} takes records and, if wanted, a condition on them."),
                ));
            }
        };
        let Some(path) = first_path(over) else {
            return self.fault(ExpressionError::new(
                over.span,
                "records",
                format!("{name} porte sur un champ de lignes ou une liste de fiches liées."),
                format!("{name} is about a lines field or a list of related records."),
            ));
        };
        let names: &[String] = path.strip_prefix(place.records).unwrap_or_default();
        let Some(records) = names.first() else {
            // The path itself tells what is wrong with it.
            return self.path(path, place, over.span, depth).and(None);
        };
        let (entity, by) = self.records(records, place.entity, over.span)?;
        let prefix = &path[..=place.records.len()];
        let figures = place.figures + 1;
        // Both arguments are checked before either fault stops it.
        let filter = match filter {
            Some(filter) => self.condition(filter, Place { entity, records: &[], figures }, depth).map(Some),
            None => Some(None),
        };
        let (body, ty) = self.body(function, over, Place { entity, records: prefix, figures }, depth)?;
        let aggregate = Aggregate {
            records: records.clone(),
            hops: Vec::new(),
            function,
            entity,
            by,
            body,
            filter: filter?,
        };
        Some(typed(Node::Aggregate(Box::new(aggregate)), ty, span))
    }

    /// What is added up or compared, and the type of the figure.
    fn body(
        &mut self,
        function: AggregateFunction,
        over: &Expr,
        place: Place<'_>,
        depth: u32,
    ) -> Option<(Option<Typed>, Type)> {
        let name = function.name();
        let alone = matches!(&over.kind, ExprKind::Path(path) if path == place.records);
        let ty = match function {
            AggregateFunction::Count => Type::Integer,
            AggregateFunction::Exists => Type::Boolean,
            _ if alone => {
                let records = place.records.join(".");
                return self.fault(ExpressionError::new(
                    over.span,
                    "records",
                    format!("{name} a besoin d'un champ : {name}({records}.…)."),
                    format!("{name} needs a field: {name}({records}.…)."),
                ));
            }
            _ => {
                let body = self.expr(over, place, depth + 1)?;
                let ty = match (function, &body.ty) {
                    (_, Type::Null) => Type::Null,
                    (AggregateFunction::Average, Type::Integer | Type::Decimal) => Type::Decimal,
                    (AggregateFunction::Average | AggregateFunction::Sum, Type::Duration) => Type::Duration,
                    (AggregateFunction::Sum, Type::Integer | Type::Decimal) => body.ty.clone(),
                    (AggregateFunction::Min | AggregateFunction::Max, ty) if types::has_order(ty) => {
                        ty.clone()
                    }
                    (_, other) => {
                        let wanted = Type::Decimal;
                        return self.fault(types::expected(over.span, &wanted, other));
                    }
                };
                return Some((Some(body), ty));
            }
        };
        if !alone {
            let records = place.records.join(".");
            return self.fault(
                ExpressionError::new(
                    over.span,
                    "records",
                    format!("{name} porte sur des fiches, pas sur un de leurs champs."),
                    format!("{name} is about records, not one of their fields."),
                )
                .with_near(Some(format!("{name}({records})"))),
            );
        }
        Some((None, ty))
    }

    /// The records that `name` stands for beside a record of `entity`.
    fn records(&mut self, name: &str, entity: EntityIndex, span: Span) -> Option<Records> {
        if let Some((_, shape)) = self.names.field(entity, name) {
            let Type::Records(of) = shape.kind.expression_type(shape.options) else {
                return self.fault(ExpressionError::new(
                    span,
                    "records",
                    format!("« {name} » n'est pas un champ de lignes."),
                    format!("“{name}” is not a lines field."),
                ));
            };
            let lines = self.names.entity_index(&of);
            let by = shape.options.by.as_deref();
            let found = lines.and_then(|lines| Some((lines, self.names.field(lines, by?)?.0)));
            return match found {
                Some(found) => Some(found),
                None => self.fault(unknown_records(span, name)),
            };
        }
        let Some(other) = self.names.collection_index(name) else {
            let lines = self.names.field_names(entity);
            let collections = (0..self.names.entity_count())
                .filter(|other| !self.names.references(*other, entity).is_empty())
                .map(|other| self.names.collection_name(other));
            let near = nearest(name, lines.into_iter().chain(collections));
            return self.fault(unknown_records(span, name).with_near(near));
        };
        let references = self.names.references(other, entity);
        match references.as_slice() {
            [(by, _)] => Some((other, *by)),
            [] => self.fault(ExpressionError::new(
                span,
                "records",
                format!(
                    "Les fiches de {name} n'ont pas de référence vers {}.",
                    self.names.entity_name(entity)
                ),
                format!("The records of {name} have no reference to {}.", self.names.entity_name(entity)),
            )),
            several => {
                let fields = several.iter().map(|(_, field)| *field).collect::<Vec<_>>().join(", ");
                self.fault(ExpressionError::new(
                    span,
                    "ambiguous",
                    format!("{name} a plusieurs références vers cette fiche ({fields}) : ajoutez un champ de lignes qui choisit."),
                    format!("{name} has several references to this record ({fields}): add a lines field that chooses one."),
                ))
            }
        }
    }
}

/// The first name in `expr`, reading from left to right.
fn first_path(expr: &Expr) -> Option<&[String]> {
    match &expr.kind {
        ExprKind::Literal(_) => None,
        ExprKind::Path(path) => Some(path),
        ExprKind::Call(_, arguments) => arguments.iter().find_map(first_path),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => first_path(inner),
        ExprKind::Binary(_, left, right) => first_path(left).or_else(|| first_path(right)),
        ExprKind::In(left, items) => first_path(left).or_else(|| items.iter().find_map(first_path)),
    }
}

/// As [`first_path`], passing over calls that are figures or may be.
fn first_path_outside_figures(expr: &Expr) -> Option<&[String]> {
    match &expr.kind {
        ExprKind::Call(name, _) if AggregateFunction::from_name(name).is_some() => None,
        ExprKind::Call(_, arguments) => arguments.iter().find_map(first_path_outside_figures),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => first_path_outside_figures(inner),
        ExprKind::Binary(_, left, right) => {
            [left, right].into_iter().find_map(|side| first_path_outside_figures(side))
        }
        ExprKind::In(left, items) => {
            std::iter::once(&**left).chain(items).find_map(first_path_outside_figures)
        }
        ExprKind::Literal(_) | ExprKind::Path(_) => first_path(expr),
    }
}

fn unknown_records(span: Span, name: &str) -> ExpressionError {
    ExpressionError::new(
        span,
        "unknown_name",
        format!("« {name} » n'est ni un champ de lignes ni une liste de fiches."),
        format!("“{name}” is neither a lines field nor a list of records."),
    )
}
