//! What a field is by default, and what a computed one is worth.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::expression::{Context, EvaluateError, Scope, evaluate};
use crate::field_types::{ColumnKind, FieldContext};
use crate::model::Field;
use crate::value::Value;

/// What a new record has in a field that nobody gave, before its type has checked it; `record` has the fields before it, and nothing computed.
/// None for a field without default.
pub fn default_of(
    field: &Field,
    record: &dyn Scope,
    context: &Context,
) -> Result<Option<Value>, EvaluateError> {
    field.default.as_ref().map(|default| evaluate(default, record, context)).transpose()
}

/// A computed value as its column holds it: rounded to its scale; nothing, as for an overflow, when it does not fit.
pub fn kept(field: &Field, value: Value, context: &FieldContext<'_>) -> Value {
    let scale = match field.kind.columns(&field.options)[..] {
        [column] => match column.kind {
            ColumnKind::Decimal(scale) => Some(scale),
            _ => None,
        },
        _ => None,
    };
    let value = match (value, scale) {
        (Value::Integer(number), Some(_)) => Value::Decimal(Decimal::from(number)),
        (value, _) => value,
    };
    let value = match (value, scale) {
        (Value::Decimal(number), Some(scale)) => {
            Value::Decimal(number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero))
        }
        (value, _) => value,
    };
    field.kind.check(value, context).unwrap_or_default()
}
