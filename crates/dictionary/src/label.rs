//! Texts shown to people, in several languages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A language of labels and messages, by its two-letter ISO 639-1 code. French is the one that is never missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French, the default.
    #[default]
    Fr,
    /// English.
    En,
}

impl Language {
    /// The ISO 639-1 code: `fr` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Language::Fr => "fr",
            Language::En => "en",
        }
    }

    /// The language of a code such as `fr`, `en-GB` or `fr_FR.UTF-8`; `None` if it is neither French nor English.
    pub fn from_code(code: &str) -> Option<Language> {
        match code.get(..2)?.to_ascii_lowercase().as_str() {
            "fr" => Some(Language::Fr),
            "en" => Some(Language::En),
            _ => None,
        }
    }
}

/// A text per language code. `{ fr = "Tiers", en = "Account" }` in files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(pub BTreeMap<String, String>);

impl Label {
    /// A label with a French and an English text.
    pub fn new(fr: &str, en: &str) -> Label {
        Label(BTreeMap::from([("fr".into(), fr.into()), ("en".into(), en.into())]))
    }

    /// The text in `language`, else the French one, else any, else nothing.
    pub fn text(&self, language: Language) -> &str {
        self.0
            .get(language.code())
            .or_else(|| self.0.get("fr"))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}
