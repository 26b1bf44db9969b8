//! Open environments: opened when asked for, closed when nobody needs them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dictionary::layers::Layer;
use engine::{Clock, Environment, IdSource, Settings};
use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, RwLock};
use store::files::{FileStore, LocalFiles};

use crate::accesses::AccessFolder;
use crate::error::PlatformError;
use crate::journal_seals::SealedUpTo;
use crate::list_exports::ExportFolder;
use crate::places::{Keep, Places};

/// An environment at hand: its records and its files.
pub struct OpenEnvironment {
    /// Records and journal.
    pub engine: Environment,
    /// Bytes of file fields.
    pub files: Arc<dyn FileStore>,
    /// Who read sensitive values.
    pub accesses: Arc<AccessFolder>,
    /// Who took lists along.
    pub exports: ExportFolder,
    /// Its folder, for what belongs to it beside these.
    pub folder: PathBuf,
    /// What keeps its rows.
    pub keep: Keep,
    /// Its rows are kept elsewhere now: whoever follows it here follows it there from now on.
    left: AtomicBool,
    /// Up to where its journal is sealed, once that was looked up.
    pub(crate) sealed: Mutex<Option<SealedUpTo>>,
}

impl OpenEnvironment {
    /// Whether its rows are kept elsewhere now. What was read here stands; nothing is written here any more.
    pub fn is_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }
}

/// Makes an environment where there is none, in the usual store.
pub(crate) fn create(
    places: &Places,
    place: &str,
    settings: Settings,
    layers: &[Layer],
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Result<OpenEnvironment, PlatformError> {
    let folder = places.folder(place);
    fs::create_dir_all(&folder).map_err(PlatformError::io("make the folder", &folder))?;
    let store = places.store(place, places.usual(), clock.now(), "create the store of an environment")?;
    let engine = Environment::create(settings, store, layers, clock, ids)?;
    opened(engine, folder, places.usual())
}

/// Opens an environment.
pub(crate) fn open(
    places: &Places,
    (place, keep): (&str, Keep),
    settings: Settings,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Result<OpenEnvironment, PlatformError> {
    let folder = places.folder(place);
    if !places.holds(place, keep)? {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(PlatformError::io("find the environment", folder)(missing));
    }
    let store = places.store(place, keep, clock.now(), "open the store of an environment")?;
    let engine = Environment::open(settings, store, clock, ids)?;
    // Made by an earlier version of Tisserand, and today's built-in layer does not go with its own: it works on with the one it has. Refusing
    // to open it would leave nobody able to put that right.
    if let Err(error) = engine.upgrade() {
        let name = &engine.settings().name;
        tracing::error!(environment = %name, error = &error as &dyn std::error::Error, "not upgraded");
    }
    opened(engine, folder, keep)
}

fn opened(engine: Environment, folder: PathBuf, keep: Keep) -> Result<OpenEnvironment, PlatformError> {
    let accesses = Arc::new(AccessFolder::of(&folder));
    engine.log_accesses(accesses.clone());
    let exports = ExportFolder::of(&folder);
    let (left, sealed) = (AtomicBool::new(false), Mutex::new(None));
    Ok(OpenEnvironment { engine, files: files(&folder)?, accesses, exports, folder, keep, left, sealed })
}

fn files(folder: &Path) -> Result<Arc<dyn FileStore>, PlatformError> {
    let folder = folder.join("files");
    let files = LocalFiles::open(&folder).map_err(|source| PlatformError::Files { source })?;
    Ok(Arc::new(files))
}

/// A place for one environment. Whoever opens it holds `environment`, the others wait for the result.
struct Slot {
    environment: Mutex<Option<Arc<OpenEnvironment>>>,
    used: Mutex<Timestamp>,
    /// When its files were last swept, since it was opened.
    swept: Mutex<Option<Timestamp>>,
    /// What was left undone in it was looked for, since it was opened.
    looked_through: AtomicBool,
}

/// Environments by their places: whatever they come to be called, they are open once.
pub(crate) struct Opened {
    slots: RwLock<HashMap<String, Arc<Slot>>>,
    max: usize,
}

impl Opened {
    pub(crate) fn new(max: usize) -> Opened {
        Opened { slots: RwLock::default(), max: max.max(1) }
    }

    /// The environment of that name, opened by `open` if it is not yet.
    pub(crate) fn get(
        &self,
        name: &str,
        now: Timestamp,
        open: impl FnOnce() -> Result<OpenEnvironment, PlatformError>,
    ) -> Result<Arc<OpenEnvironment>, PlatformError> {
        let slot = self.slot(name, now);
        let mut environment = slot.environment.lock();
        *slot.used.lock() = now;
        if let Some(open) = environment.as_ref() {
            return Ok(open.clone());
        }
        self.make_room(name);
        match open() {
            Ok(opened) => {
                let opened = Arc::new(opened);
                *environment = Some(opened.clone());
                Ok(opened)
            }
            Err(error) => {
                drop(environment);
                self.forget(name);
                Err(error)
            }
        }
    }

    /// Closes what nobody holds and nobody used since `now - idle`.
    pub(crate) fn evict(&self, now: Timestamp, idle: SignedDuration) -> usize {
        let mut closed = 0;
        let mut slots = self.slots.write();
        slots.retain(|_, slot| {
            if now.duration_since(*slot.used.lock()) < idle {
                return true;
            }
            // Closed before the table is let go, so that nobody opens it again while it still holds its lock.
            let freed = free(slot);
            closed += usize::from(freed);
            !freed
        });
        closed
    }

    /// Lets those rest that nobody holds and nobody used since `now - idle`.
    pub(crate) fn rest(&self, now: Timestamp, idle: SignedDuration) {
        let slots: Vec<Arc<Slot>> = self.slots.read().values().cloned().collect();
        for slot in slots {
            if now.duration_since(*slot.used.lock()) < idle {
                continue;
            }
            let environment = slot.environment.try_lock();
            if let Some(environment) = environment.as_ref().and_then(|environment| environment.as_ref())
                && Arc::strong_count(environment) == 1
            {
                environment.engine.rest();
            }
        }
    }

    /// The environment of that name, if it is open; it does not count as used.
    pub(crate) fn at_hand(&self, name: &str) -> Option<Arc<OpenEnvironment>> {
        let slots = self.slots.read();
        slots.get(name)?.environment.try_lock()?.clone()
    }

    /// Says that the rows of an environment are kept elsewhere now.
    pub(crate) fn leave(&self, name: &str) {
        if let Some(left) = self.at_hand(name) {
            left.left.store(true, Ordering::Relaxed);
        }
    }

    /// Those that were opened since the last call.
    pub(crate) fn just_opened(&self) -> Vec<Arc<OpenEnvironment>> {
        let slots = self.slots.read();
        let fresh = slots.values().filter_map(|slot| {
            // Being opened or closed: the next call finds it.
            let environment = slot.environment.try_lock().and_then(|environment| environment.clone())?;
            (!slot.looked_through.swap(true, Ordering::Relaxed)).then_some(environment)
        });
        fresh.collect()
    }

    /// Those that are open, and when each was last used.
    pub(crate) fn all(&self) -> Vec<(Arc<OpenEnvironment>, Timestamp)> {
        let slots = self.slots.read();
        let open = slots.values().filter_map(|slot| {
            // Being opened or closed: the next round finds it.
            Some((slot.environment.try_lock()?.clone()?, *slot.used.lock()))
        });
        open.collect()
    }

    /// Those whose files were not swept since `now - every`, by name; they count as swept from now on.
    pub(crate) fn to_sweep(
        &self,
        now: Timestamp,
        every: SignedDuration,
    ) -> Vec<(String, Arc<OpenEnvironment>)> {
        let mut due = Vec::new();
        for (name, slot) in &*self.slots.read() {
            let Some(environment) = slot.environment.try_lock().and_then(|environment| environment.clone())
            else {
                continue; // being opened or closed: the next round finds it
            };
            let mut swept = slot.swept.lock();
            if swept.is_none_or(|swept| now.duration_since(swept) >= every) {
                *swept = Some(now);
                due.push((name.clone(), environment));
            }
        }
        due
    }

    /// Closes the environment of that name, if nobody uses it; returns whether it is closed.
    pub(crate) fn close(&self, name: &str) -> bool {
        let mut slots = self.slots.write();
        let closed = slots.get(name).is_none_or(free);
        if closed {
            slots.remove(name);
        }
        closed
    }

    pub(crate) fn count(&self) -> usize {
        self.slots.read().len()
    }

    /// Whether the environment of that name is open, and nobody is opening or closing it just now.
    pub(crate) fn is_at_hand(&self, name: &str) -> bool {
        let slots = self.slots.read();
        let slot = slots.get(name).and_then(|slot| slot.environment.try_lock());
        slot.is_some_and(|environment| environment.is_some())
    }

    fn slot(&self, name: &str, now: Timestamp) -> Arc<Slot> {
        if let Some(slot) = self.slots.read().get(name) {
            return slot.clone();
        }
        let new = || {
            Arc::new(Slot {
                environment: Mutex::new(None),
                used: Mutex::new(now),
                swept: Mutex::new(None),
                looked_through: AtomicBool::new(false),
            })
        };
        self.slots.write().entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// Closes the environment longest unused, if there are too many.
    fn make_room(&self, besides: &str) {
        let mut slots = self.slots.write();
        while slots.len() > self.max {
            let mut by_age: Vec<(Timestamp, String)> = slots
                .iter()
                .filter(|(name, _)| *name != besides)
                .map(|(name, slot)| (*slot.used.lock(), name.clone()))
                .collect();
            by_age.sort_unstable();
            let closed = by_age.iter().find(|(_, name)| slots.get(name).is_some_and(free));
            match closed {
                Some((_, name)) => slots.remove(name),
                // All are in use: more than wished is better than a refusal.
                None => return,
            };
        }
    }

    fn forget(&self, name: &str) {
        let mut slots = self.slots.write();
        if slots.get(name).is_some_and(|slot| slot.environment.try_lock().is_some_and(|e| e.is_none())) {
            slots.remove(name);
        }
    }
}

/// Closes the environment of a slot that nobody but the table refers to, if nobody uses it; returns whether it is closed.
fn free(slot: &Arc<Slot>) -> bool {
    if Arc::strong_count(slot) > 1 {
        return false;
    }
    let Some(mut environment) = slot.environment.try_lock() else { return false };
    if environment.as_ref().is_some_and(|open| Arc::strong_count(open) > 1) {
        return false;
    }
    match environment.take().map(Arc::try_unwrap) {
        None => false, // being opened
        Some(Ok(open)) => {
            open.engine.close();
            true
        }
        Some(Err(open)) => {
            *environment = Some(open);
            false
        }
    }
}
