//! Deleting a record, and what then becomes of those that refer to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::Value;
use dictionary::model::{EntityIndex, OnDelete};
use store::Row;

use crate::error::{EngineError, failed};
use crate::view::{Key, View};
use crate::write::compute::too_many;
use crate::write::session::Session;
use crate::write::staging::{RECORDS_MAX, Staged};

/// Referring records counted at most, per entity.
const COUNT_MAX: u32 = 1_000;

impl Session<'_> {
    /// Stages the deletion of a record and its consequences: what cascades goes too, what nullifies is emptied, what restricts refuses.
    pub(crate) fn stage_delete(&mut self, key: Key) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        // Whether each may be seen goes with it: the caller is told of those only.
        let mut restricted: BTreeMap<EntityIndex, Vec<(Key, bool)>> = BTreeMap::new();
        let mut waiting = vec![key];
        let mut gone = 0;
        while let Some(at) = waiting.pop() {
            let row = self.view().row(at.0, at.1).map_err(failed("read a record"))?;
            let Some(row) = row else {
                if at == key {
                    return Err(EngineError::NotFound);
                }
                continue;
            };
            gone += 1;
            if gone > RECORDS_MAX {
                return Err(too_many());
            }
            self.stage(at, Staged { old: Some(row), new: None, ..Staged::default() })?;
            for referrer in &prepared.entities[at.0].referrers {
                let limit = match referrer.on_delete {
                    OnDelete::Restrict => COUNT_MAX,
                    OnDelete::Cascade | OnDelete::Nullify => RECORDS_MAX as u32 + 1,
                };
                let view = self.view();
                let rows = view
                    .naming_at_most(referrer.entity, referrer.field, at, limit)
                    .map_err(failed("read what refers to a record"))?;
                for row in rows {
                    let other = (referrer.entity, row.id());
                    match referrer.on_delete {
                        OnDelete::Restrict => {
                            let view = View { sight: self.sight.as_deref(), ..self.view() };
                            let seen = view.sees(other.0, &row)?;
                            restricted.entry(referrer.entity).or_default().push((other, seen));
                        }
                        OnDelete::Cascade => waiting.push(other),
                        OnDelete::Nullify => {
                            let mut emptied = Row::clone(&row);
                            emptied.0[referrer.field] = Value::Null;
                            self.stage(
                                other,
                                Staged { old: Some(row), new: Some(Arc::new(emptied)), ..Staged::default() },
                            )?;
                        }
                    }
                }
            }
        }
        let deleted = |key: &Key| self.staging.get(*key).is_some_and(|staged| staged.new.is_none());
        restricted.values_mut().for_each(|keys| keys.retain(|(key, _)| !deleted(key)));
        if restricted.values().all(Vec::is_empty) {
            return Ok(());
        }
        let count = |keys: &[(Key, bool)]| keys.iter().filter(|(_, seen)| *seen).count() as u64;
        let by = restricted.iter().map(|(entity, keys)| (prepared.entity(*entity).name.clone(), count(keys)));
        Err(EngineError::Referenced { id: key.1, by: by.filter(|(_, count)| *count > 0).collect() })
    }
}
