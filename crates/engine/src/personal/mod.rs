//! What belongs to one person in an environment: how they want their screens, what they keep at hand, what they are told, who looked as them.
//!
//! Records of internal entities of the built-in layer, with these doors only: who asks reads and writes their own, be it that they may change
//! nothing else.

pub mod favourites;
pub mod impersonations;
pub mod notifications;
pub mod preferences;

use dictionary::expression::{check_condition, parse};
use dictionary::{Dictionary, RecordId, Value, system};
use journal::{Actor, Change};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::EngineError;
use crate::query::{Query, Record};
use crate::unit::Unit;

/// Entities whose records are one person's, by their field `owner`.
const PERSONAL: &[&str] = &[system::PREFERENCE, system::FAVOURITE, system::NOTIFICATION, system::SAVED_VIEW];

/// Whether a change is of something that is the caller's own: made for them, or by them.
pub fn is_theirs(change: &Change, actor: &Actor, caller: &Caller) -> bool {
    let Some(me) = caller.own() else { return false };
    let named = change.fields.iter().filter(|field| field.field == "owner");
    let mut owners = named.flat_map(|field| [field.new.as_id(), field.old.as_id()]).flatten().peekable();
    PERSONAL.contains(&change.entity.as_str())
        && match owners.peek() {
            Some(_) => owners.any(|owner| owner == me),
            None => *actor == Actor::User(me),
        }
}

/// These records are hidden from everybody and written by nobody, but through these doors.
fn at_this_door(caller: &Caller) -> Caller {
    caller.unbounded()
}

fn forbidden(action: &str, entity: &str) -> EngineError {
    EngineError::Forbidden { capability: format!("{action} {entity}") }
}

/// Who asks, as a record: Tisserand itself has nothing of its own.
fn me(caller: &Caller, entity: &str) -> Result<RecordId, EngineError> {
    caller.me().ok_or_else(|| forbidden("own", entity))
}

/// The value of a field of a record.
fn value<'r>(record: &'r Record, field: &str) -> &'r Value {
    let entity = &record.dictionary.entities[record.entity];
    entity.index(field).map_or(&Value::Null, |field| record.row.get(field))
}

/// The record of that id, if it is the caller's.
fn own(unit: &mut dyn Unit, caller: &Caller, entity: &str, id: RecordId) -> Result<Record, EngineError> {
    let record = unit.get(entity, id, &[])?;
    let is_own = caller.me().is_some() && value(&record, "owner").as_id() == caller.me();
    if is_own { Ok(record) } else { Err(EngineError::NotFound) }
}

impl Environment {
    /// The caller's records of a personal entity that hold a condition; none where the dictionary is older than them.
    fn own_records(
        &self,
        caller: &Caller,
        entity: &str,
        condition: &str,
        query: Query,
    ) -> Result<Vec<Record>, EngineError> {
        let dictionary = self.dictionary();
        if caller.own().is_none() || dictionary.entity(entity).is_none() {
            return Ok(Vec::new());
        }
        let filters = vec![checked(&dictionary, entity, condition)?];
        let query =
            Query { dictionary: Some(dictionary.clone()), entity: entity.to_owned(), filters, ..query };
        Ok(self.list(&at_this_door(caller), &query)?.records)
    }
}

fn checked(
    dictionary: &Dictionary,
    entity: &str,
    condition: &str,
) -> Result<dictionary::expression::Typed, EngineError> {
    let index = dictionary.entity_index(entity).ok_or(EngineError::NotFound)?;
    let parsed = parse(condition).map_err(|error| EngineError::Expression(vec![error]))?;
    check_condition(&parsed.root, dictionary, index).map_err(EngineError::Expression)
}
