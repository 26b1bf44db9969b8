//! `$filter`: OData's conditions, read into the expression language of `dictionary`, which checks, evaluates and compiles them.

use dictionary::Value;
use dictionary::expression::error::nearest;
use dictionary::expression::{BinaryOperator, Expr, ExprKind, ExpressionError, Span};
use dictionary::model::{Dictionary, Entity};

use super::lexer::{Kind, Token, syntax, tokens};

/// Longest filter, bytes.
pub(crate) const BYTES_MAX: usize = 16 * 1024;
/// What aliases stand for at most, bytes, counted each time one is named.
const ALIASED_BYTES_MAX: usize = 2 * BYTES_MAX;
/// Deepest nesting of parentheses, `not` and calls.
const DEPTH_MAX: usize = 40;
/// Most values in one `in (…)`.
const IN_MAX: usize = 1_000;

const COMPARISONS: &[(&str, BinaryOperator)] = &[
    ("eq", BinaryOperator::Equal),
    ("ne", BinaryOperator::NotEqual),
    ("lt", BinaryOperator::Less),
    ("le", BinaryOperator::LessOrEqual),
    ("gt", BinaryOperator::Greater),
    ("ge", BinaryOperator::GreaterOrEqual),
];

const SUMS: &[(&str, BinaryOperator)] = &[("add", BinaryOperator::Add), ("sub", BinaryOperator::Subtract)];

const PRODUCTS: &[(&str, BinaryOperator)] =
    &[("mul", BinaryOperator::Multiply), ("divby", BinaryOperator::Divide)];

/// Operators that are functions in the expression language, of the rank of products.
const QUOTIENTS: &[&str] = &["div", "mod"];

/// Parameters of the request that start with `@`, which expressions may name.
pub(crate) type Aliases = [(String, String)];

/// The expression that an OData condition on `entity` means. Names are not checked here, `dictionary` does; only `<reference>_id` is
/// read as the reference. Positions are bytes of `text`.
pub(crate) fn parse(
    dictionary: &Dictionary,
    entity: &Entity,
    aliases: &Aliases,
    text: &str,
) -> Result<Expr, ExpressionError> {
    let mut parser = Parser::new(dictionary, entity, aliases, text)?;
    let root = parser.or()?;
    parser.end(root)
}

/// How two figures are joined.
enum Join {
    Operator(BinaryOperator),
    Function(&'static str),
}

/// Reads one expression.
pub(super) struct Parser<'a> {
    /// `None` when there are no records.
    pub(super) dictionary: Option<&'a Dictionary>,
    aliases: &'a Aliases,
    /// Records that names start from, those of the list first, then those of each lambda on the way.
    pub(super) levels: Vec<Level<'a>>,
    /// The level of names that no variable introduces.
    pub(super) base: usize,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Bytes of what aliases stood for so far, each time one was named.
    aliased_bytes: usize,
}

/// Records that names may start from.
#[derive(Debug, Clone)]
pub(super) struct Level<'a> {
    /// The name that stands for one of them.
    pub(super) variable: String,
    /// `None` when it is not known: the fault is told when names are checked.
    pub(super) entity: Option<&'a Entity>,
    /// Their reference to the record of the level before.
    pub(super) by: String,
}

impl<'a> Parser<'a> {
    /// Of an expression about records of an entity.
    pub(super) fn new(
        dictionary: &'a Dictionary,
        entity: &'a Entity,
        aliases: &'a Aliases,
        text: &str,
    ) -> Result<Parser<'a>, ExpressionError> {
        let parser = Parser::of_columns(aliases, text)?;
        let levels = vec![Level { variable: "$it".to_owned(), entity: Some(entity), by: String::new() }];
        Ok(Parser { dictionary: Some(dictionary), levels, ..parser })
    }

    /// Of an expression about columns, whose names are whole paths.
    pub(super) fn of_columns(aliases: &'a Aliases, text: &str) -> Result<Parser<'a>, ExpressionError> {
        if text.len() > BYTES_MAX {
            let span = Span { start: BYTES_MAX, end: text.len() };
            return Err(ExpressionError::new(
                span,
                "too_large",
                format!("Un filtre a au plus {BYTES_MAX} octets."),
                format!("A filter has at most {BYTES_MAX} bytes."),
            ));
        }
        let levels = vec![Level { variable: "$it".to_owned(), entity: None, by: String::new() }];
        Ok(Parser {
            dictionary: None,
            aliases,
            levels,
            base: 0,
            tokens: tokens(text)?,
            at: 0,
            depth: 0,
            aliased_bytes: 0,
        })
    }

    /// `root`, if nothing follows it.
    pub(super) fn end(&self, root: Expr) -> Result<Expr, ExpressionError> {
        match &self.peek().kind {
            Kind::End => Ok(root),
            _ => Err(self.unexpected("« and », « or » ou la fin", "“and”, “or” or the end")),
        }
    }

    pub(super) fn peek(&self) -> &Token {
        // The last token is `End` and is never stepped over.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(super) fn takes(&mut self, kind: &Kind) -> bool {
        let same = self.peek().kind == *kind;
        self.at += usize::from(same);
        same
    }

    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let same = matches!(&self.peek().kind, Kind::Word(w) if w == word);
        self.at += usize::from(same);
        same
    }

    fn takes_operator(&mut self, operators: &[(&str, BinaryOperator)]) -> Option<BinaryOperator> {
        let Kind::Word(word) = &self.peek().kind else { return None };
        let found = operators.iter().find(|(name, _)| name == word)?.1;
        self.at += 1;
        Some(found)
    }

    pub(super) fn unexpected(&self, fr: &str, en: &str) -> ExpressionError {
        let token = self.peek();
        match &token.kind {
            Kind::End => syntax(
                token.span,
                format!("Le filtre s'arrête ici, alors qu'il faudrait {fr}."),
                format!("The filter ends here; {en} is expected."),
            ),
            Kind::Word(word) => {
                let near = nearest(word, operator_words());
                syntax(
                    token.span,
                    format!("« {word} » n'est pas attendu ici : il faudrait {fr}."),
                    format!("“{word}” is not expected here; {en} is."),
                )
                .with_near(near)
            }
            _ => syntax(
                token.span,
                format!("Ceci n'est pas attendu ici : il faudrait {fr}."),
                format!("This is not expected here; {en} is."),
            ),
        }
    }

    pub(super) fn expect(&mut self, kind: &Kind, sign: &str) -> Result<Token, ExpressionError> {
        if self.peek().kind == *kind {
            return Ok(self.take());
        }
        Err(self.unexpected(&format!("« {sign} »"), &format!("“{sign}”")))
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Expr, ExpressionError>,
    ) -> Result<Expr, ExpressionError> {
        if self.depth == DEPTH_MAX {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub(super) fn or(&mut self) -> Result<Expr, ExpressionError> {
        self.joined("or", BinaryOperator::Or, Self::and)
    }

    fn and(&mut self) -> Result<Expr, ExpressionError> {
        self.joined("and", BinaryOperator::And, Self::not)
    }

    /// Conditions joined by one word, as a balanced tree.
    fn joined(
        &mut self,
        word: &str,
        operator: BinaryOperator,
        operand: fn(&mut Self) -> Result<Expr, ExpressionError>,
    ) -> Result<Expr, ExpressionError> {
        let mut operands = vec![operand(self)?];
        while self.takes_word(word) {
            self.bound(operands.len())?;
            operands.push(operand(self)?);
        }
        Ok(if operands.len() == 1 { operands.remove(0) } else { Expr::chain(operator, operands) })
    }

    /// Sums and products, from left to right. Each makes the tree one level deeper.
    fn figures(
        &mut self,
        join: fn(&mut Self) -> Option<Join>,
        operand: fn(&mut Self) -> Result<Expr, ExpressionError>,
    ) -> Result<Expr, ExpressionError> {
        let mut left = operand(self)?;
        let mut links = 0;
        while let Some(join) = join(self) {
            links += 1;
            if links > DEPTH_MAX {
                return Err(self.too_deep());
            }
            let right = operand(self)?;
            left = match join {
                Join::Operator(operator) => binary(operator, left, right),
                Join::Function(name) => {
                    let span = left.span.to(right.span);
                    Expr { kind: ExprKind::Call(name.to_owned(), vec![left, right]), span }
                }
            };
        }
        Ok(left)
    }

    pub(super) fn bound(&self, count: usize) -> Result<(), ExpressionError> {
        if count < IN_MAX {
            return Ok(());
        }
        Err(ExpressionError::new(
            self.peek().span,
            "too_large",
            format!("Un filtre a au plus {IN_MAX} valeurs ou conditions de suite."),
            format!("A filter has at most {IN_MAX} values or conditions in a row."),
        ))
    }

    fn too_deep(&self) -> ExpressionError {
        ExpressionError::new(
            self.peek().span,
            "too_deep",
            format!("Ce filtre a plus de {DEPTH_MAX} niveaux."),
            format!("This filter is more than {DEPTH_MAX} levels deep."),
        )
    }

    fn not(&mut self) -> Result<Expr, ExpressionError> {
        let start = self.peek().span.start;
        if !self.takes_word("not") {
            return self.comparison();
        }
        let inner = self.deeper(Self::not)?;
        let span = Span { start, end: inner.span.end };
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span })
    }

    fn comparison(&mut self) -> Result<Expr, ExpressionError> {
        let left = self.sum()?;
        if let Some(operator) = self.takes_operator(COMPARISONS) {
            let right = self.sum()?;
            return Ok(binary(operator, left, right));
        }
        if self.takes_word("has") {
            return self.has(left);
        }
        if !self.takes_word("in") {
            return Ok(left);
        }
        let (values, end) = self.values()?;
        let span = Span { start: left.span.start, end };
        Ok(Expr { kind: ExprKind::In(Box::new(left), values), span })
    }

    /// Values in parentheses, in brackets, or behind an alias; and where they end.
    fn values(&mut self) -> Result<(Vec<Expr>, usize), ExpressionError> {
        if let Some(values) = self.alias(|parser| parser.values().map(|(values, _)| values))? {
            let end = self.tokens[self.at - 1].span.end;
            let span = self.tokens[self.at - 1].span;
            return Ok((values.into_iter().map(|value| moved(value, span)).collect(), end));
        }
        let close = if self.takes(&Kind::OpenList) {
            (Kind::CloseList, "]")
        } else {
            self.expect(&Kind::Open, "(")?;
            (Kind::Close, ")")
        };
        let mut values = vec![self.sum()?];
        while self.takes(&Kind::Comma) {
            self.bound(values.len())?;
            values.push(self.sum()?);
        }
        let close = self.expect(&close.0, close.1)?;
        Ok((values, close.span.end))
    }

    /// Steps over a parameter alias and runs `read` on what it stands for; `None` when there is none here.
    fn alias<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ExpressionError>,
    ) -> Result<Option<T>, ExpressionError> {
        let token = self.peek().clone();
        let Kind::Word(name) = &token.kind else { return Ok(None) };
        if !name.starts_with('@') {
            return Ok(None);
        }
        let Some((_, text)) = self.aliases.iter().find(|(known, _)| known == name) else {
            let near = nearest(name, self.aliases.iter().map(|(known, _)| known.as_str()));
            return Err(ExpressionError::new(
                token.span,
                "unknown_alias",
                format!("Le paramètre « {name} » n'est pas donné : ajoutez « &{name}=… » à l'adresse."),
                format!("The parameter “{name}” is not given: add “&{name}=…” to the address."),
            )
            .with_near(near));
        };
        if self.depth == DEPTH_MAX {
            return Err(self.too_deep());
        }
        // Aliases may stand for aliases: each time for two of the next would never end.
        self.aliased_bytes = self.aliased_bytes.saturating_add(text.len());
        if self.aliased_bytes > ALIASED_BYTES_MAX {
            return Err(ExpressionError::new(
                token.span,
                "too_large",
                format!("Ce que désignent les paramètres a au plus {ALIASED_BYTES_MAX} octets en tout."),
                format!("What parameters stand for has at most {ALIASED_BYTES_MAX} bytes in all."),
            ));
        }
        // What is wrong in its text is told where it is named.
        let here = |error: ExpressionError| ExpressionError { span: token.span, ..error };
        let around = (std::mem::replace(&mut self.tokens, tokens(text).map_err(here)?), self.at);
        self.at = 0;
        self.depth += 1;
        let value = read(self).and_then(|value| match self.peek().kind {
            Kind::End => Ok(value),
            _ => Err(self.unexpected("la fin", "the end")),
        });
        self.depth -= 1;
        (self.tokens, self.at) = (around.0, around.1 + 1);
        value.map(Some).map_err(here)
    }

    pub(super) fn sum(&mut self) -> Result<Expr, ExpressionError> {
        self.figures(|parser| parser.takes_operator(SUMS).map(Join::Operator), Self::product)
    }

    fn product(&mut self) -> Result<Expr, ExpressionError> {
        let join = |parser: &mut Self| {
            let function =
                QUOTIENTS.iter().find(|word| parser.takes_word(word)).map(|word| Join::Function(word));
            function.or_else(|| parser.takes_operator(PRODUCTS).map(Join::Operator))
        };
        self.figures(join, Self::negation)
    }

    fn negation(&mut self) -> Result<Expr, ExpressionError> {
        let start = self.peek().span.start;
        if !self.takes(&Kind::Minus) {
            return self.primary();
        }
        let inner = self.deeper(Self::negation)?;
        let span = Span { start, end: inner.span.end };
        let kind = match inner.kind {
            ExprKind::Literal(Value::Integer(n)) => ExprKind::Literal(Value::Integer(-n)),
            ExprKind::Literal(Value::Decimal(n)) => ExprKind::Literal(Value::Decimal(-n)),
            kind => ExprKind::Negate(Box::new(Expr { kind, span: inner.span })),
        };
        Ok(Expr { kind, span })
    }

    /// `tags has 'red'`.
    fn has(&mut self, left: Expr) -> Result<Expr, ExpressionError> {
        let right = self.sum()?;
        let choices = match &left.kind {
            ExprKind::Path(names) => self.leads_to_choices(self.levels.len() - 1, names),
            _ => false,
        };
        if choices {
            return Ok(binary(BinaryOperator::Contains, left, right));
        }
        Err(syntax(
            left.span,
            "« has » s'applique à un champ de plusieurs choix.",
            "“has” applies to a field of several choices.",
        ))
    }

    fn primary(&mut self) -> Result<Expr, ExpressionError> {
        let token = self.peek().clone();
        if let Some(value) = self.alias(Self::or)? {
            return Ok(moved(value, token.span));
        }
        match token.kind {
            Kind::Literal(value) => {
                self.at += 1;
                Ok(Expr { kind: ExprKind::Literal(value), span: token.span })
            }
            Kind::Open => {
                self.at += 1;
                let inner = self.deeper(Self::or)?;
                let close = self.expect(&Kind::Close, ")")?;
                Ok(Expr { span: Span { start: token.span.start, end: close.span.end }, ..inner })
            }
            Kind::Word(word)
                if !is_reserved(&word)
                    && (matches!(word.as_str(), "$it" | "$this") || !word.contains('$')) =>
            {
                self.at += 1;
                if self.peek().kind == Kind::Open {
                    self.call(&word, token.span)
                } else {
                    self.path(word, token.span)
                }
            }
            _ => {
                Err(self.unexpected("un champ, une valeur ou une fonction", "a field, a value or a function"))
            }
        }
    }
}

pub(super) fn binary(operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span }
}

/// The expression, said to stand elsewhere: what an alias stands for has its place.
fn moved(expr: Expr, span: Span) -> Expr {
    let all = |exprs: Vec<Expr>| exprs.into_iter().map(|expr| moved(expr, span)).collect();
    let one = |expr: Box<Expr>| Box::new(moved(*expr, span));
    let kind = match expr.kind {
        ExprKind::Literal(value) => ExprKind::Literal(value),
        ExprKind::Path(names) => ExprKind::Path(names),
        ExprKind::Call(name, arguments) => ExprKind::Call(name, all(arguments)),
        ExprKind::Not(inner) => ExprKind::Not(one(inner)),
        ExprKind::Negate(inner) => ExprKind::Negate(one(inner)),
        ExprKind::Binary(operator, left, right) => ExprKind::Binary(operator, one(left), one(right)),
        ExprKind::In(left, items) => ExprKind::In(one(left), all(items)),
    };
    Expr { kind, span }
}

fn operator_words() -> impl Iterator<Item = &'static str> {
    let operators = COMPARISONS.iter().chain(SUMS).chain(PRODUCTS).map(|(name, _)| *name);
    operators.chain(QUOTIENTS.iter().copied()).chain(["and", "or", "not", "in", "has"])
}

fn is_reserved(word: &str) -> bool {
    operator_words().any(|reserved| reserved == word)
}

/// Whether a word is an operator or a value.
pub(super) fn is_word_of_ours(word: &str) -> bool {
    is_reserved(word) || matches!(word, "null" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use dictionary::compile;
    use dictionary::layers::Layer;
    use proptest::prelude::*;

    use super::*;

    fn dictionary() -> Dictionary {
        const LAYER: &str = "name = \"test\"\n\
            [entities.thing]\nlabel = { fr = \"Chose\" }\nplural = { fr = \"Choses\" }\n\
            [entities.thing.fields.name]\ntype = \"text\"\nlabel = { fr = \"Nom\" }\n\
            [entities.thing.fields.size]\ntype = \"integer\"\nlabel = { fr = \"Taille\" }\n\
            [entities.thing.fields.parent]\ntype = \"reference\"\nto = \"thing\"\nlabel = { fr = \"Parent\" }\n";
        compile::compile(&[Layer::single("test", LAYER)]).unwrap()
    }

    fn read(dictionary: &Dictionary, text: &str) -> Result<String, ExpressionError> {
        let thing = dictionary.entity("thing").unwrap();
        parse(dictionary, thing, &[], text).map(|expr| expr.to_string())
    }

    #[test]
    fn conditions_mean_what_they_do_in_the_expression_language() {
        let dictionary = dictionary();
        let cases = [
            ("name eq 'L''Arc' and not (size gt 3)", "name = 'L''Arc' and not size > 3"),
            ("a or b and c", "a or b and c"),
            ("(a or b) and c", "(a or b) and c"),
            ("size add 2 mul 3 eq -4", "size + 2 * 3 = -4"),
            ("startswith(tolower(name),'x')", "lower(name) starts with 'x'"),
            ("parent/parent/name ne null", "parent.parent.name != null"),
            ("parent_id eq null or parent/parent_id eq null", "parent = null or parent.parent = null"),
            ("size in (1, 2.5)", "size in (1, 2.5)"),
            ("things/$count ge 2", "count(things) >= 2"),
        ];
        for (odata, ours) in cases {
            assert_eq!(read(&dictionary, odata).as_deref(), Ok(ours), "{odata}");
        }
    }

    #[test]
    fn words_of_the_language_are_no_fields() {
        let dictionary = dictionary();
        for text in [
            "eq eq 'x'",
            "and",
            "name eq and",
            "not",
            "in (1)",
            "name in ()",
            "name in 1",
            "contains()",
            "a b",
            "a/",
            "a/'b'",
            "$it/in",
            "$it/null eq 1",
        ] {
            assert!(read(&dictionary, text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic_and_faults_lie_within_it(text in "[ -~éœ'()/,$0-9a-z]{0,60}") {
            let dictionary = dictionary();
            if let Err(error) = read(&dictionary, &text) {
                prop_assert!(error.span.start <= error.span.end && error.span.end <= text.len());
                prop_assert!(text.is_char_boundary(error.span.start));
            }
        }

        #[test]
        fn no_mixture_of_its_words_makes_the_reader_panic(
            words in prop::collection::vec(prop::sample::select(vec![
                "and", "or", "not", "(", ")", "eq", "in", ",", "name", "size", "'x'", "12", "-", "contains(", "/", "null", "duration'PT1S'",
                "2026-11-23", "0192f3a0-7e1c-7c3a-9f5e-0123456789ab", "add", "$count",
                "any(", "all(", "l", ":", "l/size", "things/any(l:", "has", "mod", "case(", "[", "]", "\"x\"", "@a", "$it", "=", "indexof(",
            ]), 0..25)
        ) {
            let dictionary = dictionary();
            let text = words.join(" ");
            if let Ok(ours) = read(&dictionary, &text) {
                // What is read can be written in the expression language and read again there.
                prop_assert!(dictionary::expression::parse(&ours).is_ok() || ours.contains("0192f3a0"), "{} → {}", text, ours);
            }
        }
    }
}
