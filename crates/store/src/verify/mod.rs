//! Is the environment whole? Recomputes the chain of its journal and the digest of its rows, and names what is wrong first.

mod locate;

use std::fmt;

use dictionary::{Dictionary, RecordId};
use journal::{Fault, Position, StateDigest, Verifier};

use crate::error::StoreError;
use crate::layout::Layout;
use crate::{Head, Snapshot};

/// Entries or rows read at a time.
const PAGE: u32 = 500;

/// Findings told at most: after a hundred, more of them help nobody.
const FINDINGS_MAX: usize = 100;

/// What a verification saw.
#[derive(Debug, Default)]
pub struct Report {
    /// Entries checked.
    pub entries: u64,
    /// Changes in them.
    pub changes: u64,
    /// Rows counted into the digest.
    pub rows: u64,
    /// What is wrong, worst first; empty when the environment is whole.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The journal's chain breaks.
    Journal(Fault),
    /// The journal ends before the position that the head gives.
    Truncated {
        /// Last entry that is there.
        last: Position,
        /// What the head says.
        head: Position,
    },
    /// The head is not that of the last entry.
    Head {
        /// Which part of it: `position`, `chain` or `digest`.
        part: &'static str,
    },
    /// The dictionary given is not the one in force.
    Dictionary,
    /// Bytes that cannot be read.
    Unreadable {
        /// What and where.
        what: String,
    },
    /// A record is not what the journal says it is.
    Record {
        /// Its entity.
        entity: String,
        /// Its id.
        record: RecordId,
        /// What differs.
        difference: Difference,
    },
    /// The rows don't add up to the digest, and the journal doesn't tell which: entries were redacted, or fields converted.
    Content,
    /// The index of records' histories misses changes, or has too many.
    History {
        /// Changes in the journal.
        changes: u64,
        /// Changes indexed.
        indexed: u64,
    },
}

/// How a record differs from its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The journal has it, the tables don't.
    Missing,
    /// The tables have it, the journal doesn't, or deleted it.
    Added,
    /// That field has another value than the journal's last.
    Field(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Journal(fault) => write!(f, "journal: {fault}"),
            Finding::Truncated { last, head } => {
                write!(
                    f,
                    "journal: it ends at entry {last}, and entry {head} was written: {} missing",
                    head - last
                )
            }
            Finding::Head { part } => {
                write!(f, "journal: the {part} of its head is not that of the last entry")
            }
            Finding::Dictionary => f.write_str("the dictionary given is not the one in force"),
            Finding::Unreadable { what } => write!(f, "unreadable: {what}"),
            Finding::Record { entity, record, difference } => match difference {
                Difference::Missing => write!(f, "{entity} {record}: the row is missing"),
                Difference::Added => write!(f, "{entity} {record}: the row does not come from the journal"),
                Difference::Field(field) => {
                    write!(f, "{entity} {record}: the value of {field} is not the one in the journal")
                }
            },
            Finding::Content => f.write_str("the rows do not add up to the digest"),
            Finding::History { changes, indexed } => {
                write!(f, "histories: {indexed} changes are indexed, and the journal has {changes}")
            }
        }
    }
}

/// Checks an environment at one moment. `progress` is told, from time to time, how many entries and rows were read.
///
/// Errors: only what keeps from reading at all; damage is in the report.
pub fn verify(
    snapshot: &dyn Snapshot,
    dictionary: &Dictionary,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let head = match snapshot.head() {
        Ok(head) => head,
        Err(StoreError::Damaged { what }) => {
            report.add(Finding::Unreadable { what });
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    if head.dictionary != dictionary.hash {
        report.add(Finding::Dictionary);
        return Ok(report);
    }
    verify_journal(snapshot, &head, &mut report, progress)?;
    if let Some(digest) = digest_of_rows(snapshot, dictionary, &mut report, progress)?
        && digest.hash() != head.digest
    {
        let known = report.findings.len();
        locate::locate(snapshot, dictionary, &mut report)?;
        // When the head's digest itself was altered, the rows are those of the journal.
        let explained =
            report.findings.len() > known || report.findings.contains(&Finding::Head { part: "digest" });
        if !explained {
            report.add(Finding::Content);
        }
    }
    Ok(report)
}

fn verify_journal(
    snapshot: &dyn Snapshot,
    head: &Head,
    report: &mut Report,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let mut verifier = Verifier::default();
    let mut digest = StateDigest::default().hash();
    let mut redacted = false;
    loop {
        let (reached, _) = verifier.reached();
        let entries = match snapshot.entries(reached, PAGE) {
            Ok(entries) => entries,
            Err(StoreError::Damaged { what }) => {
                report.add(Finding::Unreadable { what });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if let Err(fault) = verifier.push(entry) {
                report.add(Finding::Journal(fault));
                return Ok(());
            }
            report.entries += 1;
            report.changes += entry.changes.as_ref().map_or(0, |changes| changes.len() as u64);
            redacted |= entry.changes.is_none();
            digest = entry.digest;
        }
        progress(report.entries, report.rows);
    }
    if let Err(fault) = verifier.finish() {
        report.add(Finding::Journal(fault));
    }
    let (position, chain) = verifier.reached();
    if position < head.position {
        report.add(Finding::Truncated { last: position, head: head.position });
        return Ok(());
    }
    let parts = [
        ("position", position == head.position),
        ("chain", chain == head.chain),
        ("digest", digest == head.digest),
    ];
    for (part, _) in parts.iter().filter(|(_, same)| !same) {
        report.add(Finding::Head { part });
    }
    let indexed = snapshot.indexed_changes()?;
    if !redacted && indexed != report.changes {
        report.add(Finding::History { changes: report.changes, indexed });
    }
    Ok(())
}

/// The digest of all rows; `None` when some cannot be read, which the report then says.
fn digest_of_rows(
    snapshot: &dyn Snapshot,
    dictionary: &Dictionary,
    report: &mut Report,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<StateDigest>, StoreError> {
    let mut digest = StateDigest::default();
    for entity in &dictionary.entities {
        let layout = Layout::new(entity);
        let mut after = None;
        loop {
            let rows = match snapshot.scan(entity, after, PAGE) {
                Ok(rows) => rows,
                Err(StoreError::Damaged { what }) => {
                    report.add(Finding::Unreadable { what });
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            let Some(last) = rows.last() else { break };
            after = Some(last.id());
            for row in &rows {
                digest.add(&layout.bytes(row));
            }
            report.rows += rows.len() as u64;
            progress(report.entries, report.rows);
        }
    }
    Ok(Some(digest))
}
