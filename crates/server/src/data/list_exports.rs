//! Who took lists along: noted as each export ends, and told at `/data/{env}/$exports` to who protects what is held about people.

use axum::response::{IntoResponse, Response};
use engine::Power;
use jiff::Timestamp;
use platform::Entered;
use platform::list_exports::ListExport;
use serde_json::{Value as Json, json};

use crate::data::history::People;
use crate::data::parameters::{id_parameter, page_length};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// Newest first; `?person=` (who took it along) narrows it.
pub(super) async fn export_list(asked: Asked) -> Result<Response, Problem> {
    let query = asked.query.clone();
    let limit = page_length(query.as_deref())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Protect)?;
        let newest = entered.environment.exports.newest(id_parameter(query.as_deref(), "person")?, limit);
        let newest = newest.map_err(|error| Problem::internal(&error))?;
        let mut people = People::new(entered);
        let value = newest.iter().map(|export| {
            json!({
                "at": export.at, "by": people.person(export.by), "viewed": export.viewed, "entity": export.entity,
                "records": export.records, "format": export.format, "narrowed": export.narrowed,
                "whole": export.whole,
            })
        });
        let value: Vec<Json> = value.collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// An export that ended, as it is noted.
pub(super) struct Taken<'a> {
    pub(super) entity: &'a str,
    pub(super) records: u64,
    pub(super) format: &'a str,
    pub(super) narrowed: bool,
    pub(super) whole: bool,
}

/// Notes an export. Nothing is noted of what Tisserand writes for itself, nor of one that ended before its first record.
///
/// `500` when it cannot be noted: what was not handed on yet is not.
pub(super) fn note(entered: &Entered, at: Timestamp, taken: &Taken<'_>) -> Result<(), Problem> {
    let Some(by) = entered.caller.me() else { return Ok(()) };
    if taken.records == 0 && !taken.whole {
        return Ok(());
    }
    let export = ListExport {
        at,
        by,
        viewed: entered.caller.viewed,
        entity: taken.entity.to_owned(),
        records: taken.records,
        format: taken.format.to_owned(),
        narrowed: taken.narrowed,
        whole: taken.whole,
    };
    entered.environment.exports.keep(&export).map_err(|error| Problem::internal(&error))
}
