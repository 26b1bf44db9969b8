//! Names in expressions: paths, lambda expressions (`any`, `all`) and counts over lines and records that refer here.

use dictionary::expression::{BinaryOperator, Expr, ExprKind, ExpressionError, Span};
use dictionary::model::{Dictionary, Entity};

use super::filter::{Level, Parser, binary, is_word_of_ours};
use super::lexer::{Kind, syntax};

/// Lambda expressions inside each other at most: as many as the expression language nests figures.
const LAMBDAS_MAX: usize = 2;

impl<'a> Parser<'a> {
    /// A path, read from its first name on.
    pub(super) fn path(&mut self, first: String, at: Span) -> Result<Expr, ExpressionError> {
        let mut names = vec![first];
        let mut span = at;
        while self.takes(&Kind::Slash) {
            let token = self.peek().clone();
            let Kind::Word(name) = token.kind else {
                return Err(self.unexpected("le nom d'un champ", "the name of a field"));
            };
            self.take();
            span.end = token.span.end;
            let opens = self.peek().kind == Kind::Open;
            match name.as_str() {
                "$count" => {
                    let path = self.absolute(names, span)?;
                    return self.count(path, span);
                }
                "any" | "all" if opens => {
                    let path = self.absolute(names, span)?;
                    return self.lambda(path, &name, span);
                }
                // A word of the language is no field's name, after a slash either.
                name if name.contains(['$', '@']) || is_word_of_ours(name) => {
                    return Err(syntax(
                        token.span,
                        "Il faudrait le nom d'un champ.",
                        "The name of a field is expected.",
                    ));
                }
                _ => names.push(name),
            }
        }
        let names = self.absolute(names, span)?;
        if names.is_empty() {
            return Err(syntax(
                span,
                "Ce nom désigne une fiche entière : il faut un champ après « / ».",
                "This name stands for a whole record; a field after “/” is expected.",
            ));
        }
        Ok(Expr { kind: ExprKind::Path(names), span })
    }

    /// The names of a path from the innermost records: what starts further out goes through the references back to there.
    fn absolute(&self, mut names: Vec<String>, span: Span) -> Result<Vec<String>, ExpressionError> {
        let variable = match names.first().map(String::as_str) {
            Some("$this") => Some(self.base),
            Some(first) => self.levels.iter().rposition(|level| level.variable == first),
            None => None,
        };
        let level = variable.unwrap_or(self.base);
        if variable.is_some() {
            names.remove(0);
        } else if names.first().is_some_and(|first| first.contains('$')) {
            return Err(syntax(span, "Il faudrait le nom d'un champ.", "The name of a field is expected."));
        }
        match (self.dictionary, self.levels[level].entity) {
            (None, _) => names = vec![names.join("/")],
            (Some(dictionary), Some(entity)) => resolve(dictionary, entity, &mut names),
            (Some(_), None) => {}
        }
        let back = self.levels[level + 1..].iter().rev().map(|level| level.by.clone());
        Ok(back.chain(names).collect())
    }

    /// Whether names that start at a level lead to a field of several choices.
    pub(super) fn leads_to_choices(&self, level: usize, names: &[String]) -> bool {
        let mut entity = self.levels.get(level).and_then(|level| level.entity);
        let mut choices = false;
        for name in names {
            let Some(field) = entity.and_then(|entity| entity.field(name)) else { return false };
            choices = field.kind.name() == "choices";
            entity = field.options.to.as_deref().and_then(|to| self.dictionary?.entity(to));
        }
        choices
    }

    /// `lines/$count`, `lines/$count($filter=…)`.
    fn count(&mut self, records: Vec<String>, span: Span) -> Result<Expr, ExpressionError> {
        if !self.takes(&Kind::Open) {
            return Ok(figure("count", records, None, span));
        }
        if !self.takes_word("$filter") {
            return Err(self.unexpected("$filter=", "$filter="));
        }
        self.expect(&Kind::Equals, "=")?;
        let level = self.level(&records, String::new());
        let condition = self.within(level, true, Self::or)?;
        let close = self.expect(&Kind::Close, ")")?;
        Ok(figure("count", records, Some(condition), Span { start: span.start, end: close.span.end }))
    }

    /// `lines/any(l:l/amount gt 5)`, `lines/all(…)`, `lines/any()`.
    fn lambda(&mut self, records: Vec<String>, name: &str, span: Span) -> Result<Expr, ExpressionError> {
        self.expect(&Kind::Open, "(")?;
        let choices = self.leads_to_choices(self.levels.len() - 1, &records);
        if name == "any" && self.peek().kind == Kind::Close {
            let span = Span { start: span.start, end: self.take().span.end };
            if !choices {
                return Ok(figure("exists", records, None, span));
            }
            let path = Expr { kind: ExprKind::Path(records), span };
            let null = Expr { kind: ExprKind::Literal(dictionary::Value::Null), span };
            return Ok(binary(BinaryOperator::NotEqual, path, null));
        }
        let token = self.peek().clone();
        let Kind::Word(variable) = token.kind else {
            return Err(self.unexpected("un nom suivi de « : »", "a name followed by “:”"));
        };
        self.take();
        self.expect(&Kind::Colon, ":")?;
        if self.levels.iter().any(|level| level.variable == variable) {
            return Err(syntax(
                token.span,
                format!("« {variable} » désigne déjà d'autres fiches."),
                format!("“{variable}” stands for other records already."),
            ));
        }
        if choices {
            let condition = self.choices(&variable, &records, name == "all")?;
            self.expect(&Kind::Close, ")")?;
            return Ok(condition);
        }
        let level = self.level(&records, variable);
        let condition = self.within(level, false, Self::or)?;
        let close = self.expect(&Kind::Close, ")")?;
        let span = Span { start: span.start, end: close.span.end };
        if name == "any" {
            return Ok(figure("exists", records, Some(condition), span));
        }
        // All are so when none is not.
        let otherwise = not(condition, span);
        Ok(not(figure("exists", records, Some(otherwise), span), span))
    }

    /// The level of the records of a lambda expression.
    fn level(&self, records: &[String], variable: String) -> Level<'a> {
        let around = self.levels.last().and_then(|level| level.entity);
        let found = match (self.dictionary, around, records) {
            (Some(dictionary), Some(entity), [name]) => related(dictionary, entity, name),
            _ => None,
        };
        let (entity, by) = match found {
            Some((entity, by)) => (Some(entity), by.to_owned()),
            None => (None, String::new()),
        };
        Level { variable, entity, by }
    }

    /// Reads with one level more; `base` when names without variable start there.
    fn within(
        &mut self,
        level: Level<'a>,
        base: bool,
        read: fn(&mut Self) -> Result<Expr, ExpressionError>,
    ) -> Result<Expr, ExpressionError> {
        if self.levels.len() > LAMBDAS_MAX {
            let span = self.peek().span;
            return Err(ExpressionError::new(
                span,
                "too_deep",
                format!("{LAMBDAS_MAX} expressions any ou all l'une dans l'autre au plus."),
                format!("{LAMBDAS_MAX} any or all expressions inside each other at most."),
            ));
        }
        let before = self.base;
        self.levels.push(level);
        if base {
            self.base = self.levels.len() - 1;
        }
        let read = self.deeper(read);
        self.levels.pop();
        self.base = before;
        read
    }

    /// The condition of `any` or `all` on the tags of a field. Tags are a set: one is in it or not, so `any` asks for tags joined by `or`
    /// and `all` excludes tags joined by `and`.
    fn choices(&mut self, variable: &str, names: &[String], all: bool) -> Result<Expr, ExpressionError> {
        let (join, test, operator) =
            if all { ("and", "ne", BinaryOperator::And) } else { ("or", "eq", BinaryOperator::Or) };
        let mut found = Vec::new();
        loop {
            if !self.takes_word(variable) {
                return Err(self.unexpected(&format!("« {variable} »"), &format!("“{variable}”")));
            }
            let listed = !all && self.takes_word("in");
            if listed {
                self.expect(&Kind::Open, "(")?;
            } else if !self.takes_word(test) {
                let (fr, en) = (
                    format!(
                        "« {test} » (sur des choix, any demande « eq » et or, all demande « ne » et and)"
                    ),
                    format!("“{test}” (over choices, any takes “eq” and or, all takes “ne” and and)"),
                );
                return Err(self.unexpected(&fr, &en));
            }
            loop {
                self.bound(found.len())?;
                let tag = self.sum()?;
                let path = Expr { kind: ExprKind::Path(names.to_vec()), span: tag.span };
                let span = tag.span;
                let has = binary(BinaryOperator::Contains, path, tag);
                found.push(if all { not(has, span) } else { has });
                if !listed || !self.takes(&Kind::Comma) {
                    break;
                }
            }
            if listed {
                self.expect(&Kind::Close, ")")?;
            }
            if !self.takes_word(join) {
                return Ok(Expr::chain(operator, found));
            }
        }
    }
}

fn not(inner: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Not(Box::new(inner)), span }
}

fn figure(name: &str, records: Vec<String>, filter: Option<Expr>, span: Span) -> Expr {
    let records = Expr { kind: ExprKind::Path(records), span };
    let arguments = std::iter::once(records).chain(filter).collect();
    Expr { kind: ExprKind::Call(name.to_owned(), arguments), span }
}

/// The records that a name stands for beside a record of `entity`, and their reference to it: those of a `lines` field, or of a collection
/// with one reference to the entity.
pub(crate) fn related<'d>(
    dictionary: &'d Dictionary,
    entity: &Entity,
    name: &str,
) -> Option<(&'d Entity, &'d str)> {
    if let Some(field) = entity.field(name) {
        let lines = dictionary.entity(field.options.of.as_deref()?)?;
        let by = lines.field(field.options.by.as_deref()?)?;
        return Some((lines, &by.name));
    }
    let other = dictionary.collection(name).filter(|other| !other.internal)?;
    let mut references = other.fields.iter().filter(|field| {
        !field.system
            && !field.secret
            && field.kind.name() == "reference"
            && field.options.to.as_deref() == Some(entity.name.as_str())
    });
    match (references.next(), references.next()) {
        (Some(by), None) => Some((other, &by.name)),
        _ => None,
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
