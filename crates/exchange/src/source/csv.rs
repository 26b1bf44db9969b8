//! Tables in CSV. Our own reader, because the `csv` crate forgives what must be told: an unclosed quote would swallow the rest of the file in
//! silence. Here it costs one line, and reading goes on with the next.

use std::path::Path;

use dictionary::Label;

use crate::error::ExchangeError;
use crate::source::encoding::{Encoding, Line, Lines};
use crate::source::{Broken, Cell, Item, Source, SourceRow};

/// A quoted cell may span this many lines, and no more.
const LINES_OF_RECORD_MAX: usize = 1_000;
/// What delimiters are tried, in this order when they tie.
const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];

/// A CSV file being read.
pub(crate) struct CsvSource {
    lines: Lines,
    delimiter: char,
    columns: Vec<String>,
    rows: u64,
}

impl CsvSource {
    /// Opens a file: skips `skip_rows` lines, then reads the row of names. The delimiter is recognised if not given.
    pub(crate) fn open(
        path: &Path,
        encoding: Encoding,
        delimiter: Option<char>,
        skip_rows: u32,
    ) -> Result<CsvSource, ExchangeError> {
        let delimiter = match delimiter {
            Some(delimiter) => delimiter,
            None => recognise(&mut opened(path, encoding, skip_rows)?)?,
        };
        let mut source =
            CsvSource { lines: opened(path, encoding, skip_rows)?, delimiter, columns: Vec::new(), rows: 0 };
        match source.record()? {
            None => Err(ExchangeError::refused(
                format!("{} est vide : la première ligne doit nommer les colonnes.", path.display()),
                format!("{} is empty: its first line must name the columns.", path.display()),
            )),
            Some(Record { fault: Some(fault), line, .. }) => Err(ExchangeError::refused(
                format!(
                    "La ligne {line} doit nommer les colonnes, mais {}",
                    fault.text(dictionary::Language::Fr)
                ),
                format!("Line {line} must name the columns, but {}", fault.text(dictionary::Language::En)),
            )),
            Some(Record { mut cells, .. }) => {
                while cells.len() > 1 && cells.last().is_some_and(|c| c.trim().is_empty()) {
                    cells.pop();
                }
                source.columns = cells.into_iter().map(|c| c.trim().to_owned()).collect();
                Ok(source)
            }
        }
    }

    /// The next record that is not an empty line.
    fn record(&mut self) -> Result<Option<Record>, ExchangeError> {
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            if line.text.trim().is_empty() {
                continue;
            }
            return self.record_from(line).map(Some);
        }
    }

    /// Reads on while a quote is open; a record that cannot be right gives its first line back as faulty, and the others to be read again.
    fn record_from(&mut self, first: Line) -> Result<Record, ExchangeError> {
        let mut parser = Parser::new(self.delimiter);
        let (number, mut damaged) = (first.number, first.damaged);
        let mut lines = vec![first];
        let fault = loop {
            let last = lines.last().expect("the first line is there");
            damaged |= last.damaged;
            match parser.feed(&last.text) {
                Fed::Done => break None,
                Fed::BadQuote => {
                    break Some(Label::new(
                        "un guillemet fermant est suivi d'autre chose qu'un séparateur.",
                        "a closing quote is followed by something other than a delimiter.",
                    ));
                }
                Fed::Open if lines.len() >= LINES_OF_RECORD_MAX => break Some(unclosed()),
                Fed::Open => match self.lines.next()? {
                    Some(line) => lines.push(line),
                    None => break Some(unclosed()),
                },
            }
        };
        let Some(fault) = fault else {
            let raw = if damaged || parser.cells.len() != self.columns.len() {
                join(&lines)
            } else {
                String::new()
            };
            let fault = damaged.then(|| {
                Label::new(
                    "des octets n'appartiennent pas à l'encodage du fichier.",
                    "some bytes do not belong to the encoding of the file.",
                )
            });
            return Ok(Record { line: number, raw, cells: parser.cells, fault });
        };
        let rest = lines.split_off(1);
        self.lines.give_back(rest);
        Ok(Record { line: number, raw: join(&lines), cells: Vec::new(), fault: Some(fault) })
    }
}

impl Source for CsvSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    fn delimiter(&self) -> Option<char> {
        Some(self.delimiter)
    }

    fn next(&mut self) -> Result<Option<Item>, ExchangeError> {
        let Some(record) = self.record()? else { return Ok(None) };
        self.rows += 1;
        let (wanted, mut cells) = (self.columns.len(), record.cells);
        while cells.len() > wanted && cells.last().is_some_and(|c| c.trim().is_empty()) {
            cells.pop();
        }
        let fault = record.fault.or_else(|| {
            (cells.len() != wanted).then(|| {
                let found = cells.len();
                Label::new(
                    &format!("{found} colonnes au lieu de {wanted} : il manque ou il y a en trop un séparateur « {} ».", shown(self.delimiter)),
                    &format!("{found} columns instead of {wanted}: a delimiter “{}” is missing or in excess.", shown(self.delimiter)),
                )
            })
        });
        Ok(Some(match fault {
            None => Item::Row(SourceRow {
                number: self.rows,
                line: record.line,
                cells: cells.into_iter().map(Cell::Text).collect(),
            }),
            Some(reason) => {
                Item::Broken(Broken { number: self.rows, line: record.line, cells, raw: record.raw, reason })
            }
        }))
    }
}

fn opened(path: &Path, encoding: Encoding, skip_rows: u32) -> Result<Lines, ExchangeError> {
    let mut lines = Lines::open(path, encoding)?;
    for _ in 0..skip_rows {
        lines.next()?;
    }
    Ok(lines)
}

fn join(lines: &[Line]) -> String {
    lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn unclosed() -> Label {
    Label::new("un guillemet ouvert n'est jamais refermé.", "an opened quote is never closed.")
}

fn shown(delimiter: char) -> &'static str {
    match delimiter {
        '\t' => "tabulation",
        ',' => ",",
        '|' => "|",
        _ => ";",
    }
}

/// The delimiter that splits the first lines into the same number of cells, and into the most.
fn recognise(lines: &mut Lines) -> Result<char, ExchangeError> {
    let mut sample = Vec::new();
    while sample.len() < 50 {
        match lines.next()? {
            Some(line) if line.text.trim().is_empty() => {}
            Some(line) => sample.push(line.text),
            None => break,
        }
    }
    let score = |delimiter: char| -> f64 {
        let (mut counts, mut parser) = (Vec::new(), Parser::new(delimiter));
        for line in &sample {
            if matches!(parser.feed(line), Fed::Open) {
                continue;
            }
            counts.push(parser.cells.len());
            parser = Parser::new(delimiter);
        }
        let Some(&header) = counts.first() else { return 0.0 };
        if header < 2 {
            return 0.0;
        }
        let alike = counts.iter().filter(|c| **c == header).count();
        alike as f64 / counts.len() as f64 * 1_000.0 + header as f64
    };
    let best = DELIMITERS
        .into_iter()
        .map(|d| (score(d), d))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    Ok(best.map_or(';', |(_, delimiter)| delimiter))
}

struct Record {
    line: u64,
    raw: String,
    cells: Vec<String>,
    fault: Option<Label>,
}

enum Fed {
    Done,
    Open,
    BadQuote,
}

/// Splits lines into cells; keeps its place between the lines of a quoted cell.
struct Parser {
    delimiter: char,
    cells: Vec<String>,
    cell: String,
    quoted: bool,
}

impl Parser {
    fn new(delimiter: char) -> Parser {
        Parser { delimiter, cells: Vec::new(), cell: String::new(), quoted: false }
    }

    fn feed(&mut self, line: &str) -> Fed {
        let mut rest = line;
        if self.quoted {
            self.cell.push('\n');
        }
        loop {
            if !self.quoted {
                if let Some(after) = rest.strip_prefix('"') {
                    (self.quoted, rest) = (true, after);
                } else {
                    match rest.split_once(self.delimiter) {
                        Some((cell, after)) => {
                            self.cells.push(cell.to_owned());
                            rest = after;
                            continue;
                        }
                        None => {
                            self.cells.push(rest.to_owned());
                            return Fed::Done;
                        }
                    }
                }
            }
            let Some((text, after)) = rest.split_once('"') else {
                self.cell.push_str(rest);
                return Fed::Open;
            };
            self.cell.push_str(text);
            if let Some(after) = after.strip_prefix('"') {
                self.cell.push('"');
                rest = after;
                continue;
            }
            self.quoted = false;
            self.cells.push(std::mem::take(&mut self.cell));
            let after = after.trim_start_matches(' ');
            if after.is_empty() {
                return Fed::Done;
            }
            match after.strip_prefix(self.delimiter) {
                Some(after) => rest = after,
                None => return Fed::BadQuote,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dictionary::Language;

    /// Cells of a good row, line and reason of a bad one.
    type Row = Result<Vec<String>, (u64, String)>;

    fn read(text: &str) -> (Vec<String>, Vec<Row>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, text).unwrap();
        let mut source = CsvSource::open(&path, Encoding::Utf8, None, 0).unwrap();
        let mut rows = Vec::new();
        while let Some(item) = source.next().unwrap() {
            rows.push(match item {
                Item::Row(row) => Ok(row.cells.iter().map(|c| c.text().into_owned()).collect()),
                Item::Broken(broken) => Err((broken.line, broken.reason.text(Language::En).to_owned())),
            });
        }
        (source.columns().to_vec(), rows)
    }

    #[test]
    fn delimiters_are_recognised_even_when_others_are_in_the_texts() {
        for delimiter in [";", ",", "\t"] {
            let other = if delimiter == ";" { "a, b, c" } else { "a; b; c" };
            let text =
                ["name", "note", "city"].join(delimiter) + "\n" + &["X", other, "Y"].join(delimiter) + "\n";
            let (columns, rows) = read(&text);
            assert_eq!(columns, ["name", "note", "city"]);
            assert_eq!(rows, [Ok(vec!["X".to_owned(), other.to_owned(), "Y".to_owned()])]);
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_quotes_and_line_feeds() {
        let (_, rows) = read("a;b\n\"x;\"\"y\"\"\r\nz\";2\n;\n");
        assert_eq!(
            rows,
            [Ok(vec!["x;\"y\"\nz".to_owned(), "2".to_owned()]), Ok(vec![String::new(), String::new()])]
        );
    }

    #[test]
    fn a_broken_line_costs_itself_and_no_other() {
        let (_, rows) = read("a;b\n1;2\n\"3;4\n5;6\n7;8;9\n\"x\"y;1\n10;11\n");
        assert_eq!(rows.iter().filter(|r| r.is_ok()).count(), 3, "{rows:?}");
        let faults: Vec<_> = rows.iter().filter_map(|r| r.as_ref().err()).collect();
        assert_eq!(faults.iter().map(|f| f.0).collect::<Vec<_>>(), [3, 5, 6]);
        assert!(faults[1].1.contains("3 columns instead of 2"), "{faults:?}");
    }

    #[test]
    fn an_empty_file_says_that_its_first_line_must_name_the_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, "\n\n").unwrap();
        let error = CsvSource::open(&path, Encoding::Utf8, None, 0).err().unwrap();
        assert!(error.to_string().contains("name the columns"), "{error}");
    }
}
