//! Workbooks that lie, or unpack without end: refused before they take the memory of everybody, and never taken for shorter than they are.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use exchange::ExchangeError;
use exchange::source::encoding::survey;
use exchange::source::{FileOptions, Item, open};
use tempfile::{TempDir, tempdir};
use zip::write::SimpleFileOptions;

const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const SHEETS: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Feuille" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const SHEET_PLACES: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

struct Book {
    folder: TempDir,
    path: PathBuf,
}

/// A workbook whose sheet has these rows, and these shared texts.
fn book(rows: &str, texts: impl FnOnce(&mut dyn Write)) -> Book {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
    let options = SimpleFileOptions::default();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    for (name, part) in [
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", SHEETS),
        ("xl/_rels/workbook.xml.rels", SHEET_PLACES),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(part.as_bytes()).unwrap();
    }
    // As some write it: names are compared without the case of their letters.
    archive.start_file("xl/SharedStrings.xml", options).unwrap();
    texts(&mut archive);
    archive.finish().unwrap();
    Book { folder, path }
}

fn two_rows(rest: &str) -> String {
    let row = |line: u32, text: &str| {
        format!(r#"<row r="{line}"><c r="A{line}" t="inlineStr"><is><t>{text}</t></is></c></row>"#)
    };
    format!("{}{}{rest}", row(1, "name"), row(2, "Étage"))
}

fn texts(text: &str) -> impl FnOnce(&mut dyn Write) {
    move |part| part.write_all(text.as_bytes()).unwrap()
}

/// How many rows are read, or why not all.
fn read(path: &Path) -> Result<usize, ExchangeError> {
    let survey = survey(path)?;
    let mut source = open(path, &survey, &FileOptions::default())?;
    let mut rows = 0;
    while let Some(item) = source.next()? {
        rows += usize::from(matches!(item, Item::Row(_)));
    }
    Ok(rows)
}

fn refused(book: &Book) -> String {
    // Small to send: that is what makes it worth trying.
    assert!(fs::metadata(&book.path).unwrap().len() < 1 << 20);
    assert!(book.folder.path().exists());
    match read(&book.path) {
        Err(ExchangeError::Refused(why)) => why.text(dictionary::Language::En).to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_workbook_as_it_should_be_is_read() {
    let shared = "<sst uniqueCount=\"1\"><si><t>Bureau</t></si></sst>";
    let book = book(&two_rows(r#"<row r="3"><c r="A3" t="s"><v>0</v></c></row>"#), texts(shared));
    assert_eq!(read(&book.path).unwrap(), 2);
}

#[test]
fn a_workbook_that_claims_more_texts_than_there_can_be_is_refused() {
    for claim in ["9000000000000", "2000001", "99999999999999999999999999"] {
        let shared = format!("<?xml version='1.0'?><x:sst xmlns:x='y' uniqueCount = '{claim}'></x:sst>");
        let why = refused(&book(&two_rows(""), texts(&shared)));
        assert!(why.contains("Save it as CSV"), "{why}");
    }
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    let endless = |part: &mut dyn Write| {
        part.write_all(b"<sst><si><t>").unwrap();
        let megabyte = vec![b'a'; 1 << 20];
        for _ in 0..40 {
            part.write_all(&megabyte).unwrap();
        }
        part.write_all(b"</t></si></sst>").unwrap();
    };
    assert!(refused(&book(&two_rows(""), endless)).contains("Save it as CSV"));
    let countless = |part: &mut dyn Write| {
        part.write_all(b"<sst>").unwrap();
        let many = "<si/>".repeat(1 << 16);
        for _ in 0..140 {
            part.write_all(many.as_bytes()).unwrap();
        }
        part.write_all(b"</sst>").unwrap();
    };
    assert!(refused(&book(&two_rows(""), countless)).contains("Save it as CSV"));
}

#[test]
fn a_cell_beyond_the_last_column_is_refused() {
    for column in ["XFE", "ZZZZZZ"] {
        let row = format!(r#"<row r="3"><c r="{column}3"><v>1</v></c></row>"#);
        let why = refused(&book(&two_rows(&row), texts("<sst/>")));
        assert!(why.contains("beyond XFD") || why.contains("gave up"), "{why}");
    }
    let last = book(&two_rows(r#"<row r="3"><c r="XFD3"/></row>"#), texts("<sst/>"));
    assert_eq!(read(&last.path).unwrap(), 1, "an empty cell in the last column is none");
}

/// Its reader panics at a number that does not fit, in builds that look; what it read before must not pass for the whole.
#[test]
fn a_workbook_that_cannot_be_read_to_its_end_is_not_taken_for_shorter() {
    let row = r#"<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>"#;
    let book = book(&two_rows(row), texts("<sst/>"));
    match read(&book.path) {
        Err(ExchangeError::Refused(why)) => {
            assert!(why.text(dictionary::Language::En).contains("not a readable"))
        }
        Ok(rows) => assert_eq!(rows, 2, "a build that does not look reads some other row"),
        Err(other) => panic!("{other:?}"),
    }
}
