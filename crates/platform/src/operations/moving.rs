//! An environment moves from one store to another (decision 0137): its journal is replayed there while people work, then the rest of it while nothing is
//! written, and from then on it is there.

use std::sync::Arc;

use dictionary::Label;
use engine::replay::Replay;
use engine::{Draft, Environment};
use jiff::SignedDuration;
use store::Store;

use super::steps::{Step, Went, nothing, step};
use super::{Operation, carry_out};
use crate::environments::{self, EnvironmentInfo};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::places::{Keep, failed};
use crate::platform::Platform;

/// Entries that may be left to play while nothing is written, however slowly they are played.
const REST_MAX: u64 = 200;

/// What is left may take this long.
const REST_TAKES: SignedDuration = SignedDuration::from_millis(500);

/// Looks at a journal that is not gained on, before the move is given up: people would have to wait for what is left.
const LOOKS_MAX: usize = 10;

/// Times that a move begins anew because what is there is not, or no more, what is to be there.
const RESTARTS_MAX: usize = 5;

/// Other servers know within this time that the rows are elsewhere.
const KNOWN_WITHIN: SignedDuration = SignedDuration::from_secs(10);

pub(super) const MOVE: &[Step] = &[
    step("check", "Vérifier la destination", "Check the destination", check, nothing, told),
    step("replay", "Rejouer le journal là-bas", "Replay the journal there", replay, take_back, told),
    step("hold", "Retenir les écritures", "Hold writes back", hold, let_go, told),
    step("rest", "Rejouer le reste", "Replay the rest", rest, nothing, told),
    step("switch", "Changer de place", "Change places", switch, nothing, told),
    step("clean", "Effacer l'ancienne place", "Erase the former place", clean, nothing, told),
];

/// Where an operation moves an environment.
fn destination(operation: &Operation) -> Result<Keep, PlatformError> {
    let tag = operation.asked.store.as_deref().unwrap_or_default();
    Keep::from_tag(tag).ok_or_else(|| {
        PlatformError::refused(
            "Dites où le mettre : files ou database.",
            "Say where to put it: files or database.",
        )
    })
}

fn check(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let to = destination(operation)?;
    if platform.keep_of(&info) == to {
        return Err(PlatformError::refused(
            format!("« {} » y est déjà.", info.label),
            format!("“{}” is there already.", info.label),
        ));
    }
    // Refuses where there is no database.
    platform.places.holds(&info.place, to)?;
    Ok(Went::On)
}

/// The store that an environment moves to. What is there was begun by this operation, or is what an earlier move left.
fn there(platform: &Platform, info: &EnvironmentInfo, to: Keep) -> Result<Arc<dyn Store>, PlatformError> {
    let open = || platform.places.store(&info.place, to, platform.now(), "open the store to move to");
    let store = open()?;
    let head = store.snapshot().and_then(|snapshot| snapshot.head());
    if !head.map_err(failed("open the store to move to"))?.held {
        return Ok(store);
    }
    drop(store);
    platform.places.erase_rows(&info.place, to, platform.now())?;
    open()
}

/// Plays what the store lacks of the journal, up to where it is now.
fn play(
    platform: &Platform,
    source: &OpenEnvironment,
    store: Arc<dyn Store>,
    info: &EnvironmentInfo,
    progress: &mut carry_out::Progress<'_>,
) -> Result<Environment, PlatformError> {
    let mut replay = {
        let snapshot = source.engine.store().snapshot().map_err(failed("read the environment to move"))?;
        Replay::resume(store, &*snapshot)?
    };
    let zone = environments::zone(&info.zone)?;
    let store = source.engine.store();
    replay.catch_up(&**store, &zone, &mut |_| Ok(()), &mut |done, all| progress.tell(done, all))?;
    let settings = platform.settings(&info.name, zone, &info.currency);
    Ok(replay.into_environment_unsearched(settings, platform.clock.clone(), platform.ids.clone())?)
}

/// How many entries are played while nothing is written, at the pace of so many in that time.
fn in_a_moment(played: u64, took: SignedDuration) -> u64 {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let moment_ms = u64::try_from(REST_TAKES.as_millis()).unwrap_or_default();
    played.saturating_mul(moment_ms) / took_ms
}

fn replay(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (info, to) = (platform.environment_of(operation)?, destination(operation)?);
    let source = platform.environment(&info.name)?;
    let mut progress = carry_out::Progress::of(platform, operation);
    let mut store = there(platform, &info, to)?;
    let (mut least, mut looks, mut restarts) = (u64::MAX, 0, 0);
    while looks < LOOKS_MAX {
        let (from, begun) = (store.position(), platform.now());
        let moved = match play(platform, &source, store.clone(), &info, &mut progress) {
            // What an earlier move left there is another history, or somebody was erased meanwhile and is there still.
            Err(error) if error.is_damaged() && restarts < RESTARTS_MAX => {
                restarts += 1;
                drop(store);
                platform.places.erase_rows(&info.place, to, platform.now())?;
                store = there(platform, &info, to)?;
                continue;
            }
            moved => moved?,
        };
        moved.search_catch_up(&engine::Caller::system(), &mut |_| progress.tell(1, 1))?;
        let played = moved.position().saturating_sub(from);
        let rest = source.engine.position().saturating_sub(moved.position());
        if rest <= REST_MAX.max(in_a_moment(played, platform.now().duration_since(begun))) {
            drop(store);
            moved.close();
            return Ok(Went::On);
        }
        // Whoever writes is gained on, or is not.
        looks = if rest < least / 10 * 9 { 0 } else { looks + 1 };
        least = least.min(rest);
    }
    Err(PlatformError::refused(
        format!(
            "On écrit dans « {} » plus vite qu'on ne peut le suivre : recommencez à une heure plus calme.",
            info.label
        ),
        format!("More is written in “{}” than can be followed: do it again at a quieter hour.", info.label),
    ))
}

fn take_back(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let (info, to) = (platform.environment_of(operation)?, destination(operation)?);
    // Never what people work in.
    if platform.keep_of(&info) == to {
        Ok(())
    } else {
        platform.places.erase_rows(&info.place, to, platform.now())
    }
}

fn hold(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    platform.environment(&info.name)?.engine.hold(true)?;
    tracing::info!(environment.name = info.name, "writes are held back, the environment moves");
    Ok(Went::On)
}

fn let_go(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let info = platform.environment_of(operation)?;
    Ok(platform.environment(&info.name)?.engine.hold(false)?)
}

fn rest(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (info, to) = (platform.environment_of(operation)?, destination(operation)?);
    let source = platform.environment(&info.name)?;
    let mut progress = carry_out::Progress::of(platform, operation);
    let moved = match play(platform, &source, there(platform, &info, to)?, &info, &mut progress) {
        // Nobody is to wait for all of it to be played again.
        Err(error) if error.is_damaged() => {
            tracing::warn!(environment.name = info.name, %error, "a move is given up");
            return Err(PlatformError::refused(
                "Ce qui était déjà là-bas n'est plus ce qui doit y être (quelqu'un a été effacé entre-temps ?) : recommencez.",
                "What was there already is no more what is to be there (was somebody erased meanwhile?): do it again.",
            ));
        }
        moved => moved?,
    };
    moved.take_over_rest(&source.engine)?;
    // Few records by now; the others are found already.
    moved.search_catch_up(&engine::Caller::system(), &mut |_| Ok(()))?;
    moved.close();
    Ok(Went::On)
}

fn switch(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (info, to) = (platform.environment_of(operation)?, destination(operation)?);
    if platform.keep_of(&info) != to {
        platform.environment_change(
            info.id,
            Draft::default().with("store", to.tag()).with("place", info.place.as_str()),
        )?;
        tracing::info!(environment.name = info.name, environment.store = to.tag(), "environment moved");
    }
    platform.leave(&info, environments::other(to));
    Ok(Went::On)
}

/// Erases the rows where they were, once nobody reads them there any more: nothing fails by what is left of them.
fn clean(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (info, to) = (platform.environment_of(operation)?, destination(operation)?);
    let from = environments::other(to);
    if platform.keep_of(&info) != to {
        return Ok(Went::On);
    }
    platform.leave(&info, from);
    let is_known = platform.now().duration_since(info.changed) >= KNOWN_WITHIN;
    if !is_known || !platform.close_in(&info, from) {
        return Ok(Went::Waiting);
    }
    match platform.places.erase_rows(&info.place, from, platform.now()) {
        Ok(()) => Ok(Went::On),
        Err(error) => {
            tracing::warn!(environment.name = info.name, %error, "what was moved could not be erased yet");
            Ok(Went::Waiting)
        }
    }
}

fn told(platform: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let info = platform.environment_of(operation)?;
    let head = platform.environment(&info.name)?.engine.head()?;
    let digest: String = head.digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let (fr, en) = match platform.keep_of(&info) {
        Keep::Files => ("dans un fichier à lui", "in a file of its own"),
        Keep::Database => ("dans PostgreSQL", "in PostgreSQL"),
    };
    let label = &info.label;
    Ok(Label::new(
        &format!(
            "« {label} » est {fr}, entrée {} du journal, empreinte {digest}… ; rien n'y est changé.",
            head.position
        ),
        &format!(
            "“{label}” is {en}, entry {} of the journal, digest {digest}…; nothing of it is changed.",
            head.position
        ),
    ))
}
