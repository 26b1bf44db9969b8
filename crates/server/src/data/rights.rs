//! Who may do what, told: `$profiles` for who administers, `$rights` and `$why` for everybody about themselves.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::label::Label;
use dictionary::model::Checked;
use dictionary::model::profiles::Profile;
use dictionary::{Dictionary, Language, RecordId, describe};
use engine::value_lists::CLIENT_LAYER;
use engine::{Caller, Capability, Level, Power, Reason, words};
use platform::{Entered, Platform};
use serde_json::{Map, Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::parameters::parameter;
use crate::data::{Asked, Reply, entity_of};
use crate::problem::Problem;

/// The profiles of the environment, and the perimeters that their rules may name.
pub(super) async fn profile_list(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, |entered| {
        entered.needs(Power::Administer)?;
        let dictionary = entered.environment.engine.dictionary();
        let told = Told::read(entered)?;
        let profiles = dictionary.profiles.iter().map(|one| told.profile(&dictionary, one));
        let perimeters =
            dictionary.perimeters.iter().map(|one| describe::profiles::perimeter(&dictionary, one));
        let answer = json!({
            "value": profiles.collect::<Vec<_>>(),
            "perimeters": perimeters.collect::<Vec<_>>(),
        });
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Makes a profile, or gives one all that it says.
pub(super) async fn profile_put(mut asked: Asked, name: String) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let engine = &entered.environment.engine;
        let made = engine.dictionary().profile(&name).is_none();
        engine.profile_set(&entered.caller, &name, &sent)?;
        tracing::info!(profile = %name, by = %entered.caller.name, "profile changed");
        let status = if made { StatusCode::CREATED } else { StatusCode::OK };
        Ok(Reply { status, ..view(entered, &name)? })
    });
    Ok(reply.await?.into_response())
}

/// Takes a profile away that this environment made, or gives one of a module back what the module says.
///
/// `409` while somebody holds it and it would be gone.
pub(super) async fn profile_delete(asked: Asked, name: String) -> Result<Response, Problem> {
    discard(asked.body).await;
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        entered.needs(Power::Administer)?;
        let engine = &entered.environment.engine;
        let own = engine.dictionary().profile(&name).is_some_and(|profile| profile.layer == "client");
        let held = |member: &platform::Member| member.profiles.profiles().contains(&name);
        if own && let Some(holder) = state.platform.members(&environment)?.iter().find(|one| held(one)) {
            let who = &holder.user.name;
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "conflict",
                format!("{who} a ce profil : retirez-le d'abord."),
                format!("{who} holds this profile: take it from them first."),
            ));
        }
        engine.profile_reset(&entered.caller, &name)?;
        tracing::info!(profile = %name, by = %entered.caller.name, "profile taken back");
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(reply.await?.into_response())
}

fn view(entered: &Entered, name: &str) -> Result<Reply, Problem> {
    let dictionary = entered.environment.engine.dictionary();
    let profile = dictionary.profile(name).ok_or_else(Problem::not_found)?;
    Ok(Reply::json(Told::read(entered)?.profile(&dictionary, profile).to_string().into_bytes()))
}

/// What is told of a profile beside what it says.
struct Told {
    /// What modules say of theirs, where the environment says something else.
    beneath: Option<Arc<Dictionary>>,
}

impl Told {
    fn read(entered: &Entered) -> Result<Told, Problem> {
        Ok(Told { beneath: entered.environment.engine.without_changed_profiles(&entered.caller)? })
    }

    /// A profile with its rules in `words`, and what its `module` says of it where that is something else.
    fn profile(&self, dictionary: &Dictionary, profile: &Profile) -> Json {
        let mut told = describe::profiles::profile(dictionary, profile);
        let beneath = self.beneath.as_ref().filter(|_| profile.layer != CLIENT_LAYER);
        let module = beneath.and_then(|beneath| {
            let mut said = describe::profiles::profile(beneath, beneath.profile(&profile.name)?);
            said["words"] = in_words(beneath, beneath.profile(&profile.name)?);
            Some(said)
        });
        told["words"] = in_words(dictionary, profile);
        told["module"] = json!(module.filter(|said| *said != told));
        told
    }
}

/// The rules of a profile in words, by entity, as `rows` and `only`.
fn in_words(dictionary: &Dictionary, profile: &Profile) -> Json {
    let entities = profile.entities.iter().map(|(entity, grant)| {
        let say = |rule: &Checked| json!(words(dictionary, *entity, &rule.typed));
        let only = grant.only.iter().map(|(capability, rule)| (capability.name().to_owned(), say(rule)));
        let said = json!({"rows": grant.rows.as_ref().map(say), "only": only.collect::<Map<_, _>>()});
        (dictionary.entities[*entity].name.clone(), said)
    });
    Json::Object(entities.collect())
}

/// What somebody may do: the caller, or `?person=` for who administers.
pub(super) async fn rights_show(asked: Asked) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let person = parameter(asked.query.as_deref(), "person");
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let who = about(entered, &state.platform, &environment, person.as_deref())?;
        Ok(Reply::json(effective(entered, &who)?.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Why somebody may, or may not: `?collection=&capability=` (or a transition's name), of one record with `&id=`, about another with `&person=`.
pub(super) async fn why_show(asked: Asked) -> Result<Response, Problem> {
    let (state, environment) = (asked.cx.state.clone(), asked.environment.clone());
    let query = asked.query.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let query = query.as_deref();
        let who = about(entered, &state.platform, &environment, parameter(query, "person").as_deref())?;
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &parameter(query, "collection").unwrap_or_default())?;
        let deed = parameter(query, "capability").unwrap_or_else(|| Capability::Read.name().to_owned());
        let states = || entity.states.iter().flat_map(|states| &states.transitions);
        let known = Capability::from_name(&deed).is_some() || states().any(|one| one.name == deed);
        if !known {
            let mut names = Capability::ALL.map(Capability::name).to_vec();
            names.extend(states().map(|one| one.name.as_str()));
            let names = names.join(", ");
            return Err(Problem::bad_request(
                format!("capability est l'une de : {names}."),
                format!("capability is one of: {names}."),
            ));
        }
        let id = match parameter(query, "id") {
            None => None,
            Some(text) => Some(RecordId::parse(&text).ok_or_else(Problem::not_found)?),
        };
        let reason = entered.environment.engine.explain(&entered.caller, &who, &entity.name, &deed, id)?;
        Ok(Reply::json(told(&reason, entered.caller.language).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Whom a question is about.
fn about(
    entered: &Entered,
    platform: &Platform,
    environment: &str,
    person: Option<&str>,
) -> Result<Caller, Problem> {
    let Some(person) = person else { return Ok(entered.caller.clone()) };
    entered.needs(Power::Administer)?;
    let id = RecordId::parse(person).ok_or_else(Problem::not_found)?;
    Ok(platform.member_caller(environment, id, entered.caller.language)?)
}

fn told(reason: &Reason, language: Language) -> Json {
    let because: Vec<Json> = reason.because.iter().map(|one| told(one, language)).collect();
    json!({ "text": reason.text.text(language), "holds": reason.holds, "because": because })
}

/// What somebody may do, entity by entity: of what the caller may know of.
fn effective(entered: &Entered, who: &Caller) -> Result<Json, Problem> {
    let engine = &entered.environment.engine;
    let (rights, known) = (engine.rights(who)?, entered.dictionary());
    let whole = engine.dictionary();
    let profiles = who.held.profiles().iter().map(|name| {
        let label = whole.profile(name).map_or_else(|| Label::new(name, name), |one| one.label.clone());
        json!({ "name": name, "label": label })
    });
    let powers: Vec<&str> = Power::ALL.into_iter().filter(|one| rights.has(*one)).map(Power::name).collect();
    let mut entities = Vec::new();
    for (index, entity) in known.entities.iter().enumerate().filter(|(_, entity)| !entity.internal) {
        let own = rights.entity(index);
        let mut capabilities = Map::new();
        for capability in Capability::ALL {
            let reach = match own.reach(capability) {
                engine::Reach::Never => "none",
                engine::Reach::When(_) => "some",
                engine::Reach::Always => "all",
            };
            capabilities.insert(capability.name().to_owned(), reach.into());
        }
        let mut fields = Map::new();
        for (position, field) in entity.fields.iter().enumerate().filter(|(_, field)| !field.secret) {
            let level = own.level(position);
            if level < Level::Write && !field.system {
                fields.insert(field.name.clone(), level.name().into());
            }
        }
        entities.push(json!({
            "entity": entity.name,
            "collection": entity.collection,
            "capabilities": capabilities,
            "fields": fields,
        }));
    }
    Ok(json!({
        "profiles": profiles.collect::<Vec<_>>(),
        "powers": powers,
        "read_only": who.held.is_read_only(),
        "entities": entities,
    }))
}
