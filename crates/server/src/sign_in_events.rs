//! What happened to the sign-ins of the person who asks: `/sign_ins`.

use axum::Json;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use platform::{EventsWanted, SignInEvent};
use serde_json::{Value, json};

use crate::cx::Cx;
use crate::data::parameters::{number, page_length};
use crate::health::named;
use crate::problem::Problem;
use crate::session::private;
use crate::sign_ins::session_of;

/// The person's own, newest first.
pub(crate) async fn sign_in_events(cx: Cx, RawQuery(query): RawQuery) -> Response {
    let list = cx.as_person(move |platform, identity| {
        session_of(&identity)?;
        let wanted = page_of(query.as_deref())?;
        let (events, more) = platform.sign_in_events_of(identity.user.id, &wanted)?;
        let value: Vec<Value> = events.iter().map(view).collect();
        let mut answer = json!({ "value": value });
        if more {
            let next = wanted.skip + wanted.limit;
            answer["@odata.nextLink"] = json!(format!("/sign_ins?$top={}&$skiptoken={next}", wanted.limit));
        }
        Ok(answer)
    });
    named("/sign_ins", list.await.map(|view| (private(), Json(view))).into_response())
}

/// Which page of events is asked for.
pub(crate) fn page_of(query: Option<&str>) -> Result<EventsWanted, Problem> {
    let (limit, skip) = (page_length(query)?, number(query, "skiptoken", 0)?);
    let (limit, skip) = (u32::try_from(limit), u32::try_from(skip));
    match (limit, skip) {
        (Ok(limit), Ok(skip)) if skip <= SKIP_MAX => {
            Ok(EventsWanted { skip, limit, ..EventsWanted::default() })
        }
        _ => Err(Problem::bad_request(
            "On ne remonte pas plus loin que 10 000 événements : filtrez davantage.",
            "One goes no farther back than 10 000 events: filter more.",
        )),
    }
}

/// Events that may be passed over.
const SKIP_MAX: u32 = 10_000;

/// An event, as it is sent.
pub(crate) fn view(event: &SignInEvent) -> Value {
    json!({
        "id": event.id,
        "at": event.at,
        "event": event.event,
        "way": event.way,
        "by": event.by,
        "device": event.device,
        "address": event.address,
    })
}
