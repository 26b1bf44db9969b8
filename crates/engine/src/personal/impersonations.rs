//! Looking at an environment as somebody else: what is noted of it here, at its beginning and at its end.
//!
//! Who looks as whom is decided above, by whoever knows the sessions; a caller who looks ([`Caller::viewed`]) reads what the person reads and changes
//! nothing.

use dictionary::system::IMPERSONATION;
use dictionary::{RecordId, Value};
use jiff::Timestamp;
use rights::Power;

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::{Done, Environment};
use crate::error::EngineError;
use crate::query::{Expand, Expanded, Query, Record};

use super::{at_this_door, checked, value};

/// Past times told at most.
const TOLD_MAX: u32 = 50;

/// Why somebody no longer looks as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// They went back to themselves.
    Asked,
    /// The time was over.
    Expired,
    /// Their session ended.
    SignedOut,
    /// They may no longer look so.
    RightLost,
    /// The person may no longer enter.
    PersonGone,
}

impl Ending {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Asked => "asked",
            Ending::Expired => "expired",
            Ending::SignedOut => "signed_out",
            Ending::RightLost => "right_lost",
            Ending::PersonGone => "person_gone",
        }
    }
}

/// A time when somebody looked as the person who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impersonation {
    /// Its record.
    pub id: RecordId,
    /// Who looked, while their record is there: its id and their name.
    pub viewer: Option<(RecordId, String)>,
    /// When it began.
    pub began: Timestamp,
    /// When it ends, or would have ended, by itself.
    pub until: Timestamp,
    /// When it ended; `None` while it lasts.
    pub ended: Option<Timestamp>,
}

impl Environment {
    /// Notes that the caller begins to look as a person, until a moment at the latest; returns the record.
    ///
    /// Errors: `Forbidden` to whoever does not administer; `NotFound` in an environment whose dictionary is older than this.
    pub fn impersonation_begin(
        &self,
        caller: &Caller,
        person: RecordId,
        until: Timestamp,
    ) -> Result<Done<RecordId>, EngineError> {
        if !self.has(caller, Power::Administer) {
            return Err(EngineError::Forbidden { capability: Power::Administer.name().to_owned() });
        }
        let viewer = caller.me().ok_or(EngineError::NotFound)?;
        let draft = Draft::default()
            .with("viewer", viewer)
            .with("person", person)
            .with("until", Value::DateTime(until));
        self.transact(&at_this_door(caller), move |unit| unit.create(IMPERSONATION, None, draft))
    }

    /// Notes that one ended, when and why. Nothing happens if it ended already.
    ///
    /// Errors: `Store`.
    pub fn impersonation_end(
        &self,
        caller: &Caller,
        id: RecordId,
        at: Timestamp,
        ending: Ending,
    ) -> Result<(), EngineError> {
        let done = self.transact(&at_this_door(caller), move |unit| {
            let record = unit.get(IMPERSONATION, id, &[])?;
            if !value(&record, "ended_at").is_null() {
                return Ok(());
            }
            let draft = Draft::default().with("ended_at", Value::DateTime(at)).with("ending", ending.name());
            unit.update(IMPERSONATION, id, None, draft)
        });
        match done {
            Ok(_) | Err(EngineError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// When others looked as the caller, newest first; to nobody who only looks as they do.
    pub fn impersonations(&self, caller: &Caller) -> Result<Vec<Impersonation>, EngineError> {
        let dictionary = self.dictionary();
        if caller.own().is_none() || dictionary.entity(IMPERSONATION).is_none() {
            return Ok(Vec::new());
        }
        let query = Query {
            filters: vec![checked(&dictionary, IMPERSONATION, "person = me()")?],
            dictionary: Some(dictionary),
            entity: IMPERSONATION.to_owned(),
            limit: TOLD_MAX,
            expand: vec![Expand { field: "viewer".to_owned(), ..Expand::default() }],
            ..Query::default()
        };
        let records = self.list(&at_this_door(caller), &query)?.records;
        Ok(records.iter().filter_map(read).collect())
    }
}

fn read(record: &Record) -> Option<Impersonation> {
    let moment = |field: &str| match value(record, field) {
        Value::DateTime(moment) => Some(*moment),
        _ => None,
    };
    let viewer = record.dictionary.entities[record.entity].index("viewer");
    let viewer = match viewer.and_then(|field| record.expanded.get(&field)) {
        Some(Expanded::One(Some(viewer))) => Some((viewer.row.id(), viewer.title.clone())),
        _ => None,
    };
    Some(Impersonation {
        id: record.row.id(),
        viewer,
        began: moment("created_at")?,
        until: moment("until")?,
        ended: moment("ended_at"),
    })
}
