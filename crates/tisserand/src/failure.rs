//! How a failure is told: what happened and what to do, once, on standard error.

use std::process::ExitCode;

use dictionary::{Label, Language};
use engine::EngineError;
use exchange::ExchangeError;
use platform::PlatformError;
use server::ServeError;
use store::StoreError;

use crate::console::Console;

/// A refusal with its two texts.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.text(Language::En))]
pub(crate) struct Refusal(pub(crate) Label);

/// A refusal as an error.
pub(crate) fn refusal(fr: impl AsRef<str>, en: impl AsRef<str>) -> anyhow::Error {
    Refusal(Label::new(fr.as_ref(), en.as_ref())).into()
}

/// The command was used wrongly: exit code 2 instead of 1.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.text(Language::En))]
pub(crate) struct WrongUse(pub(crate) Label);

/// What went wrong, in a line.
pub(crate) fn said(failure: &anyhow::Error, console: &Console) -> String {
    let lines = failure.chain().map(|cause| describe(cause, console.language));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}

/// Says what went wrong; the exit code is 1, or 2 for wrong use.
pub(crate) fn tell(failure: &anyhow::Error, console: &Console) -> ExitCode {
    let lines: Vec<String> = failure
        .chain()
        .map(|cause| describe(cause, console.language))
        .filter(|line| !line.is_empty())
        .collect();
    let mut said: Vec<String> = Vec::new();
    for line in lines {
        // Wrappers repeat what they wrap.
        if !said.iter().any(|before| before.contains(&line)) {
            said.push(line);
        }
    }
    let head = console.text("Erreur : ", "Error: ");
    console.note(format!("{head}{}", said.join("\n  → ")), format!("{head}{}", said.join("\n  → ")));
    let full =
        failure.chain().any(|cause| matches!(cause.downcast_ref::<StoreError>(), Some(StoreError::Full)));
    if full {
        console.note(
            "Le disque est plein : rien n'a été écrit à moitié. Libérez de la place, puis recommencez.",
            "The disk is full: nothing was half written. Free some space, then try again.",
        );
    }
    if failure.is::<WrongUse>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

fn describe(cause: &(dyn std::error::Error + 'static), language: Language) -> String {
    let text = |label: &Label| label.text(language).to_owned();
    if let Some(Refusal(label)) = cause.downcast_ref() {
        return text(label);
    }
    if let Some(WrongUse(label)) = cause.downcast_ref() {
        return text(label);
    }
    if let Some(ExchangeError::Refused(label)) = cause.downcast_ref() {
        return text(label);
    }
    if let Some(ServeError::Certificate(fault)) = cause.downcast_ref() {
        return text(&fault.label());
    }
    match cause.downcast_ref::<PlatformError>() {
        Some(PlatformError::Refused { message }) => return text(message),
        Some(PlatformError::Engine(error)) => return engine(error, language),
        _ => {}
    }
    if let Some(error) = cause.downcast_ref::<EngineError>() {
        return engine(error, language);
    }
    cause.to_string()
}

fn engine(error: &EngineError, language: Language) -> String {
    match error {
        EngineError::Validation(problems) => {
            let lines = problems.iter().map(|p| format!("{}: {}", p.field, p.message.text(language)));
            lines.collect::<Vec<_>>().join("\n  → ")
        }
        EngineError::Expression(errors) => {
            errors.iter().map(|e| e.message.text(language)).collect::<Vec<_>>().join("\n  → ")
        }
        EngineError::Dictionary(diagnostics) => {
            diagnostics.iter().map(|d| d.render(language)).collect::<Vec<_>>().join("\n")
        }
        EngineError::Destructive(plan) => {
            let steps = plan
                .destructive()
                .map(|step| format!("  - {}", step.message.text(language)))
                .collect::<Vec<_>>()
                .join("\n");
            let head = if language == Language::Fr {
                "Ce changement met des données de côté ; ajoutez --confirm pour le faire :"
            } else {
                "This change sets data aside; add --confirm to do it:"
            };
            format!("{head}\n{steps}")
        }
        other => other.to_string(),
    }
}
