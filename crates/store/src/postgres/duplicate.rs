//! Telling which unique key a row broke.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;
use crate::layout::Layout;
use crate::migration::unique_index;
use crate::postgres::connection::fault;

/// `Duplicate` when a unique key was broken; else as [`fault`]. PostgreSQL names the index.
pub(crate) fn explain(error: Error, layout: &Layout, action: &'static str) -> StoreError {
    let Some(said) = error.as_db_error().filter(|said| *said.code() == SqlState::UNIQUE_VIOLATION) else {
        return fault(action)(error);
    };
    let broken = said.constraint().unwrap_or_default();
    let key = layout.uniques.iter().find(|(key, _)| unique_index(&layout.entity, key) == broken);
    // The only unique column that is no key of the dictionary is the id.
    let key = key.map_or("id", |(key, _)| key);
    StoreError::Duplicate { entity: layout.entity.to_string(), key: key.to_owned() }
}
