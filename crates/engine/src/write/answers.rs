//! Answers kept for a day, so that a request sent twice is executed once.
//!
//! An answer is a note, written by the unit of work that it answers for: a server that stops in between has kept both or neither. Each new
//! one is numbered, and forgets a few that are too old, so that they never pile up.

use jiff::{SignedDuration, Timestamp};
use journal::Actor;

use crate::error::{EngineError, failed};
use crate::write::session::Session;

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Answers that are too old, forgotten by each new one.
const FORGOTTEN: u64 = 3;
/// Counter of answers, and beginning of the notes that say which is which.
const NUMBERS: &str = "answers";
/// Note of the oldest number still there.
const OLDEST: &str = "answers.oldest";

impl Session<'_> {
    /// The note of a key; keys are everybody's own.
    fn answer_note(&self, key: &str) -> String {
        let who = match self.caller.actor {
            Actor::User(id) => id.to_string(),
            Actor::System => "system".to_owned(),
        };
        format!("answer/{who}/{key}")
    }

    /// See [`crate::Unit::answer`].
    pub(crate) fn kept_answer(&mut self, key: &str) -> Result<Option<String>, EngineError> {
        if !self.may_write() {
            return Ok(None); // nothing of theirs is ever written, twice or once
        }
        let (note, now) = (self.answer_note(key), self.context.now);
        let failed = failed("look for an answer that was kept");
        // Whoever claims it holds it until the unit ends: another that runs at once waits, and then finds the answer.
        if self.tx.claim_note(&note, &written(now, "")).map_err(&failed)? {
            self.number_answer(&note)?;
            return Ok(None);
        }
        let kept = self.tx.note(&note).map_err(failed)?.unwrap_or_default();
        match read(&kept) {
            Some((at, answer)) if !is_old(at, now) && !answer.is_empty() => Ok(Some(answer.to_owned())),
            _ => {
                self.number_answer(&note)?;
                Ok(None)
            }
        }
    }

    /// See [`crate::Unit::keep_answer`].
    pub(crate) fn store_answer(&mut self, key: &str, answer: &str) -> Result<(), EngineError> {
        if !self.may_write() {
            return Ok(());
        }
        let (note, text) = (self.answer_note(key), written(self.context.now, answer));
        self.tx.set_note(&note, Some(&text)).map_err(failed("keep an answer"))
    }

    /// Gives a new answer its number, and forgets the oldest.
    fn number_answer(&mut self, note: &str) -> Result<(), EngineError> {
        let (failed, now) = (failed("number an answer"), self.context.now);
        let number = self.tx.next_number(NUMBERS, 1).map_err(&failed)?;
        self.tx.set_note(&numbered(number), Some(&written(now, note))).map_err(&failed)?;
        let oldest = self.tx.note(OLDEST).map_err(&failed)?.and_then(|text| text.parse().ok()).unwrap_or(1);
        let mut next = oldest;
        while next < number && next < oldest + FORGOTTEN {
            let numbered = numbered(next);
            let entry = self.tx.note(&numbered).map_err(&failed)?.unwrap_or_default();
            if let Some((at, note)) = read(&entry) {
                if !is_old(at, now) {
                    break;
                }
                // A key that was used again since has a younger answer, with a number of its own.
                let kept = self.tx.note(note).map_err(&failed)?.unwrap_or_default();
                if read(&kept).is_some_and(|(at, _)| is_old(at, now)) {
                    self.tx.set_note(note, None).map_err(&failed)?;
                }
            }
            self.tx.set_note(&numbered, None).map_err(&failed)?;
            next += 1;
        }
        if next != oldest {
            self.tx.set_note(OLDEST, Some(&next.to_string())).map_err(&failed)?;
        }
        Ok(())
    }
}

fn numbered(number: u64) -> String {
    format!("{NUMBERS}.{number}")
}

fn is_old(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) >= KEPT
}

/// A text with the moment it was written.
fn written(at: Timestamp, text: &str) -> String {
    format!("{} {text}", at.as_microsecond())
}

fn read(note: &str) -> Option<(Timestamp, &str)> {
    let (at, text) = note.split_once(' ')?;
    Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, text))
}
