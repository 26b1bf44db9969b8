//! Instants in whole seconds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Seconds since 1970-01-01T00:00:00Z. Spans are half-open: the first second is in, the last is out.
pub type Instant = i64;

/// Reads an RFC 3339 instant, with its offset (`2026-04-07T09:00:00+02:00`, `2026-04-07T07:00:00Z`). A fraction of a second is dropped: an
/// instant is the second it falls in.
///
/// Errors: what is wrong with the text.
pub fn instant(text: &str) -> Result<Instant, jiff::Error> {
    let read: Timestamp = text.parse()?;
    // `as_second` rounds towards 1970; the second an instant falls in is the one before it.
    Ok(read.as_second() - i64::from(read.subsec_nanosecond() < 0))
}

/// The instant as text, in a time zone, with its offset.
pub fn written(at: Instant, zone: &TimeZone) -> String {
    match Timestamp::from_second(at) {
        Ok(at) => {
            zone.to_offset_info(at).offset().to_datetime(at).to_string()
                + &offset(zone.to_offset_info(at).offset().seconds())
        }
        Err(_) => at.to_string(),
    }
}

fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
