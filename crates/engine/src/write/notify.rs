//! Telling people what concerns them: the notices of the dictionary, asked of what a unit of work wrote when it ends, in the same transaction.

use std::collections::HashSet;

use dictionary::model::EntityIndex;
use dictionary::model::notices::Notice;
use dictionary::system::{NOTIFICATION, USER};
use dictionary::{Entity, RecordId, Value, mentions, related};
use journal::Origin;
use store::Row;

use crate::draft::Draft;
use crate::error::{EngineError, failed};
use crate::view::Key;
use crate::write::session::Session;

/// People told by one unit of work at most: beyond, what happened is a matter for lists.
const TOLD_MAX: usize = 1_000;

/// Somebody to be told, and of what.
struct Telling {
    owner: RecordId,
    notice: String,
    about: String,
}

impl Session<'_> {
    /// Whether what is staged concerns anybody: what follows it could then not be left out.
    pub(crate) fn concerns_anybody(&self) -> bool {
        let Some(author) = self.teller() else { return false };
        self.staging.keys().iter().any(|key| {
            let (entity, staged) = (self.prepared.entity(key.0), self.staging.get(*key));
            let Some((old, Some(new))) = staged.map(|staged| (staged.old.as_deref(), &staged.new)) else {
                return false;
            };
            entity.notices.iter().any(|notice| !concerned(entity, notice, old, new, author).is_empty())
        })
    }

    /// Makes the notifications of this unit: of what differs between before and after it as a whole, so that each is made once.
    pub(crate) fn notify(&mut self) -> Result<(), EngineError> {
        let Some(author) = self.teller() else { return Ok(()) };
        let Some(notification) = self.prepared.entity_index(NOTIFICATION) else { return Ok(()) };
        let told = self.tellings(author, notification)?;
        if told.is_empty() {
            return Ok(());
        }
        for Telling { owner, notice, about } in told {
            let draft = Draft::default()
                .with("owner", Value::Id(owner))
                .with("author", Value::Id(author))
                .with("notice", notice.as_str())
                .with("about", about.as_str());
            let key = (notification, self.new_id(notification));
            self.operation(|session, problems| session.stage_create(key, draft, "", problems))?;
        }
        self.refresh()
    }

    /// Whose doing this is. Nobody is told of what Tisserand does by itself, nor of what is brought in or back by the thousand.
    fn teller(&self) -> Option<RecordId> {
        let told = !matches!(self.caller.origin, Origin::Import | Origin::Restore);
        self.caller.me().filter(|_| told)
    }

    fn tellings(&self, author: RecordId, notification: EntityIndex) -> Result<Vec<Telling>, EngineError> {
        let prepared = &self.prepared;
        let mut touched: Vec<Key> = self.originals.keys().copied().collect();
        touched.retain(|key| !prepared.entity(key.0).notices.is_empty());
        touched.sort_unstable();
        let mut told = Vec::new();
        let mut seen = HashSet::new();
        for key in touched {
            let entity = prepared.entity(key.0);
            let Some(new) = self.view().row(key.0, key.1).map_err(failed("read a record"))? else { continue };
            let old = self.originals.get(&key).and_then(Option::as_deref);
            for notice in &entity.notices {
                let people = concerned(entity, notice, old, &new, author);
                if people.is_empty() || !self.holds_for(notice, key.0, &new)? {
                    continue;
                }
                let Some(about) = self.about(entity, key, &new) else { continue };
                for owner in people {
                    let telling = Telling {
                        owner,
                        notice: format!("{}.{}", entity.name, notice.name),
                        about: about.clone(),
                    };
                    let fresh = seen.insert((owner, about.clone())) && told.len() < TOLD_MAX;
                    if fresh && self.may_be_told(notification, entity, notice, &telling)? {
                        told.push(telling);
                    }
                }
            }
        }
        Ok(told)
    }

    fn holds_for(&self, notice: &Notice, entity: EntityIndex, row: &Row) -> Result<bool, EngineError> {
        match &notice.when {
            Some(when) => self.view().holds(when, entity, row),
            None => Ok(true),
        }
    }

    /// The record that a notification opens: of lines, the one they are in.
    fn about(&self, entity: &Entity, key: Key, row: &Row) -> Option<String> {
        let named = |name: &str, id| related::value(name, id).as_text().map(str::to_owned);
        let Some(parent) = &entity.lines_of else { return named(&entity.name, key.1) };
        let holder = self.prepared.dictionary.entity(parent)?;
        let lines = holder.fields.iter().find(|field| field.options.of.as_ref() == Some(&entity.name))?;
        let by = entity.index(lines.options.by.as_deref()?)?;
        named(parent, row.get(by).as_id()?)
    }

    /// Whether somebody is there to be told, and was not told the same before: a text that is corrected mentions nobody anew.
    fn may_be_told(
        &self,
        notification: EntityIndex,
        entity: &Entity,
        notice: &Notice,
        telling: &Telling,
    ) -> Result<bool, EngineError> {
        let view = self.view();
        let Some(people) = self.prepared.entity_index(USER) else { return Ok(false) };
        let Some(person) = view.row(people, telling.owner).map_err(failed("read a record"))? else {
            return Ok(false);
        };
        let active = self.prepared.entity(people).index("active");
        if active.is_some_and(|active| person.get(active) == &Value::Boolean(false)) {
            return Ok(false);
        }
        if !mentions::may_mention(&entity.fields[notice.field]) {
            return Ok(true);
        }
        let definition = self.prepared.entity(notification);
        let (Some(about), Some(kind), Some(owner)) =
            (definition.index("about"), definition.index("notice"), definition.index("owner"))
        else {
            return Ok(false);
        };
        let same = [
            view.field_is(notification, about, &Value::from(telling.about.as_str())),
            view.field_is(notification, kind, &Value::from(telling.notice.as_str())),
            view.reference_is(notification, owner, &[telling.owner]),
        ];
        let same: Vec<_> = same.iter().collect();
        let before = view.select(notification, &same, &[], 1).map_err(failed("read what was told"))?;
        Ok(before.is_empty())
    }
}

/// People that a notice is about now and was not before, but for who did it.
fn concerned(
    entity: &Entity,
    notice: &Notice,
    old: Option<&Row>,
    new: &Row,
    author: RecordId,
) -> Vec<RecordId> {
    let mentioned = mentions::may_mention(&entity.fields[notice.field]);
    let people = |row: &Row| match row.get(notice.field) {
        Value::Id(id) => vec![*id],
        value if mentioned => value.as_text().map(mentions::of).unwrap_or_default(),
        _ => Vec::new(),
    };
    let before = old.map(people).unwrap_or_default();
    people(new).into_iter().filter(|id| *id != author && !before.contains(id)).collect()
}
