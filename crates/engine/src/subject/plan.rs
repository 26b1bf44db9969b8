//! What erasing a person would do: what is taken out, and what the law asks to be kept.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::expression::{Node, Typed};
use dictionary::field_types::ERASED;
use dictionary::model::{EntityIndex, FieldIndex, TitlePart};
use dictionary::{Entity, Field, Label, RecordId, Value};
use jiff::Span;
use jiff::civil::Date;
use journal::Position;
use store::Row;

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::prepared::Prepared;
use crate::reading::Reading;
use crate::subject::held::{self, Held, NamedBy};
use crate::subject::{erasure, people};
use crate::view::{Key, View};

/// What erasing a person would do.
#[derive(Debug, Clone)]
pub struct ErasurePreview {
    /// Entity of the person.
    pub entity: String,
    /// Their id.
    pub id: RecordId,
    /// What their record is called; empty when it was deleted.
    pub title: String,
    /// What would be taken out of records, by entity.
    pub records: Vec<Erased>,
    /// Records that are there no more, and that the journal still tells of.
    pub deleted: u64,
    /// Entries of the journal that values would be taken out of.
    pub entries: u64,
    /// Files among them.
    pub files: u64,
    /// What the law asks to be kept.
    pub kept: Vec<Kept>,
    /// Records that only name the person, and stay as they are.
    pub named_by: Vec<NamedBy>,
    /// Why the person cannot be erased now.
    pub refused: Option<Label>,
    /// An erasure that was begun and is not done.
    pub running: Option<RecordId>,
}

/// What would be taken out of the records of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Its name.
    pub entity: String,
    /// How many records.
    pub records: u64,
    /// How many of them have a value, by field.
    pub fields: BTreeMap<String, u64>,
}

/// A record that the law asks to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its entity.
    pub entity: String,
    /// Its id.
    pub id: RecordId,
    /// What it is called.
    pub title: String,
    /// The last day that it has to be kept.
    pub until: Date,
    /// The law that asks for it.
    pub because: Label,
}

/// Who is erased, and of what.
pub(crate) struct Plan {
    pub(crate) held: Held,
    pub(crate) kept: Vec<(Key, Date)>,
    /// Fields of the person's own record that stay, because records are kept that are about them.
    pub(crate) spared: BTreeSet<FieldIndex>,
}

impl Environment {
    /// What erasing the person of that id would do. Changes nothing.
    ///
    /// Errors: as [`Environment::dossier`].
    pub fn erasure_preview(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
    ) -> Result<ErasurePreview, EngineError> {
        self.may_protect(caller)?;
        self.read(&caller.unbounded(), 0, |reading| {
            let person = (people(reading.prepared, entity)?, id);
            let plan = plan(&reading.reader.view, person)?;
            preview(reading, person, &plan)
        })
    }
}

/// Finds what is to be erased of a person, and what is kept.
pub(crate) fn plan(view: &View<'_>, person: Key) -> Result<Plan, EngineError> {
    let mut held = held::held(view, person)?;
    let mut kept = Vec::new();
    for key in &held.rows {
        if let Some(until) = kept_until(view, *key)? {
            kept.push((*key, until));
        }
    }
    held.rows.retain(|key| !kept.iter().any(|(other, _)| other == key));
    let spared = if kept.is_empty() { BTreeSet::new() } else { named_by_fields(view.prepared, person.0) };
    Ok(Plan { held, kept, spared })
}

/// The last day that a record has to be kept; `None` when no law asks for it, or does no more.
pub(crate) fn kept_until(view: &View<'_>, (entity, id): Key) -> Result<Option<Date>, EngineError> {
    let definition = view.prepared.entity(entity);
    let Some(retention) = &definition.protection.retention else { return Ok(None) };
    let Some(row) = view.row(entity, id).map_err(failed("read a record"))? else { return Ok(None) };
    if let Some(when) = &retention.when
        && !view.holds(when, entity, &row)?
    {
        return Ok(None);
    }
    let zone = &view.context.zone;
    let created = view.prepared.entities[entity].system.created_at;
    let since = [retention.since, created].into_iter().find_map(|field| match row.get(field) {
        Value::Date(day) => Some(*day),
        Value::DateTime(at) => Some(zone.to_datetime(*at).date()),
        _ => None,
    });
    let months = Span::new().months(i64::from(retention.months));
    let until = since.map(|since| since.checked_add(months).unwrap_or(Date::MAX));
    let today = zone.to_datetime(view.context.now).date();
    Ok(until.filter(|until| *until >= today))
}

/// The fields of a person's record that say who they are: those that its title reads, through formulas too.
pub(crate) fn named_by_fields(prepared: &Prepared, entity: EntityIndex) -> BTreeSet<FieldIndex> {
    let definition = prepared.entity(entity);
    let mut fields = BTreeSet::new();
    for part in &definition.title.parts {
        if let TitlePart::Path(path) = part {
            add_read(definition, path, &mut fields);
        }
    }
    fields
}

fn add_read(entity: &Entity, typed: &Typed, fields: &mut BTreeSet<FieldIndex>) {
    typed.walk(&mut |piece| {
        let Node::Path(path) = &piece.node else { return };
        if path.hops.is_empty()
            && fields.insert(path.field)
            && let Some(computed) = &entity.fields[path.field].computed
        {
            add_read(entity, &computed.formula, fields);
        }
    });
}

/// The fields of a record that are emptied: personal ones that are not worked out from others.
pub(crate) fn emptied(prepared: &Prepared, entity: EntityIndex) -> Vec<FieldIndex> {
    let fields = &prepared.entity(entity).fields;
    let personal = prepared.dictionary.personal_fields(entity).into_iter();
    personal.filter(|field| fields[*field].computed.is_none()).collect()
}

/// What comes in the place of a value.
pub(crate) fn in_place(entity: &Entity, index: FieldIndex, record: RecordId) -> Value {
    let field: &Field = &entity.fields[index];
    if !field.required {
        return Value::Null;
    }
    let value = field.kind.erased(record);
    let alone = entity.uniques.iter().any(|key| key.fields == [index]);
    match &value {
        // No two are alike.
        Value::Text(text) if alone && text == ERASED => Value::Text(record.to_string()),
        _ => value,
    }
}

/// Whether erasing would change a value of a row.
pub(crate) fn holds_something(entity: &Entity, row: &Row, field: FieldIndex) -> bool {
    !row.get(field).is_null() && *row.get(field) != in_place(entity, field, row.id())
}

fn preview(reading: &Reading<'_>, person: Key, plan: &Plan) -> Result<ErasurePreview, EngineError> {
    let (prepared, view) = (reading.prepared, &reading.reader.view);
    let mut records: BTreeMap<EntityIndex, Erased> = BTreeMap::new();
    let mut files = BTreeSet::new();
    for (entity, id) in &plan.held.rows {
        let definition = prepared.entity(*entity);
        let Some(row) = view.row(*entity, *id).map_err(failed("read a record"))? else { continue };
        let erased = records.entry(*entity).or_insert_with(|| Erased {
            entity: definition.name.clone(),
            records: 0,
            fields: BTreeMap::new(),
        });
        erased.records += 1;
        for field in emptied(prepared, *entity) {
            let spared = (*entity, *id) == person && plan.spared.contains(&field);
            if spared || !holds_something(definition, &row, field) {
                continue;
            }
            *erased.fields.entry(definition.fields[field].name.clone()).or_default() += 1;
            if let Value::File(file) = row.get(field) {
                files.insert(file.hash.clone());
            }
        }
    }
    let title = match view.row(person.0, person.1).map_err(failed("read a person"))? {
        Some(row) => view.title(person.0, &row, reading.reader.language)?,
        None => String::new(),
    };
    let mut kept = Vec::with_capacity(plan.kept.len());
    for ((entity, id), until) in &plan.kept {
        let definition = prepared.entity(*entity);
        let (Some(row), Some(retention)) =
            (view.row(*entity, *id).map_err(failed("read a record"))?, &definition.protection.retention)
        else {
            continue;
        };
        kept.push(Kept {
            entity: definition.name.clone(),
            id: *id,
            title: view.title(*entity, &row, reading.reader.language)?,
            until: *until,
            because: retention.because.clone(),
        });
    }
    // On a screen only what people know: Tisserand's own notes have no place there.
    let mut named_by = held::named_by(view, person)?;
    named_by.retain(|named| {
        prepared.entity_index(&named.entity).is_some_and(|index| !prepared.entity(index).internal)
    });
    Ok(ErasurePreview {
        entity: prepared.entity(person.0).name.clone(),
        id: person.1,
        title,
        records: records.into_values().collect(),
        deleted: plan.held.gone.len() as u64,
        entries: positions(view, &plan.held)?.len() as u64,
        files: files.len() as u64,
        kept,
        named_by,
        refused: refusal(view, person)?,
        running: erasure::running(view, person)?,
    })
}

/// Why a person cannot be erased now.
pub(crate) fn refusal(view: &View<'_>, person: Key) -> Result<Option<Label>, EngineError> {
    let Some(condition) = &view.prepared.entity(person.0).protection.erasable else { return Ok(None) };
    let Some(row) = view.row(person.0, person.1).map_err(failed("read a person"))? else { return Ok(None) };
    let holds = view.holds(&condition.require, person.0, &row)?;
    Ok((!holds).then(|| condition.message.clone()))
}

/// Positions of the entries that tell of these records.
pub(crate) fn positions(view: &View<'_>, held: &Held) -> Result<BTreeSet<Position>, EngineError> {
    let snapshot = view.snapshot().map_err(failed("read the journal"))?;
    let mut positions = BTreeSet::new();
    for key in held.rows.iter().chain(&held.gone) {
        let (name, id) = held::name_of(view.prepared, *key);
        let history =
            snapshot.history(name, id, None, u32::MAX).map_err(failed("read a record's history"))?;
        positions.extend(history.into_iter().map(|entry| entry.position));
    }
    Ok(positions)
}
