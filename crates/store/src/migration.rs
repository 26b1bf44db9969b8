//! What tables must undergo from one dictionary to the next, for every database.

use std::collections::BTreeMap;

use dictionary::Dictionary;
use dictionary::model::{Entity, FieldIndex};
use serde_json::{Value as Json, json};

use crate::layout::Layout;

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

/// The steps from `old` to `new`. An entity or field is the same under the same name, else under the name that it `was`.
pub(crate) fn steps<'d>(old: Option<&'d Dictionary>, new: &'d Dictionary) -> Vec<EntityStep<'d>> {
    let mut left: BTreeMap<&str, &Entity> =
        old.into_iter().flat_map(|d| &d.entities).map(|entity| (entity.name.as_str(), entity)).collect();
    let mut pairs: Vec<(Option<&Entity>, &Entity)> =
        new.entities.iter().map(|entity| (left.remove(entity.name.as_str()), entity)).collect();
    for (before, after) in &mut pairs {
        if before.is_none() {
            *before = after.was.as_deref().and_then(|was| left.remove(was));
        }
    }
    let mut steps: Vec<EntityStep<'d>> = left.into_values().map(EntityStep::Drop).collect();
    for (before, after) in pairs {
        match before {
            None => steps.push(EntityStep::Create(after)),
            Some(before) => {
                let fields = field_steps(before, after);
                if before.name != after.name || !fields.is_empty() {
                    steps.push(EntityStep::Alter { old: before, new: after, fields });
                }
            }
        }
    }
    steps
}

fn field_steps(old: &Entity, new: &Entity) -> Vec<FieldStep> {
    let (old_layout, new_layout) = (Layout::new(old), Layout::new(new));
    let kept = |entity: &'_ Entity, index: &FieldIndex| entity.fields[*index].is_stored();
    let mut left: BTreeMap<&str, FieldIndex> = (0..old.fields.len())
        .filter(|index| kept(old, index))
        .map(|index| (old.fields[index].name.as_str(), index))
        .collect();
    let mut pairs: Vec<(Option<FieldIndex>, FieldIndex)> = (0..new.fields.len())
        .filter(|index| kept(new, index))
        .map(|index| (left.remove(new.fields[index].name.as_str()), index))
        .collect();
    for (before, after) in &mut pairs {
        if before.is_none() {
            *before = new.fields[*after].was.as_deref().and_then(|was| left.remove(was));
        }
    }
    let mut steps: Vec<FieldStep> = left.into_values().map(FieldStep::Drop).collect();
    for (before, after) in pairs {
        let Some(before) = before else {
            steps.push(FieldStep::Add(after));
            continue;
        };
        let kinds = |layout: &Layout, field| -> Vec<_> {
            layout.columns_of(field).iter().map(|column| (column.part, column.kind)).collect()
        };
        if kinds(&old_layout, before) != kinds(&new_layout, after) {
            steps.push(FieldStep::Convert { old: before, new: after });
        } else if old.fields[before].name != new.fields[after].name {
            steps.push(FieldStep::Rename { old: before, new: after });
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
                    changed.insert(name.clone(), what);
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
