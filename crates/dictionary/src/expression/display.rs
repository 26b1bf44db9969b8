//! Trees back to text: reading it again gives the same tree.

use std::fmt::{self, Display, Formatter};

use crate::expression::{
    Aggregate, AggregateFunction, BinaryOperator, Expr, ExprKind, Expression, Node, Span, Typed,
};
use crate::value::{self, Value};

/// How tightly a piece holds together; a piece inside a tighter one needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Primary,
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write(self, Level::Or, f)
    }
}

impl Display for Typed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.to_expr().fmt(f)
    }
}

impl Typed {
    /// The tree as it would be written: checked again, it gives this one.
    pub fn to_expr(&self) -> Expr {
        untyped(self, "")
    }
}

fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Binary(operator, ..) => match operator {
            BinaryOperator::Or => Level::Or,
            BinaryOperator::And => Level::And,
            BinaryOperator::Add | BinaryOperator::Subtract => Level::Sum,
            BinaryOperator::Multiply | BinaryOperator::Divide => Level::Product,
            _ => Level::Comparison,
        },
        ExprKind::In(..) => Level::Comparison,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Negate(_) => Level::Sign,
        ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Call(..) => Level::Primary,
    }
}

fn write(expr: &Expr, within: Level, f: &mut Formatter<'_>) -> fmt::Result {
    let own = level(expr);
    if own < within {
        f.write_str("(")?;
        write(expr, Level::Or, f)?;
        return f.write_str(")");
    }
    match &expr.kind {
        ExprKind::Literal(value) => literal(value, f),
        ExprKind::Path(names) => f.write_str(&names.join(".")),
        ExprKind::Call(name, arguments) => {
            write!(f, "{name}(")?;
            list(arguments, f)
        }
        ExprKind::Not(operand) => {
            f.write_str("not ")?;
            write(operand, Level::Not, f)
        }
        ExprKind::Negate(operand) => {
            f.write_str("-")?;
            // `-5` would be read as a number.
            let number = matches!(&operand.kind, ExprKind::Literal(value) if is_positive_number(value));
            if number {
                f.write_str("(")?;
                write(operand, Level::Or, f)?;
                return f.write_str(")");
            }
            write(operand, Level::Sign, f)
        }
        ExprKind::In(left, items) => {
            write(left, Level::Sum, f)?;
            f.write_str(" in (")?;
            list(items, f)
        }
        ExprKind::Binary(operator, left, right) => {
            let (around_left, around_right) = match own {
                Level::Or | Level::And => (own, own), // chains are read as one, however they were grouped
                Level::Sum => (Level::Sum, Level::Product),
                Level::Product => (Level::Product, Level::Sign),
                _ => (Level::Sum, Level::Sum),
            };
            write(left, around_left, f)?;
            write!(f, " {operator} ")?;
            write(right, around_right, f)
        }
    }
}

fn list(items: &[Expr], f: &mut Formatter<'_>) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write(item, Level::Or, f)?;
    }
    f.write_str(")")
}

fn is_positive_number(value: &Value) -> bool {
    match value {
        Value::Integer(number) => *number >= 0,
        Value::Decimal(number) => number.is_sign_positive(),
        _ => false,
    }
}

fn literal(value: &Value, f: &mut Formatter<'_>) -> fmt::Result {
    match value {
        Value::Null => f.write_str("null"),
        Value::Boolean(_) | Value::Integer(_) => f.write_str(&value::to_text(value)),
        // A point tells a decimal from a whole number; one of more than 64 bits is a decimal anyway.
        Value::Decimal(number) if number.scale() == 0 && i64::try_from(number.mantissa()).is_ok() => {
            write!(f, "{number}.0")
        }
        Value::Decimal(number) => write!(f, "{number}"),
        Value::Date(_) => write!(f, "date '{}'", value::to_text(value)),
        Value::Time(_) => write!(f, "time '{}'", value::to_text(value)),
        Value::DateTime(_) => write!(f, "datetime '{}'", value::to_text(value)),
        Value::Duration(_) => write!(f, "duration '{}'", value::to_text(value)),
        Value::Point(_) => write!(f, "point '{}'", value::to_text(value)),
        // Only texts and ids are left that an expression can hold; an id is written as text beside a reference.
        _ => write!(f, "'{}'", value::to_text(value).replace('\'', "''")),
    }
}

/// `typed` as written inside a figure over `records` (nothing outside one).
fn untyped(typed: &Typed, records: &str) -> Expr {
    let boxed = |inner: &Typed| Box::new(untyped(inner, records));
    let all = |inner: &[Typed]| inner.iter().map(|typed| untyped(typed, records)).collect::<Vec<Expr>>();
    let kind = match &typed.node {
        Node::Literal(value) => ExprKind::Literal(value.clone()),
        Node::Path(path) => ExprKind::Path(names(records, &path.names)),
        Node::Not(inner) => ExprKind::Not(boxed(inner)),
        Node::Negate(inner) => ExprKind::Negate(boxed(inner)),
        Node::Binary(operator, left, right) => ExprKind::Binary(*operator, boxed(left), boxed(right)),
        Node::In(left, items) => ExprKind::In(boxed(left), all(items)),
        Node::Call(function, arguments) => ExprKind::Call(function.name().to_owned(), all(arguments)),
        Node::Aggregate(aggregate) => figure(aggregate, records, typed.span),
        Node::Perimeter(name) => ExprKind::Call(name.clone(), Vec::new()),
    };
    Expr { kind, span: typed.span }
}

fn figure(aggregate: &Aggregate, records: &str, span: Span) -> ExprKind {
    let inside = names(records, &aggregate.records).join(".");
    let over = match &aggregate.body {
        Some(body) => untyped(body, &inside),
        None => Expr { kind: ExprKind::Path(names(&inside, "")), span },
    };
    let filter = aggregate.filter.as_ref().map(|filter| untyped(filter, ""));
    ExprKind::Call(aggregate.function.name().to_owned(), std::iter::once(over).chain(filter).collect())
}

fn names(records: &str, path: &str) -> Vec<String> {
    records.split('.').chain(path.split('.')).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl AggregateFunction {
    /// Name in the language.
    pub fn name(self) -> &'static str {
        match self {
            AggregateFunction::Sum => "sum",
            AggregateFunction::Count => "count",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            AggregateFunction::Average => "avg",
            AggregateFunction::Exists => "exists",
        }
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<AggregateFunction> {
        Some(match name {
            "sum" => AggregateFunction::Sum,
            "count" => AggregateFunction::Count,
            "min" => AggregateFunction::Min,
            "max" => AggregateFunction::Max,
            "avg" => AggregateFunction::Average,
            "exists" => AggregateFunction::Exists,
            _ => return None,
        })
    }
}
