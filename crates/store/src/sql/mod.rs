//! Filters, sorts and figures as SQL, in one place for every database. What databases say differently is behind [`Dialect`].

pub(crate) mod compile;
pub(crate) mod decimal;
pub(crate) mod keyset;
pub(crate) mod select;

use dictionary::Value;
use dictionary::expression::{AggregateFunction, BinaryOperator, Function, Type};
use dictionary::field_types::ColumnKind;
use sea_query::{Expr, SelectStatement};

use crate::error::StoreError;
use crate::layout::TableColumn;

/// A statement and the values bound to it.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<sea_query::Value>,
}

/// How a piece of SQL represents a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a column of that kind keeps it.
    Column(ColumnKind),
    /// An exact decimal of any scale, as its text: what functions return.
    Decimal,
    /// A composite or JSON value in the journal's encoding.
    Packed,
    /// The literal null.
    Null,
}

impl Form {
    /// The form in which functions return a value of that type.
    pub(crate) fn of(ty: &Type) -> Form {
        match ty {
            Type::Null => Form::Null,
            Type::Boolean => Form::Column(ColumnKind::Boolean),
            Type::Integer => Form::Column(ColumnKind::Integer),
            Type::Decimal => Form::Decimal,
            Type::Text => Form::Column(ColumnKind::Text),
            Type::Date => Form::Column(ColumnKind::Date),
            Type::Time => Form::Column(ColumnKind::Time),
            Type::DateTime => Form::Column(ColumnKind::DateTime),
            Type::Duration => Form::Column(ColumnKind::Duration),
            Type::Reference(_) => Form::Column(ColumnKind::Id),
            Type::Tags => Form::Column(ColumnKind::Tags),
            Type::Point | Type::Address | Type::File | Type::Json | Type::Records(_) => Form::Packed,
        }
    }
}

/// A piece of SQL and what it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) expr: Expr,
    pub(crate) form: Form,
    /// Set when it is a constant, which compares better than SQL can.
    pub(crate) literal: Option<Value>,
    /// A column as it is: it carries the collation of its declaration.
    pub(crate) column: bool,
    /// The column that holds its folded text, where the database keeps one.
    pub(crate) folded: Option<Expr>,
}

/// What databases say differently.
pub(crate) trait Dialect {
    /// SQL text and bound values.
    fn build(&self, statement: &SelectStatement) -> Statement;

    /// A constant of that form.
    fn literal(&self, form: Form, value: &Value) -> Result<Expr, StoreError>;

    /// Whether two values are the same, null being the same as null; never null.
    fn same(&self, a: Expr, b: Expr) -> Expr;

    /// The reverse of [`Dialect::same`].
    fn different(&self, a: Expr, b: Expr) -> Expr;

    /// False where `condition` is null.
    fn never_null(&self, condition: Expr) -> Expr;

    /// Name of the column beside `column` that holds its folded text, if the database keeps one.
    fn folded_column(&self, column: &TableColumn) -> Option<String>;

    /// An operand of a sort or of a list of values, as its values compare.
    fn compared(&self, operand: &Operand) -> Expr;

    /// Two texts that compare as `dictionary::text::compare` says.
    fn text_sides(&self, a: &Operand, b: &Operand) -> (Expr, Expr);

    /// What to sort by, one after the other, for the order of an operand's values.
    fn order_terms(&self, operand: &Operand) -> Vec<Expr>;

    /// Whether an index read backwards has its nulls last: else the first rows of a descending sort are read apart from those without a value.
    fn nulls_last_by_index(&self) -> bool;

    /// `contains`, `starts with`, `ends with` on texts.
    fn text_test(&self, operator: BinaryOperator, text: Operand, part: Operand) -> Expr;

    /// Whether tags hold that one.
    fn has_tag(&self, tags: Expr, tag: Operand) -> Expr;

    /// A composite value out of its columns, as [`Form::Packed`].
    fn pack(&self, field_type: &'static str, cells: Vec<Operand>) -> Expr;

    /// A part of a composite value, of that type.
    fn part(&self, packed: Operand, part: &'static str, returns: &Type) -> Expr;

    /// A binary operator, exactly as in memory; the result is of that type.
    fn binary(&self, operator: BinaryOperator, a: Operand, b: Operand, returns: &Type) -> Expr;

    /// Minus.
    fn negate(&self, a: Operand, returns: &Type) -> Expr;

    /// A function, exactly as in memory; the result is of that type.
    fn call(&self, function: Function, arguments: Vec<Operand>, returns: &Type) -> Expr;

    /// Metres between two positions, each as its latitude and longitude in double precision.
    fn distance(&self, degrees: [Expr; 4]) -> Expr;

    /// `sum`, `avg`, `min` or `max` over the rows of a query; the result is of that type.
    fn aggregate(&self, function: AggregateFunction, body: Operand, returns: &Type) -> Expr;

    /// Rows of the table `alias` that full-text search finds; `None` when the text has no word.
    fn search(&self, entity: &str, alias: &str, text: &str) -> Option<Expr>;
}
