//! Records that are held no longer than their dictionary says: what a retention run would do, and does.
//!
//! It is an erasure of many at once (`docs/decisions/0144-retention-runs-are-erasures.md`): the same steps, the same certificate.

use std::collections::BTreeSet;

use dictionary::expression::{Typed, check_condition, parse};
use dictionary::label::Label;
use dictionary::model::EntityIndex;
use dictionary::text::fold;
use dictionary::{Language, RecordId};
use jiff::Span;
use uuid::Uuid;

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, FieldProblem, failed};
use crate::prepared::Prepared;
use crate::subject::erasure::{self, Run};
use crate::subject::held;
use crate::subject::plan::{self, emptied, holds_something};
use crate::view::{Key, View};

/// Records that one run takes at most: the next takes those that are left.
const RUN_MAX: usize = 1_000;
/// Records looked at by one preview of an entity at most.
const LOOKED_MAX: u32 = 20_000;

/// What is held longer than it should be, of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Its name.
    pub entity: String,
    /// After how many months.
    pub months: u32,
    /// They would be deleted; else emptied of what is personal.
    pub delete: bool,
    /// Why so long and no longer.
    pub because: Label,
    /// How many are due.
    pub due: u64,
    /// How many would be, and stay: the law asks for it, or their person may not be erased yet.
    pub held_back: u64,
    /// A run that was begun and is not done.
    pub running: Option<RecordId>,
}

/// Stands for the many in the record of a run.
pub(crate) fn many() -> RecordId {
    RecordId(Uuid::nil())
}

impl Environment {
    /// What is held longer than it should be, by entity of those that say how long. Changes nothing.
    ///
    /// Errors: `Forbidden`.
    pub fn expiring(&self, caller: &Caller) -> Result<Vec<Expiring>, EngineError> {
        self.may_protect(caller)?;
        self.read(&caller.unbounded(), 0, |reading| {
            let (prepared, view) = (reading.prepared, &reading.reader.view);
            let mut expiring = Vec::new();
            for (index, entity) in prepared.dictionary.entities.iter().enumerate() {
                let Some(expiry) = &entity.protection.expiry else { continue };
                let (due, held_back) = due(view, index)?;
                expiring.push(Expiring {
                    entity: entity.name.clone(),
                    months: expiry.months,
                    delete: expiry.delete,
                    because: expiry.because.clone(),
                    due: due.len() as u64,
                    held_back,
                    running: erasure::running(view, (index, many()))?,
                });
            }
            Ok(expiring)
        })
    }

    /// Begins to do so for an entity, up to 1 000 records, and returns the record of it; that of the one that goes on, if one does. `name` is what whoever
    /// asks typed: what its records are called.
    ///
    /// Errors: `Forbidden`; `NotFound` for an entity that does not say how long; `Validation` when `name` is another.
    pub fn expiry_begin(&self, caller: &Caller, entity: &str, name: &str) -> Result<RecordId, EngineError> {
        self.may_protect(caller)?;
        caller.may_change()?;
        let (run, going_on) = self.read(&caller.unbounded(), 0, |reading| {
            let (prepared, view) = (reading.prepared, &reading.reader.view);
            let all = &prepared.dictionary.entities;
            let index = all.iter().position(|one| one.name == entity || one.collection == entity);
            let index = index.ok_or(EngineError::NotFound)?;
            let definition = prepared.entity(index);
            let expiry = definition.protection.expiry.as_ref().ok_or(EngineError::NotFound)?;
            let names = [Language::Fr, Language::En].map(|language| definition.plural.text(language));
            if !names
                .into_iter()
                .chain([&*definition.name, &*definition.collection])
                .any(|known| fold(known) == fold(name.trim()))
            {
                return Err(EngineError::Validation(vec![FieldProblem {
                    field: "name".to_owned(),
                    code: "not_confirmed",
                    message: Label::new(
                        "Ce n'est pas le nom de ces fiches.",
                        "This is not the name of these records.",
                    ),
                }]));
            }
            let (mut due, _) = due(view, index)?;
            due.truncate(RUN_MAX);
            let run = run(view, index, &due, expiry.delete)?;
            Ok((run, erasure::running(view, (index, many()))?))
        })?;
        match going_on {
            Some(erasure) => Ok(erasure),
            None => self.run_begin(caller, run),
        }
    }
}

fn run(view: &View<'_>, entity: EntityIndex, due: &[Key], delete: bool) -> Result<Run, EngineError> {
    let prepared = view.prepared;
    let named = |key: &Key| (prepared.entity(key.0).name.clone(), key.1);
    let person = (prepared.entity(entity).name.clone(), many());
    let held = held::held_of(view, due)?;
    // Those that are due come first; what is about one that is deleted is emptied, unless it goes with it.
    let rows = held.rows.iter().map(named).collect();
    let gone = held.gone.iter().map(named).collect();
    let deletes = if delete { due.len() } else { 0 };
    Ok(Run { deletes, ..Run::of(person, rows, gone) })
}

/// Records of an entity that are due, and how many are held back.
fn due(view: &View<'_>, entity: EntityIndex) -> Result<(Vec<Key>, u64), EngineError> {
    let Some(filter) = condition(view, entity)? else { return Ok((Vec::new(), 0)) };
    let rows = view.select(entity, &[&filter], &[], LOOKED_MAX).map_err(failed("look for what is due"))?;
    let prepared = view.prepared;
    let definition = prepared.entity(entity);
    let deletes = definition.protection.expiry.as_ref().is_some_and(|expiry| expiry.delete);
    let fields = emptied(prepared, entity);
    let mut due = Vec::new();
    let mut held_back = 0;
    for row in rows {
        let key = (entity, row.id());
        if !deletes && !fields.iter().any(|field| holds_something(definition, &row, *field)) {
            continue; // emptied before
        }
        if is_held_back(prepared, view, key)? {
            held_back += 1;
        } else {
            due.push(key);
        }
    }
    Ok((due, held_back))
}

/// Whether the law asks to keep a record or one that is about it, or it is a person who may not be erased yet.
fn is_held_back(prepared: &Prepared, view: &View<'_>, key: Key) -> Result<bool, EngineError> {
    if prepared.entity(key.0).protection.person && plan::refusal(view, key)?.is_some() {
        return Ok(true);
    }
    let all: BTreeSet<Key> = held::about(view, key)?.into_iter().chain([key]).collect();
    for key in all {
        if plan::kept_until(view, key)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The condition that a record is due; nothing for an entity that does not say how long.
fn condition(view: &View<'_>, entity: EntityIndex) -> Result<Option<Typed>, EngineError> {
    let definition = view.prepared.entity(entity);
    let Some(expiry) = &definition.protection.expiry else { return Ok(None) };
    let today = view.context.zone.to_datetime(view.context.now).date();
    let months = Span::new().months(i64::from(expiry.months));
    let Ok(last) = today.checked_sub(months) else { return Ok(None) };
    let since = &definition.fields[expiry.since].name;
    let mut text = format!("{since} <= date '{last}'");
    if let Some(when) = &expiry.when {
        text = format!("({}) and {text}", when.source);
    }
    let parsed = parse(&text).map_err(|error| EngineError::Expression(vec![error]))?;
    let checked = check_condition(&parsed.root, &*view.prepared.dictionary, entity);
    checked.map(Some).map_err(EngineError::Expression)
}
