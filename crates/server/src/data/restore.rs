//! Deleted records made again: `POST /data/{env}/{collection}/{id}/$restore`.

use std::collections::HashSet;

use dictionary::model::Entity;
use dictionary::{RecordId, Value};
use engine::{EngineError, Left, Power, TakenBack, Unit, Whose};
use journal::{Change, Operation as Happened, Position};
use platform::Entered;

use crate::data::operation::Act;
use crate::data::resource::Key;
use crate::problem::Problem;

/// A deletion that is taken back.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) id: RecordId,
    /// The entry that deleted the record.
    position: Position,
    /// The record, then what went with it: its lines, and references to it that were emptied.
    changes: Vec<(String, RecordId)>,
}

/// The making again of a record that the caller deleted last; anybody's, for an administrator. One that is there stays as it is.
///
/// `404` if it was never there, or somebody else deleted it: that it was is not told.
pub(crate) fn restore(entered: &Entered, entity: &Entity, key: &Key) -> Result<Act, Problem> {
    let Key::Id(id) = *key else { return Err(Problem::not_found()) };
    let (engine, caller) = (&entered.environment.engine, &entered.caller);
    let last = engine.history(caller, &entity.name, id, None, 1)?.pop();
    let gone = |change: &Change| {
        change.entity == entity.name && change.record == id && change.operation == Happened::Delete
    };
    let Some(last) = last.filter(|entry| entry.changes.iter().flatten().any(gone)) else {
        return Ok(Act::Restore(Restored { id, position: 0, changes: Vec::new() }));
    };
    if last.cause.actor != caller.actor && !engine.has(caller, Power::Administer) {
        return Err(Problem::not_found());
    }
    let position = last.position;
    let whole = engine.entries(caller, position - 1, 1)?.pop().unwrap_or(last);
    let changes = with_it(&entity.name, id, whole.changes.as_deref().unwrap_or_default());
    Ok(Act::Restore(Restored { id, position, changes }))
}

/// A deleted record and what went with it in the same entry, in an order in which they can be made again.
fn with_it(entity: &str, id: RecordId, changes: &[Change]) -> Vec<(String, RecordId)> {
    let mut found = vec![(entity.to_owned(), id)];
    let mut ids = HashSet::from([id]);
    loop {
        let before = found.len();
        for change in changes {
            let lost = |value: &Value| value.as_id().is_some_and(|id| ids.contains(&id));
            let named = change.fields.iter().any(|moved| moved.new == Value::Null && lost(&moved.old));
            let ours = named && change.operation != Happened::Create;
            if ours && !found.iter().any(|(_, known)| *known == change.record) {
                found.push((change.entity.clone(), change.record));
                if change.operation == Happened::Delete {
                    ids.insert(change.record);
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

impl Restored {
    /// Does it in `unit`. What went with the record and was changed since stays as it is.
    ///
    /// Errors: what the record was is against a rule today (`Validation`), or it cannot be told any more (`NotFound`).
    pub(crate) fn run(self, unit: &mut dyn Unit) -> Result<RecordId, EngineError> {
        for (entity, record) in self.changes {
            let done = unit.take_back(&entity, record, self.position, &|_| Whose::Others)?;
            if let TakenBack::Left(left) = done
                && record == self.id
            {
                return Err(match left {
                    Left::Refused(problems) => EngineError::Validation(problems),
                    Left::Referenced(by) => EngineError::Referenced { id: record, by },
                    Left::Changed { .. } | Left::Deleted | Left::Forgotten => EngineError::NotFound,
                });
            }
        }
        Ok(self.id)
    }
}
