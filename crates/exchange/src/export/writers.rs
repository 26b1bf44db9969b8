//! One writer for each kind of file.

use std::io::{Error, Seek, Write};

use dictionary::{Dictionary, Entity, Language, Value, related};
use engine::{Expanded, Record};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook, Worksheet};

use crate::error::ExchangeError;
use crate::export::ExportOptions;
use crate::export::columns::{self, Column, From};
use crate::source::Format;

/// Takes records one by one.
pub(super) trait RecordWriter {
    fn record(&mut self, record: &Record) -> Result<(), Error>;
    fn finish(&mut self) -> Result<(), Error>;
}

/// The writer of a kind of file; what comes before the first record is written.
pub(super) fn writer<'a>(
    options: &ExportOptions,
    dictionary: &'a Dictionary,
    entity: &'a Entity,
    out: &'a mut (dyn Write + Send),
) -> Result<Box<dyn RecordWriter + 'a>, ExchangeError> {
    let columns = columns::of(entity);
    Ok(match options.format {
        Format::JsonLines => Box::new(JsonLines { dictionary, out }),
        Format::Csv => {
            let delimiter =
                options.delimiter.unwrap_or(if options.language == Language::Fr { ';' } else { ',' });
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            let begun = out
                .write_all("\u{feff}".as_bytes())
                .and_then(|()| out.write_all(&super::csv::row(delimiter, &names)?));
            begun.map_err(super::cannot_write)?;
            Box::new(Csv { dictionary, entity, columns, delimiter, out })
        }
        Format::Xlsx => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet_with_constant_memory();
            let bold = CellFormat::new().set_bold();
            let begun = sheet
                .and_then(|sheet| sheet.set_name(sheet_name(entity, options.language)))
                .and_then(|sheet| {
                    for (at, column) in (0..).zip(&columns) {
                        sheet.write_with_format(0, at, &column.name, &bold)?;
                    }
                    sheet.set_freeze_panes(1, 0).map(drop)
                });
            begun.map_err(Error::other).map_err(super::cannot_write)?;
            Box::new(Xlsx { dictionary, entity, columns, book, row: 0, out })
        }
    })
}

/// At most 31 characters, without those that Excel forbids.
fn sheet_name(entity: &Entity, language: Language) -> String {
    let plain = entity.plural.text(language).replace(['[', ']', ':', '*', '?', '/', '\\', '\''], " ");
    let name: String = plain.chars().take(31).collect();
    if name.trim().is_empty() { entity.name.chars().take(31).collect() } else { name }
}

struct Csv<'a> {
    dictionary: &'a Dictionary,
    entity: &'a Entity,
    columns: Vec<Column>,
    delimiter: char,
    out: &'a mut (dyn Write + Send),
}

impl RecordWriter for Csv<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Error> {
        let cells: Vec<String> = self
            .columns
            .iter()
            .map(|c| columns::text(self.dictionary, self.entity, record, c.from))
            .collect();
        self.out.write_all(&super::csv::row(self.delimiter, &cells)?)
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.out.flush()
    }
}

struct JsonLines<'a> {
    dictionary: &'a Dictionary,
    out: &'a mut (dyn Write + Send),
}

impl RecordWriter for JsonLines<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Error> {
        serde_json::to_writer(&mut self.out, &object(self.dictionary, record))?;
        self.out.write_all(b"\n")
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.out.flush()
    }
}

/// A record as JSON: references by code (else id), lines as arrays.
fn object(dictionary: &Dictionary, record: &Record) -> serde_json::Map<String, serde_json::Value> {
    let entity = &dictionary.entities[record.entity];
    let mut object = serde_json::Map::new();
    for (index, field) in columns::written(entity) {
        let value = record.row.get(index);
        let json = match field.kind.name() {
            "reference" if value.is_null() => serde_json::Value::Null,
            "reference" => columns::reference(dictionary, record, index, value).into(),
            related::TYPE if !value.is_null() => columns::related(dictionary, record, index, value).into(),
            "lines" => match record.expanded.get(&index) {
                Some(Expanded::Many(lines)) => lines
                    .iter()
                    .map(|line| {
                        let mut line = self::object(dictionary, line);
                        if let Some(by) = &field.options.by {
                            line.remove(by);
                        }
                        serde_json::Value::Object(line)
                    })
                    .collect(),
                _ => continue,
            },
            _ => field.kind.to_json(value, &field.options),
        };
        object.insert(field.name.clone(), json);
    }
    object
}

struct Xlsx<'a> {
    dictionary: &'a Dictionary,
    entity: &'a Entity,
    columns: Vec<Column>,
    book: Workbook,
    row: u32,
    out: &'a mut (dyn Write + Send),
}

impl RecordWriter for Xlsx<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Error> {
        self.row += 1;
        let sheet = self.book.worksheet_from_index(0).map_err(Error::other)?;
        for (at, column) in (0..).zip(&self.columns) {
            cell(sheet, self.row, at, self.dictionary, self.entity, record, column.from)
                .map_err(Error::other)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        // The archive is put together in a file: one of a million rows would not fit in memory.
        let mut archive = tempfile::tempfile()?;
        self.book.save_to_writer(&mut archive).map_err(Error::other)?;
        archive.rewind()?;
        std::io::copy(&mut archive, self.out)?;
        self.out.flush()
    }
}

/// Numbers, booleans and dates are written as such, so that spreadsheets reckon with them; everything else as text.
fn cell(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    dictionary: &Dictionary,
    entity: &Entity,
    record: &Record,
    from: From,
) -> Result<(), rust_xlsxwriter::XlsxError> {
    let value = match from {
        From::Field(index) => record.row.get(index),
        From::Part(..) => &Value::Null,
    };
    let text = columns::text(dictionary, entity, record, from);
    match value {
        Value::Boolean(value) => sheet.write_boolean(row, at, *value)?,
        Value::Integer(_) | Value::Decimal(_) if text.len() <= 15 => match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, at, number)?,
            Err(_) => sheet.write_string(row, at, &text)?,
        },
        Value::Date(date) if date.year() >= 1900 => {
            let format = CellFormat::new().set_num_format("yyyy-mm-dd");
            let (year, month, day) =
                (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
            sheet.write_datetime_with_format(row, at, ExcelDateTime::from_ymd(year, month, day)?, &format)?
        }
        _ if text.is_empty() => return Ok(()),
        _ => sheet.write_string(row, at, &text)?,
    };
    Ok(())
}
