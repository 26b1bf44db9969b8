//! Where environments are: each in a folder of its own, or each in a schema of a database, with its files in a folder all the same.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use dictionary::RecordId;
use engine::EngineError;
use jiff::Timestamp;
use store::postgres::Turn;
use store::sqlite::SqliteStore;
use store::{PostgresDatabase, PostgresStore, Store, StoreError};

use crate::environments::PLATFORM;
use crate::error::PlatformError;

/// Marks a folder that holds a platform.
const MARK: &str = "platform.toml";

/// Version of the layout of the folder, and of what a platform keeps in a database.
const LAYOUT: i64 = 1;

/// Note of the reserved environment that marks a whole platform in a database.
const NOTE: &str = "platform";

/// Folder, beside those of environments, of what was in the way of a new one.
pub(crate) const ASIDE: &str = "aside";

/// What keeps the rows of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A file of its own, in its folder.
    Files,
    /// A schema of the platform's database.
    Database,
}

impl Keep {
    /// Tag of the value list `environment_store`.
    pub fn tag(self) -> &'static str {
        match self {
            Keep::Files => "files",
            Keep::Database => "database",
        }
    }

    /// That of the tag.
    pub fn from_tag(tag: &str) -> Option<Keep> {
        [Keep::Files, Keep::Database].into_iter().find(|keep| keep.tag() == tag)
    }
}

/// Where the environments of a platform are.
#[derive(Clone)]
pub(crate) struct Places {
    /// The folder of the platform.
    pub(crate) data: PathBuf,
    /// Holds the rows; without it they are in the folder.
    pub(crate) database: Option<Arc<PostgresDatabase>>,
    /// Size of the rows of one environment at most, where they are in the folder.
    pub(crate) rows_bytes_max: Option<u64>,
}

impl Places {
    /// The folder of an environment.
    pub(crate) fn folder(&self, environment: &str) -> PathBuf {
        self.data.join("environments").join(environment)
    }

    /// What keeps the rows of an environment of which nothing else is said.
    pub(crate) fn usual(&self) -> Keep {
        if self.database.is_some() { Keep::Database } else { Keep::Files }
    }

    /// The store of an environment, made when there is none.
    pub(crate) fn store(
        &self,
        environment: &str,
        keep: Keep,
        now: Timestamp,
        action: &'static str,
    ) -> Result<Arc<dyn Store>, PlatformError> {
        let folder = self.folder(environment);
        let failed = |source| PlatformError::Engine(EngineError::Store { action, source });
        match self.database_of(keep)? {
            None => {
                let store = SqliteStore::open(&folder, environment, now).map_err(failed)?;
                store.limit_size(self.rows_bytes_max).map_err(failed)?;
                Ok(Arc::new(store))
            }
            Some(database) => {
                let store = PostgresStore::open(database, environment, &folder.join("files"));
                Ok(Arc::new(store.map_err(failed)?))
            }
        }
    }

    /// The database, where it keeps the rows.
    fn database_of(&self, keep: Keep) -> Result<Option<&Arc<PostgresDatabase>>, PlatformError> {
        match (keep, &self.database) {
            (Keep::Files, _) => Ok(None),
            (Keep::Database, Some(database)) => Ok(Some(database)),
            (Keep::Database, None) => Err(PlatformError::refused(
                "Cette plateforme n'a pas de base PostgreSQL : démarrez-la avec --database.",
                "This platform has no PostgreSQL database: start it with --database.",
            )),
        }
    }

    /// Removes the rows that one store keeps of an environment; its files stay.
    pub(crate) fn erase_rows(
        &self,
        environment: &str,
        keep: Keep,
        now: Timestamp,
    ) -> Result<(), PlatformError> {
        match self.database_of(keep)? {
            Some(database) => database.remove(environment).map_err(failed("erase what was moved")),
            None => {
                let removed = SqliteStore::remove(&self.folder(environment), environment, now);
                removed.map_err(failed("erase what was moved"))
            }
        }
    }

    /// Whether the environment is there.
    pub(crate) fn holds(&self, environment: &str, keep: Keep) -> Result<bool, PlatformError> {
        match self.database_of(keep)? {
            None => Ok(self.folder(environment).is_dir()),
            Some(database) => database.exists(environment).map_err(failed("look for an environment")),
        }
    }

    /// Moves whatever is where the environment has its place out of the way: a folder to `environments/aside/<name>-<id>`, a schema to a name of that
    /// kind. Nothing is ever deleted here.
    pub(crate) fn set_aside(&self, environment: &str, id: RecordId) -> Result<(), PlatformError> {
        let name = format!("{environment}-{id}");
        if let Some(database) = &self.database {
            let moved = database.set_aside(environment, &format!("{ASIDE}-{name}"));
            if moved.map_err(failed("set an environment aside"))? {
                tracing::warn!(environment.name = environment, schema = %name, "a schema is set aside");
            }
        }
        let folder = self.folder(environment);
        if !folder.exists() {
            return Ok(());
        }
        let aside = self.folder(ASIDE);
        fs::create_dir_all(&aside).map_err(PlatformError::io("make the folder", &aside))?;
        let to = aside.join(name);
        fs::rename(&folder, &to).map_err(PlatformError::io("set aside", &folder))?;
        tracing::warn!(environment.name = environment, folder = %to.display(), "a folder is set aside");
        Ok(())
    }

    /// Removes what is left of an environment whose creation failed.
    pub(crate) fn remove(&self, environment: &str) {
        // Nothing of it is worth keeping; the reason it failed matters more than whether this removal works.
        let _ = fs::remove_dir_all(self.folder(environment));
        if let Some(database) = &self.database {
            let _ = database.remove(environment);
        }
    }

    /// Destroys the rows and files of an environment; nothing happens where there are none.
    pub(crate) fn erase(&self, environment: &str) -> Result<(), PlatformError> {
        let folder = self.folder(environment);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(PlatformError::io("remove", &folder)(error));
            }
            _ => {}
        }
        match &self.database {
            Some(database) => database.remove(environment).map_err(failed("erase an environment")),
            None => Ok(()),
        }
    }

    /// Keeps other processes from making environments of this database until it is dropped.
    pub(crate) fn turn(&self) -> Result<Option<Turn>, PlatformError> {
        let turn = self.database.as_ref().map(|database| database.turn()).transpose();
        turn.map_err(failed("wait for the turn to make an environment"))
    }

    /// Whether a whole platform is there.
    ///
    /// Errors: the folder holds a platform that keeps its rows elsewhere, or was made by a newer Tisserand.
    pub(crate) fn holds_platform(&self) -> Result<bool, PlatformError> {
        let mark = self.read_mark()?;
        match (&self.database, &mark) {
            (None, None) => Ok(false),
            (None, Some(Mark { database: None })) => Ok(true),
            (None, Some(Mark { database: Some(database) })) => Err(PlatformError::refused(
                format!(
                    "Les données de {} sont dans PostgreSQL ({database}) : donnez --database, ou TISSERAND_DATABASE.",
                    self.data.display()
                ),
                format!(
                    "The data of {} is in PostgreSQL ({database}): give --database, or TISSERAND_DATABASE.",
                    self.data.display()
                ),
            )),
            (Some(_), Some(Mark { database: None })) => Err(PlatformError::refused(
                format!(
                    "{} contient déjà une plateforme dans ses propres fichiers : donnez un autre dossier avec --data, ou enlevez --database.",
                    self.data.display()
                ),
                format!(
                    "{} already holds a platform in files of its own: give another folder with --data, or leave --database out.",
                    self.data.display()
                ),
            )),
            (Some(database), _) => {
                if !database.exists(PLATFORM).map_err(failed("look for the platform"))? {
                    return Ok(false);
                }
                let store =
                    self.store(PLATFORM, Keep::Database, Timestamp::UNIX_EPOCH, "look for the platform")?;
                let note = store.snapshot().and_then(|snapshot| snapshot.note(NOTE));
                let note = note.map_err(failed("look for the platform"))?;
                match note.and_then(|note| note.parse::<i64>().ok()) {
                    None => Ok(false), // what an interrupted creation left
                    Some(found) => self.known(found).map(|()| true),
                }
            }
        }
    }

    /// Marks the platform as whole: in the reserved environment, if a database holds it, and in the folder.
    pub(crate) fn mark(&self, root: &Arc<dyn Store>) -> Result<(), PlatformError> {
        if self.database.is_some() {
            let unit = root.write(Box::new(|tx| {
                tx.set_note(NOTE, Some(&LAYOUT.to_string()))?;
                Ok(Box::new(()))
            }));
            if let Err(store::UnitError::Store(source)) = unit {
                return Err(failed("mark the platform as whole")(source));
            }
        }
        self.mark_folder()
    }

    /// Writes the folder's mark, if it has none: a second server may have a folder of its own.
    pub(crate) fn mark_folder(&self) -> Result<(), PlatformError> {
        let path = self.data.join(MARK);
        if path.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.data).map_err(PlatformError::io("make the folder", &self.data))?;
        let mut text = format!("layout = {LAYOUT}\n");
        if let Some(database) = &self.database {
            let shown = toml::Value::String(database.shown());
            text.push_str(&format!("database = {shown} # the rows are there, the files here\n"));
        }
        fs::write(&path, text).map_err(PlatformError::io("write", &path))
    }

    fn read_mark(&self) -> Result<Option<Mark>, PlatformError> {
        let path = self.data.join(MARK);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(PlatformError::io("read", &path))?;
        let table: toml::Table = text.parse().unwrap_or_default();
        match table.get("layout").and_then(toml::Value::as_integer) {
            Some(found) => self.known(found)?,
            None => {
                return Err(PlatformError::refused(
                    format!("{} est abîmé : `layout = {LAYOUT}` est attendu.", path.display()),
                    format!("{} is damaged: `layout = {LAYOUT}` is expected.", path.display()),
                ));
            }
        }
        let database = table.get("database").and_then(toml::Value::as_str).map(str::to_owned);
        Ok(Some(Mark { database }))
    }

    fn known(&self, found: i64) -> Result<(), PlatformError> {
        if found > LAYOUT {
            return Err(PlatformError::Newer { folder: self.data.clone(), found, known: LAYOUT });
        }
        Ok(())
    }
}

/// What the mark of a folder says.
struct Mark {
    /// Which database holds the rows, if one does.
    database: Option<String>,
}

/// A failure of a store, as the platform's.
pub(crate) fn failed(action: &'static str) -> impl Fn(StoreError) -> PlatformError {
    move |source| PlatformError::Engine(EngineError::Store { action, source })
}
