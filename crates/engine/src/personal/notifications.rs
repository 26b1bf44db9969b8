//! What a person is told because it concerns them: records of `notification`, made by `write::notify` in the unit of work that causes them.

use dictionary::label::Label;
use dictionary::model::notices::Notice;
use dictionary::system::NOTIFICATION;
use dictionary::{RecordId, Value, mentions, related};
use jiff::Timestamp;

use crate::caller::Caller;
use crate::draft::Draft;
use crate::environment::{Done, Environment};
use crate::error::EngineError;
use crate::personal::{at_this_door, own, value};
use crate::query::{Expand, Expanded, Query, Record};

/// Notifications handed out at once at most, and looked through for those not read.
pub const NOTIFICATIONS_MAX: u32 = 500;
/// Notifications marked as read in one unit.
const MARKED_MAX: u32 = 5_000;

/// Something that a person was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Its own.
    pub id: RecordId,
    /// When.
    pub at: Timestamp,
    /// Who did what concerns them; `None` once they are gone.
    pub author: Option<(RecordId, String)>,
    /// Entity and name of what tells: `task.assigned`.
    pub notice: String,
    /// What happened, to be said after who did it; `None` where the dictionary no longer says it.
    pub words: Option<Label>,
    /// Name of the entity of the record.
    pub entity: String,
    /// The record.
    pub record: RecordId,
    /// Its name, now.
    pub title: String,
    /// What was written, now, in CommonMark, of a mention.
    pub text: Option<String>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// What a person was told, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notifications {
    /// As many as were asked for.
    pub list: Vec<Notification>,
    /// How many of all they did not read, [`NOTIFICATIONS_MAX`] at most.
    pub unread: usize,
    /// There are older ones.
    pub more: bool,
}

impl Environment {
    /// What the caller was told, the newest `limit`. What is about records that are gone, or no longer for them, is not told.
    pub fn notifications(&self, caller: &Caller, limit: u32) -> Result<Notifications, EngineError> {
        let dictionary = self.dictionary();
        if dictionary.entity(NOTIFICATION).is_none() {
            return Ok(Notifications::default());
        }
        let limit = limit.clamp(1, NOTIFICATIONS_MAX) as usize;
        let expand = || vec![Expand { field: "author".to_owned(), ..Expand::default() }];
        let asked = |limit| Query { limit, expand: expand(), ..Query::default() };
        let records = self.own_records(caller, NOTIFICATION, "owner = me()", asked(limit as u32 + 1))?;
        let more = records.len() > limit;
        let mut list = Vec::with_capacity(limit);
        for record in records.iter().take(limit) {
            list.extend(self.told(caller, record)?);
        }
        let unread = Query { limit: NOTIFICATIONS_MAX, ..Query::default() };
        let condition = "owner = me() and read_at = null";
        let waiting = self.own_records(caller, NOTIFICATION, condition, unread)?;
        let mut unread = 0;
        for record in &waiting {
            unread += usize::from(self.told(caller, record)?.is_some());
        }
        Ok(Notifications { list, unread, more })
    }

    /// A notification with what it is about as it is now; `None` when that is gone.
    fn told(&self, caller: &Caller, record: &Record) -> Result<Option<Notification>, EngineError> {
        let Some((entity, id)) = value(record, "about").as_text().and_then(related::read) else {
            return Ok(None);
        };
        let dictionary = self.dictionary();
        if dictionary.entity(entity).is_none_or(|entity| entity.internal) {
            return Ok(None);
        }
        let about = match self.get(caller, entity, id, &[]) {
            Ok(about) => about,
            Err(EngineError::NotFound | EngineError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let key = value(record, "notice").as_text().unwrap_or_default().to_owned();
        let named = key.split_once('.').and_then(|(entity, name)| {
            let entity = dictionary.entity(entity)?;
            Some((entity, entity.notices.iter().find(|notice| notice.name == name)?))
        });
        let cites = |notice: &Notice, of: &dictionary::Entity| {
            of.name == entity && mentions::may_mention(&of.fields[notice.field])
        };
        let text = named
            .filter(|(of, notice)| cites(notice, of))
            .and_then(|(_, notice)| about.row.get(notice.field).as_text().map(str::to_owned));
        let author = record.dictionary.entities[record.entity].index("author");
        let author = match author.and_then(|field| record.expanded.get(&field)) {
            Some(Expanded::One(Some(author))) => Some((author.row.id(), author.title.clone())),
            _ => None,
        };
        let moment = |field: &str| match value(record, field) {
            Value::DateTime(at) => Some(*at),
            _ => None,
        };
        Ok(Some(Notification {
            id: record.row.id(),
            at: moment("created_at").unwrap_or_default(),
            author,
            words: named.map(|(_, notice)| notice.text.clone()),
            notice: key,
            entity: entity.to_owned(),
            record: id,
            title: about.title,
            text,
            read_at: moment("read_at"),
        }))
    }

    /// Says that the caller read a notification, or did not.
    ///
    /// Errors: `NotFound` for one that is not theirs.
    pub fn notification_mark(
        &self,
        caller: &Caller,
        id: RecordId,
        read: bool,
    ) -> Result<Done<()>, EngineError> {
        let asking = caller.clone();
        let now = self.context(caller).now;
        self.transact(&at_this_door(caller), move |unit| {
            let record = own(unit, &asking, NOTIFICATION, id)?;
            if value(&record, "read_at").is_null() != read {
                return Ok(());
            }
            let at = if read { Value::DateTime(now) } else { Value::Null };
            unit.update(NOTIFICATION, id, None, Draft::default().with("read_at", at))
        })
    }

    /// Says that the caller read all they were told.
    pub fn notifications_read(&self, caller: &Caller) -> Result<Done<()>, EngineError> {
        let query = Query { limit: MARKED_MAX, ..Query::default() };
        let condition = "owner = me() and read_at = null";
        let records = self.own_records(caller, NOTIFICATION, condition, query)?;
        let ids: Vec<RecordId> = records.iter().map(|record| record.row.id()).collect();
        let now = self.context(caller).now;
        self.transact(&at_this_door(caller), move |unit| {
            for id in ids {
                let draft = Draft::default().with("read_at", Value::DateTime(now));
                match unit.update(NOTIFICATION, id, None, draft) {
                    Ok(()) | Err(EngineError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }
}
