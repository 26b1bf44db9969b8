//! What happened to sign-ins: let in, refused, ended, by whom, from where. Records of the reserved environment, and so in its journal too.

use std::collections::HashMap;
use std::net::IpAddr;

use dictionary::expression::{BinaryOperator, Node, Typed};
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Query, Record, Unit};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::devices::Visitor;
use crate::directory::{self, ACCESS, Fields, SIGN_IN_EVENT};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::secret;
use crate::throttle::Network;

/// How long events are kept. Source: CNIL, délibération n° 2021-122 on logging: six months to a year.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 180);

/// Attempts that are not even looked at cost an attacker nothing: of one account and one address, one is noted in so long.
const SLOWED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Pairs of which the last such note is remembered.
const SLOWED_MAX: usize = 10_000;

/// Events of a page at most.
const PAGE_MAX: u32 = 500;

/// What happened. Each is a tag of the value list `sign_in_event`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Let in.
    SignedIn,
    /// The password was not theirs.
    WrongPassword,
    /// Nobody has the address that was typed.
    UnknownAddress,
    /// The password was right; a code was asked for.
    CodeAsked,
    /// The code of the second factor was wrong, or used before.
    WrongCode,
    /// The word of an identity provider was not enough.
    ProviderRefused,
    /// The account is closed.
    Inactive,
    /// Not looked at: too many attempts before.
    SlowedDown,
    /// The person signed out.
    SignedOut,
    /// Somebody ended the session: the person elsewhere, or an administrator.
    SessionEnded,
    /// The person added a second factor.
    FactorAdded,
    /// The person removed their second factor.
    FactorRemoved,
    /// Somebody took it away, because the person lost it.
    FactorReset,
    /// The person had other recovery codes made.
    RecoveryCodesMade,
    /// The password was right, and was given too long ago.
    PasswordExpired,
    /// The person chose another password.
    PasswordChanged,
    /// Somebody gave the person another password.
    PasswordReset,
    /// Somebody let the person in, who got a link to choose a password.
    Invited,
    /// Somebody asked for a link to choose another password, which went to the person.
    LinkAsked,
    /// The person chose a password by a link.
    PasswordChosen,
    /// The person added a passkey.
    PasskeyAdded,
    /// A passkey was removed: by the person, or by somebody who reset how they prove who they are.
    PasskeyRemoved,
    /// A passkey that nobody has, or whose answer does not hold.
    PasskeyRefused,
    /// The passkey counted less than at an earlier sign-in: there may be two of it.
    PasskeyCopied,
}

impl Event {
    /// Every one, as the value list has them.
    pub const ALL: &[Event] = &[
        Event::SignedIn,
        Event::WrongPassword,
        Event::UnknownAddress,
        Event::CodeAsked,
        Event::WrongCode,
        Event::ProviderRefused,
        Event::Inactive,
        Event::SlowedDown,
        Event::SignedOut,
        Event::SessionEnded,
        Event::FactorAdded,
        Event::FactorRemoved,
        Event::FactorReset,
        Event::RecoveryCodesMade,
        Event::PasswordExpired,
        Event::PasswordChanged,
        Event::PasswordReset,
        Event::Invited,
        Event::LinkAsked,
        Event::PasswordChosen,
        Event::PasskeyAdded,
        Event::PasskeyRemoved,
        Event::PasskeyRefused,
        Event::PasskeyCopied,
    ];

    /// Tag of the value list.
    pub fn tag(self) -> &'static str {
        match self {
            Event::SignedIn => "signed_in",
            Event::WrongPassword => "wrong_password",
            Event::UnknownAddress => "unknown_address",
            Event::CodeAsked => "code_asked",
            Event::WrongCode => "wrong_code",
            Event::ProviderRefused => "provider_refused",
            Event::Inactive => "inactive",
            Event::SlowedDown => "slowed_down",
            Event::SignedOut => "signed_out",
            Event::SessionEnded => "session_ended",
            Event::FactorAdded => "factor_added",
            Event::FactorRemoved => "factor_removed",
            Event::FactorReset => "factor_reset",
            Event::RecoveryCodesMade => "recovery_codes_made",
            Event::PasswordExpired => "password_expired",
            Event::PasswordChanged => "password_changed",
            Event::PasswordReset => "password_reset",
            Event::Invited => "invited",
            Event::LinkAsked => "link_asked",
            Event::PasswordChosen => "password_chosen",
            Event::PasskeyAdded => "passkey_added",
            Event::PasskeyRemoved => "passkey_removed",
            Event::PasskeyRefused => "passkey_refused",
            Event::PasskeyCopied => "passkey_copied",
        }
    }

    /// The event of a tag.
    pub fn of_tag(tag: &str) -> Option<Event> {
        Event::ALL.iter().copied().find(|event| event.tag() == tag)
    }
}

/// How somebody proved who they are. Each is a tag of the value list `sign_in_way`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A password alone.
    Password,
    /// A password and a code of the application.
    Code,
    /// A password and a recovery code.
    RecoveryCode,
    /// A password, on a device that is trusted.
    TrustedDevice,
    /// The word of an identity provider.
    Provider,
    /// The password that a company's directory knows.
    Directory,
    /// A passkey, whose authenticator verified the person.
    Passkey,
}

impl Way {
    /// Every one, as the value list has them.
    pub const ALL: &[Way] = &[
        Way::Password,
        Way::Code,
        Way::RecoveryCode,
        Way::TrustedDevice,
        Way::Provider,
        Way::Directory,
        Way::Passkey,
    ];

    /// Tag of the value list.
    pub fn tag(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Code => "code",
            Way::RecoveryCode => "recovery_code",
            Way::Provider => "provider",
            Way::Directory => "directory",
            Way::TrustedDevice => "trusted_device",
            Way::Passkey => "passkey",
        }
    }
}

/// An event to be noted.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    pub(crate) event: Event,
    pub(crate) way: Option<Way>,
    pub(crate) user: Option<RecordId>,
    /// Who did it, where it was not the person themselves.
    pub(crate) by: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) address: Option<String>,
    /// Hash of the challenge that a passkey answered, which thereby is used up.
    pub(crate) challenge: Option<String>,
}

impl Noted {
    /// An event of somebody at the door.
    pub(crate) fn at_the_door(event: Event, user: Option<RecordId>, visitor: &Visitor<'_>) -> Noted {
        let (device, address) = (visitor.words(), Some(visitor.place()));
        Noted { event, way: None, user, by: None, device, address, challenge: None }
    }

    /// An event of a person that has no place of its own.
    pub(crate) fn of(event: Event, user: RecordId, by: Option<&str>) -> Noted {
        let by = by.map(|name| name.chars().take(200).collect());
        Noted { event, way: None, user: Some(user), by, device: None, address: None, challenge: None }
    }

    /// The same, in answer to a challenge.
    pub(crate) fn answering(self, challenge: &str) -> Noted {
        Noted { challenge: Some(secret::hash(challenge)), ..self }
    }

    pub(crate) fn write(self, unit: &mut dyn Unit, now: Timestamp) -> Result<(), EngineError> {
        let mut draft = Draft::default().with("at", Value::DateTime(now)).with("event", self.event.tag());
        if let Some(user) = self.user {
            draft = draft.with("user", user);
        }
        let texts = [
            ("way", self.way.map(|way| way.tag().to_owned())),
            ("done_by", self.by),
            ("device", self.device),
            ("address", self.address),
            ("challenge_hash", self.challenge),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                draft = draft.with(field, text.as_str());
            }
        }
        unit.create(SIGN_IN_EVENT, None, draft).map(drop)
    }
}

/// An event as it is shown.
#[derive(Debug, Clone)]
pub struct SignInEvent {
    /// Its record.
    pub id: RecordId,
    /// When.
    pub at: Timestamp,
    /// What: a tag of `sign_in_event`.
    pub event: String,
    /// How: a tag of `sign_in_way`.
    pub way: Option<String>,
    /// Whose account; nobody has the address that was typed, without one.
    pub user: Option<RecordId>,
    /// Name of who did it, where it was not the person themselves.
    pub by: Option<String>,
    /// Browser and system.
    pub device: Option<String>,
    /// Network address.
    pub address: Option<String>,
}

/// Which events are looked for.
#[derive(Debug, Clone, Default)]
pub struct EventsWanted {
    /// Of this person only.
    pub user: Option<RecordId>,
    /// Of this kind only.
    pub event: Option<Event>,
    /// Events passed over first.
    pub skip: u32,
    /// Events at most.
    pub limit: u32,
}

/// When attempts that were not looked at were last noted.
#[derive(Debug, Default)]
pub(crate) struct Slowed(Mutex<HashMap<(Option<RecordId>, Network), Timestamp>>);

impl Slowed {
    fn is_news(&self, user: Option<RecordId>, address: IpAddr, now: Timestamp) -> bool {
        let mut noted = self.0.lock();
        let key = (user, Network::of(address));
        if noted.get(&key).is_some_and(|last| now.duration_since(*last) < SLOWED_EVERY) {
            return false;
        }
        if noted.len() >= SLOWED_MAX {
            noted.retain(|_, last| now.duration_since(*last) < SLOWED_EVERY);
        }
        // Many addresses at once: their attempts are in the log and in the figures, and not all of them here.
        if noted.len() >= SLOWED_MAX {
            return false;
        }
        noted.insert(key, now);
        true
    }
}

impl Platform {
    /// Notes an event by itself.
    pub(crate) fn note(&self, noted: Noted) -> Result<(), PlatformError> {
        let now = self.clock.now();
        self.root().transact(&Caller::system(), move |unit| noted.write(unit, now))?;
        Ok(())
    }

    /// Notes that an attempt was not looked at, once a minute for an account and an address.
    pub(crate) fn note_slowed(
        &self,
        user: Option<RecordId>,
        visitor: &Visitor<'_>,
    ) -> Result<(), PlatformError> {
        if self.slowed.is_news(user, visitor.address, self.clock.now()) {
            self.note(Noted::at_the_door(Event::SlowedDown, user, visitor))?;
        }
        Ok(())
    }

    /// Events of one person's account, newest first, and whether there are more.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn sign_in_events_of(
        &self,
        user: RecordId,
        wanted: &EventsWanted,
    ) -> Result<(Vec<SignInEvent>, bool), PlatformError> {
        self.sign_in_events(&[user], wanted)
    }

    /// Events of the accounts that may enter an environment, newest first, and whether there are more.
    ///
    /// Errors: there is no such environment.
    pub fn sign_in_events_in(
        &self,
        environment: &str,
        wanted: &EventsWanted,
    ) -> Result<(Vec<SignInEvent>, bool), PlatformError> {
        let info = self.environment_info(environment)?;
        let dictionary = self.root().dictionary();
        let accesses = self.records_of(ACCESS, "environment", info.id)?;
        let users = accesses.iter().filter_map(|record| Fields::of(&dictionary, record).reference("user"));
        let users: Vec<RecordId> =
            users.filter(|user| wanted.user.is_none_or(|only| only == *user)).collect();
        self.sign_in_events(&users, wanted)
    }

    /// Forgets old events; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn sign_in_events_sweep(&self) -> Result<usize, PlatformError> {
        self.delete_older(SIGN_IN_EVENT, "at", self.clock.now() - KEPT)
    }

    fn sign_in_events(
        &self,
        users: &[RecordId],
        wanted: &EventsWanted,
    ) -> Result<(Vec<SignInEvent>, bool), PlatformError> {
        let Some(first) = users.first() else { return Ok((Vec::new(), false)) };
        let root = self.root();
        let dictionary = root.dictionary();
        let equals = |field: &str, value: Value| {
            directory::condition(&dictionary, SIGN_IN_EVENT, field, BinaryOperator::Equal, value)
        };
        let mut filters = vec![among(equals("user", Value::Id(*first))?, users)];
        if let Some(event) = wanted.event {
            filters.push(equals("event", Value::from(event.tag()))?);
        }
        let limit = wanted.limit.clamp(1, PAGE_MAX);
        let query =
            Query { entity: SIGN_IN_EVENT.to_owned(), filters, skip: wanted.skip, limit, ..Query::default() };
        let page = root.list(&Caller::system(), &query)?;
        let events = page.records.iter().filter_map(|record| read(&Fields::of(&dictionary, record), record));
        Ok((events.collect(), page.next.is_some()))
    }
}

/// `path = first` widened to `path in (users)`.
fn among(equals: Typed, users: &[RecordId]) -> Typed {
    let Typed { node: Node::Binary(_, path, one), ty, span } = equals else { return equals };
    let each = users.iter().map(|user| Typed { node: Node::Literal(Value::Id(*user)), ..(*one).clone() });
    Typed { node: Node::In(path, each.collect()), ty, span }
}

fn read(fields: &Fields<'_>, record: &Record) -> Option<SignInEvent> {
    Some(SignInEvent {
        id: record.row.id(),
        at: fields.moment("at")?,
        event: fields.text("event")?,
        way: fields.text("way"),
        user: fields.reference("user"),
        by: fields.text("done_by"),
        device: fields.text("device"),
        address: fields.text("address"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_lists_of_the_module_have_every_event_and_way_and_no_other() {
        let tags = |file: &str| {
            let text = std::fs::read_to_string(
                std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("../../modules/directory/lists")
                    .join(file),
            );
            let list: toml::Table = text.unwrap().parse().unwrap();
            list["values"].as_table().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        let events: Vec<&str> = Event::ALL.iter().map(|event| event.tag()).collect();
        assert_eq!(tags("sign_in_event.toml"), events);
        let ways: Vec<&str> = Way::ALL.iter().map(|way| way.tag()).collect();
        assert_eq!(tags("sign_in_way.toml"), ways);
        assert!(events.iter().all(|tag| Event::of_tag(tag).is_some_and(|event| event.tag() == *tag)));
    }
}
