//! Certificates that a server obtains by itself (ACME, RFC 8555): where they lie in the data folder, with what obtaining them needs. Private keys are
//! sealed; what is sealed comes first in a file, on a line that readers of PEM pass over, so that `openssl x509 -in` shows the certificate.
//!
//! Several servers on one folder share them: one obtains, all read, and any of them answers for a challenge.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::PlatformError;
use crate::platform::Platform;

/// Name of their folder in the data folder.
const FOLDER: &str = "certificates";
/// Begins the line with the private key.
const SEALED: &str = "sealed key: ";
/// After a failure it is tried again this much later; then after twice as long, and so on. Authorities count failures of an hour (Let's Encrypt:
/// five for each name).
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(2);
/// The longest wait.
const LAST_WAIT: SignedDuration = SignedDuration::from_hours(12);
/// After a success nothing is obtained for this long, whatever the certificate says: a clock that is wrong must not ask for one after the other.
const CONTENT: SignedDuration = SignedDuration::from_hours(6);
/// Longest name of a host (RFC 1035).
const HOST_MAX: usize = 253;

/// A certificate with its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate and those between it and its authority, PEM.
    pub chain: String,
    /// The private key, PEM.
    pub key: String,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// What came of attempts to obtain a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// How many failed, one after the other, since the last that did not.
    pub failed: u32,
    /// It is not tried again before.
    pub not_before: Timestamp,
    /// Why the last one failed; empty if it did not.
    pub why: String,
}

/// The turn to obtain certificates, among all servers on a folder, until dropped.
#[derive(Debug)]
pub struct CertificatesTurn {
    _lock: File,
}

/// Whether certificates can be obtained for `host`: a full name in lower case, such as `crm.example.org`. No address, no wildcard; names in other
/// scripts as DNS has them (`xn--…`).
pub fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    let number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    host.len() <= HOST_MAX
        && host.contains('.')
        && host.split('.').all(label)
        && !host.rsplit('.').next().is_some_and(number)
}

/// Where the certificate of a host lies, in the data folder `data`.
pub fn certificate_path(data: &Path, host: &str) -> PathBuf {
    data.join(FOLDER).join(format!("{host}.pem"))
}

/// The certificate of a host without its key, which nobody but the platform can read; `None` if none was obtained.
///
/// Errors: its file cannot be read.
pub fn certificate_chain(data: &Path, host: &str) -> Result<Option<String>, PlatformError> {
    Ok(text_of(&certificate_path(data, host))?.map(|text| parts(&text).1.to_owned()))
}

/// What came of attempts at the certificate of a host; `None` before the first.
///
/// Errors: their file cannot be read.
pub fn certificate_attempts(data: &Path, host: &str) -> Result<Option<Attempts>, PlatformError> {
    let text = text_of(&attempts_path(data, host))?;
    // One that is damaged says nothing: it is tried at once.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn attempts_path(data: &Path, host: &str) -> PathBuf {
    data.join(FOLDER).join(format!("{host}.attempts"))
}

impl Platform {
    /// The certificate that was obtained for a host; `None` without one.
    ///
    /// Errors: its file cannot be read; its key was sealed with one that is not given any more.
    pub fn certificate(&self, host: &str) -> Result<Option<Certificate>, PlatformError> {
        self.opened_file(&certificate_path(self.folder(), host), &format!("certificate of {host}"))
    }

    /// Keeps the certificate that was obtained for a host.
    ///
    /// Errors: it cannot be written.
    pub fn certificate_keep(&self, host: &str, certificate: &Certificate) -> Result<(), PlatformError> {
        let path = certificate_path(self.folder(), host);
        self.seal_file(&path, &format!("certificate of {host}"), certificate)?;
        let content = Attempts { failed: 0, not_before: self.now() + CONTENT, why: String::new() };
        self.write_attempts(host, &content)
    }

    /// Notes that the certificate of a host could not be obtained, and why; returns until when it is left alone.
    ///
    /// Errors: that cannot be written.
    pub fn certificate_failed(&self, host: &str, why: &str) -> Result<Attempts, PlatformError> {
        let before = certificate_attempts(self.folder(), host)?.map_or(0, |attempts| attempts.failed);
        let wait = (FIRST_WAIT * (1_i32 << before.min(12))).min(LAST_WAIT);
        let attempts = Attempts {
            failed: before.saturating_add(1),
            not_before: self.now() + wait,
            why: why.chars().take(1_000).collect(),
        };
        self.write_attempts(host, &attempts)?;
        Ok(attempts)
    }

    fn write_attempts(&self, host: &str, attempts: &Attempts) -> Result<(), PlatformError> {
        let text = serde_json::to_string(attempts).unwrap_or_default();
        self.write_certificates_file(&attempts_path(self.folder(), host), &text)
    }

    /// What answers for a host while its authority looks whether it is ours (RFC 8737); `None` while none does.
    ///
    /// Errors: as [`Platform::certificate`].
    pub fn challenge(&self, host: &str) -> Result<Option<Certificate>, PlatformError> {
        let path = self.certificates_file(&format!("{host}.challenge"));
        self.opened_file(&path, &format!("challenge of {host}"))
    }

    /// Keeps it, for every server on this folder.
    ///
    /// Errors: it cannot be written.
    pub fn challenge_keep(&self, host: &str, answer: &Certificate) -> Result<(), PlatformError> {
        let path = self.certificates_file(&format!("{host}.challenge"));
        self.seal_file(&path, &format!("challenge of {host}"), answer)
    }

    /// Takes it away; nothing happens where there is none.
    ///
    /// Errors: it cannot be removed.
    pub fn challenge_forget(&self, host: &str) -> Result<(), PlatformError> {
        removed(&self.certificates_file(&format!("{host}.challenge")))
    }

    /// The account at an authority, as its client wrote it; `None` without one, or when the key is not given any more that sealed it: another is made
    /// then. Sealed by an older key it is sealed anew.
    ///
    /// Errors: its file cannot be read or written.
    pub fn acme_account(&self, directory: &str, contact: &str) -> Result<Option<String>, PlatformError> {
        let Some(sealed) = text_of(&self.account_path(directory, contact))? else { return Ok(None) };
        let sealed = sealed.trim();
        if self.keys.place(sealed).is_none() {
            return Ok(None);
        }
        let account = self.keys.open(&format!("account at {directory}"), sealed)?;
        let account = String::from_utf8(account).ok();
        if let Some(account) = account.as_deref().filter(|_| self.keys.place(sealed) != Some(0)) {
            self.acme_account_keep(directory, contact, account)?;
        }
        Ok(account)
    }

    /// Keeps it.
    ///
    /// Errors: it cannot be written.
    pub fn acme_account_keep(
        &self,
        directory: &str,
        contact: &str,
        account: &str,
    ) -> Result<(), PlatformError> {
        let about = format!("account at {directory}");
        let sealed = self.keys.seal(&about, account.as_bytes(), self.random.as_ref())?;
        self.write_certificates_file(&self.account_path(directory, contact), &sealed)
    }

    /// Forgets it: the authority does not know it any more.
    ///
    /// Errors: it cannot be removed.
    pub fn acme_account_forget(&self, directory: &str, contact: &str) -> Result<(), PlatformError> {
        removed(&self.account_path(directory, contact))
    }

    /// The turn to obtain certificates; `None` while another server on this folder has it.
    ///
    /// Errors: the folder cannot be written.
    pub fn certificates_turn(&self) -> Result<Option<CertificatesTurn>, PlatformError> {
        let path = self.certificates_file("turn.lock");
        self.make_certificates_folder()?;
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let lock = opened.map_err(PlatformError::io("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(CertificatesTurn { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(PlatformError::io("lock", &path)(error)),
        }
    }

    fn certificates_file(&self, name: &str) -> PathBuf {
        self.folder().join(FOLDER).join(name)
    }

    /// An account belongs to an authority and a contact: another of either is another account.
    fn account_path(&self, directory: &str, contact: &str) -> PathBuf {
        let whose = blake3::hash(format!("{directory}\n{contact}").as_bytes()).to_hex();
        self.certificates_file(&format!("account-{}.sealed", &whose[..16]))
    }

    fn opened_file(&self, path: &Path, about: &str) -> Result<Option<Certificate>, PlatformError> {
        let Some(text) = text_of(path)? else { return Ok(None) };
        let (sealed, chain) = parts(&text);
        let key = self.keys.open(about, sealed)?;
        let key = String::from_utf8(key).map_err(|_| PlatformError::Sealed { why: "it is no text" })?;
        let certificate = Certificate { chain: chain.to_owned(), key };
        if self.keys.place(sealed) != Some(0) {
            self.seal_file(path, about, &certificate)?;
        }
        Ok(Some(certificate))
    }

    fn seal_file(&self, path: &Path, about: &str, certificate: &Certificate) -> Result<(), PlatformError> {
        let sealed = self.keys.seal(about, certificate.key.as_bytes(), self.random.as_ref())?;
        self.write_certificates_file(path, &format!("{SEALED}{sealed}\n{}", certificate.chain))
    }

    fn make_certificates_folder(&self) -> Result<(), PlatformError> {
        let folder = self.folder().join(FOLDER);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(PlatformError::io("make", &folder))
    }

    /// Writes a file as a whole: who reads it meanwhile finds what was there before.
    fn write_certificates_file(&self, path: &Path, text: &str) -> Result<(), PlatformError> {
        self.make_certificates_folder()?;
        let aside = path.with_added_extension(format!("{}.new", self.new_id()));
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside);
        let written = written
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&aside, path))
            .and_then(|()| File::open(self.folder().join(FOLDER))?.sync_all());
        if written.is_err() {
            let _ = fs::remove_file(&aside); // what matters is why it could not be written
        }
        written.map_err(PlatformError::io("write", path))
    }
}

/// The sealed key, and the certificates after it.
fn parts(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    (first.strip_prefix(SEALED).unwrap_or_default(), rest)
}

fn text_of(path: &Path) -> Result<Option<String>, PlatformError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PlatformError::io("read", path)(error)),
    }
}

fn removed(path: &Path) -> Result<(), PlatformError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(PlatformError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyText, Options};

    fn platform(folder: &Path, key: &str) -> Platform {
        let mut options = Options::new(folder);
        options.key = Some(KeyText(key.repeat(32)));
        Platform::open_or_create(options).unwrap()
    }

    #[test]
    fn a_certificate_comes_back_with_its_key_which_lies_nowhere_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let host = "crm.acme.example";
        let kept =
            Certificate { chain: "-----BEGIN CERTIFICATE-----\n".into(), key: "the private key".into() };
        let first = platform(data, "11");
        assert_eq!(first.certificate(host).unwrap(), None);
        first.certificate_keep(host, &kept).unwrap();
        first.challenge_keep(host, &kept).unwrap();
        first.acme_account_keep("https://ca.example/dir", "it@acme.example", "the private account").unwrap();
        assert_eq!(first.certificate(host).unwrap(), Some(kept.clone()));
        assert_eq!(certificate_chain(data, host).unwrap(), Some(kept.chain.clone()));
        assert_eq!(
            first.acme_account("https://ca.example/dir", "it@acme.example").unwrap().as_deref(),
            Some("the private account")
        );
        assert_eq!(first.acme_account("https://ca.example/dir", "other@acme.example").unwrap(), None);
        for file in fs::read_dir(data.join(FOLDER)).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            let path = file.unwrap().path();
            assert!(!fs::read_to_string(&path).unwrap().contains("private"), "{}", path.display());
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Under the name of another host, it opens nothing.
        fs::copy(certificate_path(data, host), certificate_path(data, "www.acme.example")).unwrap();
        assert!(first.certificate("www.acme.example").is_err());
        first.challenge_forget(host).unwrap();
        first.challenge_forget(host).unwrap();
        assert_eq!(first.challenge(host).unwrap(), None);
        drop(first);
        assert!(platform(data, "22").certificate(host).is_err());
    }

    #[test]
    fn waits_after_failures_double_and_end_with_a_success() {
        let folder = tempfile::tempdir().unwrap();
        let platform = platform(folder.path(), "11");
        let host = "crm.acme.example";
        let mut waits = Vec::new();
        for count in 1..=12 {
            let before = platform.now();
            let failed = platform.certificate_failed(host, "away").unwrap();
            assert_eq!((failed.failed, failed.why.as_str()), (count, "away"));
            waits.push(failed.not_before.duration_since(before).as_mins());
        }
        assert_eq!(waits[..4], [2, 4, 8, 16]);
        assert_eq!(waits[11], 12 * 60);
        assert!(waits[..5].iter().sum::<i64>() > 60, "five failures take more than an hour");
        let kept = Certificate { chain: String::new(), key: String::new() };
        platform.certificate_keep(host, &kept).unwrap();
        let attempts = certificate_attempts(folder.path(), host).unwrap().unwrap();
        assert_eq!((attempts.failed, attempts.why.as_str()), (0, ""));
        assert!(attempts.not_before > platform.now());
    }

    #[test]
    fn one_server_at_a_time_obtains_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let platform = platform(folder.path(), "11");
        let turn = platform.certificates_turn().unwrap();
        assert!(turn.is_some() && platform.certificates_turn().unwrap().is_none());
        drop(turn);
        assert!(platform.certificates_turn().unwrap().is_some());
    }

    #[test]
    fn hosts_are_full_names() {
        for host in ["crm.example.org", "a.b", "xn--caf-dma.example", "1.example"] {
            assert!(is_host(host), "{host}");
        }
        for other in [
            "",
            "localhost",
            "*.example.org",
            "10.0.0.1",
            "Crm.example.org",
            "a..b",
            "-a.b",
            "../b.c",
            "a.b/c",
            "café.example",
            "a.b.",
        ] {
            assert!(!is_host(other), "{other}");
        }
    }
}
