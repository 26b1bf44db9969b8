//! Mapping files: which column feeds which field. `docs/import.md` describes them.

pub mod filters;
pub(crate) mod resolve;
pub mod template;

use std::collections::BTreeMap;
use std::path::Path;

use dictionary::expression::error::nearest;
use serde::Deserialize;

use crate::error::ExchangeError;
use crate::source::FileOptions;
use crate::source::encoding::Encoding;

/// A mapping, as written.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Entity that rows become; checked against the one asked for.
    pub entity: Option<String>,
    /// Field or fields by which a row finds its record.
    #[serde(default)]
    pub key: Option<Keys>,
    /// What rows may do.
    #[serde(default)]
    pub mode: Mode,
    /// Field = column or template. Absent: columns are matched by name and label.
    #[serde(default)]
    pub columns: toml::Table,
    /// Field = the same value on every row.
    #[serde(default)]
    pub constants: toml::Table,
    /// Field = what the file says → what is kept.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Field = how its reference is found.
    #[serde(default)]
    pub references: BTreeMap<String, ReferenceRule>,
    /// Column = values of the rows to take.
    #[serde(default)]
    pub only: BTreeMap<String, OneOrMany>,
    /// How the file is written.
    #[serde(default)]
    pub file: FileSection,
}

/// One name or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Keys {
    One(String),
    Many(Vec<String>),
}

impl Keys {
    /// The names.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Keys::One(name) => vec![name],
            Keys::Many(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

/// One text or several.
pub type OneOrMany = Keys;

/// What rows may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Create what is not there, change what is.
    #[default]
    Upsert,
    /// Create only: a row whose record exists is refused.
    Create,
    /// Change only: a row without record is refused.
    Update,
}

/// How a reference is found.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceRule {
    /// A field of the entity referred to.
    pub by: Option<String>,
    /// When there is no such record.
    #[serde(default)]
    pub missing: Missing,
}

/// What to do with a reference to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// The row is refused.
    #[default]
    Refuse,
    /// The field stays empty.
    Empty,
}

/// `[file]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSection {
    /// `;`, `,`, `tab`, `|`.
    pub delimiter: Option<String>,
    /// `utf-8`, `latin-1`…
    pub encoding: Option<String>,
    /// Of a spreadsheet.
    pub sheet: Option<String>,
    /// Before the row of names.
    #[serde(default)]
    pub skip_rows: u32,
}

impl Mapping {
    /// Reads a mapping file.
    pub fn read(path: &Path) -> Result<Mapping, ExchangeError> {
        let text = std::fs::read_to_string(path).map_err(ExchangeError::file("read", path))?;
        Mapping::parse(&text).map_err(|error| {
            let why = error.message().trim();
            let near = unknown_key(why).map_or(String::new(), |(fr, _)| fr);
            let near_en = unknown_key(why).map_or(String::new(), |(_, en)| en);
            let place = error.span().map_or(String::new(), |span| {
                let before = &text[..span.start.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
                format!(":{line}:{column}")
            });
            ExchangeError::refused(
                format!("{}{place} : {why}.{near}", path.display()),
                format!("{}{place}: {why}.{near_en}", path.display()),
            )
        })
    }

    /// Reads the text of a mapping file.
    pub fn parse(text: &str) -> Result<Mapping, toml::de::Error> {
        toml::from_str(text)
    }

    /// What `[file]` says, checked.
    pub fn file_options(&self) -> Result<FileOptions, ExchangeError> {
        let delimiter = match self.file.delimiter.as_deref() {
            None => None,
            Some("tab" | "\\t") => Some('\t'),
            Some(text) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) if c != '"' => Some(c),
                    _ => {
                        return Err(ExchangeError::refused(
                            format!("Le séparateur « {text} » doit être un seul caractère, ou « tab »."),
                            format!("The delimiter “{text}” must be a single character, or “tab”."),
                        ));
                    }
                }
            }
        };
        let encoding = match self.file.encoding.as_deref() {
            None => None,
            Some(name) => Some(Encoding::from_name(name).ok_or_else(|| {
                ExchangeError::refused(
                    format!("L'encodage « {name} » n'est pas connu. Connus : utf-8, latin-1, windows-1252, utf-16."),
                    format!("The encoding “{name}” is not known. Known: utf-8, latin-1, windows-1252, utf-16."),
                )
            })?),
        };
        Ok(FileOptions {
            delimiter,
            encoding,
            sheet: self.file.sheet.clone(),
            skip_rows: self.file.skip_rows,
        })
    }
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": the near name, in French and English.
fn unknown_key(message: &str) -> Option<(String, String)> {
    let mut names = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    let written = names.next()?;
    let near = nearest(written, names)?;
    Some((format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_near_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.toml");
        std::fs::write(&path, "entity = \"account\"\n\n[column]\nname = \"nom\"\n").unwrap();
        let error = Mapping::read(&path).unwrap_err().to_string();
        assert!(error.contains(":3:2") || error.contains(":3:1"), "{error}");
        assert!(error.contains("Did you mean “columns”?"), "{error}");
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let text = include_str!("../../../../docs/import.md");
        let example = text.split("```toml").nth(1).and_then(|t| t.split("```").next()).unwrap();
        let mapping = Mapping::parse(example).unwrap();
        assert_eq!(mapping.key.as_ref().unwrap().names(), ["siret"]);
        assert_eq!(mapping.file_options().unwrap().delimiter, Some(';'));
        assert_eq!(mapping.file_options().unwrap().encoding, Some(Encoding::Latin1));
        assert_eq!(mapping.columns.keys().next().map(String::as_str), Some("siret"));
    }
}
