//! Who read sensitive values: kept in the folder of an environment, a file for each month, a line for each reading.
//!
//! They say who, when, of which record and which fields; never a value. Those of a month go a year after it ended.

use std::io;
use std::path::Path;

use dictionary::RecordId;
use engine::{Access, AccessLog};
use serde_json::{Value as Json, json};

use crate::monthly::MonthlyFiles;

/// Name of their folder.
const FOLDER: &str = "accesses";

/// The accesses of one environment.
#[derive(Debug)]
pub struct AccessFolder(MonthlyFiles);

impl AccessFolder {
    /// Of the environment in that folder.
    pub(crate) fn of(environment: &Path) -> AccessFolder {
        AccessFolder(MonthlyFiles::of(environment.join(FOLDER)))
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
        self.0.newest(limit, |line| {
            let access = read(line)?;
            let wanted =
                record.is_none_or(|record| access.record == record) && by.is_none_or(|by| access.by == by);
            wanted.then_some(access)
        })
    }
}

impl AccessLog for AccessFolder {
    fn keep(&self, accesses: &[Access]) -> io::Result<()> {
        match accesses.first() {
            Some(first) => self.0.append(first.at, accesses.iter().map(written)),
            None => Ok(()),
        }
    }
}

fn written(access: &Access) -> Json {
    json!({
        "at": access.at, "by": access.by, "viewed": access.viewed, "entity": access.entity, "id": access.record,
        "fields": access.fields,
    })
}

fn read(json: &Json) -> Option<Access> {
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
