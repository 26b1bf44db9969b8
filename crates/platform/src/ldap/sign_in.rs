//! Passwords that a directory knows: at the sign-in page, and wherever somebody says theirs again.

use crate::error::PlatformError;
use crate::ldap::{client, failed, is_away};
use crate::platform::Platform;
use crate::providers::{Protocol, Provider, ProviderError, Refused, Told};
use crate::sign_in_events::Event;
use crate::throttle::Guess;
use crate::users::User;

/// Letters of a name at most.
const NAME_MAX: usize = 120;

/// The directory that knows the password of an address.
pub(crate) struct Knows {
    provider: Provider,
    /// The person came by it before: a password that is kept here counts only where it does not answer.
    is_tied: bool,
}

/// Whose password it is, and who said so.
pub(crate) struct Proved {
    pub(crate) user: User,
    /// The directory that said so; the password is kept here, without.
    pub(crate) by: Option<dictionary::RecordId>,
}

impl Platform {
    /// Whether a password that goes with an address is asked of a directory: that may take a while.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn asks_directory(&self, email: &str) -> Result<bool, PlatformError> {
        let user = match self.user_by_email(email) {
            Ok(user) => Some(user),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        Ok(self.directory_of(email, user.as_ref())?.is_some())
    }

    /// The directory that may speak for whoever has an address. Nothing is said to one that may not: the password of who keeps the platform, or works for
    /// several clients, is nothing that one client's directory gets to see.
    pub(crate) fn directory_of(
        &self,
        email: &str,
        user: Option<&User>,
    ) -> Result<Option<Knows>, PlatformError> {
        let email = crate::users::normal_email(email);
        let Some((_, domain)) = email.rsplit_once('@') else { return Ok(None) };
        let known = self.providers_for(domain)?;
        let Some(shown) = known.iter().find(|one| one.protocol == Protocol::Ldap) else { return Ok(None) };
        let provider = self.provider(&shown.code)?;
        let Some(user) = user else { return Ok(Some(Knows { provider, is_tied: false })) };
        let subject = self.provider_subject(user)?;
        let is_tied = subject.is_some_and(|subject| subject.starts_with(&format!("{} ", provider.id)));
        // Tied to somebody else there than answers: found out by what it answers.
        let speaks = self.provider_speaks_for(&provider, user, None)?;
        Ok(speaks.then_some(Knows { provider, is_tied }))
    }

    /// Whose password it is: that which is kept here, until the person first comes by their directory; from then on the directory's, and the other only
    /// where it does not answer.
    ///
    /// Errors: neither knows it; the directory may not speak for this person, or nothing is open to them; it does not answer.
    pub(crate) fn directory_proves(
        &self,
        knows: &Knows,
        found: Option<User>,
        email: &str,
        password: &str,
    ) -> Result<Proved, (Option<Event>, Refused)> {
        let broken = |error: PlatformError| (None, Refused { user: None, error });
        let hash = found.as_ref().map(|user| self.password_hash(user.id)).transpose().map_err(broken)?;
        // Looked at in any case, so that how long it takes tells nothing.
        let is_right = self.passwords.verify(password, hash.flatten().as_deref()).map_err(broken)?;
        if is_right
            && !knows.is_tied
            && let Some(user) = found
        {
            return Ok(Proved { user, by: None });
        }
        let id = found.as_ref().map(|user| user.id);
        let refused = |event, error| Err((event, Refused { user: id, error }));
        match self.directory_told(&knows.provider, email, password) {
            Ok(Some(told)) => match self.provider_person(&knows.provider, &told) {
                Ok(user) => Ok(Proved { user, by: Some(knows.provider.id) }),
                Err(Refused { user, error }) => {
                    let event = match error {
                        PlatformError::WrongCredentials => Event::Inactive,
                        _ => Event::ProviderRefused,
                    };
                    Err((Some(event), Refused { user: user.or(id), error }))
                }
            },
            Ok(None) => {
                let event = if id.is_some() { Event::WrongPassword } else { Event::UnknownAddress };
                refused(Some(event), PlatformError::WrongCredentials)
            }
            Err(PlatformError::Provider(error)) if is_away(&error) => match found {
                Some(user) if is_right => Ok(Proved { user, by: None }),
                // Nothing was looked at: there is nothing to note.
                _ => refused(None, error.into()),
            },
            Err(error @ PlatformError::Provider(_)) => refused(Some(Event::ProviderRefused), error),
            Err(error) => refused(None, error),
        }
    }

    /// Whether somebody's password is that which their directory knows, or, where none is asked, that which is kept here.
    pub(crate) fn password_is_right(
        &self,
        knows: Option<&Knows>,
        user: &User,
        password: &str,
    ) -> Result<bool, PlatformError> {
        let kept = || {
            let hash = self.password_hash(user.id)?;
            self.passwords.verify(password, hash.as_deref())
        };
        let Some(knows) = knows.filter(|knows| knows.is_tied) else { return kept() };
        match self.directory_told(&knows.provider, &user.email, password) {
            Ok(Some(told)) => {
                // Somebody else has their address there by now.
                let key = format!("{} {}", knows.provider.id, told.subject);
                Ok(self.provider_subject(user)?.as_deref() == Some(key.as_str()))
            }
            Ok(None) => Ok(false),
            Err(PlatformError::Provider(error)) if is_away(&error) => {
                if kept()? {
                    Ok(true)
                } else {
                    Err(error.into())
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What a directory tells of whoever has that address and password; `None` when they do not go together.
    fn directory_told(
        &self,
        provider: &Provider,
        email: &str,
        password: &str,
    ) -> Result<Option<Told>, PlatformError> {
        let asking = self.ldap_asking(provider)?;
        let entry = client::ask(&asking, &self.outgoing, email, password).map_err(failed)?;
        let Some(entry) = entry else { return Ok(None) };
        // What the filter found may be somebody of another domain, or of another name.
        if !entry.emails.iter().any(|one| one == email) {
            tracing::warn!(
                ldap.dn = entry.dn,
                "a directory found somebody who does not have the address that was typed"
            );
            return Err(ProviderError::NotTheirs.into());
        }
        Ok(Some(Told {
            subject: entry.subject,
            email: email.to_owned(),
            name: entry.name.map(|name| name.chars().take(NAME_MAX).collect()),
            language: None,
            groups: entry.groups,
        }))
    }
}

/// What is guessed at when a password is typed.
pub(crate) fn guess(knows: Option<&Knows>) -> Guess {
    if knows.is_some() { Guess::Directory } else { Guess::Password }
}

impl Knows {
    /// Whether the person came by it before.
    pub(crate) fn is_tied(&self) -> bool {
        self.is_tied
    }
}
