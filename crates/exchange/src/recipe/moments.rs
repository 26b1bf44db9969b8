//! Days, times of day and lengths of time as recipes write them.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// `-365d`, `+30d`, `45d` from the anchor, or a date.
pub(crate) fn day(text: &str, anchor: Date) -> Option<Date> {
    match text.strip_suffix('d') {
        Some(days) => {
            let days: i64 = days.strip_prefix('+').unwrap_or(days).parse().ok()?;
            anchor.checked_add(Span::new().try_days(days).ok()?).ok()
        }
        None => text.parse().ok(),
    }
}

/// `30m`, `4h`, `1d`, `-2d`, `45s`, in seconds.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let number: i64 = number.strip_prefix('+').unwrap_or(number).parse().ok()?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// `08:30`, in minutes.
pub(crate) fn minutes_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// Days between two, both included.
pub(crate) fn days(from: Date, to: Date) -> Vec<Date> {
    from.series(1.day()).take_while(|day| *day <= to).collect()
}

/// The same without Saturdays, Sundays and `holidays`.
pub(crate) fn working_days(from: Date, to: Date, holidays: &[Date]) -> Vec<Date> {
    let is_kept =
        |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(day);
    from.series(1.day()).take_while(|day| *day <= to).filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_counted_from_the_anchor() {
        let anchor = date(2026, 11, 23);
        assert_eq!(day("-1d", anchor), Some(date(2026, 11, 22)));
        assert_eq!(day("+8d", anchor), Some(date(2026, 12, 1)));
        assert_eq!(day("2025-02-03", anchor), Some(date(2025, 2, 3)));
        assert_eq!(day("soon", anchor), None);
        assert_eq!(days(date(2026, 11, 20), date(2026, 11, 24)).len(), 5);
        let holidays = [date(2026, 11, 24)];
        assert_eq!(working_days(date(2026, 11, 20), date(2026, 11, 24), &[]).len(), 3);
        assert_eq!(working_days(date(2026, 11, 20), date(2026, 11, 24), &holidays).len(), 2);
        assert_eq!((seconds("-2d"), seconds("45m"), seconds("x")), (Some(-172_800), Some(2_700), None));
        assert_eq!(minutes_of_day("08:30"), Some(510));
    }
}
