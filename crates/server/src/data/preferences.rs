//! How a person wants their screens: `/data/{env}/$preferences`.

use axum::response::{IntoResponse, Response};
use engine::{Preferences, PreferencesDraft};
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::{Asked, Reply, idempotency};
use crate::problem::Problem;

/// The caller's preferences; `null` is as it comes.
pub(crate) async fn preferences_show(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, |entered| {
        let preferences = entered.environment.engine.preferences(&entered.caller)?;
        Ok(Reply::json(told(preferences).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Changes those that are sent; of `dashboards`, those that are named.
pub(crate) async fn preferences_change(mut asked: Asked) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let once = asked.once(json!(sent).to_string().as_bytes())?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        idempotency::after(entered, once.as_ref(), || {
            let draft = read(sent)?;
            let preferences = entered.environment.engine.preferences_change(&entered.caller, draft)?;
            Ok(Reply::json(told(preferences).to_string().into_bytes()))
        })
    });
    Ok(reply.await?.into_response())
}

fn told(preferences: Preferences) -> Json {
    let Preferences { theme, density, time_zone, first_day, start_page, dashboards } = preferences;
    json!({
        "theme": theme, "density": density, "time_zone": time_zone, "first_day": first_day,
        "start_page": start_page, "dashboards": dashboards,
    })
}

fn read(sent: Map<String, Json>) -> Result<PreferencesDraft, Problem> {
    let mut draft = PreferencesDraft::default();
    for (name, value) in sent {
        let text = || match &value {
            Json::Null => Some(None),
            Json::String(text) => Some(Some(text.clone())),
            _ => None,
        };
        let understood = match name.as_str() {
            "theme" => text().map(|text| draft.theme = Some(text)),
            "density" => text().map(|text| draft.density = Some(text)),
            "time_zone" => text().map(|text| draft.time_zone = Some(text)),
            "start_page" => text().map(|text| draft.start_page = Some(text)),
            "first_day" => match &value {
                Json::Null => Some(None),
                day => day.as_i64().map(Some),
            }
            .map(|day| draft.first_day = Some(day)),
            "dashboards" => match value {
                Json::Object(dashboards)
                    if dashboards.values().all(|one| one.is_null() || one.is_object()) =>
                {
                    draft.dashboards = dashboards;
                    Some(())
                }
                _ => None,
            },
            _ => {
                return Err(Problem::of_field(
                    &name,
                    "unknown_field",
                    "Les préférences sont : theme, density, time_zone, first_day, start_page, dashboards.",
                    "Preferences are: theme, density, time_zone, first_day, start_page, dashboards.",
                ));
            }
        };
        if understood.is_none() {
            return Err(Problem::of_field(
                &name,
                "wrong_type",
                "Cette valeur ne convient pas.",
                "This value does not fit.",
            ));
        }
    }
    Ok(draft)
}
