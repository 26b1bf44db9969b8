//! The steps of an erasure that are units of work.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use dictionary::system::ERASURE;
use dictionary::{RecordId, Value};
use journal::{Change, Position, redaction};
use store::Row;

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::prepared::Prepared;
use crate::subject::erasure::{Run, Step, note, read_run, text};
use crate::subject::plan::{emptied, holds_something, in_place};
use crate::write::session::Session;
use crate::write::staging::Staged;

impl Environment {
    /// Runs a part of a step in a unit of work, which also notes how far it came. Does nothing when that step is over; answers the one that comes next.
    fn in_step(
        &self,
        caller: &Caller,
        erasure: RecordId,
        step: Step,
        work: impl FnOnce(&mut Session<'_>, &mut Run) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<Step, EngineError> {
        let (inner, caller) = (self.shared.clone(), caller.clone());
        let done = self.shared.write(move |tx| {
            let (prepared, _) = inner.prepared(&*tx)?;
            let context = inner.context(&caller);
            let noted = tx.note(&note(erasure)).map_err(failed("read an erasure"))?;
            let Some(mut run) = noted.map(|text| read_run(&text)).transpose()? else { return Ok(Step::Done) };
            if run.step != step {
                return Ok(run.step); // somebody else went on with it
            }
            let mut session = Session::begin(&inner, prepared, &caller, tx, context);
            work(&mut session, &mut run)?;
            let kept = session.tx.set_note(&note(erasure), Some(&text(&run)));
            kept.map_err(failed("note how far an erasure came"))?;
            Ok(run.step)
        })?;
        Ok(done.value)
    }

    /// Goes on to another step.
    pub(super) fn advance_erasure(
        &self,
        caller: &Caller,
        erasure: RecordId,
        next: Step,
        note: impl FnOnce(&mut Run) + Send + 'static,
    ) -> Result<Step, EngineError> {
        let from = match next {
            Step::Files => Step::Imports,
            Step::Scrub => Step::Files,
            Step::Certificate => Step::Scrub,
            other => other,
        };
        self.in_step(caller, erasure, from, move |_, run| {
            note(run);
            run.step = next;
            Ok(())
        })
    }

    /// Takes what is personal out of some of the records.
    pub(super) fn empty_records(
        &self,
        caller: &Caller,
        erasure: RecordId,
        at_once: usize,
    ) -> Result<Step, EngineError> {
        self.in_step(caller, erasure, Step::Records, move |session, run| {
            let end = run.rows.len().min(run.rows_done + at_once);
            let part: Vec<(String, RecordId)> = run.rows[run.rows_done..end].to_vec();
            for (place, (entity, id)) in (run.rows_done..).zip(&part) {
                if place >= run.deletes || !delete(session, run, entity, *id)? {
                    empty(session, run, entity, *id)?;
                }
            }
            session.settle()?;
            session.outdated.keep();
            session.write_out()?;
            // What was worked out from it is worked out again; that it may break a rule now is nobody's fault.
            session.refresh_unchecked()?;
            note_followers(session, run);
            run.rows_done = end;
            if end == run.rows.len() {
                run.step = Step::Entries;
            }
            Ok(())
        })
    }

    /// Finds the entries that tell of the records.
    pub(super) fn find_entries(&self, caller: &Caller, erasure: RecordId) -> Result<Step, EngineError> {
        self.in_step(caller, erasure, Step::Entries, |session, run| {
            let mut positions: BTreeSet<Position> = BTreeSet::new();
            let followed = run.followed.iter().map(|(entity, id, _)| (entity, id));
            let records = run.rows.iter().chain(&run.gone).map(|(entity, id)| (entity, id)).chain(followed);
            for (entity, id) in records {
                let history = session.tx.history(entity, *id, None, u32::MAX);
                let history = history.map_err(failed("read a record's history"))?;
                positions.extend(history.into_iter().map(|entry| entry.position));
            }
            run.positions = positions.into_iter().collect();
            run.step = Step::Journal;
            Ok(())
        })
    }

    /// Takes values out of some of the entries.
    pub(super) fn redact_entries(
        &self,
        caller: &Caller,
        erasure: RecordId,
        at_once: usize,
    ) -> Result<Step, EngineError> {
        self.in_step(caller, erasure, Step::Journal, move |session, run| {
            let end = run.positions.len().min(run.positions_done + at_once);
            let part: Vec<Position> = run.positions[run.positions_done..end].to_vec();
            let scopes = Scopes::of(&session.prepared, run);
            for position in part {
                redact(session, run, &scopes, position)?;
            }
            run.positions_done = end;
            if end == run.positions.len() {
                run.step = Step::Answers;
            }
            Ok(())
        })
    }

    /// Forgets the answers kept for requests sent twice that tell of the records.
    pub(super) fn forget_answers(&self, caller: &Caller, erasure: RecordId) -> Result<Step, EngineError> {
        self.in_step(caller, erasure, Step::Answers, |session, run| {
            let ids: Vec<String> = run.ids().map(|id| id.to_string()).collect();
            for (key, answer) in session.tx.notes("answer/").map_err(failed("read the answers kept"))? {
                if ids.iter().any(|id| answer.contains(id.as_str())) {
                    session.tx.set_note(&key, None).map_err(failed("forget an answer"))?;
                    run.answers += 1;
                }
            }
            run.step = Step::Aside;
            Ok(())
        })
    }

    /// Forgets what changes of the dictionary kept aside of the records.
    pub(super) fn forget_aside(&self, caller: &Caller, erasure: RecordId) -> Result<Step, EngineError> {
        self.in_step(caller, erasure, Step::Aside, |session, run| {
            let mut by_entity: BTreeMap<&str, Vec<RecordId>> = BTreeMap::new();
            for (entity, id) in run.rows.iter().chain(&run.gone) {
                by_entity.entry(entity).or_default().push(*id);
            }
            let prepared = session.prepared.clone();
            for (entity, ids) in by_entity {
                let Some(entity) = prepared.dictionary.entity(entity) else { continue };
                let forgotten = session.tx.forget_aside(entity, &ids);
                forgotten.map_err(failed("forget what is kept aside of records"))?;
            }
            run.step = Step::Imports;
            Ok(())
        })
    }

    /// Writes the certificate, and forgets the note.
    pub(super) fn certify(&self, caller: &Caller, erasure: RecordId) -> Result<Step, EngineError> {
        let now = self.shared.clock.now();
        self.transact(caller, move |unit| {
            let Some(text) = unit.note(&note(erasure))? else { return Ok(()) };
            let run = read_run(&text)?;
            if run.step != Step::Certificate {
                return Ok(());
            }
            let count = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
            let draft = Draft::default()
                .with("records", count(run.rows_done as u64))
                .with("emptied", count(run.emptied))
                .with("entries", count(run.entries))
                .with("files", count(run.files_removed))
                .with("answers", count(run.answers))
                .with("imports", count(run.imports))
                .with("kept", Value::Json(Box::new(run.kept)))
                .with("seal", Value::Text(run.seal))
                .with("done_at", Value::DateTime(now));
            unit.update(ERASURE, erasure, None, draft)?;
            unit.set_note(&note(erasure), None)
        })?;
        Ok(Step::Done)
    }
}

/// Stages a record without what is personal in it.
fn empty(session: &mut Session<'_>, run: &mut Run, entity: &str, id: RecordId) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    let Some(index) = prepared.entity_index(entity) else { return Ok(()) };
    let definition = prepared.entity(index);
    let Some(row) = session.view().row(index, id).map_err(failed("read a record"))? else { return Ok(()) };
    let own = (entity, id) == (run.person.0.as_str(), run.person.1);
    let mut new = Row::clone(&row);
    for field in emptied(&prepared, index) {
        let name = &definition.fields[field].name;
        if own && run.spared.contains(name) || !holds_something(definition, &row, field) {
            continue;
        }
        if let Value::File(file) = row.get(field) {
            run.files.insert(file.hash.clone());
        }
        new.0[field] = in_place(definition, field, id);
        run.emptied += 1;
        run.seal(&format!("value {entity}/{id} {name}"));
    }
    session.stage((index, id), Staged { old: Some(row), new: Some(Arc::new(new)), ..Staged::default() })
}

/// Deletes a record; answers whether nothing stood in the way.
fn delete(session: &mut Session<'_>, run: &mut Run, entity: &str, id: RecordId) -> Result<bool, EngineError> {
    let Some(index) = session.prepared.entity_index(entity) else { return Ok(true) };
    if let Some(row) = session.view().row(index, id).map_err(failed("read a record"))? {
        let files = row.0.iter().filter_map(|value| match value {
            Value::File(file) => Some(file.hash.clone()),
            _ => None,
        });
        run.files.extend(files);
    }
    match session.operation(|session, _| session.stage_delete((index, id))) {
        Ok(()) => {
            run.emptied += 1;
            run.seal(&format!("record {entity}/{id}"));
            Ok(true)
        }
        Err(EngineError::NotFound) => Ok(true),
        // Others must not lose it: it stays, with nothing personal in it.
        Err(EngineError::Referenced { .. } | EngineError::Validation(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Notes which fields were worked out again: what they were says something of the person too.
fn note_followers(session: &Session<'_>, run: &mut Run) {
    let prepared = session.prepared.clone();
    for change in session.tx.changes() {
        let Some(index) = prepared.entity_index(&change.entity) else { continue };
        let personal: BTreeSet<&str> = prepared
            .dictionary
            .personal_fields(index)
            .into_iter()
            .map(|field| prepared.entity(index).fields[field].name.as_str())
            .collect();
        let emptied = run.rows.iter().any(|(entity, id)| (entity, id) == (&change.entity, &change.record));
        let names = change.fields.iter().map(|field| &field.field);
        let followed: BTreeSet<String> =
            names.filter(|name| !emptied || !personal.contains(name.as_str())).cloned().collect();
        if followed.is_empty() {
            continue;
        }
        let known =
            run.followed.iter_mut().find(|(entity, id, _)| *entity == change.entity && *id == change.record);
        match known {
            Some((.., names)) => names.extend(followed),
            None => run.followed.push((change.entity, change.record, followed)),
        }
    }
}

/// What is taken out of the changes of one record.
struct Scope {
    entity: String,
    /// All that is personal, and whatever the dictionary knows no more.
    whole: bool,
    /// Fields that stay all the same.
    spared: BTreeSet<String>,
    /// Fields that go too.
    followed: BTreeSet<String>,
}

/// By record: their ids are nobody else's.
struct Scopes(HashMap<RecordId, Scope>);

impl Scopes {
    fn of(prepared: &Prepared, run: &Run) -> Scopes {
        let mut scopes = HashMap::new();
        let scope = |entity: &str, whole| Scope {
            entity: entity.to_owned(),
            whole,
            spared: BTreeSet::new(),
            followed: BTreeSet::new(),
        };
        for (entity, id) in run.rows.iter().chain(&run.gone) {
            let mut scope = scope(entity, true);
            if (entity, id) == (&run.person.0, &run.person.1) {
                scope.spared.clone_from(&run.spared);
            }
            scopes.insert(*id, scope);
        }
        for (entity, id, fields) in &run.followed {
            let known = prepared.entity_index(entity).is_some();
            let scope = scopes.entry(*id).or_insert_with(|| scope(entity, false));
            if known {
                scope.followed.extend(fields.iter().cloned());
            }
        }
        Scopes(scopes)
    }
}

/// Takes out of an entry what it says of the records.
fn redact(
    session: &mut Session<'_>,
    run: &mut Run,
    scopes: &Scopes,
    position: Position,
) -> Result<(), EngineError> {
    let entries = session.tx.entries(position - 1, 1).map_err(failed("read the journal"))?;
    let entry = entries.into_iter().next().filter(|entry| entry.position == position);
    let Some(mut changes) = entry.and_then(|entry| entry.changes) else { return Ok(()) };
    let mut taken_out = 0;
    for change in &mut changes {
        let Some(scope) = scopes.0.get(&change.record) else { continue };
        let row = row_now(session, scope, change.record)?;
        let prepared = session.prepared.clone();
        note_files(&prepared, scope, change, run);
        let record = change.record;
        taken_out +=
            redaction::redact(change, |name| replacement(&prepared, scope, record, row.as_deref(), name));
    }
    if taken_out == 0 {
        return Ok(());
    }
    session.tx.redact(position, &changes).map_err(failed("redact an entry of the journal"))?;
    run.entries += 1;
    run.seal(&format!("entry {position}"));
    Ok(())
}

fn row_now(session: &Session<'_>, scope: &Scope, id: RecordId) -> Result<Option<Arc<Row>>, EngineError> {
    match session.prepared.entity_index(&scope.entity) {
        Some(entity) => session.view().row(entity, id).map_err(failed("read a record")),
        None => Ok(None),
    }
}

/// What comes in the place of a field's values; nothing for a field that stays.
fn replacement(
    prepared: &Prepared,
    scope: &Scope,
    record: RecordId,
    row: Option<&Row>,
    name: &str,
) -> Option<Value> {
    let entity = prepared.dictionary.entity(&scope.entity);
    let Some((entity, field)) = entity.and_then(|entity| Some((entity, entity.index(name)?))) else {
        // Of a field that is no more, nothing is known: it may have been personal.
        return scope.whole.then_some(Value::Null);
    };
    let definition = &entity.fields[field];
    let personal = definition.personal != dictionary::model::Personal::No;
    let goes = scope.whole && personal && !scope.spared.contains(name) || scope.followed.contains(name);
    if definition.system || !goes {
        return None;
    }
    Some(match &definition.computed {
        // What it is worth now, without the person.
        Some(_) => row.map_or(Value::Null, |row| row.get(field).clone()),
        None => in_place(entity, field, record),
    })
}

/// Notes the contents that are about to be named no more.
fn note_files(prepared: &Prepared, scope: &Scope, change: &Change, run: &mut Run) {
    for field in &change.fields {
        if replacement(prepared, scope, change.record, None, &field.field).is_none() {
            continue;
        }
        for value in [&field.old, &field.new] {
            if let Value::File(file) = value {
                run.files.insert(file.hash.clone());
            }
        }
    }
}
