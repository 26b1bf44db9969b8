//! Numbers as people write them: `1 234,50 €`, `1,234.50`, `(12)`, `−3`.

use rust_decimal::Decimal;

use super::Invalid;
use crate::label::Language;

/// The number that `text` shows, or why it shows none.
///
/// Spaces (of any width) and apostrophes may group digits by three, as may commas or points where the other one is the decimal
/// separator. A lone comma is a decimal separator in French; in English it groups digits when three follow. One of `units` may stand at
/// either end. Parentheses make a negative number, as in accounts.
pub(super) fn read(text: &str, language: Language, units: &[&str]) -> Result<Decimal, Invalid> {
    digits(text, language, units).and_then(|plain| Decimal::from_str_exact(&plain).ok()).ok_or_else(|| {
        Invalid::new(
            "not_a_number",
            format!("« {} » n'est pas un nombre.", shortened(text)),
            format!("“{}” is not a number.", shortened(text)),
        )
    })
}

/// At most the first 40 characters, for messages.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The number as digits with an optional sign and point.
fn digits(text: &str, language: Language, units: &[&str]) -> Option<String> {
    let mut rest = text.trim();
    for unit in units.iter().filter(|unit| !unit.is_empty()) {
        rest = rest.strip_suffix(unit).or_else(|| rest.strip_prefix(unit)).unwrap_or(rest).trim();
    }
    let (negative, rest) = match rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (true, inner.trim()),
        None => match rest.strip_prefix(['-', '\u{2212}']) {
            Some(after) => (true, after.trim_start()),
            None => (false, rest.strip_prefix('+').unwrap_or(rest)),
        },
    };
    let separator = decimal_separator(rest, language);
    let (whole, fraction) = match separator {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, ""),
    };
    let whole = ungrouped(whole)?;
    let readable = fraction.bytes().all(|b| b.is_ascii_digit()) && !(whole.is_empty() && fraction.is_empty());
    if !readable || (separator.is_some() && fraction.is_empty() && whole.is_empty()) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { &whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Where the decimal separator stands.
fn decimal_separator(text: &str, language: Language) -> Option<usize> {
    let last = text.rfind([',', '.'])?;
    let mark = text.as_bytes()[last];
    let alone = !text[..last].contains([',', '.']);
    if !alone {
        // `1.234.567`: the same mark again can only group; another mark before it makes this one the separator.
        return (!text[..last].contains(mark as char)).then_some(last);
    }
    let groups =
        mark == b',' && language == Language::En && text.len() - last == 4 && (1..=3).contains(&last);
    (!groups).then_some(last)
}

/// The digits of a whole part whose groups, if any, are of three digits; `None` if anything else is in it.
fn ungrouped(text: &str) -> Option<String> {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '\'' | '\u{2019}');
    let mut groups = text.split(is_mark);
    let first = groups.next().unwrap_or_default();
    let mut plain = String::with_capacity(text.len());
    plain.push_str(first);
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        plain.push_str(group);
    }
    plain.bytes().all(|b| b.is_ascii_digit()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fr(text: &str) -> Option<String> {
        read(text, Language::Fr, &["€", "EUR"]).ok().map(|n| n.to_string())
    }

    #[test]
    fn french_and_english_numbers_are_read() {
        for (written, meant) in [
            ("1 234,50 €", "1234.50"),
            ("1\u{202f}234,5", "1234.5"),
            ("1\u{a0}234\u{a0}567", "1234567"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1.234.567", "1234567"),
            ("1'234.50", "1234.50"),
            ("€ 12", "12"),
            ("EUR12", "12"),
            ("-0,5", "-0.5"),
            ("\u{2212}3", "-3"),
            ("(12,5)", "-12.5"),
            ("+7", "7"),
            (",5", "0.5"),
            ("5,", "5"),
            ("1,234", "1.234"),
            ("007", "7"),
        ] {
            assert_eq!(fr(written).as_deref(), Some(meant), "{written}");
        }
        for (written, meant) in
            [("1,234", "1234"), ("1234,567", "1234.567"), ("0,5", "0.5"), ("1,234,567", "1234567")]
        {
            assert_eq!(read(written, Language::En, &[]).unwrap().to_string(), meant, "{written}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for written in [
            "",
            "abc",
            "1e5",
            "12 34",
            "1,2,3",
            "--1",
            ",",
            ".",
            "1 234 5",
            "12€€€x",
            "0x10",
            "1.2.3,4,5",
            "٣",
        ] {
            assert_eq!(fr(written), None, "{written}");
        }
        assert_eq!(fr("99999999999999999999999999999999"), None);
    }
}
