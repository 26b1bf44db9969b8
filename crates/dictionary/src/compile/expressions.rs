//! Expressions in attributes: parsed, checked, and their faults placed in the file.

use crate::compile::Compiling;
use crate::compile::reader::Given;
use crate::compile::strict::Strict;
use crate::diagnostics::{Finding, Place};
use crate::expression::{self, Expression, ExpressionError, Span, Type, Typed};
use crate::model::{Checked, Dictionary, EntityIndex};

impl Compiling<'_> {
    /// Parses the expression of an attribute; reports what is wrong.
    pub(crate) fn parse(&self, given: Given<&str>) -> Option<Expression> {
        match expression::parse(given.value) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.report(given, error);
                None
            }
        }
    }

    /// Parses and checks the expression of an attribute; reports what is wrong.
    pub(crate) fn check(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
    ) -> Option<Checked> {
        let parsed = self.parse(given)?;
        self.check_parsed(dictionary, entity, given, &parsed)
    }

    /// As [`Compiling::check`], of an expression that was parsed.
    pub(crate) fn check_parsed(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
        parsed: &Expression,
    ) -> Option<Checked> {
        self.checked(given, expression::check(&parsed.root, &Strict::new(dictionary), entity))
    }

    /// As [`Compiling::check`], for one that is true or false.
    pub(crate) fn condition(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
    ) -> Option<Checked> {
        self.condition_with(&Strict::new(dictionary), entity, given)
    }

    /// As [`Compiling::condition`], for a row rule of a profile, which may name perimeters.
    pub(crate) fn row_rule(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
    ) -> Option<Checked> {
        self.condition_with(&Strict::with_perimeters(dictionary), entity, given)
    }

    fn condition_with(&self, names: &Strict<'_>, entity: EntityIndex, given: Given<&str>) -> Option<Checked> {
        let parsed = self.parse(given)?;
        self.checked(given, expression::check_condition(&parsed.root, names, entity))
    }

    fn checked(&self, given: Given<&str>, result: Result<Typed, Vec<ExpressionError>>) -> Option<Checked> {
        match result {
            Ok(typed) => Some(Checked { source: given.value.to_owned(), typed }),
            Err(errors) => {
                errors.into_iter().for_each(|error| self.report(given, error));
                None
            }
        }
    }

    /// A path to a field, such as `account.name`.
    pub(crate) fn path(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
    ) -> Option<Typed> {
        match dictionary.path_at(entity, given.value) {
            Ok(typed) => Some(typed),
            Err(errors) => {
                errors.into_iter().for_each(|error| self.report(given, error));
                None
            }
        }
    }

    fn report(&self, given: Given<&str>, error: ExpressionError) {
        // A name that could not be read was reported where it is defined.
        let faulty = given.value.get(error.span.start..error.span.end).unwrap_or("");
        if error.code == "unknown_name" && faulty.split('.').any(|name| self.is_unread(name)) {
            return;
        }
        let place = self.inside(given, error.span);
        let mut message = error.message;
        if let Some(near) = &error.near {
            // The suggestion has a line of its own.
            for text in message.0.values_mut() {
                let question =
                    [format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")];
                if let Some(plain) = question.iter().find_map(|question| text.strip_suffix(question)) {
                    *text = plain.to_owned();
                }
            }
        }
        self.findings.push(Finding::labelled(place, error.code, message).suggest(error.near));
    }

    /// The bytes of a span of an attribute's text in its file; all of the attribute when the text is written with escapes.
    pub(crate) fn inside(&self, given: Given<&str>, span: Span) -> Place {
        let Place { file, start, end } = given.place;
        let raw = self.merged.files[file].content.get(start..end).unwrap_or("");
        match raw.find(given.value) {
            Some(offset) => {
                Place { file, start: start + offset + span.start, end: start + offset + span.end }
            }
            None => given.place,
        }
    }
}

/// Name of a type in messages, as in dictionary files.
pub(crate) fn type_text(ty: &Type) -> String {
    match ty {
        Type::Null => "null".into(),
        Type::Boolean => "boolean".into(),
        Type::Integer => "integer".into(),
        Type::Decimal => "decimal".into(),
        Type::Text => "text".into(),
        Type::Date => "date".into(),
        Type::Time => "time".into(),
        Type::DateTime => "datetime".into(),
        Type::Duration => "duration".into(),
        Type::Reference(to) => format!("reference({to})"),
        Type::Tags => "choices".into(),
        Type::Point => "point".into(),
        Type::Address => "address".into(),
        Type::File => "file".into(),
        Type::Json => "json".into(),
        Type::Records(of) => format!("lines({of})"),
    }
}

/// Whether a value of one type may be kept in a field of another.
pub(crate) fn fits(value: &Type, field: &Type) -> bool {
    value == field || matches!((value, field), (Type::Null, _) | (Type::Integer, Type::Decimal))
}
