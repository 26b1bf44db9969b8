//! Environments in a PostgreSQL database: a schema each, any process serving any of them.

mod address;
mod aside;
mod cell;
mod connection;
mod database;
mod dialect;
mod duplicate;
mod entries;
mod hints;
mod known;
mod migrate;
#[cfg(test)]
mod plans;
mod pool;
mod reach;
mod reads;
mod schema;
mod search;
mod shared;
mod transaction;
mod writer;
mod zone;

use std::path::Path;
use std::sync::Arc;

use dictionary::RecordId;
use dictionary::model::Entity;
use journal::Position;

use crate::error::StoreError;
use crate::files::{FileStore, LocalFiles};
use crate::head::HeadState;
use crate::layout::Layouts;
use crate::names;
use crate::row::Row;
use crate::snapshot::delegate_reads;
use crate::writer::Writer;
use crate::{Committed, Head, Snapshot, Store, Submission, Unit, UnitError};
use connection::fault;
pub use database::{Connections, PostgresDatabase, Refusal, Turn};
use hints::Watched;
use pool::Lease;
use reads::Reads;
use schema::{Beginning, READING, head_of};
use writer::Bench;

/// An environment in a schema of a database; its files in a folder that all processes share.
pub struct PostgresStore {
    database: Arc<PostgresDatabase>,
    schema: String,
    beginning: Beginning,
    layouts: Layouts,
    writer: Writer<Bench>,
    files: LocalFiles,
    watched: Arc<Watched>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens an environment of a database, making its schema when there is none. Any number of processes may have it open.
    ///
    /// `files`: the folder of its files, the same for all processes. Errors: the database cannot be reached; the environment was made by a
    /// newer program.
    pub fn open(
        database: &Arc<PostgresDatabase>,
        environment: &str,
        files: &Path,
    ) -> Result<PostgresStore, StoreError> {
        let schema = database.address.schema(environment);
        let beginning = Beginning::of(&schema);
        // By a connection that is known to live: one that broke while it was idle is found out here.
        let (lease, _) = database.writers.begin("", "BEGIN", "SELECT 1")?;
        lease.batch("open the environment", "ROLLBACK")?;
        schema::prepare(&lease, &schema)?;
        drop(lease);
        let (lease, head) = database.readers.begin(&schema, &beginning.read, &beginning.head)?;
        let head = head_of(head)?;
        lease.send("COMMIT");
        drop(lease);
        let files = LocalFiles::open(files);
        Ok(PostgresStore {
            files: files.map_err(|error| StoreError::database("open the environment's files", error))?,
            watched: database.hints.watch(&schema, head.position),
            database: database.clone(),
            schema,
            beginning,
            layouts: Layouts::default(),
            writer: Writer::new(Bench::default()),
        })
    }

    fn publish(&self, position: Position) {
        self.database.hints.tell(&self.watched, position);
    }
}

impl Store for PostgresStore {
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
        let (connection, head) =
            self.database.readers.begin(&self.schema, &self.beginning.read, &self.beginning.head)?;
        let head = head_of(head).inspect_err(|_| connection.give_up())?;
        connection.set_scope(&self.schema, &head.dictionary);
        connection.go_back_to(READING);
        self.watched.reached(head.position);
        Ok(Box::new(PostgresSnapshot { store: self, connection, head }))
    }

    fn recent(&self, _: &str, _: &Entity, _: RecordId) -> Option<Arc<Row>> {
        None // other processes write too
    }

    fn position(&self) -> Position {
        self.watched.position()
    }

    fn wait_beyond(&self, after: Position, timeout_ms: u64) -> Position {
        self.watched.wait_beyond(after, timeout_ms)
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        const ACTION: &str = "measure the environment";
        let (connection, _) =
            self.database.readers.begin(&self.schema, &self.beginning.read, &self.beginning.head)?;
        let sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
        let rows = connection.query(ACTION, sql, &[cell::Cell::Text(self.schema.clone())], None)?;
        let size = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose().map_err(fault(ACTION))?;
        connection.send("COMMIT");
        Ok(size.unwrap_or(0) as u64)
    }

    fn files(&self) -> &dyn FileStore {
        &self.files
    }

    fn rest(&self) {
        // Connections are the process's, not the environment's.
        self.layouts.clear();
    }

    fn scrub(&self) -> Result<(), StoreError> {
        const ACTION: &str = "remove what is left of what was removed";
        let (lease, _) = self.database.writers.begin("", "BEGIN", "SELECT 1")?;
        lease.batch(ACTION, "ROLLBACK")?;
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY tablename";
        lease.set_scope(&self.schema, "");
        for row in lease.query(ACTION, tables, &[cell::Cell::Text(self.schema.clone())], None)? {
            let table: String = row.try_get(0).map_err(fault(ACTION))?;
            // One at a time: none runs within a transaction.
            let (schema, table) = (names::quoted(&self.schema), names::quoted(&table));
            lease.batch(ACTION, &format!("VACUUM {schema}.{table}"))?;
        }
        Ok(())
    }
}

/// A read transaction on a connection of its own.
struct PostgresSnapshot<'s> {
    store: &'s PostgresStore,
    connection: Lease,
    head: HeadState,
}

impl PostgresSnapshot<'_> {
    fn reads(&self) -> Reads<'_> {
        Reads { connection: &self.connection, layouts: &self.store.layouts, waiting: None }
    }
}

impl Drop for PostgresSnapshot<'_> {
    fn drop(&mut self) {
        if !self.connection.is_broken() {
            // Nobody waits for the answer: the next transaction on this connection comes after it.
            self.connection.send("COMMIT");
        }
    }
}

impl Snapshot for PostgresSnapshot<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.head.view())
    }

    fn moment(&self) -> Result<crate::Moment, StoreError> {
        Ok(self.head.moment())
    }

    delegate_reads!();
}
