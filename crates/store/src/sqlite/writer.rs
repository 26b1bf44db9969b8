//! How SQLite runs a group of units of work.

use std::cell::RefCell;

use crate::error::StoreError;
use crate::head::HeadState;
use crate::sqlite::SqliteStore;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::schema::write_head;
use crate::sqlite::search::Waiting;
use crate::sqlite::transaction::SqliteTransaction;
use crate::writer::{After, GroupCommit, Outcome, guarded};
use crate::{Committed, Unit, UnitError};

/// What the leader works with.
pub(crate) struct Bench {
    /// `None` while the store rests.
    pub(crate) connection: Option<Connection>,
    /// Head after the last commit.
    pub(crate) head: HeadState,
    /// Head after the last unit of the group that runs.
    ahead: HeadState,
    /// Changes of the search index that the group still has to make.
    waiting: RefCell<Waiting>,
}

impl Bench {
    pub(crate) fn new(connection: Connection, head: HeadState) -> Bench {
        Bench { connection: Some(connection), ahead: head.clone(), head, waiting: RefCell::default() }
    }

    fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or_else(|| StoreError::database("commit", "the connection is closed"))
    }
}

impl GroupCommit for SqliteStore {
    type Bench = Bench;

    fn begin(&self, bench: &mut Bench) -> Result<(), StoreError> {
        let connection = match bench.connection.take() {
            Some(connection) => connection,
            None => self.open_writer()?,
        };
        let connection = bench.connection.insert(connection);
        bench.ahead = bench.head.clone();
        *bench.waiting.get_mut() = Waiting::default();
        connection.run("BEGIN IMMEDIATE").map_err(fault("begin a transaction"))
    }

    fn unit(&self, bench: &mut Bench, unit: Unit, alone: bool) -> (Outcome, After) {
        let ran = bench
            .connection()
            .map(|connection| self.run_unit((connection, &bench.waiting), &bench.ahead, unit, alone));
        let (outcome, undone) = match ran {
            Ok((Ok((committed, head)), undone)) => {
                bench.ahead = head;
                bench.waiting.get_mut().keep();
                (Ok(committed), undone)
            }
            Ok((Err(error), undone)) => {
                bench.waiting.get_mut().take_back();
                (Err(error), undone)
            }
            Err(error) => (Err(error.into()), true),
        };
        if !undone {
            // What the unit wrote could not be taken back: closing the connection takes everything back.
            bench.connection = None;
        }
        let open = bench.connection.as_ref().is_some_and(|connection| !connection.db.is_autocommit());
        let after = match open {
            true => After::GoesOn,
            false if undone && alone && outcome.is_err() => After::TakenBack,
            // A full disk or a read error made SQLite give the whole transaction up.
            false => After::Lost,
        };
        (outcome, after)
    }

    fn commit(&self, bench: &mut Bench) -> Result<(), StoreError> {
        let connection = bench.connection()?;
        let db = &connection.db;
        let written = if bench.ahead == bench.head { Ok(()) } else { write_head(db, &bench.ahead) };
        let written = written.and_then(|()| bench.waiting.borrow_mut().make(db));
        let done = written.and_then(|()| connection.run("COMMIT").map_err(fault("commit")));
        if done.is_err() && !db.is_autocommit() {
            // When even this fails, the next BEGIN says so, and nothing was acknowledged.
            drop(db.execute_batch("ROLLBACK"));
        }
        done?;
        bench.head = bench.ahead.clone();
        self.publish(&bench.head);
        Ok(())
    }

    fn abandon(&self, bench: &mut Bench) {
        // Closing the connection undoes what was not committed.
        bench.connection = None;
    }
}

impl SqliteStore {
    /// Runs one unit in a savepoint of its own: its outcome with the head after it, and whether what a failed one wrote was taken back.
    ///
    /// A unit `alone` in its transaction needs none: the transaction is undone instead. An open savepoint makes SQLite remember every page as
    /// it was, and go through what it remembers at each statement: much for an import of thousands of rows.
    fn run_unit(
        &self,
        (connection, waiting): (&Connection, &RefCell<Waiting>),
        head: &HeadState,
        unit: Unit,
        alone: bool,
    ) -> (Result<(Committed, HeadState), UnitError>, bool) {
        let db = &connection.db;
        let (begin, end, undo) = match alone {
            true => (None, None, "ROLLBACK"),
            false => (Some("SAVEPOINT unit"), Some("RELEASE unit"), "ROLLBACK TO unit; RELEASE unit"),
        };
        let run_one = |sql: Option<&str>| sql.map_or(Ok(()), |sql| connection.run(sql));
        let run = || -> Result<(Committed, HeadState), UnitError> {
            run_one(begin).map_err(fault("begin a unit of work"))?;
            let mut transaction =
                SqliteTransaction::new((connection, waiting), &self.layouts, &self.files, head.clone());
            let value = guarded(unit, &mut transaction)?;
            let after = transaction.finish()?;
            run_one(end).map_err(fault("end a unit of work"))?;
            Ok((Committed { position: after.position, value }, after))
        };
        match run() {
            Ok(done) => (Ok(done), true),
            Err(error) => {
                let undone = db.is_autocommit() || db.execute_batch(undo).is_ok();
                (Err(error), undone)
            }
        }
    }
}
