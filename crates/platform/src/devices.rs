//! Browsers in which somebody signed in before. Each has a cookie that proves it; who has it is not slowed down by what strangers try.

use std::net::IpAddr;

use dictionary::expression::BinaryOperator;
use dictionary::{RecordId, Value};
use engine::{Draft, EngineError, Query, Unit};
use jiff::{SignedDuration, Timestamp};

use crate::directory::{self, DEVICE, Fields};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::second_factor::TRUSTED_FOR;
use crate::secret;
use crate::throttle::{Network, Standing};
use crate::user_agent;

/// A browser stays known for this long after the last sign-in from it.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Browsers remembered of one person; beyond, the one longest unused is forgotten.
const DEVICES_MAX: usize = 20;

/// Who asks to be let in, as far as the request tells.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// Network address.
    pub address: IpAddr,
    /// What the browser says of itself.
    pub user_agent: Option<&'a str>,
    /// The cookie of the session that it has, if it has one: signing in again ends it.
    pub session: Option<&'a str>,
    /// The cookie it got at an earlier sign-in, of anybody.
    pub device: Option<&'a str>,
    /// The cookie that it got when somebody trusted it.
    pub trusted: Option<&'a str>,
}

impl Visitor<'_> {
    /// The address as it is kept.
    pub(crate) fn place(&self) -> String {
        self.address.to_canonical().to_string()
    }

    /// The device in words.
    pub(crate) fn words(&self) -> Option<String> {
        self.user_agent.and_then(user_agent::words)
    }
}

/// A browser that somebody is known by.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) id: RecordId,
    address: Option<String>,
    seen: Timestamp,
}

/// A browser that a person is known by, as it is shown to them.
#[derive(Debug, Clone)]
pub struct KnownDevice {
    /// Its record.
    pub id: RecordId,
    /// Browser and system.
    pub name: Option<String>,
    /// Network address of the last sign-in.
    pub address: Option<String>,
    /// The last sign-in.
    pub seen: Timestamp,
    /// No code is asked there until then.
    pub trusted_until: Option<Timestamp>,
    /// The one that asks.
    pub is_this: bool,
}

/// What is known of the devices of somebody who tries to sign in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    devices: Vec<Device>,
    /// The one that the visitor proves to be.
    pub(crate) this: Option<Device>,
    /// The visitor proves to be one that the person trusts.
    pub(crate) trusted: bool,
}

impl Known {
    pub(crate) fn standing(&self, visitor: &Visitor<'_>) -> Standing {
        if let Some(device) = &self.this {
            return Standing::Device(device.id);
        }
        let network = Network::of(visitor.address);
        let addresses = self.devices.iter().filter_map(|device| device.address.as_ref()?.parse().ok());
        let near = addresses.map(Network::of).any(|known| known == network);
        if near { Standing::Place } else { Standing::Stranger }
    }
}

/// A device as a sign-in leaves it: to be written in the transaction that opens the session.
pub(crate) struct Remembered {
    existing: Option<RecordId>,
    draft: Draft,
    forgotten: Vec<RecordId>,
    /// To be kept by the browser.
    pub(crate) secret: String,
    /// To be kept by it too: the person trusts it from now on.
    pub(crate) trust: Option<String>,
}

impl Remembered {
    pub(crate) fn write(self, unit: &mut dyn Unit) -> Result<(), EngineError> {
        for old in self.forgotten {
            match unit.delete(DEVICE, old, None) {
                Ok(()) | Err(EngineError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        match self.existing {
            Some(id) => unit.update(DEVICE, id, None, self.draft),
            None => unit.create(DEVICE, None, self.draft).map(drop),
        }
    }
}

/// One cookie may belong to many people who share a computer: what is kept of it differs for each.
fn hash(secret: &str, user: RecordId) -> String {
    secret::hash(&format!("{secret} {user}"))
}

impl Platform {
    /// The devices of somebody, and which of them a visitor is. Asked for a person that does not exist it takes as long.
    ///
    /// Errors: the reserved environment cannot be read.
    pub(crate) fn devices_known(
        &self,
        user: RecordId,
        visitor: &Visitor<'_>,
    ) -> Result<Known, PlatformError> {
        let dictionary = self.root().dictionary();
        let since = self.clock.now() - REMEMBERED;
        let claimed = visitor.device.filter(|secret| secret::is_well_formed(secret));
        let this = match claimed {
            Some(secret) => self.records_of(DEVICE, "device_hash", hash(secret, user).as_str())?.pop(),
            None => None,
        };
        let this = this.map(|record| record.row.id());
        let now = self.clock.now();
        let trusted = match visitor.trusted.filter(|secret| secret::is_well_formed(secret)) {
            Some(secret) => self.records_of(DEVICE, "trust_hash", hash(secret, user).as_str())?.pop(),
            None => None,
        };
        let until = trusted.and_then(|record| Fields::of(&dictionary, &record).moment("trusted_until"));
        let mut known = Known { trusted: until.is_some_and(|until| until > now), ..Known::default() };
        for record in self.records_of(DEVICE, "user", user)? {
            let fields = Fields::of(&dictionary, &record);
            let Some(seen) = fields.moment("seen").filter(|seen| *seen > since) else { continue };
            let device = Device { id: fields.id(), address: fields.text("address"), seen };
            if this == Some(device.id) {
                known.this = Some(device.clone());
            }
            known.devices.push(device);
        }
        Ok(known)
    }

    /// What is to be remembered of a device from which somebody has just been let in.
    pub(crate) fn device_remembered(
        &self,
        user: RecordId,
        mut known: Known,
        trust: bool,
        visitor: &Visitor<'_>,
    ) -> Remembered {
        let existing = known.this.map(|device| device.id);
        // A cookie that this browser has for somebody else serves for both.
        let secret = match visitor.device.filter(|secret| secret::is_well_formed(secret)) {
            Some(secret) => secret.to_owned(),
            None => secret::secret(self.random.as_ref()),
        };
        let mut draft = Draft::default()
            .with("user", user)
            .with("device_hash", hash(&secret, user).as_str())
            .with("address", visitor.place().as_str())
            .with("seen", Value::DateTime(self.clock.now()));
        if let Some(words) = visitor.words() {
            draft = draft.with("name", words.as_str());
        }
        let trust = trust.then(|| secret::secret(self.random.as_ref()));
        if let Some(trust) = &trust {
            let until = self.clock.now() + TRUSTED_FOR;
            draft = draft.with("trust_hash", hash(trust, user).as_str());
            draft = draft.with("trusted_until", Value::DateTime(until));
        }
        let mut forgotten = Vec::new();
        if existing.is_none() && known.devices.len() >= DEVICES_MAX {
            known.devices.sort_by_key(|device| std::cmp::Reverse(device.seen));
            forgotten = known.devices[DEVICES_MAX - 1..].iter().map(|device| device.id).collect();
        }
        Remembered { existing, draft, forgotten, secret, trust }
    }

    /// The devices that a person trusts, but one.
    pub(crate) fn devices_trusted(
        &self,
        user: RecordId,
        but: Option<RecordId>,
    ) -> Result<Vec<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(DEVICE, "user", user)?;
        let trusted = records.iter().map(|record| Fields::of(&dictionary, record));
        let trusted = trusted.filter(|device| device.moment("trusted_until").is_some());
        Ok(trusted.map(|device| device.id()).filter(|id| Some(*id) != but).collect())
    }

    /// The browsers that a person is known by, last used first.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn devices_of(
        &self,
        user: RecordId,
        visitor: &Visitor<'_>,
    ) -> Result<Vec<KnownDevice>, PlatformError> {
        let dictionary = self.root().dictionary();
        let this = self.devices_known(user, visitor)?.this.map(|device| device.id);
        let now = self.clock.now();
        let mut found = Vec::new();
        for record in self.records_of(DEVICE, "user", user)? {
            let fields = Fields::of(&dictionary, &record);
            let Some(seen) = fields.moment("seen").filter(|seen| *seen > now - REMEMBERED) else { continue };
            found.push(KnownDevice {
                id: fields.id(),
                name: fields.text("name"),
                address: fields.text("address"),
                seen,
                trusted_until: fields.moment("trusted_until").filter(|until| *until > now),
                is_this: this == Some(fields.id()),
            });
        }
        found.sort_by_key(|device| std::cmp::Reverse(device.seen));
        Ok(found)
    }

    /// Forgets one of a person's devices: strangers slow it down again, and a code is asked there.
    ///
    /// Errors: not found when it is not theirs.
    pub fn device_forget(&self, user: RecordId, device: RecordId) -> Result<(), PlatformError> {
        if !self.records_of(DEVICE, "user", user)?.iter().any(|record| record.row.id() == device) {
            return Err(PlatformError::NotFound);
        }
        self.root().transact(&engine::Caller::system(), move |unit| unit.delete(DEVICE, device, None))?;
        Ok(())
    }

    /// Forgets the devices from which nobody signed in for long; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn devices_sweep(&self) -> Result<usize, PlatformError> {
        self.delete_older(DEVICE, "seen", self.clock.now() - REMEMBERED)
    }

    /// Deletes the records of `entity` whose `moment` is before `until`, some hundreds at a time; returns how many.
    pub(crate) fn delete_older(
        &self,
        entity: &'static str,
        moment: &str,
        until: Timestamp,
    ) -> Result<usize, PlatformError> {
        let root = self.root();
        let mut count = 0;
        loop {
            let old = Value::DateTime(until);
            let old =
                directory::condition(&root.dictionary(), entity, moment, BinaryOperator::LessOrEqual, old)?;
            let query =
                Query { entity: entity.to_owned(), filters: vec![old], limit: 500, ..Query::default() };
            let page = root.list(&engine::Caller::system(), &query)?;
            let ids: Vec<RecordId> = page.records.iter().map(|record| record.row.id()).collect();
            if ids.is_empty() {
                return Ok(count);
            }
            count += ids.len();
            root.transact(&engine::Caller::system(), move |unit| {
                for id in &ids {
                    match unit.delete(entity, *id, None) {
                        Ok(()) | Err(EngineError::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })?;
        }
    }
}
