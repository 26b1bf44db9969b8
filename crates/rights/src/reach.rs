//! To which records a right goes.

use dictionary::expression::{BinaryOperator, Hop, Node, Span, Type, Typed};
use dictionary::{RecordId, Value};

/// To which records of an entity a right goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    /// To none.
    Never,
    /// To those for which the condition holds.
    When(Typed),
    /// To all.
    Always,
}

impl Reach {
    /// What either gives.
    pub fn or(self, other: Reach) -> Reach {
        match (self, other) {
            (Reach::Always, _) | (_, Reach::Always) => Reach::Always,
            (Reach::Never, other) => other,
            (this, Reach::Never) => this,
            (Reach::When(a), Reach::When(b)) if a == b => Reach::When(a),
            (Reach::When(a), Reach::When(b)) => Reach::When(joined(BinaryOperator::Or, a, b)),
        }
    }

    /// What both give.
    pub fn and(self, other: Reach) -> Reach {
        match (self, other) {
            (Reach::Never, _) | (_, Reach::Never) => Reach::Never,
            (Reach::Always, other) => other,
            (this, Reach::Always) => this,
            (Reach::When(a), Reach::When(b)) if a == b => Reach::When(a),
            (Reach::When(a), Reach::When(b)) => Reach::When(joined(BinaryOperator::And, a, b)),
        }
    }

    /// The same, about a record that refers to one of these by `hop`.
    pub fn through(&self, hop: Hop, name: &str) -> Reach {
        match self {
            Reach::When(condition) => Reach::When(through(condition, &[hop], name)),
            whole => whole.clone(),
        }
    }

    /// Whether it goes to no record at all.
    pub fn is_never(&self) -> bool {
        *self == Reach::Never
    }

    /// The condition, if there is one.
    pub fn condition(&self) -> Option<&Typed> {
        match self {
            Reach::When(condition) => Some(condition),
            Reach::Never | Reach::Always => None,
        }
    }

    /// With each perimeter replaced by the ids that `ids` answers.
    pub(crate) fn bound(&self, ids: &dyn Fn(&str) -> Vec<RecordId>) -> Reach {
        match self {
            Reach::When(condition) => Reach::When(bound(condition, ids)),
            whole => whole.clone(),
        }
    }
}

/// A condition about a record, as one about another that leads to it by `hops`; `name` is how they are written.
pub fn through(typed: &Typed, hops: &[Hop], name: &str) -> Typed {
    let mut moved = typed.clone();
    moved.lead(hops, name);
    moved
}

/// The condition with each perimeter replaced by the ids that `ids` answers.
pub fn bound(typed: &Typed, ids: &dyn Fn(&str) -> Vec<RecordId>) -> Typed {
    let mut typed = typed.clone();
    fill(&mut typed, ids);
    typed
}

fn fill(typed: &mut Typed, ids: &dyn Fn(&str) -> Vec<RecordId>) {
    if let Node::In(_, items) = &mut typed.node {
        let mut filled = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            match &item.node {
                Node::Perimeter(name) => {
                    let literal = |id| Typed {
                        node: Node::Literal(Value::Id(id)),
                        ty: item.ty.clone(),
                        span: item.span,
                    };
                    filled.extend(ids(name).into_iter().map(literal));
                }
                _ => filled.push(item),
            }
        }
        *items = filled;
    }
    typed.each_mut(&mut |piece| fill(piece, ids));
}

/// `a` and `b` joined by `and` or `or`.
pub(crate) fn joined(operator: BinaryOperator, a: Typed, b: Typed) -> Typed {
    let span = Span::default();
    Typed { node: Node::Binary(operator, Box::new(a), Box::new(b)), ty: Type::Boolean, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(name: &str) -> Reach {
        let node = Node::Literal(Value::Text(name.into()));
        Reach::When(Typed { node, ty: Type::Boolean, span: Span::default() })
    }

    #[test]
    fn giving_adds_and_restricting_intersects() {
        for one in [Reach::Never, when("a"), Reach::Always] {
            assert_eq!(one.clone().or(Reach::Never), one);
            assert_eq!(one.clone().or(Reach::Always), Reach::Always);
            assert_eq!(one.clone().and(Reach::Always), one);
            assert_eq!(one.clone().and(Reach::Never), Reach::Never);
            assert_eq!(one.clone().or(one.clone()), one);
            assert_eq!(one.clone().and(one.clone()), one);
        }
    }
}
