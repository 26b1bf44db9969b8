//! Archives that the platform makes beside people's work and keeps for a week: `/data/{env}/$archives`, for who decides for the environment, of the
//! client's own people.

use std::fs::File;
use std::io;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use platform::{Entered, KeptArchive};
use serde_json::{Value as Json, json};

use crate::data::deciding::takes_away;
use crate::data::export::{Pieces, downloaded, handed_on};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// Those that are made, or on their way, newest first.
pub(super) async fn archive_list(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        takes_away(entered)?;
        let value: Vec<Json> = platform.archives(&environment)?.iter().map(view).collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Asks for one.
///
/// `422` while one is on its way.
pub(super) async fn archive_ask(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        takes_away(entered)?;
        let made = platform.archive_ask(&environment, &entered.caller)?;
        let body = view(&made).to_string().into_bytes();
        Ok(Reply { status: StatusCode::ACCEPTED, ..Reply::json(body) })
    });
    Ok(reply.await?.into_response())
}

/// The bytes of one.
///
/// `404` when there is none of that id, or it is not ready yet.
pub(super) async fn archive_get(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let (platform, name) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let headers = downloaded(&asked.environment, "zip", "application/zip");
    let write = move |entered: &Entered, out: &mut Pieces| {
        takes_away(entered)?;
        let path = platform.archive_of(&name, id)?;
        let mut file = File::open(path).map_err(|error| Problem::internal(&error))?;
        tracing::info!(environment.name = name, by = %entered.caller.name, "archive fetched");
        match io::copy(&mut file, out) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Problem::internal(&error)),
            _ => Ok(()),
        }
    };
    handed_on(asked, headers, false, write).await
}

fn view(archive: &KeptArchive) -> Json {
    json!({
        "id": archive.operation,
        "ready": archive.is_ready,
        "size": archive.size_bytes,
        "until": archive.until,
    })
}
