//! Random expressions over the world's accounts, as text: every type, operator and function of the language.

use crate::world::{Draw, TEXTS};

/// A place that paths start from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// An account.
    Account,
    /// A visit, in a figure's filter.
    Visit,
    /// A visit, in a figure's first argument, where every name starts with `visits.`.
    Body,
}

impl At {
    fn path(self, draw: &mut Draw, account: &[&str], visit: &[&str]) -> String {
        match self {
            At::Account => {
                let hops = draw.one(&["", "", "", "parent.", "parent.parent."]);
                format!("{hops}{}", draw.one(account))
            }
            At::Visit | At::Body => {
                let prefix = if self == At::Body { "visits." } else { "" };
                match draw.below(4) {
                    0 => format!("{prefix}sponsor.{}", draw.one(account)),
                    1 => format!("{prefix}account.parent.{}", draw.one(account)),
                    _ if visit.is_empty() => format!("{prefix}sponsor.{}", draw.one(account)),
                    _ => format!("{prefix}{}", draw.one(visit)),
                }
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const COMPARISONS: &[&str] = &["=", "!=", "<", "<=", ">", ">="];
const EQUALITY: &[&str] = &["=", "!="];

/// A condition.
pub(crate) fn condition(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth > 0 && draw.below(3) > 0 {
        let (a, b) = (condition(draw, at, depth - 1), condition(draw, at, depth - 1));
        return match draw.below(4) {
            0 => format!("not ({a})"),
            1 => format!("({a} and {b})"),
            2 => format!("({a} or {b})"),
            _ => format!("if({a}, {b}, {})", condition(draw, at, depth - 1)),
        };
    }
    match draw.below(17) {
        15 => {
            let metres = draw.one(&["0", "1000", "11131.95", "800000", "9500000", "20015114", "-1"]);
            let (way, within) =
                (format!("distance({}, {})", position(draw, at), position(draw, at)), draw.below(2));
            let test = draw.one(&["<=", "<"]);
            if within == 0 {
                format!("{way} {test} {metres}")
            } else {
                format!("not {metres} {} {way}", draw.one(COMPARISONS))
            }
        }
        0 => format!("{} {} {}", text(draw, at, depth), draw.one(COMPARISONS), text(draw, at, depth)),
        1 => {
            let test = draw.one(&["contains", "starts with", "ends with"]);
            format!("{} {test} {}", text(draw, at, depth), text(draw, at, 0))
        }
        2 => format!("{} {} {}", number(draw, at, depth), draw.one(COMPARISONS), number(draw, at, depth)),
        3 => format!("{} {} {}", date(draw, at, depth), draw.one(COMPARISONS), date(draw, at, depth)),
        4 => format!("{} {} {}", instant(draw, at, depth), draw.one(COMPARISONS), instant(draw, at, depth)),
        5 => format!("{} {} {}", instant(draw, at, depth), draw.one(COMPARISONS), date(draw, at, 0)),
        6 => format!("{} {} {}", duration(draw, at, depth), draw.one(COMPARISONS), duration(draw, at, depth)),
        7 => at.path(draw, &["blocked"], &[]),
        8 => {
            let null = [
                "name", "staff", "balance", "seen", "site", "place", "logo", "extra", "parent", "moods",
                "blocked",
            ];
            format!("{} {} null", at.path(draw, &null, &["amount", "held"]), draw.one(EQUALITY))
        }
        9 => {
            let list =
                format!("{}, {}, {}", text(draw, at, 0), text(draw, at, depth), draw.one(&["null", "'Z'"]));
            format!("{} in ({list})", text(draw, at, depth))
        }
        10 => {
            let list = format!("{}, 7, {}", number(draw, at, 0), draw.one(&["null", "0.5", "-1"]));
            format!("{} in ({list})", number(draw, at, depth))
        }
        11 => {
            let tag = draw.one(&["calm", "cross", "eager"]);
            format!("{} {}", at.path(draw, &["moods"], &[]), draw.one(&["contains"])) + &format!(" '{tag}'")
        }
        12 => {
            let other = format!("'{}'", crate::support::id(1 + draw.below(4) as u128));
            match draw.below(4) {
                0 => {
                    format!("{} {} me()", at.path(draw, &["created_by"], &["updated_by"]), draw.one(EQUALITY))
                }
                1 => format!("{} in ({other}, null)", at.path(draw, &["parent"], &["sponsor"])),
                _ => format!("{} {} {other}", at.path(draw, &["parent"], &["sponsor"]), draw.one(EQUALITY)),
            }
        }
        13 if at == At::Account => {
            let filter = condition(draw, At::Visit, depth.saturating_sub(1));
            format!("exists(visits, {filter})")
        }
        14 => format!(
            "{}({})",
            draw.one(&["is_siren", "is_siret", "luhn", "is_vat", "is_iban"]),
            text(draw, at, depth)
        ),
        _ => {
            let time = |draw: &mut Draw| match draw.below(3) {
                0 => at.path(draw, &["opens"], &[]),
                1 => format!("time({})", instant(draw, at, 0)),
                _ => draw.one(&["time '12:30'", "time '00:00:00'"]).to_owned(),
            };
            format!("{} {} {}", time(draw), draw.one(COMPARISONS), time(draw))
        }
    }
}

/// A text.
pub(crate) fn text(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth == 0 || draw.below(2) == 0 {
        return match draw.below(3) {
            0 => quoted(draw.one(TEXTS)),
            _ => at.path(
                draw,
                &["name", "alias", "code_ape", "mood", "site.city", "site.postcode"],
                &["subject"],
            ),
        };
    }
    let inner = text(draw, at, depth - 1);
    match draw.below(6) {
        0 => format!("{}({inner})", draw.one(&["lower", "upper", "trim", "fold"])),
        1 => format!("concat({inner}, {}, {})", text(draw, at, 0), number(draw, at, 0)),
        2 => format!(
            "substring({inner}, {}, {})",
            draw.one(&["1", "2", "-1", "0"]),
            draw.one(&["3", "0", "100"])
        ),
        3 => format!("coalesce({inner}, {})", text(draw, at, 0)),
        4 => format!("if({}, {inner}, {})", condition(draw, at, 0), text(draw, at, 0)),
        _ => format!("{}({inner}, {})", draw.one(&["min", "max"]), text(draw, at, 0)),
    }
}

/// A number, whole or not.
pub(crate) fn number(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth == 0 || draw.below(2) == 0 {
        return match draw.below(3) {
            0 => draw
                .one(&[
                    "0",
                    "1",
                    "-1",
                    "0.5",
                    "1.505",
                    "-0.005",
                    "9223372036854775807",
                    "9999999999999999.99",
                    "1e0",
                    "2.50",
                ])
                .replace("1e0", "1000"),
            _ => {
                at.path(draw, &["staff", "rank", "balance", "rate", "place.latitude"], &["amount", "minutes"])
            }
        };
    }
    let inner = number(draw, at, depth - 1);
    match draw.below(15) {
        14 => format!("distance({}, {})", position(draw, at), position(draw, at)),
        11 => format!("{}({inner}, {})", draw.one(&["div", "mod"]), number(draw, at, 0)),
        12 => format!("position({}, {})", text(draw, at, depth - 1), text(draw, at, 0)),
        13 => {
            format!(
                "{}({})",
                draw.one(&["second", "fraction", "offset_minutes"]),
                instant(draw, at, depth - 1)
            )
        }
        0 => format!("({inner} {} {})", draw.one(&["+", "-", "*", "/"]), number(draw, at, depth - 1)),
        1 => format!("{}({inner})", draw.one(&["abs", "floor", "ceil", "round"])),
        2 => format!("round({inner}, {})", draw.one(&["0", "1", "2", "-1"])),
        3 => format!("-({inner})"),
        4 => format!("length({})", text(draw, at, depth - 1)),
        5 => format!("{}({})", draw.one(&["year", "month", "day"]), date(draw, at, depth - 1)),
        6 => format!(
            "{}({})",
            draw.one(&["year", "month", "day", "hour", "minute"]),
            instant(draw, at, depth - 1)
        ),
        7 => format!("({} - {})", date(draw, at, depth - 1), date(draw, at, 0)),
        8 => format!("coalesce({inner}, {})", number(draw, at, 0)),
        9 if at == At::Account => {
            let figure = draw.one(&["sum", "min", "max", "avg"]);
            let filter = match draw.below(2) {
                0 => String::new(),
                _ => format!(", {}", condition(draw, At::Visit, depth.saturating_sub(2))),
            };
            match draw.below(4) {
                0 => "count(visits)".to_owned(),
                _ => format!("{figure}({}{filter})", number_of_visits(draw, depth - 1)),
            }
        }
        _ => format!("{}({inner}, {})", draw.one(&["min", "max"]), number(draw, at, 0)),
    }
}

/// A position: of a record, written, or one of both.
fn position(draw: &mut Draw, at: At) -> String {
    let written = draw.one(&[
        "point '48.57,7.76'",
        "point '0,0'",
        "point '0,179.95'",
        "point '89.99,12'",
        "point '-33.9,-0.1000001'",
        "null",
    ]);
    match draw.below(5) {
        0 => written.to_owned(),
        1 => format!("coalesce({}, {written})", at.path(draw, &["place"], &[])),
        _ => at.path(draw, &["place"], &[]),
    }
}

/// A number over visits that names a field of theirs: a figure needs one to know its records.
fn number_of_visits(draw: &mut Draw, depth: usize) -> String {
    let field = draw.one(&["visits.amount", "visits.minutes"]);
    match draw.below(2) {
        0 => field.to_owned(),
        _ => format!("{field} {} {}", draw.one(&["+", "-", "*", "/"]), number(draw, At::Body, depth.min(1))),
    }
}

/// A date.
pub(crate) fn date(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth == 0 || draw.below(2) == 0 {
        return match draw.below(4) {
            0 => draw.one(&["date '2026-03-29'", "date '0001-01-01'", "date '9999-12-31'"]).to_owned(),
            1 => "today()".to_owned(),
            _ if at == At::Account => at.path(draw, &["founded", "closed_on"], &[]),
            _ => at.path(draw, &["founded", "closed_on"], &[]),
        };
    }
    match draw.below(4) {
        0 => format!("date({})", instant(draw, at, depth - 1)),
        1 => format!(
            "({} {} days({}))",
            date(draw, at, depth - 1),
            draw.one(&["+", "-"]),
            draw.one(&["1", "30", "400000"])
        ),
        2 => format!("coalesce({}, {})", date(draw, at, depth - 1), date(draw, at, 0)),
        _ => format!("{}({}, {})", draw.one(&["min", "max"]), date(draw, at, depth - 1), date(draw, at, 0)),
    }
}

/// An instant.
pub(crate) fn instant(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth == 0 || draw.below(2) == 0 {
        return match draw.below(4) {
            0 => draw
                .one(&[
                    "datetime '2026-03-29T01:00:00Z'",
                    "datetime '2026-10-25T02:30:00+02:00'",
                    "datetime '1969-12-31T23:59:59Z'",
                ])
                .to_owned(),
            1 => "now()".to_owned(),
            _ => at.path(draw, &["seen", "due"], &["held"]),
        };
    }
    let inner = instant(draw, at, depth - 1);
    match draw.below(3) {
        0 => format!(
            "({inner} {} {}({}))",
            draw.one(&["+", "-"]),
            draw.one(&["days", "hours", "minutes"]),
            draw.one(&["1", "36", "999999999"])
        ),
        1 => format!("coalesce({inner}, {})", instant(draw, at, 0)),
        _ => format!("({inner} + {})", duration(draw, at, 0)),
    }
}

/// A duration.
pub(crate) fn duration(draw: &mut Draw, at: At, depth: usize) -> String {
    if depth == 0 || draw.below(2) == 0 {
        return match draw.below(3) {
            0 => draw.one(&["hours(1)", "minutes(59)", "days(2)", "hours(0.5)"]).to_owned(),
            _ => at.path(draw, &["delay"], &["spent"]),
        };
    }
    match draw.below(5) {
        0 => format!("({} - {})", instant(draw, at, depth - 1), instant(draw, at, 0)),
        1 => {
            format!("({} {} {})", duration(draw, at, depth - 1), draw.one(&["+", "-"]), duration(draw, at, 0))
        }
        2 => format!("({} {} {})", duration(draw, at, depth - 1), draw.one(&["*", "/"]), number(draw, at, 0)),
        3 if at == At::Account => format!("{}(visits.spent)", draw.one(&["sum", "avg", "max"])),
        _ => format!("-({})", duration(draw, at, depth - 1)),
    }
}
