//! The store's own tables, beside those of entities. Their names start with `_`, which no identifier does.

use journal::chain::CHAIN_START;
use journal::{Hash, StateDigest};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::StoreError;
use crate::folding::{FOLD_NOTE, fold_mark};
use crate::head::HeadState;
use crate::sqlite::connection::fault;
use crate::{DICTIONARY_ENTITY, Moment};

/// Marks files of Tisserand: "TSRD".
const APPLICATION_ID: i32 = 0x5453_5244;

/// Version of these tables. A newer one is refused.
const FORMAT: i32 = 1;

/// `_name`: numbers of entities; two names share one when the entity was renamed, so that its history stays whole.
/// `_history`: where each record's changes lie in the payloads. `_search`: folded texts of every entity; row = entity number · 2⁴⁰ + `_row`.
const TABLES: &str = "
CREATE TABLE _head (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER NOT NULL, epoch INTEGER NOT NULL,
    chain BLOB NOT NULL, dictionary TEXT NOT NULL, lanes BLOB NOT NULL) STRICT;
CREATE TABLE _entry (position INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, at INTEGER NOT NULL, actor BLOB,
    origin INTEGER NOT NULL, device TEXT, request TEXT, payload_hash BLOB NOT NULL, digest BLOB NOT NULL,
    chain BLOB NOT NULL, changes BLOB) STRICT;
CREATE TABLE _history (record BLOB NOT NULL, entity INTEGER NOT NULL, position INTEGER NOT NULL, start INTEGER NOT NULL,
    length INTEGER NOT NULL, PRIMARY KEY (record, entity, position)) STRICT, WITHOUT ROWID;
CREATE TABLE _name (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE _note (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE _counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE _search USING fts5(text, content='', contentless_delete=1, prefix='2 3',
    tokenize=\"unicode61 remove_diacritics 0\");
";

/// Creates the tables of a new environment, or checks that these are ours and not newer than we are.
pub(crate) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    let pragma = |db: &Connection, name: &str| -> Result<i32, StoreError> {
        db.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(fault("read the database"))
    };
    let (application, format) = (pragma(db, "application_id")?, pragma(db, "user_version")?);
    match (application, format) {
        (APPLICATION_ID, FORMAT) => return refold(db),
        (0, 0) if is_empty(db)? => {}
        (APPLICATION_ID, newer) => {
            let what =
                format!("its format is {newer} and this program knows up to {FORMAT}: use a newer one");
            return Err(StoreError::database("open the environment", what));
        }
        _ => {
            let what = "environment.sqlite is not a file of Tisserand".to_owned();
            return Err(StoreError::Damaged { what });
        }
    }
    let mut create = || -> rusqlite::Result<()> {
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(TABLES)?;
        tx.execute(
            "INSERT INTO _head VALUES (1, 0, 1, ?1, '', ?2)",
            params![CHAIN_START, StateDigest::default().to_bytes()],
        )?;
        tx.execute("INSERT INTO _name VALUES (?1, 0)", [DICTIONARY_ENTITY])?;
        tx.execute("INSERT INTO _note VALUES (?1, ?2)", [FOLD_NOTE, fold_mark()])?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
        tx.commit()
    };
    create().map_err(fault("create the environment's tables"))
}

fn is_empty(db: &Connection) -> Result<bool, StoreError> {
    db.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fault("read the database"))
}

/// Indexes on texts are sorted by folded text. A program that folds otherwise (newer rules, newer Unicode) would miss rows in them:
/// they are made again.
fn refold(db: &Connection) -> Result<(), StoreError> {
    let failed = fault("sort the indexes on texts again");
    let noted: Option<String> = db
        .query_row("SELECT value FROM _note WHERE key = ?1", [FOLD_NOTE], |row| row.get(0))
        .optional()
        .map_err(&failed)?;
    if noted.as_deref() == Some(fold_mark()) {
        return Ok(());
    }
    db.execute_batch("BEGIN IMMEDIATE; REINDEX folded;").map_err(&failed)?;
    let sql = "INSERT INTO _note VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    db.execute(sql, [FOLD_NOTE, fold_mark()]).map_err(&failed)?;
    db.execute_batch("COMMIT").map_err(failed)
}

/// The head as the database has it.
pub(crate) fn read_head(db: &Connection) -> Result<HeadState, StoreError> {
    let head = db
        .prepare_cached("SELECT position, epoch, chain, dictionary, lanes FROM _head")
        .and_then(|mut statement| {
            statement
                .query_row([], |row| {
                    let numbers: (i64, i64) = (row.get(0)?, row.get(1)?);
                    let parts: (Hash, String, Vec<u8>) = (row.get(2)?, row.get(3)?, row.get(4)?);
                    Ok((numbers, parts))
                })
                .optional()
        })
        .map_err(fault("read the journal's head"))?;
    let damaged = |what: &str| StoreError::Damaged { what: what.to_owned() };
    let ((position, epoch), (chain, dictionary, lanes)) =
        head.ok_or_else(|| damaged("the journal's head is missing"))?;
    Ok(HeadState {
        position: position as u64,
        epoch: epoch.unsigned_abs(),
        held: epoch < 0,
        chain,
        digest: StateDigest::from_bytes(&lanes).ok_or_else(|| {
            damaged("the lanes of the digest in the journal's head are not as long as they must be")
        })?,
        dictionary,
    })
}

/// Position and dictionary of the head.
pub(crate) fn read_moment(db: &Connection) -> Result<Moment, StoreError> {
    let moment = db
        .prepare_cached("SELECT position, epoch, dictionary FROM _head")
        .and_then(|mut statement| {
            let read =
                |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?));
            statement.query_row([], read).optional()
        })
        .map_err(fault("read the journal's head"))?;
    let (position, epoch, dictionary) =
        moment.ok_or_else(|| StoreError::Damaged { what: "the journal's head is missing".to_owned() })?;
    Ok(Moment { position: position as u64, epoch: epoch.unsigned_abs(), dictionary })
}

/// Writes the head.
pub(crate) fn write_head(db: &Connection, head: &HeadState) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE _head SET position = ?1, epoch = ?2, chain = ?3, dictionary = ?4, lanes = ?5")
        .and_then(|mut statement| {
            let (position, epoch) = (head.position as i64, head.epoch_kept());
            statement.execute(params![position, epoch, head.chain, head.dictionary, head.digest.to_bytes()])
        })
        .map(drop)
        .map_err(fault("write the journal's head"))
}
