//! One writer for each kind of file.

use std::io::{Error, Seek, Write};

use dictionary::{Dictionary, Entity, Language, Value, related};
use engine::{Expanded, Record};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook, Worksheet, XlsxError};

use crate::error::ExchangeError;
use crate::export::Sheet;
use crate::export::columns::{self, Column, From};
use crate::export::reading::{self, Manner};
use crate::source::Format;

/// Takes records one by one.
pub(super) trait RecordWriter {
    fn record(&mut self, record: &Record) -> Result<(), Error>;
    fn finish(&mut self) -> Result<(), Error>;
}

/// The columns of a table, and how their cells are written.
pub(super) struct Table<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) entity: &'a Entity,
    pub(super) columns: Vec<Column>,
    /// For people, in their manner; absent: for an import.
    pub(super) manner: Option<Manner>,
}

impl Table<'_> {
    fn text(&self, column: &Column, record: &Record) -> String {
        let Some(owner) = column.owner(record) else { return String::new() };
        match &self.manner {
            Some(manner) => reading::text(manner, self.dictionary, column, owner),
            None => {
                let entity = &self.dictionary.entities[owner.entity];
                columns::text(self.dictionary, entity, owner, column.from)
            }
        }
    }
}

/// The writer of a kind of file; what comes before the first record is written.
pub(super) fn writer<'a>(
    sheet: &Sheet,
    table: Table<'a>,
    out: &'a mut (dyn Write + Send),
) -> Result<Box<dyn RecordWriter + 'a>, ExchangeError> {
    Ok(match sheet.format {
        Format::JsonLines => Box::new(JsonLines { dictionary: table.dictionary, out }),
        Format::Csv => {
            let delimiter = sheet.delimiter.unwrap_or(if sheet.language == Language::Fr { ';' } else { ',' });
            let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let begun = out
                .write_all("\u{feff}".as_bytes())
                .and_then(|()| out.write_all(&super::csv::row(delimiter, &names)?));
            begun.map_err(super::cannot_write)?;
            Box::new(Csv { table, delimiter, out })
        }
        Format::Xlsx => {
            let mut book = Workbook::new();
            let bold = CellFormat::new().set_bold();
            let page = book.add_worksheet_with_constant_memory();
            let begun = page
                .and_then(|page| page.set_name(sheet_name(table.entity, sheet.language)))
                .and_then(|page| {
                    for (at, column) in (0..).zip(&table.columns) {
                        page.write_with_format(0, at, &column.name, &bold)?;
                    }
                    page.set_freeze_panes(1, 0).map(drop)
                });
            begun.map_err(Error::other).map_err(super::cannot_write)?;
            Box::new(Xlsx { table, formats: Formats::new(), book, row: 0, out })
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
    table: Table<'a>,
    delimiter: char,
    out: &'a mut (dyn Write + Send),
}

impl RecordWriter for Csv<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Error> {
        let table = &self.table;
        let cells = table.columns.iter().map(|column| {
            let text = table.text(column, record);
            if table.manner.is_some() { reading::harmless(text) } else { text }
        });
        self.out.write_all(&super::csv::row(self.delimiter, &cells.collect::<Vec<_>>())?)
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
    table: Table<'a>,
    formats: Formats,
    book: Workbook,
    row: u32,
    out: &'a mut (dyn Write + Send),
}

/// How values that spreadsheets reckon with are shown.
struct Formats {
    date: CellFormat,
    instant: CellFormat,
    lasting: CellFormat,
}

impl Formats {
    fn new() -> Formats {
        let shown = |format: &str| CellFormat::new().set_num_format(format);
        Formats { date: shown("yyyy-mm-dd"), instant: shown("yyyy-mm-dd hh:mm"), lasting: shown("[h]:mm") }
    }
}

impl RecordWriter for Xlsx<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Error> {
        self.row += 1;
        let page = self.book.worksheet_from_index(0).map_err(Error::other)?;
        for (at, column) in (0..).zip(&self.table.columns) {
            let place = (self.row, at);
            cell(page, place, &self.table, &self.formats, record, column).map_err(Error::other)?;
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

/// Numbers, booleans and dates are written as such, so that spreadsheets reckon with them, and for people instants and lengths of time too;
/// everything else as text.
fn cell(
    page: &mut Worksheet,
    (row, at): (u32, u16),
    table: &Table<'_>,
    formats: &Formats,
    record: &Record,
    column: &Column,
) -> Result<(), XlsxError> {
    let Some(owner) = column.owner(record) else { return Ok(()) };
    let value = match column.from {
        From::Field(index) => owner.row.get(index),
        From::Part(..) => &Value::Null,
    };
    match (value, &table.manner) {
        (Value::Boolean(value), _) => page.write_boolean(row, at, *value)?,
        (Value::Integer(_) | Value::Decimal(_), _) => {
            let entity = &table.dictionary.entities[owner.entity];
            let text = columns::text(table.dictionary, entity, owner, column.from);
            match text.parse::<f64>() {
                Ok(number) if text.len() <= 15 => page.write_number(row, at, number)?,
                _ => page.write_string(row, at, &text)?,
            }
        }
        (Value::Date(date), _) if date.year() >= 1900 => {
            page.write_datetime_with_format(row, at, day(*date)?, &formats.date)?
        }
        (Value::DateTime(instant), Some(manner)) => {
            let local = manner.zone.to_datetime(*instant);
            if local.year() < 1900 {
                return page.write_string(row, at, table.text(column, record)).map(drop);
            }
            let (hour, minute, second) = (local.hour(), local.minute(), local.second());
            let instant = day(local.date())?.and_hms(
                hour.unsigned_abs().into(),
                minute.unsigned_abs(),
                f64::from(second.unsigned_abs()),
            )?;
            page.write_datetime_with_format(row, at, instant, &formats.instant)?
        }
        (Value::Duration(seconds), Some(_)) if seconds.abs() < 1 << 40 => {
            #[expect(clippy::cast_precision_loss, reason = "40 bits are exact in a double")]
            let days = *seconds as f64 / 86_400.0;
            page.write_number_with_format(row, at, days, &formats.lasting)?
        }
        _ => match table.text(column, record) {
            text if text.is_empty() => return Ok(()),
            text => page.write_string(row, at, &text)?,
        },
    };
    Ok(())
}

fn day(date: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    let (year, month, day) =
        (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    ExcelDateTime::from_ymd(year, month, day)
}
