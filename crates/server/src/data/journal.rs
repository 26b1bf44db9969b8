//! The journal of an environment, for who administers it: who changed what, newest first. `GET /data/{env}/$journal`.

use std::collections::HashMap;

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use dictionary::system::{ASSISTANCE, IMPERSONATION};
use engine::{EngineError, Environment, Power};
use jiff::Timestamp;
use journal::{Actor, Change, Entry, Operation, Origin, Position};
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::data::history::{People, changes};
use crate::data::parameters::{page_length, parameter};
use crate::data::{Asked, Reply, entity_of};
use crate::problem::Problem;

/// Entries read at once: one of an import has a thousand changes.
const ENTRIES_AT_ONCE: u64 = 16;
/// Changes looked at for one page. Beyond, the page ends early and says where to go on.
const LOOKED_MAX: usize = 60_000;

/// What is looked for.
#[derive(Default)]
struct Wanted {
    person: Option<Actor>,
    entity: Option<String>,
    record: Option<RecordId>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    operation: Option<Operation>,
    origin: Option<Origin>,
}

/// Changes with the entry that made them, without its others; nothing in place of one whose content was erased.
type Found = Vec<(Entry, Option<Change>)>;

/// A place in the journal: an entry, and how many of its changes come before.
type Place = (Position, usize);

/// Changes, newest first. A page may be short, even empty, and have a next one.
pub(super) async fn journal_show(asked: Asked) -> Result<Response, Problem> {
    let query = asked.query.clone();
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Audit)?;
        let query = query.as_deref();
        let limit = page_length(query)?;
        let wanted = Wanted::read(entered, query)?;
        let place = match parameter(query, "skiptoken") {
            Some(token) => Some(place_of(&token)?),
            None => None,
        };
        let (found, next) = wanted.find(entered, place, limit)?;
        let mut teller = Teller { entered, people: People::new(entered), titles: HashMap::new() };
        let value: Vec<Json> =
            found.iter().map(|(entry, change)| teller.tell(entry, change.as_ref())).collect();
        let mut answer = json!({ "value": value });
        if let Some((position, skip)) = next {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            let kept = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .filter(|(key, _)| !matches!(key.trim_start_matches('$'), "skiptoken" | "top"));
            pairs.extend_pairs(kept);
            pairs.append_pair("$top", &limit.to_string());
            pairs.append_pair("$skiptoken", &format!("{position}.{skip}"));
            answer["@odata.nextLink"] = json!(format!("/data/{environment}/$journal?{}", pairs.finish()));
        }
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

fn place_of(token: &str) -> Result<Place, Problem> {
    let parts =
        token.split_once('.').and_then(|(position, skip)| Some((position.parse().ok()?, skip.parse().ok()?)));
    parts.ok_or_else(|| {
        Problem::bad_request("$skiptoken n'est pas une position.", "$skiptoken is not a position.")
    })
}

impl Wanted {
    fn read(entered: &Entered, query: Option<&str>) -> Result<Wanted, Problem> {
        let given = |name: &str| parameter(query, name).filter(|text| !text.is_empty());
        let wrong = |name: &str, text: &str| {
            Problem::bad_request(
                format!("{name} : « {text} » ne convient pas."),
                format!("{name}: “{text}” does not fit."),
            )
        };
        let dictionary = entered.dictionary();
        let mut wanted = Wanted::default();
        if let Some(text) = given("person") {
            wanted.person = Some(match text.as_str() {
                "system" => Actor::System,
                text => Actor::User(RecordId::parse(text).ok_or_else(|| wrong("person", text))?),
            });
        }
        if let Some(collection) = given("collection") {
            wanted.entity = Some(entity_of(&dictionary, &collection)?.name.clone());
        }
        if let Some(text) = given("record") {
            wanted.record = Some(RecordId::parse(&text).ok_or_else(|| wrong("record", &text))?);
        }
        for (name, place) in [("from", &mut wanted.from), ("to", &mut wanted.to)] {
            if let Some(text) = given(name) {
                *place = Some(text.parse().map_err(|_| wrong(name, &text))?);
            }
        }
        let word = |text: &String| json!(text);
        if let Some(text) = given("operation") {
            let read = serde_json::from_value(word(&text));
            wanted.operation = Some(read.map_err(|_| wrong("operation", &text))?);
        }
        if let Some(text) = given("origin") {
            wanted.origin = Some(serde_json::from_value(word(&text)).map_err(|_| wrong("origin", &text))?);
        }
        Ok(wanted)
    }

    /// Changes from a place down to the beginning, or as many as one page may look at.
    fn find(
        &self,
        entered: &Entered,
        place: Option<Place>,
        limit: usize,
    ) -> Result<(Found, Option<Place>), Problem> {
        let (engine, caller) = (&entered.environment.engine, &entered.caller);
        let (mut position, mut skip) = match (place, self.to) {
            (Some(place), _) => place,
            (None, None) => (engine.position(), 0),
            (None, Some(to)) => (last_until(engine, to)?, 0),
        };
        let (mut found, mut looked) = (Vec::new(), 0);
        while position > 0 {
            let entries = match (&self.entity, self.record) {
                // The history of one record costs that of its own changes.
                (Some(entity), Some(record)) => {
                    let before = Some(position + 1);
                    let history = engine.history(caller, entity, record, before, limit as u32 + 1);
                    match history {
                        Ok(entries) => entries,
                        Err(EngineError::NotFound) => Vec::new(),
                        Err(error) => return Err(error.into()),
                    }
                }
                _ => {
                    let after = position.saturating_sub(ENTRIES_AT_ONCE);
                    let (mut entries, mut reached): (Vec<Entry>, _) = (Vec::new(), after);
                    // All of them, however large they are: the newest is told first.
                    while reached < position {
                        let next = engine.entries(caller, reached, (position - reached) as u32)?;
                        let Some(last) = next.last() else { break };
                        reached = last.position;
                        entries.extend(next);
                    }
                    entries.retain(|entry| entry.position <= position);
                    entries.reverse();
                    entries
                }
            };
            let Some(lowest) = entries.last().map(|entry| entry.position) else { return Ok((found, None)) };
            for entry in entries {
                if self.from.is_some_and(|from| entry.cause.at < from) {
                    return Ok((found, None));
                }
                let from = std::mem::take(&mut skip);
                looked += entry.changes.as_ref().map_or(1, Vec::len);
                for (index, change) in self.of(&entry).into_iter().enumerate().skip(from) {
                    if found.len() == limit {
                        return Ok((found, Some((entry.position, index))));
                    }
                    found.push((head_of(&entry), change));
                }
                if looked > LOOKED_MAX {
                    let next = entry.position.saturating_sub(1);
                    return Ok((found, (next > 0).then_some((next, 0))));
                }
            }
            position = lowest.saturating_sub(1);
        }
        Ok((found, None))
    }

    /// What is looked for in an entry; of one whose content was erased, that it was.
    fn of(&self, entry: &Entry) -> Vec<Option<Change>> {
        let cause = &entry.cause;
        if self.person.as_ref().is_some_and(|person| *person != cause.actor)
            || self.origin.is_some_and(|origin| origin != cause.origin)
            || self.to.is_some_and(|to| cause.at >= to)
        {
            return Vec::new();
        }
        let narrow = self.entity.is_some() || self.record.is_some() || self.operation.is_some();
        match &entry.changes {
            None if narrow => Vec::new(),
            None => vec![None],
            Some(changes) => changes
                .iter()
                .filter(|change| {
                    self.entity.as_ref().is_none_or(|entity| change.entity == *entity)
                        && self.record.is_none_or(|record| change.record == record)
                        && self.operation.is_none_or(|operation| change.operation == operation)
                })
                .cloned()
                .map(Some)
                .collect(),
        }
    }
}

/// Whether a change is told although its record is hidden: that somebody looked as another.
fn is_told(change: &Change) -> bool {
    [IMPERSONATION, ASSISTANCE].contains(&change.entity.as_str())
}

/// An entry without its changes.
fn head_of(entry: &Entry) -> Entry {
    Entry {
        position: entry.position,
        epoch: entry.epoch,
        cause: entry.cause.clone(),
        changes: None,
        payload_hash: entry.payload_hash,
        digest: entry.digest,
        chain: entry.chain,
    }
}

/// Position of the last entry before a moment: positions follow time.
fn last_until(engine: &Environment, to: Timestamp) -> Result<Position, Problem> {
    let system = engine::Caller::system();
    let (mut low, mut high) = (0, engine.position());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let entry = engine.entries(&system, middle - 1, 1)?.pop();
        match entry {
            Some(entry) if entry.cause.at < to => low = middle,
            _ => high = middle - 1,
        }
    }
    Ok(low)
}

/// Tells changes, each person and record looked up once.
struct Teller<'a> {
    entered: &'a Entered,
    people: People<'a>,
    titles: HashMap<(String, RecordId), Option<String>>,
}

impl Teller<'_> {
    fn tell(&mut self, entry: &Entry, change: Option<&Change>) -> Json {
        let actor = match entry.cause.actor {
            Actor::User(id) => self.people.person(id),
            Actor::System => self.people.system(entry.cause.device.as_deref()),
        };
        let mut told = json!({
            "position": entry.position,
            "at": entry.cause.at,
            "actor": actor,
            "origin": entry.cause.origin,
            "request": entry.cause.request,
            "redacted": change.is_none_or(|change| !change.redacted.is_empty()),
            "entity": null, "id": null, "title": null, "operation": null, "changes": null,
        });
        if let Some(change) = change {
            let dictionary = self.entered.dictionary();
            told["entity"] = json!(change.entity);
            told["id"] = json!(change.record);
            told["title"] = json!(self.title(change));
            told["operation"] = json!(change.operation);
            let fields = match dictionary.entity(&change.entity) {
                Some(entity) if !entity.internal || is_told(change) => changes(entity, change),
                _ => Map::new(),
            };
            told["changes"] = Json::Object(fields);
        }
        told
    }

    /// The title of the record today; of a deleted one, nothing.
    fn title(&mut self, change: &Change) -> Option<String> {
        let engine = &self.entered.environment.engine;
        let system = engine::Caller::system();
        let caller = if is_told(change) { &system } else { &self.entered.caller };
        let key = (change.entity.clone(), change.record);
        let look = || engine.get(caller, &change.entity, change.record, &[]).ok().map(|record| record.title);
        self.titles.entry(key).or_insert_with(look).clone()
    }
}
