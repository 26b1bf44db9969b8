//! What protects an environment and what is missing: `GET /data/{env}/$security`, for who administers it.

use axum::response::{IntoResponse, Response};
use engine::Power;
use platform::security_report::Surroundings;
use serde_json::{Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

pub(super) async fn security_show(asked: Asked) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let config = &state.config;
        let around = Surroundings {
            secure: config.secure || config.tls.is_some(),
            reachable: !config.address.ip().is_loopback(),
        };
        let language = entered.caller.language;
        let report = state.platform.security_report(&environment, around)?;
        let findings: Vec<Json> = report
            .iter()
            .map(|finding| {
                json!({
                    "name": finding.name,
                    "verdict": finding.verdict.tag(),
                    "found": finding.found.text(language),
                    "mend": finding.mend.text(language),
                    "concerned": finding.concerned,
                })
            })
            .collect();
        Ok(Reply::json(json!({ "value": findings }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}
