//! What happened to the sign-ins of the people of an environment: `/data/{env}/$sign_ins`, for who administers it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::Power;
use platform::Member;
use platform::sign_in_events::Event;
use serde_json::{Value as Json, json};

use crate::data::parameters::parameter;
use crate::data::{Asked, Reply};
use crate::problem::Problem;
use crate::sign_in_events::{page_of, view};

/// Newest first; `?person=` and `?event=` narrow it. Of people who also enter environments of another client, device and address are not
/// told: where they are is not this client's business.
pub(super) async fn sign_in_events_of_people(asked: Asked) -> Result<Response, Problem> {
    let (query, environment) = (asked.query.clone(), asked.environment.clone());
    let platform = asked.cx.state.platform.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let query = query.as_deref();
        let given = |name: &str| parameter(query, name).filter(|text| !text.is_empty());
        let mut wanted = page_of(query)?;
        if let Some(text) = given("person") {
            wanted.user = Some(RecordId::parse(&text).ok_or_else(|| wrong("person", &text))?);
        }
        if let Some(text) = given("event") {
            wanted.event = Some(Event::of_tag(&text).ok_or_else(|| wrong("event", &text))?);
        }
        let (events, more) = platform.sign_in_events_in(&environment, &wanted)?;
        let mut members: HashMap<RecordId, Member> = HashMap::new();
        let mut value = Vec::new();
        for event in &events {
            let Some(user) = event.user else { continue };
            let member = match members.entry(user) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => match platform.member(&environment, user) {
                    Ok(member) => place.insert(member),
                    Err(error) if error.is_not_found() => continue, // left meanwhile
                    Err(error) => return Err(error.into()),
                },
            };
            let mut said = view(event);
            said["person"] = json!({ "id": user, "name": member.user.name, "email": member.user.email });
            if !member.is_own {
                said["device"] = Json::Null;
                said["address"] = Json::Null;
            }
            value.push(said);
        }
        let mut answer = json!({ "value": value });
        if more {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            for name in ["person", "event"] {
                if let Some(text) = given(name) {
                    pairs.append_pair(name, &text);
                }
            }
            pairs.append_pair("$top", &wanted.limit.to_string());
            pairs.append_pair("$skiptoken", &(wanted.skip + wanted.limit).to_string());
            answer["@odata.nextLink"] = json!(format!("/data/{environment}/$sign_ins?{}", pairs.finish()));
        }
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

fn wrong(name: &str, text: &str) -> Problem {
    Problem::bad_request(
        format!("{name} : « {text} » ne convient pas."),
        format!("{name}: “{text}” does not fit."),
    )
}
