//! One unit of work.

use dictionary::RecordId;
use journal::{Cause, Position};

use crate::draft::Draft;
use crate::error::EngineError;
use crate::query::{Expand, Record};
use crate::write::take_back::{TakenBack, Whose};

/// What [`crate::Environment::transact`] hands to its closure: writes, and reads that see them.
pub trait Unit {
    /// Creates a record; `id` when a device or an import chose it. Returns its id.
    fn create(&mut self, entity: &str, id: Option<RecordId>, draft: Draft) -> Result<RecordId, EngineError>;

    /// Changes the fields given. With `expected`, refuses [`EngineError::Stale`] when the record moved since.
    fn update(
        &mut self,
        entity: &str,
        id: RecordId,
        expected: Option<Position>,
        draft: Draft,
    ) -> Result<(), EngineError>;

    /// Creates or changes by the value of a unique field (`code`, `siret`…). Returns the id and whether it was created.
    fn upsert(
        &mut self,
        entity: &str,
        key: &str,
        value: &str,
        draft: Draft,
    ) -> Result<(RecordId, bool), EngineError>;

    /// Deletes, following `on_delete` of what refers to it.
    fn delete(&mut self, entity: &str, id: RecordId, expected: Option<Position>) -> Result<(), EngineError>;

    /// Runs a transition of the entity's state machine.
    fn transition(
        &mut self,
        entity: &str,
        id: RecordId,
        expected: Option<Position>,
        name: &str,
    ) -> Result<(), EngineError>;

    /// Takes back what the entry at `position` did to a record: what it made is deleted, what it changed put back, what it deleted made again,
    /// where nobody did anything to it since. `whose` says whose work an entry is.
    fn take_back(
        &mut self,
        entity: &str,
        id: RecordId,
        position: Position,
        whose: &dyn Fn(&Cause) -> Whose,
    ) -> Result<TakenBack, EngineError>;

    /// Says that one operation follows, and after it nothing that could refuse it. It costs less then: see [`store::Transaction::certain`].
    fn single(&mut self);

    /// How many records this unit has written, lines and what followed of them included.
    fn written(&self) -> usize;

    /// Whether other units wait until this one ends: see [`store::Transaction::is_waited_for`].
    fn is_waited_for(&self) -> bool;

    /// The record as it stands in this unit.
    fn get(&mut self, entity: &str, id: RecordId, expand: &[Expand]) -> Result<Record, EngineError>;

    /// The record whose unique field has that value, as text.
    fn find(&mut self, entity: &str, key: &str, value: &str) -> Result<Option<RecordId>, EngineError>;

    /// A small named value of the environment that is not a record, such as how far an import came.
    fn note(&mut self, key: &str) -> Result<Option<String>, EngineError>;

    /// Sets a note, or removes it; committed with the unit, not journalled.
    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), EngineError>;

    /// The answer that this caller kept under that key within 24 hours. When there is none the key is this unit's until it ends, and the
    /// unit keeps its own answer: of two units with the same key, one does the work.
    fn answer(&mut self, key: &str) -> Result<Option<String>, EngineError>;

    /// Keeps the answer under a key that this unit has; committed with the unit, not journalled. Nothing is kept for callers who may not
    /// write.
    fn keep_answer(&mut self, key: &str, answer: &str) -> Result<(), EngineError>;
}
