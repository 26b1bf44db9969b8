//! What a unit of work has done so far, and the journal entry it ends as: the same for every database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dictionary::{RecordId, Value};
use journal::chain::{Header, chain_hash};
use journal::payload::{Encoder, Payload, encode_changes, payload_hash};
use journal::value::{instant_of_micros, micros_of};
use journal::{Actor, Cause, Change, Entry, FieldChange, Hash, Operation, Position, StateDigest, redaction};

use crate::error::StoreError;
use crate::files::FileStore;
use crate::head::HeadState;
use crate::layout::Layout;
use crate::row::Row;
use crate::writer::Turn;

/// Rows of a unit from which on their digest is worth a thread of its own, beside the one that writes their entry.
const ROWS_FOR_TWO: usize = 500;

/// A record that the unit touched: as it was before the unit, and as it is now.
struct Touched {
    layout: Arc<Layout>,
    before: Option<Row>,
    after: Option<Row>,
}

impl Touched {
    /// What the entry tells of it: nothing if it is as it was.
    fn told(&self) -> Option<RowChange<'_>> {
        let Touched { layout, before, after } = self;
        let (operation, row) = match (before, after) {
            (None, Some(row)) => (Operation::Create, row),
            (Some(_), Some(row)) => (Operation::Update, row),
            (Some(row), None) => (Operation::Delete, row),
            (None, None) => return None,
        };
        let (before, after) = (before.as_ref(), after.as_ref());
        let change = RowChange { layout, record: row.id(), operation, before, after };
        let unchanged = operation == Operation::Update && change.fields().next().is_none();
        (!unchanged).then_some(change)
    }
}

/// A unit of work in progress: what it changed, on which head, for which cause.
pub(crate) struct Work<'w> {
    turn: Turn<'w>,
    /// `None` once rows may refer to files that are not there.
    files: Option<&'w dyn FileStore>,
    /// The head that the unit started on; a migration moves its digest and dictionary.
    pub(crate) head: HeadState,
    cause: Option<Cause>,
    /// In the order they were first touched.
    touched: Vec<Touched>,
    places: HashMap<(RecordId, Arc<str>), usize>,
    migration: Option<Change>,
    /// Payloads that were redacted: the hash that each has now.
    redacted: BTreeMap<Position, Hash>,
    /// The entry that this unit is a replay of, where its hashes do not follow from what is written.
    certified: Option<Entry>,
}

/// A journal entry to be written, with the payload it certifies and the records in it.
pub(crate) struct NewEntry {
    pub(crate) entry: Entry,
    pub(crate) payload: Payload,
    /// Entity and record of each change, in order.
    pub(crate) records: Vec<(Arc<str>, RecordId)>,
}

/// What became of a record, as the entry tells it.
struct RowChange<'w> {
    layout: &'w Arc<Layout>,
    record: RecordId,
    operation: Operation,
    before: Option<&'w Row>,
    after: Option<&'w Row>,
}

impl<'w> RowChange<'w> {
    /// The fields that differ: name, old and new value.
    fn fields(&self) -> impl Iterator<Item = (&'w str, &'w Value, &'w Value)> + Clone {
        self.layout.differences(self.before, self.after)
    }
}

/// A row to be put back as it was: changed and changed back, it leaves no trace.
pub(crate) struct Pointless {
    pub(crate) layout: Arc<Layout>,
    pub(crate) now: Row,
    pub(crate) before: Row,
}

impl<'w> Work<'w> {
    /// Nothing done yet, on `head`.
    pub(crate) fn new(files: &'w dyn FileStore, head: HeadState, turn: Turn<'w>) -> Work<'w> {
        Work {
            turn,
            files: Some(files),
            head,
            cause: None,
            touched: Vec::new(),
            places: HashMap::new(),
            migration: None,
            redacted: BTreeMap::new(),
            certified: None,
        }
    }

    /// Refuses to write in what is held.
    pub(crate) fn may_write(&self) -> Result<(), StoreError> {
        if self.head.held { Err(StoreError::Held) } else { Ok(()) }
    }

    /// Whether others wait until the unit ends.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.turn.is_waited_for()
    }

    pub(crate) fn set_cause(&mut self, mut cause: Cause) {
        // The journal keeps microseconds: rows must say the same instant.
        cause.at = instant_of_micros(micros_of(cause.at)).unwrap_or(cause.at);
        self.cause = Some(cause);
    }

    pub(crate) fn allow_missing_files(&mut self) {
        self.files = None;
    }

    pub(crate) fn next_position(&self) -> Position {
        self.head.position + 1
    }

    /// The row that the unit last wrote for a record: `None` when it did not touch it, `Some(None)` when it removed it.
    pub(crate) fn written(&self, layout: &Layout, id: RecordId) -> Option<Option<&Row>> {
        self.place(layout, id).map(|place| self.touched[place].after.as_ref())
    }

    /// A row as it will be added.
    pub(crate) fn row_to_insert(&self, layout: &Layout, mut row: Row) -> Result<Row, StoreError> {
        self.may_write()?;
        let (at, by) = self.moment()?;
        self.require_files(&row, None)?;
        layout.stamp(&mut row, self.next_position() as i64, at, by, true);
        let place = self.place(layout, row.id());
        if let Some(before) = place.and_then(|place| self.touched[place].before.as_ref()) {
            // Removed and made again by the same unit: the journal will tell one update.
            layout.keep_creation(&mut row, before);
        }
        Ok(row)
    }

    /// A row as it will be changed, with what it was; `None` when nothing differs.
    pub(crate) fn row_to_update(
        &self,
        layout: &Layout,
        old: &Row,
        mut new: Row,
    ) -> Result<Option<(Row, Row)>, StoreError> {
        self.may_write()?;
        let old = self.written(layout, new.id()).flatten().unwrap_or(old);
        layout.keep_creation(&mut new, old);
        // What an entry changed before its values were redacted differs no more, and was changed by it all the same.
        if !layout.differ(old, &new) && self.certified.is_none() {
            return Ok(None);
        }
        let (at, by) = self.moment()?;
        self.require_files(&new, Some(old))?;
        layout.stamp(&mut new, self.next_position() as i64, at, by, false);
        Ok(Some((old.clone(), new)))
    }

    /// A row as it is when it will be removed.
    pub(crate) fn row_to_delete(&self, layout: &Layout, old: &Row) -> Result<Row, StoreError> {
        self.may_write()?;
        self.moment()?;
        Ok(self.written(layout, old.id()).flatten().unwrap_or(old).clone())
    }

    /// Notes that a record goes from one state to another.
    pub(crate) fn note_change(
        &mut self,
        layout: Arc<Layout>,
        id: RecordId,
        before: Option<Row>,
        after: Option<Row>,
    ) {
        match self.place(&layout, id) {
            Some(place) => self.touched[place].after = after,
            None => {
                self.places.insert((id, Arc::clone(&layout.entity)), self.touched.len());
                self.touched.push(Touched { layout, before, after });
            }
        }
    }

    /// That a migration may begin: it comes first in a unit, and once.
    pub(crate) fn may_migrate(&self) -> Result<(), StoreError> {
        self.may_write()?;
        if self.touched.is_empty() && self.migration.is_none() {
            return Ok(());
        }
        Err(StoreError::database(
            "change the dictionary",
            "a unit of work changes the dictionary first, and once",
        ))
    }

    pub(crate) fn note_migration(&mut self, change: Option<Change>) {
        self.migration = change;
    }

    pub(crate) fn note_redaction(&mut self, position: Position, hash: Hash) {
        self.redacted.insert(position, hash);
    }

    pub(crate) fn certify(&mut self, entry: &Entry) {
        self.certified = Some(entry.clone());
    }

    pub(crate) fn changes(&self) -> Vec<Change> {
        let rows = self.rows().into_iter().map(|row| Change {
            entity: row.layout.entity.to_string(),
            record: row.record,
            operation: row.operation,
            fields: row.fields().map(field_change).collect(),
            redacted: Vec::new(),
        });
        self.migration.iter().cloned().chain(rows).chain(self.redactions()).collect()
    }

    /// The records that the entry tells of.
    fn rows(&self) -> Vec<RowChange<'_>> {
        self.touched.iter().filter_map(Touched::told).collect()
    }

    fn redactions(&self) -> Option<Change> {
        (!self.redacted.is_empty()).then(|| redaction::told(&self.redacted))
    }

    /// The changes as the journal keeps them, and whose they are.
    fn told(&self, certified: Option<&Entry>) -> (Payload, Vec<(Arc<str>, RecordId)>) {
        let of = |change: &Change| (Arc::from(change.entity.as_str()), change.record);
        if let Some(entry) = certified {
            let changes = entry.changes.as_deref().unwrap_or_default();
            return (encode_changes(changes), changes.iter().map(of).collect());
        }
        let (rows, redactions) = (self.rows(), self.redactions());
        let count = rows.len() + usize::from(self.migration.is_some()) + usize::from(redactions.is_some());
        let (mut encoder, mut records) = (Encoder::new(count, false), Vec::with_capacity(count));
        if let Some(change) = &self.migration {
            encoder.whole(change);
            records.push(of(change));
        }
        for row in &rows {
            encoder.change((&row.layout.entity, row.record, row.operation), row.fields(), &[]);
            records.push((Arc::clone(&row.layout.entity), row.record));
        }
        if let Some(change) = &redactions {
            encoder.whole(change);
            records.push(of(change));
        }
        (encoder.finish(), records)
    }

    /// Takes out the rows that were changed and changed back: they get their version back, so that they leave no trace.
    pub(crate) fn take_pointless(&mut self) -> Vec<Pointless> {
        let mut pointless = Vec::new();
        if self.certified.is_some() {
            return pointless;
        }
        for one in std::mem::take(&mut self.touched) {
            match (one.before, one.after) {
                (Some(before), Some(now)) if !one.layout.differ(&before, &now) => {
                    pointless.push(Pointless { layout: one.layout, now, before });
                }
                (None, None) => {}
                (before, after) => self.touched.push(Touched { layout: one.layout, before, after }),
            }
        }
        pointless
    }

    /// The entry that tells all this, if anything changed, and the head after it.
    pub(crate) fn into_entry(mut self) -> Result<(HeadState, Option<NewEntry>), StoreError> {
        let certified = self.certified.take();
        let (payload, records) = if self.touched.len() < ROWS_FOR_TWO {
            let told = self.told(certified.as_ref());
            count(&mut self.head.digest, &self.touched);
            told
        } else {
            let (moved, told) = std::thread::scope(|scope| {
                let counting = scope.spawn(|| {
                    let mut moved = StateDigest::default();
                    count(&mut moved, &self.touched);
                    moved
                });
                let told = self.told(certified.as_ref());
                (counting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), told)
            });
            self.head.digest.merge(&moved);
            told
        };
        if records.is_empty() && certified.is_none() {
            return Ok((self.head, None));
        }
        let cause = self.cause.take().ok_or_else(no_cause)?;
        let (payload_hash, digest) = match certified {
            Some(entry) => (entry.payload_hash, entry.digest),
            None => (payload_hash(&payload.bytes), self.head.digest.hash()),
        };
        let (position, epoch) = (self.head.position + 1, self.head.epoch);
        let header = Header { position, epoch, cause: &cause, payload_hash: &payload_hash, digest: &digest };
        let chain = chain_hash(&self.head.chain, header);
        let entry = Entry { position, epoch, cause, changes: None, payload_hash, digest, chain };
        self.head.position = position;
        self.head.chain = chain;
        Ok((self.head, Some(NewEntry { entry, payload, records })))
    }

    fn moment(&self) -> Result<(Value, Option<RecordId>), StoreError> {
        let cause = self.cause.as_ref().ok_or_else(no_cause)?;
        let by = match cause.actor {
            Actor::User(id) => Some(id),
            Actor::System => None,
        };
        Ok((Value::DateTime(cause.at), by))
    }

    /// Refuses a row whose files are not there, those apart that `before` had already.
    fn require_files(&self, row: &Row, before: Option<&Row>) -> Result<(), StoreError> {
        let Some(files) = self.files else { return Ok(()) };
        for (field, value) in row.0.iter().enumerate() {
            let Value::File(file) = value else { continue };
            if before.is_some_and(|before| before.get(field) == value) {
                continue;
            }
            let size = files.size(&file.hash);
            if size.map_err(|error| StoreError::database("look for a file", error))?.is_none() {
                return Err(StoreError::MissingFile { hash: file.hash.clone() });
            }
        }
        Ok(())
    }

    fn place(&self, layout: &Layout, id: RecordId) -> Option<usize> {
        self.places.get(&(id, Arc::clone(&layout.entity))).copied()
    }
}

/// Counts rows as they are now in, and as they were out.
fn count(digest: &mut StateDigest, touched: &[Touched]) {
    for Touched { layout, before, after } in touched {
        if let Some(before) = before {
            digest.remove(&layout.bytes(before));
        }
        if let Some(after) = after {
            digest.add(&layout.bytes(after));
        }
    }
}

fn field_change((field, old, new): (&str, &Value, &Value)) -> FieldChange {
    FieldChange { field: field.to_owned(), old: old.clone(), new: new.clone() }
}

fn no_cause() -> StoreError {
    StoreError::database("change a row", "the unit of work has not said its cause")
}

/// The failure of a write to a row that changed since it was read.
pub(crate) fn not_as_read(layout: &Layout, id: RecordId) -> StoreError {
    let what = format!("{} {id} is not as this unit of work read it", layout.entity);
    StoreError::database("change a row", what)
}
