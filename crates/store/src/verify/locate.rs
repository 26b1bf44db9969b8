//! Which records differ from the journal: each is folded from its history and held against its row. Only done once the digest says that
//! something differs.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::model::Entity;
use dictionary::{Dictionary, RecordId, Value};
use journal::{Actor, Change, Entry, Operation, Position};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::StoreError;
use crate::layout::Layout;
use crate::row::Row;
use crate::verify::{Difference, FINDINGS_MAX, Finding, PAGE, Report};
use crate::{DICTIONARY_ENTITY, Snapshot};

/// Entries of one record read at most: one with more is compared by what is known of it.
const HISTORY_MAX: u32 = 100_000;

/// A change of the dictionary, as far as records are concerned.
struct Turn {
    position: Position,
    plan: Json,
}

/// What the journal says of a record.
#[derive(Default)]
struct Folded {
    exists: bool,
    fields: BTreeMap<String, Value>,
    /// Fields whose value the journal does not tell: redacted or converted.
    unknown: BTreeSet<String>,
    all_unknown: bool,
}

/// Adds the records that differ to the report.
pub(super) fn locate(
    snapshot: &dyn Snapshot,
    dictionary: &Dictionary,
    report: &mut Report,
) -> Result<(), StoreError> {
    let turns = turns(snapshot)?;
    for entity in &dictionary.entities {
        let layout = Layout::new(entity);
        let mut after = None;
        loop {
            let rows = snapshot.scan(entity, after, PAGE)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id());
            for row in &rows {
                let folded = match fold(snapshot, entity, &layout, row.id(), &turns) {
                    Err(StoreError::Damaged { .. }) => continue, // the chain already told of it
                    folded => folded?,
                };
                if let Some(difference) = compare(entity, &layout, row, &folded) {
                    let (entity, record) = (entity.name.clone(), row.id());
                    report.add(Finding::Record { entity, record, difference });
                }
            }
            if report.findings.len() >= FINDINGS_MAX {
                return Ok(());
            }
        }
    }
    missing(snapshot, dictionary, &turns, report)
}

/// Records that the journal made, never deleted, and that have no row.
fn missing(
    snapshot: &dyn Snapshot,
    dictionary: &Dictionary,
    turns: &[Turn],
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let entries = match snapshot.entries(after, PAGE) {
            Err(StoreError::Damaged { .. }) => return Ok(()),
            entries => entries?,
        };
        let Some(last) = entries.last() else { return Ok(()) };
        after = last.position;
        for entry in &entries {
            let created = entry.changes.iter().flatten().filter(|c| c.operation == Operation::Create);
            for change in created {
                let name = name_today(&change.entity, entry.position, turns);
                let Some(entity) = name.and_then(|name| dictionary.entity(&name)) else { continue };
                if snapshot.get(entity, change.record)?.is_some() {
                    continue;
                }
                let folded = fold(snapshot, entity, &Layout::new(entity), change.record, turns)?;
                let (entity, record) = (entity.name.clone(), change.record);
                let finding = Finding::Record { entity, record, difference: Difference::Missing };
                if folded.exists && !report.findings.contains(&finding) {
                    report.add(finding);
                }
            }
        }
    }
}

/// Every change of the dictionary, oldest first.
fn turns(snapshot: &dyn Snapshot) -> Result<Vec<Turn>, StoreError> {
    let nil = RecordId(Uuid::nil());
    let mut entries = snapshot.history(DICTIONARY_ENTITY, nil, None, HISTORY_MAX)?;
    entries.reverse();
    let turn = |entry: Entry| {
        let change = entry.changes?.pop()?;
        let plan = change.fields.into_iter().find(|field| field.field == "plan")?;
        match plan.new {
            Value::Json(plan) => Some(Turn { position: entry.position, plan: *plan }),
            _ => None,
        }
    };
    Ok(entries.into_iter().filter_map(turn).collect())
}

/// Name that an entity of an old entry has now; `None` once it was dropped.
fn name_today(name: &str, position: Position, turns: &[Turn]) -> Option<String> {
    let mut name = name.to_owned();
    for turn in turns.iter().filter(|turn| turn.position > position) {
        let plan = turn.plan.as_object()?;
        if let Some((renamed, _)) = plan.iter().find(|(_, what)| what["was"] == *name) {
            name.clone_from(renamed);
        } else if plan.get(&name).is_some_and(|what| what["dropped"] == true) {
            return None;
        }
    }
    Some(name)
}

fn fold(
    snapshot: &dyn Snapshot,
    entity: &Entity,
    layout: &Layout,
    record: RecordId,
    turns: &[Turn],
) -> Result<Folded, StoreError> {
    let mut history = snapshot.history(&entity.name, record, None, HISTORY_MAX)?;
    history.reverse();
    let mut folded = Folded::default();
    let mut turns = turns.iter().peekable();
    let mut name = String::new();
    for entry in history {
        while let Some(turn) = turns.next_if(|turn| turn.position < entry.position) {
            folded.turn(turn, &mut name);
        }
        folded.apply(&entry, layout, &mut name);
    }
    for turn in turns {
        folded.turn(turn, &mut name);
    }
    Ok(folded)
}

impl Folded {
    fn apply(&mut self, entry: &Entry, layout: &Layout, name: &mut String) {
        let Some([change]) = entry.changes.as_deref() else {
            self.all_unknown = true;
            self.exists = true;
            return;
        };
        let Change { entity, operation, fields, .. } = change;
        name.clone_from(entity);
        let by = match entry.cause.actor {
            Actor::User(id) => Value::Id(id),
            Actor::System => Value::Null,
        };
        let at = Value::DateTime(entry.cause.at);
        let mut set = |field: usize, value: &Value| {
            self.fields.insert(layout.fields[field].name.clone(), value.clone());
        };
        let system = layout.system;
        if *operation == Operation::Create {
            set(system.created_at, &at);
            set(system.created_by, &by);
        }
        set(system.version, &Value::Integer(entry.position as i64));
        set(system.updated_at, &at);
        set(system.updated_by, &by);
        self.exists = *operation != Operation::Delete;
        for field in fields {
            self.unknown.remove(&field.field);
            self.fields.insert(field.field.clone(), field.new.clone());
        }
        if !self.exists {
            *self = Folded::default();
        }
    }

    /// Follows what a change of the dictionary did to the record's fields.
    fn turn(&mut self, turn: &Turn, name: &mut String) {
        let Some(plan) = turn.plan.as_object() else { return };
        let Some((now, what)) = plan.iter().find(|(_, what)| what["was"] == **name) else { return };
        name.clone_from(now);
        let Some(steps) = what["fields"].as_object() else { return };
        let before = self.fields.clone();
        for (field, step) in steps {
            if step["dropped"] == true {
                self.fields.remove(field);
            }
            if let Some(was) = step["was"].as_str() {
                self.fields.remove(was);
            }
        }
        for (field, step) in steps {
            if step["converted"] == true {
                self.unknown.insert(field.clone());
            } else if let Some(value) = step["was"].as_str().and_then(|was| before.get(was)) {
                self.fields.insert(field.clone(), value.clone());
            }
        }
    }
}

fn compare(entity: &Entity, layout: &Layout, row: &Row, folded: &Folded) -> Option<Difference> {
    if !folded.exists {
        return Some(Difference::Added);
    }
    if folded.all_unknown {
        return None;
    }
    let null = Value::Null;
    (1..entity.fields.len())
        .filter(|&index| !layout.columns_of(index).is_empty())
        .find(|&index| {
            let name = &entity.fields[index].name;
            !folded.unknown.contains(name) && folded.fields.get(name).unwrap_or(&null) != row.get(index)
        })
        .map(|index| Difference::Field(entity.fields[index].name.clone()))
}
