//! `demo`: two companies made from recipes, with their people, served.
//!
//! They are made in a folder of their own and moved into place when complete: an interrupted creation leaves nothing but that folder, and the
//! next start begins again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use dictionary::model::profiles::ADMINISTRATOR;
use dictionary::value::FileRef;
use dictionary::{Language, RecordId};
use engine::{Caller, Clock, IdSource};
use exchange::ExchangeError;
use exchange::recipe::{Files, Recipe, RecipeOptions, RecipeProgress, follow};
use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use platform::environments::PLATFORM;
use platform::{Identity, NewEnvironment, NewSubscription, NewUser, Options, Platform};
use store::Store;

use crate::cli::Demo;
use crate::commands::serve;
use crate::console::Console;
use crate::data::{self, Held, Opened};
use crate::failure::refusal;
use crate::settings::Settings;

/// Where companies are made before they are moved into place.
const WORKSHOP: &str = "demo-in-progress";
/// Recipes, in the modules' folder `demo`.
const RECIPES: [&str; 2] = ["heating", "food"];
/// Everybody's password in the demo.
const PASSWORD: &str = "tisserand-demo";
/// Who keeps the platform, and who looks after both companies.
const OPERATOR: &str = "Tisserand Hébergement";
const INTEGRATOR: &str = "Atelier du Rhin";
/// Their people in GlobalDirectory, with their profile there.
const KEEPERS: [(&str, &str, &str, &str); 2] = [
    ("Omar Lang", "omar@tisserand.example", OPERATOR, "operator"),
    ("Inès Roth", "ines@atelier-du-rhin.example", INTEGRATOR, "integrator"),
];
/// Each company's project.
const PROJECT: &str = "Gestion commerciale";
/// Named users of each company's subscription.
const NAMED_USERS: u32 = 30;
/// Megabytes of storage that each company's subscription includes.
const STORAGE_MB: u32 = 2_000;
/// E-mails a month that it includes.
const EMAILS: u32 = 500;
/// The person who administers every environment.
const PILOT: (&str, &str) = ("Camille Pilote", "camille@tisserand.example");

pub(crate) fn run(settings: &Settings, demo: &Demo, console: &Console) -> anyhow::Result<()> {
    if !demo.only_create && !demo.anywhere && !settings.address.ip().is_loopback() {
        return Err(refusal(
            "Les personnes de la démonstration ont toutes un mot de passe connu : servez-la à cette machine seule, ou dites --anywhere.",
            "The people of the demo all have a password that is known: serve it to this machine alone, or say --anywhere.",
        ));
    }
    let held = Held::take(settings, "demo")?;
    if !is_made(settings)? {
        create(settings, demo, console)?;
    }
    if demo.only_create {
        return Ok(());
    }
    let platform = Platform::open(data::options(settings, &settings.data)?)?;
    let accounts = accounts(&platform)?;
    serve::until_stopped(settings, Opened { platform, held }, console, |url, console| {
        serve::ready(url, console);
        console.out("");
        console.out(console.text(
            "Comptes de démonstration (mot de passe pour tous : tisserand-demo)",
            "Demo accounts (password for all: tisserand-demo)",
        ));
        for (email, places) in accounts {
            console.out(format!("  {email:<42} {places}"));
        }
        console.out("");
        console.out(console.text("Ctrl-C pour arrêter.", "Ctrl-C to stop."));
    })
}

/// Whether the companies are there. In a database they are made in place: the workshop stays until they are.
fn is_made(settings: &Settings) -> anyhow::Result<bool> {
    let interrupted = settings.database.is_some() && settings.data.join(WORKSHOP).exists();
    Ok(!interrupted && Platform::exists(&data::options(settings, &settings.data)?)?)
}

/// Who may sign in, and where.
fn accounts(platform: &Platform) -> anyhow::Result<Vec<(String, String)>> {
    let mut accounts = Vec::new();
    for user in platform.users()? {
        let email = user.email.clone();
        let places = platform.environments_of(&Identity::of_command(user))?;
        let places: Vec<String> = places
            .into_iter()
            .map(|(info, held)| format!("{} ({})", info.name, held.profiles().join(", ")))
            .collect();
        accounts.push((email, places.join(", ")));
    }
    accounts.sort();
    Ok(accounts)
}

fn create(settings: &Settings, demo: &Demo, console: &Console) -> anyhow::Result<()> {
    let workshop = settings.data.join(WORKSHOP);
    if workshop.exists() {
        // What an interrupted creation left: unfinished companies, or finished ones half moved.
        for folder in [&workshop, &settings.data.join("environments")] {
            match std::fs::remove_dir_all(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("remove {}", folder.display()));
                }
                _ => {}
            }
        }
        if let Some(database) = &data::options(settings, &settings.data)?.database {
            database.remove_all()?;
        }
    }
    console.note(
        "Première fois : création de deux entreprises d'exemple. Cela prend une à deux minutes ; ensuite, quelques secondes.",
        "First time: making two demo companies. It takes a minute or two; afterwards, seconds.",
    );
    std::fs::create_dir_all(&workshop).with_context(|| format!("make the folder {}", workshop.display()))?;
    if settings.database.is_some() {
        make(settings, demo, &settings.data, console)?;
        return std::fs::remove_dir_all(&workshop).with_context(|| format!("remove {}", workshop.display()));
    }
    make(settings, demo, &workshop, console)?;
    // The mark of a platform is moved last: without it, the next start begins again.
    for entry in ["environments", "platform.toml"] {
        let (from, to) = (workshop.join(entry), settings.data.join(entry));
        std::fs::rename(&from, &to)
            .with_context(|| format!("move {} to {}", from.display(), to.display()))?;
    }
    std::fs::remove_dir_all(&workshop).with_context(|| format!("remove {}", workshop.display()))
}

/// Makes the platform and its companies in `folder`.
fn make(settings: &Settings, demo: &Demo, folder: &Path, console: &Console) -> anyhow::Result<()> {
    let material = settings.data.join(WORKSHOP).join("material");
    let standard = data::modules(settings);
    for module in standard.names()?.iter().map(String::as_str).chain(["demo"]) {
        unpack(&standard.files(module)?, &material.join(module))?;
    }
    let read = |name: &&str| Recipe::read(&material.join("demo").join(name));
    let recipes = RECIPES.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let platform = Platform::create(Options {
        clock: Arc::new(DemoClock(AtomicU64::new(recipes.first().map_or(0, morning)))),
        ids: Arc::new(DemoIds::default()),
        ..data::options(settings, folder)?
    })?;
    let shared = demo.shared.clone().or_else(data::shared_data);
    let options = RecipeOptions { shared, small: demo.small };
    platform.organisation_add(OPERATOR, "operator", None)?;
    platform.organisation_add(INTEGRATOR, "integrator", None)?;
    for recipe in &recipes {
        let part = &recipe.environment;
        subscribed(&platform, recipe)?;
        company(
            &platform,
            recipe,
            (&part.name, &part.kind, recipe.label.text(Language::Fr)),
            &options,
            console,
        )?;
    }
    if let Some(recipe) = recipes.first() {
        // Beside the company's production environment, one to try things out, which says so.
        let (name, label) = (format!("{}-test", recipe.environment.name), recipe.label.text(Language::Fr));
        let small = RecipeOptions { small: true, ..options.clone() };
        company(&platform, recipe, (&name, "test", &format!("{label} (test)")), &small, console)?;
    }
    for (name, email, organisation, profile) in KEEPERS {
        let keeper = person(&platform, name, email)?;
        platform.user_works_for(keeper, organisation)?;
        platform.access_grant(keeper, PLATFORM, &[profile])?;
    }
    let pilot = person(&platform, PILOT.0, PILOT.1)?;
    platform.user_works_for(pilot, OPERATOR)?;
    for environment in platform.environments()? {
        platform.access_grant(pilot, &environment.name, &[ADMINISTRATOR])?;
    }
    drop(platform);
    std::fs::remove_dir_all(&material).with_context(|| format!("remove {}", material.display()))
}

/// A company as GlobalDirectory knows it: a client of the integrator, its project, its subscription.
fn subscribed(platform: &Platform, recipe: &Recipe) -> anyhow::Result<()> {
    let client = &recipe.environment.client;
    platform.organisation_add(client, "client", Some(INTEGRATOR))?;
    platform.project_add(client, PROJECT, &recipe.modules)?;
    platform.subscription_add(&NewSubscription {
        client: client.clone(),
        project: None,
        modules: recipe.modules.clone(),
        named_users: Some(NAMED_USERS),
        environments: Some(4),
        storage_mb: Some(STORAGE_MB),
        emails: Some(EMAILS),
        starts_on: Some(recipe.anchor.with().month(1).day(1).build()?),
        ends_on: None,
    })?;
    Ok(())
}

/// Makes one environment; `named` is its identifier, kind and label.
fn company(
    platform: &Platform,
    recipe: &Recipe,
    named: (&str, &str, &str),
    options: &RecipeOptions,
    console: &Console,
) -> anyhow::Result<()> {
    let (name, kind, label) = named;
    platform.environment_create(NewEnvironment {
        name: name.to_owned(),
        label: label.to_owned(),
        client: Some(recipe.environment.client.clone()),
        project: Some(platform.project_of(&recipe.environment.client, PROJECT)?),
        made_by: None,
        kind: kind.to_owned(),
        zone: recipe.zone_name.clone(),
        currency: "EUR".to_owned(),
        country: "FR".to_owned(),
        modules: recipe.modules.clone(),
        layers: Vec::new(),
    })?;
    let environment = platform.environment(name)?;
    let mut bar: Option<(String, ProgressBar)> = None;
    let mut told = |progress: &RecipeProgress<'_>| {
        if bar.as_ref().is_none_or(|(step, _)| step != progress.step) {
            if let Some((_, done)) = bar.take() {
                done.finish_and_clear();
            }
            let drawn = console.bar(progress.total, &format!("{label} · {}", progress.step));
            bar = Some((progress.step.to_owned(), drawn));
        }
        if let Some((_, bar)) = &bar {
            bar.set_position(progress.made);
        }
    };
    let made =
        follow(recipe, &environment.engine, &Kept(environment.engine.store().as_ref()), options, &mut told)?;
    if let Some((_, done)) = bar.take() {
        done.finish_and_clear();
    }
    console.note(format!("  {label} : {made} fiches"), format!("  {label}: {made} records"));
    for (email, profiles) in &recipe.environment.access {
        let profiles: Vec<&str> = profiles.split_whitespace().collect();
        let found = environment.engine.find(&Caller::system(), "user", "email", email, &[]);
        let shown = found.with_context(|| format!("{}: no user has the address {email}", recipe.name))?.title;
        platform.access_grant(person(platform, &shown, email)?, name, &profiles)?;
    }
    Ok(())
}

/// The person of that address, added if they are not there.
fn person(platform: &Platform, name: &str, email: &str) -> anyhow::Result<RecordId> {
    match platform.user_by_email(email) {
        Ok(user) => Ok(user.id),
        Err(error) if error.is_not_found() => {
            let (name, email, password) = (name.to_owned(), email.to_owned(), PASSWORD.to_owned());
            Ok(platform
                .user_create_unchecked(NewUser {
                    name,
                    email,
                    password,
                    given: false,
                    language: Language::Fr,
                })?
                .id)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes the files of a module, so that recipes name them by path.
fn unpack(files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> anyhow::Result<()> {
    for (path, bytes) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).with_context(|| format!("make the folder {}", parent.display()))?;
        std::fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

/// Files of recipes go where the environment keeps its own.
struct Kept<'a>(&'a dyn Store);

impl Files for Kept<'_> {
    fn keep(&self, path: &Path) -> Result<FileRef, ExchangeError> {
        let mut file = std::fs::File::open(path).map_err(ExchangeError::file("read", path))?;
        let kept = store::files::put(self.0.files(), &mut file, u64::MAX)
            .map_err(|error| ExchangeError::file("keep", path)(std::io::Error::other(error)))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(FileRef { media_type: media_type(path).to_owned(), name, size: kept.size_bytes, hash: kept.hash })
    }
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Seven in the morning of the recipe's day, in milliseconds.
fn morning(recipe: &Recipe) -> u64 {
    let instant = TimeZone::UTC.to_timestamp(recipe.anchor.at(7, 0, 0, 0)).map_or(0, |t| t.as_millisecond());
    u64::try_from(instant).unwrap_or(0)
}

/// Time of the demo: the recipe's day, a millisecond a reading, so that two runs make the same journal.
struct DemoClock(AtomicU64);

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let millisecond = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_millisecond(i64::try_from(millisecond).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Ids of the demo: counted instead of drawn.
#[derive(Default)]
struct DemoIds(AtomicU64);

impl IdSource for DemoIds {
    fn next(&self, now: Timestamp) -> RecordId {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let digest = blake3::hash(&number.to_le_bytes());
        let mut random = [0; 10];
        random.copy_from_slice(&digest.as_bytes()[..10]);
        let millisecond = u64::try_from(now.as_millisecond()).unwrap_or(0);
        RecordId(uuid::Builder::from_unix_timestamp_millis(millisecond, &random).into_uuid())
    }
}
