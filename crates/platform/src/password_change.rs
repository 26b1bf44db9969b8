//! Another password: chosen by the person, or given to them.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError};
use jiff::SignedDuration;

use crate::access::Identity;
use crate::devices::Visitor;
use crate::directory::{Fields, MESSAGE, USER};
use crate::error::PlatformError;
use crate::ldap::sign_in as ldap;
use crate::letters::About;
use crate::outbox::USEFUL_FOR;
use crate::password_policy::Of;
use crate::platform::Platform;
use crate::second_factor::untrust;
use crate::sessions::end_sessions;
use crate::sign_in_events::{Event, Noted};
use crate::throttle::Attempt;
use crate::users::User;

/// A password that somebody gave is good for this long.
pub const GIVEN_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Who did what was done by a command on the machine itself, where a name is kept of it.
pub(crate) const OPERATOR: &str = "tisserand";

/// A password that somebody else sets.
#[derive(Debug, Clone, Copy)]
pub struct Reset<'a> {
    /// The password.
    pub password: &'a str,
    /// Whether the person has to replace it when they next sign in.
    pub given: bool,
    /// Name of who does; none for the operator at the machine.
    pub by: Option<&'a str>,
}

impl Platform {
    /// Hashes the password of somebody who has just signed in anew, where its hash costs less than hashes do now.
    ///
    /// Errors: the reserved environment cannot be read or written.
    pub(crate) fn password_hash_anew(&self, user: RecordId, password: &str) -> Result<(), PlatformError> {
        // The version first: a password that is changed meanwhile stays the one it was changed to.
        let dictionary = self.root().dictionary();
        let record = self.root().get(&Caller::system(), USER, user, &[])?;
        let version = Fields::of(&dictionary, &record).version();
        let Some(known) = self.password_hash(user)?.filter(|hash| self.passwords.is_cheap(hash)) else {
            return Ok(());
        };
        if !self.passwords.verify(password, Some(&known))? {
            return Ok(());
        }
        let hash = self.passwords.hash(password, self.random.as_ref())?;
        let written = self.root().transact(&Caller::system(), move |unit| {
            unit.update(USER, user, Some(version), Draft::default().with("password_hash", hash.as_str()))
        });
        match written {
            Ok(_) | Err(EngineError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a person another password and ends their sessions.
    ///
    /// Errors: nobody has that address; the password is weak.
    pub fn user_reset(&self, email: &str, reset: Reset<'_>) -> Result<User, PlatformError> {
        let user = self.user_by_email(email)?;
        let id = user.id;
        self.password_policy.check(reset.password, Of { name: &user.name, email: &user.email })?;
        let hash = self.passwords.hash(reset.password, self.random.as_ref())?;
        let now = self.clock.now();
        let given = if reset.given { Value::DateTime(now) } else { Value::Null };
        let by = reset.by.unwrap_or(OPERATOR);
        let endings = self.endings(id, Some(by), |_| true)?;
        let noted = Noted::of(Event::PasswordReset, id, Some(by));
        let trusted = self.devices_trusted(id, None)?;
        self.root().transact(&Caller::system(), move |unit| {
            let draft = Draft::default().with("password_hash", hash.as_str()).with("password_given", given);
            unit.update(USER, id, None, draft)?;
            untrust(unit, trusted)?;
            noted.write(unit, now)?;
            end_sessions(unit, endings, now)
        })?;
        tracing::info!(user.id = %id, "password given");
        Ok(user)
    }

    /// Replaces the password of whoever asks by one that they chose, and ends their other sessions.
    ///
    /// Errors: the present password is not right; throttled; the new one is weak, or the same; not found without a session.
    pub fn password_change(
        &self,
        identity: &Identity,
        present: &str,
        new: &str,
        visitor: &Visitor<'_>,
    ) -> Result<(), PlatformError> {
        let session = identity.session()?;
        let (user, now) = (&identity.user, self.clock.now());
        if self.directory_of(&user.email, Some(user))?.is_some_and(|knows| knows.is_tied()) {
            return Err(PlatformError::refused(
                "Votre mot de passe est celui de l'annuaire de votre entreprise : changez-le là-bas.",
                "Your password is that of your company's directory: change it there.",
            ));
        }
        self.password_confirm(user, present, visitor)?;
        if present == new {
            return Err(PlatformError::WeakPassword {
                message: dictionary::Label::new(
                    "C'est le même mot de passe : choisissez-en un autre.",
                    "This is the same password: choose another.",
                ),
            });
        }
        self.password_policy.check(new, Of { name: &user.name, email: &user.email })?;
        let hash = self.passwords.hash(new, self.random.as_ref())?;
        let id = user.id;
        let endings = self.endings(id, None, |one| one != session)?;
        let noted = Noted::at_the_door(Event::PasswordChanged, Some(id), visitor);
        let notice = About::PasswordChanged { at: now, device: visitor.words() };
        let notice = self.letter_to(user, &notice, now + USEFUL_FOR)?;
        let this = self.devices_known(id, visitor)?.this.map(|device| device.id);
        let trusted = self.devices_trusted(id, this)?;
        self.root().transact(&Caller::system(), move |unit| {
            let draft =
                Draft::default().with("password_hash", hash.as_str()).with("password_given", Value::Null);
            unit.update(USER, id, None, draft)?;
            untrust(unit, trusted)?;
            noted.write(unit, now)?;
            if let Some(notice) = notice {
                unit.create(MESSAGE, Some(notice.id), notice.draft)?;
            }
            end_sessions(unit, endings, now)
        })?;
        tracing::info!(user.id = %id, "password changed");
        Ok(())
    }

    /// Makes sure that it is still the person who asks: their password, slowed down as signing in is.
    ///
    /// Errors: wrong present password; throttled.
    pub(crate) fn password_confirm(
        &self,
        user: &User,
        password: &str,
        visitor: &Visitor<'_>,
    ) -> Result<(), PlatformError> {
        let known = self.devices_known(user.id, visitor)?;
        let (standing, now) = (known.standing(visitor), self.clock.now());
        let knows = self.directory_of(&user.email, Some(user))?;
        let guess = ldap::guess(knows.as_ref());
        let attempt = Attempt { guess, account: &user.email, address: visitor.address, standing, now };
        if let Err(retry_after_s) = self.throttle.attempt(attempt) {
            self.note_slowed(Some(user.id), visitor)?;
            return Err(PlatformError::Throttled { retry_after_s });
        }
        let is_right = self.password_is_right(knows.as_ref(), user, password).inspect_err(|_| {
            // Nobody could look at it.
            self.throttle.withdrawn(attempt);
        })?;
        if !is_right {
            self.note(Noted::at_the_door(Event::WrongPassword, Some(user.id), visitor))?;
            return Err(PlatformError::WrongPresentPassword);
        }
        self.throttle.succeeded(attempt);
        Ok(())
    }

    /// Whether a password that somebody gave is too old to be used.
    pub(crate) fn is_password_expired(&self, user: &User) -> bool {
        user.password_given.is_some_and(|given| self.clock.now().duration_since(given) > GIVEN_FOR)
    }
}
