//! Telling which unique key a row broke.

use rusqlite::ffi;

use crate::error::StoreError;
use crate::layout::Layout;
use crate::sqlite::connection::fault;

/// `Duplicate` when a unique key was broken; else as [`fault`].
///
/// SQLite names the columns, `UNIQUE constraint failed: account.code`: an index of the dictionary's is on exactly the key's columns.
pub(crate) fn explain(error: rusqlite::Error, layout: &Layout, action: &'static str) -> StoreError {
    if let rusqlite::Error::SqliteFailure(
        ffi::Error {
            extended_code: ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ..
        },
        Some(message),
    ) = &error
        && let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ")
    {
        let names: Vec<&str> =
            columns.split(", ").filter_map(|column| column.split_once('.').map(|(_, name)| name)).collect();
        let key = layout.uniques.iter().find(|(_, columns)| *columns == names);
        // The only unique column that is no key of the dictionary is the id.
        let key = key.map_or_else(|| names.join(", "), |(name, _)| name.clone());
        return StoreError::Duplicate { entity: layout.entity.to_string(), key };
    }
    fault(action)(error)
}
