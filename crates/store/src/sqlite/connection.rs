//! One SQLite connection, set up the way every one of them is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::hooks::Wal;
use rusqlite::{ErrorCode, OpenFlags, ffi};

use crate::error::StoreError;
use crate::pace;
use crate::query::Context;
use crate::sqlite::functions;
use crate::sqlite::walk::Walks;

/// Instructions of SQLite's machine between two looks at the deadline: some tens of microseconds.
const DEADLINE_STEPS: i32 = 2_000;

/// Looks at the deadline after which a statement that is only tried is given up: about a millisecond.
const LOOKS_OF_A_TRY: u32 = 30;

/// How many times its bound a statement may take when its thread stands back behind others.
const STANDING_BACK: u32 = 6;

/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 128;

/// A connection, with what its functions read while a statement runs.
pub(crate) struct Connection {
    /// The driver's connection.
    pub(crate) db: rusqlite::Connection,
    /// Pages that are no quicker through the index of their sort.
    pub(crate) walks: Walks,
    /// Pages in the log after the last commit of this connection.
    pub(crate) log_pages: Arc<AtomicU32>,
    context: functions::Current,
    deadline: Arc<Deadline>,
}

/// When the running statement gives up.
#[derive(Debug)]
struct Deadline {
    origin: Instant,
    /// Microseconds after `origin`; 0 for never.
    micros: AtomicU64,
    /// Microseconds that the statement may take.
    bound: AtomicU64,
    /// Looks left before a statement that is only tried is given up; 0 for as many as it takes.
    looks_left: AtomicU32,
    /// A statement that was only tried was given up.
    spent: AtomicBool,
}

impl Deadline {
    fn passed(&self) -> bool {
        let looks = self.looks_left.load(Ordering::Relaxed);
        if looks > 0 {
            self.looks_left.store(looks - 1, Ordering::Relaxed);
            if looks == 1 {
                self.spent.store(true, Ordering::Relaxed);
                return true;
            }
        }
        pace::look();
        let micros = self.micros.load(Ordering::Relaxed);
        if micros == 0 {
            return false;
        }
        let (now, end) = (self.origin.elapsed(), Duration::from_micros(micros));
        if now < end {
            return false;
        }
        let bound = Duration::from_micros(self.bound.load(Ordering::Relaxed));
        // Time that others had is not the statement's fault, as long as whoever asked may still be there.
        let left = pace::used_standing_back().is_some_and(|used| used < bound);
        !left || now >= end + bound * (STANDING_BACK - 1)
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The only one that writes.
    Writer,
    /// Reads of one moment.
    Reader,
}

impl Connection {
    /// One beside the writer's, which copies the log back.
    pub(crate) fn for_checkpoint(file: &Path) -> Result<Connection, StoreError> {
        Connection::open(file, Role::Writer)
    }

    /// Opens the database file; the writer creates it.
    pub(crate) fn open(file: &Path, role: Role) -> Result<Connection, StoreError> {
        let access = match role {
            Role::Writer => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Role::Reader => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        // Each connection is used by one thread at a time, so SQLite's own mutexes would only cost.
        let db = rusqlite::Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(fault("open the database"))?;
        let opened = fault("set the database up");
        // 1 MiB of page cache: idle environments must stay small, and the system caches the file anyway.
        let common = "PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;
            PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000; PRAGMA cell_size_check = ON;";
        db.execute_batch(common).map_err(opened)?;
        if role == Role::Writer {
            // An acknowledged commit has reached the disk: FULL syncs the log at each one. NORMAL would lose the last ones in a power cut.
            // An import touches more pages than readers do: without room for them it writes the same ones again and again, so the writer has 8 MiB,
            // given back when it rests. The log is copied back by `checkpoint`.
            let writer =
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;
                PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 0;";
            db.execute_batch(writer).map_err(fault("set the database up"))?;
        }
        db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        let context = Arc::new(Mutex::new(None));
        functions::register(&db, &context).map_err(fault("set the database up"))?;
        let deadline = Arc::new(Deadline {
            origin: Instant::now(),
            micros: AtomicU64::new(0),
            bound: AtomicU64::new(0),
            looks_left: AtomicU32::new(0),
            spent: AtomicBool::new(false),
        });
        let seen = Arc::clone(&deadline);
        let mut connection =
            Connection { db, walks: Walks::default(), log_pages: Arc::default(), context, deadline };
        let watch = Some(move || seen.passed());
        connection.db.progress_handler(DEADLINE_STEPS, watch).map_err(fault("set the database up"))?;
        if role == Role::Writer {
            let pages = Arc::clone(&connection.log_pages);
            let note = move |_: &mut Wal, count: i32| {
                pages.store(u32::try_from(count).unwrap_or_default(), Ordering::Relaxed);
                Ok(())
            };
            connection.db.wal_hook(Some(note)).map_err(fault("set the database up"))?;
        }
        Ok(connection)
    }

    /// Runs a statement that has no value and no row, and is run often.
    pub(crate) fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.db.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// Runs `read` with the moment and person that functions mean, and a bound on its time (0 for none).
    pub(crate) fn within<T>(
        &self,
        context: &Context,
        timeout_ms: u64,
        read: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        *self.context.lock() = Some(context.clone());
        if timeout_ms > 0 {
            let now = self.deadline.origin.elapsed().as_micros() as u64;
            self.deadline.bound.store(timeout_ms * 1_000, Ordering::Relaxed);
            self.deadline.micros.store((now + timeout_ms * 1_000).max(1), Ordering::Relaxed);
        }
        let result = read();
        self.deadline.micros.store(0, Ordering::Relaxed);
        match result {
            Err(StoreError::Timeout { .. }) => Err(StoreError::Timeout { timeout_ms }),
            result => result,
        }
    }

    /// Tries `read` for a few thousand steps of SQLite's machine; `None` when it would take more.
    pub(crate) fn briefly<T>(
        &self,
        read: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.deadline.spent.store(false, Ordering::Relaxed);
        self.deadline.looks_left.store(LOOKS_OF_A_TRY, Ordering::Relaxed);
        let result = read();
        self.deadline.looks_left.store(0, Ordering::Relaxed);
        match result {
            Err(StoreError::Timeout { .. }) if self.deadline.spent.load(Ordering::Relaxed) => Ok(None),
            result => result.map(Some),
        }
    }

    /// Bounds the size of the database file.
    pub(crate) fn limit_size(&self, bytes: Option<u64>) -> Result<(), StoreError> {
        let failed = fault("bound the size of the environment");
        let page: i64 = self.db.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(&failed)?;
        // SQLite's own bound when there is none of ours.
        let pages = bytes.map_or(i64::from(u32::MAX - 1), |bytes| (bytes / page as u64).max(1) as i64);
        self.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).map_err(failed)
    }
}

/// What an error of the driver means to the caller.
pub(crate) fn fault(action: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| match error.sqlite_error() {
        Some(ffi::Error { code: ErrorCode::DiskFull, .. }) => StoreError::Full,
        Some(ffi::Error { code: ErrorCode::OperationInterrupted, .. }) => {
            StoreError::Timeout { timeout_ms: 0 } // `within` knows the bound
        }
        Some(ffi::Error { code: ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, .. }) => {
            StoreError::Damaged { what: error.to_string() }
        }
        _ => StoreError::database(action, error),
    }
}
