//! A PostgreSQL database, as one process uses it: connections, what its environments share, what other processes tell.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::error::StoreError;
use crate::names::quoted;
use crate::postgres::address::Address;
use crate::postgres::cell::Cell;
use crate::postgres::connection::fault;
use crate::postgres::hints::Hints;
use crate::postgres::pool::{Lease, Pool};
use crate::postgres::shared;

/// Connections that one process opens at most, beside the one that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// For reading: as many snapshots at once.
    pub readers: usize,
    /// For writing: as many environments at once.
    pub writers: usize,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections { readers: 16, writers: 8 }
    }
}

/// A database. Every environment is a schema of it; processes share it.
pub struct PostgresDatabase {
    pub(crate) address: Address,
    pub(crate) readers: Arc<Pool>,
    pub(crate) writers: Arc<Pool>,
    pub(crate) hints: Hints,
}

impl std::fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresDatabase").field("address", &self.address.shown()).finish_non_exhaustive()
    }
}

impl PostgresDatabase {
    /// Reaches the database of `address` (`postgres://user@host:port/name`), and makes what environments share in it if that is not there.
    ///
    /// Errors: it cannot be reached, is not in UTF-8, is older than PostgreSQL 14, or the role may do too much: see [`Refusal`].
    pub fn open(address: &str, connections: Connections) -> Result<Arc<PostgresDatabase>, StoreError> {
        let address = Address::parse(address)?;
        let readers = Pool::new(address.reach.clone(), connections.readers.max(1));
        let writers = Pool::new(address.reach.clone(), connections.writers.max(1));
        // Told at once when the server is not there: nobody waits for a start that was mistyped.
        let lease = writers.take("", Instant::now() + Duration::from_secs(1))?;
        check(&lease, &address)?;
        shared::prepare(&lease)?;
        drop(lease);
        let hints = Hints::start(address.reach.clone());
        let hints = hints.map_err(|error| StoreError::database("listen to the database", error))?;
        Ok(Arc::new(PostgresDatabase { address, readers, writers, hints }))
    }

    /// Where it is, without the password.
    pub fn shown(&self) -> String {
        self.address.shown()
    }

    /// Whether the environment has a schema here.
    pub fn exists(&self, environment: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
        let row = self.one(sql, &self.address.schema(environment))?;
        row.try_get(0).map_err(fault("look for an environment"))
    }

    /// Renames the schema of an environment, which then is that of another name. Nothing happens if there is none.
    ///
    /// Errors: the new name is taken.
    pub fn set_aside(&self, environment: &str, name: &str) -> Result<bool, StoreError> {
        if !self.exists(environment)? {
            return Ok(false);
        }
        let (from, to) = (self.address.schema(environment), self.address.schema(name));
        let lease = self.writers.take("", Instant::now())?;
        lease.batch(
            "set an environment aside",
            &format!("ALTER SCHEMA {} RENAME TO {}", quoted(&from), quoted(&to)),
        )?;
        Ok(true)
    }

    /// Removes the schema of an environment whose creation failed.
    pub fn remove(&self, environment: &str) -> Result<(), StoreError> {
        let lease = self.writers.take("", Instant::now())?;
        let schema = quoted(&self.address.schema(environment));
        lease.batch("remove an environment", &format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
    }

    /// Removes every environment of this platform: for what an interrupted creation left, which nobody has seen.
    pub fn remove_all(&self) -> Result<(), StoreError> {
        const ACTION: &str = "remove environments";
        let lease = self.writers.take("", Instant::now())?;
        lease.set_scope("", "");
        let beginning = self.address.schema("");
        let sql = "SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname::text, $1)";
        let rows = lease.query(ACTION, sql, &[Cell::Text(beginning)], Some(&[Type::TEXT]))?;
        for row in rows {
            let schema: String = row.try_get(0).map_err(fault(ACTION))?;
            lease.batch(ACTION, &format!("DROP SCHEMA {} CASCADE", quoted(&schema)))?;
        }
        Ok(())
    }

    /// The only turn to make environments in this database, of all processes: waits for it, and keeps it until it is dropped.
    pub fn turn(&self) -> Result<Turn, StoreError> {
        let (lease, _) = self.writers.begin("", "BEGIN", "SELECT 1")?;
        lease.batch(
            "wait for the turn to make an environment",
            "SELECT pg_advisory_xact_lock(hashtext('tisserand environments'))",
        )?;
        Ok(Turn { lease })
    }

    fn one(&self, sql: &str, schema: &str) -> Result<Row, StoreError> {
        let lease = self.writers.take("", Instant::now())?;
        lease.set_scope("", "");
        let cells = [Cell::Text(schema.to_owned())];
        let rows = lease.query("look for an environment", sql, &cells, Some(&[Type::TEXT]))?;
        rows.into_iter().next().ok_or_else(|| StoreError::database("look for an environment", "no answer"))
    }
}

/// The turn to make environments: see [`PostgresDatabase::turn`].
pub struct Turn {
    lease: Lease,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Turn")
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.lease.batch_raw("ROLLBACK").is_err() {
            self.lease.give_up();
        }
    }
}

/// Why a database is not taken as it is; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The role could read and change what is not the platform's.
    #[error(
        "the role {role} is {what}, which whoever breaks into the server would be too; make a plain one that owns the database:\n  \
         CREATE ROLE tisserand LOGIN PASSWORD '…'; ALTER DATABASE {database} OWNER TO tisserand;\nand give postgres://tisserand:…@host/{database}"
    )]
    Role {
        /// Who connected.
        role: String,
        /// `a superuser`, or `allowed to bypass row security`.
        what: &'static str,
        /// The database.
        database: String,
    },
    /// Texts would not come back as they were given.
    #[error(
        "the database {database} is in {encoding}; make one in UTF-8: CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'"
    )]
    Encoding {
        /// The database.
        database: String,
        /// Its encoding.
        encoding: String,
    },
    /// Too old.
    #[error("the server is PostgreSQL {version}; Tisserand needs 14 or newer")]
    Version {
        /// What it says.
        version: String,
    },
}

fn check(lease: &Lease, address: &Address) -> Result<(), StoreError> {
    let sql = "SELECT rolname::text, rolsuper, rolbypassrls, current_database()::text, current_setting('server_encoding'),
        current_setting('server_version'), current_setting('server_version_num')::int
        FROM pg_roles WHERE rolname = current_user";
    let failed = fault("look at the database");
    let rows = lease.query("look at the database", sql, &[], None)?;
    let row = rows.first().ok_or_else(|| StoreError::database("look at the database", address.shown()))?;
    let text = |index: usize| row.try_get::<_, String>(index).map_err(&failed);
    let flag = |index: usize| row.try_get::<_, bool>(index).map_err(&failed);
    let database = text(3)?;
    let refused = |why: Refusal| Err(StoreError::database("use the database", why));
    if row.try_get::<_, i32>(6).map_err(&failed)? < 140_000 {
        return refused(Refusal::Version { version: text(5)? });
    }
    let encoding = text(4)?;
    if encoding != "UTF8" {
        return refused(Refusal::Encoding { database, encoding });
    }
    let role = text(0)?;
    if flag(1)? {
        return refused(Refusal::Role { role, what: "a superuser", database });
    }
    if flag(2)? {
        return refused(Refusal::Role { role, what: "allowed to bypass row security", database });
    }
    Ok(())
}
