//! Names resolved and types agreed: the tree as written → the tree that is evaluated, or every fault found.

mod call;
mod figure;
mod path;
mod types;

use super::names::Names;
use super::parse::{DEPTH_MAX, NODES_MAX, too_deep, too_large};
use super::{BinaryOperator, Expr, ExprKind, ExpressionError, Function, Node, Span, Type, Typed};
use crate::model::EntityIndex;
use crate::value::{RecordId, Value};

/// Faults reported at most: beyond, they tell the same thing again.
const ERRORS_MAX: usize = 20;
/// Levels of a checked tree at most, formulas that took the place of computed fields included.
const TYPED_DEPTH_MAX: u32 = 2 * DEPTH_MAX;
/// Pieces of a checked tree at most, formulas included.
const TYPED_NODES_MAX: usize = 2 * NODES_MAX;

/// The expression `root` about a record of `entity`, with its names resolved, or every fault in it.
pub fn check(root: &Expr, names: &dyn Names, entity: EntityIndex) -> Result<Typed, Vec<ExpressionError>> {
    let mut checker = Checker { names, errors: Vec::new(), nodes: 0 };
    let place = Place { entity, records: &[], figures: 0 };
    match checker.expr(root, place, 1) {
        Some(typed) if checker.errors.is_empty() => Ok(typed),
        _ => Err(checker.errors),
    }
}

/// As [`check`], for a condition: the expression must be true or false.
pub fn check_condition(
    root: &Expr,
    names: &dyn Names,
    entity: EntityIndex,
) -> Result<Typed, Vec<ExpressionError>> {
    let typed = check(root, names, entity)?;
    match typed.ty {
        Type::Boolean | Type::Null => Ok(typed),
        ref other => Err(vec![types::expected(root.span, &Type::Boolean, other)]),
    }
}

/// Where a piece stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// Entity whose fields paths start with.
    entity: EntityIndex,
    /// Inside the first argument of a figure: the names every path starts with.
    records: &'a [String],
    /// Figures around.
    figures: u32,
}

struct Checker<'n> {
    names: &'n dyn Names,
    errors: Vec<ExpressionError>,
    nodes: usize,
}

impl Checker<'_> {
    /// The checked piece; `None` once its fault has been noted.
    fn expr(&mut self, expr: &Expr, place: Place<'_>, depth: u32) -> Option<Typed> {
        self.nodes += 1;
        if depth > DEPTH_MAX {
            return self.fault(too_deep(expr.span));
        }
        if self.nodes > TYPED_NODES_MAX {
            return self.fault(too_large(expr.span));
        }
        match &expr.kind {
            ExprKind::Literal(value) => Some(literal(value, expr.span)),
            ExprKind::Path(path) => self.path(path, place, expr.span, depth),
            ExprKind::Call(name, arguments) => self.call(name, arguments, expr.span, place, depth),
            ExprKind::Not(operand) => {
                let operand = self.condition(operand, place, depth)?;
                Some(typed(Node::Not(Box::new(operand)), Type::Boolean, expr.span))
            }
            ExprKind::Negate(operand) => {
                let operand = self.expr(operand, place, depth + 1)?;
                match operand.ty {
                    Type::Integer | Type::Decimal | Type::Duration | Type::Null => {
                        let ty = operand.ty.clone();
                        Some(typed(Node::Negate(Box::new(operand)), ty, expr.span))
                    }
                    ref other => self.fault(types::expected(operand.span, &Type::Decimal, other)),
                }
            }
            ExprKind::Binary(operator, left, right) => {
                self.binary(*operator, left, right, expr.span, place, depth)
            }
            ExprKind::In(left, items) => self.membership(left, items, expr.span, place, depth),
        }
    }

    /// A piece that must be true or false.
    fn condition(&mut self, expr: &Expr, place: Place<'_>, depth: u32) -> Option<Typed> {
        let typed = self.expr(expr, place, depth + 1)?;
        match typed.ty {
            Type::Boolean | Type::Null => Some(typed),
            ref other => self.fault(types::expected(expr.span, &Type::Boolean, other)),
        }
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
        span: Span,
        place: Place<'_>,
        depth: u32,
    ) -> Option<Typed> {
        // Both sides are checked even when one has a fault, so that all faults are told at once.
        if matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
            let (left, right) = (self.condition(left, place, depth), self.condition(right, place, depth));
            return Some(joined(operator, left?, right?, Type::Boolean, span));
        }
        let (left, right) = (self.expr(left, place, depth + 1), self.expr(right, place, depth + 1));
        let (left, right) = (left?, right?);
        match operator {
            BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual => self.comparison(operator, left, right, span),
            BinaryOperator::Contains | BinaryOperator::StartsWith | BinaryOperator::EndsWith => {
                self.text_test(operator, left, right, span)
            }
            _ => match types::arithmetic(operator, &left, &right) {
                Ok(ty) => Some(joined(operator, left, right, ty, span)),
                Err(error) => self.fault(error.at(span)),
            },
        }
    }

    fn comparison(
        &mut self,
        operator: BinaryOperator,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Option<Typed> {
        let (left, right) = self.same_type(left, right, operator, span)?;
        let ordered = !matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
        let ty = if left.ty == Type::Null { &right.ty } else { &left.ty };
        let possible = if ordered { types::has_order(ty) } else { types::has_equality(ty) };
        let against_null = !ordered && (left.ty == Type::Null || right.ty == Type::Null);
        if !possible && !against_null && *ty != Type::Null {
            return self.fault(types::no_comparison(span, operator, ty));
        }
        self.check_tags(&left, &right);
        self.check_tags(&right, &left);
        Some(joined(operator, left, right, Type::Boolean, span))
    }

    /// Both sides as values of one type: an id written as text beside a reference, an instant beside a day.
    fn same_type(
        &mut self,
        mut left: Typed,
        mut right: Typed,
        operator: BinaryOperator,
        span: Span,
    ) -> Option<(Typed, Typed)> {
        if !self.id_literal(&mut left, &right.ty) || !self.id_literal(&mut right, &left.ty) {
            return None;
        }
        match (&left.ty, &right.ty) {
            (Type::DateTime, Type::Date) => (left, right) = by_day(left, right, operator),
            (Type::Date, Type::DateTime) => (right, left) = by_day(right, left, types::mirrored(operator)),
            _ => {}
        }
        match types::unify(&left.ty, &right.ty) {
            Some(_) => Some((left, right)),
            None => self.fault(types::mismatch(span, &left, &right)),
        }
    }

    /// Reads a text literal beside a reference as an id. Answers false once the fault of one that is none has been noted.
    fn id_literal(&mut self, side: &mut Typed, other: &Type) -> bool {
        let Type::Reference(entity) = other else { return true };
        let Node::Literal(Value::Text(text)) = &side.node else { return true };
        let Some(id) = RecordId::parse(text) else {
            let (fr, en) = ("Une fiche se compare à son identifiant.", "A record is compared with its id.");
            self.errors.push(ExpressionError::new(side.span, "literal", fr, en));
            return false;
        };
        side.node = Node::Literal(Value::Id(id));
        side.ty = Type::Reference(entity.clone());
        true
    }

    fn text_test(
        &mut self,
        operator: BinaryOperator,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Option<Typed> {
        let tags = operator == BinaryOperator::Contains && left.ty == Type::Tags;
        if !tags && !matches!(left.ty, Type::Text | Type::Null) {
            return self.fault(types::expected(left.span, &Type::Text, &left.ty));
        }
        if !matches!(right.ty, Type::Text | Type::Null) {
            return self.fault(types::expected(right.span, &Type::Text, &right.ty));
        }
        if tags {
            self.check_tags(&left, &right);
        }
        Some(joined(operator, left, right, Type::Boolean, span))
    }

    fn membership(
        &mut self,
        left: &Expr,
        items: &[Expr],
        span: Span,
        place: Place<'_>,
        depth: u32,
    ) -> Option<Typed> {
        let left = self.expr(left, place, depth + 1);
        let found: Vec<Option<Typed>> = items.iter().map(|item| self.expr(item, place, depth + 1)).collect();
        let mut left = left?;
        let mut items = found.into_iter().collect::<Option<Vec<Typed>>>()?;
        if left.ty == Type::DateTime && items.iter().all(|item| matches!(item.ty, Type::Date | Type::Null)) {
            left = call_of(Function::DateOf, left, Type::Date);
        }
        let mut fine = true;
        for item in &mut items {
            if !self.id_literal(item, &left.ty) {
                fine = false;
                continue;
            }
            if types::unify(&left.ty, &item.ty).is_none() {
                self.errors.push(types::mismatch(item.span, &left, item));
                fine = false;
            } else if !types::has_equality(&left.ty) && item.ty != Type::Null {
                self.errors.push(types::no_comparison(span, BinaryOperator::Equal, &left.ty));
                fine = false;
                break;
            }
            self.check_tags(&left, item);
        }
        fine.then(|| typed(Node::In(Box::new(left), items), Type::Boolean, span))
    }

    /// Notes a fault if `literal` is a tag that the value list of the field `path` lacks.
    fn check_tags(&mut self, path: &Typed, literal: &Typed) {
        let (Node::Path(path), Node::Literal(Value::Text(tag))) = (&path.node, &literal.node) else { return };
        let last = path.names.rsplit('.').next().unwrap_or_default();
        let Some((_, shape)) = self.names.field(path.entity, last) else { return };
        let Some(tags) = shape.options.list.as_deref().and_then(|list| self.names.tags(list)) else { return };
        if !tags.contains(&tag.as_str()) {
            let (fr, en) = (
                format!("« {tag} » n'est pas une valeur de {}.", path.names),
                format!("“{tag}” is not a value of {}.", path.names),
            );
            let near = super::error::nearest(tag, tags);
            self.errors.push(ExpressionError::new(literal.span, "unknown_tag", fr, en).with_near(near));
        }
    }

    fn fault<T>(&mut self, error: ExpressionError) -> Option<T> {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
        None
    }
}

fn typed(node: Node, ty: Type, span: Span) -> Typed {
    Typed { node, ty, span }
}

fn joined(operator: BinaryOperator, left: Typed, right: Typed, ty: Type, span: Span) -> Typed {
    typed(Node::Binary(operator, Box::new(left), Box::new(right)), ty, span)
}

fn call_of(function: Function, argument: Typed, ty: Type) -> Typed {
    let span = argument.span;
    typed(Node::Call(function, vec![argument]), ty, span)
}

/// An instant beside a day, compared by day in the environment's zone. `>=` and `<` move the day instead of the instant: an index on the
/// instants then still serves.
fn by_day(instant: Typed, day: Typed, operator: BinaryOperator) -> (Typed, Typed) {
    match operator {
        BinaryOperator::GreaterOrEqual | BinaryOperator::Less => {
            (instant, call_of(Function::DateTimeOf, day, Type::DateTime))
        }
        _ => (call_of(Function::DateOf, instant, Type::Date), day),
    }
}

/// Empty text is null: there is one way to be empty.
fn literal(value: &Value, span: Span) -> Typed {
    let ty = match value {
        Value::Null => Type::Null,
        Value::Text(text) if text.is_empty() => return typed(Node::Literal(Value::Null), Type::Null, span),
        Value::Text(_) => Type::Text,
        Value::Boolean(_) => Type::Boolean,
        Value::Integer(_) => Type::Integer,
        Value::Decimal(_) => Type::Decimal,
        Value::Date(_) => Type::Date,
        Value::Time(_) => Type::Time,
        Value::DateTime(_) => Type::DateTime,
        Value::Duration(_) => Type::Duration,
        Value::Id(_) => Type::Reference(String::new()),
        Value::Tags(_) => Type::Tags,
        Value::Point(_) => Type::Point,
        Value::Address(_) => Type::Address,
        Value::File(_) => Type::File,
        Value::Json(_) => Type::Json,
    };
    typed(Node::Literal(value.clone()), ty, span)
}
