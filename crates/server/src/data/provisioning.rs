//! What a company's directory keeps up to date, for who administers: `/data/{env}/$provisioning` (decision 0124).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::Power;
use platform::provisioning::ProvisioningToken;
use platform::provisioning::groups::Group;
use serde_json::{Map, Value as Json, json};

use crate::body::json_object;
use crate::data::deciding::decides;
use crate::data::{Asked, Reply};
use crate::origin::origin;
use crate::problem::Problem;

/// Letters of a name at most.
const NAME_MAX: usize = 120;

/// Tokens, groups and what they give, and where directories send to.
pub(super) async fn provisioning_show(asked: Asked) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let address = format!("{}/scim/v2/{environment}", origin(&asked.cx.state, &asked.headers));
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let tokens = platform.provisioning_tokens(&environment)?;
        let tokens: Vec<Json> = tokens.iter().map(token_view).collect();
        let groups = platform.groups_of(&environment, None)?;
        let groups: Vec<Json> = groups.iter().map(group_view).collect();
        let told = json!({ "address": address, "tokens": tokens, "groups": groups });
        Ok(Reply::json(told.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Makes a token: `{name}`. Its secret is told this once.
pub(super) async fn provisioning_token_create(mut asked: Asked) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        decides(entered)?;
        let name = sent.get("name").and_then(Json::as_str).map(str::trim).unwrap_or_default();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.contains(char::is_control) {
            let (fr, en) = ("Dites qui se sert de ce jeton.", "Say who uses this token.");
            return Err(Problem::of_field("name", "required", fr, en));
        }
        known(&sent, "name")?;
        let made = platform.provisioning_token_make(&environment, name, &entered.caller.name)?;
        let mut told = token_view(&made.token);
        told["secret"] = json!(made.secret);
        Ok(Reply { status: StatusCode::CREATED, ..Reply::json(told.to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// Revokes one.
pub(super) async fn provisioning_token_revoke(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        decides(entered)?;
        platform.provisioning_token_revoke(&environment, id, &entered.caller.name)?;
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(reply.await?.into_response())
}

/// Says what a group gives: `{profiles}`.
pub(super) async fn provisioning_group_map(mut asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (platform, environment) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        decides(entered)?;
        let names = sent.get("profiles").and_then(Json::as_array);
        let names = names.and_then(|names| names.iter().map(Json::as_str).collect::<Option<Vec<&str>>>());
        // A name with a space would be two.
        let names = names.filter(|names| !names.iter().any(|name| name.contains(char::is_whitespace)));
        let names = names.ok_or_else(|| {
            let (fr, en) = ("Envoyez une liste de noms de profils.", "Send a list of names of profiles.");
            Problem::of_field("profiles", "required", fr, en)
        })?;
        known(&sent, "profiles")?;
        let group = platform.provisioned_group_map(&environment, id, &names, &entered.caller.name)?;
        Ok(Reply::json(group_view(&group).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

fn known(sent: &Map<String, Json>, only: &str) -> Result<(), Problem> {
    match sent.keys().find(|key| *key != only) {
        Some(unknown) => {
            let (fr, en) = (format!("Seul {only} est attendu."), format!("Only {only} is expected."));
            Err(Problem::of_field(unknown, "unknown_field", &fr, &en))
        }
        None => Ok(()),
    }
}

fn token_view(token: &ProvisioningToken) -> Json {
    json!({
        "id": token.id, "name": token.name, "made_by": token.made_by, "made_at": token.made, "used_at": token.last_used,
    })
}

fn group_view(group: &Group) -> Json {
    json!({
        "id": group.id, "name": group.body.name, "profiles": group.profiles, "members": group.names.len(),
    })
}
