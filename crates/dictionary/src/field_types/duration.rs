//! `duration`: a length of time in whole seconds.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{bounds, bounds_faults, wrong};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::text::fold;
use crate::value::Value;

/// A length of time.
#[derive(Debug)]
pub(super) struct Duration;

impl FieldType for Duration {
    fn name(&self) -> &'static str {
        "duration"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Duration
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Duration }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        bounds_faults(options.min.as_ref(), options.max.as_ref(), iso)
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let seconds = match value {
            Value::Null => return Ok(Value::Null),
            Value::Duration(seconds) => seconds,
            _ => return Err(expected()),
        };
        bounds(&seconds, context.options.min.as_ref(), context.options.max.as_ref(), iso)?;
        Ok(Value::Duration(seconds))
    }

    /// `1:30` and `1:30:00` (hours first), `1h30`, `1 h 30 min`, `90 min`, `2 j`, `45 s`, or ISO 8601.
    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        let seconds = iso(text.trim()).or_else(|| clock(text.trim())).or_else(|| spoken(text));
        seconds.map(Value::Duration).ok_or_else(|| {
            Invalid::new(
                "not_a_duration",
                format!("« {} » n'est pas une durée (1h30, 1:30, 90 min).", shortened(text)),
                format!("“{}” is not a duration (1h30, 1:30, 90 min).", shortened(text)),
            )
        })
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Duration(seconds) => text(*seconds),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::String(text) => iso(text).map(Value::Duration).ok_or_else(expected),
            _ => Err(expected()),
        }
    }

    fn to_json(&self, value: &Value, options: &Options) -> Json {
        match value {
            Value::Duration(_) => Json::String(self.format(value, options)),
            _ => Json::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Number
    }
}

fn expected() -> Invalid {
    wrong("une durée comme PT1H30M", "a duration such as PT1H30M")
}

/// ISO 8601, in hours, minutes and seconds: `PT1H30M`, `-PT45S`, `PT0S`. Days are written as hours: they are 24 of them.
pub(crate) fn text(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let length = seconds.unsigned_abs();
    let mut text = format!("{sign}PT");
    for (unit, count) in [('H', length / 3_600), ('M', length / 60 % 60), ('S', length % 60)] {
        if count > 0 || (unit == 'S' && length == 0) {
            text.push_str(&count.to_string());
            text.push(unit);
        }
    }
    text
}

/// The seconds of an ISO 8601 duration in weeks, days, hours, minutes and whole seconds. Months and years have no length.
fn iso(text: &str) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').map_or((rest, None), |(days, clock)| (days, Some(clock)));
    if clock == Some("") || (days.is_empty() && clock.is_none()) {
        return None;
    }
    let total = units(days, &[('W', 604_800), ('D', 86_400)])?
        .checked_add(units(clock.unwrap_or_default(), &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    i64::try_from(if negative { -total } else { total }).ok()
}

/// The sum of counts, each before its unit; units in the order given, each once at most.
fn units(text: &str, units: &[(char, i128)]) -> Option<i128> {
    let mut rest = text;
    let mut total = 0_i128;
    for (unit, seconds) in units {
        if let Some((count, after)) = rest.split_once(*unit) {
            total = total.checked_add(whole(count)?.checked_mul(*seconds)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

/// `1:30` or `1:30:15`.
fn clock(text: &str) -> Option<i64> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = rest.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    if parts.next().is_some() || minutes.len() != 2 || seconds.len() != 2 {
        return None;
    }
    let (minutes, seconds) = (whole(minutes)?, whole(seconds)?);
    let total = whole(hours)?.checked_mul(3_600)?.checked_add(minutes * 60 + seconds)?;
    let total = i64::try_from(if negative { -total } else { total }).ok()?;
    (minutes < 60 && seconds < 60).then_some(total)
}

/// Counts followed by units, in French or English: `1 h 30`, `2 j`, `90 min`, `1,5 h`. Minutes may go without unit after hours.
fn spoken(text: &str) -> Option<i64> {
    let folded = fold(text);
    let (negative, mut rest) =
        folded.trim().strip_prefix('-').map_or((false, folded.trim()), |rest| (true, rest.trim()));
    let mut total = 0_i128;
    let mut previous = i128::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
        let (count, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let seconds = match unit {
            "j" | "d" | "jour" | "jours" | "day" | "days" => 86_400,
            "h" | "hr" | "heure" | "heures" | "hour" | "hours" => 3_600,
            "m" | "mn" | "min" | "mins" | "minute" | "minutes" => 60,
            "" if previous == 3_600 && next.is_empty() => 60,
            "s" | "sec" | "seconde" | "secondes" | "second" | "seconds" => 1,
            _ => return None,
        };
        if seconds >= previous {
            return None;
        }
        total = total.checked_add(fraction(count, seconds)?)?;
        previous = seconds;
        rest = next.trim_start();
    }
    (previous != i128::MAX).then(|| i64::try_from(if negative { -total } else { total }).ok())?
}

/// `count` (with decimals or not) times `seconds`; `None` unless that is whole.
fn fraction(count: &str, seconds: i128) -> Option<i128> {
    let Some((before, after)) = count.split_once([',', '.']) else {
        return whole(count)?.checked_mul(seconds);
    };
    let unit = 10_i128.pow(u32::try_from(after.len()).ok().filter(|places| *places <= 6)?);
    let total = whole(before)?.checked_mul(unit)?.checked_add(whole(after)?)?.checked_mul(seconds)?;
    (total % unit == 0).then_some(total / unit)
}

fn whole(digits: &str) -> Option<i128> {
    let plain = (1..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        for (written, seconds) in [
            ("1:30", 5_400),
            ("0:05:30", 330),
            ("-1:30", -5_400),
            ("1h30", 5_400),
            ("1 H 30 min", 5_400),
            ("90 min", 5_400),
            ("90 mn", 5_400),
            ("1,5 h", 5_400),
            ("2 j", 172_800),
            ("1 day 2 hours", 93_600),
            ("45 s", 45),
            ("PT1H30M", 5_400),
            ("P1DT2H", 93_600),
            ("P2W", 1_209_600),
        ] {
            assert_eq!(Duration.parse(written, &context), Ok(Value::Duration(seconds)), "{written}");
        }
        for written in [
            "90",
            "1:5",
            "1:75",
            "h",
            "1 min 2 h",
            "P",
            "PT",
            "P1M",
            "PT1.5H",
            "30 patates",
            "99999999999999999999h",
            "1h30h",
        ] {
            assert_eq!(
                Duration.parse(written, &context).map_err(|e| e.code),
                Err("not_a_duration"),
                "{written}"
            );
        }
    }

    #[test]
    fn durations_are_written_in_iso() {
        let to = |seconds| Duration.to_json(&Value::Duration(seconds), &Options::default());
        assert_eq!(to(5_400), json!("PT1H30M"));
        assert_eq!(to(0), json!("PT0S"));
        assert_eq!(to(-90_061), json!("-PT25H1M1S"));
        assert_eq!(iso(&text(i64::MIN)), Some(i64::MIN));
        let options = Options { max: Some("PT8H".into()), ..Options::default() };
        let long = Duration.check(Value::Duration(8 * 3_600 + 1), &FieldContext::new(&options));
        assert_eq!(long.unwrap_err().code, "too_high");
    }
}
