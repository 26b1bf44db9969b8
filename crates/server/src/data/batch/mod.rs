//! `POST /data/{env}/$batch`: many requests in one, those of an atomic group as one unit of work. Source: OData JSON Format 4.01, 19.

mod answer;
mod condition;
mod group;
mod references;
mod request;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::HeaderValue;
use axum::response::{IntoResponse, Response};

use crate::body::json_object_within;
use crate::cx::Cx;
use crate::data::idempotency::{Done, Once};
use crate::data::prefer::Preferences;
use crate::data::resource::{self, Resource};
use crate::data::{Asked, Reply, methods, route};
use crate::problem::Problem;
use answer::PartAnswer;
use references::References;
use request::Part;

/// Answers of one batch, bytes: once there are more, the requests that follow are not executed.
const ANSWERS_BYTES_MAX: usize = 64 << 20;

/// Executes the requests of a batch in their order.
///
/// `400` when the batch itself cannot be read: nothing is executed then. What is wrong with a request is told in its answer.
pub(crate) async fn batch(mut asked: Asked) -> Result<Response, Problem> {
    let config = asked.cx.state.config.clone();
    let body = asked.admitted().await?;
    let body = json_object_within(body, &asked.headers, config.batch_bytes_max, config.body_timeout).await?;
    let preferences = Preferences::read(&asked.headers);
    let content = serde_json::to_vec(&body).map_err(|error| Problem::internal(&error))?;
    let once = asked.once(&content)?;
    drop(content);
    let parts = request::read(body)?;
    if let Some(kept) = kept(&asked.cx, &asked.environment, once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let (references, answers) = (References::default(), Vec::new());
    let mut run = Run { cx: asked.cx, environment: asked.environment, once, references, answers, bytes: 0 };
    let goes_on = preferences.continue_on_error;
    let mut stopped = false;
    let mut parts = parts.into_iter().enumerate().peekable();
    while let Some((number, part)) = parts.next() {
        let mut together = vec![part];
        if let Some(group) = together[0].group.clone() {
            while let Some((_, next)) = parts.next_if(|(_, next)| next.group.as_ref() == Some(&group)) {
                together.push(next);
            }
        }
        let began = run.answers.len();
        if stopped {
            run.refuse(&together, answer::not_executed());
        } else if run.bytes > ANSWERS_BYTES_MAX {
            run.refuse(&together, answer::too_much());
        } else {
            run.execute(number, together).await?;
        }
        stopped |= !goes_on && run.answers[began..].iter().any(|(_, answer)| answer.status >= 400);
    }
    let applied = if goes_on { vec!["continue-on-error".to_owned()] } else { Vec::new() };
    let reply = Reply { applied, ..Reply::json(answer::write(&run.answers)) };
    run.keep(&reply).await?;
    Ok(reply.into_response())
}

/// The answer that was kept for the whole batch.
async fn kept(cx: &Cx, environment: &str, once: Option<&Once>) -> Result<Option<Done>, Problem> {
    let Some(once) = once.cloned() else { return Ok(None) };
    let found = cx.in_environment(environment, move |entered| {
        let mine = once.clone();
        let kept = entered.environment.engine.transact(&entered.caller, move |unit| mine.answer(unit))?;
        kept.value.map(|kept| once.kept(&kept).map(Done::Before)).transpose()
    });
    found.await
}

/// A batch on its way.
struct Run {
    cx: Cx,
    environment: String,
    once: Option<Once>,
    /// What requests that were answered may be called by those that follow.
    references: References,
    /// In the order of the requests.
    answers: Vec<(Part, PartAnswer)>,
    bytes: usize,
}

impl Run {
    /// Answers requests that are not executed.
    fn refuse(&mut self, parts: &[Part], problem: Problem) {
        for part in parts {
            self.note(part.clone(), self.problem(&problem));
        }
    }

    fn problem(&self, problem: &Problem) -> PartAnswer {
        PartAnswer::problem(problem, self.cx.language(), &self.cx.info.id)
    }

    fn note(&mut self, part: Part, answer: PartAnswer) {
        self.bytes += answer.bytes();
        self.references.answered(&part, &answer);
        self.answers.push((part, answer));
    }

    /// Executes one request, or a group of them.
    async fn execute(&mut self, number: usize, mut parts: Vec<Part>) -> Result<(), Problem> {
        for (at, part) in parts.iter().enumerate() {
            if let Some(problem) = self.obstacle(part) {
                // Who waits in vain, or has a condition that does not hold, keeps its whole group from being executed.
                let others = answer::failed_dependency(&part.id);
                for (index, part) in parts.clone().into_iter().enumerate() {
                    let answer = self.problem(if index == at { &problem } else { &others });
                    self.note(part, answer);
                }
                return Ok(());
            }
        }
        let once = self.once.as_ref().map(|once| once.part(number));
        if parts[0].group.is_some() {
            let answers = group::execute(&self.cx, &self.environment, &self.references, once, &parts).await?;
            for (part, answer) in parts.into_iter().zip(answers) {
                self.note(part, answer);
            }
            return Ok(());
        }
        let Some(part) = parts.pop() else { return Ok(()) };
        let answer = match self.alone(&part, once).await {
            Ok(response) => PartAnswer::of(response, self.cx.language(), &self.cx.info.id).await?,
            Err(problem) => self.problem(&problem),
        };
        self.note(part, answer);
        Ok(())
    }

    /// Why a request cannot be executed.
    fn obstacle(&self, part: &Part) -> Option<Problem> {
        if let Some(failed) = part.depends.iter().find(|name| self.references.failed(name)) {
            return Some(answer::failed_dependency(failed));
        }
        let condition = part.condition.as_ref()?;
        match condition::holds(condition, &self.answers) {
            Ok(true) => None,
            Ok(false) => Some(answer::condition_failed()),
            Err(fault) => Some(fault.into()),
        }
    }

    /// A request outside of groups goes the way of all requests.
    async fn alone(&self, part: &Part, once: Option<Once>) -> Result<Response, Problem> {
        let (path, query) = self.references.address(&self.environment, &part.url)?;
        let Some(resource) = resource::parse(&path) else { return Err(Problem::not_found()) };
        if resource == Resource::Batch {
            return Err(Problem::bad_request(
                "Un lot n'en contient pas d'autre.",
                "A batch does not hold another.",
            ));
        }
        let mut headers = part.headers.clone();
        let body = match &part.body {
            None => Body::empty(),
            Some(body) => {
                headers.entry("content-type").or_insert(HeaderValue::from_static("application/json"));
                Body::from(part.content(&self.references.within(body))?)
            }
        };
        // A key of its own comes before that of the batch.
        let once = once.filter(|_| !headers.contains_key("idempotency-key"));
        let (mut cx, method, environment) = (self.cx.clone(), part.method.clone(), self.environment.clone());
        cx.looks = methods::looks(&method, &resource);
        let asked = Asked { cx, method, environment, path, query, headers, body, once };
        Ok(route(asked, part.method.clone(), resource).await)
    }

    /// Keeps the answer to the whole. If the server is killed before, those of its parts were kept.
    async fn keep(&self, reply: &Reply) -> Result<(), Problem> {
        let Some(once) = self.once.clone() else { return Ok(()) };
        if reply.body.len() > answer::KEPT_BYTES_MAX {
            return Ok(());
        }
        let reply = Reply { body: reply.body.clone(), applied: reply.applied.clone(), ..Reply::default() };
        let kept = self.cx.in_environment(&self.environment, move |entered| {
            entered
                .environment
                .engine
                .transact(&entered.caller, move |unit| once.keep_reply(unit, &reply))?;
            Ok(())
        });
        kept.await
    }
}

impl PartAnswer {
    /// Whether the request did what it asked.
    fn succeeded(&self) -> bool {
        self.status < StatusCode::BAD_REQUEST.as_u16()
    }
}
