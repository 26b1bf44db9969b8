//! Those who answer for a client's environment are told by e-mail of a support access that is asked for, of one that opened without them, and of an
//! archive that is ready.

use engine::{Caller, Draft};
use jiff::SignedDuration;

use super::Operation;
use super::assistance::hours;
use crate::directory::{MESSAGE, OPERATION};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::letters::About;
use crate::platform::Platform;

/// What they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Somebody asks to be let in.
    Asked,
    /// Somebody was let in as an emergency.
    Opened,
    /// An archive is at their disposal.
    Ready,
}

impl Told {
    /// As the operation notes what was told last.
    fn tag(self) -> &'static str {
        match self {
            Told::Asked => "asked",
            Told::Opened => "opened",
            Told::Ready => "ready",
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
        let expires = self.now() + useful_for;
        let about = match told {
            Told::Asked | Told::Opened => self.about_assistance(operation, info, told)?,
            Told::Ready => About::Archive {
                environment: info.label.clone(),
                place: info.name.clone(),
                until: operation.open_until.unwrap_or(expires),
            },
        };
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

    fn about_assistance(
        &self,
        operation: &Operation,
        info: &EnvironmentInfo,
        told: Told,
    ) -> Result<About, PlatformError> {
        let asks = self.assistant(operation)?;
        Ok(About::Assistance {
            environment: info.label.clone(),
            place: info.name.clone(),
            who: self.user(asks)?.name,
            organisation: self.organisation_of(asks)?.map(|(_, name, _)| name),
            purpose: operation.asked.purpose.clone().unwrap_or_default(),
            ticket: operation.asked.ticket.clone().unwrap_or_default(),
            hours: hours(operation),
            opened: told == Told::Opened,
        })
    }
}
