//! Files nobody would make: each row is read or refused, each file ends.

use std::fs;
use std::path::Path;

use exchange::source::encoding::survey;
use exchange::source::{FileOptions, Item, open};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use tempfile::tempdir;

/// What delimited text and JSON lines are made of, and what surprises readers of them.
const PIECES: &[&[u8]] = &[
    b"name",
    b"\"",
    b"\"\"",
    b"'",
    b";",
    b",",
    b"\t",
    b"|",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"1 234,50",
    b"2026-11-23",
    b"1e999",
    b"-",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"{\"a\":",
    b"null",
    b"\\u0000",
    b"\\ud800",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xc3",
    b"\xc3\xa9",
    b"\xe9",
    b"\xf0\x9f\x9a\x92",
    b"\xe2\x80\xae",
    b" ",
    b"\xa0",
    b"=1+1",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let made = prop::collection::vec(prop::sample::select(PIECES), 0..80).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => made, 1 => prop::collection::vec(any::<u8>(), 0..400)]
}

/// Rows of a file; each has as many cells as there are columns, and they come in order.
fn rows(path: &Path) -> Result<u64, TestCaseError> {
    let Ok(survey) = survey(path) else { return Ok(0) };
    let Ok(mut source) = open(path, &survey, &FileOptions::default()) else { return Ok(0) };
    let columns = source.columns().len();
    let mut rows = 0;
    while let Ok(Some(item)) = source.next() {
        rows += 1;
        prop_assert_eq!(item.number(), rows);
        // Blank lines are passed over: there are never more rows than bytes.
        prop_assert!(rows <= survey.size + 1);
        if let Item::Row(row) = item {
            prop_assert_eq!(row.cells.len(), columns);
        }
    }
    Ok(rows)
}

/// A small good workbook.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["name", "size", "born"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), name).unwrap();
    }
    for row in 1..20 {
        sheet.write(row, 0, "Étagère").unwrap();
        sheet.write(row, 1, row * 3).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

proptest! {
    #[test]
    fn text_files_of_anything_are_read_to_their_end(bytes in bytes()) {
        let folder = tempdir().unwrap();
        for name in ["a.csv", "a.jsonl"] {
            let path = folder.path().join(name);
            fs::write(&path, &bytes).unwrap();
            rows(&path)?;
        }
    }

    #[test]
    fn a_damaged_workbook_is_read_or_refused(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = workbook();
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let folder = tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        fs::write(&path, &bytes).unwrap();
        if let (Ok(survey), true) = (survey(&path), path.exists())
            && let Ok(mut source) = open(&path, &survey, &FileOptions::default())
        {
            let mut rows = 0;
            while let Ok(Some(_)) = source.next() {
                rows += 1;
                prop_assert!(rows < 2_000_000, "a sheet has at most 1 048 576 rows");
            }
        }
    }
}

#[test]
fn nesting_and_lines_without_end_are_refused() {
    let folder = tempdir().unwrap();
    for (name, text) in [
        ("deep.jsonl", "{\"a\":".repeat(200_000)),
        ("deep_list.jsonl", format!("{{\"a\":{}", "[".repeat(200_000))),
        ("quote.csv", format!("a;b\n\"{}", "x;\n".repeat(200_000))),
        ("columns.csv", ";".repeat(200_000)),
        ("quotes.csv", "\"".repeat(200_001)),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        rows(&path).unwrap();
    }
}
