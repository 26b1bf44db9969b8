//! Who could enter what at which moment, and which letters were sent: counted from the journal of the reserved environment, in memory.

use std::collections::{BTreeSet, HashMap};

use dictionary::{RecordId, Value};
use engine::{EngineError, Environment, Held};
use jiff::Timestamp;
use journal::{Change, Operation, Position};

use crate::access::words;
use crate::directory::{ACCESS, MESSAGE, USER};
use crate::error::PlatformError;

/// Entries read at a time.
const ENTRIES: u32 = 1_000;

/// An access from some moment on.
#[derive(Debug, Clone, Default)]
struct Access {
    user: Option<RecordId>,
    environment: Option<RecordId>,
    profiles: Option<String>,
    until: Option<Timestamp>,
}

/// A person from some moment on.
#[derive(Debug, Clone, Default)]
struct Person {
    active: bool,
    organisation: Option<RecordId>,
}

/// What a record was, from when on; nothing once it was deleted.
type Course<T> = Vec<(Timestamp, Option<T>)>;

/// What was read so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    position: Position,
    /// No entry counts before the one before it, whatever its clock says.
    at: Timestamp,
    accesses: HashMap<RecordId, Course<Access>>,
    /// Accesses of each environment, those that ended too.
    by_environment: HashMap<RecordId, BTreeSet<RecordId>>,
    people: HashMap<RecordId, Course<Person>>,
    /// Environments of letters that were not sent yet.
    unsent: HashMap<RecordId, RecordId>,
    /// When letters were sent, by the environment that they are counted for; in order.
    sent: HashMap<RecordId, Vec<Timestamp>>,
}

impl Ledger {
    /// Reads what was committed since the last time.
    pub(crate) fn catch_up(&mut self, root: &Environment) -> Result<(), PlatformError> {
        if root.position() <= self.position {
            return Ok(());
        }
        let failed = |source| EngineError::Store { action: "read the journal of the directory", source };
        let snapshot = root.store().snapshot().map_err(failed)?;
        loop {
            let entries = snapshot.entries(self.position, ENTRIES).map_err(failed)?;
            if entries.is_empty() {
                return Ok(());
            }
            for entry in entries {
                self.position = entry.position;
                self.at = self.at.max(entry.cause.at);
                for change in entry.changes.iter().flatten() {
                    self.read(change);
                }
            }
        }
    }

    fn read(&mut self, change: &Change) {
        let (id, at) = (change.record, self.at);
        match change.entity.as_str() {
            ACCESS => {
                let course = self.accesses.entry(id).or_default();
                follow(course, at, change, |access: &mut Access, field, value| match field {
                    "user" => access.user = value.as_id(),
                    "environment" => access.environment = value.as_id(),
                    "profiles" => access.profiles = value.as_text().map(str::to_owned),
                    "until" => access.until = moment(value),
                    _ => {}
                });
                let last = course.last().and_then(|(_, access)| access.as_ref());
                if let Some(environment) = last.and_then(|access| access.environment) {
                    self.by_environment.entry(environment).or_default().insert(id);
                }
            }
            USER => {
                let course = self.people.entry(id).or_default();
                follow(course, at, change, |person: &mut Person, field, value| match field {
                    "active" => person.active = *value == Value::Boolean(true),
                    "organisation" => person.organisation = value.as_id(),
                    _ => {}
                });
            }
            MESSAGE => self.read_letter(change),
            _ => {}
        }
    }

    fn read_letter(&mut self, change: &Change) {
        let id = change.record;
        if change.operation == Operation::Delete {
            self.unsent.remove(&id);
            return;
        }
        for field in &change.fields {
            match (field.field.as_str(), &field.new) {
                ("environment", Value::Id(environment)) => {
                    self.unsent.insert(id, *environment);
                }
                ("state", state) if state.as_text() == Some("sent") => {
                    if let Some(environment) = self.unsent.remove(&id) {
                        self.sent.entry(environment).or_default().push(self.at);
                    }
                }
                _ => {}
            }
        }
    }

    /// People of a client who could enter one of its environments at the end of a moment, each once: who worked for somebody else is not the client's.
    pub(crate) fn named_users(
        &self,
        at: Timestamp,
        client: RecordId,
        environments: &[RecordId],
        counts: &dyn Fn(&Held) -> bool,
    ) -> BTreeSet<RecordId> {
        let accesses = environments.iter().filter_map(|one| self.by_environment.get(one)).flatten();
        let open = accesses.filter_map(|id| as_of(self.accesses.get(id)?, at)).filter(|access| {
            let within = access.environment.is_some_and(|one| environments.contains(&one));
            let held = Held::new(words(access.profiles.clone()));
            within && access.until.is_none_or(|until| until > at) && counts(&held)
        });
        open.filter_map(|access| access.user).filter(|user| self.is_theirs(*user, client, at)).collect()
    }

    fn is_theirs(&self, user: RecordId, client: RecordId, at: Timestamp) -> bool {
        let person = self.people.get(&user).and_then(|course| as_of(course, at));
        person.is_some_and(|person| {
            person.active && person.organisation.is_none_or(|organisation| organisation == client)
        })
    }

    /// Letters counted for an environment that were sent from a moment on and before another.
    pub(crate) fn sent(&self, environment: RecordId, from: Timestamp, before: Timestamp) -> usize {
        let sent = self.sent.get(&environment).map_or(&[][..], Vec::as_slice);
        sent.partition_point(|at| *at < before) - sent.partition_point(|at| *at < from)
    }
}

fn follow<T: Clone + Default>(
    course: &mut Course<T>,
    at: Timestamp,
    change: &Change,
    mut set: impl FnMut(&mut T, &str, &Value),
) {
    if change.operation == Operation::Delete {
        course.push((at, None));
        return;
    }
    let mut now = course.last().and_then(|(_, last)| last.clone()).unwrap_or_default();
    for field in &change.fields {
        set(&mut now, &field.field, &field.new);
    }
    course.push((at, Some(now)));
}

/// What it was at that moment.
fn as_of<T>(course: &Course<T>, at: Timestamp) -> Option<&T> {
    let count = course.partition_point(|(since, _)| *since <= at);
    course[..count].last().and_then(|(_, state)| state.as_ref())
}

fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::DateTime(moment) => Some(*moment),
        _ => None,
    }
}
