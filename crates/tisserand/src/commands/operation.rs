//! `operation`: what the platform is asked to do to environments.

use platform::{Asked, Operation, OperationKind, OperationState, Platform};
use serde_json::json;

use crate::cli;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: cli::Operation, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "operation")?;
    let platform = &opened.platform;
    match asked {
        cli::Operation::Ask(ask) => {
            let id = platform.operation_ask(asked_for(platform, *ask, console)?)?;
            platform.operations_run()?;
            ended(&platform.operation(id)?, console)
        }
        cli::Operation::Run => {
            let count = platform.operations_run()?;
            console.out(console.text(
                &format!("{count} opération(s) menée(s) à leur fin."),
                &format!("{count} operation(s) ended."),
            ));
            Ok(())
        }
        cli::Operation::List => {
            let all = platform.operations()?;
            if console.json {
                console.data(&all.iter().map(as_json).collect());
                return Ok(());
            }
            let header = match console.language {
                dictionary::Language::Fr => ["N°", "Opération", "État", "Résultat"],
                dictionary::Language::En => ["No.", "Operation", "State", "Outcome"],
            };
            let rows: Vec<Vec<String>> = all
                .into_iter()
                .map(|o| {
                    let (kind, state) = (o.asked.kind.tag().to_owned(), o.state.tag().to_owned());
                    vec![o.code, kind, state, o.message.unwrap_or_default()]
                })
                .collect();
            console.table(&header, &rows);
            Ok(())
        }
    }
}

fn asked_for(platform: &Platform, ask: cli::Ask, console: &Console) -> anyhow::Result<Asked> {
    let Some(kind) = OperationKind::from_tag(&ask.kind) else {
        let all = OperationKind::ALL.map(OperationKind::tag).join(", ");
        let said = &ask.kind;
        return Err(refusal(
            format!("Il n'y a pas d'opération « {said} » : {all}."),
            format!("There is no operation “{said}”: {all}."),
        ));
    };
    let project = match (&ask.client, &ask.project) {
        (Some(client), Some(project)) => Some(platform.project_of(client, project)?),
        (None, None) => None,
        _ => {
            return Err(refusal(
                "Donnez --client et --project ensemble.",
                "Give --client and --project together.",
            ));
        }
    };
    let into = match &ask.into {
        Some(name) => Some(data::known(platform, name, platform.environment_info(name))?.id),
        None => None,
    };
    let environment = match &ask.env {
        Some(name) => Some(data::known(platform, name, platform.environment_info(name))?.id),
        None => None,
    };
    // What is new has a name to be shown by; what is renamed has one already.
    let is_new = kind != OperationKind::Rename;
    let label = ask.label.or_else(|| ask.name.clone().filter(|_| is_new));
    Ok(Asked {
        kind,
        project,
        environment,
        name: ask.name,
        label,
        usage: ask.usage.or_else(|| (kind == OperationKind::CopyPseudonymised).then(|| "test".to_owned())),
        store: ask.store,
        into,
        person_name: ask.person,
        person_email: ask.email,
        profiles: ask.profiles,
        purpose: ask.purpose,
        ticket: ask.ticket,
        hours: ask.hours,
        emergency: false,
        confirms: None,
        delete_after: ask.after,
        language: Some(console.language),
    })
}

/// Says what came of it: refused and failed ones are failures of the command.
fn ended(operation: &Operation, console: &Console) -> anyhow::Result<()> {
    if console.json {
        console.data(&as_json(operation));
    }
    let (code, message) = (&operation.code, operation.message.clone().unwrap_or_default());
    match operation.state {
        OperationState::Refused | OperationState::Failed => {
            Err(refusal(format!("{code} refusée : {message}"), format!("{code} refused: {message}")))
        }
        OperationState::Done if !console.json => {
            console.out(message);
            Ok(())
        }
        OperationState::Done => Ok(()),
        OperationState::Waiting | OperationState::Running => {
            console.note(
                format!(
                    "{code} continue : `tisserand serve` la mène à sa fin, ou `tisserand operation run`."
                ),
                format!("{code} goes on: `tisserand serve` ends it, or `tisserand operation run`."),
            );
            Ok(())
        }
    }
}

fn as_json(operation: &Operation) -> serde_json::Value {
    json!({
        "id": operation.id.to_string(), "code": operation.code, "kind": operation.asked.kind.tag(),
        "state": operation.state.tag(), "steps_done": operation.steps_done, "message": operation.message,
    })
}
