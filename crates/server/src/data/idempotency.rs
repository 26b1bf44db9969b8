//! `Idempotency-Key`: a write that is sent again is answered as the first time, and done once.
//! Source: draft-ietf-httpapi-idempotency-key-header.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use blake3::Hasher;
use dictionary::Language;
use dictionary::model::{Dictionary, Entity};
use engine::{EngineError, Record, Unit};
use platform::Entered;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::calls::Commits;
use crate::cx::Cx;
use crate::data::operation::{Answering, Operation, Written};
use crate::data::{Reply, entity_of, write};
use crate::odata::style::Style;
use crate::problem::Problem;
use crate::turns::Turn;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, characters.
const KEY_MAX: usize = 255;
/// A write that must be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Once {
    key: String,
    /// Of all that makes the request what it is.
    fingerprint: String,
}

impl Once {
    /// What the header of a request asks; `content` is its body, or what stands for it. The same content differently spaced is the same.
    pub(crate) fn asked(
        headers: &HeaderMap,
        method: &str,
        path: &str,
        query: Option<&str>,
        content: &[u8],
    ) -> Result<Option<Once>, Problem> {
        let Some(value) = headers.get(&KEY) else { return Ok(None) };
        // The draft writes keys between quotes; most clients don't.
        let text = value.to_str().unwrap_or_default().trim();
        let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let key = quoted.unwrap_or(text);
        let good = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !good {
            return Err(Problem::bad_request(
                format!("Idempotency-Key a de 1 à {KEY_MAX} caractères visibles, sans espace ni accent."),
                format!("Idempotency-Key has 1 to {KEY_MAX} visible characters, without space or accent."),
            ));
        }
        let mut hasher = Hasher::new();
        for part in [method.as_bytes(), path.as_bytes(), query.unwrap_or_default().as_bytes(), content] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        if let Some(condition) = headers.get("if-match") {
            hasher.update(condition.as_bytes());
        }
        let fingerprint = hasher.finalize().to_hex().to_string();
        Ok(Some(Once { key: key.to_owned(), fingerprint }))
    }

    /// The part of a request that is its own unit of work.
    pub(crate) fn part(&self, number: usize) -> Once {
        // No key of a client has a space.
        Once { key: format!("{} {number}", self.key), ..self.clone() }
    }

    /// The answer kept for this request, in the unit that would do it; `None` when the unit has to.
    ///
    /// Errors: `422` when the key was used for another request.
    pub(crate) fn kept(&self, text: &str) -> Result<Kept, Problem> {
        let kept: Kept = serde_json::from_str(text).map_err(|error| Problem::internal(&error))?;
        if kept.fingerprint == self.fingerprint {
            return Ok(kept);
        }
        Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "Cette Idempotency-Key a déjà servi à une autre demande : prenez-en une nouvelle.",
            "This Idempotency-Key was used for another request: take a new one.",
        ))
    }

    /// Asks for the answer that was kept, or claims the key for `unit`.
    pub(crate) fn answer(&self, unit: &mut dyn Unit) -> Result<Option<String>, EngineError> {
        unit.answer(&self.key)
    }

    /// Keeps an answer in the unit that it is the answer of.
    pub(crate) fn keep_reply(&self, unit: &mut dyn Unit, reply: &Reply) -> Result<(), EngineError> {
        self.keep(unit, Kept::of(reply))
    }

    /// As [`Once::keep_reply`], for a text that its reader knows what to make of.
    pub(crate) fn keep_text(&self, unit: &mut dyn Unit, text: &str) -> Result<(), EngineError> {
        self.keep(unit, Kept { status: StatusCode::OK.as_u16(), body: text.to_owned(), ..Kept::default() })
    }

    fn keep(&self, unit: &mut dyn Unit, kept: Kept) -> Result<(), EngineError> {
        let kept = Kept { fingerprint: self.fingerprint.clone(), ..kept };
        unit.keep_answer(&self.key, &serde_json::to_string(&kept).unwrap_or_default())
    }

    /// Keeps the answer to a request that changed nothing, unless another was kept meanwhile.
    pub(crate) fn keep_refusal(
        &self,
        entered: &Entered,
        problem: &Problem,
        language: Language,
    ) -> Result<(), Problem> {
        let final_answer = matches!(
            problem.status,
            StatusCode::NOT_FOUND
                | StatusCode::CONFLICT
                | StatusCode::PRECONDITION_FAILED
                | StatusCode::UNPROCESSABLE_ENTITY
        );
        if !final_answer || problem.code == "dictionary_changed" {
            return Ok(());
        }
        let request = entered.caller.request.clone().unwrap_or_default();
        let (once, body) = (self.clone(), problem.body(language, &request));
        let kept = Kept { status: problem.status.as_u16(), body, problem: true, ..Kept::default() };
        entered.environment.engine.transact(&entered.caller, move |unit| {
            if once.answer(unit)?.is_none() {
                once.keep(unit, kept)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// An answer as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    fingerprint: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    problem: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    applied: Vec<String>,
    #[serde(default)]
    style: Style,
}

impl Kept {
    fn of(reply: &Reply) -> Kept {
        Kept {
            status: reply.status.as_u16(),
            body: String::from_utf8_lossy(&reply.body).into_owned(),
            problem: reply.problem,
            etag: reply.etag.clone(),
            location: reply.location.clone(),
            entity_id: reply.entity_id.clone(),
            applied: reply.applied.clone(),
            style: reply.style,
            ..Kept::default()
        }
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let reply = Reply {
            status: StatusCode::from_u16(self.status).unwrap_or_default(),
            body: self.body.into_bytes(),
            etag: self.etag,
            location: self.location,
            entity_id: self.entity_id,
            applied: self.applied,
            kept: false,
            problem: self.problem,
            style: self.style,
        };
        let mut response = reply.into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// What became of a write.
pub(crate) enum Done {
    Now(Reply),
    Before(Kept),
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        match self {
            Done::Now(reply) => reply.into_response(),
            Done::Before(kept) => kept.into_response(),
        }
    }
}

/// Runs an operation as a unit of work of its own, and waits for it; once if it is to be done once.
pub(crate) fn perform(
    entered: &Entered,
    dictionary: &Arc<Dictionary>,
    operation: Operation,
    answering: Answering,
    once: Option<&Once>,
) -> Result<Done, Problem> {
    let entity = entity_of(dictionary, &answering.collection)?;
    let unit = unit(dictionary.clone(), operation, answering.clone(), once.cloned());
    let ended = entered.environment.engine.transact(&entered.caller, unit).map(|done| done.value);
    match ended {
        Ok(ended) => ended.answer(dictionary, &answering, once),
        Err(error) => Err(refused(entered, dictionary, entity, error, once)),
    }
}

/// How a unit of work ended.
enum Ended {
    /// The record to answer: the answer is put together after the unit, which holds up every other writer.
    Written(Written, Option<Record>),
    /// Its answer, as it was kept with it.
    Answered(Reply),
    /// The answer kept by an earlier one.
    Before(String),
}

impl Ended {
    fn answer(
        self,
        dictionary: &Dictionary,
        answering: &Answering,
        once: Option<&Once>,
    ) -> Result<Done, Problem> {
        match (self, once) {
            (Ended::Written(written, record), _) => {
                answering.reply(dictionary, written, record.as_ref()).map(Done::Now)
            }
            (Ended::Before(kept), Some(once)) => once.kept(&kept).map(Done::Before),
            (Ended::Answered(reply), _) => Ok(Done::Now(reply)),
            (Ended::Before(_), None) => unreachable!("only a keyed request has an earlier answer"),
        }
    }
}

/// What an operation does within its unit of work.
fn unit(
    dictionary: Arc<Dictionary>,
    operation: Operation,
    answering: Answering,
    once: Option<Once>,
) -> impl FnOnce(&mut dyn Unit) -> Result<Ended, EngineError> + Send + 'static {
    move |unit| {
        let Some(once) = once else {
            if answering.options.expand.is_none() {
                unit.single(); // the record itself is answered, which nothing refuses
            }
            let written = operation.run(unit)?;
            return Ok(Ended::Written(written, answering.read(unit, &dictionary, written)?));
        };
        if let Some(kept) = once.answer(unit)? {
            return Ok(Ended::Before(kept));
        }
        let written = operation.run(unit)?;
        let reply = answering.within(unit, &dictionary, written)?;
        once.keep_reply(unit, &reply)?;
        Ok(Ended::Answered(reply))
    }
}

/// The problem of an operation that was refused, kept when it is to be done once.
fn refused(
    entered: &Entered,
    dictionary: &Dictionary,
    entity: &Entity,
    error: EngineError,
    once: Option<&Once>,
) -> Problem {
    let problem = write::refusal(entered, dictionary, entity, error);
    let kept = once.map_or(Ok(()), |once| once.keep_refusal(entered, &problem, entered.caller.language));
    kept.err().unwrap_or(problem)
}

/// An operation handed over to the writer.
pub(crate) struct Handed {
    entered: Entered,
    dictionary: Arc<Dictionary>,
    answering: Answering,
    once: Option<Once>,
    ended: oneshot::Receiver<Result<Ended, EngineError>>,
}

/// As [`perform`], without a thread that waits.
pub(crate) fn hand_over(
    entered: Entered,
    dictionary: Arc<Dictionary>,
    operation: Operation,
    answering: Answering,
    once: Option<Once>,
    (turn, commits): (Turn, Commits),
) -> Handed {
    let (tell, ended) = oneshot::channel();
    let unit = unit(dictionary.clone(), operation, answering.clone(), once.clone());
    let whose = Some(entered.environment.engine.settings().name.as_str().into());
    entered.environment.engine.transact_later(
        &entered.caller,
        unit,
        move |lead| commits.run(&whose, lead),
        move |done| {
            drop(turn);
            // Nobody listens any more when the client has gone.
            drop(tell.send(done.map(|done| done.value)));
        },
    );
    Handed { entered, dictionary, answering, once, ended }
}

impl Handed {
    /// The answer, once the operation is durable or refused.
    pub(crate) async fn answer(self, cx: &Cx) -> Result<Done, Problem> {
        let Handed { entered, dictionary, answering, once, ended } = self;
        match ended.await.map_err(|error| Problem::internal(&error))? {
            Ok(ended) => ended.answer(&dictionary, &answering, once.as_ref()),
            Err(error) => {
                // What it says is read in the environment, by a call like any other.
                let refuse = move || {
                    let entity = entity_of(&dictionary, &answering.collection)?;
                    Err(refused(&entered, &dictionary, entity, error, once.as_ref()))
                };
                cx.run(refuse).await
            }
        }
    }
}

/// As [`perform`], for a change that passes another door than records and cannot be made twice: its answer is kept right after it. Whoever is
/// cut off in between learns that it was made.
pub(crate) fn after(
    entered: &Entered,
    once: Option<&Once>,
    work: impl FnOnce() -> Result<Reply, Problem>,
) -> Result<Done, Problem> {
    let Some(once) = once else { return work().map(Done::Now) };
    let engine = &entered.environment.engine;
    let mine = once.clone();
    if let Some(kept) = engine.transact(&entered.caller, move |unit| mine.answer(unit))?.value {
        return once.kept(&kept).map(Done::Before);
    }
    match work() {
        Ok(reply) => {
            let (mine, kept) = (once.clone(), Kept::of(&reply));
            engine.transact(&entered.caller, move |unit| mine.keep(unit, kept))?;
            Ok(Done::Now(reply))
        }
        Err(problem) => {
            once.keep_refusal(entered, &problem, entered.caller.language)?;
            Err(problem)
        }
    }
}
