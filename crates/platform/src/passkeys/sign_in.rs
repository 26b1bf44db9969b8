//! Signing in by a passkey: no address is typed, the key says whose it is.

use base64ct::{Base64UrlUnpadded, Encoding};
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Unit};
use jiff::Timestamp;
use journal::Position;
use serde_json::{Value as Json, json};

use super::ceremony::{self, Begun, Ceremony, GOOD_FOR, begin_anew};
use super::webauthn::Assertion;
use super::{BegunCeremony, Site, handle};
use crate::devices::{Known, Visitor};
use crate::directory::{Fields, PASSKEY};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::secret;
use crate::sessions::{Opening, SignedIn};
use crate::sign_in_events::{Event, Noted, Way};
use crate::throttle::{Attempt, Guess, Standing};
use crate::users::User;

/// A key that signed, to be noted in the transaction that opens the session.
#[derive(Debug, Clone)]
pub(crate) struct KeyUse {
    pub(crate) key: RecordId,
    version: Position,
    sign_count: u32,
    pub(crate) challenge: String,
}

impl KeyUse {
    /// Uses the challenge up, and notes what the key counts.
    ///
    /// Errors: `NotFound` when the challenge was answered before or the key is removed, `Stale` when the key signed something else meanwhile.
    pub(crate) fn write(&self, unit: &mut dyn Unit, now: Timestamp) -> Result<(), EngineError> {
        begin_anew(unit, &self.challenge)?;
        let draft = Draft::default()
            .with("used", Value::DateTime(now))
            .with("sign_count", Value::Integer(i64::from(self.sign_count)));
        unit.update(PASSKEY, self.key, Some(self.version), draft)
    }
}

/// Why somebody is not let in: what is noted, of whom where it is known.
struct Refused {
    event: Event,
    why: &'static str,
}

impl Platform {
    /// A secret for the cookie of a browser in which somebody begins to sign in by a passkey: the one it has already, else a new one.
    pub fn passkey_browser(&self, cookie: Option<&str>) -> String {
        match cookie.filter(|cookie| secret::is_well_formed(cookie)) {
            Some(cookie) => cookie.to_owned(),
            None => secret::secret(self.random.as_ref()),
        }
    }

    /// Begins to sign in by a passkey, in the browser that has this cookie. Nothing is written.
    ///
    /// Errors: nothing can be sealed.
    pub fn passkey_sign_in_begin(&self, browser: &str, site: &Site) -> Result<BegunCeremony, PlatformError> {
        let Begun { challenge, ceremony } = self.ceremony_begin(&Ceremony::sign_in(browser), site)?;
        let options = json!({
            "rpId": site.domain,
            "challenge": challenge,
            "timeout": GOOD_FOR.as_millis(),
            "userVerification": "required",
            "allowCredentials": [],
        });
        Ok(BegunCeremony { ceremony, options })
    }

    /// Signs in by a passkey: what the browser answered (`AuthenticationResponseJSON`). The authenticator verified its person, which makes two factors of it:
    /// no code is asked.
    ///
    /// Errors: the ceremony is over, was begun in another browser, or was answered before; the key is not known, or the answer does not hold; throttled.
    pub fn passkey_sign_in(
        &self,
        browser: Option<&str>,
        ceremony: &str,
        answer: &Json,
        site: &Site,
        visitor: &Visitor<'_>,
    ) -> Result<SignedIn, PlatformError> {
        let browser =
            browser.filter(|browser| secret::is_well_formed(browser)).ok_or(PlatformError::CeremonyOver)?;
        // What was not begun here is not even noted: anybody could fill the journal.
        let challenge = self.ceremony_of(&Ceremony::sign_in(browser), ceremony, site)?;
        let assertion = Assertion::read(answer);
        let found = match &assertion {
            Ok(assertion) => self.passkey_by(&assertion.credential)?,
            Err(_) => None,
        };
        let dictionary = self.root().dictionary();
        let fields = found.as_ref().map(|record| Fields::of(&dictionary, record));
        let user = match fields.as_ref().and_then(|fields| fields.reference("user")) {
            Some(user) => Some(self.user(user)?),
            None => None,
        };
        let known = match &user {
            Some(user) => self.devices_known(user.id, visitor)?,
            None => Known::default(),
        };
        let attempt = Attempt {
            guess: Guess::Passkey,
            account: user.as_ref().map_or("", |user| user.email.as_str()),
            address: visitor.address,
            standing: if user.is_some() { known.standing(visitor) } else { Standing::Stranger },
            now: self.clock.now(),
        };
        let id = user.as_ref().map(|user| user.id);
        if let Err(retry_after_s) = self.throttle.attempt(attempt) {
            self.note_slowed(id, visitor)?;
            return Err(PlatformError::Throttled { retry_after_s });
        }
        let proved = match (assertion, fields, &user) {
            (Ok(assertion), Some(fields), Some(user)) => {
                self.key_use(&fields, user, &assertion, challenge, site)?.map(|used| (user.id, used))
            }
            (Err(why), ..) => Err(Refused { event: Event::PasskeyRefused, why }),
            _ => Err(Refused { event: Event::PasskeyRefused, why: "nobody has this key" }),
        };
        let (user, used) = match proved {
            Ok(proved) => proved,
            Err(Refused { event, why }) => {
                tracing::warn!(client.address = %visitor.address, why, "sign-in by a passkey refused");
                self.note(Noted::at_the_door(event, id, visitor))?;
                return Err(PlatformError::PasskeyRefused);
            }
        };
        let opening = Opening { passkey: Some(used), ..Opening::of(Way::Passkey) };
        let signed_in = self.session_open(user, known, opening, visitor).map_err(ceremony::over)?;
        self.throttle.succeeded(attempt);
        Ok(signed_in)
    }

    /// What a key signed, verified; or why its person is not let in.
    fn key_use(
        &self,
        fields: &Fields<'_>,
        user: &User,
        assertion: &Assertion,
        challenge: String,
        site: &Site,
    ) -> Result<Result<KeyUse, Refused>, PlatformError> {
        let refused = |why| Ok(Err(Refused { event: Event::PasskeyRefused, why }));
        if fields.text("site").as_deref() != Some(site.domain.as_str()) {
            return refused("it belongs to another domain");
        }
        if assertion
            .person
            .as_ref()
            .is_some_and(|person| Base64UrlUnpadded::encode_string(person) != handle(user.id))
        {
            return refused("it names another person");
        }
        let public_key = self.root().secret(&Caller::system(), PASSKEY, fields.id(), "public_key")?;
        let public_key = Base64UrlUnpadded::decode_vec(public_key.as_text().unwrap_or_default())
            .map_err(|_| PlatformError::Sealed { why: "it is no public key" })?;
        let sign_count = match assertion.verify(&public_key, &challenge, site) {
            Ok(sign_count) => sign_count,
            Err(why) => return refused(why),
        };
        // One of two who count apart from each other falls behind. Source: 6.1.1. Those that do not count say zero.
        let last = fields.number("sign_count").unwrap_or_default();
        if (last != 0 || sign_count != 0) && i64::from(sign_count) <= last {
            return Ok(Err(Refused { event: Event::PasskeyCopied, why: "it counts less than before" }));
        }
        if !user.active {
            return Ok(Err(Refused { event: Event::Inactive, why: "the account is closed" }));
        }
        Ok(Ok(KeyUse { key: fields.id(), version: fields.version(), sign_count, challenge }))
    }
}
