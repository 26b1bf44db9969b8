//! Environments: creating, listing, opening.

use std::sync::Arc;

use dictionary::RecordId;
use dictionary::layers::Layer;
use dictionary::model::Dictionary;
use dictionary::value::FileRef;
use engine::{Caller, Draft, EngineError, Environment, Expanded, Query, Record, Settings};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::files::FileStore;

use crate::access::{with_client, words};
use crate::directory::{self, CLIENT, ENVIRONMENT, Fields, ORGANISATION};
use crate::error::PlatformError;
use crate::open::{self, OpenEnvironment};
use crate::places::{ASIDE, Keep};
use crate::platform::Platform;

/// Name of the reserved environment.
pub const PLATFORM: &str = "platform";

const NAME_MAX: usize = 40;

/// The country of an environment when nothing says otherwise.
const COUNTRY: &str = "FR";

/// What the directory knows of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentInfo {
    /// Record of `environment` in the reserved environment.
    pub id: RecordId,
    /// Identifier, in addresses.
    pub name: String,
    /// Name shown.
    pub label: String,
    /// Nobody enters without a second factor.
    pub second_factor: bool,
    /// Tag of the value list `environment_kind`.
    pub kind: String,
    /// Name of the client.
    pub client: Option<String>,
    /// Record of `organisation` of the client.
    pub client_id: Option<RecordId>,
    /// Record of `project`.
    pub project_id: Option<RecordId>,
    /// Record of `operation` that made it.
    pub made_by: Option<RecordId>,
    /// When it was made.
    pub since: Timestamp,
    /// When what the directory says of it last changed.
    pub changed: Timestamp,
    /// IANA name.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2: that of an address when none is written.
    pub country: String,
    /// Modules installed, in order.
    pub modules: Vec<String>,
    /// Parts of the product that the subscription leaves out.
    pub left_out: Vec<String>,
    /// Accepts people.
    pub active: bool,
    /// People may look, and change nothing.
    pub read_only: bool,
    /// Closed for good: after this day it is erased.
    pub delete_after: Option<Date>,
    /// Where its rows and files are: given when it is made, and kept whatever it is called.
    pub place: String,
    /// What keeps its rows; what keeps those of the platform when absent.
    pub keep: Option<Keep>,
    /// What stands for it on screens, among the files of the platform.
    pub logo: Option<FileRef>,
    /// What maps are drawn on, where it is not what comes with the application.
    pub tiles: Option<Tiles>,
}

/// A server of map tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    /// Address of a tile, with `{z}`, `{x}` and `{y}`.
    pub url: String,
    /// Whose they are, in words.
    pub attribution: Option<String>,
    /// Scheme, host and port of the address, safe in a header: all that a page may load pictures from beside the server itself.
    pub origin: String,
}

impl Tiles {
    /// `None` where the address is none of a web server.
    fn read(url: String, attribution: Option<String>) -> Option<Tiles> {
        let (scheme, rest) =
            url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
        let host = rest.split('/').next().filter(|host| !host.is_empty())?;
        let plain = host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b));
        let origin = plain.then(|| format!("{scheme}://{host}"))?;
        Some(Tiles { url, attribution, origin })
    }
}

/// An environment to create.
#[derive(Debug, Clone)]
pub struct NewEnvironment {
    /// Identifier: lower-case letters, digits and hyphens.
    pub name: String,
    /// Name shown.
    pub label: String,
    /// Name of the client, created when there is none of that name.
    pub client: Option<String>,
    /// Record of the `project` that it belongs to.
    pub project: Option<RecordId>,
    /// Record of the `operation` that makes it.
    pub made_by: Option<RecordId>,
    /// `production`, `test`, `development`, `training`.
    pub kind: String,
    /// IANA name.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Modules; those they depend on come along.
    pub modules: Vec<String>,
    /// Layers above the modules, lowest first.
    pub layers: Vec<Layer>,
}

impl NewEnvironment {
    /// A production environment in France, made of these modules.
    pub fn named(name: &str, label: &str, modules: &[&str]) -> NewEnvironment {
        NewEnvironment {
            name: name.to_owned(),
            label: label.to_owned(),
            client: None,
            project: None,
            made_by: None,
            kind: "production".to_owned(),
            zone: "Europe/Paris".to_owned(),
            currency: "EUR".to_owned(),
            country: COUNTRY.to_owned(),
            modules: modules.iter().map(|module| (*module).to_owned()).collect(),
            layers: Vec::new(),
        }
    }

    /// What makes another one like that one.
    pub(crate) fn like(info: &EnvironmentInfo) -> NewEnvironment {
        NewEnvironment {
            name: info.name.clone(),
            label: info.label.clone(),
            client: info.client.clone(),
            project: None,
            made_by: None,
            kind: info.kind.clone(),
            zone: info.zone.clone(),
            currency: info.currency.clone(),
            country: info.country.clone(),
            modules: info.modules.clone(),
            layers: Vec::new(),
        }
    }
}

impl Platform {
    /// Makes an environment. Interrupted, it leaves nothing that hinders a second try.
    ///
    /// Errors: the name is taken or not valid, zone, currency, country or a module is unknown, the dictionary does not validate.
    pub fn environment_create(&self, new: NewEnvironment) -> Result<EnvironmentInfo, PlatformError> {
        check_name(&new.name)?;
        let zone = zone(&new.zone)?;
        check_currency(&new.currency)?;
        check_country(&new.country)?;
        match self.environment_info(&new.name) {
            Ok(_) => return Err(taken(&new.name)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        let mut layers = self.modules.layers(&new.modules)?;
        let modules: Vec<String> = layers.iter().map(|layer| layer.name.clone()).collect();
        layers.extend(new.layers.iter().cloned());
        let turn = self.places.turn()?;
        if turn.is_some() && self.environment_info(&new.name).is_ok() {
            return Err(taken(&new.name)); // made by another process while we waited
        }
        let place = self.free_place(&new.name)?;
        let settings = self.settings(&new.name, zone, &new.currency);
        let created =
            open::create(&self.places, &place, settings, &layers, self.clock.clone(), self.ids.clone());
        if let Err(error) = created {
            self.places.remove(&place);
            return Err(error);
        }
        let info = self.environment_note(&new, &place, modules)?;
        drop(turn);
        tracing::info!(environment.name = %info.name, "environment created");
        Ok(info)
    }

    /// Takes an environment off the list, with the accesses and tokens that lead to it, and sets its rows and files aside: nothing of them is
    /// deleted.
    ///
    /// Errors: not found; the reserved environment; somebody is using it.
    pub fn environment_delete(&self, name: &str) -> Result<(), PlatformError> {
        if name == PLATFORM {
            return Err(PlatformError::refused(
                "L'environnement « platform » tient tous les autres : il ne se supprime pas.",
                "The environment “platform” holds all others: it cannot be deleted.",
            ));
        }
        let info = self.environment_info(name)?;
        let _turn = self.places.turn()?;
        if !self.close_all(&info) {
            return Err(PlatformError::refused(
                format!(
                    "L'environnement « {name} » est en cours d'usage ; réessayez quand plus personne n'y travaille."
                ),
                format!("The environment “{name}” is in use; try again when nobody works in it."),
            ));
        }
        // Off the list first: interrupted here, what is left is set aside by whoever takes the place next.
        let id = info.id;
        self.root().transact(&Caller::system(), move |unit| unit.delete(ENVIRONMENT, id, None))?;
        self.places.set_aside(&info.place, self.new_id())
    }

    /// Destroys an environment: its rows, files and journal, the accesses and tokens that lead to it, and its record.
    ///
    /// Errors: not found; the reserved environment; somebody is using it.
    pub(crate) fn environment_erase(&self, name: &str) -> Result<(), PlatformError> {
        let info = self.environment_info(name)?;
        let _turn = self.places.turn()?;
        if !self.close_all(&info) {
            return Err(PlatformError::Busy { environment: name.to_owned() });
        }
        // Its data first: a record that leads to nothing can be erased again.
        self.places.erase(&info.place)?;
        self.root().transact(&Caller::system(), move |unit| unit.delete(ENVIRONMENT, info.id, None))?;
        tracing::info!(environment.name = name, "environment erased");
        Ok(())
    }

    /// Every environment, the reserved one too, by client and label.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn environments(&self) -> Result<Vec<EnvironmentInfo>, PlatformError> {
        let query = Query { entity: ENVIRONMENT.to_owned(), expand: with_client(), ..Query::default() };
        let records = directory::all(self.root(), query)?;
        let dictionary = self.root().dictionary();
        Ok(records.iter().map(|record| read_info(&dictionary, record)).collect())
    }

    /// What the directory knows of an environment.
    ///
    /// Errors: not found.
    pub fn environment_info(&self, name: &str) -> Result<Arc<EnvironmentInfo>, PlatformError> {
        let root = self.root();
        let read = || {
            let record = root.find(&Caller::system(), ENVIRONMENT, "name", name, &with_client())?;
            Ok(Arc::new(read_info(&root.dictionary(), &record)))
        };
        let keep = |known: &mut crate::cache::Known, info: &Arc<EnvironmentInfo>| {
            known.environments.insert(name.to_owned(), info.clone());
        };
        self.cache.get(root, |known| known.environments.get(name).cloned(), read, keep)
    }

    pub(crate) fn environment_info_by_id(&self, id: RecordId) -> Result<EnvironmentInfo, PlatformError> {
        let record = self.root().get(&Caller::system(), ENVIRONMENT, id, &with_client())?;
        Ok(read_info(&self.root().dictionary(), &record))
    }

    /// An environment, opened if it is not yet. Rights are not looked at here: [`Platform::enter`] does.
    ///
    /// Errors: not found; the store cannot be opened, such as when another process has it.
    pub fn environment(&self, name: &str) -> Result<Arc<OpenEnvironment>, PlatformError> {
        if name == PLATFORM {
            return Ok(self.root.clone());
        }
        let open = self.environment_unbounded(name)?;
        self.storage_bound(&self.environment_info(name)?, &open)?;
        Ok(open)
    }

    /// The same, for who counts what it holds.
    pub(crate) fn environment_unbounded(&self, name: &str) -> Result<Arc<OpenEnvironment>, PlatformError> {
        let (info, now) = (self.environment_info(name)?, self.clock.now());
        let keep = self.keep_of(&info);
        self.opened.get(&slot(&info.place, keep), now, || {
            // Where it was before, as far as this process knew.
            self.opened.leave(&slot(&info.place, other(keep)));
            let settings = self.settings(name, zone(&info.zone)?, &info.currency);
            let place = (info.place.as_str(), keep);
            open::open(&self.places, place, settings, self.clock.clone(), self.ids.clone())
        })
    }

    /// What keeps the rows of an environment.
    pub(crate) fn keep_of(&self, info: &EnvironmentInfo) -> Keep {
        info.keep.unwrap_or(self.places.usual())
    }

    /// An environment that is open already.
    pub(crate) fn environment_at_hand(&self, info: &EnvironmentInfo) -> Option<Arc<OpenEnvironment>> {
        self.opened.at_hand(&slot(&info.place, self.keep_of(info)))
    }

    /// Closes an environment in that store, if nobody uses it there; whether it is closed.
    pub(crate) fn close_in(&self, info: &EnvironmentInfo, keep: Keep) -> bool {
        self.opened.close(&slot(&info.place, keep))
    }

    /// Says that an environment is no more in that store.
    pub(crate) fn leave(&self, info: &EnvironmentInfo, keep: Keep) {
        self.opened.leave(&slot(&info.place, keep));
    }

    fn close_all(&self, info: &EnvironmentInfo) -> bool {
        [Keep::Files, Keep::Database].into_iter().all(|keep| self.close_in(info, keep))
    }

    /// Closes every environment that nobody holds just now; returns how many.
    pub fn evict_all(&self) -> usize {
        self.opened.evict(self.clock.now(), SignedDuration::ZERO)
    }

    /// Lets environments that nobody used for `idle` give back memory and connections: they stay open.
    pub fn rest_idle(&self, idle: SignedDuration) {
        self.opened.rest(self.clock.now(), idle);
    }

    /// Whether an environment is open already and its rows are in files, so that entering it waits for no disk and reading it for no network.
    pub fn is_at_hand(&self, name: &str) -> bool {
        let is_open = |info: Arc<EnvironmentInfo>| {
            let keep = self.keep_of(&info);
            keep == Keep::Files && self.opened.is_at_hand(&slot(&info.place, keep))
        };
        self.places.database.is_none() && (name == PLATFORM || self.environment_info(name).is_ok_and(is_open))
    }

    /// Closes environments that nobody used for [`crate::Limits::idle`]; returns how many.
    pub fn evict_idle(&self) -> usize {
        self.opened.evict(self.clock.now(), self.limits.idle)
    }

    /// How many environments are open, the reserved one included.
    pub fn open_count(&self) -> usize {
        self.opened.count() + 1
    }

    pub(crate) fn settings(&self, name: &str, zone: TimeZone, currency: &str) -> Settings {
        Settings {
            name: name.to_owned(),
            zone,
            currency: currency.to_owned(),
            query_timeout_ms: self.limits.query_timeout_ms,
        }
    }

    /// Writes the record of an environment that was just made.
    pub(crate) fn environment_note(
        &self,
        new: &NewEnvironment,
        place: &str,
        modules: Vec<String>,
    ) -> Result<EnvironmentInfo, PlatformError> {
        let draft = Draft::default()
            .with("name", new.name.as_str())
            .with("place", place)
            .with("label", new.label.as_str())
            .with("kind", new.kind.as_str())
            .with("time_zone", new.zone.as_str())
            .with("currency", new.currency.as_str())
            .with("country", new.country.as_str())
            .with("modules", dictionary::Value::Json(Box::new(serde_json::json!(modules))));
        let links = [("project", new.project), ("made_by", new.made_by)];
        let links = links.into_iter().filter_map(|(field, id)| Some((field, id?)));
        let draft = links.fold(draft, |draft, (field, id)| draft.with(field, id));
        let client = new.client.clone();
        self.root().transact(&Caller::system(), move |unit| {
            let draft = match client {
                None => draft,
                Some(name) => {
                    let client = match unit.find(ORGANISATION, "name", &name)? {
                        Some(client) => client,
                        None => {
                            unit.create(ORGANISATION, None, Draft::default().with("name", name.as_str()))?
                        }
                    };
                    draft.with(CLIENT, client)
                }
            };
            unit.create(ENVIRONMENT, None, draft)
        })?;
        self.environment_info(&new.name).map(Arc::unwrap_or_clone)
    }

    /// Files of the reserved environment: what the directory names lies there.
    pub fn own_files(&self) -> Arc<dyn FileStore> {
        self.root.files.clone()
    }

    /// The reserved environment.
    pub(crate) fn root(&self) -> &Environment {
        &self.root.engine
    }
}

impl PlatformError {
    /// Whether what a store holds is not what it should be.
    pub(crate) fn is_damaged(&self) -> bool {
        let PlatformError::Engine(engine::EngineError::Store { source, .. }) = self else { return false };
        matches!(source, store::StoreError::Damaged { .. })
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, PlatformError::NotFound | PlatformError::Engine(EngineError::NotFound))
    }
}

/// What an open environment is found by: as long as it moves, it may be open in two stores.
fn slot(place: &str, keep: Keep) -> String {
    format!("{place} {}", keep.tag())
}

/// The store that a move would go to.
pub(crate) fn other(keep: Keep) -> Keep {
    match keep {
        Keep::Files => Keep::Database,
        Keep::Database => Keep::Files,
    }
}

/// The zone of that IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, PlatformError> {
    TimeZone::get(name).map_err(|_| {
        PlatformError::refused(
            format!("Le fuseau horaire « {name} » n'existe pas ; donnez un nom IANA comme Europe/Paris."),
            format!("There is no time zone “{name}”; give an IANA name such as Europe/Paris."),
        )
    })
}

pub(crate) fn check_name(name: &str) -> Result<(), PlatformError> {
    let well_formed = name.len() <= NAME_MAX
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if name == PLATFORM || name == ASIDE {
        return Err(taken(name));
    }
    if well_formed {
        return Ok(());
    }
    Err(PlatformError::refused(
        format!(
            "« {name} » ne peut pas nommer un environnement : des lettres minuscules, chiffres et tirets, {NAME_MAX} au plus, une lettre d'abord."
        ),
        format!(
            "“{name}” cannot name an environment: lower-case letters, digits and hyphens, {NAME_MAX} at most, a letter first."
        ),
    ))
}

fn check_currency(currency: &str) -> Result<(), PlatformError> {
    if currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(PlatformError::refused(
        format!("« {currency} » n'est pas un code de devise ISO 4217, comme EUR."),
        format!("“{currency}” is not an ISO 4217 currency code, such as EUR."),
    ))
}

fn check_country(country: &str) -> Result<(), PlatformError> {
    if country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(PlatformError::refused(
        format!("« {country} » n'est pas un code de pays ISO 3166-1, comme FR."),
        format!("“{country}” is not an ISO 3166-1 country code, such as FR."),
    ))
}

pub(crate) fn taken(name: &str) -> PlatformError {
    PlatformError::refused(
        format!("L'environnement « {name} » existe déjà."),
        format!("There is an environment “{name}” already."),
    )
}

fn read_info(dictionary: &Dictionary, record: &Record) -> EnvironmentInfo {
    let fields = Fields::of(dictionary, record);
    let client =
        dictionary.entities[record.entity].index(CLIENT).and_then(|field| record.expanded.get(&field));
    let client = match client {
        Some(Expanded::One(Some(client))) => Some(client.title.clone()),
        _ => None,
    };
    let modules = match fields.value("modules") {
        dictionary::Value::Json(json) => json.as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    };
    EnvironmentInfo {
        id: fields.id(),
        name: fields.text("name").unwrap_or_default(),
        label: fields.text("label").unwrap_or_default(),
        second_factor: fields.is_true("second_factor"),
        kind: fields.text("kind").unwrap_or_default(),
        client,
        since: fields.moment("created_at").unwrap_or_default(),
        changed: fields.moment("updated_at").unwrap_or_default(),
        zone: fields.text("time_zone").unwrap_or_default(),
        currency: fields.text("currency").unwrap_or_default(),
        country: fields.text("country").unwrap_or_else(|| COUNTRY.to_owned()),
        modules: modules.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
        left_out: words(fields.text("left_out")),
        client_id: fields.reference(CLIENT),
        project_id: fields.reference("project"),
        made_by: fields.reference("made_by"),
        active: fields.is_true("active"),
        read_only: fields.is_true("read_only"),
        delete_after: fields.date("delete_after"),
        keep: fields.text("store").and_then(|tag| Keep::from_tag(&tag)),
        // Made by an earlier version: where its name says.
        place: fields.text("place").or_else(|| fields.text("name")).unwrap_or_default(),
        logo: match fields.value("logo") {
            dictionary::Value::File(file) => Some((**file).clone()),
            _ => None,
        },
        tiles: fields.text("map_tiles").and_then(|url| Tiles::read(url, fields.text("map_attribution"))),
    }
}
