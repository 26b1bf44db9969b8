//! The second factor: codes of an application on a telephone (TOTP, RFC 6238), and recovery codes for when it is not at hand.
//!
//! Decision 0132. The secret is sealed; of recovery codes only hashes are kept. A code is good for its half minute and the ones beside it, once.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Unit};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Builder, Secret, Totp};

use crate::access::Identity;
use crate::devices::{Known, Visitor};
use crate::directory::{Fields, SECOND_FACTOR, USER};
use crate::error::PlatformError;
use crate::passkeys::delete_passkeys;
use crate::password_change::OPERATOR;
use crate::platform::Platform;
use crate::secret;
use crate::sessions::{Ending, end_sessions};
use crate::sign_in_events::{Event, Noted, Way};
use crate::throttle::{Attempt, Guess};
use crate::users::User;

/// A device that the person trusts is not asked for a code for this long.
pub const TRUSTED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Recovery codes made at a time.
const RECOVERY_CODES: usize = 10;
/// Letters of one: 24 of 31 are 118 bits. Source: OWASP ASVS 5.0, 6.5.2: with 112, a plain hash is enough.
const RECOVERY_LETTERS: usize = 24;
/// Bytes of the shared secret. Source: RFC 4226, 4, R6 recommends 160 bits.
const SECRET_BYTES: usize = 20;
/// How applications call us.
const ISSUER: &str = "Tisserand";

/// What a person brings besides their password.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proof<'a> {
    /// A code of their application, or a recovery code.
    pub code: Option<&'a str>,
    /// They want this device to be trusted from now on.
    pub trust: bool,
}

/// How a person's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorState {
    /// Since when codes are asked for; not yet, without.
    pub since: Option<Timestamp>,
    /// Recovery codes that were not used.
    pub recovery_left: usize,
}

/// What an application on a telephone is told, once.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The shared secret in base32, to be typed where nothing can be scanned.
    pub secret: String,
    /// The same as an address that applications read: `otpauth://totp/…`.
    pub uri: String,
}

/// What is kept of a second factor.
struct Factor {
    id: RecordId,
    version: Option<u64>,
    confirmed: bool,
    last_step: i64,
    recovery: Vec<String>,
}

impl Platform {
    /// How the second factor of a person stands.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn second_factor(&self, user: &User) -> Result<FactorState, PlatformError> {
        let factor = self.factor_of(user.id)?.filter(|factor| factor.confirmed);
        let recovery_left = factor.map_or(0, |factor| factor.recovery.len());
        Ok(FactorState { since: user.second_factor, recovery_left })
    }

    /// Begins to add a second factor: codes are asked for once one was given ([`Platform::second_factor_confirm`]).
    ///
    /// Errors: the password is not right; throttled; refused when there is one already.
    pub fn second_factor_begin(
        &self,
        identity: &Identity,
        password: &str,
        visitor: &Visitor<'_>,
    ) -> Result<Enrolment, PlatformError> {
        let user = &identity.user;
        self.password_confirm(user, password, visitor)?;
        let existing = self.factor_of(user.id)?;
        if existing.as_ref().is_some_and(|factor| factor.confirmed) {
            return Err(PlatformError::refused(
                "Un second facteur est déjà en place : retirez-le d'abord.",
                "There is a second factor already: remove it first.",
            ));
        }
        let mut shared = [0; SECRET_BYTES];
        self.random.fill(&mut shared);
        let sealed = self.keys.seal(&about(user.id), &shared, self.random.as_ref())?;
        let draft = Draft::default()
            .with("user", user.id)
            .with("sealed", sealed.as_str())
            .with("confirmed", Value::Null)
            .with("last_step", Value::Integer(0));
        self.root().transact(&Caller::system(), move |unit| match existing {
            Some(factor) => unit.update(SECOND_FACTOR, factor.id, None, draft),
            None => unit.create(SECOND_FACTOR, None, draft).map(drop),
        })?;
        let secret = Secret::from(shared.to_vec()).to_base32();
        let account = utf8_percent_encode(&user.email, NON_ALPHANUMERIC);
        let uri = format!("otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}");
        Ok(Enrolment { secret, uri })
    }

    /// Ends adding a second factor: the application gives the codes that we expect. Ends the person's other sessions; returns the recovery codes,
    /// which are shown this once.
    ///
    /// Errors: wrong code; throttled; not found when nothing was begun.
    pub fn second_factor_confirm(
        &self,
        identity: &Identity,
        code: &str,
        visitor: &Visitor<'_>,
    ) -> Result<Vec<String>, PlatformError> {
        let user = &identity.user;
        let session = identity.session()?;
        let factor = self.factor_of(user.id)?.filter(|factor| !factor.confirmed);
        let factor = factor.ok_or(PlatformError::NotFound)?;
        let (id, expected) = (factor.id, factor.version);
        let step = self.guarded(user, visitor, || self.step_of(&factor, user.id, code))?;
        let (codes, hashes) = self.recovery_codes();
        let now = self.clock.now();
        let endings = self.endings(user.id, None, |one| one != session)?;
        let noted = Noted::at_the_door(Event::FactorAdded, Some(user.id), visitor);
        let user = user.id;
        self.root().transact(&Caller::system(), move |unit| {
            let draft = Draft::default()
                .with("confirmed", Value::DateTime(now))
                .with("last_step", Value::Integer(step))
                .with("recovery_hashes", hashes.as_str());
            unit.update(SECOND_FACTOR, id, expected, draft)?;
            unit.update(USER, user, None, Draft::default().with("second_factor", Value::DateTime(now)))?;
            noted.write(unit, now)?;
            end_sessions(unit, endings, now)
        })?;
        tracing::info!(user.id = %user, "second factor added");
        Ok(codes)
    }

    /// Makes other recovery codes in place of those there are; returns them, this once.
    ///
    /// Errors: wrong code; throttled; not found without a second factor.
    pub fn recovery_codes_renew(
        &self,
        identity: &Identity,
        code: &str,
        visitor: &Visitor<'_>,
    ) -> Result<Vec<String>, PlatformError> {
        let user = &identity.user;
        identity.session()?;
        self.guarded(user, visitor, || Ok(self.code_used(user.id, code)?.map(|_| ())))?;
        let factor = self.factor_of(user.id)?.ok_or(PlatformError::NotFound)?;
        let (codes, hashes) = self.recovery_codes();
        let (noted, now) =
            (Noted::at_the_door(Event::RecoveryCodesMade, Some(user.id), visitor), self.clock.now());
        self.root().transact(&Caller::system(), move |unit| {
            unit.update(
                SECOND_FACTOR,
                factor.id,
                None,
                Draft::default().with("recovery_hashes", hashes.as_str()),
            )?;
            noted.write(unit, now)
        })?;
        Ok(codes)
    }

    /// Removes the second factor of whoever asks.
    ///
    /// Errors: wrong code; throttled; not found without a second factor.
    pub fn second_factor_remove(
        &self,
        identity: &Identity,
        code: &str,
        visitor: &Visitor<'_>,
    ) -> Result<(), PlatformError> {
        let user = &identity.user;
        identity.session()?;
        self.guarded(user, visitor, || Ok(self.code_used(user.id, code)?.map(|_| ())))?;
        let noted = Noted::at_the_door(Event::FactorRemoved, Some(user.id), visitor);
        self.factor_of(user.id)?.ok_or(PlatformError::NotFound)?;
        self.factor_delete(user.id, vec![noted], Vec::new(), Vec::new())
    }

    /// Takes the second factor and the passkeys of somebody away who lost them, and ends their sessions. `by`: name of who does; none for the operator at the
    /// machine.
    ///
    /// Errors: refused when they have neither.
    pub fn second_factor_reset(&self, user: &User, by: Option<&str>) -> Result<(), PlatformError> {
        let keys: Vec<RecordId> = self.passkeys_of(user.id)?.iter().map(|key| key.id).collect();
        let has_factor = self.factor_of(user.id)?.is_some();
        if !has_factor && keys.is_empty() {
            return Err(PlatformError::refused(
                "Cette personne n'a ni second facteur ni clé d'accès.",
                "This person has neither a second factor nor a passkey.",
            ));
        }
        let by = Some(by.unwrap_or(OPERATOR));
        let mut noted = Vec::new();
        noted.extend(has_factor.then(|| Noted::of(Event::FactorReset, user.id, by)));
        noted.extend(keys.iter().map(|_| Noted::of(Event::PasskeyRemoved, user.id, by)));
        self.factor_delete(user.id, noted, keys, self.endings(user.id, by, |_| true)?)
    }

    /// What a person who gave the right password still has to prove, proved: how they came in.
    ///
    /// Errors: a code is needed; it is wrong; throttled.
    pub(crate) fn second_factor_passed(
        &self,
        user: &User,
        proof: &Proof<'_>,
        known: &Known,
        visitor: &Visitor<'_>,
    ) -> Result<Way, PlatformError> {
        if user.second_factor.is_none() {
            return Ok(Way::Password);
        }
        if known.trusted {
            return Ok(Way::TrustedDevice);
        }
        let Some(code) = proof.code else {
            self.note(Noted::at_the_door(Event::CodeAsked, Some(user.id), visitor))?;
            return Err(PlatformError::CodeNeeded);
        };
        self.guarded(user, visitor, || self.code_used(user.id, code))
    }

    /// Looks at a code, slowed down as guesses are; `None` is a wrong one.
    fn guarded<T>(
        &self,
        user: &User,
        visitor: &Visitor<'_>,
        look: impl FnOnce() -> Result<Option<T>, PlatformError>,
    ) -> Result<T, PlatformError> {
        let standing = self.devices_known(user.id, visitor)?.standing(visitor);
        let now = self.clock.now();
        let attempt =
            Attempt { guess: Guess::Code, account: &user.email, address: visitor.address, standing, now };
        if let Err(retry_after_s) = self.throttle.attempt(attempt) {
            self.note_slowed(Some(user.id), visitor)?;
            return Err(PlatformError::Throttled { retry_after_s });
        }
        if let Some(found) = look()? {
            self.throttle.succeeded(attempt);
            return Ok(found);
        }
        self.note(Noted::at_the_door(Event::WrongCode, Some(user.id), visitor))?;
        Err(PlatformError::WrongCode)
    }

    /// Uses a code up; `None` when it is wrong, or was used before.
    fn code_used(&self, user: RecordId, code: &str) -> Result<Option<Way>, PlatformError> {
        let factor = self.factor_of(user)?.filter(|factor| factor.confirmed);
        let factor = factor.ok_or(PlatformError::NotFound)?;
        let (id, expected) = (factor.id, factor.version);
        let (draft, way) = match self.step_of(&factor, user, code)? {
            Some(step) => (Draft::default().with("last_step", Value::Integer(step)), Way::Code),
            None => {
                let hash = secret::hash(&plain(code));
                if !factor.recovery.contains(&hash) {
                    return Ok(None);
                }
                let left: Vec<&str> =
                    factor.recovery.iter().filter(|one| **one != hash).map(String::as_str).collect();
                (Draft::default().with("recovery_hashes", left.join(" ").as_str()), Way::RecoveryCode)
            }
        };
        // The version makes it one use, however many ask at once.
        let used = self
            .root()
            .transact(&Caller::system(), move |unit| unit.update(SECOND_FACTOR, id, expected, draft));
        match used {
            Ok(_) => Ok(Some(way)),
            Err(EngineError::Stale { .. } | EngineError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The half minute of a code of the application; `None` when it is wrong, or not after the last one used.
    fn step_of(&self, factor: &Factor, user: RecordId, code: &str) -> Result<Option<i64>, PlatformError> {
        let code = plain(code);
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(None);
        }
        let sealed = self.root().secret(&Caller::system(), SECOND_FACTOR, factor.id, "sealed")?;
        let shared = self.keys.open(&about(user), sealed.as_text().unwrap_or_default())?;
        let now = u64::try_from(self.clock.now().as_second()).unwrap_or_default();
        let step = totp(shared)?.check(&code, now).and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| *step > factor.last_step))
    }

    fn factor_of(&self, user: RecordId) -> Result<Option<Factor>, PlatformError> {
        let dictionary = self.root().dictionary();
        let Some(record) = self.records_of(SECOND_FACTOR, "user", user)?.pop() else { return Ok(None) };
        let fields = Fields::of(&dictionary, &record);
        let number = |field: &str| match fields.value(field) {
            Value::Integer(number) => *number,
            _ => 0,
        };
        let hashes = self.root().secret(&Caller::system(), SECOND_FACTOR, fields.id(), "recovery_hashes")?;
        let recovery = hashes.as_text().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        Ok(Some(Factor {
            id: fields.id(),
            version: u64::try_from(number("version")).ok(),
            confirmed: fields.moment("confirmed").is_some(),
            last_step: number("last_step"),
            recovery,
        }))
    }

    /// Deletes the second factor of a person, where there is one, and these passkeys, and ends these sessions.
    fn factor_delete(
        &self,
        user: RecordId,
        noted: Vec<Noted>,
        keys: Vec<RecordId>,
        endings: Vec<Ending>,
    ) -> Result<(), PlatformError> {
        let factor = self.factor_of(user)?;
        let trusted = self.devices_trusted(user, None)?;
        let now = self.clock.now();
        self.root().transact(&Caller::system(), move |unit| {
            if let Some(factor) = factor {
                unit.delete(SECOND_FACTOR, factor.id, None)?;
                unit.update(USER, user, None, Draft::default().with("second_factor", Value::Null))?;
            }
            delete_passkeys(unit, keys)?;
            untrust(unit, trusted)?;
            noted.into_iter().try_for_each(|noted| noted.write(unit, now))?;
            end_sessions(unit, endings, now)
        })?;
        tracing::info!(user.id = %user, "second factor removed");
        Ok(())
    }

    /// New recovery codes, and what is kept of them.
    fn recovery_codes(&self) -> (Vec<String>, String) {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| crate::password::letters(self.random.as_ref(), RECOVERY_LETTERS))
            .collect();
        let hashes: Vec<String> = codes.iter().map(|code| secret::hash(code)).collect();
        (codes.iter().map(|code| grouped(code)).collect(), hashes.join(" "))
    }
}

/// Devices are trusted no more.
pub(crate) fn untrust(unit: &mut dyn Unit, devices: Vec<RecordId>) -> Result<(), EngineError> {
    for device in devices {
        let draft = Draft::default().with("trust_hash", Value::Null).with("trusted_until", Value::Null);
        match unit.update(crate::directory::DEVICE, device, None, draft) {
            Ok(()) | Err(EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What a shared secret is sealed about.
pub(crate) fn about(user: RecordId) -> String {
    format!("second factor of {user}")
}

fn totp(shared: Vec<u8>) -> Result<Totp, PlatformError> {
    let made = Builder::new().with_secret(Secret::from(shared)).with_skew(1).build();
    made.map_err(|_| PlatformError::Sealed { why: "it is no shared secret" })
}

/// A code as people type it, without spaces and dashes.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric()).take(64).collect::<String>().to_ascii_lowercase()
}

/// `abcd-efgh-…`
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
