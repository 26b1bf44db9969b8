//! Links by which a person chooses a password: sent to their address, good once, for a time. Invitations, and forgotten passwords.
//!
//! Decision 0134. Of a link only a hash is kept; the link itself is in the letter alone.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Unit};
use jiff::{SignedDuration, Timestamp};

use crate::devices::Visitor;
use crate::directory::{ACCOUNT_LINK, Fields, MESSAGE, USER};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::letters::About;
use crate::outbox::{Outgoing, USEFUL_FOR};
use crate::password_policy::Of;
use crate::platform::Platform;
use crate::second_factor::untrust;
use crate::secret;
use crate::sessions::end_sessions;
use crate::sign_in_events::{Event, Noted};
use crate::throttle::{Attempt, Guess, Standing};
use crate::users::{User, normal_email};

/// An invitation is good for this long.
pub const INVITED_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A link for a forgotten password is good for this long.
pub const RESET_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Links of one person that are good at once, for forgotten passwords: whoever asks for more sends nobody a letter.
const RESETS_MAX: usize = 5;

/// …and this long passes between two of them.
const RESET_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Links are kept for this long after they expired: who was invited and did not come stays visible.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody was let in.
    Invitation,
    /// Somebody forgot their password.
    Reset,
}

impl Purpose {
    /// Tag of the value list `account_link_purpose`.
    pub fn tag(self) -> &'static str {
        match self {
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reset",
        }
    }

    fn of_tag(tag: &str) -> Purpose {
        if tag == "invitation" { Purpose::Invitation } else { Purpose::Reset }
    }
}

/// A link, as it is shown to whoever follows it.
#[derive(Debug, Clone)]
pub struct LinkShown {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose account.
    pub user: User,
    /// Label of the environment that they were let into.
    pub environment: Option<String>,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// How the invitation of somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `waiting`, `sent`, `failed`: of the letter; `expired`: of the link.
    pub state: &'static str,
    /// When they were invited.
    pub at: Timestamp,
    /// Until when the link is good.
    pub expires: Timestamp,
    /// Why the letter was not taken, so far or at all.
    pub error: Option<String>,
}

/// A link to be kept, with the letter that carries it and what is noted of it.
struct NewLink {
    id: RecordId,
    draft: Draft,
    letter: Outgoing,
    noted: Noted,
}

impl NewLink {
    fn write(self, unit: &mut dyn Unit, now: Timestamp) -> Result<(), EngineError> {
        unit.create(MESSAGE, Some(self.letter.id), self.letter.draft)?;
        unit.create(ACCOUNT_LINK, Some(self.id), self.draft.with("message", self.letter.id))?;
        self.noted.write(unit, now)
    }
}

impl Platform {
    /// Sends somebody who has no password yet a link to choose one; earlier invitations to that environment are void. `by`: name of who invites. Nothing happens
    /// where no letters are sent, nor for who has a password, or comes by an identity provider. Returns whether a letter is on its way.
    ///
    /// Errors: the reserved environment cannot be written.
    pub(crate) fn invite(
        &self,
        user: &User,
        info: &EnvironmentInfo,
        by: Option<&str>,
    ) -> Result<bool, PlatformError> {
        if !self.may_be_invited(user)? {
            return Ok(false);
        }
        let (secret, now) = (secret::secret(self.random.as_ref()), self.clock.now());
        let expires = now + INVITED_FOR;
        let about = About::Invitation {
            secret: secret.clone(),
            environment: info.label.clone(),
            by: by.map(str::to_owned),
            expires,
        };
        let Some(letter) = self.letter_to(user, &about, expires)? else { return Ok(false) };
        let mut draft =
            link_draft(user.id, Purpose::Invitation, &secret, now, expires).with("environment", info.id);
        if let Some(by) = by {
            draft = draft.with("done_by", by.chars().take(200).collect::<String>().as_str());
        }
        let link =
            NewLink { id: self.new_id(), draft, letter, noted: Noted::of(Event::Invited, user.id, by) };
        let mut earlier = self.links_of(user.id, Purpose::Invitation)?;
        // Those of others stay good: nobody takes them from them.
        earlier.retain(|link| link.environment == Some(info.id));
        let unsent = self.unsent(&earlier)?;
        self.root().transact(&Caller::system(), move |unit| {
            void(unit, earlier)?;
            for letter in unsent {
                match unit.delete(MESSAGE, letter, None) {
                    Ok(()) | Err(EngineError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            link.write(unit, now)
        })?;
        tracing::info!(user.id = %user.id, "invited");
        Ok(true)
    }

    /// Whether an invitation would tell somebody something: letters are sent, and they have no way in yet.
    pub(crate) fn may_be_invited(&self, user: &User) -> Result<bool, PlatformError> {
        if !self.sends_mail() || !user.active || self.password_hash(user.id)?.is_some() {
            return Ok(false);
        }
        Ok(!self.is_tied(user.id)?)
    }

    fn is_tied(&self, user: RecordId) -> Result<bool, PlatformError> {
        let record = self.root().get(&Caller::system(), USER, user, &[])?;
        let dictionary = self.root().dictionary();
        Ok(Fields::of(&dictionary, &record).text("provider_subject").is_some())
    }

    /// How the last invitation of somebody stands; none once they chose a password.
    pub(crate) fn invitation_of(&self, user: RecordId) -> Result<Option<Invitation>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut links = self.links_of(user, Purpose::Invitation)?;
        links.sort_by_key(|link| link.created);
        let Some(link) = links.pop() else { return Ok(None) };
        let (mut state, mut error) = ("sent", None);
        if let Some(message) = link.message {
            let record = self.root().get(&Caller::system(), MESSAGE, message, &[])?;
            let fields = Fields::of(&dictionary, &record);
            error = fields.text("error");
            state = match fields.text("state").as_deref() {
                Some("waiting") => "waiting",
                Some("failed") => "failed",
                _ => "sent",
            };
        }
        if link.expires <= self.clock.now() {
            state = "expired";
        }
        Ok(Some(Invitation { state, at: link.created, expires: link.expires, error }))
    }

    /// Whether a place may ask for another link: counted whoever it asks for, so that nothing is told of who exists.
    ///
    /// Errors: throttled.
    pub fn reset_allowed(&self, visitor: &Visitor<'_>) -> Result<(), PlatformError> {
        let attempt = Attempt {
            guess: Guess::Link,
            account: "",
            address: visitor.address,
            standing: Standing::Place,
            now: self.clock.now(),
        };
        self.throttle.attempt(attempt).map_err(|retry_after_s| PlatformError::Throttled { retry_after_s })
    }

    /// Sends who forgot their password a link to choose another, if there is somebody with that address who signs in with one. Says nothing of that: it
    /// is to be called beside the answer, or how long it takes would tell.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn reset_ask(&self, email: &str, visitor: &Visitor<'_>) -> Result<(), PlatformError> {
        let user = match self.user_by_email(&normal_email(email)) {
            Ok(user) => user,
            Err(error) if error.is_not_found() => {
                tracing::info!(client.address = %visitor.address, "a link was asked for an address that nobody has");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let now = self.clock.now();
        let open: Vec<Link> = self.links_of(user.id, Purpose::Reset)?;
        let open: Vec<&Link> = open.iter().filter(|link| link.expires > now).collect();
        let too_many = open.len() >= RESETS_MAX
            || open.iter().any(|link| now.duration_since(link.created) < RESET_EVERY);
        // Who comes by their provider has no password, and is not to get one by a mailbox.
        if !user.active || too_many || self.is_tied(user.id)? {
            return Ok(());
        }
        let (secret, expires) = (secret::secret(self.random.as_ref()), now + RESET_FOR);
        let about = About::PasswordLink { secret: secret.clone(), device: visitor.words(), expires };
        let Some(letter) = self.letter_to(&user, &about, expires)? else { return Ok(()) };
        let draft = link_draft(user.id, Purpose::Reset, &secret, now, expires);
        let noted = Noted::at_the_door(Event::LinkAsked, Some(user.id), visitor);
        let link = NewLink { id: self.new_id(), draft, letter, noted };
        // Earlier ones stay good: or a stranger who asks again would take hers from who has it.
        self.root().transact(&Caller::system(), move |unit| link.write(unit, now))?;
        tracing::info!(user.id = %user.id, "a link to choose another password was asked for");
        Ok(())
    }

    /// What a link is for.
    ///
    /// Errors: `LinkOver` when it was used, is void or too old, or was never one.
    pub fn link_show(&self, secret: &str) -> Result<LinkShown, PlatformError> {
        let link = self.link(secret)?;
        let environment = match link.environment {
            Some(id) => Some(self.environment_info_by_id(id)?.label),
            None => None,
        };
        let user = self.user(link.user)?;
        Ok(LinkShown { purpose: link.purpose, user, environment, expires: link.expires })
    }

    /// Chooses a password by a link: it and all others of the person are void then, their sessions end, no device is trusted any more.
    ///
    /// Errors: `LinkOver`; the password is weak, and the link stays good.
    pub fn link_use(
        &self,
        secret: &str,
        password: &str,
        visitor: &Visitor<'_>,
    ) -> Result<User, PlatformError> {
        let link = self.link(secret)?;
        let user = self.user(link.user)?;
        self.password_policy.check(password, Of { name: &user.name, email: &user.email })?;
        let hash = self.passwords.hash(password, self.random.as_ref())?;
        let (id, now) = (user.id, self.clock.now());
        let endings = self.endings(id, None, |_| true)?;
        let trusted = self.devices_trusted(id, None)?;
        let noted = Noted::at_the_door(Event::PasswordChosen, Some(id), visitor);
        let about = About::PasswordChanged { at: now, device: visitor.words() };
        let notice = match link.purpose {
            Purpose::Reset => self.letter_to(&user, &about, now + USEFUL_FOR)?,
            // They know: it is their first.
            Purpose::Invitation => None,
        };
        let mut others = self.links_of(id, Purpose::Invitation)?;
        others.extend(self.links_of(id, Purpose::Reset)?);
        others.retain(|other| other.id != link.id);
        let done = self.root().transact(&Caller::system(), move |unit| {
            // Whoever deletes it has used it: a second time there is nothing to delete, and nothing happens.
            unit.delete(ACCOUNT_LINK, link.id, None)?;
            void(unit, others)?;
            let draft =
                Draft::default().with("password_hash", hash.as_str()).with("password_given", Value::Null);
            unit.update(USER, id, None, draft)?;
            untrust(unit, trusted)?;
            noted.write(unit, now)?;
            if let Some(notice) = notice {
                unit.create(MESSAGE, Some(notice.id), notice.draft)?;
            }
            end_sessions(unit, endings, now)
        });
        match done {
            Ok(_) => {}
            Err(EngineError::NotFound) => return Err(PlatformError::LinkOver),
            Err(error) => return Err(error.into()),
        }
        tracing::info!(user.id = %id, "password chosen by a link");
        Ok(user)
    }

    /// Forgets links that expired long ago; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn account_links_sweep(&self) -> Result<usize, PlatformError> {
        self.delete_older(ACCOUNT_LINK, "expires", self.clock.now() - KEPT_AFTER)
    }

    fn link(&self, secret: &str) -> Result<Link, PlatformError> {
        if !secret::is_well_formed(secret) {
            return Err(PlatformError::LinkOver);
        }
        let found =
            self.root().find(&Caller::system(), ACCOUNT_LINK, "token_hash", &secret::hash(secret), &[]);
        let record = match found {
            Ok(record) => record,
            Err(EngineError::NotFound) => return Err(PlatformError::LinkOver),
            Err(error) => return Err(error.into()),
        };
        let dictionary = self.root().dictionary();
        let link = read(&Fields::of(&dictionary, &record)).ok_or(PlatformError::LinkOver)?;
        if link.expires <= self.clock.now() || !self.user(link.user)?.active {
            return Err(PlatformError::LinkOver);
        }
        Ok(link)
    }

    /// Letters of these links that nobody got yet.
    fn unsent(&self, links: &[Link]) -> Result<Vec<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut unsent = Vec::new();
        for id in links.iter().filter_map(|link| link.message) {
            let record = self.root().get(&Caller::system(), MESSAGE, id, &[])?;
            if Fields::of(&dictionary, &record).text("state").as_deref() == Some("waiting") {
                unsent.push(id);
            }
        }
        Ok(unsent)
    }

    fn links_of(&self, user: RecordId, purpose: Purpose) -> Result<Vec<Link>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(ACCOUNT_LINK, "user", user)?;
        let links = records.iter().filter_map(|record| read(&Fields::of(&dictionary, record)));
        Ok(links.filter(|link| link.purpose == purpose).collect())
    }
}

/// What is kept of a link.
struct Link {
    id: RecordId,
    user: RecordId,
    purpose: Purpose,
    environment: Option<RecordId>,
    message: Option<RecordId>,
    created: Timestamp,
    expires: Timestamp,
}

fn read(fields: &Fields<'_>) -> Option<Link> {
    Some(Link {
        id: fields.id(),
        user: fields.reference("user")?,
        purpose: Purpose::of_tag(&fields.text("purpose")?),
        environment: fields.reference("environment"),
        message: fields.reference("message"),
        created: fields.moment("created")?,
        expires: fields.moment("expires")?,
    })
}

fn link_draft(user: RecordId, purpose: Purpose, secret: &str, now: Timestamp, expires: Timestamp) -> Draft {
    Draft::default()
        .with("user", user)
        .with("purpose", purpose.tag())
        .with("token_hash", secret::hash(secret).as_str())
        .with("created", Value::DateTime(now))
        .with("expires", Value::DateTime(expires))
}

/// Takes links away, those that were used meanwhile aside.
fn void(unit: &mut dyn Unit, links: Vec<Link>) -> Result<(), EngineError> {
    for link in links {
        match unit.delete(ACCOUNT_LINK, link.id, None) {
            Ok(()) | Err(EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
