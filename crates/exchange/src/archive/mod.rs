//! A whole environment as one archive in open formats, and back: `docs/formats/archive.md`.
//!
//! Records and dictionary are in it for whoever leaves, or looks; the journal is what makes the environment again, entry by entry, each proved.

mod read;
mod write;

pub use read::Archive;
pub use write::{Wanted, export_archive};

use jiff::Timestamp;
use journal::Position;
use serde::{Deserialize, Serialize};

/// Name of the archive's table of contents, its last part.
const MANIFEST: &str = "manifest.json";
/// Name of the journal.
const JOURNAL: &str = "journal.jsonl";
/// Version of the form of archives.
const FORMAT: u32 = 1;

/// What an archive is of, and what is in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the form.
    pub format: u32,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The environment.
    pub environment: About,
    /// Where its journal stands.
    pub head: ArchivedHead,
    /// Every other part, in order.
    pub parts: Vec<Part>,
}

/// An environment, as an archive names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: String,
    /// `production`, `test`…
    pub kind: String,
    /// IANA name.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Its modules.
    pub modules: Vec<String>,
}

/// Where a journal stands; hashes in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedHead {
    /// Position of the last entry.
    pub position: Position,
    /// See `journal::Entry::epoch`.
    pub epoch: u64,
    /// Chain hash of the last entry.
    pub chain: String,
    /// Digest of the content.
    pub digest: String,
    /// Hash of the dictionary.
    pub dictionary: String,
}

impl From<&engine::Head> for ArchivedHead {
    fn from(head: &engine::Head) -> ArchivedHead {
        ArchivedHead {
            position: head.position,
            epoch: head.epoch,
            chain: journal::json::hexadecimal(&head.chain),
            digest: journal::json::hexadecimal(&head.digest),
            dictionary: head.dictionary.clone(),
        }
    }
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of its content, hexadecimal.
    pub blake3: String,
    /// Lines, of those that hold one thing a line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lines: Option<u64>,
}
