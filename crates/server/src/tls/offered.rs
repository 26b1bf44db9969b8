//! Which certificate a client is shown: by the host it asks for, and by what it wants to know.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use parking_lot::RwLock;
use platform::Platform;
use platform::certificates::certificate_path;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{CertificateFault, CertificateFiles, Shown, shown};
use super::{AcmeConfig, TlsConfig, provider};
use crate::metrics::CertificateGauges;

/// By which an authority looks whether a host is ours (RFC 8737).
pub(crate) const ACME_PROTOCOL: &[u8] = b"acme-tls/1";
/// HTTP/2, as clients ask for it (RFC 9113).
pub(crate) const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// Which content a file had: it is another once this differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    number: u64,
}

impl Stamp {
    /// `None` where there is no file that can be looked at.
    fn of(path: &Path) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: found.modified().ok(), bytes: found.len(), number: found.ino() })
    }
}

/// Certificates in use.
#[derive(Debug, Default)]
struct InUse {
    /// Hosts whose certificates are obtained: those of the settings, then those of environments.
    wanted: Arc<[String]>,
    /// The directory, as it was when they were looked up.
    wanted_at: Option<journal::Position>,
    /// From the files that somebody else renews.
    own: Option<Shown>,
    own_seen: Option<(Option<Stamp>, Option<Stamp>)>,
    /// What is wrong with those files, as it was last told.
    own_fault: Option<String>,
    /// Obtained, by host.
    hosts: BTreeMap<String, Shown>,
    hosts_seen: BTreeMap<String, Option<Stamp>>,
}

/// What clients are shown.
pub(crate) struct Offered {
    platform: Arc<Platform>,
    provider: Arc<CryptoProvider>,
    files: Option<CertificateFiles>,
    pub(super) acme: Option<AcmeConfig>,
    in_use: RwLock<InUse>,
}

impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offered").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Offered {
    /// With what is there already.
    ///
    /// Errors: the certificate that somebody else renews cannot be used.
    pub(crate) fn read(config: &TlsConfig, platform: Arc<Platform>) -> Result<Offered, CertificateFault> {
        let offered = Offered {
            provider: provider(),
            files: config.files.clone(),
            acme: config.acme.clone(),
            in_use: RwLock::default(),
            platform,
        };
        if let Some(files) = &offered.files {
            let seen = (Stamp::of(&files.certificate), Stamp::of(&files.key));
            let own = files.read(&offered.provider, offered.now())?;
            let mut in_use = offered.in_use.write();
            in_use.own = Some(own);
            in_use.own_seen = Some(seen);
        }
        offered.read_obtained();
        Ok(offered)
    }

    fn now(&self) -> Timestamp {
        self.platform.clock().now()
    }

    /// How a server speaks TLS with them.
    ///
    /// Errors: the cryptography has no protocol that is wanted, which it has.
    pub(crate) fn speaks(self: &Arc<Offered>) -> Result<rustls::ServerConfig, rustls::Error> {
        let builder = rustls::ServerConfig::builder_with_provider(self.provider.clone());
        let builder = builder.with_safe_default_protocol_versions()?;
        let mut speaks = builder.with_no_client_auth().with_cert_resolver(self.clone());
        speaks.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        if self.acme.is_some() {
            speaks.alpn_protocols.push(ACME_PROTOCOL.to_vec());
        }
        Ok(speaks)
    }

    /// Reads again what changed: files that somebody else renewed, certificates that another server on this folder obtained. What cannot be used
    /// is told once, and what was in use goes on being used.
    pub(crate) fn read_again(&self) {
        if let Some(files) = &self.files {
            let seen = (Stamp::of(&files.certificate), Stamp::of(&files.key));
            // Two files are not replaced at one moment: a fault is looked at again whether they seem to have changed or not.
            let before = self.in_use.read();
            let same = before.own_seen == Some(seen) && before.own_fault.is_none();
            drop(before);
            if !same {
                self.read_own(files, seen);
            }
        }
        self.read_obtained();
    }

    fn read_own(&self, files: &CertificateFiles, seen: (Option<Stamp>, Option<Stamp>)) {
        let read = files.read(&self.provider, self.now());
        let mut in_use = self.in_use.write();
        in_use.own_seen = Some(seen);
        match read {
            Ok(own) => {
                tracing::info!(certificate.until = %own.validity.until, "certificate read again");
                in_use.own = Some(own);
                in_use.own_fault = None;
            }
            Err(fault) => {
                let fault = fault.to_string();
                if in_use.own_fault.as_ref() != Some(&fault) {
                    tracing::warn!(
                        fault,
                        "the certificate was replaced by one that cannot be used; the one before goes on"
                    );
                }
                in_use.own_fault = Some(fault);
            }
        }
    }

    /// Looks up of which hosts certificates are obtained, where the directory changed.
    fn read_wanted(&self) {
        let Some(acme) = &self.acme else { return };
        let position = self.platform.directory_position();
        if self.in_use.read().wanted_at == Some(position) {
            return;
        }
        let mut wanted = acme.hosts.clone();
        match self.platform.environment_hosts() {
            Ok(hosts) => wanted.extend(hosts.into_iter().filter(|host| !acme.hosts.contains(host))),
            Err(error) => {
                tracing::warn!(%error, "host names of environments could not be looked up; it is tried again");
                return;
            }
        }
        let mut in_use = self.in_use.write();
        in_use.wanted = wanted.into();
        in_use.wanted_at = Some(position);
        let InUse { wanted, hosts, hosts_seen, .. } = &mut *in_use;
        hosts.retain(|host, _| wanted.contains(host));
        hosts_seen.retain(|host, _| wanted.contains(host));
    }

    fn read_obtained(&self) {
        self.read_wanted();
        for host in self.hosts().iter() {
            let seen = Stamp::of(&certificate_path(self.platform.folder(), host));
            if self.in_use.read().hosts_seen.get(host) == Some(&seen) {
                continue;
            }
            let read = self.platform.certificate(host);
            let mut in_use = self.in_use.write();
            in_use.hosts_seen.insert(host.clone(), seen);
            let kept = match read {
                Ok(Some(kept)) => kept,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, tls.host = host, "a certificate cannot be read; another is obtained");
                    continue;
                }
            };
            match shown(&self.provider, kept.chain.as_bytes(), kept.key.as_bytes()) {
                Ok(shown) => {
                    tracing::info!(tls.host = host, certificate.until = %shown.validity.until, "certificate in use");
                    in_use.hosts.insert(host.clone(), shown);
                }
                Err(wrong) => {
                    tracing::warn!(%wrong, tls.host = host, "a certificate cannot be used; another is obtained");
                }
            }
        }
    }

    /// Whether a certificate that was obtained can be used.
    pub(super) fn can_show(&self, chain: &str, key: &str) -> bool {
        shown(&self.provider, chain.as_bytes(), key.as_bytes()).is_ok()
    }

    /// Hosts whose certificates are obtained.
    fn hosts(&self) -> Arc<[String]> {
        self.in_use.read().wanted.clone()
    }

    /// Those of which one has to be obtained: there is none, or a third of its life is left.
    pub(super) fn due(&self) -> Vec<String> {
        let (now, in_use) = (self.now(), self.in_use.read());
        let due = |host: &&String| in_use.hosts.get(*host).is_none_or(|shown| shown.validity.is_due(now));
        in_use.wanted.iter().filter(due).cloned().collect()
    }

    /// Whether certificates are obtained for a host.
    pub(super) fn knows(&self, host: &str) -> bool {
        self.in_use.read().wanted.iter().any(|known| known == host)
    }

    /// Whether a host has a certificate.
    pub(super) fn has(&self, host: &str) -> bool {
        self.in_use.read().hosts.contains_key(host)
    }

    /// What monitoring is told.
    pub(crate) fn figures(&self) -> CertificateGauges {
        let (now, in_use) = (self.now(), self.in_use.read());
        let missing = in_use.wanted.iter().filter(|host| !in_use.hosts.contains_key(*host)).count();
        let all = in_use.hosts.values().chain(&in_use.own);
        CertificateGauges { missing, left_s: all.map(|shown| shown.validity.left(now).as_secs()).min() }
    }

    /// What answers an authority that looks whether `host` is ours.
    fn answer(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        if !self.knows(host) {
            return None;
        }
        // A small file, and only while an authority looks: whichever server on this folder it happens to reach.
        let kept = match self.platform.challenge(host) {
            Ok(kept) => kept?,
            Err(error) => {
                tracing::warn!(%error, tls.host = host, "what answers an authority cannot be read");
                return None;
            }
        };
        let shown = shown(&self.provider, kept.chain.as_bytes(), kept.key.as_bytes());
        shown.ok().map(|shown| shown.certified)
    }
}

impl ResolvesServerCert for Offered {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name().map(str::to_ascii_lowercase);
        if hello.alpn().is_some_and(|mut wanted| wanted.any(|protocol| protocol == ACME_PROTOCOL)) {
            return self.answer(&host?);
        }
        let in_use = self.in_use.read();
        let of_host = host.and_then(|host| in_use.hosts.get(&host));
        let usual = || in_use.wanted.iter().find_map(|host| in_use.hosts.get(host));
        let shown = of_host.or(in_use.own.as_ref()).or_else(usual)?;
        Some(shown.certified.clone())
    }
}
