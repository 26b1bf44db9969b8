//! An environment in one SQLite file.

mod aside;
mod cell;
mod checkpoint;
mod connection;
mod dialect;
mod duplicate;
mod entries;
mod functions;
mod lock;
mod migrate;
#[cfg(test)]
mod plans;
mod reads;
mod recent;
mod schema;
mod scrub;
mod search;
mod transaction;
mod walk;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dictionary::RecordId;
use dictionary::model::Entity;
use jiff::Timestamp;
use journal::Position;
use parking_lot::{Condvar, Mutex, RwLock};

use crate::error::StoreError;
use crate::files::{FileStore, LocalFiles};
use crate::head::HeadState;
use crate::layout::Layouts;
use crate::row::Row;
use crate::snapshot::delegate_reads;
use crate::writer::Writer;
use crate::{Committed, Head, Moment, Snapshot, Store, Submission, Unit, UnitError};
use checkpoint::Checkpoints;
use connection::{Connection, Role, fault};
use lock::FolderLock;
use reads::Reads;
use recent::Recent;
use writer::Bench;

/// Name of the database in an environment's folder.
const FILE: &str = "environment.sqlite";

/// Connections for reading kept open between reads. More are opened when more threads read at once, and closed after: opening one reads the
/// whole schema, which costs more than most reads.
const READERS_KEPT: usize = 16;

/// An environment in a folder: `environment.sqlite`, `lock`, `files/`.
pub struct SqliteStore {
    folder: PathBuf,
    environment: String,
    layouts: Layouts,
    writer: Writer<Bench>,
    files: LocalFiles,
    readers: Mutex<Vec<Connection>>,
    size_bytes_max: Mutex<Option<u64>>,
    recent: Recent,
    checkpoints: Checkpoints,
    /// Hash of the dictionary in force.
    dictionary: RwLock<String>,
    position: Mutex<Position>,
    moved: Condvar,
    /// Last: let go of once the database is closed.
    _lock: FolderLock,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Removes the rows and the journal of the environment in `folder`; its files stay. Nothing happens where there are none.
    ///
    /// Errors: `Locked` when somebody has it open; it cannot be removed.
    pub fn remove(folder: &Path, environment: &str, now: Timestamp) -> Result<(), StoreError> {
        if !folder.join(FILE).exists() {
            return Ok(());
        }
        let _lock = FolderLock::take(folder, environment, now)?;
        // The database last: as long as it is there, what is left of it is found.
        for name in [format!("{FILE}-wal"), format!("{FILE}-shm"), FILE.to_owned()] {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::database("remove the environment's rows", error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Opens the environment in `folder`, making both when they don't exist. What a crash interrupted is undone by SQLite itself.
    ///
    /// `environment` is its name in messages; `now` is what the lock tells others. `Locked` when another process, or this one, has it open.
    pub fn open(folder: &Path, environment: &str, now: Timestamp) -> Result<SqliteStore, StoreError> {
        let failed = |error| StoreError::database("make the environment's folder", error);
        fs::create_dir_all(folder).map_err(|error: std::io::Error| failed(error))?;
        let lock = FolderLock::take(folder, environment, now)?;
        let file = folder.join(FILE);
        let new = !file.exists();
        let mut connection = Connection::open(&file, Role::Writer)?;
        schema::prepare(&mut connection.db)?;
        if new {
            // The file's name must survive a power cut as its content does.
            fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        let head = schema::read_head(&connection.db)?;
        let files = LocalFiles::open(&folder.join("files"));
        Ok(SqliteStore {
            files: files.map_err(|error| StoreError::database("open the environment's files", error))?,
            folder: folder.to_owned(),
            environment: environment.to_owned(),
            layouts: Layouts::default(),
            recent: Recent::new(head.position),
            checkpoints: Checkpoints::default(),
            dictionary: RwLock::new(head.dictionary.clone()),
            position: Mutex::new(head.position),
            writer: Writer::new(Bench::new(connection, head)),
            readers: Mutex::default(),
            size_bytes_max: Mutex::default(),
            moved: Condvar::new(),
            _lock: lock,
        })
    }

    /// The environment's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Name of the environment, as given to [`SqliteStore::open`].
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Bounds the size of the database file, files apart; `None` for no bound. A unit that would pass it fails with `Full`. A bound below
    /// the present size holds the file at that size: rows can be changed and removed, hardly added.
    pub fn limit_size(&self, bytes: Option<u64>) -> Result<(), StoreError> {
        *self.size_bytes_max.lock() = bytes;
        match &self.writer.bench().connection {
            Some(connection) => connection.limit_size(bytes),
            None => Ok(()),
        }
    }

    fn open_writer(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.folder.join(FILE), Role::Writer)?;
        connection.limit_size(*self.size_bytes_max.lock())?;
        Ok(connection)
    }

    fn publish(&self, head: &HeadState) {
        if *self.dictionary.read() != head.dictionary {
            self.dictionary.write().clone_from(&head.dictionary);
        }
        self.recent.end_commit(head.position);
        let mut position = self.position.lock();
        if *position != head.position {
            *position = head.position;
            self.moved.notify_all();
        }
    }
}

impl Store for SqliteStore {
    fn write(&self, unit: Unit) -> Result<Committed, UnitError> {
        self.writer.write(unit, self)
    }

    fn submit(&self, unit: Unit, submission: Submission) {
        self.writer.submit(unit, submission);
    }

    fn commit_waiting(&self) {
        self.writer.lead_once(self);
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, StoreError> {
        let kept = self.readers.lock().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => Connection::open(&self.folder.join(FILE), Role::Reader)?,
        };
        // Reading the head pins the moment: a deferred transaction begins at its first read.
        connection.run("BEGIN").map_err(fault("begin reading"))?;
        let moment = schema::read_moment(&connection.db)?;
        Ok(Box::new(SqliteSnapshot { store: self, connection: Some(connection), moment }))
    }

    fn recent(&self, dictionary: &str, entity: &Entity, id: RecordId) -> Option<Arc<Row>> {
        let row = self.recent.get(&self.layouts.of(entity), id)?;
        // After the row: it is of this dictionary if another is not in force even now.
        (*self.dictionary.read() == dictionary).then_some(row)
    }

    fn position(&self) -> Position {
        *self.position.lock()
    }

    fn wait_beyond(&self, after: Position, timeout_ms: u64) -> Position {
        let end = Instant::now() + Duration::from_millis(timeout_ms);
        let mut position = self.position.lock();
        while *position <= after {
            if self.moved.wait_until(&mut position, end).timed_out() {
                break;
            }
        }
        *position
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let mut size = 0;
        for name in [FILE.to_owned(), format!("{FILE}-wal")] {
            match fs::metadata(self.folder.join(name)) {
                Ok(data) => size += data.len(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::database("measure the environment", error)),
            }
        }
        Ok(size)
    }

    fn files(&self) -> &dyn FileStore {
        &self.files
    }

    fn rest(&self) {
        self.readers.lock().clear();
        self.layouts.clear();
        self.checkpoints.finish();
        // Last of all connections: closing it also writes the log back into the database.
        if let Some(connection) = self.writer.bench().connection.take() {
            // What SQLite learns of the tables makes later queries faster; without it they run all the same.
            drop(connection.db.execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize"));
        }
    }

    fn scrub(&self) -> Result<(), StoreError> {
        self.readers.lock().clear();
        self.checkpoints.finish();
        // Whoever would write waits for the bench.
        let mut bench = self.writer.bench();
        let connection = match bench.connection.take() {
            Some(connection) => connection,
            None => self.open_writer()?,
        };
        scrub::scrub(&bench.connection.insert(connection).db)
    }
}

/// A read transaction on a connection of its own.
struct SqliteSnapshot<'s> {
    store: &'s SqliteStore,
    /// Taken when dropped.
    connection: Option<Connection>,
    moment: Moment,
}

impl SqliteSnapshot<'_> {
    fn reads(&self) -> Reads<'_> {
        let connection = self.connection.as_ref().expect("the connection is there until the drop");
        Reads { connection, layouts: &self.store.layouts, pending: None }
    }
}

impl Drop for SqliteSnapshot<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A connection that cannot end its transaction is closed, which ends it.
        if connection.run("COMMIT").is_ok() {
            let mut readers = self.store.readers.lock();
            if readers.len() < READERS_KEPT {
                readers.push(connection);
            }
        }
    }
}

impl Snapshot for SqliteSnapshot<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(schema::read_head(&self.reads().connection.db)?.view())
    }

    fn moment(&self) -> Result<Moment, StoreError> {
        Ok(self.moment.clone())
    }

    delegate_reads!(get_here);
}

impl SqliteSnapshot<'_> {
    /// The row of that id, which is kept for those who ask for it next.
    fn get_here(&self, entity: &Entity, id: RecordId) -> Result<Option<Row>, StoreError> {
        let row = self.reads().get(entity, id)?;
        if let Some(row) = &row {
            self.store.recent.keep(self.moment.position, &self.store.layouts.of(entity), row);
        }
        Ok(row)
    }
}
