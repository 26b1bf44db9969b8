//! Rows read a short while ago, kept in memory: reading one again costs neither a transaction nor a statement.
//!
//! Only where nobody else can write, which is a file that this process has locked. One bounded cache serves all environments of the process, so
//! that those in use have the most of it. `docs/decisions/0053-rows-in-memory.md`.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::mem::size_of_val;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use dictionary::{RecordId, Value};
use journal::Position;
use parking_lot::Mutex;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::layout::Layout;
use crate::row::Row;

/// Memory that rows of all environments take together, bytes.
const BYTES_MAX: u64 = 32 << 20;
/// Size of a row that the cache prepares its tables for, bytes.
const ROW_BYTES: u64 = 2 << 10;

static ROWS: LazyLock<Cache<Key, Kept, RowWeighter>> =
    LazyLock::new(|| Cache::with_weighter((BYTES_MAX / ROW_BYTES) as usize, BYTES_MAX, RowWeighter));
/// Number of the next store opened.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Store, hash of the entity's name, record.
type Key = (u64, u64, RecordId);

/// A row, and the layout that it was read by.
#[derive(Clone)]
struct Kept {
    layout: Arc<Layout>,
    row: Arc<Row>,
}

#[derive(Clone)]
struct RowWeighter;

impl Weighter<Key, Kept> for RowWeighter {
    fn weight(&self, _: &Key, kept: &Kept) -> u64 {
        let values = &kept.row.0;
        let texts = values.iter().map(|value| match value {
            Value::Text(text) => text.len() as u64,
            Value::Json(json) => json.to_string().len() as u64,
            // Few, and small: a round figure does.
            Value::Tags(_) | Value::Address(_) | Value::File(_) => 200,
            _ => 0,
        });
        size_of_val(values.as_slice()) as u64 + texts.sum::<u64>() + 100
    }
}

/// The rows of one store.
pub(crate) struct Recent {
    store: u64,
    gate: Mutex<Gate>,
}

/// Which rows may be kept.
struct Gate {
    /// Of the last commit.
    position: Position,
    /// A commit is on its way: what is read meanwhile may be from before it or after.
    committing: bool,
}

impl Recent {
    /// Of a store that stands at `position`.
    pub(crate) fn new(position: Position) -> Recent {
        let store = NEXT.fetch_add(1, Ordering::Relaxed);
        Recent { store, gate: Mutex::new(Gate { position, committing: false }) }
    }

    fn key(&self, entity: &str, id: RecordId) -> Key {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(entity);
        (self.store, hash, id)
    }

    /// The row as the last commit left it, if it is here.
    pub(crate) fn get(&self, layout: &Arc<Layout>, id: RecordId) -> Option<Arc<Row>> {
        let kept = ROWS.get(&self.key(&layout.entity, id))?;
        Arc::ptr_eq(&kept.layout, layout).then_some(kept.row)
    }

    /// Keeps a row that was read at `position`, if that still is the last.
    pub(crate) fn keep(&self, position: Position, layout: &Arc<Layout>, row: &Row) {
        let gate = self.gate.lock();
        if gate.position == position && !gate.committing {
            self.put(layout, row);
        }
    }

    /// Keeps a row that the only writer read, and that nobody changed since the last commit.
    pub(crate) fn keep_committed(&self, layout: &Arc<Layout>, row: &Row) {
        self.put(layout, row);
    }

    fn put(&self, layout: &Arc<Layout>, row: &Row) {
        let kept = Kept { layout: layout.clone(), row: Arc::new(row.clone()) };
        ROWS.insert(self.key(&layout.entity, row.id()), kept);
    }

    /// Forgets what a commit is about to change: called before others can see it.
    pub(crate) fn begin_commit<'a>(&self, records: impl Iterator<Item = (&'a str, RecordId)>) {
        self.gate.lock().committing = true;
        records.for_each(|(entity, id)| drop(ROWS.remove(&self.key(entity, id))));
    }

    /// The commit has ended, well or not, and the store stands at `position`.
    pub(crate) fn end_commit(&self, position: Position) {
        *self.gate.lock() = Gate { position, committing: false };
    }
}
