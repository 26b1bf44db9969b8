//! Files read as tables, row by row, in constant memory.

pub(crate) mod csv;
pub mod encoding;
pub(crate) mod json_lines;
mod workbook;
pub(crate) mod xlsx;

use std::borrow::Cow;
use std::path::Path;

use dictionary::Label;

use crate::error::ExchangeError;
use encoding::{Encoding, Survey};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// The row does not have it (a key that a JSON object lacks): the field is not touched.
    Absent,
    /// What is written.
    Text(String),
    /// A value of a JSON line.
    Json(serde_json::Value),
}

impl Cell {
    /// The cell as a person would write it; a JSON list as its items separated by `;`.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Absent => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Json(value) => match value {
                serde_json::Value::Null => Cow::Borrowed(""),
                serde_json::Value::String(text) => Cow::Borrowed(text),
                serde_json::Value::Array(items) if items.iter().all(serde_json::Value::is_string) => {
                    Cow::Owned(items.iter().filter_map(|i| i.as_str()).collect::<Vec<_>>().join(";"))
                }
                other => Cow::Owned(other.to_string()),
            },
        }
    }
}

/// A row that could be read.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// From 1, broken rows counted too.
    pub number: u64,
    /// Line of the file where it begins, from 1.
    pub line: u64,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
}

/// A row that could not.
#[derive(Debug, Clone)]
pub struct Broken {
    /// From 1.
    pub number: u64,
    /// Line of the file where it begins.
    pub line: u64,
    /// The cells that could be told apart, if any.
    pub cells: Vec<String>,
    /// As it stands in the file.
    pub raw: String,
    /// What is wrong with it.
    pub reason: Label,
}

/// What comes next in a file.
#[derive(Debug, Clone)]
pub enum Item {
    /// A row.
    Row(SourceRow),
    /// A row that is refused before it is looked at.
    Broken(Broken),
}

impl Item {
    /// Number of the row.
    pub fn number(&self) -> u64 {
        match self {
            Item::Row(row) => row.number,
            Item::Broken(broken) => broken.number,
        }
    }
}

/// A file being read.
pub trait Source: Send {
    /// Names of the columns.
    fn columns(&self) -> &[String];
    /// Bytes read so far, for a progress bar.
    fn bytes(&self) -> u64;
    /// Of a CSV file.
    fn delimiter(&self) -> Option<char>;
    /// The next row; `None` at the end.
    fn next(&mut self) -> Result<Option<Item>, ExchangeError>;
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Office Open XML spreadsheet.
    Xlsx,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// By the end of the file's name: `.xlsx`, `.jsonl` / `.ndjson`; anything else is delimited text.
    pub fn of(path: &Path) -> Format {
        match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("xlsx" | "xlsm") => Format::Xlsx,
            Some("jsonl" | "ndjson" | "json") => Format::JsonLines,
            _ => Format::Csv,
        }
    }

    /// `csv`, `xlsx` or `jsonl`: what [`Format::from_name`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::JsonLines => "jsonl",
        }
    }

    /// `csv`, `xlsx` or `jsonl`.
    pub fn from_name(name: &str) -> Option<Format> {
        match name {
            "csv" => Some(Format::Csv),
            "xlsx" => Some(Format::Xlsx),
            "jsonl" => Some(Format::JsonLines),
            _ => None,
        }
    }
}

/// `[file]` of a mapping: what is not said is recognised.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileOptions {
    /// Of delimited text.
    pub delimiter: Option<char>,
    /// Of text.
    pub encoding: Option<Encoding>,
    /// Of a spreadsheet; the first one if absent.
    pub sheet: Option<String>,
    /// Rows before the row of names.
    pub skip_rows: u32,
}

/// Opens a file that [`encoding::survey`] has seen.
pub fn open(path: &Path, survey: &Survey, options: &FileOptions) -> Result<Box<dyn Source>, ExchangeError> {
    let encoding = match options.encoding {
        // Both are called UTF-16: the mark of the file tells which.
        Some(Encoding::Utf16Le) if survey.encoding == Encoding::Utf16Be => Encoding::Utf16Be,
        Some(encoding) => encoding,
        None => survey.encoding,
    };
    Ok(match Format::of(path) {
        Format::Csv => Box::new(csv::CsvSource::open(path, encoding, options.delimiter, options.skip_rows)?),
        Format::JsonLines => Box::new(json_lines::JsonLinesSource::open(path, encoding)?),
        Format::Xlsx => Box::new(xlsx::XlsxSource::open(path, options.sheet.as_deref(), options.skip_rows)?),
    })
}
