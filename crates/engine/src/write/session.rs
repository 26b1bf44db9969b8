//! A unit of work on its way.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::{RecordId, Value};
use journal::{Actor, Cause, Position};
use rights::{Capability, Rights};
use store::{Context, Row, StoreError, Transaction};

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::Shared;
use crate::error::{EngineError, failed};
use crate::prepared::Prepared;
use crate::query::{Expand, Record};
use crate::records::Reader;
use crate::search_text::search_text;
use crate::unit::Unit;
use crate::view::{Ahead, Cache, Key, View};
use crate::write::problems::Problems;
use crate::write::staging::{Outdated, Staged, Staging};
use crate::write::take_back::{TakenBack, Whose};

/// One unit of work: a transaction, who asks, and what was read and marked so far.
pub(crate) struct Session<'t> {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) caller: &'t Caller,
    pub(crate) shared: &'t Shared,
    pub(crate) tx: &'t mut dyn Transaction,
    pub(crate) context: Context,
    pub(crate) cache: Cache,
    pub(crate) staging: Staging,
    pub(crate) outdated: Outdated,
    /// Records written in this unit, as they were before it.
    pub(crate) originals: HashMap<Key, Option<Arc<Row>>>,
    /// A value that no row of the store has, looked for since the last write.
    pub(crate) absent: RefCell<Option<(EntityIndex, FieldIndex, Value)>>,
    /// What the caller may do; all when `None`.
    pub(crate) sight: Option<Arc<Rights>>,
    /// A write failed half-way: nothing of this unit may be kept.
    broken: bool,
    /// One operation is all that this unit does.
    single: bool,
}

impl<'t> Session<'t> {
    /// Begins a unit of work at `context.now`.
    pub(crate) fn begin(
        shared: &'t Shared,
        prepared: Arc<Prepared>,
        caller: &'t Caller,
        tx: &'t mut dyn Transaction,
        context: Context,
    ) -> Session<'t> {
        tx.set_cause(cause(caller, &context));
        Session {
            prepared,
            caller,
            shared,
            tx,
            context,
            cache: Cache::default(),
            staging: Staging::default(),
            outdated: Outdated::default(),
            originals: HashMap::new(),
            absent: RefCell::default(),
            sight: None,
            broken: false,
            single: false,
        }
    }

    /// Rows as this unit would leave them.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            prepared: &self.prepared,
            snapshot: Some(&*self.tx),
            cache: &self.cache,
            context: &self.context,
            ahead: Some(Ahead { staging: &self.staging, outdated: &self.outdated }),
            timeout_ms: 0,
            sight: None,
        }
    }

    /// Refreshes what this unit made out of date, and tells people what concerns them. Nothing may be written after.
    pub(crate) fn finish(&mut self) -> Result<(), EngineError> {
        if self.broken {
            let source = "one of its writes failed".into();
            let source =
                StoreError::Database { action: "keep a unit of work of which a part is missing", source };
            return Err(EngineError::Store { action: "commit a unit of work", source });
        }
        self.refresh()?;
        self.notify()
    }

    /// Runs one operation: all of it is staged, settled, checked and written, or nothing.
    pub(crate) fn operation<T>(
        &mut self,
        stage: impl FnOnce(&mut Session<'t>, &mut Problems) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut problems = Problems::default();
        let staged = stage(self, &mut problems).and_then(|value| {
            self.settle()?;
            self.check(&mut problems)?;
            problems.into_result()?;
            Ok(value)
        });
        match staged {
            Ok(value) => {
                self.outdated.keep();
                if self.single && self.is_settled() {
                    self.tx.certain();
                }
                self.write_out()?;
                Ok(value)
            }
            Err(refusal) => {
                self.staging.take();
                self.outdated.undo();
                Err(refusal)
            }
        }
    }

    /// Whether nothing will have to be computed, asked of other records, bounded or told to anybody once what is staged is written.
    fn is_settled(&self) -> bool {
        // Whether a bound lets it pass is known once all is written.
        if self.shared.bound.get().is_some() {
            return false;
        }
        let mut searches = self.outdated.searches().into_iter();
        !self.outdated.has_fields_or_rules()
            && searches.all(|key| self.staging.get(key).is_some())
            && !self.concerns_anybody()
    }

    /// Writes what is staged: deletions first, so that what they held (a unique value) is free.
    pub(crate) fn write_out(&mut self) -> Result<(), EngineError> {
        let mut staged = self.staging.take();
        staged.sort_by_key(|(_, staged)| match (&staged.old, &staged.new) {
            (_, None) => 0,
            (Some(_), Some(_)) => 1,
            (None, Some(_)) => 2,
        });
        for (key, staged) in staged {
            if let Err(fault) = self.write_one(key, staged) {
                self.broken = true;
                return Err(fault);
            }
        }
        Ok(())
    }

    fn write_one(&mut self, key: Key, staged: Staged) -> Result<(), EngineError> {
        let prepared = self.prepared.clone();
        let entity = prepared.entity(key.0);
        let (old, new) = match (staged.old, staged.new) {
            (None, None) => return Ok(()),
            (old, new) => (old, new),
        };
        if old == new {
            return Ok(());
        }
        self.originals.entry(key).or_insert_with(|| old.clone());
        *self.absent.get_mut() = None;
        match (&old, &new) {
            (Some(old), Some(new)) => {
                let text = search_text(&self.view(), key.0, new)?;
                self.tx
                    .update(entity, old, Row::clone(new), text.as_deref())
                    .map_err(|fault| self.write_fault(key.0, fault, "change a record"))?;
                self.outdated.clear_search(key);
            }
            (None, Some(new)) => {
                let text = search_text(&self.view(), key.0, new)?;
                self.tx
                    .insert(entity, Row::clone(new), text.as_deref())
                    .map_err(|fault| self.write_fault(key.0, fault, "add a record"))?;
                self.outdated.clear_search(key);
            }
            (Some(old), None) => self.tx.delete(entity, old).map_err(failed("delete a record"))?,
            (None, None) => {}
        }
        self.outdated.keep();
        self.cache.put(key, new);
        Ok(())
    }

    /// A new id: no record has it, so that none is looked for.
    pub(crate) fn new_id(&self, entity: EntityIndex) -> RecordId {
        let id = self.shared.ids.next(self.context.now);
        self.cache.put((entity, id), None);
        id
    }

    /// What `created_by` and `updated_by` say.
    pub(crate) fn actor(&self) -> Value {
        self.caller.me().map_or(Value::Null, Value::Id)
    }

    /// Whether system-set fields are open: Tisserand itself writes.
    pub(crate) fn is_system(&self) -> bool {
        self.caller.actor == Actor::System
    }
}

impl Unit for Session<'_> {
    fn create(&mut self, entity: &str, id: Option<RecordId>, draft: Draft) -> Result<RecordId, EngineError> {
        let entity = self.writable(Capability::Create, entity)?;
        let id = id.unwrap_or_else(|| self.new_id(entity));
        self.operation(|session, problems| session.stage_create((entity, id), draft, "", problems))?;
        Ok(id)
    }

    fn update(
        &mut self,
        entity: &str,
        id: RecordId,
        expected: Option<Position>,
        draft: Draft,
    ) -> Result<(), EngineError> {
        let entity = self.writable(Capability::Update, entity)?;
        self.may_touch((entity, id), Capability::Update, true)?;
        self.expect_version((entity, id), expected)?;
        self.operation(|session, problems| session.stage_update((entity, id), draft, "", problems))
    }

    fn upsert(
        &mut self,
        entity: &str,
        key: &str,
        value: &str,
        draft: Draft,
    ) -> Result<(RecordId, bool), EngineError> {
        let position = self.prepared.entity_index(entity).filter(|index| self.knows(*index));
        let position = position.ok_or(EngineError::NotFound)?;
        let (field, parsed) = self.key_value(position, key, value)?;
        match self.find_by(position, field, &parsed)? {
            // One that they may not see is not there: making another then fails on its key, as it must.
            Some(id) if self.is_seen(position, id)? => {
                self.update(entity, id, None, draft)?;
                Ok((id, false))
            }
            _ => {
                let mut draft = draft;
                draft.fields.entry(key.to_owned()).or_insert(crate::draft::Input::Value(parsed));
                Ok((self.create(entity, None, draft)?, true))
            }
        }
    }

    fn delete(&mut self, entity: &str, id: RecordId, expected: Option<Position>) -> Result<(), EngineError> {
        let entity = self.writable(Capability::Delete, entity)?;
        self.may_touch((entity, id), Capability::Delete, true)?;
        self.expect_version((entity, id), expected)?;
        self.operation(|session, _| session.stage_delete((entity, id)))
    }

    fn transition(
        &mut self,
        entity: &str,
        id: RecordId,
        expected: Option<Position>,
        name: &str,
    ) -> Result<(), EngineError> {
        let entity = self.movable(entity, name)?;
        self.may_move((entity, id), name)?;
        self.expect_version((entity, id), expected)?;
        self.operation(|session, _| session.stage_transition((entity, id), name))
    }

    fn take_back(
        &mut self,
        entity: &str,
        id: RecordId,
        position: Position,
        whose: &dyn Fn(&Cause) -> Whose,
    ) -> Result<TakenBack, EngineError> {
        self.take_back_change(entity, id, position, whose)
    }

    fn single(&mut self) {
        self.single = true;
    }

    fn written(&self) -> usize {
        self.originals.len()
    }

    fn is_waited_for(&self) -> bool {
        self.tx.is_waited_for()
    }

    fn get(&mut self, entity: &str, id: RecordId, expand: &[Expand]) -> Result<Record, EngineError> {
        self.refresh()?;
        let entity = self.prepared.entity_index(entity).filter(|index| self.knows(*index));
        let entity = entity.ok_or(EngineError::NotFound)?;
        if !expand.is_empty() {
            // Rows that this unit wrote are remembered as they were handed over, without the stamps that the store gave them.
            self.cache = Cache::default();
        }
        let found = self.tx.get(self.prepared.entity(entity), id).map_err(failed("read a record"))?;
        let row = Arc::new(found.ok_or(EngineError::NotFound)?);
        let view = View { ahead: None, sight: self.sight.as_deref(), ..self.view() };
        if !view.sees(entity, &row)? {
            return Err(EngineError::NotFound);
        }
        let reader = Reader { view, language: self.caller.language };
        let record = reader.records(entity, vec![row], expand)?.pop().ok_or(EngineError::NotFound)?;
        let shown = self.cache.take_shown();
        self.shared.accesses.note(self.caller, self.context.now, &self.prepared, shown)?;
        Ok(record)
    }

    fn find(&mut self, entity: &str, key: &str, value: &str) -> Result<Option<RecordId>, EngineError> {
        let entity = self.prepared.entity_index(entity).filter(|index| self.knows(*index));
        let entity = entity.ok_or(EngineError::NotFound)?;
        let (field, value) = self.key_value(entity, key, value)?;
        match self.find_by(entity, field, &value)? {
            Some(id) if self.is_seen(entity, id)? => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    fn note(&mut self, key: &str) -> Result<Option<String>, EngineError> {
        self.tx.note(key).map_err(failed("read a note"))
    }

    fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), EngineError> {
        if !self.may_write() {
            return Err(EngineError::Forbidden { capability: "set a note".to_owned() });
        }
        self.tx.set_note(key, value).map_err(failed("set a note"))
    }

    fn answer(&mut self, key: &str) -> Result<Option<String>, EngineError> {
        self.kept_answer(key)
    }

    fn keep_answer(&mut self, key: &str, answer: &str) -> Result<(), EngineError> {
        self.store_answer(key, answer)
    }
}

/// The journal's account of who asks, at the moment of the unit.
pub(crate) fn cause(caller: &Caller, context: &Context) -> Cause {
    Cause {
        at: context.now,
        actor: caller.actor.clone(),
        origin: caller.origin,
        device: caller.device.clone(),
        request: caller.request.clone(),
    }
}
