//! The people of an environment, as its administrators see and change them.

use dictionary::model::profiles::ADMINISTRATOR;
use dictionary::{Language, RecordId};
use engine::{Caller, Held};
use jiff::{SignedDuration, Timestamp};
use journal::{Actor, Origin};

use crate::access::profiles;
use crate::account_links::Invitation;
use crate::directory::{ACCESS, Fields, PASSKEY, SESSION};
use crate::error::PlatformError;
use crate::password;
use crate::password_change::Reset;
use crate::platform::Platform;
use crate::users::{NewUser, User};

/// This long passes between two invitations of one person.
const INVITE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Somebody who may enter an environment.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub user: User,
    /// The profiles they hold there.
    pub profiles: Held,
    /// Their record there, once they entered.
    pub person: Option<RecordId>,
    /// Browsers in which they are signed in.
    pub sessions: usize,
    /// When they last signed in, of the sessions that are left.
    pub signed_in_at: Option<Timestamp>,
    /// All environments they may enter are of the same client: its administrators answer for them.
    pub is_own: bool,
    /// Passkeys they have.
    pub passkeys: usize,
    /// How their invitation stands, until they chose a password.
    pub invitation: Option<Invitation>,
}

impl Platform {
    /// Everybody who may enter an environment, by name.
    ///
    /// Errors: there is no such environment.
    pub fn members(&self, environment: &str) -> Result<Vec<Member>, PlatformError> {
        let info = self.environment_info(environment)?;
        let dictionary = self.root().dictionary();
        let mut members = Vec::new();
        for record in self.records_of(ACCESS, "environment", info.id)? {
            let fields = Fields::of(&dictionary, &record);
            let Some(user) = fields.reference("user") else { continue };
            members.push(self.member_of(environment, user)?);
        }
        members.sort_by(|a, b| dictionary::text::compare(&a.user.name, &b.user.name));
        Ok(members)
    }

    /// Changes the profiles of one of them.
    ///
    /// Errors: not found when they may not enter; refused when nobody who administers the environment would be left, and as
    /// [`Platform::access_grant`].
    pub fn member_change(
        &self,
        environment: &str,
        user: RecordId,
        profiles: &[&str],
    ) -> Result<Member, PlatformError> {
        self.member(environment, user)?;
        if !profiles.contains(&ADMINISTRATOR) {
            self.keep_an_administrator(environment, user)?;
        }
        self.access_grant(user, environment, profiles)?;
        self.member(environment, user)
    }

    /// Takes the access of one of them away.
    ///
    /// Errors: as [`Platform::member_change`].
    pub fn member_remove(&self, environment: &str, user: RecordId) -> Result<(), PlatformError> {
        self.member(environment, user)?;
        self.keep_an_administrator(environment, user)?;
        self.access_revoke(user, environment)
    }

    /// Refuses when nobody but `leaving` administers the environment.
    fn keep_an_administrator(&self, environment: &str, leaving: RecordId) -> Result<(), PlatformError> {
        let administers =
            |member: &Member| member.profiles.profiles().iter().any(|name| name == ADMINISTRATOR);
        let members = self.members(environment)?;
        let is_one = members.iter().any(|member| member.user.id == leaving && administers(member));
        if !is_one || members.iter().any(|member| member.user.id != leaving && administers(member)) {
            return Ok(());
        }
        Err(PlatformError::refused(
            "Cette personne est la seule à administrer cet environnement : donnez d'abord ce profil à quelqu'un d'autre.",
            "This person is the only one who administers this environment: give somebody else that profile first.",
        ))
    }

    /// One of them.
    ///
    /// Errors: not found when they may not enter.
    pub fn member(&self, environment: &str, user: RecordId) -> Result<Member, PlatformError> {
        match self.member_of(environment, user) {
            Err(error) if error.is_not_found() => Err(PlatformError::NotFound),
            found => found,
        }
    }

    fn member_of(&self, environment: &str, user: RecordId) -> Result<Member, PlatformError> {
        let info = self.environment_info(environment)?;
        let dictionary = self.root().dictionary();
        let (mut found, mut is_own) = (None, true);
        for record in self.records_of(ACCESS, "user", user)? {
            let fields = Fields::of(&dictionary, &record);
            let Some(id) = fields.reference("environment") else { continue };
            if id == info.id {
                let person = fields.text("person").and_then(|text| RecordId::parse(&text));
                found = Some((profiles(&fields), person));
            } else {
                let other = self.environment_info_by_id(id)?;
                is_own &= info.client.is_some() && other.client == info.client;
            }
        }
        let (profiles, person) = found.ok_or(PlatformError::NotFound)?;
        let sessions = self.records_of(SESSION, "user", user)?;
        let created = sessions.iter().filter_map(|record| {
            let entity = dictionary.entity(SESSION)?;
            match record.row.get(entity.index("created")?) {
                dictionary::Value::DateTime(at) => Some(*at),
                _ => None,
            }
        });
        Ok(Member {
            user: self.user(user)?,
            profiles,
            person,
            sessions: sessions.len(),
            signed_in_at: created.max(),
            is_own,
            passkeys: self.records_of(PASSKEY, "user", user)?.len(),
            invitation: self.invitation_of(user)?,
        })
    }

    /// Lets somebody in: who has no account yet gets one, and an invitation by e-mail; where none are sent, the password that is returned is theirs to
    /// be told. `by`: name of who lets them in.
    ///
    /// Errors: the address is not valid, or they may enter already.
    pub fn member_add(
        &self,
        environment: &str,
        name: &str,
        email: &str,
        language: Language,
        profiles: &[&str],
        by: &str,
    ) -> Result<(Member, Option<String>), PlatformError> {
        let (user, password) = match self.user_by_email(email) {
            Ok(user) => {
                if self.member(environment, user.id).is_ok() {
                    return Err(PlatformError::refused(
                        "Cette personne a déjà accès à cet environnement.",
                        "This person may enter this environment already.",
                    ));
                }
                (user, None)
            }
            Err(error) if error.is_not_found() && self.sends_mail() => {
                (self.user_note(name, email, Some(language))?, None)
            }
            Err(error) if error.is_not_found() => {
                let password = password::made(self.random.as_ref());
                let new = NewUser {
                    name: name.trim().to_owned(),
                    email: email.to_owned(),
                    password: password.clone(),
                    given: true,
                    language,
                };
                (self.user_create(new)?, Some(password))
            }
            Err(error) => return Err(error),
        };
        self.access_grant(user.id, environment, profiles)?;
        self.invite(&user, self.environment_info(environment)?.as_ref(), Some(by))?;
        Ok((self.member(environment, user.id)?, password))
    }

    /// Lets somebody in who may be in already: then they hold these profiles. Who has no account yet gets one, without a password, and an invitation
    /// by e-mail where those are sent.
    ///
    /// Errors: the address or a profile is not valid; the subscription includes no more people.
    pub(crate) fn let_in(
        &self,
        environment: &str,
        name: &str,
        email: &str,
        profiles: &[&str],
    ) -> Result<(), PlatformError> {
        let user = match self.user_by_email(email) {
            Ok(user) => user,
            Err(error) if error.is_not_found() => self.user_note(name, email, None)?,
            Err(error) => return Err(error),
        };
        self.access_grant(user.id, environment, profiles)?;
        // Called again after an interruption, it finds the invitation that was made.
        if self.invitation_of(user.id)?.is_none() {
            self.invite(&user, self.environment_info(environment)?.as_ref(), None)?;
        }
        Ok(())
    }

    /// Sends one of its own people another invitation; earlier ones are void. `by`: name of who asks.
    ///
    /// Errors: not found when they may not enter; refused when they are not of this client alone, when no e-mail is sent, or when they have a password.
    pub fn member_invite(&self, environment: &str, user: RecordId, by: &str) -> Result<(), PlatformError> {
        let member = self.own_member(environment, user)?;
        let now = self.clock.now();
        if member.invitation.as_ref().is_some_and(|last| now.duration_since(last.at) < INVITE_EVERY) {
            return Err(PlatformError::refused(
                "Une invitation vient de partir : attendez une minute.",
                "An invitation was sent just now: wait a minute.",
            ));
        }
        if self.invite(&member.user, self.environment_info(environment)?.as_ref(), Some(by))? {
            return Ok(());
        }
        Err(PlatformError::refused(
            "Cette personne a déjà de quoi se connecter, ou cette plateforme n'envoie pas d'e-mails.",
            "This person has what they sign in with already, or this platform sends no e-mails.",
        ))
    }

    /// Gives one of its own people another password, and ends their sessions; returns it. `by`: name of who asks.
    ///
    /// Errors: not found when they may not enter; refused when they are not of this client alone.
    pub fn member_reset(&self, environment: &str, user: RecordId, by: &str) -> Result<String, PlatformError> {
        let member = self.own_member(environment, user)?;
        let password = password::made(self.random.as_ref());
        let reset = Reset { password: &password, given: true, by: Some(by) };
        self.user_reset(&member.user.email, reset)?;
        Ok(password)
    }

    /// Takes the second factor and the passkeys of one of its own people away, and ends their sessions.
    ///
    /// Errors: as [`Platform::member_reset`]; refused when they have none.
    pub fn member_factor_reset(
        &self,
        environment: &str,
        user: RecordId,
        by: &str,
    ) -> Result<(), PlatformError> {
        let member = self.own_member(environment, user)?;
        self.second_factor_reset(&member.user, Some(by))
    }

    /// Ends all sessions of one of its own people; returns how many.
    ///
    /// Errors: as [`Platform::member_reset`].
    pub fn member_sessions_end(
        &self,
        environment: &str,
        user: RecordId,
        by: &str,
    ) -> Result<usize, PlatformError> {
        self.own_member(environment, user)?;
        self.sessions_end_where(user, Some(by), |_| true)
    }

    /// One of them, as they would ask there: to tell what they may do.
    ///
    /// Errors: not found when they may not enter.
    pub fn member_caller(
        &self,
        environment: &str,
        user: RecordId,
        language: Language,
    ) -> Result<Caller, PlatformError> {
        let member = self.member(environment, user)?;
        let info = self.environment_info(environment)?;
        // Who never entered has no record there: nothing is theirs yet.
        let person = member.person.unwrap_or(user);
        Ok(Caller {
            actor: Actor::User(person),
            name: member.user.name,
            held: if info.left_out.is_empty() {
                member.profiles
            } else {
                member.profiles.without(&info.left_out)
            },
            language,
            origin: Origin::Web,
            device: None,
            request: None,
            viewed: None,
        })
    }

    fn own_member(&self, environment: &str, user: RecordId) -> Result<Member, PlatformError> {
        let member = self.member(environment, user)?;
        if member.is_own {
            return Ok(member);
        }
        Err(PlatformError::refused(
            "Cette personne a aussi accès aux environnements d'un autre client : seul l'opérateur de la plateforme peut faire cela.",
            "This person may also enter environments of another client: only the operator of the platform can do this.",
        ))
    }
}
