//! Support access, as the client sees it and answers: `/data/{env}/$assistance` (decision 0127).

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::Power;
use platform::{Answer, Platform};
use serde_json::{Value as Json, json};

use crate::body::json_object;
use crate::data::deciding::decides;
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// What was asked for, what is open, and what was.
pub(super) async fn assistance_list(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        told(&platform, &environment)
    });
    Ok(reply.await?.into_response())
}

/// Answers, or ends what is open: `{answer}`, which is `approve`, `refuse` or `end`.
///
/// `404` where nothing of that id is asked for; `422` when it is answered already, or not open.
pub(super) async fn assistance_answer(mut asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let cx = asked.cx.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        decides(entered)?;
        let answer = match sent.get("answer").and_then(Json::as_str) {
            Some("approve") => Answer::Approve,
            Some("refuse") => Answer::Refuse,
            Some("end") => Answer::End,
            _ => {
                let (fr, en) = ("Répondez approve, refuse ou end.", "Answer approve, refuse or end.");
                return Err(Problem::of_field("answer", "required", fr, en));
            }
        };
        if let Some(unknown) = sent.keys().find(|key| *key != "answer") {
            let (fr, en) = ("Seul answer est attendu.", "Only answer is expected.");
            return Err(Problem::of_field(unknown, "unknown_field", fr, en));
        }
        platform.assistance_answer(&environment, id, answer, cx.identity()?.user.id)?;
        told(&platform, &environment)
    });
    Ok(reply.await?.into_response())
}

fn told(platform: &Platform, environment: &str) -> Result<Reply, Problem> {
    let value: Vec<Json> = platform
        .assistances(environment)?
        .into_iter()
        .map(|one| {
            json!({
                "id": one.operation, "name": one.name, "organisation": one.organisation, "purpose": one.purpose,
                "ticket": one.ticket, "profiles": one.profiles.split_whitespace().collect::<Vec<_>>(),
                "hours": one.hours, "emergency": one.emergency, "stage": one.stage.tag(), "asked_at": one.asked_at,
                "decided_by": one.decided_by, "until": one.until, "ended_at": one.ended_at,
            })
        })
        .collect();
    Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
}
