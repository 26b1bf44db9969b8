//! CSV files that generators draw from.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::error::ExchangeError;
use crate::recipe::file::SourceSpec;
use crate::recipe::stream::cumulated;
use crate::source::{FileOptions, Item, encoding};

/// A row of a source: text by column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SourceLine {
    columns: Arc<Vec<String>>,
    cells: Vec<String>,
}

impl SourceLine {
    pub(crate) fn cell(&self, column: &str) -> Option<&str> {
        self.columns.iter().position(|c| c == column).map(|i| self.cells[i].as_str())
    }
}

/// A source with the odds of its rows.
pub(crate) struct Table {
    pub(crate) lines: Vec<Arc<SourceLine>>,
    weights: Vec<f64>,
    narrowed: Mutex<HashMap<String, Arc<Narrowed>>>,
}

/// Rows that pass a condition.
pub(crate) struct Narrowed {
    pub(crate) rows: Vec<usize>,
    pub(crate) cumulated: Vec<f64>,
}

impl Table {
    pub(crate) fn read(folder: &Path, spec: &SourceSpec) -> Result<Table, ExchangeError> {
        let path = folder.join(&spec.file);
        let survey = encoding::survey(&path)?;
        let mut source = crate::source::open(&path, &survey, &FileOptions::default())?;
        let columns = Arc::new(source.columns().to_vec());
        let column = |name: &str| {
            columns.iter().position(|c| c == name).ok_or_else(|| {
                let list = columns.join(", ");
                ExchangeError::refused(
                    format!("{} n'a pas de colonne « {name} ». Ses colonnes : {list}.", path.display()),
                    format!("{} has no column “{name}”. Its columns: {list}.", path.display()),
                )
            })
        };
        let weight = spec.weight.as_deref().map(column).transpose()?;
        let keep = spec
            .keep
            .iter()
            .map(|(name, values)| Ok((column(name)?, values)))
            .collect::<Result<Vec<_>, ExchangeError>>()?;
        let (mut lines, mut weights) = (Vec::new(), Vec::new());
        while let Some(item) = source.next()? {
            let row = match item {
                Item::Row(row) => row,
                Item::Broken(broken) => {
                    return Err(ExchangeError::refused(
                        format!(
                            "{}, ligne {} : {}",
                            path.display(),
                            broken.line,
                            broken.reason.text(dictionary::Language::Fr)
                        ),
                        format!(
                            "{}, line {}: {}",
                            path.display(),
                            broken.line,
                            broken.reason.text(dictionary::Language::En)
                        ),
                    ));
                }
            };
            let cells: Vec<String> = row.cells.iter().map(|c| c.text().trim().to_owned()).collect();
            if keep.iter().all(|(column, values)| values.contains(&cells[*column])) {
                weights.push(weight.map_or(1.0, |column| cells[column].parse().unwrap_or(0.0)));
                lines.push(Arc::new(SourceLine { columns: columns.clone(), cells }));
            }
        }
        Ok(Table { lines, weights, narrowed: Mutex::default() })
    }

    /// Rows whose cells are among the values given, by column. Asked often with the same values: kept.
    pub(crate) fn narrowed(&self, wanted: &BTreeMap<String, Vec<String>>) -> Arc<Narrowed> {
        let key = format!("{wanted:?}");
        if let Some(found) = self.narrowed.lock().get(&key) {
            return found.clone();
        }
        let passes = |line: &SourceLine| {
            wanted.iter().all(|(column, values)| {
                line.cell(column).is_some_and(|cell| values.iter().any(|v| v == cell))
            })
        };
        let rows: Vec<usize> = (0..self.lines.len()).filter(|i| passes(&self.lines[*i])).collect();
        let narrowed =
            Arc::new(Narrowed { cumulated: cumulated(rows.iter().map(|i| self.weights[*i])), rows });
        self.narrowed.lock().insert(key, narrowed.clone());
        narrowed
    }
}
