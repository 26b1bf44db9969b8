//! Expressions of every shape that the checker accepts, for laws to hold on.

use proptest::prelude::*;
use proptest::strategy::Union;

type Source = BoxedStrategy<String>;

/// The text of an expression about an account, of any type.
pub(crate) fn any_expression() -> Source {
    Union::new([condition(4), number(4), text(4), day(3), instant(3), length(3), identity()]).boxed()
}

/// The text of a condition about an account.
pub(crate) fn condition(depth: u32) -> Source {
    let leaf = of(&[
        "blocked",
        "true",
        "false",
        "null",
        "parent.blocked",
        "owner = me()",
        "main_address = null",
        "labels contains 'vip'",
    ]);
    if depth == 0 {
        return leaf;
    }
    let compare = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let pair =
        |side: Source| (side.clone(), compare.clone(), side).prop_map(|(a, op, b)| format!("{a} {op} ({b})"));
    let tests = prop::sample::select(vec!["contains", "starts with", "ends with"]);
    Union::new([
        leaf,
        (condition(depth - 1), prop::sample::select(vec!["and", "or"]), condition(depth - 1))
            .prop_map(|(a, op, b)| format!("({a}) {op} ({b})"))
            .boxed(),
        condition(depth - 1).prop_map(|a| format!("not ({a})")).boxed(),
        pair(number(depth - 1)).boxed(),
        pair(text(depth - 1)).boxed(),
        pair(day(depth - 1)).boxed(),
        pair(instant(depth - 1)).boxed(),
        pair(length(depth - 1)).boxed(),
        (day(depth - 1), compare.clone(), instant(depth - 1))
            .prop_map(|(a, op, b)| format!("({a}) {op} ({b})"))
            .boxed(),
        (text(depth - 1), tests, text(depth - 1)).prop_map(|(a, op, b)| format!("{a} {op} {b}")).boxed(),
        (number(depth - 1), number(depth - 1), number(depth - 1))
            .prop_map(|(a, b, c)| format!("{a} in ({b}, {c})"))
            .boxed(),
        (prop::sample::select(vec!["is_siren", "is_siret", "is_vat", "is_iban", "luhn"]), text(depth - 1))
            .prop_map(|(f, a)| format!("{f}({a})"))
            .boxed(),
        of(&["exists(contacts)", "exists(contacts, gone or name contains 'z')"]),
    ])
    .boxed()
}

fn number(depth: u32) -> Source {
    let literal = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        (-1000i64..1000).prop_map(|n| n.to_string()),
        (any::<i64>(), 0u32..20).prop_map(|(n, scale)| rust_decimal::Decimal::new(n, scale).to_string()),
        Just("79228162514264337593543950335".to_owned()),
        Just("0.0000000000000000000000000001".to_owned()),
    ];
    let leaf = Union::new([
        literal.boxed(),
        of(&["staff", "rate", "turnover", "null", "parent.staff", "position.latitude", "count(contacts)"]),
        of(&["distance(position, point '48.8566,2.3522')", "distance(parent.position, position)"]),
    ])
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let n = || number(depth - 1);
    Union::new([
        leaf,
        (n(), prop::sample::select(vec!["+", "-", "*", "/"]), n())
            .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
            .boxed(),
        n().prop_map(|a| format!("-({a})")).boxed(),
        (prop::sample::select(vec!["abs", "round", "floor", "ceil"]), n())
            .prop_map(|(f, a)| format!("{f}({a})"))
            .boxed(),
        (n(), -30i64..40).prop_map(|(a, places)| format!("round({a}, {places})")).boxed(),
        (n(), n()).prop_map(|(a, b)| format!("min({a}, {b})")).boxed(),
        (n(), n()).prop_map(|(a, b)| format!("coalesce({a}, {b})")).boxed(),
        (condition(depth - 1), n(), n()).prop_map(|(c, a, b)| format!("if({c}, {a}, {b})")).boxed(),
        text(depth - 1).prop_map(|a| format!("length({a})")).boxed(),
        (n(), n()).prop_map(|(a, b)| format!("mod({a}, {b})")).boxed(),
        (n(), n()).prop_map(|(a, b)| format!("div({a}, {b})")).boxed(),
        (text(depth - 1), text(depth - 1)).prop_map(|(a, b)| format!("position({a}, {b})")).boxed(),
        (
            prop::sample::select(vec![
                "year",
                "month",
                "day",
                "hour",
                "minute",
                "second",
                "fraction",
                "offset_minutes",
            ]),
            instant(depth - 1),
        )
            .prop_map(|(f, a)| format!("{f}({a})"))
            .boxed(),
        (day(depth - 1), day(depth - 1)).prop_map(|(a, b)| format!("(({a}) - ({b}))")).boxed(),
        (length(depth - 1), length(depth - 1)).prop_map(|(a, b)| format!("(({a}) / ({b}))")).boxed(),
        (-20i64..20).prop_map(|a| format!("max(contacts.account.staff, account.staff > {a})")).boxed(),
    ])
    .boxed()
}

fn text(depth: u32) -> Source {
    let literal = "[a-zéÉœ'’ 0-9ß]{0,6}".prop_map(|text| format!("'{}'", text.replace('\'', "''")));
    let leaf = Union::new([
        literal.boxed(),
        of(&["name", "siret", "main_address.city", "owner.name", "null", "min(contacts.name)"]),
    ])
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let t = || text(depth - 1);
    Union::new([
        leaf,
        (prop::sample::select(vec!["lower", "upper", "trim", "fold"]), t())
            .prop_map(|(f, a)| format!("{f}({a})"))
            .boxed(),
        (t(), number(depth - 1)).prop_map(|(a, b)| format!("concat({a}, {b})")).boxed(),
        (t(), any::<i64>(), any::<i64>())
            .prop_map(|(a, from, length)| format!("substring({a}, {from}, {length})"))
            .boxed(),
        (t(), -2i64..8).prop_map(|(a, from)| format!("substring({a}, {from})")).boxed(),
        (t(), t()).prop_map(|(a, b)| format!("max({a}, {b})")).boxed(),
        (condition(depth - 1), t(), t()).prop_map(|(c, a, b)| format!("if({c}, {a}, {b})")).boxed(),
    ])
    .boxed()
}

fn day(depth: u32) -> Source {
    let leaf = of(&[
        "founded",
        "today()",
        "date '0001-01-01'",
        "date '9999-12-31'",
        "date '2024-02-29'",
        "parent.founded",
    ]);
    if depth == 0 {
        return leaf;
    }
    Union::new([
        leaf,
        (day(depth - 1), any::<i64>()).prop_map(|(a, n)| format!("({a} + days({n}))")).boxed(),
        (day(depth - 1), -500i64..500).prop_map(|(a, n)| format!("({a} - days({n}))")).boxed(),
        instant(depth - 1).prop_map(|a| format!("date({a})")).boxed(),
    ])
    .boxed()
}

fn instant(depth: u32) -> Source {
    let leaf = of(&[
        "created_at",
        "now()",
        "datetime '0001-01-01T00:00:00Z'",
        "datetime '9999-12-30T22:00:00Z'",
        "datetime '2026-10-25T01:00:00Z'",
        "parent.created_at",
    ]);
    if depth == 0 {
        return leaf;
    }
    Union::new([
        leaf,
        (instant(depth - 1), prop::sample::select(vec!["+", "-"]), length(depth - 1))
            .prop_map(|(a, op, b)| format!("({a} {op} ({b}))"))
            .boxed(),
        day(depth - 1).prop_map(|a| format!("datetime({a})")).boxed(),
    ])
    .boxed()
}

fn length(depth: u32) -> Source {
    let leaf = Union::new([
        of(&["response", "parent.response", "duration 'PT1S'", "duration '-PT1H30M'"]),
        (prop::sample::select(vec!["days", "hours", "minutes"]), any::<i64>())
            .prop_map(|(f, n)| format!("{f}({n})"))
            .boxed(),
    ])
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let l = || length(depth - 1);
    Union::new([
        leaf,
        (l(), prop::sample::select(vec!["+", "-"]), l())
            .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
            .boxed(),
        (l(), prop::sample::select(vec!["*", "/"]), number(depth - 1))
            .prop_map(|(a, op, b)| format!("({a} {op} ({b}))"))
            .boxed(),
        (instant(depth - 1), instant(depth - 1)).prop_map(|(a, b)| format!("(({a}) - ({b}))")).boxed(),
        number(depth - 1).prop_map(|a| format!("hours({a})")).boxed(),
    ])
    .boxed()
}

fn identity() -> Source {
    of(&["owner", "id", "me()", "parent.owner", "coalesce(owner, me())"])
}

fn of(sources: &'static [&'static str]) -> Source {
    prop::sample::select(sources).prop_map(str::to_owned).boxed()
}

/// Texts made of the language's own words in any order: most are wrong, in every possible way.
pub(crate) fn word_soup() -> Source {
    let words = prop::sample::select(vec![
        "and",
        "or",
        "not",
        "in",
        "contains",
        "starts",
        "with",
        "ends",
        "(",
        ")",
        ",",
        ".",
        "=",
        "!=",
        "<",
        "<=",
        "+",
        "-",
        "*",
        "/",
        "'a'",
        "''",
        "1",
        "2.5",
        "name",
        "staff",
        "contacts",
        "owner",
        "lines",
        "null",
        "true",
        "date",
        "date '2026-01-01'",
        "duration 'PT1H'",
        "sum",
        "count",
        "min",
        "if",
        "days",
        "é",
        "'",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|words| words.join(" ")).boxed()
}
