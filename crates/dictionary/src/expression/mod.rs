//! The language of filters, rules, conditions, defaults and formulas. `docs/dictionary/files.md`, "Expressions", is its definition.
//!
//! Text → [`parse`] → [`Expr`] → [`check`] against the dictionary → [`Typed`] → [`evaluate`] here, or SQL in `store`.
//! The data API reads OData's `$filter` into the same [`Expr`].

mod accumulate;
mod arithmetic;
mod check;
mod display;
pub mod error;
mod evaluate;
pub mod functions;
mod lexer;
pub mod names;
mod operators;
mod parse;
pub mod scope;
pub mod syntax;
pub mod typed;

pub use accumulate::Accumulator;
pub use check::{check, check_condition};
pub use error::ExpressionError;
pub use evaluate::{evaluate, holds};
pub use functions::FUNCTIONS;
pub use names::{FieldShape, Names};
pub use parse::{DEPTH_MAX, NODES_MAX, SOURCE_BYTES_MAX, parse};
pub use scope::{Context, EvaluateError, Scope};
pub use syntax::{BinaryOperator, Expr, ExprKind, Expression, Span};
pub use typed::{Aggregate, AggregateFunction, Function, Hop, Node, Path, Type, Typed};
