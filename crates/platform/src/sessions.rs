//! Signing in, and the sessions that follow.

use std::collections::HashMap;

use dictionary::expression::BinaryOperator;
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Query, Unit};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::access::{Door, Identity};
use crate::devices::{Known, Visitor};
use crate::directory::{self, Fields, SESSION};
use crate::error::PlatformError;
use crate::ldap::sign_in::{self as ldap, Proved};
use crate::passkeys::KeyUse;
use crate::platform::Platform;
use crate::providers::Refused;
use crate::second_factor::Proof;
use crate::secret;
use crate::sign_in_events::{Event, Noted, Way};
use crate::throttle::Attempt;
use crate::user_agent;
use crate::users::{User, normal_email};
use crate::viewing::Viewing;

/// A session lasts this long after it was last used.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 14);

/// However much it is used, a session ends this long after it began. Source: OWASP ASVS 5.0, 7.3.2; NIST SP 800-63B-4 (thirty days).
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Use moves the end only after this much of it has gone: a write a day, not one a request.
const RENEW_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Sessions of which the last use is remembered; beyond, what is remembered starts afresh.
const SEEN_MAX: usize = 50_000;

/// Texts a browser sends are cut to what the field holds.
const USER_AGENT_MAX: usize = 500;

/// What memory keeps of a session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: RecordId,
    pub(crate) user: RecordId,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) viewing: Option<Viewing>,
    pub(crate) provider: Option<RecordId>,
    pub(crate) passkey: Option<RecordId>,
}

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Record of the session.
    pub id: RecordId,
    /// What the browser says of itself.
    pub user_agent: Option<String>,
    /// Network address it signed in from.
    pub address: Option<String>,
    /// When it signed in.
    pub created: Timestamp,
    /// When it was last used: to the moment where this server saw it since it started, else to the day.
    pub seen: Timestamp,
    /// When it ends unless it is used.
    pub expires: Timestamp,
}

/// When sessions were last used, as far as this process saw.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashMap<RecordId, Timestamp>>);

impl Seen {
    fn note(&self, session: RecordId, now: Timestamp) {
        let mut seen = self.0.lock();
        if seen.len() >= SEEN_MAX && !seen.contains_key(&session) {
            seen.clear();
        }
        seen.insert(session, now);
    }

    fn of(&self, session: RecordId) -> Option<Timestamp> {
        self.0.lock().get(&session).copied()
    }
}

/// What signing in gives.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// To be kept by the browser alone.
    pub secret: String,
    /// To be kept by the browser too, and for longer: it proves that somebody signed in there before.
    pub device: String,
    /// To be kept by it too, when the person trusts it: no code is asked there.
    pub trusted: Option<String>,
    /// Who it is.
    pub identity: Identity,
    /// When it ends unless it is used.
    pub expires: Timestamp,
}

impl Platform {
    /// Signs a person in. An unknown address takes as long to refuse as a wrong password.
    ///
    /// Errors: wrong credentials; a code is needed, or is wrong; throttled, without looking at the password.
    pub fn sign_in(
        &self,
        email: &str,
        password: &str,
        proof: &Proof<'_>,
        visitor: &Visitor<'_>,
    ) -> Result<SignedIn, PlatformError> {
        let email = normal_email(email);
        let now = self.clock.now();
        let found = match self.user_by_email(&email) {
            Ok(user) => Some(user),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let found_id = found.as_ref().map(|user| user.id);
        let user = found_id;
        // A person that does not exist has no devices, which is looked up as for anybody.
        let known = self.devices_known(user.unwrap_or_else(|| self.ids.next(now)), visitor)?;
        let knows = self.directory_of(&email, found.as_ref())?;
        let attempt = Attempt {
            guess: ldap::guess(knows.as_ref()),
            account: &email,
            address: visitor.address,
            standing: known.standing(visitor),
            now,
        };
        if let Err(retry_after_s) = self.throttle.attempt(attempt) {
            self.note_slowed(user, visitor)?;
            return Err(PlatformError::Throttled { retry_after_s });
        }
        let proved = match &knows {
            Some(knows) => self.directory_proves(knows, found, &email, password),
            None => self.password_proves(found, password),
        };
        let proved = proved.and_then(|proved| match &proved.user {
            user if !user.active => Err((
                Some(Event::Inactive),
                Refused { user: Some(user.id), error: PlatformError::WrongCredentials },
            )),
            user if proved.by.is_none() && self.is_password_expired(user) => {
                // Whoever knows the password may know what is wrong with it.
                let error = PlatformError::PasswordExpired;
                Err((Some(Event::PasswordExpired), Refused { user: Some(user.id), error }))
            }
            _ => Ok(proved),
        });
        let Proved { user, by } = match proved {
            Ok(proved) => proved,
            Err((event, Refused { user, error })) => {
                tracing::warn!(client.address = %visitor.address, "sign-in refused");
                match event {
                    Some(event) => self.note(Noted::at_the_door(event, user, visitor))?,
                    None => self.throttle.withdrawn(attempt),
                }
                return Err(error);
            }
        };
        self.throttle.succeeded(attempt);
        // A browser that was known of whoever has that address is known of the person, be they new.
        let known = if Some(user.id) == found_id { known } else { self.devices_known(user.id, visitor)? };
        let way = match self.second_factor_passed(&user, proof, &known, visitor)? {
            Way::Password if by.is_some() => Way::Directory,
            way => way,
        };
        if by.is_none()
            && let Err(error) = self.password_hash_anew(user.id, password)
        {
            tracing::warn!(%error, user.id = %user.id, "a password could not be hashed anew");
        }
        // Somebody without a second factor has nothing to be spared.
        let trust = proof.trust && user.second_factor.is_some();
        self.session_open(user.id, known, Opening { trust, provider: by, ..Opening::of(way) }, visitor)
    }

    /// Whose password it is, of those that are kept here.
    fn password_proves(
        &self,
        found: Option<User>,
        password: &str,
    ) -> Result<Proved, (Option<Event>, Refused)> {
        let refused = |event, user, error| Err((event, Refused { user, error }));
        let id = found.as_ref().map(|user| user.id);
        let verified = match id.map(|id| self.password_hash(id)).transpose() {
            Ok(hash) => self.passwords.verify(password, hash.flatten().as_deref()),
            Err(error) => Err(error),
        };
        match (verified, found) {
            (Err(error), _) => refused(None, id, error),
            (Ok(true), Some(user)) => Ok(Proved { user, by: None }),
            (Ok(_), Some(_)) => refused(Some(Event::WrongPassword), id, PlatformError::WrongCredentials),
            (Ok(_), None) => refused(Some(Event::UnknownAddress), None, PlatformError::WrongCredentials),
        }
    }

    /// The person of a session; its end moves as it is used.
    ///
    /// Errors: not found when the session does not exist, ended or was revoked, or the person is inactive.
    pub fn session(&self, secret: &str) -> Result<Identity, PlatformError> {
        if !secret::is_well_formed(secret) {
            return Err(PlatformError::NotFound);
        }
        let hash = secret::hash(secret);
        let root = self.root();
        let read = || {
            let record = root.find(&Caller::system(), SESSION, "token_hash", &hash, &[])?;
            let dictionary = root.dictionary();
            let fields = Fields::of(&dictionary, &record);
            let user = fields.reference("user").ok_or(PlatformError::NotFound)?;
            let expires = fields.moment("expires").ok_or(PlatformError::NotFound)?;
            let created = fields.moment("created").ok_or(PlatformError::NotFound)?;
            Ok(Session {
                id: fields.id(),
                user,
                created,
                expires,
                viewing: Viewing::of(&fields),
                provider: fields.reference("provider"),
                passkey: fields.reference("passkey"),
            })
        };
        let keep = |known: &mut crate::cache::Known, session: &Session| {
            known.sessions.insert(hash.clone(), session.clone());
        };
        let session = self.cache.get(root, |known| known.sessions.get(&hash).cloned(), read, keep)?;
        let now = self.clock.now();
        let last = session.created + LONGEST;
        if session.expires.min(last) <= now {
            return Err(PlatformError::NotFound);
        }
        if session.expires < last && session.expires.duration_since(now) < LIFETIME - RENEW_AFTER {
            self.session_renew(session.id, (now + LIFETIME).min(last))?;
        }
        let user = self.user(session.user)?;
        if !user.active {
            return Err(PlatformError::NotFound);
        }
        self.seen.note(session.id, now);
        let by_provider = session.provider.map(|provider| self.provider_vouches(provider)).transpose()?;
        let (csrf, viewing, passkey) = (secret::csrf(secret), session.viewing, session.passkey);
        Ok(Identity {
            user,
            door: Door::Session { id: Some(session.id), csrf, by_provider, passkey, viewing },
        })
    }

    /// Where a person is signed in, last used first.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn sessions_of(&self, user: RecordId) -> Result<Vec<SignIn>, PlatformError> {
        let dictionary = self.root().dictionary();
        let now = self.clock.now();
        let mut found = Vec::new();
        for record in self.records_of(SESSION, "user", user)? {
            let fields = Fields::of(&dictionary, &record);
            let (Some(created), Some(expires)) = (fields.moment("created"), fields.moment("expires")) else {
                continue;
            };
            if expires <= now {
                continue;
            }
            let id = fields.id();
            // Its end moves as it is used, a day at a time, as far as it may: this server may know better.
            let renewed = (expires - LIFETIME).max(created);
            let seen = self.seen.of(id).map_or(renewed, |seen| seen.max(renewed));
            let (user_agent, address) = (fields.text("user_agent"), fields.text("address"));
            found.push(SignIn { id, user_agent, address, created, seen, expires });
        }
        found.sort_by_key(|session| std::cmp::Reverse(session.seen));
        Ok(found)
    }

    /// Ends one of a person's sessions, which they asked for from another.
    ///
    /// Errors: not found when it is not theirs, or ended already.
    pub fn session_end_of(&self, user: RecordId, session: RecordId) -> Result<(), PlatformError> {
        let is_theirs = self.sessions_of(user)?.iter().any(|one| one.id == session);
        if !is_theirs {
            return Err(PlatformError::NotFound);
        }
        self.sessions_end_where(user, None, |id| id == session).map(drop)
    }

    /// Ends all of a person's sessions but one; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn sessions_end_others(&self, user: RecordId, kept: RecordId) -> Result<usize, PlatformError> {
        self.sessions_end_where(user, None, |id| id != kept)
    }

    /// Ends the sessions of a person that `ends` picks, and notes it; `by`: name of who asked, where it is not the person. Returns how many.
    pub(crate) fn sessions_end_where(
        &self,
        user: RecordId,
        by: Option<&str>,
        ends: impl Fn(RecordId) -> bool,
    ) -> Result<usize, PlatformError> {
        let endings = self.endings(user, by, ends)?;
        let count = endings.len();
        if count > 0 {
            let now = self.clock.now();
            self.root().transact(&Caller::system(), move |unit| end_sessions(unit, endings, now))?;
        }
        Ok(count)
    }

    /// The sessions of a person that are to end, with the note that each leaves; what they look at as somebody else is over.
    pub(crate) fn endings(
        &self,
        user: RecordId,
        by: Option<&str>,
        ends: impl Fn(RecordId) -> bool,
    ) -> Result<Vec<Ending>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(SESSION, "user", user)?;
        let ending = records.iter().filter(|record| ends(record.row.id()));
        let ending =
            ending.map(|record| ending_of(&Fields::of(&dictionary, record), Event::SessionEnded, by));
        let ending: Vec<Ending> = ending.collect();
        self.views_close_of(&ending.iter().map(|one| one.session).collect::<Vec<_>>())?;
        Ok(ending)
    }

    /// Ends a session that signs out; nothing happens if it ended already.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn session_end(&self, secret: &str) -> Result<(), PlatformError> {
        let caller = Caller::system();
        match self.root().find(&caller, SESSION, "token_hash", &secret::hash(secret), &[]) {
            Ok(record) => {
                let dictionary = self.root().dictionary();
                let ending = ending_of(&Fields::of(&dictionary, &record), Event::SignedOut, None);
                let now = self.clock.now();
                self.views_close_of(&[ending.session])?;
                self.root().transact(&caller, move |unit| end_sessions(unit, vec![ending], now))?;
                Ok(())
            }
            Err(EngineError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the sessions that ended by themselves; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn sessions_sweep(&self) -> Result<usize, PlatformError> {
        let root = self.root();
        let now = Value::DateTime(self.clock.now());
        let ended =
            directory::condition(&root.dictionary(), SESSION, "expires", BinaryOperator::LessOrEqual, now)?;
        let query = Query { entity: SESSION.to_owned(), filters: vec![ended], ..Query::default() };
        let records = directory::all(root, query)?;
        let count = records.len();
        if count > 0 {
            self.delete_sessions(records.iter().map(|record| record.row.id()).collect())?;
        }
        Ok(count)
    }

    /// Opens a session for somebody who proved who they are, in one transaction with what is noted of it.
    pub(crate) fn session_open(
        &self,
        user: RecordId,
        known: Known,
        opening: Opening,
        visitor: &Visitor<'_>,
    ) -> Result<SignedIn, PlatformError> {
        let Opening { way, trust, provider, passkey } = opening;
        let secret = secret::secret(self.random.as_ref());
        let now = self.clock.now();
        let expires = now + LIFETIME;
        let mut draft = Draft::default()
            .with("user", user)
            .with("token_hash", secret::hash(&secret).as_str())
            .with("created", Value::DateTime(now))
            .with("expires", Value::DateTime(expires))
            .with("address", visitor.place().as_str());
        if let Some(provider) = provider {
            draft = draft.with("provider", provider);
        }
        if let Some(used) = &passkey {
            draft = draft.with("passkey", used.key);
        }
        if let Some(agent) = visitor.user_agent {
            let agent: String = agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect();
            draft = draft.with("user_agent", agent.as_str());
        }
        let remembered = self.device_remembered(user, known, trust, visitor);
        let (device, trusted) = (remembered.secret.clone(), remembered.trust.clone());
        let mut noted = Noted { way: Some(way), ..Noted::at_the_door(Event::SignedIn, Some(user), visitor) };
        if let Some(used) = &passkey {
            noted = noted.answering(&used.challenge);
        }
        let done = self.root().transact(&Caller::system(), move |unit| {
            if let Some(used) = &passkey {
                used.write(unit, now)?;
            }
            remembered.write(unit)?;
            noted.write(unit, now)?;
            unit.create(SESSION, None, draft)
        })?;
        tracing::info!(user.id = %user, session.id = %done.value, client.address = %visitor.address, "signed in");
        // Whoever signs in anew in a browser has done with the session before, whosever it was.
        if let Some(before) = visitor.session.filter(|before| secret::is_well_formed(before)) {
            self.session_end(before)?;
        }
        let identity = self.session(&secret)?;
        Ok(SignedIn { secret, device, trusted, identity, expires })
    }

    fn session_renew(&self, session: RecordId, expires: Timestamp) -> Result<(), PlatformError> {
        let draft = Draft::default().with("expires", Value::DateTime(expires));
        let done =
            self.root().transact(&Caller::system(), move |unit| unit.update(SESSION, session, None, draft));
        match done {
            Ok(_) => Ok(()),
            // Revoked between the look and the write.
            Err(EngineError::NotFound) => Err(PlatformError::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes sessions, and with them what they looked at as somebody else; those that are gone already are passed over.
    pub(crate) fn delete_sessions(&self, sessions: Vec<RecordId>) -> Result<(), PlatformError> {
        self.views_close_of(&sessions)?;
        self.root().transact(&Caller::system(), move |unit| {
            for session in sessions {
                match unit.delete(SESSION, session, None) {
                    Ok(()) | Err(EngineError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// What opens a session.
pub(crate) struct Opening {
    pub(crate) way: Way,
    /// The person trusts this browser from now on.
    pub(crate) trust: bool,
    /// The identity provider whose word it is.
    pub(crate) provider: Option<RecordId>,
    /// The passkey that signed.
    pub(crate) passkey: Option<KeyUse>,
}

impl Opening {
    pub(crate) fn of(way: Way) -> Opening {
        Opening { way, trust: false, provider: None, passkey: None }
    }
}

/// A session that is to end, and what is noted of it.
pub(crate) struct Ending {
    session: RecordId,
    noted: Noted,
}

/// Ends sessions within a transaction; one that ended meanwhile leaves no note.
pub(crate) fn end_sessions(
    unit: &mut dyn Unit,
    endings: Vec<Ending>,
    now: Timestamp,
) -> Result<(), EngineError> {
    for Ending { session, noted } in endings {
        match unit.delete(SESSION, session, None) {
            Ok(()) => noted.write(unit, now)?,
            Err(EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn ending_of(fields: &Fields<'_>, event: Event, by: Option<&str>) -> Ending {
    let device = fields.text("user_agent").and_then(|agent| user_agent::words(&agent));
    let by = by.map(|name| name.chars().take(200).collect());
    let (user, address) = (fields.reference("user"), fields.text("address"));
    let noted = Noted { event, way: None, user, by, device, address, challenge: None };
    Ending { session: fields.id(), noted }
}
