//! How SQLite runs a group of units of work.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use dictionary::RecordId;
use rusqlite::params;

use crate::counters::Counters;
use crate::error::StoreError;
use crate::head::HeadState;
use crate::sqlite::connection::{Connection, fault};
use crate::sqlite::schema::write_head;
use crate::sqlite::search::Waiting;
use crate::sqlite::transaction::SqliteTransaction;
use crate::sqlite::{FILE, SqliteStore};
use crate::writer::{After, GroupCommit, Outcome, Turn, guarded};
use crate::{Committed, Unit, UnitError};

/// What the leader works with.
pub(crate) struct Bench {
    /// `None` while the store rests.
    pub(crate) connection: Option<Connection>,
    /// Head after the last commit.
    pub(crate) head: HeadState,
    /// Head after the last unit of the group that runs.
    ahead: HeadState,
    /// Of the group that runs.
    pending: Pending,
}

/// How what a unit writes would be taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Savepoint {
    /// With the transaction, that the unit has to itself.
    #[default]
    Transaction,
    /// By a savepoint, before it first writes.
    Due,
    /// By a savepoint, which is there.
    Begun,
    /// Not at all: only a fault of the store can give the unit up.
    Spared,
}

/// What the units of a group leave for its commit to write, and how far the one that runs is protected.
#[derive(Default)]
pub(crate) struct Pending {
    savepoint: Cell<Savepoint>,
    /// Changes of the search index.
    pub(crate) search: RefCell<Waiting>,
    /// Numbers taken.
    pub(crate) counters: RefCell<Counters>,
    /// Records changed, with their entity.
    pub(crate) changed: RefCell<HashMap<RecordId, Arc<str>>>,
    /// A unit changed the dictionary, and with it any row.
    pub(crate) migrated: Cell<bool>,
}

impl Pending {
    /// Called before a unit writes.
    ///
    /// A savepoint makes SQLite copy every page before it first changes: a tenth of what a write costs, so that there is none before it is needed.
    pub(crate) fn protect(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.savepoint.get() == Savepoint::Due {
            connection.run("SAVEPOINT unit").map_err(fault("begin a unit of work"))?;
            self.savepoint.set(Savepoint::Begun);
        }
        Ok(())
    }

    /// See [`crate::Transaction::certain`].
    pub(crate) fn spare(&self) {
        if self.savepoint.get() == Savepoint::Due {
            self.savepoint.set(Savepoint::Spared);
        }
    }

    /// Takes back what the unit wrote; whether that could be done.
    fn undo(&self, connection: &Connection) -> bool {
        let undo = |sql| connection.db.is_autocommit() || connection.db.execute_batch(sql).is_ok();
        match self.savepoint.get() {
            Savepoint::Transaction => undo("ROLLBACK"),
            Savepoint::Due => true,
            Savepoint::Begun => undo("ROLLBACK TO unit; RELEASE unit"),
            Savepoint::Spared => false,
        }
    }

    /// The unit that ran is kept.
    fn keep(&mut self) {
        self.search.get_mut().keep();
        self.counters.get_mut().keep();
    }

    /// The unit that ran is taken back.
    fn take_back(&mut self) {
        self.search.get_mut().take_back();
        self.counters.get_mut().take_back();
    }

    /// Writes it.
    fn write(&self, db: &rusqlite::Connection) -> Result<(), StoreError> {
        for (counter, last) in self.counters.borrow_mut().take() {
            let sql = "INSERT INTO _counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
            db.prepare_cached(sql)
                .and_then(|mut statement| statement.execute(params![counter, last as i64]))
                .map_err(fault("keep a number"))?;
        }
        self.search.borrow_mut().make(db)
    }
}

impl Bench {
    pub(crate) fn new(connection: Connection, head: HeadState) -> Bench {
        Bench { connection: Some(connection), ahead: head.clone(), head, pending: Pending::default() }
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
        bench.pending = Pending::default();
        connection.run("BEGIN IMMEDIATE").map_err(fault("begin a transaction"))
    }

    fn unit(&self, bench: &mut Bench, unit: Unit, turn: Turn<'_>) -> (Outcome, After) {
        let ran = bench
            .connection()
            .map(|connection| self.run_unit((connection, &bench.pending), &bench.ahead, unit, turn));
        let (outcome, undone) = match ran {
            Ok((Ok((committed, head)), undone)) => {
                bench.ahead = head;
                bench.pending.keep();
                (Ok(committed), undone)
            }
            Ok((Err(error), undone)) => {
                bench.pending.take_back();
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
            false if undone && turn.alone && outcome.is_err() => After::TakenBack,
            // A full disk or a read error made SQLite give the whole transaction up.
            false => After::Lost,
        };
        (outcome, after)
    }

    fn commit(&self, bench: &mut Bench) -> Result<(), StoreError> {
        let connection = bench.connection()?;
        let db = &connection.db;
        let written = if bench.ahead == bench.head { Ok(()) } else { write_head(db, &bench.ahead) };
        let written = written.and_then(|()| bench.pending.write(db));
        self.recent.begin_commit(bench.pending.changed.borrow().iter().map(|(id, entity)| (&**entity, *id)));
        if bench.ahead.dictionary != bench.head.dictionary {
            self.layouts.clear(); // none that a reader made meanwhile outlives the old dictionary
        }
        let done = written.and_then(|()| connection.run("COMMIT").map_err(fault("commit")));
        if done.is_err() && !db.is_autocommit() {
            // When even this fails, the next BEGIN says so, and nothing was acknowledged.
            drop(db.execute_batch("ROLLBACK"));
        }
        if done.is_err() {
            self.recent.end_commit(bench.head.position);
        }
        done?;
        bench.head = bench.ahead.clone();
        self.publish(&bench.head);
        self.checkpoints.after_commit(bench.connection()?, &self.folder.join(FILE));
        Ok(())
    }

    fn abandon(&self, bench: &mut Bench) {
        // Closing the connection undoes what was not committed.
        bench.connection = None;
        self.recent.end_commit(bench.head.position);
    }
}

impl SqliteStore {
    /// Runs one unit in a savepoint of its own: its outcome with the head after it, and whether what a failed one wrote was taken back.
    ///
    /// A unit alone in its transaction needs none: the transaction is undone instead. An open savepoint makes SQLite remember every page as
    /// it was, and go through what it remembers at each statement: much for an import of thousands of rows.
    fn run_unit(
        &self,
        (connection, pending): (&Connection, &Pending),
        head: &HeadState,
        unit: Unit,
        turn: Turn<'_>,
    ) -> (Result<(Committed, HeadState), UnitError>, bool) {
        pending.savepoint.set(if turn.alone { Savepoint::Transaction } else { Savepoint::Due });
        let run = || -> Result<(Committed, HeadState), UnitError> {
            let place = (connection, &self.recent, &self.layouts);
            let mut transaction = SqliteTransaction::new(place, pending, &self.files, (head.clone(), turn));
            let value = guarded(unit, &mut transaction)?;
            let after = transaction.finish()?;
            if pending.savepoint.get() == Savepoint::Begun {
                connection.run("RELEASE unit").map_err(fault("end a unit of work"))?;
            }
            Ok((Committed { position: after.position, value }, after))
        };
        match run() {
            Ok(done) => (Ok(done), true),
            Err(error) => (Err(error), pending.undo(connection)),
        }
    }
}
