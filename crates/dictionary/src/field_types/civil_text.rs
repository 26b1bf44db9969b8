//! Days, times and instants as people and programs write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// The day that `text` shows: `2026-11-23`, `20261123`, `23/11/2026` (day first; also with `.` or `-`), or any of these at midnight, as
/// spreadsheets write days. Years 1 to 9999, in four digits.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    match text.split_once(['T', ' ']) {
        Some((day, midnight)) => (time(midnight)? == Time::midnight()).then(|| date_only(day))?,
        None => date_only(text),
    }
}

fn date_only(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return ymd(&text[..4], &text[4..6], &text[6..]);
    }
    let mut parts = text.split(['-', '/', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if a.len() == 4 { ymd(a, b, c) } else { ymd(c, b, a) }
}

fn ymd(year: &str, month: &str, day: &str) -> Option<Date> {
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year = number::<i16>(year)?;
    if year < 1 {
        return None;
    }
    Date::new(year, number(month)?, number(day)?).ok()
}

/// The time of day that `text` shows, to the second: `14:05`, `14:05:00`, `14h05`, `14h`. Fractions of a second are dropped.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let text = text.split_once('.').map_or(text, |(whole, fraction)| {
        match fraction.bytes().all(|b| b.is_ascii_digit()) {
            true => whole,
            false => text,
        }
    });
    let mut parts = text.split([':', 'h', 'H']);
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    if parts.next().is_some() || (minute.is_empty() && text.contains(':')) {
        return None;
    }
    let minute = if minute.is_empty() { 0 } else { number(minute)? };
    Time::new(number(hour)?, minute, number(second)?, 0).ok()
}

/// The instant that `text` shows: with an offset (RFC 3339), or a day and a time in `zone`; a day alone is its first instant there.
pub(super) fn datetime(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(instant) = rfc3339(text) {
        return Some(instant);
    }
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let clock = clock.trim().trim_start_matches(['à', ' ']);
    let clock = if clock.is_empty() { Time::midnight() } else { time(clock)? };
    instant_in(DateTime::from_parts(date_only(day)?, clock), zone)
}

/// The instant of an RFC 3339 text, cut to the microsecond; `None` without an offset, or outside years 1 to 9999.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    kept(text.parse().ok()?)
}

/// The instant of a day and time in `zone`: the earlier one where clocks go back, the later one where they skip it.
pub(super) fn instant_in(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    kept(zone.to_timestamp(civil).ok()?)
}

/// `instant` as it is kept: whole microseconds, years 1 to 9999; `None` outside.
pub(super) fn kept(instant: Timestamp) -> Option<Timestamp> {
    let cut = match instant.subsec_nanosecond() % 1000 {
        0 => instant,
        _ => {
            let cut = jiff::TimestampRound::new().smallest(Unit::Microsecond).mode(jiff::RoundMode::Floor);
            instant.round(cut).ok()?
        }
    };
    (1..=9999).contains(&TimeZone::UTC.to_datetime(cut).year()).then_some(cut)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_day_first() {
        for text in [
            "2026-11-23",
            "23/11/2026",
            "23.11.2026",
            "23-11-2026",
            "20261123",
            "2026-11-23 00:00:00",
            "2026-11-23T00:00:00",
        ] {
            assert_eq!(date(text).map(|d| d.to_string()).as_deref(), Some("2026-11-23"), "{text}");
        }
        assert_eq!(date("1/2/0001").map(|d| d.to_string()).as_deref(), Some("0001-02-01"));
        for text in [
            "",
            "11/23/2026",
            "23/11/26",
            "2026-02-29",
            "0000-01-01",
            "12345-01-01",
            "-2026-01-01",
            "2026-11-23 08:00",
            "é",
            "2026-1١-01",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read() {
        for (text, meant) in
            [("14:05", "14:05:00"), ("14h05", "14:05:00"), ("9h", "09:00:00"), ("08:00:30.5", "08:00:30")]
        {
            assert_eq!(time(text).map(|t| t.to_string()).as_deref(), Some(meant), "{text}");
        }
        for text in ["", "14", "25:00", "14:60", "14:", "14:05:00:00", "aa:bb", "12:00.x"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_without_offset_is_in_the_zone() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (text, meant) in [
            ("2026-11-23T13:05:00Z", "2026-11-23T13:05:00Z"),
            ("2026-11-23T14:05:00+01:00", "2026-11-23T13:05:00Z"),
            ("23/11/2026 14:05", "2026-11-23T13:05:00Z"),
            ("23/11/2026 à 14h05", "2026-11-23T13:05:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("2026-03-29 02:30", "2026-03-29T01:30:00Z"), // skipped: the later reading
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"), // twice: the earlier one
            ("2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123456Z"),
        ] {
            assert_eq!(datetime(text, &paris).map(|t| t.to_string()).as_deref(), Some(meant), "{text}");
        }
        for text in ["", "hier", "0000-06-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23 25:00"] {
            assert_eq!(datetime(text, &paris), None, "{text}");
        }
    }
}
