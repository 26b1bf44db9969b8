//! One JSON object a line.

use std::collections::BTreeSet;
use std::path::Path;

use dictionary::Label;
use serde_json::{Map, Value};

use crate::error::ExchangeError;
use crate::source::encoding::{Encoding, Lines};
use crate::source::{Broken, Cell, Item, Source, SourceRow};

/// A JSON lines file being read. Its columns are all the keys of its objects.
pub(crate) struct JsonLinesSource {
    lines: Lines,
    columns: Vec<String>,
    rows: u64,
}

impl JsonLinesSource {
    /// Reads the file once for its keys, and opens it.
    pub(crate) fn open(path: &Path, encoding: Encoding) -> Result<JsonLinesSource, ExchangeError> {
        let mut lines = Lines::open(path, encoding)?;
        let (mut columns, mut known) = (Vec::new(), BTreeSet::new());
        let mut first = true;
        while let Some(line) = lines.next()? {
            let text = line.text.trim();
            if first && text.starts_with('[') {
                return Err(ExchangeError::refused(
                    format!(
                        "{} est un tableau JSON. Mettez un objet par ligne, par exemple avec : jq -c '.[]'",
                        path.display()
                    ),
                    format!(
                        "{} is a JSON array. Put one object a line, for instance with: jq -c '.[]'",
                        path.display()
                    ),
                ));
            }
            first &= text.is_empty();
            if let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) {
                for key in object.into_iter().map(|(key, _)| key) {
                    if known.insert(key.clone()) {
                        columns.push(key);
                    }
                }
            }
        }
        Ok(JsonLinesSource { lines: Lines::open(path, encoding)?, columns, rows: 0 })
    }
}

impl Source for JsonLinesSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    fn delimiter(&self) -> Option<char> {
        None
    }

    fn next(&mut self) -> Result<Option<Item>, ExchangeError> {
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            if line.text.trim().is_empty() {
                continue;
            }
            self.rows += 1;
            let parsed = if line.damaged {
                Err(Label::new(
                    "des octets n'appartiennent pas à l'encodage du fichier.",
                    "some bytes do not belong to the encoding of the file.",
                ))
            } else {
                serde_json::from_str::<Map<String, Value>>(&line.text).map_err(|error| {
                    Label::new(
                        &format!("ce n'est pas un objet JSON (colonne {}) : {error}", error.column()),
                        &format!("this is not a JSON object (column {}): {error}", error.column()),
                    )
                })
            };
            let (number, line_number) = (self.rows, line.number);
            return Ok(Some(match parsed {
                Ok(mut object) => Item::Row(SourceRow {
                    number,
                    line: line_number,
                    cells: self
                        .columns
                        .iter()
                        .map(|c| object.remove(c).map_or(Cell::Absent, Cell::Json))
                        .collect(),
                }),
                Err(reason) => Item::Broken(Broken {
                    number,
                    line: line_number,
                    cells: Vec::new(),
                    raw: line.text,
                    reason,
                }),
            }));
        }
    }
}
