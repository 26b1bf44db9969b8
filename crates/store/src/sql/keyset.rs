//! Pages that go on exactly where the last one ended, whatever is written in between.
//!
//! A sort is a list of criteria, nulls last either way, then `id` in the direction of the last criterion (so that one index, read in one
//! direction, serves the commonest sorts).

use dictionary::Value;
use sea_query::{Expr, ExprTrait};

use crate::error::StoreError;
use crate::sql::{Dialect, Form, Operand};

/// A criterion, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    pub(crate) operand: Operand,
    pub(crate) descending: bool,
}

/// Conditions under which rows come after a key, as parts to be read one after the other: first the rows whose first criterion has a
/// value, then those where it is null. In two parts each is a plain range of an index.
pub(crate) fn after(
    dialect: &dyn Dialect,
    criteria: &[Criterion],
    key: &[Value],
) -> Result<Vec<Expr>, StoreError> {
    let Some((first, value)) = criteria.first().zip(key.first()) else {
        return Err(StoreError::database("go on with a list", "the sort has no criterion"));
    };
    let rest = beyond(dialect, criteria, key)?;
    let column = dialect.compared(&first.operand);
    if value.is_null() {
        let null = column.is_null();
        let condition = match rest {
            Some(rest) => null.and(rest),
            None => null,
        };
        return Ok(vec![condition]);
    }
    let bound = literal(dialect, first, value)?;
    let range = if first.descending { column.clone().lte(bound) } else { column.clone().gte(bound) };
    let condition = match rest {
        Some(rest) => range.and(rest),
        None => range,
    };
    Ok(vec![condition, column.is_null()])
}

/// The parts of a whole list whose first criterion may be null.
pub(crate) fn whole(dialect: &dyn Dialect, first: &Criterion) -> Vec<Expr> {
    let column = dialect.compared(&first.operand);
    vec![column.clone().is_not_null(), column.is_null()]
}

fn literal(dialect: &dyn Dialect, criterion: &Criterion, value: &Value) -> Result<Expr, StoreError> {
    let form = criterion.operand.form;
    let (expr, literal) = (dialect.literal(form, value)?, Some(value.clone()));
    Ok(dialect.compared(&Operand { expr, form, literal, column: false, folded: None }))
}

/// Rows after the key among those not excluded by the parts: `a > x or (a = x and (b > y or …))`, nulls last. `None` for no row.
fn beyond(dialect: &dyn Dialect, criteria: &[Criterion], key: &[Value]) -> Result<Option<Expr>, StoreError> {
    let Some((criterion, rest)) = criteria.split_first() else { return Ok(None) };
    let value =
        key.first().ok_or_else(|| StoreError::database("go on with a list", "the key is too short"))?;
    let deeper = beyond(dialect, rest, &key[1..])?;
    let column = || dialect.compared(&criterion.operand);
    if value.is_null() {
        return Ok(deeper.map(|deeper| column().is_null().and(deeper)));
    }
    let bound = literal(dialect, criterion, value)?;
    let strictly = if criterion.descending { column().lt(bound.clone()) } else { column().gt(bound.clone()) };
    let mut expr = strictly.or(column().is_null());
    if let Some(deeper) = deeper {
        expr = expr.or(column().eq(bound).and(deeper));
    }
    Ok(Some(expr))
}

/// Whether a form can be a constant of a key.
pub(crate) fn is_sortable(form: Form) -> bool {
    !matches!(form, Form::Packed)
}
