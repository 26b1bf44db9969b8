//! Identity providers: where a client's own people prove who they are, by OpenID Connect or by LDAP. What is configured, and whom a provider may speak for.
//!
//! Decisions 0133 and 0123. A provider belongs to a client and speaks for the people of that client alone: addresses of its domains, and of those only people who
//! enter no environment of anybody else. A session that it opened opens environments of that client only, whatever the person is given later.

use std::collections::BTreeSet;

use dictionary::{Language, RecordId, Value};
use engine::{Caller, Draft, Held, Query};

use crate::access::{profiles, words};
use crate::directory::{self, ACCESS, CLIENT, ENVIRONMENT, Fields, GROUP, ORGANISATION, PROVIDER, USER};
use crate::error::PlatformError;
use crate::outgoing::OutgoingError;
use crate::platform::Platform;
use crate::users::User;

/// How a provider is spoken with. Each is a tag of the value list `provider_protocol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OpenID Connect: people go there.
    Oidc,
    /// LDAP: people type the password they have there, here.
    Ldap,
}

impl Protocol {
    /// Tag of the value list.
    pub fn tag(self) -> &'static str {
        match self {
            Protocol::Oidc => "oidc",
            Protocol::Ldap => "ldap",
        }
    }

    fn of_tag(tag: Option<&str>) -> Protocol {
        if tag == Some("ldap") { Protocol::Ldap } else { Protocol::Oidc }
    }
}

/// An identity provider, as it is shown to whoever is about to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderShown {
    /// How it is spoken with.
    pub protocol: Protocol,
    /// Its identifier, in addresses.
    pub code: String,
    /// What people call it.
    pub name: String,
}

/// An identity provider to be set.
#[derive(Debug, Clone)]
pub struct NewProvider {
    /// Its identifier, in addresses: the one that has it is changed.
    pub code: String,
    /// Name of the client whose people it knows.
    pub client: String,
    /// What people call it.
    pub name: String,
    /// Its address, as its tokens say it.
    pub issuer: String,
    /// Our identifier there.
    pub client_id: String,
    /// Our secret there; the one that is kept stays, without.
    pub client_secret: Option<String>,
    /// Domains of the addresses it speaks for.
    pub domains: Vec<String>,
    /// Claim that lists the groups of a person.
    pub groups_claim: String,
    /// What is asked beside `openid`, `email` and `profile`.
    pub scopes: Vec<String>,
}

/// An identity provider as a sign-in needs it.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) id: RecordId,
    pub(crate) protocol: Protocol,
    pub(crate) client: RecordId,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) domains: Vec<String>,
    pub(crate) groups_claim: String,
    pub(crate) scopes: Vec<String>,
}

/// What a provider of any protocol is set with.
pub(crate) struct ProviderCommon<'a> {
    pub(crate) code: &'a str,
    pub(crate) client: &'a str,
    pub(crate) name: &'a str,
    /// Its address: who it is.
    pub(crate) address: &'a str,
    pub(crate) domains: &'a [String],
    pub(crate) groups_claim: &'a str,
    /// The one that is kept stays, without.
    pub(crate) secret: Option<&'a str>,
    pub(crate) needs_secret: bool,
}

/// What a provider's word is worth in a session that it opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// The client whose people it knows, and whose environments it opens.
    pub client: RecordId,
    /// Whether a second factor is its business: it has its people prove who they are as it sees fit.
    pub second_factor: bool,
}

/// Somebody as their provider tells of them.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    pub(crate) language: Option<Language>,
    pub(crate) groups: Vec<String>,
}

/// Why a provider's word was not enough.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The attempt is not the one that was begun here, or took too long.
    #[error("this sign-in was not begun here, or took too long")]
    NotBegun,
    /// The person, or the provider, said no.
    #[error("the provider refused: {0}")]
    Denied(String),
    /// The provider does not say that the address is the person's.
    #[error("the provider does not say that the e-mail address is verified")]
    Unverified,
    /// The provider may not speak for this person.
    #[error("this provider may not speak for this person")]
    NotTheirs,
    /// None of the person's groups opens anything here.
    #[error("none of the person's groups opens an environment")]
    NoGroup,
    /// What it sent does not hold.
    #[error("what the provider sent does not hold: {0}")]
    Invalid(&'static str),
    /// It could not be called.
    #[error("the provider could not be called")]
    Outgoing(#[from] OutgoingError),
}

/// A refusal, and whose account it is about where that is known.
pub(crate) struct Refused {
    pub(crate) user: Option<RecordId>,
    pub(crate) error: PlatformError,
}

impl<E: Into<PlatformError>> From<E> for Refused {
    fn from(error: E) -> Refused {
        Refused { user: None, error: error.into() }
    }
}

impl Platform {
    /// The providers that speak for addresses of a domain.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn providers_for(&self, domain: &str) -> Result<Vec<ProviderShown>, PlatformError> {
        let domain = domain.trim().to_lowercase();
        let dictionary = self.root().dictionary();
        let query = Query { entity: PROVIDER.to_owned(), ..Query::default() };
        let records = directory::all(self.root(), query)?;
        let shown = records
            .iter()
            .map(|record| Fields::of(&dictionary, record))
            .filter(|fields| fields.is_true("active") && words(fields.text("domains")).contains(&domain));
        Ok(shown
            .map(|fields| ProviderShown {
                protocol: Protocol::of_tag(fields.text("protocol").as_deref()),
                code: fields.text("code").unwrap_or_default(),
                name: fields.text("name").unwrap_or_default(),
            })
            .collect())
    }

    /// Sets a provider of a client. One that is set to another address tells of other people: nobody is tied to it any more.
    ///
    /// Errors: there is no such client; the address may not be called; a domain is spoken for by another; the identifier is another client's; no
    /// secret is kept and none is given.
    pub fn provider_set(&self, new: &NewProvider) -> Result<RecordId, PlatformError> {
        self.outgoing.allowed(new.issuer.trim()).map_err(ProviderError::from)?;
        let draft = Draft::default()
            .with("protocol", Protocol::Oidc.tag())
            .with("identifier", new.client_id.trim())
            .with("scopes", new.scopes.join(" ").as_str());
        let common = ProviderCommon {
            code: &new.code,
            client: &new.client,
            name: &new.name,
            address: new.issuer.trim(),
            domains: &new.domains,
            groups_claim: &new.groups_claim,
            secret: new.client_secret.as_deref(),
            needs_secret: true,
        };
        self.provider_put(common, draft)
    }

    /// Writes a provider: what all have in common, and `draft`, which is its protocol's.
    pub(crate) fn provider_put(
        &self,
        new: ProviderCommon<'_>,
        draft: Draft,
    ) -> Result<RecordId, PlatformError> {
        let client = self.organisation(new.client)?;
        let domains: BTreeSet<String> = new.domains.iter().map(|one| one.trim().to_lowercase()).collect();
        let domains: Vec<String> = domains.into_iter().filter(|one| !one.is_empty()).collect();
        if domains.is_empty() || domains.iter().any(|one| one.contains(['@', ' ', '*']) || !one.contains('.'))
        {
            return Err(PlatformError::refused(
                "Donnez les domaines des adresses de ses personnes : exemple.fr.",
                "Give the domains of the addresses of its people: example.org.",
            ));
        }
        let dictionary = self.root().dictionary();
        let mut existing = None;
        for record in directory::all(self.root(), Query { entity: PROVIDER.to_owned(), ..Query::default() })?
        {
            let other = Fields::of(&dictionary, &record);
            if other.text("code").as_deref() == Some(new.code.trim()) {
                if other.reference(CLIENT) != Some(client) {
                    return Err(PlatformError::refused(
                        format!("« {} » est le fournisseur d'un autre client.", new.code),
                        format!("“{}” is another client's provider.", new.code),
                    ));
                }
                existing = Some((other.id(), other.text("issuer")));
                continue;
            }
            if let Some(domain) =
                words(other.text("domains")).into_iter().find(|domain| domains.contains(domain))
            {
                return Err(PlatformError::refused(
                    format!("Un autre fournisseur parle déjà pour {domain}."),
                    format!("Another provider speaks for {domain} already."),
                ));
            }
        }
        let id = existing.as_ref().map_or_else(|| self.new_id(), |(id, _)| *id);
        let mut draft = draft
            .with("code", new.code.trim())
            .with(CLIENT, client)
            .with("name", new.name.trim())
            .with("issuer", new.address)
            .with("domains", domains.join(" ").as_str())
            .with("groups_claim", new.groups_claim.trim())
            .with("active", Value::Boolean(true));
        match new.secret {
            Some(secret) => {
                let sealed = self.keys.seal(&about(id), secret.trim().as_bytes(), self.random.as_ref())?;
                draft = draft.with("sealed_secret", sealed.as_str());
            }
            None if existing.is_none() && new.needs_secret => {
                return Err(PlatformError::refused(
                    "Donnez le secret que le fournisseur connaît.",
                    "Give the secret that the provider knows.",
                ));
            }
            None => {}
        }
        let moved = existing.as_ref().is_some_and(|(_, issuer)| issuer.as_deref() != Some(new.address));
        let untied = if moved { self.tied_to(id)? } else { Vec::new() };
        let is_new = existing.is_none();
        self.root().transact(&Caller::system(), move |unit| {
            for user in untied {
                unit.update(USER, user, None, Draft::default().with("provider_subject", Value::Null))?;
            }
            if is_new {
                unit.create(PROVIDER, Some(id), draft).map(drop)
            } else {
                unit.update(PROVIDER, id, None, draft)
            }
        })?;
        Ok(id)
    }

    /// Forgets who a person is at their provider: at their next sign-in there they are tied to whoever has their address then.
    ///
    /// Errors: nobody has that address.
    pub fn provider_untie(&self, email: &str) -> Result<(), PlatformError> {
        let user = self.user_by_email(email)?.id;
        let draft = Draft::default().with("provider_subject", Value::Null);
        self.root().transact(&Caller::system(), move |unit| unit.update(USER, user, None, draft))?;
        Ok(())
    }

    /// People who are tied to a provider.
    fn tied_to(&self, provider: RecordId) -> Result<Vec<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let prefix = format!("{provider} ");
        let users = directory::all(self.root(), Query { entity: USER.to_owned(), ..Query::default() })?;
        let tied = users.iter().map(|record| Fields::of(&dictionary, record)).filter(|fields| {
            fields.text("provider_subject").is_some_and(|subject| subject.starts_with(&prefix))
        });
        Ok(tied.map(|fields| fields.id()).collect())
    }

    /// Says which profiles the members of a group hold in an environment; none takes the rule away.
    ///
    /// Errors: there is no such environment or profile.
    pub fn group_map(&self, environment: &str, group: &str, profiles: &[&str]) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        if !profiles.is_empty() {
            self.check_profiles(environment, profiles)?;
        }
        let dictionary = self.root().dictionary();
        let rules = self.records_of(GROUP, "environment", info.id)?;
        let existing = rules.iter().map(|rule| Fields::of(&dictionary, rule));
        let existing =
            existing.filter(|rule| rule.text("name").as_deref() == Some(group)).map(|rule| rule.id()).next();
        let draft = Draft::default()
            .with("environment", info.id)
            .with("name", group)
            .with("profiles", profiles.join(" ").as_str());
        let takes_away = profiles.is_empty();
        self.root().transact(&Caller::system(), move |unit| match existing {
            Some(id) if takes_away => unit.delete(GROUP, id, None),
            Some(id) => unit.update(GROUP, id, None, draft),
            None if takes_away => Ok(()),
            None => unit.create(GROUP, None, draft).map(drop),
        })?;
        Ok(())
    }

    /// An active provider, by its identifier.
    pub(crate) fn provider(&self, code: &str) -> Result<Provider, PlatformError> {
        let record = self.root().find(&Caller::system(), PROVIDER, "code", code, &[])?;
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &record);
        if !fields.is_true("active") {
            return Err(PlatformError::NotFound);
        }
        Ok(Provider {
            id: fields.id(),
            protocol: Protocol::of_tag(fields.text("protocol").as_deref()),
            client: fields.reference(CLIENT).ok_or(PlatformError::NotFound)?,
            issuer: fields.text("issuer").unwrap_or_default(),
            client_id: fields.text("identifier").unwrap_or_default(),
            domains: words(fields.text("domains")),
            groups_claim: fields.text("groups_claim").unwrap_or_else(|| "groups".to_owned()),
            scopes: words(fields.text("scopes")),
        })
    }

    /// What the word of a provider that opened a session is worth.
    ///
    /// Errors: not found when it was switched off: what it opened is over.
    pub(crate) fn provider_vouches(&self, id: RecordId) -> Result<Vouched, PlatformError> {
        let read = || {
            let record = self.root().get(&Caller::system(), PROVIDER, id, &[])?;
            let dictionary = self.root().dictionary();
            let fields = Fields::of(&dictionary, &record);
            let client = fields.reference(CLIENT).filter(|_| fields.is_true("active"));
            // A password, be it typed here for a directory, is one factor.
            let second_factor = Protocol::of_tag(fields.text("protocol").as_deref()) == Protocol::Oidc;
            Ok(Vouched { client: client.ok_or(PlatformError::NotFound)?, second_factor })
        };
        let keep = |known: &mut crate::cache::Known, vouched: &Vouched| {
            known.providers.insert(id, *vouched);
        };
        self.cache.get(self.root(), |known| known.providers.get(&id).copied(), read, keep)
    }

    /// Our secret at a provider.
    pub(crate) fn provider_secret(&self, provider: &Provider) -> Result<String, PlatformError> {
        let sealed = self.root().secret(&Caller::system(), PROVIDER, provider.id, "sealed_secret")?;
        let secret = self.keys.open(&about(provider.id), sealed.as_text().unwrap_or_default())?;
        String::from_utf8(secret).map_err(|_| PlatformError::Sealed { why: "it is no text" })
    }

    /// The person that a provider tells of, with what their groups give them: made if they are new and a group opens something.
    ///
    /// Errors: the provider may not speak for them; their account is closed; no group opens anything; what a group gives cannot be given.
    pub(crate) fn provider_person(&self, provider: &Provider, told: &Told) -> Result<User, Refused> {
        let domain = told.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
        if !provider.domains.contains(&domain) {
            return Err(ProviderError::NotTheirs.into());
        }
        let dictionary = self.root().dictionary();
        let environments = self.records_of(ENVIRONMENT, CLIENT, provider.client)?;
        let environments: Vec<(RecordId, String)> = environments
            .iter()
            .map(|record| Fields::of(&dictionary, record))
            .filter(|fields| fields.is_true("active"))
            .filter_map(|fields| Some((fields.id(), fields.text("name")?)))
            .collect();
        let given = self.groups_give(&environments, &told.groups)?;
        let key = format!("{} {}", provider.id, told.subject);
        let known = match self.records_of(USER, "provider_subject", key.as_str())?.pop() {
            Some(record) => Some(self.user(record.row.id())?),
            None => match self.user_by_email(&told.email) {
                Ok(user) => Some(user),
                Err(error) if error.is_not_found() => None,
                Err(error) => return Err(error.into()),
            },
        };
        let user = match known {
            Some(user) => {
                let about = |error: PlatformError| Refused { user: Some(user.id), error };
                if !user.active {
                    return Err(about(PlatformError::WrongCredentials));
                }
                if !self.provider_speaks_for(provider, &user, Some(&key))? {
                    return Err(about(ProviderError::NotTheirs.into()));
                }
                user
            }
            None if given.iter().all(|(_, _, profiles)| profiles.is_empty()) => {
                return Err(ProviderError::NoGroup.into());
            }
            None => {
                let name = told.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
                self.user_note(name.unwrap_or(&told.email), &told.email, told.language)?
            }
        };
        let about = |error: PlatformError| Refused { user: Some(user.id), error };
        let (id, draft) = (user.id, Draft::default().with("provider_subject", key.as_str()));
        let tied = self.root().transact(&Caller::system(), move |unit| unit.update(USER, id, None, draft));
        tied.map_err(|error| about(error.into()))?;
        for (id, name, profiles) in &given {
            // Where the company's directory provisions them, their groups are those that it says.
            if self.is_provisioned(user.id, *id).map_err(about)? {
                continue;
            }
            self.groups_apply(user.id, *id, name, profiles).map_err(about)?;
        }
        Ok(user)
    }

    /// Who a person is at their provider.
    pub(crate) fn provider_subject(&self, user: &User) -> Result<Option<String>, PlatformError> {
        let record = self.root().get(&Caller::system(), USER, user.id, &[])?;
        Ok(Fields::of(&self.root().dictionary(), &record).text("provider_subject"))
    }

    /// Whether a provider may speak for somebody who has an account: they are the same person there as before (nobody takes their place by taking
    /// their address), work for nobody else, and enter nothing of anybody else's, of which only their own password tells. `key`: who they are there, once
    /// it is known.
    pub(crate) fn provider_speaks_for(
        &self,
        provider: &Provider,
        user: &User,
        key: Option<&str>,
    ) -> Result<bool, PlatformError> {
        let dictionary = self.root().dictionary();
        let record = self.root().get(&Caller::system(), USER, user.id, &[])?;
        let fields = Fields::of(&dictionary, &record);
        let is_another = |known: String| key.is_some_and(|key| known != key);
        if fields.text("provider_subject").is_some_and(is_another)
            || fields.reference(ORGANISATION).is_some_and(|works_for| works_for != provider.client)
        {
            return Ok(false);
        }
        for record in self.records_of(ACCESS, "user", user.id)? {
            let Some(environment) = Fields::of(&dictionary, &record).reference("environment") else {
                continue;
            };
            if self.environment_info_by_id(environment)?.client_id != Some(provider.client) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Environments that have rules of groups, with the profiles that some groups give there.
    fn groups_give(
        &self,
        environments: &[(RecordId, String)],
        groups: &[String],
    ) -> Result<Vec<(RecordId, String, Vec<String>)>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut given = Vec::new();
        for (id, name) in environments {
            let rules = self.records_of(GROUP, "environment", *id)?;
            if rules.is_empty() {
                continue;
            }
            let mut held = BTreeSet::new();
            for rule in rules.iter().map(|rule| Fields::of(&dictionary, rule)) {
                if rule.text("name").is_some_and(|group| groups.contains(&group)) {
                    held.extend(words(rule.text("profiles")));
                }
            }
            given.push((*id, name.clone(), held.into_iter().collect()));
        }
        Ok(given)
    }

    /// Where groups have a say, what they give is what the person holds: an access that no group gives any more is taken away.
    fn groups_apply(
        &self,
        user: RecordId,
        environment: RecordId,
        name: &str,
        held: &[String],
    ) -> Result<(), PlatformError> {
        let existing = self.access_record(user, environment)?;
        if held.is_empty() {
            return if existing.is_some() { self.access_revoke(user, name) } else { Ok(()) };
        }
        if let Some(id) = existing {
            let record = self.root().get(&Caller::system(), ACCESS, id, &[])?;
            let dictionary = self.root().dictionary();
            let same = profiles(&Fields::of(&dictionary, &record)) == Held::new(held.to_vec());
            if same {
                return Ok(());
            }
        }
        let held: Vec<&str> = held.iter().map(String::as_str).collect();
        self.access_grant(user, name, &held)
    }
}

/// What the secret of a provider is sealed about.
pub(crate) fn about(provider: RecordId) -> String {
    format!("secret at identity provider {provider}")
}
