//! Expressions of somebody, made to see no more than they may.

use dictionary::Value;
use dictionary::expression::{AggregateFunction, BinaryOperator, Function, Hop, Node, Span, Type, Typed};
use dictionary::model::EntityIndex;
use dictionary::model::profiles::{Capability, Level};

use crate::compile::Rights;
use crate::reach::{Reach, joined, through};

/// An expression reads a field that is not open to whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied;

impl Rights {
    /// The expression about a record of `entity`, in which records that they may not see are not there: a reference to one leads nowhere, a figure passes
    /// over it.
    ///
    /// Errors: it reads a field that is hidden or masked.
    pub fn guard(&self, typed: &Typed, entity: EntityIndex) -> Result<Typed, Denied> {
        let one = |piece: &Typed| self.guard(piece, entity);
        let boxed = |piece: &Typed| one(piece).map(Box::new);
        let node = match &typed.node {
            Node::Literal(_) | Node::Perimeter(_) => return Ok(typed.clone()),
            Node::Path(path) => {
                let conditions = self.follow(entity, &path.hops, &path.names)?;
                self.open(path.entity, path.field)?;
                return Ok(match conditions {
                    Way::Open => typed.clone(),
                    Way::Closed => null(&typed.ty),
                    Way::When(condition) => when(condition, typed.clone(), null(&typed.ty)),
                });
            }
            Node::Not(inner) => Node::Not(boxed(inner)?),
            Node::Negate(inner) => Node::Negate(boxed(inner)?),
            Node::Binary(operator, left, right) => Node::Binary(*operator, boxed(left)?, boxed(right)?),
            Node::In(left, items) => Node::In(boxed(left)?, items.iter().map(one).collect::<Result<_, _>>()?),
            Node::Call(function, arguments) => {
                Node::Call(*function, arguments.iter().map(one).collect::<Result<_, _>>()?)
            }
            Node::Aggregate(aggregate) => {
                let way = self.follow(entity, &aggregate.hops, &aggregate.records)?;
                self.open(aggregate.entity, aggregate.by)?;
                let inner = |piece: &Option<Typed>| {
                    piece.as_ref().map(|piece| self.guard(piece, aggregate.entity)).transpose()
                };
                let mut guarded = (**aggregate).clone();
                guarded.body = inner(&aggregate.body)?;
                let filter = inner(&aggregate.filter)?;
                let seen = match self.reach(aggregate.entity, Capability::Read) {
                    Reach::Always => None,
                    Reach::Never => Some(boolean(false)),
                    Reach::When(condition) => Some(condition.clone()),
                };
                guarded.filter = match (seen, filter) {
                    (Some(seen), Some(filter)) => Some(joined(BinaryOperator::And, seen, filter)),
                    (seen, filter) => seen.or(filter),
                };
                let figure = |node| Typed { node, ty: typed.ty.clone(), span: typed.span };
                let of_none = || match aggregate.function {
                    AggregateFunction::Count => Some(Value::Integer(0)),
                    AggregateFunction::Exists => Some(Value::Boolean(false)),
                    AggregateFunction::Sum if typed.ty == Type::Integer => Some(Value::Integer(0)),
                    AggregateFunction::Sum if typed.ty == Type::Decimal => Some(Value::Decimal(0.into())),
                    _ => None,
                };
                let guarded = figure(Node::Aggregate(Box::new(guarded)));
                return Ok(match way {
                    Way::Open => guarded,
                    Way::Closed => figure(Node::Literal(of_none().unwrap_or_default())),
                    Way::When(condition) => {
                        when(condition, guarded, figure(Node::Literal(of_none().unwrap_or_default())))
                    }
                });
            }
        };
        Ok(Typed { node, ty: typed.ty.clone(), span: typed.span })
    }

    fn open(&self, entity: EntityIndex, field: usize) -> Result<(), Denied> {
        if self.entity(entity).level(field) >= Level::Read { Ok(()) } else { Err(Denied) }
    }

    /// What must hold for references to be followed, each leading to a record that is seen.
    fn follow(&self, entity: EntityIndex, hops: &[Hop], names: &str) -> Result<Way, Denied> {
        let mut way = Way::Open;
        let mut at = entity;
        for (position, hop) in hops.iter().enumerate() {
            self.open(at, hop.field)?;
            at = hop.to;
            way = match (way, self.reach(at, Capability::Read)) {
                (Way::Closed, _) | (_, Reach::Never) => Way::Closed,
                (way, Reach::Always) => way,
                (way, Reach::When(condition)) => {
                    let so_far: Vec<&str> = names.split('.').take(position + 1).collect();
                    let seen = through(condition, &hops[..=position], &so_far.join("."));
                    Way::When(match way {
                        Way::When(before) => joined(BinaryOperator::And, before, seen),
                        _ => seen,
                    })
                }
            };
        }
        Ok(way)
    }
}

/// How references may be followed.
enum Way {
    Open,
    When(Typed),
    Closed,
}

fn when(condition: Typed, then: Typed, otherwise: Typed) -> Typed {
    let (ty, span) = (then.ty.clone(), then.span);
    Typed { node: Node::Call(Function::If, vec![condition, then, otherwise]), ty, span }
}

fn null(ty: &Type) -> Typed {
    Typed { node: Node::Literal(Value::Null), ty: ty.clone(), span: Span::default() }
}

fn boolean(yes: bool) -> Typed {
    Typed { node: Node::Literal(Value::Boolean(yes)), ty: Type::Boolean, span: Span::default() }
}
