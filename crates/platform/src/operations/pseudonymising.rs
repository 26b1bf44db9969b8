//! A copy in which nobody is told (decision 0129): production's data for a test, without its people.

use dictionary::{Label, Value};
use engine::{Caller, Draft};

use super::steps::{Step, Went, check_copy, name_of, nothing, own, step, unmake};
use super::{Operation, carry_out};
use crate::environments::{self, NewEnvironment};
use crate::error::PlatformError;
use crate::open;
use crate::platform::Platform;

/// Places told of what was found.
const PLACES_TOLD: usize = 5;

pub(super) const COPY: &[Step] = &[
    step("check", "Vérifier l'abonnement", "Check the subscription", check_copy, nothing, told),
    step("copy", "Copier en pseudonymisant", "Copy with pseudonyms", copy, unmake, told),
    step("search", "Chercher ce qui resterait", "Look for what is left", search, nothing, told),
];

fn copy(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let name = name_of(operation);
    if own(platform, operation, name)? {
        return Ok(Went::On);
    }
    let from = platform.environment_of(operation)?;
    let source = platform.environment(&from.name)?;
    let new = NewEnvironment {
        name: name.to_owned(),
        label: operation.asked.label.clone().unwrap_or_else(|| name.to_owned()),
        kind: operation.asked.usage.clone().unwrap_or_else(|| "test".to_owned()),
        made_by: Some(operation.id),
        project: from.project_id,
        ..NewEnvironment::like(&from)
    };
    // Nobody else's, so that what an earlier try left of it may go.
    let place = platform.place_of_operation(name, operation.id);
    platform.places.erase(&place)?;
    let made = fill(platform, operation, &source, &new, &place);
    let message = match made {
        Ok(message) => message,
        Err(error) => {
            platform.places.remove(&place);
            return Err(error);
        }
    };
    let turn = platform.places.turn()?;
    platform.check_address(name, None)?;
    platform.environment_note(&new, &place, new.modules.clone())?;
    drop(turn);
    platform.operation_change(
        operation.id,
        Draft::default().with("message", message.text(platform.language_of(operation))),
    )?;
    Ok(Went::On)
}

fn fill(
    platform: &Platform,
    operation: &Operation,
    source: &open::OpenEnvironment,
    new: &NewEnvironment,
    place: &str,
) -> Result<Label, PlatformError> {
    let layers = source.engine.layers(&Caller::system())?;
    let settings = platform.settings(&new.name, environments::zone(&new.zone)?, &new.currency);
    let (clock, ids) = (platform.clock.clone(), platform.ids.clone());
    let made = open::create(&platform.places, place, settings, &layers, clock, ids)?;
    // Known here, and to nobody once this returns.
    let mut secret = [0; 32];
    platform.random.fill(&mut secret);
    let journal = format!("pseudonymised copy {}", operation.code);
    let mut progress = carry_out::Progress::of(platform, operation);
    let filled = made
        .engine
        .fill_pseudonymised(&source.engine, &secret, &journal, &mut |done, all| progress.tell(done, all));
    secret.fill(0);
    let filled = filled?;
    made.engine.close();
    Ok(Label::new(
        &format!("{} fiches copiées, {} valeurs remplacées", filled.records, filled.originals),
        &format!("{} records copied, {} values replaced", filled.records, filled.originals),
    ))
}

/// Every original is looked for in all that the copy holds; what is left undoes it.
fn search(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let from = platform.environment_of(operation)?;
    let source = platform.environment(&from.name)?;
    let info = platform.environment_info(name_of(operation))?;
    let copy = platform.environment(&info.name)?;
    let mut progress = carry_out::Progress::of(platform, operation);
    let left = copy.engine.residues_of(&source.engine, &mut |done, all| progress.tell(done, all))?;
    if left.is_empty() {
        platform.environment_change(info.id, Draft::default().with("pseudonymised", Value::Boolean(true)))?;
        return Ok(Went::On);
    }
    drop(copy);
    let places: Vec<&str> = left.iter().take(PLACES_TOLD).map(|one| one.place.as_str()).collect();
    let places = places.join(", ");
    Err(PlatformError::refused(
        format!("Il restait des données de personnes dans la copie ({places}) : elle est défaite."),
        format!("Something of people was left in the copy ({places}): it is undone."),
    ))
}

fn told(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let (name, counted) = (name_of(operation), operation.message.clone().unwrap_or_default());
    Ok(Label::new(
        &format!(
            "« {name} » est prêt : {counted}, aucune retrouvée. Son journal commence avec elle ; ses adresses ne mènent à personne. Personne n'y a encore accès."
        ),
        &format!(
            "“{name}” is ready: {counted}, none found again. Its journal begins with it; its addresses reach nobody. Nobody may enter it yet."
        ),
    ))
}
