//! The store's own tables in an environment's schema, beside those of entities. Their names start with `_`, which no identifier does.

use journal::chain::CHAIN_START;
use journal::{Hash, StateDigest};
use tokio_postgres::Row;

use crate::DICTIONARY_ENTITY;
use crate::error::StoreError;
use crate::folding::{FOLD_NOTE, fold_mark};
use crate::head::HeadState;
use crate::names::quoted;
use crate::postgres::cell::Cell;
use crate::postgres::connection::{Request, fault};
use crate::postgres::pool::Lease;
use crate::postgres::shared;

/// Version of these tables. A newer one is refused.
const FORMAT: i64 = 1;

const ACTION: &str = "create the environment's tables";

/// `_head`: one row, whose lock is the turn of whoever writes. `_tables`: locked by readers while they read and by whoever changes tables, so
/// that nobody reads through a change. `_name`: numbers of entities; two names share one when the entity was renamed, so that its history stays
/// whole. `_index`: indexes on tables of entities, as they were asked for. `_history`: where each record's changes lie in the payloads, which are kept as they are so that a part can be read alone.
const TABLES: &str = r#"
CREATE TABLE _head (sole boolean PRIMARY KEY CHECK (sole), format bigint NOT NULL, position bigint NOT NULL, epoch bigint NOT NULL,
    chain bytea NOT NULL, dictionary text NOT NULL, lanes bytea NOT NULL) WITH (fillfactor = 10);
CREATE TABLE _tables ();
CREATE TABLE _entry (position bigint PRIMARY KEY, epoch bigint NOT NULL, at timestamptz NOT NULL, actor uuid,
    origin smallint NOT NULL, device text, request text, payload_hash bytea NOT NULL, digest bytea NOT NULL,
    chain bytea NOT NULL, changes bytea);
ALTER TABLE _entry ALTER changes SET STORAGE EXTERNAL;
CREATE TABLE _history (record uuid NOT NULL, entity integer NOT NULL, position bigint NOT NULL, start integer NOT NULL,
    length integer NOT NULL, PRIMARY KEY (record, entity, position));
CREATE TABLE _name (name text COLLATE "C" PRIMARY KEY, number integer NOT NULL);
CREATE TABLE _note (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
CREATE TABLE _counter (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE _index (name text COLLATE "C" PRIMARY KEY, definition text NOT NULL);
CREATE TABLE _search (record uuid NOT NULL, entity integer NOT NULL, words tsvector NOT NULL, PRIMARY KEY (record, entity));
CREATE INDEX _words ON _search USING gin (words);
"#;

/// Savepoint of a snapshot, before its first query.
pub(crate) const READING: &str = "reading";

/// How a transaction of a schema begins.
pub(crate) struct Beginning {
    /// Of a snapshot.
    pub(crate) read: String,
    /// Of a group of units of work.
    pub(crate) write: String,
    /// Reads the head.
    pub(crate) head: String,
    /// Reads the head and takes the turn to write.
    pub(crate) turn: String,
}

impl Beginning {
    /// In `schema`.
    pub(crate) fn of(schema: &str) -> Beginning {
        let schema = quoted(schema);
        let head = format!("SELECT format, position, epoch, chain, dictionary, lanes FROM {schema}._head");
        let path = format!("SET LOCAL search_path TO {schema}, pg_temp");
        Beginning {
            // The lock comes before the first query, which fixes what is seen: whoever waited for a change of tables sees what it left.
            read: format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {path}; LOCK TABLE {schema}._tables IN ACCESS SHARE MODE; SAVEPOINT {READING}"
            ),
            write: format!("BEGIN ISOLATION LEVEL READ COMMITTED; {path}"),
            turn: format!("{head} FOR UPDATE"),
            head,
        }
    }
}

/// Makes schema and tables where there are none; checks that those there are not newer than we are.
pub(crate) fn prepare(lease: &Lease, schema: &str) -> Result<(), StoreError> {
    lease.set_scope("", "");
    let there = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = '_head')";
    let name = [Cell::Text(schema.to_owned())];
    let is_there = |lease: &Lease| -> Result<bool, StoreError> {
        let rows = lease.query(ACTION, there, &name, None)?;
        rows.first().map_or(Ok(false), |row| row.try_get(0).map_err(fault(ACTION)))
    };
    if !is_there(lease)? {
        lease.batch(ACTION, "BEGIN; SELECT pg_advisory_xact_lock(hashtext('tisserand'))")?;
        let made = is_there(lease).and_then(|made| if made { Ok(()) } else { create(lease, schema) });
        if let Err(error) = made {
            lease.give_up(); // takes everything back
            return Err(error);
        }
        lease.batch(ACTION, "COMMIT")?;
    }
    refold(lease, schema)
}

fn create(lease: &Lease, schema: &str) -> Result<(), StoreError> {
    let quoted = quoted(schema);
    lease.batch(
        ACTION,
        &format!(
            "CREATE SCHEMA IF NOT EXISTS {quoted}; SET LOCAL search_path TO {quoted}, pg_temp; {TABLES}"
        ),
    )?;
    lease.queue(Request::new(
        ACTION,
        format!("INSERT INTO {quoted}._head VALUES (true, $1, 0, 1, $2, '', $3)"),
        vec![
            Cell::Integer(FORMAT),
            Cell::Bytes(CHAIN_START.to_vec()),
            Cell::Bytes(StateDigest::default().to_bytes().to_vec()),
        ],
    ));
    lease.queue(Request::new(
        ACTION,
        format!("INSERT INTO {quoted}._name VALUES ($1, 0)"),
        vec![Cell::Text(DICTIONARY_ENTITY.to_owned())],
    ));
    lease.queue(Request::new(
        ACTION,
        format!("INSERT INTO {quoted}._note VALUES ($1, $2)"),
        vec![Cell::Text(FOLD_NOTE.to_owned()), Cell::Text(fold_mark().to_owned())],
    ));
    lease.flush()
}

/// Folded texts lie beside the texts. A program that folds otherwise (newer rules, newer Unicode) would miss rows: they are folded again.
fn refold(lease: &Lease, schema: &str) -> Result<(), StoreError> {
    const ACTION: &str = "fold the texts again";
    let quoted_schema = quoted(schema);
    let noted = format!("SELECT 1 FROM {quoted_schema}._note WHERE key = $1 AND value = $2");
    let mark = [Cell::Text(FOLD_NOTE.to_owned()), Cell::Text(fold_mark().to_owned())];
    lease.set_scope(schema, "");
    if !lease.query(ACTION, &noted, &mark, None)?.is_empty() {
        return Ok(());
    }
    let columns = "SELECT f.table_name::text, f.column_name::text, t.column_name::text
        FROM information_schema.columns f JOIN information_schema.columns t USING (table_schema, table_name)
        WHERE f.table_schema = $1 AND t.data_type = 'text' AND f.column_name = t.column_name || '__folded'";
    let rows = lease.query(ACTION, columns, &[Cell::Text(schema.to_owned())], None)?;
    lease.batch(ACTION, "BEGIN")?;
    for row in rows {
        let name =
            |index: usize| row.try_get::<_, String>(index).map(|name| quoted(&name)).map_err(fault(ACTION));
        let (table, folded, text) = (name(0)?, name(1)?, name(2)?);
        let fold = quoted(shared::schema());
        lease.batch(
            ACTION,
            &format!(
                "UPDATE {quoted_schema}.{table} SET {folded} = {fold}.fold({text}) WHERE {folded} IS DISTINCT FROM {fold}.fold({text})"
            ),
        )?;
    }
    lease.queue(Request::new(
        ACTION,
        format!("INSERT INTO {quoted_schema}._note VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
        mark.to_vec(),
    ));
    lease.flush()?;
    lease.batch(ACTION, "COMMIT")
}

/// The head in a row that [`Beginning::head`] read.
pub(crate) fn head_of(row: Option<Row>) -> Result<HeadState, StoreError> {
    let failed = fault("read the journal's head");
    let damaged = |what: &str| StoreError::Damaged { what: what.to_owned() };
    let row = row.ok_or_else(|| damaged("the journal's head is missing"))?;
    let number = |index: usize| row.try_get::<_, i64>(index).map_err(&failed);
    let format = number(0)?;
    if format > FORMAT {
        let what = format!("its format is {format} and this program knows up to {FORMAT}: use a newer one");
        return Err(StoreError::database("open the environment", what));
    }
    let bytes = |index: usize| row.try_get::<_, Vec<u8>>(index).map_err(&failed);
    Ok(HeadState {
        position: number(1)? as u64,
        epoch: number(2)?.unsigned_abs(),
        held: number(2)? < 0,
        chain: Hash::try_from(bytes(3)?)
            .map_err(|_| damaged("the chain in the journal's head is no hash"))?,
        dictionary: row.try_get(4).map_err(&failed)?,
        digest: StateDigest::from_bytes(&bytes(5)?).ok_or_else(|| {
            damaged("the lanes of the digest in the journal's head are not as long as they must be")
        })?,
    })
}

/// Writes the head.
pub(crate) fn write_head(head: &HeadState) -> Request {
    let sql = "UPDATE _head SET position = $1, epoch = $2, chain = $3, dictionary = $4, lanes = $5";
    let cells = vec![
        Cell::Integer(head.position as i64),
        Cell::Integer(head.epoch_kept()),
        Cell::Bytes(head.chain.to_vec()),
        Cell::Text(head.dictionary.clone()),
        Cell::Bytes(head.digest.to_bytes().to_vec()),
    ];
    Request::new("write the journal's head", sql, cells)
}
