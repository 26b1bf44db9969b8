//! Directories of companies (LDAP, Active Directory): their people sign in here with the password they have there.
//!
//! Decision 0123. A directory is an identity provider of a client (decision 0133) that is asked for a password instead of being gone to: whom it may
//! speak for, what its groups give and what its sessions open is the same.

pub(crate) mod client;
mod patterns;
pub(crate) mod sign_in;

use dictionary::{RecordId, Value};
use engine::{Caller, Draft};

use crate::directory::{Fields, PROVIDER};
use crate::error::PlatformError;
use crate::ldap::client::{AskError, Asking, Encryption};
use crate::outgoing::OutgoingError;
use crate::platform::Platform;
use crate::providers::{Protocol, Provider, ProviderCommon, ProviderError};

pub use crate::ldap::client::Entry;

/// A directory to be set.
#[derive(Debug, Clone, Default)]
pub struct NewDirectory {
    /// Its identifier: the one that has it is changed.
    pub code: String,
    /// Name of the client whose people it knows.
    pub client: String,
    /// What people call it.
    pub name: String,
    /// `ldaps://…`, encrypted from the first byte, or `ldap://…`, where STARTTLS is asked for before anything is said.
    pub address: String,
    /// Nothing is encrypted on the way, passwords neither.
    pub unencrypted: bool,
    /// Certificates (PEM) that its own has to come from; those that the machine trusts, without.
    pub authorities: Option<String>,
    /// Domains of the addresses it speaks for.
    pub domains: Vec<String>,
    /// Where people are.
    pub base: String,
    /// What finds a person there, with `{email}` or `{name}`, the part before its `@`.
    pub filter: String,
    /// As what people bind, with the same words, where nobody searches before.
    pub bind_pattern: Option<String>,
    /// Name of the account that searches.
    pub account: Option<String>,
    /// Its password; the one that is kept stays, without.
    pub account_password: Option<String>,
    /// Attribute with the addresses of a person.
    pub email_attribute: String,
    /// Attribute with their name.
    pub name_attribute: String,
    /// Attribute that stays the same of them, whatever they are called.
    pub subject_attribute: String,
    /// Attribute that lists their groups.
    pub groups_attribute: String,
    /// Where groups are.
    pub groups_base: Option<String>,
    /// What finds the groups of a person there, with `{dn}`.
    pub groups_filter: Option<String>,
}

impl NewDirectory {
    /// One whose entries are as those of OpenLDAP usually are; what is not usual has to be filled in.
    pub fn usual() -> NewDirectory {
        NewDirectory {
            filter: "(mail={email})".to_owned(),
            email_attribute: "mail".to_owned(),
            name_attribute: "cn".to_owned(),
            subject_attribute: "entryUUID".to_owned(),
            groups_attribute: "memberOf".to_owned(),
            ..NewDirectory::default()
        }
    }
}

impl Platform {
    /// Sets a directory of a client. One that is set to another address tells of other people: nobody is tied to it any more.
    ///
    /// Errors: as [`Platform::provider_set`]; a filter or the certificates cannot be read; what is not encrypted was not said to be so.
    pub fn ldap_set(&self, new: &NewDirectory) -> Result<RecordId, PlatformError> {
        let address = new.address.trim().trim_end_matches('/');
        self.outgoing.directory_allowed(address).map_err(ProviderError::from)?;
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let (pattern, account) = (given(&new.bind_pattern), given(&new.account));
        let (groups_base, groups_filter) = (given(&new.groups_base), given(&new.groups_filter));
        let names_person = |text: &str| text.contains("{email}") || text.contains("{name}");
        let finds = |filter: &str| ldap3::parse_filter(filter).is_ok();
        if !finds(new.filter.trim()) || !names_person(&new.filter) {
            return Err(PlatformError::refused(
                "Le filtre des personnes ne se lit pas, ou ne nomme ni {email} ni {name} : (mail={email}).",
                "The filter of people cannot be read, or names neither {email} nor {name}: (mail={email}).",
            ));
        }
        if groups_filter.as_deref().is_some_and(|filter| !finds(filter) || !filter.contains('{')) {
            return Err(PlatformError::refused(
                "Le filtre des groupes ne se lit pas, ou ne nomme personne : (member={dn}).",
                "The filter of groups cannot be read, or names nobody: (member={dn}).",
            ));
        }
        if pattern.as_deref().is_some_and(|pattern| !names_person(pattern)) {
            return Err(PlatformError::refused(
                "Le nom de connexion ne nomme ni {email} ni {name} : uid={name},ou=people,dc=exemple,dc=fr.",
                "The name to bind with names neither {email} nor {name}: uid={name},ou=people,dc=example,dc=org.",
            ));
        }
        if new.base.trim().is_empty() {
            return Err(PlatformError::refused(
                "Donnez la base sous laquelle sont les personnes : ou=people,dc=exemple,dc=fr.",
                "Give the base beneath which people are: ou=people,dc=example,dc=org.",
            ));
        }
        if new.unencrypted && address.starts_with("ldaps:") {
            return Err(PlatformError::refused(
                "ldaps:// est toujours chiffré : donnez une adresse ldap://, ou n'écartez pas le chiffrement.",
                "ldaps:// is always encrypted: give an address ldap://, or do not leave encryption out.",
            ));
        }
        let authorities = given(&new.authorities);
        if let Some(pem) = &authorities {
            client::authorities(pem).map_err(|error| {
                let said = error.to_string();
                PlatformError::refused(
                    format!("Les certificats des autorités ne se lisent pas ({said})."),
                    format!("The certificates of the authorities cannot be read ({said})."),
                )
            })?;
        }
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::Text);
        let draft = Draft::default()
            .with("protocol", Protocol::Ldap.tag())
            .with("identifier", optional(account.clone()))
            .with("scopes", Value::Null)
            .with("unencrypted", Value::Boolean(new.unencrypted))
            .with("authorities", optional(authorities))
            .with("people_base", new.base.trim())
            .with("people_filter", new.filter.trim())
            .with("bind_pattern", optional(pattern))
            .with("email_attribute", new.email_attribute.trim())
            .with("name_attribute", new.name_attribute.trim())
            .with("subject_attribute", new.subject_attribute.trim())
            .with("groups_base", optional(groups_base))
            .with("groups_filter", optional(groups_filter));
        let common = ProviderCommon {
            code: &new.code,
            client: &new.client,
            name: &new.name,
            address,
            domains: &new.domains,
            groups_claim: &new.groups_attribute,
            secret: new.account_password.as_deref(),
            needs_secret: account.is_some(),
        };
        self.provider_put(common, draft)
    }

    /// What a directory tells of whoever has an address, without their password: to see that it is set as it should be.
    ///
    /// Errors: there is no such directory; it cannot be asked, or answers otherwise than it should.
    pub fn ldap_look(&self, code: &str, email: &str) -> Result<Option<Entry>, PlatformError> {
        let provider = self.provider(code)?;
        if provider.protocol != Protocol::Ldap {
            return Err(PlatformError::NotFound);
        }
        let asking = self.ldap_asking(&provider)?;
        Ok(client::look(&asking, &self.outgoing, &crate::users::normal_email(email)).map_err(failed)?)
    }

    /// How a directory is asked.
    fn ldap_asking(&self, provider: &Provider) -> Result<Asking, PlatformError> {
        let record = self.root().get(&Caller::system(), PROVIDER, provider.id, &[])?;
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &record);
        let text = |name: &str| fields.text(name).unwrap_or_default();
        let encryption = match (provider.issuer.starts_with("ldaps:"), fields.is_true("unencrypted")) {
            (true, _) => Encryption::Tls,
            (false, false) => Encryption::StartTls,
            (false, true) => Encryption::Nothing,
        };
        let account = match provider.client_id.as_str() {
            "" => None,
            name => Some((name.to_owned(), self.provider_secret(provider)?)),
        };
        Ok(Asking {
            address: provider.issuer.clone(),
            encryption,
            authorities: fields.text("authorities"),
            base: text("people_base"),
            filter: text("people_filter"),
            bind_pattern: fields.text("bind_pattern"),
            account,
            email_attribute: text("email_attribute"),
            name_attribute: text("name_attribute"),
            subject_attribute: text("subject_attribute"),
            groups_attribute: provider.groups_claim.clone(),
            groups_base: fields.text("groups_base"),
            groups_filter: fields.text("groups_filter"),
        })
    }
}

/// Why a directory could not be asked, as it is told: its own words are for the log.
fn failed(error: AskError) -> ProviderError {
    tracing::warn!(error = &error as &dyn std::error::Error, "a directory cannot be asked");
    match error {
        AskError::Outgoing(error) => ProviderError::Outgoing(error),
        AskError::Unfit(why) => ProviderError::Invalid(why),
        AskError::Answered { .. } => ProviderError::Invalid("the directory says no to the question itself"),
    }
}

/// Whether the directory did not answer, rather than say no.
fn is_away(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Outgoing(OutgoingError::Failed { .. } | OutgoingError::Busy { .. }))
}
