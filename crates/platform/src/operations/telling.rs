//! Those who answer for a client's environment are told by e-mail of a support access that is asked for, and of one that opened without them.

use dictionary::model::profiles::Power;
use engine::{Caller, Draft};
use jiff::SignedDuration;

use super::Operation;
use super::assistance::hours;
use crate::directory::{ACCESS, CLIENT, Fields, MESSAGE, OPERATION};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::letters::About;
use crate::platform::Platform;
use crate::users::User;

/// What they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Somebody asks to be let in.
    Asked,
    /// Somebody was let in as an emergency.
    Opened,
}

impl Told {
    /// As the operation notes what was told last.
    fn tag(self) -> &'static str {
        match self {
            Told::Asked => "asked",
            Told::Opened => "opened",
        }
    }
}

impl Platform {
    /// Writes the letters of an operation, once: they are kept with the note that they are.
    pub(super) fn tell_administrators(
        &self,
        operation: &Operation,
        info: &EnvironmentInfo,
        told: Told,
        useful_for: SignedDuration,
    ) -> Result<(), PlatformError> {
        if operation.told.as_deref() == Some(told.tag()) {
            return Ok(());
        }
        let asks = self.assistant(operation)?;
        let about = About::Assistance {
            environment: info.label.clone(),
            place: info.name.clone(),
            who: self.user(asks)?.name,
            organisation: self.organisation_of(asks)?.map(|(_, name, _)| name),
            purpose: operation.asked.purpose.clone().unwrap_or_default(),
            ticket: operation.asked.ticket.clone().unwrap_or_default(),
            hours: hours(operation),
            opened: told == Told::Opened,
        };
        let expires = self.now() + useful_for;
        let mut letters = Vec::new();
        for user in self.administrators_of(info)? {
            letters.extend(self.letter_to(&user, &about, expires)?);
        }
        let id = operation.id;
        self.root().transact(&Caller::system(), move |unit| {
            for letter in letters {
                unit.create(MESSAGE, Some(letter.id), letter.draft)?;
            }
            unit.update(OPERATION, id, None, Draft::default().with("told", told.tag()))
        })?;
        Ok(())
    }

    /// People who may answer for an environment and are let in for good: neither who is there to help, nor who keeps the platform.
    fn administrators_of(&self, info: &EnvironmentInfo) -> Result<Vec<User>, PlatformError> {
        let open = self.environment(&info.name)?;
        let dictionary = open.engine.dictionary();
        let administers = |profile: &str| {
            dictionary
                .profiles
                .iter()
                .any(|one| one.name == profile && one.powers.contains(&Power::Administer))
        };
        let directory = self.root().dictionary();
        let mut found = Vec::new();
        for record in self.records_of(ACCESS, "environment", info.id)? {
            let access = Fields::of(&directory, &record);
            let profiles = access.text("profiles").unwrap_or_default();
            let Some(user) = access.reference("user").filter(|_| access.reference("operation").is_none())
            else {
                continue;
            };
            let answers = profiles.split_whitespace().any(administers);
            if answers && self.organisation_of(user)?.is_none_or(|(_, _, kind)| kind == CLIENT) {
                found.extend(Some(self.user(user)?).filter(|user| user.active));
            }
        }
        Ok(found)
    }
}
