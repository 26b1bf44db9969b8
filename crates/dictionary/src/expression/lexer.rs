//! Cuts the text of an expression into tokens.

use crate::expression::{ExpressionError, Span};

/// A piece of text that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// Digits, with a point inside or not.
    Number(String),
    /// Between quotes, doubled quotes made one.
    Text(String),
    /// One of `( ) , . = != < <= > >= + - * /`.
    Symbol(&'static str),
    /// After the last one.
    End,
}

/// Longer ones first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 14] = ["!=", "<=", ">=", "(", ")", ",", ".", "=", "<", ">", "+", "-", "*", "/"];

/// Habits of other languages, and how they are written here.
const FOREIGN: [(&str, &str); 6] =
    [("<>", "!="), ("==", "="), ("&&", "and"), ("||", "or"), ("!", "not"), ("\"", "'")];

/// All tokens with their places; the last is [`Token::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, Span)>, ExpressionError> {
    let mut found = Vec::with_capacity(source.len() / 3);
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(source, at, first)?;
        found.push((token, Span { start: at, end: at + length }));
        at += length;
    }
    found.push((Token::End, Span { start: at, end: at }));
    Ok(found)
}

/// The token that starts at `at`, and its length in bytes.
fn token(source: &str, at: usize, first: char) -> Result<(Token, usize), ExpressionError> {
    let rest = &source[at..];
    if first == '\'' {
        return text(rest).ok_or_else(|| {
            let span = Span { start: at, end: source.len() };
            ExpressionError::new(
                span,
                "syntax",
                "Il manque l'apostrophe qui ferme ce texte.",
                "This text lacks its closing quote.",
            )
        });
    }
    if first.is_ascii_digit() {
        let whole = leading(rest, |c| c.is_ascii_digit());
        let fraction =
            rest[whole..].strip_prefix('.').map_or(0, |after| leading(after, |c| c.is_ascii_digit()));
        let length = if fraction > 0 { whole + 1 + fraction } else { whole };
        return Ok((Token::Number(rest[..length].to_owned()), length));
    }
    if first.is_alphabetic() || first == '_' {
        let length = leading(rest, |c| c.is_alphanumeric() || c == '_');
        return Ok((Token::Word(rest[..length].to_owned()), length));
    }
    if let Some((foreign, ours)) =
        FOREIGN.iter().find(|(f, _)| rest.starts_with(f) && !rest.starts_with("!="))
    {
        let span = Span { start: at, end: at + foreign.len() };
        let (fr, en) =
            (format!("« {foreign} » n'existe pas ici."), format!("“{foreign}” does not exist here."));
        return Err(ExpressionError::new(span, "syntax", fr, en).with_near(Some((*ours).to_owned())));
    }
    match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        Some(symbol) => Ok((Token::Symbol(symbol), symbol.len())),
        None => {
            let span = Span { start: at, end: at + first.len_utf8() };
            let shown = first.escape_debug();
            let (fr, en) =
                (format!("« {shown} » n'a pas de sens ici."), format!("“{shown}” means nothing here."));
            Err(ExpressionError::new(span, "syntax", fr, en))
        }
    }
}

/// The quoted text at the start of `rest`, and its length; `None` if it never ends.
fn text(rest: &str) -> Option<(Token, usize)> {
    let mut content = String::new();
    let mut at = 1;
    loop {
        let quote = at + rest[at..].find('\'')?;
        content.push_str(&rest[at..quote]);
        at = quote + 1;
        if !rest[at..].starts_with('\'') {
            return Some((Token::Text(content), at));
        }
        content.push('\'');
        at += 1;
    }
}

fn leading(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}
