//! OData text to tokens. Source: OData 4.01 ABNF, `primitiveLiteral` and `boolCommonExpr`.

use std::str::FromStr;

use dictionary::expression::{ExpressionError, Span};
use dictionary::value::Point;
use dictionary::{RecordId, Value};
use jiff::{SignedDuration, Timestamp, civil};
use rust_decimal::Decimal;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or a keyword; may start with `$` or `@`.
    Word(String),
    Literal(Value),
    Open,
    Close,
    Comma,
    OpenList,
    CloseList,
    Colon,
    Equals,
    Slash,
    Minus,
    End,
}

/// The tokens of `text`, the last one `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let end = token.kind == Kind::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<Token, ExpressionError> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(Token { kind: Kind::End, span: Span { start, end: start } });
        };
        let simple = match first {
            '(' => Some(Kind::Open),
            ')' => Some(Kind::Close),
            '[' => Some(Kind::OpenList),
            ']' => Some(Kind::CloseList),
            ':' => Some(Kind::Colon),
            '=' => Some(Kind::Equals),
            ',' => Some(Kind::Comma),
            '/' => Some(Kind::Slash),
            _ => None,
        };
        let kind = if let Some(kind) = simple {
            self.at += 1;
            kind
        } else if first == '\'' {
            Kind::Literal(Value::Text(self.quoted()?))
        } else if first == '"' {
            Kind::Literal(Value::Text(self.json_text()?))
        } else if let Some(id) = self.guid() {
            Kind::Literal(Value::Id(id))
        } else if first.is_ascii_digit() {
            Kind::Literal(self.number_or_time()?)
        } else if first == '-' {
            self.at += 1;
            Kind::Minus
        } else if first.is_alphabetic() || matches!(first, '_' | '$' | '@') {
            self.word()?
        } else {
            let span = Span { start, end: start + first.len_utf8() };
            return Err(syntax(
                span,
                format!("Le caractère « {first} » n'est pas attendu ici."),
                format!("“{first}” is not expected here."),
            ));
        };
        Ok(Token { kind, span: Span { start, end: self.at } })
    }

    /// Text between quotes; a quote is doubled.
    fn quoted(&mut self) -> Result<String, ExpressionError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            if c != '\'' {
                text.push(c);
            } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.at = start + offset + 1;
                return Ok(text);
            }
        }
        let span = Span { start, end: self.text.len() };
        Err(syntax(
            span,
            "Il manque l'apostrophe qui ferme ce texte.",
            "The quote that ends this text is missing.",
        ))
    }

    /// Text between double quotes, as JSON writes it: in the lists of parameter aliases.
    fn json_text(&mut self) -> Result<String, ExpressionError> {
        let mut texts = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        match texts.next() {
            Some(Ok(text)) => {
                self.at += texts.byte_offset();
                Ok(text)
            }
            _ => Err(syntax(
                Span { start: self.at, end: self.text.len() },
                "Ce texte entre guillemets n'est pas du JSON.",
                "This text in double quotes is not JSON.",
            )),
        }
    }

    fn guid(&mut self) -> Option<RecordId> {
        let candidate = self.rest().get(..36)?;
        let follows = self.rest()[36..].chars().next();
        if candidate.as_bytes()[8] != b'-' || follows.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let id = RecordId::parse(candidate)?;
        self.at += 36;
        Some(id)
    }

    fn number_or_time(&mut self) -> Result<Value, ExpressionError> {
        let start = self.at;
        let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '+');
        let run = self.rest();
        let length = run.find(|c| !taken(c)).unwrap_or(run.len());
        let mut text = &run[..length];
        // In `case(a gt 5:6)` the colon is no part of a time.
        if !text.contains(['T', 't']) && time(text).is_none() {
            text = text.split(':').next().unwrap_or(text);
        }
        self.at += text.len();
        let value = if text.contains(['T', 't']) {
            Timestamp::from_str(text).ok().map(Value::DateTime)
        } else if text.contains(':') {
            time(text).map(Value::Time)
        } else if text.len() == 10 && text.as_bytes()[4] == b'-' {
            civil::Date::from_str(text).ok().map(Value::Date)
        } else if text.bytes().all(|b| b.is_ascii_digit()) {
            text.parse().ok().map(Value::Integer).or_else(|| Decimal::from_str(text).ok().map(Value::Decimal))
        } else {
            Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok().map(Value::Decimal)
        };
        value.ok_or_else(|| {
            syntax(
                Span { start, end: self.at },
                format!("« {text} » n'est ni un nombre, ni une date (2026-11-23), ni un instant (2026-11-23T13:05:00Z), ni une heure (14:05:00)."),
                format!("“{text}” is neither a number, a date (2026-11-23), an instant (2026-11-23T13:05:00Z) nor a time (14:05:00)."),
            )
        })
    }

    fn word(&mut self) -> Result<Kind, ExpressionError> {
        let start = self.at;
        let run = self.rest();
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@');
        let length = run.find(|c| !part(c)).unwrap_or(run.len());
        let word = &run[..length];
        self.at += length;
        match word {
            "null" => return Ok(Kind::Literal(Value::Null)),
            "true" => return Ok(Kind::Literal(Value::Boolean(true))),
            "false" => return Ok(Kind::Literal(Value::Boolean(false))),
            _ => {}
        }
        // Functions of geography have a namespace.
        if word == "geo" && self.rest().starts_with(".distance") {
            self.at += ".distance".len();
            return Ok(Kind::Word("geo.distance".to_owned()));
        }
        if !matches!(word, "duration" | "geography") || !self.rest().starts_with('\'') {
            return Ok(Kind::Word(word.to_owned()));
        }
        let text = self.quoted()?;
        if word == "geography" {
            return position(&text).map(Kind::Literal).ok_or_else(|| {
                syntax(
                    Span { start, end: self.at },
                    format!("« {text} » n'est pas une position, comme SRID=4326;Point(7.75 48.58)."),
                    format!("“{text}” is not a position, such as SRID=4326;Point(7.75 48.58)."),
                )
            });
        }
        match SignedDuration::from_str(&text) {
            Ok(duration) => Ok(Kind::Literal(Value::Duration(duration.as_secs()))),
            Err(_) => Err(syntax(
                Span { start, end: self.at },
                format!("« {text} » n'est pas une durée ISO 8601, comme PT1H30M."),
                format!("“{text}” is not an ISO 8601 duration, such as PT1H30M."),
            )),
        }
    }
}

/// `SRID=4326;Point(7.75 48.58)`: longitude first, in WGS 84, the only system there is here. Source: OData 4.01 ABNF, `fullPointLiteral`.
fn position(text: &str) -> Option<Value> {
    let start = "SRID=4326;Point(";
    let (head, rest) = text.split_at_checked(start.len())?;
    let (longitude, latitude) = rest.strip_suffix(')')?.trim().split_once(' ')?;
    let degrees =
        |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|number| number.abs() <= most);
    let point = Point { latitude: degrees(latitude, 90.0)?, longitude: degrees(longitude, 180.0)? };
    head.eq_ignore_ascii_case(start).then_some(Value::Point(point))
}

fn time(text: &str) -> Option<civil::Time> {
    let time = civil::Time::from_str(text).ok()?;
    civil::Time::new(time.hour(), time.minute(), time.second(), 0).ok()
}

/// A fault of syntax.
pub(super) fn syntax(span: Span, fr: impl AsRef<str>, en: impl AsRef<str>) -> ExpressionError {
    ExpressionError::new(span, "syntax", fr, en)
}
