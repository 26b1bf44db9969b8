//! OData's functions, as calls of the expression language.

use dictionary::Value;
use dictionary::expression::error::nearest;
use dictionary::expression::{BinaryOperator, Expr, ExprKind, ExpressionError, Span};
use jiff::Timestamp;

use super::filter::{Parser, binary};
use super::lexer::Kind;

/// Functions that are others, with the same arguments: OData's name, ours, how many arguments.
const SAME: &[(&str, &str, usize)] = &[
    ("tolower", "lower", 1),
    ("toupper", "upper", 1),
    ("trim", "trim", 1),
    ("length", "length", 1),
    ("concat", "concat", 2),
    ("year", "year", 1),
    ("month", "month", 1),
    ("day", "day", 1),
    ("hour", "hour", 1),
    ("minute", "minute", 1),
    ("second", "second", 1),
    ("fractionalseconds", "fraction", 1),
    ("totaloffsetminutes", "offset_minutes", 1),
    ("date", "date", 1),
    ("time", "time", 1),
    ("round", "round", 1),
    ("floor", "floor", 1),
    ("ceiling", "ceil", 1),
    ("now", "now", 0),
    ("geo.distance", "distance", 2),
];

/// Functions that are operators in the expression language.
const TESTS: &[(&str, BinaryOperator)] = &[
    ("contains", BinaryOperator::Contains),
    ("startswith", BinaryOperator::StartsWith),
    ("endswith", BinaryOperator::EndsWith),
];

/// Functions said by several pieces: name, fewest and most arguments.
const OTHERS: &[(&str, usize, usize)] = &[
    ("indexof", 2, 2),
    ("substring", 2, 3),
    ("totalseconds", 1, 1),
    ("mindatetime", 0, 0),
    ("maxdatetime", 0, 0),
];

/// Arguments and choices of one call at most.
const ARGUMENTS_MAX: usize = 20;

impl Parser<'_> {
    /// A call, read from its opening parenthesis on.
    pub(super) fn call(&mut self, name: &str, at: Span) -> Result<Expr, ExpressionError> {
        if name == "case" {
            return self.case(at);
        }
        self.expect(&Kind::Open, "(")?;
        let mut arguments = Vec::new();
        if self.peek().kind != Kind::Close {
            loop {
                arguments.push(self.deeper(Self::or)?);
                if arguments.len() > ARGUMENTS_MAX || !self.takes(&Kind::Comma) {
                    break;
                }
            }
        }
        let close = self.expect(&Kind::Close, ")")?;
        let span = Span { start: at.start, end: close.span.end };
        if let Some((_, operator)) = TESTS.iter().find(|(test, _)| *test == name) {
            let [left, right] =
                <[Expr; 2]>::try_from(arguments).map_err(|given| arity(at, name, 2, given.len()))?;
            return Ok(Expr { span, ..binary(*operator, left, right) });
        }
        if let Some((_, ours, count)) = SAME.iter().find(|(function, ..)| *function == name) {
            if arguments.len() != *count {
                return Err(arity(at, name, *count, arguments.len()));
            }
            return Ok(Expr { kind: ExprKind::Call((*ours).to_owned(), arguments), span });
        }
        match OTHERS.iter().find(|(function, ..)| *function == name) {
            Some((_, least, most)) if (*least..=*most).contains(&arguments.len()) => {
                Ok(Expr { span, ..composed(name, arguments, span) })
            }
            Some((_, least, _)) => Err(arity(at, name, *least, arguments.len())),
            None => Err(unknown(name, at)),
        }
    }

    /// `case(condition:value,…)`: the value of the first condition that holds, else null.
    fn case(&mut self, at: Span) -> Result<Expr, ExpressionError> {
        self.expect(&Kind::Open, "(")?;
        let mut choices = Vec::new();
        loop {
            let condition = self.deeper(Self::or)?;
            self.expect(&Kind::Colon, ":")?;
            choices.push((condition, self.deeper(Self::or)?));
            if choices.len() > ARGUMENTS_MAX || !self.takes(&Kind::Comma) {
                break;
            }
        }
        let close = self.expect(&Kind::Close, ")")?;
        let span = Span { start: at.start, end: close.span.end };
        let otherwise = Expr { kind: ExprKind::Literal(Value::Null), span };
        Ok(choices.into_iter().rev().fold(otherwise, |otherwise, (condition, value)| Expr {
            kind: ExprKind::Call("if".to_owned(), vec![condition, value, otherwise]),
            span,
        }))
    }
}

/// A function that is said by several pieces. Its arguments are as many as [`OTHERS`] says.
fn composed(name: &str, mut arguments: Vec<Expr>, span: Span) -> Expr {
    let literal = |value| Expr { kind: ExprKind::Literal(value), span };
    let call = |name: &str, arguments| Expr { kind: ExprKind::Call(name.to_owned(), arguments), span };
    match name {
        // OData counts characters from 0, and says -1 where there is none.
        "indexof" => {
            binary(BinaryOperator::Subtract, call("position", arguments), literal(Value::Integer(1)))
        }
        "substring" => {
            let from = std::mem::replace(&mut arguments[1], literal(Value::Null));
            arguments[1] = binary(BinaryOperator::Add, from, literal(Value::Integer(1)));
            call("substring", arguments)
        }
        "totalseconds" => binary(BinaryOperator::Divide, arguments.remove(0), literal(Value::Duration(1))),
        // The ends of what an instant can be here.
        "mindatetime" => literal(Value::DateTime(instant(-62_135_596_800))),
        _ => literal(Value::DateTime(instant(253_402_207_200))),
    }
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

fn unknown(name: &str, at: Span) -> ExpressionError {
    let names = SAME.iter().map(|(function, ..)| *function);
    let names = names.chain(TESTS.iter().map(|(test, _)| *test));
    let near = nearest(name, names.chain(OTHERS.iter().map(|(function, ..)| *function)).chain(["case"]));
    ExpressionError::new(
        at,
        "unknown_function",
        format!("La fonction « {name} » n'existe pas."),
        format!("There is no function “{name}”."),
    )
    .with_near(near)
}

fn arity(span: Span, name: &str, wanted: usize, given: usize) -> ExpressionError {
    ExpressionError::new(
        span,
        "arguments",
        format!("« {name} » prend {wanted} argument(s), pas {given}."),
        format!("“{name}” takes {wanted} argument(s), not {given}."),
    )
}
