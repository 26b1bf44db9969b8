//! What the query options of a request say, in OData's own language: read into the expressions of `dictionary`.

pub(crate) mod apply;
pub(crate) mod columns;
pub(crate) mod expand;
mod filter;
mod functions;
#[cfg(test)]
mod fuzz;
pub(crate) mod lambda;
mod lexer;
pub(crate) mod options;
mod order;
mod parts;
pub(crate) mod style;
pub(crate) mod typed;

pub(crate) use options::ListOptions;

use dictionary::expression::{ExpressionError, Span};

/// A fault in a query option, with the option it was found in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OptionFault {
    /// `$filter`, `$orderby`…
    pub(crate) option: String,
    /// What is wrong, and where.
    pub(crate) error: ExpressionError,
}

impl OptionFault {
    pub(crate) fn new(option: &str, span: Span, fr: impl AsRef<str>, en: impl AsRef<str>) -> OptionFault {
        OptionFault { option: option.to_owned(), error: ExpressionError::new(span, "syntax", fr, en) }
    }

    pub(crate) fn of(option: &str) -> impl Fn(ExpressionError) -> OptionFault + '_ {
        move |error| OptionFault { option: option.to_owned(), error }
    }
}
