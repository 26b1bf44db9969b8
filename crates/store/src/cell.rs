//! What databases share in keeping values.

use dictionary::field_types::ColumnKind;
use jiff::civil;
use rust_decimal::Decimal;

use crate::error::StoreError;

/// PostgreSQL has no NUL in texts, and C functions stop at it: no store keeps one.
pub(crate) fn checked(text: &str) -> Result<String, StoreError> {
    if text.contains('\0') {
        return Err(StoreError::database("keep a text", "it contains a NUL character"));
    }
    Ok(text.to_owned())
}

/// A value as the text of its JSON.
pub(crate) fn json_text(json: &impl serde::Serialize) -> String {
    serde_json::to_string(json).expect("texts and JSON values always serialise")
}

/// The failure of a value in a column of another kind.
pub(crate) fn misfit(kind: ColumnKind) -> StoreError {
    StoreError::database("keep a value", format!("it does not fit a column of kind {kind:?}"))
}

/// The number of units of 10^−scale, if it is whole and fits.
pub(crate) fn scaled(number: Decimal, scale: u32) -> Option<i64> {
    let number = number.normalize();
    let factor = 10_i128.checked_pow(scale.checked_sub(number.scale())?)?;
    i64::try_from(number.mantissa().checked_mul(factor)?).ok()
}

/// Seconds since midnight.
pub(crate) fn seconds_of(time: civil::Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// The time that many seconds after midnight.
pub(crate) fn time_of_seconds(seconds: i64) -> Option<civil::Time> {
    if !(0..86_400).contains(&seconds) {
        return None;
    }
    Some(civil::time((seconds / 3_600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0))
}
