//! The folder of a platform: one process at a time, and a second one is told which.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use platform::{Limits, Modules, Options, Platform, PlatformError};
use store::PostgresDatabase;
use store::postgres::Connections;

use crate::failure::refusal;
use crate::open_files::environments_max;
use crate::settings::Settings;

const LOCK: &str = "tisserand.lock";

/// The folder, held by this process until dropped.
#[derive(Debug)]
pub(crate) struct Held {
    file: File,
    shared: bool,
}

impl Held {
    /// Takes the folder, made if there is none. `doing`: the command, told to whoever comes second. With a database, any number of processes
    /// share the folder, and none of them without one.
    pub(crate) fn take(settings: &Settings, doing: &str) -> anyhow::Result<Held> {
        let (data, shared) = (settings.data.as_path(), settings.database.is_some());
        // Other accounts of the machine have no business in it.
        DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(|error| {
            let data = data.display();
            refusal(
                format!("Le dossier de données {data} ne peut pas être créé ({error}). Donnez-en un autre avec --data."),
                format!("The data folder {data} cannot be made ({error}). Give another with --data."),
            )
        })?;
        let path = data.join(LOCK);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| {
            let data = data.display();
            refusal(
                format!("On ne peut pas écrire dans {data} ({error}). Vérifiez à qui est ce dossier, ou donnez-en un autre avec --data."),
                format!("{data} cannot be written to ({error}). Check whose folder it is, or give another with --data."),
            )
        })?;
        let taken = if shared { file.try_lock_shared() } else { file.try_lock() };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder =
                    if holder.trim().is_empty() { "tisserand".to_owned() } else { holder.trim().to_owned() };
                let data = data.display();
                return Err(refusal(
                    format!(
                        "Les données de {data} sont tenues par un autre processus : {holder}. Arrêtez-le d'abord (Ctrl-C), ou écrivez par l'API à son adresse (docs/api.md). Avec PostgreSQL (--database), les commandes marchent à côté du serveur."
                    ),
                    format!(
                        "The data in {data} is held by another process: {holder}. Stop it first (Ctrl-C), or write through the API at its address (docs/api.md). With PostgreSQL (--database), commands run beside the server."
                    ),
                ));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("lock {}", path.display()));
            }
        }
        let mut held = Held { file, shared };
        held.say(doing);
        Ok(held)
    }

    /// Changes what a second process is told.
    pub(crate) fn say(&mut self, doing: &str) {
        let process = std::process::id();
        let text = match self.shared {
            true => "tisserand, with PostgreSQL\n".to_owned(), // one of several processes
            false => format!("tisserand {doing} (process {process})\n"),
        };
        // The lock holds whether or not this remark can be written.
        let _ = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()));
    }
}

/// An open platform and its folder.
pub(crate) struct Opened {
    pub(crate) platform: Platform,
    pub(crate) held: Held,
}

/// The standard modules that settings ask for.
pub(crate) fn modules(settings: &Settings) -> Modules {
    settings.modules.as_ref().map_or_else(Modules::built_in, Modules::folder)
}

/// Options of a platform in `data`, with the database of the settings if they name one.
pub(crate) fn options(settings: &Settings, data: &Path) -> anyhow::Result<Options> {
    let database = settings.database.as_deref().map(|address| {
        PostgresDatabase::open(address, Connections::default()).map_err(|error| {
            let cause =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            refusal(
                format!("La base de données ne peut pas servir : {cause}. Voyez docs/postgresql.md."),
                format!("The database cannot be used: {cause}. See docs/postgresql.md."),
            )
        })
    });
    Ok(Options {
        database: database.transpose()?,
        modules: modules(settings),
        breached_passwords: settings.breached_passwords.clone(),
        key: settings.key.clone(),
        outgoing_hosts: settings.outgoing_hosts.clone(),
        mail: settings.mail.clone(),
        limits: Limits { open_max: environments_max(), ..Limits::default() },
        ..Options::new(data)
    })
}

/// Opens the platform of the settings.
pub(crate) fn open(settings: &Settings, doing: &str) -> anyhow::Result<Opened> {
    if settings.database.is_none() && !settings.data.exists() {
        return Err(none(&settings.data)); // nothing is made for a look
    }
    let options = options(settings, &settings.data)?;
    if !Platform::exists(&options)? {
        return Err(none(&settings.data));
    }
    let held = Held::take(settings, doing)?;
    let platform = Platform::open(options)?;
    Ok(Opened { platform, held })
}

fn none(data: &Path) -> anyhow::Error {
    let data = data.display();
    refusal(
        format!(
            "Il n'y a pas de plateforme Tisserand dans {data}. `tisserand demo` en crée une d'exemple, `tisserand serve --create` une vide ; --data en désigne une autre."
        ),
        format!(
            "There is no Tisserand platform in {data}. `tisserand demo` makes one with examples, `tisserand serve --create` an empty one; --data points to another."
        ),
    )
}

/// An environment that commands work on.
pub(crate) fn environment(
    platform: &Platform,
    name: &str,
) -> anyhow::Result<std::sync::Arc<platform::OpenEnvironment>> {
    known(platform, name, platform.environment(name))
}

/// What was found of an environment; one that does not exist is told with those there are.
pub(crate) fn known<T>(
    platform: &Platform,
    name: &str,
    found: Result<T, PlatformError>,
) -> anyhow::Result<T> {
    match found {
        Ok(found) => Ok(found),
        Err(error) if error.is_not_found() => {
            let names: Vec<String> = platform.environments()?.into_iter().map(|e| e.name).collect();
            let near = dictionary::expression::error::nearest(name, names.iter().map(String::as_str));
            let (fr, en) = match near {
                Some(near) => {
                    (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?"))
                }
                None => (String::new(), String::new()),
            };
            let list = names.join(", ");
            Err(refusal(
                format!("Il n'y a pas d'environnement « {name} ».{fr} Il y a : {list}."),
                format!("There is no environment “{name}”.{en} There are: {list}."),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where large real files lie, if they do.
pub(crate) fn shared_data() -> Option<PathBuf> {
    Some(PathBuf::from("../shared/data")).filter(|folder| folder.is_dir())
}
