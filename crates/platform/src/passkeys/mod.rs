//! Passkeys: keys that a device, a password manager or a security key holds for a person, with which they sign in without a password.
//!
//! Decision 0136. A challenge is a random value that the page keeps, sealed with what it is for: any server of the platform ends what another began, and
//! nothing is left of those that nobody ends. It serves once: its hash stays in the note of what it did.

mod ceremony;
mod sign_in;
mod site;
mod webauthn;

use base64ct::{Base64UrlUnpadded, Encoding};
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Record};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

pub use self::ceremony::GOOD_FOR;
pub(crate) use self::sign_in::KeyUse;
pub use self::site::Site;

use self::ceremony::{Begun, Ceremony, begin_anew};
use self::webauthn::{ALGORITHMS, NewKey};
use crate::access::Identity;
use crate::devices::Visitor;
use crate::directory::{Fields, PASSKEY, SESSION};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::second_factor::Proof;
use crate::secret;
use crate::sessions::end_sessions;
use crate::sign_in_events::{Event, Noted};

/// Passkeys of a person at most.
const KEYS_MAX: usize = 20;
/// Letters of a name at most.
const NAME_MAX: usize = 80;
/// How authenticators call us.
const PARTY: &str = "Tisserand";

/// A passkey as it is shown to its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its record.
    pub id: RecordId,
    /// As its person named it.
    pub name: String,
    /// The domain name at which it serves.
    pub site: String,
    /// When it was added.
    pub added: Timestamp,
    /// When somebody last signed in with it.
    pub used: Option<Timestamp>,
}

/// A ceremony that was begun, as a page gets it.
#[derive(Debug, Clone)]
pub struct BegunCeremony {
    /// To be sent back with the answer.
    pub ceremony: String,
    /// What browsers are asked for: `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub options: Json,
}

impl Platform {
    /// The passkeys of a person, last added first.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn passkeys_of(&self, user: RecordId) -> Result<Vec<Passkey>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(PASSKEY, "user", user)?;
        let mut found: Vec<Passkey> =
            records.iter().filter_map(|record| shown(&Fields::of(&dictionary, record))).collect();
        found.sort_by_key(|key| std::cmp::Reverse(key.added));
        Ok(found)
    }

    /// Begins to add a passkey at `site`, for whoever proves anew who they are: by their password, and a code of their second factor where they have one and
    /// do not trust this browser.
    ///
    /// Errors: the password or the code is not right, or a code is needed; throttled; refused when there are too many; not found without a session.
    pub fn passkey_begin(
        &self,
        identity: &Identity,
        password: &str,
        code: Option<&str>,
        site: &Site,
        visitor: &Visitor<'_>,
    ) -> Result<BegunCeremony, PlatformError> {
        let user = &identity.user;
        let session = identity.session()?;
        self.password_confirm(user, password, visitor)?;
        let known = self.devices_known(user.id, visitor)?;
        self.second_factor_passed(user, &Proof { code, trust: false }, &known, visitor)?;
        let existing = self.records_of(PASSKEY, "user", user.id)?;
        if existing.len() >= KEYS_MAX {
            return Err(PlatformError::refused(
                format!("Vous avez déjà {KEYS_MAX} clés d'accès : retirez-en une d'abord."),
                format!("You have {KEYS_MAX} passkeys already: remove one first."),
            ));
        }
        let mut exclude = Vec::new();
        for record in &existing {
            let id = self.root().secret(&Caller::system(), PASSKEY, record.row.id(), "credential")?;
            exclude.push(json!({ "type": "public-key", "id": id.as_text().unwrap_or_default() }));
        }
        let Begun { challenge, ceremony } = self.ceremony_begin(&Ceremony::add(user.id, session), site)?;
        let options = json!({
            "rp": { "id": site.domain, "name": PARTY },
            "user": {
                "id": handle(user.id),
                "name": user.email,
                "displayName": user.name,
            },
            "challenge": challenge,
            "pubKeyCredParams": ALGORITHMS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect::<Vec<_>>(),
            "timeout": GOOD_FOR.as_millis(),
            "attestation": "none",
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            },
            "excludeCredentials": exclude,
        });
        Ok(BegunCeremony { ceremony, options })
    }

    /// Ends to add a passkey: what the browser answered (`RegistrationResponseJSON`). Without a name it is called by browser and system. The session that
    /// adds it counts as opened by it from then on.
    ///
    /// Errors: the ceremony is over, or was begun elsewhere; the answer does not hold; somebody has that key already.
    pub fn passkey_add(
        &self,
        identity: &Identity,
        ceremony: &str,
        answer: &Json,
        name: Option<&str>,
        site: &Site,
        visitor: &Visitor<'_>,
    ) -> Result<Passkey, PlatformError> {
        let (user, session) = (identity.user.id, identity.session()?);
        let challenge = self.ceremony_of(&Ceremony::add(user, session), ceremony, site)?;
        let made = webauthn::new_key(answer, &challenge, site).map_err(|why| {
            tracing::warn!(user.id = %user, why, "a new passkey was refused");
            PlatformError::PasskeyRefused
        })?;
        let NewKey { credential, public_key, sign_count } = made;
        let now = self.clock.now();
        let name = name.map(cleaned).filter(|name| !name.is_empty());
        let name = name.or_else(|| visitor.words()).unwrap_or_else(|| site.domain.clone());
        let hash = credential_hash(&credential);
        let draft = Draft::default()
            .with("user", user)
            .with("name", name.as_str())
            .with("site", site.domain.as_str())
            .with("added", Value::DateTime(now))
            .with("sign_count", Value::Integer(i64::from(sign_count)))
            .with("credential_hash", hash.as_str())
            .with("credential", Base64UrlUnpadded::encode_string(&credential).as_str())
            .with("public_key", Base64UrlUnpadded::encode_string(&public_key).as_str());
        let noted = Noted::at_the_door(Event::PasskeyAdded, Some(user), visitor).answering(&challenge);
        let done = self.root().transact(&Caller::system(), move |unit| {
            begin_anew(unit, &challenge)?;
            if unit.find(PASSKEY, "credential_hash", &hash)?.is_some() {
                return Ok(None);
            }
            let id = unit.create(PASSKEY, None, draft)?;
            unit.update(SESSION, session, None, Draft::default().with("passkey", id))?;
            noted.write(unit, now)?;
            Ok(Some(id))
        });
        let done = done.map_err(|error| ceremony::over(error.into()))?;
        let id = done.value.ok_or(PlatformError::PasskeyRefused)?;
        tracing::info!(user.id = %user, passkey.id = %id, "passkey added");
        let site = site.domain.clone();
        Ok(Passkey { id, name, site, added: now, used: None })
    }

    /// Gives a passkey of whoever asks another name.
    ///
    /// Errors: not found when it is not theirs; refused without a name.
    pub fn passkey_rename(
        &self,
        identity: &Identity,
        id: RecordId,
        name: &str,
    ) -> Result<Passkey, PlatformError> {
        identity.session()?;
        let key = self.own_passkey(identity, id)?;
        let name = cleaned(name);
        if name.is_empty() {
            return Err(PlatformError::refused("Donnez-lui un nom.", "Give it a name."));
        }
        let draft = Draft::default().with("name", name.as_str());
        self.root().transact(&Caller::system(), move |unit| unit.update(PASSKEY, id, None, draft))?;
        Ok(Passkey { name, ..key })
    }

    /// Removes a passkey of whoever asks, who proves by their password that it is they: nobody signs in with it any more, and the sessions that it opened
    /// elsewhere end.
    ///
    /// Errors: the password is not right; throttled; not found when the key is not theirs.
    pub fn passkey_remove(
        &self,
        identity: &Identity,
        id: RecordId,
        password: &str,
        visitor: &Visitor<'_>,
    ) -> Result<(), PlatformError> {
        let session = identity.session()?;
        let user = &identity.user;
        self.own_passkey(identity, id)?;
        self.password_confirm(user, password, visitor)?;
        let opened = self.sessions_opened_by(id)?;
        let endings = self.endings(user.id, None, |one| one != session && opened.contains(&one))?;
        let noted = Noted::at_the_door(Event::PasskeyRemoved, Some(user.id), visitor);
        let now = self.clock.now();
        self.root().transact(&Caller::system(), move |unit| {
            unit.delete(PASSKEY, id, None)?;
            noted.write(unit, now)?;
            end_sessions(unit, endings, now)
        })?;
        tracing::info!(user.id = %user.id, passkey.id = %id, "passkey removed");
        Ok(())
    }

    fn own_passkey(&self, identity: &Identity, id: RecordId) -> Result<Passkey, PlatformError> {
        let keys = self.passkeys_of(identity.user.id)?;
        keys.into_iter().find(|key| key.id == id).ok_or(PlatformError::NotFound)
    }

    fn sessions_opened_by(&self, key: RecordId) -> Result<Vec<RecordId>, PlatformError> {
        Ok(self.records_of(SESSION, "passkey", key)?.iter().map(|record| record.row.id()).collect())
    }

    /// The passkey that an authenticator calls so.
    fn passkey_by(&self, credential: &[u8]) -> Result<Option<Record>, PlatformError> {
        Ok(self.records_of(PASSKEY, "credential_hash", credential_hash(credential).as_str())?.pop())
    }
}

/// Deletes passkeys within a transaction; those that are gone already are passed over.
pub(crate) fn delete_passkeys(unit: &mut dyn engine::Unit, keys: Vec<RecordId>) -> Result<(), EngineError> {
    for key in keys {
        match unit.delete(PASSKEY, key, None) {
            Ok(()) | Err(EngineError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn shown(fields: &Fields<'_>) -> Option<Passkey> {
    Some(Passkey {
        id: fields.id(),
        name: fields.text("name").unwrap_or_default(),
        site: fields.text("site").unwrap_or_default(),
        added: fields.moment("added")?,
        used: fields.moment("used"),
    })
}

fn cleaned(name: &str) -> String {
    let plain = name.chars().filter(|c| !c.is_control()).collect::<String>();
    plain.trim().chars().take(NAME_MAX).collect::<String>().trim_end().to_owned()
}

/// How authenticators call a person: their record, which tells nothing of them.
fn handle(user: RecordId) -> String {
    Base64UrlUnpadded::encode_string(user.to_string().as_bytes())
}

fn credential_hash(credential: &[u8]) -> String {
    secret::hash(&Base64UrlUnpadded::encode_string(credential))
}
