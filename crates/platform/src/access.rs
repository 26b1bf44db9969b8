//! Who may enter which environment, and as whom.

use std::sync::Arc;

use dictionary::expression::BinaryOperator;
use dictionary::{Dictionary, Language, RecordId, Value};
use engine::{Caller, Capability, Draft, EngineError, Expand, Held, Power, Query};
use jiff::Timestamp;
use journal::{Actor, Origin};

use crate::directory::{self, ACCESS, Fields, USER};
use crate::environments::{EnvironmentInfo, PLATFORM};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::platform::Platform;
use crate::providers::Vouched;
use crate::tokens::Scope;
use crate::usage::Gauge;
use crate::users::User;
use crate::viewing::Viewing;

/// Somebody who proved who they are.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The person.
    pub user: User,
    /// How they came.
    pub door: Door,
}

impl Identity {
    /// Somebody for whom a command on the machine itself looks: no session is kept of it.
    pub fn of_command(user: User) -> Identity {
        let door =
            Door::Session { id: None, csrf: String::new(), by_provider: None, passkey: None, viewing: None };
        Identity { user, door }
    }

    /// The record of the browser's session they came by.
    ///
    /// Errors: not found when it is a program's token, or a command's.
    pub(crate) fn session(&self) -> Result<RecordId, PlatformError> {
        match self.door {
            Door::Session { id: Some(id), .. } => Ok(id),
            _ => Err(PlatformError::NotFound),
        }
    }

    /// Whether an environment wants a second factor of this person, who has none. Programs go on.
    pub fn lacks_factor(&self, info: &EnvironmentInfo) -> bool {
        info.second_factor
            && self.user.second_factor.is_none()
            && match &self.door {
                Door::Session { by_provider, passkey, .. } => {
                    passkey.is_none() && by_provider.is_none_or(|vouched| !vouched.second_factor)
                }
                Door::Token { .. } => false,
            }
    }

    /// Whether the door they came by leads there: the word of one client's provider opens nothing of another's.
    fn leads_to(&self, info: &EnvironmentInfo) -> bool {
        match &self.door {
            Door::Session { by_provider: Some(vouched), .. } => info.client_id == Some(vouched.client),
            Door::Session { by_provider: None, .. } => true,
            Door::Token { environment, .. } => environment.is_none_or(|only| only == info.id),
        }
    }

    /// Whether a password that they were given has to be replaced first: by who comes with it, not by who comes by their provider, by a passkey or with a
    /// token.
    pub fn must_choose_password(&self) -> bool {
        self.user.password_given.is_some()
            && matches!(self.door, Door::Session { by_provider: None, passkey: None, .. })
    }

    /// Refuses those who have something to settle before they may enter anything: a password of their own, in place of one they were given.
    /// Programs go on: their token was given to them with another secret.
    fn is_settled(&self) -> Result<(), PlatformError> {
        if self.must_choose_password() { Err(PlatformError::PasswordChangeNeeded) } else { Ok(()) }
    }
}

/// How somebody came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// A browser's session.
    Session {
        /// Its record; none of one made by a command on the machine itself.
        id: Option<RecordId>,
        /// What its writes must bring along.
        csrf: String,
        /// It was opened by the word of an identity provider: it opens what is its client's.
        by_provider: Option<Vouched>,
        /// It was opened by this passkey, whose authenticator verified the person: that makes two factors.
        passkey: Option<RecordId>,
        /// An environment at which it looks as somebody else.
        viewing: Option<Viewing>,
    },
    /// A program's token.
    Token {
        /// How far it goes.
        scope: Scope,
        /// Record of the only environment it opens.
        environment: Option<RecordId>,
    },
}

/// What memory keeps of an access.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) id: RecordId,
    pub(crate) profiles: Held,
    /// Record of `user` in the environment.
    pub(crate) person: RecordId,
    /// When it ends by itself.
    pub(crate) until: Option<Timestamp>,
}

/// An environment, and who asks there.
pub struct Entered {
    /// The environment.
    pub environment: Arc<OpenEnvironment>,
    /// Who asks.
    pub caller: Caller,
    /// Set when who asks only looks as the caller does.
    pub viewing: Option<Viewing>,
    /// When a support access, by which they are here, ends.
    pub until: Option<Timestamp>,
    /// What it holds and may hold; the reserved environment is bounded by nothing.
    gauge: Option<Arc<Gauge>>,
}

impl Entered {
    /// The dictionary in force, as whoever asks may know it.
    pub fn dictionary(&self) -> Arc<Dictionary> {
        self.environment.engine.dictionary_of(&self.caller)
    }

    /// Whether whoever asks may change any record.
    pub fn may_write(&self) -> bool {
        let writes = [Capability::Create, Capability::Update, Capability::Delete];
        writes.iter().any(|one| self.environment.engine.may_anywhere(&self.caller, *one))
    }

    /// Refuses bytes that would make the environment hold more than its subscription includes.
    ///
    /// Errors: `OverQuota`.
    pub fn has_room(&self, size_bytes: u64) -> Result<(), EngineError> {
        let size = i64::try_from(size_bytes).unwrap_or(i64::MAX);
        match &self.gauge {
            Some(gauge) => gauge.has_room(size).map_err(|message| EngineError::OverQuota { message }),
            None => Ok(()),
        }
    }

    /// Refuses those who lack a power over the environment.
    ///
    /// Errors: `Forbidden`.
    pub fn needs(&self, power: Power) -> Result<(), EngineError> {
        if self.environment.engine.has(&self.caller, power) {
            return Ok(());
        }
        Err(EngineError::Forbidden { capability: power.name().to_owned() })
    }

    /// Refuses those who may not use a capability on any record of an entity.
    ///
    /// Errors: `NotFound` for an entity that they may not know of, `Forbidden`.
    pub fn may(&self, entity: &str, capability: Capability) -> Result<(), EngineError> {
        let rights = self.environment.engine.rights(&self.caller)?;
        let index = rights.dictionary().entities.iter().position(|one| one.name == entity);
        let known = index.filter(|index| rights.may(*index, Capability::Read));
        match known.ok_or(EngineError::NotFound)? {
            index if rights.may(index, capability) => Ok(()),
            _ => Err(EngineError::Forbidden { capability: format!("{} {entity}", capability.name()) }),
        }
    }
}

impl Platform {
    /// Opens an environment to somebody; their record there is made at their first entry.
    ///
    /// `language` is that of messages, `request` the id of the request.
    /// Errors: not found when there is no such environment, it is closed, or it is not for them; `Moved` when it has another name now.
    pub fn enter(
        &self,
        identity: &Identity,
        environment: &str,
        language: Language,
        request: Option<String>,
    ) -> Result<Entered, PlatformError> {
        let info = match self.environment_info(environment) {
            Err(error) if error.is_not_found() => return Err(self.moved(identity, environment)?),
            found => found?,
        };
        if !info.active || !identity.leads_to(&info) {
            return Err(PlatformError::NotFound);
        }
        identity.is_settled()?;
        if identity.lacks_factor(&info) {
            return Err(PlatformError::FactorNeeded);
        }
        let (origin, reads_only) = match &identity.door {
            Door::Session { .. } => (Origin::Web, false),
            Door::Token { scope, .. } => (Origin::Api, *scope == Scope::Read),
        };
        let mut caller = self.caller_of(&identity.user, &info, language)?;
        let open = self.environment(environment)?;
        if reads_only || info.read_only {
            caller.held = caller.held.read_only();
        }
        caller.origin = origin;
        caller.request = request;
        if let Some((viewed, viewing)) = self.viewed(identity, &caller, &info, &open)? {
            let (viewing, until) = (Some(viewing), None);
            return Ok(Entered { environment: open, caller: viewed, viewing, until, gauge: None });
        }
        let until = self.access(&identity.user, &info)?.until;
        let gauge = if info.name == PLATFORM { None } else { Some(self.gauge(&info)?) };
        Ok(Entered { environment: open, caller, viewing: None, until, gauge })
    }

    /// Whether somebody may enter an environment, as far as their access and the door they came by say.
    pub(crate) fn may_enter(
        &self,
        identity: &Identity,
        info: &EnvironmentInfo,
    ) -> Result<bool, PlatformError> {
        if !info.active || !identity.leads_to(info) {
            return Ok(false);
        }
        match self.access(&identity.user, info) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A person as they ask in an environment; their record there is made at their first entry.
    ///
    /// Errors: not found when it is not for them.
    pub(crate) fn caller_of(
        &self,
        user: &User,
        info: &EnvironmentInfo,
        language: Language,
    ) -> Result<Caller, PlatformError> {
        let access = self.access(user, info)?;
        let mut held = access.profiles;
        if !info.left_out.is_empty() {
            held = held.without(&info.left_out);
        }
        Ok(Caller {
            actor: Actor::User(access.person),
            name: user.name.clone(),
            held,
            language,
            origin: Origin::Web,
            device: None,
            request: None,
            viewed: None,
        })
    }

    /// Environments that a person may enter, with the profiles they hold there, by label.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn environments_of(
        &self,
        identity: &Identity,
    ) -> Result<Vec<(EnvironmentInfo, Held)>, PlatformError> {
        let root = self.root();
        let dictionary = root.dictionary();
        let records = self.records_of(ACCESS, "user", identity.user.id)?;
        let mut found = Vec::new();
        for record in &records {
            let fields = Fields::of(&dictionary, record);
            let Some(environment) = fields.reference("environment") else { continue };
            let info = self.environment_info_by_id(environment)?;
            let held = profiles(&fields);
            let held = match &identity.door {
                Door::Token { scope: Scope::Read, .. } => held.read_only(),
                Door::Session { .. } | Door::Token { .. } => held,
            };
            if info.active && identity.leads_to(&info) && !self.is_over(fields.moment("until")) {
                found.push((info, held));
            }
        }
        found.sort_by(|a, b| dictionary::text::compare(&a.0.label, &b.0.label));
        Ok(found)
    }

    /// Lets a person enter an environment with those profiles; changes them if they may already.
    ///
    /// Errors: there is no such person or environment; refused when the environment has no such profile, or when none of them gives anything.
    pub fn access_grant(
        &self,
        user: RecordId,
        environment: &str,
        profiles: &[&str],
    ) -> Result<(), PlatformError> {
        self.access_grant_by(&Caller::system(), user, environment, profiles)
    }

    /// The same, in the name of whoever does.
    pub(crate) fn access_grant_by(
        &self,
        by: &Caller,
        user: RecordId,
        environment: &str,
        profiles: &[&str],
    ) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        self.check_profiles(environment, profiles)?;
        let draft = Draft::default()
            .with("user", user)
            .with("environment", info.id)
            .with("profiles", Held::new(profiles.iter().copied()).profiles().join(" ").as_str());
        let existing = self.access_record(user, info.id)?;
        let _counted = self.count_named_users(&info, user, profiles)?;
        self.root().transact(by, move |unit| match existing {
            Some(id) => unit.update(ACCESS, id, None, draft),
            None => unit.create(ACCESS, None, draft).map(drop),
        })?;
        Ok(())
    }

    pub(crate) fn check_profiles(&self, environment: &str, profiles: &[&str]) -> Result<(), PlatformError> {
        let open = self.environment(environment)?;
        let dictionary = open.engine.dictionary();
        let known = || dictionary.profiles.iter().map(|profile| profile.name.as_str());
        for name in profiles {
            if dictionary.profile(name).is_none() {
                let all = known().collect::<Vec<_>>().join(", ");
                return Err(PlatformError::refused(
                    format!("L'environnement « {environment} » n'a pas de profil « {name} » : {all}."),
                    format!("The environment “{environment}” has no profile “{name}”: {all}."),
                ));
            }
        }
        let gives = |name: &&str| dictionary.profile(name).is_some_and(|profile| !profile.restricts);
        if profiles.iter().any(gives) {
            return Ok(());
        }
        Err(PlatformError::refused(
            "Il faut au moins un profil qui donne des droits.",
            "At least one profile that gives rights is needed.",
        ))
    }

    /// Takes an access away; nothing happens if there is none.
    ///
    /// Errors: there is no such environment.
    pub fn access_revoke(&self, user: RecordId, environment: &str) -> Result<(), PlatformError> {
        self.access_revoke_by(&Caller::system(), user, environment)
    }

    /// The same, in the name of whoever does.
    pub(crate) fn access_revoke_by(
        &self,
        by: &Caller,
        user: RecordId,
        environment: &str,
    ) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        if let Some(id) = self.access_record(user, info.id)? {
            self.root().transact(by, move |unit| unit.delete(ACCESS, id, None))?;
        }
        Ok(())
    }

    pub(crate) fn access_record(
        &self,
        user: RecordId,
        environment: RecordId,
    ) -> Result<Option<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let equals = |field: &str, value: RecordId| {
            directory::condition(&dictionary, ACCESS, field, BinaryOperator::Equal, Value::Id(value))
        };
        let filters = vec![equals("user", user)?, equals("environment", environment)?];
        let query = Query { entity: ACCESS.to_owned(), filters, limit: 1, ..Query::default() };
        let page = self.root().list(&Caller::system(), &query)?;
        Ok(page.records.first().map(|record| record.row.id()))
    }

    fn is_over(&self, until: Option<Timestamp>) -> bool {
        until.is_some_and(|until| until <= self.clock.now())
    }

    fn access(&self, user: &User, info: &EnvironmentInfo) -> Result<Access, PlatformError> {
        let key = (user.id, info.name.clone());
        let read = || {
            let id = self.access_record(user.id, info.id)?.ok_or(PlatformError::NotFound)?;
            let record = self.root().get(&Caller::system(), ACCESS, id, &[])?;
            let dictionary = self.root().dictionary();
            let fields = Fields::of(&dictionary, &record);
            let profiles = profiles(&fields);
            let noted = fields.text("person").and_then(|text| RecordId::parse(&text));
            let person = self.person(user, info, noted)?;
            if noted != Some(person) {
                let draft = Draft::default().with("person", person.to_string().as_str());
                self.root().transact(&Caller::system(), move |unit| unit.update(ACCESS, id, None, draft))?;
            }
            Ok(Access { id, profiles, person, until: fields.moment("until") })
        };
        let keep = |known: &mut crate::cache::Known, access: &Access| {
            known.accesses.insert(key.clone(), access.clone());
        };
        let access = self.cache.get(self.root(), |known| known.accesses.get(&key).cloned(), read, keep)?;
        if self.is_over(access.until) {
            return Err(PlatformError::NotFound);
        }
        Ok(access)
    }

    /// The record of `user` that a person is in an environment: the one noted, else the one with their address, else a new one.
    fn person(
        &self,
        user: &User,
        info: &EnvironmentInfo,
        noted: Option<RecordId>,
    ) -> Result<RecordId, PlatformError> {
        if info.name == PLATFORM {
            return Ok(user.id);
        }
        let open = self.environment(&info.name)?;
        let caller = Caller::system();
        if let Some(noted) = noted {
            match open.engine.get(&caller, USER, noted, &[]) {
                Ok(_) => return Ok(noted),
                Err(EngineError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let user = user.clone();
        let done = open.engine.transact(&caller, move |unit| {
            if let Some(found) = unit.find(USER, "email", &user.email)? {
                return Ok(found);
            }
            let draft = Draft::default()
                .with("name", user.name.as_str())
                .with("email", user.email.as_str())
                .with("language", user.language.code());
            unit.create(USER, None, draft)
        })?;
        Ok(done.value)
    }
}

/// The profiles of an access.
pub(crate) fn profiles(fields: &Fields<'_>) -> Held {
    Held::new(words(fields.text("profiles")))
}

/// The names in a text.
pub(crate) fn words(text: Option<String>) -> Vec<String> {
    text.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
}

/// What comes along with an environment's record.
pub(crate) fn with_client() -> Vec<Expand> {
    vec![Expand { field: directory::CLIENT.to_owned(), ..Expand::default() }]
}
