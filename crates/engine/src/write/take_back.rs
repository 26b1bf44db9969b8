//! Taking back what earlier units of work did to a record, where nobody did anything to it since.

use std::collections::HashSet;
use std::sync::Arc;

use dictionary::model::{EntityIndex, ID, OnDelete};
use dictionary::{RecordId, Value};
use jiff::Timestamp;
use journal::{Actor, Cause, Change, Entry, Operation, Position};
use rights::Capability;
use store::Row;

use crate::error::{EngineError, FieldProblem, failed};
use crate::view::Key;
use crate::write::session::Session;
use crate::write::staging::Staged;

/// Changes of one record looked through at most: who changed it that often made it theirs.
const HISTORY_MAX: u32 = 500;
/// Records looked at that name one to be deleted, per field.
const NAMING_MAX: u32 = 200;

/// Whose work an entry of the journal is, to somebody who takes work back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Part of the work that is taken back.
    Work,
    /// Part of taking it back, now.
    Now,
    /// Part of taking it back at an earlier time: what was taken back then is not taken back again.
    Earlier,
    /// Anybody's.
    Others,
}

/// What became of a change that was to be taken back.
#[derive(Debug, Clone, PartialEq)]
pub enum TakenBack {
    /// The record is as it was before.
    Done,
    /// There was nothing to take back: it was before, or followed from other records and does again.
    Nothing,
    /// It was left as it is.
    Left(Left),
}

/// Why a change is not taken back.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// Somebody changed the record since.
    Changed {
        /// Who, last.
        by: Actor,
        /// When.
        at: Timestamp,
    },
    /// The record was deleted since.
    Deleted,
    /// Other records refer to it: entities, and how many.
    Referenced(Vec<(String, u64)>),
    /// What it was is against a rule today.
    Refused(Vec<FieldProblem>),
    /// The journal no longer says what it was.
    Forgotten,
}

impl Session<'_> {
    /// Takes back the change that the entry at `position` made to a record.
    pub(crate) fn take_back_change(
        &mut self,
        entity: &str,
        id: RecordId,
        position: Position,
        whose: &dyn Fn(&Cause) -> Whose,
    ) -> Result<TakenBack, EngineError> {
        // The entity may be no more, with its records.
        let Some(index) = self.prepared.entity_index(entity) else {
            return Ok(TakenBack::Left(Left::Forgotten));
        };
        let key = (index, id);
        let found = self.tx.history(entity, id, Some(position + 1), 1);
        let entry = found.map_err(failed("read a record's history"))?.pop();
        let Some(entry) = entry.filter(|entry| entry.position == position) else {
            return Ok(TakenBack::Left(Left::Forgotten));
        };
        let Some(change) = entry.changes.into_iter().flatten().next() else {
            return Ok(TakenBack::Left(Left::Forgotten));
        };
        if change.operation == Operation::Update && !self.is_given(index, &change) {
            return Ok(TakenBack::Nothing);
        }
        let needed = match change.operation {
            Operation::Create => Capability::Delete,
            Operation::Update => Capability::Update,
            Operation::Delete => Capability::Create,
        };
        // What is out of sight is not there any more, whoever changed it.
        let there = self.view().row(index, id).map_err(failed("read a record"))?.is_some();
        if there && !self.is_seen(index, id)? {
            return Ok(TakenBack::Left(Left::Deleted));
        }
        match self.since(key, position, whose)? {
            Since::Nothing => {}
            Since::TakenBack => return Ok(TakenBack::Nothing),
            Since::Others(left) => return Ok(TakenBack::Left(left)),
        }
        self.writable(needed, entity)?;
        if needed != Capability::Create {
            self.may_touch(key, needed, true)?;
        }
        let done = match change.operation {
            Operation::Create => self.unmake(key, whose),
            Operation::Update => self.put_back(key, change),
            Operation::Delete => self.make_again(key, change),
        };
        match done {
            Err(EngineError::Validation(problems)) => Ok(TakenBack::Left(Left::Refused(problems))),
            Err(EngineError::Referenced { by, .. }) => Ok(TakenBack::Left(Left::Referenced(by))),
            done => done,
        }
    }

    /// What happened to a record after a position.
    fn since(
        &self,
        key: Key,
        position: Position,
        whose: &dyn Fn(&Cause) -> Whose,
    ) -> Result<Since, EngineError> {
        let mut newest = true;
        for entry in self.history_of(key, position)? {
            let whose = whose(&entry.cause);
            if newest && whose == Whose::Earlier {
                return Ok(Since::TakenBack);
            }
            newest = false;
            if whose == Whose::Others && self.is_told(key.0, &entry) {
                let gone = entry.changes.iter().flatten().any(|c| c.operation == Operation::Delete);
                let Cause { actor: by, at, .. } = entry.cause;
                return Ok(Since::Others(if gone { Left::Deleted } else { Left::Changed { by, at } }));
            }
        }
        Ok(Since::Nothing)
    }

    /// Changes of a record after a position, newest first.
    fn history_of(&self, key: Key, after: Position) -> Result<Vec<Entry>, EngineError> {
        let name = &self.prepared.entity(key.0).name;
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = self.tx.history(name, key.1, before, 50).map_err(failed("read a record's history"))?;
            let full = page.len() == 50;
            before = page.last().map(|entry| entry.position);
            let reached = before.is_none_or(|position| position <= after);
            found.extend(page.into_iter().filter(|entry| entry.position > after));
            if !full || reached || found.len() >= HISTORY_MAX as usize {
                return Ok(found);
            }
        }
    }

    /// Whether an entry did more to the record than what follows from other records.
    fn is_told(&self, entity: EntityIndex, entry: &Entry) -> bool {
        match &entry.changes {
            None => true,
            Some(changes) => changes
                .iter()
                .any(|change| change.operation != Operation::Update || self.is_given(entity, change)),
        }
    }

    /// Whether a change is of fields that are given, not only of computed ones.
    fn is_given(&self, entity: EntityIndex, change: &Change) -> bool {
        let entity = self.prepared.entity(entity);
        let given = |name: &str| entity.field(name).is_some_and(|field| field.computed.is_none());
        change.fields.iter().any(|moved| given(&moved.field))
    }

    /// Deletes a record that the work made. Nothing that others made may go with it, or lose it.
    fn unmake(&mut self, key: Key, whose: &dyn Fn(&Cause) -> Whose) -> Result<TakenBack, EngineError> {
        let here = self.view().row(key.0, key.1).map_err(failed("read a record"))?;
        if here.is_none() {
            return Ok(TakenBack::Nothing);
        }
        let prepared = self.prepared.clone();
        let (mut others, mut is_referred_to): (Vec<(String, u64)>, bool) = (Vec::new(), false);
        let (mut waiting, mut seen) = (vec![key], HashSet::from([key]));
        while let Some(at) = waiting.pop() {
            for referrer in &prepared.entities[at.0].referrers {
                let view = self.view();
                let naming = view.naming_at_most(referrer.entity, referrer.field, at, NAMING_MAX);
                let mut strangers = 0;
                for row in naming.map_err(failed("read what refers to a record"))? {
                    let other = (referrer.entity, row.id());
                    if !seen.insert(other) {
                        continue;
                    }
                    // What goes with it is what the work made with it, such as its lines.
                    let ours = referrer.on_delete == OnDelete::Cascade
                        && self.since(other, 0, whose)? == Since::Nothing;
                    match ours {
                        true => waiting.push(other),
                        // Those out of sight stand in the way, and are not told of.
                        false => {
                            is_referred_to = true;
                            strangers += u64::from(self.is_seen(other.0, other.1)?);
                        }
                    }
                }
                if strangers > 0 {
                    others.push((prepared.entity(referrer.entity).name.clone(), strangers));
                }
            }
        }
        if is_referred_to {
            return Ok(TakenBack::Left(Left::Referenced(others)));
        }
        self.operation(|session, _| session.stage_delete(key))?;
        Ok(TakenBack::Done)
    }

    /// Gives the fields of a change what they were.
    fn put_back(&mut self, key: Key, change: Change) -> Result<TakenBack, EngineError> {
        let old = self.view().row(key.0, key.1).map_err(failed("read a record"))?;
        let Some(old) = old else { return Ok(TakenBack::Left(Left::Deleted)) };
        let row = self.as_before(key.0, Row::clone(&old), change);
        if row == *old {
            return Ok(TakenBack::Nothing);
        }
        self.stage_as_it_was(key, Some(old), row)?;
        Ok(TakenBack::Done)
    }

    /// Makes a record again that the work deleted.
    fn make_again(&mut self, key: Key, change: Change) -> Result<TakenBack, EngineError> {
        if self.view().row(key.0, key.1).map_err(failed("read a record"))?.is_some() {
            return Ok(TakenBack::Nothing);
        }
        let mut empty = Row(vec![Value::Null; self.prepared.entity(key.0).fields.len()]);
        empty.0[ID] = Value::Id(key.1);
        let row = self.as_before(key.0, empty, change);
        self.stage_as_it_was(key, None, row)?;
        Ok(TakenBack::Done)
    }

    /// The row with what the change took from it. Computed fields are computed again.
    fn as_before(&self, entity: EntityIndex, mut row: Row, change: Change) -> Row {
        let definition = self.prepared.entity(entity);
        for moved in change.fields {
            let Some(index) = definition.index(&moved.field) else { continue };
            if definition.fields[index].computed.is_none() && !definition.fields[index].kind.is_virtual() {
                row.0[index] = moved.old;
            }
        }
        row
    }

    /// A record goes back to where it was whatever transitions there are: it came from there.
    fn stage_as_it_was(&mut self, key: Key, old: Option<Arc<Row>>, row: Row) -> Result<(), EngineError> {
        self.operation(|session, _| {
            let staged = Staged {
                old,
                new: Some(Arc::new(row)),
                place: Some(String::new()),
                moved: true,
                ..Staged::default()
            };
            session.stage(key, staged)
        })
    }
}

/// What happened to a record since.
#[derive(Debug, PartialEq)]
enum Since {
    Nothing,
    /// The work was taken back there already.
    TakenBack,
    Others(Left),
}
