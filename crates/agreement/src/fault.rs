//! What is wrong with a log, and where.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text::{Language, Text};

/// A fault of a log: where it is and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.told(Language::En))]
pub struct Fault(pub Box<Found>);

/// Where a fault is and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Line of the file, from 1; `None` if the log came from no file.
    pub line: Option<usize>,
    /// Place in the document, such as `incidents[0].events[2]`; indexes begin at 0. Empty for the document itself.
    pub path: String,
    /// The incident's or ticket's own id, when it could be read.
    pub id: Option<String>,
    /// What is wrong and what to do.
    pub text: Text,
}

impl Found {
    /// The whole of it in a line: `line 9, incident I-1, incidents[0].events[2]: …`.
    pub fn told(&self, language: Language) -> String {
        let french = language == Language::Fr;
        let mut parts = Vec::new();
        if let Some(line) = self.line {
            parts.push(format!("{} {line}", if french { "ligne" } else { "line" }));
        }
        parts.extend(self.id.clone());
        if !self.path.is_empty() {
            parts.push(self.path.clone());
        }
        let place = parts.join(", ");
        let text = self.text.told(language);
        match (place.is_empty(), french) {
            (true, _) => text.to_owned(),
            (false, true) => format!("{place} : {text}"),
            (false, false) => format!("{place}: {text}"),
        }
    }
}

/// A JSON text being read, whose parts know their line.
pub(crate) struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// Reads the whole document.
    pub(crate) fn read<T: Deserialize<'a>>(&self) -> Result<T, Fault> {
        serde_json::from_str(self.text).map_err(|error| {
            Fault(Box::new(Found {
                line: Some(error.line()),
                path: String::new(),
                id: None,
                text: unreadable(&error),
            }))
        })
    }

    /// Reads a part of it.
    pub(crate) fn part<T: Deserialize<'a>>(
        &self,
        raw: &'a RawValue,
        path: &str,
        id: Option<&str>,
    ) -> Result<T, Fault> {
        serde_json::from_str(raw.get()).map_err(|error| {
            let line = self.line(raw) + error.line().saturating_sub(1);
            Fault(Box::new(Found {
                line: Some(line),
                path: path.to_owned(),
                id: id.map(str::to_owned),
                text: unreadable(&error),
            }))
        })
    }

    /// A fault of a part, in our words.
    pub(crate) fn fault(&self, raw: &RawValue, path: &str, id: Option<&str>, text: Text) -> Fault {
        let line = Some(self.line(raw));
        Fault(Box::new(Found { line, path: path.to_owned(), id: id.map(str::to_owned), text }))
    }

    /// The line a part begins on. Parts are slices of the text, so their address tells where they are.
    fn line(&self, raw: &RawValue) -> usize {
        let offset = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// The reader's words, without its own idea of the place.
fn unreadable(error: &serde_json::Error) -> Text {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(words, _)| words);
    Text::made(format!("illisible : {said}"), said)
}
