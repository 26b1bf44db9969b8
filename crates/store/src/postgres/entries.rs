//! Journal entries in PostgreSQL.

use dictionary::RecordId;
use dictionary::field_types::ColumnKind;
use journal::payload::{decode_change, decode_changes, encode_changes, payload_hash};
use journal::{Actor, Cause, Change, Entry, Hash, Origin, Position, redaction};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::StoreError;
use crate::postgres::cell::Cell;
use crate::postgres::connection::{Connection, Request, fault, value};
use crate::snapshot::PAGE_BYTES;
use crate::work::NewEntry;

const HEADER: &str =
    "e.position, e.epoch, e.at, e.actor, e.origin, e.device, e.request, e.payload_hash, e.digest, e.chain";

fn damaged(position: i64, what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { what: format!("entry {position} of the journal: {what}") }
}

fn header(row: &Row) -> Result<Entry, StoreError> {
    let failed = fault("read the journal");
    let position: i64 = row.try_get(0).map_err(&failed)?;
    let dictionary::Value::DateTime(at) =
        value(row, 2, ColumnKind::DateTime).map_err(|_| damaged(position, "its instant is out of range"))?
    else {
        return Err(damaged(position, "it has no instant"));
    };
    let code = row.try_get::<_, i16>(4).map_err(&failed)?;
    let origin = u8::try_from(code).ok().and_then(Origin::from_code);
    let hash = |index: usize| -> Result<Hash, StoreError> {
        let bytes: Vec<u8> = row.try_get(index).map_err(&failed)?;
        Hash::try_from(bytes).map_err(|_| damaged(position, "one of its hashes is none"))
    };
    let actor: Option<Uuid> = row.try_get(3).map_err(&failed)?;
    Ok(Entry {
        position: position as u64,
        epoch: row.try_get::<_, i64>(1).map_err(&failed)? as u64,
        cause: Cause {
            at,
            actor: actor.map_or(Actor::System, |id| Actor::User(RecordId(id))),
            origin: origin.ok_or_else(|| damaged(position, "its origin is unknown"))?,
            device: row.try_get(5).map_err(&failed)?,
            request: row.try_get(6).map_err(&failed)?,
        },
        changes: None,
        payload_hash: hash(7)?,
        digest: hash(8)?,
        chain: hash(9)?,
    })
}

/// Entries after a position, in order.
pub(crate) fn after(connection: &Connection, after: Position, limit: u32) -> Result<Vec<Entry>, StoreError> {
    // How long they are is known without fetching them.
    let sql = format!(
        "SELECT {HEADER}, e.changes FROM (
            SELECT *, sum(octet_length(changes)) OVER (ORDER BY position) AS bytes_read
            FROM _entry WHERE position > $1 ORDER BY position LIMIT $2) e
         WHERE e.bytes_read IS NULL OR e.bytes_read <= {PAGE_BYTES} OR e.bytes_read = octet_length(e.changes) ORDER BY e.position"
    );
    let cells = [Cell::Integer(after as i64), Cell::Integer(i64::from(limit))];
    let rows = connection.query("read the journal", &sql, &cells, None)?;
    let read = |row: &Row| {
        let mut entry = header(row)?;
        let changes: Option<&[u8]> = row.try_get(10).map_err(fault("read the journal"))?;
        if let Some(bytes) = changes {
            let decoded = decode_changes(bytes);
            entry.changes = Some(decoded.map_err(|error| damaged(entry.position as i64, error))?);
        }
        Ok(entry)
    };
    rows.iter().map(read).collect()
}

/// Entries that changed one record, newest first, each with that change only: cut out of the payload by the server.
pub(crate) fn history(
    connection: &Connection,
    entity: &str,
    id: RecordId,
    before: Option<Position>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    const ACTION: &str = "read a record's history";
    let sql = format!(
        "SELECT {HEADER}, substring(e.changes FROM h.start + 1 FOR h.length), h.length, h.start + h.length <= length(e.changes)
         FROM _history h JOIN _entry e USING (position)
         WHERE h.record = $1 AND h.entity = (SELECT number FROM _name WHERE name = $2) AND h.position < $3
         ORDER BY h.position DESC LIMIT $4"
    );
    let before = before.map_or(i64::MAX, |before| before as i64);
    let cells =
        [Cell::id(id), Cell::Text(entity.to_owned()), Cell::Integer(before), Cell::Integer(i64::from(limit))];
    let rows = connection.query(ACTION, &sql, &cells, None)?;
    let read = |row: &Row| {
        let mut entry = header(row)?;
        let position = entry.position as i64;
        let part: Option<&[u8]> = row.try_get(10).map_err(fault(ACTION))?;
        if let Some(bytes) = part {
            if row.try_get::<_, Option<bool>>(12).map_err(fault(ACTION))? != Some(true) {
                return Err(damaged(position, "a change lies beyond its end"));
            }
            let change = decode_change(bytes).map_err(|error| damaged(position, error))?;
            entry.changes = Some(vec![change]);
        }
        Ok(entry)
    };
    rows.iter().map(read).collect()
}

/// Changes that histories know of.
pub(crate) fn indexed(connection: &Connection) -> Result<u64, StoreError> {
    const ACTION: &str = "count the changes of histories";
    let rows = connection.query(ACTION, "SELECT count(*) FROM _history", &[], None)?;
    let count = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose().map_err(fault(ACTION))?;
    Ok(count.unwrap_or(0) as u64)
}

/// Adds the entries of a whole group with their payloads, and where each record's change lies in them: two statements.
pub(crate) fn append(entries: Vec<NewEntry>) -> [Request; 2] {
    const ACTION: &str = "write the journal";
    let mut columns: [Vec<Cell>; 11] = Default::default();
    let mut places: [Vec<Cell>; 5] = Default::default();
    for NewEntry { entry, payload, records } in entries {
        let position = Cell::Integer(entry.position as i64);
        for (index, (entity, record)) in records.into_iter().enumerate() {
            let (start, length) = payload.part(index);
            let place = [
                Cell::id(record),
                Cell::Text(entity.to_string()),
                position.clone(),
                Cell::Integer(start as i64),
                Cell::Integer(length as i64),
            ];
            places.iter_mut().zip(place).for_each(|(column, cell)| column.push(cell));
        }
        let cause = &entry.cause;
        let actor = match &cause.actor {
            Actor::User(id) => Cell::id(*id),
            Actor::System => Cell::Null,
        };
        let row = [
            position,
            Cell::Integer(entry.epoch as i64),
            Cell::instant(cause.at),
            actor,
            Cell::Integer(i64::from(cause.origin.code())),
            Cell::text(cause.device.as_deref()),
            Cell::text(cause.request.as_deref()),
            Cell::Bytes(entry.payload_hash.to_vec()),
            Cell::Bytes(entry.digest.to_vec()),
            Cell::Bytes(entry.chain.to_vec()),
            Cell::Bytes(payload.bytes),
        ];
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
    }
    let entries = "INSERT INTO _entry (position, epoch, at, actor, origin, device, request, payload_hash, digest, chain, changes)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::smallint[], $6::text[], $7::text[],
            $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[])";
    let history = "INSERT INTO _history (record, entity, position, start, length)
        SELECT u.record, n.number, u.position, u.start, u.length
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::integer[], $5::integer[]) AS u(record, name, position, start, length)
        JOIN _name n ON n.name = u.name";
    [
        Request::new(ACTION, entries, columns.map(Cell::List).to_vec()),
        Request::new(ACTION, history, places.map(Cell::List).to_vec()),
    ]
}

/// Puts other changes in the place of an entry's, and tells histories where each lies now; answers the hash of what is there then.
pub(crate) fn replace(position: Position, changes: &[Change]) -> (Hash, [Request; 2]) {
    const ACTION: &str = "redact an entry of the journal";
    let payload = encode_changes(changes);
    let hash = payload_hash(&payload.bytes);
    let mut places: [Vec<Cell>; 4] = Default::default();
    for (index, change) in changes.iter().enumerate() {
        let (start, length) = payload.part(index);
        let place = [
            Cell::id(change.record),
            Cell::Text(change.entity.clone()),
            Cell::Integer(start as i64),
            Cell::Integer(length as i64),
        ];
        places.iter_mut().zip(place).for_each(|(column, cell)| column.push(cell));
    }
    let position = Cell::Integer(position as i64);
    let entry = "UPDATE _entry SET changes = $2 WHERE position = $1";
    let mut entry = Request::new(ACTION, entry, vec![position.clone(), Cell::Bytes(payload.bytes)]);
    entry.check = Some(Box::new(|count| match count {
        1 => Ok(()),
        _ => Err(StoreError::Damaged {
            what: "an entry of the journal is not there to be redacted".to_owned(),
        }),
    }));
    let history = "UPDATE _history h SET start = u.start, length = u.length
        FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS u(record, name, start, length)
        JOIN _name n ON n.name = u.name
        WHERE h.record = u.record AND h.entity = n.number AND h.position = $1";
    let cells = [position].into_iter().chain(places.map(Cell::List)).collect();
    (hash, [entry, Request::new(ACTION, history, cells)])
}

/// Gives the entity under which redactions are told its number.
pub(crate) fn know_redactions() -> Request {
    let sql = "INSERT INTO _name VALUES ($1, -1) ON CONFLICT (name) DO NOTHING";
    Request::new("redact an entry of the journal", sql, vec![Cell::Text(redaction::ENTITY.to_owned())])
}
