//! Lines kept in the folder of an environment beside its journal, a file for each month: what people did without changing anything.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use serde_json::Value as Json;

/// Months kept besides the one that goes on.
const MONTHS: i64 = 12;

/// Files of months: those of a month go a year after it ended.
#[derive(Debug)]
pub(crate) struct MonthlyFiles {
    folder: PathBuf,
    /// Lines of one process are written one call after the other.
    writing: Mutex<()>,
}

impl MonthlyFiles {
    /// In that folder, which is made with the first line.
    pub(crate) fn of(folder: PathBuf) -> MonthlyFiles {
        MonthlyFiles { folder, writing: Mutex::default() }
    }

    /// Adds lines to the month of that moment.
    ///
    /// Errors: the file cannot be written.
    pub(crate) fn append(&self, at: Timestamp, lines: impl IntoIterator<Item = Json>) -> io::Result<()> {
        let today = TimeZone::UTC.to_datetime(at).date();
        let lines: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
        let path = self.folder.join(name_of(today));
        let _turn = self.writing.lock();
        if !path.exists() {
            fs::create_dir_all(&self.folder)?;
            self.forget(today)?;
        }
        OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.as_bytes())
    }

    /// What `read` makes of the newest lines, at most `limit`; a line that a crash cut is passed over.
    ///
    /// Errors: the files cannot be read.
    pub(crate) fn newest<T>(&self, limit: usize, read: impl Fn(&Json) -> Option<T>) -> io::Result<Vec<T>> {
        let mut found = Vec::new();
        for month in self.months()?.into_iter().rev() {
            let text = fs::read_to_string(self.folder.join(month))?;
            let lines = text.lines().rev().filter_map(|line| read(&serde_json::from_str(line).ok()?));
            found.extend(lines.take(limit - found.len()));
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// Names of the files, oldest first.
    fn months(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".jsonl")).collect();
        names.sort();
        Ok(names)
    }

    /// Removes the files of months that are long over.
    fn forget(&self, today: Date) -> io::Result<()> {
        let oldest = today.checked_sub(jiff::Span::new().months(MONTHS)).unwrap_or(Date::MIN);
        for month in self.months()?.iter().filter(|month| **month < name_of(oldest)) {
            fs::remove_file(self.folder.join(month))?;
        }
        Ok(())
    }
}

/// `2026-11.jsonl`.
fn name_of(day: Date) -> String {
    format!("{:04}-{:02}.jsonl", day.year(), day.month())
}
