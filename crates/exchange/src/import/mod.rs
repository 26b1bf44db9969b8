//! Imports: rows of a file become records, in batches that are each one unit of work.

mod ahead;
pub(crate) mod checkpoint;
mod group;
mod lookup;
pub(crate) mod prepare;
pub(crate) mod refused;
mod run;
pub(crate) mod write;

use std::path::{Path, PathBuf};

use dictionary::{Label, Language};
use engine::{Caller, Environment};

use crate::error::ExchangeError;
use crate::mapping::Mapping;

pub(crate) use run::row_reasons as reasons;
pub use write::Outcome;

/// How an import is run.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Name or collection of the entity.
    pub entity: String,
    /// Fields by which a row finds its record; before the mapping's.
    pub key: Option<Vec<String>>,
    /// Say what would be done, write nothing.
    pub dry_run: bool,
    /// Rows of a unit of work at most; it also ends once it wrote as many records, lines among them, and as soon as others wait to write.
    pub batch_rows: usize,
    /// File of refused rows; beside the source if `None`.
    pub refused: Option<PathBuf>,
    /// Of the reasons, and of numbers written with a comma or a point.
    pub language: Language,
    /// Begin again, although an earlier run of the same file was interrupted or came to its end.
    pub restart: bool,
    /// Rows at most.
    pub limit: Option<u64>,
    /// Which import this is, where the same file may be imported several times on purpose: each goes on from its own place.
    pub run: Option<String>,
}

impl ImportOptions {
    /// The usual: batches of 4 000 rows, French.
    pub fn new(entity: &str) -> ImportOptions {
        ImportOptions {
            entity: entity.to_owned(),
            key: None,
            dry_run: false,
            batch_rows: 4_000,
            refused: None,
            language: Language::Fr,
            restart: false,
            limit: None,
            run: None,
        }
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Rows done with.
    pub rows: u64,
    /// Of them, refused.
    pub refused: u64,
    /// Bytes read; 0 where that says nothing (spreadsheets).
    pub bytes: u64,
    /// Bytes in all.
    pub bytes_total: u64,
}

/// What happens to one row.
#[derive(Debug, Clone)]
pub struct RowReport {
    /// Its number, from 1.
    pub number: u64,
    /// Its line in the file.
    pub line: u64,
    /// What became, or would become, of it.
    pub outcome: Outcome,
    /// Why, if refused.
    pub reasons: Vec<Label>,
    /// Its cells as text; of a dry run only.
    pub cells: Vec<String>,
}

/// Who watches an import.
pub trait Watch {
    /// After every batch.
    fn progress(&mut self, _progress: &Progress) {}
    /// After every row.
    fn row(&mut self, _row: &RowReport) {}
    /// Asked before every batch: stop there. What is done stays, and the next run goes on from there.
    fn stop(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// What an import did.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// Rows of the file, over all runs of this import.
    pub rows: u64,
    /// New records.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Records that already were so.
    pub same: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows that `[only]` leaves out.
    pub left_out: u64,
    /// Where the refused rows are.
    pub refused_file: Option<PathBuf>,
    /// Rows that an earlier, interrupted run had done.
    pub resumed_after: u64,
    /// Columns not taken, because the system keeps their field.
    pub ignored: Vec<String>,
    /// The end of the file was reached; else it was stopped.
    pub complete: bool,
    /// Nothing was done: this very file was imported before, to its end, and without a key it would be doubled.
    pub already: bool,
}

/// Imports a file.
///
/// Rows that cannot be written go to the file of refused rows with their reasons. Everything else is written, each batch with the
/// checkpoint in the same transaction: an import that is killed and started again loses nothing and doubles nothing.
///
/// Errors: the file, the mapping or a name in it is not right (before anything is written), or the environment fails (disk full…): what
/// was committed stays.
pub fn import(
    environment: &Environment,
    caller: &Caller,
    file: &Path,
    mapping: &Mapping,
    options: &ImportOptions,
    watch: &mut dyn Watch,
) -> Result<Report, ExchangeError> {
    run::run(environment, caller, file, mapping, options, watch)
}
