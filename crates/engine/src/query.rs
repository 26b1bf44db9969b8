//! What a caller reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::Dictionary;
use dictionary::expression::Typed;
use dictionary::model::{EntityIndex, FieldIndex, Sort};
use journal::Position;
use rights::Capability;
use store::{Keyset, Row};

/// A list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The dictionary that filters and sorts were checked against. When it is no longer in force the answer is [`crate::EngineError::Outdated`]
    /// rather than fields mistaken for others. May be left out when there are neither filters nor sorts.
    pub dictionary: Option<Arc<Dictionary>>,
    /// Name of the entity.
    pub entity: String,
    /// Conditions that all hold.
    pub filters: Vec<Typed>,
    /// Words of full-text search.
    pub search: Option<String>,
    /// Sort; the entity's own when empty.
    pub order: Vec<Sort>,
    /// Where the previous page ended.
    pub after: Option<Keyset>,
    /// Records passed over first, 10 000 at most.
    pub skip: u32,
    /// Records at most; 0 for none (a count alone).
    pub limit: u32,
    /// References and lines to bring along.
    pub expand: Vec<Expand>,
    /// Count too, to 10 000 at most.
    pub count: bool,
    /// Bound of the query, milliseconds; 0 for the environment's default.
    pub timeout_ms: u64,
    /// What the records are read for: those that the caller may use so are found.
    pub purpose: Capability,
}

/// Records to bring along: what a reference or related field leads to, lines, or the records of a collection that has one reference to this one.
#[derive(Debug, Clone, Default)]
pub struct Expand {
    /// Name of the field, or of the collection.
    pub field: String,
    /// What to bring along beneath it.
    pub expand: Vec<Expand>,
    /// Which of several; `None` for all lines of a field. A collection needs it.
    pub pick: Option<Pick>,
}

/// Which of the records that refer to one are brought along.
#[derive(Debug, Clone)]
pub struct Pick {
    /// The dictionary that filters and sort were checked against.
    pub dictionary: Arc<Dictionary>,
    /// Conditions that all hold.
    pub filters: Vec<Typed>,
    /// Sort; the entity's own when empty.
    pub order: Vec<Sort>,
    /// Records passed over.
    pub skip: u32,
    /// Records at most, for each of those they refer to.
    pub top: Option<u32>,
    /// Count them too, whatever `skip` and `top` leave.
    pub count: bool,
}

/// Records of one moment.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In order.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Keyset>,
    /// How many in all, and whether the count stopped at its cap.
    pub count: Option<(u64, bool)>,
    /// Journal position they were read at.
    pub position: Position,
    /// Epoch of that position.
    pub epoch: u64,
}

/// A record as a caller may see it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The dictionary of the moment it was read at: what its entity and fields are positions in.
    pub dictionary: Arc<Dictionary>,
    /// Its entity.
    pub entity: EntityIndex,
    /// Its values; `secret` fields are `Null`; virtual computed fields are filled in.
    pub row: Arc<Row>,
    /// Its name, by the entity's `title`.
    pub title: String,
    /// Name of the rule of its list that gives it a colour.
    pub colour: Option<String>,
    /// What the caller may do to records of this entity but not to this one: `update`, `delete`, names of transitions.
    pub not: Vec<String>,
    /// What was asked to come along, by field.
    pub expanded: BTreeMap<FieldIndex, Expanded>,
    /// What was picked to come along, by name.
    pub related: BTreeMap<String, Related>,
}

/// Records that were picked.
#[derive(Debug, Clone, Default)]
pub struct Related {
    /// In order.
    pub records: Vec<Record>,
    /// How many there are in all, when asked.
    pub count: Option<u64>,
}

/// What came along.
#[derive(Debug, Clone)]
pub enum Expanded {
    /// What a reference or a related field leads to; `None` when empty.
    One(Option<Box<Record>>),
    /// Lines, in the child's default order.
    Many(Vec<Record>),
}
