//! Who took lists along: kept in the folder of an environment, a file for each month, a line for each export.
//!
//! They say who, when, of which entity and how many records; nothing of the records, nor what was looked for. Those of a month go a year after it ended.

use std::io;
use std::path::Path;

use dictionary::RecordId;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::monthly::MonthlyFiles;

/// Name of their folder.
const FOLDER: &str = "exports";

/// Somebody took a list along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListExport {
    /// When it ended.
    pub at: Timestamp,
    /// Who: an id of `user`.
    pub by: RecordId,
    /// The record of the view, when somebody else looked as them.
    pub viewed: Option<RecordId>,
    /// Entity of the records.
    pub entity: String,
    /// Records that were written.
    pub records: u64,
    /// `csv`, `xlsx` or `jsonl`.
    pub format: String,
    /// Whether it was a part of the list: filtered or searched.
    pub narrowed: bool,
    /// Whether it came to its end.
    pub whole: bool,
}

/// The exports of one environment.
#[derive(Debug)]
pub struct ExportFolder(MonthlyFiles);

impl ExportFolder {
    /// Of the environment in that folder.
    pub(crate) fn of(environment: &Path) -> ExportFolder {
        ExportFolder(MonthlyFiles::of(environment.join(FOLDER)))
    }

    /// Keeps one.
    ///
    /// Errors: the file cannot be written.
    pub fn keep(&self, export: &ListExport) -> io::Result<()> {
        let ListExport { at, by, viewed, entity, records, format, narrowed, whole } = export;
        let line = json!({
            "at": at, "by": by, "viewed": viewed, "entity": entity, "records": records, "format": format,
            "narrowed": narrowed, "whole": whole,
        });
        self.0.append(*at, [line])
    }

    /// The newest, those of one person where asked, at most `limit`.
    ///
    /// Errors: the files cannot be read.
    pub fn newest(&self, by: Option<RecordId>, limit: usize) -> io::Result<Vec<ListExport>> {
        self.0.newest(limit, |line| read(line).filter(|export| by.is_none_or(|by| export.by == by)))
    }
}

fn read(json: &Json) -> Option<ListExport> {
    let id = |name: &str| json[name].as_str().and_then(RecordId::parse);
    Some(ListExport {
        at: json["at"].as_str()?.parse().ok()?,
        by: id("by")?,
        viewed: id("viewed"),
        entity: json["entity"].as_str()?.to_owned(),
        records: json["records"].as_u64()?,
        format: json["format"].as_str()?.to_owned(),
        narrowed: json["narrowed"].as_bool()?,
        whole: json["whole"].as_bool()?,
    })
}
