//! A workbook is looked over before it is read: its reader believes how many texts it says it has, and keeps whole what lies between two tags, so that a
//! small file that lies, or unpacks without end, would take the memory of everybody.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Xlsx, open_workbook};
use dictionary::Label;
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::error::ExchangeError;

/// What all parts of a workbook unpack to together, bytes.
const UNPACKED_MAX: u64 = 768 << 20;
/// What its shared texts unpack to, bytes: they are kept while its rows are read.
const TEXTS_BYTES_MAX: u64 = 128 << 20;
/// Shared texts, counted or claimed: a spreadsheet has a million rows.
const TEXTS_MAX: u64 = 2_000_000;
/// Tags of a part that is no sheet: four for each text.
const TAGS_MAX: u64 = 4 * TEXTS_MAX;
/// Bytes without a tag. A cell has 32 767 characters at most (ECMA-376, Part 1, 18.3.1.96); pictures may have more.
const RUN_MAX: u64 = 16 << 20;

/// A workbook that may be read.
pub(crate) type Workbook = Xlsx<BufReader<File>>;

/// Opens a workbook, once it was looked over.
pub(crate) fn open(path: &Path) -> Result<Workbook, ExchangeError> {
    look_over(path)?;
    let opened =
        || open_workbook(path).map_err(|error: calamine::XlsxError| damaged(path, &error.to_string()));
    whole(opened).unwrap_or_else(|| Err(damaged(path, "its reader gave up")))
}

/// What `read` comes to; `None` when the reader panics, as it does at some of what no spreadsheet writes.
pub(crate) fn whole<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}

/// The refusal of what cannot be read.
pub(crate) fn damaged(path: &Path, why: &str) -> ExchangeError {
    ExchangeError::refused(
        format!(
            "{} n'est pas un classeur XLSX lisible ({why}). Enregistrez-le de nouveau, ou en CSV.",
            path.display()
        ),
        format!("{} is not a readable XLSX workbook ({why}). Save it again, or as CSV.", path.display()),
    )
}

fn too_large(path: &Path) -> ExchangeError {
    let shown = path.display();
    ExchangeError::Refused(Label::new(
        &format!(
            "{shown} contient plus qu'un classeur ne peut apporter. Enregistrez-le en CSV, ou en plusieurs classeurs."
        ),
        &format!("{shown} holds more than a workbook may bring. Save it as CSV, or as several workbooks."),
    ))
}

/// Unpacks every part, keeping nothing, and refuses what its reader would choke on.
fn look_over(path: &Path) -> Result<(), ExchangeError> {
    let failed = |error: &dyn std::fmt::Display| damaged(path, &error.to_string());
    let file = File::open(path).map_err(|error| failed(&error))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| failed(&error))?;
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| failed(&error))?;
        // The reader looks for it by this name, whatever its folder and the case of its letters.
        let name = part.name().map_err(|error| failed(&error))?.to_lowercase();
        let (texts, sheet) = (name.contains("sharedstrings"), name.contains("worksheets"));
        let seen = Seen::of(part, left).map_err(|error| failed(&error))?;
        let fits = seen.bytes < left
            && seen.longest_run <= RUN_MAX
            && (sheet || seen.tags <= TAGS_MAX)
            && (!texts || seen.bytes <= TEXTS_BYTES_MAX);
        if !fits {
            return Err(too_large(path));
        }
        left -= seen.bytes;
        if texts {
            let part = archive.by_index(index).map_err(|error| failed(&error))?;
            if claimed(BufReader::new(part)).is_some_and(|claimed| claimed > TEXTS_MAX) {
                return Err(too_large(path));
            }
        }
    }
    Ok(())
}

/// What a part is made of.
#[derive(Default)]
struct Seen {
    bytes: u64,
    tags: u64,
    /// Bytes from one tag to the next, at most.
    longest_run: u64,
}

impl Seen {
    /// Reads a part to its end, or until it is longer than `most`.
    fn of(part: impl Read, most: u64) -> std::io::Result<Seen> {
        let mut reader = BufReader::with_capacity(64 << 10, part);
        let (mut seen, mut run) = (Seen::default(), 0_u64);
        while seen.bytes <= most && seen.longest_run <= RUN_MAX {
            let read = reader.fill_buf()?;
            if read.is_empty() {
                break;
            }
            let mut parts = read.split(|byte| *byte == b'<');
            run += parts.next().map_or(0, |before| before.len() as u64);
            for part in parts {
                seen.tags += 1;
                seen.longest_run = seen.longest_run.max(run);
                run = part.len() as u64;
            }
            seen.longest_run = seen.longest_run.max(run);
            let length = read.len();
            seen.bytes += length as u64;
            reader.consume(length);
        }
        Ok(seen)
    }
}

/// How many shared texts a part says it has: read as the workbook's reader does, which makes room for them before it has seen one.
fn claimed(part: impl BufRead) -> Option<u64> {
    let mut xml = quick_xml::Reader::from_reader(part);
    let config = xml.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) if element.local_name().as_ref() == "sst" => {
                let count = element.try_get_attribute("uniqueCount").ok().flatten()?;
                let digits = count.value.trim();
                // More digits than a number has are more than any bound.
                return Some(digits.parse().unwrap_or(if digits.is_empty() { 0 } else { u64::MAX }));
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
