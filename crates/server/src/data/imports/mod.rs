//! Imports that people follow: `/data/{env}/$imports`.

mod upload;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::Label;
use engine::{Capability, EngineError, Power};
use exchange::desk::{Barred, DeskError, Task};
use exchange::{Desk, ExchangeError, Outcome};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::Entered;
use platform::files::Incoming;
use serde_json::{Value as Json, json};

use crate::body::json_object;
use crate::cx::Cx;
use crate::data::files::arriving;
use crate::data::parameters::{number, page_length, parameter};
use crate::data::{Asked, Reply, entity_of};
use crate::problem::Problem;
use upload::{Place, Upload};
use view::View;

/// The folder of an environment's imports. Who may import nothing sees none of them.
fn folder(entered: &Entered) -> Result<PathBuf, Problem> {
    if !entered.environment.engine.may_anywhere(&entered.caller, Capability::Import) {
        return Err(Problem::from(EngineError::Forbidden { capability: "import".to_owned() }));
    }
    Ok(entered.environment.folder.join("imports"))
}

/// Whether an import is somebody's to see: their own, and everybody's for who administers, into what they may import.
fn is_theirs(entered: &Entered, job: &exchange::Job) -> bool {
    let own = job.by.is_some() && job.by == entered.caller.me();
    let administers = entered.environment.engine.has(&entered.caller, Power::Administer);
    (own || administers) && entered.may(&job.entity, Capability::Import).is_ok()
}

/// One import that is theirs to see. Errors: not found.
fn theirs(
    entered: &Entered,
    desk: &Desk,
    folder: &std::path::Path,
    id: &str,
) -> Result<exchange::Job, Problem> {
    let job = desk.get(folder, id)?;
    if is_theirs(entered, &job) { Ok(job) } else { Err(Problem::not_found()) }
}

/// The imports of the environment, newest first; those of one collection, if one is named.
pub(super) async fn import_list(asked: Asked) -> Result<Response, Problem> {
    let desk = asked.cx.state.desk.clone();
    let collection = parameter(asked.query.as_deref(), "collection");
    let from: usize = number(asked.query.as_deref(), "skiptoken", 0)?;
    let limit = page_length(asked.query.as_deref())?;
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        let engine = &entered.environment.engine;
        let dictionary = entered.dictionary();
        let entity = match &collection {
            Some(collection) => Some(entity_of(&dictionary, collection)?.name.clone()),
            None => None,
        };
        let jobs = desk.list(&folder, engine.context(&entered.caller).now)?;
        let mut jobs = jobs
            .into_iter()
            .filter(|job| is_theirs(entered, job))
            .filter(|job| entity.as_ref().is_none_or(|entity| job.entity == *entity))
            .skip(from);
        let mut view = View::new(entered, &folder);
        let value: Vec<Json> = jobs.by_ref().take(limit).map(|job| view.short(&job)).collect();
        let mut answer = json!({ "value": value });
        if jobs.next().is_some() {
            let only = collection.map(|name| format!("&collection={name}")).unwrap_or_default();
            let next = from + limit;
            answer["@odata.nextLink"] =
                json!(format!("/data/{environment}/$imports?$top={limit}&$skiptoken={next}{only}"));
        }
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Takes in a file to import into `?collection=…`, and says what it looks like.
pub(super) async fn import_create(mut asked: Asked) -> Result<Response, Problem> {
    let collection = parameter(asked.query.as_deref(), "collection").unwrap_or_default();
    let wanted = collection.clone();
    let unique = format!(".incoming-{}", asked.cx.info.id.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
    let name = unique.clone();
    let arrived = arriving::receive_into(
        &mut asked,
        move |entered| {
            folder(entered)?;
            entered.may(&entity_of(&entered.dictionary(), &wanted)?.name, Capability::Import)?;
            Ok(u64::MAX)
        },
        move |entered, bytes_max| {
            let upload: Box<dyn Incoming> = Box::new(Upload::begin(&folder(entered)?.join(name), bytes_max)?);
            Ok((upload, ()))
        },
    );
    let arrived = arrived.await;
    let (desk, environment) = (asked.cx.state.desk.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        let place = Place(folder.join(unique));
        let (arrived, ()) = arrived?;
        let name = arrived.name.clone();
        arrived.finish()?;
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let engine = &entered.environment.engine;
        let job = desk.receive(&folder, engine, &entered.caller, &entity.name, &name, &place.0)?;
        let others = alike(entered, &desk, &folder)?;
        let location = Some(format!("/data/{environment}/$imports/{}", job.id));
        let body = View::new(entered, &folder).whole(&job, &others).to_string().into_bytes();
        Ok(Reply { status: StatusCode::CREATED, location, ..Reply::json(body) })
    });
    Ok(reply.await?.into_response())
}

/// One import, as it stands now.
pub(super) async fn import_show(asked: Asked, id: String) -> Result<Response, Problem> {
    let desk = asked.cx.state.desk.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        let job = theirs(entered, &desk, &folder, &id)?;
        whole(entered, &desk, &folder, &job, StatusCode::OK)
    });
    Ok(reply.await?.into_response())
}

/// The imports in which something of the same kind may have been asked before: of those that are theirs to see.
fn alike(entered: &Entered, desk: &Desk, folder: &std::path::Path) -> Result<Vec<exchange::Job>, Problem> {
    let jobs = desk.list(folder, entered.environment.engine.context(&entered.caller).now)?;
    Ok(jobs.into_iter().filter(|job| is_theirs(entered, job)).collect())
}

fn whole(
    entered: &Entered,
    desk: &Desk,
    folder: &std::path::Path,
    job: &exchange::Job,
    status: StatusCode,
) -> Result<Reply, Problem> {
    // What was asked of files like it matters before it ran only.
    let others = match job.stage.has_run() {
        true => Vec::new(),
        false => alike(entered, desk, folder)?,
    };
    let body = View::new(entered, folder).whole(job, &others).to_string().into_bytes();
    Ok(Reply { status, ..Reply::json(body) })
}

/// Forgets an import: its file and its lists. What it wrote stays.
pub(super) async fn import_delete(asked: Asked, id: String) -> Result<Response, Problem> {
    let desk = asked.cx.state.desk.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        theirs(entered, &desk, &folder, &id)?;
        desk.remove(&folder, &id)?;
        Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() })
    });
    Ok(reply.await?.into_response())
}

/// Whether whoever asks may still write, asked again as long as the work goes on. To sign out takes nothing away; to lose one's access does.
fn barred(cx: &Cx, environment: &str) -> Result<Barred, Problem> {
    let identity = cx.identity()?;
    let (platform, environment, language) =
        (cx.state.platform.clone(), environment.to_owned(), cx.language());
    Ok(Box::new(move || {
        let known = platform.user(identity.user.id).map(|user| user.active);
        let writes = platform
            .enter(&identity, &environment, language, None)
            .map(|entered| entered.environment.engine.may_anywhere(&entered.caller, Capability::Import));
        // What cannot be found out now bars nobody: the writing itself tells what is the matter.
        let may = [known, writes].into_iter().all(|may| may.unwrap_or_else(|error| !error.is_not_found()));
        (!may).then(|| {
            Label::new(
                "La personne qui l'a lancé n'a plus le droit d'écrire ici. Ce qui est écrit l'est en entier ; quelqu'un d'autre peut continuer ou défaire.",
                "Whoever began it may no longer write here. What is written is whole; somebody else may go on, or undo it.",
            )
        })
    }))
}

/// `detect`, `preview`, `run`, `stop`, `undo`: what is asked of an import. The work goes on after the answer.
pub(super) async fn import_ask(mut asked: Asked, id: String, part: String) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = match part.as_str() {
        "detect" | "preview" | "run" => {
            Some(Json::Object(json_object(body, &asked.headers, &asked.cx.state.config).await?))
        }
        _ => {
            crate::body::discard(body).await;
            None
        }
    };
    let desk = asked.cx.state.desk.clone();
    let (cx, environment) = (asked.cx.clone(), asked.environment.clone());
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        theirs(entered, &desk, &folder, &id)?;
        let engine = &entered.environment.engine;
        let mapping = |sent: Option<Json>| {
            sent.and_then(|mut sent| sent.get_mut("mapping").map(Json::take)).filter(|m| !m.is_null())
        };
        let task = match part.as_str() {
            "stop" => {
                let job = desk.stop(&folder, &id)?;
                return whole(entered, &desk, &folder, &job, StatusCode::ACCEPTED);
            }
            "detect" => {
                let asked = mapping(sent).unwrap_or_else(|| json!({}));
                let job = desk.look_again(&folder, engine, &entered.caller, &id, &asked)?;
                return whole(entered, &desk, &folder, &job, StatusCode::OK);
            }
            "preview" => Task::Preview(mapping(sent).unwrap_or_else(|| json!({}))),
            "run" => Task::Run(mapping(sent)),
            _ => Task::Undo,
        };
        let held = Arc::clone(&entered.environment);
        let barred = barred(&cx, &environment)?;
        let job = desk.start(&folder, engine, &entered.caller, &id, task, held, barred)?;
        whole(entered, &desk, &folder, &job, StatusCode::ACCEPTED)
    });
    Ok(reply.await?.into_response())
}

/// `rows` of the dry run, `left` by the undo.
pub(super) async fn import_rows(asked: Asked, id: String, part: String) -> Result<Response, Problem> {
    let desk = asked.cx.state.desk.clone();
    let query = asked.query.clone();
    let from: u64 = number(query.as_deref(), "skiptoken", 0)?;
    let limit = page_length(query.as_deref())?;
    let outcome = parameter(query.as_deref(), "outcome").filter(|word| !word.is_empty());
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        theirs(entered, &desk, &folder, &id)?;
        let mut view = View::new(entered, &folder);
        let (value, next) = if part == "rows" {
            let wanted = match &outcome {
                None => None,
                Some(word) => Some(serde_json::from_value::<Outcome>(json!(word)).map_err(|_| {
                    Problem::bad_request(
                        "outcome est create, update, same ou refuse.",
                        "outcome is create, update, same or refuse.",
                    )
                })?),
            };
            let (rows, next) = desk.preview_rows(&folder, &id, wanted, from, limit)?;
            (rows.iter().map(|row| view.row(row)).collect::<Vec<_>>(), next)
        } else {
            let (left, next) = desk.left(&folder, &id, from, limit)?;
            (left.iter().map(|left| view.left(left)).collect(), next)
        };
        let mut answer = json!({ "value": value });
        if let Some(next) = next {
            let only = outcome.map(|word| format!("&outcome={word}")).unwrap_or_default();
            answer["@odata.nextLink"] = json!(format!(
                "/data/{environment}/$imports/{id}/{part}?$top={limit}&$skiptoken={next}{only}"
            ));
        }
        Ok(Reply::json(answer.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// The file of refused rows, to be mended and sent again.
pub(super) async fn import_refused(asked: Asked, id: String) -> Result<Response, Problem> {
    let desk = asked.cx.state.desk.clone();
    let found = asked.cx.in_environment(&asked.environment, move |entered| {
        let folder = folder(entered)?;
        let job = theirs(entered, &desk, &folder, &id)?;
        let path = job.refused(&folder);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Problem::not_found()),
            Err(error) => return Err(Problem::internal(&error)),
        };
        let end = path.extension().map(|end| end.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = job.file.rsplit_once('.').map_or(job.file.as_str(), |(stem, _)| stem);
        Ok((format!("{stem}.refused.{end}"), end == "jsonl", bytes))
    });
    let (name, json_lines, bytes) = found.await?;
    let mut headers = HeaderMap::new();
    let kind = if json_lines { "application/jsonl" } else { "text/csv; charset=utf-8" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let how = format!("attachment; filename*=UTF-8''{encoded}");
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&how).map_err(|e| Problem::internal(&e))?);
    Ok((headers, Body::from(bytes)).into_response())
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Problem {
        match error {
            DeskError::NotFound => Problem::not_found(),
            DeskError::Conflict(detail) => {
                Problem { detail, ..Problem::new(StatusCode::CONFLICT, "conflict", "", "") }
            }
            DeskError::Exchange(ExchangeError::Refused(detail)) => {
                Problem { detail, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "validation", "", "") }
            }
            DeskError::Exchange(ExchangeError::Engine(error)) => Problem::from(error),
            DeskError::Exchange(error @ ExchangeError::File { .. }) => Problem::internal(&error),
        }
    }
}
