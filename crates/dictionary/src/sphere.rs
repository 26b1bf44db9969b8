//! Distances over a sphere of the Earth's mean radius.
//!
//! Only `+ - * /` and square roots are used, which IEEE 754 rounds the same everywhere: memory, SQLite, WebAssembly and the function
//! `distance` of PostgreSQL (`crates/store/src/postgres/functions.sql`, the same steps in the same order) give the same metre.

use std::f64::consts::{FRAC_PI_2, PI};

use crate::value::Point;

/// Mean radius of the Earth, metres (IUGG).
pub const RADIUS_METRES: f64 = 6_371_008.8;

const RADIANS_PER_DEGREE: f64 = PI / 180.0;

/// Metres of the great circle between two positions, to the nearest whole one. The Earth is flattened, so that the way over its ellipsoid
/// differs by 0.56 % at most.
///
/// ```
/// # use dictionary::{sphere::metres, value::Point};
/// let strasbourg = Point { latitude: 48.5734, longitude: 7.7521 };
/// let paris = Point { latitude: 48.8566, longitude: 2.3522 };
/// assert_eq!(metres(strasbourg, paris), 397_340);
/// ```
pub fn metres(a: Point, b: Point) -> i64 {
    let half_north = sine((b.latitude - a.latitude).abs() * 0.5 * RADIANS_PER_DEGREE);
    // The sine of half a turn less is the same: no further than a quarter.
    let apart = (b.longitude - a.longitude).abs() * 0.5;
    let half_east = sine((if apart > 90.0 { 180.0 - apart } else { apart }) * RADIANS_PER_DEGREE);
    let chord = half_north * half_north
        + cosine_of_latitude(a.latitude) * cosine_of_latitude(b.latitude) * (half_east * half_east);
    let metres = 2.0 * RADIUS_METRES * arc_sine(chord.min(1.0).sqrt());
    (metres + 0.5).floor() as i64 // at most half the way round: 20 015 114
}

/// Degrees between which everything lies that is no further than `metres` from `centre`: south, west, north and east. West and east are
/// -180 and 180 where a pole or the 180th meridian is within.
///
/// A little wider than need be, never narrower: what lies between still has to be measured.
pub fn bounds(centre: Point, metres: f64) -> [f64; 4] {
    let angle = (metres.max(0.0) + 1.0) / RADIUS_METRES * (1.0 + 1e-9);
    let margin = 1e-6;
    let north_south = angle / RADIANS_PER_DEGREE + margin;
    let (south, north) = (centre.latitude - north_south, centre.latitude + north_south);
    let whole = [south.max(-90.0), -180.0, north.min(90.0), 180.0];
    if south <= -90.0 || north >= 90.0 || angle >= FRAC_PI_2 {
        return whole;
    }
    let east_west = (angle.sin() / (centre.latitude * RADIANS_PER_DEGREE).cos()).min(1.0).asin();
    let east_west = east_west / RADIANS_PER_DEGREE + margin;
    let (west, east) = (centre.longitude - east_west, centre.longitude + east_west);
    if west < -180.0 || east > 180.0 { whole } else { [south, west, north, east] }
}

fn cosine_of_latitude(degrees: f64) -> f64 {
    sine((90.0 - degrees.abs()) * RADIANS_PER_DEGREE)
}

/// The sine of an angle from 0 to a quarter turn: its series to the 21st power, whose rest is below what a double holds.
fn sine(x: f64) -> f64 {
    let z = x * x;
    let mut sum = 1.0;
    for divisor in [420.0, 342.0, 272.0, 210.0, 156.0, 110.0, 72.0, 42.0, 20.0, 6.0] {
        sum = 1.0 - z / divisor * sum;
    }
    x * sum
}

/// The angle whose sine is `x`, from 0 to 1. Beyond a half, by half the angle that is left to the quarter turn.
fn arc_sine(x: f64) -> f64 {
    if x <= 0.5 {
        return arc_sine_of_half(x);
    }
    FRAC_PI_2 - 2.0 * arc_sine_of_half(((1.0 - x) * 0.5).sqrt())
}

/// [`arc_sine`] up to a half: the rational function of the C library of FreeBSD (`e_asin.c`).
fn arc_sine_of_half(x: f64) -> f64 {
    let z = x * x;
    let above = z
        * (0.166_666_666_666_666_66
            + z * (-0.325_565_818_622_400_9
                + z * (0.201_212_532_134_862_93
                    + z * (-0.040_055_534_500_679_41
                        + z * (0.000_791_534_994_289_814_5 + z * 0.000_034_793_310_759_602_12)))));
    let below = 1.0
        + z * (-2.403_394_911_734_414
            + z * (2.020_945_760_233_505_7 + z * (-0.688_283_971_605_453_3 + z * 0.077_038_150_555_901_94)));
    x + x * (above / below)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(latitude: f64, longitude: f64) -> Point {
        Point { latitude, longitude }
    }

    /// By the functions of the standard library.
    fn haversine(a: Point, b: Point) -> f64 {
        let rad = |degrees: f64| degrees * RADIANS_PER_DEGREE;
        let half = |x: f64| (rad(x) / 2.0).sin().powi(2);
        let h = half(b.latitude - a.latitude)
            + rad(a.latitude).cos() * rad(b.latitude).cos() * half(b.longitude - a.longitude);
        2.0 * RADIUS_METRES * h.min(1.0).sqrt().asin()
    }

    #[test]
    fn known_ways_have_known_lengths() {
        assert_eq!(metres(at(0.0, 0.0), at(0.0, 0.0)), 0);
        assert_eq!(metres(at(0.0, 0.0), at(0.0, 1.0)), 111_195);
        assert_eq!(metres(at(90.0, 0.0), at(-90.0, 12.0)), 20_015_114);
        assert_eq!(metres(at(0.0, -180.0), at(0.0, 180.0)), 0);
        assert_eq!(metres(at(10.0, 179.9), at(10.0, -179.9)), 21_901);
        assert_eq!(metres(at(0.0, 0.0), at(0.0, 180.0)), 20_015_114);
    }

    prop_compose! {
        fn anywhere()(latitude in -900_000_000_i64..=900_000_000, longitude in -1_800_000_000_i64..=1_800_000_000) -> Point {
            at(latitude as f64 / 1e7, longitude as f64 / 1e7)
        }
    }

    proptest! {
        #[test]
        fn it_is_the_haversine(a in anywhere(), b in anywhere(), near in -1e-3..1e-3_f64) {
            for b in [b, at((a.latitude + near).clamp(-90.0, 90.0), a.longitude)] {
                // Opposite points are the worst of the arc sine: a tenth of a metre is lost there by either.
                let way = haversine(a, b);
                prop_assert!((metres(a, b) as f64 - way).abs() <= 0.5 + way * 1e-8, "{a:?} {b:?} {way}");
                prop_assert_eq!(metres(a, b), metres(b, a));
            }
        }

        #[test]
        fn what_is_within_lies_in_the_bounds(a in anywhere(), b in anywhere(), near in 0.0..1.0_f64) {
            let toward = at(a.latitude + (b.latitude - a.latitude) * near.powi(6), a.longitude + (b.longitude - a.longitude) * near.powi(6));
            let [south, west, north, east] = bounds(a, metres(a, toward) as f64);
            prop_assert!((south..=north).contains(&toward.latitude));
            prop_assert!((west..=east).contains(&toward.longitude));
        }
    }
}
