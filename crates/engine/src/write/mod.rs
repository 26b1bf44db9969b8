//! The one way to write: what stands behind [`crate::Unit`].
//!
//! An operation is staged whole, settled (numbers, computed fields), checked, and only then written: one that is refused leaves nothing in its
//! unit of work, which may go on. Computed fields of *other* records are marked and refreshed once, when the unit ends.

mod allowed;
mod answers;
mod check;
mod compute;
mod delete;
pub(crate) mod input;
mod lines;
mod notify;
mod numbering;
mod problems;
mod reference;
mod related;
mod save;
pub(crate) mod session;
pub(crate) mod staging;
mod stale;
mod states;
pub(crate) mod take_back;
mod unique;
