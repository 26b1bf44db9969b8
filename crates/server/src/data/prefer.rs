//! What a client would rather have: the header `Prefer`. Source: RFC 7240, OData 4.01 Protocol 8.2.8.

use axum::http::header::{HeaderMap, HeaderName, HeaderValue};

const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Names the preferences that were followed.
pub(crate) const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Preferences that are known here; the others are passed over, as they may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// `return=minimal` or `return=representation`.
    pub(crate) minimal: Option<bool>,
    /// `maxpagesize=50`: records of a page.
    pub(crate) page_size: Option<u32>,
    /// `continue-on-error`: a batch goes on after what was refused.
    pub(crate) continue_on_error: bool,
    /// `track-changes`: a list ends with a delta link.
    pub(crate) track_changes: bool,
}

impl Preferences {
    /// Reads all `Prefer` headers; of a preference given twice, the first counts. OData's may carry its prefix.
    pub(crate) fn read(headers: &HeaderMap) -> Preferences {
        let mut preferences = Preferences::default();
        let mut seen: Vec<&str> = Vec::new();
        let lines = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for preference in lines.flat_map(|line| line.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let name = name.trim();
            let name = name.strip_prefix("odata.").unwrap_or(name);
            let value = value.trim().trim_matches('"');
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            match (name, value) {
                ("return", "minimal") => preferences.minimal = Some(true),
                ("return", "representation") => preferences.minimal = Some(false),
                ("maxpagesize", size) => preferences.page_size = size.parse().ok(),
                ("continue-on-error", value) => preferences.continue_on_error = value != "false",
                ("track-changes", _) => preferences.track_changes = true,
                _ => {}
            }
        }
        preferences
    }

    /// `return=…`, if one was asked for.
    pub(crate) fn returns(&self) -> Option<&'static str> {
        self.minimal.map(|minimal| if minimal { "return=minimal" } else { "return=representation" })
    }
}

/// The value of `Preference-Applied`.
pub(crate) fn applied(preferences: &[String]) -> Option<HeaderValue> {
    if preferences.is_empty() { None } else { HeaderValue::from_str(&preferences.join(", ")).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_with_or_without_their_prefix_and_the_first_counts() {
        let mut headers = HeaderMap::new();
        headers.append(PREFER, HeaderValue::from_static("return=minimal; foo, odata.maxpagesize=20"));
        headers.append(PREFER, HeaderValue::from_static("return=representation, continue-on-error"));
        let read = Preferences::read(&headers);
        assert_eq!((read.minimal, read.page_size), (Some(true), Some(20)));
        assert!(read.continue_on_error && !read.track_changes);
        let off = HeaderMap::from_iter([(PREFER, HeaderValue::from_static("odata.continue-on-error=false"))]);
        assert!(!Preferences::read(&off).continue_on_error);
    }
}
