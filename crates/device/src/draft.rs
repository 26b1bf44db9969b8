//! Records being written, put together from a sheet in the order in which the server does it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use dictionary::conduct;
use dictionary::expression::Context;
use dictionary::field_types::{FieldContext, Invalid};
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::{Dictionary, Entity, Field, Language, RecordId, Value};
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::scope::{Here, Moment};
use crate::sheet::{Line, Properties, Sheet};

/// Values by field; none where it is not known.
pub(crate) type Row = Vec<Option<Value>>;

/// Position in [`Writing::drafts`]: the record itself is the first, its lines come after.
pub(crate) type DraftIndex = usize;
/// The record itself.
pub(crate) const ROOT: DraftIndex = 0;

/// A record being written.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) entity: EntityIndex,
    pub(crate) id: RecordId,
    pub(crate) old: Option<Row>,
    pub(crate) row: Row,
    pub(crate) given: BTreeSet<FieldIndex>,
    pub(crate) wrong: BTreeSet<FieldIndex>,
    /// Of a line: its reference to the record.
    pub(crate) by: Option<FieldIndex>,
    /// Of a line: `lines[2].`.
    pub(crate) place: String,
    /// It is part of the write, and so has to be right.
    pub(crate) is_written: bool,
}

/// Something wrong.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) invalid: Invalid,
}

/// A record and its lines being written, and what is known around them.
pub(crate) struct Writing<'a> {
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) context: Context,
    pub(crate) language: Language,
    pub(crate) drafts: Vec<Draft>,
    /// Lines by their field, where all of them are known.
    pub(crate) lines: BTreeMap<FieldIndex, Vec<DraftIndex>>,
    pub(crate) known: HashMap<(EntityIndex, RecordId), Row>,
    /// Defaults are being worked out: nothing is computed yet.
    pub(crate) is_beginning: bool,
    pub(crate) problems: Vec<Problem>,
    /// Whether a computed field of a record that is not written may change with it.
    pub(crate) shaken: RefCell<HashMap<(EntityIndex, FieldIndex), bool>>,
}

impl<'a> Writing<'a> {
    /// Puts together what a sheet says; none for an entity that the dictionary lacks.
    pub(crate) fn of(dictionary: &'a Dictionary, zone: &TimeZone, sheet: Sheet) -> Option<Writing<'a>> {
        let entity = dictionary.entity_index(&sheet.entity)?;
        let mut writing = Writing {
            dictionary,
            context: Context { now: sheet.now, zone: zone.clone(), me: sheet.me },
            language: sheet.language,
            drafts: Vec::new(),
            lines: BTreeMap::new(),
            known: HashMap::new(),
            is_beginning: true,
            problems: Vec::new(),
            shaken: RefCell::default(),
        };
        for (name, records) in &sheet.known {
            if let Some(of) = dictionary.entity_index(name) {
                records.iter().for_each(|record| writing.know(of, record));
            }
        }
        writing.add(entity, sheet.stored, Some(&sheet.given), None, String::new());
        for (name, lines) in sheet.lines {
            writing.add_lines(entity, &name, lines);
        }
        writing.is_beginning = false;
        Some(writing)
    }

    fn add_lines(&mut self, parent: EntityIndex, name: &str, lines: Vec<Line>) {
        let owner = &self.dictionary.entities[parent];
        let Some(index) = owner.index(name) else { return };
        let options = &owner.fields[index].options;
        let child = options.of.as_deref().and_then(|of| self.dictionary.entity_index(of));
        let by = child
            .zip(options.by.as_deref())
            .and_then(|(child, by)| self.dictionary.entities[child].index(by));
        let (Some(child), Some(by)) = (child, by) else { return };
        // All lines that stay are there from the beginning: one that is new may count those before it.
        let drafts = lines.into_iter().enumerate().map(|(number, line)| {
            self.add(child, line.stored, line.given.as_ref(), Some(by), format!("{name}[{number}]."))
        });
        let drafts = drafts.collect();
        self.lines.insert(index, drafts);
    }

    /// Adds a record, as the server would stage it.
    fn add(
        &mut self,
        entity: EntityIndex,
        stored: Option<Properties>,
        given: Option<&Properties>,
        by: Option<FieldIndex>,
        place: String,
    ) -> DraftIndex {
        let definition = &self.dictionary.entities[entity];
        let old = stored.as_ref().map(|stored| self.row(definition, stored));
        let number = self.drafts.len();
        let id = old.as_ref().and_then(|old| old[ID].as_ref()?.as_id());
        // An id that no record has: it equals no other, whatever the server will choose.
        let id = id.unwrap_or_else(|| RecordId(Uuid::from_u128(u128::MAX - number as u128)));
        let mut row = old.clone().unwrap_or_else(|| vec![Some(Value::Null); definition.fields.len()]);
        row[ID] = Some(Value::Id(id));
        if let Some(by) = by {
            row[by] = Some(Value::Id(self.drafts[ROOT].id));
        }
        let is_written = given.is_some();
        let (known, wrong) = (BTreeSet::new(), BTreeSet::new());
        self.drafts.push(Draft { entity, id, old, row, given: known, wrong, by, place, is_written });
        if let Some(given) = given {
            self.apply(number, given);
        }
        if self.drafts[number].old.is_none() {
            self.begin(number);
        }
        number
    }

    /// Sets what was given.
    fn apply(&mut self, number: DraftIndex, given: &Properties) {
        let entity = &self.dictionary.entities[self.drafts[number].entity];
        for (name, json) in given {
            let found = entity
                .index(name)
                .or_else(|| entity.fields.iter().position(|field| field.property == *name))
                .filter(|index| *index != ID && self.drafts[number].by != Some(*index));
            let Some(index) = found else { continue };
            let field = &entity.fields[index];
            if field.kind.is_virtual()
                || field.computed.is_some()
                || field.read_only
                || describe_unknown(field)
            {
                continue;
            }
            let read = read(field, json).and_then(|value| self.checked(field, value));
            let draft = &mut self.drafts[number];
            match read {
                Ok(value) => {
                    let same = draft.old.as_ref().is_some_and(|old| old[index].as_ref() == Some(&value));
                    if !same {
                        draft.given.insert(index);
                        draft.row[index] = Some(value);
                    }
                }
                Err(invalid) => {
                    draft.given.insert(index);
                    draft.wrong.insert(index);
                    let field = format!("{}{}", draft.place, field.name);
                    self.problems.push(Problem { field, invalid });
                }
            }
        }
    }

    /// Gives a new record its defaults, its first state, and what the server alone will set.
    fn begin(&mut self, number: DraftIndex) {
        let entity = &self.dictionary.entities[self.drafts[number].entity];
        for (index, field) in entity.fields.iter().enumerate() {
            let draft = &self.drafts[number];
            if draft.given.contains(&index) || draft.by == Some(index) || field.default.is_none() {
                continue;
            }
            let default = conduct::default_of(field, &Here::draft(self, number, Moment::New), &self.context);
            let value = match default {
                Ok(value) => self.checked(field, value.unwrap_or_default()),
                Err(_) => {
                    self.drafts[number].row[index] = None;
                    continue;
                }
            };
            let draft = &mut self.drafts[number];
            match value {
                Ok(value) => draft.row[index] = Some(value),
                Err(_) if field.kind.name() == "reference" => {}
                Err(invalid) => {
                    draft.wrong.insert(index);
                    let field = format!("{}{}", draft.place, field.name);
                    self.problems.push(Problem { field, invalid });
                }
            }
        }
        let draft = &mut self.drafts[number];
        if let Some(states) = entity.states.as_ref().filter(|states| !draft.given.contains(&states.field))
            && let Some(initial) = conduct::initial_state(states)
        {
            draft.row[states.field] = Some(initial);
        }
        if let Some(code) = entity.code.as_ref().and_then(|_| entity.index("code"))
            && draft.row[code] == Some(Value::Null)
        {
            draft.row[code] = None;
        }
    }

    /// The value as it would be kept. Whether the records it names are there is the server's to say.
    fn checked(&self, field: &Field, value: Value) -> Result<Value, Invalid> {
        if field.kind.names_records() {
            return Ok(value);
        }
        field.kind.check(value, &self.field_context(field))
    }

    /// What a field's type needs to know beside a value.
    pub(crate) fn field_context<'f>(&'f self, field: &'f Field) -> FieldContext<'f> {
        let list = field.options.list.as_ref().and_then(|name| self.dictionary.lists.get(name));
        FieldContext { options: &field.options, list, zone: &self.context.zone, language: self.language }
    }

    /// A record as it was read.
    fn row(&mut self, entity: &'a Entity, properties: &Properties) -> Row {
        entity
            .fields
            .iter()
            .map(|field| {
                let along = properties.get(&field.name).filter(|along| along.is_object());
                if let (Some(Json::Object(along)), Some(to)) = (along, self.target(field)) {
                    self.know(to, along);
                }
                read(field, properties.get(&field.property)?).ok()
            })
            .collect()
    }

    /// Remembers what is known of a record.
    fn know(&mut self, entity: EntityIndex, properties: &Properties) {
        let definition = &self.dictionary.entities[entity];
        let row = self.row(definition, properties);
        let Some(id) = row[ID].as_ref().and_then(Value::as_id) else { return };
        let known = self.known.entry((entity, id)).or_insert_with(|| vec![None; row.len()]);
        for (known, value) in known.iter_mut().zip(row) {
            *known = value.or_else(|| known.take());
        }
    }

    fn target(&self, field: &Field) -> Option<EntityIndex> {
        field.options.to.as_deref().and_then(|to| self.dictionary.entity_index(to))
    }
}

/// The value that JSON stands for in a field.
fn read(field: &Field, json: &Json) -> Result<Value, Invalid> {
    if json.is_null() { Ok(Value::Null) } else { field.kind.from_json(json, &field.options) }
}

fn describe_unknown(field: &Field) -> bool {
    dictionary::describe::is_unknown(field)
}
