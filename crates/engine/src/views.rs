//! Lists as people arranged them: the records of `saved_view`, which have this door only.
//!
//! A person sees their own views and those that are shared; nobody but its owner changes a view, and an administrator one that is shared.
//! Whoever only reads may arrange lists too: it changes nothing that others see.

use dictionary::expression::{check_condition, parse};
use dictionary::system::SAVED_VIEW;
use dictionary::{Dictionary, RecordId, Value};
use rights::Power;

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::{Done, Environment};
use crate::error::EngineError;
use crate::query::{Expand, Query, Record};
use crate::unit::Unit;

/// Views handed out at once at most.
const VIEWS_MAX: u32 = 1_000;

/// What to set of a view. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViewDraft {
    /// Its name.
    pub name: Option<String>,
    /// Name of the entity it lists; given once.
    pub entity: Option<String>,
    /// Whether others see it.
    pub shared: Option<bool>,
    /// Whether the list opens with it: for its owner, or for everybody when it is shared.
    pub first: Option<bool>,
    /// How the list is arranged, as whoever shows it understands it.
    pub state: Option<serde_json::Value>,
}

impl Environment {
    /// The views that the caller may open, by name: of lists that they may know of. None in an environment whose dictionary is older than views.
    pub fn views(&self, caller: &Caller) -> Result<Vec<Record>, EngineError> {
        let dictionary = self.dictionary();
        if dictionary.entity(SAVED_VIEW).is_none() {
            return Ok(Vec::new());
        }
        let theirs = if caller.own().is_some() { "owner = me() or shared" } else { "shared" };
        let known = self.dictionary_of(caller);
        let mut views = self.views_where(caller, &dictionary, theirs)?;
        views.retain(|view| {
            let field = view.dictionary.entities[view.entity].index("entity");
            let name = field.and_then(|field| view.row.get(field).as_text());
            name.and_then(|name| known.entity(name)).is_some_and(|entity| !entity.internal)
        });
        Ok(views)
    }

    fn views_where(
        &self,
        caller: &Caller,
        dictionary: &std::sync::Arc<Dictionary>,
        condition: &str,
    ) -> Result<Vec<Record>, EngineError> {
        let entity = dictionary.entity_index(SAVED_VIEW).ok_or(EngineError::NotFound)?;
        let parsed = parse(condition).map_err(|error| EngineError::Expression(vec![error]))?;
        let filter = check_condition(&parsed.root, &**dictionary, entity).map_err(EngineError::Expression)?;
        let query = Query {
            dictionary: Some(dictionary.clone()),
            entity: SAVED_VIEW.to_owned(),
            filters: vec![filter],
            limit: VIEWS_MAX,
            expand: vec![Expand { field: "owner".to_owned(), ..Expand::default() }],
            ..Query::default()
        };
        Ok(self.list(&at_this_door(caller), &query)?.records)
    }

    /// Keeps a view of the caller's; returns its id.
    ///
    /// Errors: `Forbidden` when it is to be shared by somebody who only reads; `Validation`.
    pub fn view_create(&self, caller: &Caller, draft: ViewDraft) -> Result<Done<RecordId>, EngineError> {
        let owner = caller.me().ok_or_else(|| forbidden("create"))?;
        may_share(self, caller, draft.shared)?;
        let fields = fields(&draft).with("owner", Value::Id(owner));
        let firsts = self.firsts(caller, &draft)?;
        self.transact(&at_this_door(caller), move |unit| {
            let id = unit.create(SAVED_VIEW, None, fields)?;
            firsts.map_or(Ok(()), |firsts| alone_first(unit, id, &firsts))?;
            Ok(id)
        })
    }

    /// Changes a view.
    ///
    /// Errors: `NotFound` for one that the caller does not see; `Forbidden` for one that is another's.
    pub fn view_change(
        &self,
        caller: &Caller,
        id: RecordId,
        draft: ViewDraft,
    ) -> Result<Done<()>, EngineError> {
        may_share(self, caller, draft.shared)?;
        let (fields, firsts) = (fields(&draft), self.firsts(caller, &draft)?);
        let (asking, shares) = (caller.clone(), self.has(caller, Power::Share));
        self.transact(&at_this_door(caller), move |unit| {
            may_change(unit, &asking, shares, id)?;
            unit.update(SAVED_VIEW, id, None, fields)?;
            firsts.map_or(Ok(()), |firsts| alone_first(unit, id, &firsts))
        })
    }

    /// The views that are opened first, when the draft makes one more.
    fn firsts(&self, caller: &Caller, draft: &ViewDraft) -> Result<Option<Vec<RecordId>>, EngineError> {
        if draft.first != Some(true) {
            return Ok(None);
        }
        let found = self.views_where(caller, &self.dictionary(), "first")?;
        Ok(Some(found.iter().map(|view| view.row.id()).collect()))
    }

    /// Forgets a view. Errors: as for [`Environment::view_change`].
    pub fn view_delete(&self, caller: &Caller, id: RecordId) -> Result<Done<()>, EngineError> {
        let (asking, shares) = (caller.clone(), self.has(caller, Power::Share));
        self.transact(&at_this_door(caller), move |unit| {
            may_change(unit, &asking, shares, id)?;
            unit.delete(SAVED_VIEW, id, None)
        })
    }
}

/// Views are hidden from everybody and written by nobody, but through here.
fn at_this_door(caller: &Caller) -> Caller {
    caller.unbounded()
}

fn forbidden(action: &str) -> EngineError {
    EngineError::Forbidden { capability: format!("{action} {SAVED_VIEW}") }
}

fn may_share(environment: &Environment, caller: &Caller, shared: Option<bool>) -> Result<(), EngineError> {
    if shared == Some(true) && !environment.has(caller, Power::Share) {
        Err(forbidden("share"))
    } else {
        Ok(())
    }
}

fn may_change(unit: &mut dyn Unit, caller: &Caller, shares: bool, id: RecordId) -> Result<(), EngineError> {
    let view = unit.get(SAVED_VIEW, id, &[])?;
    let owner = value(&view, "owner").as_id();
    let shared = value(&view, "shared") == &Value::Boolean(true);
    if owner.is_some() && owner == caller.me() || shared && shares {
        return Ok(());
    }
    Err(if shared { forbidden("update") } else { EngineError::NotFound })
}

/// Of the views of an entity that one person, or everybody, may open first, only this one is.
fn alone_first(unit: &mut dyn Unit, id: RecordId, firsts: &[RecordId]) -> Result<(), EngineError> {
    let view = unit.get(SAVED_VIEW, id, &[])?;
    let shared = value(&view, "shared") == &Value::Boolean(true);
    for other in firsts.iter().filter(|other| **other != id) {
        let other = unit.get(SAVED_VIEW, *other, &[])?;
        let same = |field: &str| value(&other, field) == value(&view, field);
        if same("entity") && same("shared") && (shared || same("owner")) {
            unit.update(
                SAVED_VIEW,
                other.row.id(),
                None,
                Draft::default().with("first", Value::Boolean(false)),
            )?;
        }
    }
    Ok(())
}

fn value<'r>(record: &'r Record, field: &str) -> &'r Value {
    let entity = &record.dictionary.entities[record.entity];
    entity.index(field).map_or(&Value::Null, |field| record.row.get(field))
}

fn fields(draft: &ViewDraft) -> Draft {
    let mut fields = Draft::default();
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.fields.insert(field.to_owned(), crate::draft::Input::Value(value));
        }
    };
    set("name", draft.name.as_deref().map(Value::from));
    set("entity", draft.entity.as_deref().map(Value::from));
    set("shared", draft.shared.map(Value::Boolean));
    set("first", draft.first.map(Value::Boolean));
    set("state", draft.state.clone().map(|state| Value::Json(Box::new(state))));
    fields
}
