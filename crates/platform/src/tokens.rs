//! Tokens of programs: a person's rights, or less.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft};
use jiff::{SignedDuration, Timestamp};

use crate::access::{Door, Identity};
use crate::directory::{Fields, TOKEN};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::secret;

/// `last_used` is written at most this often.
const NOTE_USE_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read only.
    Read,
    /// All that its person may.
    Write,
}

impl Scope {
    /// The tag of the value list `token_scope`.
    pub fn tag(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
        }
    }
}

/// A token to create.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Who uses it, for what.
    pub name: String,
    /// In whose name it acts.
    pub user: RecordId,
    /// The only environment it opens; `None` for all those of the person.
    pub environment: Option<String>,
    /// What it may do.
    pub scope: Scope,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

/// What memory keeps of a token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) id: RecordId,
    pub(crate) user: RecordId,
    pub(crate) environment: Option<RecordId>,
    pub(crate) scope: Scope,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) last_used: Option<Timestamp>,
}

impl Platform {
    /// Makes a token; returns its secret, which is shown this once.
    ///
    /// Errors: there is no such person or environment.
    pub fn token_create(&self, new: NewToken) -> Result<String, PlatformError> {
        let secret = secret::secret(self.random.as_ref());
        let user = self.user(new.user)?;
        let mut scopes = vec![Scope::Read.tag().to_owned()];
        if new.scope == Scope::Write {
            scopes.push(Scope::Write.tag().to_owned());
        }
        let mut draft = Draft::default()
            .with("name", new.name.as_str())
            .with("token_hash", secret::hash(&secret).as_str())
            .with("user", user.id)
            .with("scopes", Value::Tags(scopes));
        if let Some(environment) = &new.environment {
            draft = draft.with("environment", self.environment_info(environment)?.id);
        }
        if let Some(expires) = new.expires {
            draft = draft.with("expires", Value::DateTime(expires));
        }
        let done = self.root().transact(&Caller::system(), move |unit| unit.create(TOKEN, None, draft))?;
        tracing::info!(user.id = %user.id, token.id = %done.value, "token created");
        Ok(secret)
    }

    /// In whose name a token acts, and how far.
    ///
    /// Errors: not found when it does not exist, ended or was revoked, or its person is inactive.
    pub fn token(&self, secret: &str) -> Result<Identity, PlatformError> {
        if !secret::is_well_formed(secret) {
            return Err(PlatformError::NotFound);
        }
        let hash = secret::hash(secret);
        let root = self.root();
        let read = || {
            let record = root.find(&Caller::system(), TOKEN, "token_hash", &hash, &[])?;
            let dictionary = root.dictionary();
            let fields = Fields::of(&dictionary, &record);
            let may_write = matches!(fields.value("scopes"),
                Value::Tags(tags) if tags.iter().any(|tag| tag == Scope::Write.tag()));
            Ok(Token {
                id: fields.id(),
                user: fields.reference("user").ok_or(PlatformError::NotFound)?,
                environment: fields.reference("environment"),
                scope: if may_write { Scope::Write } else { Scope::Read },
                expires: fields.moment("expires"),
                last_used: fields.moment("last_used"),
            })
        };
        let keep = |known: &mut crate::cache::Known, token: &Token| {
            known.tokens.insert(hash.clone(), token.clone());
        };
        let token = self.cache.get(root, |known| known.tokens.get(&hash).cloned(), read, keep)?;
        let now = self.clock.now();
        if token.expires.is_some_and(|expires| expires <= now) {
            return Err(PlatformError::NotFound);
        }
        let user = self.user(token.user)?;
        if !user.active {
            return Err(PlatformError::NotFound);
        }
        if token.last_used.is_none_or(|used| now.duration_since(used) >= NOTE_USE_EVERY) {
            let draft = Draft::default().with("last_used", Value::DateTime(now));
            let id = token.id;
            self.root().transact(&Caller::system(), move |unit| unit.update(TOKEN, id, None, draft))?;
        }
        Ok(Identity { user, door: Door::Token { scope: token.scope, environment: token.environment } })
    }
}
