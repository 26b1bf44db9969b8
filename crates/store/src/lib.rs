#![doc = include_str!("../README.md")]

mod cell;
mod counters;
pub mod error;
pub mod files;
mod folding;
mod head;
mod layout;
mod migration;
mod names;
pub mod pace;
pub mod postgres;
pub mod query;
pub mod row;
mod snapshot;
mod sql;
pub mod sqlite;
pub mod verify;
mod work;
mod writer;

use std::any::Any;
use std::sync::Arc;

use dictionary::model::{Entity, FieldIndex};
use dictionary::{Dictionary, RecordId, Value};
use journal::{Cause, Change, Entry, Position};

pub use error::StoreError;
pub use files::{Content, FileError, FileStore, Incoming, Kept, LocalFiles};
pub use postgres::{PostgresDatabase, PostgresStore};
pub use query::{Aggregation, Context, Figure, Grouping, Keyset, Select};
pub use row::Row;
pub use sqlite::SqliteStore;
pub use verify::verify;

/// The entity under which the journal tells changes of the dictionary itself: one record, whose id is nil, with `hash` and `plan` (what
/// became of entities and fields).
pub const DICTIONARY_ENTITY: &str = "_dictionary";

/// Where an environment's journal stands, and what its content hashes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Position of the last entry; 0 when empty.
    pub position: Position,
    /// See [`journal::Entry::epoch`].
    pub epoch: u64,
    /// Chain hash of the last entry.
    pub chain: journal::entry::Hash,
    /// Digest of the whole content.
    pub digest: journal::entry::Hash,
    /// Hash of the active dictionary.
    pub dictionary: String,
    /// Whether writes are refused: see [`Transaction::hold`].
    pub held: bool,
}

/// A position of the journal, and the dictionary in force there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Position of the last entry; 0 when empty.
    pub position: Position,
    /// See [`journal::Entry::epoch`].
    pub epoch: u64,
    /// Hash of the dictionary in force.
    pub dictionary: String,
}

/// One unit of work: runs inside one transaction, on a thread of the store, and must not block on anything else. What it returns
/// comes back from [`Store::write`]. When it fails, nothing of it remains.
pub type Unit = Box<dyn FnOnce(&mut dyn Transaction) -> Result<Box<dyn Any + Send>, UnitError> + Send>;

/// Why a unit of work was given up: the caller's own reason, or the store's.
#[derive(Debug)]
pub enum UnitError {
    /// The caller's reason, handed back unchanged.
    Refused(Box<dyn Any + Send>),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for UnitError {
    fn from(error: StoreError) -> UnitError {
        UnitError::Store(error)
    }
}

/// What a committed unit of work left behind.
#[derive(Debug)]
pub struct Committed {
    /// Position of its entry; that of the head if it changed nothing.
    pub position: Position,
    /// What the unit returned.
    pub value: Box<dyn Any + Send>,
}

/// How the caller of [`Store::submit`] hears of its unit of work.
pub struct Submission {
    /// Told what became of the unit, on the thread that commits, which it must not hold up.
    pub done: Box<dyn FnOnce(Result<Committed, UnitError>) + Send>,
    /// Called, at most once, when nobody commits: must have [`Store::commit_waiting`] called on a thread that may block.
    pub lead: Option<Box<dyn FnOnce() + Send>>,
}

impl std::fmt::Debug for Submission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Submission").finish_non_exhaustive()
    }
}

/// One environment's rows and journal.
pub trait Store: Send + Sync {
    /// Runs `unit` in a transaction and waits until it is durable. Units of several threads may share one commit, each in its own savepoint.
    /// A unit that changed rows becomes one journal entry with the cause it set by [`Transaction::set_cause`].
    fn write(&self, unit: Unit) -> Result<Committed, UnitError>;

    /// As [`Store::write`], without waiting: no thread is held while others' units run.
    fn submit(&self, unit: Unit, submission: Submission);

    /// Commits a group of what waits, then has the next leader found: to be called once for each [`Submission::lead`].
    fn commit_waiting(&self);

    /// A view of one moment. Many may exist at once; writers don't wait for them.
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, StoreError>;

    /// The row of that id as the last commit left it, when it is in memory and the dictionary of that hash is in force. `None` says nothing.
    fn recent(&self, dictionary: &str, entity: &Entity, id: RecordId) -> Option<Arc<Row>>;

    /// Position of the last committed entry, without touching the disk.
    fn position(&self) -> Position;

    /// Waits until a position beyond `after` is committed or `timeout_ms` passes; returns the position.
    fn wait_beyond(&self, after: Position, timeout_ms: u64) -> Position;

    /// Bytes on disk, files apart.
    fn size_bytes(&self) -> Result<u64, StoreError>;

    /// The bytes of file fields. A file is put here before the row that refers to it is written.
    fn files(&self) -> &dyn FileStore;

    /// Gives back memory and connections that an idle environment can do without. The next call takes them again.
    fn rest(&self);

    /// Makes sure that what was removed, changed or redacted is not left over in pages that hold nothing now, in the search index or in the log.
    /// Takes time that grows with the size of the environment; on SQLite nobody writes meanwhile. `docs/data-protection.md` says what a database
    /// does not promise.
    fn scrub(&self) -> Result<(), StoreError>;
}

/// Reads of one moment.
pub trait Snapshot {
    /// What a read has to know of that moment: cheaper than [`Snapshot::head`].
    fn moment(&self) -> Result<Moment, StoreError>;

    /// Journal head of that moment.
    fn head(&self) -> Result<Head, StoreError>;

    /// The row of that id.
    fn get(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError>;

    /// The rows of those ids, in any order; the missing are absent.
    fn get_many(&self, entity: &Entity, ids: &[RecordId]) -> Result<Vec<Row>, StoreError>;

    /// The row whose field equals `value`, for a field of a unique key of one field.
    fn find(&self, entity: &Entity, field: FieldIndex, value: &Value) -> Result<Option<Row>, StoreError>;

    /// Every row, by id: those whose id is beyond `after`, at most `limit`. For exports, checks, rebuilding.
    fn scan(&self, entity: &Entity, after: Option<RecordId>, limit: u32) -> Result<Vec<Row>, StoreError>;

    /// Rows of a query, sorted, at most `select.limit`.
    fn select(&self, dictionary: &Dictionary, select: &Select<'_>) -> Result<Vec<Row>, StoreError>;

    /// How many rows a query has, counting to `cap` at most.
    fn count(&self, dictionary: &Dictionary, select: &Select<'_>, cap: u64) -> Result<u64, StoreError>;

    /// A figure over the rows of a query.
    fn aggregate(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Result<Value, StoreError>;

    /// Groups of the rows of a query, in any order: the values of the keys, then the figures. Without keys there is one group, be it of no row.
    fn group(
        &self,
        dictionary: &Dictionary,
        select: &Select<'_>,
        grouping: &Grouping<'_>,
    ) -> Result<Vec<Vec<Value>>, StoreError>;

    /// Ids of rows that full-text search finds, best first.
    fn search(&self, entity: &Entity, text: &str, limit: u32) -> Result<Vec<RecordId>, StoreError>;

    /// Entries with `after < position`, in order, at most `limit`: fewer where they are large, one at least as long as there is any. Whoever wants all goes
    /// on until there is none.
    fn entries(&self, after: Position, limit: u32) -> Result<Vec<Entry>, StoreError>;

    /// Changes of one record, newest first, with their entry's head data (its `changes` holds that record's change only).
    /// `before`: only older than that position. Cost is that of this record's changes.
    fn history(
        &self,
        entity: &str,
        id: RecordId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError>;

    /// How many changes [`Snapshot::history`] knows of, in all.
    fn indexed_changes(&self) -> Result<u64, StoreError>;

    /// A small named value of the environment that is not a record: cursors of journal readers, settings of the store.
    fn note(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Counters, with the last number of each.
    fn counters(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Every note whose key begins so, by key.
    fn notes(&self, beginning: &str) -> Result<Vec<(String, String)>, StoreError>;
}

/// Writes of one unit of work. Reads see what it has written.
pub trait Transaction: Snapshot {
    /// Who, when, why: of the journal entry. Must be called before the first change.
    fn set_cause(&mut self, cause: Cause);

    /// Promises, before anything is written, that the unit will not be given up from here on unless the store itself fails; a store may then
    /// spare what it needs to take back one unit alone. A unit that is given up all the same takes those it shares a commit with along: they
    /// fail, and nothing of any of them is kept.
    fn certain(&mut self) {}

    /// Whether other units of this process wait until this one ends: one that could also do its work in several parts does well to end soon.
    fn is_waited_for(&self) -> bool;

    /// Lets rows refer to files that are not there: for a replay, where they come later or were erased. Without it, they are refused with
    /// [`StoreError::MissingFile`].
    fn allow_missing_files(&mut self);

    /// Adds a row. `row` holds every field; the store fills `version`, `created_*` and `updated_*` in. `search_text` is what full-text search
    /// will find.
    fn insert(&mut self, entity: &Entity, row: Row, search_text: Option<&str>) -> Result<(), StoreError>;

    /// Replaces a row: `old` as just read in this transaction, `new` with the same id. The store fills `version` and `updated_*` in and keeps
    /// `created_*`. When nothing differs, nothing is noted, but for `search_text`.
    fn update(
        &mut self,
        entity: &Entity,
        old: &Row,
        new: Row,
        search_text: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Removes a row.
    fn delete(&mut self, entity: &Entity, old: &Row) -> Result<(), StoreError>;

    /// Makes full-text search find a record by that text only (by nothing, if `None`), without changing the record: when what it is found by
    /// lies in another record.
    fn index(&mut self, entity: &Entity, id: RecordId, search_text: Option<&str>) -> Result<(), StoreError>;

    /// The next number of that counter, from 1; given back when the unit fails. Numbers already in `at_least` are skipped.
    fn next_number(&mut self, counter: &str, at_least: u64) -> Result<u64, StoreError>;

    /// Changes of this unit so far.
    fn changes(&self) -> Vec<Change>;

    /// Position that this unit's entry will have.
    fn next_position(&self) -> Position;

    /// Refuses every later unit of work with [`StoreError::Held`], or none any more: while what the store holds is moved elsewhere. What was committed
    /// before stays to be read. Other processes are refused too.
    fn hold(&mut self, held: bool);

    /// Puts redacted changes in the place of those of a committed entry, whose hashes stay. The unit's own entry tells of it, with the hash of what is
    /// there now: see [`journal::redaction`].
    fn redact(&mut self, position: Position, changes: &[Change]) -> Result<(), StoreError>;

    /// Makes this unit's entry that one, with the hashes it has, whatever the rows that the unit writes come to: for the replay of entries of which
    /// values were redacted.
    fn certify(&mut self, entry: &Entry) -> Result<(), StoreError>;

    /// Removes what is kept aside of these records since a change of the dictionary, and rows kept aside that name one of them. Answers how many
    /// rows.
    fn forget_aside(&mut self, entity: &Entity, ids: &[RecordId]) -> Result<u64, StoreError>;

    /// Brings tables from `old` (nothing, for a new environment) to `new`, which becomes the active dictionary. What `plan` destroys is kept aside.
    fn migrate(&mut self, old: Option<&Dictionary>, new: &Arc<Dictionary>) -> Result<(), StoreError>;

    /// Sets a note (not journalled).
    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError>;

    /// Sets a note that is not there yet, and answers whether it did: of two units that claim the same, one does, even when they run at
    /// once. A store whose units run one after the other needs no more than this.
    fn claim_note(&mut self, key: &str, value: &str) -> Result<bool, StoreError> {
        if self.note(key)?.is_some() {
            return Ok(false);
        }
        self.set_note(key, Some(value))?;
        Ok(true)
    }
}
