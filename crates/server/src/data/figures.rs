//! What who administers an environment wants to know of it: numbering, the journal, files that nothing names. `GET /data/{env}/$figures`.

use axum::response::{IntoResponse, Response};
use engine::Power;
use platform::FILES_GRACE;
use serde_json::{Value as Json, json};

use crate::data::{Asked, Reply};
use crate::problem::Problem;

pub(super) async fn figures_show(asked: Asked) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Audit)?;
        let engine = &entered.environment.engine;
        let dictionary = entered.dictionary();
        let numbering: Vec<Json> = dictionary
            .entities
            .iter()
            .filter(|entity| !entity.internal)
            .filter_map(|entity| {
                let code = entity.code.as_ref()?;
                Some(json!({"entity": entity.name, "prefix": code.prefix, "width": code.width}))
            })
            .collect();
        let swept = state.platform.files_sweep(&environment, FILES_GRACE, true)?;
        let answer = json!({
            "numbering": numbering,
            "journal": {"position": engine.position()},
            "files": {"unnamed": swept.contents.len(), "unnamed_bytes": swept.size_bytes()},
        });
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}
