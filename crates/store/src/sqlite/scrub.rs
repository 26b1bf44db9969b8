//! Nothing is left of what was removed: neither in the segments of the search index, nor in free pages and the slack of others, nor in the log.

use rusqlite::Connection;

use crate::error::StoreError;
use crate::sqlite::connection::fault;

const ACTION: &str = "remove what is left of what was removed";

/// Writes the database anew, by the connection that writes, while nobody else does.
///
/// Errors: `Database` when somebody reads an older moment for so long that the log cannot be emptied: to be done again.
pub(crate) fn scrub(db: &Connection) -> Result<(), StoreError> {
    // The index marks what is found no more; only when its segments are merged do the words go.
    db.execute_batch("INSERT INTO _search (_search) VALUES ('optimize')").map_err(fault(ACTION))?;
    // A copy of the whole database: not in memory, where other temporary things are.
    db.execute_batch("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY")
        .map_err(fault(ACTION))?;
    let held: bool = db
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0).map(|busy| busy != 0))
        .map_err(fault(ACTION))?;
    if held {
        return Err(StoreError::database(ACTION, "somebody has been reading for long: try again"));
    }
    Ok(())
}
