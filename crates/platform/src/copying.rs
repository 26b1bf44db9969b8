//! An environment taken over from another platform, whichever store either has: its journal is replayed, so every position proves the copy.

use std::collections::HashSet;
use std::sync::Arc;

use dictionary::Value;
use engine::replay::Replay;
use engine::{Caller, EngineError, Head};
use journal::{Entry, Position};
use store::files::{FileStore, Incoming};

use crate::environments::{self, EnvironmentInfo, NewEnvironment, PLATFORM};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::platform::Platform;

/// Entries brought back at a time…
const ENTRIES: usize = 500;
/// …or as many as change so many records.
const CHANGES: usize = 20_000;

/// Bytes of a file copied at a time.
const CHUNK_BYTES: usize = 1 << 20;

impl Platform {
    /// Takes over the environment of that name from `source`: records, history and files, at the same positions, with the same digest and chain. Who may
    /// enter it is not taken over. `progress` is told the position reached and the last.
    ///
    /// Errors: not found in `source`; the name is taken here; part of its history was redacted; what arrives is not what the journal certifies.
    pub fn environment_copy(
        &self,
        source: &Platform,
        name: &str,
        progress: &mut dyn FnMut(Position, Position),
    ) -> Result<EnvironmentInfo, PlatformError> {
        let info = source.environment_info(name)?;
        self.environment_copy_as(source, name, NewEnvironment::like(&info), progress)
    }

    /// The same, under another name; its modules, time zone and currency are those of the one it is copied from.
    ///
    /// Errors: as [`Platform::environment_copy`].
    pub(crate) fn environment_copy_as(
        &self,
        source: &Platform,
        from: &str,
        new: NewEnvironment,
        progress: &mut dyn FnMut(Position, Position),
    ) -> Result<EnvironmentInfo, PlatformError> {
        let opened = source.environment(from)?;
        let turn = self.places.turn()?;
        match self.environment_info(&new.name) {
            Ok(_) => return Err(environments::taken(&new.name)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        let place = self.free_place(&new.name)?;
        let mut replayed = self.replay(&opened, &new, &place, progress);
        if replayed.as_ref().is_err_and(PlatformError::is_damaged) {
            // Somebody was erased meanwhile, perhaps: what was replayed of them is not to stay.
            self.places.remove(&place);
            replayed = self.replay(&opened, &new, &place, progress);
        }
        if let Err(error) = replayed {
            self.places.remove(&place);
            return Err(error);
        }
        let copied = self.environment_note(&new, &place, new.modules.clone())?;
        drop(turn);
        tracing::info!(environment.name = %new.name, "environment taken over");
        Ok(copied)
    }

    /// What is known of an environment whose whole content may leave.
    ///
    /// Errors: not found; refused for the reserved environment, which holds secrets of everybody.
    pub fn environment_to_export(&self, name: &str) -> Result<Arc<EnvironmentInfo>, PlatformError> {
        let info = self.environment_info(name)?;
        if info.name == PLATFORM {
            return Err(PlatformError::refused(
                "L'annuaire de la plateforme ne s'exporte pas : il tient les secrets de tous.",
                "The platform's directory is not exported: it holds everybody's secrets.",
            ));
        }
        Ok(info)
    }

    /// Makes an environment again from its journal: `fill` puts contents into its files and hands every entry over, in order. It is known only once
    /// `is_whole` takes where its journal then stands. Nobody may enter it yet.
    ///
    /// Errors: the name is taken; what is handed over is not what the entries certify, or ends elsewhere; those of `fill`. Nothing is left then.
    pub fn environment_bring_back<E: From<PlatformError>>(
        &self,
        new: NewEnvironment,
        fill: impl FnOnce(&dyn FileStore, &mut dyn FnMut(&Entry) -> Result<(), PlatformError>) -> Result<(), E>,
        is_whole: impl FnOnce(&Head) -> bool,
    ) -> Result<(EnvironmentInfo, Head), E> {
        self.check_address(&new.name, None)?;
        let zone = environments::zone(&new.zone)?;
        let turn = self.places.turn()?;
        let place = self.free_place(&new.name)?;
        let bring = || -> Result<Head, E> {
            let folder = self.places.folder(&place);
            std::fs::create_dir_all(&folder).map_err(PlatformError::io("make the folder", &folder))?;
            let (keep, now) = (self.places.usual(), self.clock.now());
            let store = self.places.store(&place, keep, now, "create the store of an environment")?;
            let mut replay = Replay::new(store.clone()).map_err(PlatformError::from)?;
            let mut page = Page::default();
            fill(store.files(), &mut |entry| {
                if page.add(entry) { Ok(replay.page(&page.take(), &zone)?) } else { Ok(()) }
            })?;
            replay.page(&page.take(), &zone).map_err(PlatformError::from)?;
            let settings = self.settings(&new.name, zone, &new.currency);
            let made = replay.into_environment_unsearched(settings, self.clock.clone(), self.ids.clone());
            let made = made.map_err(PlatformError::from)?;
            made.search_catch_up(&Caller::system(), &mut |_| Ok(())).map_err(PlatformError::from)?;
            let head = made.head().map_err(PlatformError::from)?;
            if is_whole(&head) {
                return Ok(head);
            }
            Err(PlatformError::refused(
                "L'archive ne mène pas au contenu qu'elle annonce : rien n'est repris.",
                "The archive does not lead to the content that it announces: nothing is brought back.",
            )
            .into())
        };
        match bring() {
            Ok(head) => {
                let info = self.environment_note(&new, &place, new.modules.clone())?;
                drop(turn);
                tracing::info!(environment.name = %new.name, "environment brought back");
                Ok((info, head))
            }
            Err(error) => {
                self.places.remove(&place);
                Err(error)
            }
        }
    }

    fn replay(
        &self,
        from: &OpenEnvironment,
        info: &NewEnvironment,
        place: &str,
        progress: &mut dyn FnMut(Position, Position),
    ) -> Result<(), PlatformError> {
        let folder = self.places.folder(place);
        std::fs::create_dir_all(&folder).map_err(PlatformError::io("make the folder", &folder))?;
        let store = self.places.store(
            place,
            self.places.usual(),
            self.clock.now(),
            "create the store of an environment",
        )?;
        let source = from.engine.store();
        let (last, zone) = (source.position(), environments::zone(&info.zone)?);
        let mut replay = Replay::new(store.clone())?;
        let (mut copied, mut lost) = (HashSet::new(), None);
        let mut files = |entries: &[Entry]| {
            let copied = entries
                .iter()
                .try_for_each(|entry| copy_files(entry, from.files.as_ref(), store.files(), &mut copied));
            copied.map_err(|error| {
                lost = Some(error);
                // Only ends the replay: what is answered is the error above.
                EngineError::NotFound
            })
        };
        let played = replay.catch_up(&**source, &zone, &mut files, &mut |reached, last| {
            progress(reached, last);
            Ok(())
        });
        if let Some(error) = lost {
            return Err(error);
        }
        played?;
        let settings = self.settings(&info.name, zone, &info.currency);
        let copy = replay.into_environment_unsearched(settings, self.clock.clone(), self.ids.clone())?;
        copy.search_catch_up(&Caller::system(), &mut |_| Ok(()))?;
        // Each page was proved against what its last entry certifies.
        if copy.position() < last {
            let what = "the copy does not end where its journal does".to_owned();
            let source = store::StoreError::Damaged { what };
            return Err(EngineError::Store { action: "copy an environment", source }.into());
        }
        copy.close();
        Ok(())
    }
}

/// Entries that wait to be replayed together.
#[derive(Default)]
struct Page {
    entries: Vec<Entry>,
    changes: usize,
}

impl Page {
    /// Adds one; whether they are enough.
    fn add(&mut self, entry: &Entry) -> bool {
        self.changes += entry.changes.as_ref().map_or(0, Vec::len);
        self.entries.push(entry.clone());
        self.entries.len() >= ENTRIES || self.changes >= CHANGES
    }

    fn take(&mut self) -> Vec<Entry> {
        std::mem::take(self).entries
    }
}

/// Copies the contents that an entry's new values refer to. One that is gone in the source was erased: the record says so in both.
fn copy_files(
    entry: &Entry,
    from: &dyn FileStore,
    to: &dyn FileStore,
    copied: &mut HashSet<String>,
) -> Result<(), PlatformError> {
    let fields = entry.changes.iter().flatten().flat_map(|change| &change.fields);
    for field in fields {
        let Value::File(file) = &field.new else { continue };
        if copied.insert(file.hash.clone()) {
            copy(&file.hash, from, to).map_err(|source| PlatformError::Files { source })?;
        }
    }
    Ok(())
}

fn copy(hash: &str, from: &dyn FileStore, to: &dyn FileStore) -> Result<(), store::files::FileError> {
    let mut incoming: Option<Box<dyn Incoming>> = None;
    let mut offset = 0;
    while let Some(bytes) = from.read(hash, offset, CHUNK_BYTES)? {
        let writing = match &mut incoming {
            Some(writing) => writing,
            None => incoming.insert(to.begin(u64::MAX)?),
        };
        if bytes.is_empty() {
            break;
        }
        writing.write(&bytes)?;
        offset += bytes.len() as u64;
    }
    incoming.map_or(Ok(()), |writing| writing.finish().map(drop))
}
