//! Pages through the index of their sort.
//!
//! A page that filters by one column and sorts by another can be read in two ways: find the rows by the filter's index and sort them all, or
//! go along the sort's index and keep what the filter lets through. The first reads every row that the filter finds, a third of a large table
//! perhaps, for fifty of them; the second may read the whole table for none. SQLite takes the first whenever the filter has an index. Here the second
//! is tried for about a millisecond; when that was not enough, the same statement goes the first way for a while.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use dictionary::expression::Node;

use crate::layout::Layout;
use crate::query::Select;

/// Executions of a statement that go the other way once a try failed.
const ROUNDS_AFTER_FAILURE: u8 = 30;

/// Statements remembered at most.
const STATEMENTS_MAX: usize = 1_024;

/// Which statements need not be tried for now. Of one connection.
#[derive(Debug, Default)]
pub(crate) struct Walks {
    hasher: RandomState,
    rounds: RefCell<HashMap<u64, u8>>,
}

impl Walks {
    /// The page's statement made to go along the index of its first criterion, if that is worth a try.
    pub(crate) fn to_try(&self, layout: &Layout, select: &Select<'_>, sql: &str) -> Option<String> {
        let index = index_of_sort(layout, select)?;
        let mut rounds = self.rounds.borrow_mut();
        if let Some(left) = rounds.get_mut(&self.hasher.hash_one(sql)).filter(|left| **left > 0) {
            *left -= 1;
            return None;
        }
        let table = format!("\"{}\" AS \"t0\"", layout.entity);
        sql.contains(&table).then(|| sql.replacen(&table, &format!("{table} INDEXED BY \"{index}\""), 1))
    }

    /// The try took too long, or there is no such index.
    pub(crate) fn failed(&self, sql: &str) {
        let mut rounds = self.rounds.borrow_mut();
        if rounds.len() >= STATEMENTS_MAX {
            rounds.clear();
        }
        rounds.insert(self.hasher.hash_one(sql), ROUNDS_AFTER_FAILURE);
    }
}

/// Name that the index of the first criterion has, if it is a column of the entity's own; there may be none of that name. A page without
/// filters goes along it anyway, and full-text search finds its rows elsewhere.
fn index_of_sort(layout: &Layout, select: &Select<'_>) -> Option<String> {
    if select.filters.is_empty() || select.search.is_some() {
        return None;
    }
    let Node::Path(path) = &select.order.first()?.path.node else { return None };
    if !path.hops.is_empty() {
        return None;
    }
    let column = layout.column(path.field, path.part)?;
    Some(format!("_i_{}__{}", layout.entity, column.name))
}
