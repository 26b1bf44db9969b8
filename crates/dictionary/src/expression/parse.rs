//! Text → tree, by recursive descent. Depth and size are bounded, so that no text can exhaust the stack of whoever walks the tree.

use rust_decimal::Decimal;

use super::lexer::{Token, tokens};
use crate::expression::{BinaryOperator, Expr, ExprKind, Expression, ExpressionError, Span};
use crate::field_types::{Invalid, literal};
use crate::value::Value;

/// Levels of a tree at most.
pub const DEPTH_MAX: u32 = 64;
/// Pieces of a tree at most.
pub const NODES_MAX: usize = 4096;
/// Length of a text at most.
pub const SOURCE_BYTES_MAX: usize = 65_536;

/// Words that are never names.
const RESERVED: [&str; 7] = ["and", "or", "not", "in", "true", "false", "null"];

/// The tree of `source`, or the first fault in it.
///
/// Chains of `and` (or `or`) become balanced trees, so that a thousand conditions are ten levels deep.
pub fn parse(source: &str) -> Result<Expression, ExpressionError> {
    if source.len() > SOURCE_BYTES_MAX {
        return Err(too_large(Span { start: 0, end: source.len() }));
    }
    let mut parser = Parser { tokens: tokens(source)?, at: 0, nesting: 0, nodes: 0 };
    let tree = parser.any()?;
    match parser.peek() {
        Token::End => Ok(Expression { source: source.to_owned(), root: tree.expr }),
        _ => Err(parser.unexpected("la fin ou un opérateur", "the end or an operator")),
    }
}

/// A piece and how many levels it has.
struct Tree {
    expr: Expr,
    height: u32,
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    nesting: u32,
    nodes: usize,
}

impl Parser {
    /// `a or b or c`
    fn any(&mut self) -> Result<Tree, ExpressionError> {
        self.nested(|parser| {
            parser.chain(BinaryOperator::Or, "or", |parser| {
                parser.chain(BinaryOperator::And, "and", Parser::negation)
            })
        })
    }

    fn chain(
        &mut self,
        operator: BinaryOperator,
        word: &str,
        operand: fn(&mut Parser) -> Result<Tree, ExpressionError>,
    ) -> Result<Tree, ExpressionError> {
        let first = operand(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut height = first.height;
        let mut operands = vec![first.expr];
        while self.take_word(word) {
            let next = operand(self)?;
            height = height.max(next.height);
            operands.push(next.expr);
            self.count()?;
        }
        let expr = Expr::chain(operator, operands);
        let height = height + 1 + expr.chain_length(operator).ilog2();
        self.built(expr.kind, expr.span, height)
    }

    /// `not a`
    fn negation(&mut self) -> Result<Tree, ExpressionError> {
        let start = self.span();
        if !self.take_word("not") {
            return self.comparison();
        }
        let operand = self.nested(Parser::negation)?;
        let span = start.to(operand.expr.span);
        self.built(ExprKind::Not(Box::new(operand.expr)), span, operand.height + 1)
    }

    fn comparison(&mut self) -> Result<Tree, ExpressionError> {
        let left = self.sum()?;
        let Some(comparison) = self.take_comparison()? else { return Ok(left) };
        let tree = match comparison {
            Some(operator) => {
                let right = self.sum()?;
                self.binary(operator, left, right)?
            }
            None => self.membership(left)?,
        };
        let span = self.span();
        match self.take_comparison()? {
            None => Ok(tree),
            Some(_) => Err(ExpressionError::new(
                span,
                "syntax",
                "Une comparaison ne suit pas une autre : reliez-les par and ou or, ou mettez des parenthèses.",
                "One comparison does not follow another: join them with and or or, or use parentheses.",
            )),
        }
    }

    /// The comparison at hand; `Some(None)` for `in`.
    fn take_comparison(&mut self) -> Result<Option<Option<BinaryOperator>>, ExpressionError> {
        let operator = match self.peek() {
            Token::Symbol("=") => BinaryOperator::Equal,
            Token::Symbol("!=") => BinaryOperator::NotEqual,
            Token::Symbol("<") => BinaryOperator::Less,
            Token::Symbol("<=") => BinaryOperator::LessOrEqual,
            Token::Symbol(">") => BinaryOperator::Greater,
            Token::Symbol(">=") => BinaryOperator::GreaterOrEqual,
            Token::Word(word) => match word.as_str() {
                "in" => {
                    self.at += 1;
                    return Ok(Some(None));
                }
                "contains" => BinaryOperator::Contains,
                "starts" | "ends" => {
                    let operator =
                        if word == "starts" { BinaryOperator::StartsWith } else { BinaryOperator::EndsWith };
                    self.at += 1;
                    if !self.is_word("with") {
                        return Err(self.unexpected("with", "with"));
                    }
                    operator
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(Some(operator)))
    }

    /// The list after `in`.
    fn membership(&mut self, left: Tree) -> Result<Tree, ExpressionError> {
        if !self.take_symbol("(") {
            return Err(self.unexpected("une liste entre parenthèses", "a list between parentheses"));
        }
        let (items, end, height) = self.list()?;
        if items.is_empty() {
            return Err(ExpressionError::new(end, "syntax", "Cette liste est vide.", "This list is empty."));
        }
        let span = left.expr.span.to(end);
        self.built(ExprKind::In(Box::new(left.expr), items), span, height.max(left.height) + 1)
    }

    fn sum(&mut self) -> Result<Tree, ExpressionError> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("+") => BinaryOperator::Add,
                Token::Symbol("-") => BinaryOperator::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn product(&mut self) -> Result<Tree, ExpressionError> {
        let mut left = self.sign()?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("*") => BinaryOperator::Multiply,
                Token::Symbol("/") => BinaryOperator::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.sign()?;
            left = self.binary(operator, left, right)?;
        }
    }

    /// `-a`; before digits the sign belongs to the number.
    fn sign(&mut self) -> Result<Tree, ExpressionError> {
        let start = self.span();
        if !self.take_symbol("-") {
            return self.primary();
        }
        if let Token::Number(digits) = self.peek() {
            let digits = format!("-{digits}");
            let span = start.to(self.span());
            self.at += 1;
            return self.built(ExprKind::Literal(number(&digits, span)?), span, 1);
        }
        let operand = self.nested(Parser::sign)?;
        let span = start.to(operand.expr.span);
        self.built(ExprKind::Negate(Box::new(operand.expr)), span, operand.height + 1)
    }

    fn primary(&mut self) -> Result<Tree, ExpressionError> {
        let span = self.span();
        let literal = match self.peek().clone() {
            Token::Number(digits) => number(&digits, span)?,
            Token::Text(text) => Value::Text(text),
            Token::Symbol("(") => {
                self.at += 1;
                let inner = self.any()?;
                self.close(span)?;
                return Ok(inner);
            }
            Token::Word(word) => match word.as_str() {
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                "null" => Value::Null,
                word if RESERVED.contains(&word) => return Err(self.unexpected("une valeur", "a value")),
                _ => return self.named(word, span),
            },
            _ => return Err(self.unexpected("une valeur", "a value")),
        };
        self.at += 1;
        self.built(ExprKind::Literal(literal), span, 1)
    }

    /// What a name starts: a literal of its type, a call, or a path.
    fn named(&mut self, word: String, span: Span) -> Result<Tree, ExpressionError> {
        self.at += 1;
        if let Token::Text(text) = self.peek()
            && let Some(read) = literal(&word, text)
        {
            let span = span.to(self.span());
            self.at += 1;
            return self.built(
                ExprKind::Literal(read.map_err(|fault| literal_fault(span, &fault))?),
                span,
                1,
            );
        }
        if self.take_symbol("(") {
            let (arguments, end, height) = self.list()?;
            return self.built(ExprKind::Call(word, arguments), span.to(end), height + 1);
        }
        let mut names = vec![word];
        let mut end = span;
        while self.take_symbol(".") {
            let Token::Word(next) = self.peek().clone() else {
                return Err(self.unexpected("un nom", "a name"));
            };
            end = self.span();
            self.at += 1;
            names.push(next);
        }
        self.built(ExprKind::Path(names), span.to(end), 1)
    }

    /// Expressions between commas up to the parenthesis that closes, with its place and the levels of the deepest.
    fn list(&mut self) -> Result<(Vec<Expr>, Span, u32), ExpressionError> {
        let open = self.tokens[self.at - 1].1;
        let mut items = Vec::new();
        let mut height = 0;
        if !matches!(self.peek(), Token::Symbol(")")) {
            loop {
                let item = self.any()?;
                height = height.max(item.height);
                items.push(item.expr);
                if !self.take_symbol(",") {
                    break;
                }
            }
        }
        Ok((items, self.close(open)?, height))
    }

    fn close(&mut self, open: Span) -> Result<Span, ExpressionError> {
        let span = self.span();
        if self.take_symbol(")") {
            return Ok(span);
        }
        if *self.peek() == Token::End {
            return Err(ExpressionError::new(
                open,
                "syntax",
                "Cette parenthèse n'est jamais fermée.",
                "This parenthesis is never closed.",
            ));
        }
        Err(self.unexpected("une virgule, un opérateur ou )", "a comma, an operator or )"))
    }

    fn binary(&mut self, operator: BinaryOperator, left: Tree, right: Tree) -> Result<Tree, ExpressionError> {
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height) + 1;
        self.built(ExprKind::Binary(operator, Box::new(left.expr), Box::new(right.expr)), span, height)
    }

    fn built(&mut self, kind: ExprKind, span: Span, height: u32) -> Result<Tree, ExpressionError> {
        self.count()?;
        if height > DEPTH_MAX {
            return Err(too_deep(span));
        }
        Ok(Tree { expr: Expr { kind, span }, height })
    }

    fn count(&mut self) -> Result<(), ExpressionError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX { Err(too_large(self.span())) } else { Ok(()) }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Parser) -> Result<Tree, ExpressionError>,
    ) -> Result<Tree, ExpressionError> {
        if self.nesting == DEPTH_MAX {
            return Err(too_deep(self.span()));
        }
        self.nesting += 1;
        let tree = read(self);
        self.nesting -= 1;
        tree
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(found) if *found == symbol);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, fr: &str, en: &str) -> ExpressionError {
        let (fr_found, en_found, near) = match self.peek() {
            Token::Word(word) => {
                let lower = word.to_ascii_lowercase();
                let keyword =
                    ["and", "or", "not", "in", "contains", "starts", "ends", "with", "true", "false", "null"];
                let near = keyword.contains(&lower.as_str()).then_some(lower).filter(|lower| lower != word);
                (format!("« {word} »"), format!("“{word}”"), near)
            }
            Token::Number(digits) => (format!("« {digits} »"), format!("“{digits}”"), None),
            Token::Text(_) => ("un texte".to_owned(), "a text".to_owned(), None),
            Token::Symbol(symbol) => (format!("« {symbol} »"), format!("“{symbol}”"), None),
            Token::End => ("la fin".to_owned(), "the end".to_owned(), None),
        };
        let (fr, en) =
            (format!("On attend {fr}, pas {fr_found}."), format!("Expected {en}, not {en_found}."));
        ExpressionError::new(self.span(), "syntax", fr, en).with_near(near)
    }
}

/// A whole number of 64 bits, else an exact decimal.
fn number(digits: &str, span: Span) -> Result<Value, ExpressionError> {
    if let Ok(whole) = digits.parse() {
        return Ok(Value::Integer(whole));
    }
    Decimal::from_str_exact(digits).map(Value::Decimal).map_err(|_| {
        ExpressionError::new(
            span,
            "literal",
            "Ce nombre a trop de chiffres.",
            "This number has too many digits.",
        )
    })
}

fn literal_fault(span: Span, fault: &Invalid) -> ExpressionError {
    ExpressionError { span, code: "literal", message: fault.message.clone(), near: None }
}

pub(super) fn too_deep(span: Span) -> ExpressionError {
    ExpressionError::new(
        span,
        "too_deep",
        format!("Plus de {DEPTH_MAX} niveaux imbriqués : simplifiez."),
        format!("More than {DEPTH_MAX} nested levels: make it simpler."),
    )
}

pub(super) fn too_large(span: Span) -> ExpressionError {
    ExpressionError::new(
        span,
        "too_large",
        format!("L'expression est trop longue : {NODES_MAX} éléments au plus."),
        format!("The expression is too long: {NODES_MAX} pieces at most."),
    )
}
