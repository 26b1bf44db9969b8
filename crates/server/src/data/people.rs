//! The people of an environment: `/data/{env}/$people`, for who administers it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::{Language, RecordId};
use engine::Power;
use platform::{Entered, Member};
use serde_json::{Map, Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::{Asked, Reply};
use crate::problem::Problem;

fn administers(entered: &Entered) -> Result<(), Problem> {
    Ok(entered.needs(Power::Administer)?)
}

/// Everybody who may enter.
pub(super) async fn people_list(asked: Asked) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        administers(entered)?;
        let members = state.platform.members(&environment)?;
        let value: Vec<Json> = members.iter().map(|member| view(entered, member)).collect();
        let invites = state.platform.sends_mail();
        Ok(Reply::json(json!({ "value": value, "invites": invites }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Lets somebody in: `{name, email, profiles, language}`. Who has no account gets one, and an invitation by e-mail; where none are sent, `password` is
/// told this once.
pub(super) async fn person_add(mut asked: Asked) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        administers(entered)?;
        let (name, email) = (text(&sent, "name")?, text(&sent, "email")?);
        let language = sent.get("language").and_then(Json::as_str).and_then(Language::from_code);
        let profiles = profiles(&sent)?.unwrap_or_else(|| vec!["reader".to_owned()]);
        let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
        let language = language.unwrap_or(entered.caller.language);
        let (member, password) = state.platform.member_add(
            &environment,
            &name,
            &email,
            language,
            &profiles,
            &entered.caller.name,
        )?;
        tracing::info!(user.id = %member.user.id, by = %entered.caller.name, "access given");
        let mut answer = view(entered, &member);
        answer["password"] = json!(password);
        Ok(Reply { status: StatusCode::CREATED, ..Reply::json(answer.to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// Changes what a person may do here: `{profiles}`.
pub(super) async fn person_change(mut asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        administers(entered)?;
        let member = others(entered, state.platform.member(&environment, id)?)?;
        if let Some(profiles) = profiles(&sent)? {
            let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
            state.platform.member_change(&environment, member.user.id, &profiles)?;
        }
        let member = state.platform.member(&environment, id)?;
        Ok(Reply::json(view(entered, &member).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Takes a person's access to this environment away. Their record, and what they did, stay.
pub(super) async fn person_remove(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        administers(entered)?;
        let member = others(entered, state.platform.member(&environment, id)?)?;
        state.platform.member_remove(&environment, member.user.id)?;
        tracing::info!(user.id = %id, by = %entered.caller.name, "access taken away");
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(reply.await?.into_response())
}

/// `invite`: another invitation by e-mail. `reset`: another password, told this once. `reset_factor`: takes the second factor and the passkeys away of who lost them. `sign_out`: ends their sessions.
pub(super) async fn person_ask(asked: Asked, id: RecordId, part: String) -> Result<Response, Problem> {
    discard(asked.body).await;
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        administers(entered)?;
        let member = others(entered, state.platform.member(&environment, id)?)?;
        let password = match part.as_str() {
            "reset" => {
                Some(state.platform.member_reset(&environment, member.user.id, &entered.caller.name)?)
            }
            "invite" => {
                let by = &entered.caller.name;
                state.platform.member_invite(&environment, member.user.id, by)?;
                None
            }
            "reset_factor" => {
                let by = &entered.caller.name;
                state.platform.member_factor_reset(&environment, member.user.id, by)?;
                None
            }
            _ => {
                state.platform.member_sessions_end(&environment, member.user.id, &entered.caller.name)?;
                None
            }
        };
        let mut answer = view(entered, &state.platform.member(&environment, id)?);
        answer["password"] = json!(password);
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Nobody locks themselves out.
fn others(entered: &Entered, member: Member) -> Result<Member, Problem> {
    if entered.caller.me().is_some() && member.person == entered.caller.me() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "C'est votre propre accès : un autre administrateur peut le changer.",
            "This is your own access: another administrator can change it.",
        ));
    }
    Ok(member)
}

fn view(entered: &Entered, member: &Member) -> Json {
    json!({
        "id": member.user.id,
        "name": member.user.name,
        "email": member.user.email,
        "language": member.user.language.code(),
        "active": member.user.active,
        "profiles": member.profiles.profiles(),
        "person": member.person,
        "sessions": member.sessions,
        "second_factor": member.user.second_factor.is_some(),
        "passkeys": member.passkeys,
        "signed_in_at": member.signed_in_at,
        "own": member.is_own,
        "invitation": member.invitation.as_ref().map(|invitation| json!({
            "state": invitation.state,
            "at": invitation.at,
            "expires_at": invitation.expires,
            "error": invitation.error,
        })),
        "me": member.person.is_some() && member.person == entered.caller.me(),
    })
}

fn text(sent: &Map<String, Json>, name: &str) -> Result<String, Problem> {
    match sent.get(name).and_then(Json::as_str).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => {
            let mut problem = Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "validation",
                format!("{name} est nécessaire."),
                format!("{name} is needed."),
            );
            let message = dictionary::Label::new("Ce champ est obligatoire.", "This field is required.");
            problem.fields.push((name.to_owned(), message));
            Err(problem)
        }
    }
}

fn profiles(sent: &Map<String, Json>) -> Result<Option<Vec<String>>, Problem> {
    let Some(given) = sent.get("profiles") else { return Ok(None) };
    let names = given.as_array().map(|names| names.iter().map(|name| name.as_str().map(str::to_owned)));
    let names: Option<Vec<String>> = names.and_then(Iterator::collect);
    match names {
        // A name with a space would be two.
        Some(names) if names.iter().all(|name| !name.contains(char::is_whitespace)) => Ok(Some(names)),
        _ => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation",
            "`profiles` est une liste de noms de profils.",
            "`profiles` is a list of names of profiles.",
        )),
    }
}
