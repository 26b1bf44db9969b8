//! `$filter`: OData's conditions, read into the expression language of `dictionary`, which checks, evaluates and compiles them.

use dictionary::Value;
use dictionary::expression::error::nearest;
use dictionary::expression::{BinaryOperator, Expr, ExprKind, ExpressionError, Span};
use dictionary::model::{Dictionary, Entity};

use super::lexer::{Kind, Token, syntax, tokens};

/// Longest filter, bytes.
pub(crate) const BYTES_MAX: usize = 16 * 1024;
/// Deepest nesting of parentheses, `not` and calls.
const DEPTH_MAX: usize = 40;
/// Most values in one `in (…)`.
const IN_MAX: usize = 1_000;

/// OData's functions with the name, and how many arguments, they have in the expression language.
const FUNCTIONS: &[(&str, &str, usize)] = &[
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
    ("date", "date", 1),
    ("round", "round", 1),
    ("floor", "floor", 1),
    ("ceiling", "ceil", 1),
    ("now", "now", 0),
];

/// OData's text tests, which are operators in the expression language.
const TESTS: &[(&str, BinaryOperator)] = &[
    ("contains", BinaryOperator::Contains),
    ("startswith", BinaryOperator::StartsWith),
    ("endswith", BinaryOperator::EndsWith),
];

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
    &[("mul", BinaryOperator::Multiply), ("div", BinaryOperator::Divide), ("divby", BinaryOperator::Divide)];

/// The expression that an OData condition on `entity` means. Names are not checked here, `dictionary` does; only `<reference>_id` is
/// read as the reference. Positions are bytes of `text`.
pub(crate) fn parse(dictionary: &Dictionary, entity: &Entity, text: &str) -> Result<Expr, ExpressionError> {
    if text.len() > BYTES_MAX {
        let span = Span { start: BYTES_MAX, end: text.len() };
        return Err(ExpressionError::new(
            span,
            "too_large",
            format!("Un filtre a au plus {BYTES_MAX} octets."),
            format!("A filter has at most {BYTES_MAX} bytes."),
        ));
    }
    let mut parser = Parser { dictionary, entity, tokens: tokens(text)?, at: 0, depth: 0 };
    let root = parser.or()?;
    match &parser.peek().kind {
        Kind::End => Ok(root),
        _ => Err(parser.unexpected("« and », « or » ou la fin", "“and”, “or” or the end")),
    }
}

struct Parser<'a> {
    dictionary: &'a Dictionary,
    entity: &'a Entity,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        // The last token is `End` and is never stepped over.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, kind: &Kind) -> bool {
        let same = self.peek().kind == *kind;
        self.at += usize::from(same);
        same
    }

    fn takes_word(&mut self, word: &str) -> bool {
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

    fn unexpected(&self, fr: &str, en: &str) -> ExpressionError {
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

    fn expect(&mut self, kind: &Kind, sign: &str) -> Result<Token, ExpressionError> {
        if self.peek().kind == *kind {
            return Ok(self.take());
        }
        Err(self.unexpected(&format!("« {sign} »"), &format!("“{sign}”")))
    }

    /// Runs `inner` one level deeper.
    fn deeper(
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

    fn or(&mut self) -> Result<Expr, ExpressionError> {
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
        operators: &[(&str, BinaryOperator)],
        operand: fn(&mut Self) -> Result<Expr, ExpressionError>,
    ) -> Result<Expr, ExpressionError> {
        let mut left = operand(self)?;
        let mut links = 0;
        while let Some(operator) = self.takes_operator(operators) {
            links += 1;
            if links > DEPTH_MAX {
                return Err(self.too_deep());
            }
            let right = operand(self)?;
            left = binary(operator, left, right);
        }
        Ok(left)
    }

    fn bound(&self, count: usize) -> Result<(), ExpressionError> {
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
        if !self.takes_word("in") {
            return Ok(left);
        }
        self.expect(&Kind::Open, "(")?;
        let mut values = vec![self.sum()?];
        while self.takes(&Kind::Comma) {
            self.bound(values.len())?;
            values.push(self.sum()?);
        }
        let close = self.expect(&Kind::Close, ")")?;
        let span = Span { start: left.span.start, end: close.span.end };
        Ok(Expr { kind: ExprKind::In(Box::new(left), values), span })
    }

    fn sum(&mut self) -> Result<Expr, ExpressionError> {
        self.figures(SUMS, Self::product)
    }

    fn product(&mut self) -> Result<Expr, ExpressionError> {
        self.figures(PRODUCTS, Self::negation)
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

    fn primary(&mut self) -> Result<Expr, ExpressionError> {
        let token = self.peek().clone();
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
            Kind::Word(word) if !is_reserved(&word) && !word.contains(['$', '@']) => {
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

    fn call(&mut self, name: &str, at: Span) -> Result<Expr, ExpressionError> {
        self.expect(&Kind::Open, "(")?;
        let mut arguments = Vec::new();
        if self.peek().kind != Kind::Close {
            loop {
                arguments.push(self.deeper(Self::or)?);
                if arguments.len() > 8 || !self.takes(&Kind::Comma) {
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
        let Some((_, ours, count)) = FUNCTIONS.iter().find(|(function, ..)| *function == name) else {
            let names =
                FUNCTIONS.iter().map(|(function, ..)| *function).chain(TESTS.iter().map(|(test, _)| *test));
            let near = nearest(name, names);
            return Err(ExpressionError::new(
                at,
                "unknown_function",
                format!("La fonction « {name} » n'existe pas."),
                format!("There is no function “{name}”."),
            )
            .with_near(near));
        };
        if arguments.len() != *count {
            return Err(arity(at, name, *count, arguments.len()));
        }
        Ok(Expr { kind: ExprKind::Call((*ours).to_owned(), arguments), span })
    }

    fn path(&mut self, first: String, at: Span) -> Result<Expr, ExpressionError> {
        let mut names = vec![first];
        let mut span = at;
        let mut counted = false;
        while self.takes(&Kind::Slash) {
            let token = self.peek().clone();
            let Kind::Word(name) = token.kind else {
                return Err(self.unexpected("le nom d'un champ", "the name of a field"));
            };
            self.at += 1;
            span.end = token.span.end;
            if name == "$count" {
                counted = true;
                break;
            }
            if name.contains(['$', '@']) {
                self.at -= 1;
                return Err(self.unexpected("le nom d'un champ", "the name of a field"));
            }
            names.push(name);
        }
        resolve(self.dictionary, self.entity, &mut names);
        let path = Expr { kind: ExprKind::Path(names), span };
        if !counted {
            return Ok(path);
        }
        Ok(Expr { kind: ExprKind::Call("count".to_owned(), vec![path]), span })
    }
}

/// Reads the API's names as the dictionary's: `owner_id` is the reference `owner`.
pub(crate) fn resolve(dictionary: &Dictionary, entity: &Entity, names: &mut [String]) {
    let mut entity = Some(entity);
    for name in names {
        let Some(current) = entity else { return };
        if current.field(name).is_none()
            && let Some(reference) = name.strip_suffix("_id")
            && current.field(reference).is_some_and(|field| field.kind.name() == "reference")
        {
            *name = reference.to_owned();
        }
        let target = current.field(name).and_then(|field| field.options.to.as_deref());
        entity = target.and_then(|target| dictionary.entity(target));
    }
}

fn binary(operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span }
}

fn arity(span: Span, name: &str, wanted: usize, given: usize) -> ExpressionError {
    ExpressionError::new(
        span,
        "arguments",
        format!("« {name} » prend {wanted} argument(s), pas {given}."),
        format!("“{name}” takes {wanted} argument(s), not {given}."),
    )
}

fn operator_words() -> impl Iterator<Item = &'static str> {
    let operators = COMPARISONS.iter().chain(SUMS).chain(PRODUCTS).map(|(name, _)| *name);
    operators.chain(["and", "or", "not", "in"])
}

fn is_reserved(word: &str) -> bool {
    operator_words().any(|reserved| reserved == word)
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
        parse(dictionary, thing, text).map(|expr| expr.to_string())
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
