//! The tree as written, before names are resolved.

use std::fmt;

use crate::value::Value;

/// Where a piece of text stands: bytes from the start of the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From the start of this one to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }
}

/// An expression and the text it was read from.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As written.
    pub source: String,
    /// Its tree.
    pub root: Expr,
}

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

impl Expr {
    /// `operands` joined by `operator`, which is `And` or `Or`, as a balanced tree; operands that are such chains themselves are merged
    /// in. Their order is kept. This is the only form in which the parser gives chains.
    ///
    /// # Panics
    /// Without operands.
    pub fn chain(operator: BinaryOperator, operands: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            operand.flatten(operator, &mut flat);
        }
        balanced(operator, flat)
    }

    /// Number of operands that `operator` joins here; 1 if it joins none.
    pub(super) fn chain_length(&self, operator: BinaryOperator) -> usize {
        match &self.kind {
            ExprKind::Binary(op, left, right) if *op == operator => {
                left.chain_length(operator) + right.chain_length(operator)
            }
            _ => 1,
        }
    }

    fn flatten(self, operator: BinaryOperator, flat: &mut Vec<Expr>) {
        match self.kind {
            ExprKind::Binary(op, left, right) if op == operator => {
                left.flatten(operator, flat);
                right.flatten(operator, flat);
            }
            _ => flat.push(self),
        }
    }
}

fn balanced(operator: BinaryOperator, mut operands: Vec<Expr>) -> Expr {
    let right = operands.split_off(operands.len().div_ceil(2));
    if right.is_empty() {
        return operands.pop().expect("a chain has operands");
    }
    let (left, right) = (balanced(operator, operands), balanced(operator, right));
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span }
}

/// What a piece can be.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Literal(Value),
    /// Names separated by dots.
    Path(Vec<String>),
    /// `name(a, b)`.
    Call(String, Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a op b`.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `a in (b, c)`.
    In(Box<Expr>, Vec<Expr>),
}

/// Operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`: folded text; also `choices contains 'tag'`
    Contains,
    /// `starts with`, folded
    StartsWith,
    /// `ends with`, folded
    EndsWith,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl fmt::Display for BinaryOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BinaryOperator::Or => "or",
            BinaryOperator::And => "and",
            BinaryOperator::Equal => "=",
            BinaryOperator::NotEqual => "!=",
            BinaryOperator::Less => "<",
            BinaryOperator::LessOrEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterOrEqual => ">=",
            BinaryOperator::Contains => "contains",
            BinaryOperator::StartsWith => "starts with",
            BinaryOperator::EndsWith => "ends with",
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
        })
    }
}
