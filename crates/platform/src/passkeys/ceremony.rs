//! A challenge, from when a page gets it to when an answer used it.

use base64ct::{Base64UrlUnpadded, Encoding};
use dictionary::RecordId;
use engine::{EngineError, Unit};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::Site;
use crate::directory::SIGN_IN_EVENT;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::secret;

/// A challenge has to be answered within this time.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);

const CHALLENGE_BYTES: usize = 32;

/// What a challenge is for, and of whom.
pub(super) struct Ceremony(String);

impl Ceremony {
    /// Adding a passkey, in one session.
    pub(super) fn add(user: RecordId, session: RecordId) -> Ceremony {
        Ceremony(format!("passkey added by {user} in {session}"))
    }

    /// Signing in, in the browser that has this cookie.
    pub(super) fn sign_in(browser: &str) -> Ceremony {
        Ceremony(format!("sign-in by a passkey in {}", secret::hash(browser)))
    }
}

/// A challenge, and what the page sends back with its answer.
pub(super) struct Begun {
    pub(super) challenge: String,
    pub(super) ceremony: String,
}

impl Platform {
    pub(super) fn ceremony_begin(&self, of: &Ceremony, site: &Site) -> Result<Begun, PlatformError> {
        let mut bytes = [0; CHALLENGE_BYTES];
        self.random.fill(&mut bytes);
        let challenge = Base64UrlUnpadded::encode_string(&bytes);
        let until = self.clock.now() + GOOD_FOR;
        let kept = json!({ "challenge": challenge, "origin": site.origin, "until": until }).to_string();
        let ceremony = self.keys.seal(&of.0, kept.as_bytes(), self.random.as_ref())?;
        Ok(Begun { challenge, ceremony })
    }

    /// The challenge of a ceremony that was begun for this, here, and is not too old.
    pub(super) fn ceremony_of(
        &self,
        of: &Ceremony,
        sealed: &str,
        site: &Site,
    ) -> Result<String, PlatformError> {
        let opened = self.keys.open(&of.0, sealed).map_err(|_| PlatformError::CeremonyOver)?;
        let kept: Json = serde_json::from_slice(&opened).map_err(|_| PlatformError::CeremonyOver)?;
        let until: Option<Timestamp> = kept["until"].as_str().and_then(|until| until.parse().ok());
        let is_good = until.is_some_and(|until| until > self.clock.now());
        match kept["challenge"].as_str() {
            Some(challenge) if is_good && kept["origin"] == site.origin.as_str() => Ok(challenge.to_owned()),
            _ => Err(PlatformError::CeremonyOver),
        }
    }
}

/// Refuses a challenge that was answered before, on whatever server: the note of what it did has its hash.
///
/// Errors: `NotFound`, which [`over`] tells as what it is.
pub(super) fn begin_anew(unit: &mut dyn Unit, challenge: &str) -> Result<(), EngineError> {
    match unit.find(SIGN_IN_EVENT, "challenge_hash", &secret::hash(challenge))? {
        None => Ok(()),
        Some(_) => Err(EngineError::NotFound),
    }
}

/// Why a transaction that uses a challenge failed: what it looks for is not there any more, or moved on meanwhile, and so the ceremony is over.
pub(super) fn over(error: PlatformError) -> PlatformError {
    match error {
        PlatformError::Engine(EngineError::NotFound | EngineError::Stale { .. }) => {
            PlatformError::CeremonyOver
        }
        error => error,
    }
}
