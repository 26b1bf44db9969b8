//! What tables must undergo from one dictionary to the next, for every database.

use dictionary::Dictionary;
use dictionary::model::{Entity, FieldIndex};
use dictionary::plan::{self, Fate};
use serde_json::{Value as Json, json};

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
pub(crate) fn summary(steps: &[EntityStep<'_>]) -> Json {
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
