//! Pages of what a dry run said of each row, and of what an undo left.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use dictionary::Label;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::desk::{Desk, DeskError};
use crate::error::ExchangeError;
use crate::import::Outcome;
use crate::undo::LeftRecord;

/// Lines looked at for one page at most.
const LINES_MAX: usize = 50_000;

/// What would become of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Its number, from 1.
    pub number: u64,
    /// Its line in the file.
    pub line: u64,
    /// What would become of it.
    pub outcome: Outcome,
    /// Why, if refused.
    pub reasons: Vec<Label>,
    /// As the file has it.
    pub cells: Vec<String>,
}

/// Rows, and where to go on.
pub type PreviewRows = (Vec<PreviewRow>, Option<u64>);
/// Records, and where to go on.
pub type LeftPage = (Vec<LeftRecord>, Option<u64>);

impl Desk {
    /// Rows of the last dry run, of one outcome or of all; from a place that an earlier page gave.
    pub fn preview_rows(
        &self,
        folder: &Path,
        id: &str,
        outcome: Option<Outcome>,
        from: u64,
        limit: usize,
    ) -> Result<PreviewRows, DeskError> {
        let job = self.get(folder, id)?;
        let wanted = |row: &PreviewRow| outcome.is_none_or(|outcome| outcome == row.outcome);
        Ok(page(&job.preview_rows(folder), from, limit, wanted)?)
    }

    /// Records that the undo left as they are.
    pub fn left(&self, folder: &Path, id: &str, from: u64, limit: usize) -> Result<LeftPage, DeskError> {
        let job = self.get(folder, id)?;
        Ok(page(&job.left(folder), from, limit, |_| true)?)
    }
}

fn page<T: DeserializeOwned>(
    path: &Path,
    from: u64,
    limit: usize,
    wanted: impl Fn(&T) -> bool,
) -> Result<(Vec<T>, Option<u64>), ExchangeError> {
    let failed = |error| ExchangeError::file("read", path)(error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
        Err(error) => return Err(failed(error)),
    };
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let mut reader = BufReader::new(file);
    let (mut rows, mut at, mut line) = (Vec::new(), from, String::new());
    for _ in 0..LINES_MAX {
        line.clear();
        let read = match reader.read_line(&mut line) {
            Ok(0) => return Ok((rows, None)),
            Ok(read) => read,
            // A place that nobody gave, in the middle of a letter.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Ok((rows, None)),
            Err(error) => return Err(failed(error)),
        };
        let Some(row) = serde_json::from_str::<T>(&line).ok().filter(&wanted) else {
            at += read as u64;
            continue;
        };
        if rows.len() == limit {
            return Ok((rows, Some(at)));
        }
        at += read as u64;
        rows.push(row);
    }
    Ok((rows, Some(at)))
}
