//! The whole of an environment as an archive, written beside people's work and left for a week to those who answer for it. Whoever asks for it from
//! outside does not get it.

use std::fs::{self, DirBuilder, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use dictionary::{Label, RecordId, Value};
use engine::{Caller, Draft, EngineError};
use exchange::{ARCHIVES, About, ExchangeError, Wanted, export_archive};
use jiff::{SignedDuration, Timestamp};
use journal::redaction;

use super::carry_out::Progress;
use super::steps::{Step, Went, nothing, step};
use super::telling::Told;
use super::{Asked, Operation, OperationKind, OperationState};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::platform::Platform;

/// An archive is left for this long.
pub const AT_DISPOSAL: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Entries looked through at a time.
const ENTRIES: u32 = 500;

pub(super) const EXPORT: &[Step] = &[
    step("write", "Écrire l'archive", "Write the archive", write, forget, is_over),
    step("tell", "Prévenir ceux qui en répondent", "Tell who answers for it", tell, forget, is_over),
    step("last", "Archive à disposition", "Archive at disposal", last, forget, is_over),
    step("remove", "Retirer l'archive", "Remove the archive", remove, nothing, is_over),
];

/// An archive of an environment, made or on its way.
#[derive(Debug, Clone)]
pub struct KeptArchive {
    /// The operation that makes it.
    pub operation: RecordId,
    /// Whether it can be fetched.
    pub is_ready: bool,
    /// Bytes, once it can.
    pub size_bytes: Option<u64>,
    /// Until when it can.
    pub until: Option<Timestamp>,
}

impl Platform {
    /// Archives of an environment that are made or at disposal, newest first.
    ///
    /// Errors: there is no such environment.
    pub fn archives(&self, environment: &str) -> Result<Vec<KeptArchive>, PlatformError> {
        let info = self.environment_info(environment)?;
        let mut found = Vec::new();
        for state in [OperationState::Waiting, OperationState::Running] {
            for operation in self.operations_in(state)? {
                if operation.asked.kind != OperationKind::Export
                    || operation.asked.environment != Some(info.id)
                {
                    continue;
                }
                // One that was forgotten with somebody who was erased is not offered any more.
                let size =
                    fs::metadata(self.archive_path(&info, operation.id)?).ok().map(|about| about.len());
                let is_ready = operation.steps_done > 0;
                if is_ready && size.is_none() {
                    continue;
                }
                found.push(KeptArchive {
                    operation: operation.id,
                    is_ready,
                    size_bytes: size.filter(|_| is_ready),
                    until: operation.open_until.filter(|_| is_ready),
                });
            }
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.operation));
        Ok(found)
    }

    /// Asks for an archive of an environment, for those who answer for it.
    ///
    /// Errors: there is no such environment; refused while one is on its way, and for the reserved environment.
    pub fn archive_ask(&self, environment: &str, by: &Caller) -> Result<KeptArchive, PlatformError> {
        let info = self.environment_to_export(environment)?;
        if self.archives(environment)?.iter().any(|one| !one.is_ready) {
            return Err(PlatformError::refused(
                "Une archive est déjà en préparation : elle apparaîtra ici.",
                "An archive is being prepared already: it will appear here.",
            ));
        }
        let asked = Asked {
            environment: Some(info.id),
            language: Some(by.language),
            ..Asked::of(OperationKind::Export)
        };
        let operation = self.operation_ask(asked)?;
        tracing::info!(environment.name = environment, by = %by.name, "an archive was asked for");
        Ok(KeptArchive { operation, is_ready: false, size_bytes: None, until: None })
    }

    /// Where an archive lies that can be fetched.
    ///
    /// Errors: not found when there is none of that operation.
    pub fn archive_of(&self, environment: &str, operation: RecordId) -> Result<PathBuf, PlatformError> {
        let known = self.archives(environment)?;
        if !known.iter().any(|one| one.operation == operation && one.is_ready) {
            return Err(PlatformError::NotFound);
        }
        self.archive_path(&*self.environment_info(environment)?, operation)
    }

    fn archive_path(&self, info: &EnvironmentInfo, operation: RecordId) -> Result<PathBuf, PlatformError> {
        Ok(self.environment(&info.name)?.folder.join(ARCHIVES).join(format!("{operation}.zip")))
    }
}

/// Of an environment, as an archive says it.
impl From<&EnvironmentInfo> for About {
    fn from(info: &EnvironmentInfo) -> About {
        About {
            name: info.name.clone(),
            label: info.label.clone(),
            kind: info.kind.clone(),
            zone: info.zone.clone(),
            currency: info.currency.clone(),
            country: info.country.clone(),
            modules: info.modules.clone(),
        }
    }
}

fn write(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let path = platform.archive_path(&info, operation.id)?;
    if !path.exists() {
        let folder = path.parent().unwrap_or(&path);
        // Nobody else of the machine has any business in it.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(PlatformError::io("make the folder", folder))?;
        while !written(platform, operation, &info, &path)? {}
    }
    let until = platform.now() + AT_DISPOSAL;
    platform.operation_change(operation.id, Draft::default().with("open_until", Value::DateTime(until)))?;
    Ok(Went::On)
}

/// Writes it; false when somebody was erased meanwhile, whom it may still hold: it is written again then.
fn written(
    platform: &Platform,
    operation: &Operation,
    info: &EnvironmentInfo,
    path: &Path,
) -> Result<bool, PlatformError> {
    let open = platform.environment(&info.name)?;
    let aside = path.with_extension("part");
    let file = File::create(&aside).map_err(PlatformError::io("write", &aside))?;
    let mut out = BufWriter::new(file);
    let entities = open.engine.dictionary().entities.len() as u64;
    let mut progress = Progress::of(platform, operation);
    // What it says of how far it is matters less than that it goes on.
    let mut told = |parts: u64| drop(progress.tell(parts, 2 * entities));
    let manifest = export_archive(
        &open.engine,
        &Caller::system(),
        About::from(info),
        Wanted::Journal,
        &mut out,
        &mut told,
    )
    .map_err(|error| failed(error, &aside))?;
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(PlatformError::io("write", &aside))?;
    let mut after = manifest.head.position;
    loop {
        let entries = open.engine.entries(&Caller::system(), after, ENTRIES)?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
        if changes.into_iter().any(|change| change.entity == redaction::ENTITY) {
            return Ok(false);
        }
    }
    fs::rename(&aside, path).map_err(PlatformError::io("write", path))?;
    Ok(true)
}

fn failed(error: ExchangeError, aside: &Path) -> PlatformError {
    // Half an archive is worth nothing, and the reason matters more than whether this removal works.
    drop(fs::remove_file(aside));
    error.into()
}

fn tell(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    platform.tell_administrators(operation, &info, Told::Ready, AT_DISPOSAL)?;
    Ok(Went::On)
}

fn last(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let is_over = operation.open_until.is_none_or(|until| until <= platform.now());
    Ok(if is_over { Went::On } else { Went::Waiting })
}

fn remove(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    forget(platform, operation)?;
    Ok(Went::On)
}

fn forget(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let info = match platform.environment_of(operation) {
        // It is no more, and its folder with it.
        Err(PlatformError::NotFound | PlatformError::Engine(EngineError::NotFound)) => return Ok(()),
        found => found?,
    };
    let path = platform.archive_path(&info, operation.id)?;
    for path in [path.with_extension("part"), path] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(PlatformError::io("remove", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_over(_: &Platform, _: &Operation) -> Result<Label, PlatformError> {
    Ok(Label::new(
        "L'archive a été à la disposition de ceux qui répondent de l'environnement pendant sept jours ; elle est retirée.",
        "The archive was at the disposal of who answers for the environment for seven days; it is removed.",
    ))
}
