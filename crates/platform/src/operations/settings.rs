//! A copy of how an environment is set up, without what is done in it (`docs/directory.md`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use dictionary::layers::Layer;
use dictionary::{Label, Language};
use engine::{Caller, Draft, EngineError};
use exchange::undo::{Span, undo};
use journal::Position;
use serde::{Deserialize, Serialize};

use super::steps::{Step, Went, check_copy, name_of, nothing, own, step, unmake};
use super::{Operation, carry_out};
use crate::environments::{self, EnvironmentInfo, NewEnvironment};
use crate::error::PlatformError;
use crate::open::{self, OpenEnvironment};
use crate::platform::Platform;

/// Losses told of at most.
const LOSSES_TOLD: usize = 5;

pub(super) const COPY: &[Step] = &[
    step("check", "Vérifier les environnements", "Check the environments", check, nothing, told),
    step("keep", "Garder ce qui est réglé", "Keep what is set up", keep, give_back, told),
    step("dictionary", "Reprendre le dictionnaire", "Take the dictionary over", dictionary, nothing, told),
    step(
        "records",
        "Reprendre les fiches de réglage",
        "Take over records that are settings",
        records,
        nothing,
        told,
    ),
    step("settle", "Terminer", "Finish", settle, nothing, told),
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

/// Keeps how the environment that takes the settings is set up; a new one has nothing to keep.
fn keep(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    if operation.asked.into.is_some() {
        let info = taking(platform, operation)?;
        keep_before(&*platform.environment(&info.name)?, operation, &info)?;
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
    layers: &[Layer],
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
    let request = request(operation);
    let tell = &mut |done, all| progress.tell(done, all);
    let taken = open.engine.take_settings_of(&source.engine, &request, tell)?;
    let message = Label::new(
        &format!("{} fiches reprises, {} changées, {} laissées", taken.created, taken.changed, taken.left),
        &format!("{} records taken over, {} changed, {} left", taken.created, taken.changed, taken.left),
    );
    let message = message.text(platform.language_of(operation)).to_owned();
    platform.operation_change(operation.id, Draft::default().with("message", message.as_str()))?;
    Ok(Went::On)
}

/// Nothing is given back any more.
fn settle(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = taking(platform, operation)?;
    remove(&before(&*platform.environment(&info.name)?, operation))?;
    Ok(Went::On)
}

fn remove(path: &Path) -> Result<(), PlatformError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(PlatformError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// What the entries say that take the settings over.
fn request(operation: &Operation) -> String {
    format!("copy of settings {}", operation.id)
}

/// How an environment was set up before settings were taken over into it.
#[derive(Serialize, Deserialize)]
struct Before {
    /// The last entry of its journal then.
    #[serde(default)]
    position: Option<Position>,
    modules: Vec<String>,
    /// Name and files of each layer, lowest first.
    layers: Vec<(String, BTreeMap<String, String>)>,
}

/// Where that is kept until the operation ends.
fn before(open: &OpenEnvironment, operation: &Operation) -> PathBuf {
    open.folder.join(format!("settings-before-{}.json", operation.id))
}

/// Keeps it, unless it is kept: a step that is taken up again may have changed the environment already.
fn keep_before(
    open: &OpenEnvironment,
    operation: &Operation,
    info: &EnvironmentInfo,
) -> Result<(), PlatformError> {
    let path = before(open, operation);
    if path.exists() {
        return Ok(());
    }
    let layers = open.engine.layers(&Caller::system())?.into_iter().map(|layer| (layer.name, layer.files));
    let position = Some(open.engine.position());
    let kept = Before { position, modules: info.modules.clone(), layers: layers.collect() };
    let text = serde_json::to_string(&kept).map_err(|_| PlatformError::Sealed { why: "it is no JSON" })?;
    let aside = path.with_extension("part");
    let write = || {
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, &path)
    };
    write().map_err(PlatformError::io("write", &path))
}

/// A new environment goes; one that was there becomes as it was: its records, then its dictionary. What people changed since, or use, stays; the message
/// of the operation says so.
fn give_back(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let say = |text: dictionary::Value| {
        platform.operation_change(operation.id, Draft::default().with("message", text))
    };
    if operation.asked.into.is_none() {
        say(dictionary::Value::Null)?;
        return unmake(platform, operation);
    }
    let info = match taking(platform, operation) {
        Err(error) if error.is_not_found() => return Ok(()),
        info => info?,
    };
    let open = platform.environment(&info.name)?;
    let path = before(&open, operation);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        text => text.map_err(PlatformError::io("read", &path))?,
    };
    let kept: Before =
        serde_json::from_str(&text).map_err(|_| PlatformError::Sealed { why: "it is no such JSON" })?;
    let left = match kept.position {
        Some(after) => records_back(&open, operation, after)?,
        None => 0, // kept by an earlier version
    };
    let layers: Vec<Layer> = kept.layers.into_iter().map(|(name, files)| Layer { name, files }).collect();
    // What the other dictionary had beyond this one was empty an operation ago; it is set aside all the same.
    if open.engine.layers(&Caller::system())? != layers {
        open.engine.apply(&Caller::system(), &layers, true)?;
    }
    let modules = dictionary::Value::Json(Box::new(serde_json::json!(kept.modules)));
    platform.environment_change(info.id, Draft::default().with("modules", modules))?;
    say(match (left, platform.language_of(operation)) {
        (0, _) => dictionary::Value::Null,
        (left, Language::Fr) => dictionary::Value::Text(format!(
            "Tout est comme avant, sauf {left} fiche(s) que quelqu'un a changées depuis, ou dont d'autres se servent : elles restent."
        )),
        (left, Language::En) => dictionary::Value::Text(format!(
            "All is as before, but for {left} record(s) that somebody changed since, or that others use: they stay."
        )),
    })?;
    remove(&path)
}

/// Takes back what was taken over since that entry; how many records stay.
fn records_back(
    open: &OpenEnvironment,
    operation: &Operation,
    after: Position,
) -> Result<u64, PlatformError> {
    let span = Span { request: request(operation), after, until: open.engine.position() };
    let list = open.folder.join(format!("settings-left-{}.jsonl", operation.id));
    let undone = undo(&open.engine, &Caller::system(), &span, &list, &mut |_| false)?;
    remove(&list)?;
    Ok(undone.left)
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
