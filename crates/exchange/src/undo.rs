//! An import, or a copy of settings, taken back whole, from the journal: what it created is deleted, what it changed is put back, where nobody changed anything since.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use dictionary::{Label, Language, RecordId};
use engine::{Caller, EngineError, Environment, FieldProblem, Left, TakenBack, Whose};
use jiff::Timestamp;
use journal::{Actor, Cause, Entry, Position};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::error::ExchangeError;

/// Which entries of the journal a piece of work made.
#[derive(Debug, Clone)]
pub struct Span {
    /// What `request` of their cause says.
    pub request: String,
    /// Before the first.
    pub after: Position,
    /// The last.
    pub until: Position,
}

/// How far an undo came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Which time it is: what was left once may be tried again.
    pub round: u32,
    /// Everything after this position is taken back.
    pub down_to: Position,
    /// Records as they were before.
    pub done: u64,
    /// Records left as they are.
    pub left: u64,
    /// Length of the list of what was left.
    pub left_bytes: u64,
    /// To its beginning.
    pub complete: bool,
}

/// A record that was left as it is, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeftRecord {
    /// Its entity.
    pub entity: String,
    /// Its id.
    pub id: RecordId,
    /// `changed`, `deleted`, `referenced`, `refused` or `forgotten`.
    pub why: String,
    /// Who changed it since; nobody when that was Tisserand itself.
    pub by: Option<RecordId>,
    /// When.
    pub at: Option<Timestamp>,
    /// What refers to it: entities, and how many.
    pub others: Vec<(String, u64)>,
    /// What is against it.
    pub reasons: Vec<Label>,
}

/// Takes such work back, newest entry first, through the door of `caller`, each in one unit of work with how far it came: an undo that is stopped or killed goes on from
/// there, and one that came to its end may be asked again for what it left.
///
/// `list`: file of what was left. `watch`: told after every entry; stops it when it returns true.
///
/// Errors: the environment or the list cannot be written. What was taken back until then stays so.
pub fn undo(
    environment: &Environment,
    caller: &Caller,
    span: &Span,
    list: &Path,
    watch: &mut dyn FnMut(&Undone) -> bool,
) -> Result<Undone, ExchangeError> {
    let note = format!("undo.{}", span.request);
    let key = note.clone();
    let known = environment.transact(caller, move |unit| unit.note(&key))?.value;
    let known: Option<Undone> = known.and_then(|text| serde_json::from_str(&text).ok());
    let mut state = match known {
        Some(state) if !state.complete => state,
        Some(state) => Undone { round: state.round + 1, down_to: span.until, ..Undone::default() },
        None => Undone { round: 1, down_to: span.until, ..Undone::default() },
    };
    let own = format!("undo {}", span.request);
    let request = format!("{own} {}", state.round);
    let caller = Caller { request: Some(request.clone()), ..caller.clone() };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(list);
    let file = Arc::new(Mutex::new(file.map_err(ExchangeError::file("write", list))?));
    while state.down_to > span.after {
        if watch(&state) {
            return Ok(state);
        }
        let entry = environment.entries(&Caller::system(), state.down_to - 1, 1)?.pop();
        let position = state.down_to;
        state.down_to -= 1;
        let Some(entry) = entry.filter(|entry| entry.position == position) else { continue };
        if entry.cause.request.as_deref() != Some(span.request.as_str()) {
            continue;
        }
        let work = Work { entry, span: span.request.clone(), own: own.clone(), now: request.clone() };
        let (note, file, before) = (note.clone(), file.clone(), state.clone());
        state = environment
            .transact(&caller, move |unit| {
                let mut state = before;
                let left = work.take_back(unit, &mut state)?;
                let mut file = file.lock();
                let kept = append(&mut file, state.left_bytes, &left);
                state.left_bytes = kept.map_err(|_| EngineError::NotFound)?;
                unit.set_note(&note, Some(&text(&state)))?;
                Ok(state)
            })
            .map_err(|error| match error {
                // Nothing in a piece is looked for without being told: this is the list that could not be written.
                EngineError::NotFound => ExchangeError::File {
                    action: "write",
                    path: list.to_owned(),
                    source: std::io::Error::other("what was left could not be noted"),
                },
                error => error.into(),
            })?
            .value;
    }
    state.complete = true;
    let kept = text(&state);
    environment.transact(&caller, move |unit| unit.set_note(&note, Some(&kept)))?;
    watch(&state);
    Ok(state)
}

/// One entry to take back.
struct Work {
    entry: Entry,
    span: String,
    own: String,
    now: String,
}

impl Work {
    /// Takes back the changes of the entry, last first. What another of them stood in the way of is tried again.
    fn take_back(
        &self,
        unit: &mut dyn engine::Unit,
        state: &mut Undone,
    ) -> Result<Vec<LeftRecord>, EngineError> {
        let whose = |cause: &Cause| match cause.request.as_deref() {
            Some(request) if request == self.span => Whose::Work,
            Some(request) if request == self.now => Whose::Now,
            Some(request) if request.starts_with(&self.own) => Whose::Earlier,
            _ => Whose::Others,
        };
        let position = self.entry.position;
        let mut waiting: Vec<(String, RecordId)> =
            self.entry.changes.iter().flatten().rev().map(|c| (c.entity.clone(), c.record)).collect();
        loop {
            let before = waiting.len();
            let mut left = Vec::new();
            for (entity, id) in waiting {
                let done = match unit.take_back(&entity, id, position, &whose) {
                    // Whoever may bring in may not always take away.
                    Err(EngineError::Forbidden { capability }) => TakenBack::Left(not_allowed(capability)),
                    done => done?,
                };
                match done {
                    TakenBack::Done => state.done += 1,
                    TakenBack::Nothing => {}
                    TakenBack::Left(why) => left.push((entity, id, why)),
                }
            }
            let again = left.len() < before
                && left.iter().any(|(_, _, why)| matches!(why, Left::Referenced(_) | Left::Refused(_)));
            if !again {
                state.left += left.len() as u64;
                return Ok(left.into_iter().map(told).collect());
            }
            waiting = left.into_iter().map(|(entity, id, _)| (entity, id)).collect();
        }
    }
}

fn not_allowed(capability: String) -> Left {
    let message = Label::new("votre profil ne le permet pas.", "your profile does not allow it.");
    Left::Refused(vec![FieldProblem { field: capability, code: "forbidden", message }])
}

fn told((entity, id, why): (String, RecordId, Left)) -> LeftRecord {
    let mut record = LeftRecord {
        entity,
        id,
        why: String::new(),
        by: None,
        at: None,
        others: Vec::new(),
        reasons: Vec::new(),
    };
    record.why = match why {
        Left::Changed { by, at } => {
            record.by = if let Actor::User(id) = by { Some(id) } else { None };
            record.at = Some(at);
            "changed"
        }
        Left::Deleted => "deleted",
        Left::Referenced(others) => {
            record.others = others;
            "referenced"
        }
        Left::Refused(problems) => {
            record.reasons = problems
                .into_iter()
                .map(|problem| {
                    let (fr, en) = (problem.message.text(Language::Fr), problem.message.text(Language::En));
                    Label::new(&format!("{} : {fr}", problem.field), &format!("{}: {en}", problem.field))
                })
                .collect();
            "refused"
        }
        Left::Forgotten => "forgotten",
    }
    .to_owned();
    record
}

/// Writes lines at a place of the list, what was beyond it being of an attempt that did not end; returns its new length.
fn append(file: &mut File, at: u64, left: &[LeftRecord]) -> std::io::Result<u64> {
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    for record in left {
        serde_json::to_writer(&mut *file, record).map_err(std::io::Error::from)?;
        file.write_all(b"\n")?;
    }
    if !left.is_empty() {
        file.sync_data()?;
    }
    file.stream_position()
}

fn text(state: &Undone) -> String {
    serde_json::to_string(state).expect("numbers and a boolean are JSON")
}
