//! Parameters of a query that are not options of OData's lists.

use dictionary::RecordId;

use crate::problem::Problem;

/// Length of a page when the request names none, and at most.
const PAGE: u32 = 50;
const PAGE_MAX: u32 = 500;

/// A parameter of the query, with or without `$` before its name.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(key, _)| key.trim_start_matches('$') == name).map(|(_, value)| value.into_owned())
}

/// The number of a parameter, or what stands in for it.
pub(crate) fn number<T: std::str::FromStr>(
    query: Option<&str>,
    name: &str,
    otherwise: T,
) -> Result<T, Problem> {
    match parameter(query, name) {
        None => Ok(otherwise),
        Some(text) => digits(&text).ok_or_else(|| {
            Problem::bad_request(
                format!("${name} : « {text} » n'est pas un nombre entier positif."),
                format!("${name}: “{text}” is not a whole, positive number."),
            )
        }),
    }
}

/// A number written in digits alone: `parse` takes a sign before them too.
pub(crate) fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// How many records of a page `$top` asks for: of the numbers that lists take (32 bits), so many at most.
pub(crate) fn page_length(query: Option<&str>) -> Result<usize, Problem> {
    Ok(number(query, "top", PAGE)?.clamp(1, PAGE_MAX) as usize)
}

/// A yes or no: `true`, `false`, or `false` when it is not named. Named twice it would say both.
pub(crate) fn flag(query: Option<&str>, name: &str) -> Result<bool, Problem> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let values: Vec<_> = pairs.filter(|(key, _)| key.trim_start_matches('$') == name).collect();
    match values.as_slice() {
        [] => Ok(false),
        [(_, value)] if value == "true" => Ok(true),
        [(_, value)] if value == "false" => Ok(false),
        _ => Err(Problem::bad_request(
            format!("{name} se dit une fois, et vaut true ou false."),
            format!("{name} is said once, as true or false."),
        )),
    }
}

/// The id that a parameter of a query string gives; `None` without one, or when it is empty.
///
/// `400` when it is none.
pub(crate) fn id_parameter(query: Option<&str>, name: &str) -> Result<Option<RecordId>, Problem> {
    let Some(text) = parameter(query, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    RecordId::parse(&text).map(Some).ok_or_else(|| {
        Problem::bad_request(
            format!("{name} : « {text} » n'est pas un identifiant."),
            format!("{name}: “{text}” is no id."),
        )
    })
}
