//! A company's directory, asked over the network: who has an address, whether a password is theirs, which groups they are in. Source: RFC 4511 to 4515.
//!
//! One connection for each question, a few seconds for each step. Referrals are not followed: a password goes to the server that the operator named,
//! and to no other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use ldap3::{LdapConn, LdapConnSettings, LdapResult, Scope, SearchEntry, SearchOptions, StdStream};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::patterns;
use crate::outgoing::Outgoing;

/// Each step takes this long at most: connecting, binding, searching.
const STEP: Duration = Duration::from_secs(5);
const STEP_S: i32 = 5;
/// Groups of one person at most. Somebody in more is refused rather than let in with some of them.
const GROUPS_MAX: i32 = 2_000;

/// Result codes (RFC 4511, appendix A).
const SUCCESS: u32 = 0;
const SIZE_EXCEEDED: u32 = 4;
const NO_SUCH_OBJECT: u32 = 32;
const INVALID_DN: u32 = 34;
const INAPPROPRIATE: u32 = 48;
const INVALID_CREDENTIALS: u32 = 49;

/// How what is said is kept from others on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// From the first byte: `ldaps://`.
    Tls,
    /// Begun within the connection, before anything is said: `ldap://`.
    StartTls,
    /// None, because the operator said so.
    Nothing,
}

/// How a directory is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    /// `ldap://` or `ldaps://`, a host, maybe a port.
    pub(crate) address: String,
    pub(crate) encryption: Encryption,
    /// Certificates (PEM) that its own has to come from; those that the machine trusts, without.
    pub(crate) authorities: Option<String>,
    /// Where people are.
    pub(crate) base: String,
    /// What finds a person there: `(mail={email})`.
    pub(crate) filter: String,
    /// As what people bind, where nobody searches before: `uid={name},ou=people,dc=acme,dc=example`, or `{email}`.
    pub(crate) bind_pattern: Option<String>,
    /// Who searches: its name, and its password.
    pub(crate) account: Option<(String, String)>,
    pub(crate) email_attribute: String,
    pub(crate) name_attribute: String,
    /// What stays the same of a person, whatever they are called.
    pub(crate) subject_attribute: String,
    /// Attribute of a person that lists their groups.
    pub(crate) groups_attribute: String,
    /// Where groups are: those elsewhere are known by their whole name only.
    pub(crate) groups_base: Option<String>,
    /// What finds the groups of a person there: `(member={dn})`.
    pub(crate) groups_filter: Option<String>,
}

/// A person, as a directory tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    /// What stays the same of them.
    pub subject: String,
    /// Addresses they have there.
    pub emails: Vec<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Groups they are in: each by its distinguished name and, beneath the base of groups, by its own.
    pub groups: Vec<String>,
}

/// Why a directory could not be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// It may not be called, or does not answer.
    #[error(transparent)]
    Outgoing(#[from] crate::outgoing::OutgoingError),
    /// It answers otherwise than it should.
    #[error("the directory: {0}")]
    Unfit(&'static str),
    /// It says no to what is no question of a password.
    #[error("the directory answers {code}: {text}")]
    Answered {
        /// Result code.
        code: u32,
        /// What it says of it.
        text: String,
    },
}

/// The certificates of a text in PEM.
///
/// Errors: none can be read there.
pub(crate) fn authorities(pem: &str) -> Result<RootCertStore, AskError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| AskError::Unfit("a certificate cannot be read"))?;
        roots.add(certificate).map_err(|_| AskError::Unfit("a certificate cannot be used"))?;
    }
    if roots.is_empty() {
        return Err(AskError::Unfit("there is no certificate in what was given"));
    }
    Ok(roots)
}

/// Asks for a person and their password; `None` when there is no such person, or it is not theirs.
///
/// Errors: the directory cannot be asked, or there are several such people.
pub(crate) fn ask(
    asking: &Asking,
    outgoing: &Outgoing,
    email: &str,
    password: &str,
) -> Result<Option<Entry>, AskError> {
    // A name with an empty password is let in by many as nobody (RFC 4513, 5.1.2).
    if password.is_empty() {
        return Ok(None);
    }
    let mut connection = Connection::open(asking, outgoing)?;
    let entry = match &asking.bind_pattern {
        Some(pattern) => {
            if !connection.binds(&patterns::bind_name(pattern, email), password)? {
                return Ok(None);
            }
            connection.person(email)?
        }
        None => {
            connection.bind_account()?;
            let found = connection.person(email)?;
            // Who is not there takes as long to refuse as who is, and by the same questions.
            let dn =
                found.as_ref().map_or_else(|| format!("cn=nobody,{}", asking.base), |one| one.dn.clone());
            if !connection.binds(&dn, password)? {
                return Ok(None);
            }
            found
        }
    };
    let Some(mut entry) = entry else { return Ok(None) };
    if asking.groups_filter.is_some() {
        if asking.account.is_some() {
            connection.bind_account()?;
        }
        connection.search_groups(&mut entry)?;
    }
    Ok(Some(entry))
}

/// Looks for a person without their password.
///
/// Errors: as [`ask`]; nobody searches there but who signs in.
pub(crate) fn look(asking: &Asking, outgoing: &Outgoing, email: &str) -> Result<Option<Entry>, AskError> {
    if asking.bind_pattern.is_some() && asking.account.is_none() {
        return Err(AskError::Unfit("nobody searches there but who signs in"));
    }
    let mut connection = Connection::open(asking, outgoing)?;
    connection.bind_account()?;
    let Some(mut entry) = connection.person(email)? else { return Ok(None) };
    if asking.groups_filter.is_some() {
        connection.search_groups(&mut entry)?;
    }
    Ok(Some(entry))
}

struct Connection<'a> {
    asking: &'a Asking,
    ldap: LdapConn,
    /// Held as long as the connection is.
    call: crate::outgoing::Call<'a>,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        // It is over either way.
        let _ = self.ldap.with_timeout(STEP).unbind();
    }
}

impl<'a> Connection<'a> {
    fn open(asking: &'a Asking, outgoing: &'a Outgoing) -> Result<Connection<'a>, AskError> {
        let (call, stream) = outgoing.connect(&asking.address, STEP)?;
        let mut settings = LdapConnSettings::new()
            .set_conn_timeout(STEP)
            .set_std_stream(StdStream::Tcp(stream))
            .set_starttls(asking.encryption == Encryption::StartTls);
        if let Some(pem) = &asking.authorities {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|_| AskError::Unfit("no version of TLS can be used"))?
                .with_root_certificates(authorities(pem)?)
                .with_no_client_auth();
            settings = settings.set_config(Arc::new(config));
        }
        match LdapConn::with_settings(settings, &asking.address) {
            Ok(ldap) => Ok(Connection { asking, ldap, call }),
            Err(error) => Err(call.failed(error).into()),
        }
    }

    /// Whether a name and a password go together.
    fn binds(&mut self, name: &str, password: &str) -> Result<bool, AskError> {
        let bound = self.ldap.with_timeout(STEP).simple_bind(name, password);
        let answer = bound.map_err(|error| self.call.failed(error))?;
        match answer.rc {
            SUCCESS => Ok(true),
            INVALID_CREDENTIALS | NO_SUCH_OBJECT | INVALID_DN | INAPPROPRIATE => {
                // What it says of it, such as an expired password, is for who keeps the platform.
                tracing::info!(
                    ldap.code = answer.rc,
                    ldap.text = answer.text,
                    "a directory refuses a password"
                );
                Ok(false)
            }
            _ => Err(answered(&answer)),
        }
    }

    fn bind_account(&mut self) -> Result<(), AskError> {
        let Some((name, password)) = &self.asking.account else { return Ok(()) };
        if self.binds(name, password)? {
            return Ok(());
        }
        Err(AskError::Unfit("the account that searches is refused"))
    }

    fn person(&mut self, email: &str) -> Result<Option<Entry>, AskError> {
        let asking = self.asking;
        let attributes = [
            asking.email_attribute.as_str(),
            asking.name_attribute.as_str(),
            asking.subject_attribute.as_str(),
            asking.groups_attribute.as_str(),
        ];
        let filter = patterns::person_filter(&asking.filter, email);
        let mut found = self.search(&asking.base, &filter, &attributes, 2)?;
        let Some(entry) = found.pop() else { return Ok(None) };
        if !found.is_empty() {
            return Err(AskError::Unfit("several people have that address"));
        }
        let texts = |name: &str| values(&entry, name).filter_map(|value| String::from_utf8(value).ok());
        let subject = values(&entry, &asking.subject_attribute).next();
        let subject = subject.filter(|subject| !subject.is_empty() && subject.len() <= 120);
        let subject = subject.ok_or(AskError::Unfit("it does not say what stays the same of a person"))?;
        let groups = texts(&asking.groups_attribute);
        Ok(Some(Entry {
            subject: patterns::subject(&asking.subject_attribute, &subject),
            emails: texts(&asking.email_attribute).map(|one| patterns::email(&one)).collect(),
            name: texts(&asking.name_attribute).next(),
            groups: groups.flat_map(|dn| patterns::names(&dn, asking.groups_base.as_deref())).collect(),
            dn: entry.dn.clone(),
        }))
    }

    /// Adds the groups that name a person.
    fn search_groups(&mut self, entry: &mut Entry) -> Result<(), AskError> {
        let asking = self.asking;
        let Some(filter) = &asking.groups_filter else { return Ok(()) };
        let name = entry.emails.first().map(String::as_str).unwrap_or_default();
        let filter = patterns::groups_filter(filter, &entry.dn, name);
        let base = asking.groups_base.as_deref().unwrap_or(&asking.base);
        // No attribute: names are all that is asked for (RFC 4511, 4.5.1.8).
        for group in self.search(base, &filter, &["1.1"], GROUPS_MAX)? {
            entry.groups.extend(patterns::names(&group.dn, Some(base)));
        }
        Ok(())
    }

    fn search(
        &mut self,
        base: &str,
        filter: &str,
        attributes: &[&str],
        most: i32,
    ) -> Result<Vec<SearchEntry>, AskError> {
        let options = SearchOptions::new().sizelimit(most).timelimit(STEP_S);
        let searched = self.ldap.with_timeout(STEP).with_search_options(options).search(
            base,
            Scope::Subtree,
            filter,
            attributes,
        );
        let found = searched.map_err(|error| self.call.failed(error))?;
        match found.1.rc {
            SUCCESS => {}
            NO_SUCH_OBJECT => return Err(AskError::Unfit("there is nothing at the base that was given")),
            SIZE_EXCEEDED => return Err(AskError::Unfit("there are more entries than are asked for")),
            _ => return Err(answered(&found.1)),
        }
        // The library panics where an entry is none.
        let entries = found.0.into_iter().filter(|one| !one.is_ref() && !one.is_intermediate());
        let entries = entries.map(|one| catch_unwind(AssertUnwindSafe(|| SearchEntry::construct(one))));
        entries.map(|one| one.map_err(|_| AskError::Unfit("an entry cannot be read"))).collect()
    }
}

fn answered(answer: &LdapResult) -> AskError {
    let text = answer.text.chars().filter(|c| !c.is_control()).take(200).collect();
    AskError::Answered { code: answer.rc, text }
}

/// Values of an attribute, whose name is written as the directory likes.
fn values<'e>(entry: &'e SearchEntry, name: &str) -> impl Iterator<Item = Vec<u8>> + use<'e> {
    let is_it = |known: &str| known.eq_ignore_ascii_case(name);
    let texts = entry.attrs.iter().find(|(known, _)| is_it(known)).map(|(_, values)| values);
    let bytes = entry.bin_attrs.iter().find(|(known, _)| is_it(known)).map(|(_, values)| values);
    let texts = texts.into_iter().flatten().map(|value| value.clone().into_bytes());
    texts.chain(bytes.into_iter().flatten().cloned())
}
