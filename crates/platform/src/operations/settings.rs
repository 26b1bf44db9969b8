//! A copy of how an environment is set up, without what is done in it (`docs/directory.md`).

use dictionary::{Label, Language};
use engine::{Caller, Draft, EngineError};

use super::steps::{Step, Went, check_copy, name_of, nothing, own, step, unmake};
use super::{Operation, carry_out};
use crate::environments::{self, EnvironmentInfo, NewEnvironment};
use crate::error::PlatformError;
use crate::open;
use crate::platform::Platform;

/// Losses told of at most.
const LOSSES_TOLD: usize = 5;

pub(super) const COPY: &[Step] = &[
    step("check", "Vérifier les environnements", "Check the environments", check, nothing, told),
    step("dictionary", "Reprendre le dictionnaire", "Take the dictionary over", dictionary, unmake, told),
    step(
        "records",
        "Reprendre les fiches de réglage",
        "Take over records that are settings",
        records,
        nothing,
        told,
    ),
];

/// The environment that takes the settings, once it is there.
fn taking(platform: &Platform, operation: &Operation) -> Result<EnvironmentInfo, PlatformError> {
    match operation.asked.into {
        Some(into) => platform.environment_info_by_id(into),
        None => Ok(platform.environment_info(name_of(operation))?.as_ref().clone()),
    }
}

fn check(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let Some(into) = operation.asked.into else { return check_copy(platform, operation) };
    let (from, into) = (platform.environment_of(operation)?, platform.environment_info_by_id(into)?);
    if into.name == environments::PLATFORM || into.id == from.id {
        return Err(PlatformError::refused(
            "Choisissez un autre environnement où reprendre les réglages.",
            "Choose another environment to take the settings over.",
        ));
    }
    if from.client_id != into.client_id {
        return Err(PlatformError::refused(
            "Les deux environnements ne sont pas du même client : les réglages d'un client restent chez lui.",
            "The two environments are not of the same client: the settings of a client stay theirs.",
        ));
    }
    Ok(Went::On)
}

fn dictionary(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let from = platform.environment_of(operation)?;
    let source = platform.environment(&from.name)?;
    let layers = source.engine.layers(&Caller::system())?;
    if operation.asked.into.is_none() {
        return make(platform, operation, &from, &layers);
    }
    let info = taking(platform, operation)?;
    let open = platform.environment(&info.name)?;
    match open.engine.apply(&Caller::system(), &layers, false) {
        Ok(_) => {}
        Err(EngineError::Destructive(plan)) => {
            let told = |language| {
                let steps = plan.destructive().take(LOSSES_TOLD).map(|step| step.message.text(language));
                steps.collect::<Vec<_>>().join(" ; ")
            };
            let (fr, en) = (told(Language::Fr), told(Language::En));
            return Err(PlatformError::refused(
                format!("« {} » a ce que ce dictionnaire n'a pas ({fr}) : rien n'y est changé.", info.label),
                format!(
                    "“{}” has what this dictionary has not ({en}): nothing of it is changed.",
                    info.label
                ),
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let modules = dictionary::Value::Json(Box::new(serde_json::json!(from.modules)));
    platform.environment_change(info.id, Draft::default().with("modules", modules))?;
    Ok(Went::On)
}

/// A new environment of those layers.
fn make(
    platform: &Platform,
    operation: &Operation,
    from: &EnvironmentInfo,
    layers: &[dictionary::layers::Layer],
) -> Result<Went, PlatformError> {
    let name = name_of(operation);
    if own(platform, operation, name)? {
        return Ok(Went::On);
    }
    let new = NewEnvironment {
        name: name.to_owned(),
        label: operation.asked.label.clone().unwrap_or_else(|| name.to_owned()),
        kind: operation.asked.usage.clone().unwrap_or_else(|| "test".to_owned()),
        made_by: Some(operation.id),
        project: from.project_id,
        ..NewEnvironment::like(from)
    };
    let _turn = platform.places.turn()?;
    platform.check_address(name, None)?;
    let place = platform.free_place(name)?;
    let settings = platform.settings(name, environments::zone(&new.zone)?, &new.currency);
    let (clock, ids) = (platform.clock.clone(), platform.ids.clone());
    if let Err(error) = open::create(&platform.places, &place, settings, layers, clock, ids) {
        platform.places.remove(&place);
        return Err(error);
    }
    platform.environment_note(&new, &place, new.modules.clone())?;
    Ok(Went::On)
}

fn records(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (from, into) = (platform.environment_of(operation)?, taking(platform, operation)?);
    let source = platform.environment(&from.name)?;
    let open = platform.environment(&into.name)?;
    let mut progress = carry_out::Progress::of(platform, operation);
    let taken = open.engine.take_settings_of(&source.engine, &mut |done, all| progress.tell(done, all))?;
    let message = Label::new(
        &format!("{} fiches reprises, {} changées, {} laissées", taken.created, taken.changed, taken.left),
        &format!("{} records taken over, {} changed, {} left", taken.created, taken.changed, taken.left),
    );
    let message = message.text(platform.language_of(operation)).to_owned();
    platform.operation_change(operation.id, Draft::default().with("message", message.as_str()))?;
    Ok(Went::On)
}

fn told(platform: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let (info, counted) = (taking(platform, operation)?, operation.message.clone().unwrap_or_default());
    let label = &info.label;
    Ok(Label::new(
        &format!(
            "« {label} » est réglé comme l'autre : dictionnaire, profils, listes de valeurs et {counted}."
        ),
        &format!("“{label}” is set up as the other: dictionary, profiles, value lists, and {counted}."),
    ))
}
