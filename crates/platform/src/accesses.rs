//! Who read sensitive values: kept in the folder of an environment, a file for each month, a line for each reading.
//!
//! They say who, when, of which record and which fields; never a value. Those of a month go a year after it ended.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use dictionary::RecordId;
use engine::{Access, AccessLog};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use serde_json::{Value as Json, json};

/// Name of their folder.
const FOLDER: &str = "accesses";

/// Months kept besides the one that goes on.
const MONTHS: i64 = 12;

/// The accesses of one environment.
#[derive(Debug)]
pub struct AccessFolder {
    folder: PathBuf,
    /// Lines of one process are written one call after the other.
    writing: Mutex<()>,
}

impl AccessFolder {
    /// Of the environment in that folder.
    pub(crate) fn of(environment: &Path) -> AccessFolder {
        AccessFolder { folder: environment.join(FOLDER), writing: Mutex::default() }
    }

    /// The newest accesses, those of one record or one reader where asked, at most `limit`.
    ///
    /// Errors: the files cannot be read.
    pub fn newest(
        &self,
        record: Option<RecordId>,
        by: Option<RecordId>,
        limit: usize,
    ) -> io::Result<Vec<Access>> {
        let mut found = Vec::new();
        for month in self.months()?.into_iter().rev() {
            let text = fs::read_to_string(self.folder.join(month))?;
            let accesses = text.lines().rev().filter_map(read);
            let wanted = accesses.filter(|access| {
                record.is_none_or(|record| access.record == record) && by.is_none_or(|by| access.by == by)
            });
            found.extend(wanted.take(limit - found.len()));
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

impl AccessLog for AccessFolder {
    fn keep(&self, accesses: &[Access]) -> io::Result<()> {
        let Some(first) = accesses.first() else { return Ok(()) };
        let today = TimeZone::UTC.to_datetime(first.at).date();
        let lines: String = accesses.iter().map(|access| format!("{}\n", written(access))).collect();
        let path = self.folder.join(name_of(today));
        let _turn = self.writing.lock();
        if !path.exists() {
            fs::create_dir_all(&self.folder)?;
            self.forget(today)?;
        }
        OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.as_bytes())
    }
}

/// `2026-11.jsonl`.
fn name_of(day: Date) -> String {
    format!("{:04}-{:02}.jsonl", day.year(), day.month())
}

fn written(access: &Access) -> Json {
    json!({
        "at": access.at, "by": access.by, "viewed": access.viewed, "entity": access.entity, "id": access.record,
        "fields": access.fields,
    })
}

/// A line; nothing for one that a crash cut.
fn read(line: &str) -> Option<Access> {
    let json: Json = serde_json::from_str(line).ok()?;
    let id = |name: &str| json[name].as_str().and_then(RecordId::parse);
    Some(Access {
        at: json["at"].as_str()?.parse().ok()?,
        by: id("by")?,
        viewed: id("viewed"),
        entity: json["entity"].as_str()?.to_owned(),
        record: id("id")?,
        fields: serde_json::from_value(json["fields"].clone()).ok()?,
    })
}
