//! Exact decimal arithmetic. What has no exact result in 96 bits is `None`, except division, which is rounded half to even at
//! [`QUOTIENT_SCALE`] decimals. `rust_decimal`'s own operators round in silence where digits run out.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals of a quotient and of an average.
pub(super) const QUOTIENT_SCALE: u32 = 10;

const SCALE_MAX: u32 = Decimal::MAX_SCALE;
const MANTISSA_MAX: u128 = (1 << 96) - 1;

/// `a + b`.
pub(super) fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (shorter(a), shorter(b));
    let scale = a.scale().max(b.scale());
    exact(scaled(a, scale)?.checked_add(scaled(b, scale)?)?, scale)
}

/// `a - b`.
pub(super) fn subtract(a: Decimal, b: Decimal) -> Option<Decimal> {
    add(a, -b)
}

/// `a * b`.
pub(super) fn multiply(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (shorter(a), shorter(b));
    exact(a.mantissa().checked_mul(b.mantissa())?, a.scale() + b.scale())
}

/// `a / b` at [`QUOTIENT_SCALE`] decimals, half to even; `None` when `b` is 0.
pub(super) fn divide(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let (numerator, denominator) = (a.mantissa().unsigned_abs(), b.mantissa().unsigned_abs());
    if denominator == 0 {
        return None;
    }
    let mut quotient = numerator / denominator;
    let mut rest = numerator % denominator;
    // a/b = (numerator / denominator) · 10^(b.scale − a.scale), wanted in units of 10^-QUOTIENT_SCALE.
    let shift = i64::from(QUOTIENT_SCALE) + i64::from(b.scale()) - i64::from(a.scale());
    let half = if shift >= 0 {
        for _ in 0..shift {
            rest *= 10; // below 10 · 2^96
            quotient = quotient.checked_mul(10)?.checked_add(rest / denominator)?;
            rest %= denominator;
        }
        (rest * 2).cmp(&denominator)
    } else {
        let unit = 10_u128.pow(u32::try_from(-shift).ok()?);
        let dropped = quotient % unit;
        quotient /= unit;
        (dropped * 2).cmp(&unit).then(if rest > 0 { Ordering::Greater } else { Ordering::Equal })
    };
    if half == Ordering::Greater || (half == Ordering::Equal && quotient % 2 == 1) {
        quotient += 1;
    }
    let signed = i128::try_from(quotient).ok()?;
    let signed = if a.is_sign_negative() == b.is_sign_negative() { signed } else { -signed };
    exact(signed, QUOTIENT_SCALE)
}

/// What `a / b` leaves when its quotient is cut to a whole number, with the sign of `a`; `None` when `b` is 0 or digits run out.
pub(super) fn remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let scale = a.scale().max(b.scale());
    exact(scaled(a, scale)?.checked_rem(scaled(b, scale)?)?, scale)
}

/// `number` at `places` decimals, half away from zero; negative `places` round to tens, hundreds…
pub(super) fn round(number: Decimal, places: i64) -> Option<Decimal> {
    if let Ok(places) = u32::try_from(places) {
        return Some(
            number.round_dp_with_strategy(places.min(SCALE_MAX), RoundingStrategy::MidpointAwayFromZero),
        );
    }
    let Some(unit) = u32::try_from(places.unsigned_abs()).ok().and_then(|n| 10_i128.checked_pow(n)) else {
        return Some(Decimal::ZERO);
    };
    // The number in units of 10^-places; the digits after the point only matter when they break a tie, which moves away from zero anyway.
    let whole = number.trunc().mantissa();
    let (mut units, rest) = (whole / unit, whole % unit);
    if rest.unsigned_abs() * 2 >= unit.unsigned_abs() {
        units += whole.signum();
    }
    exact(units.checked_mul(unit)?, 0)
}

/// `number` rounded half to even to a whole number.
pub(super) fn whole_half_even(number: Decimal) -> Option<i64> {
    let whole = number.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    i64::try_from(whole.normalize().mantissa()).ok().filter(|_| whole.normalize().scale() == 0)
}

/// A whole number, if it is one of 64 bits.
pub(super) fn whole(number: Decimal) -> Option<i64> {
    let plain = number.normalize();
    if plain.scale() == 0 { i64::try_from(plain.mantissa()).ok() } else { None }
}

/// Without its trailing zeros when they would make the result run out of digits; as it is otherwise.
fn shorter(number: Decimal) -> Decimal {
    if number.scale() > QUOTIENT_SCALE { number.normalize() } else { number }
}

fn scaled(number: Decimal, scale: u32) -> Option<i128> {
    number.mantissa().checked_mul(10_i128.checked_pow(scale - number.scale())?)
}

/// The decimal `mantissa` · 10^-`scale`, if 96 bits and 28 decimals hold it.
fn exact(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while (scale > SCALE_MAX || mantissa.unsigned_abs() > MANTISSA_MAX) && scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn what_does_not_fit_exactly_is_nothing() {
        let max = Decimal::MAX;
        assert_eq!(add(max, d("1")), None);
        assert_eq!(add(max, d("0.1")), None); // rust_decimal would answer `max`
        assert_eq!(multiply(d("0.00000000000001"), d("0.000000000000001")), None); // 29 decimals
        assert_eq!(
            multiply(d("0.0000000000001"), d("0.000000000000001")),
            Some(d("0.0000000000000000000000000001"))
        );
        assert_eq!(multiply(max, d("1.0")), Some(max));
        assert_eq!(multiply(max, d("10")), None);
        assert_eq!(subtract(d("12.50"), d("12.5")), Some(Decimal::ZERO));
    }

    #[test]
    fn a_quotient_is_half_even_at_ten_decimals() {
        for (a, b, q) in [
            ("1", "3", "0.3333333333"),
            ("2", "3", "0.6666666667"),
            ("-2", "3", "-0.6666666667"),
            ("1", "8", "0.125"),
            ("0.00000000005", "1", "0"),
            ("0.00000000015", "1", "0.0000000002"),
            ("0.00000000025", "1", "0.0000000002"),
            ("0.000000000250000000001", "1", "0.0000000003"),
            ("-0.00000000015", "1", "-0.0000000002"),
            ("79228162514264337593543950335", "79228162514264337593543950335", "1"),
            ("1", "0.0000000000000000000000000001", "10000000000000000000000000000"),
            ("0.0000000000000000000000000001", "79228162514264337593543950335", "0"),
        ] {
            assert_eq!(divide(d(a), d(b)), Some(d(q)), "{a} / {b}");
        }
        assert_eq!(divide(d("1"), d("0.00")), None);
        assert_eq!(divide(Decimal::MAX, d("0.1")), None);
    }

    #[test]
    fn a_remainder_has_the_sign_of_what_is_divided() {
        for (a, b, rest) in
            [("5", "2", "1"), ("-5", "2", "-1"), ("5", "-2", "1"), ("5.5", "0.3", "0.1"), ("0.1", "7", "0.1")]
        {
            assert_eq!(remainder(d(a), d(b)), Some(d(rest)), "{a} mod {b}");
        }
        assert_eq!(remainder(d("1"), d("0.0")), None);
        assert_eq!(remainder(Decimal::MAX, d("0.0000000000000000000000000001")), None);
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (number, places, rounded) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("1.005", 2, "1.01"),
            ("1.005", 60, "1.005"),
            ("1250", -2, "1300"),
            ("-1250", -2, "-1300"),
            ("1249.99", -2, "1200"),
            ("49.999", -2, "0"),
            ("7", -40, "0"),
        ] {
            assert_eq!(round(d(number), places), Some(d(rounded)), "round({number}, {places})");
        }
        assert_eq!(round(d("7"), i64::MIN), Some(Decimal::ZERO));
        assert_eq!(whole_half_even(d("2.5")), Some(2));
        assert_eq!(whole(d("2.50")), None);
        assert_eq!(whole(d("2.00")), Some(2));
    }

    proptest! {
        #[test]
        fn small_numbers_add_and_multiply_as_integers(a in any::<i32>(), b in any::<i32>(), s in 0u32..10, t in 0u32..10) {
            let (x, y) = (Decimal::new(a.into(), s), Decimal::new(b.into(), t));
            let unit = |n: u32| 10_i128.pow(n);
            let sum = i128::from(a) * unit(10 - s) + i128::from(b) * unit(10 - t);
            prop_assert_eq!(add(x, y), Decimal::try_from_i128_with_scale(sum, 10).ok());
            prop_assert_eq!(multiply(x, y), Decimal::try_from_i128_with_scale(i128::from(a) * i128::from(b), s + t).ok());
            prop_assert_eq!(subtract(add(x, y).unwrap(), y), Some(x));
        }

        #[test]
        fn a_quotient_is_within_half_a_unit(a in any::<i64>(), b in any::<i32>().prop_filter("zero", |b| *b != 0), s in 0u32..8) {
            let (x, y) = (Decimal::new(a, s), Decimal::new(b.into(), s));
            let quotient = divide(x, y).unwrap();
            let back = multiply(quotient, y);
            prop_assume!(back.is_some());
            let error = (back.unwrap() - x).abs() * Decimal::from(2);
            prop_assert!(error <= y.abs() * Decimal::new(1, 10), "{} / {} = {}", x, y, quotient);
        }
    }
}
