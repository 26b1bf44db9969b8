//! Tokens by which directories provision.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft};
use jiff::{SignedDuration, Timestamp};

use crate::directory::{Fields, PROVISIONING_TOKEN};
use crate::environments::PLATFORM;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::provisioning::{Provisioner, in_name_of};
use crate::secret;

/// `last_used` is written at most this often.
const NOTE_USE_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Tokens of one environment at most.
const TOKENS_MAX: usize = 20;

/// A token, as it is shown.
#[derive(Debug, Clone)]
pub struct ProvisioningToken {
    /// Its record.
    pub id: RecordId,
    /// Who uses it.
    pub name: String,
    /// Who made it.
    pub made_by: Option<String>,
    /// When.
    pub made: Option<Timestamp>,
    /// When it was last used, to the hour.
    pub last_used: Option<Timestamp>,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// The token.
    pub token: ProvisioningToken,
    /// Its secret, which is shown this once.
    pub secret: String,
}

impl Platform {
    /// The tokens that provision an environment, by name.
    ///
    /// Errors: there is no such environment.
    pub fn provisioning_tokens(&self, environment: &str) -> Result<Vec<ProvisioningToken>, PlatformError> {
        let info = self.environment_info(environment)?;
        let dictionary = self.root().dictionary();
        let records = self.records_of(PROVISIONING_TOKEN, "environment", info.id)?;
        let mut tokens: Vec<ProvisioningToken> =
            records.iter().map(|record| shown(&Fields::of(&dictionary, record))).collect();
        tokens.sort_by(|a, b| dictionary::text::compare(&a.name, &b.name));
        Ok(tokens)
    }

    /// Makes one. `by`: name of who does.
    ///
    /// Errors: there is no such environment, or it is the platform's own; there are as many as there may be.
    pub fn provisioning_token_make(
        &self,
        environment: &str,
        name: &str,
        by: &str,
    ) -> Result<MadeToken, PlatformError> {
        let info = self.environment_info(environment)?;
        if info.name == PLATFORM {
            return Err(PlatformError::refused(
                "Les personnes de la plateforme elle-même ne sont pas approvisionnées.",
                "The people of the platform itself are not provisioned.",
            ));
        }
        if self.provisioning_tokens(environment)?.len() >= TOKENS_MAX {
            return Err(PlatformError::refused(
                format!("Cet environnement a déjà {TOKENS_MAX} jetons : révoquez ceux qui ne servent plus."),
                format!(
                    "This environment has {TOKENS_MAX} tokens already: revoke those that are used no more."
                ),
            ));
        }
        let secret = secret::secret(self.random.as_ref());
        let by: String = by.chars().take(200).collect();
        let draft = Draft::default()
            .with("name", name.trim())
            .with("environment", info.id)
            .with("token_hash", secret::hash(&secret).as_str())
            .with("made_by", by.as_str());
        let caller = Caller { name: by, ..Caller::system() };
        let done = self.root().transact(&caller, move |unit| unit.create(PROVISIONING_TOKEN, None, draft))?;
        tracing::info!(token.id = %done.value, environment, "provisioning token made");
        let record = self.root().get(&Caller::system(), PROVISIONING_TOKEN, done.value, &[])?;
        Ok(MadeToken { token: shown(&Fields::of(&self.root().dictionary(), &record)), secret })
    }

    /// Revokes one: it opens nothing from here on. `by`: name of who does.
    ///
    /// Errors: not found when the environment has no such token.
    pub fn provisioning_token_revoke(
        &self,
        environment: &str,
        id: RecordId,
        by: &str,
    ) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        self.provisioned_record(PROVISIONING_TOKEN, &info, id)?;
        let caller = in_name_of(by);
        self.root().transact(&caller, move |unit| unit.delete(PROVISIONING_TOKEN, id, None))?;
        tracing::info!(token.id = %id, environment, "provisioning token revoked");
        Ok(())
    }

    /// Who provisions an environment by a token.
    ///
    /// Errors: not found when there is no such token, or it is for another environment, or that one is closed.
    pub fn provisioner(&self, secret: &str, environment: &str) -> Result<Provisioner, PlatformError> {
        if !secret::is_well_formed(secret) {
            return Err(PlatformError::NotFound);
        }
        let hash = secret::hash(secret);
        let record = self.root().find(&Caller::system(), PROVISIONING_TOKEN, "token_hash", &hash, &[])?;
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &record);
        let info = self.environment_info(environment)?;
        if fields.reference("environment") != Some(info.id) || !info.active {
            return Err(PlatformError::NotFound);
        }
        let (token, now) = (fields.id(), self.clock.now());
        if fields.moment("last_used").is_none_or(|used| now.duration_since(used) >= NOTE_USE_EVERY) {
            let draft = Draft::default().with("last_used", Value::DateTime(now));
            self.root().transact(&Caller::system(), move |unit| {
                unit.update(PROVISIONING_TOKEN, token, None, draft)
            })?;
        }
        Ok(Provisioner { token, name: fields.text("name").unwrap_or_default(), info })
    }
}

fn shown(fields: &Fields<'_>) -> ProvisioningToken {
    ProvisioningToken {
        id: fields.id(),
        name: fields.text("name").unwrap_or_default(),
        made_by: fields.text("made_by"),
        made: fields.moment("created_at"),
        last_used: fields.moment("last_used"),
    }
}
