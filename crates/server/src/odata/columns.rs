//! Expressions about rows that are no records: the groups of `$apply`, or nothing at all. Checked and evaluated as those about records.

use std::borrow::Cow;

use dictionary::Value;
use dictionary::expression::{
    Context, EvaluateError, Expr, ExpressionError, FieldShape, Hop, Names, Scope, Typed, check_condition,
};
use dictionary::field_types::FieldType;
use dictionary::model::{EntityIndex, FieldIndex, Options};

use super::filter::Parser;

/// A column: its name is a path of the API, `owner/name`.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: &'static dyn FieldType,
    pub(crate) options: Options,
}

/// What rows have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(pub(crate) Vec<Column>);

impl Columns {
    /// Position of a column.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column.name == name)
    }

    /// The condition that a text means about a row.
    pub(crate) fn condition(
        &self,
        aliases: &[(String, String)],
        text: &str,
    ) -> Result<Typed, ExpressionError> {
        let expr = self.parse(aliases, text)?;
        check_condition(&expr, self, 0).map_err(|errors| first(errors, &expr))
    }

    fn parse(&self, aliases: &[(String, String)], text: &str) -> Result<Expr, ExpressionError> {
        let mut parser = Parser::of_columns(aliases, text)?;
        let root = parser.or()?;
        parser.end(root)
    }
}

fn first(errors: Vec<ExpressionError>, expr: &Expr) -> ExpressionError {
    let unknown = || ExpressionError::new(expr.span, "syntax", "Ceci ne se lit pas.", "This cannot be read.");
    errors.into_iter().next().unwrap_or_else(unknown)
}

impl Names for Columns {
    fn entity_index(&self, _: &str) -> Option<EntityIndex> {
        None
    }

    fn collection_index(&self, _: &str) -> Option<EntityIndex> {
        None
    }

    fn entity_name(&self, _: EntityIndex) -> &str {
        "$apply"
    }

    fn collection_name(&self, _: EntityIndex) -> &str {
        "$apply"
    }

    fn entity_count(&self) -> usize {
        1
    }

    fn field(&self, _: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)> {
        let index = self.index(name)?;
        let column = &self.0[index];
        Some((index, FieldShape { kind: column.kind, options: &column.options, secret: false }))
    }

    fn field_names(&self, _: EntityIndex) -> Vec<&str> {
        self.0.iter().map(|column| column.name.as_str()).collect()
    }

    fn references(&self, _: EntityIndex, _: EntityIndex) -> Vec<(FieldIndex, &str)> {
        Vec::new()
    }

    fn formula(&self, _: EntityIndex, _: FieldIndex) -> Option<&Typed> {
        None
    }
}

/// A row, for expressions.
pub(crate) struct ColumnsRow<'a>(pub(crate) &'a [Value]);

impl Scope for ColumnsRow<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        Ok(self.0.get(field).map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    }

    fn follow(&self, _: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        Ok(None)
    }

    fn children(&self, _: EntityIndex, _: FieldIndex) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        Ok(Vec::new())
    }
}

/// What a condition about a row says; the moment and the person it may ask for are `context`'s.
pub(crate) fn holds(condition: &Typed, row: &[Value], context: &Context) -> bool {
    dictionary::expression::holds(condition, &ColumnsRow(row), context).unwrap_or(false)
}
