//! How far an import came, kept in the environment and committed together with the rows: so a row is either counted and written, or neither.

use engine::{Caller, Environment};
use serde::{Deserialize, Serialize};

use crate::error::ExchangeError;
use crate::mapping::Mapping;

/// State of an import after a batch. Decision: `docs/decisions/0007-imports-resume.md`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Rows of the file done with, refused ones included.
    pub(crate) rows: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) same: u64,
    pub(crate) refused: u64,
    pub(crate) left_out: u64,
    /// Length of the file of refused rows.
    pub(crate) refused_bytes: u64,
    /// The whole file is done with.
    pub(crate) complete: bool,
}

/// The note of an import: of this content, into this entity, in this manner.
pub(crate) fn note_key(
    hash: &str,
    entity: &str,
    key: Option<&[String]>,
    mapping: &Mapping,
    run: Option<&str>,
) -> String {
    let mut manner = format!("{hash}\n{entity}\n{key:?}\n{mapping:?}");
    if let Some(run) = run {
        manner.push_str(&format!("\n{run}"));
    }
    format!("import.{}", &blake3::hash(manner.as_bytes()).to_hex()[..32])
}

/// What an earlier run left, if there was one.
pub(crate) fn read(
    environment: &Environment,
    caller: &Caller,
    note: &str,
) -> Result<Option<Checkpoint>, ExchangeError> {
    let key = note.to_owned();
    let text = environment.transact(caller, move |unit| unit.note(&key))?.value;
    // A note of another version is as good as none: rows with a key are found again, and none is lost.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The text of a note.
pub(crate) fn text(checkpoint: &Checkpoint) -> String {
    serde_json::to_string(checkpoint).expect("numbers and a boolean are JSON")
}
