//! Regular expressions of fields, compiled once.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex_lite::{Regex, RegexBuilder};

use super::Invalid;

/// Patterns come from dictionaries, so there are few; past this many the cache starts again rather than grow for ever.
const CACHED_MAX: usize = 512;

static COMPILED: LazyLock<RwLock<HashMap<String, Regex>>> = LazyLock::new(RwLock::default);

/// Refuses a pattern that is not a regular expression.
pub(super) fn check(pattern: &str) -> Result<(), Invalid> {
    compile(pattern).map(|_| ()).map_err(|err| {
        Invalid::new(
            "pattern",
            format!("Ce n'est pas une expression régulière : {err}."),
            format!("This is not a regular expression: {err}."),
        )
    })
}

/// Refuses a text that does not match `pattern` from its first to its last character.
pub(super) fn hold(pattern: &str, text: &str) -> Result<(), Invalid> {
    if matches(pattern, text) {
        return Ok(());
    }
    Err(Invalid::new(
        "pattern",
        format!("La valeur n'a pas la forme attendue ({pattern})."),
        format!("The value does not have the expected form ({pattern})."),
    ))
}

/// A pattern that does not compile matches nothing: the compiler of dictionaries has refused it already.
fn matches(pattern: &str, text: &str) -> bool {
    let known = COMPILED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(pattern)
        .map(|regex| regex.is_match(text));
    if let Some(matched) = known {
        return matched;
    }
    let Ok(regex) = compile(pattern) else { return false };
    let matched = regex.is_match(text);
    let mut cache = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= CACHED_MAX {
        cache.clear();
    }
    cache.insert(pattern.to_owned(), regex);
    matched
}

fn compile(pattern: &str) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(256 * 1024).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        assert!(hold("[0-9]{5}", "67000").is_ok());
        assert_eq!(hold("[0-9]{5}", "67000 ").unwrap_err().code, "pattern");
        assert!(hold("a|bc", "bc").is_ok());
        assert!(hold("a|bc", "ac").is_err());
    }

    #[test]
    fn a_broken_pattern_is_refused_and_matches_nothing() {
        assert_eq!(check("[0-9").unwrap_err().code, "pattern");
        assert!(hold("[0-9", "5").is_err());
    }
}
