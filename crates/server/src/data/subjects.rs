//! What is held about people: `/data/{env}/$subjects/{collection}/{id}` and `$erasures`, for who protects it. `docs/data-protection.md`.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::{Caller, EngineError, Erasure, ErasurePreview, Kept, NamedBy};
use exchange::{KeptBeside, export_dossier};
use platform::{Entered, OpenEnvironment};
use serde_json::{Map, Value as Json, json};

use crate::body::{discard, json_object};
use crate::data::export::{Pieces, downloaded, handed_on, refused};
use crate::data::{Asked, Reply};
use crate::problem::Problem;
use crate::state::AppState;

/// What is held about a person, and what erasing them would do.
pub(super) async fn subject_show(
    asked: Asked,
    collection: String,
    id: RecordId,
) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let preview = engine.erasure_preview(&entered.caller, &collection, id)?;
        Ok(Reply::json(preview_view(entered, &preview).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Everything that is held about a person, as an archive: for programs, for people, and the files.
pub(super) async fn subject_export(
    asked: Asked,
    collection: String,
    id: RecordId,
) -> Result<Response, Problem> {
    let language = asked.cx.language();
    let write = move |entered: &Entered, out: &mut Pieces| {
        let engine = &entered.environment.engine;
        let dossier = engine.dossier(&entered.caller, &collection, id)?;
        tracing::info!(person = %id, by = %entered.caller.name, "what is held about a person exported");
        export_dossier(engine, &dossier, language, out).map_err(refused)
    };
    handed_on(asked, downloaded(&format!("person-{id}"), "zip", "application/zip"), false, write).await
}

/// Begins to erase a person: `{name}`, as their record is called, typed by whoever asks. It goes on when the answer is given: `202`.
pub(super) async fn subject_erase(
    mut asked: Asked,
    collection: String,
    id: RecordId,
) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let name = sent.get("name").and_then(Json::as_str).unwrap_or_default();
        let erasure = engine.erasure_begin(&entered.caller, &collection, id, name)?;
        tracing::info!(erasure = %erasure, by = %entered.caller.name, "the erasure of a person begins");
        carry_out(&state, &entered.environment, &entered.caller, erasure);
        let view = erasure_now(&state, entered, erasure)?;
        Ok(Reply { status: StatusCode::ACCEPTED, ..Reply::json(view.to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// The certificates of erasures, and those that go on, newest first.
pub(super) async fn erasure_list(asked: Asked) -> Result<Response, Problem> {
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let live = state.erasing.lock().clone();
        let erasures = entered.environment.engine.erasures(&entered.caller)?;
        let value: Vec<Json> =
            erasures.iter().map(|erasure| erasure_view(live.contains(&erasure.id), erasure)).collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// One of them.
pub(super) async fn erasure_show(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        Ok(Reply::json(erasure_now(&state, entered, id)?.to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Goes on with one that was interrupted. Nothing happens to one that is done.
pub(super) async fn erasure_resume(asked: Asked, id: RecordId) -> Result<Response, Problem> {
    discard(asked.body).await;
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let erasure = entered.environment.engine.erasure(&entered.caller, id)?;
        if erasure.done_at.is_none() {
            carry_out(&state, &entered.environment, &entered.caller, id);
        }
        let view = erasure_now(&state, entered, id)?;
        Ok(Reply { status: StatusCode::ACCEPTED, ..Reply::json(view.to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// What is held longer than the dictionary says, and why no longer.
pub(super) async fn expiring_list(asked: Asked) -> Result<Response, Problem> {
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let expiring = entered.environment.engine.expiring(&entered.caller)?;
        let language = entered.caller.language;
        let value = expiring.iter().map(|one| {
            json!({
                "entity": one.entity, "months": one.months, "action": if one.delete { "delete" } else { "erase" },
                "because": one.because.text(language), "due": one.due, "held_back": one.held_back,
                "running": one.running,
            })
        });
        let value: Vec<Json> = value.collect();
        Ok(Reply::json(json!({ "value": value }).to_string().into_bytes()))
    });
    Ok(reply.await?.into_response())
}

/// Deletes or empties what is held longer than it should be: `{name}`, as its records are called, typed by whoever asks. It goes on when the answer is
/// given: `202`.
pub(super) async fn expiring_run(mut asked: Asked, collection: String) -> Result<Response, Problem> {
    let body = std::mem::take(&mut asked.body);
    let sent = json_object(body, &asked.headers, &asked.cx.state.config).await?;
    let state = asked.cx.state.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let name = sent.get("name").and_then(Json::as_str).unwrap_or_default();
        let erasure = entered.environment.engine.expiry_begin(&entered.caller, &collection, name)?;
        tracing::info!(erasure = %erasure, by = %entered.caller.name, "a retention run begins");
        carry_out(&state, &entered.environment, &entered.caller, erasure);
        let view = erasure_now(&state, entered, erasure)?;
        Ok(Reply { status: StatusCode::ACCEPTED, ..Reply::json(view.to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// Takes up again what an earlier process left undone in environments that were just opened.
///
/// Errors: the first, after every environment was tried.
pub(crate) fn erasures_take_up(state: &AppState) -> Result<(), EngineError> {
    let mut failed = None;
    for environment in state.platform.environments_just_opened() {
        match environment.engine.erasures_begun() {
            Ok(begun) => begun.into_iter().for_each(|erasure| {
                tracing::info!(%erasure, "an erasure that was interrupted goes on");
                carry_out(state, &environment, &Caller::system(), erasure);
            }),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Carries an erasure out on a thread of its own, once: what stops it is logged, and it can be taken up again.
fn carry_out(state: &AppState, environment: &Arc<OpenEnvironment>, caller: &Caller, erasure: RecordId) {
    if !state.erasing.lock().insert(erasure) {
        return;
    }
    let going_on = GoingOn { state: state.clone(), erasure };
    let (environment, caller) = (environment.clone(), caller.clone());
    let span = tracing::Span::current();
    std::thread::spawn(move || {
        engine::pace::stand_back();
        let _span = span.entered();
        let beside = KeptBeside { desk: &going_on.state.desk, folder: &environment.folder };
        match environment.engine.erasure_carry_out(&caller, erasure, &beside) {
            Ok(done) => {
                tracing::info!(%erasure, records = done.records, entries = done.entries, "a person erased")
            }
            Err(error) => {
                tracing::error!(%erasure, error = &error as &dyn std::error::Error, "an erasure was interrupted");
            }
        }
    });
}

/// An erasure that this process carries out.
struct GoingOn {
    state: AppState,
    erasure: RecordId,
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.state.erasing.lock().remove(&self.erasure);
    }
}

fn named_by(named: &NamedBy) -> Json {
    json!({"entity": named.entity, "field": named.field, "records": named.count})
}

fn preview_view(entered: &Entered, preview: &ErasurePreview) -> Json {
    let language = entered.caller.language;
    let kept = |kept: &Kept| {
        json!({
            "entity": kept.entity, "id": kept.id, "title": kept.title, "until": kept.until.to_string(),
            "because": kept.because.text(language),
        })
    };
    let records = preview.records.iter().map(|erased| {
        let fields: Map<String, Json> =
            erased.fields.iter().map(|(field, count)| (field.clone(), json!(count))).collect();
        json!({"entity": erased.entity, "records": erased.records, "fields": fields})
    });
    json!({
        "entity": preview.entity,
        "id": preview.id,
        "title": preview.title,
        "records": records.collect::<Vec<_>>(),
        "deleted": preview.deleted,
        "entries": preview.entries,
        "files": preview.files,
        "kept": preview.kept.iter().map(kept).collect::<Vec<_>>(),
        "named_by": preview.named_by.iter().map(named_by).collect::<Vec<_>>(),
        "refused": preview.refused.as_ref().map(|label| label.text(language)),
        "running": preview.running,
    })
}

/// An erasure as it stands. Whether it is worked on is looked at first: one that is seen at rest and not done was interrupted.
fn erasure_now(state: &AppState, entered: &Entered, id: RecordId) -> Result<Json, Problem> {
    let live = state.erasing.lock().contains(&id);
    Ok(erasure_view(live, &entered.environment.engine.erasure(&entered.caller, id)?))
}

fn erasure_view(live: bool, erasure: &Erasure) -> Json {
    json!({
        "id": erasure.id,
        "entity": erasure.person.0,
        "person": erasure.person.1,
        "by": erasure.by,
        "at": erasure.at,
        "done_at": erasure.done_at,
        "step": erasure.step,
        "live": live,
        "records": erasure.records,
        "emptied": erasure.emptied,
        "entries": erasure.entries,
        "files": erasure.files,
        "answers": erasure.answers,
        "imports": erasure.imports,
        "kept": erasure.kept,
        "seal": erasure.seal,
    })
}
