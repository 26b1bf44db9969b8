//! What a person keeps at hand: records of `favourite`.

use std::fmt;

use dictionary::label::Label;
use dictionary::system::FAVOURITE;
use dictionary::{RecordId, Value, related};

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::{Done, Environment};
use crate::error::{EngineError, FieldProblem};
use crate::personal::{at_this_door, me, own, value};
use crate::query::Query;

/// Favourites of one person at most.
const FAVOURITES_MAX: u32 = 200;

/// What a favourite leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A record: its entity and id.
    Record(String, RecordId),
    /// The list of an entity.
    List(String),
    /// A saved view.
    View(RecordId),
    /// A dashboard.
    Dashboard(String),
}

impl Target {
    /// Reads `record/account/0192…`, `list/account`, `view/0192…`, `dashboard/my_day`.
    pub fn read(text: &str) -> Option<Target> {
        let (kind, rest) = text.split_once('/')?;
        match kind {
            "record" => related::read(rest).map(|(entity, id)| Target::Record(entity.to_owned(), id)),
            "list" => Some(Target::List(rest.to_owned())),
            "view" => RecordId::parse(rest).map(Target::View),
            "dashboard" => Some(Target::Dashboard(rest.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Record(entity, id) => write!(f, "record/{entity}/{id}"),
            Target::List(entity) => write!(f, "list/{entity}"),
            Target::View(id) => write!(f, "view/{id}"),
            Target::Dashboard(name) => write!(f, "dashboard/{name}"),
        }
    }
}

/// Something kept at hand, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Favourite {
    /// Of the favourite itself.
    pub id: RecordId,
    /// Where it leads.
    pub target: Target,
    /// Name of the entity that it is about, none of a dashboard.
    pub entity: Option<String>,
    /// What it is called: title of a record, name of a view; none of lists and dashboards, which the dictionary names.
    pub title: Option<String>,
}

impl Environment {
    /// What the caller keeps at hand, in the order they put it there. What is gone, or no longer for them, is not told.
    pub fn favourites(&self, caller: &Caller) -> Result<Vec<Favourite>, EngineError> {
        let query = Query { limit: FAVOURITES_MAX, ..Query::default() };
        let records = self.own_records(caller, FAVOURITE, "owner = me()", query)?;
        let mut found = Vec::with_capacity(records.len());
        for record in &records {
            let Some(target) = value(record, "target").as_text().and_then(Target::read) else { continue };
            match self.found(caller, &target) {
                Ok((entity, title)) => found.push(Favourite { id: record.row.id(), target, entity, title }),
                Err(EngineError::NotFound | EngineError::Forbidden { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Entity and title of what a favourite leads to.
    fn found(
        &self,
        caller: &Caller,
        target: &Target,
    ) -> Result<(Option<String>, Option<String>), EngineError> {
        // A list or a dashboard that is not to be known of is none.
        let dictionary = self.dictionary_of(caller);
        let shown = |name: &String| {
            let entity = dictionary.entity(name).filter(|entity| !entity.internal);
            entity.map(|_| name.clone()).ok_or(EngineError::NotFound)
        };
        match target {
            Target::Record(entity, id) => {
                let entity = shown(entity)?;
                let title = self.get(caller, &entity, *id, &[])?.title;
                Ok((Some(entity), Some(title)))
            }
            Target::List(entity) => Ok((Some(shown(entity)?), None)),
            Target::View(id) => {
                let views = self.views(caller)?;
                let view = views.iter().find(|view| view.row.id() == *id).ok_or(EngineError::NotFound)?;
                let text = |field: &str| value(view, field).as_text().map(str::to_owned);
                Ok((text("entity"), text("name")))
            }
            Target::Dashboard(name) => match dictionary.dashboards.iter().any(|one| one.name == *name) {
                true => Ok((None, None)),
                false => Err(EngineError::NotFound),
            },
        }
    }

    /// Keeps something at hand; the favourite that leads there already, if one does. Returns its id and whether it is new.
    ///
    /// Errors: `Validation` for what is not there.
    pub fn favourite_add(
        &self,
        caller: &Caller,
        target: &Target,
    ) -> Result<Done<(RecordId, bool)>, EngineError> {
        let owner = me(caller, FAVOURITE)?;
        let refuse = |code, fr: &str, en: &str| {
            let message = Label::new(fr, en);
            EngineError::Validation(vec![FieldProblem { field: "target".to_owned(), code, message }])
        };
        let gone = || refuse("no_such_record", "Ceci n'existe pas.", "There is no such thing.");
        self.found(caller, target).map_err(|error| match error {
            EngineError::NotFound | EngineError::Forbidden { .. } => gone(),
            other => other,
        })?;
        let query = Query { limit: FAVOURITES_MAX, ..Query::default() };
        let known = self.own_records(caller, FAVOURITE, "owner = me()", query)?;
        let text = target.to_string();
        let there = known.iter().find(|record| value(record, "target").as_text() == Some(text.as_str()));
        if let Some(record) = there {
            return Ok(Done { value: (record.row.id(), false), position: self.position() });
        }
        if known.len() >= FAVOURITES_MAX as usize {
            return Err(refuse(
                "too_many",
                "200 favoris au plus : retirez-en d'abord.",
                "200 favourites at most: remove some first.",
            ));
        }
        let draft = Draft::default().with("owner", Value::Id(owner)).with("target", text.as_str());
        let created =
            self.transact(&at_this_door(caller), move |unit| unit.create(FAVOURITE, None, draft))?;
        Ok(Done { value: (created.value, true), position: created.position })
    }

    /// Lets go of a favourite.
    ///
    /// Errors: `NotFound` for one that is not the caller's.
    pub fn favourite_remove(&self, caller: &Caller, id: RecordId) -> Result<Done<()>, EngineError> {
        let asking = caller.clone();
        self.transact(&at_this_door(caller), move |unit| {
            own(unit, &asking, FAVOURITE, id)?;
            unit.delete(FAVOURITE, id, None)
        })
    }
}
