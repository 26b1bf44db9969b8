//! What environments are called in addresses, and were called before: an old address leads to the new one for a while.

use engine::{Caller, Draft};
use jiff::{SignedDuration, Timestamp};

use crate::access::Identity;
use crate::directory::{ADDRESS, ENVIRONMENT, Fields};
use crate::environments::{EnvironmentInfo, check_name, taken};
use crate::error::PlatformError;
use crate::platform::Platform;
use dictionary::{RecordId, Value};

/// An old address leads to the new one for this long, and is nobody else's meanwhile.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// An address that an environment had.
struct Former {
    environment: RecordId,
    until: Timestamp,
}

impl Platform {
    /// Refuses a name that an environment has, or had a short while ago. `but`: that environment may.
    pub(crate) fn check_address(&self, name: &str, but: Option<RecordId>) -> Result<(), PlatformError> {
        check_name(name)?;
        match self.environment_info(name) {
            Ok(info) if Some(info.id) != but => return Err(taken(name)),
            Err(error) if !error.is_not_found() => return Err(error),
            _ => {}
        }
        let Some(former) = self.former(name)?.filter(|former| Some(former.environment) != but) else {
            return Ok(());
        };
        let day = self.zone().to_datetime(former.until).date();
        Err(PlatformError::refused(
            format!("« {name} » mène à un environnement qui a changé d'identifiant, jusqu'au {day}."),
            format!("“{name}” leads to an environment that took another identifier, until {day}."),
        ))
    }

    /// Calls an environment otherwise, in addresses and on screens; its old address leads to it for [`KEPT`]. What it holds stays where it is. Nothing
    /// happens where it is called so already.
    ///
    /// Errors: the name is not valid, is taken, or was another's a short while ago.
    pub(crate) fn environment_rename(
        &self,
        info: &EnvironmentInfo,
        name: &str,
        label: &str,
    ) -> Result<(), PlatformError> {
        self.check_address(name, Some(info.id))?;
        let _turn = self.places.turn()?;
        self.check_address(name, Some(info.id))?; // another process had the turn meanwhile
        let (id, old, place) = (info.id, info.name.clone(), info.place.clone());
        let (name, label, until) = (name.to_owned(), label.to_owned(), self.now() + KEPT);
        let renamed = name.clone();
        self.root().transact(&Caller::system(), move |unit| {
            // Its own of before, or nobody's any more.
            if let Some(former) = unit.find(ADDRESS, "name", &name)? {
                unit.delete(ADDRESS, former, None)?;
            }
            if name != old {
                if let Some(former) = unit.find(ADDRESS, "name", &old)? {
                    unit.delete(ADDRESS, former, None)?;
                }
                let former = Draft::default()
                    .with("name", old.as_str())
                    .with("environment", id)
                    .with("until", Value::DateTime(until));
                unit.create(ADDRESS, None, former)?;
            }
            // Made by an earlier version, its place was said by its name.
            let draft = Draft::default()
                .with("name", name.as_str())
                .with("label", label.as_str())
                .with("place", place.as_str());
            unit.update(ENVIRONMENT, id, None, draft)
        })?;
        tracing::info!(environment.name = renamed, environment.was = info.name, "environment renamed");
        Ok(())
    }

    /// A place for the rows and files of a new environment: its name, where no other is there. What the directory does not know, which an interrupted
    /// creation left or somebody took off the list by mistake, is set aside.
    pub(crate) fn free_place(&self, name: &str) -> Result<String, PlatformError> {
        let held = |place: &str| {
            let found = self.root().find(&Caller::system(), ENVIRONMENT, "place", place, &[]);
            found.map(|_| true).or_else(|error| match PlatformError::from(error) {
                error if error.is_not_found() => Ok(false),
                error => Err(error),
            })
        };
        let mut place = name.to_owned();
        let mut number = 1;
        // By name too: of environments of an earlier version it says the place.
        while held(&place)? || (place != name && self.environment_info(&place).is_ok()) {
            number += 1;
            place = format!("{name}-{number}");
        }
        self.places.set_aside(&place, self.new_id())?;
        Ok(place)
    }

    /// A place that only one operation fills.
    pub(crate) fn place_of_operation(&self, name: &str, operation: RecordId) -> String {
        let id = operation.0.simple().to_string();
        format!("{name}-{}", &id[id.len() - 8..])
    }

    /// Names that an environment had and that still lead to it.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn former_names(&self, info: &EnvironmentInfo) -> Result<Vec<String>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(ADDRESS, "environment", info.id)?;
        let fields = records.iter().map(|record| Fields::of(&dictionary, record));
        let valid = fields.filter(|fields| fields.moment("until").is_some_and(|until| until > self.now()));
        Ok(valid.filter_map(|fields| fields.text("name")).collect())
    }

    /// Why somebody finds no environment of that name: it is called otherwise now, which only those are told who may enter it.
    pub(crate) fn moved(&self, identity: &Identity, name: &str) -> Result<PlatformError, PlatformError> {
        let Some(former) = self.former(name)? else { return Ok(PlatformError::NotFound) };
        let info = match self.environment_info_by_id(former.environment) {
            Ok(info) => info,
            Err(error) if error.is_not_found() => return Ok(PlatformError::NotFound),
            Err(error) => return Err(error),
        };
        if self.may_enter(identity, &info)? {
            return Ok(PlatformError::Moved { name: info.name });
        }
        Ok(PlatformError::NotFound)
    }

    fn former(&self, name: &str) -> Result<Option<Former>, PlatformError> {
        let found = match self.root().find(&Caller::system(), ADDRESS, "name", name, &[]) {
            Ok(found) => found,
            Err(error) => {
                let error = PlatformError::from(error);
                return if error.is_not_found() { Ok(None) } else { Err(error) };
            }
        };
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &found);
        let former = fields.reference("environment").zip(fields.moment("until"));
        let former = former.map(|(environment, until)| Former { environment, until });
        Ok(former.filter(|former| former.until > self.now()))
    }
}
