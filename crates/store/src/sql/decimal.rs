//! Comparing a column of scaled integers with any number, exactly and so that an index serves.

use dictionary::Value;
use dictionary::expression::BinaryOperator;
use rust_decimal::Decimal;

/// A comparison of a column with a number, as a comparison of its integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// `column operator integer`.
    Compare(BinaryOperator, i64),
    /// No value passes.
    Never,
    /// Every value but null passes.
    Present,
    /// Every value and null pass.
    Always,
}

/// The number of a literal.
pub(crate) fn number_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// `column operator number`, the column holding units of 10^−scale.
pub(crate) fn bound(operator: BinaryOperator, number: Decimal, scale: u32) -> Bound {
    use BinaryOperator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    // A decimal's mantissa is under 2⁹⁶ and a scale at most 18: the product may pass 127 bits, and is then beyond any column.
    let Some(product) = 10_i128.checked_pow(scale).and_then(|f| number.mantissa().checked_mul(f)) else {
        return beyond(operator, number.is_sign_negative());
    };
    let unit = 10_i128.pow(number.scale());
    let (floor, whole) = (product.div_euclid(unit), product.rem_euclid(unit) == 0);
    if whole {
        return match i64::try_from(floor) {
            Ok(integer) => Bound::Compare(operator, integer),
            Err(_) => beyond(operator, floor < 0),
        };
    }
    match (operator, i64::try_from(floor)) {
        (Equal, _) => Bound::Never,
        (NotEqual, _) => Bound::Always,
        (Less | LessOrEqual, Ok(floor)) => Bound::Compare(LessOrEqual, floor),
        (Greater | GreaterOrEqual, Ok(floor)) => Bound::Compare(Greater, floor),
        (_, Err(_)) => beyond(operator, floor < 0),
        (_, Ok(_)) => Bound::Never,
    }
}

/// The number is below (`negative`) or above everything that the column can hold.
fn beyond(operator: BinaryOperator, negative: bool) -> Bound {
    use BinaryOperator::{Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    match (operator, negative) {
        (NotEqual, _) => Bound::Always,
        (Less | LessOrEqual, false) | (Greater | GreaterOrEqual, true) => Bound::Present,
        _ => Bound::Never,
    }
}
