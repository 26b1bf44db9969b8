//! Changing the dictionary: files, tables and what follows for the records, in one unit of work.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dictionary::layers::Layer;
use dictionary::model::{Entity, EntityIndex, Field, FieldIndex, OnDelete};
use dictionary::plan::{self, Change, Plan};
use dictionary::{Dictionary, Language, RecordId, Value, related};
use rights::Power;
use store::{Row, StoreError, Transaction};

use crate::caller::Caller;
use crate::catalogue;
use crate::draft::Input;
use crate::environment::{Done, Environment};
use crate::error::{EngineError, FieldProblem, failed};
use crate::prepared::Prepared;
use crate::search_text::search_text;
use crate::sources;
use crate::write::session::{Session, cause};
use crate::write::staging::Staged;

/// Records filled at a time.
const PAGE: u32 = 500;

impl Environment {
    /// The layers the active dictionary was made from, lowest first, without the built-in one.
    ///
    /// Errors: `Forbidden` to anybody but administrators.
    pub fn layers(&self, caller: &Caller) -> Result<Vec<Layer>, EngineError> {
        may_change(self, caller)?;
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        sources::read(&*snapshot)
    }

    /// What changing to these layers would do. Changes nothing.
    ///
    /// Errors: `Forbidden`; `Dictionary`, with every fault in the layers.
    pub fn plan(&self, caller: &Caller, layers: &[Layer]) -> Result<Plan, EngineError> {
        may_change(self, caller)?;
        let target = catalogue::compiled(layers)?;
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let (current, _) = self.shared.prepared(&*snapshot)?;
        Ok(plan::plan(&current.dictionary, &target.dictionary))
    }

    /// Changes to these layers: files, tables, and what records need, as one journal entry. What goes is kept aside.
    ///
    /// Errors: `Destructive` with the plan when it sets data aside and is not `confirmed`; `Dictionary`; `Validation` when records break a new
    /// unique key; `Forbidden`. Nothing is changed then.
    pub fn apply(
        &self,
        caller: &Caller,
        layers: &[Layer],
        confirmed: bool,
    ) -> Result<Done<Plan>, EngineError> {
        let done = self.apply_from(caller, None, layers, confirmed)?;
        let plan = done.value.expect("no dictionary was named to start from");
        Ok(Done { value: plan, position: done.position })
    }

    /// Brings an environment made by an earlier version of Tisserand to today's built-in layer; returns the plan that was applied, nothing when there
    /// was nothing to do. Costs nothing then. Until it succeeds the environment goes on with the dictionary it has.
    ///
    /// Errors: those of [`Environment::apply`], for a plan that is not confirmed.
    pub fn upgrade(&self) -> Result<Option<Done<Plan>>, EngineError> {
        if self.shared.active.load().is_current.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let system = Caller::system();
        let layers = self.layers(&system)?;
        self.apply(&system, &layers, false).map(Some)
    }

    /// As [`Environment::apply`], but does nothing and returns no plan when the dictionary is no longer the one of hash `from`.
    pub(crate) fn apply_from(
        &self,
        caller: &Caller,
        from: Option<String>,
        layers: &[Layer],
        confirmed: bool,
    ) -> Result<Done<Option<Plan>>, EngineError> {
        caller.may_change()?;
        may_change(self, caller)?;
        let target = catalogue::compiled(layers)?;
        let (inner, who, layers) = (self.shared.clone(), caller.clone(), layers.to_vec());
        let done = self.shared.write(move |tx| {
            let (current, head) = inner.prepared(&*tx)?;
            if from.is_some_and(|from| from != head.dictionary) {
                return Ok(None);
            }
            let plan = plan::plan(&current.dictionary, &target.dictionary);
            if !confirmed && plan.destructive().next().is_some() {
                return Err(EngineError::Destructive(Box::new(plan)));
            }
            let context = inner.context(&who);
            tx.set_cause(cause(&who, &context));
            migrate(tx, &current.dictionary, &target)?;
            sources::write(tx, &target, &layers, sources::fresh(&*inner.ids, context.now))?;
            let session = Session::begin(&inner, target, &who, tx, context);
            fill(session, &plan)?;
            Ok(Some(plan))
        })?;
        self.shared.refresh()?;
        Ok(done)
    }
}

fn may_change(environment: &Environment, caller: &Caller) -> Result<(), EngineError> {
    if environment.has(caller, Power::Administer) {
        return Ok(());
    }
    Err(EngineError::Forbidden { capability: "change the dictionary".to_owned() })
}

fn migrate(tx: &mut dyn Transaction, old: &Dictionary, target: &Arc<Prepared>) -> Result<(), EngineError> {
    tx.migrate(Some(old), &target.dictionary).map_err(|fault| match &fault {
        StoreError::Duplicate { entity, key } => {
            let known = target.dictionary.entity(entity);
            let unique = known.and_then(|e| e.uniques.iter().find(|unique| unique.name == *key));
            let names = |language| {
                let fields = unique.into_iter().flat_map(|unique| &unique.fields);
                let label = |field: &FieldIndex| known.map_or("", |e| e.fields[*field].label.text(language));
                fields.map(label).collect::<Vec<_>>().join(", ")
            };
            let (fr, en) = (names(dictionary::Language::Fr), names(dictionary::Language::En));
            EngineError::Validation(vec![FieldProblem {
                field: format!("entities.{entity}.unique.{key}"),
                code: "duplicate",
                message: dictionary::Label::new(
                    &format!("Des fiches existantes ont la même valeur ({fr}) : corrigez-les d'abord."),
                    &format!("Existing records share the same value ({en}): correct them first."),
                ),
            }])
        }
        _ => EngineError::Store { action: "change the tables", source: fault },
    })
}

/// Gives existing records what a plan says they lack: codes, defaults, computed fields, search texts.
fn fill(mut session: Session<'_>, plan: &Plan) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    for step in &plan.steps {
        let place = |entity: &str, field: &str| {
            let entity = prepared.entity_index(entity)?;
            Some((entity, prepared.entity(entity).index(field)?))
        };
        match &step.change {
            Change::NumberRecords { entity } => {
                if let Some((entity, code)) = place(entity, "code") {
                    each_page(&mut session, entity, |session, row| number(session, entity, code, row))?;
                }
            }
            Change::AddField { entity, field, .. } => {
                if let Some((entity, field)) = place(entity, field) {
                    fill_default(&mut session, entity, field)?;
                }
            }
            Change::Compute { entity, field } => {
                if let Some((entity, field)) = place(entity, field) {
                    each_page(&mut session, entity, |session, row| compute(session, entity, field, row))?;
                }
            }
            Change::Retarget { entity, field, renamed, dropped } => {
                if let Some((entity, field)) = place(entity, field) {
                    retarget(&mut session, (entity, field), renamed, dropped)?;
                }
            }
            Change::Reindex { entity } => {
                if let Some(entity) = prepared.entity_index(entity) {
                    reindex(&mut session, entity)?;
                }
            }
            _ => {}
        }
    }
    session.refresh_unchecked()
}

/// Calls `each` for every record of an entity, and writes what it stages.
fn each_page(
    session: &mut Session<'_>,
    entity: EntityIndex,
    mut each: impl FnMut(&mut Session<'_>, Arc<Row>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    let mut after = None;
    loop {
        let rows = session.tx.scan(prepared.entity(entity), after, PAGE).map_err(failed("read records"))?;
        after = rows.last().map(Row::id);
        let full = rows.len() == PAGE as usize;
        for row in rows {
            each(session, Arc::new(row))?;
        }
        session.settle()?;
        session.outdated.keep();
        session.write_out()?;
        // All records of an entity may pass here: none is remembered.
        session.originals.clear();
        if !full {
            return Ok(());
        }
    }
}

fn stage_value(
    session: &mut Session<'_>,
    entity: EntityIndex,
    field: FieldIndex,
    row: Arc<Row>,
    value: Value,
) -> Result<(), EngineError> {
    if *row.get(field) == value {
        return Ok(());
    }
    let mut new = Row::clone(&row);
    new.0[field] = value;
    let key = (entity, row.id());
    session.stage(key, Staged { old: Some(row), new: Some(Arc::new(new)), ..Staged::default() })
}

fn number(
    session: &mut Session<'_>,
    entity: EntityIndex,
    code: FieldIndex,
    row: Arc<Row>,
) -> Result<(), EngineError> {
    let mut numbered = Row::clone(&row);
    session.number(entity, &mut numbered)?;
    let value = numbered.get(code).clone();
    stage_value(session, entity, code, row, value)
}

/// A required field that arrives with a default: records that exist get it too, or none of them could be changed any more.
fn fill_default(
    session: &mut Session<'_>,
    entity: EntityIndex,
    field: FieldIndex,
) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    let definition = &prepared.entity(entity).fields[field];
    let Some(default) = definition.default.as_ref().filter(|_| definition.required && definition.is_stored())
    else {
        return Ok(());
    };
    each_page(session, entity, |session, row| {
        if !row.get(field).is_null() {
            return Ok(());
        }
        let value = session.view().evaluate(default, entity, &row)?;
        match session.read_input(entity, field, Input::Value(value))? {
            Ok(value) => stage_value(session, entity, field, row, value),
            Err(_) => Ok(()),
        }
    })
}

impl Session<'_> {
    /// Stages what a computed field of a record is worth.
    pub(crate) fn work_out_one(
        &mut self,
        entity: EntityIndex,
        field: FieldIndex,
        row: Row,
    ) -> Result<(), EngineError> {
        compute(self, entity, field, Arc::new(row))
    }
}

fn compute(
    session: &mut Session<'_>,
    entity: EntityIndex,
    field: FieldIndex,
    row: Arc<Row>,
) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    let definition = &prepared.entity(entity).fields[field];
    let Some(computed) = &definition.computed else { return Ok(()) };
    let value = session.view().evaluate(&computed.formula, entity, &row)?;
    let value = dictionary::conduct::kept(definition, value, &session.field_context(definition));
    stage_value(session, entity, field, row, value)
}

/// Values of a related field follow the entities that they name. What may no longer be named is emptied, unless the field must keep it.
///
/// Errors: `Validation`, naming the first record that stands in the way.
fn retarget(
    session: &mut Session<'_>,
    (entity, field): (EntityIndex, FieldIndex),
    renamed: &[(String, String)],
    dropped: &[String],
) -> Result<(), EngineError> {
    let prepared = session.prepared.clone();
    let definition = &prepared.entity(entity).fields[field];
    let keeps = definition.required || definition.options.on_delete != Some(OnDelete::Nullify);
    each_page(session, entity, |session, row| {
        let Some((named, id)) = related::named(row.get(field)) else { return Ok(()) };
        if let Some((_, name)) = renamed.iter().find(|(was, _)| was == named) {
            let value = related::value(name, id);
            return stage_value(session, entity, field, row, value);
        }
        if !dropped.iter().any(|gone| gone == named) {
            return Ok(());
        }
        if keeps {
            return Err(still_named(prepared.entity(entity), definition, named, row.id()));
        }
        stage_value(session, entity, field, row, Value::Null)
    })
}

fn still_named(entity: &Entity, field: &Field, named: &str, id: RecordId) -> EngineError {
    EngineError::Validation(vec![FieldProblem {
        field: format!("entities.{}.fields.{}", entity.name, field.name),
        code: "still_named",
        message: dictionary::Label::new(
            &format!(
                "« {} » {id} désigne encore une fiche de `{named}` : changez-la d'abord.",
                entity.label.text(Language::Fr)
            ),
            &format!(
                "“{}” {id} still names a record of `{named}`: change it first.",
                entity.label.text(Language::En)
            ),
        ),
    }])
}

fn reindex(session: &mut Session<'_>, entity: EntityIndex) -> Result<(), EngineError> {
    each_page(session, entity, |session, row| {
        let text = search_text(&session.view(), entity, &row)?;
        let definition = session.prepared.clone();
        let definition = definition.entity(entity);
        session.tx.index(definition, row.id(), text.as_deref()).map_err(failed("index a record"))
    })
}
