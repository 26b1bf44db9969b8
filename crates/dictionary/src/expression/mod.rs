//! The language of filters, rules, conditions, defaults and formulas. `docs/dictionary/files.md`, "Expressions", is its definition.
//!
//! Text → `parse` → [`Expr`] → `check` against the dictionary → [`Typed`] → `evaluate` here, or SQL in `store`.
//! The data API reads OData's `$filter` into the same [`Expr`].

pub mod error;
pub mod names;
pub mod scope;
pub mod syntax;
pub mod typed;

pub use error::ExpressionError;
pub use names::{FieldShape, Names};
pub use scope::{Context, EvaluateError, Scope};
pub use syntax::{BinaryOperator, Expr, ExprKind, Expression, Span};
pub use typed::{Aggregate, AggregateFunction, Function, Hop, Node, Path, Type, Typed};
