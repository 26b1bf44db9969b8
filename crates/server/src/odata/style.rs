//! How answers are written: `Accept` and `$format`. Source: OData 4.01 Protocol 8.2.1, JSON Format 3.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::problem::Problem;

/// How much control information goes with records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Metadata {
    /// Counts and links to what follows, nothing else.
    None,
    /// What a client cannot work out.
    #[default]
    Minimal,
    /// Types and addresses too.
    Full,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Style {
    pub(crate) metadata: Metadata,
    /// Numbers that a double may not hold are strings.
    pub(crate) exact: bool,
}

impl Style {
    /// What `$format` asks, else what `Accept` does; JSON when they say nothing.
    ///
    /// Errors: `406` when neither JSON nor anything is acceptable.
    pub(crate) fn asked(headers: &HeaderMap, format: Option<&str>) -> Result<Style, Problem> {
        if let Some(format) = format {
            let named = if format == "json" { "application/json" } else { format };
            return Range::read(named).and_then(|range| range.style()).ok_or_else(not_acceptable);
        }
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<Range<'_>> = lines.flat_map(|line| line.split(',')).filter_map(Range::read).collect();
        if ranges.is_empty() {
            return Ok(Style::default());
        }
        // The best liked; of equals, the first.
        let mut best: Option<(f32, Style)> = None;
        for range in ranges.iter().filter(|range| range.quality > 0.0) {
            if let Some(style) = range.style()
                && best.is_none_or(|(quality, _)| range.quality > quality)
            {
                best = Some((range.quality, style));
            }
        }
        best.map(|(_, style)| style).ok_or_else(not_acceptable)
    }

    /// The media type of an answer.
    pub(crate) fn media_type(self) -> &'static str {
        match (self.metadata, self.exact) {
            (Metadata::None, false) => "application/json; odata.metadata=none; charset=utf-8",
            (Metadata::Minimal, false) => "application/json; odata.metadata=minimal; charset=utf-8",
            (Metadata::Full, false) => "application/json; odata.metadata=full; charset=utf-8",
            (Metadata::None, true) => {
                "application/json; odata.metadata=none; IEEE754Compatible=true; charset=utf-8"
            }
            (Metadata::Minimal, true) => {
                "application/json; odata.metadata=minimal; IEEE754Compatible=true; charset=utf-8"
            }
            (Metadata::Full, true) => {
                "application/json; odata.metadata=full; IEEE754Compatible=true; charset=utf-8"
            }
        }
    }
}

/// A media range with its parameters.
struct Range<'a> {
    media: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    quality: f32,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Range<'a>> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().filter(|media| !media.is_empty())?;
        let parameters: Vec<(&str, &str)> = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .collect();
        let quality = parameters.iter().find(|(name, _)| *name == "q");
        let quality = quality.and_then(|(_, value)| value.parse().ok()).unwrap_or(1.0);
        Some(Range { media, parameters, quality })
    }

    /// The style it asks, if it is JSON that can be written.
    fn style(&self) -> Option<Style> {
        if !["application/json", "application/*", "*/*"]
            .iter()
            .any(|known| self.media.eq_ignore_ascii_case(known))
        {
            return None;
        }
        let mut style = Style::default();
        for (name, value) in &self.parameters {
            let name = name.to_ascii_lowercase();
            match (name.strip_prefix("odata.").unwrap_or(&name), *value) {
                ("metadata", "none") => style.metadata = Metadata::None,
                ("metadata", "minimal") => style.metadata = Metadata::Minimal,
                ("metadata", "full") => style.metadata = Metadata::Full,
                ("metadata", _) => return None,
                ("ieee754compatible", value) => style.exact = value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        Some(style)
    }
}

fn not_acceptable() -> Problem {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "not_acceptable",
        "Ceci n'est servi qu'en JSON : application/json, avec odata.metadata=none, minimal ou full, et IEEE754Compatible=true ou false.",
        "This is served as JSON only: application/json, with odata.metadata=none, minimal or full, and IEEE754Compatible=true or false.",
    )
    .with("offered", json!(["application/json"]))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(accept: &'static str) -> Option<Style> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Style::asked(&headers, None).ok()
    }

    #[test]
    fn the_best_liked_of_what_is_served_is_answered() {
        let plain = Some(Style::default());
        for accept in ["*/*", "text/html, application/xhtml+xml, */*;q=0.8", "application/json;charset=utf-8"]
        {
            assert_eq!(asked(accept), plain, "{accept}");
        }
        let exact = Some(Style { metadata: Metadata::None, exact: true });
        assert_eq!(asked("application/json;odata.metadata=none;IEEE754Compatible=true"), exact);
        assert_eq!(
            asked("application/json;q=0.5, application/json;metadata=none;IEEE754Compatible=true"),
            exact
        );
        for accept in
            ["text/csv", "application/json;q=0", "application/json;odata.metadata=some", "application/xml"]
        {
            assert_eq!(asked(accept), None, "{accept}");
        }
        let none = HeaderMap::new();
        assert_eq!(Style::asked(&none, Some("json")).ok(), plain);
        assert_eq!(
            Style::asked(&none, Some("application/json;odata.metadata=none;IEEE754Compatible=true")).ok(),
            exact
        );
        assert!(Style::asked(&none, Some("atom")).is_err());
    }
}
