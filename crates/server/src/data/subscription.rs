//! What the client's subscription includes and what is used of it: `/data/{env}/$subscription` (decision 0146).

use axum::response::{IntoResponse, Response};
use engine::Power;
use platform::{SubscriptionTold, UsageLine};
use serde_json::{Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// The subscription in force, for who administers the environment; `{"subscription": null}` where there is none.
pub(super) async fn subscription_show(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let language = entered.caller.language;
        let told = platform.subscription_told(&environment)?.map(|one| view(one, language));
        Ok(Reply::json(json!({ "subscription": told }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

fn view(one: SubscriptionTold, language: dictionary::Language) -> Json {
    json!({
        "code": one.code, "client": one.client, "starts_on": one.starts_on, "ends_on": one.ends_on,
        "modules": one.modules, "ask": one.ask.text(language), "month": one.month.to_string(),
        "lines": one.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn line(line: &UsageLine) -> Json {
    json!({
        "measure": line.measure.tag(), "environment": line.environment, "profile": line.profile,
        "used": line.used, "most": line.most, "included": line.included, "share": line.share(),
    })
}
