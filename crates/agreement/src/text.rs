//! What is said to people, in both languages.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// A name or a message, in French and in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// In French.
    pub fr: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text that does not vary.
    pub const fn of(fr: &'static str, en: &'static str) -> Self {
        Self { fr: Cow::Borrowed(fr), en: Cow::Borrowed(en) }
    }

    /// A text made for the occasion.
    pub fn made(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: Cow::Owned(fr.into()), en: Cow::Owned(en.into()) }
    }
}

/// English, as errors are.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// The language something is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

impl Text {
    /// The text in a language.
    pub fn told(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}
