//! What is known of one import: kept as a file in its folder, so that it outlives the process.

use std::fs;
use std::path::{Path, PathBuf};

use dictionary::{Label, Language, RecordId};
use jiff::Timestamp;
use journal::Position;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::detect::Detected;
use crate::error::ExchangeError;
use crate::import::Report;
use crate::undo::Undone;

pub(super) const FILE: &str = "job.json";

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The file is here.
    Received,
    /// A dry run is on its way.
    Previewing,
    /// It is known what would become of each row.
    Previewed,
    /// Rows are being written.
    Running,
    /// Rows were written, and more are left.
    Stopped,
    /// Every row was done with.
    Done,
    /// It is being taken back.
    Undoing,
    /// It was taken back.
    Undone,
}

impl Stage {
    /// Somebody works on it, or died doing so.
    pub fn works(self) -> bool {
        matches!(self, Stage::Previewing | Stage::Running | Stage::Undoing)
    }

    /// Rows may have been written.
    pub fn has_run(self) -> bool {
        !matches!(self, Stage::Received | Stage::Previewing | Stage::Previewed)
    }
}

/// Rows by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// In all.
    pub rows: u64,
    /// New records.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Records that already were so.
    pub same: u64,
    /// Refused.
    pub refused: u64,
    /// Not taken, by `[only]`.
    pub left_out: u64,
    /// Columns not taken, because the system keeps their field.
    pub ignored: Vec<String>,
    /// Why rows were refused, the most frequent first.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// Why rows were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// For people.
    pub message: Label,
    /// How many rows.
    pub count: u64,
}

impl From<&Report> for Tally {
    fn from(report: &Report) -> Tally {
        let Report { rows, created, updated, same, refused, left_out, ref ignored, .. } = *report;
        Tally {
            rows,
            created,
            updated,
            same,
            refused,
            left_out,
            ignored: ignored.clone(),
            reasons: Vec::new(),
        }
    }
}

/// How far the work in hand came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// Rows, or records taken back.
    pub done: u64,
    /// Of them, refused or left.
    pub refused: u64,
    /// Bytes of the file read, or positions of the journal gone through.
    pub part: u64,
    /// In all.
    pub whole: u64,
}

/// One import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Of its folder; later ones sort after.
    pub id: String,
    /// Name of the entity.
    pub entity: String,
    /// Name of the file, as it was sent.
    pub file: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Who sent it.
    pub by: Option<RecordId>,
    /// Of the reasons in the file of refused rows.
    pub language: Language,
    /// What the file looks like.
    pub detected: Detected,
    /// The mapping, as it was sent.
    pub asked: Option<Json>,
    /// Where it stands.
    pub stage: Stage,
    /// What the dry run said of that mapping.
    pub preview: Option<Tally>,
    /// What was done.
    pub report: Option<Tally>,
    /// When rows were first written.
    pub started_at: Option<Timestamp>,
    /// When the last was.
    pub ended_at: Option<Timestamp>,
    /// Position of the journal before the first.
    pub after: Option<Position>,
    /// Position after the last.
    pub until: Option<Position>,
    /// How far the work in hand came.
    pub advance: Advance,
    /// How far the undo came.
    pub undone: Option<Undone>,
    /// Why the last piece of work was given up.
    pub problem: Option<Label>,
    /// Somebody works on it now.
    #[serde(skip)]
    pub live: bool,
}

impl Job {
    /// The work was cut short by the end of the process.
    pub fn is_interrupted(&self) -> bool {
        self.stage.works() && !self.live
    }

    /// What the journal says of its entries.
    pub fn request(&self) -> String {
        format!("import {}", self.id)
    }

    /// The file that was sent.
    pub fn source(&self, folder: &Path) -> PathBuf {
        folder.join(&self.id).join(format!("source.{}", self.detected.format))
    }

    /// What the dry run said of each row.
    pub fn preview_rows(&self, folder: &Path) -> PathBuf {
        folder.join(&self.id).join("preview.jsonl")
    }

    /// The rows that were refused.
    pub fn refused(&self, folder: &Path) -> PathBuf {
        let end = if self.detected.format == "jsonl" { "jsonl" } else { "csv" };
        folder.join(&self.id).join(format!("refused.{end}"))
    }

    /// The records that the undo left.
    pub fn left(&self, folder: &Path) -> PathBuf {
        folder.join(&self.id).join("left.jsonl")
    }

    /// Reads one; `None` where there is none.
    pub(super) fn read(folder: &Path, id: &str) -> Result<Option<Job>, ExchangeError> {
        let path = folder.join(id).join(FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ExchangeError::file("read", &path)(error)),
        }
    }

    /// Keeps it: whole, or as it was.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), ExchangeError> {
        let path = folder.join(&self.id).join(FILE);
        let aside = path.with_extension("new");
        let bytes = serde_json::to_vec(self).expect("an import is JSON");
        fs::write(&aside, bytes).map_err(ExchangeError::file("write", &aside))?;
        fs::rename(&aside, &path).map_err(ExchangeError::file("write", &path))
    }
}
