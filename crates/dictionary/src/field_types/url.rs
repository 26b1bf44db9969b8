//! `url`: a link to a page or to a mailbox.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A link. Only `http`, `https` and `mailto`: any other scheme may run something where people click.
#[derive(Debug)]
pub(super) struct Url;

const LENGTH_MAX: u32 = 2_000;

impl FieldType for Url {
    fn name(&self) -> &'static str {
        "url"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        let text = cleaning::verbatim(text)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        cleaning::length(&text, None, LENGTH_MAX)?;
        link(&text).map(Value::Text).ok_or_else(|| {
            Invalid::new(
                "not_a_url",
                format!("« {} » n'est pas un lien http, https ou mailto.", shortened(&text)),
                format!("“{}” is not an http, https or mailto link.", shortened(&text)),
            )
        })
    }

    /// Also reads what people write without a scheme, such as `www.example.fr`.
    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let text = text.trim();
        let scheme = text.split_once(':').is_some_and(|(scheme, _)| !scheme.contains(['.', '/']));
        if text.is_empty() || scheme {
            return self.check(text_or_null(text.to_owned()), context);
        }
        self.check(Value::Text(format!("https://{text}")), context)
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        text_format(value)
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        text_from_json(json)
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        text_to_json(value)
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Url
    }
}

/// The link with its scheme and host in lower case; `None` if it is none.
fn link(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_whitespace() || "<>\"\\^`{|}".contains(c)) {
        return None;
    }
    let (scheme, rest) = text.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "mailto" {
        return (rest.contains('@') && !rest.starts_with('@')).then(|| format!("mailto:{rest}"));
    }
    if scheme != "http" && scheme != "https" {
        return None;
    }
    let rest = rest.strip_prefix("//")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    is_host(host).then(|| format!("{scheme}://{}{path}", host.to_lowercase()))
}

/// A name or address, with a port or not. No user nor password: a link is shown to others.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, port),
        _ => (host, "80"),
    };
    let number = !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    let literal = name.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let named = match literal {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && name.len() <= 253
                && name.split('.').all(|label| !label.is_empty() && label.len() <= 63)
                && name.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-' || c == '_')
        }
    };
    number && named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_verified() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        let parse = |text: &str| Url.parse(text, &context).map_err(|err| err.code);
        for (written, kept) in [
            ("HTTPS://Www.Example.FR/Chemin?q=É#x", "https://www.example.fr/Chemin?q=É#x"),
            ("www.example.fr", "https://www.example.fr"),
            ("example.fr:8080/a", "https://example.fr:8080/a"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("mailto:ada@lenoir.fr", "mailto:ada@lenoir.fr"),
        ] {
            assert_eq!(parse(written), Ok(Value::from(kept)), "{written}");
        }
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "ftp://a.fr",
            "https://a b.fr",
            "https://u:p@a.fr",
            "a..b",
            "//x.fr",
            "https://a.fr:port",
            "java\tscript:1",
        ] {
            let refused = parse(text).unwrap_err();
            assert!(["not_a_url", "control_character"].contains(&refused), "{text}");
        }
        assert_eq!(Url.check(Value::from("www.example.fr"), &context).unwrap_err().code, "not_a_url");
    }
}
