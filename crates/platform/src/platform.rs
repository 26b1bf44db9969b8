//! The platform itself: a folder, its reserved environment, and what is shared by all calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dictionary::RecordId;
use engine::{Caller, Clock, IdSource, SystemClock, TimeOrderedIds};
use jiff::SignedDuration;
use jiff::civil::Date;
use parking_lot::Mutex;
use store::PostgresDatabase;

use crate::breached::Breached;
use crate::cache::Cache;
use crate::environments::{self, NewEnvironment, PLATFORM};
use crate::error::PlatformError;
use crate::modules::Modules;
use crate::open::{self, OpenEnvironment, Opened};
use crate::operations::Trial;
use crate::outbox::MailOptions;
use crate::outgoing::Outgoing;
use crate::password::{Cost, Passwords};
use crate::password_policy::PasswordPolicy;
use crate::places::Places;
use crate::random::{Random, SystemRandom};
use crate::sealing::{KeyText, Keys};
use crate::sessions::Seen;
use crate::sign_in_events::Slowed;
use crate::throttle::Throttle;
use crate::usage::{Gauges, Ledger, Month};

/// Modules of the reserved environment.
const OWN_MODULES: &[&str] = &["directory"];

/// What a platform is opened with.
#[derive(Clone)]
pub struct Options {
    /// Its folder.
    pub data: PathBuf,
    /// The database that holds its rows, which any number of processes may share; without one they are in the folder.
    pub database: Option<Arc<PostgresDatabase>>,
    /// Standard modules.
    pub modules: Modules,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// New identities.
    pub ids: Arc<dyn IdSource>,
    /// Secrets.
    pub random: Arc<dyn Random>,
    /// Passwords that are known to be out: a file as [`crate::breached::Breached`] reads it.
    pub breached_passwords: Option<PathBuf>,
    /// Where letters to people go; without it none are sent, and passwords are told by whoever gives them.
    pub mail: Option<MailOptions>,
    /// Hosts of our own network that may be called, by HTTP too: an identity provider that stands there.
    pub outgoing_hosts: Vec<String>,
    /// What seals secrets that have to be read again; a key in the folder without one.
    pub key: Option<KeyText>,
    /// Bounds.
    pub limits: Limits,
    /// Stops operations between their steps, to see that they are taken up again; nothing does outside of tests.
    pub trial: Option<Arc<dyn Trial>>,
}

impl Options {
    /// A platform in `data`, with the built-in modules and the machine's clock, ids and randomness.
    pub fn new(data: impl Into<PathBuf>) -> Options {
        Options {
            data: data.into(),
            database: None,
            modules: Modules::built_in(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(TimeOrderedIds),
            random: Arc::new(SystemRandom),
            breached_passwords: None,
            mail: None,
            outgoing_hosts: Vec::new(),
            key: None,
            limits: Limits::default(),
            trial: None,
        }
    }
}

/// Bounds of a platform.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Environments open at once, before the one longest unused is closed. Each has up to a dozen files open.
    pub open_max: usize,
    /// An environment that nobody used for this long is closed.
    pub idle: SignedDuration,
    /// Rows, journal and indexes of one environment, bytes, where they are in the folder; a write beyond is refused as by a full disk.
    pub rows_bytes_max: Option<u64>,
    /// One query, milliseconds.
    pub query_timeout_ms: u64,
    /// Passwords hashed at once.
    pub hashes_at_once: usize,
    /// Work of hashing a password.
    pub password_cost: Cost,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            open_max: 2_000,
            idle: SignedDuration::from_mins(15),
            rows_bytes_max: None,
            query_timeout_ms: 10_000,
            hashes_at_once: 2,
            password_cost: Cost::default(),
        }
    }
}

/// A running platform. Shared by all; calls block and belong on blocking threads.
pub struct Platform {
    pub(crate) places: Places,
    pub(crate) modules: Modules,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) limits: Limits,
    pub(crate) root: Arc<OpenEnvironment>,
    pub(crate) opened: Opened,
    pub(crate) cache: Cache,
    pub(crate) passwords: Passwords,
    pub(crate) keys: Keys,
    pub(crate) outgoing: Outgoing,
    pub(crate) mail: Option<MailOptions>,
    pub(crate) password_policy: PasswordPolicy,
    pub(crate) throttle: Throttle,
    pub(crate) seen: Seen,
    /// Held while somebody is counted and let in: see [`crate::subscriptions`].
    pub(crate) counting: Mutex<()>,
    pub(crate) trial: Option<Arc<dyn Trial>>,
    pub(crate) slowed: Slowed,
    pub(crate) gauges: Gauges,
    pub(crate) ledger: Mutex<Ledger>,
    /// The last month that is closed for all, as far as this process knows.
    pub(crate) usage_closed: Mutex<Option<Month>>,
}

impl Platform {
    /// Makes a platform where there is none.
    ///
    /// Errors: there is one already, or its place cannot be written.
    pub fn create(options: Options) -> Result<Platform, PlatformError> {
        let places = places(&options);
        let turn = places.turn()?;
        if places.holds_platform()? {
            return Err(PlatformError::Exists { folder: options.data });
        }
        // The mark is written last: without it, this is what an interrupted creation left, or a platform that lost its mark.
        places.set_aside(PLATFORM, options.ids.next(options.clock.now()))?;
        let zone = environments::zone("Europe/Paris")?;
        let modules: Vec<String> = OWN_MODULES.iter().map(|module| (*module).to_owned()).collect();
        let layers = options.modules.layers(&modules)?;
        let settings = settings(&options, zone);
        let root =
            open::create(&places, PLATFORM, settings, &layers, options.clock.clone(), options.ids.clone())?;
        let platform = Platform::around(options, places, root)?;
        let own = NewEnvironment::named(PLATFORM, "Plateforme", OWN_MODULES);
        platform.environment_note(&own, PLATFORM, modules)?;
        platform.places.mark(platform.root().store())?;
        drop(turn);
        tracing::info!(platform.folder = %platform.folder().display(), "platform created");
        Ok(platform)
    }

    /// Opens the platform that is there.
    ///
    /// Errors: there is none; it is open in another process, rows being in the folder; it was made by a newer Tisserand.
    pub fn open(options: Options) -> Result<Platform, PlatformError> {
        let places = places(&options);
        if !places.holds_platform()? {
            return Err(PlatformError::NoPlatform { folder: options.data });
        }
        places.mark_folder()?;
        let zone = environments::zone("Europe/Paris")?;
        let settings = settings(&options, zone);
        let root = open::open(
            &places,
            (PLATFORM, places.usual()),
            settings,
            options.clock.clone(),
            options.ids.clone(),
        )?;
        let platform = Platform::around(options, places, root)?;
        platform.bring_up_to_date()?;
        Ok(platform)
    }

    /// Whether there is a platform.
    ///
    /// Errors: the folder holds one that keeps its rows elsewhere; the database cannot be read.
    pub fn exists(options: &Options) -> Result<bool, PlatformError> {
        places(options).holds_platform()
    }

    /// Opens the platform that is there, or makes one.
    ///
    /// Errors: as [`Platform::open`] and [`Platform::create`].
    pub fn open_or_create(options: Options) -> Result<Platform, PlatformError> {
        if Platform::exists(&options)? { Platform::open(options) } else { Platform::create(options) }
    }

    /// The standard modules it was given.
    pub fn modules(&self) -> &Modules {
        &self.modules
    }

    /// The clock it was given.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The time zone of the platform itself.
    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.root.engine.settings().zone
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The day, where the platform is.
    pub(crate) fn today(&self) -> Date {
        self.root.engine.settings().zone.to_datetime(self.clock.now()).date()
    }

    /// A new id, for whatever needs one.
    pub fn new_id(&self) -> RecordId {
        self.ids.next(self.clock.now())
    }

    /// The folder it lives in.
    pub fn folder(&self) -> &Path {
        &self.places.data
    }

    /// Whether the key that seals secrets is kept outside the folder.
    pub fn has_key_outside(&self) -> bool {
        self.keys.is_outside()
    }

    /// The PHC text of a person's password; `None` if they have none.
    pub(crate) fn password_hash(&self, user: RecordId) -> Result<Option<String>, PlatformError> {
        let value = self.root.engine.secret(&Caller::system(), "user", user, "password_hash")?;
        Ok(value.as_text().map(str::to_owned))
    }

    fn around(options: Options, places: Places, root: OpenEnvironment) -> Result<Platform, PlatformError> {
        let passwords = Passwords::new(
            options.limits.password_cost,
            options.limits.hashes_at_once,
            options.random.as_ref(),
        )?;
        let keys = Keys::of(options.key.as_ref(), &options.data, options.random.as_ref())?;
        let breached = options.breached_passwords.map(Breached::open).transpose()?;
        Ok(Platform {
            places,
            modules: options.modules,
            clock: options.clock,
            ids: options.ids,
            random: options.random,
            opened: Opened::new(options.limits.open_max),
            limits: options.limits,
            root: Arc::new(root),
            cache: Cache::default(),
            passwords,
            keys,
            outgoing: Outgoing::new(&options.outgoing_hosts),
            mail: options.mail,
            password_policy: PasswordPolicy { breached },
            throttle: Throttle::default(),
            seen: Seen::default(),
            counting: Mutex::default(),
            trial: options.trial,
            slowed: Slowed::default(),
            gauges: Gauges::default(),
            ledger: Mutex::default(),
            usage_closed: Mutex::default(),
        })
    }

    /// Brings the reserved environment to the modules of this binary, which rely on each other. What would set data aside is refused.
    fn bring_up_to_date(&self) -> Result<(), PlatformError> {
        let modules: Vec<String> = OWN_MODULES.iter().map(|module| (*module).to_owned()).collect();
        let layers = self.modules.layers(&modules)?;
        let caller = Caller::system();
        if self.root().layers(&caller)? != layers {
            self.root().apply(&caller, &layers, false)?;
            tracing::info!("reserved environment brought to this version");
        }
        Ok(())
    }
}

fn settings(options: &Options, zone: jiff::tz::TimeZone) -> engine::Settings {
    engine::Settings {
        name: PLATFORM.to_owned(),
        zone,
        currency: "EUR".to_owned(),
        query_timeout_ms: options.limits.query_timeout_ms,
    }
}

fn places(options: &Options) -> Places {
    Places {
        data: options.data.clone(),
        database: options.database.clone(),
        rows_bytes_max: options.limits.rows_bytes_max,
    }
}
