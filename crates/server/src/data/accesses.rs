//! Who read sensitive values of whom: `/data/{env}/$accesses`, for who protects what is held about people.

use std::collections::HashMap;

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::Power;
use serde_json::{Value as Json, json};

use crate::data::history::People;
use crate::data::parameters::{id_parameter, page_length};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

/// Newest first; `?person=` (who read) and `?record=` (an id) narrow it.
pub(super) async fn access_list(asked: Asked) -> Result<Response, Problem> {
    let query = asked.query.clone();
    let limit = page_length(query.as_deref())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Protect)?;
        let given = |name: &str| id_parameter(query.as_deref(), name);
        let newest = entered.environment.accesses.newest(given("record")?, given("person")?, limit);
        let newest = newest.map_err(|error| Problem::internal(&error))?;
        let mut people = People::new(entered);
        let mut titles: HashMap<RecordId, Option<String>> = HashMap::new();
        let engine = &entered.environment.engine;
        let value = newest.iter().map(|access| {
            // Naming a record shows nothing sensitive of it: Tisserand looks, and notes nothing.
            let system = engine::Caller { language: entered.caller.language, ..engine::Caller::system() };
            let look = || {
                let found = engine.get(&system, &access.entity, access.record, &[]);
                found.ok().map(|record| record.title)
            };
            let title = titles.entry(access.record).or_insert_with(look).clone();
            json!({
                "at": access.at, "by": people.person(access.by), "viewed": access.viewed,
                "entity": access.entity, "id": access.record, "title": title, "fields": access.fields,
            })
        });
        let value: Vec<Json> = value.collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}
