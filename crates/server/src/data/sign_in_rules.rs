//! What an environment asks of whoever signs in: `/data/{env}/$sign_in`, for who administers it.

use axum::response::{IntoResponse, Response};
use engine::{EngineError, Power};
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// The rules.
pub(super) async fn sign_in_rules_show(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let info = platform.environment_info(&environment)?;
        Ok(Reply::json(json!({ "second_factor": info.second_factor }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Changes them: `{second_factor}`.
pub(super) async fn sign_in_rules_change(mut asked: Asked) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (cx, environment) = (asked.cx.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        if entered.viewing.is_some() {
            return Err(EngineError::Forbidden { capability: Power::Administer.name().to_owned() }.into());
        }
        let platform = &cx.state.platform;
        if let Some(required) = read(&sent)? {
            platform.second_factor_require(&cx.identity()?, &environment, required)?;
        }
        let info = platform.environment_info(&environment)?;
        Ok(Reply::json(json!({ "second_factor": info.second_factor }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Whether a second factor is asked for from now on; `None` when nothing is said of it.
fn read(sent: &Map<String, Json>) -> Result<Option<bool>, Problem> {
    if let Some(unknown) = sent.keys().find(|key| *key != "second_factor") {
        let (fr, en) = ("La seule règle est : second_factor.", "The only rule is: second_factor.");
        return Err(Problem::of_field(unknown, "unknown_field", fr, en));
    }
    let required = sent.get("second_factor").map(|value| {
        let (fr, en) = ("Envoyez true ou false.", "Send true or false.");
        value.as_bool().ok_or_else(|| Problem::of_field("second_factor", "wrong_type", fr, en))
    });
    required.transpose()
}
