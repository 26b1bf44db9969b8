//! The file of refused rows: the columns of the source, where each row was, and why it was refused. Once mended it is imported like any other.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use dictionary::{Label, Language};

use crate::error::ExchangeError;
use crate::source::{Cell, Format, SourceRow};

/// Columns added before those of the source; an import leaves them alone.
pub(crate) const LINE: &str = "tisserand_line";
pub(crate) const REASON: &str = "tisserand_reason";
/// Only of rows that could not be split into cells.
pub(crate) const RAW: &str = "tisserand_raw";

/// A row that is refused, as it goes to the file.
pub(crate) struct Refusal {
    pub(crate) line: u64,
    pub(crate) cells: Vec<Cell>,
    pub(crate) raw: Option<String>,
    pub(crate) reasons: Vec<Label>,
}

impl Refusal {
    /// Of a row that could be split into cells.
    pub(crate) fn of(row: &SourceRow, reasons: Vec<Label>) -> Refusal {
        Refusal { line: row.line, cells: row.cells.clone(), raw: None, reasons }
    }
}

/// Refused rows being written; the file appears with the first of them.
pub(crate) struct Refused {
    path: PathBuf,
    json: bool,
    delimiter: char,
    columns: Vec<String>,
    language: Language,
    writer: Option<BufWriter<File>>,
    unsynced: bool,
}

impl Refused {
    /// `delimiter`: of the source, so that the same program opens both.
    pub(crate) fn new(
        path: PathBuf,
        source: &Path,
        delimiter: Option<char>,
        columns: &[String],
        language: Language,
    ) -> Refused {
        let json = Format::of(source) == Format::JsonLines;
        let columns =
            columns.iter().filter(|c| ![LINE, REASON, RAW].contains(&c.as_str())).cloned().collect();
        Refused {
            path,
            json,
            delimiter: delimiter.unwrap_or(';'),
            columns,
            language,
            writer: None,
            unsynced: false,
        }
    }

    /// Beside the source: `clients.refused.csv` for `clients.xlsx`.
    pub(crate) fn beside(source: &Path) -> PathBuf {
        let end = if Format::of(source) == Format::JsonLines { "refused.jsonl" } else { "refused.csv" };
        source.with_extension(end)
    }

    /// Takes away what an earlier run left; refuses to touch a file that is not of refused rows.
    pub(crate) fn begin(&mut self) -> Result<(), ExchangeError> {
        let path = &self.path;
        let mut first = String::new();
        match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ExchangeError::file("read", path)(error)),
            Ok(file) => {
                BufReader::new(file).read_line(&mut first).map_err(ExchangeError::file("read", path))?
            }
        };
        if !first.is_empty() && !first.contains(REASON) {
            return Err(ExchangeError::refused(
                format!(
                    "{} existe et n'est pas un fichier de lignes refusées : nommez-en un autre avec --refused.",
                    path.display()
                ),
                format!(
                    "{} exists and is not a file of refused rows: name another with --refused.",
                    path.display()
                ),
            ));
        }
        std::fs::remove_file(path).map_err(ExchangeError::file("remove", path))
    }

    /// Goes on after an interruption: what was written after the last checkpoint is written again.
    pub(crate) fn resume(&mut self, bytes: u64) -> Result<(), ExchangeError> {
        if bytes == 0 {
            return self.begin();
        }
        let file = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .map_err(ExchangeError::file("write", &self.path))?;
        file.set_len(bytes).map_err(ExchangeError::file("write", &self.path))?;
        let mut writer = BufWriter::new(file);
        writer.seek(SeekFrom::End(0)).map_err(ExchangeError::file("write", &self.path))?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Takes back what was added after `bytes`.
    pub(crate) fn rewind(&mut self, bytes: u64) -> Result<(), ExchangeError> {
        if self.writer.is_none() || self.sync()? == bytes {
            return Ok(());
        }
        self.writer = None;
        if bytes == 0 {
            return std::fs::remove_file(&self.path).map_err(ExchangeError::file("remove", &self.path));
        }
        self.resume(bytes)
    }

    /// Adds a row; returns the length of the file with it.
    pub(crate) fn add(&mut self, refusal: &Refusal) -> Result<u64, ExchangeError> {
        let Refusal { line, cells, raw, reasons } = refusal;
        let reason = reasons.iter().map(|r| r.text(self.language)).collect::<Vec<_>>().join(" — ");
        let (fresh, writer) = match self.writer.take() {
            Some(writer) => (false, self.writer.insert(writer)),
            None => {
                let file = File::create(&self.path).map_err(ExchangeError::file("create", &self.path))?;
                (true, self.writer.insert(BufWriter::new(file)))
            }
        };
        let written = if self.json {
            let mut object = serde_json::Map::new();
            object.insert(LINE.into(), (*line).into());
            object.insert(REASON.into(), reason.into());
            if let Some(raw) = raw {
                object.insert(RAW.into(), raw.as_str().into());
            }
            for (column, cell) in self.columns.iter().zip(cells) {
                match cell {
                    Cell::Absent => {}
                    Cell::Json(value) => drop(object.insert(column.clone(), value.clone())),
                    Cell::Text(text) => drop(object.insert(column.clone(), text.as_str().into())),
                }
            }
            serde_json::to_writer(&mut *writer, &object)
                .map_err(std::io::Error::from)
                .and_then(|()| writer.write_all(b"\n"))
        } else {
            let row = |writer: &mut BufWriter<File>, cells: Vec<String>| -> std::io::Result<()> {
                let bytes = crate::export::csv::row(self.delimiter, &cells)?;
                writer.write_all(&bytes)
            };
            let header = || {
                let mut header = vec![LINE.to_owned(), REASON.to_owned(), RAW.to_owned()];
                header.extend(self.columns.iter().cloned());
                header
            };
            let mut record = vec![line.to_string(), reason, raw.clone().unwrap_or_default()];
            record.extend(
                (0..self.columns.len())
                    .map(|i| cells.get(i).map_or(String::new(), |c| c.text().into_owned())),
            );
            let begun = if fresh {
                writer.write_all("\u{feff}".as_bytes()).and_then(|()| row(writer, header()))
            } else {
                Ok(())
            };
            begun.and_then(|()| row(writer, record))
        };
        let length = written.and_then(|()| writer.stream_position());
        self.unsynced = true;
        length.map_err(ExchangeError::file("write", &self.path))
    }

    /// Makes what was added durable; returns the length of the file, 0 if there is none.
    pub(crate) fn sync(&mut self) -> Result<u64, ExchangeError> {
        let Some(writer) = &mut self.writer else { return Ok(0) };
        let length = writer.flush().and_then(|()| {
            if self.unsynced {
                writer.get_ref().sync_data()?;
            }
            writer.stream_position()
        });
        self.unsynced = false;
        length.map_err(ExchangeError::file("write", &self.path))
    }

    /// Where they are, if there is any.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.writer.is_some().then_some(self.path.as_path())
    }
}
