//! The date of Easter.

use jiff::civil::{Date, date};

/// Easter Sunday of a year of the Gregorian calendar.
///
/// Source: the anonymous Gregorian computus (*Nature*, 20 April 1876), which follows the tables of the bull *Inter gravissimas* of 1582.
///
/// ```
/// use jiff::civil::date;
///
/// assert_eq!(agreement::holidays::easter(2008), date(2008, 3, 23));
/// assert_eq!(agreement::holidays::easter(2038), date(2038, 4, 25));
/// ```
pub fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let golden = y % 19;
    let (century, in_century) = (y / 100, y % 100);
    let (leap_centuries, century_rest) = (century / 4, century % 4);
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30;
    let weekday = (32 + 2 * century_rest + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    date(year, i8::try_from(month).unwrap_or(4), i8::try_from(day).unwrap_or(1))
}
