//! Journal entries in SQLite.

use dictionary::RecordId;
use journal::payload::{decode_change, decode_changes, encode_changes, payload_hash};
use journal::value::{instant_of_micros, micros_of};
use journal::{Actor, Cause, Change, Entry, Hash, Origin, Position, redaction};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::error::StoreError;
use crate::snapshot::PAGE_BYTES;
use crate::sqlite::connection::fault;
use crate::work::NewEntry;

/// Columns of an entry, as a literal.
macro_rules! header {
    () => {
        "position, epoch, at, actor, origin, device, request, payload_hash, digest, chain"
    };
}
const HEADER: &str = header!();
const APPEND: &str = concat!(
    "INSERT INTO _entry (",
    header!(),
    ", changes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
);

fn damaged(position: i64, what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { what: format!("entry {position} of the journal: {what}") }
}

fn read_header(row: &Row<'_>) -> rusqlite::Result<Result<Entry, StoreError>> {
    let position: i64 = row.get(0)?;
    let (micros, actor, origin): (i64, Option<[u8; 16]>, u8) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let hashes: [Hash; 3] = [row.get(7)?, row.get(8)?, row.get(9)?];
    let Some(at) = instant_of_micros(micros) else {
        return Ok(Err(damaged(position, "its instant is out of range")));
    };
    let Some(origin) = Origin::from_code(origin) else {
        return Ok(Err(damaged(position, "its origin is unknown")));
    };
    Ok(Ok(Entry {
        position: position as u64,
        epoch: row.get::<_, i64>(1)? as u64,
        cause: Cause {
            at,
            actor: actor.map_or(Actor::System, |id| Actor::User(RecordId(Uuid::from_bytes(id)))),
            origin,
            device: row.get(5)?,
            request: row.get(6)?,
        },
        changes: None,
        payload_hash: hashes[0],
        digest: hashes[1],
        chain: hashes[2],
    }))
}

/// Entries after a position, in order: none beyond [`PAGE_BYTES`] of changes but the first.
pub(crate) fn after(db: &Connection, after: Position, limit: u32) -> Result<Vec<Entry>, StoreError> {
    let failed = fault("read the journal");
    let sql = format!("SELECT {HEADER}, changes FROM _entry WHERE position > ?1 ORDER BY position LIMIT +?2");
    let mut statement = db.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query(params![after as i64, limit]).map_err(&failed)?;
    let (mut entries, mut bytes_read) = (Vec::new(), 0);
    while let Some(row) = rows.next().map_err(&failed)? {
        let mut entry = read_header(row).map_err(&failed)??;
        let changes = row.get_ref(10).and_then(|cell| Ok(cell.as_blob_or_null()?)).map_err(&failed)?;
        if let Some(bytes) = changes {
            bytes_read += bytes.len();
            if bytes_read > PAGE_BYTES && !entries.is_empty() {
                break;
            }
            let decoded = decode_changes(bytes);
            entry.changes = Some(decoded.map_err(|e| damaged(entry.position as i64, e))?);
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Entries that changed one record, newest first, each with that change only.
pub(crate) fn history(
    db: &Connection,
    entity: &str,
    id: RecordId,
    before: Option<Position>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let failed = fault("read a record's history");
    let sql = format!(
        "SELECT {HEADER}, start, length, changes IS NULL FROM _history h JOIN _entry e USING (position)
         WHERE record = ?1 AND entity = (SELECT number FROM _name WHERE name = ?2) AND h.position < ?3
         ORDER BY h.position DESC LIMIT +?4"
    );
    let mut statement = db.prepare_cached(&sql).map_err(&failed)?;
    let before = before.map_or(i64::MAX, |before| before as i64);
    let mut rows = statement.query(params![id.0.as_bytes(), entity, before, limit]).map_err(&failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let mut entry = read_header(row).map_err(&failed)??;
        let (start, length): (i64, i64) =
            row.get(10).and_then(|start| Ok((start, row.get(11)?))).map_err(&failed)?;
        if !row.get::<_, bool>(12).map_err(&failed)? {
            let position = entry.position as i64;
            let bytes = read_part(db, position, start as usize, length as usize)?;
            let change = decode_change(&bytes).map_err(|e| damaged(position, e))?;
            entry.changes = Some(vec![change]);
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Changes that histories know of.
pub(crate) fn indexed(db: &Connection) -> Result<u64, StoreError> {
    db.query_row("SELECT count(*) FROM _history", [], |row| row.get::<_, i64>(0))
        .map(|count| count as u64)
        .map_err(fault("count the changes of histories"))
}

/// A part of a payload, without reading the rest: one record's change in an import of thousands.
fn read_part(db: &Connection, position: i64, start: usize, length: usize) -> Result<Vec<u8>, StoreError> {
    let failed = fault("read a record's history");
    let blob = db.blob_open("main", "_entry", "changes", position, true).map_err(&failed)?;
    if start.saturating_add(length) > blob.len() {
        return Err(damaged(position, "a change lies beyond its end"));
    }
    let mut bytes = vec![0; length];
    let read = blob.read_at_exact(&mut bytes, start);
    read.map_err(failed)?;
    Ok(bytes)
}

/// Adds an entry with its payload, and where each record's change lies in it.
pub(crate) fn append(db: &Connection, new: &NewEntry) -> Result<(), StoreError> {
    let NewEntry { entry, payload, records } = new;
    let failed = fault("write the journal");
    let actor = match &entry.cause.actor {
        Actor::User(id) => Some(*id.0.as_bytes()),
        Actor::System => None,
    };
    db.prepare_cached(APPEND)
        .and_then(|mut statement| {
            let cause = &entry.cause;
            statement.execute(params![
                entry.position as i64,
                entry.epoch as i64,
                micros_of(cause.at),
                actor,
                cause.origin.code(),
                cause.device,
                cause.request,
                entry.payload_hash,
                entry.digest,
                entry.chain,
                payload.bytes,
            ])
        })
        .map_err(&failed)?;
    let mut statement = db
        .prepare_cached(
            "INSERT INTO _history VALUES (?1, (SELECT number FROM _name WHERE name = ?2), ?3, ?4, ?5)",
        )
        .map_err(&failed)?;
    for (index, (entity, record)) in records.iter().enumerate() {
        let (start, length) = payload.part(index);
        let position = entry.position as i64;
        statement
            .execute(params![record.0.as_bytes(), &**entity, position, start as i64, length as i64])
            .map_err(&failed)?;
    }
    Ok(())
}

/// Puts other changes in the place of an entry's, and tells histories where each lies now; answers the hash of what is there then.
pub(crate) fn replace(db: &Connection, position: Position, changes: &[Change]) -> Result<Hash, StoreError> {
    let failed = fault("redact an entry of the journal");
    let payload = encode_changes(changes);
    let position = position as i64;
    let replaced = db
        .prepare_cached("UPDATE _entry SET changes = ?2 WHERE position = ?1")
        .and_then(|mut statement| statement.execute(params![position, payload.bytes]))
        .map_err(&failed)?;
    if replaced != 1 {
        return Err(damaged(position, "it is not there to be redacted"));
    }
    let sql = "UPDATE _history SET start = ?4, length = ?5 WHERE record = ?1
        AND entity = (SELECT number FROM _name WHERE name = ?2) AND position = ?3";
    let mut statement = db.prepare_cached(sql).map_err(&failed)?;
    for (index, change) in changes.iter().enumerate() {
        let (start, length) = payload.part(index);
        let place = params![change.record.0.as_bytes(), change.entity, position, start as i64, length as i64];
        statement.execute(place).map_err(&failed)?;
    }
    Ok(payload_hash(&payload.bytes))
}

/// Gives the entity under which redactions are told its number.
pub(crate) fn know_redactions(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR IGNORE INTO _name VALUES (?1, -1)")
        .and_then(|mut statement| statement.execute([redaction::ENTITY]))
        .map(drop)
        .map_err(fault("redact an entry of the journal"))
}
