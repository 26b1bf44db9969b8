//! What changes of the dictionary kept aside of records, forgotten for good.

use std::collections::BTreeMap;

use dictionary::RecordId;

use crate::error::StoreError;
use crate::names::quoted;
use crate::postgres::cell::Cell;
use crate::postgres::connection::{Connection, fault};

const ACTION: &str = "forget what is kept aside of records";

/// Empties the columns kept aside in the rows of `ids`, and removes rows kept aside that are or name one of them; answers how many rows.
pub(crate) fn forget(
    connection: &Connection,
    schema: &str,
    entity: &str,
    ids: &[RecordId],
) -> Result<u64, StoreError> {
    let sql = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = $1 AND (starts_with(table_name, '_aside_') OR table_name = $2 AND starts_with(column_name, '_aside_'))";
    let cells = [Cell::Text(schema.to_owned()), Cell::Text(entity.to_owned())];
    let (mut kept, mut naming) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for row in connection.query(ACTION, sql, &cells, None)? {
        let text = |index: usize| row.try_get::<_, String>(index).map_err(fault(ACTION));
        let (table, column) = (text(0)?, text(1)?);
        if table == entity {
            kept.push(quoted(&column));
        } else if text(2)? == "uuid" {
            naming.entry(table).or_default().push(format!("{} = ANY($1::uuid[])", quoted(&column)));
        }
    }
    let ids = [Cell::List(ids.iter().map(|id| Cell::id(*id)).collect())];
    let mut statements = Vec::new();
    if !kept.is_empty() {
        let sets: Vec<String> = kept.iter().map(|column| format!("{column} = NULL")).collect();
        let filled: Vec<String> = kept.iter().map(|column| format!("{column} IS NOT NULL")).collect();
        let (table, sets, filled) = (quoted(entity), sets.join(", "), filled.join(" OR "));
        statements
            .push(format!("UPDATE {table} SET {sets} WHERE id = ANY($1::uuid[]) AND ({filled}) RETURNING 1"));
    }
    for (table, conditions) in naming {
        statements.push(format!(
            "DELETE FROM {} WHERE {} RETURNING 1",
            quoted(&table),
            conditions.join(" OR ")
        ));
    }
    let mut count = 0;
    for sql in statements {
        count += connection.query(ACTION, &sql, &ids, None)?.len() as u64;
    }
    Ok(count)
}
