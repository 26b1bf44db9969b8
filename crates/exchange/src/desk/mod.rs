//! Imports that people follow: each has a folder with its file, what was asked, what became of it, and is worked on in the background, one at a
//! time in an environment. Decision: `docs/decisions/0082-imports-of-people.md`.

mod forgetting;
mod job;
mod rows;
mod work;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dictionary::{Label, Language};
use engine::{Caller, Environment};
use jiff::{SignedDuration, Timestamp};
use parking_lot::{Condvar, Mutex};
use serde_json::Value as Json;

use crate::detect::detect;
use crate::error::ExchangeError;
use crate::mapping::Mapping;

pub use forgetting::{ARCHIVES, IMPORTS, KeptBeside};
pub use job::{Advance, Job, Reason, Stage, Tally};
pub use rows::{LeftPage, PreviewRow, PreviewRows};

/// Files that were sent and never imported are kept this long.
const UNUSED: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What is to be done with an import.
#[derive(Debug, Clone)]
pub enum Task {
    /// Say what would become of each row, with this mapping.
    Preview(Json),
    /// Write the rows: with this mapping, or go on with the one it was begun with.
    Run(Option<Json>),
    /// Take it back.
    Undo,
}

/// Why an import could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such import.
    #[error("there is no such import")]
    NotFound,
    /// Not in this state, or not now; the message says why.
    #[error("{}", .0.text(Language::En))]
    Conflict(Label),
    /// The file or the mapping is not right, or the environment failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

/// A piece of work in hand.
struct Live {
    stop: AtomicBool,
    job: Mutex<Job>,
    /// Why whoever began it may not go on, asked before each piece.
    barred: Barred,
}

/// Says why somebody may no longer do what they began; `None` while they may.
pub type Barred = Box<dyn Fn() -> Option<Label> + Send + Sync>;

/// Imports that wait for their turn in one environment at most, the one that is worked on included.
const WAITING_MAX: usize = 8;

/// An import of an environment: its folder, and its id.
type Place = (PathBuf, String);

/// The imports of one process. Those of an environment are in a folder that the caller names.
#[derive(Default)]
pub struct Desk {
    live: Arc<Mutex<HashMap<Place, Arc<Live>>>>,
    /// By folder: one import is worked on at a time, others would only make it slower.
    turns: Mutex<HashMap<PathBuf, Arc<Mutex<()>>>>,
    idle: Arc<Condvar>,
}

impl Desk {
    /// The imports of an environment, newest first. Files that nobody used for a week are forgotten.
    pub fn list(&self, folder: &Path, now: Timestamp) -> Result<Vec<Job>, DeskError> {
        let mut ids: Vec<String> = match fs::read_dir(folder) {
            Ok(entries) => {
                entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(ExchangeError::file("read", folder)(error).into()),
        };
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let mut jobs = Vec::new();
        for id in ids.iter().filter(|id| is_id(id)) {
            match self.get(folder, id) {
                Ok(job)
                    if !job.stage.has_run() && !job.live && now.duration_since(job.created_at) > UNUSED =>
                {
                    self.remove(folder, id)?;
                }
                Ok(job) => jobs.push(job),
                // Being received, or what a failure left.
                Err(DeskError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(jobs)
    }

    /// One import, as it stands now.
    pub fn get(&self, folder: &Path, id: &str) -> Result<Job, DeskError> {
        if !is_id(id) {
            return Err(DeskError::NotFound);
        }
        if let Some(live) = self.live.lock().get(&(folder.to_owned(), id.to_owned())) {
            return Ok(Job { live: true, ..live.job.lock().clone() });
        }
        Job::read(folder, id)?.ok_or(DeskError::NotFound)
    }

    /// An import of a file that is at `source`, which is moved into a folder of its own.
    ///
    /// Errors: there is no such entity, or the file is none that can be read; nothing of it is kept then.
    pub fn receive(
        &self,
        folder: &Path,
        environment: &Environment,
        caller: &Caller,
        entity: &str,
        name: &str,
        source: &Path,
    ) -> Result<Job, DeskError> {
        let now = environment.context(caller).now;
        let mark = blake3::hash(format!("{now} {name} {}", source.display()).as_bytes()).to_hex();
        let id = format!("{:014x}-{}", now.as_microsecond().max(0), &mark[..10]);
        let place = folder.join(&id);
        fs::create_dir_all(&place).map_err(ExchangeError::file("make the folder", &place))?;
        let received = self.received(folder, &id, environment, caller, entity, name, source);
        if received.is_err() {
            // Nothing of it is worth keeping; the reason matters more than whether this removal works.
            let _ = fs::remove_dir_all(&place);
        }
        received
    }

    #[expect(clippy::too_many_arguments, reason = "those of `receive`, and the id")]
    fn received(
        &self,
        folder: &Path,
        id: &str,
        environment: &Environment,
        caller: &Caller,
        entity: &str,
        name: &str,
        source: &Path,
    ) -> Result<Job, DeskError> {
        let kind = kind_of(name, source)?;
        let place = folder.join(id).join(format!("source.{kind}"));
        fs::rename(source, &place).map_err(ExchangeError::file("keep", &place))?;
        // As whoever sends it may know it: nothing is proposed that is hidden from them.
        let dictionary = environment.dictionary_of(caller);
        let definition = dictionary.entity(entity).ok_or(DeskError::NotFound)?;
        let detected = detect(&place, &dictionary, definition, &Mapping::default());
        let detected = detected.map_err(|error| named(error, &place, name))?;
        let job = Job {
            id: id.to_owned(),
            entity: definition.name.clone(),
            file: name.to_owned(),
            created_at: environment.context(caller).now,
            by: caller.me(),
            language: caller.language,
            detected,
            asked: None,
            stage: Stage::Received,
            preview: None,
            report: None,
            started_at: None,
            ended_at: None,
            after: None,
            until: None,
            advance: Advance::default(),
            undone: None,
            problem: None,
            live: false,
        };
        job.keep(folder)?;
        Ok(job)
    }

    /// Looks at the file again, as `[file]` of a mapping says it is written.
    pub fn look_again(
        &self,
        folder: &Path,
        environment: &Environment,
        caller: &Caller,
        id: &str,
        asked: &Json,
    ) -> Result<Job, DeskError> {
        let mut job = self.at_rest(folder, id)?;
        if job.stage.has_run() {
            return Err(begun());
        }
        let dictionary = environment.dictionary_of(caller);
        let entity = dictionary.entity(&job.entity).ok_or(DeskError::NotFound)?;
        let source = job.source(folder);
        let detected = detect(&source, &dictionary, entity, &mapping_of(asked)?);
        job.detected = detected.map_err(|error| named(error, &source, &job.file))?;
        job.stage = Stage::Received;
        job.preview = None;
        job.keep(folder)?;
        Ok(job)
    }

    /// Begins a piece of work, and returns while it goes on. `held` is kept until it ends; `barred` is asked before each piece and stops it.
    ///
    /// It waits for its turn while another import of the environment is worked on.
    ///
    /// Errors: too many wait; it is not in the state for it; the mapping does not fit.
    #[expect(clippy::too_many_arguments, reason = "what, where, for whom, and what goes with it")]
    pub fn start(
        &self,
        folder: &Path,
        environment: &Environment,
        caller: &Caller,
        id: &str,
        task: Task,
        held: impl Send + 'static,
        barred: Barred,
    ) -> Result<Job, DeskError> {
        let mut all = self.live.lock();
        let place = (folder.to_owned(), id.to_owned());
        if all.contains_key(&place) {
            return Err(conflict("Cet import est déjà en cours.", "This import is on its way already."));
        }
        if all.keys().filter(|(other, _)| other == folder).count() >= WAITING_MAX {
            return Err(conflict(
                "Trop d'imports attendent leur tour : attendez qu'ils finissent, ou arrêtez-en.",
                "Too many imports wait for their turn: wait until they end, or stop some.",
            ));
        }
        let mut job = Job::read(folder, id)?.filter(|_| is_id(id)).ok_or(DeskError::NotFound)?;
        let mapping = work::prepare(&mut job, environment, caller, &task)?;
        job.keep(folder)?;
        job.live = true;
        let begun = job.clone();
        let live = Arc::new(Live { stop: AtomicBool::new(false), job: Mutex::new(job), barred });
        all.insert(place.clone(), live.clone());
        drop(all);
        let turn = self.turns.lock().entry(folder.to_owned()).or_default().clone();
        let ended = Ended { live: self.live.clone(), idle: self.idle.clone(), place };
        let (folder, environment, caller) = (folder.to_owned(), environment.clone(), caller.clone());
        std::thread::spawn(move || {
            // Others of the same server go first.
            engine::pace::stand_back();
            let _ended = ended;
            let _turn = turn.lock();
            work::run(&live, &folder, &environment, &caller, mapping);
            drop(held);
        });
        Ok(begun)
    }

    /// Tells an import to stop after the piece in hand.
    pub fn stop(&self, folder: &Path, id: &str) -> Result<Job, DeskError> {
        if let Some(live) = self.live.lock().get(&(folder.to_owned(), id.to_owned())) {
            live.stop.store(true, Ordering::Relaxed);
        }
        self.get(folder, id)
    }

    /// Forgets an import: its file and its lists. What it wrote stays.
    pub fn remove(&self, folder: &Path, id: &str) -> Result<(), DeskError> {
        let job = self.at_rest(folder, id)?;
        let place = folder.join(&job.id);
        fs::remove_dir_all(&place).map_err(ExchangeError::file("remove", &place))?;
        Ok(())
    }

    /// Tells all to stop, and waits until they did, for so long at most.
    pub fn stop_all(&self, patience: Duration) {
        let mut live = self.live.lock();
        live.values().for_each(|live| live.stop.store(true, Ordering::Relaxed));
        self.idle.wait_while_for(&mut live, |live| !live.is_empty(), patience);
    }

    /// An import that nobody works on.
    fn at_rest(&self, folder: &Path, id: &str) -> Result<Job, DeskError> {
        let job = self.get(folder, id)?;
        if job.live {
            return Err(conflict(
                "Cet import est en cours : arrêtez-le d'abord.",
                "This import is on its way: stop it first.",
            ));
        }
        Ok(job)
    }
}

/// Makes room for the next piece of work, however this one ended.
struct Ended {
    live: Arc<Mutex<HashMap<Place, Arc<Live>>>>,
    idle: Arc<Condvar>,
    place: Place,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.live.lock().remove(&self.place);
        self.idle.notify_all();
    }
}

/// Whether a text may be the name of an import's folder.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 40 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// What the file is, by its first bytes, then by its name.
fn kind_of(name: &str, source: &Path) -> Result<&'static str, ExchangeError> {
    let mut head = [0_u8; 4];
    let read = fs::File::open(source).and_then(|mut file| std::io::Read::read(&mut file, &mut head));
    read.map_err(ExchangeError::file("read", source))?;
    let name = name.to_lowercase();
    Ok(match head {
        [b'P', b'K', 3, 4] => "xlsx",
        [0xD0, 0xCF, 0x11, 0xE0] => {
            return Err(ExchangeError::refused(
                "Ce classeur est au format des Excel d'avant 2007 : enregistrez-le en .xlsx.",
                "This workbook has the format of Excel before 2007: save it as .xlsx.",
            ));
        }
        _ if name.ends_with(".jsonl") || name.ends_with(".ndjson") => "jsonl",
        _ => "csv",
    })
}

/// The mapping that somebody asked for.
fn mapping_of(asked: &Json) -> Result<Mapping, ExchangeError> {
    serde_json::from_value(asked.clone()).map_err(|error| {
        ExchangeError::refused(
            format!("La correspondance n'est pas comprise : {error}."),
            format!("The mapping is not understood: {error}."),
        )
    })
}

/// An error that names the file as people do.
fn named(error: ExchangeError, source: &Path, name: &str) -> ExchangeError {
    match error {
        ExchangeError::Refused(label) => ExchangeError::Refused(work::without_paths(&label, source, name)),
        other => other,
    }
}

fn conflict(fr: &str, en: &str) -> DeskError {
    DeskError::Conflict(Label::new(fr, en))
}

fn begun() -> DeskError {
    conflict(
        "Cet import a déjà écrit des lignes : sa correspondance ne change plus.",
        "This import already wrote rows: its mapping no longer changes.",
    )
}
