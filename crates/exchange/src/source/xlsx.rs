//! Sheets of Office Open XML. Cells are read as they stream from the file, on a thread of their own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use calamine::{DataRef, ExcelDateTime, Reader};
use dictionary::Label;

use crate::error::ExchangeError;
use crate::source::workbook::{self, Workbook, damaged};
use crate::source::{Broken, Cell, Item, Source, SourceRow};

/// Rows read ahead.
const AHEAD: usize = 64;

/// Columns of a sheet (ECMA-376, Part 1, 18.3.1.13): the last one is `XFD`.
const COLUMNS_MAX: usize = 16_384;

/// A sheet being read.
pub(crate) struct XlsxSource {
    path: PathBuf,
    rows: Receiver<Result<RawRow, String>>,
    columns: Vec<String>,
    count: u64,
}

struct RawRow {
    line: u64,
    cells: Vec<String>,
    /// The spreadsheet's own error (`#REF!`), with its column.
    fault: Option<(usize, String)>,
}

/// Names of the sheets, in the order of the book.
pub(crate) fn sheets(path: &Path) -> Result<Vec<String>, ExchangeError> {
    Ok(workbook::open(path)?.sheet_names())
}

impl XlsxSource {
    /// Opens a sheet, the first if none is named; the first row after `skip_rows` names the columns.
    pub(crate) fn open(
        path: &Path,
        sheet: Option<&str>,
        skip_rows: u32,
    ) -> Result<XlsxSource, ExchangeError> {
        let mut book = workbook::open(path)?;
        let names = book.sheet_names();
        let sheet = match sheet {
            None => names.first().cloned().ok_or_else(|| damaged(path, "no sheet"))?,
            Some(wanted) => names.iter().find(|n| *n == wanted).cloned().ok_or_else(|| {
                let list = names.join(", ");
                ExchangeError::refused(
                    format!(
                        "Il n'y a pas de feuille « {wanted} » dans {} ; il y a : {list}.",
                        path.display()
                    ),
                    format!("There is no sheet “{wanted}” in {}; there are: {list}.", path.display()),
                )
            })?,
        };
        let (sender, rows) = sync_channel(AHEAD);
        std::thread::spawn(move || {
            let read = workbook::whole(|| stream(&mut book, &sheet, |row| sender.send(Ok(row)).is_ok()));
            // Whatever happens to the reader, the end of what it read is not the end of the file.
            if let Err(error) = read.unwrap_or_else(|| Err("its reader gave up".to_owned())) {
                // The other side is gone when an import stops early: nobody is left to be told.
                let _ = sender.send(Err(error));
            }
        });
        let mut source = XlsxSource { path: path.to_owned(), rows, columns: Vec::new(), count: 0 };
        let mut header = None;
        while let Some(row) = source.raw()? {
            if row.line > u64::from(skip_rows) && row.cells.iter().any(|c| !c.trim().is_empty()) {
                header = Some(row);
                break;
            }
        }
        let header = header.ok_or_else(|| {
            ExchangeError::refused(
                format!("{} est vide : la première ligne doit nommer les colonnes.", path.display()),
                format!("{} is empty: its first row must name the columns.", path.display()),
            )
        })?;
        source.columns = header.cells.into_iter().map(|c| c.trim().to_owned()).collect();
        while source.columns.last().is_some_and(String::is_empty) {
            source.columns.pop();
        }
        Ok(source)
    }

    fn raw(&self) -> Result<Option<RawRow>, ExchangeError> {
        match self.rows.recv() {
            Ok(Ok(row)) => Ok(Some(row)),
            Ok(Err(fault)) => Err(damaged(&self.path, &fault)),
            Err(_) => Ok(None),
        }
    }
}

impl Source for XlsxSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn bytes(&self) -> u64 {
        0
    }

    fn delimiter(&self) -> Option<char> {
        None
    }

    fn next(&mut self) -> Result<Option<Item>, ExchangeError> {
        loop {
            let Some(mut row) = self.raw()? else { return Ok(None) };
            if row.cells.iter().all(|c| c.trim().is_empty()) && row.fault.is_none() {
                continue;
            }
            self.count += 1;
            let (number, line, wanted) = (self.count, row.line, self.columns.len());
            let beyond = row.cells.iter().skip(wanted).any(|c| !c.trim().is_empty());
            let reason = match row.fault {
                Some((column, error)) if column < wanted => {
                    let name = &self.columns[column];
                    Some(Label::new(
                        &format!("{name} : la cellule contient l'erreur de calcul {error}."),
                        &format!("{name}: the cell holds the error {error}."),
                    ))
                }
                _ if beyond => Some(Label::new(
                    "des cellules sont remplies au-delà des colonnes nommées.",
                    "cells are filled beyond the named columns.",
                )),
                _ => None,
            };
            if let Some(reason) = reason {
                let raw = row.cells.join("\t");
                return Ok(Some(Item::Broken(Broken { number, line, cells: row.cells, raw, reason })));
            }
            row.cells.resize(wanted, String::new());
            return Ok(Some(Item::Row(SourceRow {
                number,
                line,
                cells: row.cells.into_iter().map(Cell::Text).collect(),
            })));
        }
    }
}

/// Hands over the rows in order until `take` wants no more.
fn stream(book: &mut Workbook, sheet: &str, mut take: impl FnMut(RawRow) -> bool) -> Result<(), String> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
    let mut row: Option<RawRow> = None;
    while let Some(cell) = cells.next_cell().map_err(|e| e.to_string())? {
        let (line, column) = (u64::from(cell.get_position().0) + 1, cell.get_position().1 as usize);
        if column >= COLUMNS_MAX {
            return Err(format!("row {line} has a cell in column {}, beyond XFD", column + 1));
        }
        if row.as_ref().is_some_and(|r| r.line != line) {
            let full = row.take().expect("just seen");
            if !take(full) {
                return Ok(());
            }
        }
        let row = row.get_or_insert_with(|| RawRow { line, cells: Vec::new(), fault: None });
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = match cell.get_value() {
            DataRef::Empty => String::new(),
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => number.to_string(),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Bool(value) => value.to_string(),
            DataRef::DateTime(moment) => written(moment),
            DataRef::Error(error) => {
                let error = error.to_string();
                row.fault.get_or_insert((column, error.clone()));
                error
            }
        };
    }
    if let Some(row) = row {
        take(row);
    }
    Ok(())
}

/// A moment of a spreadsheet as ISO text: a date, a time of day, both, or a duration.
fn written(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return format!("PT{}S", (moment.as_f64() * 86_400.0).round());
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let rounded =
        if milli >= 500 { format!("{hour:02}:{minute:02}:{:02}", (second + 1).min(59)) } else { time };
    let whole = moment.as_f64().fract() == 0.0;
    if whole && moment.as_f64() >= 1.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else if moment.as_f64() < 1.0 {
        rounded
    } else {
        format!("{year:04}-{month:02}-{day:02}T{rounded}")
    }
}
