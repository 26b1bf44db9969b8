//! What tables must undergo from one dictionary to the next, for every database.

use std::collections::BTreeMap;

use dictionary::expression::Node;
use dictionary::field_types::FieldContext;
use dictionary::model::{Entity, Field, FieldIndex, ID};
use dictionary::plan::{self, Fate};
use dictionary::{Dictionary, RecordId, Value};
use journal::{Change, FieldChange, Operation};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::DICTIONARY_ENTITY;
use crate::error::StoreError;
use crate::head::HeadState;
use crate::layout::{Layout, TableColumn};
use crate::names::fitted;

/// What becomes of a field that rows keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldStep {
    /// New columns, empty.
    Add(FieldIndex),
    /// Its columns are set aside.
    Drop(FieldIndex),
    /// Same columns under other names.
    Rename {
        /// In the old entity.
        old: FieldIndex,
        /// In the new one.
        new: FieldIndex,
    },
    /// Other columns: the old ones are set aside, their values rewritten into the new ones where they can be read.
    Convert {
        /// In the old entity.
        old: FieldIndex,
        /// In the new one.
        new: FieldIndex,
    },
}

/// What becomes of an entity.
#[derive(Debug)]
pub(crate) enum EntityStep<'d> {
    /// A new table.
    Create(&'d Entity),
    /// Its table is set aside.
    Drop(&'d Entity),
    /// The same records, perhaps under another name, with these changes to fields.
    Alter { old: &'d Entity, new: &'d Entity, fields: Vec<FieldStep> },
}

impl EntityStep<'_> {
    /// Whether rows mean something else after it, so that the digest must be worked out again.
    pub(crate) fn changes_rows(&self) -> bool {
        match self {
            EntityStep::Create(_) => false,
            EntityStep::Drop(_) => true,
            EntityStep::Alter { old, new, fields } => {
                old.name != new.name || fields.iter().any(|step| !matches!(step, FieldStep::Add(_)))
            }
        }
    }
}

/// The steps from `old` to `new`, as [`dictionary::plan`] tells them to people.
pub(crate) fn steps<'d>(old: Option<&'d Dictionary>, new: &'d Dictionary) -> Vec<EntityStep<'d>> {
    let Some(old) = old else { return new.entities.iter().map(EntityStep::Create).collect() };
    let pairs: Vec<(Option<&Entity>, &Entity)> =
        new.entities.iter().map(|entity| (plan::former_entity(old, new, entity), entity)).collect();
    let stays =
        |entity: &Entity| pairs.iter().any(|(before, _)| before.is_some_and(|b| b.name == entity.name));
    let mut steps: Vec<EntityStep<'d>> =
        old.entities.iter().filter(|entity| !stays(entity)).map(EntityStep::Drop).collect();
    for (before, after) in pairs {
        match before {
            None => steps.push(EntityStep::Create(after)),
            Some(before) => {
                let fields = field_steps((old, before), (new, after));
                if before.name != after.name || !fields.is_empty() {
                    steps.push(EntityStep::Alter { old: before, new: after, fields });
                }
            }
        }
    }
    steps
}

fn field_steps(
    (old, before): (&Dictionary, &Entity),
    (new, after): (&Dictionary, &Entity),
) -> Vec<FieldStep> {
    let former =
        |field| plan::former_field(before, after, field).and_then(|former| before.index(&former.name));
    let pairs: Vec<(Option<FieldIndex>, FieldIndex)> =
        after.fields.iter().enumerate().map(|(index, field)| (former(field), index)).collect();
    let gone =
        (0..before.fields.len()).filter(|index| !pairs.iter().any(|(former, _)| *former == Some(*index)));
    let mut steps: Vec<FieldStep> =
        gone.filter(|index| before.fields[*index].is_stored()).map(FieldStep::Drop).collect();
    for (former, index) in pairs {
        let field = &after.fields[index];
        let Some(former) = former else {
            steps.extend(field.is_stored().then_some(FieldStep::Add(index)));
            continue;
        };
        let was = &before.fields[former];
        match plan::fate(old, was, new, field) {
            Fate::Stay if field.is_stored() && was.name != field.name => {
                steps.push(FieldStep::Rename { old: former, new: index });
            }
            Fate::Stay => {}
            Fate::Convert { .. } => steps.push(FieldStep::Convert { old: former, new: index }),
            Fate::Replace { .. } => {
                steps.extend(was.is_stored().then_some(FieldStep::Drop(former)));
                steps.extend(field.is_stored().then_some(FieldStep::Add(index)));
            }
        }
    }
    steps
}

/// The steps as the journal keeps them, so that a reader of old entries can follow names and types.
fn summary(steps: &[EntityStep<'_>]) -> Json {
    let mut entities = serde_json::Map::new();
    for step in steps {
        let (name, what) = match step {
            EntityStep::Create(entity) => (&entity.name, json!({ "created": true })),
            EntityStep::Drop(entity) => (&entity.name, json!({ "dropped": true })),
            EntityStep::Alter { old, new, fields } => {
                let mut changed = serde_json::Map::new();
                for step in fields {
                    let (name, what) = match step {
                        FieldStep::Add(field) => (&new.fields[*field].name, json!({ "added": true })),
                        FieldStep::Drop(field) => (&old.fields[*field].name, json!({ "dropped": true })),
                        FieldStep::Rename { old: was, new: field } => {
                            (&new.fields[*field].name, json!({ "was": old.fields[*was].name }))
                        }
                        FieldStep::Convert { old: was, new: field } => (
                            &new.fields[*field].name,
                            json!({ "was": old.fields[*was].name, "converted": true }),
                        ),
                    };
                    // A field that takes another type may be dropped and added in the same change.
                    let both = json!({ "dropped": true, "added": true });
                    changed.entry(name.clone()).and_modify(|before| *before = both).or_insert(what);
                }
                (&new.name, json!({ "was": old.name, "fields": changed }))
            }
        };
        // A dropped entity's name may be taken by a new one in the same change.
        let key = if entities.contains_key(name) { format!("{name} (dropped)") } else { name.clone() };
        entities.insert(key, what);
    }
    Json::Object(entities)
}

/// An index that a dictionary asks for.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) columns: Vec<TableColumn>,
    /// Columns that hold something in every row it has: rows without are left out of it. `docs/decisions/0138-indexes-leave-out-what-is-empty.md`.
    pub(crate) filled: Vec<TableColumn>,
    /// Name of the unique key that it guards.
    pub(crate) unique: Option<String>,
}

impl Index {
    /// `CREATE INDEX` on these columns, which the database may have written otherwise.
    pub(crate) fn statement(&self, columns: &[String]) -> String {
        let unique = if self.unique.is_some() { "UNIQUE " } else { "" };
        let filled: Vec<String> =
            self.filled.iter().map(|column| format!("\"{}\" IS NOT NULL", column.name)).collect();
        let only = if filled.is_empty() { String::new() } else { format!(" WHERE {}", filled.join(" AND ")) };
        format!("CREATE {unique}INDEX \"{}\" ON \"{}\" ({}){only}", self.name, self.table, columns.join(", "))
    }
}

/// Every index that the dictionary asks for.
pub(crate) fn indexes(dictionary: &Dictionary) -> Vec<Index> {
    let mut wanted = Vec::new();
    for entity in &dictionary.entities {
        let layout = Layout::new(entity);
        for key in &entity.uniques {
            let columns_of = |field: &&FieldIndex| layout.columns_of(**field).iter().cloned();
            let columns = key.fields.iter().flat_map(|field| columns_of(&field)).collect();
            // A key of which a part is empty is like no other.
            let optional = key.fields.iter().filter(|field| !entity.fields[**field].required);
            let filled = optional.flat_map(|field| columns_of(&field)).collect();
            let name = unique_index(&entity.name, &key.name);
            let unique = Some(key.name.clone());
            wanted.push(Index { name, table: entity.name.clone(), columns, filled, unique });
        }
        for field in sorted_fields(entity) {
            for column in layout.columns_of(field) {
                // With the id, which every sort ends with: a page is one range of the index.
                let columns = [column].into_iter().chain(layout.columns_of(ID)).cloned().collect();
                let name = fitted(&format!("_i_{}__{}", entity.name, column.name));
                // References are looked up by, and never sorted by.
                let looked_up = entity.fields[field].kind.names_records() && !entity.fields[field].required;
                let filled = if looked_up { vec![column.clone()] } else { Vec::new() };
                wanted.push(Index { name, table: entity.name.clone(), columns, filled, unique: None });
            }
        }
    }
    wanted
}

/// Name of the index of a unique key.
pub(crate) fn unique_index(entity: &str, key: &str) -> String {
    fitted(&format!("_u_{entity}__{key}"))
}

/// Fields that lists are sorted by or looked up by: indexed ones, references, the first of the default order.
fn sorted_fields(entity: &Entity) -> Vec<FieldIndex> {
    let mut sorted: Vec<FieldIndex> = Vec::new();
    for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| field.is_stored()) {
        let refers = field.kind.names_records() && !field.system;
        if (field.indexed || refers) && index != ID {
            sorted.push(index);
        }
    }
    if let Some(Node::Path(path)) = entity.order.first().map(|sort| &sort.path.node)
        && path.hops.is_empty()
        && path.field != ID
        && !sorted.contains(&path.field)
        && entity.fields[path.field].is_stored()
    {
        sorted.push(path.field);
    }
    sorted
}

/// The numbers of entities after these steps: a renamed one keeps its number under both names, so that its history stays whole.
pub(crate) fn numbers(
    mut numbers: BTreeMap<String, i64>,
    steps: &[EntityStep<'_>],
    new: &Dictionary,
) -> BTreeMap<String, i64> {
    for step in steps {
        if let EntityStep::Alter { old, new, .. } = step
            && let Some(number) = numbers.get(&old.name).copied()
        {
            numbers.insert(new.name.clone(), number);
        }
    }
    for step in steps {
        let EntityStep::Create(entity) = step else { continue };
        let number = numbers.get(&entity.name).copied();
        let live = |number: i64| {
            new.entities.iter().any(|e| e.name != entity.name && numbers.get(&e.name) == Some(&number))
        };
        // An entity that comes back finds its history again, unless its name was only the former one of another.
        let number = match number {
            Some(number) if !live(number) => number,
            _ => numbers.values().max().map_or(1, |max| max + 1),
        };
        numbers.insert(entity.name.clone(), number);
    }
    numbers
}

/// Whether tables must change from `old` to `new`; an error when `old` is not the dictionary in force.
pub(crate) fn is_due(
    head: &HeadState,
    old: Option<&Dictionary>,
    new: &Dictionary,
) -> Result<bool, StoreError> {
    let known = old.map_or("", |old| old.hash.as_str());
    if head.dictionary != known {
        let what = "the dictionary to start from is not the one in force";
        return Err(StoreError::database("change the dictionary", what));
    }
    Ok(head.dictionary != new.hash)
}

/// Puts `new` in force in the head; returns what the journal says of it.
pub(crate) fn note(head: &mut HeadState, steps: &[EntityStep<'_>], new: &Dictionary) -> Change {
    let text = |hash: &str| if hash.is_empty() { Value::Null } else { Value::from(hash) };
    let hashes = (text(&head.dictionary), text(&new.hash));
    let operation = if head.dictionary.is_empty() { Operation::Create } else { Operation::Update };
    head.dictionary.clone_from(&new.hash);
    Change {
        entity: DICTIONARY_ENTITY.to_owned(),
        record: RecordId(Uuid::nil()),
        operation,
        fields: vec![
            FieldChange { field: "hash".into(), old: hashes.0, new: hashes.1 },
            FieldChange {
                field: "plan".into(),
                old: Value::Null,
                new: Value::Json(Box::new(summary(steps))),
            },
        ],
        redacted: Vec::new(),
    }
}

/// Values of the columns of `after`, `count` of them, for what was a value of `before`: through text, as an import would. `None` for what cannot
/// be read as the new type, which stays in the columns set aside.
pub(crate) fn converted(
    before: &Field,
    value: &Value,
    (dictionary, after): (&Dictionary, &Field),
    count: usize,
) -> Option<Vec<Value>> {
    if value.is_null() {
        return None;
    }
    let text = before.kind.format(value, &before.options);
    let context = FieldContext::of(dictionary, after);
    let value = after.kind.parse(&text, &context).and_then(|value| after.kind.check(value, &context)).ok()?;
    let mut cells = after.kind.split(&value);
    cells.resize(count, Value::Null);
    Some(cells)
}
