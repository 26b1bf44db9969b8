//! Calls that we make to servers that somebody else names: identity providers, directories of companies. They go out by HTTPS (or LDAP) to addresses of
//! the internet, follow no redirection, end in time and read a bounded answer; nothing of the network we stand in is reached, whatever a name resolves to
//! (SSRF).

use std::collections::HashMap;
use std::io::Read;
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value as Json;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Timeout};

/// A call and its answer take this long at most.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Calls of one host at once.
const CALLS_MAX: usize = 4;
/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 1 << 20;

/// Why a call was not made, or failed. Says nothing of what was sent.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// Not by HTTPS, or to an address that is not of the internet.
    #[error(
        "{0} may not be called: only HTTPS to addresses of the internet, and the hosts named in `outgoing_hosts`"
    )]
    NotAllowed(String),
    /// No answer, or none in time.
    #[error("{host} could not be called")]
    Failed {
        /// Which host.
        host: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It refused.
    #[error("{host} answered {status}")]
    Refused {
        /// Which host.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// It is being called as often as it may be already.
    #[error("{host} is slow, and is being called as often as it may be")]
    Busy {
        /// Which host.
        host: String,
    },
    /// What it answered is not JSON, or too much.
    #[error("{host} answered something else than JSON")]
    Unreadable {
        /// Which host.
        host: String,
    },
}

/// Makes such calls.
#[derive(Debug)]
pub(crate) struct Outgoing {
    agent: Agent,
    /// Hosts of our own network that may be called, by HTTP too.
    hosts: Vec<String>,
    /// Calls under way.
    calls: Mutex<HashMap<String, usize>>,
}

/// A call under way, until dropped.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    calls: &'a Mutex<HashMap<String, usize>>,
    host: String,
}

impl Call<'_> {
    /// Why it failed.
    pub(crate) fn failed(
        &self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> OutgoingError {
        OutgoingError::Failed { host: self.host.clone(), source: source.into() }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut calls = self.calls.lock();
        if let Some(count) = calls.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                calls.remove(&self.host);
            }
        }
    }
}

impl Outgoing {
    pub(crate) fn new(hosts: &[String]) -> Outgoing {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(true)
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .user_agent("Tisserand")
            .build();
        let hosts: Vec<String> = hosts.iter().map(|host| host.to_lowercase()).collect();
        let guard = Guard { inner: DefaultResolver::default(), hosts: hosts.clone() };
        Outgoing {
            agent: Agent::with_parts(config, DefaultConnector::default(), guard),
            hosts,
            calls: Mutex::default(),
        }
    }

    /// Hosts of our own network that may be called.
    pub(crate) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Refuses an address that may not be called; its host otherwise.
    pub(crate) fn allowed(&self, url: &str) -> Result<String, OutgoingError> {
        let refused = || OutgoingError::NotAllowed(url.chars().take(200).collect());
        let uri: Uri = url.parse().map_err(|_| refused())?;
        let host = uri.host().ok_or_else(refused)?.trim_matches(['[', ']']).to_lowercase();
        let named = self.hosts.contains(&host);
        let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        match uri.scheme_str() {
            Some("https") if !user => {}
            Some("http") if named && !user => {}
            _ => return Err(refused()),
        }
        // A name is looked at when it is resolved.
        match host.parse::<IpAddr>() {
            Ok(address) if !named && !is_public(address) => Err(refused()),
            _ => Ok(host),
        }
    }

    /// Refuses the address of a directory that may not be called; its host and port otherwise.
    pub(crate) fn directory_allowed(&self, url: &str) -> Result<(String, u16), OutgoingError> {
        let refused = || OutgoingError::NotAllowed(url.chars().take(200).collect());
        let uri: Uri = url.parse().map_err(|_| refused())?;
        let host = uri.host().ok_or_else(refused)?.trim_matches(['[', ']']).to_lowercase();
        let usual = match uri.scheme_str() {
            Some("ldap") => 389,
            Some("ldaps") => 636,
            _ => return Err(refused()),
        };
        let bare = uri.path().is_empty() || uri.path() == "/";
        if !bare || uri.query().is_some() || uri.authority().is_some_and(|one| one.as_str().contains('@')) {
            return Err(refused());
        }
        match host.parse::<IpAddr>() {
            Ok(address) if !self.hosts.contains(&host) && !is_public(address) => Err(refused()),
            _ => Ok((host, uri.port_u16().unwrap_or(usual))),
        }
    }

    /// A connection to a directory, and leave to use it.
    pub(crate) fn connect(
        &self,
        url: &str,
        within: Duration,
    ) -> Result<(Call<'_>, TcpStream), OutgoingError> {
        let (host, port) = self.directory_allowed(url)?;
        let call = self.begin_at(host)?;
        let authority = if call.host.contains(':') {
            format!("[{}]:{port}", call.host)
        } else {
            format!("{}:{port}", call.host)
        };
        let uri: Uri =
            format!("https://{authority}").parse().map_err(|_| OutgoingError::NotAllowed(authority))?;
        let guard = Guard { inner: DefaultResolver::default(), hosts: self.hosts.clone() };
        let within_that =
            NextTimeout { after: within.into(), reason: Timeout::Resolve, ..NextTimeout::default() };
        let found = match guard.resolve(&uri, self.agent.config(), within_that) {
            Ok(found) => found,
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(OutgoingError::NotAllowed(call.host.clone()));
            }
            Err(error) => return Err(call.failed(error)),
        };
        let mut last = None;
        for address in found.iter() {
            match TcpStream::connect_timeout(address, within) {
                Ok(stream) => return Ok((call, stream)),
                Err(error) => last = Some(error),
            }
        }
        let error = last.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound));
        Err(call.failed(error))
    }

    /// Leave to call a host: one that is slow keeps some of us waiting, never all.
    fn begin(&self, url: &str) -> Result<Call<'_>, OutgoingError> {
        self.begin_at(self.allowed(url)?)
    }

    fn begin_at(&self, host: String) -> Result<Call<'_>, OutgoingError> {
        let mut calls = self.calls.lock();
        let count = calls.entry(host.clone()).or_default();
        if *count >= CALLS_MAX {
            return Err(OutgoingError::Busy { host });
        }
        *count += 1;
        Ok(Call { calls: &self.calls, host })
    }

    /// A document.
    pub(crate) fn get(&self, url: &str, bearer: Option<&str>) -> Result<Json, OutgoingError> {
        let call = self.begin(url)?;
        let mut request = self.agent.get(url).header("accept", "application/json");
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        read(&call.host, request.call())
    }

    /// The answer to a form.
    pub(crate) fn post(
        &self,
        url: &str,
        authorization: Option<&str>,
        form: &[(&str, &str)],
    ) -> Result<Json, OutgoingError> {
        let call = self.begin(url)?;
        let mut request = self.agent.post(url).header("accept", "application/json");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        read(&call.host, request.send_form(form.iter().copied()))
    }
}

fn read(
    host: &str,
    answered: Result<ureq::http::Response<ureq::Body>, Error>,
) -> Result<Json, OutgoingError> {
    let host = || host.to_owned();
    let response = match answered {
        Ok(response) => response,
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Err(OutgoingError::NotAllowed(host()));
        }
        Err(error) => return Err(OutgoingError::Failed { host: host(), source: Box::new(error) }),
    };
    let status = response.status().as_u16();
    if status != 200 {
        return Err(OutgoingError::Refused { host: host(), status });
    }
    let mut bytes = Vec::new();
    let read = response.into_body().into_reader().take(ANSWER_MAX + 1).read_to_end(&mut bytes);
    let bounded = read.is_ok_and(|read| read as u64 <= ANSWER_MAX);
    let json = if bounded { serde_json::from_slice(&bytes).ok() } else { None };
    json.ok_or_else(|| OutgoingError::Unreadable { host: host() })
}

/// Resolves names, to addresses of the internet only.
#[derive(Debug)]
struct Guard {
    inner: DefaultResolver,
    hosts: Vec<String>,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
        // One that is not would do: which of them is called is not ours to say.
        if self.hosts.contains(&host) || found.iter().all(|address| is_public(address.ip())) {
            return Ok(found);
        }
        Err(Error::Io(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "not an address of the internet",
        )))
    }
}

/// Whether an address is of the internet. Source: the special-purpose registries of IANA (RFC 6890 and what updates it).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (b == 18 || b == 19));
            !special
        }
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            let last = v6.segments();
            let embedded = std::net::Ipv4Addr::new(
                (last[6] >> 8) as u8,
                (last[6] & 0xff) as u8,
                (last[7] >> 8) as u8,
                (last[7] & 0xff) as u8,
            );
            // Addresses that stand for one of IPv4 are what that is.
            if a == 0x64 && b == 0xff9b {
                return is_public(IpAddr::V4(embedded));
            }
            // Of those given out so far; documentation, 6to4 and Teredo are among them.
            (0x2000..0x4000).contains(&a)
                && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8))
                && a != 0x2002
                && a != 0x3fff
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_called() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.20.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["9.9.9.9", "82.65.12.1", "2620:fe::fe", "2a01:e0a::1", "64:ff9b::909:909"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn by_https_only_unless_the_operator_names_the_host() {
        let strict = Outgoing::new(&[]);
        for url in [
            "http://idp.example/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "https://user@idp.example/",
            "ftp://idp.example",
            "not an address",
        ] {
            assert!(matches!(strict.get(url, None), Err(OutgoingError::NotAllowed(_))), "{url}");
        }
        assert!(strict.allowed("https://idp.example/x").is_ok());
        // A name that leads inside, too.
        assert!(matches!(strict.get("https://localhost:9/x", None), Err(OutgoingError::NotAllowed(_))));
        let named = Outgoing::new(&["127.0.0.1".to_owned()]);
        assert!(named.allowed("http://127.0.0.1:8080/x").is_ok());
        assert!(named.allowed("http://127.0.0.2:8080/x").is_err());
    }
}
