//! A checked expression and a record → a value.

use std::borrow::Cow;

use super::functions;
use super::operators::{self, is_true};
use super::{
    Accumulator, Aggregate, BinaryOperator, Context, EvaluateError, Function, Hop, Node, Path, Scope, Type,
    Typed,
};
use crate::value::{self, Value};

/// What `typed` is worth for the record `scope`; a whole number counts as a decimal where the type says decimal.
///
/// Arithmetic without an answer is `Null`. The only errors are those of `scope`.
pub fn evaluate(typed: &Typed, scope: &dyn Scope, context: &Context) -> Result<Value, EvaluateError> {
    value(typed, scope, context).map(Cow::into_owned)
}

/// Whether the condition `typed` holds for the record `scope`: null does not.
pub fn holds(typed: &Typed, scope: &dyn Scope, context: &Context) -> Result<bool, EvaluateError> {
    Ok(is_true(value(typed, scope, context)?.as_ref()))
}

/// The value of a piece. Whole numbers become decimals piece by piece, as their types say, and not at the end only: rounding a whole number
/// may overflow where rounding a decimal does not, and stores, which keep to types, must find the same.
fn value<'a>(
    typed: &'a Typed,
    scope: &'a dyn Scope,
    context: &Context,
) -> Result<Cow<'a, Value>, EvaluateError> {
    let found = any_number(typed, scope, context)?;
    Ok(match (found.as_ref(), &typed.ty) {
        (Value::Integer(number), Type::Decimal) => Cow::Owned(Value::Decimal((*number).into())),
        _ => found,
    })
}

/// As [`value`], a whole number being left as it is.
fn any_number<'a>(
    typed: &'a Typed,
    scope: &'a dyn Scope,
    context: &Context,
) -> Result<Cow<'a, Value>, EvaluateError> {
    let owned = match &typed.node {
        Node::Literal(literal) => return Ok(Cow::Borrowed(literal)),
        Node::Path(path) => return at(path, scope),
        Node::Not(operand) => operators::not(value(operand, scope, context)?.as_ref()),
        Node::Negate(operand) => operators::negate(value(operand, scope, context)?.as_ref()),
        Node::Binary(BinaryOperator::And, left, right) => {
            Value::Boolean(either(false, left, right, scope, context)?)
        }
        Node::Binary(BinaryOperator::Or, left, right) => {
            Value::Boolean(either(true, left, right, scope, context)?)
        }
        Node::Binary(operator, left, right) => {
            let (left, right) = (value(left, scope, context)?, value(right, scope, context)?);
            operators::binary(*operator, left.as_ref(), right.as_ref())
        }
        Node::In(left, items) => {
            let left = value(left, scope, context)?;
            let mut found = false;
            for item in items {
                found = operators::equal(left.as_ref(), value(item, scope, context)?.as_ref());
                if found {
                    break;
                }
            }
            Value::Boolean(found)
        }
        Node::Call(Function::If, arguments) => {
            let Some(condition) = arguments.first() else { return Ok(Cow::Owned(Value::Null)) };
            let chosen = arguments.get(if holds(condition, scope, context)? { 1 } else { 2 });
            return chosen.map_or(Ok(Cow::Owned(Value::Null)), |chosen| value(chosen, scope, context));
        }
        Node::Call(Function::Coalesce, arguments) => {
            for argument in arguments {
                let found = value(argument, scope, context)?;
                if !found.is_null() {
                    return Ok(found);
                }
            }
            Value::Null
        }
        Node::Call(function, arguments) => {
            let arguments = arguments.iter().map(|argument| value(argument, scope, context));
            functions::call(*function, &arguments.collect::<Result<Vec<_>, _>>()?, context)
        }
        Node::Aggregate(aggregate) => figure(aggregate, scope, context)?,
        Node::Perimeter(_) => Value::Null,
    };
    Ok(Cow::Owned(owned))
}

/// What two conditions come to when one that is `decisive` settles it: `or` for true, `and` for false. An unknown side matters only where the
/// other settles nothing.
fn either(
    decisive: bool,
    left: &Typed,
    right: &Typed,
    scope: &dyn Scope,
    context: &Context,
) -> Result<bool, EvaluateError> {
    match holds(left, scope, context) {
        Ok(left) if left == decisive => Ok(decisive),
        Ok(_) => holds(right, scope, context),
        Err(EvaluateError::Unknown) => match holds(right, scope, context)? {
            right if right == decisive => Ok(decisive),
            _ => Err(EvaluateError::Unknown),
        },
        Err(fault) => Err(fault),
    }
}

/// The value at a path; null as soon as a reference on the way is.
fn at<'a>(path: &Path, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, EvaluateError> {
    if path.hops.is_empty() {
        return Ok(take_part(scope.field(path.field)?, path.part));
    }
    beyond(path, &path.hops, scope).map(Cow::Owned)
}

fn beyond(path: &Path, hops: &[Hop], scope: &dyn Scope) -> Result<Value, EvaluateError> {
    let Some((hop, rest)) = hops.split_first() else {
        return Ok(take_part(scope.field(path.field)?, path.part).into_owned());
    };
    match scope.follow(*hop)? {
        Some(next) => beyond(path, rest, next.as_ref()),
        None => Ok(Value::Null),
    }
}

fn take_part<'a>(whole: Cow<'a, Value>, part: Option<&'static str>) -> Cow<'a, Value> {
    match part {
        None => whole,
        Some(part) => Cow::Owned(value::part(whole.as_ref(), part)),
    }
}

fn figure(aggregate: &Aggregate, scope: &dyn Scope, context: &Context) -> Result<Value, EvaluateError> {
    figure_beyond(aggregate, &aggregate.hops, scope, context)
}

/// The figure of the record that `hops` lead to; of no records where a reference on the way is null.
fn figure_beyond(
    aggregate: &Aggregate,
    hops: &[Hop],
    scope: &dyn Scope,
    context: &Context,
) -> Result<Value, EvaluateError> {
    if let Some((hop, rest)) = hops.split_first() {
        return match scope.follow(*hop)? {
            Some(next) => figure_beyond(aggregate, rest, next.as_ref(), context),
            None => Ok(Accumulator::of(aggregate).finish()),
        };
    }
    let mut accumulator = Accumulator::of(aggregate);
    for record in scope.children(aggregate.entity, aggregate.by)? {
        if let Some(filter) = &aggregate.filter
            && !holds(filter, record.as_ref(), context)?
        {
            continue;
        }
        match &aggregate.body {
            Some(body) => accumulator.add(value(body, record.as_ref(), context)?.as_ref()),
            None => accumulator.add(&Value::Null),
        }
    }
    Ok(accumulator.finish())
}
