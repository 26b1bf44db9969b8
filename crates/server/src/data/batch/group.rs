//! An atomic group: one unit of work and one entry of the journal, or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use dictionary::Dictionary;
use engine::EngineError;
use platform::Entered;
use serde_json::{Map, Value as Json};

use super::answer::{self, KEPT_BYTES_MAX, PartAnswer};
use super::references::References;
use super::request::Part;
use crate::cx::Cx;
use crate::data::idempotency::Once;
use crate::data::operation::{Act, Answering, Operation};
use crate::data::prefer::Preferences;
use crate::data::resource::{self, Key, Resource};
use crate::data::{Reply, entity_of, version_of, write};
use crate::odata::ListOptions;
use crate::odata::style::Style;
use crate::problem::Problem;

/// Executes the requests of a group together; an answer for each.
pub(super) async fn execute(
    cx: &Cx,
    environment: &str,
    references: &References,
    once: Option<Once>,
    parts: &[Part],
) -> Result<Vec<PartAnswer>, Problem> {
    let group = Group {
        environment: environment.to_owned(),
        references: references.clone(),
        ids: parts.iter().map(|_| cx.state.platform.new_id()).collect(),
        parts: parts.to_vec(),
    };
    let metrics = cx.state.metrics.clone();
    let answers = cx.in_environment(environment, move |entered| {
        let count = group.parts.len();
        let ids: Vec<String> = group.parts.iter().map(|part| part.id.clone()).collect();
        match group.run(entered, once) {
            Ok(answers) => {
                (0..count).for_each(|_| metrics.write());
                Ok(answers)
            }
            Err((failed, problem)) => {
                let request = entered.caller.request.clone().unwrap_or_default();
                let others = answer::failed_dependency(&ids[failed]);
                let answer = |index| {
                    let problem = if index == failed { &problem } else { &others };
                    PartAnswer::problem(problem, entered.caller.language, &request)
                };
                Ok((0..count).map(answer).collect())
            }
        }
    });
    answers.await
}

struct Group {
    environment: String,
    references: References,
    /// Ids of the records that may be made, given beforehand so that the others can refer to them.
    ids: Vec<dictionary::RecordId>,
    parts: Vec<Part>,
}

/// Which request of the group failed, and why.
type Failed = (usize, Problem);

impl Group {
    fn run(mut self, entered: &Entered, once: Option<Once>) -> Result<Vec<PartAnswer>, Failed> {
        let dictionary = entered.dictionary();
        let mut prepared = Vec::with_capacity(self.parts.len());
        for index in 0..self.parts.len() {
            let one = self.prepare(entered, &dictionary, index);
            prepared.push(one.map_err(|problem| (index, problem))?);
        }
        let collections: Vec<String> =
            prepared.iter().map(|(_, answering)| answering.collection.clone()).collect();
        let at = Arc::new(AtomicUsize::new(0));
        let (reached, known) = (at.clone(), dictionary.clone());
        let mine = once.clone();
        let done = entered.environment.engine.transact(&entered.caller, move |unit| {
            if let Some(once) = &mine
                && let Some(kept) = once.answer(unit)?
            {
                return Ok(Err(kept));
            }
            let mut done = Vec::with_capacity(prepared.len());
            for (index, (operation, answering)) in prepared.into_iter().enumerate() {
                reached.store(index, Ordering::Relaxed);
                done.push((operation.run(unit)?, answering));
            }
            // Answered at the end, when what follows from all of it (totals, search texts) is worked out once.
            let mut answers = Vec::with_capacity(done.len());
            for (index, (written, answering)) in done.into_iter().enumerate() {
                reached.store(index, Ordering::Relaxed);
                let reply = match answering.within(unit, &known, written) {
                    // A later request of the group deleted it.
                    Err(EngineError::NotFound) => answering.finish(Reply::default(), written),
                    reply => reply?,
                };
                answers.push(PartAnswer::reply(reply));
            }
            if let Some(once) = &mine {
                once.keep_text(unit, &kept_text(&answers))?;
            }
            Ok(Ok(answers))
        });
        let failed = at.load(Ordering::Relaxed);
        match done {
            Ok(done) => match done.value {
                Ok(answers) => Ok(answers),
                Err(kept) => once.map_or_else(|| Ok(Vec::new()), |once| replayed(&once, &kept)),
            },
            Err(error) => {
                let problem = match entity_of(&dictionary, &collections[failed]) {
                    Ok(entity) => write::refusal(entered, &dictionary, entity, error),
                    Err(problem) => problem,
                };
                Err((failed, problem))
            }
        }
    }

    /// One request, ready to run.
    fn prepare(
        &mut self,
        entered: &Entered,
        dictionary: &Arc<Dictionary>,
        index: usize,
    ) -> Result<(Operation, Answering), Problem> {
        let part = &self.parts[index];
        let (path, query) = self.references.address(&self.environment, &part.url)?;
        let resource = resource::parse(&path).ok_or_else(Problem::not_found)?;
        let options = ListOptions::read(query.as_deref())?;
        let style = Style::asked(&part.headers, options.format.as_deref())?;
        let options = ListOptions { style, ..options };
        let expected = version_of(&part.headers, header::IF_MATCH)?;
        let body = match part.body.as_ref().map(|body| self.references.within(body)) {
            Some(Json::Object(body)) => body,
            None => Map::new(),
            Some(_) => {
                return Err(Problem::bad_request(
                    "Le corps doit être un objet JSON : { … }.",
                    "The body must be a JSON object: { … }.",
                ));
            }
        };
        let (collection, key) = match &resource {
            Resource::Collection(collection) => (collection.clone(), None),
            Resource::Record(collection, key) | Resource::Member(collection, key, _) => {
                (collection.clone(), Some(key.clone()))
            }
            _ => return Err(not_in_groups()),
        };
        let entity = entity_of(dictionary, &collection)?;
        let act = match (part.method.as_str(), resource, key) {
            ("POST", Resource::Collection(_), _) => match write::create(entered, dictionary, entity, body)? {
                Act::Create { id, draft } => Act::Create { id: id.or(Some(self.ids[index])), draft },
                act => act,
            },
            ("PATCH", Resource::Record(..), Some(key)) => {
                write::change(entered, dictionary, entity, key, body)?
            }
            ("PUT", Resource::Record(..), Some(key)) => {
                write::upsert(entered, dictionary, entity, key, body)?
            }
            ("DELETE", Resource::Record(..), Some(key)) => write::delete(entity, key)?,
            ("POST", Resource::Member(_, _, name), Some(key)) => write::transition(entity, key, name)?,
            _ => return Err(not_in_groups()),
        };
        let preferences = Preferences::read(&part.headers);
        let answering = write::answering(&self.environment, collection.clone(), options, &preferences);
        answering.check(dictionary, entity)?;
        let record = match &act {
            Act::Create { id, .. } => *id,
            Act::Change { key, .. } | Act::Put { key, .. } | Act::Transition { key, .. } => match key {
                Key::Id(id) => Some(*id),
                Key::Unique(..) => None,
            },
            Act::Delete { .. } | Act::Restore(_) => None,
        };
        if let Some(id) = record {
            self.references.expected(&part.id, format!("{collection}/{id}"));
        }
        Ok((Operation { entity: entity.name.clone(), expected, act }, answering))
    }
}

/// What is kept of a group: whole, or without the records when they are many.
fn kept_text(answers: &[PartAnswer]) -> String {
    let whole = serde_json::to_string(answers).unwrap_or_default();
    if whole.len() <= KEPT_BYTES_MAX {
        return whole;
    }
    let without: Vec<PartAnswer> =
        answers.iter().map(|answer| PartAnswer { body: None, ..answer.clone() }).collect();
    serde_json::to_string(&without).unwrap_or_default()
}

fn replayed(once: &Once, kept: &str) -> Result<Vec<PartAnswer>, Failed> {
    let kept = once.kept(kept).map_err(|problem| (0, problem))?;
    serde_json::from_str(&kept.body).map_err(|error| (0, Problem::internal(&error)))
}

fn not_in_groups() -> Problem {
    Problem::bad_request(
        "Un groupe atomique ne contient que des écritures de fiches : POST, PATCH, PUT, DELETE et transitions.",
        "An atomic group holds writes of records only: POST, PATCH, PUT, DELETE and transitions.",
    )
}
